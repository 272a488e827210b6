/* The fewest references that must be cut: the maximum flow from the super-root to the targets is as large as the least
 * cut (Ford and Fulkerson, "Maximal flow through a network", 1956). A reference that a program can undo carries one
 * unit, any other as many as there are.
 *
 * Each unit is a shortest path in what is left (Edmonds and Karp, 1972), looked for backwards, from the targets:
 *
 *     super-root -> … -> source -> target        a reference leads back to its source while it can carry more,
 *                          ^----------'          and one that carries flow leads on to its target: it can carry less
 *
 * There are few units, so few searches, and most end near the targets. The last one finds no path: what it has visited
 * is all that could still reach a target, and the cut is what leads there from elsewhere. No cut of this size is nearer
 * to the targets. If one path has nothing on it that can be cut, the flow has no bound: such paths are looked for
 * first.
 *
 * O(V + E) a search, one more than there are references in the cut. 16 bytes a node and 4 an edge, beside the reverse
 * index of the graph, and 24 for each reference that ever carried flow. */
#include <refgraph/analysis.h>

#include "../base/alloc.h"
#include "../base/options.h"
#include "../graph/graph-internal.h"
#include "ahead.h"
#include "editable.h"
#include "sources.h"

struct rg_cut {
  rg_cut_result result;
  rg_edge *edges;
  size_t num_edges, capacity;
};

// Steps of a search, by node: an edge, and 1 added to it.
#define NOT_VISITED 0
#define IS_TARGET UINT64_MAX

// A reference that carries flow, or has done so.
struct flow {
  rg_edge edge;
  uint32_t num; // units
  uint32_t next; // of the same source; 0: none
};

struct search {
  const rg_graph *graph;
  rg_edge_kinds kinds;
  bool with_editable;  // whether it follows what can be cut
  const rg_node *targets;
  size_t num_targets;
  rg_node *sources;    // by edge
  uint64_t *steps;     // by node: the edge that it takes towards the targets
  rg_node *queue;      // all that have been visited
  size_t begin, end;
  uint32_t *first;     // by node: the first of its flows; 0: none
  struct flow *flows;  // from 1 on
  size_t num_flows, flows_capacity;
};

static void deinit(struct search *search)
{
  rgi_free(search->sources);
  rgi_free(search->steps);
  rgi_free(search->queue);
  rgi_free(search->first);
  rgi_free(search->flows);
}

static rg_error *init(struct search *search)
{
  const rg_graph *graph = search->graph;
  RGI_TRY(rgi_sources_create(graph, &search->sources));
  search->steps = rgi_alloc(rg_graph_num_nodes(graph), sizeof(*search->steps));
  search->queue = rgi_alloc(rg_graph_num_nodes(graph), sizeof(*search->queue));
  search->first = rgi_alloc(rg_graph_num_nodes(graph), sizeof(*search->first));
  if (!search->steps || !search->queue || !search->first)
    return rgi_out_of_memory();
  search->num_flows = 1;
  return NULL;
}

/* --- flow --------------------------------------------------------------------------------------------------------- */

static struct flow *find_flow(const struct search *search, rg_edge edge)
{
  uint32_t i = search->first[search->sources[edge]];
  while (i && search->flows[i].edge != edge)
    i = search->flows[i].next;
  return i ? &search->flows[i] : NULL;
}

static rg_error *add_unit(struct search *search, rg_edge edge)
{
  struct flow *flow = find_flow(search, edge);
  if (flow) {
    flow->num++;
    return NULL;
  }
  if (search->num_flows > UINT32_MAX)
    return rg_error_create(RG_ERROR_LIMIT, "more than %u references on paths", UINT32_MAX);
  RGI_TRY(rgi_reserve(&search->flows, &search->flows_capacity, search->num_flows + 1));
  uint32_t *first = &search->first[search->sources[edge]];
  search->flows[search->num_flows] = (struct flow){edge, 1, *first};
  *first = (uint32_t)search->num_flows++;
  return NULL;
}

/* --- search ------------------------------------------------------------------------------------------------------- */

static void visit(struct search *search, rg_node node, uint64_t step)
{
  if (search->steps[node] != NOT_VISITED)
    return;
  search->steps[node] = step;
  search->queue[search->end++] = node;
}

static bool can_carry_more(const struct search *search, rg_node source, rg_edge edge)
{
  if (!rgi_edge_is_editable(search->graph, source, edge))
    return true;
  if (!search->with_editable)
    return false;
  const struct flow *flow = search->first[source] ? find_flow(search, edge) : NULL;
  return !flow || !flow->num;
}

static void expand(struct search *search, rg_node node)
{
  const rg_graph *graph = search->graph;
  uint64_t end = graph->referrer_rows[node + 1];
  for (uint64_t i = graph->referrer_rows[node]; i < end; i++) {
    if (i + RGI_AHEAD < end)
      __builtin_prefetch(&search->sources[graph->referrer_edges[i + RGI_AHEAD]]);
    rg_edge edge = graph->referrer_edges[i];
    rg_node source = search->sources[edge];
    if (search->kinds & RG_EDGE_KIND_BIT(graph->kinds[edge]) && search->steps[source] == NOT_VISITED &&
        can_carry_more(search, source, edge))
      visit(search, source, edge + 1);
  }
  for (uint32_t i = search->first[node]; i; i = search->flows[i].next) {
    if (search->flows[i].num)
      visit(search, graph->targets[search->flows[i].edge], search->flows[i].edge + 1);
  }
}

