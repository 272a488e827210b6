/* What grows over several graphs, against paths that are compared as text. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/base/alloc.h"
#include "heap.h"

enum { MAX_GRAPHS = 5, MAX_GROUPS = 400, PATH_SIZE = 1024 };

static rg_growth *grow(rg_graph *const *graphs, size_t num, rg_group_by by)
{
  rg_growth *growth;
  cr_assert_null(rg_growth_create(&growth));
  for (size_t i = 0; i < num; i++)
    cr_assert_null(rg_growth_add(growth, graphs[i], NULL, 0));
  cr_assert_null(rg_growth_rank(growth, by));
  return growth;
}

/* --- a plain oracle ----------------------------------------------------------------------------------------------- */

struct group {
  char path[PATH_SIZE]; // "/step/step"
  uint32_t counts[MAX_GRAPHS];
  uint64_t sizes[MAX_GRAPHS];
  rg_trend trend;
  bool moves_by_count;
  int head; // -1: none
  int64_t gained;
};

struct oracle {
  struct group groups[MAX_GROUPS];
  int num;
  size_t num_graphs;
};

static int find_group(struct oracle *oracle, const char *path)
{
  for (int i = 0; i < oracle->num; i++) {
    if (strcmp(oracle->groups[i].path, path) == 0)
      return i;
  }
  cr_assert_lt(oracle->num, MAX_GROUPS);
  strcpy(oracle->groups[oracle->num].path, path);
  return oracle->num++;
}

static void write_step(char *step, rg_edge_kind kind, const char *name, const char *type, bool is_passage)
{
  bool is_folded = kind == RG_EDGE_ITEM || kind == RG_EDGE_INDEX || kind == RG_EDGE_KEY;
  sprintf(step, "/%d:%s:%s%s", kind, is_folded ? "" : name, type, is_passage ? "!" : "");
}

// A step to an object, with the passages on its way, that is on the path already ends it there.
static void append_step(char *path, const char *step)
{
  char way[PATH_SIZE];
  char *begin = path + strlen(path);
  bool is_object = step[strlen(step) - 1] != '!';
  while (begin > path && begin[-1] == '!')
    do
      begin--;
    while (*begin != '/');
  sprintf(way, "%s%s", begin, step);
  size_t size = strlen(way);
  for (char *found = strstr(path, way); is_object && found; found = strstr(found + 1, way)) {
    bool is_whole = (found == path || found[-1] != '!') && (found[size] == '/' || found[size] == '\0');
    if (is_whole) {
      found[size] = '\0';
      return;
    }
  }
  strcat(path, step);
}

static void write_path(const rg_graph *graph, const rg_paths *paths, rg_node node, char *path)
{
  char step[64];
  rg_node parent = rg_paths_parent(paths, node);
  rg_edge edge = rg_paths_edge(paths, node);
  rg_edge_kind kind = edge == RG_EDGE_NONE ? RG_EDGE_INTERNAL : rg_graph_edge_kind(graph, edge);
  const char *name = edge == RG_EDGE_NONE || parent == RG_NODE_ROOT ? "" : rg_graph_edge_name(graph, edge);
  strcpy(path, edge == RG_EDGE_NONE ? "?" : "");
  if (parent != RG_NODE_NONE && parent != RG_NODE_ROOT)
    write_path(graph, paths, parent, path);
  write_step(step, kind, name, rg_graph_type(graph, rg_graph_node_type(graph, node)).name,
             rg_graph_node_flags(graph, node) & RG_NODE_PASSAGE);
  append_step(path, step);
}

static void count_graph(struct oracle *oracle, const rg_graph *graph, size_t i)
{
  rg_paths *paths;
  cr_assert_null(rg_paths_create(graph, NULL, &paths));
  for (rg_node node = 1; node < rg_graph_num_nodes(graph); node++) {
    char path[PATH_SIZE];
    write_path(graph, paths, node, path);
    find_group(oracle, path);
    bool is_passage = path[strlen(path) - 1] == '!';
    while (*path && path[strlen(path) - 1] == '!')
      *strrchr(path, '/') = '\0';
    struct group *group = &oracle->groups[find_group(oracle, path)];
    group->counts[i] += !is_passage;
    group->sizes[i] += rg_graph_node_size(graph, node);
  }
  rg_paths_destroy(paths);
}

