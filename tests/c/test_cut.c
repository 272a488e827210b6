/* The fewest references to cut, against every set of references that could be cut. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "../../src/base/alloc.h"
#include "heap.h"

static void destroy_scoped(rg_cut **cut)
{
  rg_cut_destroy(*cut);
}
#define SCOPED_CUT __attribute__((cleanup(destroy_scoped))) rg_cut

static rg_cut *find_cut(const rg_graph *graph, const rg_node *targets, size_t num_targets, rg_edge_kinds kinds)
{
  rg_cut_options options = RG_CUT_OPTIONS_INIT;
  options.kinds = kinds;
  rg_cut *cut;
  cr_assert_null(rg_cut_create(graph, targets, num_targets, &options, &cut));
  return cut;
}

/* --- a plain oracle ----------------------------------------------------------------------------------------------- */

enum { MOST_EDITABLE = 10 };

struct question {
  const rg_graph *graph;
  rg_edge_kinds kinds;
  uint32_t targets; /* a bit a node */
  rg_edge editable[64];
  size_t num_editable;
};

static bool has(const rg_edge *edges, size_t num, rg_edge edge)
{
  for (size_t i = 0; i < num; i++) {
    if (edges[i] == edge)
      return true;
  }
  return false;
}

/* A bit a node that the super-root reaches without some edges. */
static uint32_t find_reached_from(const rg_graph *graph, rg_edge_kinds kinds, uint32_t reached, const rg_edge *without,
                                  size_t num_without)
{
  for (uint32_t before = 0; before != reached;) {
    before = reached;
    for (rg_edge edge = 0; edge < rg_graph_num_edges(graph); edge++) {
      bool is_followed = kinds & RG_EDGE_KIND_BIT(rg_graph_edge_kind(graph, edge)) && !has(without, num_without, edge);
      if (is_followed && reached & 1u << rg_graph_edge_source(graph, edge))
        reached |= 1u << rg_graph_edge_target(graph, edge);
    }
  }
  return reached;
}

static uint32_t find_reached(const rg_graph *graph, rg_edge_kinds kinds, const rg_edge *without, size_t num_without)
{
  return find_reached_from(graph, kinds, 1, without, num_without);
}

/* The edges of a subset that is given by bits. */
static size_t list_subset(const struct question *question, uint32_t subset, rg_edge *ret)
{
  size_t num = 0;
  for (size_t i = 0; i < question->num_editable; i++) {
    if (subset & 1u << i)
      ret[num++] = question->editable[i];
  }
  return num;
}

static bool frees(const struct question *question, const rg_edge *edges, size_t num_edges)
{
  return !(find_reached(question->graph, question->kinds, edges, num_edges) & question->targets);
}

static uint32_t find_reaching(const rg_graph *graph, rg_edge_kinds kinds, uint32_t targets, const rg_edge *without,
                              size_t num_without)
{
  uint32_t reaching = targets;
  for (uint32_t before = 0; before != reaching;) {
    before = reaching;
    for (rg_edge edge = 0; edge < rg_graph_num_edges(graph); edge++) {
      bool is_followed = kinds & RG_EDGE_KIND_BIT(rg_graph_edge_kind(graph, edge)) && !has(without, num_without, edge);
      if (is_followed && reaching & 1u << rg_graph_edge_target(graph, edge))
        reaching |= 1u << rg_graph_edge_source(graph, edge);
    }
  }
  return reaching;
}

/* Nearest: whatever still reaches the targets after the cut does so after any other cut of this size. */
static void check_found(const struct question *question, const rg_edge *edges, size_t num_edges)
{
  const rg_graph *graph = question->graph;
  cr_assert(frees(question, edges, num_edges));
  uint32_t reaching = find_reaching(graph, question->kinds, question->targets, edges, num_edges);
  for (uint32_t subset = 0; subset < 1u << question->num_editable; subset++) {
    rg_edge others[64];
    size_t num = list_subset(question, subset, others);
    if (num > num_edges || !frees(question, others, num))
      continue;
    cr_assert_eq(num, num_edges, "%zu edges are enough, not %zu", num, num_edges);
    cr_assert_eq(reaching & ~find_reaching(graph, question->kinds, question->targets, others, num), 0);
  }
  for (size_t i = 0; i < num_edges; i++) {
    cr_assert(rg_edge_is_editable(graph, edges[i]));
    cr_assert(!i || edges[i - 1] < edges[i]);
  }
}

