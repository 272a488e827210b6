#include "words.h"

#include <string.h>

#include "../base/clean.h"

void rgi_words_add(struct rgi_words *words, const char *data, size_t size)
{
  for (size_t i = 0; i < size; i++) {
    if (words->head_size < RGI_WORDS_HALF)
      words->head[words->head_size++] = data[i];
    else
      words->tail[words->tail_size++ % RGI_WORDS_HALF] = data[i];
  }
}

// Appends the lines of `data`, the empty ones left out.
static void add_lines(struct rgi_text *line, const char *data, size_t size)
{
  size_t i = 0;
  while (i < size) {
    const char *end = memchr(data + i, '\n', size - i);
    size_t length = end ? (size_t)(end - (data + i)) : size - i;
    if (length && line->size)
      rgi_text_puts(line, "; ");
    rgi_text_add(line, data + i, length);
    i += length + 1;
  }
}

// All that was kept, in order.
static void add_all(struct rgi_text *line, const struct rgi_words *words)
{
  RGI_SCOPED_TEXT all = RGI_TEXT_INIT;
  rgi_text_add(&all, words->head, words->head_size);
  size_t start = words->tail_size % RGI_WORDS_HALF;
  if (words->tail_size > RGI_WORDS_HALF) {
    rgi_text_puts(&all, "\n...\n");
    rgi_text_add(&all, words->tail + start, RGI_WORDS_HALF - start);
  }
  rgi_text_add(&all, words->tail, words->tail_size > RGI_WORDS_HALF ? start : words->tail_size);
  add_lines(line, rgi_text_string(&all), all.size);
  line->is_failed |= all.is_failed;
}

void rgi_words_print(const struct rgi_words *words, size_t max_size, struct rgi_text *text)
{
  RGI_SCOPED_TEXT line = RGI_TEXT_INIT;
  add_all(&line, words);
  text->is_failed |= line.is_failed;
  if (line.size <= max_size) {
    rgi_text_add_clean(text, rgi_text_string(&line), line.size, max_size);
    return;
  }
  // Too long for one line: how it began and how it ended.
  size_t half = max_size / 2;
  rgi_text_add_clean(text, line.data, half, half);
  rgi_text_puts(text, " ... ");
  rgi_text_add_clean(text, line.data + line.size - half, half, half);
}
