/* Sorting indices by what an array says of them. */
#ifndef RGI_BASE_SORT_H
#define RGI_BASE_SORT_H

#include <refgraph/error.h>

#include <stddef.h>
#include <stdint.h>

/* Sorts `items` by keys[item], the greatest first; equal ones keep their order. A radix sort: O(num) for each 11 bits
 * of the greatest key, 4 bytes an item while it runs. */
RG_MUST_USE rg_error *rgi_sort_descending(const uint64_t *keys, uint32_t *items, size_t num);

#endif
