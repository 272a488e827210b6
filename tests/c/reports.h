/* Reports on graphs that are written as text. */
#ifndef REPORTS_H
#define REPORTS_H

#include "errors.h"
#include "heap.h"

static inline void reports_destroy(rg_report **report)
{
  rg_report_destroy(*report);
}
#define SCOPED_REPORT __attribute__((cleanup(reports_destroy))) rg_report

/* A list that holds what leaks. */
#define LISTENERS "R>app app:module,label=app app.bus>bus bus:type=EventBus,size=50 bus.handlers>list list:container"

static inline rg_report *report_on(const char *const *notations, size_t num)
{
  rg_report *report;
  must(rg_report_create(NULL, &report));
  for (size_t i = 0; i < num; i++) {
    SCOPED_HEAP heaped = heap(notations[i]);
    must(i + 1 < num ? rg_report_add(report, heaped.graph) : rg_report_finish(report, heaped.graph));
  }
  return report;
}

/* On some graphs of one program, the oldest first. */
#define REPORT(...) \
  report_on((const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

#endif
