/* A baseline that is anything: an error in a line, with nothing accepted, or a report that says what it accepts. */
#include "fuzz.h"

#include <stdlib.h>

#include "../c/heap.h"
#include "errors.h"

static const char leak[] =
  "R>a app:module,label=app app.bus>bus bus:type=EventBus,size=50 bus.handlers>list list:container list[0]>f "
  "f:closure,callable,size=100,site=Screen.show.<lambda>/ui.py/12/self f{self}>s "
  "s:type=Screen,size=1000,finished=closed";

FUZZ_TARGET(baseline)
{
  static struct heap leaking;
  rg_report *report;
  if (!leaking.graph)
    leaking = heap(leak);
  must(rg_report_create(NULL, &report));
  must(rg_report_finish(report, leaking.graph));
  bool is_bad = fails(rg_report_accept(report, (const char *)data, size));
  if (is_bad && (rg_report_num_accepted(report) || rg_report_num_unmatched(report)))
    abort();
  rg_report_destroy(report);
  return 0;
}
