/* Tables: cells, and how they are written. */
#include <criterion/criterion.h>

#include "../../src/base/alloc.h"
#include "heap.h"

static rg_table *types_of(const rg_graph *graph, size_t max_rows)
{
  rg_types *types;
  rg_table *table;
  cr_assert_null(rg_types_create(graph, NULL, 0, &types));
  cr_assert_null(rg_table_of_types(graph, types, max_rows, &table));
  rg_types_destroy(types);
  return table;
}

static rg_table *closures_of(const rg_graph *graph)
{
  rg_closures *closures;
  rg_table *table;
  rg_dominators *dominators;
  cr_assert_null(rg_closures_create(graph, &closures));
  cr_assert_null(rg_dominators_create(graph, NULL, &dominators));
  cr_assert_null(rg_closures_measure(closures, graph, dominators));
  rg_dominators_destroy(dominators);
  cr_assert_null(rg_table_of_closures(graph, closures, NULL, SIZE_MAX, &table));
  rg_closures_destroy(closures);
  return table;
}

// What a writer wrote, with a NUL.
#define WRITTEN(call)                                         \
  ({                                                          \
    rg_buffer written_ = {0};                                 \
    rg_writer writer = rg_buffer_writer(&written_);           \
    cr_assert_null(call);                                     \
    cr_assert_null(writer.write(writer.context, "", 1));      \
    written_;                                                 \
  })

Test(table, for_people_has_aligned_columns_and_a_summary)
{
  SCOPED_HEAP heaped = heap("a:type=Screen,size=40 b:type=Screen,size=2 c:type=Panel,size=7");
  rg_table *table = types_of(heaped.graph, SIZE_MAX);
  rg_buffer text = WRITTEN(rg_table_write_text(table, "ask for more", &writer));
  cr_assert_str_eq(text.data, "objects  size  type\n"
                              "      2  42 B  Screen\n"
                              "      1   7 B  Panel\n"
                              "\n3 objects of 2 types, 49 B\n");
  rg_buffer_deinit(&text);
  rg_table_destroy(table);
}

Test(table, says_how_many_rows_were_left_out_and_what_to_do)
{
  SCOPED_HEAP heaped = heap("a:type=Screen,size=40 b:type=Window,size=2 c:type=Panel,size=7");
  rg_table *table = types_of(heaped.graph, 1);
  rg_buffer text = WRITTEN(rg_table_write_text(table, "ask for more", &writer));
  cr_assert_eq(rg_table_num_rows(table), 1);
  cr_assert_eq(rg_table_num_omitted(table), 2);
  cr_assert_not_null(strstr(text.data, "\n3 objects of 3 types, 49 B; 2 not listed: ask for more\n"));
  rg_buffer_deinit(&text);
  rg_table_destroy(table);
}

Test(table, for_programs_is_a_list_of_objects)
{
  SCOPED_HEAP heaped = heap("a:type=Sc\"reen,size=40");
  rg_table *table = types_of(heaped.graph, SIZE_MAX), *none = types_of(heaped.graph, 0);
  rg_buffer json = WRITTEN(rg_table_write_json(table, &writer));
  rg_buffer empty = WRITTEN(rg_table_write_json(none, &writer));
  cr_assert_str_eq(json.data, "[\n  {\"count\": 1, \"size\": 40, \"type\": \"Sc\\\"reen\", \"retained\": null}\n]\n");
  cr_assert_str_eq(empty.data, "[]\n");
  rg_buffer_deinit(&json);
  rg_buffer_deinit(&empty);
  rg_table_destroy(table);
  rg_table_destroy(none);
}

Test(table, for_notebooks_lets_no_markup_through)
{
  SCOPED_HEAP heaped = heap("a:type=<b>&,size=40");
  rg_table *table = types_of(heaped.graph, SIZE_MAX);
  rg_buffer html = WRITTEN(rg_table_write_html(table, &writer));
  cr_assert_not_null(strstr(html.data, "&lt;b&gt;&amp;"));
  cr_assert_null(strstr(html.data, "<b>"));
  rg_buffer_deinit(&html);
  rg_table_destroy(table);
}