static void find_trend(struct group *group, size_t num)
{
  size_t up = 0, down = 0, size_up = 0, size_down = 0;
  for (size_t i = 1; i < num; i++) {
    up += group->counts[i] > group->counts[i - 1];
    down += group->counts[i] < group->counts[i - 1];
    size_up += group->sizes[i] > group->sizes[i - 1];
    size_down += group->sizes[i] < group->sizes[i - 1];
  }
  group->moves_by_count = up == num - 1 || down == num - 1;
  bool is_constant = !up && !down;
  if (up == num - 1 || (is_constant && size_up == num - 1))
    group->trend = RG_TREND_GROWS;
  else if (down == num - 1 || (is_constant && size_down == num - 1))
    group->trend = RG_TREND_SHRINKS;
  else
    group->trend = up && down ? RG_TREND_CHURNS : up || down ? RG_TREND_STEPS : RG_TREND_STEADY;
}

static bool is_object(const struct group *group)
{
  size_t size = strlen(group->path);
  return size > 1 && group->path[size - 1] != '!';
}

// The group of the path without its last step; -1 if there is none.
static int parent_of(struct oracle *oracle, int i)
{
  char path[PATH_SIZE];
  strcpy(path, oracle->groups[i].path);
  *strrchr(path, '/') = '\0';
  return strlen(path) > 1 ? find_group(oracle, path) : -1;
}

static bool is_in_proportion(const struct group *group, const struct group *holder, size_t last)
{
  double few = (double)group->counts[0] * holder->counts[last], many = (double)group->counts[last] * holder->counts[0];
  return group->trend == RG_TREND_GROWS ? many <= 2 * few : few <= 2 * many;
}

static int head_of(struct oracle *oracle, int i)
{
  struct group *group = &oracle->groups[i];
  int parent = parent_of(oracle, i), mover = parent;
  bool is_moving = is_object(group) && (group->trend == RG_TREND_GROWS || group->trend == RG_TREND_SHRINKS);
  while (mover >= 0 && !(is_object(&oracle->groups[mover]) && oracle->groups[mover].moves_by_count))
    mover = parent_of(oracle, mover);
  if (!is_moving)
    return parent >= 0 ? head_of(oracle, parent) : -1;
  bool is_explained = mover >= 0 && oracle->groups[mover].trend == group->trend &&
                      is_in_proportion(group, &oracle->groups[mover], oracle->num_graphs - 1);
  return is_explained ? head_of(oracle, mover) : i;
}

static void fold(struct oracle *oracle)
{
  size_t last = oracle->num_graphs - 1;
  for (int i = 0; i < oracle->num; i++)
    find_trend(&oracle->groups[i], oracle->num_graphs);
  for (int i = 0; i < oracle->num; i++) {
    struct group *group = &oracle->groups[i];
    group->head = strlen(group->path) > 1 ? head_of(oracle, i) : -1;
    if (group->head >= 0 && is_object(group))
      oracle->groups[group->head].gained += (int64_t)(group->sizes[last] - group->sizes[0]);
  }
}

static void write_signature(const rg_growth *growth, rg_signature signature, char *path)
{
  char step[64];
  rg_signature_info info = rg_growth_signature(growth, signature);
  strcpy(path, info.parent == RG_SIGNATURE_UNREACHED ? "?" : "");
  if (info.parent > RG_SIGNATURE_UNREACHED)
    write_signature(growth, info.parent, path);
  write_step(step, info.kind, info.name, info.type.name, info.is_passage);
  strcat(path, step);
}

