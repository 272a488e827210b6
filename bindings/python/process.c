/* The process that is captured, and how: who, where, when, how long it stood still, and what its collector is set to.
 * Read from the system and from the interpreter's own fields, without locks and without memory. */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "capture.h"
#include "interpreter.h"

uint64_t rgpy_clock_ns(clockid_t clock)
{
  struct timespec now = {0};
  clock_gettime(clock, &now);
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void read_collector(rg_process_info *info)
{
  struct rgpy_collector collector = rgpy_collector(PyInterpreterState_Get());
  info->is_collector_enabled = collector.is_enabled;
  for (size_t i = 0; i < 3; i++) {
    info->thresholds[i] = collector.thresholds[i];
    info->counts[i] = collector.counts[i];
  }
}

rg_error *rgpy_set_process(struct rgpy_capture *capture, const rg_capture_options *options, uint64_t begin_ns)
{
  char interpreter[64], host[256] = "";
  const char *version = Py_GetVersion();
  snprintf(interpreter, sizeof(interpreter), "CPython %.*s", (int)strcspn(version, " "), version);
  gethostname(host, sizeof(host) - 1);
  rg_process_info info = {
      .producer = "refgraph " RG_VERSION,
      .interpreter = interpreter,
      .host = host,
      .mode = options->is_isolated     ? "fork"
              : capture->is_documented ? "gil, documented API"
                                       : "gil",
      .pid = options->is_isolated ? options->pid : (uint64_t)getpid(),
      .time_ns = rgpy_clock_ns(CLOCK_REALTIME),
      .pause_ns = options->is_isolated ? options->pause_ns : rgpy_clock_ns(CLOCK_MONOTONIC) - begin_ns,
      .num_frozen = capture->num_frozen,
  };
  read_collector(&info);
  return rg_builder_set_process(capture->builder, &info);
}
