/* refgraph verify: whether a dump is whole. */
#include <stdio.h>

#include "json.h"
#include "table.h"

static void print_json(const struct cli_session *session, const rg_error *error)
{
  bool is_truncated = !error && rg_graph_is_truncated(session->graph);
  cli_json_begin(session->command);
  cli_json_string("dump", cli_dump_name(session));
  cli_json_bool("whole", !error && !is_truncated);
  cli_json_bool("truncated", is_truncated);
  cli_json_number("objects", error ? 0 : rg_graph_num_nodes(session->graph) - 1);
  cli_json_number("references", error ? 0 : rg_graph_num_edges(session->graph));
  if (error)
    cli_json_string("error", error->message);
  else
    cli_json_null("error");
  cli_json_end();
}

static void print_line(const struct cli_session *session)
{
  bool is_truncated = rg_graph_is_truncated(session->graph);
  printf("%s: %s, %s", cli_dump_name(session), is_truncated ? "TRUNCATED" : "whole",
         cli_counted(rg_graph_num_nodes(session->graph) - 1, "object").text);
  printf(" and %s%s\n", cli_counted(rg_graph_num_edges(session->graph), "reference").text,
         is_truncated ? " can be used" : "");
}

static rg_error *run(struct cli_session *session)
{
  rg_error *error = cli_session_read(session);
  // Only what is wrong with the dump is an answer.
  bool is_answer = !error || error->code == RG_ERROR_DUMP || error->code == RG_ERROR_UNSUPPORTED;
  if (session->arguments.with_json && is_answer)
    print_json(session, error);
  if (error)
    return error;
  if (!session->arguments.with_json)
    print_line(session);
  session->status = rg_graph_is_truncated(session->graph) ? CLI_BAD_DUMP : CLI_ANSWERED;
  return NULL;
}

const struct cli_command cli_verify = {
    .name = "verify",
    .summary = "read all of a dump, and say whether it is whole",
    .usage = CLI_LINES("DUMP [OPTION...]"),
    .examples = CLI_LINES("refgraph verify heap.rgd", "refgraph verify heap.rgd --json"),
    .notes = CLI_LINES("The exit status is 3 for what is no dump, is damaged, or is cut off."),
    .options = CLI_OPTIONS_READ,
    .min_words = 1,
    .max_words = 1,
    .run = run,
};
