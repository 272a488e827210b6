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

/* --- dominators and retained sizes ------------------------------------------------------------------------------ */

/* The dominator tree: the parent of a node is the nearest one through which every path from the super-root to it leads.
 * What a node retains, that is, what would go with it, is the part of the tree under it.
 *
 * Method: SEMI-NCA (Georgiadis, "Linear-Time Algorithms for Dominators and Related Problems", 2005), O(V + E) time in
 * practice; 28 bytes a node while it runs, of which 12 are kept, as long as there are no more than 2.3 edges a node,
 * and 12 bytes for each edge beyond that. It does not keep its graph. */
typedef struct rg_dominators rg_dominators;

typedef struct rg_dominator_options {
  size_t size;
  rg_edge_kinds kinds; /* edges that keep something alive; 0: all strong ones */
} rg_dominator_options;
#define RG_DOMINATOR_OPTIONS_INIT {sizeof(rg_dominator_options), RG_EDGE_KINDS_STRONG}

RG_PUBLIC RG_MUST_USE rg_error *rg_dominators_create(const rg_graph *graph, const rg_dominator_options *options,
                                                     rg_dominators **ret);
RG_PUBLIC void rg_dominators_destroy(rg_dominators *dominators);
/* The immediate dominator; RG_NODE_NONE for the super-root and for nodes that it does not reach. */
RG_PUBLIC rg_node rg_dominators_parent(const rg_dominators *dominators, rg_node node);
/* Bytes that would go with the node, its own included; its own alone where no root reaches it. */
RG_PUBLIC uint64_t rg_dominators_retained(const rg_dominators *dominators, rg_node node);

/* Those that a node immediately dominates, the one that retains most first (ties: ascending). Made for all nodes on the
 * first request, by whoever asks first; threads may ask at the same time. Cost: O(V) time, 12 bytes a node, of which 8
 * are kept. */
typedef struct rg_dominated {
  const rg_node *nodes;
  size_t num_nodes;
} rg_dominated;
RG_PUBLIC RG_MUST_USE rg_error *rg_dominators_children(const rg_dominators *dominators, rg_node node,
                                                       rg_dominated *ret);

/* What some nodes keep alive together: all that no path reaches once they are gone, themselves included. */
typedef struct rg_node_set {
  const rg_node *nodes;
  size_t num_nodes;
} rg_node_set;
typedef struct rg_retained {
  uint32_t num_nodes;
  uint64_t size;
} rg_retained;
/* `ret[i]` answers for `sets[i]`; a node that no root reaches counts for a set that it is in, and for no other. `kinds`
 * as for dominators. Method: reachability with a bit a set, 63 sets a pass; O(V + E) a pass in practice, 20 bytes a
 * node. */
RG_PUBLIC RG_MUST_USE rg_error *rg_retained_by_sets(const rg_graph *graph, rg_edge_kinds kinds,
                                                    const rg_node_set *sets, size_t num_sets, rg_retained *ret);

/* Whether a program can undo a reference: an attribute, item, position, key, captured or local variable, whose holder
 * can change, or a bound or default argument. Never the super-root's edges, machinery, a step to a passage, and what
 * else something fixed, or something that is no object, holds. Cost: O(log V). */
RG_PUBLIC bool rg_edge_is_editable(const rg_graph *graph, rg_edge edge);

/* --- disjoint paths and the minimum cut ------------------------------------------------------------------------- */

/* Paths from the super-root to a node that have no other node in common, as many as there are, or the first
 * `max_paths`; together as short as they can be made. A passage is a node like others here: two paths through one
 * attribute dict are not disjoint. One path: some node on it is on every path; two: there is none such.
 * Method: augmenting paths in the graph of split nodes (Suurballe), searched for from the node backwards, O(V + E) a
 * path; 24 bytes a node, 4 an edge, and the reverse index of the graph. */
typedef struct rg_disjoint_paths rg_disjoint_paths;

typedef struct rg_disjoint_options {
  size_t size;
  rg_edge_kinds kinds; /* 0: all strong ones */
  uint32_t max_paths;
} rg_disjoint_options;
#define RG_DISJOINT_OPTIONS_INIT {sizeof(rg_disjoint_options), RG_EDGE_KINDS_STRONG, 10}

