/* Which groups leak, and what is told of each. What takes a search of the whole heap is asked for all leaks at once. */
#include "report-internal.h"

#include <stdlib.h>
#include <string.h>

#include "../analysis/measure.h"
#include "../base/sort.h"

enum { MAX_LEAKS = 50, NUM_EXACT = 63 };

/* --- which -------------------------------------------------------------------------------------------------------- */

struct finished {
  const rg_graph *graph;
  rg_node node;
};

static rg_error *look_for_finished(void *context, const struct rgi_captured *captured)
{
  struct finished *finished = context;
  if (rg_graph_node(finished->graph, captured->value).state == RG_STATE_FINISHED)
    finished->node = captured->value;
  return NULL;
}

// A captured value that is finished, if at least half of the objects have one. What an object or a cache has is its
// own: that may well be finished.
static rg_error *find_finished(const rg_graph *graph, const struct rgi_suspect *group, rg_node *ret)
{
  uint32_t num = 0;
  *ret = group->suspect == RGI_SUSPECT_EXPECTED_GONE ? group->nodes[0] : RG_NODE_NONE;
  if (group->suspect >= RGI_SUSPECT_CALLABLE)
    return NULL;
  for (uint32_t i = 0; i < group->num_nodes; i++) {
    struct finished finished = {graph, RG_NODE_NONE};
    RGI_TRY(rgi_captured_visit(graph, group->suspect, group->nodes[i], look_for_finished, &finished));
    if (finished.node != RG_NODE_NONE) {
      *ret = finished.node;
      num++;
    }
  }
  if (2 * num < group->num_nodes)
    *ret = RG_NODE_NONE;
  return NULL;
}

/* --- which of them are others' ------------------------------------------------------------------------------------ */

struct copies {
  const rg_paths *paths;
  uint32_t *marks; // by node: the leak that it is a copy of, plus one; 0: none
  rg_node *above;  // by node: the next copy on the path to it that is one of another leak; RG_NODE_ROOT: not known yet
};

static void deinit_copies(struct copies *copies)
{
  rgi_free(copies->marks);
  rgi_free(copies->above);
}

static rg_error *mark_copies(struct copies *copies, const struct rgi_analysis *analysis, const struct rgi_leak *leaks,
                             size_t num)
{
  copies->paths = analysis->paths;
  copies->marks = rgi_alloc(rg_graph_num_nodes(analysis->graph), sizeof(*copies->marks));
  copies->above = rgi_alloc(rg_graph_num_nodes(analysis->graph), sizeof(*copies->above));
  if (!copies->marks || !copies->above)
    return rgi_out_of_memory();
  for (uint32_t i = 0; i < num; i++) {
    for (uint32_t node_i = 0; node_i < leaks[i].group->num_nodes; node_i++)
      copies->marks[leaks[i].group->nodes[node_i]] = i + 1;
  }
  return NULL;
}

// What is above a node, by what is above its parent.
static rg_node look_above(const struct copies *copies, rg_node node)
{
  rg_node parent = rg_paths_parent(copies->paths, node);
  uint32_t own = copies->marks[node];
  if (parent == RG_NODE_ROOT || parent == RG_NODE_NONE)
    return RG_NODE_NONE;
  if (copies->marks[parent] != own && copies->marks[parent])
    return parent;
  rg_node above = copies->above[parent];
  return above != RG_NODE_NONE && copies->marks[above] == own ? copies->above[above] : above;
}

// Climbs the path to what is known, leaving at each node the one below in place of what is above it, and looks on the
// way back: however many copies hang on each other, each node is climbed over once.
static rg_node find_above(struct copies *copies, rg_node copy)
{
  rg_node below = RG_NODE_NONE;
  for (rg_node node = copy; node != RG_NODE_ROOT && node != RG_NODE_NONE && copies->above[node] == RG_NODE_ROOT;
       node = rg_paths_parent(copies->paths, node)) {
    copies->above[node] = below;
    below = node;
  }
  while (below != RG_NODE_NONE) {
    rg_node next = copies->above[below];
    copies->above[below] = look_above(copies, below);
    below = next;
  }
  return copies->above[copy];
}

