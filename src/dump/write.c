/* Writing: strings and tables first, then the nodes, then the edges, in chunks of a fixed number of items.
 *
 * Each chunk is collected column by column and packed as a whole. Strings that must not be written are left out, and
 * the others are numbered anew: `strings` says what stands for each. */
#include <refgraph/dump.h>

#include <string.h>

#define ZSTD_STATIC_LINKING_ONLY // for memory of our own
#include <zstd.h>

#include "../base/alloc.h"
#include "../base/crc32c.h"
#include "../base/options.h"
#include "../graph/graph-internal.h"
#include "chunk.h"
#include "coding.h"

#define ITEMS_MAX 65536
#define TEXT_MAX ((size_t)1 << 20)
#define COLUMN_CAPACITY (TEXT_MAX + RG_STRING_MAX)
#define ZSTD_LEVEL 1
// A skippable frame of zstd: magic, then the number of bytes to skip.
#define SKIPPABLE_MAGIC UINT32_C(0x184d2a50)
#define SKIPPABLE_HEADER 8

struct column {
  uint8_t *data, *end;
};

struct writer {
  const rg_graph *graph;
  rg_dump_write_options options;
  const rg_writer *out;
  ZSTD_CCtx *zstd; // NULL: chunks stay raw
  uint32_t num_chunks;
  uint64_t num_done; // nodes and edges

  struct column columns[RGI_MAX_COLUMNS]; // those of the chunk at hand
  uint32_t num_items;
  uint8_t *raw, *stored;

  rg_string *strings;   // by string, what it is in the dump
  uint64_t *addresses;  // by type, of the last node
  uint32_t *details;
  rg_node slots[RGI_NUM_SLOTS];
  uint32_t next_index;
};

/* --- memory ------------------------------------------------------------------------------------------------------- */

static void deinit(struct writer *writer)
{
  ZSTD_freeCCtx(writer->zstd);
  for (size_t i = 0; i < RGI_MAX_COLUMNS; i++)
    rgi_free(writer->columns[i].data);
  rgi_free(writer->raw);
  rgi_free(writer->stored);
  rgi_free(writer->strings);
  rgi_free(writer->addresses);
  rgi_free(writer->details);
}

static rg_error *init_zstd(struct writer *writer)
{
  ZSTD_customMem memory = {rgi_chunk_zstd_alloc, rgi_chunk_zstd_free, NULL};
  writer->zstd = ZSTD_createCCtx_advanced(memory);
  if (!writer->zstd)
    return rgi_out_of_memory();
  ZSTD_CCtx_setParameter(writer->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL);
  return NULL;
}

static rg_error *init_columns(struct writer *writer)
{
  for (size_t i = 0; i < RGI_MAX_COLUMNS; i++) {
    writer->columns[i].data = rgi_alloc(COLUMN_CAPACITY, 1);
    if (!writer->columns[i].data)
      return rgi_out_of_memory();
  }
  return NULL;
}

static rg_error *init(struct writer *writer)
{
  const struct rgi_tables *tables = &writer->graph->tables;
  writer->raw = rgi_alloc(RGI_CHUNK_RAW_MAX, 1);
  writer->stored = rgi_alloc(RGI_CHUNK_STORED_MAX, 1);
  writer->strings = rgi_alloc(tables->strings.num, sizeof(*writer->strings));
  writer->addresses = rgi_alloc(tables->num_types, sizeof(*writer->addresses));
  writer->details = rgi_alloc(tables->num_types, sizeof(*writer->details));
  if (!writer->raw || !writer->stored || !writer->strings || !writer->addresses || !writer->details)
    return rgi_out_of_memory();
  RGI_TRY(init_columns(writer));
  return writer->options.is_uncompressed ? NULL : init_zstd(writer);
}

/* --- chunks ------------------------------------------------------------------------------------------------------- */

static rg_error *put_bytes(const struct writer *writer, const void *data, size_t size)
{
  return writer->out->write(writer->out->context, data, size);
}

static void begin_chunk(struct writer *writer)
{
  for (size_t i = 0; i < RGI_MAX_COLUMNS; i++)
    writer->columns[i].end = writer->columns[i].data;
  writer->num_items = 0;
}

