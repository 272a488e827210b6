/* What all formats go through: a stream with a buffer, and an export of one graph or several to files. */
#include "export-internal.h"

#include <string.h>
#include <strings.h>

#include "../base/clean.h"
#include "../base/options.h"

/* --- streams ------------------------------------------------------------------------------------------------------ */

#define BUFFER_SIZE ((size_t)1 << 16)

void rgi_stream_deinit(struct rgi_stream *stream)
{
  rgi_text_deinit(&stream->text);
  rg_error_destroy(stream->error);
}

static void flush(struct rgi_stream *stream)
{
  if (!stream->error)
    stream->error = rgi_text_error(&stream->text);
  if (!stream->error && stream->text.size)
    stream->error = stream->writer->write(stream->writer->context, stream->text.data, stream->text.size);
  rgi_text_clear(&stream->text);
}

static void flush_if_full(struct rgi_stream *stream)
{
  if (stream->text.size >= BUFFER_SIZE)
    flush(stream);
}

void rgi_stream_puts(struct rgi_stream *stream, const char *string)
{
  rgi_text_puts(&stream->text, string);
  flush_if_full(stream);
}

void rgi_stream_number(struct rgi_stream *stream, uint64_t number)
{
  char digits[20], *begin = digits + sizeof(digits);
  do
    *--begin = (char)('0' + number % 10);
  while (number /= 10);
  rgi_text_add(&stream->text, begin, (size_t)(digits + sizeof(digits) - begin));
  flush_if_full(stream);
}

void rgi_stream_json(struct rgi_stream *stream, const char *string)
{
  rgi_text_add_json(&stream->text, string);
  flush_if_full(stream);
}

rg_error *rgi_stream_finish(struct rgi_stream *stream)
{
  flush(stream);
  return rgi_take(stream->error);
}

/* --- what is told of a graph -------------------------------------------------------------------------------------- */

void rgi_exporting_deinit(struct rgi_exporting *exporting)
{
  rg_dominators_destroy(exporting->dominators);
}
#define SCOPED_EXPORTING __attribute__((cleanup(rgi_exporting_deinit))) struct rgi_exporting

rg_error *rgi_exporting_measure(struct rgi_exporting *exporting)
{
  return rg_dominators_create(exporting->graph, NULL, &exporting->dominators);
}

#define PROGRESS_EVERY 4096

rg_error *rgi_exporting_count(struct rgi_exporting *exporting, uint64_t num)
{
  const rg_export_options *options = exporting->options;
  uint64_t before = exporting->num_done;
  exporting->num_done += num;
  if (!options->progress || before / PROGRESS_EVERY == exporting->num_done / PROGRESS_EVERY)
    return NULL;
  if (options->progress(options->progress_context, "exporting", exporting->num_done, exporting->total))
    return rg_error_create(RG_ERROR_INTERRUPTED, "the export was interrupted");
  return NULL;
}

rg_string rgi_exported_string(const struct rgi_exporting *exporting, rg_string string)
{
  rg_string replacement = exporting->graph->tables.strings.replacements[string];
  return replacement && !exporting->options->with_values ? replacement : string;
}

const char *rgi_exported_text(const struct rgi_exporting *exporting, rg_string string)
{
  return rg_graph_string(exporting->graph, rgi_exported_string(exporting, string));
}

void rgi_exporting_dump_id(const struct rgi_exporting *exporting, struct rgi_text *text)
{
  rg_process_info process = rg_graph_process(exporting->graph);
  rgi_text_printf(text, "%s-%llu-%llu", process.host, (unsigned long long)process.pid,
                  (unsigned long long)process.time_ns);
}

static rg_site_info site_of(const rg_graph *graph, rg_site site)
{
  return site == RG_SITE_NONE ? (rg_site_info){.name = "", .file = ""} : rg_graph_site(graph, site);
}

static enum rgi_field_kind kind_of(const char *text)
{
  return *text ? RGI_FIELD_TEXT : RGI_FIELD_NONE;
}

