/* The builder, and what a finished graph says. */
#include <criterion/criterion.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/base/alloc.h"
#include "errors.h"
#include "heap.h"

static rg_builder *new_builder(void)
{
  rg_builder *builder;
  must(rg_builder_create(&builder));
  return builder;
}

static rg_graph *finish(rg_builder *builder)
{
  rg_graph *graph;
  must(rg_builder_finish(builder, &graph));
  rg_builder_destroy(builder);
  return graph;
}

static rg_string add_string(rg_builder *builder, const char *data, size_t size)
{
  rg_string string;
  must(rg_builder_add_string(builder, data, size, &string));
  return string;
}

static void check_cleaned(const char *data, size_t size, const char *expected)
{
  rg_builder *builder = new_builder();
  rg_string string = add_string(builder, data, size);
  rg_graph *graph = finish(builder);
  cr_assert_str_eq(rg_graph_string(graph, string), expected);
  rg_graph_destroy(graph);
}

#define CHECK_CLEANED(data, expected) check_cleaned("" data, sizeof(data) - 1, (expected))

/* --- text --------------------------------------------------------------------------------------------------------- */

Test(graph, takes_text_in_clean)
{
  CHECK_CLEANED("screen", "screen");
  CHECK_CLEANED("grün 屏", "grün 屏");
  CHECK_CLEANED("a\nb\tc\rd\0e\x1b[31m", "a\\nb\\tc\\rd\\x00e\\x1b[31m");
  CHECK_CLEANED("\xe2\x80\xae" "evil", "\\u202e" "evil");
  CHECK_CLEANED("\xed\xb2\x80", "\\udc80");
  CHECK_CLEANED("\xff\xc3", "\\xff\\xc3");
  CHECK_CLEANED("\\N", "\\N");
}

Test(graph, keeps_no_text_longer_than_its_limit)
{
  static char text[1 << 20];
  memset(text, 'x', sizeof(text));
  rg_builder *builder = new_builder();
  rg_string string = add_string(builder, text, sizeof(text));
  rg_graph *graph = finish(builder);
  const char *kept = rg_graph_string(graph, string);
  cr_assert_eq(strlen(kept), RG_STRING_MAX);
  cr_assert_str_eq(kept + RG_STRING_MAX - 4, "x…");
  rg_graph_destroy(graph);
}

Test(graph, interns_equal_text_types_and_sites)
{
  rg_builder *builder = new_builder();
  cr_assert_eq(add_string(builder, "", 0), 0);
  cr_assert_eq(add_string(builder, "screen", 6), add_string(builder, "screens", 6));
  rg_type_info screen = {"Screen", "ui", RG_CATEGORY_INSTANCE}, other = {"Screen", "io", RG_CATEGORY_INSTANCE};
  rg_type a, b, c;
  must(rg_builder_add_type(builder, &screen, &a));
  must(rg_builder_add_type(builder, &other, &b));
  must(rg_builder_add_type(builder, &screen, &c));
  cr_assert_eq(a, c);
  cr_assert_neq(a, b);
  const char *names[] = {"self", "n"};
  rg_site_info here = {"f", "ui.py", 12, 2, names, NULL, NULL}, there = {"f", "ui.py", 12, 1, names, NULL, NULL};
  rg_site x, y, z;
  must(rg_builder_add_site(builder, &here, &x));
  must(rg_builder_add_site(builder, &there, &y));
  must(rg_builder_add_site(builder, &here, &z));
  cr_assert_eq(x, z);
  cr_assert_neq(x, y);
  rg_graph *graph = finish(builder);
  cr_assert_str_eq(rg_graph_site(graph, x).captured[1], "n");
  cr_assert_eq(rg_graph_site(graph, y).num_captured, 1);
  cr_assert_str_eq(rg_graph_type(graph, b).module, "io");
  rg_graph_destroy(graph);
}

