#include "options.h"

#include <ctype.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "terminal.h"

/* --- values ------------------------------------------------------------------------------------------------------- */

// A reader puts a value where the table says; one that sets two fields is given the arguments themselves, whose place
// is 0.

static rg_error *bad_value(const char *option, const char *value, const char *advice)
{
  return rg_error_create(RG_ERROR_ARGUMENT, "bad --%s '%s': %s", option, cli_shown(value), advice);
}

// Digits alone, up to `most`.
static bool read_digits(const char *text, size_t size, uint64_t most, uint64_t *ret)
{
  uint64_t number = 0;
  for (size_t i = 0; i < size; i++) {
    if (!isdigit((unsigned char)text[i]) || number > most / 10)
      return false;
    number = number * 10 + (uint64_t)(text[i] - '0');
  }
  *ret = number;
  return size && number <= most;
}

static rg_error *read_flag(const char *option, const char *value, void *place)
{
  (void)option, (void)value;
  *(bool *)place = true;
  return NULL;
}

static rg_error *read_text(const char *option, const char *value, void *place)
{
  (void)option;
  *(const char **)place = value;
  return NULL;
}

static rg_error *read_number(const char *option, const char *value, void *place)
{
  uint64_t number;
  if (!read_digits(value, strlen(value), INT32_MAX, &number))
    return bad_value(option, value, "it is a number from 0 to 2147483647");
  *(uint32_t *)place = (uint32_t)number;
  return NULL;
}

static rg_error *read_positive(const char *option, const char *value, void *place)
{
  uint64_t number;
  if (!read_digits(value, strlen(value), INT32_MAX, &number) || !number)
    return bad_value(option, value, "it is a number from 1 to 2147483647");
  *(uint32_t *)place = (uint32_t)number;
  return NULL;
}

static rg_error *read_limit(const char *option, const char *value, void *place)
{
  struct cli_arguments *arguments = place;
  arguments->has_limit = true;
  return read_number(option, value, &arguments->limit);
}

static rg_error *read_size(const char *option, const char *value, void *place)
{
  uint64_t *ret = place;
  static const struct {
    char letter;
    uint64_t unit;
  } units[] = {{'k', 1000}, {'M', 1000000}, {'G', 1000000000}};
  size_t size = strlen(value);
  uint64_t unit = 1;
  for (size_t i = 0; size && i < sizeof(units) / sizeof(units[0]); i++) {
    if (value[size - 1] == units[i].letter)
      unit = units[i].unit;
  }
  if (!read_digits(value, size - (unit > 1), UINT64_MAX / unit, ret) || !*ret)
    return bad_value(option, value, "it is a number of bytes, as 500M or 4G");
  *ret *= unit;
  return NULL;
}

static rg_error *read_format(const char *option, const char *value, void *place)
{
  struct cli_arguments *ret = place;
  static const char *const words[] = {"dot", "svg", "png", "pdf", "txt", "json"};
  static const rg_format formats[] = {RG_FORMAT_DOT, RG_FORMAT_SVG,  RG_FORMAT_PNG,
                                      RG_FORMAT_PDF, RG_FORMAT_TEXT, RG_FORMAT_JSON};
  for (size_t i = 0; i < RG_NUM_FORMATS; i++) {
    if (strcmp(value, words[i]) != 0)
      continue;
    ret->has_format = true;
    ret->format = formats[i];
    return NULL;
  }
  return bad_value(option, value, "it is dot, svg, png, pdf, txt or json");
}

static rg_error *read_export_format(const char *option, const char *value, void *place)
{
  (void)option;
  struct cli_arguments *arguments = place;
  arguments->has_export_format = true;
  return rg_export_format_named(value, &arguments->export_format);
}

static rg_error *read_rankdir(const char *option, const char *value, void *place)
{
  bool is_left_right = strcmp(value, "LR") == 0;
  if (!is_left_right && strcmp(value, "TB") != 0)
    return bad_value(option, value, "it is LR or TB");
  *(rg_direction *)place = is_left_right ? RG_DIRECTION_LEFT_RIGHT : RG_DIRECTION_TOP_BOTTOM;
  return NULL;
}