void rgi_exported_node(const struct rgi_exporting *exporting, rg_node node, struct rgi_field ret[RGI_NUM_NODE_FIELDS])
{
  const rg_graph *graph = exporting->graph;
  rg_node_info info = rg_graph_node(graph, node);
  rg_type_info type = rg_graph_type(graph, info.type);
  rg_site_info site = site_of(graph, info.site);
  const char *label = rgi_exported_text(exporting, info.label), *context = rgi_exported_text(exporting, info.context);
  bool is_reached = rg_dominators_parent(exporting->dominators, node) != RG_NODE_NONE;
  const struct rgi_field fields[RGI_NUM_NODE_FIELDS] = {
      {"id", RGI_FIELD_NUMBER, node, NULL},
      {"type", RGI_FIELD_TEXT, 0, type.name},
      {"module", kind_of(type.module), 0, type.module},
      {"label", kind_of(label), 0, label},
      {"context", kind_of(context), 0, context},
      {"size", RGI_FIELD_NUMBER, info.size, NULL},
      {"retained", RGI_FIELD_NUMBER, rg_dominators_retained(exporting->dominators, node), NULL},
      {"refcount", RGI_FIELD_NUMBER, info.refcount, NULL},
      {"length", info.length == RG_LENGTH_NONE ? RGI_FIELD_NONE : RGI_FIELD_NUMBER, info.length, NULL},
      {"site", kind_of(site.name), 0, site.name},
      {"file", kind_of(site.file), 0, site.file},
      {"line", site.line ? RGI_FIELD_NUMBER : RGI_FIELD_NONE, site.line, NULL},
      {"address", info.address ? RGI_FIELD_NUMBER : RGI_FIELD_NONE, info.address, NULL},
      {"root", RGI_FIELD_BOOL, rg_graph_is_root(graph, node), NULL},
      {"closure", RGI_FIELD_BOOL, (info.flags & RG_NODE_CLOSURE) != 0, NULL},
      {"reached", RGI_FIELD_BOOL, is_reached, NULL},
  };
  memcpy(ret, fields, sizeof(fields));
}

/* --- formats ------------------------------------------------------------------------------------------------------ */

static const struct {
  const char *word, *extension;
  rg_export_format format;
} formats[] = {
    {"heapsnapshot", ".heapsnapshot", RG_EXPORT_HEAPSNAPSHOT},
    {"sqlite", ".sqlite", RG_EXPORT_SQLITE},
    {"sqlite", ".db", RG_EXPORT_SQLITE},
    {"csv", ".csv", RG_EXPORT_CSV},
    {"json", ".json", RG_EXPORT_JSON},
};
#define NUM_FORMATS (sizeof(formats) / sizeof(formats[0]))

// "what is wrong with 'given'; ADVICE".
static rg_error *bad_format(const char *problem, const char *given, const char *advice)
{
  RGI_SCOPED_TEXT name = RGI_TEXT_INIT;
  rgi_text_add_clean(&name, given, strlen(given), 512);
  RGI_TRY(rgi_text_error(&name));
  return rg_error_create(RG_ERROR_ARGUMENT, "%s '%s'; %s", problem, rgi_text_string(&name), advice);
}

rg_error *rg_export_format_named(const char *word, rg_export_format *ret)
{
  for (size_t i = 0; i < NUM_FORMATS; i++) {
    if (strcmp(word, formats[i].word) != 0)
      continue;
    *ret = formats[i].format;
    return NULL;
  }
  return bad_format("unknown format", word, "it is heapsnapshot, sqlite, csv or json");
}

rg_error *rg_export_format_of(const char *path, rg_export_format *ret)
{
  const char *slash = strrchr(path, '/');
  const char *dot = strrchr(slash ? slash : path, '.');
  for (size_t i = 0; dot && i < NUM_FORMATS; i++) {
    if (strcasecmp(dot, formats[i].extension) != 0)
      continue;
    *ret = formats[i].format;
    return NULL;
  }
  return bad_format("cannot tell the format of", path,
                    "names that work end in .heapsnapshot, .sqlite, .db, .csv or .json");
}

static rg_error *write_stream(struct rgi_exporting *exporting, rg_export_format format,
                              struct rgi_identities *identities, const rg_writer *writer)
{
  switch (format) {
  case RG_EXPORT_HEAPSNAPSHOT:
    return rgi_export_heapsnapshot(exporting, identities, writer);
  case RG_EXPORT_JSON:
    return rgi_export_json(exporting, writer);
  case RG_EXPORT_SQLITE:
    return rg_error_create(RG_ERROR_ARGUMENT, "a database is no stream: it needs a file");
  case RG_EXPORT_CSV:
    return rg_error_create(RG_ERROR_ARGUMENT, "CSV is two files, and no stream: it needs a name");
  }
  return rg_error_create(RG_ERROR_ARGUMENT, "%d is no format of exports", (int)format);
}

rg_error *rg_export_write(const rg_graph *graph, rg_export_format format, const rg_export_options *options,
                          const rg_writer *writer)
{
  rg_export_options given = RG_EXPORT_OPTIONS_INIT;
  rgi_options_read(&given, options);
  SCOPED_EXPORTING exporting = {.graph = graph, .options = &given};
  return write_stream(&exporting, format, NULL, writer);
}

/* --- files -------------------------------------------------------------------------------------------------------- */

