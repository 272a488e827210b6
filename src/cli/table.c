#include "table.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CELL_SIZE 4096

static size_t width_of(const char *text)
{
  size_t width = 0;
  for (; *text; text++)
    width += ((unsigned char)*text & 0xc0) != 0x80;
  return width;
}

void cli_table_deinit(struct cli_table *table)
{
  rg_buffer_deinit(&table->cells);
  rg_error_destroy(table->error);
}

static void add_bytes(struct cli_table *table, const char *data, size_t size)
{
  rg_writer writer = rg_buffer_writer(&table->cells);
  if (!table->error)
    table->error = writer.write(writer.context, data, size);
}

// Where the last cell begins.
static const char *last_cell(const struct cli_table *table)
{
  size_t begin = table->cells.size - 1;
  while (begin && table->cells.data[begin - 1])
    begin--;
  return table->cells.data + begin;
}

static void measure_last(struct cli_table *table)
{
  if (table->error || table->num_cells % 2 == 0)
    return;
  size_t width = width_of(last_cell(table));
  table->width = width > table->width ? width : table->width;
}

void cli_table_add(struct cli_table *table, const char *format, ...)
{
  char cell[CELL_SIZE];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(cell, sizeof(cell), format, arguments);
  va_end(arguments);
  add_bytes(table, cell, strlen(cell) + 1);
  table->num_cells++;
  measure_last(table);
}

void cli_table_append(struct cli_table *table, const char *format, ...)
{
  char more[CELL_SIZE];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(more, sizeof(more), format, arguments);
  va_end(arguments);
  if (table->error)
    return;
  table->cells.size--; // the NUL
  add_bytes(table, more, strlen(more) + 1);
  measure_last(table);
}

rg_error *cli_table_print(struct cli_table *table)
{
  rg_error *error = table->error;
  table->error = NULL;
  if (error)
    return error;
  const char *cell = table->cells.data;
  for (size_t i = 0; i < table->num_cells; i++, cell += strlen(cell) + 1) {
    if (i % 2)
      puts(cell);
    else
      printf("%s%*s  ", cell, (int)(table->width - width_of(cell)), "");
  }
  return NULL;
}

/* --- words -------------------------------------------------------------------------------------------------------- */

struct cli_words cli_count(uint64_t count)
{
  char digits[24];
  struct cli_words words;
  size_t size = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, count), end = 0;
  for (size_t i = 0; i < size; i++) {
    if (i && (size - i) % 3 == 0)
      words.text[end++] = ' ';
    words.text[end++] = digits[i];
  }
  words.text[end] = '\0';
  return words;
}

struct cli_words cli_counted(uint64_t count, const char *noun)
{
  struct cli_words words = cli_count(count);
  size_t size = strlen(words.text);
  snprintf(words.text + size, sizeof(words.text) - size, " %s%s", noun, count == 1 ? "" : "s");
  return words;
}

struct cli_words cli_size(uint64_t size)
{
  static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  struct cli_words words;
  size_t unit = 0;
  double scaled = (double)size;
  // 999.5 and more would be written as 1000.
  for (; scaled >= 999.5; unit++)
    scaled /= 1000;
  snprintf(words.text, sizeof(words.text), "%.*f %s", unit && scaled < 99.95 ? 1 : 0, scaled, units[unit]);
  return words;
}
