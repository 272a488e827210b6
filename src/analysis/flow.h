/* Reachability for 64 questions at once, a bit each. A bit flows from where it is given along the edges, and reaches
 * what its question does not keep from it.
 *
 * A node waits in the queue once, with all the bits that came meanwhile. Nearly all bits come together, so most nodes
 * are expanded once: O(V + E) in practice, at worst 64 times that. 20 bytes a node, and a bit an edge where edges are
 * cut. */
#ifndef RGI_ANALYSIS_FLOW_H
#define RGI_ANALYSIS_FLOW_H

#include <refgraph/graph.h>

struct rgi_flow_state {
  uint64_t known;   /* bits that came, or that are kept from coming */
  uint64_t waiting; /* those of them that have not flowed on; not 0: the node is in the queue */
};

struct rgi_flow_cut {
  rg_edge edge;
  uint64_t bits; /* that do not flow along it */
};

/* Each node is in the queue once at most, so a ring of all nodes is enough. */
struct rgi_flow {
  const rg_graph *graph;
  rg_edge_kinds kinds;
  struct rgi_flow_state *states;
  rg_node *queue;
  size_t num_nodes;
  size_t begin, num;
  const struct rgi_flow_cut *cuts; /* ascending, each edge once */
  size_t num_cuts;
  uint64_t *is_cut;                /* by edge, a bit each; NULL: none is */
};

/* `kinds` 0: all strong ones. */
rg_error *rgi_flow_init(struct rgi_flow *flow, const rg_graph *graph, rg_edge_kinds kinds);
void rgi_flow_deinit(struct rgi_flow *flow);
/* Forgets all bits and cuts. */
void rgi_flow_clear(struct rgi_flow *flow);
/* Keeps `cuts`, which have to stay until the next call or the end. */
rg_error *rgi_flow_cut(struct rgi_flow *flow, const struct rgi_flow_cut *cuts, size_t num_cuts);
/* The bits that do not flow along an edge. */
uint64_t rgi_flow_bits_cut(const struct rgi_flow *flow, rg_edge edge);
void rgi_flow_give(struct rgi_flow *flow, rg_node node, uint64_t bits);
/* Until all bits have flowed as far as they can. */
void rgi_flow_run(struct rgi_flow *flow);

#endif
