#include "ask.h"

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

#include "../../src/render/request.h"
#include "errors.h"

static rg_error *write_nowhere(void *context, const void *data, size_t size)
{
  (void)context, (void)data, (void)size;
  return NULL;
}

static const rg_writer nowhere = {write_nowhere, NULL};

void ask_to_read(const rg_graph *graph)
{
  for (rg_node node = 0; node < rg_graph_num_nodes(graph); node++) {
    rg_node_info info = rg_graph_node(graph, node);
    rg_graph_string(graph, info.label);
    rg_graph_string(graph, info.context);
    rg_graph_type(graph, info.type);
    rg_graph_allocation(graph, node);
    if (info.site != RG_SITE_NONE)
      rg_graph_site(graph, info.site);
  }
  for (rg_edge edge = 0; edge < rg_graph_num_edges(graph); edge++) {
    rg_graph_edge_name(graph, edge);
    if (rg_graph_edge_source(graph, edge) >= rg_graph_num_nodes(graph) ||
        rg_graph_edge_target(graph, edge) >= rg_graph_num_nodes(graph))
      abort();
  }
}

/* --- drawings ----------------------------------------------------------------------------------------------------- */

// The renderer understands what it is asked.
static void request(const rg_view *view)
{
  RGI_SCOPED_TEXT message = RGI_TEXT_INIT;
  struct rgi_request_settings settings = {.format = RG_FORMAT_SVG};
  struct rgi_request decoded;
  uint64_t size;
  must(rgi_request_encode(view, &settings, &message));
  must(rgi_request_decode_header(message.data, &size));
  must(rgi_request_decode(message.data + RGI_REQUEST_HEADER_SIZE, size, &decoded));
  rgi_request_deinit(&decoded);
}

static void draw_view(rg_view *view)
{
  must(rg_view_write_text(view, &nowhere));
  must(rg_view_write_json(view, &nowhere));
  request(view);
  rg_view_destroy(view);
}

static void draw(rg_selection *selection)
{
  rg_view *view;
  must(rg_view_create(selection, NULL, &view));
  draw_view(view);
  rg_selection_destroy(selection);
}

static void draw_closures(const rg_graph *graph, const rg_closures *closures)
{
  rg_selection *selection;
  must(rg_select_why_closures(graph, closures, NULL, &selection));
  draw(selection);
}

// The last nodes, by which those that came before are reached.
static void draw_some(const rg_graph *graph, rg_node num_targets)
{
  rg_selection *selections[3];
  rg_node targets[2 * RG_WHY_NUM_SINGLE], num_nodes = rg_graph_num_nodes(graph);
  rg_neighbourhood_options back = RG_NEIGHBOURHOOD_OPTIONS_INIT;
  rg_why_options paths = RG_WHY_OPTIONS_INIT;
  back.is_backward = true;
  paths.max_paths = 3;
  if (num_targets >= num_nodes)
    num_targets = num_nodes - 1;
  for (rg_node i = 0; i < num_targets; i++)
    targets[i] = num_nodes - num_targets + i;
  if (!num_targets)
    return;
  must(rg_select_why(graph, targets, num_targets, &paths, &selections[0]));
  must(rg_select_neighbourhood(graph, targets, num_targets, NULL, &selections[1]));
  must(rg_select_neighbourhood(graph, targets, num_targets, &back, &selections[2]));
  for (size_t i = 0; i < 3; i++)
    draw(selections[i]);
}

/* --- analyses ----------------------------------------------------------------------------------------------------- */

static void read_table(rg_table *table)
{
  must(rg_table_write_text(table, NULL, &nowhere));
  must(rg_table_write_json(table, &nowhere));
  must(rg_table_write_html(table, &nowhere));
  rg_table_destroy(table);
}

static void count_types(const rg_graph *graph, const rg_dominators *dominators)
{
  rg_types *types;
  rg_table *table;
  must(rg_types_create(graph, NULL, 0, &types));
  must(rg_types_measure(types, graph, dominators));
  must(rg_table_of_types(graph, types, SIZE_MAX, &table));
  read_table(table);
  rg_types_destroy(types);
}

