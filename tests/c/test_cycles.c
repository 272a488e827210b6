/* Cycles, against who reaches whom, and what is left when one reference is taken away. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <stdio.h>

#include "../../src/base/alloc.h"
#include "heap.h"

#define USUAL_KINDS (RG_EDGE_KINDS_STRONG & ~RG_EDGE_KIND_BIT(RG_EDGE_INTERNAL) & ~RG_EDGE_KIND_BIT(RG_EDGE_TYPE))

static void destroy_scoped(rg_cycles **cycles)
{
  rg_cycles_destroy(*cycles);
}
#define SCOPED_CYCLES __attribute__((cleanup(destroy_scoped))) rg_cycles

static rg_cycles *find_cycles(const rg_graph *graph)
{
  rg_cycles *cycles;
  cr_assert_null(rg_cycles_create(graph, NULL, &cycles));
  return cycles;
}

/* --- a plain oracle ----------------------------------------------------------------------------------------------- */

enum { MOST_NODES = 32 };

/* By node, a bit a node that it reaches by one edge or more. */
struct reach {
  uint32_t bits[MOST_NODES];
};

static struct reach find_reach(const rg_graph *graph, rg_edge_kinds kinds, rg_edge without)
{
  struct reach reach = {0};
  rg_node num_nodes = rg_graph_num_nodes(graph);
  for (rg_edge edge = 0; edge < rg_graph_num_edges(graph); edge++) {
    if (edge != without && kinds & RG_EDGE_KIND_BIT(rg_graph_edge_kind(graph, edge)))
      reach.bits[rg_graph_edge_source(graph, edge)] |= 1u << rg_graph_edge_target(graph, edge);
  }
  for (rg_node via = 0; via < num_nodes; via++) {
    for (rg_node node = 0; node < num_nodes; node++)
      reach.bits[node] |= reach.bits[node] & 1u << via ? reach.bits[via] : 0;
  }
  return reach;
}

/* The nodes that reach `node` and that it reaches; none if it is in no cycle. */
static uint32_t component_of(const rg_graph *graph, const struct reach *reach, rg_node node)
{
  uint32_t component = 0;
  for (rg_node other = 0; other < rg_graph_num_nodes(graph); other++)
    component |= reach->bits[node] & 1u << other && reach->bits[other] & 1u << node ? 1u << other : 0;
  return component;
}

static bool is_broken_by(const rg_graph *graph, rg_edge_kinds kinds, uint32_t component, rg_edge edge)
{
  struct reach left = find_reach(graph, kinds, edge);
  for (rg_node node = 0; node < rg_graph_num_nodes(graph); node++) {
    if (component & 1u << node && left.bits[node] & 1u << node)
      return false;
  }
  return true;
}

static unsigned place_of(rg_edge_kind kind)
{
  static const rg_edge_kind best_first[] = {RG_EDGE_CAPTURED, RG_EDGE_ATTRIBUTE, RG_EDGE_ITEM, RG_EDGE_INDEX,
                                            RG_EDGE_KEY,      RG_EDGE_ARGUMENT,  RG_EDGE_LOCAL};
  unsigned place = 0;
  while (best_first[place] != kind)
    place++;
  return place;
}

static rg_edge find_weakest(const rg_graph *graph, rg_edge_kinds kinds, uint32_t component)
{
  rg_edge weakest = RG_EDGE_NONE;
  for (rg_edge edge = 0; edge < rg_graph_num_edges(graph); edge++) {
    if (!rg_edge_is_editable(graph, edge) || !is_broken_by(graph, kinds, component, edge))
      continue;
    if (weakest == RG_EDGE_NONE || place_of(rg_graph_edge_kind(graph, edge)) < place_of(rg_graph_edge_kind(graph, weakest)))
      weakest = edge;
  }
  return weakest;
}

static bool is_dominated_by(const rg_dominators *dominators, uint32_t component, rg_node node)
{
  while (node != RG_NODE_NONE && !(component & 1u << node))
    node = rg_dominators_parent(dominators, node);
  return node != RG_NODE_NONE;
}

static void check_sizes(const rg_graph *graph, const rg_dominators *dominators, uint32_t component, const rg_cycle *cycle)
{
  uint64_t size = 0, retained = 0;
  for (rg_node node = 0; node < rg_graph_num_nodes(graph); node++) {
    size += component & 1u << node ? rg_graph_node_size(graph, node) : 0;
    retained += is_dominated_by(dominators, component, node) ? rg_graph_node_size(graph, node) : 0;
  }
  cr_assert_eq(cycle->size, size);
  cr_assert_eq(cycle->retained, retained);
}

