#include "flow.h"

#include <string.h>

#include "../base/alloc.h"
#include "ahead.h"

rg_error *rgi_flow_init(struct rgi_flow *flow, const rg_graph *graph, rg_edge_kinds kinds)
{
  flow->graph = graph;
  flow->num_nodes = rg_graph_num_nodes(graph);
  flow->kinds = kinds ? kinds : RG_EDGE_KINDS_STRONG;
  flow->states = rgi_alloc_dense(flow->num_nodes, sizeof(*flow->states));
  flow->queue = rgi_alloc_dense(flow->num_nodes, sizeof(*flow->queue));
  return flow->states && flow->queue ? NULL : rgi_out_of_memory();
}

void rgi_flow_deinit(struct rgi_flow *flow)
{
  rgi_free(flow->states);
  rgi_free(flow->queue);
  rgi_free(flow->is_cut);
}

static void mark_cuts(const struct rgi_flow *flow, bool is_cut)
{
  for (size_t i = 0; i < flow->num_cuts; i++) {
    uint64_t bit = (uint64_t)1 << flow->cuts[i].edge % 64, *word = &flow->is_cut[flow->cuts[i].edge / 64];
    *word = is_cut ? *word | bit : *word & ~bit;
  }
}

void rgi_flow_clear(struct rgi_flow *flow)
{
  memset(flow->states, 0, flow->num_nodes * sizeof(*flow->states));
  mark_cuts(flow, false);
  flow->num_cuts = 0;
}

rg_error *rgi_flow_cut(struct rgi_flow *flow, const struct rgi_flow_cut *cuts, size_t num_cuts)
{
  if (!flow->is_cut)
    flow->is_cut = rgi_alloc(rg_graph_num_edges(flow->graph) / 64 + 1, sizeof(*flow->is_cut));
  if (!flow->is_cut)
    return rgi_out_of_memory();
  flow->cuts = cuts;
  flow->num_cuts = num_cuts;
  mark_cuts(flow, true);
  return NULL;
}

uint64_t rgi_flow_bits_cut(const struct rgi_flow *flow, rg_edge edge)
{
  if (!flow->is_cut || !(flow->is_cut[edge / 64] >> edge % 64 & 1))
    return 0;
  size_t begin = 0, end = flow->num_cuts;
  while (begin < end) {
    size_t middle = begin + (end - begin) / 2;
    if (flow->cuts[middle].edge < edge)
      begin = middle + 1;
    else
      end = middle;
  }
  return flow->cuts[begin].bits;
}

static void push(struct rgi_flow *flow, rg_node node)
{
  size_t end = flow->begin + flow->num++;
  flow->queue[end < flow->num_nodes ? end : end - flow->num_nodes] = node;
}

static rg_node pop(struct rgi_flow *flow)
{
  rg_node node = flow->queue[flow->begin++];
  flow->begin = flow->begin < flow->num_nodes ? flow->begin : 0;
  flow->num--;
  return node;
}

void rgi_flow_give(struct rgi_flow *flow, rg_node node, uint64_t bits)
{
  struct rgi_flow_state *state = &flow->states[node];
  bits &= ~state->known;
  if (!bits)
    return;
  if (!state->waiting)
    push(flow, node);
  state->known |= bits;
  state->waiting |= bits;
}

static void ask_for_states(const struct rgi_flow *flow, rg_node node)
{
  const rg_graph *graph = flow->graph;
  rg_edge edge = rgi_rows_begin(&graph->rows, node), end = rgi_rows_begin(&graph->rows, node + 1);
  for (end = edge + RGI_AHEAD < end ? edge + RGI_AHEAD : end; edge < end; edge++)
    __builtin_prefetch(&flow->states[graph->targets[edge]], 1);
}

static void ask_ahead(const struct rgi_flow *flow)
{
  size_t num_due = flow->num_nodes - flow->begin;
  num_due = num_due < flow->num ? num_due : flow->num;
  rgi_ahead_of_queue(flow->graph, flow->queue + flow->begin, num_due);
  if (num_due > RGI_AHEAD)
    ask_for_states(flow, flow->queue[flow->begin + RGI_AHEAD]);
}

static void expand(struct rgi_flow *flow, rg_node node)
{
  const rg_graph *graph = flow->graph;
  uint64_t bits = flow->states[node].waiting;
  flow->states[node].waiting = 0;
  rg_edge end = rgi_rows_begin(&graph->rows, node + 1);
  for (rg_edge edge = rgi_rows_begin(&graph->rows, node); edge < end; edge++) {
    if (edge + RGI_AHEAD < end)
      __builtin_prefetch(&flow->states[graph->targets[edge + RGI_AHEAD]], 1);
    if (flow->kinds & RG_EDGE_KIND_BIT(graph->kinds[edge]))
      rgi_flow_give(flow, graph->targets[edge], bits & ~rgi_flow_bits_cut(flow, edge));
  }
}

void rgi_flow_run(struct rgi_flow *flow)
{
  while (flow->num) {
    ask_ahead(flow);
    expand(flow, pop(flow));
  }
}