static void check_path(const struct question *question, rg_edge_list path)
{
  rg_node node = RG_NODE_ROOT;
  for (size_t i = 0; i < path.num_edges; i++) {
    cr_assert_eq(rg_graph_edge_source(question->graph, path.edges[i]), node);
    cr_assert_not(rg_edge_is_editable(question->graph, path.edges[i]));
    node = rg_graph_edge_target(question->graph, path.edges[i]);
  }
  cr_assert(question->targets & 1u << node);
}

static rg_cut_result check_question(const struct question *question, const rg_node *targets, size_t num_targets)
{
  SCOPED_CUT *cut = find_cut(question->graph, targets, num_targets, question->kinds);
  rg_edge_list edges = rg_cut_edges(cut);
  rg_cut_result result = rg_cut_get_result(cut);
  if (frees(question, NULL, 0))
    cr_assert_eq(result, RG_CUT_UNREACHED);
  else if (!frees(question, question->editable, question->num_editable))
    cr_assert_eq(result, RG_CUT_IMPOSSIBLE);
  else
    cr_assert_eq(result, RG_CUT_FOUND);
  if (result == RG_CUT_FOUND)
    check_found(question, edges.edges, edges.num_edges);
  else if (result == RG_CUT_IMPOSSIBLE)
    check_path(question, edges);
  else
    cr_assert_eq(edges.num_edges, 0);
  return result;
}

/* Whether a cut was found; a graph with too many editable edges for the oracle is left alone. */
static bool check_random_graph(uint32_t seed, uint32_t num_nodes, uint32_t num_edges, rg_edge_kinds kinds)
{
  rg_graph *graph = heap_random(seed, num_nodes, num_edges);
  struct question question = {.graph = graph, .kinds = kinds};
  rg_node targets[2];
  uint32_t state = seed;
  for (size_t i = 0; i < 2; i++) {
    targets[i] = 1 + heap_random_below(&state, num_nodes);
    question.targets |= i < 1 + seed % 2 ? 1u << targets[i] : 0;
  }
  for (rg_edge edge = 0; edge < num_edges; edge++) {
    if (rg_edge_is_editable(graph, edge) && kinds & RG_EDGE_KIND_BIT(rg_graph_edge_kind(graph, edge)))
      question.editable[question.num_editable++] = edge;
  }
  bool is_found = question.num_editable <= MOST_EDITABLE &&
                  check_question(&question, targets, 1 + seed % 2) == RG_CUT_FOUND;
  rg_graph_destroy(graph);
  return is_found;
}

Test(cut, of_random_graphs_is_the_least_that_frees_and_the_nearest_of_these)
{
  size_t num_found = 0;
  for (uint32_t seed = 1; seed <= 12000; seed++) {
    uint32_t num_nodes = 2 + seed % 8;
    num_found += check_random_graph(seed, num_nodes, num_nodes + seed % 11, RG_EDGE_KINDS_STRONG);
    num_found += check_random_graph(seed, num_nodes, 2 * num_nodes, RG_EDGE_KINDS_STRONG & ~RG_EDGE_KIND_BIT(RG_EDGE_INTERNAL));
  }
  cr_assert_gt(num_found, 2000);
}

/* --- facts -------------------------------------------------------------------------------------------------------- */

/* The names of the sources and targets of the edges to cut. */
static const char *cut_of(const char *notation, const char *target)
{
  static char answer[128];
  SCOPED_HEAP heaped = heap(notation);
  rg_node node = heap_node(&heaped, target);
  SCOPED_CUT *cut = find_cut(heaped.graph, &node, 1, 0);
  static const char *const words[] = {"", "unreached", "impossible", "too many"};
  size_t size = (size_t)snprintf(answer, sizeof(answer), "%s", words[rg_cut_get_result(cut)]);
  rg_edge_list edges = rg_cut_edges(cut);
  for (size_t i = 0; i < edges.num_edges; i++)
    size += (size_t)snprintf(answer + size, sizeof(answer) - size, "%s%s>%s", size ? " " : "",
                             heaped.names[rg_graph_edge_source(heaped.graph, edges.edges[i])],
                             heaped.names[rg_graph_edge_target(heaped.graph, edges.edges[i])]);
  return answer;
}

