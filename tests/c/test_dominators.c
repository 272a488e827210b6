/* Dominators and retained sizes, against what is left of a graph when one node is taken away. */
#include <criterion/criterion.h>

#include <pthread.h>
#include <stdlib.h>

#include "../../src/base/alloc.h"
#include "heap.h"

static rg_dominators *find_dominators(const rg_graph *graph)
{
  rg_dominators *dominators;
  cr_assert_null(rg_dominators_create(graph, NULL, &dominators));
  return dominators;
}

static void destroy_scoped(rg_dominators **dominators)
{
  rg_dominators_destroy(*dominators);
}
#define SCOPED_DOMINATORS __attribute__((cleanup(destroy_scoped))) rg_dominators

/* --- a plain oracle ----------------------------------------------------------------------------------------------- */

/* Marks what the super-root reaches without `removed`. */
static void mark_reached(const rg_graph *graph, rg_edge_kinds kinds, rg_node removed, bool *reached)
{
  reached[RG_NODE_ROOT] = removed != RG_NODE_ROOT;
  for (bool has_changed = true; has_changed;) {
    has_changed = false;
    for (rg_edge edge = 0; edge < rg_graph_num_edges(graph); edge++) {
      rg_node target = rg_graph_edge_target(graph, edge);
      bool is_followed = kinds & RG_EDGE_KIND_BIT(rg_graph_edge_kind(graph, edge));
      if (is_followed && target != removed && !reached[target] && reached[rg_graph_edge_source(graph, edge)])
        has_changed = reached[target] = true;
    }
  }
}

/* dominates[a * num_nodes + b]: a root reaches `b`, but not without `a`. */
static bool *find_dominance(const rg_graph *graph, rg_edge_kinds kinds)
{
  uint32_t num_nodes = rg_graph_num_nodes(graph);
  bool *dominates = calloc((size_t)num_nodes * num_nodes, sizeof(*dominates));
  bool *reached = calloc(num_nodes, sizeof(*reached));
  mark_reached(graph, kinds, RG_NODE_NONE, reached);
  for (rg_node a = 0; a < num_nodes; a++) {
    bool *left = calloc(num_nodes, sizeof(*left));
    mark_reached(graph, kinds, a, left);
    for (rg_node b = 0; b < num_nodes; b++)
      dominates[a * num_nodes + b] = reached[b] && !left[b];
    free(left);
  }
  free(reached);
  return dominates;
}

/* The dominator, other than the node, that all others dominate. */
static rg_node nearest_dominator(const bool *dominates, uint32_t num_nodes, rg_node node)
{
  rg_node nearest = RG_NODE_NONE;
  for (rg_node a = 0; a < num_nodes; a++) {
    if (a != node && dominates[a * num_nodes + node] &&
        (nearest == RG_NODE_NONE || dominates[nearest * num_nodes + a]))
      nearest = a;
  }
  return nearest;
}

static uint64_t size_under(const rg_graph *graph, const bool *dominates, rg_node node)
{
  uint32_t num_nodes = rg_graph_num_nodes(graph);
  if (!dominates[node * num_nodes + node])
    return rg_graph_node_size(graph, node);
  uint64_t size = 0;
  for (rg_node b = 0; b < num_nodes; b++)
    size += dominates[node * num_nodes + b] ? rg_graph_node_size(graph, b) : 0;
  return size;
}

static void check_against_removal(const rg_graph *graph, rg_edge_kinds kinds)
{
  rg_dominator_options options = RG_DOMINATOR_OPTIONS_INIT;
  options.kinds = kinds;
  SCOPED_DOMINATORS *dominators;
  cr_assert_null(rg_dominators_create(graph, &options, &dominators));
  bool *dominates = find_dominance(graph, kinds);
  uint32_t num_nodes = rg_graph_num_nodes(graph);
  for (rg_node node = 0; node < num_nodes; node++) {
    cr_assert_eq(rg_dominators_parent(dominators, node), nearest_dominator(dominates, num_nodes, node));
    cr_assert_eq(rg_dominators_retained(dominators, node), size_under(graph, dominates, node));
  }
  free(dominates);
}

Test(dominators, of_random_graphs_are_the_nodes_without_which_nothing_is_reached)
{
  for (uint32_t seed = 1; seed <= 3000; seed++) {
    rg_graph *graph = heap_random(seed, 1 + seed % 20, seed % 70);
    check_against_removal(graph, RG_EDGE_KINDS_STRONG);
    check_against_removal(graph, RG_EDGE_KIND_BIT(RG_EDGE_ATTRIBUTE));
    rg_graph_destroy(graph);
  }
}

Test(dominators, of_deeper_random_graphs_are_the_nodes_without_which_nothing_is_reached)
{
  for (uint32_t seed = 1; seed <= 60; seed++) {
    rg_graph *graph = heap_random(seed, 100, 120 + seed);
    check_against_removal(graph, RG_EDGE_KINDS_STRONG);
    rg_graph_destroy(graph);
  }
}

