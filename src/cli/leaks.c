/* refgraph leaks: which closures leak. */
#include "command.h"

static rg_error *report_on(struct cli_session *session, rg_report *report)
{
  size_t num = session->arguments.num_words;
  for (size_t i = 0; i < num; i++) {
    CLI_TRY(cli_session_read_dump(session, session->arguments.words[i]));
    CLI_TRY(i + 1 < num ? rg_report_add(report, session->graph) : rg_report_finish(report, session->graph));
  }
  rg_writer writer = rg_fd_writer(1);
  return rg_report_write_text(report, &writer);
}

static rg_error *run(struct cli_session *session)
{
  rg_report *report;
  CLI_TRY(rg_report_create(&report));
  rg_error *error = report_on(session, report);
  rg_report_destroy(report);
  return error;
}

const struct cli_command cli_leaks = {
    .name = "leaks",
    .summary = "which closures leak, why, and what mends it",
    .usage = CLI_LINES("DUMP... [OPTION...]"),
    .examples = CLI_LINES("refgraph leaks heap.rgd", "refgraph leaks 1.rgd 2.rgd 3.rgd"),
    .notes = CLI_LINES("x"),
    .options = CLI_OPTIONS_READ,
    .min_words = 1,
    .max_words = CLI_WORDS_MAX,
    .run = run,
};
