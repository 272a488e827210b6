/* The closure leak report: what leaks, what does not, who is said to hold it, and what a mend frees. */
#define _GNU_SOURCE // stpcpy

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "../../src/base/alloc.h"
#include "reports.h"

#define CLOSURE(name) \
  " list[0]>" name " " name ":closure,callable,size=100,site=Screen.show.<lambda>/ui.py/12/self " name "{self}>s" name \
  " s" name ":type=Screen,size=1000"
#define CLOSED CLOSURE("a") " sa:type=Screen,size=1000,finished=closed"

static bool has_signal(const rg_leak *leak, const char *signal)
{
  for (size_t i = 0; i < leak->num_signals; i++) {
    if (strcmp(leak->signals[i], signal) == 0)
      return true;
  }
  return false;
}

/* --- what leaks --------------------------------------------------------------------------------------------------- */

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
  cr_assert_str_eq(leak->signals[0], "1 more in every round: 1, 2, 3");
}

Test(report, what_has_more_in_two_graphs_leaks_where_two_are_asked_for)
{
  rg_report_options options = RG_REPORT_OPTIONS_INIT;
  options.min_graphs = 2;
  SCOPED_REPORT *report;
  SCOPED_HEAP before = heap(LISTENERS CLOSURE("a")), after = heap(LISTENERS CLOSURE("a") CLOSURE("b"));
  must(rg_report_create(&options, &report));
  must(rg_report_add(report, before.graph));
  must(rg_report_finish(report, after.graph));
  cr_assert_eq(rg_report_num_leaks(report), 1);
  cr_assert_str_eq(rg_report_leak(report, 0)->signals[0], "1 more than before: 1, 2");
}

Test(report, where_rounds_differ_the_least_and_the_most_of_them_are_told)
{
  SCOPED_REPORT *report = REPORT(LISTENERS, LISTENERS CLOSURE("a") CLOSURE("b"),
                                 LISTENERS CLOSURE("a") CLOSURE("b") CLOSURE("c"));
  cr_assert_str_eq(rg_report_leak(report, 0)->signals[0], "1 to 2 more in every round: 0, 2, 3");
}

// Every holder was looked for once for every capture: that of a graph which was made up took for ever.
Test(report, a_variable_with_any_number_of_values_that_anybody_holds_is_told, .timeout = 60)
{
  enum { NUM = 20000 };
  static const char begin[] = LISTENERS CLOSED " R>other v:size=5000";
  static char notation[sizeof(begin) + (size_t)NUM * sizeof(" a{doc}>v other>v")];
  char *end = stpcpy(notation, begin);
  for (int i = 0; i < NUM; i++)
    end = stpcpy(end, " a{doc}>v other>v");
  SCOPED_REPORT *report = REPORT(notation);
  cr_assert_eq(rg_report_num_leaks(report), 1);
  cr_assert_eq(rg_report_leak(report, 0)->num_captures, 2);
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

/* --- what is said of it ------------------------------------------------------------------------------------------- */

Test(report, what_hangs_on_a_leak_by_others_of_its_own_kind_is_not_one_of_its_own)
{
#define HANGING(above, name)                                                                                        \
  " " above ".next>" name " " name ":closure,callable,size=10,site=inner/ui.py/40/it " name "{it}>s" name " s" name \
  ":type=Screen,size=1000,finished=closed"
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED HANGING("a", "u") HANGING("u", "v") HANGING("v", "w"));
  cr_assert_eq(rg_report_num_leaks(report), 1);
  cr_assert_str_eq(rg_report_leak(report, 0)->name, "Screen.show.<lambda>");
}

Test(report, leads_from_a_root_with_a_verdict_on_each_step)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED);
  const rg_leak *leak = rg_report_leak(report, 0);
  const rg_verdict verdicts[] = {RG_VERDICT_EXPECTED, RG_VERDICT_EXPECTED, RG_VERDICT_UNKNOWN, RG_VERDICT_LEAKING};
  const size_t suspect = 2;
  cr_assert_eq(leak->num_steps, 4);
  for (size_t i = 0; i < 4; i++) {
    cr_assert_eq(leak->steps[i].verdict, verdicts[i], "step %zu", i);
    cr_assert_eq(leak->steps[i].is_suspect, i == suspect, "step %zu", i);
  }
  cr_assert_str_eq(leak->steps[2].reference, ".handlers");
}