Test(table, of_closures_has_a_table_of_what_each_site_captures)
{
  SCOPED_HEAP heaped = heap("R>m m:module,label=m m.on>l l:container,type=list l[0]>f f{x}>a a>b "
                            "f:closure,size=9,site=make/app.py/12/x:.close.title/y:rw a:type=Row,size=3,allocated=ui.py/7 b:size=2");
  rg_table *table = closures_of(heaped.graph);
  rg_buffer json = WRITTEN(rg_table_write_json(table, &writer));
  cr_assert_str_eq(json.data,
                   "[\n  {\"qualname\": \"make\", \"file\": \"app.py\", \"line\": 12, \"copies\": 1, "
                   "\"retained\": 14, \"holders\": [{\"path\": \"m.on\", \"type\": \"list\", \"closures\": 1}], "
                   "\"captures\": ["
                   "{\"name\": \"x\", \"type\": \"Row\", \"retained\": 5, \"shared\": 1, \"read\": true, "
                   "\"written\": false, \"attributes\": [\"close\", \"title\"], \"allocated\": \"ui.py:7\"}, "
                   "{\"name\": \"y\", \"type\": null, \"retained\": null, \"shared\": null, \"read\": true, "
                   "\"written\": true, \"attributes\": null, \"allocated\": null}], \"implicit\": false}\n]\n");
  rg_buffer_deinit(&json);
  rg_table_destroy(table);
}

Test(table, keeps_a_hostile_name_of_an_attribute_in_its_string)
{
  SCOPED_HEAP heaped = heap("R>f f{x}>a f:closure,site=f/a.py/1/x:.close.\"]}\\.title a:type=Row");
  rg_table *table = closures_of(heaped.graph);
  rg_buffer json = WRITTEN(rg_table_write_json(table, &writer));
  cr_assert_not_null(strstr(json.data, "\"attributes\": [\"close\", \"\\\"]}\\\\\", \"title\"]"), "%s", json.data);
  rg_buffer_deinit(&json);
  rg_table_destroy(table);
}

static rg_table *dominators_of(const rg_graph *graph, const rg_node *nodes, size_t num_nodes, size_t max_rows)
{
  rg_dominators *dominators;
  rg_table *table;
  cr_assert_null(rg_dominators_create(graph, NULL, &dominators));
  cr_assert_null(rg_table_of_dominators(graph, dominators, nodes, num_nodes, max_rows, &table));
  rg_dominators_destroy(dominators);
  return table;
}

#define DOMINATED              \
  "R>a a>b a>c b>d R>e R>f e>g f>g " \
  "a:size=1 b:size=2 c:size=9 d:size=3 e:size=4 f:size=4 g:size=20 h:size=8"

Test(table, of_dominators_is_a_tree_in_preorder_whose_largest_branch_is_first)
{
  SCOPED_HEAP heaped = heap(DOMINATED);
  rg_table *table = dominators_of(heaped.graph, NULL, 0, SIZE_MAX);
  static const char *names = "gacbdef";
  static const int64_t depths[] = {0, 0, 1, 1, 2, 0, 0}, retained[] = {20, 15, 9, 5, 3, 4, 4};
  cr_assert_eq(rg_table_num_rows(table), 7);
  for (size_t i = 0; i < 7; i++) {
    char name[] = {names[i], '\0'};
    cr_assert_eq(rg_table_cell(table, i, 0).number, heap_node(&heaped, name));
    cr_assert_eq(rg_table_cell(table, i, 2).number, depths[i]);
    cr_assert_eq(rg_table_cell(table, i, 3).number, retained[i]);
  }
  cr_assert_str_eq(rg_table_summary(table), "8 objects, 51 B; no root reaches 1 object, 8 B");
  rg_table_destroy(table);
}

Test(table, of_dominators_keeps_the_largest_and_counts_the_rest)
{
  SCOPED_HEAP heaped = heap(DOMINATED);
  rg_table *table = dominators_of(heaped.graph, NULL, 0, 3);
  cr_assert_eq(rg_table_cell(table, 0, 0).number, heap_node(&heaped, "g"));
  cr_assert_eq(rg_table_cell(table, 1, 0).number, heap_node(&heaped, "a"));
  cr_assert_eq(rg_table_cell(table, 2, 0).number, heap_node(&heaped, "c"));
  cr_assert_eq(rg_table_num_rows(table), 3);
  cr_assert_eq(rg_table_num_omitted(table), 4);
  rg_table_destroy(table);
}

Test(table, of_dominators_has_what_stands_under_another_once)
{
  SCOPED_HEAP heaped = heap(DOMINATED);
  const rg_node nodes[] = {heap_node(&heaped, "d"), heap_node(&heaped, "b"), heap_node(&heaped, "h")};
  rg_table *table = dominators_of(heaped.graph, nodes, 3, SIZE_MAX);
  cr_assert_eq(rg_table_num_rows(table), 3);
  cr_assert_eq(rg_table_cell(table, 0, 0).number, nodes[2]);
  cr_assert_eq(rg_table_cell(table, 1, 0).number, nodes[1]);
  cr_assert_eq(rg_table_cell(table, 2, 0).number, nodes[0]);
  cr_assert_eq(rg_table_cell(table, 2, 1).number, nodes[1]);
  rg_table_destroy(table);
}

