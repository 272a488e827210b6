/* Which references a program can undo. */
#include "editable.h"

#include "../graph/graph-internal.h"

#define EDITABLE_KINDS                                                                                        \
  (RG_EDGE_KIND_BIT(RG_EDGE_ATTRIBUTE) | RG_EDGE_KIND_BIT(RG_EDGE_ITEM) | RG_EDGE_KIND_BIT(RG_EDGE_INDEX) |      \
   RG_EDGE_KIND_BIT(RG_EDGE_KEY) | RG_EDGE_KIND_BIT(RG_EDGE_CAPTURED) | RG_EDGE_KIND_BIT(RG_EDGE_LOCAL) |        \
   RG_EDGE_KIND_BIT(RG_EDGE_ARGUMENT))

// The step to a passage is as much a part of its holder as a field is: what can go is what lies behind. A tuple of
// arguments stays the same, but who owns it can have another one.
bool rgi_edge_is_editable(const rg_graph *graph, rg_node source, rg_edge edge)
{
  if (!(EDITABLE_KINDS & RG_EDGE_KIND_BIT(graph->kinds[edge])) || source == RG_NODE_ROOT)
    return false;
  if (graph->flags[graph->targets[edge]] & RG_NODE_PASSAGE ||
      (graph->flags[source] & RG_NODE_FIXED && graph->kinds[edge] != RG_EDGE_ARGUMENT))
    return false;
  return rg_graph_node_category(graph, source) != RG_CATEGORY_EXTERNAL;
}

bool rg_edge_is_editable(const rg_graph *graph, rg_edge edge)
{
  return rgi_edge_is_editable(graph, rg_graph_edge_source(graph, edge), edge);
}
