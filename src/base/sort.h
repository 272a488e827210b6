/* Sorting: items by how two of them compare, and indices by what an array says of them. */
#ifndef RGI_BASE_SORT_H
#define RGI_BASE_SORT_H

#include <refgraph/error.h>

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* qsort(), which must not be given NULL, not even for no items. */
static inline void rgi_sort(void *items, size_t num, size_t size, int (*compare)(const void *, const void *))
{
  if (num)
    qsort(items, num, size, compare);
}

/* Sorts `items` by keys[item], the greatest first; equal ones keep their order. A radix sort: O(num) for each 11 bits
 * of the greatest key, 4 bytes an item while it runs. */
RG_MUST_USE rg_error *rgi_sort_descending(const uint64_t *keys, uint32_t *items, size_t num);

#endif
