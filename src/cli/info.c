/* refgraph info: where a dump comes from, and what is in it. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "json.h"
#include "table.h"

struct totals {
  uint64_t num_objects, num_references, num_roots, num_closures, size;
};

static struct totals count(const rg_graph *graph)
{
  struct totals totals = {.num_objects = rg_graph_num_nodes(graph) - 1,
                          .num_references = rg_graph_num_edges(graph),
                          .num_roots = rg_graph_edges_end(graph, RG_NODE_ROOT)};
  for (rg_node node = 1; node < rg_graph_num_nodes(graph); node++) {
    totals.num_closures += (rg_graph_node_flags(graph, node) & RG_NODE_CLOSURE) != 0;
    totals.size += rg_graph_node_size(graph, node);
  }
  return totals;
}

// In UTC, as "2026-11-25 02:11:09".
static void print_time(uint64_t time_ns, char ret[32])
{
  time_t seconds = (time_t)(time_ns / 1000000000);
  struct tm parts;
  if (!gmtime_r(&seconds, &parts) || !strftime(ret, 32, "%Y-%m-%d %H:%M:%S", &parts))
    *ret = '\0';
}

/* --- for programs ------------------------------------------------------------------------------------------------- */

static void add_process_json(const rg_process_info *process)
{
  char time[32], exact[64];
  print_time(process->time_ns, time);
  time[10] = 'T';
  snprintf(exact, sizeof(exact), "%s.%09" PRIu64 "Z", time, process->time_ns % 1000000000);
  cli_json_string("producer", process->producer);
  cli_json_string("interpreter", process->interpreter);
  cli_json_string("host", process->host);
  cli_json_number("pid", process->pid);
  cli_json_string("time", exact);
  cli_json_string("mode", process->mode);
  cli_json_number("pause_ns", process->pause_ns);
  cli_json_bool("collector_enabled", process->is_collector_enabled);
  cli_json_numbers("collector_thresholds", process->thresholds, 3);
  cli_json_numbers("collector_counts", process->counts, 3);
  cli_json_number("frozen", process->num_frozen);
}

static void add_losses_json(const rg_graph *graph)
{
  cli_json_open("losses", '[');
  for (size_t i = 0; i < rg_graph_num_losses(graph); i++) {
    cli_json_open(NULL, '{');
    cli_json_string("what", rg_graph_loss(graph, i).what);
    cli_json_number("count", rg_graph_loss(graph, i).num);
    cli_json_close('}');
  }
  cli_json_close(']');
}

static void print_json(const struct cli_session *session)
{
  const rg_graph *graph = session->graph;
  struct totals totals = count(graph);
  rg_process_info process = rg_graph_process(graph);
  cli_json_begin(session->command);
  cli_json_string("dump", cli_dump_name(session));
  cli_json_bool("truncated", rg_graph_is_truncated(graph));
  add_process_json(&process);
  cli_json_number("objects", totals.num_objects);
  cli_json_number("size", totals.size);
  cli_json_number("references", totals.num_references);
  cli_json_number("roots", totals.num_roots);
  cli_json_number("closures", totals.num_closures);
  cli_json_number("types", rg_graph_num_types(graph));
  cli_json_number("sites", rg_graph_num_sites(graph));
  add_losses_json(graph);
  cli_json_end();
}

/* --- for people --------------------------------------------------------------------------------------------------- */

static void add_process(struct cli_table *table, const rg_process_info *process)
{
  char time[32];
  print_time(process->time_ns, time);
  cli_table_add(table, "captured");
  cli_table_add(table, "%s%s", process->time_ns ? time : "not known", process->time_ns ? " UTC" : "");
  cli_table_add(table, "process");
  cli_table_add(table, process->pid ? "%" PRIu64 : "not known", process->pid);
  if (*process->host)
    cli_table_append(table, " on %s", process->host);
  cli_table_add(table, "interpreter");
  cli_table_add(table, "%s", *process->interpreter ? process->interpreter : "not known");
  cli_table_add(table, "mode");
  cli_table_add(table, "%s", *process->mode ? process->mode : "built by hand");
  if (process->pause_ns)
    cli_table_append(table, ", paused %.1f ms", (double)process->pause_ns / 1e6);
  cli_table_add(table, "collector");
  cli_table_add(table, "%s, thresholds %u %u %u, counts %u %u %u, %s frozen",
                process->is_collector_enabled ? "enabled" : "disabled", process->thresholds[0], process->thresholds[1],
                process->thresholds[2], process->counts[0], process->counts[1], process->counts[2],
                cli_counted(process->num_frozen, "object").text);
  cli_table_add(table, "written by");
  cli_table_add(table, "%s", *process->producer ? process->producer : "not known");
}

static void add_totals(struct cli_table *table, const rg_graph *graph)
{
  struct totals totals = count(graph);
  cli_table_add(table, "objects");
  cli_table_add(table, "%s, %s", cli_count(totals.num_objects).text, cli_size(totals.size).text);
  cli_table_add(table, "references");
  cli_table_add(table, "%s", cli_count(totals.num_references).text);
  cli_table_add(table, "roots");
  cli_table_add(table, "%s", cli_count(totals.num_roots).text);
  cli_table_add(table, "closures");
  cli_table_add(table, "%s", cli_count(totals.num_closures).text);
  cli_table_add(table, "types");
  cli_table_add(table, "%s", cli_count(rg_graph_num_types(graph)).text);
}

static void add_losses(struct cli_table *table, const rg_graph *graph)
{
  for (size_t i = 0; i < rg_graph_num_losses(graph); i++) {
    rg_loss loss = rg_graph_loss(graph, i);
    cli_table_add(table, "%s", i ? "" : "not recorded");
    cli_table_add(table, "%s%s%s", loss.num ? cli_count(loss.num).text : "", loss.num ? " " : "", loss.what);
  }
}

static rg_error *print_table(const struct cli_session *session)
{
  struct cli_table table = CLI_TABLE_INIT;
  rg_process_info process = rg_graph_process(session->graph);
  printf("%s%s\n\n", cli_dump_name(session), rg_graph_is_truncated(session->graph) ? ": TRUNCATED" : "");
  add_process(&table, &process);
  add_totals(&table, session->graph);
  add_losses(&table, session->graph);
  rg_error *error = cli_table_print(&table);
  cli_table_deinit(&table);
  return error;
}

static rg_error *run(struct cli_session *session)
{
  CLI_TRY(cli_session_read(session));
  if (!session->arguments.with_json)
    return print_table(session);
  print_json(session);
  return NULL;
}

const struct cli_command cli_info = {
    .name = "info",
    .summary = "where a dump comes from and what is in it",
    .usage = CLI_LINES("DUMP [OPTION...]"),
    .examples = CLI_LINES("refgraph info heap.rgd", "refgraph info heap.rgd --json", "refgraph info - <heap.rgd"),
    .notes = CLI_LINES("Says when and how which process was captured, the state of its collector, and what was not",
                       "recorded."),
    .options = CLI_OPTIONS_READ,
    .min_words = 1,
    .max_words = 1,
    .run = run,
};
