/* Why something is alive: paths from the roots, several of them, and what a budget leaves of a long one. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/base/alloc.h"
#include "heap.h"
#include "selected.h"

static rg_selection *ask_why(const rg_graph *graph, rg_node target, uint32_t max_paths, uint32_t max_nodes)
{
  rg_why_options options = RG_WHY_OPTIONS_INIT;
  options.max_paths = max_paths;
  options.max_nodes = max_nodes;
  rg_selection *selection;
  cr_assert_null(rg_select_why(graph, &target, 1, &options, &selection));
  return selection;
}

#define WHY(name, max_paths) ask_why(heaped.graph, heap_node(&heaped, (name)), (max_paths), RG_MAX_NODES_DEFAULT)
#define FIND(name) selected_node(selection, heap_node(&heaped, (name)))

static const rg_selected_edge *find_gap(const rg_selection *selection)
{
  static rg_selected_edge found;
  for (size_t i = 0; i < rg_selection_num_edges(selection); i++) {
    found = rg_selection_edge(selection, i);
    if (found.is_gap)
      return &found;
  }
  return NULL;
}

/* --- one path ----------------------------------------------------------------------------------------------------- */

Test(why, draws_the_path_and_nothing_beside_it)
{
  SCOPED_HEAP heaped = heap("R>m m>a a>t m>x x>y y>t t>z");
  SCOPED_SELECTION *selection = WHY("t", 1);
  cr_assert_eq(rg_selection_num_nodes(selection), 3);
  cr_assert_eq(rg_selection_num_edges(selection), 2);
  cr_assert_eq(FIND("t")->role, RG_ROLE_TARGET);
  cr_assert_eq(FIND("a")->role, RG_ROLE_PATH);
  cr_assert_eq(FIND("m")->role, RG_ROLE_ROOT);
}

Test(why, has_no_path_for_what_only_weak_edges_reach)
{
  SCOPED_HEAP heaped = heap("R>a a~>t t>u u>t");
  SCOPED_SELECTION *selection = WHY("t", 1);
  cr_assert_eq(rg_selection_num_unreached(selection), 1);
  cr_assert_eq(rg_selection_num_nodes(selection), 1);
  SCOPED_SELECTION *several = WHY("t", 2);
  cr_assert_eq(rg_selection_num_unreached(several), 1);
}

Test(why, of_a_root_is_the_root_itself)
{
  SCOPED_HEAP heaped = heap("R>t t>a a>t");
  SCOPED_SELECTION *selection = WHY("t", 1);
  cr_assert_eq(rg_selection_num_nodes(selection), 1);
  cr_assert_eq(rg_selection_num_unreached(selection), 0);
}

Test(why, shows_what_a_closure_captures_one_step_far)
{
  SCOPED_HEAP heaped = heap("R>f f:closure f{}>t t:passage t{a}>c c:passage c{}>s s>x f.y>z");
  SCOPED_SELECTION *selection = WHY("f", 1);
  cr_assert_eq(FIND("s")->role, RG_ROLE_OTHER);
  cr_assert_null(FIND("x"));
  cr_assert_null(FIND("z"));
}

Test(why, counts_the_other_items_of_containers_on_the_path)
{
  SCOPED_HEAP heaped = heap("R>d d:container,length=3 d['a']>l l:container,length=1204 l[17]>t t:container,length=9");
  SCOPED_SELECTION *selection = WHY("t", 1);
  cr_assert_eq(FIND("d")->num_cut_targets, 2);
  cr_assert_eq(FIND("l")->num_cut_targets, 1203);
  cr_assert_eq(FIND("t")->num_cut_targets, 0);
}

Test(why, merges_the_paths_of_several_targets)
{
  SCOPED_HEAP heaped = heap("R>m m>l l[0]>a l[1]>b");
  rg_node targets[] = {heap_node(&heaped, "a"), heap_node(&heaped, "b")};
  SCOPED_SELECTION *selection;
  cr_assert_null(rg_select_why(heaped.graph, targets, 2, NULL, &selection));
  cr_assert_eq(rg_selection_num_nodes(selection), 4);
  cr_assert_eq(rg_selection_num_edges(selection), 3);
}