RG_PUBLIC RG_MUST_USE rg_error *rg_disjoint_paths_create(const rg_graph *graph, rg_node target,
                                                         const rg_disjoint_options *options, rg_disjoint_paths **ret);
RG_PUBLIC void rg_disjoint_paths_destroy(rg_disjoint_paths *paths);
/* 0: no root reaches the node. */
RG_PUBLIC size_t rg_disjoint_paths_num(const rg_disjoint_paths *paths);
/* Whether there are more than `max_paths`. */
RG_PUBLIC bool rg_disjoint_paths_has_more(const rg_disjoint_paths *paths);
/* The edges of a path, from the super-root to the node; the shortest path first. */
typedef struct rg_edge_list {
  const rg_edge *edges;
  size_t num_edges;
} rg_edge_list;
RG_PUBLIC rg_edge_list rg_disjoint_paths_edges(const rg_disjoint_paths *paths, size_t i);

/* The fewest references that must be cut so that no root reaches any of some nodes; among equally few those nearest to
 * the nodes.
 *
 * Only what a program can undo may be cut, see rg_edge_is_editable.
 * Method: maximum flow by shortest paths (Edmonds and Karp), searched for from the nodes backwards, O(V + E) a path,
 * given up beyond `max_edges`; 16 bytes a node, 4 an edge, and the reverse index of the graph. */
typedef struct rg_cut rg_cut;

typedef struct rg_cut_options {
  size_t size;
  rg_edge_kinds kinds; /* edges that keep something alive; 0: all strong ones */
  uint32_t max_edges;
} rg_cut_options;
#define RG_CUT_OPTIONS_INIT {sizeof(rg_cut_options), RG_EDGE_KINDS_STRONG, 32}

typedef enum rg_cut_result {
  RG_CUT_FOUND,
  RG_CUT_UNREACHED,  /* no root reaches the nodes: there is nothing to cut */
  RG_CUT_IMPOSSIBLE, /* a path has nothing on it that can be cut */
  RG_CUT_TOO_MANY,   /* more than `max_edges` */
} rg_cut_result;

RG_PUBLIC RG_MUST_USE rg_error *rg_cut_create(const rg_graph *graph, const rg_node *targets, size_t num_targets,
                                              const rg_cut_options *options, rg_cut **ret);
RG_PUBLIC void rg_cut_destroy(rg_cut *cut);
RG_PUBLIC rg_cut_result rg_cut_get_result(const rg_cut *cut);
/* RG_CUT_FOUND: the references to cut, ascending. RG_CUT_IMPOSSIBLE: a path without one that can be, from the
 * super-root on. Else empty. */
RG_PUBLIC rg_edge_list rg_cut_edges(const rg_cut *cut);

/* What cutting some references would free: what no root reaches any more, at once, by reference counts alone, and at
 * the next collection, since it is in a cycle or only reached from one. What hangs on garbage alone counts where the
 * cut reference is garbage's own.
 * Method: reachability with a bit a cut, 63 cuts a pass, then counting down; O(V + E) a pass in practice, 24 bytes a
 * node, a bit an edge, and the reverse index of the graph. */
typedef struct rg_what_if {
  const rg_edge *edges; /* that are cut */
  size_t num_edges;
  const rg_node *kept;  /* that something new holds instead */
  size_t num_kept;
} rg_what_if;
typedef struct rg_freed {
  rg_retained at_once;
  rg_retained by_collection;
} rg_freed;
/* `ret[i]` answers for `what_ifs[i]`; on failure what stands there is undefined. `kinds` 0: all strong ones. */
RG_PUBLIC RG_MUST_USE rg_error *rg_freed_by_cuts(const rg_graph *graph, rg_edge_kinds kinds, const rg_what_if *what_ifs,
                                                 size_t num, rg_freed *ret);

/* --- cycles ----------------------------------------------------------------------------------------------------- */

/* Strongly connected components of two nodes or more, and nodes that refer to themselves; those that retain most first
 * (ties: more bytes of their own, more nodes, then the first node).
 * Method: Tarjan's algorithm with a stack of its own, then Garey and Tarjan's for the weakest reference, O(V + E);
 * 16 bytes a node at most for the search, then 12, and 4 to 16 a node in cycles and 60 a cycle. */
