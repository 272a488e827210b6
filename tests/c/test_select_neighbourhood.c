/* What lies around a node, against a plain recursive search, and the limits one by one. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/base/alloc.h"
#include "heap.h"
#include "selected.h"

TestSuite(neighbourhood, .timeout = 120);

static rg_selection *select_around(const rg_graph *graph, rg_node target, const rg_neighbourhood_options *options)
{
  rg_selection *selection;
  cr_assert_null(rg_select_neighbourhood(graph, &target, 1, options, &selection));
  return selection;
}

#define FIND(name) selected_node(selection, heap_node(&heaped, (name)))

/* --- the plain search --------------------------------------------------------------------------------------------- */

#define MAX_NODES 64
#define MAX_EDGES 256

struct plain {
  const rg_graph *graph;
  rg_neighbourhood_options options;
  uint32_t nodes_left;
  uint32_t edges_left;
  rg_node order[MAX_NODES]; /* selected nodes, passages included */
  uint32_t depths[MAX_NODES];
  size_t num;
  bool is_selected[MAX_NODES];
  bool has_edge[MAX_EDGES];
  uint64_t num_cut[MAX_NODES];
  /* of the node that is being expanded */
  rg_node start;
  uint32_t depth;
  uint64_t num_drawn;
  rg_edge chain[MAX_NODES];
  rg_node chain_nodes[MAX_NODES + 1];
};

static bool is_passage(const struct plain *plain, rg_node node)
{
  return rg_graph_node_flags(plain->graph, node) & RG_NODE_PASSAGE;
}

static void plain_add(struct plain *plain, rg_node node)
{
  if (plain->is_selected[node])
    return;
  plain->is_selected[node] = true;
  plain->depths[node] = plain->depth + 1;
  plain->order[plain->num++] = node;
  plain->nodes_left -= !is_passage(plain, node);
}

static bool plain_is_followed(const struct plain *plain, rg_edge edge)
{
  rg_edge_kind kind = rg_graph_edge_kind(plain->graph, edge);
  if (plain->options.with_internals || (kind != RG_EDGE_INTERNAL && kind != RG_EDGE_TYPE))
    return true;
  return plain->options.is_backward && kind == RG_EDGE_INTERNAL &&
         !is_passage(plain, rg_graph_edge_target(plain->graph, edge));
}

static void plain_end(struct plain *plain, size_t length)
{
  rg_node end = plain->chain_nodes[length];
  bool has_room = plain->is_selected[end] || is_passage(plain, end) || plain->nodes_left > 0;
  if (plain->num_drawn == plain->options.max_references || !plain->edges_left || !has_room) {
    plain->num_cut[plain->start]++;
    return;
  }
  plain->num_drawn++;
  bool is_new = false;
  for (size_t i = 1; i <= length; i++) {
    plain_add(plain, plain->chain_nodes[i]);
    is_new |= !plain->has_edge[plain->chain[i]];
    plain->has_edge[plain->chain[i]] = true;
  }
  plain->edges_left -= is_new;
}

static bool is_on_chain(const struct plain *plain, rg_node node, size_t length)
{
  for (size_t i = 0; i <= length; i++) {
    if (plain->chain_nodes[i] == node)
      return true;
  }
  return false;
}

static bool is_passed(const struct plain *plain, rg_node node, rg_edge edge)
{
  if (plain->options.is_backward)
    return is_passage(plain, node) && !rg_graph_is_root(plain->graph, node);
  return is_passage(plain, node) && rg_graph_edge_kind(plain->graph, edge) != RG_EDGE_INTERNAL;
}

