#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <refgraph.h>

/* --- in the child ------------------------------------------------------------------------------------------------- */

void rgpy_child_keep_alive(void)
{
  alarm(RGPY_CHILD_PATIENCE);
}

// A fault or an alarm ends the child at once: no handler of the program runs, and no core is written.
static void reset_signals(void)
{
  static const int deadly[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS, SIGALRM};
  sigset_t unblocked;
  sigemptyset(&unblocked);
  for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++) {
    signal(deadly[i], SIG_DFL);
    sigaddset(&unblocked, deadly[i]);
  }
  // All signals are blocked when the child starts.
  sigprocmask(SIG_UNBLOCK, &unblocked, NULL);
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
}

static void close_range_of(unsigned first, unsigned last)
{
#ifdef SYS_close_range
  if (first <= last)
    syscall(SYS_close_range, first, last, 0);
#else
  (void)first, (void)last;
#endif
}

// Connections of the program would else stay open for the other side until the dump is written.
static void close_others(int kept_a, int kept_b)
{
  unsigned low = (unsigned)(kept_a < kept_b ? kept_a : kept_b), high = (unsigned)(kept_a < kept_b ? kept_b : kept_a);
  if (low > 0)
    close_range_of(0, low - 1);
  close_range_of(low + 1, high - 1);
  close_range_of(high + 1, UINT_MAX);
}

static void step_back(void)
{
  int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd >= 0) {
    (void)!write(fd, "1000", 4);
    close(fd);
  }
  (void)!nice(10);
}

static _Noreturn void be_child(void (*run)(void *context, int channel), void *context, int kept_fd, int channel)
{
  reset_signals();
  rgpy_child_keep_alive();
  close_others(kept_fd, channel);
  step_back();
  rg_memory_isolate();
  run(context, channel);
  // Not exit(): the handlers there belong to the program.
  for (;;)
    syscall(SYS_exit_group, 0);
}

/* --- in the parent ------------------------------------------------------------------------------------------------ */

// Some sandboxes know only the clone of fork(), with its signal.
static pid_t clone_process(void)
{
  pid_t pid = (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
  if (pid < 0 && (errno == EPERM || errno == ENOSYS || errno == EINVAL))
    pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  return pid;
}

// For the moment of the clone signals are blocked, so that no handler runs in the child.
static pid_t clone_quietly(void)
{
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  pid_t pid = clone_process();
  int reason = errno;
  if (pid)
    pthread_sigmask(SIG_SETMASK, &old, NULL);
  errno = reason;
  return pid;
}

bool rgpy_child_start(void (*run)(void *context, int channel), void *context, int kept_fd, struct rgpy_child *ret)
{
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
    return false;
  pid_t pid = clone_quietly();
  if (pid == 0) {
    close(pair[0]);
    be_child(run, context, kept_fd, pair[1]);
  }
  int reason = errno;
  close(pair[1]);
  if (pid < 0)
    close(pair[0]);
  errno = reason;
  *ret = (struct rgpy_child){pid, pair[0]};
  return pid > 0;
}

int rgpy_child_end(struct rgpy_child *child, bool is_killed)
{
  int status;
  pid_t waited;
  close(child->channel);
  if (is_killed)
    kill(child->pid, SIGKILL);
  do
    waited = waitpid(child->pid, &status, __WALL);
  while (waited < 0 && errno == EINTR);
  return waited == child->pid ? status : -1;
}
