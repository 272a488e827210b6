/* What cuts free: a bit a cut, for all cuts of a pass at once.
 *
 *  1. The bit of each cut flows from the super-root, not along the references that are cut. What the cut frees has not
 *     got its bit.
 *  2. Search from where the references lead that are cut, among what has not got the bit: this is all that goes.
 *  3. What goes at once: count down the references to what goes. What none is left to goes, and takes along its own
 *     references.
 *
 * 1 is O(V + E) a pass in practice, 2 and 3 are as much as goes and the references to it. 24 bytes a node, a bit an
 * edge, and the reverse index. */
#include <refgraph/analysis.h>

#include <stdlib.h>
#include <string.h>

#include "../base/alloc.h"
#include "../base/sort.h"
#include "../graph/graph-internal.h"
#include "flow.h"

#define NUM_BITS 63 // cuts of a pass
#define REACHED_AT_ALL ((uint64_t)1 << NUM_BITS)

struct search {
  struct rgi_flow flow;
  struct rgi_flow_cut *cuts; // of the pass
  size_t num_cuts, capacity;
  uint32_t *holders; // by node: how many references to it are left, plus one; 0: it does not go, or not yet
  rg_node *going, *gone;
  size_t num_going, going_capacity, num_gone, gone_capacity;
};

static void deinit(struct search *search)
{
  rgi_flow_deinit(&search->flow);
  rgi_free(search->cuts);
  rgi_free(search->holders);
  rgi_free(search->going);
  rgi_free(search->gone);
}

static rg_error *init(struct search *search, const rg_graph *graph, rg_edge_kinds kinds)
{
  RGI_TRY(rgi_flow_init(&search->flow, graph, kinds));
  search->holders = rgi_alloc_dense(rg_graph_num_nodes(graph), sizeof(*search->holders));
  return search->holders ? NULL : rgi_out_of_memory();
}

/* --- 1: what is left ---------------------------------------------------------------------------------------------- */

static int compare_cuts(const void *a, const void *b)
{
  const struct rgi_flow_cut *x = a, *y = b;
  return (x->edge > y->edge) - (x->edge < y->edge);
}

static void unite_cuts(struct search *search)
{
  size_t num = 0;
  rgi_sort(search->cuts, search->num_cuts, sizeof(*search->cuts), compare_cuts);
  for (size_t i = 0; i < search->num_cuts; i++) {
    if (num && search->cuts[num - 1].edge == search->cuts[i].edge)
      search->cuts[num - 1].bits |= search->cuts[i].bits;
    else
      search->cuts[num++] = search->cuts[i];
  }
  search->num_cuts = num;
}

static rg_error *add_cuts(struct search *search, const rg_what_if *what_if, uint64_t bit)
{
  RGI_TRY(rgi_reserve(&search->cuts, &search->capacity, search->num_cuts + what_if->num_edges));
  for (size_t i = 0; i < what_if->num_edges; i++)
    search->cuts[search->num_cuts++] = (struct rgi_flow_cut){what_if->edges[i], bit};
  return NULL;
}

static rg_error *find_what_is_left(struct search *search, const rg_what_if *what_ifs, size_t num)
{
  rgi_flow_clear(&search->flow);
  search->num_cuts = 0;
  for (size_t i = 0; i < num; i++)
    RGI_TRY(add_cuts(search, &what_ifs[i], (uint64_t)1 << i));
  unite_cuts(search);
  RGI_TRY(rgi_flow_cut(&search->flow, search->cuts, search->num_cuts));
  rgi_flow_give(&search->flow, RG_NODE_ROOT, (((uint64_t)1 << num) - 1) | REACHED_AT_ALL);
  for (size_t i = 0; i < num; i++) {
    for (size_t kept = 0; kept < what_ifs[i].num_kept; kept++)
      rgi_flow_give(&search->flow, what_ifs[i].kept[kept], (uint64_t)1 << i);
  }
  rgi_flow_run(&search->flow);
  return NULL;
}

/* --- 2: what goes ------------------------------------------------------------------------------------------------- */

static bool is_followed(const struct search *search, rg_edge edge, uint64_t bit)
{
  return search->flow.kinds & RG_EDGE_KIND_BIT(search->flow.graph->kinds[edge]) &&
         !(rgi_flow_bits_cut(&search->flow, edge) & bit);
}

static void count(const rg_graph *graph, rg_node node, rg_retained *ret)
{
  ret->num_nodes++;
  ret->size += rg_graph_node_size(graph, node);
}

