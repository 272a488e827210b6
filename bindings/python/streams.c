#include "streams.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "capture.h"

#define REPORT_NS 100000000

void rgpy_stream_begin(struct rgpy_stream *stream)
{
  stream->thread = PyEval_SaveThread();
}

void rgpy_stream_end(struct rgpy_stream *stream)
{
  PyEval_RestoreThread(stream->thread);
}

// The GIL of a busy program is long in coming: it is asked for ten times a second at most, and for the last word.
static bool is_time_to_report(struct rgpy_stream *stream, bool is_last)
{
  uint64_t now_ns = rgpy_clock_ns(CLOCK_MONOTONIC);
  if (now_ns - stream->reported_ns < REPORT_NS && !(is_last && stream->progress != Py_None))
    return false;
  stream->reported_ns = now_ns;
  return true;
}

/* --- with the GIL ------------------------------------------------------------------------------------------------- */

static int tell(const struct rgpy_stream *stream, const char *phase, unsigned long long done, unsigned long long total)
{
  if (PyErr_CheckSignals())
    return -1;
  if (stream->progress == Py_None)
    return 0;
  RGPY_CLEANUP_DECREF PyObject *answer = PyObject_CallFunction(stream->progress, "sKK", phase, done, total);
  return answer ? 0 : -1;
}

// What the exception says is raised in the end; this only ends the work.
static rg_error *stopped_by_exception(void)
{
  return rg_error_create(RG_ERROR_INTERRUPTED, "a call of Python raised an exception");
}

static rg_error *call_write(const struct rgpy_stream *stream, const void *data, size_t size)
{
  RGPY_CLEANUP_DECREF PyObject *bytes = PyBytes_FromStringAndSize(data, (Py_ssize_t)size);
  RGPY_CLEANUP_DECREF PyObject *answer = bytes ? PyObject_CallOneArg(stream->method, bytes) : NULL;
  if (!answer)
    return stopped_by_exception();
  // A raw file may take a part only; nobody here writes the rest.
  if (!PyLong_CheckExact(answer) || PyLong_AsSsize_t(answer) == (Py_ssize_t)size)
    return NULL;
  PyErr_Format(PyExc_BlockingIOError, "write() took %R of %zu bytes: pass a buffered file", answer, size);
  return stopped_by_exception();
}

static rg_error *call_read(const struct rgpy_stream *stream, void *data, size_t size, size_t *num_read_ret)
{
  RGPY_CLEANUP_DECREF PyObject *bytes = PyObject_CallFunction(stream->method, "n", (Py_ssize_t)size);
  if (!bytes)
    return stopped_by_exception();
  if (!PyBytes_Check(bytes) || (size_t)PyBytes_GET_SIZE(bytes) > size) {
    PyErr_Format(PyExc_TypeError, "read(%zu) must give at most so many bytes, not %.100R", size, bytes);
    return stopped_by_exception();
  }
  *num_read_ret = (size_t)PyBytes_GET_SIZE(bytes);
  memcpy(data, PyBytes_AS_STRING(bytes), *num_read_ret);
  return NULL;
}

/* --- without it --------------------------------------------------------------------------------------------------- */

int rgpy_stream_progress(void *context, const char *phase, unsigned long long done, unsigned long long total)
{
  struct rgpy_stream *stream = context;
  if (!is_time_to_report(stream, done == total))
    return 0;
  rgpy_stream_end(stream);
  int result = tell(stream, phase, done, total);
  rgpy_stream_begin(stream);
  return result;
}

static rg_error *write_method(void *context, const void *data, size_t size)
{
  struct rgpy_stream *stream = context;
  rgpy_stream_end(stream);
  rg_error *error = call_write(stream, data, size);
  rgpy_stream_begin(stream);
  return error;
}

static rg_error *read_method(void *context, void *data, size_t size, size_t *num_read_ret)
{
  struct rgpy_stream *stream = context;
  rgpy_stream_end(stream);
  rg_error *error = call_read(stream, data, size, num_read_ret);
  rgpy_stream_begin(stream);
  return error;
}

rg_writer rgpy_stream_writer(struct rgpy_stream *stream)
{
  return (rg_writer){write_method, stream};
}

rg_reader rgpy_stream_reader(struct rgpy_stream *stream)
{
  return (rg_reader){read_method, stream, 0};
}

/* --- descriptors -------------------------------------------------------------------------------------------------- */

// After a read or write that failed: NULL if it is to be tried again, once a signal was handled or the other side
// moved.
static rg_error *get_over_failure(struct rgpy_stream *stream, short events, const char *what)
{
  if (errno == EAGAIN || errno == EWOULDBLOCK) {
    struct pollfd polled = {stream->fd, events, 0};
    if (poll(&polled, 1, -1) >= 0)
      return NULL;
  }
  if (errno != EINTR)
    return rg_error_create(RG_ERROR_SYSTEM, "cannot %s: %s", what, strerror(errno));
  rgpy_stream_end(stream);
  rg_error *error = PyErr_CheckSignals() ? stopped_by_exception() : NULL;
  rgpy_stream_begin(stream);
  return error;
}

static rg_error *write_fd(void *context, const void *data_, size_t size)
{
  struct rgpy_stream *stream = context;
  const char *data = data_;
  while (size) {
    ssize_t written = write(stream->fd, data, size);
    if (written < 0) {
      RGPY_TRY(get_over_failure(stream, POLLOUT, "write"));
      continue;
    }
    data += written;
    size -= (size_t)written;
  }
  return NULL;
}

static rg_error *read_fd(void *context, void *data, size_t size, size_t *num_read_ret)
{
  struct rgpy_stream *stream = context;
  for (;;) {
    ssize_t num_read = read(stream->fd, data, size);
    if (num_read >= 0) {
      *num_read_ret = (size_t)num_read;
      return NULL;
    }
    RGPY_TRY(get_over_failure(stream, POLLIN, "read"));
  }
}

rg_writer rgpy_stream_fd_writer(struct rgpy_stream *stream)
{
  return (rg_writer){write_fd, stream};
}

rg_reader rgpy_stream_fd_reader(struct rgpy_stream *stream)
{
  return (rg_reader){read_fd, stream, rg_fd_reader(stream->fd).size};
}