static void put(struct writer *writer, unsigned column, uint64_t number)
{
  writer->columns[column - 1].end = rgi_varint_put(writer->columns[column - 1].end, number);
}

static void put_string(struct writer *writer, unsigned column, rg_string string)
{
  put(writer, column, writer->strings[string]);
}

static size_t column_size(const struct writer *writer, unsigned column)
{
  return (size_t)(writer->columns[column - 1].end - writer->columns[column - 1].data);
}

// The columns one after the other.
static uint32_t join_columns(struct writer *writer, unsigned num_columns)
{
  uint8_t *at = writer->raw;
  for (unsigned column = 1; column <= num_columns; column++) {
    size_t size = column_size(writer, column);
    at = rgi_varint_put(at, column);
    at = rgi_varint_put(at, size);
    memcpy(at, writer->columns[column - 1].data, size);
    at += size;
  }
  return (uint32_t)(at - writer->raw);
}

// Makes a frame so long that the payload is not too much shorter stored than raw.
static uint32_t pad(uint8_t *stored, uint32_t stored_size, uint32_t raw_size)
{
  uint32_t least_size = (raw_size + RGI_CHUNK_RATIO_MAX - 1) / RGI_CHUNK_RATIO_MAX;
  if (stored_size >= least_size)
    return stored_size;
  uint32_t missing = least_size - stored_size;
  uint32_t skipped = missing > SKIPPABLE_HEADER ? missing - SKIPPABLE_HEADER : 0;
  uint32_t words[] = {SKIPPABLE_MAGIC, skipped};
  memcpy(stored + stored_size, words, SKIPPABLE_HEADER);
  memset(stored + stored_size + SKIPPABLE_HEADER, 0, skipped);
  return stored_size + SKIPPABLE_HEADER + skipped;
}

// What does not get shorter is stored as it is.
static rg_error *pack(struct writer *writer, struct rgi_chunk *chunk, const uint8_t **payload_ret)
{
  chunk->stored_size = chunk->raw_size;
  *payload_ret = writer->raw;
  if (!writer->zstd || !chunk->raw_size)
    return NULL;
  size_t size = ZSTD_compress2(writer->zstd, writer->stored, RGI_CHUNK_STORED_MAX, writer->raw, chunk->raw_size);
  // The room suffices for any payload: nothing else can fail.
  if (ZSTD_isError(size))
    return rgi_out_of_memory();
  if (size >= chunk->raw_size)
    return NULL;
  chunk->flags |= RGI_CHUNK_ZSTD;
  chunk->stored_size = pad(writer->stored, (uint32_t)size, chunk->raw_size);
  *payload_ret = writer->stored;
  return NULL;
}

static rg_error *report(const struct writer *writer)
{
  uint64_t total = writer->graph->num_nodes + writer->graph->num_edges;
  rg_progress progress = writer->options.progress;
  if (progress && progress(writer->options.progress_context, "writing", writer->num_done, total))
    return rg_error_create(RG_ERROR_INTERRUPTED, "interrupted while writing");
  return NULL;
}

static rg_error *end_chunk(struct writer *writer, enum rgi_chunk_kind kind, unsigned num_columns)
{
  struct rgi_chunk chunk = {.kind = kind,
                            .number = writer->num_chunks++,
                            .flags = RGI_CHUNK_CRITICAL,
                            .num_items = writer->num_items,
                            .raw_size = join_columns(writer, num_columns)};
  const uint8_t *payload;
  RGI_TRY(pack(writer, &chunk, &payload));
  chunk.checksum = rgi_crc32c(payload, chunk.stored_size);
  uint8_t header[RGI_CHUNK_HEADER_SIZE];
  rgi_chunk_encode(&chunk, header);
  RGI_TRY(put_bytes(writer, header, sizeof(header)));
  RGI_TRY(put_bytes(writer, payload, chunk.stored_size));
  begin_chunk(writer);
  return report(writer);
}

// Ends the chunk if it is full.
static rg_error *end_full_chunk(struct writer *writer, enum rgi_chunk_kind kind, unsigned num_columns)
{
  return writer->num_items == ITEMS_MAX ? end_chunk(writer, kind, num_columns) : NULL;
}