/* --- facts -------------------------------------------------------------------------------------------------------- */

static rg_node parent_of(const struct heap *heap, const rg_dominators *dominators, const char *name)
{
  return rg_dominators_parent(dominators, heap_node(heap, name));
}

static uint64_t retained_by(const struct heap *heap, const rg_dominators *dominators, const char *name)
{
  return rg_dominators_retained(dominators, heap_node(heap, name));
}

Test(dominators, count_what_two_hold_for_whoever_holds_both)
{
  SCOPED_HEAP heaped = heap("R>a a>b a>c b>d c>d d>e a:size=1 b:size=2 c:size=4 d:size=8 e:size=16");
  SCOPED_DOMINATORS *dominators = find_dominators(heaped.graph);
  cr_assert_eq(parent_of(&heaped, dominators, "d"), heap_node(&heaped, "a"));
  cr_assert_eq(parent_of(&heaped, dominators, "e"), heap_node(&heaped, "d"));
  cr_assert_eq(retained_by(&heaped, dominators, "a"), 31);
  cr_assert_eq(retained_by(&heaped, dominators, "b"), 2);
  cr_assert_eq(retained_by(&heaped, dominators, "d"), 24);
}

Test(dominators, of_the_super_root_are_none_and_it_retains_all_that_is_reached)
{
  SCOPED_HEAP heaped = heap("R>a a>b c>b a:size=1 b:size=2 c:size=4");
  SCOPED_DOMINATORS *dominators = find_dominators(heaped.graph);
  cr_assert_eq(rg_dominators_parent(dominators, RG_NODE_ROOT), RG_NODE_NONE);
  cr_assert_eq(rg_dominators_retained(dominators, RG_NODE_ROOT), 3);
}

Test(dominators, are_not_there_for_what_no_root_reaches_which_retains_itself_alone)
{
  SCOPED_HEAP heaped = heap("R>a b>c c>b a:size=1 b:size=2 c:size=4");
  SCOPED_DOMINATORS *dominators = find_dominators(heaped.graph);
  cr_assert_eq(parent_of(&heaped, dominators, "b"), RG_NODE_NONE);
  cr_assert_eq(retained_by(&heaped, dominators, "b"), 2);
  cr_assert_eq(retained_by(&heaped, dominators, "c"), 4);
}

Test(dominators, ignore_an_unreached_holder)
{
  SCOPED_HEAP heaped = heap("R>a a>b g>b b:size=2");
  SCOPED_DOMINATORS *dominators = find_dominators(heaped.graph);
  cr_assert_eq(parent_of(&heaped, dominators, "b"), heap_node(&heaped, "a"));
}

Test(dominators, ignore_weak_edges)
{
  SCOPED_HEAP heaped = heap("R>a a>b R>w w~>b");
  SCOPED_DOMINATORS *dominators = find_dominators(heaped.graph);
  cr_assert_eq(parent_of(&heaped, dominators, "b"), heap_node(&heaped, "a"));
}

Test(dominators, are_not_changed_by_parallel_edges_and_loops)
{
  SCOPED_HEAP heaped = heap("R>a R>a a>b a.x>b a>a b>b b>c b[0]>c b[1]>c c>a");
  SCOPED_DOMINATORS *dominators = find_dominators(heaped.graph);
  cr_assert_eq(parent_of(&heaped, dominators, "a"), RG_NODE_ROOT);
  cr_assert_eq(parent_of(&heaped, dominators, "b"), heap_node(&heaped, "a"));
  cr_assert_eq(parent_of(&heaped, dominators, "c"), heap_node(&heaped, "b"));
}

Test(dominators, of_a_shared_passage_are_those_of_a_node)
{
  SCOPED_HEAP heaped = heap("R>f R>g f{}>c g{}>c c:passage c{x}>v v:size=8");
  SCOPED_DOMINATORS *dominators = find_dominators(heaped.graph);
  cr_assert_eq(parent_of(&heaped, dominators, "c"), RG_NODE_ROOT);
  cr_assert_eq(parent_of(&heaped, dominators, "v"), heap_node(&heaped, "c"));
  cr_assert_eq(retained_by(&heaped, dominators, "f"), 0);
}

/* Its semidominator is not its dominator: the case for which one pass is not enough. */
Test(dominators, are_not_the_semidominators)
{
  SCOPED_HEAP heaped = heap("R>a a>b b>c c>d R>c b>d");
  SCOPED_DOMINATORS *dominators = find_dominators(heaped.graph);
  cr_assert_eq(parent_of(&heaped, dominators, "c"), RG_NODE_ROOT);
  cr_assert_eq(parent_of(&heaped, dominators, "d"), RG_NODE_ROOT);
}

