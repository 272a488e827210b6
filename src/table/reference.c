/* References in words. */
#include "table-internal.h"

#include "../view/view-internal.h"

// Passages follow each other, but not for ever.
enum { MAX_STEPS = 4 };

rg_error *rgi_table_find_owner(const rg_graph *graph, rg_edge edge, struct rgi_text *name, rg_node *ret)
{
  rg_node owner = rg_graph_edge_source(graph, edge);
  rgi_view_add_edge_label(name, graph, edge);
  for (int i = 0; i < MAX_STEPS && rg_graph_node_flags(graph, owner) & RG_NODE_PASSAGE; i++) {
    rg_referrers referrers;
    RGI_TRY(rg_graph_referrers(graph, owner, &referrers));
    if (!referrers.num_edges)
      break;
    if (!name->size)
      rgi_view_add_edge_label(name, graph, referrers.edges[0]);
    owner = rg_graph_edge_source(graph, referrers.edges[0]);
  }
  *ret = owner;
  return NULL;
}

static void add_root(struct rgi_text *text, const rg_graph *graph, rg_node node)
{
  rg_node_info info = rg_graph_node(graph, node);
  const char *label = rg_graph_string(graph, info.label);
  rgi_text_puts(text, *label ? label : rg_graph_type(graph, info.type).name);
}

static void add_step(struct rgi_text *text, const rg_graph *graph, rg_edge edge)
{
  RGI_SCOPED_TEXT label = RGI_TEXT_INIT;
  rgi_view_add_edge_label(&label, graph, edge);
  const char *name = rgi_text_string(&label);
  if (*name && *name != '[' && *name != '.')
    rgi_text_puts(text, rg_graph_edge_kind(graph, edge) == RG_EDGE_ATTRIBUTE ? "." : " \xe2\x86\x92 ");
  rgi_text_puts(text, name);
  text->is_failed |= label.is_failed;
}

// Whether rgi_view_add_edge_label() says anything.
static bool has_label(const rg_graph *graph, rg_edge edge)
{
  rg_edge_kind kind = rg_graph_edge_kind(graph, edge);
  bool is_nameless = kind == RG_EDGE_INDEX || kind == RG_EDGE_ITEM || kind == RG_EDGE_TYPE;
  return kind != RG_EDGE_KEY && (is_nameless || *rg_graph_edge_name(graph, edge));
}

size_t rgi_table_step(const rg_graph *graph, rg_edge_list path, size_t begin, rg_edge *name_ret)
{
  size_t end = begin;
  *name_ret = path.edges[begin];
  while (end + 1 < path.num_edges &&
         rg_graph_node_flags(graph, rg_graph_edge_target(graph, path.edges[end])) & RG_NODE_PASSAGE) {
    end++;
    if (has_label(graph, path.edges[end]))
      *name_ret = path.edges[end];
  }
  return end + 1;
}

void rgi_table_add_path(struct rgi_text *text, const rg_graph *graph, rg_edge_list path)
{
  rg_edge name;
  for (size_t i = 0, next; i < path.num_edges; i = next) {
    next = rgi_table_step(graph, path, i, &name);
    if (i == 0)
      add_root(text, graph, rg_graph_edge_target(graph, path.edges[next - 1]));
    else
      add_step(text, graph, name);
  }
}