typedef struct rg_cycles rg_cycles;

typedef enum rg_cycle_fate {
  RG_CYCLE_ALIVE,   /* a root reaches it */
  RG_CYCLE_GARBAGE, /* no root reaches it: the next collection frees it */
  RG_CYCLE_FROZEN,  /* no root reaches it, but the collector was told to leave a part of it alone */
} rg_cycle_fate;

typedef enum rg_cycle_shape {
  RG_CYCLE_OTHER,
  RG_CYCLE_RECURSIVE, /* a closure that captures itself, as an inner function that calls itself does */
  RG_CYCLE_OWNED,     /* a closure that captures an object by which it is held */
  RG_CYCLE_FRAME,     /* through a local variable: as an exception, its traceback and the frame whose variable it is */
} rg_cycle_shape;

typedef struct rg_cycle {
  const rg_node *nodes; /* ascending */
  uint32_t num_nodes;
  rg_cycle_fate fate;
  rg_cycle_shape shape;
  uint64_t size;        /* shallow bytes of its nodes */
  uint64_t retained;    /* bytes that they keep alive together, as far as dominators tell: a lower bound; without a root
                         * their own */
  rg_edge weakest;      /* the reference to cut: it is in every cycle of these nodes, and a program can undo it. A
                         * captured variable rather than an attribute, an attribute rather than an item. RG_EDGE_NONE:
                         * there is none */
} rg_cycle;

typedef struct rg_cycle_options {
  size_t size;
  rg_edge_kinds kinds;             /* 0: all strong ones but machinery and types, in whose cycles everything hangs */
  const rg_dominators *dominators; /* of these kinds and maybe others; NULL: made meanwhile, of all strong ones */
} rg_cycle_options;
#define RG_CYCLE_OPTIONS_INIT {sizeof(rg_cycle_options), 0, 0}

RG_PUBLIC RG_MUST_USE rg_error *rg_cycles_create(const rg_graph *graph, const rg_cycle_options *options,
                                                 rg_cycles **ret);
RG_PUBLIC void rg_cycles_destroy(rg_cycles *cycles);
RG_PUBLIC size_t rg_cycles_num(const rg_cycles *cycles);
RG_PUBLIC rg_cycle rg_cycles_get(const rg_cycles *cycles, size_t i);

/* --- closures by definition site -------------------------------------------------------------------------------- */

typedef struct rg_closure_group {
  rg_site site;
  const rg_node *nodes;   /* the live closures of this site, ascending */
  uint32_t num_nodes;
  uint32_t is_implicit;   /* they capture only what the language adds by itself */
  uint64_t captured_size; /* shallow bytes of the captured values, each counted once */
  uint64_t retained;      /* bytes that the closures keep alive together, their own included; 0: not measured */
} rg_closure_group;

/* Every closure of the graph, grouped by definition site, the largest captured values first (ties: more copies first,
 * then name, file and line). */
typedef struct rg_closures rg_closures;

/* What the closures of each site retain: sites are put in this order, those that retain most first.
 *
 * Exact for the RG_CLOSURES_NUM_EXACT sites of which a single closure or the captured values retain most; for others
 * what the largest closure retains alone: a lower bound. Cost: that of rg_retained_by_sets for so many sets. */
#define RG_CLOSURES_NUM_EXACT 252
RG_PUBLIC RG_MUST_USE rg_error *rg_closures_measure(rg_closures *closures, const rg_graph *graph,
                                                    const rg_dominators *dominators);

/* What the closures of a site capture under one name: each value once, ascending. */
typedef struct rg_captured {
  const char *name;
  const rg_node *nodes;
  uint32_t num_nodes;
  uint32_t num_closures; /* of all sites, that capture the value which most of them share */
  uint64_t retained;     /* bytes that the values keep alive together, their own included */
  rg_allocation allocation; /* where most of them were allocated; the file is NULL where there is no such place */
} rg_captured;

/* The captured variables of some sites, given by their places. Cost: O(closures and what they capture), and
 * rg_retained_by_sets for as many sets as there are variables; 4 bytes a node. */
typedef struct rg_captures rg_captures;