Test(report, of_a_long_chain_tells_both_ends)
{
  char notation[4096];
  size_t size = (size_t)snprintf(notation, sizeof(notation), "R>app app:module,label=app app.first>n0");
  for (int i = 0; i < 100; i++)
    size += (size_t)snprintf(notation + size, sizeof(notation) - size, " n%d.next>n%d", i, i + 1);
  snprintf(notation + size, sizeof(notation) - size, " n100.list>list list:container" CLOSED);
  SCOPED_REPORT *report = REPORT(notation);
  const rg_leak *leak = rg_report_leak(report, 0);
  cr_assert_eq(leak->num_steps, 64);
  cr_assert_str_eq(leak->steps[16].reference, "… 40 steps left out … .next");
  cr_assert_str_eq(leak->holder, "object.list");
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
  cr_assert(has_signal(leak, "captures log and never reads it"));
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

/* --- kinds of suspects -------------------------------------------------------------------------------------------- */

/* A list that a module has, with one more of something in each of three graphs. */
#define GROWING(one) \
  REPORT("R>app app:module,label=app app.all>list list:container " one("a"), \
         "R>app app:module,label=app app.all>list list:container " one("a") one("b"), \
         "R>app app:module,label=app app.all>list list:container " one("a") one("b") one("c"))

#define METHOD(name) \
  " list[0]>m" name " m" name ":type=method,callable,size=64,site=Screen.draw/ui.py/20 m" name ".__self__>s" name \
  " s" name ":type=Screen,size=1000"
#define CALLBACK(name) \
  " list[0]>o" name " o" name ":type=Save,size=50 o" name "%>Save Save:type,label=Save Save.__call__>call" \
  " call:callable,site=Save.__call__/save.py/3 o" name ".document>d" name " d" name ":type=Document,size=500"
#define DEFAULT(name) \
  " list[0]>f" name " f" name ":callable,site=show.<lambda>/ui.py/30 f" name "*row>r" name " r" name ":type=Row,size=700"
#define COROUTINE(name) \
  " list[0]>g" name " g" name ":type=coroutine,callable,site=watch/net.py/7 g" name "(conn)>n" name " n" name ":size=900"

Test(report, finds_bound_methods_by_the_object_that_they_keep)
{
  SCOPED_REPORT *report = GROWING(METHOD);
  const rg_leak *leak = rg_report_leak(report, 0);
  cr_assert_str_eq(leak->kind, "bound method");
  cr_assert_str_eq(leak->captures[0].name, "self");
  cr_assert_eq(leak->captures[0].retained, 3000);
}

Test(report, finds_objects_that_can_be_called_by_the_code_of_their_class)
{
  SCOPED_REPORT *report = GROWING(CALLBACK);
  const rg_leak *leak = rg_report_leak(report, 0);
  cr_assert_str_eq(leak->kind, "callback object");
  cr_assert_str_eq(leak->name, "Save.__call__");
  cr_assert_str_eq(leak->captures[0].name, "document");
}

#define HANDLER(name) \
  " list[0]>h" name " h" name ":type=Mine,size=90 h" name "%>M M:type,label=Mine M!__mro__>o o:fixed o[0]>M o[1]>H" \
  " H:type,label=Handler,context=logging H.emit>emit emit:callable,site=Handler.emit/logging.py/9 h" name ".job>j" name

Test(report, finds_objects_that_a_library_calls_by_another_method)
{
  SCOPED_REPORT *report = GROWING(HANDLER);
  const rg_leak *leak = rg_report_leak(report, 0);
  cr_assert_str_eq(leak->kind, "callback object");
  cr_assert_str_eq(leak->name, "Handler.emit");
  cr_assert_str_eq(leak->mends[0].call, "all.remove(mine)  # once it is not needed any more");
}

Test(report, finds_functions_that_keep_something_by_a_default_argument)
{
  SCOPED_REPORT *report = GROWING(DEFAULT);
  const rg_leak *leak = rg_report_leak(report, 0);
  cr_assert_str_eq(leak->kind, "lambda");
  cr_assert_str_eq(leak->captures[0].name, "row");
}

#define PLAIN(name) " list[0]>f" name " f" name ":callable,site=make.f/a.py/1 f" name "*i>v" name " v" name ":value,type=int"

Test(report, finds_functions_that_keep_but_a_number)
{
  SCOPED_REPORT *report = GROWING(PLAIN);
  cr_assert_eq(rg_report_num_leaks(report), 1);
  cr_assert_str_eq(rg_report_leak(report, 0)->kind, "function");
}

Test(report, finds_coroutines_by_their_local_variables)
{
  SCOPED_REPORT *report = GROWING(COROUTINE);
  cr_assert_str_eq(rg_report_leak(report, 0)->kind, "coroutine");
  cr_assert_str_eq(rg_report_leak(report, 0)->captures[0].name, "conn");
}

#define CLOSURE_OVER(length) \
  "R>app app:module,label=app app.memo>f f:closure,callable,site=memo.wrapper/memo.py/4/cache f{cache}>d" \
  " d:container,type=dict,size=800,length=" length " d['k']>v v:size=5000"

Test(report, finds_one_closure_whose_table_grows)
{
  SCOPED_REPORT *report = REPORT(CLOSURE_OVER("1"), CLOSURE_OVER("2"), CLOSURE_OVER("3"));
  cr_assert_eq(rg_report_num_leaks(report), 1);
  const rg_leak *leak = rg_report_leak(report, 0);
  cr_assert_str_eq(leak->signals[0], "what it captures has 1 more item in every round: 1, 2, 3");
  cr_assert_str_eq(leak->mends[0].call, "cache.clear()");
  cr_assert_eq(leak->mends[0].freed.at_once.size, 5000);
}

Test(report, items_of_which_there_are_several_more_are_told_as_such)
{
  SCOPED_REPORT *report = REPORT(CLOSURE_OVER("1"), CLOSURE_OVER("3"), CLOSURE_OVER("5"));
  cr_assert_str_eq(rg_report_leak(report, 0)->signals[0], "what it captures has 2 more items in every round: 1, 3, 5");
}

Test(report, of_a_table_that_grows_by_closures_names_the_closures)
{
#define TABLE(length) \
  "R>app app:module,label=app app.on>f f:closure,callable,site=bus.on/bus.py/4/handlers f{handlers}>list" \
  " list:container,type=list,size=80,length=" length
  SCOPED_REPORT *report = REPORT(TABLE("1") CLOSURE("a"), TABLE("2") CLOSURE("a") CLOSURE("b"),
                                 TABLE("3") CLOSURE("a") CLOSURE("b") CLOSURE("c"));
  cr_assert_eq(rg_report_num_leaks(report), 1);
  cr_assert_str_eq(rg_report_leak(report, 0)->name, "Screen.show.<lambda>");
  cr_assert_str_eq(rg_report_leak(report, 0)->holder, "bus.on.handlers");
}

#define WEAK_TABLE(length) \
  "R>app app:module,label=app app.f>f f:callable,site=shutdown/logging.py/9 f*handlers>l" \
  " l:container,length=" length " l[0]>w w:type=weakref.weakref"

Test(report, leaves_tables_of_weak_references_alone)
{
  SCOPED_REPORT *report = REPORT(WEAK_TABLE("1"), WEAK_TABLE("2"), WEAK_TABLE("3"));
  cr_assert_eq(rg_report_num_leaks(report), 0);
}

#define CACHE(kind, length) \
  "R>app app:module,label=app app.total>c c:type=functools._lru_cache_wrapper,size=90 c!func>f c.__wrapped__>f" \
  " f:callable,site=total/shop.py/8 c" kind "cache>d d:container,type=dict,size=200,length=" length " d#>k k:type=Order,size=4000"

Test(report, finds_a_cache_without_a_bound)
{
  SCOPED_REPORT *report = REPORT(CACHE(".", "1"), CACHE(".", "2"), CACHE(".", "3"));
  const rg_leak *leak = rg_report_leak(report, 0);
  cr_assert_str_eq(leak->kind, "cache");
  cr_assert_str_eq(leak->holder, "functools.lru_cache");
  cr_assert_eq(leak->mends[0].freed.at_once.size, 4000);
}

Test(report, leaves_a_cache_with_a_bound_alone)
{
  SCOPED_REPORT *report = REPORT(CACHE("!", "1"), CACHE("!", "2"), CACHE("!", "3"));
  cr_assert_eq(rg_report_num_leaks(report), 0);
}

Test(report, finds_what_was_expected_to_be_gone_in_a_single_graph)
{
  SCOPED_REPORT *report = REPORT("R>app app:module,label=app app.all>list list:container list[0]>s"
                                 " s:type=Session,size=300,finished=expect_gone");
  cr_assert_eq(rg_report_num_leaks(report), 1);
  const rg_leak *leak = rg_report_leak(report, 0);
  cr_assert_str_eq(leak->name, "Session");
  cr_assert_str_eq(leak->signals[0], "the Session was expected to be gone: refgraph.expect_gone()");
}

/* --- holders ------------------------------------------------------------------------------------------------------ */

static const char *holder_of(const char *notation)
{
  SCOPED_REPORT *report = REPORT(notation);
  static char holder[64];
  snprintf(holder, sizeof(holder), "%s", rg_report_leak(report, 0)->holder);
  return holder;
}

Test(report, calls_a_holder_by_its_class_and_the_attribute)
{
  cr_assert_str_eq(holder_of(LISTENERS CLOSED), "EventBus.handlers");
}

Test(report, calls_a_holder_of_the_library_by_its_word)
{
  cr_assert_str_eq(holder_of("R>app app:module,label=app app.log>log log:type=logging.Logger log.filters>list"
                             " list:container" CLOSED), "logging.Logger.filters");
}

Test(report, knows_a_holder_by_the_class_from_which_its_own_is_derived)
{
  cr_assert_str_eq(holder_of("R>app app:module,label=app app.h>h h:type=Mine h%>Mine Mine:type,label=Mine"
                             " Mine!__mro__>mro mro:fixed mro[0]>Mine mro[1]>H H:type,label=Handler,context=logging"
                             " h.filters>list list:container" CLOSED), "logging.Handler.filters");
}

Test(report, does_not_take_a_class_for_one_that_it_knows_for_its_name_alone)
{
  cr_assert_str_eq(holder_of("R>app app:module,label=app app.h>h h:type=Handler h%>H H:type,label=Handler,context=app"
                             " H!__mro__>mro mro:fixed mro[0]>H h.filters>list list:container" CLOSED), "Handler.filters");
}

Test(report, calls_a_variable_of_a_function_by_the_name_of_both)
{
  cr_assert_str_eq(holder_of("R>app app:module,label=app app.f>f f:closure,callable,site=make.call/a.py/3/queue"
                             " f{queue}>list list:container" CLOSED), "make.call.queue");
}

/* --- cycles ------------------------------------------------------------------------------------------------------- */

#define FROZEN_CYCLE \
  "a:closure,callable,frozen,size=100,site=walk.step/tree.py/3/step/seen a{step}>a a{seen}>s s:type=Seen,size=900," \
  "finished=closed,frozen"

Test(report, finds_garbage_that_the_collector_was_told_to_leave_alone)
{
  SCOPED_REPORT *report = REPORT(FROZEN_CYCLE);
  cr_assert_eq(rg_report_num_leaks(report), 1);
  const rg_leak *leak = rg_report_leak(report, 0);
  cr_assert_str_eq(leak->holder, "cycle");
  cr_assert_eq(leak->retained, 1000);
  cr_assert(has_signal(leak, "only a cycle holds it, and the collector was told to leave it alone (gc.freeze())"));
}

Test(report, leads_around_the_cycle_that_keeps_garbage)
{
  SCOPED_REPORT *report = REPORT(FROZEN_CYCLE);
  const rg_leak *leak = rg_report_leak(report, 0);
  cr_assert_eq(leak->num_steps, 2);
  cr_assert_eq(leak->steps[0].node, leak->steps[1].node);
  cr_assert(leak->steps[1].is_suspect);
}

/* --- mends -------------------------------------------------------------------------------------------------------- */

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
  cr_assert_str_eq(mend->text, "Remove it from EventBus.handlers when it is not needed any more");
  cr_assert_eq(mend->freed.at_once.size, 1100);
  cr_assert_eq(mend->freed.by_collection.size, 0);
}

