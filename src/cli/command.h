/* The command line: a command is a file that ends in a table entry: a sentence, examples, options, a function.
 *
 *   main.c      the commands, the exit statuses
 *   command.h   what a command is and what it is given        options.c   the options of all commands, and reading them
 *   session.c   the dump, the filter, the nodes that match    picture.c   a selection to a file or the terminal
 *   listing.c   a table to the terminal: columns for people, or a document for programs
 *   launch.c    the environment of a program that is watched      rounds.c   its rounds, and their dumps
 *   leak_files.c   the files of a report on leaks
 *   table.c     fields for people       json.c  one document for programs      terminal.c  all that goes to stderr
 *
 * Errors travel as the library's rg_error, and become an exit status in one place. Only <refgraph.h> is known here. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <refgraph.h>

#include "options.h"

enum cli_status {
  CLI_ANSWERED = 0,
  CLI_FOUND = 1,
  CLI_USAGE = 2,
  CLI_BAD_DUMP = 3,
  CLI_NO_OUTPUT = 4,
  CLI_LIMITED = 5,
  CLI_NOT_FOUND = 6,
  CLI_BAD_COMMAND = 126,
  CLI_NO_COMMAND = 127,
  CLI_INTERRUPTED = 130,
};

struct cli_session;

struct cli_command {
  const char *name;
  const char *summary;        // one sentence, without a full stop
  const char *const *usage;   // what follows "refgraph NAME", a line each; ends with NULL, like all three
  const char *const *examples; // whole commands
  const char *const *notes;   // further lines of its help
  cli_option_set options;     // beside --help
  unsigned min_words, max_words;
  rg_error *(*run)(struct cli_session *session);
};

#define CLI_WORDS_MAX 1000
#define CLI_LINES(...) ((const char *const[]){__VA_ARGS__, NULL})

extern const struct cli_command cli_closures, cli_cycles, cli_diff, cli_dominators, cli_draw_command, cli_export,
    cli_growth, cli_help, cli_info, cli_leaks, cli_run, cli_types, cli_verify, cli_version, cli_why;

/* All commands, by name; ends with NULL. */
extern const struct cli_command *const cli_commands[];
/* The command of a name; RG_ERROR_ARGUMENT with the nearest name if there is none. */
RG_MUST_USE rg_error *cli_find_command(const char *name, const struct cli_command **ret);
void cli_print_help(const struct cli_command *command);

/* One run of a command: what it was told, and what it has read so far. */
struct cli_session {
  const struct cli_command *command;
  struct cli_arguments arguments;
  enum cli_status status; // if there is no error
  bool is_reading;        // an error now is one of the dump
  const char *dump;       // its word; of several the last one
  bool is_truncated;      // it is cut off, or one of several
  const char *const *dumps; // of an answer about several dumps: their names
  size_t num_dumps;
  char *filter_text;      // NULL: there is no filter
  rg_filter *filter;
  rg_graph *graph;
  rg_matches *matches;
};

void cli_session_deinit(struct cli_session *session);
/* Reads the dump that the first word names, and the filter that the other words are. */
RG_MUST_USE rg_error *cli_session_read(struct cli_session *session);
/* Reads one dump in place of the one before: that of a word, or what is open at `fd`, which is called by the word. */
RG_MUST_USE rg_error *cli_session_read_dump(struct cli_session *session, const char *word);
RG_MUST_USE rg_error *cli_session_read_fd(struct cli_session *session, const char *word, int fd);
/* The name of the dump, as people may see it, until the next call. */
const char *cli_dump_name(const struct cli_session *session);
/* How many of the matches are answered for: all, up to `limit`. RG_ERROR_NOT_FOUND if nothing matches. What is cut is
 * said, and makes the status CLI_LIMITED unless the user gave the limit. */
RG_MUST_USE rg_error *cli_session_targets(struct cli_session *session, size_t limit, size_t *num_ret);

#define CLI_TRY(call)                  \
  do {                                 \
    rg_error *cli_try_error_ = (call); \
    if (cli_try_error_)                \
      return cli_try_error_;           \
  } while (0)

#endif
