#include "index.h"

#include <string.h>

#include "alloc.h"

void rgi_index_deinit(struct rgi_index *index)
{
  rgi_free(index->slots);
  *index = (struct rgi_index){0};
}

uint32_t rgi_index_find(const struct rgi_index *index, uint32_t hash, rgi_index_equal is_equal, const void *context)
{
  if (!index->capacity)
    return RGI_INDEX_NONE;
  size_t mask = index->capacity - 1;
  for (size_t i = hash & mask; index->slots[i].position; i = (i + 1) & mask) {
    uint32_t position = index->slots[i].position - 1;
    if (index->slots[i].hash == hash && is_equal(context, position))
      return position;
  }
  return RGI_INDEX_NONE;
}

static void place(struct rgi_index_slot *slots, size_t capacity, struct rgi_index_slot slot)
{
  size_t i = slot.hash & (capacity - 1);
  while (slots[i].position)
    i = (i + 1) & (capacity - 1);
  slots[i] = slot;
}

static rg_error *grow(struct rgi_index *index)
{
  size_t capacity = index->capacity ? 2 * index->capacity : 64;
  struct rgi_index_slot *slots = rgi_alloc(capacity, sizeof(*slots));
  if (!slots)
    return rgi_out_of_memory();
  for (size_t i = 0; i < index->capacity; i++) {
    if (index->slots[i].position)
      place(slots, capacity, index->slots[i]);
  }
  rgi_free(index->slots);
  index->slots = slots;
  index->capacity = capacity;
  return NULL;
}

rg_error *rgi_index_add(struct rgi_index *index, uint32_t hash, uint32_t position)
{
  if (3 * (index->num + 1) > 2 * index->capacity)
    RGI_TRY(grow(index));
  place(index->slots, index->capacity, (struct rgi_index_slot){hash, position + 1});
  index->num++;
  return NULL;
}

// Eight bytes a step, each folded in by a multiplication whose high half is used too (the idea of wyhash).
static uint64_t mix(uint64_t a, uint64_t b)
{
  unsigned __int128 product = (unsigned __int128)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint32_t rgi_hash(const void *data, size_t size)
{
  const unsigned char *bytes = data;
  uint64_t hash = size ^ UINT64_C(0x9e3779b97f4a7c15);
  for (; size >= 8; size -= 8, bytes += 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    hash = mix(hash ^ word, UINT64_C(0xa0761d6478bd642f));
  }
  uint64_t rest = 0;
  if (size)
    memcpy(&rest, bytes, size);
  hash = mix(hash ^ rest, UINT64_C(0xe7037ed1a0b428db));
  return (uint32_t)(hash ^ hash >> 32);
}