Test(report, says_what_letting_go_of_a_variable_frees)
{
  SCOPED_REPORT *report = REPORT(LISTENERS " list[0]>f f:closure,callable,size=100,site=f/a.py/1/screen f{screen}>s"
                                 " s:type=Screen,size=1000,finished=closed");
  cr_assert_eq(find_mend(report, RG_MEND_RELEASE)->freed.at_once.size, 1000);
  cr_assert_str_eq(find_mend(report, RG_MEND_RELEASE)->call, "nonlocal screen\nscreen = None");
}

#define WEAK_CLASS " s%>S S:type,label=Screen S.__weakref__>w w:type=getset_descriptor"

Test(report, does_not_advise_to_assign_to_a_default_argument)
{
  SCOPED_REPORT *report = REPORT(LISTENERS " list[0]>f f:callable,size=100,site=show.<lambda>/a.py/1 f*row>r"
                                 " r:type=Row,size=700,finished=closed");
  cr_assert_eq(rg_report_num_leaks(report), 1);
  cr_assert_null(find_mend(report, RG_MEND_RELEASE));
}

Test(report, removes_from_the_list_under_a_key_and_not_the_list)
{
  SCOPED_REPORT *report = REPORT("R>app app:module,label=app app.routes>d d:container,type=dict d['/a']>list"
                                 " list:container" CLOSED);
  cr_assert_str_eq(find_mend(report, RG_MEND_LIFETIME)->call,
                   "routes['/a'].remove(callback)  # once it is not needed any more");
}

