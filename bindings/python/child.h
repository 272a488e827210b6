/* A child of this process that runs a function of ours over the memory as it is now, and ends: the machinery of
 * fork(2), without what fork() of the C library does beyond.
 *
 * The child has one thread, which holds whatever locks the others held. It may read memory and call the system; it may
 * not call malloc, lock anything, allocate or count references to Python objects. Its memory is its own
 * (rg_memory_isolate), its descriptors are closed but for those it needs, its signals are blocked or deadly, it is the
 * first to go when memory is short, and it ends itself when nothing moves for a while. Nobody is sent a SIGCHLD, and
 * nobody who waits for any child gets it: clone(2) without an exit signal, waited for with __WALL. */
#ifndef RGPY_CHILD_H
#define RGPY_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct rgpy_child {
  pid_t pid;
  int channel; /* a socket that keeps messages apart; it is at its end once the child is gone, or the parent for it */
};

/* Starts `run(context, channel)` in a child, which keeps its `kept_fd` and the channel open and ends with `run`. False
 * with errno where the system refuses. */
bool rgpy_child_start(void (*run)(void *context, int channel), void *context, int kept_fd, struct rgpy_child *ret);

/* In the child: something moved. It is ended where that was not said for RGPY_CHILD_PATIENCE seconds. */
void rgpy_child_keep_alive(void);
#define RGPY_CHILD_PATIENCE 300

/* Waits for its end, after killing it if `is_killed`. Its wait status; -1 where somebody else took that. */
int rgpy_child_end(struct rgpy_child *child, bool is_killed);

#endif
