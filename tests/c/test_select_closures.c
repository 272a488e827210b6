/* The merged picture of all closures. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/base/alloc.h"
#include "heap.h"
#include "selected.h"

static rg_selection *select_all(const rg_graph *graph, const rg_why_closures_options *options)
{
  rg_closures *closures;
  cr_assert_null(rg_closures_create(graph, &closures));
  rg_selection *selection;
  cr_assert_null(rg_select_why_closures(graph, closures, options, &selection));
  rg_closures_destroy(closures);
  return selection;
}

static uint32_t count_of(const rg_selection *selection, rg_node node)
{
  const rg_selected_node *found = selected_node(selection, node);
  return found ? found->count : 0;
}

#define COUNT(name) count_of(selection, heap_node(&heaped, (name)))
#define TICK "closure,callable,site=on_tick/worker.py/42/self"
#define DRAW "closure,callable,site=on_draw/ui.py/7/panel"

Test(why_closures, draws_one_box_for_all_copies_in_one_list)
{
  SCOPED_HEAP heaped = heap("R>m m.l>l l:container l[0]>a l[1]>b l[2]>c a:" TICK " b:" TICK " c:" TICK);
  SCOPED_SELECTION *selection = select_all(heaped.graph, NULL);
  cr_assert_eq(rg_selection_num_nodes(selection), 3);
  cr_assert_eq(COUNT("a"), 3);
  cr_assert_eq(selected_node(selection, heap_node(&heaped, "a"))->role, RG_ROLE_TARGET);
  cr_assert_eq(rg_selection_num_edges(selection), 2);
  cr_assert_eq(rg_selection_edge(selection, 1).count, 3);
}

Test(why_closures, draws_one_box_for_a_site_wherever_it_is_held)
{
  SCOPED_HEAP heaped = heap("R>m R>n n.x>b m.x>a a:" TICK " b:" TICK);
  SCOPED_SELECTION *selection = select_all(heaped.graph, NULL);
  cr_assert_eq(rg_selection_num_nodes(selection), 2 + (size_t)(COUNT("a") == 2));
}

Test(why_closures, merges_like_holders_on_the_way)
{
  // Three workers in a list, each with a dict that holds a callback.
  SCOPED_HEAP heaped = heap("R>l l:container w:type=W v:type=W u:type=U l[0]>w l[1]>v l[2]>u w.cb>a v.cb>b u.cb>c "
                            "a:" TICK " b:" TICK " c:" TICK);
  SCOPED_SELECTION *selection = select_all(heaped.graph, NULL);
  cr_assert_eq(COUNT("w"), 2);
  cr_assert_eq(COUNT("u"), 1);
  cr_assert_eq(COUNT("a"), 3);
}

Test(why_closures, keeps_different_names_apart)
{
  SCOPED_HEAP heaped = heap("R>d d:container d['tick']>k d['draw']>l k:container l:container k[0]>a l[0]>b a:" TICK " b:" DRAW);
  SCOPED_SELECTION *selection = select_all(heaped.graph, NULL);
  cr_assert_eq(COUNT("k"), 1);
  cr_assert_eq(COUNT("l"), 1);
}

Test(why_closures, keeps_modules_of_different_names_apart)
{
  SCOPED_HEAP heaped = heap("R>m R>n m:module,label=m n:module,label=n m.f>a n.f>b a:" TICK " b:" DRAW);
  SCOPED_SELECTION *selection = select_all(heaped.graph, NULL);
  cr_assert_eq(COUNT("m"), 1);
  cr_assert_eq(COUNT("n"), 1);
}

Test(why_closures, leaves_implicit_ones_out_unless_asked_for)
{
  SCOPED_HEAP heaped = heap("R>m m.a>a a:implicit," TICK);
  SCOPED_SELECTION *selection = select_all(heaped.graph, NULL);
  cr_assert_eq(rg_selection_num_nodes(selection), 0);
  rg_why_closures_options options = RG_WHY_CLOSURES_OPTIONS_INIT;
  options.with_implicit = true;
  SCOPED_SELECTION *all = select_all(heaped.graph, &options);
  cr_assert_eq(rg_selection_num_nodes(all), 2);
}

Test(why_closures, counts_closures_that_no_path_reaches)
{
  SCOPED_HEAP heaped = heap("R>m m.a>a a:" TICK " b:" TICK " c:" DRAW);
  SCOPED_SELECTION *selection = select_all(heaped.graph, NULL);
  cr_assert_eq(rg_selection_num_unreached(selection), 2);
  cr_assert_eq(COUNT("a"), 1);
}

Test(why_closures, draws_the_first_sites_up_to_the_limit)
{
  SCOPED_HEAP heaped = heap("R>m m.a>a m.b>b a:" TICK " b:" DRAW " b{panel}>p p:size=1000");
  rg_why_closures_options options = RG_WHY_CLOSURES_OPTIONS_INIT;
  options.max_sites = 1;
  SCOPED_SELECTION *selection = select_all(heaped.graph, &options);
  cr_assert_eq(COUNT("b"), 1);
  cr_assert_eq(COUNT("a"), 0);
}

Test(why_closures, counts_the_copies_that_the_budget_has_no_room_for)
{
  SCOPED_HEAP heaped = heap("R>m m.a>a m.x>x x>y y>b a:" TICK " b:" TICK);
  rg_why_closures_options options = RG_WHY_CLOSURES_OPTIONS_INIT;
  options.max_nodes = 3;
  SCOPED_SELECTION *selection = select_all(heaped.graph, &options);
  cr_assert_eq(rg_selection_num_nodes(selection), 2);
  cr_assert_eq(selected_node(selection, heap_node(&heaped, "a"))->num_cut_referrers, 1);
}

Test(why_closures, go_through_a_closure_that_holds_another)
{
  SCOPED_HEAP heaped = heap("R>m m.a>a a{}>t t:passage t{cb}>c c:passage c{}>b a:" TICK " b:" DRAW);
  SCOPED_SELECTION *selection = select_all(heaped.graph, NULL);
  cr_assert_eq(selected_node(selection, heap_node(&heaped, "a"))->role, RG_ROLE_TARGET);
  cr_assert_eq(selected_node(selection, heap_node(&heaped, "b"))->role, RG_ROLE_TARGET);
  cr_assert_eq(rg_selection_num_edges(selection), 4);
}

Test(why_closures, show_what_a_few_sites_capture)
{
  SCOPED_HEAP heaped = heap("R>l l[0]>a l[1]>b a:" TICK " b:" TICK " a{}>t t:passage t{self}>c c:passage c{}>w "
                            "b{}>u u:passage u{self}>d d:passage d{}>v w:type=W v:type=W");
  SCOPED_SELECTION *selection = select_all(heaped.graph, NULL);
  cr_assert_eq(COUNT("w"), 2);
  cr_assert_eq(COUNT("c"), 2);
}

Test(why_closures, count_a_shared_variable_once)
{
  SCOPED_HEAP heaped = heap("R>l l[0]>a l[1]>b a:" TICK " b:" TICK " a{}>t t:passage t{self}>c c:passage,shared c{}>w "
                            "b{}>u u:passage u{self}>c");
  SCOPED_SELECTION *selection = select_all(heaped.graph, NULL);
  cr_assert_eq(COUNT("w"), 1);
  for (size_t i = 0; i < rg_selection_num_edges(selection); i++) {
    rg_selected_edge edge = rg_selection_edge(selection, i);
    if (rg_selection_node(selection, edge.target).node == heap_node(&heaped, "w"))
      cr_assert_eq(edge.count, 1);
  }
}

Test(why_closures, draw_three_siblings_that_differ_in_names_as_one)
{
  SCOPED_HEAP heaped = heap("R>m m:module,label=m m.A>A m.B>B m.C>C m.D>D A:type,label=A B:type,label=B C:type,label=C "
                            "D:type,label=D A.hook>a B.hook>b C.hook>c D.other>d "
                            "a:" TICK " b:" TICK " c:" TICK " d:" TICK);
  SCOPED_SELECTION *selection = select_all(heaped.graph, NULL);
  cr_assert_eq(COUNT("A"), 3);
  cr_assert_eq(COUNT("B"), 0);
  cr_assert_eq(COUNT("D"), 1);
  cr_assert_eq(COUNT("a"), 4);
  cr_assert_eq(rg_selection_num_edges(selection), 4);
  for (size_t i = 0; i < rg_selection_num_edges(selection); i++) {
    rg_selected_edge edge = rg_selection_edge(selection, i);
    if (rg_selection_node(selection, edge.target).node == heap_node(&heaped, "A"))
      cr_assert(edge.count == 3 && edge.num_names == 3);
  }
}

Test(why_closures, keep_two_siblings_apart_and_those_that_hold_different_closures)
{
  SCOPED_HEAP heaped = heap("R>m m:module,label=m m.A>A m.B>B m.C>C A:type,label=A B:type,label=B C:type,label=C "
                            "A.hook>a B.hook>b C.hook>c a:" TICK " b:" TICK " c:" DRAW);
  SCOPED_SELECTION *selection = select_all(heaped.graph, NULL);
  cr_assert_eq(rg_selection_num_nodes(selection), 6);
}

Test(why_closures, draw_the_holders_of_a_large_dict_as_one_whatever_the_budget)
{
  char notation[8192] = "R>d d:container";
  for (uint32_t i = 0; i < 60; i++)
    sprintf(notation + strlen(notation), " d['k%u']>h%u h%u:type=H h%u.cb>f%u f%u:" TICK, i, i, i, i, i, i);
  SCOPED_HEAP heaped = heap(notation);
  rg_why_closures_options options = RG_WHY_CLOSURES_OPTIONS_INIT;
  options.max_nodes = 3;
  SCOPED_SELECTION *selection = select_all(heaped.graph, &options);
  cr_assert_eq(rg_selection_num_nodes(selection), 3);
  cr_assert_eq(COUNT("h0"), 60);
  cr_assert_eq(COUNT("f0"), 60);
}

Test(why_closures, draw_a_tree_of_widgets_as_one_that_leads_to_itself)
{
  // Each widget has two children and a callback.
  char notation[8192] = "R>w0";
  for (uint32_t i = 0; i < 31; i++) {
    size_t used = strlen(notation);
    used += (size_t)sprintf(notation + used, " w%u:type=W w%u.children>l%u l%u:container w%u.cb>f%u f%u:" TICK, i, i, i,
                            i, i, i, i);
    if (2 * i + 2 < 31)
      sprintf(notation + used, " l%u[0]>w%u l%u[1]>w%u", i, 2 * i + 1, i, 2 * i + 2);
  }
  SCOPED_HEAP heaped = heap(notation);
  SCOPED_SELECTION *selection = select_all(heaped.graph, NULL);
  uint32_t num_widgets = 0;
  for (size_t i = 0; i < rg_selection_num_nodes(selection); i++) {
    rg_selected_node node = rg_selection_node(selection, i);
    rg_type type = rg_graph_node(heaped.graph, node.node).type;
    num_widgets += strcmp(rg_graph_type(heaped.graph, type).name, "W") ? 0 : node.count;
  }
  cr_assert_eq(num_widgets, 31);
  cr_assert_eq(COUNT("f0"), 31);
  cr_assert_leq(rg_selection_num_nodes(selection), 7);
}

Test(why_closures, draw_siblings_through_passages_as_one)
{
  SCOPED_HEAP heaped = heap("R>m m:module,label=m m.__dict__>d d:passage d.A>A d.B>B d.C>C A:type,label=A B:type,label=B "
                            "C:type,label=C A.__dict__>x x:passage x.hook>a B.__dict__>y y:passage y.hook>b "
                            "C.__dict__>z z:passage z.hook>c a:" TICK " b:" TICK " c:" TICK);
  SCOPED_SELECTION *selection = select_all(heaped.graph, NULL);
  cr_assert_eq(rg_selection_num_nodes(selection), 5);
  cr_assert_eq(COUNT("A"), 3);
  cr_assert_eq(COUNT("x"), 3);
}

Test(why_closures, draw_three_names_of_a_kind_between_two_boxes_as_one_arrow)
{
  SCOPED_HEAP heaped = heap("R>m m.a>a m.b>b m.c>c m.d>d a:" TICK " b:" TICK " c:" TICK " d:" TICK);
  SCOPED_SELECTION *selection = select_all(heaped.graph, NULL);
  cr_assert_eq(rg_selection_num_edges(selection), 1);
  cr_assert_eq(rg_selection_edge(selection, 0).num_names, 4);
  cr_assert_eq(rg_selection_edge(selection, 0).count, 4);
}

/* Whatever is merged, nothing is lost: every closure that is reached is in a box or counted as cut. */
static void check_nothing_lost(const rg_graph *graph, const rg_why_closures_options *options, uint64_t num_closures)
{
  SCOPED_SELECTION *selection = select_all(graph, options);
  uint64_t num_drawn = 0, num_cut = 0;
  size_t num_boxes = 0;
  for (size_t i = 0; i < rg_selection_num_nodes(selection); i++) {
    rg_selected_node node = rg_selection_node(selection, i);
    num_drawn += node.role == RG_ROLE_TARGET ? node.count : 0;
    num_cut += node.num_cut_referrers;
    num_boxes += !(rg_graph_node_flags(graph, node.node) & RG_NODE_PASSAGE);
  }
  cr_assert_leq(num_boxes, options->max_nodes);
  cr_assert_leq(num_drawn + num_cut + rg_selection_num_unreached(selection), num_closures);
  if (options->max_nodes >= 100)
    cr_assert_eq(num_drawn + num_cut + rg_selection_num_unreached(selection), num_closures);
}

