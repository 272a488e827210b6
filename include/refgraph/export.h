/* Exports: a graph in formats that other programs read. */
#ifndef REFGRAPH_EXPORT_H
#define REFGRAPH_EXPORT_H

#include <refgraph/graph.h>
#include <refgraph/io.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum rg_export_format {
  RG_EXPORT_HEAPSNAPSHOT, /* for the Memory panel of Chrome's DevTools; retained sizes there are those of dominators */
  RG_EXPORT_SQLITE, /* a database, of all graphs; no stream; RG_ERROR_UNSUPPORTED in a build without SQLite */
  RG_EXPORT_CSV,  /* heap.nodes.csv and heap.edges.csv for heap.csv; no stream, so that it needs a file */
  RG_EXPORT_JSON, /* node-link, for networkx */
} rg_export_format;

/* The format of a word, as "heapsnapshot"; RG_ERROR_ARGUMENT with those that there are. */
RG_PUBLIC RG_MUST_USE rg_error *rg_export_format_named(const char *word, rg_export_format *ret);
/* The format that the end of a file's name asks for: .heapsnapshot, .sqlite, .db, .csv or .json;
 * else RG_ERROR_ARGUMENT. */
RG_PUBLIC RG_MUST_USE rg_error *rg_export_format_of(const char *path, rg_export_format *ret);

typedef struct rg_export_options {
  size_t size;
  bool with_values;      /* private text too, as in dumps */
  uint32_t num_graphs;   /* that will be added, in order: a series of one program, or of several */
  rg_progress progress;  /* in nodes and edges; NULL: not */
  void *progress_context;
} rg_export_options;
#define RG_EXPORT_OPTIONS_INIT {sizeof(rg_export_options), false, 1, 0, 0}

/* Files that are being exported to. */
typedef struct rg_export rg_export;

/* Begins. Where `path` has a "%d", each graph has a file of its own, with its number, from 1 on, in that place;
 * RG_ERROR_ARGUMENT if several graphs would be written to one file that takes but one. Files are readable by their
 * owner alone, and each appears when it is complete.
 *
 * In a series of heap snapshots an object has one id from the graph in which it appears to the one before that in which
 * it is gone: what has the same address and type as in the graph before, of the same process, is the same object. */
RG_PUBLIC RG_MUST_USE rg_error *rg_export_create(const char *path, rg_export_format format,
                                                 const rg_export_options *options, rg_export **ret);
/* Adds the next graph, which need not stay. Cost: O(V + E) time; 16 to 50 bytes a node, in a series of heap snapshots
 * 24 more. */
RG_PUBLIC RG_MUST_USE rg_error *rg_export_add(rg_export *exported, const rg_graph *graph);
/* After the last graph. Afterwards it is only to be destroyed. */
RG_PUBLIC RG_MUST_USE rg_error *rg_export_commit(rg_export *exported);
/* Removes what was not completed. NULL is allowed. */
RG_PUBLIC void rg_export_destroy(rg_export *exported);

/* One graph as a stream, front to back. */
RG_PUBLIC RG_MUST_USE rg_error *rg_export_write(const rg_graph *graph, rg_export_format format,
                                                const rg_export_options *options, const rg_writer *writer);

#ifdef __cplusplus
}
#endif
#endif