RG_PUBLIC RG_MUST_USE rg_error *rg_captures_create(const rg_graph *graph, const rg_closures *closures,
                                                   const size_t *groups, size_t num_groups, rg_captures **ret);
RG_PUBLIC void rg_captures_destroy(rg_captures *captures);
/* The variables of the site groups[group_i]. */
RG_PUBLIC size_t rg_captures_num(const rg_captures *captures, size_t group_i);
RG_PUBLIC rg_captured rg_captures_get(const rg_captures *captures, size_t group_i, size_t i);

/* Who holds closures of a site: the object before it on the shortest path. */
typedef struct rg_holder {
  rg_node node;          /* the first of those that are of one type and hold closures by the same kind and name of edge,
                          * of items of a container by any name */
  rg_edge edge;          /* by which it holds the first of its closures: the last one that has a name */
  uint32_t num_closures; /* that they hold */
} rg_holder;

/* Who holds the closures of some sites, given by their places, the most closures first; those that are roots, or that
 * no path reaches, have no holder. Cost: O(closures), and sorting them. */
typedef struct rg_holders rg_holders;

RG_PUBLIC RG_MUST_USE rg_error *rg_holders_create(const rg_graph *graph, const rg_paths *paths,
                                                  const rg_closures *closures, const size_t *groups,
                                                  size_t num_groups, rg_holders **ret);
RG_PUBLIC void rg_holders_destroy(rg_holders *holders);
/* Of the site groups[group_i]. */
RG_PUBLIC size_t rg_holders_num(const rg_holders *holders, size_t group_i);
RG_PUBLIC rg_holder rg_holders_get(const rg_holders *holders, size_t group_i, size_t i);

RG_PUBLIC RG_MUST_USE rg_error *rg_closures_create(const rg_graph *graph, rg_closures **ret);
RG_PUBLIC void rg_closures_destroy(rg_closures *closures);
RG_PUBLIC size_t rg_closures_num_groups(const rg_closures *closures);
RG_PUBLIC rg_closure_group rg_closures_group(const rg_closures *closures, size_t i);

/* --- objects by type -------------------------------------------------------------------------------------------- */

typedef struct rg_type_count {
  rg_type type;
  uint32_t num_nodes; /* 1 or more */
  uint64_t size;      /* shallow bytes of all of them */
  uint64_t retained;  /* bytes that they keep alive together, their own included; 0: not measured */
} rg_type_count;

/* The types of some nodes, the largest first (ties: more nodes first, then name and module). It reads `nodes`, which
 * have to stay as long as the types do. */
typedef struct rg_types rg_types;

/* `nodes` NULL: all but the super-root. */
RG_PUBLIC RG_MUST_USE rg_error *rg_types_create(const rg_graph *graph, const rg_node *nodes, size_t num_nodes,
                                                rg_types **ret);
/* What the nodes of each type retain: types are put in this order, those that retain most first.
 *
 * Exact for the RG_TYPES_NUM_EXACT types whose nodes, or of which a single one, are most; for others what the largest
 * node retains alone: a lower bound. Cost: that of rg_retained_by_sets for so many sets, 4 bytes a node. */
#define RG_TYPES_NUM_EXACT 126
RG_PUBLIC RG_MUST_USE rg_error *rg_types_measure(rg_types *types, const rg_graph *graph,
                                                 const rg_dominators *dominators);
RG_PUBLIC void rg_types_destroy(rg_types *types);
RG_PUBLIC size_t rg_types_num(const rg_types *types);
RG_PUBLIC rg_type_count rg_types_count(const rg_types *types, size_t i);

/* --- growth over several graphs ----------------------------------------------------------------------------------- */

/* What grows from graph to graph, of one process or of several. Objects are told by where they are held and where their
 * code is defined, never by their address.
 *
 * The path to an object, without positions and keys, is its signature: "app.bus.handlers[...] -> on_click, app.py:12"
 * is one signature, however many handlers there are. An object to which another path is the shortest by now is gone in
 * one place and new in another. Signatures form a tree; a step that was taken before on the same path leads back to
 * where it was, so that the links of a chain have one signature. Graphs are added from the oldest to the newest and
 * need not stay: what a growth tells, it tells without them.
 *
 * Method: a shortest-path tree and one pass a graph, O(V + E); 16 bytes a node while it runs; kept are 40 bytes a
 * signature and 12 a signature and graph. */
