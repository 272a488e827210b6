#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../base/alloc.h"
#include "../base/text.h"

/* --- pipes ------------------------------------------------------------------------------------------------------ */

static void close_fd(int *fd)
{
  if (*fd >= 0)
    close(*fd);
  *fd = -1;
}

static void close_all(int fds[3])
{
  for (int i = 0; i < 3; i++)
    close_fd(&fds[i]);
}

// Moves a descriptor out of 0 to 2, which a host may have closed: there it would be in the way of the child's own.
static bool lift(int *fd)
{
  if (*fd > STDERR_FILENO)
    return true;
  int lifted = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  close(*fd);
  *fd = lifted;
  return lifted >= 0;
}

static bool open_pair(int end, int *ours, int *theirs)
{
  int pair[2];
  int failed = end == RGI_CHILD_IN ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) : pipe2(pair, O_CLOEXEC);
  if (failed)
    return false;
  *ours = pair[0];
  *theirs = pair[1];
  // Both are tried, so that a failure leaves no number behind that is no descriptor.
  bool is_lifted = lift(ours);
  return lift(theirs) && is_lifted;
}

static rg_error *open_pairs(int ours[3], int theirs[3])
{
  for (int end = 0; end < 3; end++) {
    if (open_pair(end, &ours[end], &theirs[end]))
      continue;
    rg_error *error = rg_error_create(RG_ERROR_SYSTEM, "cannot make a pipe to the renderer: %s", strerror(errno));
    close_all(ours);
    close_all(theirs);
    return error;
  }
  return NULL;
}

/* --- environment ------------------------------------------------------------------------------------------------ */

// What fontconfig needs to find fonts and its cache, and what a sanitizer reads. Nothing that loads code.
static const char *const passed_on[] = {
  "HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "ASAN_OPTIONS", "TSAN_OPTIONS",
  "UBSAN_OPTIONS",
};
#define NUM_PASSED_ON (sizeof(passed_on) / sizeof(passed_on[0]))

// Appends "LANG=C.UTF-8\0HOME=..\0.."; each entry is one NUL-terminated string.
static void add_environment(struct rgi_text *block)
{
  rgi_text_add(block, "LANG=C.UTF-8", sizeof("LANG=C.UTF-8"));
  for (size_t i = 0; i < NUM_PASSED_ON; i++) {
    const char *value = secure_getenv(passed_on[i]);
    if (!value)
      continue;
    rgi_text_printf(block, "%s=%s", passed_on[i], value);
    rgi_text_add(block, "", 1);
  }
}

static void point_at_entries(const struct rgi_text *block, char *entries[NUM_PASSED_ON + 2])
{
  size_t num = 0;
  for (size_t at = 0; at < block->size; at += strlen(block->data + at) + 1)
    entries[num++] = block->data + at;
  entries[num] = NULL;
}

/* --- start ------------------------------------------------------------------------------------------------------ */

static int set_attributes(posix_spawnattr_t *attributes)
{
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(attributes, &all);
  posix_spawnattr_setsigmask(attributes, &none);
  posix_spawnattr_setpgroup(attributes, 0);
  return posix_spawnattr_setflags(attributes,
                                  POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
}

static int add_actions(posix_spawn_file_actions_t *actions, const int theirs[3])
{
  int failed = 0;
  for (int fd = 0; fd < 3 && !failed; fd++)
    failed = posix_spawn_file_actions_adddup2(actions, theirs[fd], fd);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
  if (!failed)
    failed = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
#endif
  return failed;
}

static int spawn(const char *path, const int theirs[3], char *const environment[], pid_t *ret)
{
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
  int failed = posix_spawnattr_init(&attributes);
  if (failed)
    return failed;
  failed = posix_spawn_file_actions_init(&actions);
  if (!failed) {
    char *const arguments[] = {(char *)(uintptr_t)path, NULL};
    failed = set_attributes(&attributes);
    if (!failed)
      failed = add_actions(&actions, theirs);
    if (!failed)
      failed = posix_spawn(ret, path, &actions, &attributes, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
  }
  posix_spawnattr_destroy(&attributes);
  return failed;
}

rg_error *rgi_child_start(const char *path, struct rgi_child *ret)
{
  RGI_SCOPED_TEXT block = RGI_TEXT_INIT;
  add_environment(&block);
  RGI_TRY(rgi_text_error(&block));
  char *environment[NUM_PASSED_ON + 2];
  point_at_entries(&block, environment);

  struct rgi_child child = {0, {-1, -1, -1}};
  int theirs[3] = {-1, -1, -1};
  RGI_TRY(open_pairs(child.fds, theirs));
  int failed = spawn(path, theirs, environment, &child.pid);
  close_all(theirs);
  if (failed) {
    close_all(child.fds);
    return rg_error_create(RG_ERROR_RENDERER, "cannot start the renderer '%s': %s%s", path, strerror(failed),
                           failed == ENOENT ? "; REFGRAPH_RENDER in the environment says where it is" : "");
  }
  *ret = child;
  return NULL;
}

void rgi_child_close(struct rgi_child *child, enum rgi_child_end end)
{
  close_fd(&child->fds[end]);
}

/* --- end -------------------------------------------------------------------------------------------------------- */

// waitpid that no signal disturbs. -1 means that somebody else took the status.
static pid_t wait_for(pid_t pid, int *status_ret, int flags)
{
  pid_t waited;
  do
    waited = waitpid(pid, status_ret, flags);
  while (waited < 0 && errno == EINTR);
  return waited;
}

// True once the child is gone, by itself, within `grace_ms`.
static bool wait_until(pid_t pid, unsigned grace_ms, struct rgi_child_status *ret)
{
  // Short naps at first: most children are a fraction of a millisecond from their end.
  long nap_us = 50;
  for (long waited_us = 0;; waited_us += nap_us) {
    pid_t waited = wait_for(pid, &ret->status, WNOHANG);
    ret->is_known = waited == pid;
    if (waited)
      return true;
    if (waited_us >= (long)grace_ms * 1000)
      return false;
    nap_us = nap_us < 2000 ? nap_us * 2 : nap_us;
    nanosleep(&(struct timespec){0, nap_us * 1000}, NULL);
  }
}

struct rgi_child_status rgi_child_end(struct rgi_child *child, unsigned grace_ms)
{
  close_all(child->fds);
  struct rgi_child_status end = {false, 0};
  // The group is killed only while the child is known to be there: afterwards its number could be another's.
  if (!wait_until(child->pid, grace_ms, &end)) {
    kill(-child->pid, SIGKILL);
    end.is_known = wait_for(child->pid, &end.status, 0) == child->pid;
  }
  return end;
}
