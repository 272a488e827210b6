/* What makes a report less than certain: what a graph could not record, and graphs that are no series of one process.
 * Each is said once, of the first graph of which it is true. */
#include "report-internal.h"

#include <inttypes.h>
#include <string.h>

#include "../view/words.h"

void rgi_doubts_deinit(struct rgi_doubts *doubts)
{
  rgi_free(doubts->texts);
}

static rg_error *add(rg_report *report, struct rgi_text *text)
{
  struct rgi_doubts *doubts = &report->doubts;
  RGI_TRY(rgi_reserve(&doubts->texts, &doubts->capacity, doubts->num + 1));
  RGI_TRY(rgi_arena_add_text(&report->arena, text, &doubts->texts[doubts->num]));
  doubts->num++;
  return NULL;
}

static rg_error *check_whole(rg_report *report, const rg_graph *graph, size_t place)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  if (!rg_graph_is_truncated(graph) || report->doubts.is_truncated)
    return NULL;
  report->doubts.is_truncated = true;
  rgi_text_printf(&text, "dump %zu is cut off: sizes and copies are lower bounds, and leaks may be missing", place);
  return add(report, &text);
}

static rg_error *check_process(rg_report *report, const rg_process_info *process, size_t place)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  struct rgi_doubts *doubts = &report->doubts;
  if (!doubts->pid || !process->pid || doubts->is_of_several_processes)
    return NULL;
  if (doubts->pid == process->pid && strcmp(doubts->host, process->host) == 0)
    return NULL;
  doubts->is_of_several_processes = true;
  rgi_text_printf(&text, "dumps %zu and %zu are of different processes, %" PRIu64 " on %s and %" PRIu64 " on %s: what "
                  "is more in one of them need not have grown", place - 1, place, doubts->pid, doubts->host,
                  process->pid, process->host);
  return add(report, &text);
}

static rg_error *check_order(rg_report *report, const rg_process_info *process, size_t place)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  struct rgi_doubts *doubts = &report->doubts;
  bool is_older = process->time_ns && process->time_ns < doubts->time_ns;
  if (!is_older || doubts->is_out_of_order)
    return NULL;
  doubts->is_out_of_order = true;
  rgi_text_printf(&text, "dump %zu is older than dump %zu: what grows is seen if the oldest comes first", place,
                  place - 1);
  return add(report, &text);
}

static rg_error *check_moment(rg_report *report, const rg_process_info *process, uint32_t num_nodes, size_t place)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  struct rgi_doubts *doubts = &report->doubts;
  bool is_same = process->time_ns && process->time_ns == doubts->time_ns && process->pid == doubts->pid &&
                 num_nodes == doubts->num_nodes;
  if (!is_same || doubts->is_of_one_moment)
    return NULL;
  doubts->is_of_one_moment = true;
  rgi_text_printf(&text, "dumps %zu and %zu are of the same moment: nothing can have grown", place - 1, place);
  return add(report, &text);
}

rg_error *rgi_doubts_add_graph(rg_report *report, const rg_graph *graph)
{
  struct rgi_doubts *doubts = &report->doubts;
  rg_process_info process = rg_graph_process(graph);
  size_t place = report->series.num + 1;
  RGI_TRY(check_whole(report, graph, place));
  RGI_TRY(check_process(report, &process, place));
  RGI_TRY(check_order(report, &process, place));
  RGI_TRY(check_moment(report, &process, rg_graph_num_nodes(graph), place));
  doubts->pid = process.pid;
  doubts->time_ns = process.time_ns;
  doubts->num_nodes = rg_graph_num_nodes(graph);
  return rgi_arena_add_string(&report->arena, process.host, &doubts->host);
}

rg_error *rgi_doubts_add_losses(rg_report *report, const rg_graph *graph)
{
  struct rgi_doubts *doubts = &report->doubts;
  size_t num = rg_graph_num_losses(graph);
  RGI_TRY(rgi_arena_alloc(&report->arena, num * sizeof(*doubts->losses), (void **)&doubts->losses));
  for (size_t i = 0; i < num; i++) {
    doubts->losses[i].num = rg_graph_loss(graph, i).num;
    RGI_TRY(rgi_arena_add_string(&report->arena, rg_graph_loss(graph, i).what, &doubts->losses[i].what));
  }
  doubts->num_losses = num;
  return NULL;
}

void rgi_doubts_add_text(const rg_report *report, struct rgi_text *text)
{
  const struct rgi_doubts *doubts = &report->doubts;
  rgi_text_puts(text, doubts->num || doubts->num_losses ? "\nWHAT IS NOT CERTAIN\n" : "");
  for (size_t i = 0; i < doubts->num; i++)
    rgi_text_printf(text, "  %s\n", doubts->texts[i]);
  for (size_t i = 0; i < doubts->num_losses; i++) {
    rgi_text_puts(text, "  not recorded: ");
    if (doubts->losses[i].num)
      rgi_words_add_count(text, doubts->losses[i].num, " ");
    rgi_text_printf(text, "%s%s\n", doubts->losses[i].num ? " " : "", doubts->losses[i].what);
  }
}

size_t rg_report_num_doubts(const rg_report *report)
{
  return report->doubts.num;
}

const char *rg_report_doubt(const rg_report *report, size_t i)
{
  return report->doubts.texts[i];
}
