/* refgraph growth: what grows from dump to dump, or from round to round of a program. */
#include "growth.h"

#include <errno.h>
#include <unistd.h>

#include "listing.h"
#include "rounds.h"
#include "terminal.h"

#define MAX_ROWS 30

// Ranks, prints, and destroys the growth.
static rg_error *answer(struct cli_session *session, rg_growth *growth)
{
  rg_table *table = NULL;
  rg_error *error = rg_growth_rank(growth, session->arguments.by);
  if (!error)
    error = rg_table_of_growth(growth, cli_max_rows(session, MAX_ROWS), &table);
  rg_growth_destroy(growth);
  return error ? error : cli_print_listing(session, table);
}

rg_error *cli_growth_of_dumps(struct cli_session *session)
{
  rg_growth *growth = NULL;
  session->dumps = session->arguments.words;
  session->num_dumps = session->arguments.num_words;
  rg_error *error = rg_growth_create(&growth);
  for (size_t i = 0; !error && i < session->num_dumps; i++) {
    error = cli_session_read_dump(session, session->dumps[i]);
    if (!error)
      error = rg_growth_add(growth, session->graph, NULL, 0);
  }
  if (!error)
    return answer(session, growth);
  rg_growth_destroy(growth);
  return error;
}

rg_error *cli_growth_of_files(struct cli_session *session, const char *const *names, const int *fds, size_t num)
{
  rg_growth *growth = NULL;
  session->dumps = names;
  session->num_dumps = num;
  rg_error *error = rg_growth_create(&growth);
  for (size_t i = 0; i < num; i++) {
    if (!error)
      error = cli_session_read_fd(session, names[i], fds[i]);
    if (!error)
      error = rg_growth_add(growth, session->graph, NULL, 0);
    close(fds[i]);
  }
  if (!error)
    return answer(session, growth);
  rg_growth_destroy(growth);
  return error;
}

static rg_error *run(struct cli_session *session)
{
  const struct cli_arguments *arguments = &session->arguments;
  if (arguments->num_before == 0)
    return cli_growth_of_rounds(session);
  if (arguments->num_before < arguments->num_words)
    return rg_error_create(RG_ERROR_ARGUMENT, "there are dumps and a program: growth is about one or the other");
  if (arguments->keep || arguments->every_ms)
    return rg_error_create(RG_ERROR_ARGUMENT, "--%s is for a program: type: refgraph growth -- python3 app.py",
                           arguments->keep ? "keep" : "every");
  if (arguments->num_words < 2)
    return rg_error_create(RG_ERROR_ARGUMENT, "one dump grows from nothing: type: refgraph growth DUMP DUMP...");
  const char *first = arguments->words[0];
  if (access(first, F_OK) && errno == ENOENT)
    return rg_error_create(RG_ERROR_SYSTEM, "there is no dump '%s'; for a program, type: refgraph growth -- %s ...",
                           cli_shown(first), cli_shown(first));
  return cli_growth_of_dumps(session);
}

const struct cli_command cli_growth = {
    .name = "growth",
    .summary = "what grows in each round of a Python program, or from dump to dump",
    .usage = CLI_LINES("DUMP DUMP... [OPTION...]", "[OPTION...] -- COMMAND [ARGUMENT...]"),
    .examples = CLI_LINES("refgraph growth oldest.rgd old.rgd heap.rgd",
                          "refgraph growth --rounds 3 -- python3 app.py"),
    .notes = CLI_LINES("A round of a program ends when it calls refgraph.round(), or after each TIME. The first round",
                       "is to warm up: what it leaves is what the others are compared with. What grows does so in",
                       "each round; what rises and falls is counted, and not listed. As with diff, objects are told",
                       "by their paths, and what grows with its holder is in the row of the holder. The program goes",
                       "on as long as it would; its exit status is that of growth, or 6 if it ended well before two",
                       "rounds."),
    .options = CLI_OPTIONS_READ | CLI_OPTION_BIT(CLI_OPTION_LIMIT) | CLI_OPTION_BIT(CLI_OPTION_BY) |
               CLI_OPTION_BIT(CLI_OPTION_EVERY) | CLI_OPTION_BIT(CLI_OPTION_KEEP) | CLI_OPTION_BIT(CLI_OPTION_ROUNDS),
    .min_words = 1,
    .max_words = CLI_WORDS_MAX,
    .run = run,
};
