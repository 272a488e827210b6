/* Which copies of a leak are told: those whose holder gains most. One definition site may have copies that are meant to
 * stay, as handlers that live as long as the program, beside those that pile up elsewhere.
 *
 * Cost: O(n log n) in the copies n, and the way up from each to a holder with a name. */
#define _GNU_SOURCE // qsort_r

#include <stdlib.h>
#include <string.h>

#include "../analysis/hold.h"
#include "../base/sort.h"
#include "report-internal.h"

static int compare_numbers(uint64_t x, uint64_t y)
{
  return (x > y) - (x < y);
}

// Instances of a class are alike, however many there are; of modules, classes and code each is what it is.
static int compare_places(const rg_graph *graph, rg_node x, rg_node y)
{
  rg_type a = rg_graph_node_type(graph, x), b = rg_graph_node_type(graph, y);
  if (a != b)
    return a < b ? -1 : 1;
  rg_category category = rg_graph_node_category(graph, x);
  if (category == RG_CATEGORY_MODULE || category == RG_CATEGORY_TYPE)
    return compare_numbers(x, y);
  return compare_numbers(rg_graph_node_site(graph, x), rg_graph_node_site(graph, y));
}

static int compare_holders(const rg_graph *graph, const struct rgi_holder *x, const struct rgi_holder *y)
{
  if (x->node == RG_NODE_NONE || y->node == RG_NODE_NONE)
    return compare_numbers(x->node == RG_NODE_NONE, y->node == RG_NODE_NONE);
  if (x->known || y->known)
    return strcmp(x->known ? x->known->name : "", y->known ? y->known->name : "");
  int order = compare_places(graph, x->node, y->node);
  return order ? order : strcmp(rg_graph_edge_name(graph, x->edge), rg_graph_edge_name(graph, y->edge));
}

static int compare_alike(const void *a, const void *b, void *graph)
{
  const struct rgi_held *x = a, *y = b;
  int order = compare_holders(graph, &x->holder, &y->holder);
  return order ? order : compare_numbers(x->copy, y->copy);
}

// In a chain copies hold each other: what holds the first of them comes before, and what has no holder comes last.
static int rank(const struct rgi_held *held)
{
  return held->holder.node == RG_NODE_NONE ? 2 : held->is_by_copy;
}

static int compare_most(const void *a, const void *b)
{
  const struct rgi_held *x = a, *y = b;
  if (rank(x) != rank(y))
    return rank(x) - rank(y);
  if (x->num_new != y->num_new)
    return x->num_new > y->num_new ? -1 : 1;
  if (x->num != y->num)
    return x->num > y->num ? -1 : 1;
  return compare_numbers(x->copy, y->copy);
}

static bool is_copy(const struct rgi_leak *leak, rg_node node)
{
  return rgi_find_node(leak->group->nodes, leak->group->num_nodes, node) != NULL;
}

static bool is_new(const rg_report *report, const struct rgi_analysis *analysis, const struct rgi_leak *leak,
                   rg_node copy)
{
  return leak->growth == RGI_GROWTH_COPIES &&
         !rgi_series_had_first(&report->series, rg_graph_node(analysis->graph, copy).address);
}

static size_t merge_alike(const rg_graph *graph, struct rgi_held *held, size_t num)
{
  size_t num_kept = 0;
  for (size_t i = 0; i < num; i++) {
    if (!num_kept || compare_holders(graph, &held[num_kept - 1].holder, &held[i].holder)) {
      held[num_kept++] = held[i];
      continue;
    }
    held[num_kept - 1].num++;
    held[num_kept - 1].num_new += held[i].num_new;
  }
  return num_kept;
}

// Copy by copy.
static rg_error *find_holders(const rg_report *report, const struct rgi_analysis *analysis, const struct rgi_leak *leak,
                              struct rgi_held *ret)
{
  for (uint32_t i = 0; i < leak->group->num_nodes; i++) {
    rg_node copy = leak->group->nodes[i];
    rg_edge edge = rgi_hold_of(analysis->graph, analysis->paths, copy).edge;
    ret[i] = (struct rgi_held){.copy = copy, .num = 1, .num_new = is_new(report, analysis, leak, copy)};
    RGI_TRY(rgi_find_named_holder(analysis, edge, &ret[i].holder));
    ret[i].is_by_copy = is_copy(leak, ret[i].holder.node);
  }
  return NULL;
}

static void rank_holders(const rg_graph *graph, const struct rgi_held *all, struct rgi_leak *leak)
{
  uint32_t num = leak->group->num_nodes;
  memcpy(leak->held, all, num * sizeof(*all));
  qsort_r(leak->held, num, sizeof(*all), compare_alike, (void *)(uintptr_t)graph);
  leak->num_held = merge_alike(graph, leak->held, num);
  rgi_sort(leak->held, leak->num_held, sizeof(*all), compare_most);
}

// Copies that others hold are told with these.
static void list_told(const rg_graph *graph, const struct rgi_held *all, struct rgi_leak *leak)
{
  for (uint32_t i = 0; i < leak->group->num_nodes; i++) {
    if (all[i].is_by_copy || !compare_holders(graph, &all[i].holder, &leak->held[0].holder))
      leak->told[leak->num_told++] = all[i].copy;
  }
}

rg_error *rgi_leak_choose_copies(const rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak)
{
  uint32_t num = leak->group->num_nodes;
  RGI_SCOPED_FREE struct rgi_held *all = rgi_alloc(num, sizeof(*all));
  leak->held = rgi_alloc(num, sizeof(*leak->held));
  leak->told = rgi_alloc(num, sizeof(*leak->told));
  if (!all || !leak->held || !leak->told)
    return rgi_out_of_memory();
  RGI_TRY(find_holders(report, analysis, leak, all));
  rank_holders(analysis->graph, all, leak);
  list_told(analysis->graph, all, leak);
  leak->shown = leak->held[0].copy;
  leak->is_garbage = rg_paths_parent(analysis->paths, leak->shown) == RG_NODE_NONE;
  return NULL;
}
