#include "chunk.h"

#include <string.h>

#include "../base/alloc.h"
#include "../base/crc32c.h"

static const char words[RGI_CHUNK_UNKNOWN][5] = {
    [RGI_CHUNK_STRT] = "STRT", [RGI_CHUNK_TYPE] = "TYPE", [RGI_CHUNK_CODE] = "CODE",
    [RGI_CHUNK_META] = "META", [RGI_CHUNK_NODE] = "NODE", [RGI_CHUNK_PROP] = "PROP",
    [RGI_CHUNK_EDGE] = "EDGE", [RGI_CHUNK_LOSS] = "LOSS", [RGI_CHUNK_END] = "END ",
};

const char *rgi_chunk_word(enum rgi_chunk_kind kind)
{
  return kind < RGI_CHUNK_UNKNOWN ? words[kind] : "unknown";
}

// refgraph builds for little-endian machines only: numbers are copied as they are.
static void put32(uint8_t *at, uint32_t number)
{
  memcpy(at, &number, sizeof(number));
}

static uint32_t get32(const uint8_t *at)
{
  uint32_t number;
  memcpy(&number, at, sizeof(number));
  return number;
}

// The last four bytes of a header are the checksum of those before.
static void seal(uint8_t *data, size_t size)
{
  put32(data + size - 4, rgi_crc32c(data, size - 4));
}

static bool is_sealed(const uint8_t *data, size_t size)
{
  return get32(data + size - 4) == rgi_crc32c(data, size - 4);
}

void rgi_dump_header_encode(const struct rgi_dump_header *header, uint8_t ret[RGI_DUMP_HEADER_SIZE])
{
  memset(ret, 0, RGI_DUMP_HEADER_SIZE);
  memcpy(ret, RGI_DUMP_MAGIC, 8);
  memcpy(ret + 8, &header->major, 2);
  memcpy(ret + 10, &header->minor, 2);
  memcpy(ret + 16, &header->num_nodes, 8);
  memcpy(ret + 24, &header->num_edges, 8);
  seal(ret, RGI_DUMP_HEADER_SIZE);
}

struct rgi_dump_header rgi_dump_header_decode(const uint8_t data[RGI_DUMP_HEADER_SIZE])
{
  struct rgi_dump_header header = {0};
  header.is_intact = is_sealed(data, RGI_DUMP_HEADER_SIZE);
  memcpy(&header.major, data + 8, 2);
  memcpy(&header.minor, data + 10, 2);
  memcpy(&header.num_nodes, data + 16, 8);
  memcpy(&header.num_edges, data + 24, 8);
  return header;
}

void rgi_chunk_encode(const struct rgi_chunk *chunk, uint8_t ret[RGI_CHUNK_HEADER_SIZE])
{
  memcpy(ret, words[chunk->kind], 4);
  put32(ret + 4, chunk->number);
  put32(ret + 8, chunk->flags);
  put32(ret + 12, chunk->num_items);
  put32(ret + 16, chunk->raw_size);
  put32(ret + 20, chunk->stored_size);
  put32(ret + 24, chunk->checksum);
  seal(ret, RGI_CHUNK_HEADER_SIZE);
}

static enum rgi_chunk_kind find_kind(const uint8_t *data)
{
  for (size_t kind = 0; kind < RGI_CHUNK_UNKNOWN; kind++) {
    if (memcmp(data, words[kind], 4) == 0)
      return (enum rgi_chunk_kind)kind;
  }
  return RGI_CHUNK_UNKNOWN;
}

struct rgi_chunk rgi_chunk_decode(const uint8_t data[RGI_CHUNK_HEADER_SIZE])
{
  return (struct rgi_chunk){
      .kind = find_kind(data),
      .number = get32(data + 4),
      .flags = get32(data + 8),
      .num_items = get32(data + 12),
      .raw_size = get32(data + 16),
      .stored_size = get32(data + 20),
      .checksum = get32(data + 24),
      .is_intact = is_sealed(data, RGI_CHUNK_HEADER_SIZE),
  };
}

void *rgi_chunk_zstd_alloc(void *context, size_t size)
{
  (void)context;
  return rgi_alloc(size, 1);
}

void rgi_chunk_zstd_free(void *context, void *memory)
{
  (void)context;
  rgi_free(memory);
}
