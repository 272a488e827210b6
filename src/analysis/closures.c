/* Closures by definition site. A counting sort brings the closures of a site together; then each group is walked from
 * its closures over what they capture. Cost: O(V + the edges of closures and passages), 8 bytes a node while it
 * runs. */
#define _GNU_SOURCE // qsort_r

#include <refgraph/analysis.h>

#include <stdlib.h>
#include <string.h>

#include "../base/alloc.h"
#include "measure.h"

struct rg_closures {
  rg_closure_group *groups;
  size_t num_groups;
  rg_node *nodes; /* the closures, group by group */
};

// From closures over captured variables to values, through passages, with a stack of its own.
struct collector {
  const rg_graph *graph;
  const rg_dominators *dominators; // NULL: values count with their own bytes, else with what they retain
  uint32_t *seen; // by node: the last group that came by, plus one
  rg_node *stack;
  size_t num_stack;
  size_t stack_capacity;
};

static void deinit_collector(struct collector *collector)
{
  rgi_free(collector->seen);
  rgi_free(collector->stack);
}

static rg_error *push(struct collector *collector, rg_node node)
{
  RGI_TRY(rgi_reserve(&collector->stack, &collector->stack_capacity, collector->num_stack + 1));
  collector->stack[collector->num_stack++] = node;
  return NULL;
}

static uint64_t size_of(const struct collector *collector, rg_node node)
{
  return collector->dominators ? rg_dominators_retained(collector->dominators, node)
                               : rg_graph_node_size(collector->graph, node);
}

// Takes a captured value into account once for its group; a passage is gone through instead.
static rg_error *collect_target(struct collector *collector, rg_node node, uint32_t mark, uint64_t *sum)
{
  if (collector->seen[node] == mark)
    return NULL;
  collector->seen[node] = mark;
  if (rg_graph_node_flags(collector->graph, node) & RG_NODE_PASSAGE)
    return push(collector, node);
  *sum += size_of(collector, node);
  return NULL;
}

static rg_error *collect(struct collector *collector, rg_node closure, uint32_t mark, uint64_t *sum)
{
  const rg_graph *graph = collector->graph;
  RGI_TRY(push(collector, closure));
  while (collector->num_stack) {
    rg_node node = collector->stack[--collector->num_stack];
    rg_edge end = rg_graph_edges_end(graph, node);
    for (rg_edge edge = rg_graph_edges_begin(graph, node); edge < end; edge++) {
      if (rg_graph_edge_kind(graph, edge) == RG_EDGE_CAPTURED)
        RGI_TRY(collect_target(collector, rg_graph_edge_target(graph, edge), mark, sum));
    }
  }
  return NULL;
}

// `sums` are added to, group by group.
static rg_error *sum_up(const rg_graph *graph, const rg_dominators *dominators, const rg_closures *closures,
                        uint64_t *sums)
{
  __attribute__((cleanup(deinit_collector))) struct collector collector = {graph, dominators, NULL, NULL, 0, 0};
  collector.seen = rgi_alloc(rg_graph_num_nodes(graph), sizeof(*collector.seen));
  if (!collector.seen)
    return rgi_out_of_memory();
  for (uint32_t i = 0; i < closures->num_groups; i++) {
    for (uint32_t node_i = 0; node_i < closures->groups[i].num_nodes; node_i++)
      RGI_TRY(collect(&collector, closures->groups[i].nodes[node_i], i + 1, &sums[i]));
  }
  return NULL;
}

static rg_error *measure_captured(const rg_graph *graph, rg_closures *closures)
{
  RGI_SCOPED_FREE uint64_t *sizes = rgi_alloc(closures->num_groups, sizeof(*sizes));
  if (!sizes)
    return rgi_out_of_memory();
  RGI_TRY(sum_up(graph, NULL, closures, sizes));
  for (size_t i = 0; i < closures->num_groups; i++)
    closures->groups[i].captured_size = sizes[i];
  return NULL;
}

// Closures without a site form one group, behind all sites.
static size_t place_of(const rg_graph *graph, rg_node node)
{
  rg_site site = rg_graph_node_site(graph, node);
  return site == RG_SITE_NONE ? rg_graph_num_sites(graph) : site;
}

static bool is_closure(const rg_graph *graph, rg_node node)
{
  return rg_graph_node_flags(graph, node) & RG_NODE_CLOSURE;
}

static rg_error *count_sites(const rg_graph *graph, size_t *begin, rg_closures *closures)
{
  size_t num_places = (size_t)rg_graph_num_sites(graph) + 1, num_closures = 0;
  for (rg_node node = 1; node < rg_graph_num_nodes(graph); node++) {
    if (is_closure(graph, node))
      begin[place_of(graph, node)]++;
  }
  for (size_t i = 0; i < num_places; i++) {
    size_t num = begin[i];
    closures->num_groups += num > 0;
    begin[i] = num_closures;
    num_closures += num;
  }
  closures->groups = rgi_alloc(closures->num_groups, sizeof(*closures->groups));
  closures->nodes = rgi_alloc(num_closures, sizeof(*closures->nodes));
  return closures->groups && closures->nodes ? NULL : rgi_out_of_memory();
}

