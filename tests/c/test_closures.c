/* Closures by definition site. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/base/alloc.h"
#include "heap.h"

static rg_closures *find_closures(const rg_graph *graph)
{
  rg_closures *closures;
  cr_assert_null(rg_closures_create(graph, &closures));
  return closures;
}

#define TICK "closure,callable,site=on_tick/worker.py/42/self"
#define DRAW "closure,callable,site=on_draw/ui.py/7/panel"

#define SITE_F "closure,site=f/x.py/1"

Test(closures, of_one_site_are_one_group)
{
  SCOPED_HEAP heaped = heap("a:" TICK " b:" DRAW " c:" TICK);
  rg_closures *closures = find_closures(heaped.graph);
  cr_assert_eq(rg_closures_num_groups(closures), 2);
  rg_closure_group group = rg_closures_group(closures, 0);
  cr_assert_eq(group.num_nodes, 2);
  cr_assert_eq(group.nodes[0], heap_node(&heaped, "a"));
  cr_assert_eq(group.nodes[1], heap_node(&heaped, "c"));
  cr_assert_str_eq(rg_graph_site(heaped.graph, group.site).name, "on_tick");
  rg_closures_destroy(closures);
}

Test(closures, count_each_captured_value_once)
{
  SCOPED_HEAP heaped = heap("a:" TICK " b:" TICK " a{}>t t:passage,size=64 t{self}>c c:passage,size=40 c{}>w w:size=100 "
                            "b{}>u u:passage,size=64 u{self}>c u{other}>d d:passage d{}>v v:size=7");
  rg_closures *closures = find_closures(heaped.graph);
  cr_assert_eq(rg_closures_group(closures, 0).captured_size, 107);
  rg_closures_destroy(closures);
}

Test(closures, count_a_value_for_every_site_that_captures_it)
{
  SCOPED_HEAP heaped = heap("a:" TICK " b:" DRAW " a{self}>w b{panel}>w w:size=100");
  rg_closures *closures = find_closures(heaped.graph);
  cr_assert_eq(rg_closures_group(closures, 0).captured_size, 100);
  cr_assert_eq(rg_closures_group(closures, 1).captured_size, 100);
  rg_closures_destroy(closures);
}

Test(closures, do_not_count_what_is_not_captured)
{
  SCOPED_HEAP heaped = heap("a:" TICK " a{self}>w w:size=100 a.x>v v:size=1000 w.y>z z:size=1000 w{odd}>z");
  rg_closures *closures = find_closures(heaped.graph);
  cr_assert_eq(rg_closures_group(closures, 0).captured_size, 100);
  rg_closures_destroy(closures);
}

Test(closures, stand_by_captured_size_then_copies_then_name)
{
  SCOPED_HEAP heaped = heap("a:closure,site=b/x.py/1 b:closure,site=a/x.py/1 c:closure,site=c/x.py/1 "
                            "d:closure,site=c/x.py/1 e:closure,site=d/x.py/1 e{v}>w w:size=5");
  rg_closures *closures = find_closures(heaped.graph);
  const char *names[] = {"d", "c", "a", "b"};
  cr_assert_eq(rg_closures_num_groups(closures), 4);
  for (size_t i = 0; i < 4; i++)
    cr_assert_str_eq(rg_graph_site(heaped.graph, rg_closures_group(closures, i).site).name, names[i]);
  rg_closures_destroy(closures);
}

Test(closures, are_implicit_if_all_copies_are)
{
  SCOPED_HEAP heaped = heap("a:closure,implicit,site=a/x.py/1 b:closure,implicit,site=b/x.py/1 c:closure,site=b/x.py/1");
  rg_closures *closures = find_closures(heaped.graph);
  cr_assert(!rg_closures_group(closures, 0).is_implicit); // b, with two copies
  cr_assert(rg_closures_group(closures, 1).is_implicit);
  rg_closures_destroy(closures);
}

Test(closures, without_a_site_are_a_group_too)
{
  SCOPED_HEAP heaped = heap("a:closure b:closure f:callable,site=f/x.py/1");
  rg_closures *closures = find_closures(heaped.graph);
  cr_assert_eq(rg_closures_num_groups(closures), 1);
  cr_assert_eq(rg_closures_group(closures, 0).site, RG_SITE_NONE);
  cr_assert_eq(rg_closures_group(closures, 0).num_nodes, 2);
  rg_closures_destroy(closures);
}

Test(closures, of_an_empty_graph_are_none)
{
  SCOPED_HEAP heaped = heap("");
  rg_closures *closures = find_closures(heaped.graph);
  cr_assert_eq(rg_closures_num_groups(closures), 0);
  rg_closures_destroy(closures);
}

Test(closures, may_capture_themselves)
{
  SCOPED_HEAP heaped = heap("a:closure,size=10,site=a/x.py/1 a{}>t t:passage t{me}>c c:passage c{}>a");
  rg_closures *closures = find_closures(heaped.graph);
  cr_assert_eq(rg_closures_group(closures, 0).captured_size, 10);
  rg_closures_destroy(closures);
}

/* --- what sites retain, and what they capture --------------------------------------------------------------------- */

