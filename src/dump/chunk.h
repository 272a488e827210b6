/* Headers, chunks and their columns, as FORMAT.md specifies them; what writing and reading have in common. */
#ifndef RGI_DUMP_CHUNK_H
#define RGI_DUMP_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RGI_DUMP_MAGIC "\x89RGD\r\n\x1a\n"
#define RGI_DUMP_MAJOR 0
#define RGI_DUMP_MINOR 1

#define RGI_DUMP_HEADER_SIZE 40
#define RGI_CHUNK_HEADER_SIZE 32
#define RGI_CHUNK_RAW_MAX ((uint32_t)4 << 20)
#define RGI_CHUNK_STORED_MAX (RGI_CHUNK_RAW_MAX + ((uint32_t)64 << 10))
/* A payload is at most that much longer raw than stored. */
#define RGI_CHUNK_RATIO_MAX 16

enum rgi_chunk_kind {
  RGI_CHUNK_STRT,
  RGI_CHUNK_TYPE,
  RGI_CHUNK_CODE,
  RGI_CHUNK_META,
  RGI_CHUNK_NODE,
  RGI_CHUNK_PROP,
  RGI_CHUNK_EDGE,
  RGI_CHUNK_LOSS,
  RGI_CHUNK_END,
  RGI_CHUNK_UNKNOWN,
};

#define RGI_CHUNK_ZSTD 1u
#define RGI_CHUNK_CRITICAL 2u

/* Columns are numbered from 1 in every kind of chunk. */
#define RGI_MAX_COLUMNS 8

enum { RGI_STRT_LENGTH = 1, RGI_STRT_TEXT, RGI_STRT_REPLACEMENT };
enum { RGI_TYPE_NAME = 1, RGI_TYPE_MODULE, RGI_TYPE_CATEGORY };
enum {
  RGI_CODE_NAME = 1,
  RGI_CODE_FILE,
  RGI_CODE_LINE,
  RGI_CODE_CAPTURED,
  RGI_CODE_CAPTURED_NAME,
  RGI_CODE_CAPTURED_USE,
  RGI_CODE_CAPTURED_ATTRIBUTES
};
enum { RGI_META_TEXTS = 1, RGI_META_NUMBERS };
enum {
  RGI_NODE_TYPE = 1,
  RGI_NODE_ADDRESS,
  RGI_NODE_SIZE,
  RGI_NODE_REFCOUNT,
  RGI_NODE_FLAGS,
  RGI_NODE_DETAIL,
  RGI_NODE_DEGREE
};
enum { RGI_PROP_NODE = 1, RGI_PROP_PROPERTY, RGI_PROP_VALUE };
enum { RGI_EDGE_KIND = 1, RGI_EDGE_NAME, RGI_EDGE_TARGET };
enum { RGI_LOSS_WHAT = 1, RGI_LOSS_COUNT };

struct rgi_dump_header {
  uint16_t major, minor;
  uint64_t num_nodes, num_edges;
  bool is_intact; /* its checksum is right */
};

struct rgi_chunk {
  enum rgi_chunk_kind kind;
  uint32_t number, flags, num_items, raw_size, stored_size, checksum;
  bool is_intact; /* the header's own checksum */
};

void rgi_dump_header_encode(const struct rgi_dump_header *header, uint8_t ret[RGI_DUMP_HEADER_SIZE]);
struct rgi_dump_header rgi_dump_header_decode(const uint8_t data[RGI_DUMP_HEADER_SIZE]);
void rgi_chunk_encode(const struct rgi_chunk *chunk, uint8_t ret[RGI_CHUNK_HEADER_SIZE]);
struct rgi_chunk rgi_chunk_decode(const uint8_t data[RGI_CHUNK_HEADER_SIZE]);
/* "STRT"; "unknown" for one that is not known. */
const char *rgi_chunk_word(enum rgi_chunk_kind kind);

/* Memory for zstd, which is the library's own like all memory: for ZSTD_customMem. */
void *rgi_chunk_zstd_alloc(void *context, size_t size);
void rgi_chunk_zstd_free(void *context, void *memory);

#endif
