#include "memory.h"

#include <refgraph/memory.h>

void *rgpy_alloc(size_t num, size_t size)
{
  return rg_memory_alloc(num, size);
}

void *rgpy_realloc(void *memory, size_t num, size_t size)
{
  return rg_memory_realloc(memory, num, size);
}

void rgpy_free(void *memory)
{
  rg_memory_free(memory);
}
