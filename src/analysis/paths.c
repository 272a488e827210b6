/* Shortest paths from the super-root: breadth-first search with edges of length 0 (into a passage) and 1 (all others).
 *
 * How far a node is from its holder depends on the node alone, so the first edge that reaches a node, nodes being
 * expanded by distance, is on a shortest path: nothing is ever relaxed. Nodes wait in a queue; passages are expanded at
 * once, from a stack. This keeps the preference among roots, too: in the queue, nodes of one distance stand in the
 * order of the roots that they were reached from.
 *
 *   order  | queue, filled from the front --> |          | <-- stack of passages, filled from the back |
 *
 * Holders that were only inferred come last: the super-root expands to all other roots, and when those lead nowhere any
 * more, to these. So a path begins at C code only where no better one is known, however long that is.
 *
 * Every node enters once, so both fit in one array of V. Cost: O(V + E) time, 16 bytes a node, 12 of them kept. Time
 * goes by waiting for memory: what the nodes next in the queue and the edges next in a row need is asked for in
 * advance. */
#include <refgraph/analysis.h>

#include "../base/alloc.h"
#include "../base/options.h"
#include "../graph/graph-internal.h"
#include "ahead.h"

/* How a node is reached. One struct a node: whoever looks at the distance of a node that is new writes the rest. */
struct step {
  rg_node parent;
  uint32_t edge_i; /* the last edge of the path: which one of its parent's */
  uint32_t distance;
};

struct rg_paths {
  const rg_graph *graph;
  struct step *steps;
};

struct search {
  const rg_graph *graph;
  rg_path_options options;
  struct step *steps;
  rg_node *order;
  size_t queue_begin;
  size_t queue_end;
  size_t stack_begin;
};

struct row {
  rg_node node;
  rg_edge begin, end;
};

static struct row row_of(const struct search *search, rg_node node)
{
  const struct rgi_rows *rows = &search->graph->rows;
  return (struct row){node, rgi_rows_begin(rows, node), rgi_rows_begin(rows, node + 1)};
}

static void ask_for_edge(const struct search *search, rg_edge edge)
{
  rg_node target = search->graph->targets[edge];
  __builtin_prefetch(&search->steps[target], 1);
  __builtin_prefetch(&search->graph->flags[target]);
}

static void ask_ahead(const struct search *search)
{
  const rg_node *due = search->order + search->queue_begin;
  size_t num_due = search->queue_end - search->queue_begin;
  rgi_ahead_of_queue(search->graph, due, num_due);
  if (num_due > RGI_AHEAD) {
    struct row row = row_of(search, due[RGI_AHEAD]);
    for (rg_edge edge = row.begin; edge < row.end && edge < row.begin + RGI_AHEAD; edge++)
      ask_for_edge(search, edge);
  }
}

static void reach(struct search *search, const struct row *row, rg_edge edge, rg_node node)
{
  uint32_t distance = search->steps[row->node].distance;
  bool is_passage = search->graph->flags[node] & RG_NODE_PASSAGE;
  search->steps[node] = (struct step){row->node, (uint32_t)(edge - row->begin), is_passage ? distance : distance + 1};
  if (is_passage)
    search->order[--search->stack_begin] = node;
  else
    search->order[search->queue_end++] = node;
}

static void reverse(rg_node *nodes, size_t num)
{
  for (size_t i = 0; i < num / 2; i++) {
    rg_node node = nodes[i];
    nodes[i] = nodes[num - 1 - i];
    nodes[num - 1 - i] = node;
  }
}

static void follow(struct search *search, const struct row *row, rg_edge edge)
{
  const rg_graph *graph = search->graph;
  rg_node target = graph->targets[edge];
  bool is_followed = search->options.kinds & RG_EDGE_KIND_BIT(graph->kinds[edge]);
  if (edge + RGI_AHEAD < row->end)
    ask_for_edge(search, edge + RGI_AHEAD);
  if (is_followed && search->steps[target].distance == RG_DISTANCE_NONE)
    reach(search, row, edge, target);
}