// Once, a pointer into the variables of all sites was made when there were none.
Test(graph, a_site_without_captured_variables_added_twice_is_one)
{
  rg_builder *builder = new_builder();
  rg_site_info info = {"f", "ui.py", 12, 0, NULL, NULL, NULL};
  rg_site x, y;
  must(rg_builder_add_site(builder, &info, &x));
  must(rg_builder_add_site(builder, &info, &y));
  cr_assert_eq(x, y);
  rg_graph_destroy(finish(builder));
}

Test(graph, of_functions_of_one_site_that_differ_what_holds_for_all_is_kept)
{
  rg_builder *builder = new_builder();
  const char *names[] = {"a", "b", "c"};
  const rg_use first[] = {RG_USE_KNOWN | RG_USE_READ | RG_USE_ATTRIBUTES, RG_USE_KNOWN | RG_USE_READ, RG_USE_KNOWN};
  const rg_use second[] = {RG_USE_KNOWN | RG_USE_READ | RG_USE_ATTRIBUTES, RG_USE_KNOWN | RG_USE_WRITTEN, 0};
  const char *first_attributes[] = {"x", "", ""}, *second_attributes[] = {"y", "", ""};
  rg_site site;
  must(rg_builder_add_site(builder, &(rg_site_info){"f", "", 1, 3, names, first, first_attributes}, &site));
  must(rg_builder_add_site(builder, &(rg_site_info){"f", "", 1, 3, names, second, second_attributes}, &site));
  rg_graph *graph = finish(builder);
  rg_site_info info = rg_graph_site(graph, site);
  cr_assert_eq(info.uses[0], RG_USE_KNOWN | RG_USE_READ);
  cr_assert_str_empty(info.attributes[0]);
  cr_assert_eq(info.uses[1], RG_USE_KNOWN | RG_USE_READ | RG_USE_WRITTEN);
  cr_assert_eq(info.uses[2], 0);
  rg_graph_destroy(graph);
}

Test(graph, what_few_nodes_have_is_found_in_whatever_order_it_was_told)
{
  enum { NUM = 1000 };
  rg_builder *builder = new_builder();
  rg_node_info plain = {.length = RG_LENGTH_NONE, .site = RG_SITE_NONE};
  rg_node node;
  uint32_t state = 1;
  uint64_t sizes[NUM + 1] = {0};
  uint32_t lines[NUM + 1] = {0};
  for (int i = 0; i < NUM; i++)
    must(rg_builder_add_node(builder, &plain, &node));
  for (int i = 0; i < 3 * NUM; i++) {
    node = 1 + heap_random_below(&state, NUM);
    sizes[node] = ((uint64_t)1 << 40) + (uint64_t)i;
    must(rg_builder_set_node(builder, node, &(rg_node_info){.size = sizes[node], .length = RG_LENGTH_NONE,
                                                           .site = RG_SITE_NONE}));
    node = 1 + heap_random_below(&state, NUM);
    lines[node] = (uint32_t)i + 1;
    must(rg_builder_set_allocation(builder, node, &(rg_allocation){"app.py", lines[node]}));
  }
  rg_graph *graph = finish(builder);
  for (node = 1; node <= NUM; node++) {
    cr_assert_eq(rg_graph_node(graph, node).size, sizes[node]);
    cr_assert_eq(rg_graph_node_size(graph, node), sizes[node]);
    cr_assert_eq(rg_graph_allocation(graph, node).line, lines[node]);
    cr_assert_eq(rg_graph_allocation(graph, node).file != NULL, lines[node] != 0);
  }
  rg_graph_destroy(graph);
}

/* --- nodes and edges ---------------------------------------------------------------------------------------------- */

Test(graph, keeps_the_edges_of_a_node_in_the_order_of_adding)
{
  SCOPED_HEAP heaped = heap("b[1]>a a.x>b b[0]>c a.y>c b[2]>b");
  rg_node b = heap_node(&heaped, "b");
  rg_edge edge = rg_graph_edges_begin(heaped.graph, b);
  const uint32_t positions[] = {1, 0, 2};
  cr_assert_eq(rg_graph_edges_end(heaped.graph, b) - edge, 3);
  for (size_t i = 0; i < 3; i++) {
    cr_assert_eq(rg_graph_edge_kind(heaped.graph, edge + i), RG_EDGE_INDEX);
    cr_assert_eq(rg_graph_edge_index(heaped.graph, edge + i), positions[i]);
    cr_assert_str_eq(rg_graph_edge_name(heaped.graph, edge + i), "");
    cr_assert_eq(rg_graph_edge_source(heaped.graph, edge + i), b);
  }
}

