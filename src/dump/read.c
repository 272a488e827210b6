#include "read.h"

#include <refgraph/memory.h>

#include <stdio.h>
#include <string.h>

#include "../base/alloc.h"
#include "../base/crc32c.h"
#include "../base/options.h"

/* --- errors ------------------------------------------------------------------------------------------------------- */

static rg_error *bad_chunk(const struct rgi_reading *reading, const char *what)
{
  return rg_error_create(RG_ERROR_DUMP, "bad %s chunk at byte %llu: %s", rgi_chunk_word(reading->chunk.kind),
                         (unsigned long long)reading->chunk_offset, what);
}

rg_error *rgi_reading_bad_item(const struct rgi_reading *reading, uint64_t i, const char *what)
{
  return rg_error_create(RG_ERROR_DUMP, "bad %s chunk at byte %llu: item %llu %s", rgi_chunk_word(reading->chunk.kind),
                         (unsigned long long)reading->chunk_offset, (unsigned long long)i, what);
}

rg_error *rgi_reading_check_columns(const struct rgi_reading *reading, unsigned num_columns)
{
  for (unsigned i = 0; i < num_columns; i++) {
    const struct rgi_cursor *column = &reading->columns[i];
    if (!column->is_bad && column->at == column->end)
      continue;
    char what[64];
    snprintf(what, sizeof(what), "column %u %s", i + 1,
             column->is_bad ? "has a value that cannot be" : "goes on after the last item");
    return bad_chunk(reading, what);
  }
  return NULL;
}

/* --- memory ------------------------------------------------------------------------------------------------------- */

static uint64_t default_max_memory(void)
{
  uint64_t available = rg_memory_available();
  return available ? available / 2 : UINT64_MAX;
}

rg_error *rgi_reading_count_memory(struct rgi_reading *reading, uint64_t bytes)
{
  uint64_t max = reading->options.max_memory;
  bool is_large = max >= (uint64_t)1 << 20;
  if (bytes > max || reading->memory > max - bytes)
    return rg_error_create(RG_ERROR_LIMIT, "the dump takes more than the %llu %s of memory that it may",
                           (unsigned long long)(is_large ? max >> 20 : max), is_large ? "MiB" : "bytes");
  reading->memory += bytes;
  return NULL;
}

rg_error *rgi_reading_reserve_(struct rgi_reading *reading, void **data, size_t *capacity, size_t needed,
                               uint64_t expected, size_t element_size)
{
  if (needed <= *capacity)
    return NULL;
  // A byte of the dump is at most RGI_CHUNK_RATIO_MAX of payload, and every element has at least a byte there.
  uint64_t possible = reading->in->size * RGI_CHUNK_RATIO_MAX;
  size_t grown = *capacity + *capacity / 2;
  if (grown < expected && expected <= possible)
    grown = (size_t)expected;
  if (grown < needed)
    grown = needed;
  RGI_TRY(rgi_reading_count_memory(reading, (uint64_t)(grown - *capacity) * element_size));
  void *moved = rgi_realloc(*data, grown, element_size);
  if (!moved)
    return rgi_out_of_memory();
  *data = moved;
  *capacity = grown;
  return NULL;
}

/* --- chunks ------------------------------------------------------------------------------------------------------- */

// Reads until `size` bytes are there or the dump ends.
static rg_error *read_bytes(struct rgi_reading *reading, uint8_t *data, size_t size, size_t *num_ret)
{
  size_t num = 0, num_read = 1;
  while (num < size && num_read) {
    RGI_TRY(reading->in->read(reading->in->context, data + num, size - num, &num_read));
    num += num_read;
  }
  reading->offset += num;
  *num_ret = num;
  return NULL;
}

static rg_error *report(const struct rgi_reading *reading)
{
  rg_progress progress = reading->options.progress;
  if (progress && progress(reading->options.progress_context, "reading", reading->offset, reading->in->size))
    return rg_error_create(RG_ERROR_INTERRUPTED, "interrupted while reading");
  return NULL;
}