Test(cut, is_nearest_to_the_node)
{
  cr_assert_str_eq(cut_of("R>m m>a a>b b>c", "c"), "b>c");
}

Test(cut, is_where_two_ways_come_together)
{
  cr_assert_str_eq(cut_of("R>m m>a a>b a>c b>d c>d", "d"), "m>a");
  cr_assert_str_eq(cut_of("R>m R>n m>a a>b a>c b>d c>d n>d", "d"), "m>a n>d");
}

Test(cut, takes_each_of_several_references)
{
  cr_assert_str_eq(cut_of("R>m m.x>a m.y>a", "a"), "m>a m>a");
}

Test(cut, takes_what_lies_behind_passages_and_never_the_step_to_them)
{
  cr_assert_str_eq(cut_of("R>o o>d d.on>f f{}>t t{}>c c{x}>v d:passage t:passage c:passage", "v"), "c>v");
  cr_assert_str_eq(cut_of("R>o o>d d.on>f d:passage", "f"), "d>f");
}

Test(cut, leaves_tuples_and_machinery_alone)
{
  cr_assert_str_eq(cut_of("R>m m>l l>t t[0]>a t:fixed", "a"), "l>t");
  cr_assert_str_eq(cut_of("R>m m.f>f f!globals>a", "a"), "m>f");
}

Test(cut, takes_an_argument_though_its_tuple_stays_the_same)
{
  cr_assert_str_eq(cut_of("R>f f*defaults>t t*row>v t:passage,fixed", "v"), "t>v");
  cr_assert_str_eq(cut_of("R>f f*defaults>t t[0]>v t:fixed", "v"), "f>t");
}

Test(cut, is_not_there_where_a_root_holds_the_node_itself)
{
  cr_assert_str_eq(cut_of("R>m m>a R>a", "a"), "impossible >a");
  cr_assert_str_eq(cut_of("R!x>s s.x>t t[0]>a s:external t:fixed", "a"), "impossible >s s>t t>a");
}

Test(cut, is_not_there_for_what_no_root_reaches)
{
  cr_assert_str_eq(cut_of("R>m g>a a>g", "a"), "unreached");
}

Test(cut, sends_flow_back_where_the_shortest_path_was_the_wrong_one)
{
  cr_assert_str_eq(cut_of("R>m m>a a>b b>t m>c c>b a>d d>t", "t"), "b>t d>t");
}

Test(cut, is_given_up_beyond_its_limit)
{
  SCOPED_HEAP heaped = heap("R>m m[0]>a m[1]>a m[2]>a");
  rg_node target = heap_node(&heaped, "a");
  rg_cut_options options = RG_CUT_OPTIONS_INIT;
  options.max_edges = 2;
  SCOPED_CUT *cut;
  cr_assert_null(rg_cut_create(heaped.graph, &target, 1, &options, &cut));
  cr_assert_eq(rg_cut_get_result(cut), RG_CUT_TOO_MANY);
  cr_assert_eq(rg_cut_edges(cut).num_edges, 0);
  options.max_edges = 3;
  SCOPED_CUT *other;
  cr_assert_null(rg_cut_create(heaped.graph, &target, 1, &options, &other));
  cr_assert_eq(rg_cut_get_result(other), RG_CUT_FOUND);
}

Test(cut, of_a_chain_of_a_million_is_found)
{
  rg_graph *graph = heap_chain(1000000);
  rg_node target = 1000000;
  SCOPED_CUT *cut = find_cut(graph, &target, 1, 0);
  cr_assert_eq(rg_cut_edges(cut).edges[0], 999999);
  rg_graph_destroy(graph);
}

