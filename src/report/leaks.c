/* Which groups leak, and by what signals. */
#include "report-internal.h"

#include <stdlib.h>
#include <string.h>

#include "../analysis/measure.h"
#include "../view/words.h"

enum { MAX_SIGNALS = 8, NUM_EXACT = 63 };

/* --- signals ------------------------------------------------------------------------------------------------------ */

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

// A captured value that is finished, if at least half of the objects have one.
static rg_error *find_finished(const rg_graph *graph, const struct rgi_suspect *group, rg_node *ret)
{
  uint32_t num = 0;
  *ret = RG_NODE_NONE;
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

static rg_error *add_signal(rg_report *report, struct rgi_leak *leak, struct rgi_text *text)
{
  return rgi_arena_add_text(&report->arena, text, &leak->signals[leak->leak.num_signals++]);
}

static rg_error *say_growth(rg_report *report, struct rgi_leak *leak)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  rgi_text_puts(&text, "more in every round: ");
  for (size_t i = 0; i < report->series.num; i++) {
    rgi_text_puts(&text, i ? ", " : "");
    rgi_words_add_count(&text, leak->leak.counts[i], " ");
  }
  return add_signal(report, leak, &text);
}

static rg_error *say_finished(rg_report *report, const rg_graph *graph, struct rgi_leak *leak)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  rg_node_info info = rg_graph_node(graph, leak->finished);
  const char *type = rg_graph_type(graph, info.type).name, *field = rg_graph_string(graph, info.state_field);
  rgi_text_printf(&text, "its %s is finished%s%s%s%s%s", type, *field ? ": " : "", *field ? type : "", *field ? "." : "",
                  field, *field ? " says so" : "");
  return add_signal(report, leak, &text);
}

static rg_error *say_never_read(rg_report *report, struct rgi_leak *leak)
{
  for (size_t i = 0; i < leak->leak.num_captures && leak->leak.num_signals < MAX_SIGNALS; i++) {
    const rg_leak_capture *captured = &leak->leak.captures[i];
    RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
    if (!(captured->use & RG_USE_KNOWN) || captured->use & RG_USE_READ)
      continue;
    rgi_text_printf(&text, "captures %s and never reads it", captured->name);
    RGI_TRY(add_signal(report, leak, &text));
  }
  return NULL;
}

static rg_error *add_signals(rg_report *report, const rg_graph *graph, struct rgi_leak *leak)
{
  RGI_TRY(rgi_arena_alloc(&report->arena, MAX_SIGNALS * sizeof(*leak->signals), (void **)&leak->signals));
  leak->leak.signals = leak->signals;
  if (leak->grows)
    RGI_TRY(say_growth(report, leak));
  if (leak->finished != RG_NODE_NONE)
    RGI_TRY(say_finished(report, graph, leak));
  return say_never_read(report, leak);
}

/* --- leaks -------------------------------------------------------------------------------------------------------- */

static const char *kind_of(const struct rgi_suspect *group, const char *name)
{
  static const char *const words[RGI_NUM_SUSPECT_KINDS] = {
      [RGI_SUSPECT_FUNCTION] = "closure",   [RGI_SUSPECT_METHOD] = "bound method",  [RGI_SUSPECT_PARTIAL] = "partial",
      [RGI_SUSPECT_GENERATOR] = "generator", [RGI_SUSPECT_COROUTINE] = "coroutine",
      [RGI_SUSPECT_ASYNC_GENERATOR] = "async generator",
  };
  size_t size = strlen(name), lambda = strlen("<lambda>");
  bool is_lambda = group->suspect == RGI_SUSPECT_FUNCTION && size >= lambda &&
                   strcmp(name + size - lambda, "<lambda>") == 0;
  return is_lambda ? "lambda" : words[group->suspect];
}

static rg_error *count_rounds(rg_report *report, struct rgi_leak *leak)
{
  uint32_t *counts;
  RGI_TRY(rgi_arena_alloc(&report->arena, report->series.num * sizeof(*counts), (void **)&counts));
  for (size_t i = 0; i < report->series.num; i++)
    counts[i] = rgi_series_count(&report->series, i, leak->group->fingerprint);
  leak->leak.counts = counts;
  return NULL;
}

static rg_error *describe(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak)
{
  RGI_SCOPED_TEXT fingerprint = RGI_TEXT_INIT;
  const struct rgi_suspect *group = leak->group;
  rg_site_info none = {.name = "", .file = ""};
  rg_site_info site = group->site == RG_SITE_NONE ? none : rg_graph_site(analysis->graph, group->site);
  rgi_text_printf(&fingerprint, "%016llx", (unsigned long long)group->fingerprint);
  RGI_TRY(rgi_arena_add_text(&report->arena, &fingerprint, &leak->leak.fingerprint));
  RGI_TRY(rgi_arena_add_string(&report->arena, site.name, &leak->leak.name));
  RGI_TRY(rgi_arena_add_string(&report->arena, site.file, &leak->leak.file));
  leak->leak.kind = kind_of(group, site.name);
  leak->leak.line = site.line;
  leak->leak.holder = "";
  leak->leak.num_copies = group->num_nodes;
  RGI_TRY(count_rounds(report, leak));
  RGI_TRY(rgi_leak_add_captures(report, analysis, leak));
  RGI_TRY(add_signals(report, analysis->graph, leak));
  RGI_TRY(rgi_leak_add_path(report, analysis, leak));
  return rgi_leak_add_mends(report, analysis, leak);
}

