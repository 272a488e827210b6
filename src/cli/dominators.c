/* refgraph dominators: what retains most. */
#include "listing.h"

#define MAX_ROWS 40

static rg_error *run(struct cli_session *session)
{
  CLI_TRY(cli_session_read(session));
  rg_dominators *dominators = NULL;
  rg_table *table = NULL;
  const rg_node *nodes = session->matches ? rg_matches_nodes(session->matches) : NULL;
  size_t num_nodes = session->matches ? rg_matches_num_nodes(session->matches) : 0;
  CLI_TRY(rg_dominators_create(session->graph, NULL, &dominators));
  rg_error *error = rg_table_of_dominators(session->graph, dominators, nodes, num_nodes,
                                           cli_max_rows(session, MAX_ROWS), &table);
  rg_dominators_destroy(dominators);
  return error ? error : cli_print_listing(session, table);
}

const struct cli_command cli_dominators = {
    .name = "dominators",
    .summary = "the objects that retain most, as a tree",
    .usage = CLI_LINES("DUMP [FILTER...] [OPTION...]"),
    .examples = CLI_LINES("refgraph dominators heap.rgd", "refgraph dominators heap.rgd type:bytearray",
                          "refgraph dominators heap.rgd --limit 10 --json"),
    .notes = CLI_LINES("An object dominates those that would go with it; it retains their bytes and its own. Each",
                       "object stands under the one that dominates it. With a FILTER, the tree begins at the objects",
                       "that match: see refgraph-filter(7). The 40 objects that retain most are listed."),
    .options = CLI_OPTIONS_READ | CLI_OPTION_BIT(CLI_OPTION_LIMIT),
    .min_words = 1,
    .max_words = CLI_WORDS_MAX,
    .run = run,
};