Test(report, clears_a_cache_that_holds_what_it_gave)
{
  SCOPED_REPORT *report = REPORT("R>app app:module,label=app app.rate>list list:type=functools._lru_cache_wrapper"
                                 " list['(1,)']>f f:closure,callable,size=100,site=rate.<lambda>/a.py/1/i f{i}>s"
                                 " s:type=Session,size=40,finished=closed");
  cr_assert_str_eq(rg_report_leak(report, 0)->holder, "functools.lru_cache");
  cr_assert_str_eq(find_mend(report, RG_MEND_LIFETIME)->call, "rate.cache_clear()  # once it is not needed any more");
}

#define METHOD_OF_WEAK_CLASS \
  " list[0]>m m:type=method,callable,size=64,site=Screen.draw/ui.py/20 m.__self__>s" \
  " s:type=Screen,size=1000,finished=closed" WEAK_CLASS

Test(report, advises_to_hold_a_method_weakly_where_the_program_looks_it_up)
{
  SCOPED_REPORT *report = REPORT(LISTENERS METHOD_OF_WEAK_CLASS);
  cr_assert_str_eq(find_mend(report, RG_MEND_WEAK)->call, "weakref.WeakMethod(screen.draw)");
}

Test(report, does_not_advise_to_give_a_weak_method_to_a_library_that_calls_it)
{
  SCOPED_REPORT *report = REPORT("R>app app:module,label=app app.log>log log:type=logging.Logger log.filters>list"
                                 " list:container" METHOD_OF_WEAK_CLASS);
  cr_assert_null(find_mend(report, RG_MEND_WEAK));
}

