/* refgraph types: objects by type. */
#include "listing.h"

#define MAX_ROWS 30

static rg_error *measure(struct cli_session *session, rg_types *types)
{
  rg_dominators *dominators;
  CLI_TRY(rg_dominators_create(session->graph, NULL, &dominators));
  rg_error *error = rg_types_measure(types, session->graph, dominators);
  rg_dominators_destroy(dominators);
  return error;
}

static rg_error *run(struct cli_session *session)
{
  CLI_TRY(cli_session_read(session));
  rg_types *types = NULL;
  rg_table *table = NULL;
  const rg_node *nodes = session->matches ? rg_matches_nodes(session->matches) : NULL;
  size_t num_nodes = session->matches ? rg_matches_num_nodes(session->matches) : 0;
  CLI_TRY(rg_types_create(session->graph, nodes, num_nodes, &types));
  rg_error *error = session->arguments.with_retained ? measure(session, types) : NULL;
  if (!error)
    error = rg_table_of_types(session->graph, types, cli_max_rows(session, MAX_ROWS), &table);
  rg_types_destroy(types);
  return error ? error : cli_print_listing(session, table);
}

const struct cli_command cli_types = {
    .name = "types",
    .summary = "objects and their bytes by type, the largest first",
    .usage = CLI_LINES("DUMP [FILTER...] [OPTION...]"),
    .examples = CLI_LINES("refgraph types heap.rgd", "refgraph types heap.rgd size:1k.. --limit 10",
                          "refgraph types heap.rgd --retained",
                          "refgraph types heap.rgd not type:dict --json"),
    .notes = CLI_LINES("FILTER says which objects count: see refgraph-filter(7). The first 30 types are listed. A",
                       "size is what an object takes by itself; what the objects of a type retain would go with",
                       "all of them."),
    .options = CLI_OPTIONS_READ | CLI_OPTION_BIT(CLI_OPTION_LIMIT) | CLI_OPTION_BIT(CLI_OPTION_RETAINED),
    .min_words = 1,
    .max_words = CLI_WORDS_MAX,
    .run = run,
};
