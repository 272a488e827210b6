/* Paths from the super-root, a row each, with the objects on the way. */
#include "table-internal.h"

#include "../view/view-internal.h"

static const rg_column columns[] = {
    {"id", "id", true},
    {"length", "steps", true},
    {"path", "path", false},
    {"steps", NULL, false},
};

static const rg_column step_columns[] = {
    {"id", "id", true},
    {"reference", "reference", false},
    {"object", "object", false},
};

static rg_error *make_steps(const rg_graph *graph, rg_edge_list path, rg_table **ret)
{
  RGI_SCOPED_TABLE *table = NULL;
  RGI_SCOPED_TEXT summary = RGI_TEXT_INIT;
  rg_edge name;
  RGI_TRY(rgi_table_create("steps", step_columns, sizeof(step_columns) / sizeof(step_columns[0]), &table));
  for (size_t i = 0, next; i < path.num_edges; i = next) {
    RGI_SCOPED_TEXT reference = RGI_TEXT_INIT, object = RGI_TEXT_INIT;
    next = rgi_table_step(graph, path, i, &name);
    rg_node node = rg_graph_edge_target(graph, path.edges[next - 1]);
    rgi_view_add_edge_label(&reference, graph, name);
    rgi_view_add_node_label(&object, graph, node);
    rgi_table_add_number(table, RG_CELL_NUMBER, node);
    rgi_table_add_made(table, &reference);
    rgi_table_add_made(table, &object);
  }
  rgi_words_add_counted(&summary, rg_table_num_rows(table), "step", " ");
  return rgi_table_finish(&table, &summary, ret);
}

static rg_error *list_path(rg_table *table, const rg_graph *graph, rg_edge_list path)
{
  rg_table *steps;
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  RGI_TRY(make_steps(graph, path, &steps));
  rgi_table_add_path(&text, graph, path);
  rgi_table_add_number(table, RG_CELL_NUMBER, rg_graph_edge_target(graph, path.edges[path.num_edges - 1]));
  rgi_table_add_number(table, RG_CELL_NUMBER, (int64_t)rg_table_num_rows(steps));
  rgi_table_add_made(table, &text);
  rgi_table_add_table(table, steps);
  return NULL;
}

rg_error *rg_table_of_disjoint_paths(const rg_graph *graph, const rg_disjoint_paths *paths, rg_table **ret)
{
  RGI_SCOPED_TABLE *table = NULL;
  RGI_SCOPED_TEXT summary = RGI_TEXT_INIT;
  size_t num = rg_disjoint_paths_num(paths);
  RGI_TRY(rgi_table_create("paths", columns, sizeof(columns) / sizeof(columns[0]), &table));
  for (size_t i = 0; i < num; i++)
    RGI_TRY(list_path(table, graph, rg_disjoint_paths_edges(paths, i)));
  if (rg_disjoint_paths_has_more(paths))
    rgi_text_printf(&summary, "more than %zu paths that share no object", num);
  else if (num == 1)
    rgi_text_puts(&summary, "one path, and no other one that shares no object with it");
  else if (num)
    rgi_text_printf(&summary, "%zu paths that share no object", num);
  else
    rgi_text_puts(&summary, "no root reaches it");
  return rgi_table_finish(&table, &summary, ret);
}
