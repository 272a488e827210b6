/* Shortest paths from the roots to the targets, and what a target that is a closure captures.
 *
 * One path a target: they are branches of one tree, made by one search. Several paths through different last holders:
 * one search a target that does not go on beyond it, so that the path to each of its holders is free of it; then the
 * holders nearest to a root. Cost: O(V + E) a search. */
#include <stdlib.h>

#include "../base/options.h"
#include "../analysis/hold.h"
#include "../base/alloc.h"
#include "../base/sort.h"
#include "keys.h"
#include "many.h"
#include "selection.h"

// A gap stands for so many steps at least: fewer are drawn.
#define LEAST_GAP 3

struct why {
  rg_why_options options;
  const rg_graph *graph;
  struct rgi_draft draft;
  struct rgi_walk holders;
  struct rgi_walk captured;
};

static void deinit(struct why *why)
{
  rgi_draft_deinit(&why->draft);
  rgi_walk_deinit(&why->holders);
  rgi_walk_deinit(&why->captured);
}

static rg_error *init(struct why *why, const rg_graph *graph)
{
  why->graph = graph;
  // Through their globals all functions of a module hold what it holds: that is one holder, the module.
  rg_edge_kinds kinds = RG_EDGE_KINDS_STRONG & ~RG_EDGE_KIND_BIT(RG_EDGE_INTERNAL);
  RGI_TRY(rgi_walk_init(&why->holders, graph, true, kinds));
  RGI_TRY(rgi_walk_init(&why->captured, graph, false, RG_EDGE_KIND_BIT(RG_EDGE_CAPTURED)));
  return rgi_draft_init(&why->draft, graph, RGI_QUESTION_PATHS, why->options.max_nodes, why->options.max_edges);
}

static void destroy_paths_scoped(rg_paths **paths)
{
  rg_paths_destroy(*paths);
}
#define SCOPED_PATHS __attribute__((cleanup(destroy_paths_scoped))) rg_paths

// --- one path ---------------------------------------------------------------------------------------------------

static bool is_root_of(const rg_paths *paths, rg_node node)
{
  return rg_paths_parent(paths, node) == RG_NODE_ROOT;
}

static rg_role role_on(const rg_paths *paths, rg_node node)
{
  return is_root_of(paths, node) ? RG_ROLE_ROOT : RG_ROLE_PATH;
}

static bool has_gap(const rg_selection *selection, uint32_t target)
{
  for (size_t i = 0; i < selection->num_edges; i++) {
    if (selection->edges[i].is_gap && selection->edges[i].target == target)
      return true;
  }
  return false;
}

static rg_error *add_gap_edge(struct rgi_draft *draft, rg_node source, rg_node target, rg_edge edge,
                              uint32_t num_steps)
{
  draft->num_edges_left--;
  rg_selected_edge gap = {draft->places[source] - 1, draft->places[target] - 1, edge, num_steps, 1, true};
  return rgi_selection_add_edge(draft->selection, gap);
}

// The path is longer than the budget: its root, and one edge for all the steps from there to `node`.
static rg_error *add_gap(struct why *why, const rg_paths *paths, rg_node node)
{
  struct rgi_draft *draft = &why->draft;
  rg_node root = node;
  while (!is_root_of(paths, root))
    root = rg_paths_parent(paths, root);
  if (!rgi_draft_has_room(draft, root)) {
    rgi_draft_node(draft, node)->num_cut_referrers = 1;
    return NULL;
  }
  if (has_gap(draft->selection, draft->places[node] - 1))
    return NULL;
  RGI_TRY(rgi_draft_add_node(draft, root, RG_ROLE_ROOT));
  uint32_t num_steps = rg_paths_distance(paths, node) - rg_paths_distance(paths, root);
  return add_gap_edge(draft, root, node, RG_EDGE_NONE, num_steps);
}

// Room for one more step, such that the root can still be drawn after it.
static bool has_room_for_step(const struct why *why, const rg_paths *paths, rg_node node)
{
  const struct rgi_draft *draft = &why->draft;
  bool is_last = is_root_of(paths, node) || rgi_draft_has(draft, node);
  return rgi_draft_has_room(draft, node) && (is_last || (draft->num_nodes_left > 1 && draft->num_edges_left > 1));
}