/* The path in the selection from the target up to its root, in steps. */
static uint32_t length_of_path(const rg_graph *graph, const rg_selection *selection, uint32_t i)
{
  uint32_t length = 0;
  while (rg_selection_node(selection, i).role != RG_ROLE_ROOT) {
    size_t edge_i = 0;
    while (rg_selection_edge(selection, edge_i).target != i)
      edge_i++;
    rg_selected_edge edge = rg_selection_edge(selection, edge_i);
    bool is_passage = rg_graph_node_flags(graph, rg_selection_node(selection, i).node) & RG_NODE_PASSAGE;
    length += edge.is_gap ? edge.count : !is_passage;
    i = edge.source;
  }
  bool is_passage = rg_graph_node_flags(graph, rg_selection_node(selection, i).node) & RG_NODE_PASSAGE;
  return length + !is_passage;
}

Test(why, draws_a_path_as_long_as_the_shortest)
{
  for (uint32_t seed = 1; seed <= 1000; seed++) {
    rg_graph *graph = heap_random(seed, 20, 40);
    rg_node target = 1 + seed % 20;
    rg_paths *paths;
    cr_assert_null(rg_paths_create(graph, NULL, &paths));
    SCOPED_SELECTION *selection = ask_why(graph, target, 1, RG_MAX_NODES_DEFAULT);
    bool is_reached = rg_paths_distance(paths, target) != RG_DISTANCE_NONE;
    cr_assert_eq(rg_selection_num_unreached(selection), !is_reached);
    if (is_reached && rg_paths_parent(paths, target) != RG_NODE_ROOT)
      cr_assert_eq(length_of_path(graph, selection, 0), rg_paths_distance(paths, target));
    rg_paths_destroy(paths);
    rg_graph_destroy(graph);
  }
}

/* --- several paths ------------------------------------------------------------------------------------------------ */

Test(why, takes_different_last_holders_the_nearest_to_a_root_first)
{
  SCOPED_HEAP heaped = heap("R>m m>a a>t m>b b>c c>t m>t m>d d>e e>g g>t");
  SCOPED_SELECTION *selection = WHY("t", 3);
  cr_assert_not_null(FIND("m"));
  cr_assert_not_null(FIND("a"));
  cr_assert_not_null(FIND("c"));
  cr_assert_null(FIND("g"));
}

Test(why, takes_no_path_that_leads_through_the_target)
{
  SCOPED_HEAP heaped = heap("R>m m>a a>t t>b b>t");
  SCOPED_SELECTION *selection = WHY("t", 5);
  cr_assert_null(FIND("b"));
  cr_assert_eq(rg_selection_num_nodes(selection), 3);
}

Test(why, sees_two_closures_behind_one_shared_variable)
{
  SCOPED_HEAP heaped = heap("R>m m>f m>g f{}>t g{}>u t:passage u:passage t{s}>c u{s}>c c:passage,shared c{}>s");
  SCOPED_SELECTION *selection = WHY("s", 2);
  cr_assert_not_null(FIND("f"));
  cr_assert_not_null(FIND("g"));
}

Test(why, draws_every_reference_of_a_holder)
{
  SCOPED_HEAP heaped = heap("R>m m.a>t m.b>t");
  SCOPED_SELECTION *selection = WHY("t", 2);
  cr_assert_eq(rg_selection_num_edges(selection), 2);
}

