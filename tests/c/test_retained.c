/* What sets of nodes retain, against one plain search a set. */
#include <criterion/criterion.h>

#include <stdlib.h>

#include "../../src/base/alloc.h"
#include "heap.h"

/* --- a plain oracle ----------------------------------------------------------------------------------------------- */

static bool contains(const rg_node_set *set, rg_node node)
{
  for (size_t i = 0; set && i < set->num_nodes; i++) {
    if (set->nodes[i] == node)
      return true;
  }
  return false;
}

static bool *find_reached(const rg_graph *graph, rg_edge_kinds kinds, const rg_node_set *without)
{
  bool *reached = calloc(rg_graph_num_nodes(graph), sizeof(*reached));
  reached[RG_NODE_ROOT] = !contains(without, RG_NODE_ROOT);
  for (bool has_changed = true; has_changed;) {
    has_changed = false;
    for (rg_edge edge = 0; edge < rg_graph_num_edges(graph); edge++) {
      rg_node target = rg_graph_edge_target(graph, edge);
      bool is_followed = kinds & RG_EDGE_KIND_BIT(rg_graph_edge_kind(graph, edge)) && !contains(without, target);
      if (is_followed && !reached[target] && reached[rg_graph_edge_source(graph, edge)])
        has_changed = reached[target] = true;
    }
  }
  return reached;
}

static rg_retained retained_by(const rg_graph *graph, rg_edge_kinds kinds, const rg_node_set *set)
{
  rg_retained retained = {0};
  bool *before = find_reached(graph, kinds, NULL), *after = find_reached(graph, kinds, set);
  for (rg_node node = 0; node < rg_graph_num_nodes(graph); node++) {
    if (!contains(set, node) && (!before[node] || after[node]))
      continue;
    retained.num_nodes++;
    retained.size += rg_graph_node_size(graph, node);
  }
  free(before);
  free(after);
  return retained;
}

static void check_against_plain_searches(const rg_graph *graph, rg_edge_kinds kinds, uint32_t seed, size_t num_sets)
{
  rg_node nodes[200][3];
  rg_node_set sets[200];
  rg_retained retained[200];
  uint32_t state = seed;
  for (size_t i = 0; i < num_sets; i++) {
    sets[i] = (rg_node_set){nodes[i], heap_random_below(&state, 4)};
    for (size_t node_i = 0; node_i < 3; node_i++)
      nodes[i][node_i] = heap_random_below(&state, rg_graph_num_nodes(graph));
  }
  cr_assert_null(rg_retained_by_sets(graph, kinds, sets, num_sets, retained));
  for (size_t i = 0; i < num_sets; i++) {
    rg_retained expected = retained_by(graph, kinds, &sets[i]);
    cr_assert_eq(retained[i].num_nodes, expected.num_nodes);
    cr_assert_eq(retained[i].size, expected.size);
  }
}

Test(retained, by_random_sets_is_what_a_plain_search_without_them_does_not_reach)
{
  for (uint32_t seed = 1; seed <= 1000; seed++) {
    rg_graph *graph = heap_random(seed, 1 + seed % 25, seed % 70);
    check_against_plain_searches(graph, RG_EDGE_KINDS_STRONG, seed, seed % 8);
    check_against_plain_searches(graph, RG_EDGE_KIND_BIT(RG_EDGE_ATTRIBUTE), seed, 2);
    rg_graph_destroy(graph);
  }
}

Test(retained, is_found_for_more_sets_than_a_pass_has_bits)
{
  for (uint32_t seed = 1; seed <= 10; seed++) {
    rg_graph *graph = heap_random(seed, 60, 120);
    for (size_t num_sets = 62; num_sets <= 65; num_sets++)
      check_against_plain_searches(graph, RG_EDGE_KINDS_STRONG, seed, num_sets);
    check_against_plain_searches(graph, RG_EDGE_KINDS_STRONG, seed, 200);
    rg_graph_destroy(graph);
  }
}

/* --- facts -------------------------------------------------------------------------------------------------------- */

static rg_retained retained_by_both(const struct heap *heap, const char *first, const char *second)
{
  rg_node nodes[] = {heap_node(heap, first), heap_node(heap, second)};
  rg_retained retained;
  cr_assert_null(rg_retained_by_sets(heap->graph, 0, &(rg_node_set){nodes, 2}, 1, &retained));
  return retained;
}

Test(retained, by_two_is_more_than_by_each)
{
  SCOPED_HEAP heaped = heap("R>a R>b a>c b>c a:size=1 b:size=2 c:size=4");
  rg_retained retained = retained_by_both(&heaped, "a", "b");
  cr_assert_eq(retained.num_nodes, 3);
  cr_assert_eq(retained.size, 7);
  cr_assert_eq(retained_by_both(&heaped, "a", "a").size, 1);
}

Test(retained, counts_an_unreached_node_for_a_set_that_it_is_in_alone)
{
  SCOPED_HEAP heaped = heap("R>a g>h h>g a>b g:size=1 h:size=2 a:size=4 b:size=8");
  cr_assert_eq(retained_by_both(&heaped, "g", "a").size, 13);
}

Test(retained, does_not_pass_weak_edges)
{
  SCOPED_HEAP heaped = heap("R>a a>b R>w w~>b a:size=1 b:size=2");
  cr_assert_eq(retained_by_both(&heaped, "a", "a").size, 3);
}

Test(retained, survives_every_failing_allocation)
{
  SCOPED_HEAP heaped = heap("R>a a>b b>a");
  rg_node node = 1;
  rg_retained retained;
  rg_node_set set = {&node, 1};
  cr_assert_gt(HEAP_TORTURE(rg_retained_by_sets(heaped.graph, 0, &set, 1, &retained), (void)0), 0);
}
