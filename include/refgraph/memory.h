/* Memory: the library's own allocator, for code that has to work where malloc does not. */
#ifndef REFGRAPH_MEMORY_H
#define REFGRAPH_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include <refgraph/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* `num` elements of `size` bytes, zeroed. NULL without memory. */
RG_PUBLIC void *rg_memory_alloc(size_t num, size_t size);
/* Grows or shrinks; new bytes are not zeroed. On failure NULL, and `memory` is as it was. */
RG_PUBLIC void *rg_memory_realloc(void *memory, size_t num, size_t size);
RG_PUBLIC void rg_memory_free(void *memory);

/* From now on this process takes no memory from malloc, but maps its own: for the child of a process with threads, some
 * of which may have held malloc's locks when it was forked. There is no way back. One thread only. */
RG_PUBLIC void rg_memory_isolate(void);

/* Bytes that the machine could give without swapping; 0: not known. */
RG_PUBLIC uint64_t rg_memory_available(void);

#ifdef __cplusplus
}
#endif
#endif
