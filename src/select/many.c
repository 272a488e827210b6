#include "many.h"

#include "../base/alloc.h"
#include "captured.h"
#include "merge.h"
#include "siblings.h"

// What targets capture is drawn in small pictures only.
#define MAX_GROUPS_WITH_CAPTURED 12

struct many {
  struct rgi_draft *draft;
  rg_paths *paths;
  uint32_t *classes; // by node
  struct rgi_groups groups;
  uint32_t num_target_groups;
};

static void deinit(struct many *many)
{
  rg_paths_destroy(many->paths);
  rgi_free(many->classes);
  rgi_groups_deinit(&many->groups);
}

static rg_error *group(struct many *many, const rg_graph *graph, const rg_node *targets, size_t num_targets)
{
  many->classes = rgi_alloc(rg_graph_num_nodes(graph), sizeof(*many->classes));
  if (!many->classes)
    return rgi_out_of_memory();
  RGI_TRY(rg_paths_create(graph, NULL, &many->paths));
  for (size_t i = 0; i < num_targets; i++) {
    many->classes[targets[i]] = RGI_CLASS_ALIKE;
    many->draft->selection->num_unreached += rg_paths_distance(many->paths, targets[i]) == RG_DISTANCE_NONE;
  }
  return rgi_groups_init(&many->groups, graph, many->paths, targets, num_targets, many->classes);
}

static rg_error *draw(struct many *many)
{
  RGI_SCOPED_MERGE merge = {0};
  RGI_TRY(rgi_merge_init(&merge, many->draft, &many->groups));
  for (uint32_t i = 0; i < many->groups.num_groups; i++) {
    const struct rgi_group *group = &many->groups.groups[i];
    if (group->target_class == RGI_CLASS_NONE)
      continue;
    RGI_TRY(rgi_merge_draw(&merge, i, 1));
    many->num_target_groups++;
    many->draft->selection->num_cut_asked += merge.places[i] ? 0 : group->count;
  }
  return rgi_merge_finish(&merge);
}

rg_error *rgi_draw_many(struct rgi_draft *draft, const rg_graph *graph, const rg_node *targets, size_t num_targets)
{
  __attribute__((cleanup(deinit))) struct many many = {.draft = draft};
  RGI_TRY(group(&many, graph, targets, num_targets));
  RGI_TRY(draw(&many));
  if (many.num_target_groups <= MAX_GROUPS_WITH_CAPTURED)
    RGI_TRY(rgi_captured_draw(draft, &many.groups, many.paths, targets, num_targets));
  return rgi_merge_siblings(draft->selection);
}