static void check_cycle(const rg_graph *graph, rg_edge_kinds kinds, const rg_dominators *dominators,
                        const struct reach *reach, const rg_cycle *cycle)
{
  uint32_t component = component_of(graph, reach, cycle->nodes[0]), listed = 0;
  for (uint32_t i = 0; i < cycle->num_nodes; i++) {
    listed |= 1u << cycle->nodes[i];
    cr_assert(!i || cycle->nodes[i - 1] < cycle->nodes[i]);
  }
  cr_assert_eq(listed, component);
  check_sizes(graph, dominators, component, cycle);
  bool is_reached = find_reach(graph, RG_EDGE_KINDS_STRONG, RG_EDGE_NONE).bits[RG_NODE_ROOT] & component;
  cr_assert_eq(cycle->fate, is_reached ? RG_CYCLE_ALIVE : RG_CYCLE_GARBAGE);
  cr_assert_eq(cycle->weakest, find_weakest(graph, kinds, component));
}

static bool is_before(const rg_cycle *a, const rg_cycle *b)
{
  if (a->retained != b->retained)
    return a->retained > b->retained;
  if (a->size != b->size)
    return a->size > b->size;
  return a->num_nodes != b->num_nodes ? a->num_nodes > b->num_nodes : a->nodes[0] < b->nodes[0];
}

static size_t count_in_cycles(const rg_graph *graph, const struct reach *reach)
{
  size_t num = 0;
  for (rg_node node = 0; node < rg_graph_num_nodes(graph); node++)
    num += component_of(graph, reach, node) != 0;
  return num;
}

static void check_against_reach(const rg_graph *graph, rg_edge_kinds kinds)
{
  rg_dominators *dominators;
  cr_assert_null(rg_dominators_create(graph, NULL, &dominators));
  rg_cycle_options options = RG_CYCLE_OPTIONS_INIT;
  options.kinds = kinds;
  options.dominators = kinds % 2 ? dominators : NULL;
  SCOPED_CYCLES *cycles;
  cr_assert_null(rg_cycles_create(graph, &options, &cycles));
  struct reach reach = find_reach(graph, kinds, RG_EDGE_NONE);
  size_t num = 0;
  for (size_t i = 0; i < rg_cycles_num(cycles); i++) {
    rg_cycle cycle = rg_cycles_get(cycles, i), next = rg_cycles_get(cycles, i + 1 < rg_cycles_num(cycles) ? i + 1 : i);
    check_cycle(graph, kinds, dominators, &reach, &cycle);
    cr_assert(i + 1 == rg_cycles_num(cycles) || is_before(&cycle, &next));
    num += cycle.num_nodes;
  }
  cr_assert_eq(num, count_in_cycles(graph, &reach));
  rg_dominators_destroy(dominators);
}

Test(cycles, of_random_graphs_are_the_nodes_that_reach_each_other)
{
  for (uint32_t seed = 1; seed <= 4000; seed++) {
    rg_graph *graph = heap_random(seed, 1 + seed % 12, seed % 24);
    check_against_reach(graph, USUAL_KINDS);
    check_against_reach(graph, RG_EDGE_KINDS_STRONG);
    check_against_reach(graph, RG_EDGE_KIND_BIT(RG_EDGE_ATTRIBUTE));
    rg_graph_destroy(graph);
  }
}

/* A ring in random order, and a few references beside it: most have a reference that breaks all. */
static rg_graph *make_ring(uint32_t seed, uint32_t num_nodes, uint32_t num_others)
{
  static const rg_edge_kind kinds[] = {RG_EDGE_ATTRIBUTE, RG_EDGE_ITEM, RG_EDGE_CAPTURED, RG_EDGE_LOCAL, RG_EDGE_TYPE};
  rg_builder *builder;
  rg_node places[MOST_NODES], node;
  uint32_t state = seed;
  cr_assert_null(rg_builder_create(&builder));
  for (uint32_t i = 0; i < num_nodes; i++) {
    rg_node_info info = {.length = RG_LENGTH_NONE, .site = RG_SITE_NONE, .size = 8};
    rg_type_info type = {"object", "", RG_CATEGORY_INSTANCE};
    info.flags = heap_random_below(&state, 6) ? 0 : RG_NODE_FIXED;
    cr_assert_null(rg_builder_add_type(builder, &type, &info.type));
    cr_assert_null(rg_builder_add_node(builder, &info, &node));
    uint32_t other = heap_random_below(&state, i + 1);
    places[i] = places[other];
    places[other] = node;
  }
  for (uint32_t i = 0; i < num_nodes + num_others; i++) {
    bool is_of_ring = i < num_nodes;
    node = places[is_of_ring ? i : heap_random_below(&state, num_nodes)];
    rg_node target = places[is_of_ring ? (i + 1) % num_nodes : heap_random_below(&state, num_nodes)];
    rg_edge_kind kind = kinds[heap_random_below(&state, is_of_ring ? 4 : 5)];
    cr_assert_null(rg_builder_add_edge(builder, node, target, kind, 0));
  }
  rg_graph *graph;
  cr_assert_null(rg_builder_finish(builder, &graph));
  rg_builder_destroy(builder);
  return graph;
}

