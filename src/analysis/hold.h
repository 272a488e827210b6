/* How an object on a path is held by the one before, as a picture draws it: through passages. */
#ifndef RGI_ANALYSIS_HOLD_H
#define RGI_ANALYSIS_HOLD_H

#include <refgraph/analysis.h>

struct rgi_hold {
  rg_node holder; /* no passage, unless a root; RG_NODE_ROOT at a root, RG_NODE_NONE where no path leads */
  rg_edge edge;   /* the last edge that has a name or an index, else the last one; RG_EDGE_NONE without a holder */
};

struct rgi_hold rgi_hold_of(const rg_graph *graph, const rg_paths *paths, rg_node node);
/* Who holds some nodes, as rg_holders has it; `ret` has room for as many as there are nodes. */
size_t rgi_find_holders(const rg_graph *graph, const rg_paths *paths, const rg_node *nodes, size_t num_nodes,
                        rg_holder *ret);
/* Whether an edge has something to say at an arrow: a name or an index. */
bool rgi_has_name(const rg_graph *graph, rg_edge edge);

#endif
