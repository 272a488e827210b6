#include "json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

// Deeper than the elements of lists of the document nothing begins a line.
#define LINES_DEPTH 2

static unsigned depth;
static bool has_elements; // in what is open now

static void print_string(const char *text)
{
  putchar('"');
  for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
    if (*c == '"' || *c == '\\')
      printf("\\%c", *c);
    else if (*c < 0x20 || *c == 0x7f)
      printf("\\u%04x", *c);
    else
      putchar(*c);
  }
  putchar('"');
}

static void begin_line(void)
{
  if (depth <= LINES_DEPTH)
    printf("\n%*s", (int)(2 * depth), "");
}

static void begin(const char *name)
{
  if (has_elements)
    fputs(depth > LINES_DEPTH ? ", " : ",", stdout);
  begin_line();
  has_elements = true;
  if (!name)
    return;
  print_string(name);
  fputs(": ", stdout);
}

void cli_json_open(const char *name, char bracket)
{
  if (depth)
    begin(name);
  putchar(bracket);
  depth++;
  has_elements = false;
}

void cli_json_close(char bracket)
{
  depth--;
  if (has_elements && depth < LINES_DEPTH)
    begin_line();
  putchar(bracket);
  has_elements = true;
}

void cli_json_begin(const struct cli_command *command)
{
  cli_json_open(NULL, '{');
  cli_json_number("schema", 1);
  cli_json_string("command", command->name);
}

void cli_json_end(void)
{
  cli_json_close('}');
  putchar('\n');
}

void cli_json_string(const char *name, const char *value)
{
  begin(name);
  print_string(value);
}

void cli_json_number(const char *name, uint64_t value)
{
  begin(name);
  printf("%" PRIu64, value);
}

void cli_json_bool(const char *name, bool value)
{
  begin(name);
  fputs(value ? "true" : "false", stdout);
}

void cli_json_null(const char *name)
{
  begin(name);
  fputs("null", stdout);
}

void cli_json_numbers(const char *name, const uint32_t *values, size_t num)
{
  begin(name);
  for (size_t i = 0; i < num; i++)
    printf("%s%" PRIu32, i ? ", " : "[", values[i]);
  fputs(num ? "]" : "[]", stdout);
}

void cli_json_document(const char *name, const char *text)
{
  begin(name);
  // No string of JSON has a raw end of line.
  for (size_t size; *text; text += size) {
    size = strcspn(text, "\n");
    fwrite(text, 1, size, stdout);
    for (; text[size] == '\n'; size++) {
      if (text[size + 1])
        printf("\n%*s", (int)(2 * depth), "");
    }
  }
}
