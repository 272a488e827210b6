/* Two files of comma-separated values, for DuckDB, pandas and Spark: a line a node, a line an edge.
 *
 * Texts are quoted and numbers are not; what is not known is empty (RFC 4180). A text that a spreadsheet would take for
 * a formula begins with an apostrophe. */
#include "export-internal.h"

#include <string.h>
#include <strings.h>

struct sheet {
  struct rgi_exporting *exporting;
  struct rgi_stream stream;
  struct rgi_text origin; // what each line ends in
};

static void deinit(struct sheet *sheet)
{
  rgi_stream_deinit(&sheet->stream);
  rgi_text_deinit(&sheet->origin);
}
#define SCOPED_SHEET __attribute__((cleanup(deinit))) struct sheet

// The first character, plain or of full width, is all that a spreadsheet looks at. A graph has no tabs or ends of
// lines.
static bool is_formula(const char *text)
{
  static const char *const signs[] = {"=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"};
  for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
    if (strncmp(text, signs[i], strlen(signs[i])) == 0)
      return true;
  }
  return false;
}

static void add_text(struct rgi_text *text, const char *value)
{
  rgi_text_puts(text, is_formula(value) ? "\"'" : "\"");
  for (const char *quote; (quote = strchr(value, '"')); value = quote + 1) {
    rgi_text_add(text, value, (size_t)(quote - value));
    rgi_text_puts(text, "\"\"");
  }
  rgi_text_puts(text, value);
  rgi_text_puts(text, "\"");
}

static rg_error *init(struct sheet *sheet)
{
  RGI_SCOPED_TEXT id = RGI_TEXT_INIT;
  rg_process_info process = rg_graph_process(sheet->exporting->graph);
  rgi_exporting_dump_id(sheet->exporting, &id);
  rgi_text_puts(&sheet->origin, ",");
  add_text(&sheet->origin, rgi_text_string(&id));
  rgi_text_puts(&sheet->origin, ",");
  add_text(&sheet->origin, process.host);
  rgi_text_printf(&sheet->origin, ",%llu\r\n", (unsigned long long)process.pid);
  RGI_TRY(rgi_text_error(&id));
  return rgi_text_error(&sheet->origin);
}

static void put_field(struct rgi_stream *stream, const struct rgi_field *field)
{
  if (field->kind == RGI_FIELD_TEXT)
    add_text(&stream->text, field->text);
  else if (field->kind == RGI_FIELD_NUMBER)
    rgi_stream_number(stream, field->number);
  else if (field->kind == RGI_FIELD_BOOL)
    rgi_stream_puts(stream, field->number ? "true" : "false");
}

static void end_line(struct sheet *sheet)
{
  rgi_stream_puts(&sheet->stream, sheet->origin.data);
}

static void put_names(struct sheet *sheet, const struct rgi_field *fields, size_t num)
{
  for (size_t i = 0; i < num; i++) {
    rgi_stream_puts(&sheet->stream, fields[i].name);
    rgi_stream_puts(&sheet->stream, ",");
  }
  rgi_stream_puts(&sheet->stream, "dump_id,host,pid\r\n");
}

static void put_fields(struct sheet *sheet, const struct rgi_field *fields, size_t num)
{
  for (size_t i = 0; i < num; i++) {
    rgi_stream_puts(&sheet->stream, i ? "," : "");
    put_field(&sheet->stream, &fields[i]);
  }
  end_line(sheet);
}

static rg_error *write_nodes(struct rgi_exporting *exporting, const rg_writer *writer)
{
  SCOPED_SHEET sheet = {exporting, RGI_STREAM_INIT(writer), RGI_TEXT_INIT};
  struct rgi_field fields[RGI_NUM_NODE_FIELDS];
  RGI_TRY(init(&sheet));
  rgi_exported_node(exporting, RG_NODE_ROOT, fields);
  put_names(&sheet, fields, RGI_NUM_NODE_FIELDS);
  for (rg_node node = 1; node < rg_graph_num_nodes(exporting->graph); node++) {
    rgi_exported_node(exporting, node, fields);
    put_fields(&sheet, fields, RGI_NUM_NODE_FIELDS);
    RGI_TRY(rgi_exporting_count(exporting, 1));
  }
  return rgi_stream_finish(&sheet.stream);
}

static void put_edge(struct sheet *sheet, rg_node source, rg_edge edge)
{
  const rg_graph *graph = sheet->exporting->graph;
  struct rgi_stream *stream = &sheet->stream;
  rg_edge_kind kind = rg_graph_edge_kind(graph, edge);
  rgi_stream_number(stream, source);
  rgi_stream_puts(stream, ",");
  rgi_stream_number(stream, rg_graph_edge_target(graph, edge));
  rgi_stream_puts(stream, ",\"");
  rgi_stream_puts(stream, rg_edge_kind_word(kind));
  rgi_stream_puts(stream, "\",");
  if (kind == RG_EDGE_INDEX)
    rgi_stream_number(stream, rg_graph_edge_index(graph, edge));
  else
    add_text(&stream->text, rgi_exported_text(sheet->exporting, graph->names[edge]));
  end_line(sheet);
}

static rg_error *write_edges(struct rgi_exporting *exporting, const rg_writer *writer)
{
  const rg_graph *graph = exporting->graph;
  SCOPED_SHEET sheet = {exporting, RGI_STREAM_INIT(writer), RGI_TEXT_INIT};
  RGI_TRY(init(&sheet));
  rgi_stream_puts(&sheet.stream, "src,dst,kind,name,dump_id,host,pid\r\n");
  for (rg_node node = 1; node < rg_graph_num_nodes(graph); node++) {
    rg_edge begin = rg_graph_edges_begin(graph, node), end = rg_graph_edges_end(graph, node);
    for (rg_edge edge = begin; edge < end; edge++)
      put_edge(&sheet, node, edge);
    RGI_TRY(rgi_exporting_count(exporting, end - begin));
  }
  return rgi_stream_finish(&sheet.stream);
}

/* --- the two files ------------------------------------------------------------------------------------------------ */

// "heap.csv" and "nodes" become "heap.nodes.csv".
static rg_error *open_part(const char *path, const char *part, rg_file **ret)
{
  RGI_SCOPED_TEXT name = RGI_TEXT_INIT;
  size_t size = strlen(path), ending = strlen(".csv");
  if (size > ending && strcasecmp(path + size - ending, ".csv") == 0)
    size -= ending;
  rgi_text_printf(&name, "%.*s.%s.csv", (int)size, path, part);
  RGI_TRY(rgi_text_error(&name));
  return rgi_export_open(name.data, ret);
}

rg_error *rgi_export_csv(struct rgi_exporting *exporting, const char *path)
{
  RGI_SCOPED_FILE *nodes = NULL, *edges = NULL;
  RGI_TRY(open_part(path, "nodes", &nodes));
  RGI_TRY(open_part(path, "edges", &edges));
  RGI_TRY(rgi_exporting_measure(exporting));
  exporting->total = rg_graph_num_nodes(exporting->graph) + rg_graph_num_edges(exporting->graph);
  rg_writer nodes_writer = rg_file_writer(nodes), edges_writer = rg_file_writer(edges);
  RGI_TRY(write_nodes(exporting, &nodes_writer));
  RGI_TRY(write_edges(exporting, &edges_writer));
  RGI_TRY(rg_file_commit(nodes));
  return rg_file_commit(edges);
}
