/* Disjoint paths, against every choice among all paths. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "../../src/base/alloc.h"
#include "heap.h"

static void destroy_scoped(rg_disjoint_paths **paths)
{
  rg_disjoint_paths_destroy(*paths);
}
#define SCOPED_PATHS __attribute__((cleanup(destroy_scoped))) rg_disjoint_paths

static rg_disjoint_paths *find_paths(const rg_graph *graph, rg_node target, rg_edge_kinds kinds, uint32_t max_paths)
{
  rg_disjoint_options options = RG_DISJOINT_OPTIONS_INIT;
  options.kinds = kinds;
  options.max_paths = max_paths;
  rg_disjoint_paths *paths;
  cr_assert_null(rg_disjoint_paths_create(graph, target, &options, &paths));
  return paths;
}

/* --- a plain oracle ----------------------------------------------------------------------------------------------- */

enum { MOST_PATHS = 4000, MOST_DISJOINT = 16, NO_LENGTH = 1000 };

/* All simple paths from the super-root to a node: the nodes between, a bit each, and the length. */
struct listing {
  const rg_graph *graph;
  rg_edge_kinds kinds;
  rg_node target;
  uint32_t nodes[MOST_PATHS];
  uint32_t lengths[MOST_PATHS];
  size_t num;
  uint32_t best[MOST_DISJOINT + 1]; /* the least length of so many disjoint ones together */
};

static uint32_t length_of(const rg_graph *graph, rg_node node)
{
  return rg_graph_node_flags(graph, node) & RG_NODE_PASSAGE ? 0 : 1;
}

static void list_from(struct listing *listing, rg_node node, uint32_t nodes, uint32_t length)
{
  for (rg_edge edge = rg_graph_edges_begin(listing->graph, node); edge < rg_graph_edges_end(listing->graph, node); edge++) {
    rg_node next = rg_graph_edge_target(listing->graph, edge);
    if (!(listing->kinds & RG_EDGE_KIND_BIT(rg_graph_edge_kind(listing->graph, edge))) || nodes & 1u << next ||
        listing->num == MOST_PATHS)
      continue;
    uint32_t next_length = length + length_of(listing->graph, next);
    if (next != listing->target) {
      list_from(listing, next, nodes | 1u << next, next_length);
      continue;
    }
    listing->nodes[listing->num] = nodes & ~1u;
    listing->lengths[listing->num++] = next_length;
  }
}

static void choose_from(struct listing *listing, size_t begin, uint32_t nodes, size_t num, uint32_t length)
{
  if (length < listing->best[num])
    listing->best[num] = length;
  for (size_t i = begin; i < listing->num && num < MOST_DISJOINT; i++) {
    if (!(listing->nodes[i] & nodes))
      choose_from(listing, i + 1, nodes | listing->nodes[i], num + 1, length + listing->lengths[i]);
  }
}

/* Paths, and that they are so: edges that follow each other, no node of two, the shortest first. */
static uint32_t check_paths(const struct listing *listing, const rg_disjoint_paths *paths)
{
  uint32_t nodes = 0, sum = 0, last_length = 0;
  for (size_t i = 0; i < rg_disjoint_paths_num(paths); i++) {
    rg_edge_list path = rg_disjoint_paths_edges(paths, i);
    rg_node node = RG_NODE_ROOT;
    uint32_t length = 0;
    for (size_t edge_i = 0; edge_i < path.num_edges; edge_i++) {
      rg_edge edge = path.edges[edge_i];
      cr_assert(listing->kinds & RG_EDGE_KIND_BIT(rg_graph_edge_kind(listing->graph, edge)));
      cr_assert_eq(rg_graph_edge_source(listing->graph, edge), node);
      node = rg_graph_edge_target(listing->graph, edge);
      length += length_of(listing->graph, node);
      cr_assert(!(nodes & 1u << node));
      nodes |= node == listing->target ? 0 : 1u << node;
    }
    cr_assert_eq(node, listing->target);
    cr_assert_geq(length, last_length);
    sum += last_length = length;
  }
  return sum;
}