Test(why, prefers_the_holder_on_the_shortest_path_among_equals)
{
  // Both are as near; the root of m comes first, the edge of n does.
  SCOPED_HEAP heaped = heap("n:instance m:instance R>m R>n n>t m>t");
  SCOPED_SELECTION *one = WHY("t", 1);
  cr_assert_not_null(selected_node(one, heap_node(&heaped, "m")));
  SCOPED_SELECTION *selection = ask_why(heaped.graph, heap_node(&heaped, "t"), 2, 2);
  cr_assert_not_null(FIND("m"));
  cr_assert_null(FIND("n"));
  cr_assert_eq(FIND("t")->num_cut_referrers, 1);
}

Test(why, gives_several_paths_only_where_no_machinery_shares_them)
{
  // f and g refer to all of the module through their globals; that is no other way to hold t.
  SCOPED_HEAP heaped = heap("R>m m.__dict__>d d:passage d.t>t d.f>f d.g>g f!__globals__>d g!__globals__>d");
  SCOPED_SELECTION *selection = WHY("t", 5);
  cr_assert_null(FIND("f"));
  SCOPED_HEAP machinery = heap("R>f f!__globals__>d d:passage d.t>t");
  SCOPED_SELECTION *only = ask_why(machinery.graph, heap_node(&machinery, "t"), 5, RG_MAX_NODES_DEFAULT);
  cr_assert_not_null(selected_node(only, heap_node(&machinery, "f")));
}

/* --- chains and many targets -------------------------------------------------------------------------------------- */

/* "R>n0 n0.next>n1 …": `num` nodes of a linked list, through attribute dicts if asked for. */
static struct heap linked_list(uint32_t num, bool has_dicts)
{
  char notation[HEAP_MAX_NODES * 64] = "R>n0 n0:type=Node";
  for (uint32_t i = 1; i < num; i++) {
    size_t used = strlen(notation);
    if (has_dicts)
      sprintf(notation + used, " n%u!__dict__>d%u d%u:passage d%u.next>n%u n%u:type=Node", i - 1, i, i, i, i, i);
    else
      sprintf(notation + used, " n%u.next>n%u n%u:type=Node", i - 1, i, i);
  }
  return heap(notation);
}

Test(why, folds_a_linked_list_into_its_first_two_nodes_and_its_last)
{
  for (uint32_t has_dicts = 0; has_dicts < 2; has_dicts++) {
    SCOPED_HEAP heaped = linked_list(100, has_dicts);
    SCOPED_SELECTION *selection = WHY("n99", 1);
    const rg_selected_edge *gap = find_gap(selection);
    cr_assert_eq(rg_selection_num_nodes(selection), 3 + has_dicts);
    cr_assert_eq(gap->count, 98);
    cr_assert_str_eq(rg_graph_edge_name(heaped.graph, gap->edge), "next");
    cr_assert_eq(rg_selection_node(selection, gap->source).node, heap_node(&heaped, "n1"));
    cr_assert_eq(rg_selection_node(selection, gap->target).node, heap_node(&heaped, "n99"));
  }
}

Test(why, draws_a_linked_list_of_four_nodes_as_it_is)
{
  SCOPED_HEAP heaped = linked_list(4, false);
  SCOPED_SELECTION *selection = WHY("n3", 1);
  cr_assert_null(find_gap(selection));
  SCOPED_HEAP longer = linked_list(5, false);
  SCOPED_SELECTION *folded = ask_why(longer.graph, heap_node(&longer, "n4"), 1, RG_MAX_NODES_DEFAULT);
  cr_assert_eq(find_gap(folded)->count, 3);
}

Test(why, folds_no_chain_whose_names_or_types_differ)
{
  SCOPED_HEAP heaped = heap("R>a a.x>b b.y>c c.x>d d.y>e e.x>f b:type=N c:type=N d:type=N e:type=N f:type=N");
  SCOPED_SELECTION *selection = WHY("f", 1);
  cr_assert_null(find_gap(selection));
  SCOPED_HEAP typed = heap("R>a a.x>b b.x>c c.x>d d.x>e e.x>f b:type=N c:type=M d:type=N e:type=M f:type=N");
  SCOPED_SELECTION *other = ask_why(typed.graph, heap_node(&typed, "f"), 1, RG_MAX_NODES_DEFAULT);
  cr_assert_null(find_gap(other));
}