static void check_rows(const rg_growth *growth, struct oracle *oracle)
{
  size_t num_heads = 0;
  for (int i = 0; i < oracle->num; i++)
    num_heads += oracle->groups[i].head == i;
  cr_assert_eq(rg_growth_num_rows(growth), num_heads);
  for (size_t i = 0; i < rg_growth_num_rows(growth); i++) {
    char path[PATH_SIZE];
    rg_growth_row row = rg_growth_get(growth, i);
    write_signature(growth, row.signature, path);
    int found = find_group(oracle, path);
    const struct group *group = &oracle->groups[found];
    cr_assert_eq(group->head, found, "%s", path);
    cr_assert_eq(row.trend, group->trend);
    cr_assert_eq(row.gained, group->gained, "%s", path);
    for (size_t j = 0; j < oracle->num_graphs; j++) {
      cr_assert_eq(row.counts[j], group->counts[j]);
      cr_assert_eq(row.sizes[j], group->sizes[j]);
    }
    cr_assert(i == 0 || rg_growth_get(growth, i - 1).gained >= row.gained);
  }
}

/* --- random series ------------------------------------------------------------------------------------------------ */

static uint32_t hash(uint32_t a, uint32_t b)
{
  uint32_t state = (a * 2654435761u ^ b * 40503u) | 1;
  for (int i = 0; i < 4; i++)
    heap_random_below(&state, 2);
  return state >> 3;
}

// The objects begin to end of an endless heap, each referred to by an earlier one or else by the super-root.
static rg_graph *window(uint32_t seed, uint32_t begin, uint32_t end)
{
  static const rg_edge_kind kinds[] = {RG_EDGE_ATTRIBUTE, RG_EDGE_ATTRIBUTE, RG_EDGE_INDEX, RG_EDGE_ITEM,
                                       RG_EDGE_CAPTURED,  RG_EDGE_WEAK};
  rg_builder *builder;
  rg_graph *graph;
  rg_type types[3];
  rg_string names[2];
  cr_assert_null(rg_builder_create(&builder));
  // Numbers of types and strings are not the same in all graphs.
  for (uint32_t i = 0; i < 3; i++) {
    uint32_t type = (i + end) % 3;
    const char *words[] = {"A", "B", "C"};
    rg_type_info info = {words[type], "", RG_CATEGORY_INSTANCE};
    cr_assert_null(rg_builder_add_type(builder, &info, &types[type]));
  }
  for (uint32_t i = 0; i < 2; i++)
    cr_assert_null(rg_builder_add_string(builder, (i + end) % 2 ? "x" : "y", 1, &names[(i + end) % 2]));
  for (uint32_t i = begin; i < end; i++) {
    rg_node node;
    uint32_t random = hash(seed, i), parent = i ? random % i : 0;
    rg_node_info info = {.length = RG_LENGTH_NONE, .site = RG_SITE_NONE, .size = 16 + random % 7};
    info.type = types[random / 7 % 3];
    info.flags = random / 21 % 4 == 0 ? RG_NODE_PASSAGE : 0;
    cr_assert_null(rg_builder_add_node(builder, &info, &node));
    rg_node source = i && parent >= begin ? parent - begin + 1 : RG_NODE_ROOT;
    rg_edge_kind kind = kinds[random / 84 % 6];
    uint32_t name = kind == RG_EDGE_INDEX ? i : names[random / 504 % 2];
    cr_assert_null(rg_builder_add_edge(builder, source, node, kind, name));
  }
  cr_assert_null(rg_builder_finish(builder, &graph));
  rg_builder_destroy(builder);
  return graph;
}

Test(growth, of_random_series_is_that_of_their_paths_as_text)
{
  static struct oracle oracle;
  size_t num_rows = 0, num_below = 0;
  for (uint32_t seed = 1; seed <= 600; seed++) {
    rg_graph *graphs[MAX_GRAPHS];
    size_t num = 2 + seed % (MAX_GRAPHS - 1);
    memset(&oracle, 0, sizeof(oracle));
    oracle.num_graphs = num;
    for (uint32_t i = 0; i < num; i++) {
      graphs[i] = window(seed, seed % 3 == 0 ? hash(seed, i) % 9 : 0, 10 + 12 * i + hash(i, seed) % 14);
      count_graph(&oracle, graphs[i], i);
    }
    fold(&oracle);
    rg_growth *growth = grow(graphs, num, RG_GROUP_BY_PATH);
    check_rows(growth, &oracle);
    for (size_t i = 0; i < rg_growth_num_rows(growth); i++)
      num_below += rg_growth_get(growth, i).gained_below != 0;
    num_rows += rg_growth_num_rows(growth);
    rg_growth_destroy(growth);
    for (size_t i = 0; i < num; i++)
      rg_graph_destroy(graphs[i]);
  }
  cr_assert_gt(num_rows, 1000);
  cr_assert_gt(num_below, 100);
}