Test(table, of_dominators_of_a_long_chain_is_no_wider_than_it_is_deep)
{
  rg_graph *graph = heap_chain(30000);
  rg_table *table = dominators_of(graph, NULL, 0, SIZE_MAX);
  const char *shown = rg_table_cell(table, 24, 7).text, *deeper = rg_table_cell(table, 29999, 7).text;
  cr_assert_eq(strspn(shown, " "), 48);
  cr_assert_eq(strncmp(shown + 48, "object", 6), 0);
  cr_assert_eq(strspn(deeper, " "), 48);
  cr_assert_eq(strncmp(deeper + 48, "29999: object", 13), 0);
  rg_table_destroy(table);
  rg_graph_destroy(graph);
}

static rg_table *cycles_of(const rg_graph *graph, size_t max_rows)
{
  rg_cycles *cycles;
  rg_table *table;
  cr_assert_null(rg_cycles_create(graph, NULL, &cycles));
  cr_assert_null(rg_table_of_cycles(graph, cycles, NULL, max_rows, &table));
  rg_cycles_destroy(cycles);
  return table;
}

Test(table, of_cycles_has_a_closure_for_its_face_and_the_reference_to_cut)
{
  SCOPED_HEAP heaped = heap("R>a a.callback>f f{self}>a a:type=Panel,size=5 f:closure,size=9,site=make/app.py/12/self "
                            "b.next>c c.next>b b:size=1 c:size=1");
  rg_table *table = cycles_of(heaped.graph, SIZE_MAX);
  cr_assert_eq(rg_table_num_rows(table), 2);
  cr_assert_eq(rg_table_cell(table, 0, 0).number, heap_node(&heaped, "f"));
  cr_assert_eq(rg_table_cell(table, 0, 1).number, 2);
  cr_assert_eq(rg_table_cell(table, 0, 2).number, 14);
  cr_assert_str_eq(rg_table_cell(table, 0, 4).text, "alive");
  cr_assert_str_eq(rg_table_cell(table, 0, 5).text, "closure of its owner");
  cr_assert_eq(strncmp(rg_table_cell(table, 0, 7).text, "self of ", 8), 0);
  cr_assert_str_eq(rg_table_cell(table, 1, 4).text, "garbage");
  cr_assert_str_eq(rg_table_summary(table), "2 cycles, 1 of them garbage");
  rg_table_destroy(table);
}

Test(table, of_cycles_says_what_a_limit_left_out)
{
  SCOPED_HEAP heaped = heap("R>a a>b b>a c>d d>c");
  rg_table *table = cycles_of(heaped.graph, 1);
  cr_assert_eq(rg_table_num_rows(table), 1);
  cr_assert_eq(rg_table_num_omitted(table), 1);
  rg_table_destroy(table);
}

Test(table, of_allocations_puts_closures_beside_the_lines_where_captured_values_were_allocated)
{
  SCOPED_HEAP heaped = heap("R>f R>g R>h f{x}>a f{y}>b g{x}>c h{z}>d "
                            "f:closure,site=make/app.py/12/x/y g:closure,site=make/app.py/12/x/y "
                            "h:closure,site=other/app.py/30/z a:size=5,allocated=app.py/7 b:size=1,allocated=app.py/8 "
                            "c:size=6,allocated=app.py/7 d:size=9,allocated=app.py/7");
  const rg_traced traced[] = {{"app.py", 7, 100, 3}, {"lib.py", 7, 50, 2}, {"app.py", 8, 10, 1}, {"app.py", 9, 5, 1}};
  rg_closures *closures;
  rg_table *table;
  cr_assert_null(rg_closures_create(heaped.graph, &closures));
  cr_assert_null(rg_table_of_allocations(heaped.graph, closures, traced, 4, 3, &table));
  cr_assert_eq(rg_table_num_rows(table), 3);
  const rg_table *here = rg_table_cell(table, 0, 5).table;
  cr_assert_eq(rg_table_num_rows(here), 2);
  cr_assert_str_eq(rg_table_cell(here, 0, 0).text, "make");
  cr_assert_str_eq(rg_table_cell(here, 0, 3).text, "x");
  cr_assert_eq(rg_table_cell(here, 0, 4).number, 2);
  cr_assert_eq(rg_table_cell(here, 0, 5).number, 11);
  cr_assert_str_eq(rg_table_cell(here, 1, 0).text, "other");
  cr_assert_eq(rg_table_num_rows(rg_table_cell(table, 1, 5).table), 0);
  cr_assert_str_eq(rg_table_cell(rg_table_cell(table, 2, 5).table, 0, 3).text, "y");
  cr_assert_eq(rg_table_num_omitted(table), 1);
  rg_table_destroy(table);
  cr_assert_gt(HEAP_TORTURE(rg_table_of_allocations(heaped.graph, closures, traced, 4, 3, &table),
                            rg_table_destroy(table)),
               0);
  rg_closures_destroy(closures);
}

