/* The report from its graphs to its leaks. */
#include "report-internal.h"

#include "../base/options.h"

rg_error *rg_report_create(const rg_report_options *options, rg_report **ret)
{
  rg_report_options complete = RG_REPORT_OPTIONS_INIT;
  rgi_options_read(&complete, options);
  rg_report *report = rgi_alloc(1, sizeof(*report));
  if (!report)
    return rgi_out_of_memory();
  report->series.min_rounds = complete.min_graphs ? complete.min_graphs : 3;
  *ret = report;
  return NULL;
}

void rg_report_destroy(rg_report *report)
{
  if (!report)
    return;
  rgi_series_deinit(&report->series);
  rgi_doubts_deinit(&report->doubts);
  rgi_arena_deinit(&report->arena);
  rgi_free(report);
}

static void deinit(struct rgi_analysis *analysis)
{
  rg_cycles_destroy(analysis->cycles);
  rg_dominators_destroy(analysis->dominators);
  rg_paths_destroy(analysis->paths);
  rgi_suspects_deinit(&analysis->groups);
}

static rg_error *count(rg_report *report, struct rgi_analysis *analysis)
{
  RGI_TRY(rgi_doubts_add_graph(report, analysis->graph));
  RGI_TRY(rg_paths_create(analysis->graph, NULL, &analysis->paths));
  RGI_TRY(rgi_suspects_init(&analysis->groups, analysis->graph, analysis->paths));
  return rgi_series_add(&report->series, analysis);
}

rg_error *rg_report_add(rg_report *report, const rg_graph *graph)
{
  __attribute__((cleanup(deinit))) struct rgi_analysis analysis = {.graph = graph};
  return count(report, &analysis);
}

rg_error *rg_report_finish(rg_report *report, const rg_graph *graph)
{
  __attribute__((cleanup(deinit))) struct rgi_analysis analysis = {.graph = graph};
  RGI_TRY(count(report, &analysis));
  RGI_TRY(rgi_doubts_add_losses(report, graph));
  report->num_groups = analysis.groups.num;
  for (size_t i = 0; i < analysis.groups.num; i++)
    report->num_suspects += analysis.groups.groups[i].num_nodes;
  for (rg_node node = 1; node < rg_graph_num_nodes(graph); node++)
    report->heap += rg_graph_node_size(graph, node);
  return rgi_report_find_leaks(report, &analysis);
}

size_t rg_report_num_graphs(const rg_report *report)
{
  return report->series.num;
}

size_t rg_report_num_leaks(const rg_report *report)
{
  return report->num_leaks;
}

const rg_leak *rg_report_leak(const rg_report *report, size_t i)
{
  return &report->leaks[i];
}

size_t rg_report_num_omitted(const rg_report *report)
{
  return report->num_open_omitted;
}

size_t rg_report_num_groups(const rg_report *report)
{
  return report->num_groups;
}

uint64_t rg_report_num_suspects(const rg_report *report)
{
  return report->num_suspects;
}

const char *rg_verdict_word(rg_verdict verdict)
{
  static const char *const words[RG_NUM_VERDICTS] = {"unknown", "expected", "leaking"};
  return words[verdict];
}

const char *rg_mend_kind_word(rg_mend_kind kind)
{
  static const char *const words[RG_NUM_MEND_KINDS] = {"release", "narrow", "lifetime", "cycle", "weak"};
  return words[kind];
}
