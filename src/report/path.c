/* The path from a root to one of the objects, or, of garbage, around its cycle, with a verdict on each step.
 *
 *   module app.bus        expected   modules live as long as the process
 *   EventBus              expected   a module has it for an attribute
 *   list                  unknown    <- suspect: the reference by which the holder holds
 *   function on_tick      leaking
 *
 * What holds something expected is expected, and what hangs on something that leaks leaks. */
#include "report-internal.h"

#include "../table/table-internal.h"
#include "../view/view-internal.h"

/* --- steps -------------------------------------------------------------------------------------------------------- */

static rg_error *list_path(const struct rgi_analysis *analysis, rg_node node, rg_edge **ret, size_t *num_ret)
{
  size_t num = 0;
  for (rg_node on = node; on != RG_NODE_ROOT; on = rg_paths_parent(analysis->paths, on))
    num++;
  rg_edge *edges = rgi_alloc(num, sizeof(*edges));
  if (!edges)
    return rgi_out_of_memory();
  for (size_t i = num; i-- > 0; node = rg_paths_parent(analysis->paths, node))
    edges[i] = rg_paths_edge(analysis->paths, node);
  *ret = edges;
  *num_ret = num;
  return NULL;
}

static rg_error *add_step(rg_report *report, const struct rgi_analysis *analysis, rg_edge name, rg_node node,
                          struct rgi_leak *leak)
{
  RGI_SCOPED_TEXT reference = RGI_TEXT_INIT, object = RGI_TEXT_INIT;
  size_t i = leak->leak.num_steps++;
  rg_leak_step *step = &leak->steps[i];
  *step = (rg_leak_step){.node = node, .kind = i ? rg_graph_edge_kind(analysis->graph, name) : RG_EDGE_INTERNAL};
  step->reason = "";
  const char *type = rg_graph_type(analysis->graph, rg_graph_node_type(analysis->graph, node)).name;
  RGI_TRY(rgi_arena_add_string(&report->arena, type, &step->type));
  if (i)
    rgi_view_add_edge_label(&reference, analysis->graph, name);
  rgi_view_add_node_label(&object, analysis->graph, node);
  step->retained = rg_dominators_retained(analysis->dominators, node);
  leak->edges[i] = name;
  RGI_TRY(rgi_arena_add_text(&report->arena, &reference, &step->reference));
  return rgi_arena_add_text(&report->arena, &object, &step->object);
}

// Of a long chain of links only both ends are told: a report is bounded by what leaks, never by how many objects do.
enum { MAX_FIRST = 16, MAX_LAST = 48 };

static size_t count_steps(const rg_graph *graph, rg_edge_list path)
{
  size_t num = 0;
  rg_edge name;
  for (size_t i = 0; i < path.num_edges; num++)
    i = rgi_table_step(graph, path, i, &name);
  return num;
}

// The step after those that are left out says how many they are.
static rg_error *say_left_out(rg_report *report, struct rgi_leak *leak, size_t num)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  rg_leak_step *step = &leak->steps[leak->leak.num_steps - 1];
  rgi_text_puts(&text, RGI_ELLIPSIS " ");
  rgi_words_add_counted(&text, num, "step", " ");
  rgi_text_printf(&text, " left out " RGI_ELLIPSIS " %s", step->reference);
  return rgi_arena_add_text(&report->arena, &text, &step->reference);
}

static rg_error *add_steps(rg_report *report, const struct rgi_analysis *analysis, rg_edge_list path,
                           struct rgi_leak *leak)
{
  size_t num = (path.num_edges < MAX_FIRST + MAX_LAST ? path.num_edges : MAX_FIRST + MAX_LAST) + leak->is_garbage;
  RGI_TRY(rgi_arena_alloc(&report->arena, num * sizeof(*leak->steps), (void **)&leak->steps));
  RGI_TRY(rgi_arena_alloc(&report->arena, num * sizeof(*leak->edges), (void **)&leak->edges));
  leak->leak.steps = leak->steps;
  if (leak->is_garbage && num > 1)
    RGI_TRY(add_step(report, analysis, RG_EDGE_NONE, leak->shown, leak));
  size_t num_steps = count_steps(analysis->graph, path);
  size_t num_left_out = num_steps > MAX_FIRST + MAX_LAST ? num_steps - MAX_FIRST - MAX_LAST : 0;
  for (size_t i = 0, next, step = 0; i < path.num_edges; i = next, step++) {
    rg_edge name;
    next = rgi_table_step(analysis->graph, path, i, &name);
    if (step >= MAX_FIRST && step < MAX_FIRST + num_left_out)
      continue;
    RGI_TRY(add_step(report, analysis, name, rg_graph_edge_target(analysis->graph, path.edges[next - 1]), leak));
    if (num_left_out && step == MAX_FIRST + num_left_out)
      RGI_TRY(say_left_out(report, leak, num_left_out));
  }
  return NULL;
}

