/* The paths from the roots to each closure, merged into one picture: a class of targets a definition site.
 * Cost: O(V + E) for the search, then O(nodes on the paths). */
#include "../base/alloc.h"
#include "../base/options.h"
#include "captured.h"
#include "merge.h"
#include "siblings.h"

// What closures capture is drawn in small pictures only; in large ones it is in the text.
#define MAX_SITES_WITH_CAPTURED 12

// Ways to a site that are drawn beside the first one; its copies that are held in yet other ways are counted.
#define MAX_FURTHER_WAYS 7

struct question {
  rg_why_closures_options options;
  const rg_graph *graph;
  const rg_closures *closures;
  rg_paths *paths;
  struct rgi_draft draft;
  rg_node *targets;     // the closures of the sites to be drawn, site by site
  size_t num_targets;
  size_t targets_capacity;
  uint32_t *classes;    // by node: the number of its site among those to be drawn, from 1 on
  uint32_t num_classes;
  struct rgi_groups groups;
  uint32_t *class_groups; // by class
};

static void deinit(struct question *question)
{
  rg_paths_destroy(question->paths);
  rgi_draft_deinit(&question->draft);
  rgi_free(question->targets);
  rgi_free(question->classes);
  rgi_groups_deinit(&question->groups);
  rgi_free(question->class_groups);
}

static rg_error *init(struct question *question)
{
  const rg_graph *graph = question->graph;
  RGI_TRY(rgi_draft_init(&question->draft, graph, RGI_QUESTION_CLOSURES, question->options.max_nodes,
                         question->options.max_edges));
  question->draft.selection->has_implicit = question->options.with_implicit;
  question->classes = rgi_alloc(rg_graph_num_nodes(graph), sizeof(*question->classes));
  return question->classes ? rg_paths_create(graph, NULL, &question->paths) : rgi_out_of_memory();
}

static rg_error *add_site(struct question *question, const rg_closure_group *site)
{
  RGI_TRY(rgi_reserve(&question->targets, &question->targets_capacity, question->num_targets + site->num_nodes));
  question->num_classes++;
  for (uint32_t i = 0; i < site->num_nodes; i++) {
    rg_node node = site->nodes[i];
    question->targets[question->num_targets++] = node;
    question->classes[node] = question->num_classes;
    question->draft.selection->num_unreached += rg_paths_distance(question->paths, node) == RG_DISTANCE_NONE;
  }
  return NULL;
}

// The first sites of those that are wanted.
static rg_error *choose_sites(struct question *question)
{
  for (size_t i = 0; i < rg_closures_num_groups(question->closures); i++) {
    rg_closure_group site = rg_closures_group(question->closures, i);
    if (site.is_implicit && !question->options.with_implicit)
      continue;
    if (question->num_classes == question->options.max_sites)
      question->draft.selection->num_cut_asked++;
    else
      RGI_TRY(add_site(question, &site));
  }
  return NULL;
}

static rg_error *group(struct question *question)
{
  struct rgi_groups *groups = &question->groups;
  RGI_TRY(rgi_groups_init(groups, question->graph, question->paths, question->targets, question->num_targets,
                          question->classes));
  question->class_groups = rgi_alloc((size_t)question->num_classes + 1, sizeof(*question->class_groups));
  if (!question->class_groups)
    return rgi_out_of_memory();
  for (uint32_t i = 1; i <= question->num_classes; i++)
    question->class_groups[i] = RGI_GROUP_NONE;
  for (uint32_t i = 0; i < groups->num_groups; i++)
    question->class_groups[groups->groups[i].target_class] = i;
  return NULL;
}

// One way to each site comes before a second one to any.
static rg_error *draw(struct question *question)
{
  RGI_SCOPED_MERGE merge = {0};
  RGI_TRY(rgi_merge_init(&merge, &question->draft, &question->groups));
  for (uint32_t pass = 0; pass < 2; pass++) {
    for (uint32_t i = 1; i <= question->num_classes; i++) {
      if (question->class_groups[i] != RGI_GROUP_NONE)
        RGI_TRY(rgi_merge_draw(&merge, question->class_groups[i], pass ? MAX_FURTHER_WAYS : 1));
    }
  }
  for (uint32_t i = 1; i <= question->num_classes; i++) {
    uint32_t group = question->class_groups[i];
    question->draft.selection->num_cut_asked += group != RGI_GROUP_NONE && !merge.places[group];
  }
  return rgi_merge_finish(&merge);
}

rg_error *rg_select_why_closures(const rg_graph *graph, const rg_closures *closures,
                                 const rg_why_closures_options *options, rg_selection **ret)
{
  __attribute__((cleanup(deinit))) struct question question = {
      .options = RG_WHY_CLOSURES_OPTIONS_INIT, .graph = graph, .closures = closures};
  rgi_options_read(&question.options, options);
  RGI_TRY(init(&question));
  RGI_TRY(choose_sites(&question));
  RGI_TRY(group(&question));
  RGI_TRY(draw(&question));
  if (question.num_classes <= MAX_SITES_WITH_CAPTURED)
    RGI_TRY(rgi_captured_draw(&question.draft, &question.groups, question.paths, question.targets,
                              question.num_targets));
  RGI_TRY(rgi_merge_siblings(question.draft.selection));
  *ret = rgi_draft_finish(&question.draft);
  return NULL;
}
