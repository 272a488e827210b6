/* refgraph closures: closures by definition site, with what they capture and how it is used. */
#include "listing.h"

#define MAX_ROWS 50

static rg_error *run(struct cli_session *session)
{
  CLI_TRY(cli_session_read(session));
  rg_closures *closures = NULL;
  rg_table *table = NULL;
  rg_dominators *dominators = NULL;
  CLI_TRY(rg_closures_create(session->graph, &closures));
  rg_error *error = rg_dominators_create(session->graph, NULL, &dominators);
  if (!error)
    error = rg_closures_measure(closures, session->graph, dominators);
  if (!error)
    error = rg_table_of_closures(session->graph, closures, session->matches,
                                         cli_max_rows(session, MAX_ROWS), &table);
  rg_dominators_destroy(dominators);
  rg_closures_destroy(closures);
  return error ? error : cli_print_listing(session, table);
}

const struct cli_command cli_closures = {
    .name = "closures",
    .summary = "closures by definition site, with what they capture, those that retain most first",
    .usage = CLI_LINES("DUMP [FILTER...] [OPTION...]"),
    .examples = CLI_LINES("refgraph closures heap.rgd", "refgraph closures heap.rgd site:app.py",
                          "refgraph closures heap.rgd --json"),
    .notes = CLI_LINES("With a FILTER, the sites of which a closure matches: see refgraph-filter(7). The first 50",
                       "sites are listed. Beside each captured variable stand its type, what it retains and how the",
                       "code uses it, where the dump knows. A site that captures only what the language adds is",
                       "implicit, and comes last."),
    .options = CLI_OPTIONS_READ | CLI_OPTION_BIT(CLI_OPTION_LIMIT),
    .min_words = 1,
    .max_words = CLI_WORDS_MAX,
    .run = run,
};