/* --- verdicts ----------------------------------------------------------------------------------------------------- */

static void say(rg_leak_step *step, rg_verdict verdict, const char *reason)
{
  step->verdict = verdict;
  step->reason = reason;
}

static void judge_root(const rg_graph *graph, rg_leak_step *step)
{
  static const char *const reasons[RG_NUM_CATEGORIES] = {
      [RG_CATEGORY_MODULE] = "modules live as long as the process",
      [RG_CATEGORY_FRAME] = "the function runs",
      [RG_CATEGORY_EXTERNAL] = "no object of the program",
  };
  const char *reason = reasons[rg_graph_node_category(graph, step->node)];
  if (reason)
    say(step, RG_VERDICT_EXPECTED, reason);
}

static void judge(const rg_graph *graph, const struct rgi_leak *leak, size_t i)
{
  rg_leak_step *step = &leak->steps[i];
  bool is_of_module = i && rg_graph_node_category(graph, leak->steps[i - 1].node) == RG_CATEGORY_MODULE;
  bool is_type = rg_graph_node_category(graph, step->node) == RG_CATEGORY_TYPE;
  if (step->node == leak->shown)
    say(step, RG_VERDICT_LEAKING, leak->signals[0]);
  else if (leak->is_garbage)
    say(step, RG_VERDICT_LEAKING, "only the cycle holds it");
  else if (rg_graph_node(graph, step->node).state == RG_STATE_FINISHED)
    say(step, RG_VERDICT_LEAKING, "it is finished");
  else if (i == 0)
    judge_root(graph, step);
  else if (is_type && !rgi_is_made_by_function(graph, step->node))
    say(step, RG_VERDICT_EXPECTED, "classes live as long as their module");
  else if (leak->holder.known && i == leak->holder.step)
    say(step, RG_VERDICT_EXPECTED, leak->holder.known->reason);
  else if (is_of_module)
    say(step, RG_VERDICT_EXPECTED, "a module has it for an attribute");
}

static void carry(rg_leak_step *steps, size_t num)
{
  for (size_t i = num; i-- > 1;) {
    if (steps[i].verdict == RG_VERDICT_EXPECTED && steps[i - 1].verdict == RG_VERDICT_UNKNOWN)
      steps[i - 1].verdict = RG_VERDICT_EXPECTED;
  }
  bool is_leaking = false;
  for (size_t i = 0; i < num; i++) {
    is_leaking |= steps[i].verdict == RG_VERDICT_LEAKING;
    if (is_leaking)
      steps[i].verdict = RG_VERDICT_LEAKING;
  }
}

// What is before it may stay: the first reference to what leaks, or the one before by which the holder holds that.
static void mark_suspect(const struct rgi_leak *leak)
{
  size_t first = 0;
  while (first < leak->leak.num_steps && leak->steps[first].verdict != RG_VERDICT_LEAKING)
    first++;
  if (leak->holder.node != RG_NODE_NONE && leak->holder.step + 1 < first)
    first = leak->holder.step + 1;
  if (leak->is_garbage)
    first = leak->leak.num_steps - 1;
  if (first < leak->leak.num_steps)
    leak->steps[first].is_suspect = true;
}

bool rgi_leak_is_on_path(const struct rgi_leak *leak, rg_node node)
{
  for (size_t i = 0; i < leak->leak.num_steps; i++) {
    if (leak->steps[i].node == node)
      return true;
  }
  return node == leak->shown;
}

bool rgi_leak_keeps(const struct rgi_analysis *analysis, const struct rgi_leak *leak, rg_node node)
{
  enum { MAX_STEPS = 64 };
  for (int i = 0; i < MAX_STEPS && node != RG_NODE_ROOT && node != RG_NODE_NONE; i++) {
    if (rgi_find_node(leak->group->nodes, leak->group->num_nodes, node))
      return true;
    node = rg_dominators_parent(analysis->dominators, node);
  }
  return false;
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

rg_error *rgi_leak_add_path(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak)
{
  RGI_SCOPED_FREE rg_edge *edges = NULL;
  size_t num = 0;
  RGI_TRY(rgi_leak_choose_copies(report, analysis, leak));
  RGI_TRY(leak->is_garbage ? rgi_cycle_list_edges(analysis, leak->shown, &edges, &num)
                           : list_path(analysis, leak->shown, &edges, &num));
  return add_steps(report, analysis, (rg_edge_list){edges, num}, leak);
}

void rgi_leak_judge_path(const struct rgi_analysis *analysis, const struct rgi_leak *leak)
{
  for (size_t i = 0; i < leak->leak.num_steps; i++)
    judge(analysis->graph, leak, i);
  carry(leak->steps, leak->leak.num_steps);
  mark_suspect(leak);
}
