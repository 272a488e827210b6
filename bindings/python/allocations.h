/* Allocation sites, from tracemalloc. */
#ifndef RGPY_ALLOCATIONS_H
#define RGPY_ALLOCATIONS_H

#include "capture.h"

struct rgpy_allocation {
  char file[RG_STRING_MAX + 1];
  uint32_t line;
};

/* Where the object at `address` was allocated; false if tracemalloc does not know. The object may have died meanwhile:
 * neither it nor its type is read, unless tracemalloc knows its memory to be in use, and another object there, of another
 * type, is not taken for it. Makes Python objects; the collector should be off. */
bool rgpy_find_allocation(uintptr_t address, size_t preheader_size, uintptr_t type, struct rgpy_allocation *ret);

/* Notes where each closure, and each value that one captures, was allocated. */
rg_error *rgpy_allocations(struct rgpy_capture *capture);

#endif
