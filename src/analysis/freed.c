/* What cutting some references frees.
 *
 *  1. Search from the super-root without these references: what is reached stays.
 *  2. Search on from where they lead, if their source stays: what is reached now, and was not before, goes.
 *  3. Count the references to what goes from all that does not stay, garbage included. What has none goes at once, and
 *     takes along its own references; what keeps one waits for a collection.
 *
 * O(V + E) in all: each node is reached once and goes once. 8 bytes a node, and a bit an edge. */
#include <refgraph/analysis.h>

#include "../base/alloc.h"
#include "../graph/graph-internal.h"
#include "ahead.h"

// By node. What goes has GOES and, added to it, how often it is held by what does not stay.
#define UNREACHED 0
#define STAYS 1
#define GOES 2

struct search {
  const rg_graph *graph;
  rg_edge_kinds kinds;
  uint64_t *is_cut; // by edge, a bit each
  uint32_t *states;
  rg_node *queue;
  size_t begin, end;
};

static void deinit(struct search *search)
{
  rgi_free(search->is_cut);
  rgi_free(search->states);
  rgi_free(search->queue);
}

static rg_error *init(struct search *search, const rg_edge *edges, size_t num_edges)
{
  size_t num_nodes = rg_graph_num_nodes(search->graph);
  search->is_cut = rgi_alloc(rg_graph_num_edges(search->graph) / 64 + 1, sizeof(*search->is_cut));
  search->states = rgi_alloc_dense(num_nodes, sizeof(*search->states));
  search->queue = rgi_alloc_dense(num_nodes, sizeof(*search->queue));
  if (!search->is_cut || !search->states || !search->queue)
    return rgi_out_of_memory();
  for (size_t i = 0; i < num_edges; i++)
    search->is_cut[edges[i] / 64] |= (uint64_t)1 << edges[i] % 64;
  return NULL;
}

static rg_edge row_begin(const struct search *search, rg_node node)
{
  return rgi_rows_begin(&search->graph->rows, node);
}

static rg_edge row_end(const struct search *search, rg_node node)
{
  return rgi_rows_begin(&search->graph->rows, node + 1);
}

static bool is_followed(const struct search *search, rg_edge edge)
{
  return search->kinds & RG_EDGE_KIND_BIT(search->graph->kinds[edge]);
}

static bool is_cut(const struct search *search, rg_edge edge)
{
  return search->is_cut[edge / 64] >> edge % 64 & 1;
}

/* --- 1 and 2: what stays, what goes -------------------------------------------------------------------------------- */

static void reach(struct search *search, rg_node node, uint32_t state)
{
  if (search->states[node] != UNREACHED)
    return;
  search->states[node] = state;
  search->queue[search->end++] = node;
}

static void ask_ahead(const struct search *search)
{
  const rg_graph *graph = search->graph;
  const rg_node *due = search->queue + search->begin;
  size_t num_due = search->end - search->begin;
  rgi_ahead_of_queue(graph, due, num_due);
  if (num_due <= RGI_AHEAD)
    return;
  rg_edge edge = row_begin(search, due[RGI_AHEAD]), end = row_end(search, due[RGI_AHEAD]);
  for (end = edge + RGI_AHEAD < end ? edge + RGI_AHEAD : end; edge < end; edge++)
    __builtin_prefetch(&search->states[graph->targets[edge]], 1);
}

// What stays leads on without the references that are cut, what goes with them.
static void run(struct search *search, uint32_t state)
{
  while (search->begin < search->end) {
    ask_ahead(search);
    rg_node node = search->queue[search->begin++];
    rg_edge end = row_end(search, node);
    for (rg_edge edge = row_begin(search, node); edge < end; edge++) {
      if (is_followed(search, edge) && (state == GOES || !is_cut(search, edge)))
        reach(search, search->graph->targets[edge], state);
    }
  }
}

static void find_what_stays_and_goes(struct search *search, const rg_edge *edges, size_t num_edges)
{
  reach(search, RG_NODE_ROOT, STAYS);
  run(search, STAYS);
  for (size_t i = 0; i < num_edges; i++) {
    bool is_held = search->states[rg_graph_edge_source(search->graph, edges[i])] == STAYS;
    if (is_held && is_followed(search, edges[i]))
      reach(search, search->graph->targets[edges[i]], GOES);
  }
  run(search, GOES);
}

/* --- 3: what goes at once ------------------------------------------------------------------------------------------ */

static void count(const struct search *search, rg_node node, rg_retained *ret)
{
  ret->num_nodes++;
  ret->size += rg_graph_node_size(search->graph, node);
}

// Counts that are full stay so: who is held that often waits.
static void hold(struct search *search, rg_node target)
{
  if (search->states[target] >= GOES && search->states[target] < UINT32_MAX)
    search->states[target]++;
}

static void count_holders(struct search *search)
{
  for (rg_node node = 0; node < rg_graph_num_nodes(search->graph); node++) {
    if (search->states[node] == STAYS)
      continue;
    rg_edge end = row_end(search, node);
    for (rg_edge edge = row_begin(search, node); edge < end; edge++) {
      if (is_followed(search, edge) && !is_cut(search, edge))
        hold(search, search->graph->targets[edge]);
    }
  }
}

// From `begin` on the queue has what goes; what goes at once takes its place, which is no longer needed then.
static void list_unheld(struct search *search, size_t begin)
{
  size_t end = begin;
  for (size_t i = begin; i < search->end; i++) {
    if (search->states[search->queue[i]] == GOES)
      search->queue[end++] = search->queue[i];
  }
  search->begin = begin;
  search->end = end;
}

static void let_go(struct search *search, rg_node node)
{
  rg_edge end = row_end(search, node);
  for (rg_edge edge = row_begin(search, node); edge < end; edge++) {
    if (!is_followed(search, edge) || is_cut(search, edge))
      continue;
    uint32_t *state = &search->states[search->graph->targets[edge]];
    if (*state > GOES && *state < UINT32_MAX && --*state == GOES)
      search->queue[search->end++] = search->graph->targets[edge];
  }
}

rg_error *rg_freed_by_cut(const rg_graph *graph, rg_edge_kinds kinds, const rg_edge *edges, size_t num_edges,
                          rg_freed *ret)
{
  __attribute__((cleanup(deinit))) struct search search = {.graph = graph};
  search.kinds = kinds ? kinds : RG_EDGE_KINDS_STRONG;
  RGI_TRY(init(&search, edges, num_edges));
  find_what_stays_and_goes(&search, edges, num_edges);
  rg_freed freed = {0};
  rg_retained all = {0};
  size_t begin = search.end;
  while (begin > 0 && search.states[search.queue[begin - 1]] == GOES)
    count(&search, search.queue[--begin], &all);
  count_holders(&search);
  list_unheld(&search, begin);
  while (search.begin < search.end) {
    count(&search, search.queue[search.begin], &freed.at_once);
    let_go(&search, search.queue[search.begin++]);
  }
  freed.by_collection.num_nodes = all.num_nodes - freed.at_once.num_nodes;
  freed.by_collection.size = all.size - freed.at_once.size;
  *ret = freed;
  return NULL;
}