// The leak that holds most objects of another; 0, or its place plus one.
static uint32_t find_holding_leak(struct copies *copies, const struct rgi_leak *leak)
{
  uint32_t num = 0, last = 0;
  for (uint32_t i = 0; i < leak->group->num_nodes; i++) {
    rg_node above = find_above(copies, leak->group->nodes[i]);
    if (above == RG_NODE_NONE)
      continue;
    num++;
    last = copies->marks[above];
  }
  return 2 * num > leak->group->num_nodes ? last : 0;
}

// An object that a library calls by a method of its own, such as a handler of logging: a closure that it has says more.
static bool is_called_by_library(const rg_graph *graph, const struct rgi_suspect *group)
{
  const char *name = group->site == RG_SITE_NONE ? "" : rg_graph_site(graph, group->site).name;
  return group->suspect == RGI_SUSPECT_CALLABLE && !strstr(name, "__call__");
}

static bool is_holder(const rg_graph *graph, const struct rgi_leak *holding, const struct rgi_leak *held)
{
  bool has_items = holding->growth == RGI_GROWTH_ITEMS && held->growth != RGI_GROWTH_ITEMS;
  return has_items || is_called_by_library(graph, holding->group);
}

// What most objects of a leak hang on is the leak, and takes them along, unless it is but their holder.
static rg_error *leave_out_those_of_others(const struct rgi_analysis *analysis, struct rgi_leak *leaks, size_t *num)
{
  __attribute__((cleanup(deinit_copies))) struct copies copies = {0};
  RGI_SCOPED_FREE bool *are_left_out = rgi_alloc(*num, sizeof(*are_left_out));
  if (!are_left_out)
    return rgi_out_of_memory();
  RGI_TRY(mark_copies(&copies, analysis, leaks, *num));
  for (uint32_t i = 0; i < *num; i++) {
    uint32_t holding = find_holding_leak(&copies, &leaks[i]);
    if (!holding)
      continue;
    are_left_out[is_holder(analysis->graph, &leaks[holding - 1], &leaks[i]) ? holding - 1 : i] = true;
  }
  size_t num_kept = 0;
  for (uint32_t i = 0; i < *num; i++) {
    if (!are_left_out[i])
      leaks[num_kept++] = leaks[i];
  }
  *num = num_kept;
  return NULL;
}

static rg_error *note_any(void *context, const struct rgi_captured *captured)
{
  (void)captured;
  *(bool *)context = true;
  return NULL;
}

// An object that can be called, and has nothing, is a word for what its class does.
static rg_error *captures_something(const rg_graph *graph, const struct rgi_suspect *group, bool *ret)
{
  *ret = group->suspect != RGI_SUSPECT_CALLABLE;
  return *ret ? NULL : rgi_captured_visit(graph, group->suspect, group->nodes[0], note_any, ret);
}

static rg_error *choose(const rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leaks,
                        size_t *num_ret)
{
  for (size_t i = 0; i < analysis->groups.num; i++) {
    struct rgi_leak leak = {.group = &analysis->groups.groups[i]};
    leak.growth = rgi_series_growth(&report->series, leak.group->fingerprint);
    RGI_TRY(find_finished(analysis->graph, leak.group, &leak.finished));
    // Of code that waits to go on, a variable may still have what was over long before.
    if (rgi_is_suspended(leak.group->suspect) && leak.growth == RGI_GROWTH_NONE)
      leak.finished = RG_NODE_NONE;
    bool is_capturing = false;
    if (leak.growth != RGI_GROWTH_NONE || leak.finished != RG_NODE_NONE)
      RGI_TRY(captures_something(analysis->graph, leak.group, &is_capturing));
    if (is_capturing)
      leaks[(*num_ret)++] = leak;
  }
  return leave_out_those_of_others(analysis, leaks, num_ret);
}

