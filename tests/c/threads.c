/* What is frozen may be asked by any number of threads at the same time: each question is put by several of them to one
 * graph and what was made of it, and all must get the answer that one thread gets. Which of them makes what a graph
 * keeps for later, as its reverse index, is left to chance.
 *
 * A program of its own, since ThreadSanitizer's address space has no place for Criterion's: `make threads` runs it with
 * ThreadSanitizer, `make check` without. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/base/alloc.h"
#include "heap.h"

#define HEAP \
  "R.app>app app:module,label=app,type=module app.bus>bus bus:type=Bus,size=48 bus.handlers>list " \
  "list:container,size=80 list[0]>f list[1]>g list[2]>h f{screen}>s g{screen}>t h{screen}>t " \
  "f:closure,callable,type=function,label=on_click,size=100,site=make.on_click/ui.py/12/screen " \
  "g:closure,callable,type=function,label=on_click,size=100,site=make.on_click/ui.py/12/screen " \
  "h:closure,callable,type=function,label=on_key,size=100,site=make.on_key/ui.py/30/screen:r " \
  "s:type=Screen,size=56,finished=closed s.pixels>p s.self>s s.other>t p:container,size=8000 " \
  "t:type=Screen,size=56 t.pixels>q t.other>s q:container,size=9000 lost:type=Screen,size=56 lost~weak>t"

enum { NUM_THREADS = 4, NUM_TARGETS = 2 };

/* What all threads share. */
struct shared {
  struct heap heap;
  rg_node targets[NUM_TARGETS];
  rg_paths *paths;
  rg_closures *closures;
  rg_dominators *dominators;
  rg_selection *selection;
  rg_view *view;
};

static void must(rg_error *error)
{
  if (!error)
    return;
  printf("Bail out! %s\n", error->message);
  exit(1);
}

static void shared_init(struct shared *shared)
{
  *shared = (struct shared){.heap = heap(HEAP)};
  const rg_graph *graph = shared->heap.graph;
  shared->targets[0] = heap_node(&shared->heap, "s");
  shared->targets[1] = heap_node(&shared->heap, "t");
  must(rg_paths_create(graph, NULL, &shared->paths));
  must(rg_closures_create(graph, &shared->closures));
  must(rg_dominators_create(graph, NULL, &shared->dominators));
  must(rg_select_why_closures(graph, shared->closures, NULL, &shared->selection));
  must(rg_view_create(shared->selection, NULL, &shared->view));
}

static void shared_deinit(struct shared *shared)
{
  rg_view_destroy(shared->view);
  rg_selection_destroy(shared->selection);
  rg_dominators_destroy(shared->dominators);
  rg_closures_destroy(shared->closures);
  rg_paths_destroy(shared->paths);
  heap_deinit(&shared->heap);
}

/* --- questions ---------------------------------------------------------------------------------------------------- */

static void say(const rg_writer *answer, const void *data, size_t size)
{
  must(answer->write(answer->context, data, size));
}

static void say_table(const rg_writer *answer, rg_table *table)
{
  must(rg_table_write_text(table, "", answer));
  rg_table_destroy(table);
}

static void ask_for_referrers(const struct shared *shared, const rg_writer *answer)
{
  for (rg_node node = 0; node < rg_graph_num_nodes(shared->heap.graph); node++) {
    rg_referrers referrers;
    must(rg_graph_referrers(shared->heap.graph, node, &referrers));
    say(answer, referrers.edges, referrers.num_edges * sizeof(*referrers.edges));
  }
}

// Often enough that the nodes are put in order meanwhile.
static void ask_for_addresses(const struct shared *shared, const rg_writer *answer)
{
  for (int round = 0; round < 10; round++) {
    for (rg_node node = 1; node < rg_graph_num_nodes(shared->heap.graph); node++) {
      rg_node found = rg_graph_find(shared->heap.graph, rg_graph_node(shared->heap.graph, node).address);
      say(answer, &found, sizeof(found));
    }
  }
}

static void ask_for_dominated(const struct shared *shared, const rg_writer *answer)
{
  for (rg_node node = 0; node < rg_graph_num_nodes(shared->heap.graph); node++) {
    rg_dominated children;
    must(rg_dominators_children(shared->dominators, node, &children));
    say(answer, children.nodes, children.num_nodes * sizeof(*children.nodes));
  }
}

