/* refgraph version. */
#include <stdio.h>

#include "json.h"

static rg_error *run(struct cli_session *session)
{
  if (!session->arguments.with_json) {
    puts("refgraph " RG_VERSION);
    return NULL;
  }
  cli_json_begin(session->command);
  cli_json_string("version", RG_VERSION);
  cli_json_end();
  return NULL;
}

const struct cli_command cli_version = {
    .name = "version",
    .summary = "print the version",
    .usage = CLI_LINES("[OPTION...]"),
    .examples = CLI_LINES("refgraph version", "refgraph --version"),
    .notes = CLI_LINES(NULL),
    .options = CLI_OPTION_BIT(CLI_OPTION_HELP) | CLI_OPTION_BIT(CLI_OPTION_JSON),
    .min_words = 0,
    .max_words = 0,
    .run = run,
};