static void expand_passage(struct search *search, rg_node node)
{
  size_t stack_end = search->stack_begin;
  struct row row = row_of(search, node);
  for (rg_edge edge = row.begin; edge < row.end; edge++)
    follow(search, &row, edge);
  // So that passages are taken from the stack in the order of their edges.
  reverse(search->order + search->stack_begin, stack_end - search->stack_begin);
}

static void expand_passages(struct search *search)
{
  size_t stack_end = rg_graph_num_nodes(search->graph);
  while (search->stack_begin < stack_end) {
    rg_node node = search->order[search->stack_begin++];
    if (node != search->options.avoid)
      expand_passage(search, node);
  }
}

// Whatever lies behind a passage comes before what the next edge leads to: the order of the roots is that of their
// edges, whether they are passages or not.
static void expand(struct search *search, rg_node node)
{
  struct row row = row_of(search, node);
  for (rg_edge edge = row.begin; edge < row.end; edge++) {
    follow(search, &row, edge);
    expand_passages(search);
  }
}

static void run_from_roots(struct search *search, rg_node_flags flags)
{
  struct row row = row_of(search, RG_NODE_ROOT);
  for (rg_edge edge = row.begin; edge < row.end; edge++) {
    if ((search->graph->flags[search->graph->targets[edge]] & RG_NODE_INFERRED) == flags)
      follow(search, &row, edge);
    expand_passages(search);
  }
  while (search->queue_begin < search->queue_end) {
    ask_ahead(search);
    rg_node node = search->order[search->queue_begin++];
    if (node != search->options.avoid)
      expand(search, node);
  }
}

static void run(struct search *search)
{
  search->stack_begin = rg_graph_num_nodes(search->graph);
  search->steps[RG_NODE_ROOT].distance = 0;
  if (search->options.avoid == RG_NODE_ROOT)
    return;
  run_from_roots(search, 0);
  run_from_roots(search, RG_NODE_INFERRED);
}

static void destroy_scoped(rg_paths **paths)
{
  rg_paths_destroy(*paths);
}

static rg_error *create_unreached(const rg_graph *graph, rg_paths **ret)
{
  size_t num_nodes = rg_graph_num_nodes(graph);
  __attribute__((cleanup(destroy_scoped))) rg_paths *paths = rgi_alloc(1, sizeof(*paths));
  if (!paths)
    return rgi_out_of_memory();
  paths->steps = rgi_alloc_dense(num_nodes, sizeof(*paths->steps));
  if (!paths->steps)
    return rgi_out_of_memory();
  paths->graph = graph;
  for (size_t i = 0; i < num_nodes; i++)
    paths->steps[i] = (struct step){RG_NODE_NONE, 0, RG_DISTANCE_NONE};
  *ret = rgi_take(paths);
  return NULL;
}

rg_error *rg_paths_create(const rg_graph *graph, const rg_path_options *options, rg_paths **ret)
{
  struct search search = {.graph = graph, .options = RG_PATH_OPTIONS_INIT};
  rgi_options_read(&search.options, options);
  if (!search.options.kinds)
    search.options.kinds = RG_EDGE_KINDS_STRONG;
  RGI_SCOPED_FREE rg_node *order = rgi_alloc_dense(rg_graph_num_nodes(graph), sizeof(*order));
  if (!order)
    return rgi_out_of_memory();
  search.order = order;
  rg_paths *paths = NULL;
  RGI_TRY(create_unreached(graph, &paths));
  search.steps = paths->steps;
  run(&search);
  *ret = paths;
  return NULL;
}

void rg_paths_destroy(rg_paths *paths)
{
  if (!paths)
    return;
  rgi_free(paths->steps);
  rgi_free(paths);
}

uint32_t rg_paths_distance(const rg_paths *paths, rg_node node)
{
  return paths->steps[node].distance;
}

rg_edge rg_paths_edge(const rg_paths *paths, rg_node node)
{
  const struct step *step = &paths->steps[node];
  return step->parent == RG_NODE_NONE ? RG_EDGE_NONE : rg_graph_edges_begin(paths->graph, step->parent) + step->edge_i;
}

rg_node rg_paths_parent(const rg_paths *paths, rg_node node)
{
  return paths->steps[node].parent;
}