Test(graph, gives_back_what_was_told_of_a_node)
{
  SCOPED_HEAP heaped = heap("R>a a:frame,shared,label=loop,context=T,size=48,length=3,refcount=2,unfollowed=7,site=f/x.py/3 b:instance");
  rg_node_info info = rg_graph_node(heaped.graph, heap_node(&heaped, "a"));
  cr_assert_str_eq(rg_graph_string(heaped.graph, info.label), "loop");
  cr_assert_str_eq(rg_graph_string(heaped.graph, info.context), "T");
  cr_assert_eq(info.size, 48);
  cr_assert_eq(info.length, 3);
  cr_assert_eq(info.refcount, 2);
  cr_assert_eq(info.num_unfollowed, 7);
  cr_assert_eq(info.flags, RG_NODE_SHARED);
  cr_assert_eq(rg_graph_site(heaped.graph, info.site).line, 3);
  cr_assert_eq(rg_graph_node_category(heaped.graph, heap_node(&heaped, "a")), RG_CATEGORY_FRAME);
  rg_node_info other = rg_graph_node(heaped.graph, heap_node(&heaped, "b"));
  cr_assert_eq(other.site, RG_SITE_NONE);
  cr_assert_eq(other.length, RG_LENGTH_NONE);
  cr_assert_eq(rg_graph_find(heaped.graph, other.address), heap_node(&heaped, "b"));
  cr_assert_eq(rg_graph_find(heaped.graph, 3), RG_NODE_NONE);
  cr_assert_eq(rg_graph_find(heaped.graph, 0), RG_NODE_NONE);
}

Test(graph, knows_its_roots)
{
  SCOPED_HEAP heaped = heap("R>a a>b");
  cr_assert(rg_graph_is_root(heaped.graph, heap_node(&heaped, "a")));
  cr_assert(!rg_graph_is_root(heaped.graph, heap_node(&heaped, "b")));
  cr_assert_eq(rg_graph_node_flags(heaped.graph, heap_node(&heaped, "a")), 0);
}

Test(graph, lets_edges_be_named_and_flags_be_added_later)
{
  rg_builder *builder = new_builder();
  rg_node node;
  must(rg_builder_add_node(builder, NULL, &node));
  rg_node_info info = {.length = RG_LENGTH_NONE, .site = RG_SITE_NONE, .flags = RG_NODE_CLOSURE};
  rg_builder_add_flags(builder, node, RG_NODE_SHARED);
  must(rg_builder_set_node(builder, node, &info));
  must(rg_builder_add_edge(builder, RG_NODE_ROOT, node, RG_EDGE_ATTRIBUTE, 0));
  rg_builder_name_edge(builder, 0, RG_EDGE_CAPTURED, add_string(builder, "cb", 2));
  cr_assert_eq(rg_builder_num_edges(builder), 1);
  rg_graph *graph = finish(builder);
  cr_assert_eq(rg_graph_node_flags(graph, node), RG_NODE_SHARED | RG_NODE_CLOSURE);
  cr_assert_eq(rg_graph_edge_kind(graph, 0), RG_EDGE_CAPTURED);
  cr_assert_str_eq(rg_graph_edge_name(graph, 0), "cb");
  rg_graph_destroy(graph);
}

Test(graph, of_nothing_has_its_super_root)
{
  SCOPED_HEAP heaped = heap("");
  cr_assert_eq(rg_graph_num_nodes(heaped.graph), 1);
  cr_assert_eq(rg_graph_num_edges(heaped.graph), 0);
  rg_referrers referrers;
  must(rg_graph_referrers(heaped.graph, RG_NODE_ROOT, &referrers));
  cr_assert_eq(referrers.num_edges, 0);
}

