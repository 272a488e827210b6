/* refgraph-render: takes one request on its standard input, writes one reply to its standard output, and ends.
 *
 * It is started by librefgraph, so that Graphviz, which may exit, crash or never come back, does so in a process of
 * its own. The first thread reads, limits the process and then only watches for the end of the parent; the second one
 * draws, on a stack for graphs that are deep, and ends the process. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../base/alloc.h"
#include "../render/reply.h"
#include "draw.h"

// Graphviz walks deep graphs by recursion: a chain of 20,000 boxes needs 8 MB.
#define STACK_SIZE ((uint64_t)256 << 20)
#define LEAST_STACK_SIZE ((uint64_t)1 << 20)
// Only fontconfig writes files, its caches.
#define MAX_FILE_SIZE ((uint64_t)64 << 20)

/* --- input and output ------------------------------------------------------------------------------------------- */

static bool read_all(char *data, size_t size)
{
  while (size) {
    ssize_t num = read(STDIN_FILENO, data, size);
    if (num == 0 || (num < 0 && errno != EINTR))
      return false;
    if (num > 0) {
      data += num;
      size -= (size_t)num;
    }
  }
  return true;
}

static bool write_all(const char *data, size_t size)
{
  while (size) {
    ssize_t num = write(STDOUT_FILENO, data, size);
    if (num < 0 && errno != EINTR)
      return false;
    if (num > 0) {
      data += num;
      size -= (size_t)num;
    }
  }
  return true;
}

// The only way out: nothing that was allocated is freed, no handler of a library runs.
__attribute__((noreturn)) static void finish(const struct rgi_text *reply)
{
  bool is_written = !reply->is_failed && write_all(reply->data, reply->size);
  _exit(is_written ? 0 : 1);
}

__attribute__((noreturn)) static void fail(const rg_error *error)
{
  struct rgi_text reply = RGI_TEXT_INIT;
  rgi_reply_add_error(&reply, error);
  finish(&reply);
}

__attribute__((noreturn)) static void succeed(const struct rgi_text *picture)
{
  struct rgi_text reply = RGI_TEXT_INIT;
  if (picture->size > RGI_REPLY_SIZE_MAX)
    fail(rg_error_create(RG_ERROR_LIMIT, "the picture would take %zu MB: draw fewer objects", picture->size >> 20));
  rgi_reply_add(&reply, picture->data, picture->size);
  finish(&reply);
}

static rg_error *read_request(struct rgi_request *ret)
{
  char header[RGI_REQUEST_HEADER_SIZE];
  uint64_t size;
  if (!read_all(header, sizeof(header)))
    return rg_error_create(RG_ERROR_RENDERER, "no request came");
  RGI_TRY(rgi_request_decode_header(header, &size));
  // The request points into it for the rest of the process.
  char *body = rgi_alloc(size, 1);
  if (!body)
    return rgi_out_of_memory();
  if (!read_all(body, size))
    return rg_error_create(RG_ERROR_RENDERER, "the request ended early");
  return rgi_request_decode(body, size, ret);
}

/* --- limits ----------------------------------------------------------------------------------------------------- */

static void limit(__rlimit_resource_t resource, uint64_t value)
{
  struct rlimit limits;
  if (getrlimit(resource, &limits))
    return;
  limits.rlim_cur = value < limits.rlim_max ? value : limits.rlim_max;
  limits.rlim_max = limits.rlim_cur;
  setrlimit(resource, &limits);
}

static void limit_process(const struct rgi_request_settings *settings)
{
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, MAX_FILE_SIZE);
  // Beyond the deadline, for a parent that was stopped: it would have ended us before.
  limit(RLIMIT_CPU, settings->deadline_ms / 1000 + 2);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // which reserve terabytes
  if (settings->memory_limit)
    limit(RLIMIT_AS, settings->memory_limit);
#endif
}

// The host's descriptors, if the library could not close them.
static void close_strangers(void)
{
#ifdef SYS_close_range
  syscall(SYS_close_range, STDERR_FILENO + 1, ~0u, 0);
#endif
}

/* --- threads ---------------------------------------------------------------------------------------------------- */

static void *draw(void *request)
{
  struct rgi_text picture = RGI_TEXT_INIT;
  rg_error *error = rgi_draw(request, &picture);
  if (error)
    fail(error);
  succeed(&picture);
}

static uint64_t stack_size(uint64_t memory_limit)
{
  uint64_t size = memory_limit && memory_limit / 4 < STACK_SIZE ? memory_limit / 4 : STACK_SIZE;
  return size > LEAST_STACK_SIZE ? size & ~(uint64_t)0xffff : LEAST_STACK_SIZE;
}

static bool start_drawing(struct rgi_request *request)
{
  pthread_t thread;
  pthread_attr_t attributes;
  return !pthread_attr_init(&attributes) &&
         !pthread_attr_setstacksize(&attributes, stack_size(request->settings.memory_limit)) &&
         !pthread_create(&thread, &attributes, draw, request);
}

// The parent keeps its end of our standard input open until it has what it wants.
static void wait_for_end_of_parent(void)
{
  struct pollfd parent = {STDIN_FILENO, 0, 0};
  while (poll(&parent, 1, -1) <= 0) {
  }
}

int main(int argc, char **argv)
{
  (void)argv;
  if (argc > 1 || isatty(STDIN_FILENO)) {
    puts("refgraph-render " RG_VERSION ": draws for librefgraph, which starts it; not to be run by hand");
    return argc > 1 ? 0 : 2;
  }
  close_strangers();
  // One arena: a second one would reserve 64 MB of the address space that is limited here.
  mallopt(M_ARENA_MAX, 1);
  static struct rgi_request request;
  rg_error *error = read_request(&request);
  if (error)
    fail(error);
  limit_process(&request.settings);
  if (!start_drawing(&request))
    fail(rgi_out_of_memory());
  wait_for_end_of_parent();
  _exit(1);
}