static rg_error *end_last_chunk(struct writer *writer, enum rgi_chunk_kind kind, unsigned num_columns)
{
  return writer->num_items ? end_chunk(writer, kind, num_columns) : NULL;
}

/* --- tables ------------------------------------------------------------------------------------------------------- */

static rg_string replacement_of(const struct writer *writer, rg_string string)
{
  return writer->graph->tables.strings.replacements[string];
}

// Without its NUL.
static size_t string_size(const struct rgi_strings *strings, rg_string string)
{
  uint64_t end = string + 1 < strings->num ? strings->begin[string + 1] : strings->text.size;
  return (size_t)(end - strings->begin[string]) - 1;
}

static void put_text(struct writer *writer, rg_string string)
{
  const struct rgi_strings *strings = &writer->graph->tables.strings;
  size_t size = string_size(strings, string);
  struct column *text = &writer->columns[RGI_STRT_TEXT - 1];
  put(writer, RGI_STRT_LENGTH, size);
  memcpy(text->end, rgi_tables_string(&writer->graph->tables, string), size);
  text->end += size;
  // A replacement comes before what it replaces, so that its own number is known.
  put_string(writer, RGI_STRT_REPLACEMENT, replacement_of(writer, string));
  writer->num_items++;
}

static rg_error *write_strings(struct writer *writer)
{
  rg_string num_written = 0;
  for (rg_string string = 0; string < writer->graph->tables.strings.num; string++) {
    rg_string replacement = replacement_of(writer, string);
    if (replacement && !writer->options.with_values) {
      writer->strings[string] = writer->strings[replacement];
      continue;
    }
    writer->strings[string] = num_written++;
    put_text(writer, string);
    if (column_size(writer, RGI_STRT_TEXT) + RG_STRING_MAX > TEXT_MAX)
      RGI_TRY(end_chunk(writer, RGI_CHUNK_STRT, 3));
    RGI_TRY(end_full_chunk(writer, RGI_CHUNK_STRT, 3));
  }
  return end_last_chunk(writer, RGI_CHUNK_STRT, 3);
}

static rg_error *write_types(struct writer *writer)
{
  const struct rgi_tables *tables = &writer->graph->tables;
  for (size_t i = 0; i < tables->num_types; i++) {
    put_string(writer, RGI_TYPE_NAME, tables->types[i].name);
    put_string(writer, RGI_TYPE_MODULE, tables->types[i].module);
    put(writer, RGI_TYPE_CATEGORY, tables->types[i].category);
    writer->num_items++;
    RGI_TRY(end_full_chunk(writer, RGI_CHUNK_TYPE, 3));
  }
  return end_last_chunk(writer, RGI_CHUNK_TYPE, 3);
}

static void put_captured(struct writer *writer, const struct rgi_site *site)
{
  for (uint32_t i = 0; i < site->num_captured; i++) {
    const struct rgi_captured *captured = &writer->graph->tables.captured[site->captured_begin + i];
    put_string(writer, RGI_CODE_CAPTURED_NAME, captured->name);
    put(writer, RGI_CODE_CAPTURED_USE, captured->use);
    put_string(writer, RGI_CODE_CAPTURED_ATTRIBUTES, captured->attributes);
  }
}

static rg_error *write_sites(struct writer *writer)
{
  const struct rgi_tables *tables = &writer->graph->tables;
  size_t num_captured = 0;
  for (size_t i = 0; i < tables->num_sites; i++) {
    const struct rgi_site *site = &tables->sites[i];
    if (site->num_captured > ITEMS_MAX)
      return rg_error_create(RG_ERROR_LIMIT, "a function with %u captured variables: a dump holds %d at most",
                             site->num_captured, ITEMS_MAX);
    if (num_captured + site->num_captured > ITEMS_MAX) {
      RGI_TRY(end_chunk(writer, RGI_CHUNK_CODE, 7));
      num_captured = 0;
    }
    num_captured += site->num_captured;
    put_string(writer, RGI_CODE_NAME, site->name);
    put_string(writer, RGI_CODE_FILE, site->file);
    put(writer, RGI_CODE_LINE, site->line);
    put(writer, RGI_CODE_CAPTURED, site->num_captured);
    put_captured(writer, site);
    writer->num_items++;
    RGI_TRY(end_full_chunk(writer, RGI_CHUNK_CODE, 7));
  }
  return end_last_chunk(writer, RGI_CHUNK_CODE, 7);
}

