#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "exchange.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/alloc.h"
#include "../base/clean.h"
#include "child.h"
#include "clock.h"
#include "reply.h"
#include "words.h"

#define PROGRESS_MS 100
#define CHUNK_SIZE 65536
// How long a renderer whose output ended may take to end itself, so that its exit status can be told.
#define GRACE_MS 1000
// A message is cut at 1024 bytes; this leaves room for what is said before the last words.
#define MAX_WORDS 640

struct state {
  const struct rgi_exchange *exchange;
  struct rgi_child child;
  size_t num_sent;
  uint64_t next_progress_ms;
  struct rgi_words words;
  struct rgi_text *received;
  struct rgi_reply reply;
  enum rgi_reply_state reply_state;
};

/* --- errors ----------------------------------------------------------------------------------------------------- */

static void print_end(struct rgi_child_status end, uint64_t memory_limit, struct rgi_text *text)
{
  if (!end.is_known)
    rgi_text_puts(text, "ended without a picture");
  else if (WIFSIGNALED(end.status))
    rgi_text_printf(text, "was killed by signal %d (%s)", WTERMSIG(end.status), strsignal(WTERMSIG(end.status)));
  else
    rgi_text_printf(text, "ended without a picture, exit status %d", WEXITSTATUS(end.status));
  if (memory_limit && end.is_known && WIFSIGNALED(end.status))
    rgi_text_printf(text, ", memory limit %llu MiB", (unsigned long long)(memory_limit >> 20));
}

// "the renderer '…' was killed by signal 11 (Segmentation fault), memory limit 2048 MiB: out of memory"
static rg_error *no_picture(const struct state *state, struct rgi_child_status end)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  if (state->reply_state == RGI_REPLY_JUNK)
    rgi_text_puts(&text, "sent what is no picture, it may belong to another version of refgraph");
  else
    print_end(end, state->exchange->memory_limit, &text);
  if (state->words.head_size)
    rgi_text_puts(&text, ": ");
  rgi_words_print(&state->words, MAX_WORDS, &text);
  RGI_TRY(rgi_text_error(&text));
  return rg_error_create(RG_ERROR_RENDERER, "the renderer '%s' %s", state->exchange->path, text.data);
}

// What the renderer itself gave as the reason, and what Graphviz said on the way.
static rg_error *replied_error(const struct state *state)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  rgi_text_add_clean(&text, state->reply.body, state->reply.size, MAX_WORDS);
  if (state->words.head_size)
    rgi_text_puts(&text, ": ");
  rgi_words_print(&state->words, MAX_WORDS, &text);
  RGI_TRY(rgi_text_error(&text));
  return rg_error_create(state->reply.code, "%s", text.data);
}

// A layout that takes too long may have said what is amiss.
static rg_error *out_of_time(const struct state *state)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  rgi_words_print(&state->words, MAX_WORDS, &text);
  RGI_TRY(rgi_text_error(&text));
  return rg_error_create(RG_ERROR_DEADLINE, "%s", rgi_text_string(&text));
}

/* --- the loop --------------------------------------------------------------------------------------------------- */

static void send_more(struct state *state)
{
  const struct rgi_text *request = state->exchange->request;
  ssize_t sent = send(state->child.fds[RGI_CHILD_IN], request->data + state->num_sent, request->size - state->num_sent,
                      MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent >= 0)
    state->num_sent += (size_t)sent;
  else if (errno != EAGAIN && errno != EINTR)
    rgi_child_close(&state->child, RGI_CHILD_IN); // It does not listen any more; how it ended says why.
}

// Reads once from a pipe that poll reported: this never blocks. Closes it at its end.
static size_t receive(struct state *state, enum rgi_child_end end, char *chunk)
{
  ssize_t size = read(state->child.fds[end], chunk, CHUNK_SIZE);
  if (size == 0 || (size < 0 && errno != EINTR && errno != EAGAIN))
    rgi_child_close(&state->child, end);
  return size > 0 ? (size_t)size : 0;
}

static rg_error *receive_picture(struct state *state, char *chunk)
{
  size_t size = receive(state, RGI_CHILD_OUT, chunk);
  rgi_text_add(state->received, chunk, size);
  RGI_TRY(rgi_text_error(state->received));
  state->reply_state = rgi_reply_read(state->received, &state->reply);
  uint64_t limit = state->exchange->memory_limit;
  if (limit && state->received->size > limit)
    state->reply_state = RGI_REPLY_JUNK;
  return NULL;
}

static void receive_words(struct state *state, char *chunk)
{
  size_t size = receive(state, RGI_CHILD_ERR, chunk);
  rgi_words_add(&state->words, chunk, size);
}

