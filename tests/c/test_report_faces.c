/* The faces of the closure leak report: which leaks are accepted, what is not certain, SARIF, and a picture a leak. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/base/alloc.h"
#include "reports.h"

static void must_say(rg_error *error, rg_error_code code, const char *message)
{
  cr_assert_not_null(error);
  cr_assert_eq(error->code, code);
  cr_assert_str_eq(error->message, message);
  rg_error_destroy(error);
}

#define CLOSED(name) \
  " list[0]>" name " " name ":closure,callable,size=100,site=" name ".<lambda>/ui.py/12/self " name "{self}>s" name \
  " s" name ":type=Screen,size=1000,finished=closed"

typedef rg_error *(*write_report)(const rg_report *report, const rg_writer *writer);

// Until the next call.
static const char *written(write_report write, const rg_report *report)
{
  static rg_buffer buffer;
  rg_buffer_deinit(&buffer);
  buffer = (rg_buffer)RG_BUFFER_INIT;
  rg_writer writer = rg_buffer_writer(&buffer);
  must(write(report, &writer));
  return buffer.data;
}

static rg_error *accept(rg_report *report, const char *text)
{
  return rg_report_accept(report, text, strlen(text));
}

/* --- baselines ---------------------------------------------------------------------------------------------------- */

Test(report_faces, a_leak_is_accepted_by_its_fingerprint)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED("a") CLOSED("b"));
  char first[64];
  strcpy(first, rg_report_leak(report, 0)->fingerprint);
  must(accept(report, first));
  cr_assert_eq(rg_report_num_leaks(report), 2);
  cr_assert_eq(rg_report_num_accepted(report), 1);
  cr_assert_eq(rg_report_num_unmatched(report), 0);
  cr_assert_not(rg_report_leak(report, 0)->is_accepted);
  cr_assert(rg_report_leak(report, 1)->is_accepted);
  cr_assert_str_eq(rg_report_leak(report, 1)->fingerprint, first);
}

Test(report_faces, what_is_accepted_is_counted_in_the_text_and_not_listed)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED("a") CLOSED("b"));
  must(accept(report, rg_report_leak(report, 0)->fingerprint));
  const char *text = written(rg_report_write_text, report);
  cr_assert_not_null(strstr(text, "LEAK 1 of 1 "));
  cr_assert_null(strstr(text, "LEAK 2"));
  cr_assert_not_null(strstr(text, "\n1 accepted leak is not listed.\n"));
}

Test(report_faces, what_is_accepted_is_in_the_json_as_such)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED("a") CLOSED("b"));
  must(accept(report, rg_report_leak(report, 0)->fingerprint));
  const char *json = written(rg_report_write_json, report);
  const char *open = strstr(json, "\"accepted\": false"), *accepted = strstr(json, "\"accepted\": true");
  cr_assert(open && accepted && open < accepted);
}

Test(report_faces, no_leak_but_what_is_accepted_is_said)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED("a"));
  must(accept(report, rg_report_leak(report, 0)->fingerprint));
  cr_assert_str_eq(written(rg_report_write_text, report),
                   "No leak found but what is accepted.\n\n1 accepted leak is not listed.\n");
}

Test(report_faces, what_is_left_out_is_as_if_it_had_not_been_found)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED("a") CLOSED("b"));
  const char *first = rg_report_leak(report, 0)->fingerprint, *second = rg_report_leak(report, 1)->fingerprint;
  must(rg_report_leave_out(report, first, strlen(first)));
  cr_assert_eq(rg_report_num_leaks(report), 1);
  cr_assert_eq(rg_report_num_accepted(report), 0);
  cr_assert_eq(rg_report_leak(report, 0)->fingerprint, second);
  cr_assert_null(strstr(written(rg_report_write_text, report), "accepted"));
}

Test(report_faces, what_is_left_out_beside_what_is_accepted_is_not_counted)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED("a") CLOSED("b") CLOSED("c"));
  must(accept(report, rg_report_leak(report, 0)->fingerprint));
  const char *open = rg_report_leak(report, 0)->fingerprint;
  must(rg_report_leave_out(report, open, strlen(open)));
  cr_assert_eq(rg_report_num_leaks(report), 2);
  cr_assert_eq(rg_report_num_accepted(report), 1);
  cr_assert_not_null(strstr(written(rg_report_write_text, report), "LEAK 1 of 1 "));
}

Test(report_faces, a_baseline_that_is_written_accepts_all_that_was_found)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED("a") CLOSED("b"));
  char *baseline = strdup(written(rg_report_write_baseline, report));
  cr_assert_not_null(strstr(baseline, " lambda a.<lambda> ui.py:12\n"));
  must(accept(report, baseline));
  cr_assert_eq(rg_report_num_accepted(report), 2);
  free(baseline);
}

