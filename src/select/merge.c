#include "merge.h"

#include "../base/alloc.h"

static void sort_ways(struct rgi_merge *merge)
{
  const struct rgi_groups *groups = merge->groups;
  for (size_t i = 0; i < groups->num_ways; i++)
    merge->begin[groups->ways[i].target + 1]++;
  for (size_t i = 0; i < groups->num_groups; i++)
    merge->begin[i + 1] += merge->begin[i];
  for (size_t i = groups->num_ways; i-- > 0;)
    merge->ways[--merge->begin[groups->ways[i].target + 1]] = (uint32_t)i;
  for (size_t i = 0; i < groups->num_groups; i++)
    merge->begin[i] = merge->begin[i + 1];
  merge->begin[groups->num_groups] = groups->num_ways;
}

rg_error *rgi_merge_init(struct rgi_merge *merge, struct rgi_draft *draft, const struct rgi_groups *groups)
{
  *merge = (struct rgi_merge){.draft = draft, .groups = groups};
  merge->places = rgi_alloc(groups->num_groups, sizeof(*merge->places));
  merge->is_drawn = rgi_alloc(groups->num_ways, sizeof(*merge->is_drawn));
  merge->ways = rgi_alloc(groups->num_ways, sizeof(*merge->ways));
  merge->begin = rgi_alloc(groups->num_groups + 1, sizeof(*merge->begin));
  if (!merge->places || !merge->is_drawn || !merge->ways || !merge->begin) {
    rgi_merge_deinit(merge);
    return rgi_out_of_memory();
  }
  sort_ways(merge);
  return NULL;
}

void rgi_merge_deinit(struct rgi_merge *merge)
{
  rgi_free(merge->places);
  rgi_free(merge->is_drawn);
  rgi_free(merge->ways);
  rgi_free(merge->begin);
  rgi_free(merge->path);
  *merge = (struct rgi_merge){0};
}

// --- ways ---------------------------------------------------------------------------------------------------------

static bool is_passage(const struct rgi_merge *merge, uint32_t group)
{
  return rgi_is_passage(merge->draft->selection->graph, merge->groups->groups[group].node);
}

static rg_error *push(struct rgi_merge *merge, uint32_t group)
{
  RGI_TRY(rgi_reserve(&merge->path, &merge->path_capacity, merge->path_length + 1));
  merge->path[merge->path_length++] = group;
  return NULL;
}

// Collects the groups that are not drawn yet on the path to where a way begins.
static rg_error *collect(struct rgi_merge *merge, const struct rgi_way *way)
{
  const struct rgi_groups *groups = merge->groups;
  merge->path_length = 0;
  for (uint32_t group = way->source; group != RGI_GROUP_NONE && !merge->places[group];
       group = groups->ways[groups->groups[group].way].source)
    RGI_TRY(push(merge, group));
  return NULL;
}

// Each new box takes an arrow at most, and so does a new way between boxes that are there.
static bool has_room(const struct rgi_merge *merge, uint32_t target)
{
  bool is_new = !merge->places[target];
  uint32_t num_new = 0;
  for (size_t i = 0; i < merge->path_length; i++) {
    is_new &= merge->path[i] != target;
    num_new += !is_passage(merge, merge->path[i]);
  }
  num_new += is_new && !is_passage(merge, target);
  uint32_t num_arrows = num_new ? num_new : 1;
  return num_new <= merge->draft->num_nodes_left && num_arrows <= merge->draft->num_edges_left;
}

static rg_error *draw_group(struct rgi_merge *merge, uint32_t i)
{
  const struct rgi_group *group = &merge->groups->groups[i];
  rg_role role = merge->groups->ways[group->way].source == RGI_GROUP_NONE ? RG_ROLE_ROOT : RG_ROLE_PATH;
  role = group->target_class == RGI_CLASS_NONE ? role : RG_ROLE_TARGET;
  RGI_TRY(rgi_draft_add_node(merge->draft, group->node, role));
  merge->places[i] = merge->draft->places[group->node];
  return NULL;
}

