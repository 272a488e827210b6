#include "escape.h"

#include <string.h>

#include "../base/clean.h"

#define MAX_ESCAPED 15000
#define NBSP "&#160;"

static const char *entity_of(char c, enum rgi_line_end line_end)
{
  switch (c) {
  case '&':
    return "&amp;";
  case '"':
    return "&quot;";
  case '<':
    return "&lt;";
  case '>':
    return "&gt;";
  case '\\':
    return line_end == RGI_LINES_TOOLTIP ? "&#92;&#92;&#92;&#92;" : "&#92;&#92;";
  default:
    return NULL;
  }
}

static const char *break_of(enum rgi_line_end line_end)
{
  switch (line_end) {
  case RGI_LINES_CENTRED:
    return "\\n";
  case RGI_LINES_LEFT:
    return "\\l";
  case RGI_LINES_TOOLTIP:
    return "&#10;";
  }
  return "";
}

// The escaped characters of one clean line. False once `limit` is reached: then it ends in "…".
static bool add_line(struct rgi_text *out, const char *line, size_t limit, enum rgi_line_end line_end)
{
  size_t num_spaces = strspn(line, " ");
  for (size_t i = 0; i < num_spaces && out->size < limit; i++)
    rgi_text_puts(out, NBSP);
  for (const char *c = line + num_spaces; *c;) {
    if (out->size >= limit) {
      rgi_text_puts(out, "\xe2\x80\xa6");
      return false;
    }
    size_t length = rgi_utf8_prefix(c, 1);
    const char *entity = entity_of(*c, line_end);
    if (entity)
      rgi_text_puts(out, entity);
    else
      rgi_text_add(out, c, length);
    c += length;
  }
  return true;
}

void rgi_escape(struct rgi_text *out, const char *text, enum rgi_line_end line_end)
{
  RGI_SCOPED_TEXT line = RGI_TEXT_INIT;
  size_t start = out->size;
  size_t limit = start + MAX_ESCAPED;
  bool has_room = true;
  while (*text && has_room && !out->is_failed) {
    size_t size = strcspn(text, "\n");
    bool is_ended = text[size] == '\n';
    rgi_text_clear(&line);
    rgi_text_add_clean(&line, text, size, MAX_ESCAPED);
    has_room = add_line(out, rgi_text_string(&line), limit, line_end);
    text += size + is_ended;
    if (out->size == start && is_ended)
      rgi_text_puts(out, NBSP);
    if (line_end == RGI_LINES_LEFT || *text)
      rgi_text_puts(out, has_room ? break_of(line_end) : "");
  }
  out->is_failed |= line.is_failed;
}