Test(report_faces, entries_that_match_nothing_any_more_are_counted_once_each)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED("a"));
  must(accept(report, "# old ones\n\n0123456789abcdef x\n  0123456789abcdef y\r\nfedcba9876543210"));
  cr_assert_eq(rg_report_num_unmatched(report), 2);
  cr_assert_not_null(strstr(written(rg_report_write_text, report),
                            "\n2 entries of the baseline match nothing any more.\n"));
}

Test(report_faces, accepts_nothing_of_a_baseline_with_a_bad_line)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED("a"));
  char text[100];
  snprintf(text, sizeof(text), "# one\n%s x\nABCDEF x\n", rg_report_leak(report, 0)->fingerprint);
  must_say(accept(report, text), RG_ERROR_ARGUMENT,
           "line 3 of the baseline, 'ABCDEF x', does not begin with a fingerprint: 16 hexadecimal digits");
  cr_assert_eq(rg_report_num_accepted(report), 0);
}

Test(report_faces, a_fingerprint_ends_where_its_digits_do)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED("a"));
  rg_error *error = accept(report, "0123456789abcdef0");
  cr_assert_not_null(error);
  rg_error_destroy(error);
}

Test(report_faces, a_hostile_line_is_shown_clean_and_cut)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED("a"));
  must_say(rg_report_accept(report, "\x1b[2J\0\xff", 6), RG_ERROR_ARGUMENT,
           "line 1 of the baseline, '\\x1b[2J\\x00\\xff', does not begin with a fingerprint: 16 hexadecimal digits");
  char *line = malloc(1000000);
  memset(line, 'x', 1000000);
  rg_error *error = rg_report_accept(report, line, 1000000);
  cr_assert_lt(strlen(error->message), 200);
  rg_error_destroy(error);
  free(line);
}

Test(report_faces, leaks_beyond_the_bound_are_accepted_too)
{
  char notation[20000] = LISTENERS;
  for (int i = 0; i < 60; i++)
    snprintf(notation + strlen(notation), sizeof(notation) - strlen(notation),
             " list[%d]>a%d a%d:closure,callable,site=f%d/ui.py/12/self a%d{self}>s%d s%d:type=S,size=9,finished=x", i, i,
             i, i, i, i, i);
  SCOPED_REPORT *report = REPORT(notation);
  cr_assert_eq(rg_report_num_omitted(report), 10);
  char *baseline = strdup(written(rg_report_write_baseline, report));
  must(accept(report, baseline));
  cr_assert_eq(rg_report_num_omitted(report), 0);
  cr_assert_eq(rg_report_num_accepted(report), 60);
  cr_assert_eq(rg_report_num_unmatched(report), 0);
  free(baseline);
}

/* --- doubts ------------------------------------------------------------------------------------------------------- */

struct dumped {
  uint64_t pid, time_ns;
  const char *host;
};

static void check_doubts_of(struct dumped first, struct dumped second, const char *expected)
{
  SCOPED_REPORT *report;
  must(rg_report_create(NULL, &report));
  const struct dumped dumps[] = {first, second};
  for (int i = 0; i < 2; i++) {
    rg_builder *builder;
    rg_graph *graph;
    must(rg_builder_create(&builder));
    must(rg_builder_set_process(builder, &(rg_process_info){.producer = "", .interpreter = "", .host = dumps[i].host,
                                                            .mode = "", .pid = dumps[i].pid,
                                                            .time_ns = dumps[i].time_ns}));
    must(rg_builder_add_loss(builder, &(rg_loss){"sizes: not asked", 1234}));
    must(rg_builder_finish(builder, &graph));
    rg_builder_destroy(builder);
    must(i ? rg_report_finish(report, graph) : rg_report_add(report, graph));
    rg_graph_destroy(graph);
  }
  cr_assert_eq(rg_report_num_doubts(report), expected != NULL);
  if (expected)
    cr_assert_str_eq(rg_report_doubt(report, 0), expected);
  cr_assert_not_null(strstr(written(rg_report_write_text, report), "\n  not recorded: 1 234 sizes: not asked\n"));
  cr_assert_not_null(strstr(written(rg_report_write_loss_json, report),
                            "\"not_recorded\": [{\"what\": \"sizes: not asked\", \"count\": 1234}]}"));
}

Test(report_faces, there_is_no_doubt_of_dumps_of_one_process_in_order)
{
  check_doubts_of((struct dumped){7, 100, "here"}, (struct dumped){7, 200, "here"}, NULL);
}