static rg_error *read_signal(const char *option, const char *value, void *place)
{
  int *ret = place;
  *ret = strcmp(value, "USR1") == 0 ? SIGUSR1 : strcmp(value, "USR2") == 0 ? SIGUSR2 : 0;
  return *ret || strcmp(value, "none") == 0 ? NULL : bad_value(option, value, "it is USR1, USR2 or none");
}

static rg_error *read_group_by(const char *option, const char *value, void *place)
{
  static const char *const words[] = {"path", "site", "type"};
  for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
    if (strcmp(value, words[i]) != 0)
      continue;
    *(rg_group_by *)place = (rg_group_by)i;
    return NULL;
  }
  return bad_value(option, value, "it is path, site or type");
}

// In seconds, unless it ends in another unit.
static rg_error *read_time(const char *option, const char *value, void *place)
{
  uint64_t *ret = place;
  static const struct {
    const char *word;
    uint64_t ms;
  } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"", 1000}};
  size_t size = strspn(value, "0123456789"), i = 0;
  while (i < sizeof(units) / sizeof(units[0]) && strcmp(value + size, units[i].word) != 0)
    i++;
  bool is_time = i < sizeof(units) / sizeof(units[0]) && read_digits(value, size, INT32_MAX, ret) && *ret;
  if (!is_time)
    return bad_value(option, value, "it is a time, as 10s, 500ms, 2m or 1h");
  *ret *= units[i].ms;
  return NULL;
}

/* --- the options -------------------------------------------------------------------------------------------------- */

#define IN(name) offsetof(struct cli_arguments, name)