// --- chains -------------------------------------------------------------------------------------------------------

// Whether a box and its holder look alike and are held alike.
static bool is_like(const struct why *why, struct rgi_hold hold, rg_node node, struct rgi_hold before)
{
  if (before.edge == RG_EDGE_NONE || !rgi_has_name(why->graph, hold.edge))
    return false;
  struct rgi_key a = rgi_key_of(why->graph, hold.edge, node);
  struct rgi_key b = rgi_key_of(why->graph, before.edge, hold.holder);
  return rgi_key_equals(&a, &b);
}

// Of a chain of boxes that look alike and hold each other alike the first two and the last are drawn, with a gap for
// the steps between. Goes from its last box, `*node`, to the second one, if there are enough of them.
static rg_error *skip_chain(struct why *why, const rg_paths *paths, rg_node *node)
{
  struct rgi_draft *draft = &why->draft;
  rg_node second = *node;
  struct rgi_hold hold = rgi_hold_of(why->graph, paths, *node), next = hold;
  uint32_t num_steps = 0;
  for (; next.edge != RG_EDGE_NONE; num_steps++) {
    struct rgi_hold before = rgi_hold_of(why->graph, paths, next.holder);
    if (!is_like(why, next, second, before))
      break;
    second = next.holder;
    next = before;
  }
  if (num_steps < LEAST_GAP || !has_room_for_step(why, paths, second))
    return NULL;
  bool is_there = rgi_draft_has(draft, second);
  RGI_TRY(rgi_draft_add_node(draft, second, role_on(paths, second)));
  if (!is_there || !has_gap(draft->selection, draft->places[*node] - 1))
    RGI_TRY(add_gap_edge(draft, second, *node, hold.edge, num_steps));
  *node = second;
  return NULL;
}

// Adds the path to a selected node that is reached, from the node up: what is near is what the budget is for.
static rg_error *add_path(struct why *why, const rg_paths *paths, rg_node node)
{
  struct rgi_draft *draft = &why->draft;
  while (!is_root_of(paths, node)) {
    if (!rgi_is_passage(why->graph, node))
      RGI_TRY(skip_chain(why, paths, &node));
    rg_node parent = rg_paths_parent(paths, node);
    if (!has_room_for_step(why, paths, parent))
      return add_gap(why, paths, node);
    bool is_new = false;
    RGI_TRY(rgi_draft_add_node(draft, parent, role_on(paths, parent)));
    RGI_TRY(rgi_draft_add_edge(draft, parent, node, rg_paths_edge(paths, node), &is_new));
    // All paths of one search are one tree: from here on this one is drawn.
    if (!is_new && why->options.max_paths == 1)
      return NULL;
    if (is_new && !rgi_is_passage(why->graph, parent))
      draft->num_edges_left--;
    node = parent;
  }
  return NULL;
}

// --- several paths through different last holders ---------------------------------------------------------------

struct candidate {
  rg_node holder;
  uint32_t distance;
  size_t rank; // among equally distant ones: the holder on the shortest path, then in the order of the edges
};

struct candidates {
  struct candidate *all;
  size_t num;
  size_t capacity;
};

static void deinit_candidates(struct candidates *candidates)
{
  rgi_free(candidates->all);
}

static int compare_rank(const struct candidate *a, const struct candidate *b)
{
  if (a->distance != b->distance)
    return a->distance < b->distance ? -1 : 1;
  return (a->rank > b->rank) - (a->rank < b->rank);
}

static int compare_by_rank(const void *a, const void *b)
{
  return compare_rank(a, b);
}

static int compare_by_holder(const void *a, const void *b)
{
  const struct candidate *x = a, *y = b;
  if (x->holder != y->holder)
    return x->holder < y->holder ? -1 : 1;
  return compare_rank(x, y);
}