static int compare_leaks(const void *a, const void *b)
{
  const struct rgi_leak *x = a, *y = b;
  if (x->leak.num_signals != y->leak.num_signals)
    return x->leak.num_signals > y->leak.num_signals ? -1 : 1;
  if (x->leak.retained != y->leak.retained)
    return x->leak.retained > y->leak.retained ? -1 : 1;
  return (x->group->fingerprint > y->group->fingerprint) - (x->group->fingerprint < y->group->fingerprint);
}

static rg_error *measure(const struct rgi_analysis *analysis, struct rgi_leak *leaks, size_t num)
{
  RGI_SCOPED_FREE rg_node_set *sets = rgi_alloc(num, sizeof(*sets));
  RGI_SCOPED_FREE uint64_t *promises = rgi_alloc(num, sizeof(*promises));
  RGI_SCOPED_FREE uint64_t *retained = rgi_alloc(num, sizeof(*retained));
  if (!sets || !promises || !retained)
    return rgi_out_of_memory();
  for (size_t i = 0; i < num; i++)
    sets[i] = (rg_node_set){leaks[i].group->nodes, leaks[i].group->num_nodes};
  RGI_TRY(rgi_measure_sets(analysis->graph, analysis->dominators, sets, num, NUM_EXACT, promises, retained));
  for (size_t i = 0; i < num; i++) {
    leaks[i].leak.retained = retained[i];
    for (uint32_t node_i = 0; node_i < sets[i].num_nodes; node_i++)
      leaks[i].leak.exclusive += rg_dominators_retained(analysis->dominators, sets[i].nodes[node_i]);
  }
  return NULL;
}

// By node: the leak that it is a copy of, plus one.
static rg_error *mark_copies(const rg_graph *graph, const struct rgi_leak *leaks, size_t num, uint32_t **ret)
{
  uint32_t *marks = rgi_alloc(rg_graph_num_nodes(graph), sizeof(*marks));
  if (!marks)
    return rgi_out_of_memory();
  for (uint32_t i = 0; i < num; i++) {
    for (uint32_t node_i = 0; node_i < leaks[i].group->num_nodes; node_i++)
      marks[leaks[i].group->nodes[node_i]] = i + 1;
  }
  *ret = marks;
  return NULL;
}

// Whether most objects of a leak are held by those of another: that one is the leak, and takes them along.
static bool is_taken_along(const struct rgi_analysis *analysis, const struct rgi_leak *leak, const uint32_t *marks,
                           uint32_t own)
{
  uint32_t num = 0;
  for (uint32_t i = 0; i < leak->group->num_nodes; i++) {
    rg_node node = rg_paths_parent(analysis->paths, leak->group->nodes[i]);
    while (node != RG_NODE_ROOT && node != RG_NODE_NONE && (!marks[node] || marks[node] == own))
      node = rg_paths_parent(analysis->paths, node);
    num += node != RG_NODE_ROOT && node != RG_NODE_NONE;
  }
  return 2 * num > leak->group->num_nodes;
}

static rg_error *leave_out_those_taken_along(const struct rgi_analysis *analysis, struct rgi_leak *leaks, size_t *num)
{
  RGI_SCOPED_FREE uint32_t *marks = NULL;
  RGI_TRY(mark_copies(analysis->graph, leaks, *num, &marks));
  size_t num_kept = 0;
  for (uint32_t i = 0; i < *num; i++) {
    if (!is_taken_along(analysis, &leaks[i], marks, i + 1))
      leaks[num_kept++] = leaks[i];
  }
  *num = num_kept;
  return NULL;
}

static rg_error *choose(const rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leaks,
                        size_t *num_ret)
{
  for (size_t i = 0; i < analysis->groups.num; i++) {
    struct rgi_leak leak = {.group = &analysis->groups.groups[i]};
    leak.grows = rgi_series_grows(&report->series, leak.group->fingerprint);
    RGI_TRY(find_finished(analysis->graph, leak.group, &leak.finished));
    if (leak.grows || leak.finished != RG_NODE_NONE)
      leaks[(*num_ret)++] = leak;
  }
  return leave_out_those_taken_along(analysis, leaks, num_ret);
}

rg_error *rgi_report_find_leaks(rg_report *report, const struct rgi_analysis *analysis)
{
  size_t num = 0;
  RGI_SCOPED_FREE struct rgi_leak *leaks = rgi_alloc(analysis->groups.num, sizeof(*leaks));
  if (!leaks)
    return rgi_out_of_memory();
  RGI_TRY(choose(report, analysis, leaks, &num));
  RGI_TRY(measure(analysis, leaks, num));
  for (size_t i = 0; i < num; i++)
    RGI_TRY(describe(report, analysis, &leaks[i]));
  qsort(leaks, num, sizeof(*leaks), compare_leaks);
  RGI_TRY(rgi_arena_alloc(&report->arena, num * sizeof(*report->leaks), (void **)&report->leaks));
  for (size_t i = 0; i < num; i++)
    report->leaks[i] = leaks[i].leak;
  report->num_leaks = num;
  return NULL;
}