const struct cli_option cli_options[CLI_NUM_OPTIONS] = {
    [CLI_OPTION_ALL] = {"all", 0, NULL, "draw closures that capture only __class__, too", read_flag, IN(with_all)},
    [CLI_OPTION_BACKREFS] = {"backrefs", 0, NULL, "draw what refers to the objects", read_flag, IN(is_backward)},
    [CLI_OPTION_BASELINE] = {"baseline", 0, "FILE", "accept the leaks that are listed there", read_text, IN(baseline)},
    [CLI_OPTION_BY] = {"by", 0, "WHAT", "path, site or type: what is counted together [path]", read_group_by, IN(by)},
    [CLI_OPTION_CLOSURES] = {"closures", 0, NULL, "draw the path to every closure, one box a definition site",
                             read_flag, IN(with_closures)},
    [CLI_OPTION_CUT] = {"cut", 0, NULL, "list the fewest references to cut, and what that frees",
                        read_flag, IN(with_cut)},
    [CLI_OPTION_DISJOINT] = {"disjoint", 0, NULL, "list paths that share no object, to the first that matches",
                             read_flag, IN(with_disjoint)},
    [CLI_OPTION_DUMP] = {"dump", 0, "FILE", "write the dump there [refgraph-PID.rgd]", read_text, IN(dump)},
    [CLI_OPTION_EVERY] = {"every", 0, "TIME", "end a round after each TIME, as 10s or 500ms [refgraph.round()]",
                          read_time, IN(every_ms)},
    [CLI_OPTION_EXPORT_FORMAT] = {"format", 0, "FORMAT", "heapsnapshot, sqlite, csv or json [as FILE ends]",
                                  read_export_format, 0},
    [CLI_OPTION_EXPORT_OUTPUT] = {"output", 'o', "FILE", "write FILE; - is the standard output", read_text, IN(output)},
    [CLI_OPTION_FAIL_ON_LEAK] = {"fail-on-leak", 0, NULL, "exit with 1 if there is a leak that is not accepted",
                                 read_flag, IN(fails_on_leak)},
    [CLI_OPTION_FORMAT] = {"format", 0, "FORMAT", "dot, svg, png, pdf, txt or json [as FILE ends; txt]",
                           read_format, 0},
    [CLI_OPTION_HELP] = {"help", 'h', NULL, "print this help", read_flag, IN(wants_help)},
    [CLI_OPTION_INTERNALS] = {"internals", 0, NULL, "draw globals, code and types, too", read_flag, IN(with_internals)},
    [CLI_OPTION_JSON] = {"json", 0, NULL, "print one JSON document", read_flag, IN(with_json)},
    [CLI_OPTION_KEEP] = {"keep", 0, "FOLDER", "keep the dumps there, as round-1.rgd, round-2.rgd and so on",
                         read_text, IN(keep)},
    [CLI_OPTION_LIMIT] = {"limit", 0, "N", "at most so many; 0: all", read_limit, 0},
    [CLI_OPTION_LONG_NAMES] = {"long-names", 0, NULL, "name types with their module", read_flag, IN(with_long_names)},
    [CLI_OPTION_MAX_DEPTH] = {"max-depth", 0, "N", "references away from the objects [3]", read_number, IN(max_depth)},
    [CLI_OPTION_MAX_MEMORY] = {"max-memory", 0, "SIZE", "memory that the dump may take [half of what is free]",
                               read_size, IN(max_memory)},
    [CLI_OPTION_MAX_NODES] = {"max-nodes", 0, "N", "objects that are drawn [200]", read_positive, IN(max_nodes)},
    [CLI_OPTION_MAX_PATHS] = {"max-paths", 0, "N", "paths to each object, each through another holder [1]",
                              read_positive, IN(max_paths)},
    [CLI_OPTION_NO_CAPTION] = {"no-caption", 0, NULL, "leave out the line at the foot", read_flag, IN(no_caption)},
    [CLI_OPTION_OUTPUT] = {"output", 'o', "FILE", "draw into FILE; - is the standard output [the terminal, as text]",
                           read_text, IN(output)},
    [CLI_OPTION_RANKDIR] = {"rankdir", 0, "LR|TB", "draw from left to right or from top to bottom",
                            read_rankdir, IN(direction)},
    [CLI_OPTION_REFCOUNTS] = {"refcounts", 0, NULL, "draw reference counts, too", read_flag, IN(with_refcounts)},
    [CLI_OPTION_REFS] = {"refs", 0, NULL, "draw what the objects refer to [this]", read_flag, IN(is_forward)},
    [CLI_OPTION_RETAINED] = {"retained", 0, NULL, "measure what the objects of each type retain",
                             read_flag, IN(with_retained)},
    [CLI_OPTION_ROUNDS] = {"rounds", 0, "N", "look at so many rounds of the program, 2 or more [5]",
                           read_positive, IN(rounds)},
    [CLI_OPTION_SIGNAL] = {"signal", 0, "NAME", "USR1, USR2 or none: dump when this signal comes [USR2]",
                           read_signal, IN(signal)},
    [CLI_OPTION_TOO_MANY] = {"too-many", 0, "N", "references that are drawn of one object [10]",
                             read_number, IN(too_many)},
    [CLI_OPTION_VALUES] = {"values", 0, NULL, "write the values that the dump has of private text, too",
                           read_flag, IN(with_values)},
    [CLI_OPTION_WRITE_BASELINE] = {"write-baseline", 0, "FILE", "list the leaks there that are found",
                                   read_text, IN(new_baseline)},
};

/* --- finding options ---------------------------------------------------------------------------------------------- */

static rg_error *unknown_option(const char *given, cli_option_set options)
{
  const char *names[CLI_NUM_OPTIONS + 1] = {0};
  size_t num = 0;
  for (size_t i = 0; i < CLI_NUM_OPTIONS; i++) {
    if (options & CLI_OPTION_BIT(i))
      names[num++] = cli_options[i].name;
  }
  const char *word = given + strspn(given, "-");
  char bare[64] = "";
  strncat(bare, word, strcspn(word, "=") < sizeof(bare) ? strcspn(word, "=") : sizeof(bare) - 1);
  const char *meant = cli_suggest(bare, names);
  return rg_error_create(RG_ERROR_ARGUMENT, "unknown option '%s'%s%s%s", cli_shown(given),
                         meant ? "; did you mean --" : "", meant ? meant : "", meant ? "?" : "");
}

