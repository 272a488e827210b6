/* The last words of a process: what it wrote to its standard error, the beginning and the end of it. */
#ifndef RGI_RENDER_WORDS_H
#define RGI_RENDER_WORDS_H

#include <stddef.h>

#include "../base/text.h"

#define RGI_WORDS_HALF 2048

/*   head                tail, once the head is full
 *   |first 2 kB|   ..   |last 2 kB, a ring| */
struct rgi_words {
  size_t head_size;
  size_t tail_size; /* bytes that came after the head; more than RGI_WORDS_HALF: the ring went round */
  char head[RGI_WORDS_HALF];
  char tail[RGI_WORDS_HALF];
};

void rgi_words_add(struct rgi_words *words, const char *data, size_t size);
/* Appends them as one clean line of at most `max_size` bytes, line breaks as "; ". Nothing if there are none. */
void rgi_words_print(const struct rgi_words *words, size_t max_size, struct rgi_text *text);

#endif