static rg_node holder_on_path(const struct why *why, const rg_paths *paths, rg_node target)
{
  rg_node holder = rg_paths_parent(paths, target);
  while (holder != RG_NODE_ROOT && holder != RG_NODE_NONE && rgi_is_passage(why->graph, holder))
    holder = rg_paths_parent(paths, holder);
  return holder;
}

static rg_error *collect(struct why *why, const rg_paths *paths, rg_node target, struct candidates *candidates)
{
  rg_node on_path = holder_on_path(why, paths, target);
  RGI_TRY(rgi_walk_start(&why->holders, target));
  for (;;) {
    rg_node holder;
    RGI_TRY(rgi_walk_next(&why->holders, &holder));
    if (holder == RG_NODE_NONE)
      return NULL;
    uint32_t distance = rg_paths_distance(paths, holder);
    if (distance == RG_DISTANCE_NONE || holder == target)
      continue;
    RGI_TRY(rgi_reserve(&candidates->all, &candidates->capacity, candidates->num + 1));
    size_t rank = holder == on_path ? 0 : candidates->num + 1;
    candidates->all[candidates->num++] = (struct candidate){holder, distance, rank};
  }
}

static void keep_nearest(struct candidates *candidates, uint32_t max)
{
  if (!candidates->num)
    return;
  rgi_sort(candidates->all, candidates->num, sizeof(*candidates->all), compare_by_holder);
  size_t num = 1;
  for (size_t i = 1; i < candidates->num; i++) {
    if (candidates->all[i].holder != candidates->all[num - 1].holder)
      candidates->all[num++] = candidates->all[i];
  }
  rgi_sort(candidates->all, num, sizeof(*candidates->all), compare_by_rank);
  candidates->num = num < max ? num : max;
}

// Draws each reference of one holder: all of them would have to go.
static rg_error *add_holder(struct why *why, const rg_paths *paths, rg_node target, rg_node holder)
{
  RGI_TRY(rgi_walk_start(&why->holders, target));
  for (;;) {
    rg_node end;
    RGI_TRY(rgi_walk_next(&why->holders, &end));
    if (end == RG_NODE_NONE)
      return NULL;
    if (end == holder && rgi_draft_has_room(&why->draft, holder))
      RGI_TRY(rgi_draft_add_chain(&why->draft, &why->holders, role_on(paths, holder)));
  }
}

// The nearest first, each with its path. Those for which there is no room are counted, so that no more of them are
// looked for than the budget has nodes.
static rg_error *add_candidates(struct why *why, const rg_paths *paths, rg_node target,
                                const struct candidates *candidates)
{
  for (size_t i = 0; i < candidates->num; i++) {
    rg_node holder = candidates->all[i].holder;
    if (!has_room_for_step(why, paths, holder)) {
      rgi_draft_node(&why->draft, target)->num_cut_referrers++;
      continue;
    }
    RGI_TRY(add_holder(why, paths, target, holder));
    RGI_TRY(add_path(why, paths, holder));
  }
  return NULL;
}

static rg_error *add_paths(struct why *why, rg_node target)
{
  SCOPED_PATHS *paths = NULL;
  rg_path_options options = RG_PATH_OPTIONS_INIT;
  options.avoid = target;
  RGI_TRY(rg_paths_create(why->graph, &options, &paths));
  __attribute__((cleanup(deinit_candidates))) struct candidates candidates = {0};
  RGI_TRY(collect(why, paths, target, &candidates));
  keep_nearest(&candidates, why->options.max_paths);
  bool is_reached = rg_paths_distance(paths, target) != RG_DISTANCE_NONE;
  why->draft.selection->num_unreached += !is_reached;
  if (candidates.num)
    return add_candidates(why, paths, target, &candidates);
  return is_reached ? add_path(why, paths, target) : NULL;
}

// --- all together -----------------------------------------------------------------------------------------------

static rg_error *add_targets(struct why *why, const rg_node *targets, size_t num_targets)
{
  for (size_t i = 0; i < num_targets; i++) {
    if (rgi_draft_has_room_for_node(&why->draft, targets[i]))
      RGI_TRY(rgi_draft_add_node(&why->draft, targets[i], RG_ROLE_TARGET));
    else
      why->draft.selection->num_cut_asked++;
  }
  return NULL;
}