static rg_closures *measure_closures(const rg_graph *graph)
{
  rg_dominators *dominators;
  rg_closures *closures = find_closures(graph);
  cr_assert_null(rg_dominators_create(graph, NULL, &dominators));
  cr_assert_null(rg_closures_measure(closures, graph, dominators));
  rg_dominators_destroy(dominators);
  return closures;
}

#define SITES "R>a R>b R>c R>s a{x}>v b{x}>v c{y}>t s.z>t a:closure,size=1,site=f/x.py/1 b:closure,size=1,site=f/x.py/1 " \
              "c:closure,size=2,site=g/x.py/2 v:type=Small,size=4 t:type=Large,size=100 v.rows>w w:size=50 s:size=1"

Test(closures, retain_what_all_of_a_site_hold_alone)
{
  SCOPED_HEAP heaped = heap(SITES);
  rg_closures *closures = measure_closures(heaped.graph);
  cr_assert_eq(rg_closures_group(closures, 0).num_nodes, 2);
  cr_assert_eq(rg_closures_group(closures, 0).retained, 56);
  cr_assert_eq(rg_closures_group(closures, 1).retained, 2);
  rg_closures_destroy(closures);
}

Test(closures, of_very_many_sites_are_measured_exactly_where_most_is_retained)
{
  rg_builder *builder;
  rg_graph *graph;
  uint32_t num_sites = 2 * RG_CLOSURES_NUM_EXACT;
  cr_assert_null(rg_builder_create(&builder));
  for (uint32_t i = 0; i < num_sites; i++) {
    char name[16];
    rg_site site;
    rg_node nodes[3];
    rg_node_info closure = {.length = RG_LENGTH_NONE, .flags = RG_NODE_CLOSURE, .size = 1};
    rg_node_info value = {.length = RG_LENGTH_NONE, .site = RG_SITE_NONE, .size = 10 + i};
    snprintf(name, sizeof(name), "f%u", i);
    rg_site_info info = {.name = name, .file = "x.py", .line = i + 1};
    cr_assert_null(rg_builder_add_site(builder, &info, &site));
    closure.site = site;
    for (size_t j = 0; j < 3; j++)
      cr_assert_null(rg_builder_add_node(builder, j == 2 ? &value : &closure, &nodes[j]));
    for (size_t j = 0; j < 2; j++) {
      cr_assert_null(rg_builder_add_edge(builder, RG_NODE_ROOT, nodes[j], RG_EDGE_INTERNAL, 0));
      cr_assert_null(rg_builder_add_edge(builder, nodes[j], nodes[2], RG_EDGE_CAPTURED, 0));
    }
  }
  cr_assert_null(rg_builder_finish(builder, &graph));
  rg_builder_destroy(builder);
  rg_closures *closures = measure_closures(graph);
  for (uint32_t i = 0; i < num_sites; i++)
    cr_assert_eq(rg_closures_group(closures, i).retained, i < RG_CLOSURES_NUM_EXACT ? 12 + num_sites - 1 - i : 1);
  rg_closures_destroy(closures);
  rg_graph_destroy(graph);
}

Test(closures, are_held_by_what_stands_before_them_on_the_shortest_path)
{
  // Two lists of three and one, an attribute of an instance through its dict, a root, and one that nothing reaches.
  SCOPED_HEAP heaped = heap("R>m m.l>l m.k>k l:container,type=list k:container,type=list l[0]>a l[1]>b l[2]>c k[0]>d "
                            "R>i i:type=Panel i!__dict__>p p:passage p.cb>e R>f a:" SITE_F " b:" SITE_F " c:" SITE_F
                            " d:" SITE_F " e:" SITE_F " f:" SITE_F " g:" SITE_F);
  rg_closures *closures = find_closures(heaped.graph);
  rg_paths *paths;
  rg_holders *holders;
  const size_t group = 0;
  cr_assert_null(rg_paths_create(heaped.graph, NULL, &paths));
  cr_assert_null(rg_holders_create(heaped.graph, paths, closures, &group, 1, &holders));
  cr_assert_eq(rg_holders_num(holders, 0), 2);
  rg_holder lists = rg_holders_get(holders, 0, 0), panel = rg_holders_get(holders, 0, 1);
  cr_assert_eq(lists.node, heap_node(&heaped, "l"));
  cr_assert_eq(lists.num_closures, 4);
  cr_assert_eq(panel.node, heap_node(&heaped, "i"));
  cr_assert_str_eq(rg_graph_edge_name(heaped.graph, panel.edge), "cb");
  cr_assert_eq(panel.num_closures, 1);
  rg_holders *again;
  cr_assert_gt(HEAP_TORTURE(rg_holders_create(heaped.graph, paths, closures, &group, 1, &again),
                            rg_holders_destroy(again)),
               0);
  rg_holders_destroy(holders);
  rg_paths_destroy(paths);
  rg_closures_destroy(closures);
}

