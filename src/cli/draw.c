/* refgraph draw: what lies around some objects. */
#include <stdio.h>

#include "picture.h"

#define MAX_TARGETS 20

static rg_error *run(struct cli_session *session)
{
  const struct cli_arguments *arguments = &session->arguments;
  if (arguments->is_forward && arguments->is_backward)
    return rg_error_create(RG_ERROR_ARGUMENT, "draw follows --refs or --backrefs, not both");
  CLI_TRY(cli_check_output(session));
  CLI_TRY(cli_session_read(session));
  size_t num_targets;
  rg_selection *selection = NULL;
  rg_neighbourhood_options options = RG_NEIGHBOURHOOD_OPTIONS_INIT;
  options.is_backward = arguments->is_backward;
  options.with_internals = arguments->with_internals;
  options.max_depth = arguments->max_depth;
  options.max_references = arguments->too_many;
  options.max_nodes = arguments->max_nodes;
  options.max_edges = 2 * arguments->max_nodes;
  CLI_TRY(cli_session_targets(session, MAX_TARGETS, &num_targets));
  const rg_node *targets = rg_matches_nodes(session->matches);
  CLI_TRY(rg_select_neighbourhood(session->graph, targets, num_targets, &options, &selection));
  char call[40];
  snprintf(call, sizeof(call), "%s, max_depth=%u", arguments->is_backward ? "backrefs" : "refs", arguments->max_depth);
  return cli_draw(session, selection, call, NULL);
}

const struct cli_command cli_draw_command = {
    .name = "draw",
    .summary = "what objects refer to, or what refers to them",
    .usage = CLI_LINES("DUMP TARGET... [OPTION...]"),
    .examples = CLI_LINES("refgraph draw heap.rgd closure:on_click",
                          "refgraph draw heap.rgd closure:on_click -o refs.png",
                          "refgraph draw heap.rgd type:Screen --backrefs --max-depth 5 -o back.svg",
                          "refgraph draw heap.rgd closure:on_click --format dot"),
    .notes = CLI_LINES("TARGET is a filter: see refgraph-filter(7). Of more than 20 objects that match, the first 20",
                       "are drawn."),
    .options = CLI_OPTIONS_READ | CLI_OPTIONS_DRAW | CLI_OPTION_BIT(CLI_OPTION_REFS) |
               CLI_OPTION_BIT(CLI_OPTION_BACKREFS) | CLI_OPTION_BIT(CLI_OPTION_INTERNALS) |
               CLI_OPTION_BIT(CLI_OPTION_MAX_DEPTH) | CLI_OPTION_BIT(CLI_OPTION_TOO_MANY),
    .min_words = 2,
    .max_words = CLI_WORDS_MAX,
    .run = run,
};
