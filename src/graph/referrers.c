/* The reverse index: edges sorted by their target, made on first request. */
#include <string.h>

#include "../base/alloc.h"
#include "graph-internal.h"

// One counting sort over the edges; since edges are visited in ascending order, each row comes out ascending.
static rg_error *create_referrers(rg_graph *graph)
{
  RGI_SCOPED_FREE uint64_t *rows = rgi_alloc_dense((size_t)graph->num_nodes + 1, sizeof(*rows));
  RGI_SCOPED_FREE rg_edge *edges = rgi_alloc_dense(graph->num_edges, sizeof(*edges));
  if (!rows || !edges)
    return rgi_out_of_memory();
  for (uint64_t i = 0; i < graph->num_edges; i++)
    rows[graph->targets[i]]++;
  for (rg_node node = 0; node < graph->num_nodes; node++)
    rows[node + 1] += rows[node];
  // rows[node] is where the row of `node` ends; filling from the back turns it into where it begins.
  for (uint64_t i = graph->num_edges; i-- > 0;)
    edges[--rows[graph->targets[i]]] = i;
  graph->referrer_rows = rgi_take(rows);
  graph->referrer_edges = rgi_take(edges);
  return NULL;
}

rg_error *rg_graph_referrers(const rg_graph *graph, rg_node node, rg_referrers *ret)
{
  // The index is a cache: a graph that has it is the same graph.
  rg_graph *cached = (rg_graph *)(uintptr_t)graph;
  pthread_mutex_lock(&cached->caches_lock);
  rg_error *error = graph->referrer_edges ? NULL : create_referrers(cached);
  pthread_mutex_unlock(&cached->caches_lock);
  if (error)
    return error;
  uint64_t begin = graph->referrer_rows[node], end = graph->referrer_rows[node + 1];
  *ret = (rg_referrers){graph->referrer_edges + begin, end - begin};
  return NULL;
}
