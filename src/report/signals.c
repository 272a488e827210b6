/* Why it is said to leak: the signals, each in words. */
#include <string.h>

#include "../view/words.h"
#include "report-internal.h"

enum { MAX_SIGNALS = 10, MUCH = 10 /* percent of the heap */ };

static rg_error *add(rg_report *report, struct rgi_leak *leak, struct rgi_text *text)
{
  if (leak->leak.num_signals == MAX_SIGNALS)
    return NULL;
  return rgi_arena_add_text(&report->arena, text, &leak->signals[leak->leak.num_signals++]);
}

// Of what grows, in a round.
static uint64_t count_of(const rg_report *report, const struct rgi_leak *leak, size_t round)
{
  struct rgi_count count = rgi_series_count(&report->series, round, leak->group->fingerprint);
  return leak->growth == RGI_GROWTH_ITEMS ? count.num_items : count.num_nodes;
}

// "1", or "2 to 5" where rounds differ. Returns the most.
static uint64_t add_gain(struct rgi_text *text, const rg_report *report, const struct rgi_leak *leak)
{
  uint64_t least = UINT64_MAX, most = 0;
  for (size_t i = 1; i < report->series.num; i++) {
    uint64_t gain = count_of(report, leak, i) - count_of(report, leak, i - 1);
    least = gain < least ? gain : least;
    most = gain > most ? gain : most;
  }
  rgi_words_add_count(text, least, " ");
  if (most > least) {
    rgi_text_puts(text, " to ");
    rgi_words_add_count(text, most, " ");
  }
  return most;
}

static rg_error *say_growth(rg_report *report, struct rgi_leak *leak)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  bool is_of_items = leak->growth == RGI_GROWTH_ITEMS;
  rgi_text_puts(&text, is_of_items ? "what it captures has " : "");
  uint64_t most = add_gain(&text, report, leak);
  rgi_text_printf(&text, " more%s%s: ", !is_of_items ? "" : most == 1 ? " item" : " items",
                  report->series.num == 2 ? " than before" : " in every round");
  for (size_t i = 0; i < report->series.num; i++) {
    rgi_text_puts(&text, i ? ", " : "");
    rgi_words_add_count(&text, count_of(report, leak, i), " ");
  }
  return add(report, leak, &text);
}

static rg_error *say_finished(rg_report *report, const rg_graph *graph, struct rgi_leak *leak)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  rg_node_info info = rg_graph_node(graph, leak->finished);
  const char *type = rg_graph_type(graph, info.type).name, *field = rg_graph_string(graph, info.state_field);
  bool is_itself = leak->group->suspect == RGI_SUSPECT_EXPECTED_GONE;
  if (rgi_is_expected_to_be_gone(graph, leak->finished))
    rgi_text_printf(&text, "%s%s was expected to be gone: refgraph.expect_gone()", is_itself ? "the " : "its ", type);
  else
    rgi_text_printf(&text, "its %s is finished: %s.%s says so", type, type, field);
  return add(report, leak, &text);
}

static rg_error *say_never_read(rg_report *report, struct rgi_leak *leak)
{
  for (size_t i = 0; i < leak->leak.num_captures; i++) {
    const rg_leak_capture *captured = &leak->captures[i];
    RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
    bool is_used = captured->use & (RG_USE_READ | RG_USE_WRITTEN);
    if (!(captured->use & RG_USE_KNOWN) || is_used || strcmp(captured->name, "__class__") == 0)
      continue;
    rgi_text_printf(&text, "captures %s and never reads it", captured->name);
    RGI_TRY(add(report, leak, &text));
  }
  return NULL;
}

/* --- who holds it ------------------------------------------------------------------------------------------------- */

// Whether the container on the path is all that holds the copies.
static rg_error *is_held_by_registry_alone(const struct rgi_analysis *analysis, const struct rgi_leak *leak, bool *ret)
{
  bool is_of_all = leak->num_told == leak->group->num_nodes;
  *ret = is_of_all && leak->holder.node != RG_NODE_NONE && leak->leak.num_steps > leak->holder.step + 2;
  for (uint32_t i = 0; *ret && i < leak->group->num_nodes; i++) {
    rg_referrers referrers;
    RGI_TRY(rg_graph_referrers(analysis->graph, leak->group->nodes[i], &referrers));
    size_t num = 0;
    for (size_t edge = 0; edge < referrers.num_edges; edge++)
      num += rg_graph_edge_kind(analysis->graph, referrers.edges[edge]) != RG_EDGE_WEAK;
    *ret = num == 1;
  }
  return NULL;
}