Test(report_faces, says_that_dumps_are_of_different_processes)
{
  check_doubts_of((struct dumped){7, 100, "here"}, (struct dumped){8, 200, "here"},
                  "dumps 1 and 2 are of different processes, 7 on here and 8 on here: what is more in one of them need "
                  "not have grown");
}

Test(report_faces, says_that_dumps_are_of_different_hosts)
{
  check_doubts_of((struct dumped){7, 100, "here"}, (struct dumped){7, 200, "there"},
                  "dumps 1 and 2 are of different processes, 7 on here and 7 on there: what is more in one of them "
                  "need not have grown");
}

Test(report_faces, says_that_dumps_are_out_of_order)
{
  check_doubts_of((struct dumped){7, 200, "here"}, (struct dumped){7, 100, "here"},
                  "dump 2 is older than dump 1: what grows is seen if the oldest comes first");
}

Test(report_faces, says_that_dumps_are_of_one_moment)
{
  check_doubts_of((struct dumped){7, 100, "here"}, (struct dumped){7, 100, "here"},
                  "dumps 1 and 2 are of the same moment: nothing can have grown");
}

Test(report_faces, does_not_doubt_what_is_not_known_of_processes)
{
  check_doubts_of((struct dumped){0, 0, ""}, (struct dumped){8, 200, "here"}, NULL);
}

Test(report_faces, says_that_a_dump_is_cut_off)
{
  SCOPED_HEAP heaped = heap(LISTENERS CLOSED("a"));
  SCOPED_REPORT *report;
  rg_graph *cut;
  rg_buffer dump = RG_BUFFER_INIT;
  rg_writer writer = rg_buffer_writer(&dump);
  must(rg_dump_write(heaped.graph, NULL, &writer));
  rg_reader reader = rg_bytes_reader(&(rg_bytes){dump.data, dump.size - 40});
  must(rg_dump_read(&reader, NULL, &cut));
  must(rg_report_create(NULL, &report));
  must(rg_report_finish(report, cut));
  cr_assert_str_eq(rg_report_doubt(report, 0),
                   "dump 1 is cut off: sizes and copies are lower bounds, and leaks may be missing");
  cr_assert_not_null(strstr(written(rg_report_write_loss_json, report), "{\"truncated\": true, "));
  rg_graph_destroy(cut);
  rg_buffer_deinit(&dump);
}

/* --- SARIF -------------------------------------------------------------------------------------------------------- */

static rg_error *write_sarif(const rg_report *report, const rg_writer *writer)
{
  return rg_report_write_sarif(report, "/home/u/app/", writer);
}

static void check_place(const char *file, const char *expected)
{
  char notation[400];
  snprintf(notation, sizeof(notation), LISTENERS " list[0]>a a:closure,callable,site=f/%s/12/self a{self}>s"
           " s:type=Screen,finished=closed", file);
  SCOPED_REPORT *report = REPORT(notation);
  const char *sarif = written(write_sarif, report);
  cr_assert_not_null(strstr(sarif, expected), "%s is not in %s", expected, sarif);
}

Test(report_faces, sarif_names_a_file_below_the_folder_from_there)
{
  check_place("|home|u|app|ui|main.py", "{\"uri\": \"ui/main.py\"}, \"region\": {\"startLine\": 12}}");
}

Test(report_faces, sarif_names_a_file_elsewhere_by_its_uri)
{
  check_place("|home|u|application|main.py", "{\"uri\": \"file:///home/u/application/main.py\"}");
}

Test(report_faces, sarif_encodes_what_is_no_part_of_a_uri)
{
  check_place("a:b^%41?#\"\xc3\xa9.py", "{\"uri\": \"a%3Ab%20%2541%3F%23%22%C3%A9.py\"}");
}

Test(report_faces, sarif_names_no_file_where_there_is_none)
{
  check_place("<stdin>",
              "\"locations\": [{\"logicalLocations\": [{\"fullyQualifiedName\": \"f\", \"kind\": \"function\"}]}]");
}

Test(report_faces, sarif_says_what_leaks_and_who_holds_it_and_the_best_mend)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED("a"));
  char expected[300];
  snprintf(expected, sizeof(expected), "\"The lambda a.<lambda> leaks: 1 copy keeps 1.1 kB (its Screen is finished: "
           "Screen.closed says so). EventBus.handlers holds it. %s.\"", rg_report_leak(report, 0)->mends[0].text);
  cr_assert_not_null(strstr(written(write_sarif, report), expected), "%s", expected);
}

