#include "message.h"

#include <string.h>

// The library builds for little-endian machines only (configure stops elsewhere): numbers are copied as they are.

void rgi_message_add_u32(struct rgi_text *message, uint32_t value)
{
  rgi_text_add(message, (const char *)&value, sizeof(value));
}

void rgi_message_add_u64(struct rgi_text *message, uint64_t value)
{
  rgi_text_add(message, (const char *)&value, sizeof(value));
}

void rgi_message_add_string(struct rgi_text *message, const char *string)
{
  size_t size = strlen(string);
  rgi_message_add_u32(message, (uint32_t)size);
  rgi_text_add(message, string, size + 1);
}

static void read(struct rgi_message_reader *reader, void *ret, size_t size)
{
  memset(ret, 0, size);
  if (reader->is_bad || size > reader->size - reader->offset) {
    reader->is_bad = true;
    return;
  }
  memcpy(ret, reader->data + reader->offset, size);
  reader->offset += size;
}

uint32_t rgi_message_u32(struct rgi_message_reader *reader)
{
  uint32_t value;
  read(reader, &value, sizeof(value));
  return value;
}

uint64_t rgi_message_u64(struct rgi_message_reader *reader)
{
  uint64_t value;
  read(reader, &value, sizeof(value));
  return value;
}

const char *rgi_message_string(struct rgi_message_reader *reader)
{
  size_t size = rgi_message_u32(reader);
  const char *string = reader->data + reader->offset;
  if (reader->is_bad || size >= reader->size - reader->offset || memchr(string, 0, size + 1) != string + size) {
    reader->is_bad = true;
    return "";
  }
  reader->offset += size + 1;
  return string;
}

uint32_t rgi_message_count(struct rgi_message_reader *reader, size_t least_size)
{
  uint32_t count = rgi_message_u32(reader);
  if (count > (reader->size - reader->offset) / least_size) {
    reader->is_bad = true;
    return 0;
  }
  return count;
}

// What the eight bits of a byte do to the checksum.
static uint32_t crc32_of_byte(uint32_t byte)
{
  for (int bit = 0; bit < 8; bit++)
    byte = byte >> 1 ^ (0xedb88320u & (0u - (byte & 1)));
  return byte;
}

uint32_t rgi_crc32(const void *data, size_t size)
{
  uint32_t table[256];
  for (uint32_t byte = 0; byte < 256; byte++)
    table[byte] = crc32_of_byte(byte);
  const unsigned char *bytes = data;
  uint32_t crc = UINT32_MAX;
  for (size_t i = 0; i < size; i++)
    crc = crc >> 8 ^ table[(crc ^ bytes[i]) & 0xff];
  return ~crc;
}
