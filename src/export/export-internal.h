/* What the formats share: a stream that writes fast, the text that may be told, and what an export consists of. */
#ifndef RGI_EXPORT_INTERNAL_H
#define RGI_EXPORT_INTERNAL_H

#include <refgraph/analysis.h>
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
  uint64_t num_done, total;  /* nodes and edges */
  rg_dominators *dominators; /* NULL until they are asked for */
};

void rgi_exporting_deinit(struct rgi_exporting *exporting);
/* Makes the dominators. */
rg_error *rgi_exporting_measure(struct rgi_exporting *exporting);
/* Counts nodes and edges, and now and then tells of it; RG_ERROR_INTERRUPTED. */
rg_error *rgi_exporting_count(struct rgi_exporting *exporting, uint64_t num);
/* The string, or what stands for it where private text must not. */
rg_string rgi_exported_string(const struct rgi_exporting *exporting, rg_string string);
const char *rgi_exported_text(const struct rgi_exporting *exporting, rg_string string);
/* What tells a dump from all others, of any process on any host: "HOST-PID-NANOSECONDS". */
void rgi_exporting_dump_id(const struct rgi_exporting *exporting, struct rgi_text *text);

/* What is told of a node, in a format that has no words of its own for it. */
enum rgi_field_kind {
  RGI_FIELD_NONE, /* it is not known, or has no meaning there */
  RGI_FIELD_NUMBER,
  RGI_FIELD_BOOL,
  RGI_FIELD_TEXT,
};

struct rgi_field {
  const char *name;
  enum rgi_field_kind kind;
  uint64_t number; /* a bool is 0 or 1 */
  const char *text;
};

/* Fills in the fields of a node, in the same order for each; needs the dominators. */
#define RGI_NUM_NODE_FIELDS 16
void rgi_exported_node(const struct rgi_exporting *exporting, rg_node node, struct rgi_field ret[RGI_NUM_NODE_FIELDS]);

/* A file for its owner alone. */
rg_error *rgi_export_open(const char *path, rg_file **ret);
void rgi_export_close_scoped(rg_file **file);
#define RGI_SCOPED_FILE __attribute__((cleanup(rgi_export_close_scoped))) rg_file

/* --- formats ------------------------------------------------------------------------------------------------------ */

/* Who was who in the graph before, of a series of heap snapshots. */
struct rgi_identities;
rg_error *rgi_identities_create(struct rgi_identities **ret);
void rgi_identities_destroy(struct rgi_identities *identities);

/* `identities` NULL: it is no series. */
rg_error *rgi_export_heapsnapshot(struct rgi_exporting *exporting, struct rgi_identities *identities,
                                  const rg_writer *writer);
rg_error *rgi_export_json(struct rgi_exporting *exporting, const rg_writer *writer);
/* Two files, named after `path`. */
rg_error *rgi_export_csv(struct rgi_exporting *exporting, const char *path);

/* A database, of several graphs. RG_ERROR_UNSUPPORTED where SQLite was left out of the build. */
struct rgi_database;
rg_error *rgi_database_open(const char *path, struct rgi_database **ret);
rg_error *rgi_database_add(struct rgi_database *database, struct rgi_exporting *exporting);
/* Afterwards it is only to be closed. */
rg_error *rgi_database_commit(struct rgi_database *database);
void rgi_database_close(struct rgi_database *database);

#endif
