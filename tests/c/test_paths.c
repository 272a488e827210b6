/* Shortest paths from the roots, against a plain search that relaxes edges until nothing changes. */
#include <criterion/criterion.h>

#include <stdlib.h>

#include "../../src/base/alloc.h"
#include "heap.h"

static rg_paths *find_paths(const rg_graph *graph, rg_node avoid)
{
  rg_path_options options = RG_PATH_OPTIONS_INIT;
  options.avoid = avoid;
  rg_paths *paths;
  cr_assert_null(rg_paths_create(graph, &options, &paths));
  return paths;
}

static uint32_t length_of(const rg_graph *graph, rg_edge edge)
{
  return rg_graph_node_flags(graph, rg_graph_edge_target(graph, edge)) & RG_NODE_PASSAGE ? 0 : 1;
}

static bool is_strong(const rg_graph *graph, rg_edge edge)
{
  return RG_EDGE_KINDS_STRONG & RG_EDGE_KIND_BIT(rg_graph_edge_kind(graph, edge));
}

/* What a path to a node costs, and the first root edge that a path of this cost can begin with. */
struct reach {
  uint32_t distance;
  rg_edge root;
};

static bool relax(const rg_graph *graph, rg_edge edge, rg_node avoid, struct reach *reaches)
{
  rg_node source = rg_graph_edge_source(graph, edge), target = rg_graph_edge_target(graph, edge);
  if (source == avoid || !is_strong(graph, edge) || reaches[source].distance == RG_DISTANCE_NONE)
    return false;
  struct reach via = reaches[source];
  via.distance += length_of(graph, edge);
  via.root = source == RG_NODE_ROOT ? edge : via.root;
  struct reach *known = &reaches[target];
  if (via.distance > known->distance || (via.distance == known->distance && via.root >= known->root))
    return false;
  *known = via;
  return true;
}

static struct reach *relax_all(const rg_graph *graph, rg_node avoid)
{
  uint32_t num_nodes = rg_graph_num_nodes(graph);
  struct reach *reaches = calloc(num_nodes, sizeof(*reaches));
  for (rg_node node = 0; node < num_nodes; node++)
    reaches[node] = (struct reach){RG_DISTANCE_NONE, RG_EDGE_NONE};
  reaches[RG_NODE_ROOT] = (struct reach){0, 0};
  for (bool has_changed = true; has_changed;) {
    has_changed = false;
    for (rg_edge edge = 0; edge < rg_graph_num_edges(graph); edge++)
      has_changed |= relax(graph, edge, avoid, reaches);
  }
  return reaches;
}

static rg_edge root_edge_of(const rg_paths *paths, rg_node node)
{
  while (rg_paths_parent(paths, node) != RG_NODE_ROOT)
    node = rg_paths_parent(paths, node);
  return rg_paths_edge(paths, node);
}

static void check_against_plain_search(const rg_graph *graph, rg_node avoid)
{
  rg_paths *paths = find_paths(graph, avoid);
  struct reach *reaches = relax_all(graph, avoid);
  for (rg_node node = 1; node < rg_graph_num_nodes(graph); node++) {
    cr_assert_eq(rg_paths_distance(paths, node), reaches[node].distance);
    rg_edge edge = rg_paths_edge(paths, node);
    if (reaches[node].distance == RG_DISTANCE_NONE) {
      cr_assert_eq(edge, RG_EDGE_NONE);
      continue;
    }
    cr_assert_eq(rg_graph_edge_target(graph, edge), node);
    cr_assert(is_strong(graph, edge));
    cr_assert_eq(rg_paths_distance(paths, rg_paths_parent(paths, node)) + length_of(graph, edge),
                 reaches[node].distance);
    cr_assert_eq(root_edge_of(paths, node), reaches[node].root);
  }
  free(reaches);
  rg_paths_destroy(paths);
}

Test(paths, are_as_short_as_those_of_a_plain_search_and_prefer_the_first_root)
{
  for (uint32_t seed = 1; seed <= 2000; seed++) {
    uint32_t num_nodes = 1 + seed % 20;
    rg_graph *graph = heap_random(seed, num_nodes, seed % 60);
    check_against_plain_search(graph, RG_NODE_NONE);
    check_against_plain_search(graph, 1 + seed % num_nodes);
    rg_graph_destroy(graph);
  }
}

Test(paths, cost_nothing_through_passages)
{
  SCOPED_HEAP heaped = heap("R>f f{}>t t:passage t{screen}>c c:passage c{}>s");
  rg_paths *paths = find_paths(heaped.graph, RG_NODE_NONE);
  cr_assert_eq(rg_paths_distance(paths, heap_node(&heaped, "f")), 1);
  cr_assert_eq(rg_paths_distance(paths, heap_node(&heaped, "c")), 1);
  cr_assert_eq(rg_paths_distance(paths, heap_node(&heaped, "s")), 2);
  cr_assert_eq(rg_paths_parent(paths, heap_node(&heaped, "s")), heap_node(&heaped, "c"));
  rg_paths_destroy(paths);
}

