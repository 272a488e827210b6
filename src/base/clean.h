/* Clean text: what enters from outside, made safe to show anywhere. */
#ifndef RGI_BASE_CLEAN_H
#define RGI_BASE_CLEAN_H

#include "text.h"

/* Appends `size` bytes as valid UTF-8 without control characters: control, bidirectional-control and non-characters,
 * surrogates and bytes that are no UTF-8 become visible escapes (\n, \x00, \u202e); what would be longer than
 * `max_size` bytes is cut at a character and ends in "…". */
void rgi_text_add_clean(struct rgi_text *text, const char *data, size_t size, size_t max_size);

/* Whether rgi_text_add_clean would change anything; the quick answer for plain ASCII. */
bool rgi_is_clean_ascii(const char *data, size_t size);

/* Decodes the character at `data`, of which `size` >= 1 bytes are there. Returns its length, 0 if it is no UTF-8.
 * Surrogates, as WTF-8 has them, are decoded. */
size_t rgi_utf8_decode(const char *data, size_t size, uint32_t *ret);

/* Number of characters in clean text, and the bytes of its first `num` characters. */
size_t rgi_utf8_length(const char *string);
size_t rgi_utf8_prefix(const char *string, size_t num);

#endif
