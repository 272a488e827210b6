/* A dump as a job: what is left to do once the heap was captured or a child was forked is to write the graph, or to
 * listen to the child. The caller does it itself, without the GIL, or a thread of ours, which never takes the GIL.
 * One job is done at a time. */
#ifndef RGPY_DUMP_JOB_H
#define RGPY_DUMP_JOB_H

#include <pthread.h>

#include "snapshot.h"
#include "streams.h"

enum rgpy_dump_mode { RGPY_MODE_AUTO, RGPY_MODE_FORK, RGPY_MODE_GIL };

struct rgpy_dump_call {
  const char *path; /* NULL: to a descriptor or method */
  int fd;           /* -1: none */
  PyObject *method; /* borrowed; None: none */
  enum rgpy_dump_mode mode;
  bool is_waited_for, with_values, is_compressed;
};

struct rgpy_job_loss {
  char *what;
  unsigned long long num;
};

#define RGPY_PHASE_MAX 31
struct rgpy_job_progress {
  char phase[RGPY_PHASE_MAX + 1];
  unsigned long long done, total;
};

struct rgpy_job {
  pthread_mutex_t lock;
  pthread_cond_t ended;
  int num_holders; /* the object, and the thread while it runs */
  bool has_turn, is_ended;
  pid_t pid; /* whose it is; one that was forked from it has no thread that would end it */

  char *name; /* for messages */
  struct rgpy_snapshot snapshot;
  int own_fd; /* to be closed, or -1 */
  struct rgpy_child child;
  struct rgpy_job_progress progress; /* of the child, as it said last */
  rg_graph *graph; /* what is to be written, where nothing was forked */
  struct rgpy_stream *stream; /* of a caller who waits; NULL in a thread */

  rg_error *error;
  unsigned long long num_objects, num_bytes, pause_ns;
  struct rgpy_job_loss *losses;
  size_t num_losses;
};

/* A job that has nothing to do yet, held once. NULL without memory. */
struct rgpy_job *rgpy_job_new(const char *name);
/* Whoever lets go last frees it. */
void rgpy_job_let_go(struct rgpy_job *job);

/* Captures or forks, and does the rest, or has it done. The GIL must be held. An error that comes later, while nobody
 * waits, stands in the job. */
rg_error *rgpy_job_start(struct rgpy_job *job, const struct rgpy_dump_call *call, PyObject *progress);

bool rgpy_job_is_ended(struct rgpy_job *job);
/* Waits for its end, at most so long. Without the GIL. */
void rgpy_job_wait(struct rgpy_job *job, double seconds);

#endif