static rg_error *write_process(struct writer *writer)
{
  const struct rgi_origin *origin = &writer->graph->origin;
  const rg_process_info *process = &origin->process;
  const rg_string texts[] = {origin->producer, origin->interpreter, origin->host, origin->mode};
  for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
    put_string(writer, RGI_META_TEXTS, texts[i]);
  put(writer, RGI_META_NUMBERS, process->pid);
  put(writer, RGI_META_NUMBERS, process->time_ns);
  put(writer, RGI_META_NUMBERS, process->pause_ns);
  put(writer, RGI_META_NUMBERS, process->is_collector_enabled);
  for (size_t i = 0; i < 3; i++)
    put(writer, RGI_META_NUMBERS, process->thresholds[i]);
  for (size_t i = 0; i < 3; i++)
    put(writer, RGI_META_NUMBERS, process->counts[i]);
  put(writer, RGI_META_NUMBERS, process->num_frozen);
  writer->num_items = 1;
  return end_chunk(writer, RGI_CHUNK_META, 2);
}

static rg_error *write_losses(struct writer *writer)
{
  const struct rgi_origin *origin = &writer->graph->origin;
  for (size_t i = 0; i < origin->num_losses; i++) {
    put_string(writer, RGI_LOSS_WHAT, origin->losses[i].what);
    put(writer, RGI_LOSS_COUNT, origin->losses[i].num);
    writer->num_items++;
    RGI_TRY(end_full_chunk(writer, RGI_CHUNK_LOSS, 2));
  }
  return end_last_chunk(writer, RGI_CHUNK_LOSS, 2);
}

/* --- nodes and edges ---------------------------------------------------------------------------------------------- */

static void put_node(struct writer *writer, rg_node i)
{
  const rg_graph *graph = writer->graph;
  const struct rgi_node *node = &graph->nodes[i];
  rg_node_flags flags = graph->flags[i] & (RG_NODE_FLAGS_ALL | RGI_NODE_HAS_LENGTH);
  uint64_t address = rgi_rotate_right4(node->address);
  uint32_t detail = flags & RGI_NODE_HAS_LENGTH ? node->detail : writer->strings[node->detail];
  put(writer, RGI_NODE_TYPE, node->type);
  put(writer, RGI_NODE_ADDRESS, rgi_difference(address, writer->addresses[node->type]));
  put(writer, RGI_NODE_SIZE, node->size);
  put(writer, RGI_NODE_REFCOUNT, node->refcount);
  put(writer, RGI_NODE_FLAGS, flags);
  put(writer, RGI_NODE_DETAIL, rgi_difference32(detail, writer->details[node->type]));
  put(writer, RGI_NODE_DEGREE, rg_graph_edges_end(graph, i) - rg_graph_edges_begin(graph, i));
  writer->addresses[node->type] = address;
  writer->details[node->type] = detail;
}

static rg_error *write_nodes(struct writer *writer)
{
  for (rg_node node = 0; node < writer->graph->num_nodes; node++) {
    put_node(writer, node);
    writer->num_items++;
    writer->num_done++;
    RGI_TRY(end_full_chunk(writer, RGI_CHUNK_NODE, 7));
  }
  return end_last_chunk(writer, RGI_CHUNK_NODE, 7);
}

// Strings that a value refers to are numbered anew.
static uint64_t extra_value(const struct writer *writer, const struct rgi_extra *extra)
{
  uint64_t value = extra->value;
  switch ((enum rgi_property)extra->property) {
  case RGI_EXTRA_CONTEXT:
    return writer->strings[value];
  case RGI_EXTRA_STATE:
    return (value >> 32) << 32 | writer->strings[(rg_string)value];
  case RGI_EXTRA_ALLOCATION:
    return (uint64_t)writer->strings[value >> 32] << 32 | (uint32_t)value;
  case RGI_EXTRA_SIZE:
  case RGI_EXTRA_LENGTH:
  case RGI_EXTRA_SITE:
  case RGI_EXTRA_UNFOLLOWED:
    break;
  }
  return value;
}

