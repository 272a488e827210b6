#include "clean.h"

#include <stdio.h>
#include <string.h>

#define ELLIPSIS "\xe2\x80\xa6"

bool rgi_is_clean_ascii(const char *data, size_t size)
{
  for (size_t i = 0; i < size; i++) {
    if ((unsigned char)data[i] - 0x20u >= 0x5fu)
      return false;
  }
  return true;
}

static bool is_continuation(unsigned char byte)
{
  return (byte & 0xc0) == 0x80;
}

size_t rgi_utf8_decode(const char *data, size_t size, uint32_t *ret)
{
  // Length and smallest code point by the number of leading ones in the first byte.
  static const struct {
    unsigned char mask, lead, length;
    uint32_t least;
  } forms[] = {{0x80, 0x00, 1, 0}, {0xe0, 0xc0, 2, 0x80}, {0xf0, 0xe0, 3, 0x800}, {0xf8, 0xf0, 4, 0x10000}};
  unsigned char first = (unsigned char)data[0];
  for (size_t form = 0; form < sizeof(forms) / sizeof(forms[0]); form++) {
    if ((first & forms[form].mask) != forms[form].lead)
      continue;
    if (forms[form].length > size)
      return 0;
    uint32_t code_point = first & (unsigned char)~forms[form].mask;
    for (size_t i = 1; i < forms[form].length; i++) {
      if (!is_continuation((unsigned char)data[i]))
        return 0;
      code_point = code_point << 6 | ((unsigned char)data[i] & 0x3f);
    }
    if (code_point < forms[form].least || code_point > 0x10ffff)
      return 0;
    *ret = code_point;
    return forms[form].length;
  }
  return 0;
}

// Characters that would not be seen, would break a line or a format, or would turn the reading order around.
static bool is_unsafe(uint32_t c)
{
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || (c >= 0xd800 && c <= 0xdfff) ||
         c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) || (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef) ||
         (c >= 0xe0000 && c <= 0xe0fff);
}

// The escape of an unsafe character, at most 10 bytes and the final NUL.
static size_t escape(uint32_t c, char *ret)
{
  if (c == '\n')
    return (size_t)sprintf(ret, "\\n");
  if (c == '\t')
    return (size_t)sprintf(ret, "\\t");
  if (c == '\r')
    return (size_t)sprintf(ret, "\\r");
  return (size_t)sprintf(ret, c <= 0xff ? "\\x%02x" : c <= 0xffff ? "\\u%04x" : "\\U%08x", (unsigned)c);
}

void rgi_text_add_clean(struct rgi_text *text, const char *data, size_t size, size_t max_size)
{
  if (size <= max_size && rgi_is_clean_ascii(data, size)) {
    rgi_text_add(text, data, size);
    return;
  }
  size_t start = text->size;
  size_t cut = start; // the last place where the ellipsis still fits
  size_t i = 0;
  while (i < size && !text->is_failed) {
    char escaped[16];
    uint32_t c;
    size_t length = rgi_utf8_decode(data + i, size - i, &c);
    size_t added;
    if (length && !is_unsafe(c)) {
      rgi_text_add(text, data + i, length);
    } else {
      added = escape(length ? c : (unsigned char)data[i], escaped);
      rgi_text_add(text, escaped, added);
    }
    if (text->is_failed)
      return;
    i += length ? length : 1;
    if (text->size - start > max_size)
      break;
    if (text->size - start + strlen(ELLIPSIS) <= max_size)
      cut = text->size;
  }
  if (text->size - start > max_size) {
    text->size = cut;
    rgi_text_puts(text, ELLIPSIS);
  }
}

size_t rgi_utf8_length(const char *string)
{
  size_t length = 0;
  for (; *string; string++)
    length += !is_continuation((unsigned char)*string);
  return length;
}

size_t rgi_utf8_prefix(const char *string, size_t num)
{
  const char *end = string;
  while (*end && num) {
    end++;
    while (is_continuation((unsigned char)*end))
      end++;
    num--;
  }
  return (size_t)(end - string);
}
