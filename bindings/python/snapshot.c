#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "snapshot.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture.h"

static rg_error *write_counted(void *context, const void *data, size_t size)
{
  struct rgpy_counter *counter = context;
  counter->num_bytes += size;
  return counter->writer.write(counter->writer.context, data, size);
}

rg_writer rgpy_counter_writer(struct rgpy_counter *counter)
{
  return (rg_writer){write_counted, counter};
}

/* --- in the child ------------------------------------------------------------------------------------------------- */

struct work {
  const struct rgpy_snapshot *snapshot;
  int channel;
  struct rgpy_counter counter;
  uint64_t pause_ns;
};

// False once nobody listens any more.
static bool say(const struct work *work, enum rgpy_message_kind kind, const char *text, unsigned long long first,
                unsigned long long second, unsigned long long third)
{
  struct rgpy_message message = {.kind = kind, .numbers = {first, second, third}};
  rgpy_child_keep_alive();
  snprintf(message.text, sizeof(message.text), "%s", text);
  size_t size = offsetof(struct rgpy_message, text) + strlen(message.text) + 1;
  ssize_t sent;
  do
    sent = send(work->channel, &message, size, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent == (ssize_t)size;
}

static int report(void *context, const char *phase, unsigned long long done, unsigned long long total)
{
  return !say(context, RGPY_MESSAGE_PROGRESS, phase, done, total, 0);
}

static rg_error *capture(const struct work *work, rg_graph **ret)
{
  rg_capture_options options = RG_CAPTURE_OPTIONS_INIT;
  options.is_isolated = true;
  options.is_redacted = !work->snapshot->with_values;
  options.pid = (uint64_t)work->snapshot->pid;
  options.pause_ns = work->pause_ns;
  return rgpy_capture_graph(&options, ret);
}

static rg_error *write_graph(struct work *work, const rg_graph *graph)
{
  const struct rgpy_snapshot *snapshot = work->snapshot;
  rg_dump_write_options options = RG_DUMP_WRITE_OPTIONS_INIT;
  options.with_values = snapshot->with_values;
  options.is_uncompressed = snapshot->is_uncompressed;
  options.progress = report;
  options.progress_context = work;
  work->counter.writer = snapshot->file ? rg_file_writer(snapshot->file) : rg_fd_writer(snapshot->fd);
  rg_writer writer = rgpy_counter_writer(&work->counter);
  RGPY_TRY(rg_dump_write(graph, &options, &writer));
  return snapshot->file ? rg_file_commit(snapshot->file) : NULL;
}

static rg_error *make_dump(struct work *work)
{
  rg_graph *graph = NULL;
  if (report(work, "reading the heap", 0, 0))
    return rg_error_create(RG_ERROR_INTERRUPTED, "nobody waits for the dump");
  RGPY_TRY(capture(work, &graph));
  RGPY_TRY(write_graph(work, graph));
  for (size_t i = 0; i < rg_graph_num_losses(graph); i++)
    say(work, RGPY_MESSAGE_LOSS, rg_graph_loss(graph, i).what, rg_graph_loss(graph, i).num, 0, 0);
  say(work, RGPY_MESSAGE_DONE, "", rg_graph_num_nodes(graph) - 1, work->counter.num_bytes, work->pause_ns);
  return NULL;
}

static void run(void *context, int channel)
{
  const struct rgpy_snapshot *snapshot = context;
  struct work work = {.snapshot = snapshot, .channel = channel, .pause_ns = rgpy_clock_ns(CLOCK_MONOTONIC) - snapshot->begin_ns};
  rg_error *error = make_dump(&work);
  if (!error)
    return;
  say(&work, RGPY_MESSAGE_ERROR, error->message, error->code, 0, 0);
  // What is not whole does not stay; the parent may be gone.
  rg_file_destroy(snapshot->file);
}

/* --- in the parent ------------------------------------------------------------------------------------------------ */

bool rgpy_snapshot_start(const struct rgpy_snapshot *snapshot, struct rgpy_child *ret)
{
  int fd = snapshot->file ? rg_file_descriptor(snapshot->file) : snapshot->fd;
  return rgpy_child_start(run, (void *)(uintptr_t)snapshot, fd, ret);
}

enum rgpy_receipt rgpy_snapshot_receive(const struct rgpy_child *child, int timeout_ms, struct rgpy_message *ret)
{
  struct pollfd polled = {child->channel, POLLIN, 0};
  int num_ready = poll(&polled, 1, timeout_ms);
  if (num_ready == 0 || (num_ready < 0 && errno == EINTR))
    return RGPY_RECEIPT_NOTHING;
  ssize_t size = recv(child->channel, ret, sizeof(*ret), 0);
  if (size < 0 && errno == EINTR)
    return RGPY_RECEIPT_NOTHING;
  return size > (ssize_t)offsetof(struct rgpy_message, text) ? RGPY_RECEIPT_MESSAGE : RGPY_RECEIPT_END;
}
