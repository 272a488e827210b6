/* Cycles that keep the objects of a leak alive, by themselves or beside others. */
#include "report-internal.h"

rg_cycle rgi_cycle_of(const struct rgi_analysis *analysis, rg_node node)
{
  for (size_t i = 0; i < rg_cycles_num(analysis->cycles); i++) {
    rg_cycle cycle = rg_cycles_get(analysis->cycles, i);
    if (rgi_find_node(cycle.nodes, cycle.num_nodes, node))
      return cycle;
  }
  return (rg_cycle){.weakest = RG_EDGE_NONE};
}

/* --- a way around ------------------------------------------------------------------------------------------------- */

struct around {
  const rg_graph *graph;
  rg_cycle cycle;
  rg_edge *edges; // by place in the cycle: the first that led there, from the one before
  rg_node *queue;
  size_t num_queued;
};

static size_t place_of(const struct around *around, rg_node node)
{
  const rg_node *place = rgi_find_node(around->cycle.nodes, around->cycle.num_nodes, node);
  return place ? (size_t)(place - around->cycle.nodes) : SIZE_MAX;
}

static void visit(struct around *around, rg_edge edge)
{
  size_t place = place_of(around, rg_graph_edge_target(around->graph, edge));
  if (place == SIZE_MAX || around->edges[place] != RG_EDGE_NONE ||
      rg_graph_edge_kind(around->graph, edge) == RG_EDGE_WEAK)
    return;
  around->edges[place] = edge;
  around->queue[around->num_queued++] = rg_graph_edge_target(around->graph, edge);
}

// Breadth first, from the node until it is led to itself.
static void go_around(struct around *around, rg_node node)
{
  for (size_t i = 0; i < around->cycle.num_nodes; i++)
    around->edges[i] = RG_EDGE_NONE;
  rg_node from = node;
  for (size_t next = 0; around->edges[place_of(around, node)] == RG_EDGE_NONE; next++) {
    rg_edge end = rg_graph_edges_end(around->graph, from);
    for (rg_edge edge = rg_graph_edges_begin(around->graph, from); edge < end; edge++)
      visit(around, edge);
    if (next == around->num_queued)
      return;
    from = around->queue[next];
  }
}

static rg_error *list_backwards(const struct around *around, rg_node node, rg_edge **ret, size_t *num_ret)
{
  size_t num = 0;
  for (rg_node on = node; num == 0 || on != node; num++) {
    rg_edge edge = around->edges[place_of(around, on)];
    if (edge == RG_EDGE_NONE) {
      *num_ret = 0;
      return NULL;
    }
    on = rg_graph_edge_source(around->graph, edge);
  }
  rg_edge *edges = rgi_alloc(num, sizeof(*edges));
  if (!edges)
    return rgi_out_of_memory();
  for (size_t i = num; i-- > 0; node = rg_graph_edge_source(around->graph, edges[i]))
    edges[i] = around->edges[place_of(around, node)];
  *ret = edges;
  *num_ret = num;
  return NULL;
}

rg_error *rgi_cycle_list_edges(const struct rgi_analysis *analysis, rg_node node, rg_edge **ret, size_t *num_ret)
{
  struct around around = {.graph = analysis->graph, .cycle = rgi_cycle_of(analysis, node)};
  *num_ret = 0;
  if (!around.cycle.num_nodes)
    return NULL;
  RGI_SCOPED_FREE rg_edge *edges = rgi_alloc(around.cycle.num_nodes, sizeof(*edges));
  RGI_SCOPED_FREE rg_node *queue = rgi_alloc(around.cycle.num_nodes, sizeof(*queue));
  if (!edges || !queue)
    return rgi_out_of_memory();
  around.edges = edges;
  around.queue = queue;
  go_around(&around, node);
  return list_backwards(&around, node, ret, num_ret);
}

/* --- what garbage keeps ------------------------------------------------------------------------------------------- */

struct garbage {
  const struct rgi_analysis *analysis;
  uint64_t *seen; // by node, a bit each
  rg_node *queue;
  size_t num, capacity;
  uint64_t size;
};

static void deinit(struct garbage *garbage)
{
  rgi_free(garbage->seen);
  rgi_free(garbage->queue);
}

static rg_error *see(struct garbage *garbage, rg_node node)
{
  uint64_t *word = &garbage->seen[node / 64], bit = (uint64_t)1 << node % 64;
  if (*word & bit || rg_paths_parent(garbage->analysis->paths, node) != RG_NODE_NONE)
    return NULL;
  *word |= bit;
  RGI_TRY(rgi_reserve(&garbage->queue, &garbage->capacity, garbage->num + 1));
  garbage->queue[garbage->num++] = node;
  garbage->size += rg_graph_node_size(garbage->analysis->graph, node);
  return NULL;
}

rg_error *rgi_garbage_retained(const struct rgi_analysis *analysis, const rg_node *nodes, size_t num_nodes,
                               uint64_t *ret)
{
  __attribute__((cleanup(deinit))) struct garbage garbage = {.analysis = analysis};
  const rg_graph *graph = analysis->graph;
  garbage.seen = rgi_alloc(rg_graph_num_nodes(graph) / 64 + 1, sizeof(*garbage.seen));
  if (!garbage.seen)
    return rgi_out_of_memory();
  for (size_t i = 0; i < num_nodes; i++)
    RGI_TRY(see(&garbage, nodes[i]));
  for (size_t i = 0; i < garbage.num; i++) {
    rg_edge end = rg_graph_edges_end(graph, garbage.queue[i]);
    for (rg_edge edge = rg_graph_edges_begin(graph, garbage.queue[i]); edge < end; edge++) {
      if (rg_graph_edge_kind(graph, edge) != RG_EDGE_WEAK)
        RGI_TRY(see(&garbage, rg_graph_edge_target(graph, edge)));
    }
  }
  *ret = garbage.size;
  return NULL;
}
