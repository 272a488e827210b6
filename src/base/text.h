/* A growing run of bytes that remembers its first failure, so that writers can append without looking and ask once. */
#ifndef RGI_BASE_TEXT_H
#define RGI_BASE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include <refgraph/io.h>

/* `data[size]` is always '\0' once anything was added. After a failure `is_failed` is set and nothing is added. */
struct rgi_text {
  char *data;
  size_t size;
  size_t capacity;
  bool is_failed;
};
#define RGI_TEXT_INIT {0, 0, 0, false}

void rgi_text_deinit(struct rgi_text *text);
#define RGI_SCOPED_TEXT __attribute__((cleanup(rgi_text_deinit))) struct rgi_text

void rgi_text_clear(struct rgi_text *text);
void rgi_text_add(struct rgi_text *text, const char *data, size_t size);
void rgi_text_puts(struct rgi_text *text, const char *string);
void rgi_text_printf(struct rgi_text *text, const char *format, ...) RG_PRINTF(2, 3);
/* Clean text as a JSON string, with its quotes; words of it, separated by a space, as a list of strings. */
void rgi_text_add_json(struct rgi_text *text, const char *string);
void rgi_text_add_json_words(struct rgi_text *text, const char *words);
/* The out-of-memory error if anything failed, else NULL. */
rg_error *rgi_text_error(const struct rgi_text *text);
/* "" for an empty text. */
const char *rgi_text_string(const struct rgi_text *text);

#endif
