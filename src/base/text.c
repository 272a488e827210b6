#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"

static rg_error *append(char **data, size_t *size, size_t *capacity, const void *added, size_t num_added)
{
  if (num_added > SIZE_MAX / 4 - *size)
    return rgi_out_of_memory();
  RGI_TRY(rgi_reserve(data, capacity, *size + num_added + 1));
  if (num_added)
    memcpy(*data + *size, added, num_added);
  *size += num_added;
  (*data)[*size] = '\0';
  return NULL;
}

void rgi_text_deinit(struct rgi_text *text)
{
  rgi_free(text->data);
  *text = (struct rgi_text)RGI_TEXT_INIT;
}

void rgi_text_clear(struct rgi_text *text)
{
  text->size = 0;
  if (text->data)
    text->data[0] = '\0';
}

void rgi_text_add(struct rgi_text *text, const char *data, size_t size)
{
  // The error is the constant one: nothing to destroy.
  if (!text->is_failed && append(&text->data, &text->size, &text->capacity, data, size))
    text->is_failed = true;
}

void rgi_text_puts(struct rgi_text *text, const char *string)
{
  rgi_text_add(text, string, strlen(string));
}

void rgi_text_printf(struct rgi_text *text, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  int size = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (size < 0 || text->is_failed || rgi_reserve(&text->data, &text->capacity, text->size + (size_t)size + 1)) {
    text->is_failed = true;
    return;
  }
  va_start(arguments, format);
  vsnprintf(text->data + text->size, (size_t)size + 1, format, arguments);
  va_end(arguments);
  text->size += (size_t)size;
}

static const char *json_escape(char c)
{
  return c == '"' ? "\\\"" : c == '\\' ? "\\\\" : c == '\n' ? "\\n" : NULL;
}

static void add_json(struct rgi_text *text, const char *data, size_t size)
{
  size_t begin = 0; // of what needs no escape
  rgi_text_puts(text, "\"");
  for (size_t i = 0; i < size; i++) {
    const char *escape = json_escape(data[i]);
    if (!escape)
      continue;
    rgi_text_add(text, data + begin, i - begin);
    rgi_text_puts(text, escape);
    begin = i + 1;
  }
  rgi_text_add(text, data + begin, size - begin);
  rgi_text_puts(text, "\"");
}

void rgi_text_add_json(struct rgi_text *text, const char *string)
{
  add_json(text, string, strlen(string));
}

void rgi_text_add_json_words(struct rgi_text *text, const char *words)
{
  rgi_text_puts(text, "[");
  for (const char *word = words; *word;) {
    size_t size = strcspn(word, " ");
    rgi_text_puts(text, word > words ? ", " : "");
    add_json(text, word, size);
    word += size + (word[size] == ' ');
  }
  rgi_text_puts(text, "]");
}

rg_error *rgi_text_error(const struct rgi_text *text)
{
  return text->is_failed ? rgi_out_of_memory() : NULL;
}

const char *rgi_text_string(const struct rgi_text *text)
{
  return text->data ? text->data : "";
}

static rg_error *write_to_buffer(void *context, const void *data, size_t size)
{
  rg_buffer *buffer = context;
  return append(&buffer->data, &buffer->size, &buffer->capacity, data, size);
}

rg_writer rg_buffer_writer(rg_buffer *buffer)
{
  return (rg_writer){write_to_buffer, buffer};
}

void rg_buffer_deinit(rg_buffer *buffer)
{
  rgi_free(buffer->data);
  *buffer = (rg_buffer)RG_BUFFER_INIT;
}