static void plain_walk(struct plain *plain, rg_node node, size_t length)
{
  const rg_graph *graph = plain->graph;
  bool is_backward = plain->options.is_backward, has_any = false;
  for (rg_edge edge = 0; edge < rg_graph_num_edges(graph); edge++) {
    rg_node source = rg_graph_edge_source(graph, edge), target = rg_graph_edge_target(graph, edge);
    rg_node near = is_backward ? target : source, far = is_backward ? source : target;
    if (near != node || far == RG_NODE_ROOT || !plain_is_followed(plain, edge))
      continue;
    has_any = true;
    if (is_passed(plain, far, edge) && is_on_chain(plain, far, length))
      continue;
    plain->chain[length + 1] = edge;
    plain->chain_nodes[length + 1] = far;
    if (is_passed(plain, far, edge))
      plain_walk(plain, far, length + 1);
    else
      plain_end(plain, length + 1);
  }
  if (has_any || length == 0)
    return;
  rg_edge_kind kind = rg_graph_edge_kind(graph, plain->chain[length]);
  if (is_backward || kind == RG_EDGE_CAPTURED || kind == RG_EDGE_LOCAL)
    plain_end(plain, length);
}

static void plain_search(struct plain *plain, rg_node target)
{
  plain->nodes_left = plain->options.max_nodes;
  plain->edges_left = plain->options.max_edges;
  plain->depth = UINT32_MAX; // and one: the target's own depth is 0
  plain_add(plain, target);
  for (size_t i = 0; i < plain->num; i++) {
    rg_node node = plain->order[i];
    bool is_end = plain->options.is_backward && rg_graph_is_root(plain->graph, node);
    if (plain->depths[node] >= plain->options.max_depth || (node != target && (is_end || is_passage(plain, node))))
      continue;
    plain->start = node;
    plain->depth = plain->depths[node];
    plain->num_drawn = 0;
    plain->chain_nodes[0] = node;
    plain_walk(plain, node, 0);
  }
}

static void check_against_plain_search(const rg_graph *graph, rg_node target, const rg_neighbourhood_options *options)
{
  SCOPED_SELECTION *selection = select_around(graph, target, options);
  struct plain *plain = calloc(1, sizeof(*plain));
  plain->graph = graph;
  plain->options = *options;
  plain_search(plain, target);
  cr_assert_eq(rg_selection_num_nodes(selection), plain->num);
  for (size_t i = 0; i < plain->num; i++) {
    rg_selected_node node = rg_selection_node(selection, i);
    cr_assert_eq(node.node, plain->order[i]);
    cr_assert_eq(options->is_backward ? node.num_cut_referrers : node.num_cut_targets, plain->num_cut[node.node]);
    cr_assert_eq(options->is_backward ? node.num_cut_targets : node.num_cut_referrers, 0);
  }
  for (size_t i = 0; i < rg_selection_num_edges(selection); i++) {
    rg_selected_edge edge = rg_selection_edge(selection, i);
    cr_assert(plain->has_edge[edge.edge]);
    plain->has_edge[edge.edge] = false;
    cr_assert_eq(rg_graph_edge_source(graph, edge.edge), rg_selection_node(selection, edge.source).node);
    cr_assert_eq(rg_graph_edge_target(graph, edge.edge), rg_selection_node(selection, edge.target).node);
  }
  for (rg_edge edge = 0; edge < MAX_EDGES; edge++)
    cr_assert(!plain->has_edge[edge]);
  free(plain);
}

Test(neighbourhood, is_that_of_a_plain_search_under_any_limits)
{
  for (uint32_t seed = 1; seed <= 3000; seed++) {
    uint32_t state = seed, num_nodes = 1 + seed % 12;
    rg_graph *graph = heap_random(seed, num_nodes, heap_random_below(&state, 30));
    rg_neighbourhood_options options = RG_NEIGHBOURHOOD_OPTIONS_INIT;
    options.is_backward = seed & 1;
    options.with_internals = (seed & 6) == 0;
    options.max_depth = heap_random_below(&state, 5);
    options.max_references = 1 + heap_random_below(&state, 4);
    options.max_nodes = 1 + heap_random_below(&state, 8);
    options.max_edges = heap_random_below(&state, 10);
    check_against_plain_search(graph, 1 + heap_random_below(&state, num_nodes), &options);
    rg_graph_destroy(graph);
  }
}

