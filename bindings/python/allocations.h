/* Allocation sites, from tracemalloc.
 *
 * A look-up makes Python objects, so it comes after everything was read, with the collector off. A forked child, which
 * may make none, has its parent look up. */
#ifndef RGPY_ALLOCATIONS_H
#define RGPY_ALLOCATIONS_H

#include "capture.h"

/* An object whose place is asked for. It may have died meanwhile: neither it nor its type is read, unless tracemalloc
 * knows its memory to be in use, and another object there, of another type, is not taken for it. */
struct rgpy_block {
  uint64_t address;
  uint64_t type;           /* address of its type */
  uint32_t preheader_size; /* bytes of the block before the object */
  rg_node node;
};

struct rgpy_allocation {
  char file[RG_STRING_MAX + 1];
  uint32_t line;
};

/* Whether allocations are traced at all. */
bool rgpy_is_tracing(void);

/* Where the object was allocated; false if tracemalloc does not know. The collector should be off. */
bool rgpy_find_allocation(const struct rgpy_block *block, struct rgpy_allocation *ret);

/* Finds the places of blocks, and notes them in the builder. */
typedef rg_error *(*rgpy_locate)(void *context, rg_builder *builder, const struct rgpy_block *blocks, size_t num);
/* In this process, as soon as the objects were read, so that they are alive; the context is not used. */
rg_error *rgpy_locate_here(void *context, rg_builder *builder, const struct rgpy_block *blocks, size_t num);

/* Has each closure, and each value that one captures, located. */
rg_error *rgpy_allocations(struct rgpy_capture *capture, rgpy_locate locate, void *context);

/* Like rgpy_capture_graph, with a way to look up. NULL: nothing is looked up. */
rg_error *rgpy_capture_located(const rg_capture_options *options, const struct rgpy_call *call, rgpy_locate locate,
                               void *context, rg_graph **ret);

#endif
