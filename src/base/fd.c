/* Readers and writers over descriptors and memory. */
#include <refgraph/io.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"

// A descriptor that does not block, as those of event loops do not, is waited for.
static bool wait_for(int fd, short events)
{
  struct pollfd polled = {fd, events, 0};
  return (errno == EAGAIN || errno == EWOULDBLOCK) && (poll(&polled, 1, -1) >= 0 || errno == EINTR);
}

static int fd_of(void *context)
{
  return (int)(intptr_t)context;
}

static rg_error *read_fd(void *context, void *data, size_t size, size_t *num_read_ret)
{
  ssize_t num_read;
  do
    num_read = read(fd_of(context), data, size);
  while (num_read < 0 && (errno == EINTR || wait_for(fd_of(context), POLLIN)));
  if (num_read < 0)
    return rg_error_create(RG_ERROR_SYSTEM, "cannot read: %s", strerror(errno));
  *num_read_ret = (size_t)num_read;
  return NULL;
}

static rg_error *write_fd(void *context, const void *data_, size_t size)
{
  const char *data = data_;
  while (size) {
    ssize_t written = write(fd_of(context), data, size);
    if (written < 0 && errno != EINTR && !wait_for(fd_of(context), POLLOUT))
      return rg_error_create(RG_ERROR_SYSTEM, "cannot write: %s", strerror(errno));
    if (written > 0) {
      data += written;
      size -= (size_t)written;
    }
  }
  return NULL;
}

static uint64_t bytes_left(int fd)
{
  off_t here = lseek(fd, 0, SEEK_CUR);
  off_t end = here < 0 ? -1 : lseek(fd, 0, SEEK_END);
  if (end < 0 || lseek(fd, here, SEEK_SET) < 0)
    return 0;
  return end > here ? (uint64_t)(end - here) : 0;
}

rg_reader rg_fd_reader(int fd)
{
  return (rg_reader){read_fd, (void *)(intptr_t)fd, bytes_left(fd)};
}

rg_writer rg_fd_writer(int fd)
{
  return (rg_writer){write_fd, (void *)(intptr_t)fd};
}

static rg_error *read_bytes(void *context, void *data, size_t size, size_t *num_read_ret)
{
  rg_bytes *bytes = context;
  *num_read_ret = size < bytes->size ? size : bytes->size;
  if (*num_read_ret)
    memcpy(data, bytes->data, *num_read_ret);
  bytes->data += *num_read_ret;
  bytes->size -= *num_read_ret;
  return NULL;
}

rg_reader rg_bytes_reader(rg_bytes *bytes)
{
  return (rg_reader){read_bytes, bytes, bytes->size};
}
