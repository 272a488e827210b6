/* Finding a node by its address. The first searches scan the nodes; who goes on asking gets the nodes in order. */
#include "../base/alloc.h"
#include "../base/sort.h"
#include "graph-internal.h"

// Putting the nodes in order takes as long as some 50 scans.
#define MAX_SCANS 50

static rg_node scan(const rg_graph *graph, uint64_t address)
{
  for (rg_node node = 1; node < graph->num_nodes; node++) {
    if (graph->nodes[node].address == address)
      return node;
  }
  return RG_NODE_NONE;
}

static rg_error *create_order(rg_graph *graph)
{
  RGI_SCOPED_FREE uint64_t *addresses = rgi_alloc_dense(graph->num_nodes, sizeof(*addresses));
  RGI_SCOPED_FREE rg_node *nodes = rgi_alloc_dense(graph->num_nodes, sizeof(*nodes));
  if (!addresses || !nodes)
    return rgi_out_of_memory();
  for (rg_node node = 0; node < graph->num_nodes; node++) {
    addresses[node] = graph->nodes[node].address;
    nodes[node] = node;
  }
  RGI_TRY(rgi_sort_descending(addresses, nodes, graph->num_nodes));
  graph->by_address = rgi_take(nodes);
  return NULL;
}

// Of several nodes at one address the first.
static rg_node search(const rg_graph *graph, uint64_t address)
{
  size_t begin = 0, end = graph->num_nodes;
  while (begin < end) {
    size_t middle = begin + (end - begin) / 2;
    if (graph->nodes[graph->by_address[middle]].address > address)
      begin = middle + 1;
    else
      end = middle;
  }
  bool is_found = begin < graph->num_nodes && graph->nodes[graph->by_address[begin]].address == address;
  return is_found ? graph->by_address[begin] : RG_NODE_NONE;
}

// Without memory for the order it goes on without it.
static bool has_order(rg_graph *graph)
{
  pthread_mutex_lock(&graph->caches_lock);
  if (!graph->by_address && graph->num_scans++ >= MAX_SCANS)
    rg_error_destroy(create_order(graph));
  bool has = graph->by_address;
  pthread_mutex_unlock(&graph->caches_lock);
  return has;
}

rg_node rg_graph_find(const rg_graph *graph, uint64_t address)
{
  if (!address)
    return RG_NODE_NONE;
  // The order is a cache: a graph that has it is the same graph.
  return has_order((rg_graph *)(uintptr_t)graph) ? search(graph, address) : scan(graph, address);
}