/* --- what has another owner --------------------------------------------------------------------------------------- */

// Where growth would be seen, a flag alone of what others hold as well may mean anything: a menu that is closed opens
// again.
static bool is_owned_elsewhere(const struct rgi_analysis *analysis, const struct rgi_leak *leak)
{
  return leak->growth == RGI_GROWTH_NONE && !rgi_is_expected_to_be_gone(analysis->graph, leak->finished) &&
         !rgi_leak_keeps(analysis, leak, leak->finished) &&
         rg_paths_parent(analysis->paths, leak->finished) != RG_NODE_NONE;
}

static void leave_out_those_owned_elsewhere(const rg_report *report, const struct rgi_analysis *analysis,
                                            struct rgi_leak *leaks, size_t *num)
{
  size_t num_kept = 0;
  if (report->series.num < report->series.min_rounds)
    return;
  for (size_t i = 0; i < *num; i++) {
    if (!is_owned_elsewhere(analysis, &leaks[i]))
      leaks[num_kept++] = leaks[i];
  }
  *num = num_kept;
}

/* --- what they retain --------------------------------------------------------------------------------------------- */

static rg_error *measure_sets(const struct rgi_analysis *analysis, const rg_node_set *sets, size_t num, uint64_t *ret)
{
  RGI_SCOPED_FREE uint64_t *promises = rgi_alloc(num, sizeof(*promises));
  if (!promises)
    return rgi_out_of_memory();
  return rgi_measure_sets(analysis->graph, analysis->dominators, sets, num, NUM_EXACT, promises, ret);
}

static rg_error *measure(const struct rgi_analysis *analysis, struct rgi_leak *leaks, size_t num)
{
  RGI_SCOPED_FREE rg_node_set *sets = rgi_alloc(num, sizeof(*sets));
  RGI_SCOPED_FREE uint64_t *retained = rgi_alloc(num, sizeof(*retained));
  if (!sets || !retained)
    return rgi_out_of_memory();
  for (size_t i = 0; i < num; i++)
    sets[i] = (rg_node_set){leaks[i].group->nodes, leaks[i].group->num_nodes};
  RGI_TRY(measure_sets(analysis, sets, num, retained));
  for (size_t i = 0; i < num; i++) {
    const struct rgi_suspect *group = leaks[i].group;
    leaks[i].leak.retained = retained[i];
    for (uint32_t node_i = 0; node_i < group->num_nodes; node_i++)
      leaks[i].leak.exclusive += rg_dominators_retained(analysis->dominators, group->nodes[node_i]);
    if (rg_paths_parent(analysis->paths, group->nodes[0]) == RG_NODE_NONE)
      RGI_TRY(rgi_garbage_retained(analysis, group->nodes, group->num_nodes, &leaks[i].leak.retained));
  }
  return NULL;
}

// Only where these are not all copies.
static rg_error *measure_told(const struct rgi_analysis *analysis, struct rgi_leak *leaks, size_t num)
{
  RGI_SCOPED_FREE rg_node_set *sets = rgi_alloc(num, sizeof(*sets));
  RGI_SCOPED_FREE uint64_t *retained = rgi_alloc(num, sizeof(*retained));
  if (!sets || !retained)
    return rgi_out_of_memory();
  for (size_t i = 0; i < num; i++) {
    if (leaks[i].num_told < leaks[i].group->num_nodes)
      sets[i] = (rg_node_set){leaks[i].told, leaks[i].num_told};
  }
  RGI_TRY(measure_sets(analysis, sets, num, retained));
  for (size_t i = 0; i < num; i++)
    leaks[i].told_retained = sets[i].num_nodes ? retained[i] : leaks[i].leak.retained;
  return NULL;
}