static rg_error *write_extras(struct writer *writer)
{
  rg_node last = 0;
  for (size_t i = 0; i < writer->graph->num_extras; i++) {
    const struct rgi_extra *extra = &writer->graph->extras[i];
    put(writer, RGI_PROP_NODE, rgi_difference32(extra->node, last));
    put(writer, RGI_PROP_PROPERTY, extra->property);
    put(writer, RGI_PROP_VALUE, extra_value(writer, extra));
    last = extra->node;
    writer->num_items++;
    RGI_TRY(end_full_chunk(writer, RGI_CHUNK_PROP, 3));
  }
  return end_last_chunk(writer, RGI_CHUNK_PROP, 3);
}

// 0 and 1 are the usual ways on: to the next position, or to the first of another sequence.
static uint64_t index_code(struct writer *writer, uint32_t index)
{
  uint64_t code = index == 0 ? 0 : index == writer->next_index ? 1 : (uint64_t)index + 2;
  writer->next_index = index + 1;
  return code;
}

static void put_edge(struct writer *writer, uint64_t edge)
{
  const rg_graph *graph = writer->graph;
  uint8_t kind = graph->kinds[edge];
  bool is_index = kind == RG_EDGE_INDEX;
  uint32_t name = is_index ? graph->names[edge] : writer->strings[graph->names[edge]];
  rg_node *slot = &writer->slots[rgi_edge_slot(kind, name, is_index)];
  put(writer, RGI_EDGE_KIND, kind);
  put(writer, RGI_EDGE_NAME, is_index ? index_code(writer, name) : name);
  put(writer, RGI_EDGE_TARGET, rgi_difference32(graph->targets[edge], *slot));
  *slot = graph->targets[edge];
}

static rg_error *write_edges(struct writer *writer)
{
  for (uint64_t edge = 0; edge < writer->graph->num_edges; edge++) {
    put_edge(writer, edge);
    writer->num_items++;
    writer->num_done++;
    RGI_TRY(end_full_chunk(writer, RGI_CHUNK_EDGE, 3));
  }
  return end_last_chunk(writer, RGI_CHUNK_EDGE, 3);
}

/* --- the whole ---------------------------------------------------------------------------------------------------- */

static rg_error *write_header(struct writer *writer)
{
  struct rgi_dump_header header = {.major = RGI_DUMP_MAJOR,
                                   .minor = RGI_DUMP_MINOR,
                                   .num_nodes = writer->graph->num_nodes,
                                   .num_edges = writer->graph->num_edges};
  uint8_t data[RGI_DUMP_HEADER_SIZE];
  rgi_dump_header_encode(&header, data);
  return put_bytes(writer, data, sizeof(data));
}

static rg_error *write_all(struct writer *writer)
{
  RGI_TRY(init(writer));
  begin_chunk(writer);
  // The first bytes may have to wait for a reader.
  RGI_TRY(report(writer));
  RGI_TRY(write_header(writer));
  RGI_TRY(write_strings(writer));
  RGI_TRY(write_types(writer));
  RGI_TRY(write_sites(writer));
  RGI_TRY(write_process(writer));
  RGI_TRY(write_nodes(writer));
  RGI_TRY(write_extras(writer));
  RGI_TRY(write_edges(writer));
  RGI_TRY(write_losses(writer));
  return end_chunk(writer, RGI_CHUNK_END, 0);
}

rg_error *rg_dump_write(const rg_graph *graph, const rg_dump_write_options *options, const rg_writer *out)
{
  RGI_SCOPED_FREE struct writer *writer = rgi_alloc(1, sizeof(*writer));
  if (!writer)
    return rgi_out_of_memory();
  writer->graph = graph;
  writer->out = out;
  writer->options = (rg_dump_write_options)RG_DUMP_WRITE_OPTIONS_INIT;
  rgi_options_read(&writer->options, options);
  rg_error *error = write_all(writer);
  deinit(writer);
  return error;
}