static rg_error *read_header(struct rgi_reading *reading)
{
  uint8_t data[RGI_DUMP_HEADER_SIZE] = {0};
  size_t num;
  RGI_TRY(read_bytes(reading, data, sizeof(data), &num));
  struct rgi_dump_header *header = &reading->header;
  *header = rgi_dump_header_decode(data);
  if (!num)
    return rg_error_create(RG_ERROR_DUMP, "this is no dump of refgraph: it is empty");
  if (memcmp(data, RGI_DUMP_MAGIC, num < 8 ? num : 8))
    return rg_error_create(RG_ERROR_DUMP, "this is no dump of refgraph: it does not begin like one");
  if (num < sizeof(data))
    return rg_error_create(RG_ERROR_DUMP, "the dump is cut off at byte %zu, in its header", num);
  if (!header->is_intact)
    return rg_error_create(RG_ERROR_DUMP, "bad checksum of the header at byte 36");
  if (header->major != RGI_DUMP_MAJOR || header->minor != RGI_DUMP_MINOR)
    return rg_error_create(RG_ERROR_UNSUPPORTED,
                           "the dump has format %u.%u, this refgraph (" RG_VERSION
                           ") reads format %d.%d: take a refgraph that reads %u.%u",
                           header->major, header->minor, RGI_DUMP_MAJOR, RGI_DUMP_MINOR, header->major,
                           header->minor);
  return NULL;
}

static rg_error *check_chunk(struct rgi_reading *reading)
{
  const struct rgi_chunk *chunk = &reading->chunk;
  if (!chunk->is_intact)
    return bad_chunk(reading, "bad checksum of its header");
  if (chunk->number != reading->num_chunks)
    return rg_error_create(RG_ERROR_DUMP, "bad chunk at byte %llu: it has number %u where %u should be",
                           (unsigned long long)reading->chunk_offset, chunk->number, reading->num_chunks);
  if (chunk->raw_size > RGI_CHUNK_RAW_MAX || chunk->stored_size > RGI_CHUNK_STORED_MAX ||
      chunk->raw_size > (uint64_t)chunk->stored_size * RGI_CHUNK_RATIO_MAX)
    return bad_chunk(reading, "bad size");
  if (!(chunk->flags & RGI_CHUNK_ZSTD) && chunk->raw_size != chunk->stored_size)
    return bad_chunk(reading, "it is as long raw as stored, but says otherwise");
  if (chunk->kind == RGI_CHUNK_UNKNOWN)
    return NULL;
  bool is_once = chunk->kind == RGI_CHUNK_META;
  if (chunk->kind < reading->last_kind || (is_once && chunk->kind == reading->last_kind))
    return bad_chunk(reading, "it comes too late");
  reading->last_kind = chunk->kind;
  return NULL;
}

static const uint8_t *unpack(struct rgi_reading *reading)
{
  const struct rgi_chunk *chunk = &reading->chunk;
  if (!chunk->raw_size)
    return (const uint8_t *)"";
  if (!(chunk->flags & RGI_CHUNK_ZSTD))
    return reading->stored;
  size_t size =
      ZSTD_decompressDCtx(reading->zstd, reading->raw, chunk->raw_size, reading->stored, chunk->stored_size);
  return size == chunk->raw_size ? reading->raw : NULL;
}

// Finds where each column of the payload begins and ends. One that is not there is empty.
static bool find_columns(struct rgi_reading *reading, const uint8_t *payload)
{
  static const uint8_t nothing[1];
  struct rgi_cursor cursor = {payload, payload + reading->chunk.raw_size, false};
  for (size_t i = 0; i < RGI_MAX_COLUMNS; i++)
    reading->columns[i] = (struct rgi_cursor){nothing, nothing, false};
  while (cursor.at < cursor.end) {
    uint64_t id = rgi_varint_get(&cursor), size = rgi_varint_get(&cursor);
    if (cursor.is_bad || size > (uint64_t)(cursor.end - cursor.at) || !id)
      return false;
    if (id <= RGI_MAX_COLUMNS) {
      if (reading->columns[id - 1].at != nothing)
        return false;
      reading->columns[id - 1] = (struct rgi_cursor){cursor.at, cursor.at + size, false};
    }
    cursor.at += size;
  }
  return true;
}

static rg_error *read_items(struct rgi_reading *reading)
{
  switch (reading->chunk.kind) {
  case RGI_CHUNK_STRT:
    return rgi_read_strings(reading);
  case RGI_CHUNK_TYPE:
    return rgi_read_types(reading);
  case RGI_CHUNK_CODE:
    return rgi_read_sites(reading);
  case RGI_CHUNK_META:
    return rgi_read_process(reading);
  case RGI_CHUNK_NODE:
    return rgi_read_nodes(reading);
  case RGI_CHUNK_PROP:
    return rgi_read_extras(reading);
  case RGI_CHUNK_EDGE:
    return rgi_read_edges(reading);
  case RGI_CHUNK_LOSS:
    return rgi_read_losses(reading);
  case RGI_CHUNK_END:
    reading->is_complete = true;
    return NULL;
  case RGI_CHUNK_UNKNOWN:
    if (!(reading->chunk.flags & RGI_CHUNK_CRITICAL))
      return NULL;
    return rg_error_create(RG_ERROR_UNSUPPORTED, "the chunk at byte %llu is of a kind that only a newer refgraph reads",
                           (unsigned long long)reading->chunk_offset);
  }
  return NULL;
}

