/* Runs a program that dumps itself at the end of each round into a folder, and reads the dumps when it has ended.
 *
 * The folder is of no use to anybody else: its files are opened and removed before the first is read, so that nothing
 * is left whatever happens then. While the program runs, what would end us goes to the program instead, and we end
 * after it: the interrupt of the keyboard reaches it by itself, other signals we hand on. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "rounds.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "growth.h"
#include "launch.h"
#include "terminal.h"

/* --- the folder --------------------------------------------------------------------------------------------------- */

#define PATH_SIZE 4096

struct folder {
  char path[PATH_SIZE];
  bool is_kept;
};

static rg_error *cannot_use(const char *path, const char *reason)
{
  return rg_error_create(RG_ERROR_SYSTEM, "cannot use the folder '%s': %s", cli_shown(path), reason);
}

static bool file_of(const struct folder *folder, size_t round, char *ret)
{
  return snprintf(ret, PATH_SIZE, "%s/round-%zu.rgd", folder->path, round) < PATH_SIZE;
}

// Dumps that are there already would be taken for those of this program.
static rg_error *use_kept(struct folder *folder, const char *path)
{
  char first[PATH_SIZE];
  struct stat status;
  folder->is_kept = true;
  if (snprintf(folder->path, PATH_SIZE, "%s", path) >= PATH_SIZE || !file_of(folder, 1, first))
    return cannot_use(path, strerror(ENAMETOOLONG));
  if (mkdir(path, 0700) && errno != EEXIST)
    return cannot_use(path, strerror(errno));
  if (stat(path, &status) || !S_ISDIR(status.st_mode))
    return cannot_use(path, strerror(ENOTDIR));
  if (access(path, W_OK | X_OK))
    return cannot_use(path, strerror(errno));
  return access(first, F_OK) ? NULL : cannot_use(path, "it has dumps of rounds");
}

static rg_error *make_folder(struct folder *folder, const char *keep)
{
  if (keep)
    return use_kept(folder, keep);
  const char *parent = secure_getenv("TMPDIR");
  folder->is_kept = false;
  if (snprintf(folder->path, PATH_SIZE, "%s/refgraph-XXXXXX", parent && *parent ? parent : "/tmp") >= PATH_SIZE)
    return cannot_use(parent, strerror(ENAMETOOLONG));
  return mkdtemp(folder->path) ? NULL : cannot_use(folder->path, strerror(errno));
}

// Such as a program that was killed did not finish.
static void remove_unfinished(const struct folder *folder)
{
  DIR *dir = opendir(folder->path);
  for (struct dirent *entry; dir && (entry = readdir(dir));)
    unlinkat(dirfd(dir), entry->d_name, 0);
  if (dir)
    closedir(dir);
}

// Nothing but dumps. Whole ones go by their names, for which no descriptor has to be left.
static void remove_folder(const struct folder *folder)
{
  char path[PATH_SIZE];
  if (folder->is_kept)
    return;
  for (size_t round = 1; file_of(folder, round, path) && !unlink(path); round++)
    ;
  if (rmdir(folder->path) && errno == ENOTEMPTY) {
    remove_unfinished(folder);
    rmdir(folder->path);
  }
}

/* --- the program -------------------------------------------------------------------------------------------------- */

static volatile sig_atomic_t program; // 0: it does not run

static void hand_on(int signal)
{
  if (program)
    kill(program, signal);
}

static const int waited_for[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP};
enum { NUM_WAITED_FOR = sizeof(waited_for) / sizeof(waited_for[0]) };

struct signals {
  struct sigaction saved[NUM_WAITED_FOR];
  sigset_t mask, defaults;
};

// Blocked until the program runs. What was ignored, as under nohup, stays so for both.
static void take_signals(struct signals *signals)
{
  sigset_t all;
  sigemptyset(&all);
  sigemptyset(&signals->defaults);
  for (size_t i = 0; i < NUM_WAITED_FOR; i++) {
    bool is_of_keyboard = waited_for[i] == SIGINT || waited_for[i] == SIGQUIT;
    struct sigaction action = {.sa_handler = is_of_keyboard ? SIG_IGN : hand_on};
    sigaddset(&all, waited_for[i]);
    sigaction(waited_for[i], NULL, &signals->saved[i]);
    if (signals->saved[i].sa_handler == SIG_IGN)
      continue;
    sigaddset(&signals->defaults, waited_for[i]);
    sigaction(waited_for[i], &action, NULL);
  }
  sigprocmask(SIG_BLOCK, &all, &signals->mask);
}

static void give_signals_back(const struct signals *signals)
{
  for (size_t i = 0; i < NUM_WAITED_FOR; i++)
    sigaction(waited_for[i], &signals->saved[i], NULL);
  sigprocmask(SIG_SETMASK, &signals->mask, NULL);
}

