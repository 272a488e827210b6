#include "memory.h"

#include <stdlib.h>

void *rgpy_alloc(size_t num, size_t size)
{
  return calloc(num, size);
}

void *rgpy_realloc(void *memory, size_t num, size_t size)
{
  return reallocarray(memory, num, size);
}

void rgpy_free(void *memory)
{
  free(memory);
}