/* --- facts -------------------------------------------------------------------------------------------------------- */

#define GROWTH_OF(by, ...)                                                            \
  ({                                                                                  \
    const char *notations_[] = {__VA_ARGS__};                                         \
    enum { NUM_ = sizeof(notations_) / sizeof(notations_[0]) };                       \
    struct heap heaps_[NUM_];                                                         \
    rg_graph *graphs_[NUM_];                                                          \
    for (size_t i_ = 0; i_ < NUM_; i_++) {                                            \
      heaps_[i_] = heap(notations_[i_]);                                              \
      graphs_[i_] = heaps_[i_].graph;                                                 \
    }                                                                                 \
    rg_growth *growth_ = grow(graphs_, NUM_, by);                                     \
    for (size_t i_ = 0; i_ < NUM_; i_++)                                              \
      heap_deinit(&heaps_[i_]);                                                       \
    growth_;                                                                          \
  })

#define APP "R>m m:module,label=app,type=module m.handlers>l l:type=list "
#define HANDLER(i) "l[" #i "]>f" #i " f" #i ":callable,closure,type=function,size=100,site=on_click/app.py/7 "
#define SCREEN(i) "f" #i "{screen}>s" #i " s" #i ":type=Screen,size=1000 "

static rg_table *table_of(const rg_growth *growth)
{
  rg_table *table;
  cr_assert_null(rg_table_of_growth(growth, SIZE_MAX, &table));
  return table;
}

static const char *text_in(const rg_table *table, size_t row, const char *key)
{
  size_t column = 0;
  while (!rg_table_column(table, column).key || strcmp(rg_table_column(table, column).key, key) != 0)
    column++;
  return rg_table_cell(table, row, column).text;
}

Test(growth, of_a_closure_is_one_row_with_what_it_drags_along)
{
  rg_growth *growth = GROWTH_OF(RG_GROUP_BY_PATH, APP HANDLER(0) SCREEN(0),
                                APP HANDLER(0) SCREEN(0) HANDLER(1) SCREEN(1) HANDLER(2) SCREEN(2));
  cr_assert_eq(rg_growth_num_rows(growth), 1);
  rg_growth_row row = rg_growth_get(growth, 0);
  cr_assert_eq(row.counts[1] - row.counts[0], 2);
  cr_assert_eq(row.gained, 2200);
  cr_assert_eq(row.gained_below, 2000);
  rg_table *table = table_of(growth);
  cr_assert_str_eq(text_in(table, 0, "what"), "on_click, function, app.py:7");
  cr_assert_str_eq(text_in(table, 0, "path"), "app.handlers[\xe2\x80\xa6]");
  cr_assert_str_eq(rg_table_summary(table), "1 path grows by 2.2 kB");
  rg_table_destroy(table);
  rg_growth_destroy(growth);
}

Test(growth, below_a_closure_that_grows_faster_than_it_is_a_row_of_its_own)
{
#define ROWS                                               \
  "f0{rows}>r r:type=list r[0]>a r[1]>b r[2]>c r[3]>d r[4]>e " \
  "a:type=int b:type=int c:type=int d:type=int e:type=int "
  rg_growth *growth = GROWTH_OF(RG_GROUP_BY_PATH, APP HANDLER(0) "f0{rows}>r r:type=list r[0]>a a:type=int ",
                                APP HANDLER(0) HANDLER(1) ROWS);
  cr_assert_eq(rg_growth_num_rows(growth), 2);
  cr_assert_str_eq(rg_growth_signature(growth, rg_growth_get(growth, 0).signature).type.name, "function");
  cr_assert_str_eq(rg_growth_signature(growth, rg_growth_get(growth, 1).signature).type.name, "int");
  rg_growth_destroy(growth);
}

