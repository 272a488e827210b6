/* What the formats share: a stream that writes fast, the text that may be told, and what an export consists of. */
#ifndef RGI_EXPORT_INTERNAL_H
#define RGI_EXPORT_INTERNAL_H

#include <refgraph/export.h>

#include "../base/alloc.h"
#include "../base/text.h"
#include "../graph/graph-internal.h"

/* A writer with a buffer, which remembers its first failure: nothing is written after it. */
struct rgi_stream {
  struct rgi_text text;
  const rg_writer *writer;
  rg_error *error; /* owned */
};
#define RGI_SCOPED_STREAM __attribute__((cleanup(rgi_stream_deinit))) struct rgi_stream
#define RGI_STREAM_INIT(writer) {RGI_TEXT_INIT, writer, NULL}

void rgi_stream_deinit(struct rgi_stream *stream);
void rgi_stream_puts(struct rgi_stream *stream, const char *string);
void rgi_stream_number(struct rgi_stream *stream, uint64_t number);
/* As a JSON string, with its quotes. */
void rgi_stream_json(struct rgi_stream *stream, const char *string);
/* Writes what is left, and hands over the failure, if there was one. */
rg_error *rgi_stream_finish(struct rgi_stream *stream);

/* One graph on its way out. */
struct rgi_exporting {
  const rg_graph *graph;
  const rg_export_options *options;
  uint64_t num_done; /* nodes and edges */
};

/* Counts nodes and edges, and now and then tells of it; RG_ERROR_INTERRUPTED. `total`: of both, in all that is done. */
rg_error *rgi_exporting_count(struct rgi_exporting *exporting, uint64_t num, uint64_t total);
/* The string, or what stands for it where private text must not. */
rg_string rgi_exported_string(const struct rgi_exporting *exporting, rg_string string);
const char *rgi_exported_text(const struct rgi_exporting *exporting, rg_string string);
/* The name of an edge, and of RG_EDGE_INDEX its position. */
const char *rgi_exported_name(const struct rgi_exporting *exporting, rg_edge edge);

/* --- formats ------------------------------------------------------------------------------------------------------ */

/* Who was who in the graph before, of a series of heap snapshots. */
struct rgi_identities;
rg_error *rgi_identities_create(struct rgi_identities **ret);
void rgi_identities_destroy(struct rgi_identities *identities);

/* `identities` NULL: it is no series. */
rg_error *rgi_export_heapsnapshot(struct rgi_exporting *exporting, struct rgi_identities *identities,
                                  const rg_writer *writer);

#endif