// `ends[i]` is where the closures of place `i` end, by now.
static void set_groups(const rg_graph *graph, const size_t *ends, rg_closures *closures)
{
  size_t begin = 0;
  rg_closure_group *group = closures->groups;
  for (size_t i = 0; i <= rg_graph_num_sites(graph); begin = ends[i++]) {
    if (ends[i] == begin)
      continue;
    *group = (rg_closure_group){.site = i < rg_graph_num_sites(graph) ? (rg_site)i : RG_SITE_NONE};
    group->nodes = closures->nodes + begin;
    group->num_nodes = (uint32_t)(ends[i] - begin);
    group->is_implicit = true;
    for (uint32_t node_i = 0; node_i < group->num_nodes; node_i++)
      group->is_implicit &= (rg_graph_node_flags(graph, group->nodes[node_i]) & RG_NODE_IMPLICIT) != 0;
    group++;
  }
}

static rg_error *group_by_site(const rg_graph *graph, rg_closures *closures)
{
  RGI_SCOPED_FREE size_t *places = rgi_alloc((size_t)rg_graph_num_sites(graph) + 1, sizeof(*places));
  if (!places)
    return rgi_out_of_memory();
  RGI_TRY(count_sites(graph, places, closures));
  for (rg_node node = 1; node < rg_graph_num_nodes(graph); node++) {
    if (is_closure(graph, node))
      closures->nodes[places[place_of(graph, node)]++] = node;
  }
  set_groups(graph, places, closures);
  return NULL;
}

static int compare_sites(const rg_graph *graph, rg_site a, rg_site b)
{
  if (a == RG_SITE_NONE || b == RG_SITE_NONE)
    return (a == RG_SITE_NONE) - (b == RG_SITE_NONE);
  rg_site_info x = rg_graph_site(graph, a), y = rg_graph_site(graph, b);
  int order = strcmp(x.name, y.name);
  order = order ? order : strcmp(x.file, y.file);
  order = order ? order : (x.line > y.line) - (x.line < y.line);
  return order ? order : (a > b) - (a < b);
}

static int compare_groups(const void *a, const void *b, void *graph)
{
  const rg_closure_group *x = a, *y = b;
  if (x->captured_size != y->captured_size)
    return x->captured_size > y->captured_size ? -1 : 1;
  if (x->num_nodes != y->num_nodes)
    return x->num_nodes > y->num_nodes ? -1 : 1;
  return compare_sites(graph, x->site, y->site);
}

static void destroy_scoped(rg_closures **closures)
{
  rg_closures_destroy(*closures);
}

rg_error *rg_closures_create(const rg_graph *graph, rg_closures **ret)
{
  __attribute__((cleanup(destroy_scoped))) rg_closures *closures = rgi_alloc(1, sizeof(*closures));
  if (!closures)
    return rgi_out_of_memory();
  RGI_TRY(group_by_site(graph, closures));
  RGI_TRY(measure_captured(graph, closures));
  qsort_r(closures->groups, closures->num_groups, sizeof(*closures->groups), compare_groups,
          (void *)(uintptr_t)graph);
  *ret = rgi_take(closures);
  return NULL;
}

/* --- what sites retain -------------------------------------------------------------------------------------------- */

static rg_error *measure_retained(rg_closures *closures, const rg_graph *graph, const rg_dominators *dominators)
{
  size_t num = closures->num_groups;
  RGI_SCOPED_FREE rg_node_set *sets = rgi_alloc(num, sizeof(*sets));
  RGI_SCOPED_FREE uint64_t *promises = rgi_alloc(num, sizeof(*promises));
  RGI_SCOPED_FREE uint64_t *retained = rgi_alloc(num, sizeof(*retained));
  if (!sets || !promises || !retained)
    return rgi_out_of_memory();
  for (size_t i = 0; i < num; i++)
    sets[i] = (rg_node_set){closures->groups[i].nodes, closures->groups[i].num_nodes};
  RGI_TRY(sum_up(graph, dominators, closures, promises));
  RGI_TRY(rgi_measure_sets(graph, dominators, sets, num, RG_CLOSURES_NUM_EXACT, promises, retained));
  for (size_t i = 0; i < num; i++)
    closures->groups[i].retained = retained[i];
  return NULL;
}

static int compare_retained(const void *a, const void *b, void *graph)
{
  const rg_closure_group *x = a, *y = b;
  if (x->retained != y->retained)
    return x->retained > y->retained ? -1 : 1;
  return compare_groups(a, b, graph);
}

rg_error *rg_closures_measure(rg_closures *closures, const rg_graph *graph, const rg_dominators *dominators)
{
  RGI_TRY(measure_retained(closures, graph, dominators));
  qsort_r(closures->groups, closures->num_groups, sizeof(*closures->groups), compare_retained,
          (void *)(uintptr_t)graph);
  return NULL;
}

/* --- public ------------------------------------------------------------------------------------------------------- */

void rg_closures_destroy(rg_closures *closures)
{
  if (!closures)
    return;
  rgi_free(closures->groups);
  rgi_free(closures->nodes);
  rgi_free(closures);
}

size_t rg_closures_num_groups(const rg_closures *closures)
{
  return closures->num_groups;
}

rg_closure_group rg_closures_group(const rg_closures *closures, size_t i)
{
  return closures->groups[i];
}