static rg_graph *graph_at(const uint64_t *addresses, size_t num)
{
  rg_builder *builder = new_builder();
  for (size_t i = 0; i < num; i++) {
    rg_node node;
    rg_node_info info = {.length = RG_LENGTH_NONE, .site = RG_SITE_NONE, .address = addresses[i]};
    must(rg_builder_add_node(builder, &info, &node));
  }
  return finish(builder);
}

Test(graph, finds_the_first_node_at_an_address_however_often_it_is_asked)
{
  enum { NUM = 100 };
  uint64_t addresses[NUM];
  for (size_t i = 0; i < NUM; i++)
    addresses[i] = i * 37 % 50 << (i % 3 ? 4 : 40);
  rg_graph *graph = graph_at(addresses, NUM);
  for (size_t round = 0; round < 3; round++) {
    for (size_t i = 0; i < NUM; i++) {
      size_t first = 0;
      while (addresses[first] != addresses[i])
        first++;
      cr_assert_eq(rg_graph_find(graph, addresses[i]), addresses[i] ? 1 + first : RG_NODE_NONE);
    }
    cr_assert_eq(rg_graph_find(graph, 7), RG_NODE_NONE);
    cr_assert_eq(rg_graph_find(graph, UINT64_MAX), RG_NODE_NONE);
  }
  rg_graph_destroy(graph);
}

/* --- the reverse index -------------------------------------------------------------------------------------------- */

static void check_referrers(const rg_graph *graph)
{
  for (rg_node node = 0; node < rg_graph_num_nodes(graph); node++) {
    rg_referrers referrers;
    must(rg_graph_referrers(graph, node, &referrers));
    size_t num = 0;
    for (rg_edge edge = 0; edge < rg_graph_num_edges(graph); edge++) {
      if (rg_graph_edge_target(graph, edge) == node)
        cr_assert_eq(referrers.edges[num++], edge);
    }
    cr_assert_eq(referrers.num_edges, num);
  }
}

Test(graph, knows_every_referrer)
{
  for (uint32_t seed = 1; seed <= 200; seed++) {
    rg_graph *graph = heap_random(seed, 1 + seed % 20, seed % 50);
    check_referrers(graph);
    rg_graph_destroy(graph);
  }
}

static void *ask_for_referrers(void *graph)
{
  rg_referrers referrers;
  return rg_graph_referrers(graph, 1, &referrers) ? NULL : graph;
}

Test(graph, makes_its_reverse_index_once_though_threads_ask_at_the_same_time)
{
  rg_graph *graph = heap_chain(100000);
  pthread_t threads[8];
  size_t num_live = rgi_alloc_num_live();
  for (size_t i = 0; i < 8; i++)
    cr_assert_eq(pthread_create(&threads[i], NULL, ask_for_referrers, graph), 0);
  for (size_t i = 0; i < 8; i++) {
    void *result;
    pthread_join(threads[i], &result);
    cr_assert_eq(result, graph);
  }
  cr_assert_eq(rgi_alloc_num_live(), num_live + 2);
  rg_graph_destroy(graph);
}

/* --- failing allocations ------------------------------------------------------------------------------------------ */

static rg_error *build(rg_builder *builder)
{
  rg_type_info type_info = {"Screen", "ui", RG_CATEGORY_INSTANCE};
  const char *names[] = {"self"};
  rg_site_info site_info = {"f", "ui.py", 12, 1, names, NULL, NULL};
  rg_node_info info = {.length = RG_LENGTH_NONE};
  rg_process_info process = {.producer = "refgraph", .interpreter = "CPython", .host = "host", .mode = "fork"};
  RGI_TRY(rg_builder_add_type(builder, &type_info, &info.type));
  RGI_TRY(rg_builder_add_site(builder, &site_info, &info.site));
  RGI_TRY(rg_builder_add_string(builder, "name\n", 5, &info.label));
  RGI_TRY(rg_builder_append_string(builder, "name\n", 5, &info.context));
  RGI_TRY(rg_builder_add_private_string(builder, "secret", 6, info.label, &info.state_field));
  RGI_TRY(rg_builder_append_private_string(builder, "secret", 6, info.label, &info.state_field));
  RGI_TRY(rg_builder_set_process(builder, &process));
  RGI_TRY(rg_builder_add_loss(builder, &(rg_loss){"what", 1}));
  for (int i = 0; i < 100; i++) {
    rg_node node;
    RGI_TRY(rg_builder_add_node(builder, NULL, &node));
    RGI_TRY(rg_builder_set_node(builder, node, &info));
    RGI_TRY(rg_builder_set_allocation(builder, node, &(rg_allocation){"app.py", (uint32_t)i}));
    RGI_TRY(rg_builder_add_edge(builder, node, RG_NODE_ROOT, RG_EDGE_ATTRIBUTE, info.label));
    RGI_TRY(rg_builder_add_edge(builder, RG_NODE_ROOT, node, RG_EDGE_ATTRIBUTE, info.label));
  }
  return NULL;
}

