/* Closures by definition site. */
#include <criterion/criterion.h>

#include <stdlib.h>

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

Test(closures, survive_every_failing_allocation)
{
  SCOPED_HEAP heaped = heap("a:" TICK " b:" DRAW " a{self}>w b{panel}>w");
  rg_closures *closures;
  cr_assert_gt(HEAP_TORTURE(rg_closures_create(heaped.graph, &closures), rg_closures_destroy(closures)), 0);
}
