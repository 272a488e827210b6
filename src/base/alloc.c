#include "alloc.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static atomic_size_t num_allowed = SIZE_MAX;
static atomic_size_t num_live;

static bool is_allowed(void)
{
  size_t allowed = atomic_load_explicit(&num_allowed, memory_order_relaxed);
  if (allowed == SIZE_MAX)
    return true;
  if (allowed == 0)
    return false;
  atomic_store_explicit(&num_allowed, allowed - 1, memory_order_relaxed);
  return true;
}

void *rgi_alloc(size_t num, size_t size)
{
  void *memory = is_allowed() ? calloc(num ? num : 1, size) : NULL;
  if (memory)
    atomic_fetch_add_explicit(&num_live, 1, memory_order_relaxed);
  return memory;
}

void *rgi_realloc(void *memory, size_t num, size_t size)
{
  size_t bytes;
  if (__builtin_mul_overflow(num ? num : 1, size, &bytes) || !is_allowed())
    return NULL;
  void *moved = realloc(memory, bytes);
  if (moved && !memory)
    atomic_fetch_add_explicit(&num_live, 1, memory_order_relaxed);
  return moved;
}

void rgi_free(void *memory)
{
  if (!memory)
    return;
  atomic_fetch_sub_explicit(&num_live, 1, memory_order_relaxed);
  free(memory);
}

void rgi_free_scoped(void *pointer_to_pointer)
{
  void *memory;
  memcpy(&memory, pointer_to_pointer, sizeof(memory));
  rgi_free(memory);
}

void rgi_alloc_fail_after(size_t num)
{
  atomic_store(&num_allowed, num);
}

size_t rgi_alloc_num_live(void)
{
  return atomic_load(&num_live);
}

rg_error *rgi_reserve_(void **data, size_t *capacity, size_t needed, size_t element_size)
{
  size_t grown = *capacity + *capacity / 2 + 16;
  if (grown < needed)
    grown = needed;
  void *moved = rgi_realloc(*data, grown, element_size);
  if (!moved)
    return rgi_out_of_memory();
  *data = moved;
  *capacity = grown;
  return NULL;
}