static size_t check_against_all(const rg_graph *graph, rg_edge_kinds kinds, rg_node target)
{
  static struct listing listing;
  listing = (struct listing){.graph = graph, .kinds = kinds, .target = target};
  list_from(&listing, RG_NODE_ROOT, 1, 0);
  if (listing.num > 200)
    return 0; /* too many for the oracle */
  for (size_t i = 0; i <= MOST_DISJOINT; i++)
    listing.best[i] = NO_LENGTH;
  choose_from(&listing, 0, 0, 0, 0);
  size_t num = 0;
  while (num < MOST_DISJOINT && listing.best[num + 1] != NO_LENGTH)
    num++;
  for (uint32_t max_paths = 0; max_paths <= num + 1; max_paths++) {
    SCOPED_PATHS *paths = find_paths(graph, target, kinds, max_paths);
    cr_assert_eq(rg_disjoint_paths_num(paths), max_paths < num ? max_paths : num);
    cr_assert_eq(rg_disjoint_paths_has_more(paths), max_paths < num);
    cr_assert_eq(check_paths(&listing, paths), listing.best[rg_disjoint_paths_num(paths)]);
  }
  return num;
}

Test(disjoint, paths_of_random_graphs_are_as_many_and_as_short_as_any_choice)
{
  size_t num[MOST_DISJOINT + 1] = {0};
  for (uint32_t seed = 1; seed <= 8000; seed++) {
    uint32_t num_nodes = 2 + seed % 11;
    rg_graph *graph = heap_random(seed, num_nodes, num_nodes + seed % 17);
    num[check_against_all(graph, RG_EDGE_KINDS_STRONG, 1 + seed / 11 % num_nodes)]++;
    check_against_all(graph, RG_EDGE_KIND_BIT(RG_EDGE_ATTRIBUTE), 1);
    rg_graph_destroy(graph);
  }
  cr_assert_gt(num[2], 500);
  cr_assert_gt(num[3], 50);
}

/* Layers of a few nodes, each with references to the next two layers and back: many paths that have to give way. */
static rg_graph *make_layers(uint32_t seed)
{
  enum { NUM_LAYERS = 4, WIDTH = 3, NUM = NUM_LAYERS * WIDTH + 1 };
  rg_builder *builder;
  rg_node node;
  uint32_t state = seed;
  cr_assert_null(rg_builder_create(&builder));
  rg_type type;
  cr_assert_null(rg_builder_add_type(builder, &(rg_type_info){"object", "", RG_CATEGORY_INSTANCE}, &type));
  for (uint32_t i = 0; i < NUM; i++) {
    rg_node_info info = {.length = RG_LENGTH_NONE, .site = RG_SITE_NONE, .type = type};
    info.flags = i + 1 < NUM && heap_random_below(&state, 3) == 0 ? RG_NODE_PASSAGE : 0;
    cr_assert_null(rg_builder_add_node(builder, &info, &node));
  }
  for (uint32_t i = 0; i < 26; i++) {
    uint32_t source = heap_random_below(&state, NUM), layer = source ? (source - 1) / WIDTH + 1 : 0;
    uint32_t target = 1 + layer * WIDTH + heap_random_below(&state, WIDTH + 2);
    target = heap_random_below(&state, 6) ? target : 1 + heap_random_below(&state, NUM);
    cr_assert_null(rg_builder_add_edge(builder, source, target < NUM ? target : NUM, RG_EDGE_ATTRIBUTE, 0));
  }
  rg_graph *graph;
  cr_assert_null(rg_builder_finish(builder, &graph));
  rg_builder_destroy(builder);
  return graph;
}

Test(disjoint, paths_of_layers_are_as_many_and_as_short_as_any_choice)
{
  size_t num[MOST_DISJOINT + 1] = {0};
  for (uint32_t seed = 1; seed <= 8000; seed++) {
    rg_graph *graph = make_layers(seed);
    num[check_against_all(graph, RG_EDGE_KINDS_STRONG, rg_graph_num_nodes(graph) - 1)]++;
    rg_graph_destroy(graph);
  }
  cr_assert_gt(num[2], 1000);
  cr_assert_gt(num[3], 200);
}