Test(cut, survives_every_failing_allocation)
{
  SCOPED_HEAP heaped = heap("R>m m>a m>b a>c b>c");
  rg_node target = heap_node(&heaped, "c");
  rg_referrers made;
  cr_assert_null(rg_graph_referrers(heaped.graph, 0, &made));
  rg_cut *cut;
  cr_assert_gt(HEAP_TORTURE(rg_cut_create(heaped.graph, &target, 1, NULL, &cut), rg_cut_destroy(cut)), 5);
}

/* --- what it frees ------------------------------------------------------------------------------------------------ */

/* What goes: that to which the references lead, and what hangs on it, less what is left. */
static uint32_t find_going(const rg_graph *graph, rg_edge_kinds kinds, const rg_what_if *what_if)
{
  uint32_t kept = 1, cut_off = 0;
  for (size_t i = 0; i < what_if->num_kept; i++)
    kept |= 1u << what_if->kept[i];
  for (size_t i = 0; i < what_if->num_edges; i++) {
    if (kinds & RG_EDGE_KIND_BIT(rg_graph_edge_kind(graph, what_if->edges[i])))
      cut_off |= 1u << rg_graph_edge_target(graph, what_if->edges[i]);
  }
  return find_reached_from(graph, kinds, cut_off, what_if->edges, what_if->num_edges) &
         ~find_reached_from(graph, kinds, kept, what_if->edges, what_if->num_edges);
}

/* Frees one by one what nobody holds, looking for the next one from the start each time. */
static rg_freed free_plainly(const rg_graph *graph, rg_edge_kinds kinds, const rg_what_if *what_if)
{
  uint32_t going = find_going(graph, kinds, what_if), gone = 0;
  for (uint32_t before = 1; before != gone;) {
    before = gone;
    uint32_t held = 0;
    for (rg_edge edge = 0; edge < rg_graph_num_edges(graph); edge++) {
      bool is_followed = kinds & RG_EDGE_KIND_BIT(rg_graph_edge_kind(graph, edge)) &&
                         !has(what_if->edges, what_if->num_edges, edge);
      if (is_followed && !(gone & 1u << rg_graph_edge_source(graph, edge)))
        held |= 1u << rg_graph_edge_target(graph, edge);
    }
    gone = going & ~held;
  }
  rg_freed freed = {0};
  for (rg_node node = 0; node < rg_graph_num_nodes(graph); node++) {
    rg_retained *part = gone & 1u << node ? &freed.at_once : &freed.by_collection;
    part->num_nodes += going >> node & 1;
    part->size += going >> node & 1 ? rg_graph_node_size(graph, node) : 0;
  }
  return freed;
}

enum { NUM_WHAT_IFS = 70, NUM_CUT = 4 };

/* Cuts of 0 to 4 references; every third keeps a node. */
static void choose_what_ifs(const rg_graph *graph, uint32_t seed, rg_what_if *what_ifs, rg_edge *edges, rg_node *kept)
{
  for (size_t i = 0; i < NUM_WHAT_IFS; i++) {
    for (size_t edge = 0; edge < NUM_CUT; edge++)
      edges[i * NUM_CUT + edge] = heap_random_below(&seed, (uint32_t)rg_graph_num_edges(graph));
    kept[i] = heap_random_below(&seed, rg_graph_num_nodes(graph));
    what_ifs[i] = (rg_what_if){&edges[i * NUM_CUT], heap_random_below(&seed, NUM_CUT + 1), &kept[i], i % 3 == 0};
  }
}

static size_t check_freed(const rg_graph *graph, rg_edge_kinds kinds, uint32_t seed)
{
  rg_what_if what_ifs[NUM_WHAT_IFS];
  rg_edge edges[NUM_WHAT_IFS * NUM_CUT];
  rg_node kept[NUM_WHAT_IFS];
  rg_freed freed[NUM_WHAT_IFS];
  size_t num_both = 0;
  choose_what_ifs(graph, seed, what_ifs, edges, kept);
  cr_assert_null(rg_freed_by_cuts(graph, kinds, what_ifs, NUM_WHAT_IFS, freed));
  for (size_t i = 0; i < NUM_WHAT_IFS; i++) {
    rg_freed expected = free_plainly(graph, kinds, &what_ifs[i]);
    cr_assert_eq(freed[i].at_once.num_nodes, expected.at_once.num_nodes);
    cr_assert_eq(freed[i].at_once.size, expected.at_once.size);
    cr_assert_eq(freed[i].by_collection.num_nodes, expected.by_collection.num_nodes);
    cr_assert_eq(freed[i].by_collection.size, expected.by_collection.size);
    num_both += freed[i].at_once.num_nodes && freed[i].by_collection.num_nodes;
  }
  return num_both;
}