Test(cycles, that_are_rings_with_detours_have_the_weakest_reference_that_a_plain_search_finds)
{
  size_t num_found = 0;
  for (uint32_t seed = 1; seed <= 5000; seed++) {
    rg_graph *graph = make_ring(seed, 1 + seed % 15, seed % 6);
    check_against_reach(graph, USUAL_KINDS);
    SCOPED_CYCLES *cycles = find_cycles(graph);
    num_found += rg_cycles_get(cycles, 0).weakest != RG_EDGE_NONE;
    rg_graph_destroy(graph);
  }
  cr_assert_gt(num_found, 2000);
}

/* --- facts -------------------------------------------------------------------------------------------------------- */

static rg_cycle only_cycle(const rg_cycles *cycles)
{
  cr_assert_eq(rg_cycles_num(cycles), 1);
  return rg_cycles_get(cycles, 0);
}

static rg_cycle_shape shape_of(const char *notation)
{
  SCOPED_HEAP heaped = heap(notation);
  SCOPED_CYCLES *cycles = find_cycles(heaped.graph);
  return only_cycle(cycles).shape;
}

static rg_cycle_fate fate_of(const char *notation)
{
  SCOPED_HEAP heaped = heap(notation);
  SCOPED_CYCLES *cycles = find_cycles(heaped.graph);
  return only_cycle(cycles).fate;
}

/* The kind and name of the weakest reference of the only cycle. */
static const char *weakest_of(const char *notation)
{
  static char answer[64];
  SCOPED_HEAP heaped = heap(notation);
  SCOPED_CYCLES *cycles = find_cycles(heaped.graph);
  rg_edge weakest = only_cycle(cycles).weakest;
  if (weakest == RG_EDGE_NONE)
    return "none";
  snprintf(answer, sizeof(answer), "%s %s", rg_edge_kind_word(rg_graph_edge_kind(heaped.graph, weakest)),
           rg_graph_edge_name(heaped.graph, weakest));
  return answer;
}

Test(cycles, are_not_there_without_a_way_back)
{
  SCOPED_HEAP heaped = heap("R>a a>b a>c b>d c>d d~>a");
  SCOPED_CYCLES *cycles = find_cycles(heaped.graph);
  cr_assert_eq(rg_cycles_num(cycles), 0);
}

Test(cycles, of_machinery_and_types_are_left_out)
{
  SCOPED_HEAP heaped = heap("R>a a>f f!globals>a a>t t%>t t>a");
  SCOPED_CYCLES *cycles = find_cycles(heaped.graph);
  rg_cycle cycle = only_cycle(cycles);
  cr_assert_eq(cycle.num_nodes, 2);
  cr_assert_eq(cycle.nodes[1], heap_node(&heaped, "t"));
}

Test(cycles, may_be_one_node_that_refers_to_itself)
{
  SCOPED_HEAP heaped = heap("R>a a>b b[0]>b b:size=8");
  SCOPED_CYCLES *cycles = find_cycles(heaped.graph);
  rg_cycle cycle = only_cycle(cycles);
  cr_assert_eq(cycle.num_nodes, 1);
  cr_assert_eq(cycle.nodes[0], heap_node(&heaped, "b"));
}

Test(cycles, come_with_what_they_retain_the_most_first)
{
  SCOPED_HEAP heaped = heap("R>a a>b b>a R>c c>d d>c d>e a:size=10 b:size=20 c:size=1 d:size=2 e:size=100");
  SCOPED_CYCLES *cycles = find_cycles(heaped.graph);
  cr_assert_eq(rg_cycles_num(cycles), 2);
  cr_assert_eq(rg_cycles_get(cycles, 0).retained, 103);
  cr_assert_eq(rg_cycles_get(cycles, 0).size, 3);
  cr_assert_eq(rg_cycles_get(cycles, 1).retained, 30);
}

Test(cycles, that_two_roots_hold_retain_the_parts_that_either_dominates)
{
  SCOPED_HEAP heaped = heap("R>a R>b a>b b>a a>c b>d c:size=4 d:size=8 a:size=1 b:size=2");
  SCOPED_CYCLES *cycles = find_cycles(heaped.graph);
  cr_assert_eq(only_cycle(cycles).retained, 15);
}