Test(report, lists_no_mend_that_frees_nothing)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED " app.screen>sa");
  cr_assert_null(find_mend(report, RG_MEND_RELEASE));
  cr_assert_eq(find_mend(report, RG_MEND_LIFETIME)->freed.at_once.size, 100);
}

Test(report, says_what_capturing_an_attribute_alone_frees)
{
  SCOPED_REPORT *report = REPORT(LISTENERS " list[0]>f f:closure,callable,size=100,site=f/a.py/1/self:.name f{self}>s"
                                 " s:type=Worker,size=500,finished=closed s.name>n n:value,type=str,size=40 s.data>d d:size=900");
  const rg_mend *mend = find_mend(report, RG_MEND_NARROW);
  cr_assert_eq(mend->freed.at_once.size, 1400);
  cr_assert_eq(mend->stays, 140);
  cr_assert_str_eq(mend->call, "name = self.name  # before f, which then uses it");
}

Test(report, says_what_capturing_an_attribute_frees_whose_name_is_as_long_as_any)
{
  char name[RG_STRING_MAX + 1], notation[4 * RG_STRING_MAX];
  memset(name, 'a', RG_STRING_MAX);
  name[RG_STRING_MAX] = '\0';
  snprintf(notation, sizeof(notation), LISTENERS " list[0]>f f:closure,callable,size=100,site=f/a.py/1/self:.%s f{self}>s"
           " s:type=Worker,size=500,finished=closed s.%s>n n:value,type=str,size=40 s.data>d d:size=900", name, name);
  SCOPED_REPORT *report = REPORT(notation);
  cr_assert_eq(find_mend(report, RG_MEND_NARROW)->freed.at_once.size, 1400);
}