Test(growth, is_what_rises_in_each_round_alone)
{
  rg_growth *growth = GROWTH_OF(RG_GROUP_BY_PATH, APP HANDLER(0) "m.a>a m.c>c l2:type=list m.l2>l2 ",
                                APP HANDLER(0) HANDLER(1) "m.a>a m.b>b l2:type=list m.l2>l2 l2[0]>x x:type=A ",
                                APP HANDLER(0) HANDLER(1) HANDLER(2) "m.a>a m.c>c l2:type=list m.l2>l2 ");
  cr_assert_eq(rg_growth_num_rows(growth), 1);
  cr_assert_eq(rg_growth_num_groups(growth, RG_TREND_GROWS), 1);
  cr_assert_eq(rg_growth_num_groups(growth, RG_TREND_CHURNS), 3);
  rg_growth_destroy(growth);
}

Test(growth, is_seen_in_bytes_where_the_number_of_objects_stays)
{
  rg_growth *growth = GROWTH_OF(RG_GROUP_BY_PATH, "R>m m.x>a a:size=8", "R>m m.x>a a:size=9", "R>m m.x>a a:size=12");
  cr_assert_eq(rg_growth_num_rows(growth), 1);
  cr_assert_eq(rg_growth_get(growth, 0).gained, 4);
  rg_growth_destroy(growth);
}

Test(growth, takes_the_links_of_a_chain_for_one_group)
{
  rg_graph *graphs[] = {heap_linked_list(10), heap_linked_list(100000)};
  rg_growth *growth = grow(graphs, 2, RG_GROUP_BY_PATH);
  cr_assert_eq(rg_growth_num_rows(growth), 1);
  cr_assert_eq(rg_growth_get(growth, 0).counts[1], 99999);
  rg_growth_destroy(growth);
  rg_graph_destroy(graphs[0]);
  rg_graph_destroy(graphs[1]);
}

Test(growth, does_not_take_two_names_for_a_recursion)
{
#define BUS "R>m m:module,label=app m>d d:passage d.bus>b b:type=Bus b>e e:passage e.handlers>l l:type=list "
  rg_growth *growth = GROWTH_OF(RG_GROUP_BY_PATH, BUS, BUS "l[0]>x x:type=X l[1]>y y:type=X ");
  rg_table *table = table_of(growth);
  cr_assert_str_eq(text_in(table, 0, "path"), "app.bus.handlers[\xe2\x80\xa6]");
  rg_table_destroy(table);
  rg_growth_destroy(growth);
}

Test(growth, by_site_and_by_type_sums_up_all_paths)
{
#define LAST "m.last>f2 f2:callable,type=function,size=100,site=on_click/app.py/7"
  rg_growth *by_site = GROWTH_OF(RG_GROUP_BY_SITE, APP HANDLER(0), APP HANDLER(0) HANDLER(1) LAST);
  rg_growth *by_type = GROWTH_OF(RG_GROUP_BY_TYPE, APP HANDLER(0), APP HANDLER(0) HANDLER(1) LAST);
  cr_assert_eq(rg_growth_num_rows(by_site), 1);
  cr_assert_eq(rg_growth_get(by_site, 0).counts[1], 3);
  cr_assert_eq(rg_growth_num_rows(by_type), 1);
  cr_assert_eq(rg_growth_get(by_type, 0).gained, 200);
  rg_growth_destroy(by_site);
  rg_growth_destroy(by_type);
}

