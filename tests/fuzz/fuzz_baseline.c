/* A baseline that is anything: an error in a line, with nothing accepted, or a report that says what it accepts. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "../c/heap.h"

static const char leak[] =
  "R>a app:module,label=app app.bus>bus bus:type=EventBus,size=50 bus.handlers>list list:container list[0]>f "
  "f:closure,callable,size=100,site=Screen.show.<lambda>/ui.py/12/self f{self}>s s:type=Screen,size=1000,finished=closed";

static void must(rg_error *error)
{
  if (error)
    abort();
}

FUZZ_TARGET(baseline)
{
  static struct heap leaking;
  rg_report *report;
  if (!leaking.graph)
    leaking = heap(leak);
  must(rg_report_create(NULL, &report));
  must(rg_report_finish(report, leaking.graph));
  rg_error *error = rg_report_accept(report, (const char *)data, size);
  if (error && (rg_report_num_accepted(report) || rg_report_num_unmatched(report) || strchr(error->message, '\n')))
    abort();
  rg_error_destroy(error);
  rg_report_destroy(report);
  return 0;
}
