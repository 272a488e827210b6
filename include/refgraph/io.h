/* Where bytes go and come from: a writer or reader is a function and its context, so that the library opens no file
 * that it was not given. */
#ifndef REFGRAPH_IO_H
#define REFGRAPH_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* `read` puts at most `size` bytes into `data` and says how many; 0 at the end. */
typedef struct rg_reader {
  rg_error *(*read)(void *context, void *data, size_t size, size_t *num_read_ret);
  void *context;
  uint64_t size; /* bytes in all, where that is known; else 0 */
} rg_reader;

/* Bytes in memory, which stay the caller's. */
typedef struct rg_bytes {
  const char *data;
  size_t size;
} rg_bytes;
RG_PUBLIC rg_reader rg_bytes_reader(rg_bytes *bytes);

/* From and to an open descriptor, which stays the caller's. Reading starts where the descriptor stands. */
RG_PUBLIC rg_reader rg_fd_reader(int fd);
RG_PUBLIC rg_writer rg_fd_writer(int fd);

/* A file that appears under its name whole, or not at all: it is written under a temporary name in the same folder,
 * which is locked meanwhile, and renamed when it is complete. A file that was there stays as it is until then; through
 * a link the file that it names is replaced. What processes that were killed left behind of the same name is
 * removed. */
typedef struct rg_file rg_file;

typedef struct rg_file_options {
  size_t size;
  bool is_private; /* nobody else may read it: 0600; else the mode of the file that it replaces, or the umask's */
  bool is_synced;  /* on disk before it is renamed, and its folder after */
} rg_file_options;
#define RG_FILE_OPTIONS_INIT {sizeof(rg_file_options), false, false}

RG_PUBLIC RG_MUST_USE rg_error *rg_file_create(const char *path, const rg_file_options *options, rg_file **ret);
RG_PUBLIC rg_writer rg_file_writer(rg_file *file);
RG_PUBLIC int rg_file_descriptor(const rg_file *file);
/* Gives the file its name. Afterwards it is only to be destroyed. */
RG_PUBLIC RG_MUST_USE rg_error *rg_file_commit(rg_file *file);
/* Removes what was not committed. NULL is allowed. */
RG_PUBLIC void rg_file_destroy(rg_file *file);

#ifdef __cplusplus
}
#endif
#endif