Test(growth, of_two_graphs_tells_what_is_new_and_what_is_gone)
{
  rg_growth *growth = GROWTH_OF(RG_GROUP_BY_PATH, "R>m m:module,label=app m.old>a a:type=A,size=8",
                                "R>m m:module,label=app m.new>b b:type=B,size=9");
  rg_table *table = table_of(growth);
  cr_assert_str_eq(rg_table_summary(table), "1 path grows by 9 B, 1 of them new; 1 shrinks by 8 B, 1 of them gone");
  cr_assert_str_eq(text_in(table, 1, "path"), "app.old");
  cr_assert_eq(rg_growth_get(growth, 1).node, RG_NODE_NONE);
  rg_table_destroy(table);
  rg_growth_destroy(growth);
}

Test(growth, has_the_names_of_passages_in_its_paths)
{
#define CLOSURE "R>m m:module,label=app m>d d:passage d.f>f f:callable f{x}>t t:passage t>c c:passage c>v v:type=V "
  rg_growth *growth = GROWTH_OF(RG_GROUP_BY_PATH, CLOSURE, CLOSURE "c2:passage t>c2 c2>v2 v2:type=V");
  rg_table *table = table_of(growth);
  cr_assert_eq(rg_table_num_rows(table), 1);
  cr_assert_str_eq(text_in(table, 0, "path"), "app.f \xe2\x86\x92 x");
  rg_table_destroy(table);
  rg_growth_destroy(growth);
}

Test(growth, takes_a_site_for_one_whatever_is_captured)
{
#define CAPTURES(name) "R>m m.f>f f:callable,closure,type=function,size=100,site=on_click/app.py/7/" name
  rg_growth *growth = GROWTH_OF(RG_GROUP_BY_PATH, CAPTURES("screen"), CAPTURES("panel"));
  cr_assert_eq(rg_growth_num_rows(growth), 0);
  rg_growth_destroy(growth);
}

Test(growth, counts_some_nodes_alone)
{
  SCOPED_HEAP before = heap("R>m m.a>a"), after = heap("R>m m.a>a m.b>b m.c>c b:size=1 c:size=2");
  rg_node node = heap_node(&after, "c");
  rg_growth *growth;
  cr_assert_null(rg_growth_create(&growth));
  cr_assert_null(rg_growth_add(growth, before.graph, NULL, 0));
  cr_assert_null(rg_growth_add(growth, after.graph, &node, 1));
  cr_assert_null(rg_growth_rank(growth, RG_GROUP_BY_PATH));
  cr_assert_eq(rg_growth_get(growth, 0).gained, 2);
  cr_assert_eq(rg_growth_get(growth, 0).node, node);
  cr_assert_eq(rg_growth_num_groups(growth, RG_TREND_GROWS), 1);
  rg_growth_destroy(growth);
}

Test(growth, takes_two_graphs)
{
  SCOPED_HEAP heaped = heap("R>a");
  rg_growth *growth;
  cr_assert_null(rg_growth_create(&growth));
  cr_assert_null(rg_growth_add(growth, heaped.graph, NULL, 0));
  rg_error *error = rg_growth_rank(growth, RG_GROUP_BY_PATH);
  cr_assert_eq(error->code, RG_ERROR_ARGUMENT);
  rg_error_destroy(error);
  rg_growth_destroy(growth);
}

static rg_error *make_table(const rg_graph *before, const rg_graph *after, rg_table **ret)
{
  rg_growth *growth = NULL;
  rg_error *error = rg_growth_create(&growth);
  if (!error)
    error = rg_growth_add(growth, before, NULL, 0);
  if (!error)
    error = rg_growth_add(growth, after, NULL, 0);
  if (!error)
    error = rg_growth_rank(growth, RG_GROUP_BY_PATH);
  if (!error)
    error = rg_table_of_growth(growth, SIZE_MAX, ret);
  rg_growth_destroy(growth);
  return error;
}

Test(growth, survives_every_failing_allocation)
{
  SCOPED_HEAP before = heap(APP HANDLER(0) SCREEN(0)), after = heap(APP HANDLER(0) SCREEN(0) HANDLER(1) SCREEN(1));
  rg_table *table;
  cr_assert_gt(HEAP_TORTURE(make_table(before.graph, after.graph, &table), rg_table_destroy(table)), 0);
}
