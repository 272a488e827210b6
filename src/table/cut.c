/* The references to cut so that some objects are freed, and what else that frees. */
#include "table-internal.h"

#include "../view/view-internal.h"

static const rg_column columns[] = {
    {"id", "id", true},
    {"holder", "holder", false},
    {"reference", "reference", false},
    {"target", NULL, false},
    {"object", "object", false},
};

static rg_error *list_edge(rg_table *table, const rg_graph *graph, rg_edge edge)
{
  RGI_SCOPED_TEXT name = RGI_TEXT_INIT, holder = RGI_TEXT_INIT, object = RGI_TEXT_INIT;
  rg_node owner, target = rg_graph_edge_target(graph, edge);
  RGI_TRY(rgi_table_find_owner(graph, edge, &name, &owner));
  rgi_view_add_node_label(&holder, graph, owner);
  rgi_view_add_node_label(&object, graph, target);
  rgi_table_add_number(table, RG_CELL_NUMBER, owner);
  rgi_table_add_made(table, &holder);
  rgi_table_add_made(table, &name);
  rgi_table_add_number(table, RG_CELL_NUMBER, target);
  rgi_table_add_made(table, &object);
  return NULL;
}

static void add_freed(struct rgi_text *text, const rg_retained *freed, const char *when)
{
  rgi_words_add_counted(text, freed->num_nodes, "object", " ");
  rgi_text_puts(text, ", ");
  rgi_words_add_size(text, freed->size);
  rgi_text_printf(text, " %s", when);
}

// "cut this reference: it frees 3 objects, 8.0 MB at once; 1 object, 56 B at the next collection".
static rg_error *say_freed(const rg_graph *graph, rg_edge_list edges, struct rgi_text *text)
{
  rg_freed freed;
  RGI_TRY(rg_freed_by_cuts(graph, 0, &(rg_what_if){edges.edges, edges.num_edges, NULL, 0}, 1, &freed));
  if (edges.num_edges == 1)
    rgi_text_puts(text, "cut this reference: it frees ");
  else
    rgi_text_printf(text, "cut these %zu references: they free ", edges.num_edges);
  if (freed.at_once.num_nodes)
    add_freed(text, &freed.at_once, "at once");
  if (freed.at_once.num_nodes && freed.by_collection.num_nodes)
    rgi_text_puts(text, "; ");
  if (freed.by_collection.num_nodes)
    add_freed(text, &freed.by_collection, "at the next collection");
  return NULL;
}

static rg_error *summarize(const rg_graph *graph, const rg_cut *cut, struct rgi_text *text)
{
  switch (rg_cut_get_result(cut)) {
  case RG_CUT_FOUND:
    return say_freed(graph, rg_cut_edges(cut), text);
  case RG_CUT_UNREACHED:
    rgi_text_puts(text, "nothing to cut: no root reaches it");
    break;
  case RG_CUT_IMPOSSIBLE:
    rgi_text_puts(text, "nothing to cut: a program can undo no reference on the path ");
    rgi_table_add_path(text, graph, rg_cut_edges(cut));
    break;
  case RG_CUT_TOO_MANY:
    rgi_text_puts(text, "too many references to cut");
    break;
  }
  return NULL;
}

rg_error *rg_table_of_cut(const rg_graph *graph, const rg_cut *cut, rg_table **ret)
{
  RGI_SCOPED_TABLE *table = NULL;
  RGI_SCOPED_TEXT summary = RGI_TEXT_INIT;
  rg_edge_list edges = rg_cut_edges(cut);
  RGI_TRY(rgi_table_create("cut", columns, sizeof(columns) / sizeof(columns[0]), &table));
  for (size_t i = 0; rg_cut_get_result(cut) == RG_CUT_FOUND && i < edges.num_edges; i++)
    RGI_TRY(list_edge(table, graph, edges.edges[i]));
  RGI_TRY(summarize(graph, cut, &summary));
  return rgi_table_finish(&table, &summary, ret);
}