static void ask_for_tables(const struct shared *shared, const rg_writer *answer)
{
  const rg_graph *graph = shared->heap.graph;
  rg_table *table;
  must(rg_table_of_closures(graph, shared->closures, NULL, 10, &table));
  say_table(answer, table);
  must(rg_table_of_dominators(graph, shared->dominators, NULL, 0, 10, &table));
  say_table(answer, table);
  rg_types *types;
  must(rg_types_create(graph, NULL, 0, &types));
  must(rg_types_measure(types, graph, shared->dominators));
  must(rg_table_of_types(graph, types, 10, &table));
  say_table(answer, table);
  rg_types_destroy(types);
}

static void ask_what_to_cut(const struct shared *shared, const rg_writer *answer)
{
  const rg_graph *graph = shared->heap.graph;
  rg_table *table;
  rg_cut *cut;
  must(rg_cut_create(graph, shared->targets, NUM_TARGETS, NULL, &cut));
  must(rg_table_of_cut(graph, cut, &table));
  say_table(answer, table);
  rg_cut_destroy(cut);
  rg_disjoint_paths *paths;
  must(rg_disjoint_paths_create(graph, shared->targets[0], NULL, &paths));
  must(rg_table_of_disjoint_paths(graph, paths, &table));
  say_table(answer, table);
  rg_disjoint_paths_destroy(paths);
}

static void ask_for_cycles(const struct shared *shared, const rg_writer *answer)
{
  rg_cycle_options options = RG_CYCLE_OPTIONS_INIT;
  options.dominators = shared->dominators;
  rg_cycles *cycles;
  must(rg_cycles_create(shared->heap.graph, &options, &cycles));
  rg_table *table;
  must(rg_table_of_cycles(shared->heap.graph, cycles, NULL, 10, &table));
  say_table(answer, table);
  rg_cycles_destroy(cycles);
}

static void ask_who_holds(const struct shared *shared, const rg_writer *answer)
{
  const size_t groups[] = {0, 1};
  rg_holders *holders;
  must(rg_holders_create(shared->heap.graph, shared->paths, shared->closures, groups, 2, &holders));
  for (size_t group_i = 0; group_i < 2; group_i++) {
    for (size_t i = 0; i < rg_holders_num(holders, group_i); i++) {
      rg_holder holder = rg_holders_get(holders, group_i, i);
      say(answer, &holder.node, sizeof(holder.node));
    }
  }
  rg_holders_destroy(holders);
}

static void ask_for_matches(const struct shared *shared, const rg_writer *answer)
{
  rg_filter *filter;
  must(rg_filter_create("type:Screen size:50..", &filter));
  rg_matches *matches;
  must(rg_matches_create(shared->heap.graph, filter, &matches));
  say(answer, rg_matches_nodes(matches), rg_matches_num_nodes(matches) * sizeof(rg_node));
  rg_matches_destroy(matches);
  rg_filter_destroy(filter);
}

static void ask_for_views(const struct shared *shared, const rg_writer *answer)
{
  rg_selection *selections[2];
  must(rg_select_why(shared->heap.graph, shared->targets, NUM_TARGETS, NULL, &selections[0]));
  must(rg_select_neighbourhood(shared->heap.graph, shared->targets, NUM_TARGETS, NULL, &selections[1]));
  for (size_t i = 0; i < 2; i++) {
    rg_view *view;
    must(rg_view_create(selections[i], NULL, &view));
    must(rg_view_write_json(view, answer));
    rg_view_destroy(view);
    rg_selection_destroy(selections[i]);
  }
  must(rg_view_write_text(shared->view, answer));
}

static void ask_for_pictures(const struct shared *shared, const rg_writer *answer)
{
  rg_render_options options = RG_RENDER_OPTIONS_INIT;
  options.deadline_ms = 1200000; // so that the first layout has time enough under valgrind, too
  must(rg_render(shared->view, RG_FORMAT_DOT, &options, answer));
  must(rg_render(shared->view, RG_FORMAT_SVG, &options, answer));
  must(rg_render(shared->view, RG_FORMAT_PNG, &options, answer));
}

static void ask_for_leaks(const struct shared *shared, const rg_writer *answer)
{
  rg_report *report;
  must(rg_report_create(NULL, &report));
  must(rg_report_finish(report, shared->heap.graph));
  must(rg_report_write_text(report, answer));
  must(rg_report_write_json(report, answer));
  rg_report_destroy(report);
}

static void ask_for_growth(const struct shared *shared, const rg_writer *answer)
{
  rg_growth *growth;
  must(rg_growth_create(&growth));
  must(rg_growth_add(growth, shared->heap.graph, NULL, 0));
  must(rg_growth_add(growth, shared->heap.graph, NULL, 0));
  must(rg_growth_rank(growth, RG_GROUP_BY_SITE));
  rg_table *table;
  must(rg_table_of_growth(growth, 10, &table));
  say_table(answer, table);
  rg_growth_destroy(growth);
}