/* --- one fact each ------------------------------------------------------------------------------------------------ */

Test(neighbourhood, goes_no_further_than_its_depth_and_marks_no_cut_there)
{
  SCOPED_HEAP heaped = heap("a>b b>c c>d");
  rg_neighbourhood_options options = RG_NEIGHBOURHOOD_OPTIONS_INIT;
  options.max_depth = 2;
  SCOPED_SELECTION *selection = select_around(heaped.graph, heap_node(&heaped, "a"), &options);
  cr_assert_eq(rg_selection_num_nodes(selection), 3);
  cr_assert_null(FIND("d"));
  cr_assert_eq(FIND("c")->num_cut_targets, 0);
}

Test(neighbourhood, takes_no_depth_and_no_budget_for_passages)
{
  SCOPED_HEAP heaped = heap("f{}>t t:passage t{screen}>c c:passage c{}>s s.__dict__>d d:passage d.title>i");
  rg_neighbourhood_options options = RG_NEIGHBOURHOOD_OPTIONS_INIT;
  options.max_depth = 2;
  options.max_nodes = 3;
  options.max_edges = 2;
  SCOPED_SELECTION *selection = select_around(heaped.graph, heap_node(&heaped, "f"), &options);
  cr_assert_eq(rg_selection_num_nodes(selection), 6);
  cr_assert_not_null(FIND("i"));
}

Test(neighbourhood, counts_what_max_references_leaves_out)
{
  SCOPED_HEAP heaped = heap("l[0]>a l[1]>b l[2]>c l[3]>a l[4]>d");
  rg_neighbourhood_options options = RG_NEIGHBOURHOOD_OPTIONS_INIT;
  options.max_references = 2;
  SCOPED_SELECTION *selection = select_around(heaped.graph, heap_node(&heaped, "l"), &options);
  cr_assert_eq(rg_selection_num_nodes(selection), 3);
  cr_assert_eq(FIND("l")->num_cut_targets, 3);
}

Test(neighbourhood, counts_what_the_capture_did_not_follow)
{
  SCOPED_HEAP heaped = heap("l[0]>a l:partial,unfollowed=99 l.__dict__>d d:passage,partial,unfollowed=7 d.x>b");
  SCOPED_SELECTION *selection = select_around(heaped.graph, heap_node(&heaped, "l"), NULL);
  cr_assert_eq(FIND("l")->num_cut_targets, 106);
}

Test(neighbourhood, spends_its_budget_on_the_nearest)
{
  SCOPED_HEAP heaped = heap("a>b a>c b>d c>e");
  rg_neighbourhood_options options = RG_NEIGHBOURHOOD_OPTIONS_INIT;
  options.max_nodes = 4;
  SCOPED_SELECTION *selection = select_around(heaped.graph, heap_node(&heaped, "a"), &options);
  cr_assert_not_null(FIND("c"));
  cr_assert_not_null(FIND("d"));
  cr_assert_null(FIND("e"));
  cr_assert_eq(FIND("c")->num_cut_targets, 1);
}

Test(neighbourhood, shows_a_loop_back_to_the_target)
{
  SCOPED_HEAP heaped = heap("f{}>t t:passage t{visit}>c c:passage c{}>f");
  SCOPED_SELECTION *selection = select_around(heaped.graph, heap_node(&heaped, "f"), NULL);
  cr_assert_eq(rg_selection_num_nodes(selection), 3);
  cr_assert_eq(rg_selection_num_edges(selection), 3);
}

Test(neighbourhood, leaves_machinery_and_types_out_unless_asked_for)
{
  SCOPED_HEAP heaped = heap("f!code>c f%>T f.x>a");
  SCOPED_SELECTION *selection = select_around(heaped.graph, heap_node(&heaped, "f"), NULL);
  cr_assert_eq(rg_selection_num_nodes(selection), 2);
  rg_neighbourhood_options options = RG_NEIGHBOURHOOD_OPTIONS_INIT;
  options.with_internals = true;
  SCOPED_SELECTION *whole = select_around(heaped.graph, heap_node(&heaped, "f"), &options);
  cr_assert_eq(rg_selection_num_nodes(whole), 4);
}