static void measure_closures(const rg_graph *graph, const rg_dominators *dominators)
{
  rg_closures *closures;
  rg_table *table;
  must(rg_closures_create(graph, &closures));
  draw_closures(graph, closures);
  must(rg_closures_measure(closures, graph, dominators));
  must(rg_table_of_closures(graph, closures, NULL, SIZE_MAX, &table));
  read_table(table);
  rg_closures_destroy(closures);
}

// What only the process dominates retains all there is.
static void dominate(const rg_graph *graph)
{
  rg_dominators *dominators;
  rg_table *table;
  must(rg_dominators_create(graph, NULL, &dominators));
  must(rg_table_of_dominators(graph, dominators, NULL, 0, 1000, &table));
  read_table(table);
  count_types(graph, dominators);
  measure_closures(graph, dominators);
  rg_dominators_destroy(dominators);
}

static void find_cycles(const rg_graph *graph)
{
  rg_cycles *cycles;
  rg_table *table;
  must(rg_cycles_create(graph, NULL, &cycles));
  must(rg_table_of_cycles(graph, cycles, NULL, SIZE_MAX, &table));
  read_table(table);
  rg_cycles_destroy(cycles);
}

static void cut(const rg_graph *graph, rg_node node)
{
  rg_cut *cut;
  rg_table *table;
  must(rg_cut_create(graph, &node, 1, NULL, &cut));
  must(rg_table_of_cut(graph, cut, &table));
  read_table(table);
  rg_cut_destroy(cut);
}

static void find_disjoint_paths(const rg_graph *graph, rg_node node)
{
  rg_disjoint_paths *paths;
  rg_table *table;
  must(rg_disjoint_paths_create(graph, node, NULL, &paths));
  must(rg_table_of_disjoint_paths(graph, paths, &table));
  read_table(table);
  rg_disjoint_paths_destroy(paths);
}

static void ask_filter(const rg_graph *graph, const char *text)
{
  rg_filter *filter;
  rg_matches *matches;
  must(rg_filter_create(text, &filter));
  must(rg_matches_create(graph, filter, &matches));
  for (size_t i = 0; i < rg_matches_num_nodes(matches); i++) {
    if (!rg_matches_has(matches, rg_matches_nodes(matches)[i]))
      abort();
  }
  rg_matches_destroy(matches);
  rg_filter_destroy(filter);
}

static void filter(const rg_graph *graph)
{
  ask_filter(graph, "closure not garbage");
  ask_filter(graph, "closure:make.on_close site:ui.py:12");
  ask_filter(graph, "type:ui.Screen size:1..1M");
  ask_filter(graph, "name:a");
}

/* --- other places ------------------------------------------------------------------------------------------------- */

static rg_buffer dump(const rg_graph *graph, bool with_values)
{
  rg_dump_write_options options = RG_DUMP_WRITE_OPTIONS_INIT;
  rg_buffer buffer = RG_BUFFER_INIT;
  rg_writer writer = rg_buffer_writer(&buffer);
  options.with_values = with_values;
  must(rg_dump_write(graph, &options, &writer));
  return buffer;
}

static void read_again(const rg_graph *graph, bool with_values)
{
  rg_graph *again;
  rg_buffer first = dump(graph, with_values);
  rg_bytes bytes = {first.data, first.size};
  rg_reader reader = rg_bytes_reader(&bytes);
  must(rg_dump_read(&reader, NULL, &again));
  rg_buffer second = dump(again, with_values);
  if (first.size != second.size || memcmp(first.data, second.data, first.size))
    abort();
  rg_graph_destroy(again);
  rg_buffer_deinit(&first);
  rg_buffer_deinit(&second);
}

// What an export's own format cannot say is refused.
static void export(const rg_graph *graph)
{
  fails(rg_export_write(graph, RG_EXPORT_HEAPSNAPSHOT, NULL, &nowhere));
  must(rg_export_write(graph, RG_EXPORT_JSON, NULL, &nowhere));
}