static rg_error *read_payload(struct rgi_reading *reading)
{
  const struct rgi_chunk *chunk = &reading->chunk;
  if (chunk->checksum != rgi_crc32c(reading->stored, chunk->stored_size))
    return bad_chunk(reading, "bad checksum");
  if (chunk->kind == RGI_CHUNK_UNKNOWN)
    return read_items(reading);
  const uint8_t *payload = unpack(reading);
  if (!payload)
    return bad_chunk(reading, "it cannot be unpacked");
  if (!find_columns(reading, payload))
    return bad_chunk(reading, "its columns do not fit");
  // Every kind has at least a byte an item in its first column.
  if (chunk->num_items > (size_t)(reading->columns[0].end - reading->columns[0].at))
    return bad_chunk(reading, "it has fewer items than it says");
  return read_items(reading);
}

// False where the dump ends, in the chunk or before it.
static rg_error *read_chunk(struct rgi_reading *reading, bool *is_there_ret)
{
  uint8_t header[RGI_CHUNK_HEADER_SIZE];
  size_t num;
  *is_there_ret = false;
  reading->chunk_offset = reading->offset;
  RGI_TRY(read_bytes(reading, header, sizeof(header), &num));
  if (num < sizeof(header))
    return NULL;
  reading->chunk = rgi_chunk_decode(header);
  RGI_TRY(check_chunk(reading));
  RGI_TRY(rgi_reserve(&reading->stored, &reading->stored_capacity, reading->chunk.stored_size));
  RGI_TRY(rgi_reserve(&reading->raw, &reading->raw_capacity, reading->chunk.raw_size));
  RGI_TRY(read_bytes(reading, reading->stored, reading->chunk.stored_size, &num));
  if (num < reading->chunk.stored_size)
    return NULL;
  RGI_TRY(read_payload(reading));
  reading->num_chunks++;
  *is_there_ret = true;
  return report(reading);
}

static rg_error *read_chunks(struct rgi_reading *reading)
{
  bool is_there = true;
  while (is_there && !reading->is_complete)
    RGI_TRY(read_chunk(reading, &is_there));
  if (!reading->is_complete)
    return NULL;
  uint8_t byte;
  size_t num;
  RGI_TRY(read_bytes(reading, &byte, 1, &num));
  return num ? rg_error_create(RG_ERROR_DUMP, "the dump goes on after its end at byte %llu",
                               (unsigned long long)(reading->offset - num))
             : NULL;
}

/* --- the whole ---------------------------------------------------------------------------------------------------- */

static rg_error *init(struct rgi_reading *reading)
{
  ZSTD_customMem memory = {rgi_chunk_zstd_alloc, rgi_chunk_zstd_free, NULL};
  reading->graph = rgi_alloc(1, sizeof(*reading->graph));
  if (!reading->graph)
    return rgi_out_of_memory();
  pthread_mutex_init(&reading->graph->caches_lock, NULL);
  reading->zstd = ZSTD_createDCtx_advanced(memory);
  return reading->zstd ? NULL : rgi_out_of_memory();
}

static void deinit(struct rgi_reading *reading)
{
  ZSTD_freeDCtx(reading->zstd);
  rgi_free(reading->stored);
  rgi_free(reading->raw);
  rgi_free(reading->addresses);
  rgi_free(reading->details);
  rg_graph_destroy(reading->graph);
}

static rg_error *read_all(struct rgi_reading *reading)
{
  RGI_TRY(init(reading));
  RGI_TRY(read_header(reading));
  RGI_TRY(read_chunks(reading));
  return rgi_read_end_graph(reading);
}

rg_error *rg_dump_read(const rg_reader *in, const rg_dump_read_options *options, rg_graph **ret)
{
  RGI_SCOPED_FREE struct rgi_reading *reading = rgi_alloc(1, sizeof(*reading));
  if (!reading)
    return rgi_out_of_memory();
  reading->in = in;
  reading->options = (rg_dump_read_options)RG_DUMP_READ_OPTIONS_INIT;
  rgi_options_read(&reading->options, options);
  if (!reading->options.max_memory)
    reading->options.max_memory = default_max_memory();
  rg_error *error = read_all(reading);
  if (!error)
    *ret = rgi_take(reading->graph);
  deinit(reading);
  return error;
}
