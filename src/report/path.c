/* The path from a root to one of the objects, with a verdict on each step.
 *
 *   module app.bus        expected   modules live as long as the process
 *   EventBus              expected   a module has it for an attribute
 *   list                  unknown
 *   function on_tick      leaking    <- suspect: what is before it may stay
 *
 * What holds something expected is expected, and what hangs on something that leaks leaks. */
#include "report-internal.h"

#include "../analysis/hold.h"
#include "../table/table-internal.h"
#include "../view/view-internal.h"

// The copy that most are like: held by the kind of holder that holds most.
static rg_error *choose_copy(const struct rgi_analysis *analysis, struct rgi_leak *leak)
{
  const struct rgi_suspect *group = leak->group;
  RGI_SCOPED_FREE rg_holder *holders = rgi_alloc(group->num_nodes, sizeof(*holders));
  if (!holders)
    return rgi_out_of_memory();
  size_t num = rgi_find_holders(analysis->graph, analysis->paths, group->nodes, group->num_nodes, holders);
  leak->shown = group->nodes[0];
  for (uint32_t i = 0; num && i < group->num_nodes; i++) {
    struct rgi_hold hold = rgi_hold_of(analysis->graph, analysis->paths, group->nodes[i]);
    if (hold.holder == holders[0].node && hold.edge == holders[0].edge) {
      leak->shown = group->nodes[i];
      break;
    }
  }
  return NULL;
}

/* --- verdicts ----------------------------------------------------------------------------------------------------- */

static void judge_root(const rg_graph *graph, rg_leak_step *step)
{
  static const char *const reasons[RG_NUM_CATEGORIES] = {
      [RG_CATEGORY_MODULE] = "modules live as long as the process",
      [RG_CATEGORY_FRAME] = "the function runs",
      [RG_CATEGORY_EXTERNAL] = "no object of the program",
  };
  const char *reason = reasons[rg_graph_node_category(graph, step->node)];
  step->verdict = reason ? RG_VERDICT_EXPECTED : RG_VERDICT_UNKNOWN;
  step->reason = reason ? reason : "";
}

static void judge(const rg_graph *graph, const struct rgi_leak *leak, rg_leak_step *steps, size_t i)
{
  rg_leak_step *step = &steps[i];
  bool is_of_module = i && rg_graph_node_category(graph, steps[i - 1].node) == RG_CATEGORY_MODULE;
  if (step->node == leak->shown) {
    step->verdict = RG_VERDICT_LEAKING;
    step->reason = leak->leak.signals[0];
  } else if (rg_graph_node(graph, step->node).state == RG_STATE_FINISHED) {
    step->verdict = RG_VERDICT_LEAKING;
    step->reason = "it is finished";
  } else if (i == 0) {
    judge_root(graph, step);
  } else if (rg_graph_node_category(graph, step->node) == RG_CATEGORY_TYPE) {
    step->verdict = RG_VERDICT_EXPECTED;
    step->reason = "classes live as long as their module";
  } else if (is_of_module) {
    step->verdict = RG_VERDICT_EXPECTED;
    step->reason = "a module has it for an attribute";
  }
}

static void carry(rg_leak_step *steps, size_t num)
{
  for (size_t i = num; i-- > 1;) {
    if (steps[i].verdict == RG_VERDICT_EXPECTED && steps[i - 1].verdict == RG_VERDICT_UNKNOWN)
      steps[i - 1].verdict = RG_VERDICT_EXPECTED;
  }
  size_t first = 0;
  while (first < num && steps[first].verdict != RG_VERDICT_LEAKING)
    first++;
  for (size_t i = first; i < num; i++)
    steps[i].verdict = RG_VERDICT_LEAKING;
  if (first < num)
    steps[first].is_suspect = true;
}

/* --- steps -------------------------------------------------------------------------------------------------------- */

static rg_error *list_edges(const struct rgi_analysis *analysis, rg_node node, rg_edge **ret, size_t *num_ret)
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
                          bool is_root, rg_leak_step *ret)
{
  RGI_SCOPED_TEXT reference = RGI_TEXT_INIT, object = RGI_TEXT_INIT;
  *ret = (rg_leak_step){.node = node, .reason = ""};
  if (!is_root)
    rgi_view_add_edge_label(&reference, analysis->graph, name);
  rgi_view_add_node_label(&object, analysis->graph, node);
  ret->retained = rg_dominators_retained(analysis->dominators, node);
  RGI_TRY(rgi_arena_add_text(&report->arena, &reference, &ret->reference));
  return rgi_arena_add_text(&report->arena, &object, &ret->object);
}

rg_error *rgi_leak_add_path(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak)
{
  RGI_TRY(choose_copy(analysis, leak));
  if (rg_paths_parent(analysis->paths, leak->shown) == RG_NODE_NONE)
    return NULL;
  RGI_SCOPED_FREE rg_edge *edges = NULL;
  size_t num_edges = 0, num = 0;
  rg_leak_step *steps;
  RGI_TRY(list_edges(analysis, leak->shown, &edges, &num_edges));
  RGI_TRY(rgi_arena_alloc(&report->arena, num_edges * sizeof(*steps), (void **)&steps));
  rg_edge name;
  for (size_t i = 0, next; i < num_edges; i = next, num++) {
    next = rgi_table_step(analysis->graph, (rg_edge_list){edges, num_edges}, i, &name);
    rg_node node = rg_graph_edge_target(analysis->graph, edges[next - 1]);
    RGI_TRY(add_step(report, analysis, name, node, i == 0, &steps[num]));
  }
  for (size_t i = 0; i < num; i++)
    judge(analysis->graph, leak, steps, i);
  carry(steps, num);
  leak->leak.steps = steps;
  leak->leak.num_steps = num;
  return NULL;
}
