/* The command line: finds the command, runs it, and makes its outcome an exit status. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "terminal.h"

const struct cli_command *const cli_commands[] = {
    &cli_closures, &cli_cycles, &cli_diff, &cli_dominators, &cli_draw_command, &cli_export, &cli_growth, &cli_help,
    &cli_info, &cli_leaks, &cli_run, &cli_types, &cli_verify, &cli_version, &cli_why, NULL,
};
#define NUM_COMMANDS (sizeof(cli_commands) / sizeof(cli_commands[0]) - 1)

/* What an error becomes, and what it becomes while the dump is read. */
static const struct {
  enum cli_status otherwise, reading;
} statuses[] = {
    [RG_ERROR_MEMORY] = {CLI_LIMITED, CLI_LIMITED},
    [RG_ERROR_ARGUMENT] = {CLI_USAGE, CLI_USAGE},
    [RG_ERROR_NOT_FOUND] = {CLI_NOT_FOUND, CLI_NOT_FOUND},
    [RG_ERROR_LIMIT] = {CLI_LIMITED, CLI_LIMITED},
    [RG_ERROR_SYSTEM] = {CLI_NO_OUTPUT, CLI_BAD_DUMP},
    [RG_ERROR_RENDERER] = {CLI_NO_OUTPUT, CLI_NO_OUTPUT},
    [RG_ERROR_DEADLINE] = {CLI_NO_OUTPUT, CLI_NO_OUTPUT},
    [RG_ERROR_INTERRUPTED] = {CLI_INTERRUPTED, CLI_INTERRUPTED},
    [RG_ERROR_UNSUPPORTED] = {CLI_NO_OUTPUT, CLI_BAD_DUMP},
    [RG_ERROR_BUSY] = {CLI_NO_OUTPUT, CLI_NO_OUTPUT},
    [RG_ERROR_DUMP] = {CLI_BAD_DUMP, CLI_BAD_DUMP},
};

rg_error *cli_find_command(const char *name, const struct cli_command **ret)
{
  const char *names[NUM_COMMANDS + 1] = {0};
  for (size_t i = 0; i < NUM_COMMANDS; i++) {
    names[i] = cli_commands[i]->name;
    if (strcmp(name, names[i]) != 0)
      continue;
    *ret = cli_commands[i];
    return NULL;
  }
  const char *meant = cli_suggest(name, names);
  return rg_error_create(RG_ERROR_ARGUMENT, "unknown command '%s'%s%s%s", cli_shown(name),
                         meant ? "; did you mean " : "", meant ? meant : "", meant ? "?" : "");
}

// A filter with a caret under the term that is wrong.
static void point_at_term(const char *filter, const char *message)
{
  const char *place = filter ? strstr(message, " at column ") : NULL;
  if (!place)
    return;
  cli_say_line("  %s", cli_shown(filter));
  cli_say_line("  %*s", atoi(place + strlen(" at column ")), "^");
}

static enum cli_status report(const struct cli_session *session, rg_error *error)
{
  enum cli_status status = session->is_reading ? statuses[error->code].reading : statuses[error->code].otherwise;
  const char *name = session->command ? session->command->name : "";
  if (session->is_reading && error->code != RG_ERROR_SYSTEM && error->code != RG_ERROR_INTERRUPTED)
    cli_say("cannot read %s: %s", cli_dump_name(session), error->message);
  else
    cli_say("%s", error->message);
  point_at_term(session->filter_text, error->message);
  if (status == CLI_USAGE)
    cli_say_line("Type 'refgraph %s%s--help' for what can be asked.", name, *name ? " " : "");
  rg_error_destroy(error);
  return status;
}

static rg_error *check_words(const struct cli_session *session)
{
  const struct cli_command *command = session->command;
  size_t num_words = session->arguments.num_words;
  if (num_words < command->min_words)
    return rg_error_create(RG_ERROR_ARGUMENT, "%s: type: refgraph %s %s",
                           num_words ? "there is no TARGET" : "something is missing", command->name, command->usage[0]);
  if (num_words > command->max_words)
    return rg_error_create(RG_ERROR_ARGUMENT, "'%s' is one word too many",
                           cli_shown(session->arguments.words[num_words - 1]));
  return NULL;
}

// What printf could not write is noticed at the latest here.
static rg_error *flush(void)
{
  errno = 0;
  if (fflush(stdout) == 0 && !ferror(stdout))
    return NULL;
  return rg_error_create(RG_ERROR_SYSTEM, "cannot write the output: %s", errno ? strerror(errno) : "it was not taken");
}

static rg_error *run(struct cli_session *session, char **argv)
{
  struct cli_arguments *arguments = &session->arguments;
  const struct cli_command *command = session->command;
  CLI_TRY(cli_read_arguments(argv, command->options, arguments));
  if (arguments->wants_help) {
    cli_print_help(command);
    return flush();
  }
  CLI_TRY(check_words(session));
  CLI_TRY(command->run(session));
  return flush();
}

// A command by its name, or an option in its place.
static rg_error *find_first(const char *word, const struct cli_command **ret)
{
  if (!word)
    return rg_error_create(RG_ERROR_ARGUMENT, "there is no command: type: refgraph COMMAND DUMP");
  if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
    word = "help";
  if (strcmp(word, "--version") == 0)
    word = "version";
  return cli_find_command(word, ret);
}

int main(int argc, char **argv)
{
  struct cli_session session = {0};
  rg_error *error = find_first(argv[argc > 0], &session.command);
  if (!error)
    error = run(&session, argv + 2);
  enum cli_status status = error ? report(&session, error) : session.status;
  cli_session_deinit(&session);
  return (int)status;
}