static rg_selection *ask_why_all(const struct heap *heaped, const char *prefix, uint32_t num)
{
  rg_node targets[HEAP_MAX_NODES];
  for (uint32_t i = 0; i < num; i++) {
    char name[16];
    sprintf(name, "%s%u", prefix, i);
    targets[i] = heap_node(heaped, name);
  }
  rg_selection *selection;
  cr_assert_null(rg_select_why(heaped->graph, targets, num, NULL, &selection));
  return selection;
}

Test(why, of_many_targets_in_one_dict_is_one_path)
{
  char notation[4096] = "R>m m.all>d d:container,length=50";
  for (uint32_t i = 0; i < 40; i++)
    sprintf(notation + strlen(notation), " d['k%u']>h%u h%u:type=Holder h%u.data>t%u t%u:type=Data,size=100", i, i, i,
            i, i, i);
  SCOPED_HEAP heaped = heap(notation);
  SCOPED_SELECTION *selection = ask_why_all(&heaped, "t", 40);
  cr_assert_eq(rg_selection_num_nodes(selection), 4);
  cr_assert_eq(rg_selection_num_edges(selection), 3);
  cr_assert_eq(FIND("h0")->count, 40);
  cr_assert_eq(FIND("t0")->count, 40);
  cr_assert_eq(FIND("t0")->size, 4000);
  cr_assert_eq(FIND("t0")->role, RG_ROLE_TARGET);
  cr_assert_eq(FIND("d")->num_cut_targets, 10);
}

Test(why, of_many_targets_keeps_apart_what_two_keys_or_attributes_hold)
{
  char notation[4096] = "R>d d:container d['a']>l d['b']>k l:container k:container R>m m.x>p m.y>q m.z>r p:type=P q:type=P r:type=P";
  const char *holders[] = {"l", "k", "p", "q", "r"};
  for (uint32_t i = 0; i < 20; i++)
    sprintf(notation + strlen(notation), " %s[%u]>t%u t%u:type=Data", holders[i % 5], i, i, i);
  SCOPED_HEAP heaped = heap(notation);
  SCOPED_SELECTION *selection = ask_why_all(&heaped, "t", 20);
  cr_assert_eq(FIND("l")->count, 1);
  cr_assert_eq(FIND("k")->count, 1);
  cr_assert_eq(FIND("t0")->count, 4);
}

Test(why, of_all_nodes_of_a_linked_list_leads_back_to_itself)
{
  SCOPED_HEAP heaped = linked_list(100, false);
  SCOPED_SELECTION *selection = ask_why_all(&heaped, "n", 100);
  cr_assert_eq(rg_selection_num_nodes(selection), 3);
  cr_assert_eq(FIND("n2")->count, 98);
  rg_selected_edge last = rg_selection_edge(selection, rg_selection_num_edges(selection) - 1);
  cr_assert_eq(last.source, last.target);
  cr_assert_eq(last.count, 97);
}

Test(why, of_many_targets_counts_each_of_them)
{
  for (uint32_t seed = 1; seed <= 1000; seed++) {
    rg_graph *graph = heap_random(seed, 40, 90);
    rg_node targets[20];
    for (uint32_t i = 0; i < 20; i++)
      targets[i] = 1 + 2 * i;
    rg_why_options options = RG_WHY_OPTIONS_INIT;
    options.max_nodes = seed % 2 ? 200 : 1 + seed % 12;
    SCOPED_SELECTION *selection;
    cr_assert_null(rg_select_why(graph, targets, 20, &options, &selection));
    uint32_t num = 0, num_boxes = 0;
    for (size_t i = 0; i < rg_selection_num_nodes(selection); i++) {
      rg_selected_node node = rg_selection_node(selection, i);
      num += node.role == RG_ROLE_TARGET ? node.count : 0;
      num_boxes += !(rg_graph_node_flags(graph, node.node) & RG_NODE_PASSAGE);
    }
    cr_assert_leq(num_boxes, options.max_nodes);
    cr_assert_leq(num + rg_selection_num_unreached(selection), 20);
    if (options.max_nodes == 200)
      cr_assert_eq(num + rg_selection_num_unreached(selection), 20);
    rg_graph_destroy(graph);
  }
}