static rg_error *build_and_finish(rg_graph **ret)
{
  rg_builder *builder;
  RGI_TRY(rg_builder_create(&builder));
  rg_error *error = build(builder);
  if (!error)
    error = rg_builder_finish(builder, ret);
  rg_builder_destroy(builder);
  return error;
}

Test(graph, survives_every_failing_allocation)
{
  rg_graph *graph;
  cr_assert_gt(HEAP_TORTURE(build_and_finish(&graph), rg_graph_destroy(graph)), 10);
}

static rg_error *build_and_ask_for_referrers(void)
{
  rg_graph *graph;
  rg_referrers referrers;
  RGI_TRY(build_and_finish(&graph));
  rg_error *error = rg_graph_referrers(graph, 1, &referrers);
  rg_graph_destroy(graph);
  return error;
}

Test(graph, survives_every_failing_allocation_of_its_reverse_index)
{
  cr_assert_gt(HEAP_TORTURE(build_and_ask_for_referrers(), (void)0), 10);
}

Test(graph, without_memory_finds_addresses_all_the_same)
{
  const uint64_t addresses[] = {48, 16, 32};
  rg_graph *graph = graph_at(addresses, 3);
  rgi_alloc_fail_after(0);
  for (int i = 0; i < 100; i++)
    cr_assert_eq(rg_graph_find(graph, 16), 2);
  rgi_alloc_fail_after(SIZE_MAX);
  cr_assert_eq(rg_graph_find(graph, 32), 3);
  rg_graph_destroy(graph);
}

Test(graph, an_error_without_memory_is_that_there_is_none)
{
  rgi_alloc_fail_after(0);
  rg_error *error = rg_error_create(RG_ERROR_ARGUMENT, "%s", "bad");
  rgi_alloc_fail_after(SIZE_MAX);
  cr_assert_eq(error->code, RG_ERROR_MEMORY);
  rg_error_destroy(error);
}

Test(memory, of_a_large_block_that_shrank_to_a_byte_is_not_given_out_as_a_larger_one)
{
  enum { SIZE = 100000 };
  // Criterion runs each test in a process of its own.
  rg_memory_isolate();
  void *large = rg_memory_alloc(1, 2 << 20);
  large = rg_memory_realloc(large, 1, 1);
  rg_memory_free(large);
  void *next = rg_memory_alloc(1, SIZE);
  memset(next, 1, SIZE);
  rg_memory_free(next);
}

Test(graph, can_be_finished_after_finishing_failed)
{
  rg_builder *builder = new_builder();
  must(build(builder));
  rg_graph *graph = NULL;
  for (size_t n = 0; !graph; n++) {
    rgi_alloc_fail_after(n);
    rg_error *error = rg_builder_finish(builder, &graph);
    rgi_alloc_fail_after(SIZE_MAX);
    cr_assert_eq(error != NULL, graph == NULL);
    rg_error_destroy(error);
  }
  cr_assert_eq(rg_graph_num_nodes(graph), 101);
  cr_assert_eq(rg_graph_edge_target(graph, 99), 100);
  rg_builder_destroy(builder);
  rg_graph_destroy(graph);
}