static rg_error *let_go(struct search *search, rg_node node, uint64_t bit)
{
  if (search->flow.states[node].known & bit || search->holders[node])
    return NULL;
  RGI_TRY(rgi_reserve(&search->going, &search->going_capacity, search->num_going + 1));
  search->going[search->num_going++] = node;
  search->holders[node] = 1;
  return NULL;
}

static rg_error *find_what_goes(struct search *search, const rg_what_if *what_if, uint64_t bit)
{
  const rg_graph *graph = search->flow.graph;
  search->num_going = 0;
  for (size_t i = 0; i < what_if->num_edges; i++) {
    if (search->flow.kinds & RG_EDGE_KIND_BIT(graph->kinds[what_if->edges[i]]))
      RGI_TRY(let_go(search, graph->targets[what_if->edges[i]], bit));
  }
  for (size_t i = 0; i < search->num_going; i++) {
    rg_edge end = rgi_rows_begin(&graph->rows, search->going[i] + 1);
    for (rg_edge edge = rgi_rows_begin(&graph->rows, search->going[i]); edge < end; edge++) {
      if (is_followed(search, edge, bit))
        RGI_TRY(let_go(search, graph->targets[edge], bit));
    }
  }
  return NULL;
}

/* --- 3: what goes at once ----------------------------------------------------------------------------------------- */

// Counts that are full stay so: who is held that often waits.
static rg_error *count_holders(struct search *search, rg_node node, uint64_t bit)
{
  rg_referrers referrers;
  RGI_TRY(rg_graph_referrers(search->flow.graph, node, &referrers));
  for (size_t i = 0; i < referrers.num_edges; i++)
    search->holders[node] += is_followed(search, referrers.edges[i], bit) && search->holders[node] < UINT32_MAX;
  return NULL;
}

static void drop(struct search *search, rg_node node, uint64_t bit)
{
  const rg_graph *graph = search->flow.graph;
  rg_edge end = rgi_rows_begin(&graph->rows, node + 1);
  for (rg_edge edge = rgi_rows_begin(&graph->rows, node); edge < end; edge++) {
    if (!is_followed(search, edge, bit))
      continue;
    uint32_t *holders = &search->holders[graph->targets[edge]];
    if (*holders > 1 && *holders < UINT32_MAX && --*holders == 1)
      search->gone[search->num_gone++] = graph->targets[edge];
  }
}

static rg_error *find_what_goes_at_once(struct search *search, uint64_t bit, rg_retained *ret)
{
  RGI_TRY(rgi_reserve(&search->gone, &search->gone_capacity, search->num_going));
  search->num_gone = 0;
  for (size_t i = 0; i < search->num_going; i++) {
    RGI_TRY(count_holders(search, search->going[i], bit));
    if (search->holders[search->going[i]] == 1)
      search->gone[search->num_gone++] = search->going[i];
  }
  for (size_t i = 0; i < search->num_gone; i++) {
    count(search->flow.graph, search->gone[i], ret);
    drop(search, search->gone[i], bit);
  }
  return NULL;
}

static rg_error *find_freed(struct search *search, const rg_what_if *what_if, uint64_t bit, rg_freed *ret)
{
  rg_retained all = {0};
  *ret = (rg_freed){0};
  RGI_TRY(find_what_goes(search, what_if, bit));
  RGI_TRY(find_what_goes_at_once(search, bit, &ret->at_once));
  for (size_t i = 0; i < search->num_going; i++) {
    count(search->flow.graph, search->going[i], &all);
    search->holders[search->going[i]] = 0;
  }
  ret->by_collection.num_nodes = all.num_nodes - ret->at_once.num_nodes;
  ret->by_collection.size = all.size - ret->at_once.size;
  return NULL;
}

rg_error *rg_freed_by_cuts(const rg_graph *graph, rg_edge_kinds kinds, const rg_what_if *what_ifs, size_t num,
                           rg_freed *ret)
{
  __attribute__((cleanup(deinit))) struct search search = {0};
  RGI_TRY(init(&search, graph, kinds));
  for (size_t i = 0; i < num; i += NUM_BITS) {
    size_t num_bits = num - i < NUM_BITS ? num - i : NUM_BITS;
    RGI_TRY(find_what_is_left(&search, what_ifs + i, num_bits));
    for (size_t bit = 0; bit < num_bits; bit++)
      RGI_TRY(find_freed(&search, &what_ifs[i + bit], (uint64_t)1 << bit, &ret[i + bit]));
  }
  return NULL;
}
