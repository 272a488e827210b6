/* refgraph leaks: which closures leak, and what mends it. */
#include <stdio.h>

#include "command.h"
#include "json.h"
#include "listing.h"

static rg_error *print_text(const rg_report *report)
{
  rg_buffer text = {0};
  rg_writer writer = rg_buffer_writer(&text);
  rg_error *error = rg_report_write_text(report, &writer);
  if (!error)
    fwrite(text.data, 1, text.size, stdout);
  rg_buffer_deinit(&text);
  return error;
}

static rg_error *print_json(const struct cli_session *session, const rg_report *report)
{
  rg_buffer leaks = {0};
  rg_writer writer = rg_buffer_writer(&leaks);
  rg_error *error = rg_report_write_json(report, &writer);
  if (!error)
    error = writer.write(writer.context, "", 1);
  if (!error) {
    cli_json_begin(session->command);
    cli_json_dumps(session);
    cli_json_bool("truncated", session->is_truncated);
    cli_json_document("leaks", leaks.data);
    cli_json_end();
  }
  rg_buffer_deinit(&leaks);
  return error;
}

static rg_error *report_on(struct cli_session *session, rg_report *report)
{
  session->dumps = session->arguments.words;
  session->num_dumps = session->arguments.num_words;
  for (size_t i = 0; i < session->num_dumps; i++) {
    bool is_last = i + 1 == session->num_dumps;
    CLI_TRY(cli_session_read_dump(session, session->dumps[i]));
    CLI_TRY(is_last ? rg_report_finish(report, session->graph) : rg_report_add(report, session->graph));
  }
  return session->arguments.with_json ? print_json(session, report) : print_text(report);
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
    .examples = CLI_LINES("refgraph leaks oldest.rgd old.rgd heap.rgd", "refgraph leaks heap.rgd --json"),
    .notes = CLI_LINES("Closures, bound methods, partials, generators and coroutines leak that are more in each of three",
                       "or more dumps of a process, the oldest first, or that capture something finished, such as a",
                       "closed window, and are held all the same. Each leak says what is captured, the path that keeps",
                       "it alive with a verdict a step, and what to mend, with the bytes which that frees."),
    .options = CLI_OPTIONS_READ,
    .min_words = 1,
    .max_words = CLI_WORDS_MAX,
    .run = run,
};