static rg_error *say_holder(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  bool is_alone;
  RGI_TRY(is_held_by_registry_alone(analysis, leak, &is_alone));
  if (!is_alone)
    return NULL;
  rgi_text_printf(&text, "only %s holds %s", leak->leak.holder, leak->group->num_nodes == 1 ? "it" : "them");
  return add(report, leak, &text);
}

// Letting go of the copy may break a cycle that leads over what holds it.
static bool is_holder_in_cycle(const rg_cycle *cycle, const struct rgi_leak *leak)
{
  for (size_t i = 0; i + 1 < leak->leak.num_steps; i++) {
    if (rgi_find_node(cycle->nodes, cycle->num_nodes, leak->steps[i].node))
      return true;
  }
  return false;
}

static rg_error *say_cycle(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  rg_cycle cycle = rgi_cycle_of(analysis, leak->shown);
  if (!cycle.num_nodes)
    return NULL;
  bool is_frozen = rg_graph_node_flags(analysis->graph, leak->shown) & RG_NODE_FROZEN;
  if (leak->is_garbage)
    rgi_text_printf(&text, "only a cycle holds it, and %s",
                    is_frozen ? "the collector was told to leave it alone (gc.freeze())" : "the collector is off");
  else if (leak->growth == RGI_GROWTH_COPIES && !is_holder_in_cycle(&cycle, leak))
    rgi_text_puts(&text, "it is part of a reference cycle: once let go of, it is freed at the next collection");
  else
    return NULL;
  return add(report, leak, &text);
}

static rg_error *say_much(rg_report *report, struct rgi_leak *leak)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  uint64_t percent = report->heap ? leak->leak.retained * 100 / report->heap : 0;
  if (percent < MUCH)
    return NULL;
  rgi_text_printf(&text, "keeps %u %% of the heap", (unsigned)percent);
  return add(report, leak, &text);
}

/* --- dead weak references ----------------------------------------------------------------------------------------- */

// A capture says so.
static bool is_dead_reference(const rg_graph *graph, rg_node node)
{
  return strcmp(rgi_label_of(graph, node), "dead") == 0 &&
         (rgi_is_a(graph, node, "weakref", "weakref") || rgi_is_a(graph, node, "weakref", "WeakMethod"));
}

// In the container that holds the copy that is shown.
static rg_error *say_dead_references(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  uint32_t num = 0;
  rg_node holder = leak->is_garbage ? RG_NODE_NONE : rg_paths_parent(analysis->paths, leak->shown);
  if (holder == RG_NODE_NONE || rg_graph_node_category(analysis->graph, holder) != RG_CATEGORY_CONTAINER)
    return NULL;
  rg_edge end = rg_graph_edges_end(analysis->graph, holder);
  for (rg_edge edge = rg_graph_edges_begin(analysis->graph, holder); edge < end; edge++)
    num += is_dead_reference(analysis->graph, rg_graph_edge_target(analysis->graph, edge));
  if (!num)
    return NULL;
  rgi_text_puts(&text, "beside it pile up ");
  rgi_words_add_counted(&text, num, "dead weak reference", " ");
  return add(report, leak, &text);
}

rg_error *rgi_leak_add_signals(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak)
{
  RGI_TRY(rgi_arena_alloc(&report->arena, MAX_SIGNALS * sizeof(*leak->signals), (void **)&leak->signals));
  leak->leak.signals = leak->signals;
  if (leak->growth != RGI_GROWTH_NONE)
    RGI_TRY(say_growth(report, leak));
  if (leak->finished != RG_NODE_NONE)
    RGI_TRY(say_finished(report, analysis->graph, leak));
  RGI_TRY(say_cycle(report, analysis, leak));
  RGI_TRY(say_holder(report, analysis, leak));
  RGI_TRY(say_much(report, leak));
  RGI_TRY(say_never_read(report, leak));
  return say_dead_references(report, analysis, leak);
}
