/* Node-link JSON, as networkx reads it: node_link_graph() gives a MultiDiGraph. Up to version 3.3 it looks for "links",
 * from 3.4 on for "edges": both are there. */
#include "export-internal.h"

struct document {
  struct rgi_exporting *exporting;
  struct rgi_stream stream;
};

static void deinit(struct document *document)
{
  rgi_stream_deinit(&document->stream);
}

static void put_name(struct rgi_stream *stream, const char *separator, const char *name)
{
  rgi_stream_puts(stream, separator);
  rgi_stream_json(stream, name);
  rgi_stream_puts(stream, ":");
}

static void put_number(struct rgi_stream *stream, const char *separator, const char *name, uint64_t number)
{
  put_name(stream, separator, name);
  rgi_stream_number(stream, number);
}

static void put_text(struct rgi_stream *stream, const char *separator, const char *name, const char *text)
{
  put_name(stream, separator, name);
  rgi_stream_json(stream, text);
}

static rg_error *put_head(struct document *document)
{
  RGI_SCOPED_TEXT id = RGI_TEXT_INIT;
  struct rgi_stream *stream = &document->stream;
  rg_process_info process = rg_graph_process(document->exporting->graph);
  rgi_exporting_dump_id(document->exporting, &id);
  RGI_TRY(rgi_text_error(&id));
  rgi_stream_puts(stream, "{\"directed\":true,\"multigraph\":true,\"graph\":{");
  put_text(stream, "", "dump_id", rgi_text_string(&id));
  put_text(stream, ",", "host", process.host);
  put_number(stream, ",", "pid", process.pid);
  put_number(stream, ",", "time_ns", process.time_ns);
  put_text(stream, ",", "interpreter", process.interpreter);
  rgi_stream_puts(stream, "},\n");
  return NULL;
}

static void put_node(struct document *document, rg_node node)
{
  struct rgi_stream *stream = &document->stream;
  struct rgi_field fields[RGI_NUM_NODE_FIELDS];
  rgi_exported_node(document->exporting, node, fields);
  const char *separator = "{";
  for (size_t i = 0; i < RGI_NUM_NODE_FIELDS; i++) {
    if (fields[i].kind == RGI_FIELD_NONE)
      continue;
    put_name(stream, separator, fields[i].name);
    if (fields[i].kind == RGI_FIELD_TEXT)
      rgi_stream_json(stream, fields[i].text);
    else if (fields[i].kind == RGI_FIELD_NUMBER)
      rgi_stream_number(stream, fields[i].number);
    else
      rgi_stream_puts(stream, fields[i].number ? "true" : "false");
    separator = ",";
  }
  rgi_stream_puts(stream, "}");
}

static rg_error *put_nodes(struct document *document)
{
  rgi_stream_puts(&document->stream, "\"nodes\":[");
  for (rg_node node = 1; node < rg_graph_num_nodes(document->exporting->graph); node++) {
    rgi_stream_puts(&document->stream, node > 1 ? ",\n" : "\n");
    put_node(document, node);
    RGI_TRY(rgi_exporting_count(document->exporting, 1));
  }
  rgi_stream_puts(&document->stream, "],\n");
  return NULL;
}

// The key tells parallel edges apart: it is the place of the edge among those of its source.
static void put_edge(struct document *document, rg_node source, rg_edge edge)
{
  const rg_graph *graph = document->exporting->graph;
  struct rgi_stream *stream = &document->stream;
  rg_edge_kind kind = rg_graph_edge_kind(graph, edge);
  put_number(stream, "{", "source", source);
  put_number(stream, ",", "target", rg_graph_edge_target(graph, edge));
  put_number(stream, ",", "key", edge - rg_graph_edges_begin(graph, source));
  put_text(stream, ",", "kind", rg_edge_kind_word(kind));
  if (kind == RG_EDGE_INDEX)
    put_number(stream, ",", "name", rg_graph_edge_index(graph, edge));
  else
    put_text(stream, ",", "name", rgi_exported_text(document->exporting, graph->names[edge]));
  rgi_stream_puts(stream, "}");
}

static rg_error *put_edges(struct document *document, const char *name)
{
  const rg_graph *graph = document->exporting->graph;
  const char *separator = "\n";
  put_name(&document->stream, "", name);
  rgi_stream_puts(&document->stream, "[");
  for (rg_node node = 1; node < rg_graph_num_nodes(graph); node++) {
    rg_edge begin = rg_graph_edges_begin(graph, node), end = rg_graph_edges_end(graph, node);
    for (rg_edge edge = begin; edge < end; edge++) {
      rgi_stream_puts(&document->stream, separator);
      put_edge(document, node, edge);
      separator = ",\n";
    }
    RGI_TRY(rgi_exporting_count(document->exporting, end - begin));
  }
  rgi_stream_puts(&document->stream, "]");
  return NULL;
}

rg_error *rgi_export_json(struct rgi_exporting *exporting, const rg_writer *writer)
{
  __attribute__((cleanup(deinit))) struct document document = {exporting, RGI_STREAM_INIT(writer)};
  exporting->total = rg_graph_num_nodes(exporting->graph) + 2 * rg_graph_num_edges(exporting->graph);
  RGI_TRY(rgi_exporting_measure(exporting));
  RGI_TRY(put_head(&document));
  RGI_TRY(put_nodes(&document));
  RGI_TRY(put_edges(&document, "links"));
  rgi_stream_puts(&document.stream, ",\n");
  RGI_TRY(put_edges(&document, "edges"));
  rgi_stream_puts(&document.stream, "}\n");
  return rgi_stream_finish(&document.stream);
}