typedef struct rg_growth rg_growth;

RG_PUBLIC RG_MUST_USE rg_error *rg_growth_create(rg_growth **ret);
RG_PUBLIC void rg_growth_destroy(rg_growth *growth);
/* Adds the next graph, of which some nodes count; `nodes` NULL: all but the super-root. On failure the growth is as it
 * was. */
RG_PUBLIC RG_MUST_USE rg_error *rg_growth_add(rg_growth *growth, const rg_graph *graph, const rg_node *nodes,
                                              size_t num_nodes);
RG_PUBLIC size_t rg_growth_num_graphs(const rg_growth *growth);

/* What happened to a group of objects. */
typedef enum rg_trend {
  RG_TREND_STEADY,
  RG_TREND_GROWS,   /* in each graph more than in the one before, or, always the same number, more bytes */
  RG_TREND_SHRINKS, /* less, in the same way */
  RG_TREND_CHURNS,  /* more at times, and fewer at others */
  RG_TREND_STEPS,   /* only more or only fewer, but not in each graph */
} rg_trend;
#define RG_NUM_TRENDS 5

/* What makes objects a group. */
typedef enum rg_group_by {
  RG_GROUP_BY_PATH, /* their signature */
  RG_GROUP_BY_SITE, /* where their code is defined; objects without code are in no group */
  RG_GROUP_BY_TYPE,
} rg_group_by;

/* Puts together what grows and what shrinks, most bytes gained first (ties: more objects gained first, then names). To
 * be called after the last graph, and again for other groups; RG_ERROR_ARGUMENT for fewer than two graphs.
 *
 * By path, what moves because that which holds it does is folded into the row of the holder: it has the same trend, and
 * there are not more than twice as many a holder in the last graph as in the first. What is folded, and what does not
 * move, counts for the row of the holder nearest above, so that each byte is in one row at most.
 * Cost: O(signatures * graphs), and sorting the rows. */
RG_PUBLIC RG_MUST_USE rg_error *rg_growth_rank(rg_growth *growth, rg_group_by by);

typedef uint32_t rg_signature;
#define RG_SIGNATURE_ROOT ((rg_signature)0)      /* of the super-root */
#define RG_SIGNATURE_UNREACHED ((rg_signature)1) /* above all that no root reaches */

typedef struct rg_growth_row {
  rg_trend trend;        /* RG_TREND_GROWS or RG_TREND_SHRINKS */
  const uint32_t *counts; /* of the group alone, by graph. What it gains a graph: (last - first) / (graphs - 1) */
  const uint64_t *sizes; /* shallow bytes, with those of passages, by graph */
  int64_t gained;        /* bytes, of the group and of all that counts for its row */
  int64_t gained_below;  /* those of them that are not of the group itself */
  rg_signature signature; /* of the group; by site or type that one of its signatures which gains most objects */
  rg_node node;          /* an object of it in the last graph; RG_NODE_NONE if there is none any more */
} rg_growth_row;

/* What rows are groups by. */
RG_PUBLIC rg_group_by rg_growth_by(const rg_growth *growth);
RG_PUBLIC size_t rg_growth_num_rows(const rg_growth *growth);
RG_PUBLIC rg_growth_row rg_growth_get(const rg_growth *growth, size_t i);
/* How many groups have a trend, whether they have a row or not. */
RG_PUBLIC size_t rg_growth_num_groups(const rg_growth *growth, rg_trend trend);

/* The last step of a signature. */
typedef struct rg_signature_info {
  rg_signature parent;  /* the step before; RG_SIGNATURE_ROOT for both signatures above */
  rg_edge_kind kind;    /* of the reference */
  const char *name;     /* its name; empty where it is folded away; at a root and at a frame the label of the object */
  rg_type_info type;    /* of the object */
  rg_site_info site;    /* of its code, without captured names; name and file empty: it has none */
  bool is_passage;
} rg_signature_info;
/* Texts stay as long as no graph is added. */
RG_PUBLIC rg_signature_info rg_growth_signature(const rg_growth *growth, rg_signature signature);

#ifdef __cplusplus
}
#endif
#endif
