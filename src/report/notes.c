/* What else is to be said of who holds the objects of a leak. */
#include <string.h>

#include "../view/view-internal.h"
#include "../view/words.h"
#include "report-internal.h"

enum { MAX_NOTES = 6, MAX_NAMED = 3, MAX_STAYING = 2 };
// How far is looked for who else holds a value: a hostile dump has a variable with any number of values and referrers.
enum { MAX_REFERRERS = 10000, MAX_OTHER_WAYS = 100 };

static rg_error *add(rg_report *report, struct rgi_leak *leak, struct rgi_text *text)
{
  return rgi_arena_add_text(&report->arena, text, &leak->notes[leak->leak.num_notes++]);
}

// "Others are held by Menu.commands (3 of 1 204)".
static rg_error *say_other_holders(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  for (size_t i = 1; i < leak->num_held && i <= MAX_NAMED; i++) {
    const struct rgi_held *held = &leak->held[i];
    rgi_text_puts(&text, i > 1 ? ", " : "Others are held by ");
    if (held->holder.node == RG_NODE_NONE)
      rgi_text_puts(&text, "what has no name");
    rgi_name_holder(analysis->graph, &held->holder, &text);
    rgi_text_printf(&text, " (%u of %u)", held->num, leak->group->num_nodes);
  }
  if (leak->num_held > MAX_NAMED + 1)
    rgi_text_printf(&text, ", and %zu more", leak->num_held - MAX_NAMED - 1);
  return text.size || text.is_failed ? add(report, leak, &text) : NULL;
}

// A reference that is counted and was not found is held where no capture looks, as by an extension in C.
static rg_error *say_reference_count(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  rg_node_info info = rg_graph_node(analysis->graph, leak->shown);
  rg_referrers referrers;
  uint32_t num = 0;
  RGI_TRY(rg_graph_referrers(analysis->graph, leak->shown, &referrers));
  for (size_t i = 0; i < referrers.num_edges; i++)
    num += rg_graph_edge_kind(analysis->graph, referrers.edges[i]) != RG_EDGE_WEAK;
  if (info.flags & RG_NODE_IMMORTAL || info.refcount <= num)
    return NULL;
  rgi_words_add_counted(&text, info.refcount - num, "more reference", " ");
  rgi_text_puts(&text, " to it exist than were found: C code may hold it, too");
  return add(report, leak, &text);
}

// Not through one of the copies.
static bool is_other_way(const struct rgi_analysis *analysis, const struct rgi_leak *leak, rg_node node)
{
  enum { MAX_STEPS = 1000 };
  int i = 0;
  for (; i < MAX_STEPS && node != RG_NODE_ROOT && node != RG_NODE_NONE; i++) {
    if (rgi_find_node(leak->group->nodes, leak->group->num_nodes, node))
      return false;
    node = rg_paths_parent(analysis->paths, node);
  }
  return node == RG_NODE_ROOT;
}

struct staying {
  rg_report *report;
  const struct rgi_analysis *analysis;
  struct rgi_leak *leak;
  const rg_leak_capture *capture;
  bool is_said;
  size_t num_referrers, num_other_ways; // that were looked at
};

static rg_error *find_other_holder(struct staying *staying, rg_node value, struct rgi_holder *ret)
{
  const rg_graph *graph = staying->analysis->graph;
  rg_referrers referrers;
  RGI_TRY(rg_graph_referrers(graph, value, &referrers));
  for (size_t i = 0; i < referrers.num_edges && ret->node == RG_NODE_NONE; i++) {
    rg_edge edge = referrers.edges[i];
    if (staying->num_referrers++ >= MAX_REFERRERS || staying->num_other_ways >= MAX_OTHER_WAYS)
      return NULL;
    if (rg_graph_edge_kind(graph, edge) == RG_EDGE_WEAK ||
        !is_other_way(staying->analysis, staying->leak, rg_graph_edge_source(graph, edge)))
      continue;
    staying->num_other_ways++;
    RGI_TRY(rgi_find_named_holder(staying->analysis, edge, ret));
  }
  return NULL;
}

// "Library.documents holds doc, too: it stays there".
static rg_error *say_value_stays(void *context, const struct rgi_captured *captured)
{
  struct staying *staying = context;
  const struct rgi_analysis *analysis = staying->analysis;
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  struct rgi_holder holder = {.node = RG_NODE_NONE};
  bool is_asked_for = !staying->is_said && rgi_is_variable(captured->name, staying->capture->name);
  if (is_asked_for && !rgi_leak_keeps(analysis, staying->leak, captured->value))
    RGI_TRY(find_other_holder(staying, captured->value, &holder));
  if (holder.node == RG_NODE_NONE)
    return NULL;
  staying->is_said = true;
  rgi_name_holder(analysis->graph, &holder, &text);
  rgi_text_printf(&text, " holds %s, too: it stays there", staying->capture->name);
  return add(staying->report, staying->leak, &text);
}

// Of what keeps more than goes with the leak: mends of the leak alone do not free it.
static rg_error *say_what_stays(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak)
{
  size_t num_before = leak->leak.num_notes;
  for (size_t i = 0; i < leak->leak.num_captures && leak->leak.num_notes < num_before + MAX_STAYING; i++) {
    struct staying staying = {report, analysis, leak, &leak->captures[i], .is_said = false};
    if (leak->captures[i].retained > leak->leak.retained)
      RGI_TRY(rgi_captured_visit(analysis->graph, leak->group->suspect, leak->shown, say_value_stays, &staying));
  }
  return NULL;
}

static rg_error *say_guess(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  bool is_guess = leak->leak.num_steps && !leak->is_garbage &&
                  rg_graph_node_flags(analysis->graph, leak->steps[0].node) & RG_NODE_INFERRED;
  if (!is_guess)
    return NULL;
  rgi_text_puts(&text, "Where the path begins is a guess: only counts of references tell of it");
  return add(report, leak, &text);
}

rg_error *rgi_leak_add_notes(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak)
{
  RGI_TRY(rgi_arena_alloc(&report->arena, MAX_NOTES * sizeof(*leak->notes), (void **)&leak->notes));
  leak->leak.notes = leak->notes;
  RGI_TRY(say_other_holders(report, analysis, leak));
  RGI_TRY(say_reference_count(report, analysis, leak));
  RGI_TRY(say_what_stays(report, analysis, leak));
  return say_guess(report, analysis, leak);
}

/* --- other leaks -------------------------------------------------------------------------------------------------- */

// "The same holder keeps app/ui.py:88 (212)": a mend there may mend these, too.
static rg_error *say_similar(rg_report *report, const struct rgi_leak *leaks, size_t num, struct rgi_leak *leak)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  size_t num_named = 0;
  for (size_t i = 0; i < num && *leak->leak.holder && !leak->is_garbage; i++) {
    if (&leaks[i] == leak || strcmp(leaks[i].leak.holder, leak->leak.holder) != 0)
      continue;
    if (num_named++ < MAX_NAMED)
      rgi_text_printf(&text, "%s%s (%u)", text.size ? ", " : "The same holder keeps ", leaks[i].leak.name,
                      leaks[i].leak.num_copies);
  }
  if (num_named > MAX_NAMED)
    rgi_text_printf(&text, " and %zu more", num_named - MAX_NAMED);
  return text.size || text.is_failed ? add(report, leak, &text) : NULL;
}

rg_error *rgi_leaks_add_similar(rg_report *report, struct rgi_leak *leaks, size_t num)
{
  for (size_t i = 0; i < num; i++)
    RGI_TRY(say_similar(report, leaks, num, &leaks[i]));
  return NULL;
}