Test(closures, capture_values_by_name)
{
  SCOPED_HEAP heaped = heap(SITES);
  rg_captures *captures;
  rg_closures *closures = measure_closures(heaped.graph);
  const size_t groups[] = {1, 0};
  cr_assert_null(rg_captures_create(heaped.graph, closures, groups, 2, &captures));
  cr_assert_eq(rg_captures_num(captures, 0), 1);
  cr_assert_eq(rg_captures_num(captures, 1), 1);
  rg_captured y = rg_captures_get(captures, 0, 0), x = rg_captures_get(captures, 1, 0);
  cr_assert_str_eq(y.name, "y");
  cr_assert_eq(y.retained, 100);
  cr_assert_eq(y.num_closures, 1);
  cr_assert_str_eq(x.name, "x");
  cr_assert_eq(x.num_nodes, 1);
  cr_assert_eq(x.nodes[0], heap_node(&heaped, "v"));
  cr_assert_eq(x.retained, 54);
  cr_assert_eq(x.num_closures, 2);
  rg_captures_destroy(captures);
  rg_closures_destroy(closures);
}

static const char *place_of_values(const char *notation)
{
  static char file[32];
  SCOPED_HEAP heaped = heap(notation);
  rg_captures *captures;
  rg_closures *closures = find_closures(heaped.graph);
  const size_t group = 0;
  cr_assert_null(rg_captures_create(heaped.graph, closures, &group, 1, &captures));
  rg_allocation allocation = rg_captures_get(captures, 0, 0).allocation;
  snprintf(file, sizeof(file), "%s", allocation.file ? allocation.file : "");
  rg_captures_destroy(captures);
  rg_closures_destroy(closures);
  return file;
}

Test(closures, capture_what_was_mostly_allocated_at_one_place)
{
#define THREE "a{x}>u b{x}>v c{x}>w a:" SITE_F "/x b:" SITE_F "/x c:" SITE_F "/x "
  cr_assert_str_eq(place_of_values(THREE "u:allocated=a.py/1 v:allocated=b.py/1 w:allocated=b.py/1"), "b.py");
  cr_assert_str_eq(place_of_values(THREE "u:allocated=a.py/1 v:allocated=b.py/2 w:allocated=b.py/3"), "");
  cr_assert_str_eq(place_of_values(THREE "u:allocated=a.py/1"), "");
  cr_assert_str_eq(place_of_values(THREE "u:allocated=a.py/1 w:allocated=a.py/1"), "a.py");
}

Test(closures, capture_through_passages_under_the_last_name)
{
  SCOPED_HEAP heaped = heap("a:closure,site=f/x.py/1 a{}>t t:passage t{self}>c c:passage c{}>w t{other}>d d:passage d{}>v "
                            "b:closure,site=f/x.py/1 b{}>u u:passage u{other}>e e:passage e{}>w u{self}>c");
  rg_captures *captures;
  rg_closures *closures = find_closures(heaped.graph);
  const size_t group = 0;
  cr_assert_null(rg_captures_create(heaped.graph, closures, &group, 1, &captures));
  cr_assert_eq(rg_captures_num(captures, 0), 2);
  for (size_t i = 0; i < 2; i++) {
    rg_captured captured = rg_captures_get(captures, 0, i);
    bool is_self = strcmp(captured.name, "self") == 0;
    cr_assert(is_self || strcmp(captured.name, "other") == 0);
    cr_assert_eq(captured.num_nodes, is_self ? 1 : 2);
    cr_assert_eq(captured.num_closures, 2);
  }
  rg_captures_destroy(captures);
  rg_closures_destroy(closures);
}

Test(closures, survive_every_failing_allocation)
{
  SCOPED_HEAP heaped = heap("a:" TICK " b:" DRAW " a{self}>w b{panel}>w");
  rg_closures *closures;
  cr_assert_gt(HEAP_TORTURE(rg_closures_create(heaped.graph, &closures), rg_closures_destroy(closures)), 0);
  rg_dominators *dominators;
  rg_captures *captures;
  const size_t group = 0;
  closures = find_closures(heaped.graph);
  cr_assert_null(rg_dominators_create(heaped.graph, NULL, &dominators));
  cr_assert_gt(HEAP_TORTURE(rg_closures_measure(closures, heaped.graph, dominators), (void)0), 0);
  cr_assert_gt(HEAP_TORTURE(rg_captures_create(heaped.graph, closures, &group, 1, &captures),
                            rg_captures_destroy(captures)), 0);
  rg_dominators_destroy(dominators);
  rg_closures_destroy(closures);
}