Test(report, does_not_advise_to_capture_a_method_alone_which_keeps_its_object)
{
  SCOPED_REPORT *report = REPORT(LISTENERS " list[0]>f f:closure,callable,size=100,site=f/a.py/1/self:.draw f{self}>s"
                                 " s:type=Worker,size=500,finished=closed");
  cr_assert_null(find_mend(report, RG_MEND_NARROW));
}

Test(report, says_what_cutting_a_cycle_frees)
{
  SCOPED_REPORT *report = REPORT(FROZEN_CYCLE);
  cr_assert_eq(find_mend(report, RG_MEND_CYCLE)->freed.at_once.size, 1000);
}

Test(report, lists_weak_references_last)
{
  SCOPED_REPORT *report = REPORT(LISTENERS " list[0]>a a:closure,callable,size=100,site=f/ui.py/12/screen a{screen}>s"
                                 " s:type=Screen,size=1000,finished=closed" WEAK_CLASS);
  const rg_leak *leak = rg_report_leak(report, 0);
  cr_assert_eq(leak->num_mends, 3);
  cr_assert_eq(leak->mends[2].kind, RG_MEND_WEAK);
  cr_assert(*leak->mends[2].caveat);
}

Test(report, does_not_advise_to_hold_weakly_what_has_no_weak_references)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED);
  cr_assert_null(find_mend(report, RG_MEND_WEAK));
}

Test(report, reads_the_releasing_call_from_the_class_of_the_holder)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED " bus%>Bus Bus:type,label=EventBus Bus.__dict__>d d:container,passage"
                                 " d.on>on on:callable,site=on/a.py/1 d.off>off off:callable,site=off/a.py/2");
  cr_assert_str_eq(find_mend(report, RG_MEND_LIFETIME)->call, "bus.off(callback)  # once it is not needed any more");
}

Test(report, says_when_to_release_if_the_owner_has_a_method_that_ends_it)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED " sa%>S S:type,label=Screen S.__dict__>d d:container,passage"
                                 " d.close>close close:callable,site=Screen.close/a.py/1");
  cr_assert_str_eq(find_mend(report, RG_MEND_LIFETIME)->call, "bus.handlers.remove(callback)  # in Screen.close()");
}

