#include "pointer_map.h"

#include "capture.h"

enum { LEAST_CAPACITY = 64 };

void rgpy_pointer_map_deinit(struct rgpy_pointer_map *map)
{
  rg_memory_free(map->entries);
  *map = (struct rgpy_pointer_map){0};
}

// The entry of an address, or the free one where it belongs. Fibonacci hashing: high bits of the product are spread.
static struct rgpy_pointer_entry *find_entry(const struct rgpy_pointer_map *map, const void *pointer)
{
  size_t mask = map->capacity - 1, i = (size_t)((uintptr_t)pointer * UINT64_C(0x9e3779b97f4a7c15) >> 32) & mask;
  while (map->entries[i].pointer && map->entries[i].pointer != pointer)
    i = (i + 1) & mask;
  return &map->entries[i];
}

static rg_error *grow(struct rgpy_pointer_map *map)
{
  struct rgpy_pointer_map grown = {.num = map->num, .capacity = map->capacity ? 2 * map->capacity : LEAST_CAPACITY};
  grown.entries = rg_memory_alloc(grown.capacity, sizeof(*grown.entries));
  if (!grown.entries)
    return rgpy_out_of_memory();
  for (size_t i = 0; i < map->capacity; i++) {
    if (map->entries[i].pointer)
      *find_entry(&grown, map->entries[i].pointer) = map->entries[i];
  }
  rg_memory_free(map->entries);
  *map = grown;
  return NULL;
}

rg_error *rgpy_pointer_map_slot(struct rgpy_pointer_map *map, const void *pointer, uint32_t **ret)
{
  if (2 * map->num >= map->capacity)
    RGPY_TRY(grow(map));
  struct rgpy_pointer_entry *entry = find_entry(map, pointer);
  if (!entry->pointer) {
    entry->pointer = pointer;
    map->num++;
  }
  *ret = &entry->number;
  return NULL;
}