struct rg_export {
  struct rgi_text path; // as it was given
  const char *place;    // of the number of the graph, in the path; NULL: all goes to one file
  rg_export_format format;
  rg_export_options options;
  uint32_t num_graphs;  // added so far
  struct rgi_identities *identities; // of a series of heap snapshots
  struct rgi_database *database;     // that takes all graphs
};

void rgi_export_close_scoped(rg_file **file)
{
  rg_file_destroy(*file);
}

rg_error *rgi_export_open(const char *path, rg_file **ret)
{
  rg_file_options options = RG_FILE_OPTIONS_INIT;
  options.is_private = true;
  return rg_file_create(path, &options, ret);
}

static rg_error *check_path(const rg_export *exported)
{
  if (exported->options.num_graphs <= 1 || exported->place || exported->format == RG_EXPORT_SQLITE)
    return NULL;
  return bad_format("several dumps do not fit into", exported->path.data,
                    "put %d into its name, for the number of the dump");
}

static rg_error *init(rg_export *exported, const char *path)
{
  rgi_text_puts(&exported->path, path);
  RGI_TRY(rgi_text_error(&exported->path));
  exported->place = strstr(exported->path.data, "%d");
  RGI_TRY(check_path(exported));
  if (exported->format == RG_EXPORT_HEAPSNAPSHOT && exported->options.num_graphs > 1)
    return rgi_identities_create(&exported->identities);
  if (exported->format == RG_EXPORT_SQLITE && !exported->place)
    return rgi_database_open(path, &exported->database);
  return NULL;
}

rg_error *rg_export_create(const char *path, rg_export_format format, const rg_export_options *options,
                           rg_export **ret)
{
  rg_export *exported = rgi_alloc(1, sizeof(*exported));
  if (!exported)
    return rgi_out_of_memory();
  exported->format = format;
  exported->options = (rg_export_options)RG_EXPORT_OPTIONS_INIT;
  rgi_options_read(&exported->options, options);
  rg_error *error = init(exported, path);
  if (error) {
    rg_export_destroy(exported);
    return error;
  }
  *ret = exported;
  return NULL;
}

// The path of the next graph.
static rg_error *add_path(const rg_export *exported, struct rgi_text *ret)
{
  const char *path = exported->path.data, *place = exported->place;
  if (place)
    rgi_text_printf(ret, "%.*s%u%s", (int)(place - path), path, exported->num_graphs + 1, place + strlen("%d"));
  else
    rgi_text_puts(ret, path);
  return rgi_text_error(ret);
}

static rg_error *write_file(const rg_export *exported, struct rgi_exporting *exporting, const char *path)
{
  RGI_SCOPED_FILE *file = NULL;
  RGI_TRY(rgi_export_open(path, &file));
  rg_writer writer = rg_file_writer(file);
  RGI_TRY(write_stream(exporting, exported->format, exported->identities, &writer));
  return rg_file_commit(file);
}

static void close_database_scoped(struct rgi_database **database)
{
  rgi_database_close(*database);
}

static rg_error *write_database(struct rgi_exporting *exporting, const char *path)
{
  __attribute__((cleanup(close_database_scoped))) struct rgi_database *database = NULL;
  RGI_TRY(rgi_database_open(path, &database));
  RGI_TRY(rgi_database_add(database, exporting));
  return rgi_database_commit(database);
}

static rg_error *add_graph(const rg_export *exported, struct rgi_exporting *exporting)
{
  RGI_SCOPED_TEXT path = RGI_TEXT_INIT;
  if (exported->database)
    return rgi_database_add(exported->database, exporting);
  RGI_TRY(add_path(exported, &path));
  switch (exported->format) {
  case RG_EXPORT_SQLITE:
    return write_database(exporting, path.data);
  case RG_EXPORT_CSV:
    return rgi_export_csv(exporting, path.data);
  case RG_EXPORT_HEAPSNAPSHOT:
  case RG_EXPORT_JSON:
    break;
  }
  return write_file(exported, exporting, path.data);
}

rg_error *rg_export_add(rg_export *exported, const rg_graph *graph)
{
  SCOPED_EXPORTING exporting = {.graph = graph, .options = &exported->options};
  if (exported->num_graphs == exported->options.num_graphs)
    return rg_error_create(RG_ERROR_ARGUMENT, "more graphs than the %u that were announced", exported->num_graphs);
  RGI_TRY(add_graph(exported, &exporting));
  exported->num_graphs++;
  return NULL;
}

rg_error *rg_export_commit(rg_export *exported)
{
  return exported->database ? rgi_database_commit(exported->database) : NULL;
}

void rg_export_destroy(rg_export *exported)
{
  if (!exported)
    return;
  rgi_identities_destroy(exported->identities);
  rgi_database_close(exported->database);
  rgi_text_deinit(&exported->path);
  rgi_free(exported);
}