static int compare_sizes(const void *a, const void *b)
{
  const struct rgi_leak *x = a, *y = b;
  bool is_sure = x->growth && x->finished != RG_NODE_NONE, is_other_sure = y->growth && y->finished != RG_NODE_NONE;
  if (is_sure != is_other_sure)
    return is_sure ? -1 : 1;
  if (x->leak.retained != y->leak.retained)
    return x->leak.retained > y->leak.retained ? -1 : 1;
  return (x->group->fingerprint > y->group->fingerprint) - (x->group->fingerprint < y->group->fingerprint);
}

/* --- what is told ------------------------------------------------------------------------------------------------- */

static const char *kind_of_function(const rg_graph *graph, rg_node function, const char *name)
{
  size_t size = strlen(name), lambda = strlen("<lambda>");
  if (size >= lambda && strcmp(name + size - lambda, "<lambda>") == 0)
    return "lambda";
  return rg_graph_node_flags(graph, function) & RG_NODE_CLOSURE ? "closure" : "function";
}

static const char *kind_of(const rg_graph *graph, const struct rgi_suspect *group, const char *name)
{
  static const char *const words[RGI_NUM_SUSPECT_KINDS] = {
      [RGI_SUSPECT_METHOD] = "bound method",   [RGI_SUSPECT_PARTIAL] = "partial",
      [RGI_SUSPECT_GENERATOR] = "generator",   [RGI_SUSPECT_COROUTINE] = "coroutine",
      [RGI_SUSPECT_ASYNC_GENERATOR] = "async generator", [RGI_SUSPECT_CALLABLE] = "callback object",
      [RGI_SUSPECT_CACHE] = "cache",           [RGI_SUSPECT_EXPECTED_GONE] = "object",
  };
  if (group->suspect == RGI_SUSPECT_FUNCTION)
    return kind_of_function(graph, group->nodes[0], name);
  return words[group->suspect];
}

static rg_error *count_rounds(rg_report *report, struct rgi_leak *leak)
{
  static const char *const words[] = {
      [RGI_GROWTH_NONE] = "", [RGI_GROWTH_COPIES] = "copies", [RGI_GROWTH_ITEMS] = "items"};
  uint32_t *counts;
  RGI_TRY(rgi_arena_alloc(&report->arena, report->series.num * sizeof(*counts), (void **)&counts));
  for (size_t i = 0; i < report->series.num; i++)
    counts[i] = rgi_series_count(&report->series, i, leak->group->fingerprint).num_nodes;
  leak->leak.counts = counts;
  leak->leak.grows = words[leak->growth];
  return NULL;
}

// What has no site is called by its type.
static rg_error *name_leak(rg_report *report, const rg_graph *graph, struct rgi_leak *leak)
{
  RGI_SCOPED_TEXT fingerprint = RGI_TEXT_INIT;
  const struct rgi_suspect *group = leak->group;
  leak->type = rg_graph_type(graph, group->type).name;
  rg_site_info by_type = {.name = leak->type, .file = ""};
  rg_site_info site = group->site == RG_SITE_NONE ? by_type : rg_graph_site(graph, group->site);
  rgi_text_printf(&fingerprint, "%016llx", (unsigned long long)group->fingerprint);
  RGI_TRY(rgi_arena_add_text(&report->arena, &fingerprint, &leak->leak.fingerprint));
  bool has_code = rg_graph_node_site(graph, group->nodes[0]) != RG_SITE_NONE;
  const char *name = has_code ? rgi_qualified_name(graph, group->nodes[0]) : site.name;
  RGI_TRY(rgi_arena_add_string(&report->arena, name, &leak->leak.name));
  RGI_TRY(rgi_arena_add_string(&report->arena, site.file, &leak->leak.file));
  leak->leak.kind = kind_of(graph, group, site.name);
  leak->leak.line = site.line;
  leak->leak.num_copies = group->num_nodes;
  return count_rounds(report, leak);
}

static rg_error *describe(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak)
{
  RGI_TRY(rgi_leak_add_path(report, analysis, leak));
  leak->leak.node = leak->shown;
  RGI_TRY(rgi_leak_add_holder(report, analysis, leak));
  RGI_TRY(rgi_leak_add_signals(report, analysis, leak));
  rgi_leak_judge_path(analysis, leak);
  RGI_TRY(rgi_leak_add_notes(report, analysis, leak));
  return rgi_leak_propose_mends(report, analysis, leak);
}