Test(neighbourhood, follows_weak_edges)
{
  SCOPED_HEAP heaped = heap("a~owner>b");
  SCOPED_SELECTION *selection = select_around(heaped.graph, heap_node(&heaped, "a"), NULL);
  cr_assert_not_null(FIND("b"));
}

Test(neighbourhood, leaves_out_what_is_excluded_without_a_mark)
{
  SCOPED_HEAP heaped = heap("a>b a>c c>b");
  rg_node excluded[] = {heap_node(&heaped, "b")};
  rg_neighbourhood_options options = RG_NEIGHBOURHOOD_OPTIONS_INIT;
  options.excluded = excluded;
  options.num_excluded = 1;
  SCOPED_SELECTION *selection = select_around(heaped.graph, heap_node(&heaped, "a"), &options);
  cr_assert_eq(rg_selection_num_nodes(selection), 2);
  cr_assert_eq(FIND("a")->num_cut_targets, 0);
}

Test(neighbourhood, keeps_a_variable_without_a_value_but_no_empty_field)
{
  SCOPED_HEAP heaped = heap("f{}>t t:passage t{later}>c c:passage f.__dict__>d d:passage");
  SCOPED_SELECTION *selection = select_around(heaped.graph, heap_node(&heaped, "f"), NULL);
  cr_assert_not_null(FIND("c"));
  cr_assert_null(FIND("d"));
}

Test(neighbourhood, draws_several_targets_once_each)
{
  SCOPED_HEAP heaped = heap("a>b b>c");
  rg_node targets[] = {heap_node(&heaped, "b"), heap_node(&heaped, "a"), heap_node(&heaped, "b")};
  SCOPED_SELECTION *selection;
  cr_assert_null(rg_select_neighbourhood(heaped.graph, targets, 3, NULL, &selection));
  cr_assert_eq(rg_selection_num_nodes(selection), 3);
  cr_assert_eq(FIND("b")->role, RG_ROLE_TARGET);
  cr_assert_eq(FIND("a")->role, RG_ROLE_TARGET);
  cr_assert_eq(FIND("c")->role, RG_ROLE_OTHER);
}

#define BACKWARD \
  {sizeof(rg_neighbourhood_options), true, false, 3, 10, RG_MAX_NODES_DEFAULT, RG_MAX_EDGES_DEFAULT, 0, 0}
static const rg_neighbourhood_options backward = BACKWARD;

Test(neighbourhood, backward_shows_roots_and_does_not_go_beyond)
{
  SCOPED_HEAP heaped = heap("R>m m>a a>t x>m");
  SCOPED_SELECTION *selection = select_around(heaped.graph, heap_node(&heaped, "t"), &backward);
  cr_assert_eq(rg_selection_num_nodes(selection), 3);
  cr_assert_eq(FIND("m")->role, RG_ROLE_ROOT);
  cr_assert_null(FIND("x"));
}

Test(neighbourhood, backward_goes_beyond_a_target_that_is_a_root)
{
  SCOPED_HEAP heaped = heap("R>t x>t");
  SCOPED_SELECTION *selection = select_around(heaped.graph, heap_node(&heaped, "t"), &backward);
  cr_assert_not_null(FIND("x"));
  cr_assert_eq(FIND("t")->role, RG_ROLE_TARGET);
}

Test(neighbourhood, backward_counts_every_holder_of_a_shared_variable)
{
  SCOPED_HEAP heaped = heap("c:passage c{}>s t:passage t{s}>c u:passage u{s}>c v:passage v{s}>c f{}>t g{}>u h{}>v");
  rg_neighbourhood_options options = BACKWARD;
  options.max_references = 1;
  SCOPED_SELECTION *selection = select_around(heaped.graph, heap_node(&heaped, "s"), &options);
  cr_assert_not_null(FIND("f"));
  cr_assert_null(FIND("g"));
  cr_assert_eq(FIND("s")->num_cut_referrers, 2);
}

