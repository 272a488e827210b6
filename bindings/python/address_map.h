/* From the address of an object to a number, without hashing: a tree like a page table.
 *
 *   address bits   46 ........ 34 | 33 ........ 20 | 19 .......... 4 | 3..0
 *                  top[8192]     -> middle[16384] -> leaf[65536]       no two objects share 16 bytes
 *
 * A look-up is three loads, of which the first two stay in the cache, and neighbours on the heap are neighbours in a
 * leaf. A leaf is 256 KiB for a MiB of heap in use; pages of it that no object needs are never touched. */
#ifndef RGPY_ADDRESS_MAP_H
#define RGPY_ADDRESS_MAP_H

#include "rgpy.h"

struct rgpy_address_map {
  uint32_t ***top;
};

rg_error *rgpy_address_map_init(struct rgpy_address_map *map);
void rgpy_address_map_deinit(struct rgpy_address_map *map);

/* The place of the number of `address`, 0 at first. */
rg_error *rgpy_address_map_slot(struct rgpy_address_map *map, const void *address, uint32_t **ret);
/* The same, but NULL where no address nearby has one. */
uint32_t *rgpy_address_map_find(const struct rgpy_address_map *map, const void *address);
/* The number of `address`; 0 if it has none. */
uint32_t rgpy_address_map_get(const struct rgpy_address_map *map, const void *address);

#endif
