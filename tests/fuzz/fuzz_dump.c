/* A dump that is anything: reading it gives an error, or a graph that answers, is reported on and exported. Checksums are
 * ignored, since nothing would get past them. */
#include "fuzz.h"

#include <stdlib.h>

#include <refgraph.h>

#include "../../src/dump/read.h"

static void drop(rg_error *error)
{
  rg_error_destroy(error);
}

static rg_error *write_nowhere(void *context, const void *data, size_t size)
{
  (void)context, (void)data, (void)size;
  return NULL;
}

static void read_all(const rg_graph *graph)
{
  for (rg_node node = 0; node < rg_graph_num_nodes(graph); node++) {
    rg_graph_node(graph, node);
    rg_graph_allocation(graph, node);
  }
  for (rg_edge edge = 0; edge < rg_graph_num_edges(graph); edge++) {
    rg_graph_edge_name(graph, edge);
    if (rg_graph_edge_source(graph, edge) >= rg_graph_num_nodes(graph))
      abort();
  }
}

static void draw(const rg_selection *selection)
{
  rg_view *view = NULL;
  rg_writer nowhere = {write_nowhere, NULL};
  drop(rg_view_create(selection, NULL, &view));
  if (view) {
    drop(rg_view_write_text(view, &nowhere));
    drop(rg_view_write_json(view, &nowhere));
  }
  rg_view_destroy(view);
}

static void ask(const rg_graph *graph)
{
  rg_closures *closures = NULL;
  rg_selection *selection = NULL;
  rg_node target = rg_graph_num_nodes(graph) - 1;
  drop(rg_closures_create(graph, &closures));
  if (closures)
    drop(rg_select_why_closures(graph, closures, NULL, &selection));
  if (selection)
    draw(selection);
  rg_selection_destroy(selection);
  rg_closures_destroy(closures);
  selection = NULL;
  if (target)
    drop(rg_select_why(graph, &target, 1, NULL, &selection));
  if (selection)
    draw(selection);
  rg_selection_destroy(selection);
}

static void analyse(const rg_graph *graph)
{
  rg_dominators *dominators = NULL;
  rg_cycles *cycles = NULL;
  rg_disjoint_paths *paths = NULL;
  drop(rg_dominators_create(graph, NULL, &dominators));
  drop(rg_cycles_create(graph, NULL, &cycles));
  if (rg_graph_num_nodes(graph) > 1)
    drop(rg_disjoint_paths_create(graph, rg_graph_num_nodes(graph) - 1, NULL, &paths));
  rg_disjoint_paths_destroy(paths);
  rg_cycles_destroy(cycles);
  rg_dominators_destroy(dominators);
}

// As if nothing had changed between three dumps, and as one.
static void report_on(const rg_graph *graph, int num_before)
{
  rg_report *report = NULL;
  rg_view *view = NULL;
  rg_writer nowhere = {write_nowhere, NULL};
  drop(rg_report_create(NULL, &report));
  for (int i = 0; i < num_before; i++)
    drop(rg_report_add(report, graph));
  rg_error *error = rg_report_finish(report, graph);
  if (!error) {
    drop(rg_report_write_text(report, &nowhere));
    drop(rg_report_write_json(report, &nowhere));
    drop(rg_report_write_sarif(report, "/", &nowhere));
    if (rg_report_num_leaks(report))
      drop(rg_report_view(report, 0, graph, &view));
  }
  rg_view_destroy(view);
  rg_error_destroy(error);
  rg_report_destroy(report);
}

static void export(const rg_graph *graph)
{
  rg_writer nowhere = {write_nowhere, NULL};
  drop(rg_export_write(graph, RG_EXPORT_HEAPSNAPSHOT, NULL, &nowhere));
  drop(rg_export_write(graph, RG_EXPORT_JSON, NULL, &nowhere));
}

FUZZ_TARGET(dump)
{
  rg_graph *graph = NULL;
  rg_bytes bytes = {(const char *)data, size};
  rg_reader reader = rg_bytes_reader(&bytes);
  rg_dump_read_options options = RG_DUMP_READ_OPTIONS_INIT;
  options.max_memory = (uint64_t)64 << 20;
  drop(rgi_dump_read(&reader, &options, true, &graph));
  if (graph) {
    read_all(graph);
    ask(graph);
    analyse(graph);
    report_on(graph, 0);
    report_on(graph, 2);
    export(graph);
  }
  rg_graph_destroy(graph);
  return 0;
}