static rg_error *report_progress(struct state *state, uint64_t now_ms)
{
  const struct rgi_exchange *exchange = state->exchange;
  if (!exchange->progress || now_ms < state->next_progress_ms)
    return NULL;
  state->next_progress_ms = now_ms + PROGRESS_MS;
  if (exchange->progress(exchange->progress_context, "draw", now_ms - exchange->start_ms, 0))
    return rg_error_create(RG_ERROR_INTERRUPTED, "drawing was interrupted");
  return NULL;
}

// Milliseconds until the deadline or the next progress, whichever comes first.
static int time_left(const struct state *state, uint64_t now_ms)
{
  uint64_t until = state->exchange->deadline_ms;
  if (state->exchange->progress && state->next_progress_ms < until)
    until = state->next_progress_ms;
  uint64_t left = until > now_ms ? until - now_ms : 0;
  return left > INT32_MAX ? INT32_MAX : (int)left;
}

static rg_error *serve(struct state *state, const struct pollfd polled[3], char *chunk)
{
  if (polled[RGI_CHILD_IN].revents)
    send_more(state);
  if (polled[RGI_CHILD_ERR].revents)
    receive_words(state, chunk);
  if (polled[RGI_CHILD_OUT].revents)
    return receive_picture(state, chunk);
  return NULL;
}

static rg_error *step(struct state *state, char *chunk)
{
  uint64_t now_ms = rgi_clock_ms();
  RGI_TRY(report_progress(state, now_ms));
  if (now_ms >= state->exchange->deadline_ms)
    return out_of_time(state);
  // A descriptor of -1 is passed over. The socket is left alone, but open, once all is sent: its hang-up is what
  // tells the renderer that we are gone.
  const int *fds = state->child.fds;
  bool is_sent = state->num_sent == state->exchange->request->size;
  struct pollfd polled[3] = {{is_sent ? -1 : fds[RGI_CHILD_IN], POLLOUT, 0},
                             {fds[RGI_CHILD_OUT], POLLIN, 0},
                             {fds[RGI_CHILD_ERR], POLLIN, 0}};
  int num_ready = poll(polled, 3, time_left(state, now_ms));
  if (num_ready > 0)
    return serve(state, polled, chunk);
  if (num_ready < 0 && errno == EINTR)
    state->next_progress_ms = 0; // It may have been Ctrl-C: let the caller look at once.
  else if (num_ready < 0)
    return rg_error_create(RG_ERROR_SYSTEM, "cannot wait for the renderer: %s", strerror(errno));
  return NULL;
}

static bool is_open(const struct state *state)
{
  return state->child.fds[RGI_CHILD_OUT] >= 0 || state->child.fds[RGI_CHILD_ERR] >= 0;
}

static rg_error *talk(struct state *state)
{
  RGI_SCOPED_FREE char *chunk = rgi_alloc(CHUNK_SIZE, 1);
  if (!chunk)
    return rgi_out_of_memory();
  while (is_open(state) && state->reply_state == RGI_REPLY_PARTIAL)
    RGI_TRY(step(state, chunk));
  return NULL;
}

static rg_error *conclude(const struct state *state, struct rgi_child_status end, struct rgi_reply *reply_ret)
{
  switch (state->reply_state) {
  case RGI_REPLY_PICTURE:
    *reply_ret = state->reply;
    return NULL;
  case RGI_REPLY_ERROR:
    return replied_error(state);
  case RGI_REPLY_PARTIAL:
  case RGI_REPLY_JUNK:
    return no_picture(state, end);
  }
  return NULL;
}

rg_error *rgi_exchange_run(const struct rgi_exchange *exchange, struct rgi_text *received_ret,
                           struct rgi_reply *reply_ret, bool *is_lost_ret)
{
  *is_lost_ret = false;
  struct state state = {.exchange = exchange, .received = received_ret, .reply_state = RGI_REPLY_PARTIAL};
  RGI_TRY(rgi_child_start(exchange->path, &state.child));
  rg_error *error = talk(&state);
  bool is_done = !error && state.reply_state != RGI_REPLY_JUNK;
  struct rgi_child_status end = rgi_child_end(&state.child, is_done ? GRACE_MS : 0);
  bool is_too_large = state.reply_state == RGI_REPLY_ERROR && state.reply.code == RG_ERROR_LIMIT;
  *is_lost_ret = error ? error->code == RG_ERROR_DEADLINE : is_too_large || state.reply_state == RGI_REPLY_PARTIAL;
  return error ? error : conclude(&state, end, reply_ret);
}
