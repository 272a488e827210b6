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

#include "allocations.h"

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

static size_t size_of(const struct rgpy_message *message)
{
  return offsetof(struct rgpy_message, data) + message->size;
}

// False once nobody listens any more.
static bool send_message(int channel, const struct rgpy_message *message)
{
  ssize_t sent;
  do
    sent = send(channel, message, size_of(message), MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent == (ssize_t)size_of(message);
}

static bool receive_message(int channel, struct rgpy_message *ret)
{
  ssize_t size;
  do
    size = recv(channel, ret, sizeof(*ret), 0);
  while (size < 0 && errno == EINTR);
  return size >= (ssize_t)offsetof(struct rgpy_message, data) && size == (ssize_t)size_of(ret);
}

/* --- in the child ------------------------------------------------------------------------------------------------- */

struct work {
  const struct rgpy_snapshot *snapshot;
  int channel;
  struct rgpy_counter counter;
  uint64_t pause_ns;
  struct rgpy_message message; // the one at hand
};

static bool say(struct work *work, enum rgpy_message_kind kind, const char *text, unsigned long long first,
                unsigned long long second)
{
  struct rgpy_message *message = &work->message;
  rgpy_child_keep_alive();
  message->kind = kind;
  message->numbers[0] = first;
  message->numbers[1] = second;
  snprintf(message->data, sizeof(message->data), "%s", text);
  message->size = (uint32_t)strlen(message->data) + 1;
  return send_message(work->channel, message);
}

static int report(void *context, const char *phase, unsigned long long done, unsigned long long total)
{
  return !say(context, RGPY_MESSAGE_PROGRESS, phase, done, total);
}

static rg_error *note_answers(const struct rgpy_message *message, rg_builder *builder, const struct rgpy_block *blocks)
{
  const char *at = message->data;
  for (unsigned long long i = 0; i < message->numbers[0]; i++) {
    struct rgpy_place place;
    char file[RG_STRING_MAX + 1] = "";
    memcpy(&place, at, sizeof(place));
    memcpy(file, at + sizeof(place), place.size);
    at += sizeof(place) + place.size;
    if (place.size)
      RGPY_TRY(rg_builder_set_allocation(builder, blocks[i].node, &(rg_allocation){file, place.line}));
  }
  return NULL;
}

// Asks for as many as a message holds, until all are answered.
static rg_error *locate_by_parent(void *context, rg_builder *builder, const struct rgpy_block *blocks, size_t num)
{
  struct work *work = context;
  struct rgpy_message *message = &work->message;
  const size_t most = RGPY_MESSAGE_DATA_MAX / sizeof(*blocks);
  while (num) {
    size_t num_asked = num < most ? num : most;
    rgpy_child_keep_alive();
    message->kind = RGPY_MESSAGE_QUESTION;
    message->numbers[0] = num_asked;
    message->size = (uint32_t)(num_asked * sizeof(*blocks));
    memcpy(message->data, blocks, message->size);
    if (!send_message(work->channel, message) || !receive_message(work->channel, message))
      return rg_error_create(RG_ERROR_INTERRUPTED, "nobody waits for the dump");
    RGPY_TRY(note_answers(message, builder, blocks));
    blocks += message->numbers[0];
    num -= message->numbers[0];
  }
  return NULL;
}

static rg_error *lose_places(void *context, rg_builder *builder, const struct rgpy_block *blocks, size_t num)
{
  (void)context, (void)blocks;
  return rg_builder_add_loss(builder, &(rg_loss){"allocation sites: nobody waited for the dump", num});
}

static rg_error *capture(struct work *work, rg_graph **ret)
{
  const struct rgpy_snapshot *snapshot = work->snapshot;
  rg_capture_options options = RG_CAPTURE_OPTIONS_INIT;
  options.is_isolated = true;
  options.is_redacted = !snapshot->with_values;
  options.pid = (uint64_t)snapshot->pid;
  options.pause_ns = work->pause_ns;
  rgpy_locate locate = snapshot->is_waited_for ? locate_by_parent : lose_places;
  return rgpy_capture_located(&options, NULL, snapshot->is_traced ? locate : NULL, work, ret);
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
    say(work, RGPY_MESSAGE_LOSS, rg_graph_loss(graph, i).what, rg_graph_loss(graph, i).num, 0);
  say(work, RGPY_MESSAGE_DONE, "", rg_graph_num_nodes(graph) - 1, work->counter.num_bytes);
  return NULL;
}

static void run(void *context, int channel)
{
  const struct rgpy_snapshot *snapshot = context;
  uint64_t pause_ns = rgpy_clock_ns(CLOCK_MONOTONIC) - snapshot->begin_ns;
  struct work work = {.snapshot = snapshot, .channel = channel, .pause_ns = pause_ns};
  rg_error *error = make_dump(&work);
  if (!error)
    return;
  say(&work, RGPY_MESSAGE_ERROR, error->message, error->code, 0);
  // What is not whole does not stay; the parent may be gone.
  rg_file_destroy(snapshot->file);
}

/* --- in the parent ------------------------------------------------------------------------------------------------ */

bool rgpy_snapshot_start(const struct rgpy_snapshot *snapshot, struct rgpy_child *ret)
{
  int fd = snapshot->file ? rg_file_descriptor(snapshot->file) : snapshot->fd;
  return rgpy_child_start(run, (void *)(uintptr_t)snapshot, fd, ret);
}

void rgpy_snapshot_answer(const struct rgpy_child *child, const struct rgpy_message *question)
{
  const struct rgpy_block *blocks = (const struct rgpy_block *)question->data;
  struct rgpy_message answer = {.kind = RGPY_MESSAGE_ANSWER};
  struct rgpy_allocation found;
  int was_enabled = PyGC_Disable();
  while (answer.numbers[0] < question->numbers[0] &&
         answer.size + sizeof(struct rgpy_place) + RG_STRING_MAX <= sizeof(answer.data)) {
    bool is_found = rgpy_find_allocation(&blocks[answer.numbers[0]++], &found);
    struct rgpy_place place = {is_found ? found.line : 0, is_found ? (uint32_t)strlen(found.file) : 0};
    memcpy(answer.data + answer.size, &place, sizeof(place));
    memcpy(answer.data + answer.size + sizeof(place), found.file, place.size);
    answer.size += (uint32_t)sizeof(place) + place.size;
  }
  if (was_enabled)
    PyGC_Enable();
  send_message(child->channel, &answer);
}

enum rgpy_receipt rgpy_snapshot_receive(const struct rgpy_child *child, int timeout_ms, struct rgpy_message *ret)
{
  struct pollfd polled = {child->channel, POLLIN, 0};
  int num_ready = poll(&polled, 1, timeout_ms);
  if (num_ready == 0 || (num_ready < 0 && errno == EINTR))
    return RGPY_RECEIPT_NOTHING;
  return receive_message(child->channel, ret) ? RGPY_RECEIPT_MESSAGE : RGPY_RECEIPT_END;
}