// The option that an argument names, CLI_NUM_OPTIONS for none; its value if that is in the same argument, else NULL.
static size_t find_option(const char *argument, cli_option_set options, const char **value_ret)
{
  bool is_long = argument[1] == '-';
  size_t size = strcspn(argument + 2, "=");
  *value_ret = is_long ? (argument[2 + size] ? argument + 3 + size : NULL) : (argument[2] ? argument + 2 : NULL);
  size_t i = 0;
  for (; i < CLI_NUM_OPTIONS; i++) {
    const struct cli_option *option = &cli_options[i];
    bool is_it = is_long ? strlen(option->name) == size && memcmp(option->name, argument + 2, size) == 0
                         : option->letter == argument[1];
    if (is_it && options & CLI_OPTION_BIT(i))
      break;
  }
  return i;
}

// Reads the option at argv[*i], and goes on to its last argument.
static rg_error *read_option(char **argv, size_t *i, cli_option_set options, struct cli_arguments *ret)
{
  const char *given = argv[*i], *value;
  size_t found = find_option(given, options, &value);
  if (found == CLI_NUM_OPTIONS)
    return unknown_option(given, options);
  const struct cli_option *option = &cli_options[found];
  if (!option->value && value)
    return rg_error_create(RG_ERROR_ARGUMENT, "option --%s takes no value, but got '%s'", option->name,
                           cli_shown(value));
  if (option->value && !value && !(value = argv[++*i]))
    return rg_error_create(RG_ERROR_ARGUMENT, "option --%s needs a value: --%s %s", option->name, option->name,
                           option->value);
  return option->read(option->name, value, (char *)ret + option->place);
}

rg_error *cli_read_arguments(char **argv, cli_option_set options, struct cli_arguments *ret)
{
  *ret = (struct cli_arguments){
      .max_depth = 3, .max_nodes = RG_MAX_NODES_DEFAULT, .max_paths = 1, .too_many = 10, .signal = SIGUSR2,
      .rounds = 5};
  size_t num = 0;
  while (argv[num])
    num++;
  ret->words = calloc(num + 1, sizeof(*ret->words));
  if (!ret->words)
    return rg_error_create(RG_ERROR_MEMORY, "out of memory");
  bool is_word = false;
  for (size_t i = 0; argv[i]; i++) {
    if (is_word || argv[i][0] != '-' || !argv[i][1])
      ret->words[ret->num_words++] = argv[i];
    else if (strcmp(argv[i], "--") != 0)
      CLI_TRY(read_option(argv, &i, options, ret));
    else
      is_word = true;
    if (!is_word)
      ret->num_before = ret->num_words;
  }
  return NULL;
}

void cli_arguments_deinit(struct cli_arguments *arguments)
{
  free(arguments->words);
}

/* --- what was meant ----------------------------------------------------------------------------------------------- */

#define LONGEST 32

static size_t least(size_t a, size_t b)
{
  return a < b ? a : b;
}

// Letters to insert, remove, change or swap with their neighbour to get from one word to the other (optimal string
// alignment); SIZE_MAX for long words.
static size_t distance(const char *a, const char *b)
{
  size_t rows[LONGEST + 1][LONGEST + 1];
  size_t a_size = strlen(a), b_size = strlen(b);
  if (a_size > LONGEST || b_size > LONGEST)
    return SIZE_MAX;
  for (size_t i = 0; i <= a_size; i++) {
    for (size_t j = 0; j <= b_size; j++) {
      if (!i || !j) {
        rows[i][j] = i + j;
        continue;
      }
      rows[i][j] = least(least(rows[i - 1][j], rows[i][j - 1]) + 1, rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        rows[i][j] = least(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[a_size][b_size];
}

const char *cli_suggest(const char *word, const char *const *candidates)
{
  const char *nearest = NULL;
  size_t best = strlen(word) > 3 ? 3 : 2; // one more than is forgiven
  for (; *candidates; candidates++) {
    size_t here = distance(word, *candidates);
    if (here >= best && strlen(word) >= 3 && strncmp(word, *candidates, strlen(word)) == 0)
      here = best - 1; // it was cut short
    if (here >= best)
      continue;
    best = here;
    nearest = *candidates;
  }
  return nearest;
}