static rg_error *draw_way(struct rgi_merge *merge, uint32_t i)
{
  const struct rgi_way *way = &merge->groups->ways[i];
  if (merge->is_drawn[i])
    return NULL;
  merge->is_drawn[i] = true;
  if (way->source == RGI_GROUP_NONE)
    return NULL;
  struct rgi_draft *draft = merge->draft;
  if (draft->num_edges_left && !is_passage(merge, way->target))
    draft->num_edges_left--;
  rg_selected_edge edge = {.source = merge->places[way->source] - 1,
                           .target = merge->places[way->target] - 1,
                           .edge = way->edge,
                           .count = way->count,
                           .num_names = way->num_names};
  return rgi_selection_add_edge(draft->selection, edge);
}

// Draws what was collected, from the root down, then the way itself.
static rg_error *draw_path(struct rgi_merge *merge, uint32_t way)
{
  const struct rgi_groups *groups = merge->groups;
  for (size_t i = merge->path_length; i-- > 0;) {
    RGI_TRY(draw_group(merge, merge->path[i]));
    RGI_TRY(draw_way(merge, groups->groups[merge->path[i]].way));
  }
  if (!merge->places[groups->ways[way].target])
    RGI_TRY(draw_group(merge, groups->ways[way].target));
  return draw_way(merge, way);
}

rg_error *rgi_merge_draw(struct rgi_merge *merge, uint32_t group, uint32_t max_ways)
{
  for (size_t i = merge->begin[group]; i < merge->begin[group + 1] && max_ways; i++) {
    uint32_t way = merge->ways[i];
    if (merge->is_drawn[way])
      continue;
    RGI_TRY(collect(merge, &merge->groups->ways[way]));
    if (!has_room(merge, group))
      continue;
    RGI_TRY(draw_path(merge, way));
    max_ways--;
  }
  return NULL;
}

// --- arrows back, and counts --------------------------------------------------------------------------------------

static rg_error *draw_arrows_back(struct rgi_merge *merge)
{
  const struct rgi_groups *groups = merge->groups;
  for (uint32_t i = 0; i < groups->num_ways && merge->draft->num_edges_left; i++) {
    const struct rgi_way *way = &groups->ways[i];
    bool has_ends = merge->places[way->target] && way->source != RGI_GROUP_NONE && merge->places[way->source];
    uint32_t target_class = groups->groups[way->target].target_class;
    if (has_ends && (target_class == RGI_CLASS_NONE || target_class == RGI_CLASS_ALIKE))
      RGI_TRY(draw_way(merge, i));
  }
  return NULL;
}

// The members of a drawn group that the picture leaves out: those of a class that ways lead to that are not drawn.
static uint64_t count_left_out(const struct rgi_merge *merge, uint32_t group)
{
  uint32_t target_class = merge->groups->groups[group].target_class;
  uint64_t num = 0;
  for (size_t i = merge->begin[group]; i < merge->begin[group + 1]; i++)
    num += merge->is_drawn[merge->ways[i]] ? 0 : merge->groups->ways[merge->ways[i]].count;
  return target_class == RGI_CLASS_NONE || target_class == RGI_CLASS_ALIKE ? 0 : num;
}

rg_error *rgi_merge_finish(struct rgi_merge *merge)
{
  RGI_TRY(draw_arrows_back(merge));
  struct rgi_draft *draft = merge->draft;
  for (uint32_t i = 0; i < merge->groups->num_groups; i++) {
    if (!merge->places[i])
      continue;
    rg_selected_node *node = &draft->selection->nodes[merge->places[i] - 1];
    node->num_cut_referrers = count_left_out(merge, i);
    node->count = merge->groups->groups[i].count - (uint32_t)node->num_cut_referrers;
    node->size = merge->groups->groups[i].size;
  }
  for (size_t i = 0; i < merge->groups->num_members; i++) {
    const struct rgi_member *member = &merge->groups->members[i];
    if (merge->places[member->group] && merge->is_drawn[member->way])
      draft->places[member->node] = merge->places[member->group];
  }
  return NULL;
}
