/* Reading under way: what is known so far, and what the next chunk is checked against.
 *
 *   read.c         chunks in their order, unpacked and checked; the end
 *   read_tables.c  strings, types, code sites, the process, losses
 *   read_graph.c   nodes, what few of them have, edges
 *
 * Nothing that a dump says is believed: every index is checked before it is used, every count before memory is taken
 * for it, and memory is counted. */
#ifndef RGI_DUMP_READ_H
#define RGI_DUMP_READ_H

#include <refgraph/dump.h>

#define ZSTD_STATIC_LINKING_ONLY /* for memory of our own */
#include <zstd.h>

#include "../graph/graph-internal.h"
#include "chunk.h"
#include "coding.h"

struct rgi_reading {
  const rg_reader *in;
  rg_dump_read_options options;
  uint64_t offset; /* bytes read so far */
  struct rgi_dump_header header;
  ZSTD_DCtx *zstd;
  uint8_t *stored, *raw;
  size_t stored_capacity, raw_capacity;

  struct rgi_chunk chunk; /* the one at hand */
  uint64_t chunk_offset;
  uint32_t num_chunks;
  enum rgi_chunk_kind last_kind;
  struct rgi_cursor columns[RGI_MAX_COLUMNS];
  bool is_complete; /* END was read */

  rg_graph *graph; /* as far as it is read */
  uint64_t memory; /* bytes that it takes */
  size_t nodes_capacity, flags_capacity, rows_capacity, blocks_capacity, extras_capacity;
  size_t targets_capacity, names_capacity, kinds_capacity;
  uint64_t num_expected_edges; /* the sum of all degrees */
  uint64_t *addresses;         /* by type, of the last node */
  uint32_t *details;
  rg_node slots[RGI_NUM_SLOTS];
  uint32_t next_index;
};

/* "bad NODE chunk at byte 4096: object 17 has …": what is wrong with item `i` of the chunk at hand. */
rg_error *rgi_reading_bad_item(const struct rgi_reading *reading, uint64_t i, const char *what);

/* The error for a column that did not hold what it should, or has something left. NULL: all is well. */
rg_error *rgi_reading_check_columns(const struct rgi_reading *reading, unsigned num_columns);

/* The next number of a column. */
static inline uint64_t rgi_reading_number(struct rgi_reading *reading, unsigned column)
{
  return rgi_varint_get(&reading->columns[column - 1]);
}

static inline uint64_t rgi_reading_below(struct rgi_reading *reading, unsigned column, uint64_t end)
{
  return rgi_varint_get_below(&reading->columns[column - 1], end);
}

static inline rg_string rgi_reading_string(struct rgi_reading *reading, unsigned column)
{
  return (rg_string)rgi_reading_below(reading, column, reading->graph->tables.strings.num);
}

/* Counts memory that is taken. */
rg_error *rgi_reading_count_memory(struct rgi_reading *reading, uint64_t bytes);

/* Makes room for `needed` elements; at first for `expected`, as far as a dump of that size can hold them. */
rg_error *rgi_reading_reserve_(struct rgi_reading *reading, void **data, size_t *capacity, size_t needed,
                               uint64_t expected, size_t element_size);
#define rgi_reading_reserve(reading, data, capacity, needed, expected) \
  rgi_reading_reserve_((reading), (void **)(data), (capacity), (needed), (expected), sizeof(**(data)))

/* Each reads the chunk at hand, whose columns are found and have at least a byte an item. */
rg_error *rgi_read_strings(struct rgi_reading *reading);
rg_error *rgi_read_types(struct rgi_reading *reading);
rg_error *rgi_read_sites(struct rgi_reading *reading);
rg_error *rgi_read_process(struct rgi_reading *reading);
rg_error *rgi_read_losses(struct rgi_reading *reading);
rg_error *rgi_read_nodes(struct rgi_reading *reading);
rg_error *rgi_read_extras(struct rgi_reading *reading);
rg_error *rgi_read_edges(struct rgi_reading *reading);

/* What is left to do after the last chunk. */
rg_error *rgi_read_end_graph(struct rgi_reading *reading);

#endif
