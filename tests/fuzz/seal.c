#include "seal.h"

#include <string.h>

#include "../../src/base/crc32c.h"
#include "../../src/dump/chunk.h"

static void put(uint8_t *at, uint32_t checksum)
{
  memcpy(at, &checksum, sizeof(checksum));
}

size_t sealed_chunk_size(const uint8_t *dump, size_t size, size_t begin)
{
  size_t left = size - begin;
  if (left < RGI_CHUNK_HEADER_SIZE)
    return 0;
  size_t stored_size = rgi_chunk_decode(dump + begin).stored_size;
  return stored_size > left - RGI_CHUNK_HEADER_SIZE ? 0 : RGI_CHUNK_HEADER_SIZE + stored_size;
}

static void seal_chunk(uint8_t *chunk, size_t size)
{
  put(chunk + 24, rgi_crc32c(chunk + RGI_CHUNK_HEADER_SIZE, size - RGI_CHUNK_HEADER_SIZE));
  put(chunk + 28, rgi_crc32c(chunk, 28));
}

void seal(uint8_t *dump, size_t size)
{
  if (size < RGI_DUMP_HEADER_SIZE)
    return;
  put(dump + RGI_DUMP_HEADER_SIZE - 4, rgi_crc32c(dump, RGI_DUMP_HEADER_SIZE - 4));
  size_t begin = RGI_DUMP_HEADER_SIZE;
  for (size_t chunk_size; (chunk_size = sealed_chunk_size(dump, size, begin)); begin += chunk_size)
    seal_chunk(dump + begin, chunk_size);
  // The header of a chunk that is cut off.
  if (size - begin >= RGI_CHUNK_HEADER_SIZE)
    put(dump + begin + 28, rgi_crc32c(dump + begin, 28));
}