static void ask_for_dumps(const struct shared *shared, const rg_writer *answer)
{
  rg_buffer dump = RG_BUFFER_INIT;
  rg_writer writer = rg_buffer_writer(&dump);
  must(rg_dump_write(shared->heap.graph, NULL, &writer));
  say(answer, dump.data, dump.size);
  rg_bytes bytes = {dump.data, dump.size};
  rg_reader reader = rg_bytes_reader(&bytes);
  rg_graph *graph;
  must(rg_dump_read(&reader, NULL, &graph));
  must(rg_export_write(graph, RG_EXPORT_JSON, NULL, answer));
  rg_graph_destroy(graph);
  rg_buffer_deinit(&dump);
}

static void ask_for_exports(const struct shared *shared, const rg_writer *answer)
{
  must(rg_export_write(shared->heap.graph, RG_EXPORT_HEAPSNAPSHOT, NULL, answer));
  must(rg_export_write(shared->heap.graph, RG_EXPORT_JSON, NULL, answer));
}

static const struct {
  const char *name; /* what is true when all answers are the same */
  void (*ask)(const struct shared *shared, const rg_writer *answer);
} questions[] = {
  {"the reverse index is made by one of them", ask_for_referrers},
  {"nodes are put in the order of their addresses by one of them", ask_for_addresses},
  {"dominated nodes are listed by one of them", ask_for_dominated},
  {"tables are the same", ask_for_tables},
  {"cuts and disjoint paths are the same", ask_what_to_cut},
  {"cycles are the same", ask_for_cycles},
  {"holders are the same", ask_who_holds},
  {"filters match the same", ask_for_matches},
  {"selections and views are the same", ask_for_views},
  {"pictures are the same", ask_for_pictures},
  {"reports of leaks are the same", ask_for_leaks},
  {"growth is the same", ask_for_growth},
  {"dumps are the same, and read the same", ask_for_dumps},
  {"exports are the same", ask_for_exports},
};
enum { NUM_QUESTIONS = sizeof(questions) / sizeof(questions[0]) };

/* --- threads ------------------------------------------------------------------------------------------------------ */

struct asker {
  pthread_t thread;
  size_t question_i;
  const struct shared *shared;
  rg_buffer answer;
};

static void *ask(void *argument)
{
  struct asker *asker = argument;
  rg_writer writer = rg_buffer_writer(&asker->answer);
  questions[asker->question_i].ask(asker->shared, &writer);
  return NULL;
}

static void start(struct asker *asker)
{
  if (!pthread_create(&asker->thread, NULL, ask, asker))
    return;
  puts("Bail out! cannot start a thread");
  exit(1);
}

static bool is_same(const rg_buffer *one, const rg_buffer *other)
{
  return one->size == other->size && !memcmp(one->data, other->data, one->size);
}

static bool all_answers_are_the_same(size_t question_i)
{
  struct shared shared_alone, shared;
  shared_init(&shared_alone);
  shared_init(&shared);
  struct asker alone = {0, question_i, &shared_alone, RG_BUFFER_INIT}, askers[NUM_THREADS];
  ask(&alone);
  for (size_t i = 0; i < NUM_THREADS; i++) {
    askers[i] = (struct asker){0, question_i, &shared, RG_BUFFER_INIT};
    start(&askers[i]);
  }
  bool is_true = alone.answer.size > 0;
  for (size_t i = 0; i < NUM_THREADS; i++) {
    pthread_join(askers[i].thread, NULL);
    is_true &= is_same(&askers[i].answer, &alone.answer);
    rg_buffer_deinit(&askers[i].answer);
  }
  rg_buffer_deinit(&alone.answer);
  shared_deinit(&shared);
  shared_deinit(&shared_alone);
  return is_true;
}

// Returns whether it is not so.
static bool tell(size_t number, bool is_true, const char *name)
{
  printf("%s %zu - %s\n", is_true ? "ok" : "not ok", number, name);
  fflush(stdout);
  return !is_true;
}

int main(void)
{
  bool has_failed = false;
  printf("1..%d\n", NUM_QUESTIONS + 1);
  for (size_t i = 0; i < NUM_QUESTIONS; i++)
    has_failed |= tell(i + 1, all_answers_are_the_same(i), questions[i].name);
  has_failed |= tell(NUM_QUESTIONS + 1, rgi_alloc_num_live() == 0, "no memory is left");
  return has_failed;
}