/* --- facts -------------------------------------------------------------------------------------------------------- */

/* The names of the nodes on each path, without the super-root. */
static const char *paths_to(const char *notation, const char *target)
{
  static char answer[128];
  SCOPED_HEAP heaped = heap(notation);
  SCOPED_PATHS *paths = find_paths(heaped.graph, heap_node(&heaped, target), 0, 10);
  size_t size = 0;
  answer[0] = '\0';
  for (size_t i = 0; i < rg_disjoint_paths_num(paths); i++) {
    rg_edge_list path = rg_disjoint_paths_edges(paths, i);
    for (size_t edge_i = 0; edge_i < path.num_edges; edge_i++)
      size += (size_t)snprintf(answer + size, sizeof(answer) - size, "%s%s", edge_i ? ">" : i ? " " : "",
                               heaped.names[rg_graph_edge_target(heaped.graph, path.edges[edge_i])]);
  }
  return answer;
}

Test(disjoint, path_is_one_where_all_ways_come_together)
{
  cr_assert_str_eq(paths_to("R>m R>n m>a n>a a>b", "b"), "m>a>b");
}

Test(disjoint, paths_are_two_where_two_hold_the_node)
{
  cr_assert_str_eq(paths_to("R>m R>n m>a n>b b>a", "a"), "m>a n>b>a");
}

Test(disjoint, paths_do_not_share_a_passage)
{
  cr_assert_str_eq(paths_to("R>m R>n m>d n>d d.x>a d:passage", "a"), "m>d>a");
}

Test(disjoint, paths_through_passages_are_shorter)
{
  cr_assert_str_eq(paths_to("R>m m>a R>d d>e e>a d:passage e:passage", "a"), "d>e>a m>a");
}

/* The shortest path, m > x > y > a, would leave one only. */
Test(disjoint, paths_are_more_than_one_though_the_shortest_is_in_the_way_of_all_others)
{
  cr_assert_str_eq(paths_to("R>m m>x x>y y>a m>p p>q q>y x>r R>n n>s s>q r>a q>y R>o o>y", "a"), "o>y>a m>x>r>a");
}

Test(disjoint, paths_that_are_one_reference_of_the_super_root_count_each)
{
  cr_assert_str_eq(paths_to("R>a R.x>a R>m m>a", "a"), "a a m>a");
}

Test(disjoint, paths_to_what_no_root_reaches_are_none)
{
  cr_assert_str_eq(paths_to("R>m g>a a>g", "a"), "");
}

Test(disjoint, paths_to_the_super_root_are_none)
{
  rg_graph *graph = heap_chain(2);
  SCOPED_PATHS *paths = find_paths(graph, RG_NODE_ROOT, 0, 10);
  cr_assert_eq(rg_disjoint_paths_num(paths), 0);
  rg_graph_destroy(graph);
}

Test(disjoint, path_through_a_million_nodes_is_found)
{
  rg_graph *graph = heap_chain(1000000);
  SCOPED_PATHS *paths = find_paths(graph, 1000000, 0, 10);
  cr_assert_eq(rg_disjoint_paths_num(paths), 1);
  cr_assert_eq(rg_disjoint_paths_edges(paths, 0).num_edges, 1000000);
  rg_graph_destroy(graph);
}

Test(disjoint, paths_survive_every_failing_allocation)
{
  SCOPED_HEAP heaped = heap("R>m m>a m>b a>t b>t R>b R>t");
  rg_node target = heap_node(&heaped, "t");
  rg_referrers made;
  cr_assert_null(rg_graph_referrers(heaped.graph, 0, &made));
  rg_disjoint_paths *paths;
  cr_assert_gt(HEAP_TORTURE(rg_disjoint_paths_create(heaped.graph, target, NULL, &paths),
                            rg_disjoint_paths_destroy(paths)), 10);
}
