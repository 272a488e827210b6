/* The closure leak report: what leaks, what does not, who is said to hold it, and what a mend frees. */
#include <criterion/criterion.h>

#include <string.h>

#include "../../src/base/alloc.h"
#include "heap.h"

static void destroy_scoped(rg_report **report)
{
  rg_report_destroy(*report);
}
#define SCOPED_REPORT __attribute__((cleanup(destroy_scoped))) rg_report

static void must(rg_error *error)
{
  cr_assert_null(error, "%s", error->message);
}

#define LISTENERS "R>app app:module,label=app app.bus>bus bus:type=EventBus,size=50 bus.handlers>list list:container"

/* Graphs that are given as text, the oldest first. */
static rg_report *report_on(const char *const *notations, size_t num)
{
  rg_report *report;
  must(rg_report_create(&report));
  for (size_t i = 0; i < num; i++) {
    SCOPED_HEAP heaped = heap(notations[i]);
    must(i + 1 < num ? rg_report_add(report, heaped.graph) : rg_report_finish(report, heaped.graph));
  }
  return report;
}
#define REPORT(...) \
  report_on((const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

#define CLOSURE(name) \
  " list[0]>" name " " name ":closure,callable,size=100,site=Screen.show.<lambda>/ui.py/12/self " name "{self}>s" name \
  " s" name ":type=Screen,size=1000"
#define CLOSED CLOSURE("a") " sa:type=Screen,size=1000,finished=closed"

/* --- what leaks ----------------------------------------------------------------------------------------------------- */

Test(report, what_has_more_in_each_of_three_graphs_leaks)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSURE("a"), LISTENERS CLOSURE("a") CLOSURE("b"),
                                 LISTENERS CLOSURE("a") CLOSURE("b") CLOSURE("c"));
  cr_assert_eq(rg_report_num_leaks(report), 1);
  const rg_leak *leak = rg_report_leak(report, 0);
  cr_assert_str_eq(leak->kind, "lambda");
  cr_assert_str_eq(leak->name, "Screen.show.<lambda>");
  cr_assert_eq(leak->line, 12);
  cr_assert_eq(leak->num_copies, 3);
  cr_assert_eq(leak->retained, 3300);
  for (uint32_t i = 0; i < 3; i++)
    cr_assert_eq(leak->counts[i], i + 1);
  cr_assert_str_eq(leak->signals[0], "more in every round: 1, 2, 3");
}

Test(report, what_has_more_in_two_graphs_alone_may_be_chance)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSURE("a"), LISTENERS CLOSURE("a") CLOSURE("b"));
  cr_assert_eq(rg_report_num_leaks(report), 0);
}

Test(report, what_stays_as_it_was_once_does_not_leak)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSURE("a"), LISTENERS CLOSURE("a") CLOSURE("b"),
                                 LISTENERS CLOSURE("a") CLOSURE("b"), LISTENERS CLOSURE("a") CLOSURE("b") CLOSURE("c"));
  cr_assert_eq(rg_report_num_leaks(report), 0);
}

Test(report, what_captures_something_finished_and_is_held_leaks_in_a_single_graph)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED);
  cr_assert_eq(rg_report_num_leaks(report), 1);
  cr_assert_str_eq(rg_report_leak(report, 0)->signals[0], "its Screen is finished: Screen.closed says so");
}

Test(report, what_few_objects_have_finished_is_no_leak)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED CLOSURE("b") CLOSURE("c"));
  cr_assert_eq(rg_report_num_leaks(report), 0);
}

Test(report, what_no_path_reaches_does_not_leak)
{
  SCOPED_REPORT *report = REPORT("list:container" CLOSED);
  cr_assert_eq(rg_report_num_leaks(report), 0);
  cr_assert_eq(rg_report_num_suspects(report), 0);
}

Test(report, what_hangs_on_a_leak_is_not_one_of_its_own)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED " sa.draw>m m:type=method,callable,size=60,site=Screen.draw/ui.py/20"
                                 " m.__self__>t t:type=Timer,size=10,finished=done");
  cr_assert_eq(rg_report_num_leaks(report), 1);
  cr_assert_str_eq(rg_report_leak(report, 0)->kind, "lambda");
}

/* --- what is said of it --------------------------------------------------------------------------------------------- */