Test(why_closures, lose_no_closure_and_never_exceed_the_budget)
{
  for (uint32_t seed = 1; seed <= 300; seed++) {
    uint32_t state = seed * 77777, num_closures = 0;
    char notation[4096] = "";
    for (uint32_t i = 0; i < 40; i++) {
      uint32_t site = heap_random_below(&state, 8);
      if (site < 4) {
        num_closures++;
        sprintf(notation + strlen(notation), "n%u:closure,site=f%u/x.py/1 ", i, site);
      } else if (site == 4) {
        sprintf(notation + strlen(notation), "n%u:passage ", i);
      }
      sprintf(notation + strlen(notation), "n%u>n%u n%u{v}>n%u ", heap_random_below(&state, 40), i, i,
              heap_random_below(&state, 40));
    }
    strcat(notation, "R>n0 R>n1 R>n2");
    SCOPED_HEAP heaped = heap(notation);
    rg_why_closures_options options = RG_WHY_CLOSURES_OPTIONS_INIT;
    check_nothing_lost(heaped.graph, &options, num_closures);
    options.max_nodes = 1 + seed % 20;
    options.max_edges = 1 + seed % 30;
    check_nothing_lost(heaped.graph, &options, num_closures);
  }
}

Test(why_closures, survive_every_failing_allocation)
{
  SCOPED_HEAP heaped = heap("R>l l[0]>a l[1]>b a:" TICK " b:" TICK " a{}>t t:passage t{self}>c c:passage c{}>w");
  rg_closures *closures;
  cr_assert_null(rg_closures_create(heaped.graph, &closures));
  rg_selection *selection;
  cr_assert_gt(HEAP_TORTURE(rg_select_why_closures(heaped.graph, closures, NULL, &selection),
                            rg_selection_destroy(selection)),
               0);
  rg_closures_destroy(closures);
}
