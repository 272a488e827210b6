/* What lies around the targets: breadth first, so that the budget goes to the nearest.
 *
 * Selected nodes are appended in the order in which they are found, so the selection is the queue, too.
 * Cost: O(what is selected, and the edges of the nodes that are expanded). */
#include "../base/options.h"
#include "../base/alloc.h"
#include "selection.h"

struct neighbourhood {
  rg_neighbourhood_options options;
  struct rgi_draft draft;
  struct rgi_walk walk;
  uint32_t *depths; /* by index in the selection */
  size_t depths_capacity;
};

static void deinit(struct neighbourhood *around)
{
  rgi_draft_deinit(&around->draft);
  rgi_walk_deinit(&around->walk);
  rgi_free(around->depths);
}

static rg_error *init(struct neighbourhood *around, const rg_graph *graph)
{
  const rg_neighbourhood_options *options = &around->options;
  rg_edge_kinds hidden = RG_EDGE_KIND_BIT(RG_EDGE_INTERNAL) | RG_EDGE_KIND_BIT(RG_EDGE_TYPE);
  rg_edge_kinds kinds = options->with_internals ? UINT32_MAX : ~hidden;
  RGI_TRY(rgi_walk_init(&around->walk, graph, options->is_backward, kinds));
  around->walk.excluded = options->excluded;
  around->walk.num_excluded = options->num_excluded;
  enum rgi_question question = options->is_backward ? RGI_QUESTION_REFERRERS : RGI_QUESTION_REFERENCES;
  RGI_TRY(rgi_draft_init(&around->draft, graph, question, options->max_nodes, options->max_edges));
  around->draft.selection->has_internals = options->with_internals;
  return NULL;
}

// Gives the nodes that were selected since the last call their depth.
static rg_error *set_depths(struct neighbourhood *around, size_t begin, uint32_t depth)
{
  size_t end = around->draft.selection->num_nodes;
  RGI_TRY(rgi_reserve(&around->depths, &around->depths_capacity, end));
  for (size_t i = begin; i < end; i++)
    around->depths[i] = depth;
  return NULL;
}

static rg_error *add_targets(struct neighbourhood *around, const rg_node *targets, size_t num_targets)
{
  struct rgi_draft *draft = &around->draft;
  for (size_t i = 0; i < num_targets; i++) {
    if (rgi_draft_has_room_for_node(draft, targets[i]))
      RGI_TRY(rgi_draft_add_node(draft, targets[i], RG_ROLE_TARGET));
    else
      draft->selection->num_cut_asked++;
  }
  return set_depths(around, 0, 0);
}

static rg_role role_of(const struct neighbourhood *around, rg_node node)
{
  bool is_root = around->options.is_backward && rg_graph_is_root(around->walk.graph, node);
  return is_root ? RG_ROLE_ROOT : RG_ROLE_OTHER;
}

// Selects what the node at `i` holds, or who holds it, as far as the limits go, and counts the rest.
static rg_error *expand(struct neighbourhood *around, size_t i)
{
  struct rgi_draft *draft = &around->draft;
  struct rgi_walk *walk = &around->walk;
  size_t num_before = draft->selection->num_nodes;
  uint64_t num_drawn = 0, num_cut = 0;
  RGI_TRY(rgi_walk_start(walk, draft->selection->nodes[i].node));
  for (;;) {
    rg_node end;
    RGI_TRY(rgi_walk_next(walk, &end));
    if (end == RG_NODE_NONE)
      break;
    if (num_drawn < around->options.max_references && rgi_draft_has_room(draft, end)) {
      RGI_TRY(rgi_draft_add_chain(draft, walk, role_of(around, end)));
      num_drawn++;
    } else {
      num_cut++;
    }
  }
  if (around->options.is_backward)
    draft->selection->nodes[i].num_cut_referrers = num_cut;
  else
    draft->selection->nodes[i].num_cut_targets = num_cut + walk->num_unfollowed;
  return set_depths(around, num_before, around->depths[i] + 1);
}

// Passages were walked through together with their holder; roots are where a search for holders ends.
static bool is_expanded(const struct neighbourhood *around, size_t i)
{
  const rg_selected_node *node = &around->draft.selection->nodes[i];
  if (node->role == RG_ROLE_TARGET)
    return around->options.max_depth > 0;
  return node->role != RG_ROLE_ROOT && around->depths[i] < around->options.max_depth &&
         !rgi_is_passage(around->walk.graph, node->node);
}

rg_error *rg_select_neighbourhood(const rg_graph *graph, const rg_node *targets, size_t num_targets,
                                  const rg_neighbourhood_options *options, rg_selection **ret)
{
  __attribute__((cleanup(deinit))) struct neighbourhood around = {.options = RG_NEIGHBOURHOOD_OPTIONS_INIT};
  rgi_options_read(&around.options, options);
  RGI_TRY(init(&around, graph));
  RGI_TRY(add_targets(&around, targets, num_targets));
  for (size_t i = 0; i < around.draft.selection->num_nodes; i++) {
    if (is_expanded(&around, i))
      RGI_TRY(expand(&around, i));
  }
  *ret = rgi_draft_finish(&around.draft);
  return NULL;
}
