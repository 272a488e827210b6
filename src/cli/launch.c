/* The environment in which the first Python that starts imports refgraph before its program:
 * bindings/python/refgraph/_run has the rest. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "launch.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
  if (pipe(ends))
    return rg_error_create(RG_ERROR_SYSTEM, "cannot make a pipe: %s", strerror(errno));
  rg_writer writer = rg_fd_writer(ends[1]);
  CLI_TRY(writer.write(writer.context, "1", 1));
  if (close(ends[1]) || fstat(ends[0], &status))
    return rg_error_create(RG_ERROR_SYSTEM, "cannot make a pipe: %s", strerror(errno));
  snprintf(text, sizeof(text), "%d:%llu:%llu", ends[0], (unsigned long long)status.st_dev,
           (unsigned long long)status.st_ino);
  return setenv("REFGRAPH_RUN_TOKEN", text, true) ? rg_error_create(RG_ERROR_MEMORY, "out of memory") : NULL;
}

static rg_error *set_variable(const char *name, const char *value)
{
  return setenv(name, value, true) ? rg_error_create(RG_ERROR_MEMORY, "out of memory") : NULL;
}

rg_error *cli_prepare_launch(const struct cli_launch *launch)
{
  char rounds[48];
  const char *signal_name = launch->signal == SIGUSR1 ? "SIGUSR1" : launch->signal ? "SIGUSR2" : "";
  snprintf(rounds, sizeof(rounds), "%u:%llu", launch->rounds, (unsigned long long)launch->every_ms);
  CLI_TRY(set_path());
  CLI_TRY(set_token());
  CLI_TRY(set_variable("REFGRAPH_RUN_DUMP", launch->dump ? launch->dump : ""));
  CLI_TRY(set_variable("REFGRAPH_RUN_SIGNAL", signal_name));
  return set_variable("REFGRAPH_RUN_ROUNDS", launch->rounds ? rounds : "");
}

enum cli_status cli_cannot_run(const char *command, int reason)
{
  cli_say("cannot run '%s': %s", cli_shown(command), strerror(reason));
  return reason == ENOENT ? CLI_NO_COMMAND : CLI_BAD_COMMAND;
}
