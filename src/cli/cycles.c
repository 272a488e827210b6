/* refgraph cycles: objects that refer to each other in a circle, and the reference to cut. */
#include "listing.h"

#define MAX_ROWS 30

static rg_error *run(struct cli_session *session)
{
  CLI_TRY(cli_session_read(session));
  rg_cycles *cycles = NULL;
  rg_table *table = NULL;
  CLI_TRY(rg_cycles_create(session->graph, NULL, &cycles));
  rg_error *error =
      rg_table_of_cycles(session->graph, cycles, session->matches, cli_max_rows(session, MAX_ROWS), &table);
  rg_cycles_destroy(cycles);
  return error ? error : cli_print_listing(session, table);
}

const struct cli_command cli_cycles = {
    .name = "cycles",
    .summary = "objects that refer to each other in a circle, and the reference to cut",
    .usage = CLI_LINES("DUMP [FILTER...] [OPTION...]"),
    .examples = CLI_LINES("refgraph cycles heap.rgd", "refgraph cycles heap.rgd site:app.py",
                          "refgraph cycles heap.rgd garbage --json"),
    .notes = CLI_LINES("Those that retain most come first; 30 are listed. No root reaches a cycle that is garbage: the",
                       "next collection frees it, unless gc.freeze() set a part of it apart. Without the reference to",
                       "cut nothing is left of the cycle. With a FILTER, the cycles of which an object matches."),
    .options = CLI_OPTIONS_READ | CLI_OPTION_BIT(CLI_OPTION_LIMIT),
    .min_words = 1,
    .max_words = CLI_WORDS_MAX,
    .run = run,
};
