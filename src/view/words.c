#include "words.h"

#include <inttypes.h>
#include <string.h>

#include "../base/clean.h"

void rgi_words_add_count(struct rgi_text *text, uint64_t count, const char *separator)
{
  if (count < 1000) {
    rgi_text_printf(text, "%" PRIu64, count);
    return;
  }
  uint64_t unit = 1;
  while (count / unit >= 1000)
    unit *= 1000;
  rgi_text_printf(text, "%" PRIu64, count / unit);
  for (unit /= 1000; unit; unit /= 1000)
    rgi_text_printf(text, "%s%03" PRIu64, separator, count / unit % 1000);
}

void rgi_words_add_counted(struct rgi_text *text, uint64_t count, const char *noun, const char *separator)
{
  rgi_words_add_count(text, count, separator);
  rgi_text_printf(text, " %s%s", noun, count == 1 ? "" : "s");
}

void rgi_words_add_size(struct rgi_text *text, uint64_t size)
{
  static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  size_t unit = 0;
  double scaled = (double)size;
  // 999.5 and more would be written as 1000.
  for (; scaled >= 999.5; unit++)
    scaled /= 1000;
  if (unit == 0)
    rgi_text_printf(text, "%" PRIu64 " B", size);
  else
    rgi_text_printf(text, "%.*f %s", scaled < 99.95 ? 1 : 0, scaled, units[unit]);
}

// The end of a string of which at most `columns` characters are kept, one of them the ellipsis in front.
static void add_end(struct rgi_text *text, const char *string, size_t columns)
{
  size_t length = rgi_utf8_length(string);
  if (length <= columns) {
    rgi_text_puts(text, string);
    return;
  }
  rgi_text_puts(text, RGI_ELLIPSIS);
  rgi_text_puts(text, string + rgi_utf8_prefix(string, length - columns + 1));
}

// The first inner scope, as ".<locals>.", at or after `name`; sets where it ends.
static const char *find_scope(const char *name, const char **end_ret)
{
  for (const char *begin = strstr(name, ".<"); begin; begin = strstr(begin + 1, ".<")) {
    const char *end = strstr(begin, ">.");
    if (end && !memchr(begin + 1, '.', (size_t)(end - begin - 1))) {
      *end_ret = end + 2;
      return begin;
    }
  }
  return NULL;
}

void rgi_words_add_name(struct rgi_text *text, const char *name, size_t columns)
{
  if (rgi_utf8_length(name) <= columns) {
    rgi_text_puts(text, name);
    return;
  }
  RGI_SCOPED_TEXT flat = RGI_TEXT_INIT;
  const char *end = name;
  for (const char *scope; (scope = find_scope(name, &end)); name = end) {
    rgi_text_add(&flat, name, (size_t)(scope - name));
    rgi_text_puts(&flat, RGI_ELLIPSIS);
  }
  rgi_text_puts(&flat, name);
  add_end(text, rgi_text_string(&flat), columns);
  text->is_failed |= flat.is_failed;
}

static bool is_closing(char c)
{
  return c == '\'' || c == '"' || c == ')' || c == ']' || c == '}' || c == '>';
}

void rgi_words_add_value(struct rgi_text *text, const char *value, size_t columns)
{
  if (rgi_utf8_length(value) <= columns) {
    rgi_text_puts(text, value);
    return;
  }
  char last = value[strlen(value) - 1];
  size_t kept = columns - (is_closing(last) ? 2 : 1);
  rgi_text_add(text, value, rgi_utf8_prefix(value, kept));
  rgi_text_puts(text, RGI_ELLIPSIS);
  if (is_closing(last))
    rgi_text_add(text, &last, 1);
}

void rgi_words_add_place(struct rgi_text *text, const char *file, uint32_t line, size_t columns)
{
  RGI_SCOPED_TEXT place = RGI_TEXT_INIT;
  const char *slash = strrchr(file, '/');
  rgi_text_puts(&place, slash && slash[1] ? slash + 1 : file);
  if (line)
    rgi_text_printf(&place, ":%" PRIu32, line);
  add_end(text, rgi_text_string(&place), columns);
  text->is_failed |= place.is_failed;
}
