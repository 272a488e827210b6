#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "dump_job.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "allocations.h"
#include "collected.h"

#define POLL_MS 100
#define REFUSAL_SIZE 200

/* --- one at a time ------------------------------------------------------------------------------------------------ */

// Whose turn it is; 0: nobody's. A process that was forked from that one has none of its threads, and so no dump. Not a
// lock: a thread that is not there after a fork may have had it. Turns are taken with the GIL, and ended without.
static _Atomic pid_t busy;
static char busy_name[4096];

static rg_error *take_turn(struct rgpy_job *job)
{
  if (busy == job->pid)
    return rg_error_create(RG_ERROR_BUSY, "a dump to '%s' is under way: one at a time", busy_name);
  snprintf(busy_name, sizeof(busy_name), "%s", job->name);
  busy = job->pid;
  job->has_turn = true;
  return NULL;
}

static void end_turn(const struct rgpy_job *job)
{
  if (job->has_turn)
    busy = 0;
}

/* --- jobs --------------------------------------------------------------------------------------------------------- */

struct rgpy_job *rgpy_job_new(const char *name)
{
  struct rgpy_job *job = calloc(1, sizeof(*job));
  char *copied = strdup(name);
  if (!job || !copied) {
    free(job);
    free(copied);
    return NULL;
  }
  pthread_mutex_init(&job->lock, NULL);
  pthread_cond_init(&job->ended, NULL);
  job->num_holders = 1;
  job->pid = getpid();
  job->name = copied;
  job->snapshot.fd = job->own_fd = -1;
  return job;
}

static void job_free(struct rgpy_job *job)
{
  pthread_mutex_destroy(&job->lock);
  pthread_cond_destroy(&job->ended);
  rg_error_destroy(job->error);
  for (size_t i = 0; i < job->num_losses; i++)
    free(job->losses[i].what);
  free(job->losses);
  free(job->name);
  free(job);
}

// In a process that was forked nobody may be left who would give the lock back, and nobody else knows of the job.
static void lock(struct rgpy_job *job)
{
  if (job->pid == getpid())
    pthread_mutex_lock(&job->lock);
}

static void unlock(struct rgpy_job *job)
{
  if (job->pid == getpid())
    pthread_mutex_unlock(&job->lock);
}

void rgpy_job_let_go(struct rgpy_job *job)
{
  lock(job);
  bool is_last = --job->num_holders == 0;
  unlock(job);
  if (is_last)
    job_free(job);
}

static rg_error *add_loss(struct rgpy_job *job, const char *what, unsigned long long num)
{
  char *copied = strdup(what);
  size_t needed = (job->num_losses + 1) * sizeof(*job->losses);
  struct rgpy_job_loss *losses = copied ? realloc(job->losses, needed) : NULL;
  if (!losses) {
    free(copied);
    return rgpy_out_of_memory();
  }
  job->losses = losses;
  job->losses[job->num_losses++] = (struct rgpy_job_loss){copied, num};
  return NULL;
}

static int job_report(struct rgpy_job *job, const char *phase, unsigned long long done, unsigned long long total)
{
  return job->stream ? rgpy_stream_progress(job->stream, phase, done, total) : 0;
}

/* --- listening to a child ----------------------------------------------------------------------------------------- */

// Only a caller who waits is asked: there the GIL can be had.
static void answer(struct rgpy_job *job, const struct rgpy_message *question)
{
  rgpy_stream_end(job->stream);
  rgpy_snapshot_answer(&job->child, question);
  rgpy_stream_begin(job->stream);
}

// What the child said last, again while it says nothing: the caller is to be asked whether to go on.
static rg_error *report_of_child(struct rgpy_job *job)
{
  const struct rgpy_job_progress *progress = &job->progress;
  return job_report(job, progress->phase, progress->done, progress->total)
             ? rg_error_create(RG_ERROR_INTERRUPTED, "interrupted while the heap was dumped")
             : NULL;
}

static rg_error *take_message(struct rgpy_job *job, const struct rgpy_message *message, bool *is_done_ret)
{
  const unsigned long long *numbers = message->numbers;
  switch (message->kind) {
  case RGPY_MESSAGE_PROGRESS:
    job->progress.done = numbers[0];
    job->progress.total = numbers[1];
    snprintf(job->progress.phase, sizeof(job->progress.phase), "%.*s", RGPY_PHASE_MAX, message->data);
    return report_of_child(job);
  case RGPY_MESSAGE_QUESTION:
    answer(job, message);
    return NULL;
  case RGPY_MESSAGE_ANSWER:
    return NULL;
  case RGPY_MESSAGE_LOSS:
    return add_loss(job, message->data, numbers[0]);
  case RGPY_MESSAGE_DONE:
    job->num_objects = numbers[0];
    job->num_bytes = numbers[1];
    *is_done_ret = true;
    return NULL;
  case RGPY_MESSAGE_ERROR:
    return rg_error_create((rg_error_code)numbers[0], "%s", message->data);
  }
  return NULL;
}