Test(dominators, count_sizes_beyond_4_gigabytes)
{
  SCOPED_HEAP heaped = heap("R>a a>b a>c b:size=6000000000 c:size=7000000000");
  SCOPED_DOMINATORS *dominators = find_dominators(heaped.graph);
  cr_assert_eq(retained_by(&heaped, dominators, "a"), 13000000000);
}

Test(dominators, outlive_their_graph)
{
  rg_graph *graph = heap_chain(3);
  SCOPED_DOMINATORS *dominators = find_dominators(graph);
  rg_graph_destroy(graph);
  rg_dominated children;
  cr_assert_null(rg_dominators_children(dominators, 2, &children));
  cr_assert_eq(children.num_nodes, 1);
  cr_assert_eq(children.nodes[0], 3);
}

Test(dominators, of_a_chain_of_a_million_are_found)
{
  rg_graph *graph = heap_chain(1000000);
  SCOPED_DOMINATORS *dominators = find_dominators(graph);
  cr_assert_eq(rg_dominators_parent(dominators, 1000000), 999999);
  cr_assert_eq(rg_dominators_retained(dominators, 999999), 16 + 999998 + 16 + 999999);
  rg_graph_destroy(graph);
}

/* --- children ----------------------------------------------------------------------------------------------------- */

static void check_children(const rg_graph *graph)
{
  SCOPED_DOMINATORS *dominators = find_dominators(graph);
  size_t num = 0, num_expected = 0;
  for (rg_node node = 0; node < rg_graph_num_nodes(graph); node++) {
    rg_dominated children;
    cr_assert_null(rg_dominators_children(dominators, node, &children));
    for (size_t i = 0; i < children.num_nodes; i++) {
      cr_assert_eq(rg_dominators_parent(dominators, children.nodes[i]), node);
      uint64_t retained = rg_dominators_retained(dominators, children.nodes[i]);
      uint64_t before = i ? rg_dominators_retained(dominators, children.nodes[i - 1]) : UINT64_MAX;
      cr_assert(before > retained || (before == retained && children.nodes[i - 1] < children.nodes[i]));
    }
    num += children.num_nodes;
    num_expected += rg_dominators_parent(dominators, node) != RG_NODE_NONE;
  }
  cr_assert_eq(num, num_expected);
}

Test(dominators, list_what_they_dominate_the_most_retained_first)
{
  for (uint32_t seed = 1; seed <= 300; seed++) {
    rg_graph *graph = heap_random(seed, 1 + seed % 50, 2 * (seed % 50));
    check_children(graph);
    rg_graph_destroy(graph);
  }
  SCOPED_HEAP heaped = heap("R>a R>b R>c R>d R>e a:size=5000 b:size=6000000000 c:size=7000 d:size=5000 e:size=0");
  check_children(heaped.graph);
}

static void *ask_for_children(void *dominators)
{
  rg_dominated children;
  return rg_dominators_children(dominators, RG_NODE_ROOT, &children) ? NULL : (void *)(uintptr_t)children.nodes;
}

Test(dominators, are_listed_once_for_all_threads)
{
  rg_graph *graph = heap_random(1, 1000, 3000);
  SCOPED_DOMINATORS *dominators = find_dominators(graph);
  pthread_t threads[4];
  for (size_t i = 0; i < 4; i++)
    pthread_create(&threads[i], NULL, ask_for_children, dominators);
  void *nodes[4];
  for (size_t i = 0; i < 4; i++)
    pthread_join(threads[i], &nodes[i]);
  for (size_t i = 0; i < 4; i++)
    cr_assert_eq(nodes[i], nodes[0]);
  cr_assert_not_null(nodes[0]);
  rg_graph_destroy(graph);
}

Test(dominators, survive_every_failing_allocation)
{
  SCOPED_HEAP heaped = heap("R>a a>b b>a R>b");
  rg_dominators *dominators;
  cr_assert_gt(HEAP_TORTURE(rg_dominators_create(heaped.graph, NULL, &dominators), rg_dominators_destroy(dominators)),
               0);
}

static rg_error *list_children(const rg_graph *graph, rg_dominators **ret)
{
  rg_dominators *dominators;
  rg_dominated children;
  rg_error *error = rg_dominators_create(graph, NULL, &dominators);
  if (error)
    return error;
  error = rg_dominators_children(dominators, RG_NODE_ROOT, &children);
  if (error)
    rg_dominators_destroy(dominators);
  else
    *ret = dominators;
  return error;
}

Test(dominators, survive_every_failing_allocation_of_their_listing)
{
  SCOPED_HEAP heaped = heap("R>a a>b b>a R>b");
  rg_dominators *dominators;
  cr_assert_gt(HEAP_TORTURE(list_children(heaped.graph, &dominators), rg_dominators_destroy(dominators)), 0);
}