static rg_error *add_one_path_each(struct why *why, size_t num_targets)
{
  SCOPED_PATHS *paths = NULL;
  RGI_TRY(rg_paths_create(why->graph, NULL, &paths));
  rg_selection *selection = why->draft.selection;
  for (size_t i = 0; i < num_targets; i++) {
    if (rg_paths_distance(paths, selection->nodes[i].node) == RG_DISTANCE_NONE)
      selection->num_unreached++;
    else
      RGI_TRY(add_path(why, paths, selection->nodes[i].node));
  }
  return NULL;
}

static rg_error *add_captured(struct why *why, size_t i)
{
  struct rgi_draft *draft = &why->draft;
  rg_node target = draft->selection->nodes[i].node;
  if (!(rg_graph_node_flags(why->graph, target) & RG_NODE_CLOSURE))
    return NULL;
  RGI_TRY(rgi_walk_start(&why->captured, target));
  uint64_t num_cut = 0;
  for (;;) {
    rg_node value;
    RGI_TRY(rgi_walk_next(&why->captured, &value));
    if (value == RG_NODE_NONE)
      break;
    if (rgi_draft_has_room(draft, value))
      RGI_TRY(rgi_draft_add_chain(draft, &why->captured, RG_ROLE_OTHER));
    else
      num_cut++;
  }
  draft->selection->nodes[i].num_cut_targets = num_cut;
  return NULL;
}

static bool has_other_items(const rg_graph *graph, const rg_selected_node *node)
{
  return (node->role == RG_ROLE_PATH || node->role == RG_ROLE_ROOT) && node->count == 1 &&
         !rgi_is_passage(graph, node->node) &&
         rg_graph_node_category(graph, node->node) == RG_CATEGORY_CONTAINER;
}

// A container on a path says how much else it holds.
static void count_other_items(rg_selection *selection)
{
  const rg_graph *graph = selection->graph;
  for (size_t i = 0; i < selection->num_nodes; i++) {
    uint32_t length = rg_graph_node(graph, selection->nodes[i].node).length;
    if (length != RG_LENGTH_NONE && has_other_items(graph, &selection->nodes[i]))
      selection->nodes[i].num_cut_targets = length;
  }
  for (size_t i = 0; i < selection->num_edges; i++) {
    rg_selected_node *source = &selection->nodes[selection->edges[i].source];
    uint32_t count = selection->edges[i].is_gap ? 1 : selection->edges[i].count;
    if (has_other_items(graph, source))
      source->num_cut_targets -= source->num_cut_targets < count ? source->num_cut_targets : count;
  }
}

static rg_error *draw_single(struct why *why, const rg_node *targets, size_t num_targets)
{
  RGI_TRY(add_targets(why, targets, num_targets));
  size_t num_drawn = why->draft.selection->num_nodes;
  if (why->options.max_paths == 1)
    RGI_TRY(add_one_path_each(why, num_drawn));
  for (size_t i = 0; i < num_drawn && why->options.max_paths > 1; i++)
    RGI_TRY(add_paths(why, why->draft.selection->nodes[i].node));
  for (size_t i = 0; i < num_drawn; i++)
    RGI_TRY(add_captured(why, i));
  return NULL;
}

rg_error *rg_select_why(const rg_graph *graph, const rg_node *targets, size_t num_targets,
                        const rg_why_options *options, rg_selection **ret)
{
  __attribute__((cleanup(deinit))) struct why why = {.options = RG_WHY_OPTIONS_INIT};
  rgi_options_read(&why.options, options);
  RGI_TRY(init(&why, graph));
  if (num_targets > RG_WHY_NUM_SINGLE && why.options.max_paths == 1)
    RGI_TRY(rgi_draw_many(&why.draft, graph, targets, num_targets));
  else
    RGI_TRY(draw_single(&why, targets, num_targets));
  count_other_items(why.draft.selection);
  *ret = rgi_draft_finish(&why.draft);
  return NULL;
}
