/* refgraph run: becomes the command that it is given, and has it watched. */
#include <errno.h>
#include <unistd.h>

#include "launch.h"

static rg_error *run(struct cli_session *session)
{
  const struct cli_arguments *arguments = &session->arguments;
  CLI_TRY(cli_prepare_launch(&(struct cli_launch){.dump = arguments->dump, .signal = arguments->signal}));
  execvp(arguments->words[0], (char *const *)(uintptr_t)arguments->words);
  session->status = cli_cannot_run(arguments->words[0], errno);
  return NULL;
}

const struct cli_command cli_run = {
    .name = "run",
    .summary = "run a Python program, and dump it when it ends, fails, or gets a signal",
    .usage = CLI_LINES("[OPTION...] -- COMMAND [ARGUMENT...]"),
    .examples = CLI_LINES("refgraph run -- python3 app.py", "refgraph run --dump heap.rgd -- python3 app.py --fast"),
    .notes = CLI_LINES("The program is dumped when it ends, its variables still being there, or when an exception ends",
                       "it, with the frames of its traceback; and each time the signal comes, into refgraph-PID-1.rgd,",
                       "refgraph-PID-2.rgd and so on, with --dump heap.rgd into heap-1.rgd, heap-2.rgd. Only the first",
                       "Python that the command starts is dumped, and none that is started with -E, -I or -S, or that",
                       "ends by os._exit() or by a signal that it does not handle.",
                       "",
                       "The exit status is that of the program; 4, if its Python cannot import refgraph; 126 and 127,",
                       "if the command cannot be run or is not there."),
    .options = CLI_OPTION_BIT(CLI_OPTION_HELP) | CLI_OPTION_BIT(CLI_OPTION_DUMP) | CLI_OPTION_BIT(CLI_OPTION_SIGNAL),
    .min_words = 1,
    .max_words = CLI_WORDS_MAX,
    .run = run,
};
