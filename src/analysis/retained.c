/* What sets of nodes retain: a bit a set, for all sets of a pass at once. A bit reaches whatever its set does not keep
 * from it: it flows from the super-root along the edges, and ends at the nodes of its set. What no root reaches without a
 * set has not got the bit. One more bit is that of the empty set: it says what is reached at all.
 *
 * A node waits in the queue once, with all the bits that came meanwhile. Nearly all bits come together, so most nodes are
 * expanded once: O(V + E) a pass in practice, at worst 64 times that. 20 bytes a node. */
#include <refgraph/analysis.h>

#include <string.h>

#include "../base/alloc.h"
#include "ahead.h"

#define NUM_BITS 63 // sets of a pass
#define REACHED_AT_ALL ((uint64_t)1 << NUM_BITS)

struct state {
  uint64_t known;   // bits that came, or end here
  uint64_t waiting; // those of them that have not flowed on; not 0: the node is in the queue
};

// Each node is in the queue once at most, so a ring of all nodes is enough.
struct flow {
  const rg_graph *graph;
  rg_edge_kinds kinds;
  struct state *states;
  rg_node *queue;
  size_t num_nodes;
  size_t begin, num;
};

static void deinit(struct flow *flow)
{
  rgi_free(flow->states);
  rgi_free(flow->queue);
}

static void push(struct flow *flow, rg_node node)
{
  size_t end = flow->begin + flow->num++;
  flow->queue[end < flow->num_nodes ? end : end - flow->num_nodes] = node;
}

static rg_node pop(struct flow *flow)
{
  rg_node node = flow->queue[flow->begin++];
  flow->begin = flow->begin < flow->num_nodes ? flow->begin : 0;
  flow->num--;
  return node;
}

static void give(struct flow *flow, rg_node node, uint64_t bits)
{
  struct state *state = &flow->states[node];
  bits &= ~state->known;
  if (!bits)
    return;
  if (!state->waiting)
    push(flow, node);
  state->known |= bits;
  state->waiting |= bits;
}

static void ask_for_states(const struct flow *flow, rg_node node)
{
  const rg_graph *graph = flow->graph;
  rg_edge edge = rgi_rows_begin(&graph->rows, node), end = rgi_rows_begin(&graph->rows, node + 1);
  for (end = edge + RGI_AHEAD < end ? edge + RGI_AHEAD : end; edge < end; edge++)
    __builtin_prefetch(&flow->states[graph->targets[edge]], 1);
}

static void ask_ahead(const struct flow *flow)
{
  size_t num_due = flow->num_nodes - flow->begin;
  num_due = num_due < flow->num ? num_due : flow->num;
  rgi_ahead_of_queue(flow->graph, flow->queue + flow->begin, num_due);
  if (num_due > RGI_AHEAD)
    ask_for_states(flow, flow->queue[flow->begin + RGI_AHEAD]);
}

static void expand(struct flow *flow, rg_node node)
{
  const rg_graph *graph = flow->graph;
  uint64_t bits = flow->states[node].waiting;
  flow->states[node].waiting = 0;
  rg_edge end = rgi_rows_begin(&graph->rows, node + 1);
  for (rg_edge edge = rgi_rows_begin(&graph->rows, node); edge < end; edge++) {
    if (edge + RGI_AHEAD < end)
      __builtin_prefetch(&flow->states[graph->targets[edge + RGI_AHEAD]], 1);
    if (flow->kinds & RG_EDGE_KIND_BIT(graph->kinds[edge]))
      give(flow, graph->targets[edge], bits);
  }
}

static void count(const rg_graph *graph, rg_node node, rg_retained *ret)
{
  ret->num_nodes++;
  ret->size += rg_graph_node_size(graph, node);
}

// The nodes of a set count for it whether they are reached or not.
static void block(struct flow *flow, const rg_node_set *set, uint64_t bit, rg_retained *ret)
{
  for (size_t i = 0; i < set->num_nodes; i++) {
    struct state *state = &flow->states[set->nodes[i]];
    if (!(state->known & bit))
      count(flow->graph, set->nodes[i], ret);
    state->known |= bit;
  }
}

static void count_missed(const struct flow *flow, uint64_t bits, rg_retained *ret)
{
  for (rg_node node = 0; node < flow->num_nodes; node++) {
    uint64_t known = flow->states[node].known;
    if (!(known & REACHED_AT_ALL))
      continue;
    for (uint64_t missed = bits & ~known; missed; missed &= missed - 1)
      count(flow->graph, node, &ret[__builtin_ctzll(missed)]);
  }
}

static void pass(struct flow *flow, const rg_node_set *sets, size_t num_sets, rg_retained *ret)
{
  memset(flow->states, 0, flow->num_nodes * sizeof(*flow->states));
  memset(ret, 0, num_sets * sizeof(*ret));
  for (size_t i = 0; i < num_sets; i++)
    block(flow, &sets[i], (uint64_t)1 << i, &ret[i]);
  uint64_t bits = ((uint64_t)1 << num_sets) - 1;
  give(flow, RG_NODE_ROOT, bits | REACHED_AT_ALL);
  while (flow->num) {
    ask_ahead(flow);
    expand(flow, pop(flow));
  }
  count_missed(flow, bits, ret);
}

rg_error *rg_retained_by_sets(const rg_graph *graph, rg_edge_kinds kinds, const rg_node_set *sets, size_t num_sets,
                              rg_retained *ret)
{
  __attribute__((cleanup(deinit))) struct flow flow = {.graph = graph, .num_nodes = rg_graph_num_nodes(graph)};
  flow.kinds = kinds ? kinds : RG_EDGE_KINDS_STRONG;
  flow.states = rgi_alloc_dense(flow.num_nodes, sizeof(*flow.states));
  flow.queue = rgi_alloc_dense(flow.num_nodes, sizeof(*flow.queue));
  if (!flow.states || !flow.queue)
    return rgi_out_of_memory();
  for (size_t i = 0; i < num_sets; i += NUM_BITS)
    pass(&flow, sets + i, num_sets - i < NUM_BITS ? num_sets - i : NUM_BITS, ret + i);
  return NULL;
}
