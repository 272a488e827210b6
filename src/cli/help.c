/* refgraph help: what there is, examples first. */
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "terminal.h"

static void print_lines(const char *heading, const char *prefix, const char *const *lines)
{
  if (*lines)
    printf("%s", heading);
  for (; *lines; lines++)
    printf("%s%s\n", prefix, *lines);
}

static void print_option(const struct cli_option *option)
{
  char words[40], letter[] = {'-', option->letter, ',', ' ', '\0'};
  snprintf(words, sizeof(words), "%s--%s%s%s", option->letter ? letter : "    ", option->name, option->value ? " " : "",
           option->value ? option->value : "");
  printf("  %-24s %s\n", words, option->help);
}

void cli_print_help(const struct cli_command *command)
{
  char prefix[40];
  printf("refgraph %s: %s\n", command->name, command->summary);
  print_lines("\nExamples:\n", "  ", command->examples);
  snprintf(prefix, sizeof(prefix), "  refgraph %s ", command->name);
  print_lines("\nUsage:\n", prefix, command->usage);
  print_lines("\n", "", command->notes);
  puts("\nOptions:");
  for (size_t i = 0; i < CLI_NUM_OPTIONS; i++) {
    if (command->options & CLI_OPTION_BIT(i))
      print_option(&cli_options[i]);
  }
}

static void print_overview(void)
{
  puts("refgraph: why is this closure still alive, what does it keep, and who holds it?\n"
       "\n"
       "Examples:\n"
       "  refgraph closures heap.rgd\n"
       "  refgraph why heap.rgd closure:on_click\n"
       "  refgraph why heap.rgd --closures -o all.svg\n"
       "\n"
       "Commands:");
  for (size_t i = 0; cli_commands[i]; i++)
    printf("  %-11s %s\n", cli_commands[i]->name, cli_commands[i]->summary);
  puts("\nrefgraph COMMAND --help says more. A dump is written by refgraph.dump() in Python, or by refgraph run.");
}

static void add_option_json(size_t i)
{
  cli_json_open(NULL, '{');
  cli_json_string("name", cli_options[i].name);
  if (cli_options[i].value)
    cli_json_string("value", cli_options[i].value);
  else
    cli_json_null("value");
  cli_json_close('}');
}

static void add_command_json(const struct cli_command *command)
{
  cli_json_open(NULL, '{');
  cli_json_string("name", command->name);
  cli_json_string("summary", command->summary);
  cli_json_open("options", '[');
  for (size_t i = 0; i < CLI_NUM_OPTIONS; i++) {
    if (command->options & CLI_OPTION_BIT(i))
      add_option_json(i);
  }
  cli_json_close(']');
  cli_json_close('}');
}

static void print_json(const struct cli_session *session)
{
  cli_json_begin(session->command);
  cli_json_open("commands", '[');
  for (size_t i = 0; cli_commands[i]; i++)
    add_command_json(cli_commands[i]);
  cli_json_close(']');
  cli_json_end();
}

static rg_error *run(struct cli_session *session)
{
  const struct cli_command *command = NULL;
  if (session->arguments.with_json) {
    print_json(session);
    return NULL;
  }
  if (!session->arguments.num_words) {
    print_overview();
    return NULL;
  }
  CLI_TRY(cli_find_command(session->arguments.words[0], &command));
  cli_print_help(command);
  return NULL;
}

const struct cli_command cli_help = {
    .name = "help",
    .summary = "say what a command does",
    .usage = CLI_LINES("[COMMAND]"),
    .examples = CLI_LINES("refgraph help", "refgraph help why", "refgraph help --json"),
    .notes = CLI_LINES(NULL),
    .options = CLI_OPTION_BIT(CLI_OPTION_HELP) | CLI_OPTION_BIT(CLI_OPTION_JSON),
    .min_words = 0,
    .max_words = 1,
    .run = run,
};
