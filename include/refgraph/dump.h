/* Dumps: a graph as a stream of bytes, to be read elsewhere and later, without the program that was captured.
 *
 * The format is specified in src/dump/FORMAT.md. A dump is never trusted: reading checks everything before it is used,
 * and gives an error with the offset of what is wrong. */
#ifndef REFGRAPH_DUMP_H
#define REFGRAPH_DUMP_H

#include <refgraph/graph.h>
#include <refgraph/io.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rg_dump_write_options {
  size_t size;
  bool with_values;      /* private text too: keys that came from outside, contents of strings, previews of values */
  bool is_uncompressed;
  rg_progress progress;  /* in nodes and edges; NULL: not */
  void *progress_context;
} rg_dump_write_options;
#define RG_DUMP_WRITE_OPTIONS_INIT {sizeof(rg_dump_write_options), false, false, 0, 0}

/* Writes a graph, front to back, in pieces of at most a few MiB. */
RG_PUBLIC RG_MUST_USE rg_error *rg_dump_write(const rg_graph *graph, const rg_dump_write_options *options,
                                              const rg_writer *writer);

typedef struct rg_dump_read_options {
  size_t size;
  uint64_t max_memory;   /* bytes that the graph may take; 0: half of what the machine has free */
  rg_progress progress;  /* in bytes; NULL: not */
  void *progress_context;
} rg_dump_read_options;
#define RG_DUMP_READ_OPTIONS_INIT {sizeof(rg_dump_read_options), 0, 0, 0}

/* Reads a dump to its end. One that is cut off gives what is there, with rg_graph_is_truncated(); RG_ERROR_DUMP for
 * what is no dump, is damaged, or ends before its first object; RG_ERROR_UNSUPPORTED for one of another version, with
 * the version that is needed; RG_ERROR_LIMIT for one that takes more memory than it may. */
RG_PUBLIC RG_MUST_USE rg_error *rg_dump_read(const rg_reader *reader, const rg_dump_read_options *options,
                                             rg_graph **ret);

#ifdef __cplusplus
}
#endif
#endif