Test(report_faces, sarif_suppresses_what_is_accepted)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED("a") CLOSED("b"));
  must(accept(report, rg_report_leak(report, 0)->fingerprint));
  const char *sarif = written(write_sarif, report), *open = strstr(sarif, "\"suppressions\": []");
  cr_assert(open && strstr(open, "\"suppressions\": [{\"kind\": \"external\", \"status\": \"accepted\"}]"));
}

Test(report_faces, a_hostile_name_stays_text_in_sarif)
{
  SCOPED_REPORT *report = REPORT(LISTENERS " list[0]>a a:closure,callable,site=[x](mailto:me){0}\"\\/ui.py/12/self"
                                    " a{self}>s s:type=Screen,finished=closed");
  const char *sarif = written(write_sarif, report);
  cr_assert_not_null(strstr(sarif, "The closure [x] (mailto:me){{0}}\\\"\\\\ leaks"), "%s", sarif);
}

/* --- pictures ----------------------------------------------------------------------------------------------------- */

static void destroy_view_scoped(rg_view **view)
{
  rg_view_destroy(*view);
}
#define SCOPED_VIEW __attribute__((cleanup(destroy_view_scoped))) rg_view

static rg_view *picture_of(const char *notation)
{
  SCOPED_REPORT *report;
  SCOPED_HEAP heaped = heap(notation);
  rg_view *view;
  must(rg_report_create(NULL, &report));
  must(rg_report_finish(report, heaped.graph));
  must(rg_report_view(report, 0, heaped.graph, &view));
  return view;
}

static const rg_view_node *find_box(const rg_view *view, const char *type)
{
  for (size_t i = 0; i < rg_view_num_nodes(view); i++) {
    if (strcmp(rg_view_node_at(view, i)->type, type) == 0)
      return rg_view_node_at(view, i);
  }
  cr_assert_fail("there is no %s", type);
  return NULL;
}

static const rg_view_edge *find_suspect(const rg_view *view)
{
  const rg_view_edge *found = NULL;
  for (size_t i = 0; i < rg_view_num_edges(view); i++) {
    if (!rg_view_edge_at(view, i)->is_suspect)
      continue;
    cr_assert_null(found);
    found = rg_view_edge_at(view, i);
  }
  cr_assert_not_null(found);
  return found;
}

Test(report_faces, the_suspect_of_a_picture_has_the_words_of_the_best_mend)
{
  SCOPED_VIEW *view = picture_of(LISTENERS CLOSED("a"));
  const rg_view_edge *suspect = find_suspect(view);
  cr_assert_str_eq(suspect->text, ".handlers");
  cr_assert_str_eq(suspect->note, "Remove it from\nEventBus.handlers when it is\nnot needed any more\n");
}

Test(report_faces, a_picture_marks_what_the_best_mend_cuts)
{
  SCOPED_VIEW *view = picture_of(LISTENERS CLOSED("a"));
  const rg_view_edge *cut = NULL;
  for (size_t i = 0; i < rg_view_num_edges(view); i++) {
    if (strcmp(rg_view_edge_at(view, i)->text, "[0]") == 0)
      cut = rg_view_edge_at(view, i);
  }
  cr_assert_not_null(cut);
  cr_assert_not(cut->is_suspect);
  cr_assert_str_eq(cut->note, "cut here: frees 1.1 kB\n");
}

Test(report_faces, a_cut_that_is_the_suspect_is_marked_there)
{
  SCOPED_VIEW *view = picture_of("R>app app:module,label=app app.hook>a a:closure,callable,size=100"
                                 ",site=f/ui.py/12/self a{self}>s s:type=Screen,size=1000,finished=closed");
  const rg_view_edge *suspect = find_suspect(view);
  cr_assert_str_eq(suspect->text, "hook");
  cr_assert_not_null(strstr(suspect->note, "\ncut here: frees 1.1 kB\n"), "%s", suspect->note);
}

Test(report_faces, a_picture_has_the_verdicts_in_words)
{
  SCOPED_VIEW *view = picture_of(LISTENERS CLOSED("a") " app:type=module list:type=list a:type=function");
  cr_assert_not_null(strstr(find_box(view, "module")->text, "\nexpected: modules live as long\nas the process\n"));
  cr_assert_not_null(strstr(find_box(view, "function")->text, "\nleaking: its Screen is\nfinished: Screen.closed says\n"
                            "so\n1 copy keeps 1.1 kB\n"));
  cr_assert_not_null(strstr(find_box(view, "list")->text, "\nunknown\n"));
}

Test(report_faces, a_picture_begins_at_the_root_and_goes_from_left_to_right)
{
  SCOPED_VIEW *view = picture_of(LISTENERS CLOSED("a"));
  cr_assert_eq(rg_view_direction(view), RG_DIRECTION_LEFT_RIGHT);
  cr_assert_eq(rg_view_node_at(view, 0)->role, RG_ROLE_ROOT);
}