Test(freed, by_random_cuts_is_what_plain_counting_frees)
{
  size_t num_both = 0;
  for (uint32_t seed = 1; seed <= 300; seed++) {
    uint32_t num_nodes = 2 + seed % 20;
    rg_graph *graph = heap_random(seed, num_nodes, num_nodes + seed % 13);
    num_both += check_freed(graph, RG_EDGE_KINDS_STRONG, seed);
    check_freed(graph, RG_EDGE_KIND_BIT(RG_EDGE_ATTRIBUTE), seed);
    rg_graph_destroy(graph);
  }
  cr_assert_gt(num_both, 100);
}

static rg_freed freed_by_first_edge(const char *notation)
{
  SCOPED_HEAP heaped = heap(notation);
  rg_edge edge = rg_graph_edges_begin(heaped.graph, 1);
  rg_freed freed;
  cr_assert_null(rg_freed_by_cuts(heaped.graph, 0, &(rg_what_if){&edge, 1, NULL, 0}, 1, &freed));
  return freed;
}

// Sorting no cuts once gave NULL to qsort().
Test(freed, is_nothing_by_no_cut)
{
  SCOPED_HEAP heaped = heap("R>m m>a");
  rg_freed freed;
  cr_assert_null(rg_freed_by_cuts(heaped.graph, 0, &(rg_what_if){NULL, 0, NULL, 0}, 1, &freed));
  cr_assert_eq(freed.at_once.num_nodes, 0);
  cr_assert_eq(freed.by_collection.num_nodes, 0);
}

Test(freed, is_at_once_what_only_what_goes_holds)
{
  rg_freed freed = freed_by_first_edge("R>m m>a a>b b>c m>c a:size=1 b:size=2 c:size=4");
  cr_assert_eq(freed.at_once.num_nodes, 2);
  cr_assert_eq(freed.at_once.size, 3);
  cr_assert_eq(freed.by_collection.num_nodes, 0);
}

Test(freed, is_by_collection_what_is_in_a_cycle_or_behind_one)
{
  rg_freed freed = freed_by_first_edge("R>m m>a a>b b>c c>b c>d a:size=1 b:size=2 c:size=4 d:size=8");
  cr_assert_eq(freed.at_once.size, 1);
  cr_assert_eq(freed.by_collection.size, 14);
}

Test(freed, is_by_collection_what_garbage_holds)
{
  rg_freed freed = freed_by_first_edge("R>m m>a g>a g>g a:size=1 g:size=2");
  cr_assert_eq(freed.at_once.size, 0);
  cr_assert_eq(freed.by_collection.size, 1);
}

Test(freed, is_what_garbage_alone_holds_if_the_reference_is_its_own)
{
  rg_freed freed = freed_by_first_edge("g>a a>b b>g g:size=1 a:size=2 b:size=4");
  cr_assert_eq(freed.at_once.size, 7);
}

Test(freed, is_nothing_where_another_way_is_left)
{
  rg_freed freed = freed_by_first_edge("R>m m.x>a m.y>a");
  cr_assert_eq(freed.at_once.num_nodes + freed.by_collection.num_nodes, 0);
}

Test(freed, survives_every_failing_allocation)
{
  SCOPED_HEAP heaped = heap("R>m m>a");
  rg_edge edge = 1;
  rg_freed freed;
  rg_referrers made;
  cr_assert_null(rg_graph_referrers(heaped.graph, 0, &made));
  cr_assert_gt(HEAP_TORTURE(rg_freed_by_cuts(heaped.graph, 0, &(rg_what_if){&edge, 1, NULL, 0}, 1, &freed), (void)0), 2);
}