// Until the child is done, says what went wrong, or is gone.
static rg_error *listen_to_child(struct rgpy_job *job, bool *is_done_ret)
{
  struct rgpy_message message;
  job->progress = (struct rgpy_job_progress){.phase = "reading the heap"};
  for (;;) {
    switch (rgpy_snapshot_receive(&job->child, POLL_MS, &message)) {
    case RGPY_RECEIPT_MESSAGE:
      RGPY_TRY(take_message(job, &message, is_done_ret));
      break;
    case RGPY_RECEIPT_NOTHING:
      RGPY_TRY(report_of_child(job));
      break;
    case RGPY_RECEIPT_END:
      return NULL;
    }
  }
}

static rg_error *died(const struct rgpy_job *job, int status)
{
  if (status != -1 && WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
    return rg_error_create(RG_ERROR_SYSTEM, "the process forked to dump to '%s' did nothing for %d seconds", job->name,
                           RGPY_CHILD_PATIENCE);
  if (status != -1 && WIFSIGNALED(status))
    return rg_error_create(RG_ERROR_SYSTEM, "the process forked to dump to '%s' was killed by signal %d (%s)",
                           job->name, WTERMSIG(status), strsignal(WTERMSIG(status)));
  return rg_error_create(RG_ERROR_SYSTEM, "the process forked to dump to '%s' is gone", job->name);
}

static rg_error *follow_child(struct rgpy_job *job)
{
  bool is_done = false;
  rg_error *error = listen_to_child(job, &is_done);
  int status = rgpy_child_end(&job->child, error != NULL);
  return error || is_done ? error : died(job, status);
}

/* --- writing what was captured here ------------------------------------------------------------------------------- */

static int report_writing(void *context, const char *phase, unsigned long long done, unsigned long long total)
{
  return job_report(context, phase, done, total);
}

static rg_writer writer_of(const struct rgpy_job *job)
{
  if (job->snapshot.file)
    return rg_file_writer(job->snapshot.file);
  if (job->snapshot.fd < 0)
    return rgpy_stream_writer(job->stream);
  return job->stream ? rgpy_stream_fd_writer(job->stream) : rg_fd_writer(job->snapshot.fd);
}

static rg_error *write_graph(struct rgpy_job *job)
{
  struct rgpy_counter counter = {.writer = writer_of(job)};
  rg_dump_write_options options = RG_DUMP_WRITE_OPTIONS_INIT;
  options.with_values = job->snapshot.with_values;
  options.is_uncompressed = job->snapshot.is_uncompressed;
  options.progress = report_writing;
  options.progress_context = job;
  rg_writer writer = rgpy_counter_writer(&counter);
  RGPY_TRY(rg_dump_write(job->graph, &options, &writer));
  if (job->snapshot.file)
    RGPY_TRY(rg_file_commit(job->snapshot.file));
  job->num_objects = rg_graph_num_nodes(job->graph) - 1;
  job->num_bytes = counter.num_bytes;
  for (size_t i = 0; i < rg_graph_num_losses(job->graph); i++)
    RGPY_TRY(add_loss(job, rg_graph_loss(job->graph, i).what, rg_graph_loss(job->graph, i).num));
  return NULL;
}

/* --- doing a job -------------------------------------------------------------------------------------------------- */

// Whatever becomes of it, nothing of it is left afterwards.
static void job_end(struct rgpy_job *job, rg_error *error)
{
  rg_file_destroy(job->snapshot.file);
  job->snapshot.file = NULL;
  rg_graph_destroy(job->graph);
  job->graph = NULL;
  if (job->own_fd >= 0)
    close(job->own_fd);
  end_turn(job);
  pthread_mutex_lock(&job->lock);
  job->error = error;
  job->is_ended = true;
  pthread_cond_broadcast(&job->ended);
  pthread_mutex_unlock(&job->lock);
}

static void job_do(struct rgpy_job *job)
{
  job_end(job, job->graph ? write_graph(job) : follow_child(job));
}

static void *do_in_thread(void *job)
{
  job_do(job);
  rgpy_job_let_go(job);
  return NULL;
}

static void give_up(struct rgpy_job *job)
{
  if (job->child.pid)
    rgpy_child_end(&job->child, true);
  job_end(job, NULL);
}

// The thread takes no signal that is meant for the program.
static rg_error *start_thread(struct rgpy_job *job)
{
  pthread_t thread;
  pthread_attr_t attributes;
  sigset_t all, old;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  sigfillset(&all);
  job->num_holders++;
  pthread_sigmask(SIG_SETMASK, &all, &old);
  int failed = pthread_create(&thread, &attributes, do_in_thread, job);
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  pthread_attr_destroy(&attributes);
  if (failed)
    job->num_holders--;
  return failed ? rg_error_create(RG_ERROR_SYSTEM, "cannot start a thread: %s", strerror(failed)) : NULL;
}

/* --- the call ----------------------------------------------------------------------------------------------------- */

static rg_error *open_target(struct rgpy_job *job, const struct rgpy_dump_call *call)
{
  rg_file_options options = RG_FILE_OPTIONS_INIT;
  options.is_private = options.is_synced = true;
  if (call->path)
    return rg_file_create(call->path, &options, &job->snapshot.file);
  // The caller may close its own while a thread still writes.
  job->own_fd = call->fd < 0 ? -1 : dup(call->fd);
  job->snapshot.fd = job->own_fd;
  if (call->fd >= 0 && job->own_fd < 0)
    return rg_error_create(RG_ERROR_SYSTEM, "cannot write: %s", strerror(errno));
  return NULL;
}

static uint64_t resident_bytes(void)
{
  unsigned long long pages = 0;
  FILE *file = fopen("/proc/self/statm", "re");
  if (file && fscanf(file, "%*u %llu", &pages) != 1)
    pages = 0;
  if (file)
    fclose(file);
  return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

// A capture takes about as much as the objects themselves, and what the program changes meanwhile is there twice.
static bool is_memory_short(void)
{
  uint64_t available = rg_memory_available(), resident = resident_bytes();
  return available && available < resident + resident * 3 / 10;
}

// NULL: nothing is in the way. In a child no Python object may be made, as the documented way to enumerate them does.
static const char *find_obstacle(void)
{
  if (!rgpy_collected_has_lists())
    return "the collector's lists were not found in this interpreter";
  return is_memory_short() ? "memory is short" : NULL;
}

// Says in `refusal_ret` why nothing was forked; it is empty otherwise.
static rg_error *try_fork(struct rgpy_job *job, const struct rgpy_dump_call *call, char refusal_ret[REFUSAL_SIZE])
{
  const char *reason = find_obstacle();
  refusal_ret[0] = '\0';
  if (!reason) {
    rgpy_capture_prepare();
    job->snapshot.pid = getpid();
    job->snapshot.begin_ns = rgpy_clock_ns(CLOCK_MONOTONIC);
    bool is_started = rgpy_snapshot_start(&job->snapshot, &job->child);
    reason = strerror(errno);
    job->pause_ns = rgpy_clock_ns(CLOCK_MONOTONIC) - job->snapshot.begin_ns;
    if (is_started)
      return NULL;
    job->child.pid = 0;
  }
  if (call->mode == RGPY_MODE_FORK)
    return rg_error_create(RG_ERROR_SYSTEM, "cannot dump in mode 'fork': %s", reason);
  snprintf(refusal_ret, REFUSAL_SIZE, "fork: %s; the process stood still while it was read", reason);
  return NULL;
}

static rg_error *capture_here(struct rgpy_job *job, const char *refusal)
{
  const rg_loss loss = {refusal, 0};
  rg_capture_options options = RG_CAPTURE_OPTIONS_INIT;
  options.is_redacted = !job->snapshot.with_values;
  options.losses = &loss;
  options.num_losses = *refusal != '\0';
  uint64_t begin_ns = rgpy_clock_ns(CLOCK_MONOTONIC);
  RGPY_TRY(rgpy_capture_graph(&options, NULL, &job->graph));
  job->pause_ns = rgpy_clock_ns(CLOCK_MONOTONIC) - begin_ns;
  return NULL;
}

static rg_error *begin_job(struct rgpy_job *job, const struct rgpy_dump_call *call)
{
  char refusal[REFUSAL_SIZE] = "";
  RGPY_TRY(take_turn(job));
  RGPY_TRY(open_target(job, call));
  job->snapshot.with_values = call->with_values;
  job->snapshot.is_uncompressed = !call->is_compressed;
  job->snapshot.is_waited_for = call->is_waited_for;
  job->snapshot.is_traced = rgpy_is_tracing();
  bool is_forkable = call->path || call->fd >= 0;
  if (call->mode != RGPY_MODE_GIL && is_forkable)
    RGPY_TRY(try_fork(job, call, refusal));
  return job->child.pid ? NULL : capture_here(job, refusal);
}

// Does the job while the caller waits, who hears of the progress.
static rg_error *do_now(struct rgpy_job *job, struct rgpy_stream *stream)
{
  job->stream = stream;
  stream->fd = job->snapshot.fd;
  rgpy_stream_begin(stream);
  job_do(job);
  rgpy_stream_end(stream);
  job->stream = NULL;
  rg_error *error = job->error;
  job->error = NULL;
  return error;
}

rg_error *rgpy_job_start(struct rgpy_job *job, const struct rgpy_dump_call *call, PyObject *progress)
{
  struct rgpy_stream stream = {.method = call->method, .progress = progress};
  rg_error *error = begin_job(job, call);
  if (!error && call->is_waited_for)
    return do_now(job, &stream);
  if (!error)
    error = start_thread(job);
  if (error)
    give_up(job);
  return error;
}

/* --- its end ------------------------------------------------------------------------------------------------------ */

bool rgpy_job_is_ended(struct rgpy_job *job)
{
  lock(job);
  bool result = job->is_ended;
  unlock(job);
  return result;
}

void rgpy_job_wait(struct rgpy_job *job, double seconds)
{
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += (long)(seconds * 1e9);
  until.tv_sec += until.tv_nsec / 1000000000;
  until.tv_nsec %= 1000000000;
  pthread_mutex_lock(&job->lock);
  if (!job->is_ended)
    pthread_cond_timedwait(&job->ended, &job->lock, &until);
  pthread_mutex_unlock(&job->lock);
}
