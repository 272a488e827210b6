/* A child process with its three pipes, started and ended without touching anything of the host's: no signal handler,
 * no signal mask, no working directory, no descriptor that could be inherited.
 *
 * The child gets its own process group, default signals, none of them blocked, a minimal environment, and on 0 a
 * socket, on 1 and 2 pipes. It can tell the end of its parent by the hang-up of the socket. */
#ifndef RGI_RENDER_CHILD_H
#define RGI_RENDER_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include <refgraph/error.h>

enum rgi_child_end { RGI_CHILD_IN, RGI_CHILD_OUT, RGI_CHILD_ERR };

struct rgi_child {
  pid_t pid;
  int fds[3]; /* our ends, by enum rgi_child_end; -1 once closed */
};

/* How a child ended. A host that reaps all its children, or ignores SIGCHLD, takes the status away. */
struct rgi_child_status {
  bool is_known;
  int status; /* as of waitpid */
};

rg_error *rgi_child_start(const char *path, struct rgi_child *ret);
void rgi_child_close(struct rgi_child *child, enum rgi_child_end end);
/* Closes the pipes, lets the child end by itself for up to `grace_ms`, then kills its process group. Leaves no
 * zombie. */
struct rgi_child_status rgi_child_end(struct rgi_child *child, unsigned grace_ms);

#endif
