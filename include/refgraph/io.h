/* Where bytes go: a writer is a function and its context, so that the library opens no files by itself. */
#ifndef REFGRAPH_IO_H
#define REFGRAPH_IO_H

#include <stddef.h>

#include <refgraph/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* `write` takes all `size` bytes or returns an error, which the caller of the library function then gets. */
typedef struct rg_writer {
  rg_error *(*write)(void *context, const void *data, size_t size);
  void *context;
} rg_writer;

/* A writer that collects everything in memory.
 *
 *   rg_buffer buffer = RG_BUFFER_INIT;
 *   rg_writer writer = rg_buffer_writer(&buffer);
 *   ... buffer.data, buffer.size ...
 *   rg_buffer_deinit(&buffer);
 *
 * `data` is NUL-terminated beyond `size` once anything was written. */
typedef struct rg_buffer {
  char *data;
  size_t size;
  size_t capacity;
} rg_buffer;

#define RG_BUFFER_INIT {0, 0, 0}

RG_PUBLIC rg_writer rg_buffer_writer(rg_buffer *buffer);
RG_PUBLIC void rg_buffer_deinit(rg_buffer *buffer);

#ifdef __cplusplus
}
#endif
#endif
