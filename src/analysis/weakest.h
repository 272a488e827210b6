/* The reference without which nothing is left of a cycle. */
#ifndef RGI_ANALYSIS_WEAKEST_H
#define RGI_ANALYSIS_WEAKEST_H

#include <refgraph/analysis.h>

/* Works on one strongly connected component after the other. */
struct rgi_weakest {
  const rg_graph *graph;
  rg_edge_kinds kinds;
  const uint32_t *components; /* by node; what lies in no cycle has a component that no cycle has */
  uint32_t *values;           /* by node, 0 between components: first what is to come, then what is reached */
  uint32_t *places;           /* by node, 0 between components: its place on the way, from 1 on */
  struct rgi_weakest_step *way;
  rg_node *order;             /* the component, holders first */
};

/* Room for a graph and a largest component. */
RG_MUST_USE rg_error *rgi_weakest_init(struct rgi_weakest *weakest, const rg_graph *graph, rg_edge_kinds kinds,
                                       const uint32_t *components, uint32_t num_most);
void rgi_weakest_deinit(struct rgi_weakest *weakest);

/* Of the references that are in every cycle of a component and that a program can undo, the one of the best kind, and
 * the first one among these; RG_EDGE_NONE if there is none. Cost: linear in the rows of the nodes. */
rg_edge rgi_weakest_find(struct rgi_weakest *weakest, const rg_node *nodes, uint32_t num_nodes);

#endif