Test(paths, begin_at_an_inferred_holder_only_where_no_other_root_leads)
{
  SCOPED_HEAP heaped = heap("R>c R>m m.a>x x.b>y y.d>t c.1>t c.2>u u>v c:external,inferred u>t");
  rg_paths *paths = find_paths(heaped.graph, RG_NODE_NONE);
  cr_assert_eq(rg_paths_parent(paths, heap_node(&heaped, "t")), heap_node(&heaped, "y"));
  cr_assert_eq(rg_paths_distance(paths, heap_node(&heaped, "t")), 4);
  cr_assert_eq(rg_paths_parent(paths, heap_node(&heaped, "u")), heap_node(&heaped, "c"));
  cr_assert_eq(rg_paths_distance(paths, heap_node(&heaped, "c")), 1);
  cr_assert_eq(rg_paths_distance(paths, heap_node(&heaped, "v")), 3);
  rg_paths_destroy(paths);
}

Test(paths, prefer_the_first_of_two_inferred_holders)
{
  SCOPED_HEAP heaped = heap("R>s R>c s>a c>a c>b s:external,inferred c:external,inferred");
  rg_paths *paths = find_paths(heaped.graph, RG_NODE_NONE);
  cr_assert_eq(rg_paths_parent(paths, heap_node(&heaped, "a")), heap_node(&heaped, "s"));
  cr_assert_eq(rg_paths_parent(paths, heap_node(&heaped, "b")), heap_node(&heaped, "c"));
  rg_paths_destroy(paths);
}

Test(paths, take_the_first_of_two_equal_variables)
{
  SCOPED_HEAP heaped = heap("R>f f{}>t t:passage t{a}>c t{b}>d c:passage d:passage c{}>s d{}>s");
  rg_paths *paths = find_paths(heaped.graph, RG_NODE_NONE);
  cr_assert_eq(rg_paths_parent(paths, heap_node(&heaped, "s")), heap_node(&heaped, "c"));
  rg_paths_destroy(paths);
}

Test(paths, never_use_a_weak_edge)
{
  SCOPED_HEAP heaped = heap("R>a a~>b a>c c>d d>b");
  rg_paths *paths = find_paths(heaped.graph, RG_NODE_NONE);
  cr_assert_eq(rg_paths_parent(paths, heap_node(&heaped, "b")), heap_node(&heaped, "d"));
  rg_paths_destroy(paths);
}

Test(paths, use_only_the_kinds_that_are_asked_for)
{
  SCOPED_HEAP heaped = heap("R>a a!code>b a>c c>b");
  rg_path_options options = RG_PATH_OPTIONS_INIT;
  options.kinds = RG_EDGE_KINDS_STRONG & ~RG_EDGE_KIND_BIT(RG_EDGE_INTERNAL);
  rg_paths *paths;
  cr_assert_null(rg_paths_create(heaped.graph, &options, &paths));
  cr_assert_eq(rg_paths_parent(paths, heap_node(&heaped, "b")), heap_node(&heaped, "c"));
  rg_paths_destroy(paths);
}

Test(paths, reach_a_node_to_be_avoided_and_end_there)
{
  SCOPED_HEAP heaped = heap("R>a a>t t>b");
  rg_paths *paths = find_paths(heaped.graph, heap_node(&heaped, "t"));
  cr_assert_eq(rg_paths_distance(paths, heap_node(&heaped, "t")), 2);
  cr_assert_eq(rg_paths_distance(paths, heap_node(&heaped, "b")), RG_DISTANCE_NONE);
  cr_assert_eq(rg_paths_parent(paths, heap_node(&heaped, "b")), RG_NODE_NONE);
  rg_paths_destroy(paths);
}

Test(paths, of_a_graph_without_roots_reach_nothing)
{
  SCOPED_HEAP heaped = heap("a>b b>a");
  rg_paths *paths = find_paths(heaped.graph, RG_NODE_NONE);
  cr_assert_eq(rg_paths_distance(paths, RG_NODE_ROOT), 0);
  cr_assert_eq(rg_paths_edge(paths, RG_NODE_ROOT), RG_EDGE_NONE);
  cr_assert_eq(rg_paths_distance(paths, heap_node(&heaped, "a")), RG_DISTANCE_NONE);
  rg_paths_destroy(paths);
}

Test(paths, of_a_million_steps_work)
{
  rg_graph *graph = heap_chain(1000000);
  rg_paths *paths = find_paths(graph, RG_NODE_NONE);
  cr_assert_eq(rg_paths_distance(paths, 1000000), 1000000);
  rg_paths_destroy(paths);
  rg_graph_destroy(graph);
}

Test(paths, survive_every_failing_allocation)
{
  SCOPED_HEAP heaped = heap("R>a a>b b>a");
  rg_paths *paths;
  cr_assert_gt(HEAP_TORTURE(rg_paths_create(heaped.graph, NULL, &paths), rg_paths_destroy(paths)), 0);
}
