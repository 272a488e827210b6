/* Where a dump goes and comes from in Python: a path, a descriptor, or a method that writes or reads; and who is told
 * of the progress. The GIL is released while the library works, and taken for each call back. */
#ifndef RGPY_STREAMS_H
#define RGPY_STREAMS_H

#include "rgpy.h"

struct rgpy_stream {
  PyThreadState *thread; /* while the GIL is released */
  PyObject *method;      /* borrowed; NULL: a descriptor or a file */
  int fd;                /* for the two that follow it */
  PyObject *progress;    /* borrowed; called with (phase, done, total); None: nobody */
  uint64_t reported_ns;  /* when that was last done */
};

/* Around a call of the library. */
void rgpy_stream_begin(struct rgpy_stream *stream);
void rgpy_stream_end(struct rgpy_stream *stream);

/* Looks for signals, and tells `progress`, now and then; for rg_progress, with the stream as context. */
int rgpy_stream_progress(void *stream, const char *phase, unsigned long long done, unsigned long long total);

/* Over the method of the stream: write(bytes), read(size). An exception in it becomes the exception of the whole. */
rg_writer rgpy_stream_writer(struct rgpy_stream *stream);
rg_reader rgpy_stream_reader(struct rgpy_stream *stream);

/* Over the descriptor of the stream, which may block: a signal is looked at, and may end it. */
rg_writer rgpy_stream_fd_writer(struct rgpy_stream *stream);
rg_reader rgpy_stream_fd_reader(struct rgpy_stream *stream);

#endif