Test(report, takes_what_is_finished_above_the_closure_for_what_should_go)
{
  SCOPED_REPORT *report = REPORT("R>app app:module,label=app app.jobs>jobs jobs:container jobs[0]>j"
                                 " j:type=Job,size=10,finished=done j.callbacks>list list:container,size=5" CLOSED);
  cr_assert_eq(find_mend(report, RG_MEND_LIFETIME)->freed.at_once.size, 1115);
  cr_assert_str_eq(find_mend(report, RG_MEND_LIFETIME)->call, "jobs.remove(job)  # once it is not needed any more");
}

/* --- long chains -------------------------------------------------------------------------------------------------- */

// R > module > closure > closure > … , each captured as "f" by the one above.
static rg_graph *closures_that_wrap_each_other(uint32_t num)
{
  rg_builder *builder;
  must(rg_builder_create(&builder));
  rg_type module, function;
  must(rg_builder_add_type(builder, &(rg_type_info){"module", "", RG_CATEGORY_MODULE}, &module));
  must(rg_builder_add_type(builder, &(rg_type_info){"function", "", RG_CATEGORY_CALLABLE}, &function));
  const char *captured = "f";
  rg_site_info wrapper = {.name = "wrap.<locals>.wrapper", .file = "a.py", .line = 3, .num_captured = 1,
                          .captured = &captured};
  rg_site site;
  must(rg_builder_add_site(builder, &wrapper, &site));
  rg_string name;
  must(rg_builder_add_string(builder, "f", 1, &name));
  rg_node_info info = {.type = module, .length = RG_LENGTH_NONE, .site = RG_SITE_NONE};
  rg_node node, above;
  must(rg_builder_add_node(builder, &info, &above));
  must(rg_builder_add_edge(builder, RG_NODE_ROOT, above, RG_EDGE_ATTRIBUTE, name));
  info = (rg_node_info){.type = function, .length = RG_LENGTH_NONE, .site = site, .flags = RG_NODE_CLOSURE, .size = 100};
  for (uint32_t i = 0; i < num; i++, above = node) {
    must(rg_builder_add_node(builder, &info, &node));
    must(rg_builder_add_edge(builder, above, node, i ? RG_EDGE_CAPTURED : RG_EDGE_ATTRIBUTE, name));
  }
  rg_graph *graph;
  must(rg_builder_finish(builder, &graph));
  rg_builder_destroy(builder);
  return graph;
}

// For every copy the whole path to it was climbed, twice: 24,000 took half a minute.
Test(report, of_closures_that_wrap_each_other_any_number_of_times_is_made, .timeout = 20)
{
  enum { NUM = 20000 };
  SCOPED_REPORT *report;
  must(rg_report_create(NULL, &report));
  for (uint32_t i = 1; i <= 3; i++) {
    rg_graph *graph = closures_that_wrap_each_other(i * NUM);
    must(i < 3 ? rg_report_add(report, graph) : rg_report_finish(report, graph));
    rg_graph_destroy(graph);
  }
  cr_assert_eq(rg_report_num_leaks(report), 1);
  cr_assert_eq(rg_report_leak(report, 0)->num_copies, 3 * NUM);
}

/* --- memory ------------------------------------------------------------------------------------------------------- */

static rg_error *make_report(const rg_graph *graph, rg_report **ret)
{
  rg_report *report;
  rg_error *error = rg_report_create(NULL, &report);
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

Test(report, without_memory_leaves_what_it_was_to_make_alone)
{
  rg_report *report = (rg_report *)&report;
  rgi_alloc_fail_after(0);
  rg_error *error = rg_report_create(NULL, &report);
  rgi_alloc_fail_after(SIZE_MAX);
  cr_assert_eq(error->code, RG_ERROR_MEMORY);
  cr_assert_eq(report, (rg_report *)&report);
}

Test(report, survives_every_failing_allocation)
{
  SCOPED_HEAP heaped = heap(LISTENERS CLOSED CLOSURE("b"));
  rg_report *report = NULL;
  rg_referrers referrers; // made once a graph, and kept
  must(rg_graph_referrers(heaped.graph, 1, &referrers));
  cr_assert_gt(HEAP_TORTURE(make_report(heaped.graph, &report), rg_report_destroy(report)), 20);
}
