/* Objects by type. */
#include <criterion/criterion.h>

#include "../../src/base/alloc.h"
#include "heap.h"

static rg_types *count_types(const rg_graph *graph)
{
  rg_types *types;
  cr_assert_null(rg_types_create(graph, NULL, 0, &types));
  return types;
}

static const char *name_at(const rg_graph *graph, const rg_types *types, size_t i)
{
  return rg_graph_type(graph, rg_types_count(types, i).type).name;
}

Test(types, count_nodes_and_their_bytes)
{
  SCOPED_HEAP heaped = heap("a:type=Screen,size=40 b:type=Screen,size=2 c:type=Panel,size=7");
  rg_types *types = count_types(heaped.graph);
  cr_assert_eq(rg_types_num(types), 2);
  cr_assert_str_eq(name_at(heaped.graph, types, 0), "Screen");
  cr_assert_eq(rg_types_count(types, 0).num_nodes, 2);
  cr_assert_eq(rg_types_count(types, 0).size, 42);
  rg_types_destroy(types);
}

Test(types, stand_by_size_then_count_then_name)
{
  SCOPED_HEAP heaped = heap("a:type=C,size=8 b:type=D,size=4 c:type=D,size=4 d:type=B,size=8 e:type=A,size=9");
  rg_types *types = count_types(heaped.graph);
  const char *names[] = {"A", "D", "B", "C"};
  cr_assert_eq(rg_types_num(types), 4);
  for (size_t i = 0; i < 4; i++)
    cr_assert_str_eq(name_at(heaped.graph, types, i), names[i]);
  rg_types_destroy(types);
}

Test(types, of_some_nodes_are_only_theirs)
{
  SCOPED_HEAP heaped = heap("a:type=A,size=8 b:type=B,size=4 c:type=B,size=4");
  rg_node nodes[] = {heap_node(&heaped, "b")};
  rg_types *types, *none;
  cr_assert_null(rg_types_create(heaped.graph, nodes, 1, &types));
  cr_assert_null(rg_types_create(heaped.graph, nodes, 0, &none));
  cr_assert_eq(rg_types_num(types), 1);
  cr_assert_eq(rg_types_count(types, 0).size, 4);
  cr_assert_eq(rg_types_num(none), 0);
  rg_types_destroy(types);
  rg_types_destroy(none);
}

static rg_dominators *find_dominators(const rg_graph *graph)
{
  rg_dominators *dominators;
  cr_assert_null(rg_dominators_create(graph, NULL, &dominators));
  return dominators;
}

Test(types, that_retain_most_come_first_once_measured)
{
  // Two holders share what each of them holds: only both of them together retain it.
  SCOPED_HEAP heaped = heap("R>a R>b a:type=H,size=1 b:type=H,size=2 a>d b>d d:type=D,size=50 R>e e:type=E,size=20 e>f "
                            "f:type=F,size=4");
  rg_dominators *dominators = find_dominators(heaped.graph);
  rg_types *types = count_types(heaped.graph);
  cr_assert_null(rg_types_measure(types, heaped.graph, dominators));
  const char *names[] = {"H", "D", "E", "F"};
  const uint64_t retained[] = {53, 50, 24, 4};
  for (size_t i = 0; i < 4; i++) {
    cr_assert_str_eq(name_at(heaped.graph, types, i), names[i]);
    cr_assert_eq(rg_types_count(types, i).retained, retained[i]);
  }
  rg_types_destroy(types);
  rg_dominators_destroy(dominators);
}

Test(types, of_some_nodes_retain_what_these_do)
{
  SCOPED_HEAP heaped = heap("R>a R>b a:type=H,size=1 b:type=H,size=2 a>d b>d d:type=D,size=50");
  rg_dominators *dominators = find_dominators(heaped.graph);
  rg_node nodes[] = {heap_node(&heaped, "a")};
  rg_types *types;
  cr_assert_null(rg_types_create(heaped.graph, nodes, 1, &types));
  cr_assert_null(rg_types_measure(types, heaped.graph, dominators));
  cr_assert_eq(rg_types_count(types, 0).retained, 1);
  rg_types_destroy(types);
  rg_dominators_destroy(dominators);
}

Test(types, of_an_empty_graph_are_none)
{
  SCOPED_HEAP heaped = heap("");
  rg_types *types = count_types(heaped.graph);
  cr_assert_eq(rg_types_num(types), 0);
  rg_types_destroy(types);
}

Test(types, survive_every_failing_allocation)
{
  SCOPED_HEAP heaped = heap("a:type=A b:type=B");
  rg_types *types;
  cr_assert_gt(HEAP_TORTURE(rg_types_create(heaped.graph, NULL, 0, &types), rg_types_destroy(types)), 0);
  rg_dominators *dominators = find_dominators(heaped.graph);
  types = count_types(heaped.graph);
  cr_assert_gt(HEAP_TORTURE(rg_types_measure(types, heaped.graph, dominators), (void)0), 0);
  rg_types_destroy(types);
  rg_dominators_destroy(dominators);
}
