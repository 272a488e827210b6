/* From a few addresses to numbers: a hash table with open addressing, which costs nothing while it is empty, and 32 to
 * 64 bytes for an address. For most of a heap address_map.h has a look-up without hashing. */
#ifndef RGPY_POINTER_MAP_H
#define RGPY_POINTER_MAP_H

#include "rgpy.h"

/* It begins as {0}. */
struct rgpy_pointer_map {
  struct rgpy_pointer_entry {
    const void *pointer; /* NULL: free */
    uint32_t number;
  } *entries;
  size_t num, capacity; /* at most half of the capacity, a power of two, is in use */
};

void rgpy_pointer_map_deinit(struct rgpy_pointer_map *map);

/* The place of the number of an address that is not NULL, 0 at first; good until the next call. */
rg_error *rgpy_pointer_map_slot(struct rgpy_pointer_map *map, const void *pointer, uint32_t **ret);

#endif
