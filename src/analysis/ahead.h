/* Asking for memory ahead of a search.
 *
 * On a heap whose objects lie in memory in no order, each step of a search waits three times: for where the row of a
 * node is, for what the row says, and for what is known of its targets. Breadth first, the queue tells what comes next.
 * Depth first, what was seen in a row lately is likely to come soon. So each target that is seen
 *
 *   is asked for itself --> a ring of rows to come --> its row is asked for --> a ring of targets to come
 *                                                                            --> its targets are asked for
 *
 * and each of the steps needs what the one before asked for, which has come meanwhile. Nodes that turn out to be
 * visited, or leaves, leave the first ring for nothing. On an aged heap this saves a third of the time of a search. */
#ifndef RGI_ANALYSIS_AHEAD_H
#define RGI_ANALYSIS_AHEAD_H

#include "../graph/graph-internal.h"

/* Edges of a row that are looked at ahead. */
#define RGI_AHEAD 8
#define RGI_AHEAD_ROWS 16
#define RGI_AHEAD_TARGETS 4

/* --- breadth first ------------------------------------------------------------------------------------------------ */

/* `due` are the next nodes of a queue. The last step, asking for what is known of the targets of due[RGI_AHEAD], is the
 * caller's. */
static inline void rgi_ahead_of_queue(const rg_graph *graph, const rg_node *due, size_t num_due)
{
  if (num_due > 3 * RGI_AHEAD)
    __builtin_prefetch(&graph->rows.begin[due[3 * RGI_AHEAD]]);
  if (num_due > 2 * RGI_AHEAD) {
    rg_edge begin = rgi_rows_begin(&graph->rows, due[2 * RGI_AHEAD]);
    __builtin_prefetch(&graph->targets[begin]);
    __builtin_prefetch(&graph->kinds[begin]);
  }
}

/* --- depth first -------------------------------------------------------------------------------------------------- */

#define RGI_NOT_VISITED UINT32_MAX

struct rgi_ahead {
  const rg_graph *graph;
  const uint32_t *visits; /* by node: RGI_NOT_VISITED, or whatever the search has to say */
  rg_node rows[RGI_AHEAD_ROWS];
  rg_node targets[RGI_AHEAD_TARGETS];
  unsigned num_rows, num_targets; /* that ever came into the rings */
};

static inline void rgi_ahead_ask_for_node(const struct rgi_ahead *ahead, rg_node node)
{
  __builtin_prefetch(&ahead->visits[node], 1);
  __builtin_prefetch(&ahead->graph->rows.begin[node]);
}

static inline void rgi_ahead_ask_for_targets(struct rgi_ahead *ahead, rg_node node)
{
  const rg_graph *graph = ahead->graph;
  rg_node *place = &ahead->targets[ahead->num_targets++ % RGI_AHEAD_TARGETS];
  rg_node due = *place;
  *place = node;
  rg_edge edge = rgi_rows_begin(&graph->rows, due), end = rgi_rows_begin(&graph->rows, due + 1);
  for (end = edge + RGI_AHEAD < end ? edge + RGI_AHEAD : end; edge < end; edge++)
    rgi_ahead_ask_for_node(ahead, graph->targets[edge]);
}

static inline void rgi_ahead_ask_for_row(struct rgi_ahead *ahead, rg_node node)
{
  const rg_graph *graph = ahead->graph;
  rg_node *place = &ahead->rows[ahead->num_rows++ % RGI_AHEAD_ROWS];
  rg_node due = *place;
  *place = node;
  rg_edge begin = rgi_rows_begin(&graph->rows, due);
  if (ahead->visits[due] != RGI_NOT_VISITED || begin == rgi_rows_begin(&graph->rows, due + 1))
    return;
  __builtin_prefetch(&graph->targets[begin]);
  __builtin_prefetch(&graph->kinds[begin]);
  rgi_ahead_ask_for_targets(ahead, due);
}

/* The search will come to the target of this edge, if nothing else leads there before. */
static inline void rgi_ahead_see(struct rgi_ahead *ahead, rg_edge edge)
{
  rg_node target = ahead->graph->targets[edge];
  rgi_ahead_ask_for_node(ahead, target);
  rgi_ahead_ask_for_row(ahead, target);
}

#endif
