/* A walk over the references of one node, as a picture draws them: through passages to the nodes behind.
 *
 * The walk stands on a chain: links[0] is the start, each further link is one edge on, the last one is an end.
 *
 *   links[0]        links[1]         links[2]        links[3]
 *   function  --->  passage  --->    passage  --->   value          backward the arrows point the other way
 *
 * Ends come in the order of the edges. A passage is never twice on a chain, so that loops of passages end. */
#ifndef RGI_SELECT_WALK_H
#define RGI_SELECT_WALK_H

#include <refgraph/graph.h>

struct rgi_link {
  rg_node node;
  rg_edge edge;             /* by which the walk came here; RG_EDGE_NONE at the start */
  const rg_edge *referrers; /* backward: the edges that end here; NULL forward */
  uint64_t next;            /* forward an edge, backward a position in `referrers` */
  uint64_t end;
  bool has_edges;           /* any edge that may be followed was seen */
};

struct rgi_walk {
  const rg_graph *graph;
  bool is_backward;
  rg_edge_kinds kinds;     /* edges that are followed */
  const rg_node *excluded; /* nodes that are not there at all, ascending */
  size_t num_excluded;
  uint32_t *entered;       /* by node: the number of the last walk that entered this passage */
  uint32_t number;
  struct rgi_link *links;
  size_t num_links;
  size_t links_capacity;
  uint64_t num_spare;      /* edges of passages and links that may still be looked at again */
  uint64_t num_unfollowed; /* references of the start and its passages that the capture did not follow */
};

/* Only `graph`, `is_backward` and `kinds` are set; the exclusion is the caller's to add. */
rg_error *rgi_walk_init(struct rgi_walk *walk, const rg_graph *graph, bool is_backward, rg_edge_kinds kinds);
void rgi_walk_deinit(struct rgi_walk *walk);
#define RGI_SCOPED_WALK __attribute__((cleanup(rgi_walk_deinit))) struct rgi_walk

/* Begins a walk at `node`. */
rg_error *rgi_walk_start(struct rgi_walk *walk, rg_node node);
/* Goes on to the next end; RG_NODE_NONE when there is none left. An end is a node that is no passage, or
 *  - forward an empty passage that stands for a variable without a value,
 *  - backward a passage that nobody holds, or that is a root.
 * Cost of a whole walk: O(its edges and those of the passages it enters). */
rg_error *rgi_walk_next(struct rgi_walk *walk, rg_node *ret);

bool rgi_is_passage(const rg_graph *graph, rg_node node);

#endif