// 0, or why it did not start. What the program prints must not get into a document: then it goes to the standard error.
static int start(const char *const *words, const struct signals *signals, bool prints_apart, pid_t *ret)
{
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
  int reason = posix_spawnattr_init(&attributes);
  if (!reason)
    reason = posix_spawn_file_actions_init(&actions);
  if (reason)
    return reason;
  if (prints_apart)
    posix_spawn_file_actions_adddup2(&actions, 2, 1);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setsigdefault(&attributes, &signals->defaults);
  posix_spawnattr_setsigmask(&attributes, &signals->mask);
  reason = posix_spawnp(ret, words[0], &actions, &attributes, (char *const *)(uintptr_t)words, environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return reason;
}

static enum cli_status wait_for(pid_t pid)
{
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
    ;
  program = 0;
  if (WIFSIGNALED(status) && WTERMSIG(status) != SIGINT)
    cli_say("a signal ended the program: %s", strsignal(WTERMSIG(status)));
  return (enum cli_status)(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* --- the rounds --------------------------------------------------------------------------------------------------- */

struct rounds {
  char (*names)[32];
  const char **pointers; // to them
  int *fds;
  size_t num;
};

static void deinit_rounds(struct rounds *rounds)
{
  free(rounds->names);
  free(rounds->pointers);
  free(rounds->fds);
}

static rg_error *open_rounds(const struct folder *folder, size_t most, struct rounds *ret)
{
  char path[PATH_SIZE];
  ret->names = calloc(most, sizeof(*ret->names));
  ret->pointers = calloc(most, sizeof(*ret->pointers));
  ret->fds = calloc(most, sizeof(*ret->fds));
  if (!ret->names || !ret->pointers || !ret->fds)
    return rg_error_create(RG_ERROR_MEMORY, "out of memory");
  while (ret->num < most && file_of(folder, ret->num + 1, path)) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
      break;
    if (fd < 0)
      return rg_error_create(RG_ERROR_SYSTEM, "cannot open '%s': %s", cli_shown(path), strerror(errno));
    snprintf(ret->names[ret->num], sizeof(ret->names[0]), "round %zu", ret->num + 1);
    ret->pointers[ret->num] = ret->names[ret->num];
    ret->fds[ret->num++] = fd;
  }
  return NULL;
}

static rg_error *run_in(struct cli_session *session, const struct folder *folder, const struct signals *signals,
                        struct rounds *ret)
{
  const struct cli_arguments *arguments = &session->arguments;
  struct cli_launch launch = {folder->path, 0, arguments->rounds, arguments->every_ms};
  pid_t pid = 0;
  CLI_TRY(cli_prepare_launch(&launch));
  int reason = start(arguments->words, signals, arguments->with_json, &pid);
  if (reason) {
    session->status = cli_cannot_run(arguments->words[0], reason);
    return NULL;
  }
  program = pid;
  sigprocmask(SIG_SETMASK, &signals->mask, NULL);
  session->status = wait_for(pid);
  return open_rounds(folder, arguments->rounds, ret);
}

static rg_error *run_program(struct cli_session *session, struct rounds *ret)
{
  struct folder folder;
  struct signals signals;
  take_signals(&signals);
  rg_error *error = make_folder(&folder, session->arguments.keep);
  if (!error) {
    error = run_in(session, &folder, &signals, ret);
    remove_folder(&folder);
  }
  give_signals_back(&signals);
  return error;
}

// Too few rounds are no answer; fewer than were asked for are one.
static bool has_rounds(struct cli_session *session, const struct rounds *rounds)
{
  size_t wanted = session->arguments.rounds;
  const char *advice = session->arguments.every_ms ? "a shorter --every, or a program that runs longer"
                                                   : "call refgraph.round() at the end of each, or give --every TIME";
  if (rounds->num < wanted)
    cli_say("the program ended after %zu of %zu rounds", rounds->num, wanted);
  if (rounds->num >= 2)
    return true;
  cli_say("what grows takes two rounds: %s", advice);
  session->status = session->status ? session->status : CLI_NOT_FOUND;
  return false;
}

rg_error *cli_growth_of_rounds(struct cli_session *session)
{
  struct rounds rounds = {0};
  if (session->arguments.rounds < 2)
    return rg_error_create(RG_ERROR_ARGUMENT, "bad --rounds 1: what grows takes two rounds");
  rg_error *error = run_program(session, &rounds);
  bool has_started = session->status != CLI_NO_COMMAND && session->status != CLI_BAD_COMMAND;
  if (!error && has_started && has_rounds(session, &rounds))
    error = cli_growth_of_files(session, rounds.pointers, rounds.fds, rounds.num);
  deinit_rounds(&rounds);
  session->num_dumps = 0;
  return error;
}
