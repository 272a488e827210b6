/* Which references a program can undo. */
#include <criterion/criterion.h>

#include <string.h>

#include "heap.h"

/* Of the edges of a heap, in the order of their sources and their own, "1" for each that can be undone, "0" for
 * others. */
static const char *editable(const char *notation)
{
  static char answer[64];
  SCOPED_HEAP heaped = heap(notation);
  rg_edge num = rg_graph_num_edges(heaped.graph);
  for (rg_edge edge = 0; edge < num; edge++)
    answer[edge] = rg_edge_is_editable(heaped.graph, edge) ? '1' : '0';
  answer[num] = '\0';
  return answer;
}

Test(editable, are_attributes_items_positions_keys_variables_and_arguments)
{
  cr_assert_str_eq(editable("a.x>b a['k']>b a[3]>b a#>b a{x}>b a(x)>b a*x>b"), "1111111");
}

Test(editable, are_no_machinery_weak_references_and_types)
{
  cr_assert_str_eq(editable("a!x>b a~>b a%>b"), "000");
}

Test(editable, are_no_edges_of_the_super_root)
{
  cr_assert_str_eq(editable("R>a R.x>b R(x)>a"), "000");
}

Test(editable, is_what_lies_behind_a_passage_but_not_the_step_to_it)
{
  cr_assert_str_eq(editable("f{}>t t{}>c c{x}>v t:passage,fixed c:passage"), "001");
}

Test(editable, is_nothing_that_a_fixed_object_holds)
{
  cr_assert_str_eq(editable("t[0]>a s#>a m.self>a t:fixed s:fixed m:fixed"), "000");
}

Test(editable, is_nothing_that_state_holds_which_is_no_object)
{
  cr_assert_str_eq(editable("t.x>a f(x)>a t:external f:frame"), "01");
}
