/* Makes up dumps that are still dumps: one column of one chunk is changed, and the sizes around it are made to fit.
 * What a fuzzer changes in a zstd frame or in a size gives a dump that cannot be divided into columns, and nothing
 * behind that would be reached often. For libFuzzer alone; one change in four is its own, of the whole dump. */
#include <stdlib.h>
#include <string.h>

#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include "../../src/dump/chunk.h"
#include "../../src/dump/coding.h"
#include "../c/heap.h"
#include "seal.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

enum { MAX_CHUNKS = 64, MAX_PAYLOAD = 1 << 18 };

struct columns {
  struct {
    uint64_t id;
    const uint8_t *data;
    size_t size;
  } columns[RGI_MAX_COLUMNS];
  size_t num;
};

static bool find_columns(const uint8_t *payload, size_t size, struct columns *ret)
{
  struct rgi_cursor cursor = {payload, payload + size, false};
  for (ret->num = 0; cursor.at < cursor.end && ret->num < RGI_MAX_COLUMNS; ret->num++) {
    uint64_t id = rgi_varint_get(&cursor), column_size = rgi_varint_get(&cursor);
    if (cursor.is_bad || column_size > (uint64_t)(cursor.end - cursor.at))
      return false;
    ret->columns[ret->num].id = id;
    ret->columns[ret->num].data = cursor.at;
    ret->columns[ret->num].size = column_size;
    cursor.at += column_size;
  }
  return ret->num && cursor.at == cursor.end;
}

// The places of all chunks that are there as a whole.
static size_t find_chunks(const uint8_t *data, size_t size, size_t begins[MAX_CHUNKS])
{
  size_t num = 0, begin = RGI_DUMP_HEADER_SIZE, chunk_size;
  while (size > begin && num < MAX_CHUNKS && (chunk_size = sealed_chunk_size(data, size, begin))) {
    begins[num++] = begin;
    begin += chunk_size;
  }
  return num;
}

// Returns its size; 0 if that cannot be done.
static size_t unpack(const uint8_t *chunk, uint8_t payload[MAX_PAYLOAD])
{
  struct rgi_chunk header = rgi_chunk_decode(chunk);
  const uint8_t *stored = chunk + RGI_CHUNK_HEADER_SIZE;
  if (header.flags & RGI_CHUNK_ZSTD) {
    size_t size = ZSTD_decompress(payload, MAX_PAYLOAD, stored, header.stored_size);
    return ZSTD_isError(size) ? 0 : size;
  }
  if (header.stored_size > MAX_PAYLOAD)
    return 0;
  memcpy(payload, stored, header.stored_size);
  return header.stored_size;
}

/* --- changes of a column ------------------------------------------------------------------------------------------ */

// A number of one byte becomes any other; there are as many numbers as before.
static size_t set_number(uint8_t *data, size_t size, uint32_t *random)
{
  static const uint64_t odd[] = {0,   1,    2,     63,        64,         127,       128,
                                 255, 4095, 65535, INT32_MAX, UINT32_MAX, INT64_MAX, UINT64_MAX};
  uint64_t number = heap_random_below(random, 2) ? odd[heap_random_below(random, sizeof(odd) / sizeof(odd[0]))]
                                                 : heap_random_below(random, 256);
  uint8_t coded[RGI_VARINT_MAX];
  size_t at = heap_random_below(random, (uint32_t)size), coded_size = (size_t)(rgi_varint_put(coded, number) - coded);
  if (data[at] >= 0x80)
    return size;
  memmove(data + at + coded_size, data + at + 1, size - at - 1);
  memcpy(data + at, coded, coded_size);
  return size + coded_size - 1;
}

// Another number from the same column.
static void copy_number(uint8_t *data, size_t size, uint32_t *random)
{
  size_t from = heap_random_below(random, (uint32_t)size), to = heap_random_below(random, (uint32_t)size);
  data[to] = (uint8_t)((data[to] & 0x80) | (data[from] & 0x7f));
}

static size_t change(uint8_t *data, size_t size, size_t max_size, uint32_t *random)
{
  uint32_t choice = heap_random_below(random, 4);
  if (!size || !choice || size + RGI_VARINT_MAX > max_size)
    return LLVMFuzzerMutate(data, size, max_size);
  if (choice == 1)
    copy_number(data, size, random);
  return choice == 1 ? size : set_number(data, size, random);
}

// The payload with one column changed; its size.
static size_t change_column(const struct columns *columns, uint8_t payload[3 * MAX_PAYLOAD], uint32_t *random)
{
  static uint8_t changed[MAX_PAYLOAD];
  uint8_t *at = payload;
  size_t chosen = heap_random_below(random, (uint32_t)columns->num);
  for (size_t i = 0; i < columns->num; i++) {
    size_t size = columns->columns[i].size;
    memcpy(changed, columns->columns[i].data, size);
    if (i == chosen)
      size = change(changed, size, MAX_PAYLOAD, random);
    at = rgi_varint_put(rgi_varint_put(at, columns->columns[i].id), size);
    memcpy(at, changed, size);
    at += size;
  }
  return (size_t)(at - payload);
}

/* --- the dump ----------------------------------------------------------------------------------------------------- */

// Puts a payload, not packed, in the place of that of the chunk at `begin`. Returns the size of the dump; 0: no room.
static size_t put_payload(uint8_t *data, size_t size, size_t max_size, size_t begin, const uint8_t *payload,
                          size_t payload_size)
{
  struct rgi_chunk chunk = rgi_chunk_decode(data + begin);
  size_t old_end = begin + RGI_CHUNK_HEADER_SIZE + chunk.stored_size;
  size_t new_end = begin + RGI_CHUNK_HEADER_SIZE + payload_size;
  if (new_end + (size - old_end) > max_size)
    return 0;
  memmove(data + new_end, data + old_end, size - old_end);
  memcpy(data + begin + RGI_CHUNK_HEADER_SIZE, payload, payload_size);
  chunk.flags &= ~RGI_CHUNK_ZSTD;
  chunk.raw_size = chunk.stored_size = (uint32_t)payload_size;
  if (chunk.kind != RGI_CHUNK_UNKNOWN)
    rgi_chunk_encode(&chunk, data + begin);
  return new_end + (size - old_end);
}

static size_t mutate(uint8_t *data, size_t size, size_t max_size, uint32_t *random)
{
  static uint8_t payload[MAX_PAYLOAD], changed[3 * MAX_PAYLOAD];
  size_t begins[MAX_CHUNKS], num_chunks = find_chunks(data, size, begins);
  struct columns columns;
  if (!num_chunks || !heap_random_below(random, 4))
    return 0;
  size_t begin = begins[heap_random_below(random, (uint32_t)num_chunks)];
  if (!find_columns(payload, unpack(data + begin, payload), &columns))
    return 0;
  size_t changed_size = change_column(&columns, changed, random);
  return put_payload(data, size, max_size, begin, changed, changed_size);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
  uint32_t random = seed * 2654435761u | 1;
  size_t mutated_size = mutate(data, size, max_size, &random);
  return mutated_size ? mutated_size : LLVMFuzzerMutate(data, size, max_size);
}
