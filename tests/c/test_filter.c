/* Filters: what a term means, how a bad one is told, and that finding agrees with itself. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/base/alloc.h"
#include "heap.h"

static void destroy_filter(rg_filter **filter)
{
  rg_filter_destroy(*filter);
}
#define SCOPED_FILTER __attribute__((cleanup(destroy_filter))) rg_filter

static void destroy_matches(rg_matches **matches)
{
  rg_matches_destroy(*matches);
}
#define SCOPED_MATCHES __attribute__((cleanup(destroy_matches))) rg_matches

static rg_matches *find(const rg_graph *graph, const char *text)
{
  SCOPED_FILTER *filter = NULL;
  rg_error *error = rg_filter_create(text, &filter);
  cr_assert_null(error, "\"%s\": %s", text, error ? error->message : "");
  rg_matches *matches;
  cr_assert_null(rg_matches_create(graph, filter, &matches));
  return matches;
}

// Asserts that exactly the nodes match whose names are in `names`, in the order in which the heap names them.
static void assert_finds(const struct heap *heaped, const char *text, const char *names)
{
  SCOPED_MATCHES *matches = find(heaped->graph, text);
  char found[256] = "";
  for (size_t i = 0; i < rg_matches_num_nodes(matches); i++) {
    strcat(found, i ? " " : "");
    strcat(found, heaped->names[rg_matches_nodes(matches)[i]]);
  }
  cr_assert_str_eq(found, names, "\"%s\" finds \"%s\", not \"%s\"", text, found, names);
}

static void assert_refused(const char *text, const char *message)
{
  rg_filter *filter = NULL;
  rg_error *error = rg_filter_create(text, &filter);
  cr_assert_not_null(error, "\"%s\" is taken", text);
  cr_assert_null(filter);
  cr_assert_eq(error->code, RG_ERROR_ARGUMENT);
  cr_assert_not_null(strstr(error->message, message), "\"%s\": %s", text, error->message);
  rg_error_destroy(error);
}

#define REDRAW "a:closure,callable,site=Panel.open.<locals>.redraw/src|ui.py/88/panel"
#define LAMBDA "b:closure,callable,site=make.<locals>.<lambda>/src|view|ui.py/7/x"
#define WRAPPED "c:closure,callable,label=hello,site=deco.<locals>.wrapper/deco.py/11/f"
#define PLAIN "d:callable,label=redraw,site=redraw/src|ui.py/90"

Test(filter, without_terms_finds_all_but_the_super_root)
{
  SCOPED_HEAP heaped = heap("R>a a>b");
  assert_finds(&heaped, "", "a b");
  assert_finds(&heaped, "  ", "a b");
}

Test(filter, finds_every_closure_by_a_bare_word)
{
  SCOPED_HEAP heaped = heap(REDRAW " " LAMBDA " " PLAIN);
  assert_finds(&heaped, "closure", "a b");
}

Test(filter, finds_garbage_that_no_root_reaches)
{
  SCOPED_HEAP heaped = heap("R>a a>b a~>w c>d d>c R>k k>e k:external,inferred");
  assert_finds(&heaped, "garbage", "w c d");
  assert_finds(&heaped, "not garbage", "a b k e");
}

Test(filter, finds_no_garbage_in_a_graph_without_roots)
{
  SCOPED_HEAP heaped = heap("a>b");
  assert_finds(&heaped, "garbage", "");
}

Test(filter, finds_a_closure_by_the_last_parts_of_its_name)
{
  SCOPED_HEAP heaped = heap(REDRAW " " LAMBDA " " PLAIN);
  assert_finds(&heaped, "closure:redraw", "a");
  assert_finds(&heaped, "closure:open.redraw", "a");
  assert_finds(&heaped, "closure:Panel.open.redraw", "a");
  assert_finds(&heaped, "closure:draw", "");
  assert_finds(&heaped, "closure:Window.Panel.open.redraw", "");
}

Test(filter, finds_a_lambda_without_its_brackets)
{
  SCOPED_HEAP heaped = heap(REDRAW " " LAMBDA);
  assert_finds(&heaped, "closure:lambda", "b");
  assert_finds(&heaped, "closure:make.lambda", "b");
}

Test(filter, finds_a_decorated_function_by_its_own_name_and_by_that_of_its_code)
{
  SCOPED_HEAP heaped = heap(WRAPPED " " LAMBDA);
  assert_finds(&heaped, "closure:hello", "c");
  assert_finds(&heaped, "closure:deco.wrapper", "c");
}

Test(filter, finds_callables_by_the_last_parts_of_their_file)
{
  SCOPED_HEAP heaped = heap(REDRAW " " LAMBDA " " PLAIN " e:frame,site=redraw/src|ui.py/91 f:value,label=ui.py");
  assert_finds(&heaped, "site:ui.py", "a b d");
  assert_finds(&heaped, "site:view/ui.py", "b");
  assert_finds(&heaped, "site:i.py", "");
}

Test(filter, finds_callables_by_their_line)
{
  SCOPED_HEAP heaped = heap(REDRAW " " LAMBDA " " PLAIN);
  assert_finds(&heaped, "site:ui.py:88", "a");
  assert_finds(&heaped, "site:ui.py:8", "");
}

static rg_graph *graph_of_types(void)
{
  rg_builder *builder;
  rg_graph *graph;
  rg_type_info types[] = {{"Screen", "ui", RG_CATEGORY_INSTANCE}, {"BigScreen", "ui", RG_CATEGORY_INSTANCE},
                          {"Screen", "old.ui", RG_CATEGORY_INSTANCE}, {"ui", "", RG_CATEGORY_INSTANCE}};
  cr_assert_null(rg_builder_create(&builder));
  for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
    rg_node node;
    rg_node_info info = {.length = RG_LENGTH_NONE, .site = RG_SITE_NONE};
    cr_assert_null(rg_builder_add_type(builder, &types[i], &info.type));
    cr_assert_null(rg_builder_add_node(builder, &info, &node));
  }
  cr_assert_null(rg_builder_finish(builder, &graph));
  rg_builder_destroy(builder);
  return graph;
}

Test(filter, finds_types_with_and_without_their_module)
{
  rg_graph *graph = graph_of_types();
  static const struct {
    const char *text;
    size_t num;
    rg_node first;
  } cases[] = {{"type:Screen", 2, 1}, {"type:ui.Screen", 2, 1}, {"type:old.ui.Screen", 1, 3}, {"type:ui", 1, 4}};
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    SCOPED_MATCHES *matches = find(graph, cases[i].text);
    cr_assert_eq(rg_matches_num_nodes(matches), cases[i].num, "%s", cases[i].text);
    cr_assert_eq(rg_matches_nodes(matches)[0], cases[i].first, "%s", cases[i].text);
  }
  rg_graph_destroy(graph);
}

Test(filter, finds_names_in_labels_and_references_but_not_in_values)
{
  SCOPED_HEAP heaped = heap("a:callable,label=on_click b:value,label='on_click' c:instance d:instance a.on>b "
                            "b.on_exit>c b[3]>d");
  assert_finds(&heaped, "name:on_", "a c");
  assert_finds(&heaped, "name:_click", "a");
}

Test(filter, finds_no_name_of_machinery)
{
  SCOPED_HEAP heaped = heap("a!code>b a%code>c a~code>d");
  assert_finds(&heaped, "name:code", "d");
}

Test(filter, hands_a_name_on_through_passages)
{
  SCOPED_HEAP heaped = heap("f:closure t:passage c:passage w:instance f{}>t t{screen}>c c{}>w w.title>x c!doc>y c!>z");
  assert_finds(&heaped, "name:screen", "c w");
}

Test(filter, hands_a_name_on_through_a_ring_of_passages)
{
  SCOPED_HEAP heaped = heap("a.x>p p:passage q:passage p>q q>p q>b");
  assert_finds(&heaped, "name:x", "p q b");
}

Test(filter, finds_sizes_in_ranges_that_include_their_ends)
{
  SCOPED_HEAP heaped = heap("a:size=999 b:size=1000 c:size=2000000 d:size=5000000000");
  assert_finds(&heaped, "size:1000", "b");
  assert_finds(&heaped, "size:1k..", "b c d");
  assert_finds(&heaped, "size:..1k", "a b");
  assert_finds(&heaped, "size:1k..2M", "b c");
  assert_finds(&heaped, "size:5G", "d");
  assert_finds(&heaped, "size:0", "");
}

Test(filter, finds_a_node_by_its_id)
{
  SCOPED_HEAP heaped = heap("a>b b>c");
  assert_finds(&heaped, "id:2", "b");
  assert_finds(&heaped, "id:4", "");
}

Test(filter, holds_where_all_of_its_terms_do)
{
  SCOPED_HEAP heaped = heap(REDRAW " " LAMBDA " " PLAIN);
  assert_finds(&heaped, "site:ui.py closure", "a b");
  assert_finds(&heaped, "site:ui.py   closure:redraw", "a");
}

Test(filter, negates_the_term_after_not_and_no_other)
{
  SCOPED_HEAP heaped = heap(REDRAW " " LAMBDA " " PLAIN " e:frame");
  assert_finds(&heaped, "not closure", "d e");
  assert_finds(&heaped, "not closure site:ui.py:90", "d");
  assert_finds(&heaped, "site:ui.py not closure:redraw", "b d");
  assert_finds(&heaped, "not not closure", "a b");
}

Test(filter, says_whether_a_node_matches)
{
  SCOPED_HEAP heaped = heap("a:size=5 b:size=7 c:size=5");
  SCOPED_MATCHES *matches = find(heaped.graph, "size:5"), *none = find(heaped.graph, "size:6");
  cr_assert(rg_matches_has(matches, heap_node(&heaped, "c")));
  cr_assert(!rg_matches_has(matches, heap_node(&heaped, "b")));
  cr_assert(!rg_matches_has(none, heap_node(&heaped, "b")));
  cr_assert_not_null(rg_matches_nodes(none));
}

Test(filter, refuses_what_it_does_not_know_with_term_and_column)
{
  assert_refused("on_click", "bad term 'on_click' at column 1: ");
  assert_refused("closure  kind:x", "bad term 'kind:x' at column 10: ");
  assert_refused("type:Bär not x", "bad term 'x' at column 14: ");
  assert_refused("Type:x", "'Type:x'");
}

Test(filter, refuses_a_value_that_is_none)
{
  static const char *const texts[] = {
      "closure:", "type",     "type:",    "name:",     "site:",    "site::4",   "site:a:0", "site:a:4294967296",
      "size",     "size:",    "size:..",  "size:x",    "size:1x",  "size:1k.2", "size:2..1", "size:-1",
      "size:1..2x", "size:99999999999G", "size:18446744073709551616", "id:",   "id:0",      "id:x",     "id:1x",
      "garbage:", "garbage:x",
  };
  for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
    assert_refused(texts[i], "at column 1: ");
}

Test(filter, refuses_a_not_without_a_term)
{
  assert_refused("closure not", "bad term 'not' at column 9: ");
}

Test(filter, quotes_no_control_characters)
{
  assert_refused("\x1b[31m", "bad term '\\x1b[31m' at column 1: ");
}

// Of a term and its negation each node matches exactly one; of two terms it matches both or not.
static void assert_splits(const rg_graph *graph, const char *term)
{
  char text[64];
  SCOPED_MATCHES *some = find(graph, term);
  snprintf(text, sizeof(text), "not %s", term);
  SCOPED_MATCHES *others = find(graph, text);
  snprintf(text, sizeof(text), "%s size:40..", term);
  SCOPED_MATCHES *both = find(graph, text);
  for (rg_node node = 1; node < rg_graph_num_nodes(graph); node++) {
    cr_assert_neq(rg_matches_has(some, node), rg_matches_has(others, node));
    cr_assert_eq(rg_matches_has(both, node), rg_matches_has(some, node) && rg_graph_node_size(graph, node) >= 40);
  }
}

Test(filter, splits_random_graphs_without_rest)
{
  static const char *const terms[] = {"size:30..80", "id:7", "type:object", "closure", "site:x.py", "name:x", "garbage"};
  for (uint32_t seed = 1; seed <= 20; seed++) {
    rg_graph *graph = heap_random(seed, 100, 300);
    for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++)
      assert_splits(graph, terms[i]);
    rg_graph_destroy(graph);
  }
}

Test(filter, survives_every_failing_allocation)
{
  rg_filter *filter;
  const char *text = "closure:lambda site:ui.py type:object name:x size:1.. id:1 garbage";
  cr_assert_gt(HEAP_TORTURE(rg_filter_create(text, &filter), rg_filter_destroy(filter)), 0);
}

Test(filter, survives_every_failing_allocation_while_finding)
{
  SCOPED_HEAP heaped = heap(LAMBDA " R>b b.x>p p:passage p>q q:label=xx");
  SCOPED_FILTER *filter = NULL;
  cr_assert_null(rg_filter_create("not closure:lambda not site:ui.py type:object name:x not garbage", &filter));
  rg_matches *matches;
  cr_assert_gt(HEAP_TORTURE(rg_matches_create(heaped.graph, filter, &matches), rg_matches_destroy(matches)), 0);
}
