/* refgraph leaks: which closures leak, and what mends it. */
#include <stdio.h>

#include "command.h"
#include "json.h"
#include "leak_files.h"
#include "listing.h"

/* --- the answer --------------------------------------------------------------------------------------------------- */

static rg_error *print_text(const rg_report *report)
{
  rg_buffer text = RG_BUFFER_INIT;
  rg_writer writer = rg_buffer_writer(&text);
  rg_error *error = rg_report_write_text(report, &writer);
  if (!error)
    fwrite(text.data, 1, text.size, stdout);
  rg_buffer_deinit(&text);
  return error;
}

static rg_error *write_json(const rg_report *report, rg_buffer *leaks, rg_buffer *loss)
{
  rg_writer leaks_writer = rg_buffer_writer(leaks), loss_writer = rg_buffer_writer(loss);
  CLI_TRY(rg_report_write_json(report, &leaks_writer));
  return rg_report_write_loss_json(report, &loss_writer);
}

static rg_error *print_json(const struct cli_session *session, const rg_report *report)
{
  rg_buffer leaks = RG_BUFFER_INIT, loss = RG_BUFFER_INIT;
  rg_error *error = write_json(report, &leaks, &loss);
  if (!error) {
    cli_json_begin(session->command);
    cli_json_dumps(session);
    cli_json_bool("truncated", session->is_truncated);
    cli_json_document("leaks", leaks.data);
    cli_json_number("unmatched", rg_report_num_unmatched(report));
    cli_json_document("loss", loss.data);
    cli_json_end();
  }
  rg_buffer_deinit(&leaks);
  rg_buffer_deinit(&loss);
  return error;
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

static rg_error *read_dumps(struct cli_session *session, rg_report *report)
{
  session->dumps = session->arguments.words;
  session->num_dumps = session->arguments.num_words;
  for (size_t i = 0; i < session->num_dumps; i++) {
    bool is_last = i + 1 == session->num_dumps;
    CLI_TRY(cli_session_read_dump(session, session->dumps[i]));
    CLI_TRY(is_last ? rg_report_finish(report, session->graph) : rg_report_add(report, session->graph));
  }
  return NULL;
}

static bool has_open_leak(const rg_report *report)
{
  bool has_listed = rg_report_num_leaks(report) && !rg_report_leak(report, 0)->is_accepted;
  return has_listed || rg_report_num_omitted(report);
}

static rg_error *answer(struct cli_session *session, rg_report *report, const rg_buffer *baseline)
{
  const struct cli_arguments *arguments = &session->arguments;
  CLI_TRY(read_dumps(session, report));
  CLI_TRY(rg_report_accept(report, baseline->data, baseline->size));
  CLI_TRY(arguments->with_json ? print_json(session, report) : print_text(report));
  if (arguments->new_baseline)
    CLI_TRY(cli_write_leak_file(report, rg_report_write_baseline, arguments->new_baseline));
  if (arguments->output)
    CLI_TRY(cli_write_leaks(session, report));
  // What could not be looked at has not passed.
  if (arguments->fails_on_leak)
    session->status = has_open_leak(report) ? CLI_FOUND : session->is_truncated ? CLI_BAD_DUMP : CLI_ANSWERED;
  return NULL;
}

static rg_error *run(struct cli_session *session)
{
  rg_report *report = NULL;
  rg_buffer baseline = RG_BUFFER_INIT;
  CLI_TRY(cli_check_leak_output(session));
  rg_error *error = session->arguments.baseline ? cli_read_baseline(session->arguments.baseline, &baseline) : NULL;
  if (!error)
    error = rg_report_create(NULL, &report);
  if (!error)
    error = answer(session, report, &baseline);
  rg_report_destroy(report);
  rg_buffer_deinit(&baseline);
  return error;
}

const struct cli_command cli_leaks = {
    .name = "leaks",
    .summary = "which closures leak, why, and what mends it",
    .usage = CLI_LINES("DUMP... [OPTION...]"),
    .examples = CLI_LINES("refgraph leaks oldest.rgd old.rgd heap.rgd", "refgraph leaks heap.rgd -o leak.svg",
                          "refgraph leaks heap.rgd --json", "refgraph leaks heap.rgd --write-baseline accepted.txt",
                          "refgraph leaks heap.rgd --fail-on-leak -o leaks.sarif"),
    .notes = CLI_LINES("Closures, bound methods, partials, generators and coroutines leak that are more in each of",
                       "three or more dumps of a process, the oldest first, or that capture something finished, such",
                       "as a closed window, and are held all the same. Each leak says what is captured, the path that",
                       "keeps it alive with a verdict a step, and what to mend, with the bytes which that frees.",
                       "",
                       "The report goes to the standard output in any case. FILE is SARIF if its name ends in .sarif;",
                       "else it is a picture, of several leaks leak-1.svg, leak-2.svg and so on."),
    .options = CLI_OPTIONS_READ | CLI_OPTION_BIT(CLI_OPTION_BASELINE) | CLI_OPTION_BIT(CLI_OPTION_FAIL_ON_LEAK) |
               CLI_OPTION_BIT(CLI_OPTION_OUTPUT) | CLI_OPTION_BIT(CLI_OPTION_WRITE_BASELINE),
    .min_words = 1,
    .max_words = CLI_WORDS_MAX,
    .run = run,
};