Test(neighbourhood, backward_finds_two_variables_of_one_holder)
{
  SCOPED_HEAP heaped = heap("f{}>t t:passage t{a}>c t{b}>d c:passage d:passage c{}>s d{}>s");
  SCOPED_SELECTION *selection = select_around(heaped.graph, heap_node(&heaped, "s"), &backward);
  cr_assert_eq(rg_selection_num_edges(selection), 5);
}

Test(neighbourhood, backward_follows_machinery_to_what_one_may_ask_about)
{
  SCOPED_HEAP heaped = heap("f!code>c f!globals>d d:passage d.x>v m.__dict__>d");
  SCOPED_SELECTION *selection = select_around(heaped.graph, heap_node(&heaped, "c"), &backward);
  cr_assert_not_null(FIND("f"));
  SCOPED_SELECTION *of_variable = select_around(heaped.graph, heap_node(&heaped, "v"), &backward);
  cr_assert_null(selected_node(of_variable, heap_node(&heaped, "f")));
  cr_assert_not_null(selected_node(of_variable, heap_node(&heaped, "m")));
}

Test(neighbourhood, backward_ends_at_a_passage_that_nobody_holds)
{
  SCOPED_HEAP heaped = heap("d:passage d.x>v");
  SCOPED_SELECTION *selection = select_around(heaped.graph, heap_node(&heaped, "v"), &backward);
  cr_assert_not_null(FIND("d"));
}

Test(neighbourhood, of_passages_that_lead_to_each_other_in_many_ways_ends)
{
  // Each passage holds the next one twice: 2^60 chains from the first to the last.
  char notation[8192] = "a>p0 p60.x>v p60:passage ";
  for (int i = 0; i < 60; i++)
    sprintf(notation + strlen(notation), "p%d:passage p%d.l>p%d p%d.r>p%d ", i, i, i + 1, i, i + 1);
  SCOPED_HEAP heaped = heap(notation);
  SCOPED_SELECTION *selection = select_around(heaped.graph, heap_node(&heaped, "a"), NULL);
  cr_assert_not_null(FIND("v"));
}

Test(neighbourhood, of_a_long_chain_of_passages_that_leads_back_to_itself_ends, .timeout = 20)
{
  rg_graph *graph = heap_passages(300000);
  SCOPED_SELECTION *selection = select_around(graph, 1, NULL);
  cr_assert_eq(rg_selection_num_nodes(selection), 300002);
  rg_graph_destroy(graph);
}

Test(neighbourhood, of_a_chain_of_a_million_works_at_any_depth)
{
  rg_graph *graph = heap_chain(1000000);
  rg_neighbourhood_options options = RG_NEIGHBOURHOOD_OPTIONS_INIT;
  options.max_depth = options.max_nodes = options.max_edges = UINT32_MAX;
  SCOPED_SELECTION *selection = select_around(graph, 1, &options);
  cr_assert_eq(rg_selection_num_nodes(selection), 1000000);
  rg_graph_destroy(graph);
}

Test(neighbourhood, survives_every_failing_allocation)
{
  SCOPED_HEAP heaped = heap("f{}>t t:passage t{a}>c c:passage c{}>s s>f R>f");
  rg_node target = heap_node(&heaped, "f");
  rg_selection *selection;
  cr_assert_gt(HEAP_TORTURE(rg_select_neighbourhood(heaped.graph, &target, 1, NULL, &selection),
                            rg_selection_destroy(selection)),
               0);
  // The reverse index stays with the graph once it is there.
  rg_referrers referrers;
  cr_assert_null(rg_graph_referrers(heaped.graph, target, &referrers));
  cr_assert_gt(HEAP_TORTURE(rg_select_neighbourhood(heaped.graph, &target, 1, &backward, &selection),
                            rg_selection_destroy(selection)),
               0);
}
