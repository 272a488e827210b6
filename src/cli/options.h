/* Options: one table for all commands, so that an option means the same wherever it is taken. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <refgraph.h>

enum cli_option_id {
  CLI_OPTION_ALL,
  CLI_OPTION_BACKREFS,
  CLI_OPTION_BASELINE,
  CLI_OPTION_BY,
  CLI_OPTION_CLOSURES,
  CLI_OPTION_CUT,
  CLI_OPTION_DISJOINT,
  CLI_OPTION_DUMP,
  CLI_OPTION_EVERY,
  CLI_OPTION_EXPORT_FORMAT, // --format and --output of what is no picture
  CLI_OPTION_EXPORT_OUTPUT,
  CLI_OPTION_FAIL_ON_LEAK,
  CLI_OPTION_FORMAT,
  CLI_OPTION_HELP,
  CLI_OPTION_INTERNALS,
  CLI_OPTION_JSON,
  CLI_OPTION_KEEP,
  CLI_OPTION_LIMIT,
  CLI_OPTION_LONG_NAMES,
  CLI_OPTION_MAX_DEPTH,
  CLI_OPTION_MAX_MEMORY,
  CLI_OPTION_MAX_NODES,
  CLI_OPTION_MAX_PATHS,
  CLI_OPTION_NO_CAPTION,
  CLI_OPTION_OUTPUT,
  CLI_OPTION_RANKDIR,
  CLI_OPTION_REFCOUNTS,
  CLI_OPTION_REFS,
  CLI_OPTION_RETAINED,
  CLI_OPTION_ROUNDS,
  CLI_OPTION_SIGNAL,
  CLI_OPTION_TOO_MANY,
  CLI_OPTION_VALUES,
  CLI_OPTION_WRITE_BASELINE,
};
#define CLI_NUM_OPTIONS 34

typedef uint64_t cli_option_set;
#define CLI_OPTION_BIT(id) ((cli_option_set)1 << (id))
/* Those of a command that reads a dump, and those of one that draws. */
#define CLI_OPTIONS_READ \
  (CLI_OPTION_BIT(CLI_OPTION_HELP) | CLI_OPTION_BIT(CLI_OPTION_JSON) | CLI_OPTION_BIT(CLI_OPTION_MAX_MEMORY))
#define CLI_OPTIONS_DRAW                                                                                            \
  (CLI_OPTION_BIT(CLI_OPTION_OUTPUT) | CLI_OPTION_BIT(CLI_OPTION_FORMAT) | CLI_OPTION_BIT(CLI_OPTION_MAX_NODES) |   \
   CLI_OPTION_BIT(CLI_OPTION_LIMIT) | CLI_OPTION_BIT(CLI_OPTION_LONG_NAMES) |                                       \
   CLI_OPTION_BIT(CLI_OPTION_NO_CAPTION) | CLI_OPTION_BIT(CLI_OPTION_RANKDIR) | CLI_OPTION_BIT(CLI_OPTION_REFCOUNTS))

struct cli_option {
  const char *name;  // without the dashes
  char letter;       // '\0': none
  const char *value; // what it takes, as "N"; NULL: nothing
  const char *help;
  rg_error *(*read)(const char *option, const char *value, void *place);
  size_t place;      // in the arguments
};

extern const struct cli_option cli_options[CLI_NUM_OPTIONS];

/* What a command was told. Words point into argv. */
struct cli_arguments {
  const char **words;
  size_t num_words;
  size_t num_before; // words before "--"; all, if it is not there
  bool wants_help;
  bool with_json;
  bool with_all, with_closures, with_cut, with_disjoint, with_internals, with_long_names, no_caption, with_refcounts;
  bool with_retained, with_values;
  bool is_backward, is_forward;
  bool fails_on_leak;
  bool has_limit;
  uint32_t limit; // 0: none
  uint32_t max_depth, max_nodes, max_paths, too_many;
  uint64_t max_memory; // 0: as the library thinks right
  rg_direction direction;
  const char *output;  // NULL: the terminal
  bool has_format;
  rg_format format;
  bool has_export_format;
  rg_export_format export_format;
  const char *dump;    // NULL: refgraph-PID.rgd
  int signal;
  rg_group_by by;
  uint32_t rounds;
  uint64_t every_ms;   // 0: when the program says so
  const char *baseline, *new_baseline; // to read and to write; NULL: none
  const char *keep;    // NULL: dumps of rounds are not kept
};

/* Reads what follows the name of a command: options that are in the set, in any place before "--", and words.
 * RG_ERROR_ARGUMENT for what is not understood, with the nearest that would be. */
RG_MUST_USE rg_error *cli_read_arguments(char **argv, cli_option_set options, struct cli_arguments *ret);
void cli_arguments_deinit(struct cli_arguments *arguments);

/* The candidate that was probably meant; NULL if none is near. The list ends with NULL. */
const char *cli_suggest(const char *word, const char *const *candidates);

#endif
