/* refgraph why: the shortest paths from a root to some objects, or to every closure. */
#include <stdio.h>

#include "listing.h"
#include "picture.h"

// One search tells the shortest path to each target, but several paths take a search a target.
#define MAX_TARGETS_OF_SEVERAL_PATHS 20
#define MAX_SITES 50

static rg_error *draw_closures(struct cli_session *session)
{
  const struct cli_arguments *arguments = &session->arguments;
  rg_closures *closures = NULL;
  rg_selection *selection = NULL;
  rg_why_closures_options options = RG_WHY_CLOSURES_OPTIONS_INIT;
  options.max_sites = !arguments->has_limit ? MAX_SITES : arguments->limit ? arguments->limit : SIZE_MAX;
  options.with_implicit = arguments->with_all;
  options.max_nodes = arguments->max_nodes;
  options.max_edges = 2 * arguments->max_nodes;
  CLI_TRY(rg_closures_create(session->graph, &closures));
  rg_error *error = rg_select_why_closures(session->graph, closures, &options, &selection);
  if (!error)
    error = cli_draw(session, selection, "why_closures", closures);
  rg_closures_destroy(closures);
  return error;
}

static rg_error *draw_targets(struct cli_session *session)
{
  const struct cli_arguments *arguments = &session->arguments;
  size_t num_targets;
  rg_selection *selection = NULL;
  rg_why_options options = RG_WHY_OPTIONS_INIT;
  options.max_paths = arguments->max_paths;
  options.max_nodes = arguments->max_nodes;
  options.max_edges = 2 * arguments->max_nodes;
  size_t max_targets = options.max_paths == 1 ? SIZE_MAX : MAX_TARGETS_OF_SEVERAL_PATHS;
  CLI_TRY(cli_session_targets(session, max_targets, &num_targets));
  CLI_TRY(rg_select_why(session->graph, rg_matches_nodes(session->matches), num_targets, &options, &selection));
  char call[40] = "why";
  if (arguments->max_paths != 1)
    snprintf(call, sizeof(call), "why, max_paths=%u", arguments->max_paths);
  return cli_draw(session, selection, call, NULL);
}

static rg_error *list_cut(struct cli_session *session)
{
  rg_cut *cut = NULL;
  rg_table *table = NULL;
  CLI_TRY(rg_cut_create(session->graph, rg_matches_nodes(session->matches), rg_matches_num_nodes(session->matches),
                        NULL, &cut));
  rg_error *error = rg_table_of_cut(session->graph, cut, &table);
  rg_cut_destroy(cut);
  return error ? error : cli_print_listing(session, table);
}

static rg_error *list_disjoint_paths(struct cli_session *session)
{
  rg_disjoint_paths *paths = NULL;
  rg_table *table = NULL;
  CLI_TRY(rg_disjoint_paths_create(session->graph, rg_matches_nodes(session->matches)[0], NULL, &paths));
  rg_error *error = rg_table_of_disjoint_paths(session->graph, paths, &table);
  rg_disjoint_paths_destroy(paths);
  return error ? error : cli_print_listing(session, table);
}

// What is listed is not drawn.
static rg_error *list_targets(struct cli_session *session)
{
  size_t num_targets;
  if (session->arguments.output || session->arguments.has_format)
    return rg_error_create(RG_ERROR_ARGUMENT,
                           "--cut and --disjoint list what they find: leave out --output and --format");
  if (session->arguments.with_cut && session->arguments.with_disjoint)
    return rg_error_create(RG_ERROR_ARGUMENT, "why lists either --cut or --disjoint, not both");
  CLI_TRY(cli_session_read(session));
  CLI_TRY(cli_session_targets(session, SIZE_MAX, &num_targets));
  return session->arguments.with_cut ? list_cut(session) : list_disjoint_paths(session);
}

static rg_error *run(struct cli_session *session)
{
  bool has_target = session->arguments.num_words > 1, with_closures = session->arguments.with_closures;
  bool is_list = session->arguments.with_cut || session->arguments.with_disjoint;
  if (has_target == with_closures)
    return rg_error_create(RG_ERROR_ARGUMENT, "why needs either a TARGET, as closure:on_click, or --closures, %s",
                           has_target ? "not both" : "and got neither");
  if (with_closures && is_list)
    return rg_error_create(RG_ERROR_ARGUMENT, "--cut and --disjoint need a TARGET, as closure:on_click");
  if (is_list)
    return list_targets(session);
  CLI_TRY(cli_check_output(session));
  CLI_TRY(cli_session_read(session));
  return with_closures ? draw_closures(session) : draw_targets(session);
}

const struct cli_command cli_why = {
    .name = "why",
    .summary = "why objects are alive: the shortest path of references from a root to each",
    .usage = CLI_LINES("DUMP TARGET... [OPTION...]", "DUMP TARGET... --cut|--disjoint", "DUMP --closures [OPTION...]"),
    .examples = CLI_LINES("refgraph why heap.rgd closure:on_click", "refgraph why heap.rgd closure:on_click -o why.svg",
                          "refgraph why heap.rgd type:Screen --max-paths 3", "refgraph why heap.rgd type:Screen --cut",
                          "refgraph why heap.rgd --closures -o all.svg"),
    .notes = CLI_LINES("TARGET is a filter: see refgraph-filter(7). All objects that match are drawn, the first",
                       "20 with --max-paths above 1, and with --closures the 50 definition sites with the",
                       "largest values."),
    .options = CLI_OPTIONS_READ | CLI_OPTIONS_DRAW | CLI_OPTION_BIT(CLI_OPTION_MAX_PATHS) |
               CLI_OPTION_BIT(CLI_OPTION_CLOSURES) | CLI_OPTION_BIT(CLI_OPTION_CUT) |
               CLI_OPTION_BIT(CLI_OPTION_DISJOINT) | CLI_OPTION_BIT(CLI_OPTION_ALL),
    .min_words = 1,
    .max_words = CLI_WORDS_MAX,
    .run = run,
};