Test(cycles, are_alive_garbage_or_frozen)
{
  cr_assert_eq(fate_of("R>a a>b b>a"), RG_CYCLE_ALIVE);
  cr_assert_eq(fate_of("R!a>g g!x>a a>b b>a"), RG_CYCLE_ALIVE);
  cr_assert_eq(fate_of("R>g a>b b>a"), RG_CYCLE_GARBAGE);
  cr_assert_eq(fate_of("a>b b>a b:frozen"), RG_CYCLE_FROZEN);
  cr_assert_eq(fate_of("R>a a>b b>a b:frozen"), RG_CYCLE_ALIVE);
}

Test(cycles, of_an_inner_function_that_calls_itself_are_recursive)
{
  cr_assert_eq(shape_of("f{}>t t{}>c c{f}>f f:closure t:passage c:passage"), RG_CYCLE_RECURSIVE);
  cr_assert_str_eq(weakest_of("f{}>t t{}>c c{f}>f f:closure t:passage c:passage"), "captured f");
}

Test(cycles, of_functions_that_call_each_other_are_recursive)
{
  cr_assert_eq(shape_of("f{}>c c{g}>g g{}>d d{f}>f f:closure g:closure c:passage d:passage"), RG_CYCLE_RECURSIVE);
}

Test(cycles, of_a_callback_and_its_owner_are_owned)
{
  const char *notation = "o.x>d d.on>f f{}>c c{self}>o f:closure c:passage d:passage";
  cr_assert_eq(shape_of(notation), RG_CYCLE_OWNED);
  cr_assert_str_eq(weakest_of(notation), "captured self");
}

Test(cycles, of_an_exception_and_the_variable_that_it_is_in_go_through_a_frame)
{
  const char *notation = "e.traceback>t t.frame>f f(e)>e f:callable";
  cr_assert_eq(shape_of(notation), RG_CYCLE_FRAME);
  cr_assert_str_eq(weakest_of(notation), "attribute traceback");
}

Test(cycles, of_other_objects_have_no_shape)
{
  cr_assert_eq(shape_of("a>b b>a"), RG_CYCLE_OTHER);
  cr_assert_eq(shape_of("c>c c:passage"), RG_CYCLE_OTHER);
}

Test(cycles, are_broken_by_an_attribute_rather_than_an_item)
{
  cr_assert_str_eq(weakest_of("p['k']>c c.parent>p"), "attribute parent");
}

Test(cycles, are_broken_by_no_one_reference_where_two_lead_back)
{
  cr_assert_str_eq(weakest_of("a>b b.x>a b.y>a a.z>b"), "none");
  cr_assert_str_eq(weakest_of("a.z>b b.x>a b.y>a"), "attribute z");
}

Test(cycles, are_broken_by_nothing_that_a_tuple_holds)
{
  cr_assert_str_eq(weakest_of("t[0]>l l[0]>t t:fixed"), "index ");
  cr_assert_str_eq(weakest_of("t[0]>t t:fixed"), "none");
}

static rg_graph *make_long_ring(uint32_t num_nodes)
{
  rg_builder *builder;
  rg_node node;
  cr_assert_null(rg_builder_create(&builder));
  rg_type type;
  cr_assert_null(rg_builder_add_type(builder, &(rg_type_info){"object", "", RG_CATEGORY_INSTANCE}, &type));
  for (uint32_t i = 1; i <= num_nodes; i++) {
    rg_node_info info = {.length = RG_LENGTH_NONE, .site = RG_SITE_NONE, .size = 8, .type = type};
    cr_assert_null(rg_builder_add_node(builder, &info, &node));
  }
  for (uint32_t i = 1; i <= num_nodes; i++) {
    cr_assert_null(rg_builder_add_edge(builder, i, i % num_nodes + 1, RG_EDGE_ITEM, 0));
    if (i + 2 <= num_nodes - 1)
      cr_assert_null(rg_builder_add_edge(builder, i, i + 2, RG_EDGE_CAPTURED, 0));
  }
  rg_graph *graph;
  cr_assert_null(rg_builder_finish(builder, &graph));
  rg_builder_destroy(builder);
  return graph;
}

Test(cycles, of_a_million_nodes_are_found_with_their_weakest_reference)
{
  enum { NUM = 1000000 };
  rg_graph *graph = make_long_ring(NUM);
  SCOPED_CYCLES *cycles = find_cycles(graph);
  rg_cycle cycle = only_cycle(cycles);
  cr_assert_eq(cycle.num_nodes, NUM);
  cr_assert_eq(rg_graph_edge_source(graph, cycle.weakest), NUM - 1);
  rg_graph_destroy(graph);
}

Test(cycles, survive_every_failing_allocation)
{
  SCOPED_HEAP heaped = heap("R>a a>b b>a b>c c>c");
  rg_cycles *cycles;
  cr_assert_gt(HEAP_TORTURE(rg_cycles_create(heaped.graph, NULL, &cycles), rg_cycles_destroy(cycles)), 8);
}
