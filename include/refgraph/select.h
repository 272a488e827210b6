/* Selection: the part of a graph that a picture shows, within a budget, and what the budget cut. */
#ifndef REFGRAPH_SELECT_H
#define REFGRAPH_SELECT_H

#include <refgraph/analysis.h>
#include <refgraph/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum rg_role {
  RG_ROLE_TARGET, /* what was asked about */
  RG_ROLE_ROOT,   /* where life begins */
  RG_ROLE_PATH,   /* on the path from a root to a target */
  RG_ROLE_CUT,    /* stands for what was left out */
  RG_ROLE_OTHER,
} rg_role;

typedef struct rg_selected_node {
  rg_node node;     /* the node, or of several that are shown as one the first */
  uint32_t count;   /* how many nodes it stands for, 1 or more */
  uint64_t size;    /* shallow bytes of all of them */
  rg_role role;     /* never RG_ROLE_CUT: cut marks are made by the view, from the counts below */
  uint64_t num_cut_targets;   /* references of it that were left out by a limit */
  uint64_t num_cut_referrers; /* references to it that were left out by a limit */
} rg_selected_node;

typedef struct rg_selected_edge {
  uint32_t source; /* index of a selected node */
  uint32_t target;
  rg_edge edge;    /* the edge, or of several that are shown as one the first; of a gap one like all of its steps, or
                    * RG_EDGE_NONE */
  uint32_t count;  /* how many edges it stands for, 1 or more; of a gap how many steps */
  uint32_t num_names; /* how many different names these edges have, 1 or more */
  bool is_gap;     /* a part of a path that was left out */
} rg_selected_edge;

/* Passages are selected nodes like others, but count neither as depth nor in the budget.
 * A selection reads its graph, which has to stay as long as the selection does. */
typedef struct rg_selection rg_selection;

RG_PUBLIC const rg_graph *rg_selection_graph(const rg_selection *selection);
RG_PUBLIC size_t rg_selection_num_nodes(const rg_selection *selection);
RG_PUBLIC rg_selected_node rg_selection_node(const rg_selection *selection, size_t i);
RG_PUBLIC size_t rg_selection_num_edges(const rg_selection *selection);
RG_PUBLIC rg_selected_edge rg_selection_edge(const rg_selection *selection, size_t i);
/* Targets that no path from a root reaches, for selections of paths. */
RG_PUBLIC size_t rg_selection_num_unreached(const rg_selection *selection);
RG_PUBLIC void rg_selection_destroy(rg_selection *selection);

#define RG_MAX_NODES_DEFAULT 200
#define RG_MAX_EDGES_DEFAULT 400

typedef struct rg_neighbourhood_options {
  size_t size;
  bool is_backward;            /* follow referrers, not references */
  bool with_internals;         /* follow RG_EDGE_INTERNAL and RG_EDGE_TYPE too */
  uint32_t max_depth;          /* steps from a target */
  uint32_t max_references;     /* references drawn of one node, objgraph's too_many */
  uint32_t max_nodes;
  uint32_t max_edges;
  const rg_node *excluded;     /* nodes that are not there at all, ascending */
  size_t num_excluded;
} rg_neighbourhood_options;
#define RG_NEIGHBOURHOOD_OPTIONS_INIT \
  {sizeof(rg_neighbourhood_options), false, false, 3, 10, RG_MAX_NODES_DEFAULT, RG_MAX_EDGES_DEFAULT, 0, 0}

/* What lies around the targets, the nearest first. Backward, a root is shown but not followed further. */
RG_PUBLIC RG_MUST_USE rg_error *rg_select_neighbourhood(const rg_graph *graph, const rg_node *targets,
                                                        size_t num_targets, const rg_neighbourhood_options *options,
                                                        rg_selection **ret);

typedef struct rg_why_options {
  size_t size;
  uint32_t max_paths;          /* to each target, through different last holders, the nearest to a root first */
  uint32_t max_nodes;
  uint32_t max_edges;
} rg_why_options;
#define RG_WHY_OPTIONS_INIT {sizeof(rg_why_options), 1, RG_MAX_NODES_DEFAULT, RG_MAX_EDGES_DEFAULT}

/* The shortest paths from a root to each target, and what a target that is a closure captures.
 *
 * Weak edges are never on a path. Of a path that is longer than the budget the end and the root are selected; of a
 * chain of five or more nodes that look alike, each held by the one before in the same way, the first two and the last.
 * Paths to more than RG_WHY_NUM_SINGLE targets are merged as those to closures are, targets of one look too. */
#define RG_WHY_NUM_SINGLE 12
RG_PUBLIC RG_MUST_USE rg_error *rg_select_why(const rg_graph *graph, const rg_node *targets, size_t num_targets,
                                              const rg_why_options *options, rg_selection **ret);

typedef struct rg_why_closures_options {
  size_t size;
  size_t max_sites;            /* definition sites drawn */
  bool with_implicit;          /* draw those that capture only what the language adds, too */
  uint32_t max_nodes;
  uint32_t max_edges;
} rg_why_closures_options;
#define RG_WHY_CLOSURES_OPTIONS_INIT \
  {sizeof(rg_why_closures_options), 50, false, RG_MAX_NODES_DEFAULT, RG_MAX_EDGES_DEFAULT}

/* The shortest path from a root to each closure, merged: one node a definition site, and along the paths one node for
 * all that are reached from the same node by the same kind and name of edge and are of the same type and site. Three
 * keys of a dict, or a dozen other names, tell nothing apart any more, and neither do three that differ in their names
 * only. A chain of nodes that look alike is three nodes at most, the last of which leads to itself. */
RG_PUBLIC RG_MUST_USE rg_error *rg_select_why_closures(const rg_graph *graph, const rg_closures *closures,
                                                       const rg_why_closures_options *options, rg_selection **ret);

#ifdef __cplusplus
}
#endif
#endif