static int compare_leaks(const void *a, const void *b)
{
  const struct rgi_leak *x = a, *y = b;
  int order = compare_sizes(a, b);
  bool is_sure = (x->growth && x->finished != RG_NODE_NONE) || (y->growth && y->finished != RG_NODE_NONE);
  if (is_sure || x->leak.num_signals == y->leak.num_signals)
    return order;
  return x->leak.num_signals > y->leak.num_signals ? -1 : 1;
}

static rg_error *tell(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leaks, size_t num)
{
  for (size_t i = 0; i < num; i++) {
    RGI_TRY(name_leak(report, analysis->graph, &leaks[i]));
    RGI_TRY(rgi_leak_add_captures(report, analysis, &leaks[i]));
  }
  RGI_TRY(rgi_leaks_measure_captures(analysis, leaks, num));
  for (size_t i = 0; i < num; i++)
    RGI_TRY(describe(report, analysis, &leaks[i]));
  RGI_TRY(measure_told(analysis, leaks, num));
  RGI_TRY(rgi_leaks_add_similar(report, leaks, num));
  RGI_TRY(rgi_leaks_measure_mends(report, analysis, leaks, num));
  RGI_TRY(rgi_leaks_add_pictures(report, analysis, leaks, num));
  rgi_sort(leaks, num, sizeof(*leaks), compare_leaks);
  RGI_TRY(rgi_arena_alloc(&report->arena, num * sizeof(*report->leaks), (void **)&report->leaks));
  for (size_t i = 0; i < num; i++)
    report->leaks[i] = leaks[i].leak;
  report->num_leaks = report->num_open = num;
  return NULL;
}

static rg_error *omit(rg_report *report, const struct rgi_leak *leaks, size_t num)
{
  RGI_TRY(rgi_arena_alloc(&report->arena, num * sizeof(*report->omitted), (void **)&report->omitted));
  for (size_t i = 0; i < num; i++)
    report->omitted[i] = leaks[i].group->fingerprint;
  report->num_omitted = report->num_open_omitted = num;
  return NULL;
}

static rg_error *find(rg_report *report, struct rgi_analysis *analysis, struct rgi_leak *leaks, size_t *num_ret)
{
  RGI_TRY(choose(report, analysis, leaks, num_ret));
  if (!*num_ret)
    return NULL;
  RGI_TRY(rg_dominators_create(analysis->graph, NULL, &analysis->dominators));
  leave_out_those_owned_elsewhere(report, analysis, leaks, num_ret);
  rg_cycle_options options = RG_CYCLE_OPTIONS_INIT;
  options.dominators = analysis->dominators;
  RGI_TRY(rg_cycles_create(analysis->graph, &options, &analysis->cycles));
  RGI_TRY(measure(analysis, leaks, *num_ret));
  rgi_sort(leaks, *num_ret, sizeof(*leaks), compare_sizes);
  size_t num = *num_ret < MAX_LEAKS ? *num_ret : MAX_LEAKS;
  RGI_TRY(omit(report, leaks + num, *num_ret - num));
  return tell(report, analysis, leaks, num);
}

rg_error *rgi_report_find_leaks(rg_report *report, struct rgi_analysis *analysis)
{
  size_t num = 0;
  RGI_SCOPED_FREE struct rgi_leak *leaks = rgi_alloc(analysis->groups.num, sizeof(*leaks));
  if (!leaks)
    return rgi_out_of_memory();
  rg_error *error = find(report, analysis, leaks, &num);
  for (size_t i = 0; i < num; i++) {
    rgi_variables_destroy(leaks[i].variables);
    rgi_proposals_destroy(leaks[i].proposals, leaks[i].num_proposals);
    rgi_free(leaks[i].held);
    rgi_free(leaks[i].told);
  }
  return error;
}
