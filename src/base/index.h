/* A hash index over things that stand in an array elsewhere: it keeps their positions, the owner compares.
 * Open addressing with linear probing, at most two thirds full; removing is not needed and not there. */
#ifndef RGI_BASE_INDEX_H
#define RGI_BASE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <refgraph/error.h>

struct rgi_index_slot {
  uint32_t hash;
  uint32_t position; /* plus one; 0: free */
};

struct rgi_index {
  struct rgi_index_slot *slots;
  size_t num;
  size_t capacity; /* a power of two, or 0 */
};

#define RGI_INDEX_NONE UINT32_MAX

/* Whether the thing at `position` is the one that is looked for. */
typedef bool (*rgi_index_equal)(const void *context, uint32_t position);

void rgi_index_deinit(struct rgi_index *index);
/* The position of the thing, or RGI_INDEX_NONE. */
uint32_t rgi_index_find(const struct rgi_index *index, uint32_t hash, rgi_index_equal is_equal, const void *context);
/* Adds a position that is not in the index. On failure the index is as it was. */
rg_error *rgi_index_add(struct rgi_index *index, uint32_t hash, uint32_t position);

uint32_t rgi_hash(const void *data, size_t size);

#endif