Test(table, outlives_its_graph)
{
  struct heap heaped = heap("R>f f{x}>a f:closure,site=make/app.py/12/x");
  rg_table *table = closures_of(heaped.graph);
  heap_deinit(&heaped);
  cr_assert_str_eq(rg_table_cell(table, 0, 0).text, "make");
  cr_assert_str_eq(rg_table_cell(rg_table_cell(table, 0, 8).table, 0, 0).text, "x");
  rg_table_destroy(table);
}

static rg_error *write_all(const rg_table *table)
{
  rg_buffer buffer = RG_BUFFER_INIT;
  rg_writer writer = rg_buffer_writer(&buffer);
  rg_error *error = rg_table_write_text(table, "hint", &writer);
  if (!error)
    error = rg_table_write_json(table, &writer);
  if (!error)
    error = rg_table_write_html(table, &writer);
  rg_buffer_deinit(&buffer);
  return error;
}

Test(table, is_written_again_after_writing_failed)
{
  SCOPED_HEAP heaped = heap("R>f f{x}>a f:closure,site=make/app.py/12/x");
  rg_table *table = closures_of(heaped.graph);
  cr_assert_gt(HEAP_TORTURE(write_all(table), (void)0), 5);
  rg_table_destroy(table);
}

Test(table, of_types_and_of_ways_without_memory_fails_and_keeps_nothing)
{
  SCOPED_HEAP heaped = heap("R>a R>b a.x>c b.y>c c:type=Screen");
  rg_node target = heap_node(&heaped, "c");
  rg_types *types;
  rg_disjoint_paths *paths;
  rg_cut *cut;
  rg_table *table;
  cr_assert_null(rg_types_create(heaped.graph, NULL, 0, &types));
  cr_assert_null(rg_disjoint_paths_create(heaped.graph, target, NULL, &paths));
  cr_assert_null(rg_cut_create(heaped.graph, &target, 1, NULL, &cut));
  cr_assert_gt(HEAP_TORTURE(rg_table_of_types(heaped.graph, types, 1, &table), rg_table_destroy(table)), 3);
  cr_assert_gt(HEAP_TORTURE(rg_table_of_disjoint_paths(heaped.graph, paths, &table), rg_table_destroy(table)), 5);
  cr_assert_gt(HEAP_TORTURE(rg_table_of_cut(heaped.graph, cut, &table), rg_table_destroy(table)), 5);
  rg_cut_destroy(cut);
  rg_disjoint_paths_destroy(paths);
  rg_types_destroy(types);
}

Test(table, without_memory_fails_and_keeps_nothing)
{
  SCOPED_HEAP heaped = heap("R>f f{x}>a f:closure,site=make/app.py/12/x g:closure,site=other/app.py/2/y");
  rg_closures *closures;
  rg_table *table;
  cr_assert_null(rg_closures_create(heaped.graph, &closures));
  cr_assert_gt(HEAP_TORTURE(rg_table_of_closures(heaped.graph, closures, NULL, SIZE_MAX, &table),
                            rg_table_destroy(table)), 5);
  rg_closures_destroy(closures);
  rg_dominators *dominators;
  rg_dominated children; // asked for once, they stay
  cr_assert_null(rg_dominators_create(heaped.graph, NULL, &dominators));
  cr_assert_null(rg_dominators_children(dominators, RG_NODE_ROOT, &children));
  cr_assert_gt(HEAP_TORTURE(rg_table_of_dominators(heaped.graph, dominators, NULL, 0, 1, &table),
                            rg_table_destroy(table)), 5);
  rg_dominators_destroy(dominators);
  SCOPED_HEAP circle = heap("R>a a.next>b b.next>a");
  rg_cycles *cycles;
  cr_assert_null(rg_cycles_create(circle.graph, NULL, &cycles));
  cr_assert_gt(HEAP_TORTURE(rg_table_of_cycles(circle.graph, cycles, NULL, SIZE_MAX, &table),
                            rg_table_destroy(table)), 5);
  rg_cycles_destroy(cycles);
}
