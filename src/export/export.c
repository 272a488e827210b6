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

#define PROGRESS_EVERY 4096

rg_error *rgi_exporting_count(struct rgi_exporting *exporting, uint64_t num, uint64_t total)
{
  const rg_export_options *options = exporting->options;
  uint64_t before = exporting->num_done;
  exporting->num_done += num;
  if (!options->progress || before / PROGRESS_EVERY == exporting->num_done / PROGRESS_EVERY)
    return NULL;
  if (options->progress(options->progress_context, "exporting", exporting->num_done, total))
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

/* --- formats ------------------------------------------------------------------------------------------------------ */

static const struct {
  const char *word, *extension;
  rg_export_format format;
} formats[] = {
    {"heapsnapshot", ".heapsnapshot", RG_EXPORT_HEAPSNAPSHOT},
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
    if (!formats[i].word || strcmp(word, formats[i].word) != 0)
      continue;
    *ret = formats[i].format;
    return NULL;
  }
  return bad_format("unknown format", word, "it is heapsnapshot");
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
  return bad_format("cannot tell the format of", path, "names that work end in .heapsnapshot");
}

static rg_error *write_graph(struct rgi_exporting *exporting, rg_export_format format, rg_export *exported,
                             const rg_writer *writer);

/* --- files -------------------------------------------------------------------------------------------------------- */

struct rg_export {
  struct rgi_text path; // as it was given
  const char *place;    // of the number of the graph, in the path; NULL: all goes to one file
  rg_export_format format;
  rg_export_options options;
  uint32_t num_graphs;  // added so far
  struct rgi_identities *identities; // of a series of heap snapshots
};

static void destroy_file_scoped(rg_file **file)
{
  rg_file_destroy(*file);
}

static rg_error *check_path(const rg_export *exported)
{
  if (exported->options.num_graphs <= 1 || exported->place)
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
    RGI_TRY(rgi_identities_create(&exported->identities));
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

static rg_error *write_file(rg_export *exported, struct rgi_exporting *exporting, const char *path)
{
  __attribute__((cleanup(destroy_file_scoped))) rg_file *file = NULL;
  rg_file_options options = RG_FILE_OPTIONS_INIT;
  options.is_private = true;
  RGI_TRY(rg_file_create(path, &options, &file));
  rg_writer writer = rg_file_writer(file);
  RGI_TRY(write_graph(exporting, exported->format, exported, &writer));
  return rg_file_commit(file);
}

rg_error *rg_export_add(rg_export *exported, const rg_graph *graph)
{
  RGI_SCOPED_TEXT path = RGI_TEXT_INIT;
  struct rgi_exporting exporting = {graph, &exported->options, 0};
  if (exported->num_graphs == exported->options.num_graphs)
    return rg_error_create(RG_ERROR_ARGUMENT, "more graphs than the %u that were announced", exported->num_graphs);
  RGI_TRY(add_path(exported, &path));
  RGI_TRY(write_file(exported, &exporting, path.data));
  exported->num_graphs++;
  return NULL;
}

rg_error *rg_export_commit(rg_export *exported)
{
  (void)exported;
  return NULL;
}

void rg_export_destroy(rg_export *exported)
{
  if (!exported)
    return;
  rgi_identities_destroy(exported->identities);
  rgi_text_deinit(&exported->path);
  rgi_free(exported);
}

static rg_error *write_graph(struct rgi_exporting *exporting, rg_export_format format, rg_export *exported,
                             const rg_writer *writer)
{
  switch (format) {
  case RG_EXPORT_HEAPSNAPSHOT:
    return rgi_export_heapsnapshot(exporting, exported ? exported->identities : NULL, writer);
  }
  return rg_error_create(RG_ERROR_ARGUMENT, "%d is no format of exports", (int)format);
}

rg_error *rg_export_write(const rg_graph *graph, rg_export_format format, const rg_export_options *options,
                          const rg_writer *writer)
{
  rg_export_options given = RG_EXPORT_OPTIONS_INIT;
  rgi_options_read(&given, options);
  struct rgi_exporting exporting = {graph, &given, 0};
  return write_graph(&exporting, format, NULL, writer);
}
