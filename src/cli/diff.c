/* refgraph diff: what differs between two dumps. */
#include "growth.h"

static rg_error *run(struct cli_session *session)
{
  if (session->arguments.num_words < 2)
    return rg_error_create(RG_ERROR_ARGUMENT, "one dump differs from nothing: type: refgraph diff OLD NEW");
  return cli_growth_of_dumps(session);
}

const struct cli_command cli_diff = {
    .name = "diff",
    .summary = "what grew and what shrank between two dumps",
    .usage = CLI_LINES("OLD NEW [OPTION...]"),
    .examples = CLI_LINES("refgraph diff old.rgd heap.rgd", "refgraph diff old.rgd heap.rgd --by type --limit 0"),
    .notes = CLI_LINES("Objects are told by the path to them, without positions and keys, by their definition site or",
                       "by their type, never by their address: the dumps may be of two processes. What gained most",
                       "bytes comes first; what grew with its holder is in the row of the holder. The first 30 are",
                       "listed."),
    .options = CLI_OPTIONS_READ | CLI_OPTION_BIT(CLI_OPTION_LIMIT) | CLI_OPTION_BIT(CLI_OPTION_BY),
    .min_words = 1,
    .max_words = 2,
    .run = run,
};
