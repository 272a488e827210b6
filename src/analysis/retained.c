/* What sets of nodes retain: a bit a set, for all sets of a pass at once. The bit of a set ends at the nodes of the
 * set; what no root reaches without a set has not got its bit. One more bit is that of the empty set: it says what is
 * reached at all. */
#include <refgraph/analysis.h>

#include <string.h>

#include "../base/alloc.h"
#include "flow.h"

#define NUM_BITS 63 // sets of a pass
#define REACHED_AT_ALL ((uint64_t)1 << NUM_BITS)

static void count(const rg_graph *graph, rg_node node, rg_retained *ret)
{
  ret->num_nodes++;
  ret->size += rg_graph_node_size(graph, node);
}

// The nodes of a set count for it whether they are reached or not.
static void block(struct rgi_flow *flow, const rg_node_set *set, uint64_t bit, rg_retained *ret)
{
  for (size_t i = 0; i < set->num_nodes; i++) {
    struct rgi_flow_state *state = &flow->states[set->nodes[i]];
    if (!(state->known & bit))
      count(flow->graph, set->nodes[i], ret);
    state->known |= bit;
  }
}

static void count_missed(const struct rgi_flow *flow, uint64_t bits, rg_retained *ret)
{
  for (rg_node node = 0; node < flow->num_nodes; node++) {
    uint64_t known = flow->states[node].known;
    if (!(known & REACHED_AT_ALL))
      continue;
    for (uint64_t missed = bits & ~known; missed; missed &= missed - 1)
      count(flow->graph, node, &ret[__builtin_ctzll(missed)]);
  }
}

static void pass(struct rgi_flow *flow, const rg_node_set *sets, size_t num_sets, rg_retained *ret)
{
  rgi_flow_clear(flow);
  memset(ret, 0, num_sets * sizeof(*ret));
  for (size_t i = 0; i < num_sets; i++)
    block(flow, &sets[i], (uint64_t)1 << i, &ret[i]);
  uint64_t bits = ((uint64_t)1 << num_sets) - 1;
  rgi_flow_give(flow, RG_NODE_ROOT, bits | REACHED_AT_ALL);
  rgi_flow_run(flow);
  count_missed(flow, bits, ret);
}

rg_error *rg_retained_by_sets(const rg_graph *graph, rg_edge_kinds kinds, const rg_node_set *sets, size_t num_sets,
                              rg_retained *ret)
{
  __attribute__((cleanup(rgi_flow_deinit))) struct rgi_flow flow = {0};
  RGI_TRY(rgi_flow_init(&flow, graph, kinds));
  for (size_t i = 0; i < num_sets; i += NUM_BITS)
    pass(&flow, sets + i, num_sets - i < NUM_BITS ? num_sets - i : NUM_BITS, ret + i);
  return NULL;
}
