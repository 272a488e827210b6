/* Analysis: what can be computed from a frozen graph alone. */
#ifndef REFGRAPH_ANALYSIS_H
#define REFGRAPH_ANALYSIS_H

#include <refgraph/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- shortest paths from the roots ------------------------------------------------------------------------------ */

/* The tree of shortest paths from the super-root to every node that it reaches by strong edges.
 *
 * A passage costs nothing, so that a step is what a picture draws as one arrow. Among equally short paths the one
 * whose root comes first in the super-root's edges wins.
 * Method: breadth-first search with edges of length 0 and 1, O(V + E) time, 12 bytes a node, 4 more while it runs.
 * It reads its graph, which has to stay as long as the paths do. */
typedef struct rg_paths rg_paths;

typedef struct rg_path_options {
  size_t size;
  rg_edge_kinds kinds; /* edges that a path may use; 0: all strong ones */
  rg_node avoid;       /* no path goes on beyond this node; RG_NODE_NONE: no such node */
} rg_path_options;
#define RG_PATH_OPTIONS_INIT {sizeof(rg_path_options), RG_EDGE_KINDS_STRONG, RG_NODE_NONE}

RG_PUBLIC RG_MUST_USE rg_error *rg_paths_create(const rg_graph *graph, const rg_path_options *options, rg_paths **ret);
RG_PUBLIC void rg_paths_destroy(rg_paths *paths);

#define RG_DISTANCE_NONE UINT32_MAX
/* Steps from the super-root; RG_DISTANCE_NONE if the node is not reached. */
RG_PUBLIC uint32_t rg_paths_distance(const rg_paths *paths, rg_node node);
/* The last edge of the path to `node`; RG_EDGE_NONE for the super-root and for nodes that are not reached. */
RG_PUBLIC rg_edge rg_paths_edge(const rg_paths *paths, rg_node node);
/* The node before `node` on its path; RG_NODE_NONE where there is none. */
RG_PUBLIC rg_node rg_paths_parent(const rg_paths *paths, rg_node node);

/* --- closures by definition site -------------------------------------------------------------------------------- */

typedef struct rg_closure_group {
  rg_site site;
  const rg_node *nodes;   /* the live closures of this site, ascending */
  uint32_t num_nodes;
  uint32_t is_implicit;   /* they capture only what the language adds by itself */
  uint64_t captured_size; /* shallow bytes of the captured values, each counted once */
} rg_closure_group;

/* Every closure of the graph, grouped by definition site, the largest captured values first (ties: more copies first,
 * then name, file and line). */
typedef struct rg_closures rg_closures;

RG_PUBLIC RG_MUST_USE rg_error *rg_closures_create(const rg_graph *graph, rg_closures **ret);
RG_PUBLIC void rg_closures_destroy(rg_closures *closures);
RG_PUBLIC size_t rg_closures_num_groups(const rg_closures *closures);
RG_PUBLIC rg_closure_group rg_closures_group(const rg_closures *closures, size_t i);

/* --- objects by type -------------------------------------------------------------------------------------------- */

typedef struct rg_type_count {
  rg_type type;
  uint32_t num_nodes; /* 1 or more */
  uint64_t size;      /* shallow bytes of all of them */
} rg_type_count;

/* The types of some nodes, the largest first (ties: more nodes first, then name and module). */
typedef struct rg_types rg_types;

/* `nodes` NULL: all but the super-root. */
RG_PUBLIC RG_MUST_USE rg_error *rg_types_create(const rg_graph *graph, const rg_node *nodes, size_t num_nodes,
                                                rg_types **ret);
RG_PUBLIC void rg_types_destroy(rg_types *types);
RG_PUBLIC size_t rg_types_num(const rg_types *types);
RG_PUBLIC rg_type_count rg_types_count(const rg_types *types, size_t i);

#ifdef __cplusplus
}
#endif
#endif