static bool find_path(struct search *search, bool with_editable)
{
  while (search->end)
    search->steps[search->queue[--search->end]] = NOT_VISITED;
  search->with_editable = with_editable;
  for (size_t i = 0; i < search->num_targets; i++)
    visit(search, search->targets[i], IS_TARGET);
  for (search->begin = 0; search->begin < search->end && search->steps[RG_NODE_ROOT] == NOT_VISITED;)
    expand(search, search->queue[search->begin++]);
  return search->steps[RG_NODE_ROOT] != NOT_VISITED;
}

static rg_error *send_unit(struct search *search)
{
  for (rg_node node = RG_NODE_ROOT; search->steps[node] != IS_TARGET;) {
    rg_edge edge = search->steps[node] - 1;
    bool is_forward = search->sources[edge] == node;
    if (is_forward)
      RGI_TRY(add_unit(search, edge));
    else
      find_flow(search, edge)->num--;
    node = is_forward ? search->graph->targets[edge] : search->sources[edge];
  }
  return NULL;
}

/* --- results ------------------------------------------------------------------------------------------------------ */

static rg_error *add_edge(rg_cut *cut, rg_edge edge)
{
  RGI_TRY(rgi_reserve(&cut->edges, &cut->capacity, cut->num_edges + 1));
  cut->edges[cut->num_edges++] = edge;
  return NULL;
}

static rg_error *list_path(const struct search *search, rg_cut *cut)
{
  for (rg_node node = RG_NODE_ROOT; search->steps[node] != IS_TARGET;) {
    rg_edge edge = search->steps[node] - 1;
    RGI_TRY(add_edge(cut, edge));
    node = search->graph->targets[edge];
  }
  return NULL;
}

// By insertion: each of them took a search to find, which is longer than a row of all of them.
static void sort(rg_edge *edges, size_t num)
{
  for (size_t i = 1; i < num; i++) {
    rg_edge edge = edges[i];
    size_t place = i;
    for (; place > 0 && edges[place - 1] > edge; place--)
      edges[place] = edges[place - 1];
    edges[place] = edge;
  }
}

static rg_error *list_cut(const struct search *search, rg_cut *cut)
{
  const rg_graph *graph = search->graph;
  for (size_t queue_i = 0; queue_i < search->end; queue_i++) {
    rg_node node = search->queue[queue_i];
    for (uint64_t i = graph->referrer_rows[node]; i < graph->referrer_rows[node + 1]; i++) {
      rg_edge edge = graph->referrer_edges[i];
      bool is_followed = search->kinds & RG_EDGE_KIND_BIT(graph->kinds[edge]);
      if (is_followed && search->steps[search->sources[edge]] == NOT_VISITED)
        RGI_TRY(add_edge(cut, edge));
    }
  }
  sort(cut->edges, cut->num_edges);
  return NULL;
}

static rg_error *fill(struct search *search, uint32_t max_edges, rg_cut *cut)
{
  RGI_TRY(init(search));
  if (find_path(search, false)) {
    cut->result = RG_CUT_IMPOSSIBLE;
    return list_path(search, cut);
  }
  uint32_t num = 0;
  for (; find_path(search, true); num++) {
    if (num == max_edges) {
      cut->result = RG_CUT_TOO_MANY;
      return NULL;
    }
    RGI_TRY(send_unit(search));
  }
  cut->result = num ? RG_CUT_FOUND : RG_CUT_UNREACHED;
  return num ? list_cut(search, cut) : NULL;
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

static void destroy_scoped(rg_cut **cut)
{
  rg_cut_destroy(*cut);
}

rg_error *rg_cut_create(const rg_graph *graph, const rg_node *targets, size_t num_targets,
                        const rg_cut_options *options, rg_cut **ret)
{
  rg_cut_options given = RG_CUT_OPTIONS_INIT;
  rgi_options_read(&given, options);
  __attribute__((cleanup(deinit))) struct search search = {
      .graph = graph,
      .kinds = given.kinds ? given.kinds : RG_EDGE_KINDS_STRONG,
      .targets = targets,
      .num_targets = num_targets,
  };
  __attribute__((cleanup(destroy_scoped))) rg_cut *cut = rgi_alloc(1, sizeof(*cut));
  if (!cut)
    return rgi_out_of_memory();
  RGI_TRY(fill(&search, given.max_edges, cut));
  *ret = rgi_take(cut);
  return NULL;
}

void rg_cut_destroy(rg_cut *cut)
{
  if (!cut)
    return;
  rgi_free(cut->edges);
  rgi_free(cut);
}

rg_cut_result rg_cut_get_result(const rg_cut *cut)
{
  return cut->result;
}

rg_edge_list rg_cut_edges(const rg_cut *cut)
{
  return (rg_edge_list){cut->edges, cut->num_edges};
}
