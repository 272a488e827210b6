/* Messages between the library and its renderer: numbers little-endian, text as length and bytes. The reader trusts
 * nothing: whatever does not fit sets `is_bad`, after which every read gives 0 or "". */
#ifndef RGI_BASE_MESSAGE_H
#define RGI_BASE_MESSAGE_H

#include "text.h"

void rgi_message_add_u32(struct rgi_text *message, uint32_t value);
void rgi_message_add_u64(struct rgi_text *message, uint64_t value);
/* Length, bytes and a NUL that lets the reader use them in place. */
void rgi_message_add_string(struct rgi_text *message, const char *string);

struct rgi_message_reader {
  const char *data;
  size_t size;
  size_t offset;
  bool is_bad;
};

uint32_t rgi_message_u32(struct rgi_message_reader *reader);
uint64_t rgi_message_u64(struct rgi_message_reader *reader);
/* A pointer into the message. */
const char *rgi_message_string(struct rgi_message_reader *reader);
/* A count of things that take at least `least_size` bytes each: bad if they cannot all be there. */
uint32_t rgi_message_count(struct rgi_message_reader *reader, size_t least_size);

/* CRC-32 as in zlib and PNG. */
uint32_t rgi_crc32(const void *data, size_t size);

#endif