Test(report, leads_from_a_root_with_a_verdict_on_each_step)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED);
  const rg_leak *leak = rg_report_leak(report, 0);
  const rg_verdict verdicts[] = {RG_VERDICT_EXPECTED, RG_VERDICT_EXPECTED, RG_VERDICT_UNKNOWN, RG_VERDICT_LEAKING};
  cr_assert_eq(leak->num_steps, 4);
  for (size_t i = 0; i < 4; i++) {
    cr_assert_eq(leak->steps[i].verdict, verdicts[i], "step %zu", i);
    cr_assert_eq(leak->steps[i].is_suspect, i == 3, "step %zu", i);
  }
  cr_assert_str_eq(leak->steps[2].reference, ".handlers");
}

Test(report, says_what_is_captured_and_how_it_is_used)
{
  SCOPED_REPORT *report = REPORT(LISTENERS " list[0]>f f:closure,callable,site=f/a.py/1/log:/self:.name f{self}>s f{log}>l"
                                 " s:type=Worker,size=500,finished=closed l:type=Logger,size=30");
  const rg_leak *leak = rg_report_leak(report, 0);
  cr_assert_eq(leak->num_captures, 2);
  cr_assert_str_eq(leak->captures[0].name, "self");
  cr_assert_eq(leak->captures[0].retained, 500);
  cr_assert_str_eq(leak->captures[0].attributes, "name");
  cr_assert_str_eq(leak->captures[1].name, "log");
  cr_assert_str_eq(leak->signals[1], "captures log and never reads it");
}

Test(report, has_the_same_fingerprint_on_another_line_of_another_folder)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED);
  SCOPED_REPORT *other = REPORT(LISTENERS " list[0]>a a:closure,callable,site=Screen.show.<lambda>/ui.py/99/self a{self}>s"
                                " s:type=Screen,finished=closed");
  cr_assert_str_eq(rg_report_leak(report, 0)->fingerprint, rg_report_leak(other, 0)->fingerprint);
}

Test(report, tells_two_lambdas_of_one_function_apart)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED " list[1]>b b:closure,callable,site=Screen.show.<lambda>/ui.py/13/self"
                                 " b{self}>sa");
  cr_assert_eq(rg_report_num_leaks(report), 2);
  cr_assert_str_neq(rg_report_leak(report, 0)->fingerprint, rg_report_leak(report, 1)->fingerprint);
}

/* --- mends ---------------------------------------------------------------------------------------------------------- */

static const rg_mend *find_mend(const rg_report *report, rg_mend_kind kind)
{
  const rg_leak *leak = rg_report_leak(report, 0);
  for (size_t i = 0; i < leak->num_mends; i++) {
    if (leak->mends[i].kind == kind)
      return &leak->mends[i];
  }
  return NULL;
}

Test(report, says_what_the_end_of_a_listener_frees)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED);
  const rg_mend *mend = find_mend(report, RG_MEND_LIFETIME);
  cr_assert_str_eq(mend->text, "remove it from EventBus.handlers when its owner ends");
  cr_assert_eq(mend->freed.at_once.size, 1100);
  cr_assert_eq(mend->freed.by_collection.size, 0);
}

Test(report, says_what_letting_go_of_a_variable_frees)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED);
  cr_assert_eq(find_mend(report, RG_MEND_RELEASE)->freed.at_once.size, 1000);
}

Test(report, lists_no_mend_that_frees_nothing)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED " app.screen>sa");
  cr_assert_null(find_mend(report, RG_MEND_RELEASE));
  cr_assert_eq(find_mend(report, RG_MEND_LIFETIME)->freed.at_once.size, 100);
}

/* --- memory --------------------------------------------------------------------------------------------------------- */

static rg_error *make_report(const rg_graph *graph, rg_report **ret)
{
  rg_report *report;
  rg_error *error = rg_report_create(&report);
  if (error)
    return error;
  error = rg_report_add(report, graph);
  if (!error)
    error = rg_report_finish(report, graph);
  if (error)
    rg_report_destroy(report);
  else
    *ret = report;
  return error;
}

Test(report, survives_every_failing_allocation)
{
  SCOPED_HEAP heaped = heap(LISTENERS CLOSED CLOSURE("b"));
  rg_report *report = NULL;
  rg_referrers referrers; // made once a graph, and kept
  must(rg_graph_referrers(heaped.graph, 1, &referrers));
  cr_assert_gt(HEAP_TORTURE(make_report(heaped.graph, &report), rg_report_destroy(report)), 20);
}
