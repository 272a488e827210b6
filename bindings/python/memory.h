/* The memory of a capture: every allocation of the files that make one passes here. A capture in a forked child may not
 * touch malloc, whose locks other threads held when the child was made. */
#ifndef RGPY_MEMORY_H
#define RGPY_MEMORY_H

#include <stddef.h>

/* `num` elements of `size` bytes, zeroed. NULL without memory. */
void *rgpy_alloc(size_t num, size_t size);
/* Grows or shrinks; new bytes are not zeroed. On failure NULL, and `memory` is as it was. */
void *rgpy_realloc(void *memory, size_t num, size_t size);
void rgpy_free(void *memory);

#endif