void ask_all(const rg_graph *graph)
{
  ask_to_read(graph);
  draw_some(graph, 1);
  draw_some(graph, 2 * RG_WHY_NUM_SINGLE);
  dominate(graph);
  find_cycles(graph);
  cut(graph, rg_graph_num_nodes(graph) - 1);
  find_disjoint_paths(graph, rg_graph_num_nodes(graph) - 1);
  filter(graph);
  read_again(graph, true);
  read_again(graph, false);
  export(graph);
}

/* --- rounds ------------------------------------------------------------------------------------------------------- */

static void grow(rg_graph *const *graphs, size_t num)
{
  rg_growth *growth;
  must(rg_growth_create(&growth));
  for (size_t i = 0; i < num; i++)
    must(rg_growth_add(growth, graphs[i], NULL, 0));
  for (rg_group_by by = RG_GROUP_BY_PATH; num > 1 && by <= RG_GROUP_BY_TYPE; by++) {
    rg_table *table;
    must(rg_growth_rank(growth, by));
    must(rg_table_of_growth(growth, SIZE_MAX, &table));
    read_table(table);
  }
  rg_growth_destroy(growth);
}

static void remove_folder(const char *folder)
{
  DIR *files = opendir(folder);
  if (!files)
    abort();
  for (struct dirent *file; (file = readdir(files));)
    unlinkat(dirfd(files), file->d_name, 0); // fails for "." and ".."
  closedir(files);
  if (rmdir(folder))
    abort();
}

static void export_series(rg_graph *const *graphs, size_t num, rg_export_format format, const char *suffix)
{
  char folder[] = "/tmp/refgraph-fuzz-XXXXXX", path[100];
  rg_export *exported;
  rg_export_options options = RG_EXPORT_OPTIONS_INIT;
  options.num_graphs = (uint32_t)num;
  if (!mkdtemp(folder))
    abort();
  snprintf(path, sizeof(path), "%s/%%d%s", folder, suffix);
  must(rg_export_create(path, format, &options, &exported));
  rg_error *error = NULL;
  for (size_t i = 0; !error && i < num; i++)
    error = rg_export_add(exported, graphs[i]);
  fails(error);
  rg_export_destroy(exported);
  remove_folder(folder);
}

// Now and then: files take more time than all the rest.
static void export_rounds(rg_graph *const *graphs, size_t num)
{
  if (rg_graph_num_edges(graphs[num - 1]) % 8 != 5)
    return;
  export_series(graphs, num, RG_EXPORT_SQLITE, ".sqlite");
  export_series(graphs, num, RG_EXPORT_CSV, ".csv");
  export_series(graphs, num, RG_EXPORT_HEAPSNAPSHOT, ".heapsnapshot");
}

static rg_buffer write_baseline(const rg_report *report)
{
  rg_buffer buffer = RG_BUFFER_INIT;
  rg_writer writer = rg_buffer_writer(&buffer);
  must(rg_report_write_baseline(report, &writer));
  return buffer;
}

// What a report accepts of itself is all of it.
static void accept(rg_report *report)
{
  size_t num_leaks = rg_report_num_leaks(report) + rg_report_num_omitted(report);
  rg_buffer baseline = write_baseline(report);
  must(rg_report_accept(report, baseline.data, baseline.size));
  if (rg_report_num_accepted(report) != num_leaks || rg_report_num_unmatched(report))
    abort();
  rg_buffer_deinit(&baseline);
}

static void tell(const rg_report *report, const rg_graph *graph)
{
  must(rg_report_write_text(report, &nowhere));
  must(rg_report_write_json(report, &nowhere));
  must(rg_report_write_sarif(report, "/", &nowhere));
  for (size_t i = 0; i < rg_report_num_leaks(report); i++) {
    rg_view *view;
    must(rg_report_view(report, i, graph, &view));
    draw_view(view);
  }
}

void ask_rounds(rg_graph *const *graphs, size_t num)
{
  rg_report *report;
  must(rg_report_create(NULL, &report));
  for (size_t i = 0; i + 1 < num; i++)
    must(rg_report_add(report, graphs[i]));
  must(rg_report_finish(report, graphs[num - 1]));
  tell(report, graphs[num - 1]);
  accept(report);
  tell(report, graphs[num - 1]);
  rg_report_destroy(report);
  grow(graphs, num);
  export_rounds(graphs, num);
}
