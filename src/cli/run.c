/* refgraph run: becomes the command that it is given, in an environment in which the first Python that starts imports
 * refgraph before its program, and dumps it: bindings/python/refgraph/_run has the rest. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "terminal.h"

// The folder that the Python package lies in, where it was installed or where the environment says.
static const char *python_folder(void)
{
  const char *folder = secure_getenv("REFGRAPH_PYTHON");
  return folder && *folder ? folder : RG_PYTHONDIR;
}

// Puts the folder of the hook in front of PYTHONPATH, where Python finds its sitecustomize first.
static rg_error *set_path(void)
{
  const char *old = getenv("PYTHONPATH");
  char *folder = NULL, *path = NULL;
  struct stat status;
  if (asprintf(&folder, "%s/refgraph/_run", python_folder()) < 0)
    return rg_error_create(RG_ERROR_MEMORY, "out of memory");
  rg_error *error = NULL;
  if (stat(folder, &status))
    error = rg_error_create(RG_ERROR_UNSUPPORTED, "there is no '%s': is the Python package installed?",
                            cli_shown(folder));
  else if (asprintf(&path, "%s%s%s", folder, old && *old ? ":" : "", old ? old : "") < 0 ||
           setenv("PYTHONPATH", path, true))
    error = rg_error_create(RG_ERROR_MEMORY, "out of memory");
  free(path);
  free(folder);
  return error;
}

// A pipe with one byte in it, which the first Python takes: those after it find it empty. It is named by its inode too,
// since another file may have its descriptor by then.
static rg_error *set_token(void)
{
  int ends[2];
  struct stat status;
  char text[96];
  bool is_made = !pipe(ends) && write(ends[1], "1", 1) == 1 && !close(ends[1]) && !fstat(ends[0], &status);
  if (!is_made)
    return rg_error_create(RG_ERROR_SYSTEM, "cannot make a pipe: %s", strerror(errno));
  snprintf(text, sizeof(text), "%d:%llu:%llu", ends[0], (unsigned long long)status.st_dev,
           (unsigned long long)status.st_ino);
  return setenv("REFGRAPH_RUN_TOKEN", text, true) ? rg_error_create(RG_ERROR_MEMORY, "out of memory") : NULL;
}

static rg_error *set_environment(const struct cli_arguments *arguments)
{
  const char *signal_name = arguments->signal == SIGUSR1 ? "SIGUSR1" : arguments->signal ? "SIGUSR2" : "";
  CLI_TRY(set_path());
  CLI_TRY(set_token());
  if (setenv("REFGRAPH_RUN_DUMP", arguments->dump ? arguments->dump : "", true) ||
      setenv("REFGRAPH_RUN_SIGNAL", signal_name, true))
    return rg_error_create(RG_ERROR_MEMORY, "out of memory");
  return NULL;
}

static rg_error *run(struct cli_session *session)
{
  CLI_TRY(set_environment(&session->arguments));
  size_t num = session->arguments.num_words;
  char **argv = calloc(num + 1, sizeof(*argv));
  for (size_t i = 0; argv && i < num; i++)
    argv[i] = strdup(session->arguments.words[i]);
  if (argv)
    execvp(argv[0], argv);
  // Still here: as of a shell, 127 is for a command that is not there, 126 for one that cannot be run.
  session->status = errno == ENOENT ? CLI_NO_COMMAND : CLI_BAD_COMMAND;
  cli_say("cannot run '%s': %s", cli_shown(session->arguments.words[0]), strerror(errno));
  for (size_t i = 0; argv && i < num; i++)
    free(argv[i]);
  free(argv);
  return NULL;
}

const struct cli_command cli_run = {
    .name = "run",
    .summary = "run a Python program, and dump it when it ends, fails, or gets a signal",
    .usage = CLI_LINES("[OPTION...] -- COMMAND [ARGUMENT...]"),
    .examples = CLI_LINES("refgraph run -- python3 app.py", "refgraph run --dump heap.rgd -- python3 app.py --fast"),
    .notes = CLI_LINES("The program is dumped when it ends, its variables still being there, or when an exception ends",
                       "it, with the frames of its traceback; and each time the signal comes, into refgraph-PID-1.rgd,",
                       "refgraph-PID-2.rgd and so on. Only the first Python that the command starts is dumped. The",
                       "exit status is that of the program; 4, if its Python cannot import refgraph; 126 and 127, if",
                       "the command cannot be run or is not there."),
    .options = CLI_OPTION_BIT(CLI_OPTION_HELP) | CLI_OPTION_BIT(CLI_OPTION_DUMP) | CLI_OPTION_BIT(CLI_OPTION_SIGNAL),
    .min_words = 1,
    .max_words = CLI_WORDS_MAX,
    .run = run,
};
