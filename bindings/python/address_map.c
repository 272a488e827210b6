#include "address_map.h"

enum { TOP_BITS = 13, MIDDLE_BITS = 14, LEAF_BITS = 16, GRANULE_BITS = 4 };
#define ADDRESS_BITS (TOP_BITS + MIDDLE_BITS + LEAF_BITS + GRANULE_BITS)

static size_t top_i(uintptr_t address)
{
  return address >> (GRANULE_BITS + LEAF_BITS + MIDDLE_BITS);
}

static size_t middle_i(uintptr_t address)
{
  return address >> (GRANULE_BITS + LEAF_BITS) & (((size_t)1 << MIDDLE_BITS) - 1);
}

static size_t leaf_i(uintptr_t address)
{
  return address >> GRANULE_BITS & (((size_t)1 << LEAF_BITS) - 1);
}

static rg_error *out_of_memory(void)
{
  return rg_error_create(RG_ERROR_MEMORY, "out of memory");
}

rg_error *rgpy_address_map_init(struct rgpy_address_map *map)
{
  map->top = rg_memory_alloc((size_t)1 << TOP_BITS, sizeof(*map->top));
  return map->top ? NULL : out_of_memory();
}

void rgpy_address_map_deinit(struct rgpy_address_map *map)
{
  for (size_t i = 0; map->top && i < (size_t)1 << TOP_BITS; i++) {
    for (size_t j = 0; map->top[i] && j < (size_t)1 << MIDDLE_BITS; j++)
      rg_memory_free(map->top[i][j]);
    rg_memory_free(map->top[i]);
  }
  rg_memory_free(map->top);
  map->top = NULL;
}

rg_error *rgpy_address_map_slot(struct rgpy_address_map *map, const void *pointer, uint32_t **ret)
{
  uintptr_t address = (uintptr_t)pointer;
  // Linux gives higher addresses only to programs that ask for them.
  if (address >> ADDRESS_BITS)
    return rg_error_create(RG_ERROR_UNSUPPORTED, "object at %p: addresses beyond 47 bits are not supported", pointer);
  uint32_t ***middle = &map->top[top_i(address)];
  if (!*middle && !(*middle = rg_memory_alloc((size_t)1 << MIDDLE_BITS, sizeof(**middle))))
    return out_of_memory();
  uint32_t **leaf = &(*middle)[middle_i(address)];
  if (!*leaf && !(*leaf = rg_memory_alloc((size_t)1 << LEAF_BITS, sizeof(**leaf))))
    return out_of_memory();
  *ret = &(*leaf)[leaf_i(address)];
  return NULL;
}

uint32_t *rgpy_address_map_find(const struct rgpy_address_map *map, const void *pointer)
{
  uintptr_t address = (uintptr_t)pointer;
  if (address >> ADDRESS_BITS)
    return NULL;
  uint32_t **middle = map->top[top_i(address)];
  uint32_t *leaf = middle ? middle[middle_i(address)] : NULL;
  return leaf ? &leaf[leaf_i(address)] : NULL;
}

uint32_t rgpy_address_map_get(const struct rgpy_address_map *map, const void *address)
{
  const uint32_t *slot = rgpy_address_map_find(map, address);
  return slot ? *slot : 0;
}