Test(report_faces, a_picture_shows_what_keeps_most_of_a_value)
{
  SCOPED_VIEW *view = picture_of(LISTENERS CLOSED("a") " sa.pixels>p p:container,type=bytearray,size=5000"
                                 " sa.title>t t:type=Title,size=20");
  cr_assert_not_null(strstr(find_box(view, "Screen")->text, "\nkeeps 6.0 kB\n"));
  cr_assert_not_null(find_box(view, "bytearray"));
  for (size_t i = 0; i < rg_view_num_nodes(view); i++)
    cr_assert_str_neq(rg_view_node_at(view, i)->type, "Title");
}

Test(report_faces, a_picture_shows_what_a_method_is_bound_to)
{
  SCOPED_VIEW *view = picture_of(LISTENERS " list[0]>m m:callable,type=method,site=Screen.draw/ui.py/3"
                                 " m.__self__>s m.__func__>f f:callable,type=function,site=Screen.draw/ui.py/3"
                                 " s:type=Screen,size=1000,finished=closed");
  cr_assert_not_null(find_box(view, "Screen"));
}

Test(report_faces, a_picture_of_garbage_points_at_what_to_cut_in_its_cycle)
{
  SCOPED_VIEW *view = picture_of("a:closure,callable,type=function,frozen,size=1000,site=f/ui.py/1/self a{self}>s"
                                 " s:type=Screen,size=1000,finished=closed s.hook>a R>app app:module");
  cr_assert_not_null(strstr(find_suspect(view)->note, "cut here: frees 2.0 kB"), "%s", find_suspect(view)->note);
}

Test(report_faces, a_picture_has_forty_objects_at_most)
{
  char notation[20000] = "R>app app:module app.n0>n0";
  for (int i = 0; i < 60; i++)
    snprintf(notation + strlen(notation), sizeof(notation) - strlen(notation), " n%d:type=T%d,size=9 n%d.x%d>n%d", i, i,
             i, i, i + 1);
  strcat(notation, " n60:closure,callable,site=f/ui.py/1/self n60{self}>s s:type=Screen,size=1000,finished=closed");
  for (int i = 0; i < 60; i++)
    snprintf(notation + strlen(notation), sizeof(notation) - strlen(notation), " n60{v%d}>v%d v%d:type=V,size=2000", i,
             i, i);
  SCOPED_VIEW *view = picture_of(notation);
  size_t num = 0;
  for (size_t i = 0; i < rg_view_num_nodes(view); i++)
    num += rg_view_node_at(view, i)->node != RG_NODE_NONE;
  cr_assert_leq(num, 40);
  cr_assert_geq(num, 20);
}

Test(report_faces, draws_no_leak_of_another_graph)
{
  SCOPED_REPORT *report = REPORT(LISTENERS CLOSED("a"));
  SCOPED_HEAP other = heap("R>a");
  rg_view *view;
  must_say(rg_report_view(report, 0, other.graph, &view), RG_ERROR_ARGUMENT,
           "the graph is not the one that the report is about");
}

static rg_error *write_all(const rg_report *report)
{
  static const write_report faces[] = {rg_report_write_text, rg_report_write_json, rg_report_write_loss_json,
                                       rg_report_write_baseline, write_sarif};
  rg_buffer buffer = RG_BUFFER_INIT;
  rg_writer writer = rg_buffer_writer(&buffer);
  rg_error *error = NULL;
  for (size_t i = 0; !error && i < sizeof(faces) / sizeof(faces[0]); i++)
    error = faces[i](report, &writer);
  rg_buffer_deinit(&buffer);
  return error;
}

Test(report_faces, survives_every_failing_allocation)
{
  SCOPED_REPORT *report;
  SCOPED_HEAP heaped = heap(LISTENERS CLOSED("a") " sa.pixels>p p:container,size=5000");
  rg_view *view = NULL;
  must(rg_report_create(NULL, &report));
  must(rg_report_finish(report, heaped.graph));
  cr_assert_gt(HEAP_TORTURE(rg_report_view(report, 0, heaped.graph, &view), rg_view_destroy(view)), 20);
  cr_assert_gt(HEAP_TORTURE(write_all(report), (void)0), 20);
  cr_assert_gt(HEAP_TORTURE(accept(report, "0123456789abcdef"), (void)0), 0);
  cr_assert_gt(HEAP_TORTURE(rg_report_leave_out(report, "0123456789abcdef", 16), (void)0), 0);
}
