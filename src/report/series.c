/* How many objects the groups had in each graph of a series, and how many items those had in what they capture. */
#include <stdlib.h>

#include "../base/sort.h"
#include "report-internal.h"

void rgi_series_deinit(struct rgi_series *series)
{
  for (size_t i = 0; i < series->num; i++)
    rgi_free(series->rounds[i].counts);
  rgi_free(series->rounds);
  rgi_free(series->first);
}

/* --- items -------------------------------------------------------------------------------------------------------- */

struct items {
  const rg_graph *graph;
  const rg_paths *paths;
  uint64_t num;
};

// A table of weak references keeps nothing.
static bool is_weak_table(const rg_graph *graph, rg_node node)
{
  rg_edge edge = rg_graph_edges_begin(graph, node);
  return edge < rg_graph_edges_end(graph, node) &&
         rgi_is_a(graph, rg_graph_edge_target(graph, edge), "weakref", "weakref");
}

static void count_items(struct items *items, rg_node node)
{
  uint32_t length = rg_graph_node(items->graph, node).length;
  bool is_container = length != RG_LENGTH_NONE && rg_graph_node_category(items->graph, node) == RG_CATEGORY_CONTAINER;
  if (is_container && !is_weak_table(items->graph, node))
    items->num += length;
}

// A variable of a module grows on its own account, whoever has it for a default argument, too.
static bool is_of_module(const struct items *items, rg_node node)
{
  rg_node holder = rgi_hold_of(items->graph, items->paths, node).holder;
  return holder != RG_NODE_NONE && rg_graph_node_category(items->graph, holder) == RG_CATEGORY_MODULE;
}

static rg_error *count_captured(void *context, const struct rgi_captured *captured)
{
  struct items *items = context;
  if (!is_of_module(items, captured->value))
    count_items(items, captured->value);
  return NULL;
}

// Other kinds have attributes and locals that come and go for reasons of their own.
static rg_error *count_all_items(const struct rgi_analysis *analysis, const struct rgi_suspect *group,
                                 uint64_t *num_ret)
{
  const rg_graph *graph = analysis->graph;
  struct items items = {graph, analysis->paths, 0};
  for (uint32_t i = 0; i < group->num_nodes; i++) {
    if (group->suspect == RGI_SUSPECT_FUNCTION)
      RGI_TRY(rgi_captured_visit(graph, group->suspect, group->nodes[i], count_captured, &items));
    else if (group->suspect == RGI_SUSPECT_CACHE)
      count_items(&items, rgi_field_of(graph, group->nodes[i], "cache"));
  }
  *num_ret = items.num;
  return NULL;
}

/* --- the first graph ---------------------------------------------------------------------------------------------- */

static int compare_addresses(const void *a, const void *b)
{
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

static rg_error *note_first(struct rgi_series *series, const struct rgi_analysis *analysis)
{
  const struct rgi_suspects *groups = &analysis->groups;
  size_t num = 0;
  for (size_t i = 0; i < groups->num; i++)
    num += groups->groups[i].num_nodes;
  series->first = rgi_alloc(num, sizeof(*series->first));
  if (!series->first)
    return rgi_out_of_memory();
  for (size_t i = 0; i < groups->num; i++) {
    for (uint32_t node_i = 0; node_i < groups->groups[i].num_nodes; node_i++)
      series->first[series->num_first++] = rg_graph_node(analysis->graph, groups->groups[i].nodes[node_i]).address;
  }
  rgi_sort(series->first, num, sizeof(*series->first), compare_addresses);
  return NULL;
}

bool rgi_series_had_first(const struct rgi_series *series, uint64_t address)
{
  return !address || bsearch(&address, series->first, series->num_first, sizeof(address), compare_addresses);
}

/* --- rounds ------------------------------------------------------------------------------------------------------- */

static uint64_t measure_reached(const struct rgi_analysis *analysis)
{
  uint64_t size = 0;
  for (rg_node node = 1; node < rg_graph_num_nodes(analysis->graph); node++) {
    if (rg_paths_parent(analysis->paths, node) != RG_NODE_NONE)
      size += rg_graph_node_size(analysis->graph, node);
  }
  return size;
}

rg_error *rgi_series_add(struct rgi_series *series, const struct rgi_analysis *analysis)
{
  const struct rgi_suspects *groups = &analysis->groups;
  if (!series->first)
    RGI_TRY(note_first(series, analysis));
  RGI_TRY(rgi_reserve(&series->rounds, &series->capacity, series->num + 1));
  RGI_SCOPED_FREE struct rgi_count *counts = rgi_alloc(groups->num, sizeof(*counts));
  if (!counts)
    return rgi_out_of_memory();
  for (size_t i = 0; i < groups->num; i++) {
    counts[i] = (struct rgi_count){groups->groups[i].fingerprint, groups->groups[i].num_nodes, 0};
    RGI_TRY(count_all_items(analysis, &groups->groups[i], &counts[i].num_items));
  }
  series->rounds[series->num++] = (struct rgi_round){rgi_take(counts), groups->num, measure_reached(analysis)};
  return NULL;
}

uint64_t rgi_series_gain(const struct rgi_series *series)
{
  enum { MUCH = 50000 }; // bytes a round
  for (size_t i = 1; i < series->num; i++) {
    if (series->rounds[i].reached < series->rounds[i - 1].reached + MUCH)
      return 0;
  }
  return series->num < series->min_rounds ? 0 : series->rounds[series->num - 1].reached - series->rounds[0].reached;
}

struct rgi_count rgi_series_count(const struct rgi_series *series, size_t round, uint64_t fingerprint)
{
  const struct rgi_count *counts = series->rounds[round].counts;
  size_t begin = 0, end = series->rounds[round].num;
  while (begin < end) {
    size_t middle = begin + (end - begin) / 2;
    if (counts[middle].fingerprint < fingerprint)
      begin = middle + 1;
    else
      end = middle;
  }
  bool is_found = begin < series->rounds[round].num && counts[begin].fingerprint == fingerprint;
  return is_found ? counts[begin] : (struct rgi_count){.fingerprint = fingerprint};
}

enum rgi_growth rgi_series_growth(const struct rgi_series *series, uint64_t fingerprint)
{
  bool has_more_copies = true, has_as_many_copies = true, has_more_items = true;
  for (size_t i = 1; i < series->num; i++) {
    struct rgi_count before = rgi_series_count(series, i - 1, fingerprint);
    struct rgi_count count = rgi_series_count(series, i, fingerprint);
    has_more_copies &= count.num_nodes > before.num_nodes;
    has_as_many_copies &= count.num_nodes == before.num_nodes;
    has_more_items &= count.num_items > before.num_items;
  }
  if (series->num < series->min_rounds)
    return RGI_GROWTH_NONE;
  return has_more_copies ? RGI_GROWTH_COPIES
         : has_as_many_copies && has_more_items ? RGI_GROWTH_ITEMS
                                                : RGI_GROWTH_NONE;
}
