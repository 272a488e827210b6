/* refgraph export: dumps in the formats of other programs. */
#include <sys/stat.h>

#include "picture.h"
#include "terminal.h"

static rg_error *choose_format(struct cli_arguments *arguments)
{
  if (!arguments->output)
    return rg_error_create(RG_ERROR_ARGUMENT, "an export needs a file: -o heap.heapsnapshot");
  if (arguments->has_export_format)
    return NULL;
  if (cli_is_stdout(arguments))
    return rg_error_create(RG_ERROR_ARGUMENT, "-o - needs a format: -o - --format heapsnapshot");
  return rg_export_format_of(arguments->output, &arguments->export_format);
}

// A dump cannot be made again.
static rg_error *check_that_no_dump_is_replaced(const struct cli_arguments *arguments)
{
  struct stat output, dump;
  if (stat(arguments->output, &output))
    return NULL;
  for (size_t i = 0; i < arguments->num_words; i++) {
    if (!stat(arguments->words[i], &dump) && dump.st_dev == output.st_dev && dump.st_ino == output.st_ino)
      return rg_error_create(RG_ERROR_ARGUMENT, "'%s' is the dump that is read: give the export another name",
                             cli_shown(arguments->output));
  }
  return NULL;
}

static rg_error *export_to_stdout(struct cli_session *session, const rg_export_options *options)
{
  rg_writer writer = cli_stdout_writer();
  if (session->arguments.num_words > 1)
    return rg_error_create(RG_ERROR_ARGUMENT, "several dumps do not fit into the standard output");
  CLI_TRY(cli_session_read_dump(session, session->arguments.words[0]));
  cli_progress_begin("exporting", true);
  rg_error *error = rg_export_write(session->graph, session->arguments.export_format, options, &writer);
  cli_progress_end();
  return error;
}

static rg_error *add_dump(struct cli_session *session, const char *word, rg_export *exported)
{
  CLI_TRY(cli_session_read_dump(session, word));
  cli_progress_begin("exporting", true);
  rg_error *error = rg_export_add(exported, session->graph);
  cli_progress_end();
  return error;
}

static rg_error *export_to_files(struct cli_session *session, const rg_export_options *options)
{
  const struct cli_arguments *arguments = &session->arguments;
  rg_export *exported = NULL;
  CLI_TRY(check_that_no_dump_is_replaced(arguments));
  CLI_TRY(rg_export_create(arguments->output, arguments->export_format, options, &exported));
  rg_error *error = NULL;
  for (size_t i = 0; !error && i < arguments->num_words; i++)
    error = add_dump(session, arguments->words[i], exported);
  if (!error)
    error = rg_export_commit(exported);
  rg_export_destroy(exported);
  return error;
}

static rg_error *run(struct cli_session *session)
{
  struct cli_arguments *arguments = &session->arguments;
  rg_export_options options = RG_EXPORT_OPTIONS_INIT;
  options.with_values = arguments->with_values;
  options.num_graphs = (uint32_t)arguments->num_words;
  options.progress = cli_progress;
  CLI_TRY(choose_format(arguments));
  return cli_is_stdout(arguments) ? export_to_stdout(session, &options) : export_to_files(session, &options);
}

const struct cli_command cli_export = {
    .name = "export",
    .summary = "write dumps in the formats of other programs",
    .usage = CLI_LINES("DUMP... -o FILE [OPTION...]"),
    .examples = CLI_LINES("refgraph export heap.rgd -o heap.heapsnapshot",
                          "refgraph export old.rgd heap.rgd -o heap-%d.heapsnapshot",
                          "refgraph export oldest.rgd old.rgd heap.rgd -o heap.sqlite",
                          "refgraph export heap.rgd -o heap.csv",
                          "refgraph export heap.rgd -o - --format json"),
    .notes = CLI_LINES("heapsnapshot is for the Memory panel of Chrome's DevTools: Load profile. sqlite is a database,",
                       "json is for networkx, and csv makes heap.nodes.csv and heap.edges.csv of heap.csv. Several",
                       "dumps are a series, from the oldest to the newest. A database takes them all; otherwise each",
                       "has a file of its own, and %d in the name of FILE is its number."),
    .options = CLI_OPTION_BIT(CLI_OPTION_HELP) | CLI_OPTION_BIT(CLI_OPTION_MAX_MEMORY) |
               CLI_OPTION_BIT(CLI_OPTION_EXPORT_FORMAT) | CLI_OPTION_BIT(CLI_OPTION_EXPORT_OUTPUT) |
               CLI_OPTION_BIT(CLI_OPTION_VALUES),
    .min_words = 1,
    .max_words = CLI_WORDS_MAX,
    .run = run,
};