/* --- budget ------------------------------------------------------------------------------------------------------- */

Test(why, keeps_the_root_and_the_end_of_a_path_that_is_too_long)
{
  rg_graph *graph = heap_chain(1000000);
  SCOPED_SELECTION *selection = ask_why(graph, 1000000, 1, 10);
  cr_assert_eq(rg_selection_num_nodes(selection), 10);
  cr_assert_eq(selected_node(selection, 1)->role, RG_ROLE_ROOT);
  const rg_selected_edge *gap = find_gap(selection);
  cr_assert_not_null(gap);
  cr_assert_eq(gap->count, 1000000 - 9);
  cr_assert_eq(rg_selection_node(selection, gap->source).node, 1);
  cr_assert_eq(rg_selection_node(selection, gap->target).node, 1000000 - 8);
  rg_graph_destroy(graph);
}

Test(why, draws_a_path_that_just_fits_without_a_gap)
{
  rg_graph *graph = heap_chain(10);
  SCOPED_SELECTION *selection = ask_why(graph, 10, 1, 10);
  cr_assert_eq(rg_selection_num_nodes(selection), 10);
  cr_assert_null(find_gap(selection));
  rg_graph_destroy(graph);
}

Test(why, marks_the_referrers_where_there_is_no_room_for_a_root)
{
  rg_graph *graph = heap_chain(10);
  SCOPED_SELECTION *selection = ask_why(graph, 10, 1, 1);
  cr_assert_eq(rg_selection_num_nodes(selection), 1);
  cr_assert_eq(rg_selection_node(selection, 0).num_cut_referrers, 1);
  rg_graph_destroy(graph);
}

Test(why, never_draws_more_nodes_and_arrows_than_allowed)
{
  for (uint32_t seed = 1; seed <= 1000; seed++) {
    rg_graph *graph = heap_random(seed, 30, 70);
    rg_why_options options = RG_WHY_OPTIONS_INIT;
    options.max_paths = 1 + seed % 4;
    options.max_nodes = 1 + seed % 7;
    options.max_edges = seed % 6;
    rg_node targets[] = {1 + seed % 30, 1 + (seed + 7) % 30};
    SCOPED_SELECTION *selection;
    cr_assert_null(rg_select_why(graph, targets, 2, &options, &selection));
    size_t num_nodes = 0;
    for (size_t i = 0; i < rg_selection_num_nodes(selection); i++)
      num_nodes += !(rg_graph_node_flags(graph, rg_selection_node(selection, i).node) & RG_NODE_PASSAGE);
    cr_assert_leq(num_nodes, options.max_nodes);
    rg_graph_destroy(graph);
  }
}

Test(why, survives_every_failing_allocation)
{
  SCOPED_HEAP heaped = heap("R>m m>a a>f m>f f:closure f{}>t t:passage t{a}>c c:passage c{}>s");
  rg_node target = heap_node(&heaped, "f");
  rg_referrers referrers;
  cr_assert_null(rg_graph_referrers(heaped.graph, target, &referrers));
  for (uint32_t max_paths = 1; max_paths <= 2; max_paths++) {
    rg_why_options options = RG_WHY_OPTIONS_INIT;
    options.max_paths = max_paths;
    rg_selection *selection;
    cr_assert_gt(HEAP_TORTURE(rg_select_why(heaped.graph, &target, 1, &options, &selection),
                              rg_selection_destroy(selection)),
                 0);
  }
}
