/* Who holds the closures of definition sites: the last object on the shortest path to each. */
#define _GNU_SOURCE // qsort_r

#include <stdlib.h>
#include <string.h>

#include "../base/alloc.h"
#include "../base/sort.h"
#include "hold.h"

struct rg_holders {
  rg_holder *holders;
  size_t num_holders;
  size_t capacity;
  size_t *begin; // by group, and one more
};

bool rgi_has_name(const rg_graph *graph, rg_edge edge)
{
  return rg_graph_edge_kind(graph, edge) == RG_EDGE_INDEX || *rg_graph_edge_name(graph, edge);
}

static bool is_passage(const rg_graph *graph, rg_node node)
{
  return node != RG_NODE_ROOT && rg_graph_node_flags(graph, node) & RG_NODE_PASSAGE;
}

struct rgi_hold rgi_hold_of(const rg_graph *graph, const rg_paths *paths, rg_node node)
{
  struct rgi_hold hold = {rg_paths_parent(paths, node), rg_paths_edge(paths, node)};
  if (hold.holder == RG_NODE_ROOT || hold.holder == RG_NODE_NONE)
    return (struct rgi_hold){hold.holder, RG_EDGE_NONE};
  while (is_passage(graph, hold.holder) && rg_paths_parent(paths, hold.holder) != RG_NODE_ROOT) {
    if (!rgi_has_name(graph, hold.edge))
      hold.edge = rg_paths_edge(paths, hold.holder);
    hold.holder = rg_paths_parent(paths, hold.holder);
  }
  return hold;
}

// Of what a container holds by data, names do not tell holders apart.
static int compare_holds(const rg_graph *graph, const rg_holder *x, const rg_holder *y)
{
  rg_type a = rg_graph_node_type(graph, x->node), b = rg_graph_node_type(graph, y->node);
  if (a != b)
    return a < b ? -1 : 1;
  rg_edge_kind kind = rg_graph_edge_kind(graph, x->edge), other = rg_graph_edge_kind(graph, y->edge);
  if (kind != other)
    return kind < other ? -1 : 1;
  if (kind == RG_EDGE_INDEX || kind == RG_EDGE_ITEM)
    return 0;
  return strcmp(rg_graph_edge_name(graph, x->edge), rg_graph_edge_name(graph, y->edge));
}

static int compare_places(const rg_holder *x, const rg_holder *y)
{
  if (x->node != y->node)
    return x->node < y->node ? -1 : 1;
  return (x->edge > y->edge) - (x->edge < y->edge);
}

static int compare_alike(const void *a, const void *b, void *graph)
{
  int order = compare_holds(graph, a, b);
  return order ? order : compare_places(a, b);
}

static int compare_most(const void *a, const void *b)
{
  const rg_holder *x = a, *y = b;
  if (x->num_closures != y->num_closures)
    return x->num_closures > y->num_closures ? -1 : 1;
  return compare_places(x, y);
}

static size_t merge_alike(const rg_graph *graph, rg_holder *holders, size_t num)
{
  size_t num_kept = 0;
  for (size_t i = 0; i < num; i++) {
    if (num_kept && !compare_holds(graph, &holders[num_kept - 1], &holders[i]))
      holders[num_kept - 1].num_closures++;
    else
      holders[num_kept++] = holders[i];
  }
  return num_kept;
}

size_t rgi_find_holders(const rg_graph *graph, const rg_paths *paths, const rg_node *nodes, size_t num_nodes,
                        rg_holder *ret)
{
  size_t num = 0;
  for (size_t i = 0; i < num_nodes; i++) {
    struct rgi_hold hold = rgi_hold_of(graph, paths, nodes[i]);
    if (hold.edge != RG_EDGE_NONE)
      ret[num++] = (rg_holder){hold.holder, hold.edge, 1};
  }
  qsort_r(ret, num, sizeof(*ret), compare_alike, (void *)(uintptr_t)graph);
  num = merge_alike(graph, ret, num);
  rgi_sort(ret, num, sizeof(*ret), compare_most);
  return num;
}

static rg_error *add_site(rg_holders *holders, const rg_graph *graph, const rg_paths *paths,
                          const rg_closure_group *site)
{
  RGI_TRY(rgi_reserve(&holders->holders, &holders->capacity, holders->num_holders + site->num_nodes));
  holders->num_holders += rgi_find_holders(graph, paths, site->nodes, site->num_nodes,
                                           holders->holders + holders->num_holders);
  return NULL;
}

static void destroy_scoped(rg_holders **holders)
{
  rg_holders_destroy(*holders);
}

rg_error *rg_holders_create(const rg_graph *graph, const rg_paths *paths, const rg_closures *closures,
                            const size_t *groups, size_t num_groups, rg_holders **ret)
{
  __attribute__((cleanup(destroy_scoped))) rg_holders *holders = rgi_alloc(1, sizeof(*holders));
  if (!holders)
    return rgi_out_of_memory();
  holders->begin = rgi_alloc(num_groups + 1, sizeof(*holders->begin));
  if (!holders->begin)
    return rgi_out_of_memory();
  for (size_t i = 0; i < num_groups; i++) {
    rg_closure_group site = rg_closures_group(closures, groups[i]);
    RGI_TRY(add_site(holders, graph, paths, &site));
    holders->begin[i + 1] = holders->num_holders;
  }
  *ret = rgi_take(holders);
  return NULL;
}

void rg_holders_destroy(rg_holders *holders)
{
  if (!holders)
    return;
  rgi_free(holders->holders);
  rgi_free(holders->begin);
  rgi_free(holders);
}

size_t rg_holders_num(const rg_holders *holders, size_t group_i)
{
  return holders->begin[group_i + 1] - holders->begin[group_i];
}

rg_holder rg_holders_get(const rg_holders *holders, size_t group_i, size_t i)
{
  return holders->holders[holders->begin[group_i] + i];
}
