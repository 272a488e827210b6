/* The paths from the roots to each closure, merged into one picture.
 *
 * The paths are branches of one tree. From the roots down, a node joins the group of those that are reached from the
 * same group by an edge of the same kind and name and look the same; closures of a definition site form one group,
 * wherever they are held. So two hundred closures in one list are one box with a count.
 *
 *   m -> dict -> list -> f1, f2, … f200        m -> dict -> list -> 200 × f
 *
 * A closure whose path needs more new boxes than the budget has left is counted instead.
 * Cost: O(V + E) for the search, then O(nodes on the paths). */
#include <string.h>

#include "../base/options.h"
#include "../base/alloc.h"
#include "selection.h"
#include "siblings.h"

// What closures capture is drawn in small pictures only; in large ones it is in the text.
#define MAX_SITES_WITH_CAPTURED 12

// Ways to a site that are drawn beside the first one; its copies that are held in yet other ways are counted.
#define MAX_FURTHER_WAYS 7

#define GROUP_NONE UINT32_MAX

// What the nodes of a group have in common; and what edges between groups have that are drawn as one.
struct key {
  uint32_t parent; // the group before; GROUP_NONE for roots
  uint32_t child;  // of an edge: the group it leads to; of a group: GROUP_NONE
  rg_edge_kind kind;
  const char *name;
  rg_type type;
  rg_site site;
  rg_string label;
  rg_string context;
};

struct keys {
  struct key *all; // by group, or by edge
  size_t capacity;
  struct rgi_index index;
};

struct stop {
  rg_node node;
  uint32_t group; // GROUP_NONE if it is not there yet
};

struct merge {
  rg_why_closures_options options;
  const rg_graph *graph;
  const rg_closures *closures;
  rg_paths *paths;
  struct rgi_draft draft; // a selected node is a group
  struct keys groups;
  struct keys edges;
  uint32_t max_ways; // by which a site may be reached anew while it is visited
  bool has_captured; // what closures capture is drawn, too, so that edges may come by twice
  rg_edge *merged;   // then: the edges of the graph that are part of the selected ones
  size_t num_merged;
  size_t merged_capacity;
  struct rgi_index merged_index;
  uint32_t *sites; // by site, and one more for closures without: 0 not drawn, 1 to be drawn, else its group plus 2
  struct stop *path; // the nodes of the path at hand that have no group yet, the last one first
  size_t path_length;
  size_t path_capacity;
  struct rgi_walk captured;
};

static void deinit_keys(struct keys *keys)
{
  rgi_free(keys->all);
  rgi_index_deinit(&keys->index);
}

static void deinit(struct merge *merge)
{
  rg_paths_destroy(merge->paths);
  rgi_draft_deinit(&merge->draft);
  deinit_keys(&merge->groups);
  deinit_keys(&merge->edges);
  rgi_free(merge->merged);
  rgi_index_deinit(&merge->merged_index);
  rgi_free(merge->sites);
  rgi_free(merge->path);
  rgi_walk_deinit(&merge->captured);
}

static rg_error *init(struct merge *merge)
{
  const rg_graph *graph = merge->graph;
  RGI_TRY(rgi_draft_init(&merge->draft, graph, RGI_QUESTION_CLOSURES, merge->options.max_nodes,
                         merge->options.max_edges));
  RGI_TRY(rgi_walk_init(&merge->captured, graph, false, RG_EDGE_KIND_BIT(RG_EDGE_CAPTURED)));
  RGI_TRY(rg_paths_create(graph, NULL, &merge->paths));
  merge->draft.selection->has_implicit = merge->options.with_implicit;
  merge->sites = rgi_alloc((size_t)rg_graph_num_sites(graph) + 1, sizeof(*merge->sites));
  return merge->sites ? NULL : rgi_out_of_memory();
}

// --- keys -------------------------------------------------------------------------------------------------------

static uint32_t hash_key(const struct key *key)
{
  uint32_t fields[] = {key->parent,
                       key->child,
                       key->kind,
                       rgi_hash(key->name, strlen(key->name)),
                       key->type,
                       key->site,
                       key->label,
                       key->context};
  return rgi_hash(fields, sizeof(fields));
}

struct key_search {
  const struct keys *keys;
  const struct key *key;
};

static bool is_equal_key(const void *context, uint32_t position)
{
  const struct key_search *search = context;
  const struct key *a = search->key, *b = &search->keys->all[position];
  return a->parent == b->parent && a->child == b->child && a->kind == b->kind && !strcmp(a->name, b->name) &&
         a->type == b->type && a->site == b->site && a->label == b->label && a->context == b->context;
}

static uint32_t find_key(const struct keys *keys, const struct key *key)
{
  struct key_search search = {keys, key};
  return rgi_index_find(&keys->index, hash_key(key), is_equal_key, &search);
}

static rg_error *add_key(struct keys *keys, const struct key *key, uint32_t position)
{
  RGI_TRY(rgi_reserve(&keys->all, &keys->capacity, (size_t)position + 1));
  keys->all[position] = *key;
  return rgi_index_add(&keys->index, hash_key(key), position);
}

// A label tells apart what has a name of its own, but values and containers of one type are alike.
static bool is_told_by_label(rg_category category)
{
  switch (category) {
  case RG_CATEGORY_CALLABLE:
  case RG_CATEGORY_TYPE:
  case RG_CATEGORY_MODULE:
  case RG_CATEGORY_FRAME:
  case RG_CATEGORY_EXTERNAL:
    return true;
  case RG_CATEGORY_INSTANCE:
  case RG_CATEGORY_CONTAINER:
  case RG_CATEGORY_VALUE:
    return false;
  }
  return false;
}

static struct key group_key(const struct merge *merge, uint32_t parent, rg_edge edge, rg_node node)
{
  rg_node_info info = rg_graph_node(merge->graph, node);
  bool has_label = is_told_by_label(rg_graph_node_category(merge->graph, node));
  return (struct key){.parent = parent,
                      .child = GROUP_NONE,
                      .kind = rg_graph_edge_kind(merge->graph, edge),
                      .name = rg_graph_edge_name(merge->graph, edge),
                      .type = info.type,
                      .site = info.site,
                      .label = has_label ? info.label : 0,
                      .context = info.context};
}

// --- groups and the edges between them --------------------------------------------------------------------------

static uint32_t *site_of(const struct merge *merge, rg_node node)
{
  rg_site site = rg_graph_node_site(merge->graph, node);
  return &merge->sites[site == RG_SITE_NONE ? rg_graph_num_sites(merge->graph) : site];
}

// A closure whose site is drawn.
static bool is_drawn_closure(const struct merge *merge, rg_node node)
{
  return (rg_graph_node_flags(merge->graph, node) & RG_NODE_CLOSURE) && *site_of(merge, node);
}

// The group that the node belongs to, if it is there already.
static uint32_t find_group(const struct merge *merge, uint32_t parent, rg_edge edge, rg_node node)
{
  if (is_drawn_closure(merge, node))
    return *site_of(merge, node) >= 2 ? *site_of(merge, node) - 2 : GROUP_NONE;
  struct key key = group_key(merge, parent, edge, node);
  return find_key(&merge->groups, &key);
}

static rg_error *create_group(struct merge *merge, uint32_t parent, rg_edge edge, rg_node node, rg_role role)
{
  rg_selection *selection = merge->draft.selection;
  bool is_closure = is_drawn_closure(merge, node);
  RGI_TRY(rgi_draft_add_node(&merge->draft, node, is_closure ? RG_ROLE_TARGET : role));
  uint32_t group = (uint32_t)selection->num_nodes - 1;
  if (!is_closure) {
    struct key key = group_key(merge, parent, edge, node);
    return add_key(&merge->groups, &key, group);
  }
  *site_of(merge, node) = group + 2;
  return NULL;
}

// Names that only tell apart what stands side by side in one container are dropped where they merge.
static struct key edge_key(const struct merge *merge, uint32_t source, uint32_t target, rg_edge edge)
{
  struct key key = {.parent = source, .child = target, .kind = rg_graph_edge_kind(merge->graph, edge), .name = ""};
  if (key.kind != RG_EDGE_INDEX && key.kind != RG_EDGE_ITEM)
    key.name = rg_graph_edge_name(merge->graph, edge);
  return key;
}

static bool is_merged_edge(const void *context, uint32_t position)
{
  const struct merge *merge = context;
  return merge->merged[position] == merge->merged[merge->num_merged];
}

// Remembers an edge of the graph; tells whether it is new.
static rg_error *remember(struct merge *merge, rg_edge edge, bool *is_new_ret)
{
  RGI_TRY(rgi_reserve(&merge->merged, &merge->merged_capacity, merge->num_merged + 1));
  merge->merged[merge->num_merged] = edge;
  uint32_t hash = rgi_hash(&edge, sizeof(edge));
  *is_new_ret = rgi_index_find(&merge->merged_index, hash, is_merged_edge, merge) == RGI_INDEX_NONE;
  return *is_new_ret ? rgi_index_add(&merge->merged_index, hash, (uint32_t)merge->num_merged++) : NULL;
}

static rg_error *add_edge(struct merge *merge, uint32_t source, uint32_t target, rg_edge edge)
{
  bool is_new = true;
  if (merge->has_captured)
    RGI_TRY(remember(merge, edge, &is_new));
  if (source == GROUP_NONE || !is_new)
    return NULL;
  rg_selection *selection = merge->draft.selection;
  struct key key = edge_key(merge, source, target, edge);
  uint32_t found = find_key(&merge->edges, &key);
  if (found != RGI_INDEX_NONE) {
    selection->edges[found].count++;
    return NULL;
  }
  RGI_TRY(rgi_selection_add_edge(selection, (rg_selected_edge){source, target, edge, 1, 1}));
  if (merge->draft.num_edges_left && !rgi_is_passage(merge->graph, selection->nodes[target].node))
    merge->draft.num_edges_left--;
  return add_key(&merge->edges, &key, (uint32_t)selection->num_edges - 1);
}

// Puts a node into its group, which is made if it is not there yet, and its edge to those from the group before.
static rg_error *join(struct merge *merge, uint32_t parent, rg_edge edge, struct stop stop, rg_role role,
                      uint32_t *group_ret)
{
  rg_node node = stop.node;
  uint32_t group = stop.group;
  if (group == GROUP_NONE) {
    RGI_TRY(create_group(merge, parent, edge, node, role));
    group = (uint32_t)merge->draft.selection->num_nodes - 1;
  } else if (!rgi_draft_has(&merge->draft, node)) {
    merge->draft.places[node] = group + 1;
    merge->draft.selection->nodes[group].count++;
  }
  *group_ret = group;
  return add_edge(merge, parent, group, edge);
}

// --- paths ------------------------------------------------------------------------------------------------------

// Collects the end of the path to `node` that has no groups yet; returns the group where it starts.
static rg_error *collect_path(struct merge *merge, rg_node node, uint32_t *parent_ret)
{
  merge->path_length = 0;
  while (node != RG_NODE_ROOT && !rgi_draft_has(&merge->draft, node)) {
    RGI_TRY(rgi_reserve(&merge->path, &merge->path_capacity, merge->path_length + 1));
    merge->path[merge->path_length++] = (struct stop){node, GROUP_NONE};
    node = rg_paths_parent(merge->paths, node);
  }
  *parent_ret = node == RG_NODE_ROOT ? GROUP_NONE : merge->draft.places[node] - 1;
  return NULL;
}

// Finds the groups of the collected path that are there already; returns how many boxes it would add. A group that is
// not there yet has no children yet, so what follows a missing one is new, up to the next drawn closure at least.
static uint32_t find_groups(struct merge *merge, uint32_t parent)
{
  uint32_t num_new = 0;
  uint32_t group = parent;
  bool is_missing = false;
  for (size_t i = merge->path_length; i-- > 0;) {
    struct stop *stop = &merge->path[i];
    if (!is_missing || is_drawn_closure(merge, stop->node))
      stop->group = find_group(merge, group, rg_paths_edge(merge->paths, stop->node), stop->node);
    group = stop->group;
    is_missing = group == GROUP_NONE;
    num_new += is_missing && !rgi_is_passage(merge->graph, stop->node);
  }
  return num_new;
}

// Each new box takes an arrow at most, and so does a new way between boxes that are there.
static bool has_room_for_path(const struct merge *merge, uint32_t num_new)
{
  uint32_t num_arrows = num_new ? num_new : merge->path_length > 0;
  return num_new <= merge->draft.num_nodes_left && num_arrows <= merge->draft.num_edges_left;
}

static rg_error *join_path(struct merge *merge, uint32_t parent)
{
  uint32_t group = parent;
  for (size_t i = merge->path_length; i-- > 0;) {
    struct stop stop = merge->path[i];
    rg_role role = group == GROUP_NONE ? RG_ROLE_ROOT : RG_ROLE_PATH;
    if (stop.group == GROUP_NONE)
      stop.group = find_group(merge, group, rg_paths_edge(merge->paths, stop.node), stop.node);
    RGI_TRY(join(merge, group, rg_paths_edge(merge->paths, stop.node), stop, role, &group));
  }
  return NULL;
}

// Whether the collected path brings another arrow to the box of its closure.
static bool is_new_way(const struct merge *merge, uint32_t parent)
{
  uint32_t source = merge->path_length > 1 ? merge->path[1].group : parent;
  uint32_t target = merge->path[0].group;
  if (target == GROUP_NONE || (source == GROUP_NONE && merge->path_length > 1))
    return true;
  struct key key = edge_key(merge, source, target, rg_paths_edge(merge->paths, merge->path[0].node));
  return find_key(&merge->edges, &key) == RGI_INDEX_NONE;
}

// Adds paths to the closures of one site, as far as the budget goes, and no more than merge->max_ways different ones.
static rg_error *add_site(struct merge *merge, const rg_closure_group *closures)
{
  uint32_t num_ways = 0;
  for (uint32_t i = 0; i < closures->num_nodes; i++) {
    rg_node node = closures->nodes[i];
    if (rg_paths_distance(merge->paths, node) == RG_DISTANCE_NONE || rgi_draft_has(&merge->draft, node))
      continue;
    uint32_t parent;
    RGI_TRY(collect_path(merge, node, &parent));
    uint32_t num_new = find_groups(merge, parent);
    bool is_new = is_new_way(merge, parent);
    if ((is_new && num_ways == merge->max_ways) || !has_room_for_path(merge, num_new))
      continue;
    RGI_TRY(join_path(merge, parent));
    num_ways += is_new;
  }
  return NULL;
}

static rg_error *count_unreached(struct merge *merge, const rg_closure_group *closures)
{
  for (uint32_t i = 0; i < closures->num_nodes; i++)
    merge->draft.selection->num_unreached += rg_paths_distance(merge->paths, closures->nodes[i]) == RG_DISTANCE_NONE;
  return NULL;
}

// Counts the closures of a site for which there was no room, when all that are drawn are drawn.
static rg_error *count_left_out(struct merge *merge, const rg_closure_group *closures)
{
  uint64_t num_cut = 0;
  for (uint32_t i = 0; i < closures->num_nodes; i++) {
    rg_node node = closures->nodes[i];
    bool is_reached = rg_paths_distance(merge->paths, node) != RG_DISTANCE_NONE;
    num_cut += is_reached && !rgi_draft_has(&merge->draft, node);
  }
  uint32_t group = *site_of(merge, closures->nodes[0]);
  if (num_cut && group < 2)
    merge->draft.selection->num_cut_asked++;
  else if (num_cut)
    merge->draft.selection->nodes[group - 2].num_cut_referrers = num_cut;
  return NULL;
}

// --- what the closures capture ----------------------------------------------------------------------------------

static rg_error *add_captured_chain(struct merge *merge, uint32_t parent)
{
  const struct rgi_walk *walk = &merge->captured;
  rg_node value = walk->links[walk->num_links - 1].node;
  if (!rgi_draft_has_room(&merge->draft, value))
    return NULL;
  uint32_t group = parent;
  for (size_t i = 1; i < walk->num_links; i++) {
    const struct rgi_link *link = &walk->links[i];
    if (rgi_draft_has(&merge->draft, link->node)) {
      uint32_t found = merge->draft.places[link->node] - 1;
      RGI_TRY(add_edge(merge, group, found, link->edge));
      group = found;
    } else {
      struct stop stop = {link->node, find_group(merge, group, link->edge, link->node)};
      RGI_TRY(join(merge, group, link->edge, stop, RG_ROLE_OTHER, &group));
    }
  }
  return NULL;
}

static rg_error *add_captured(struct merge *merge, const rg_closure_group *closures)
{
  for (uint32_t i = 0; i < closures->num_nodes; i++) {
    if (!rgi_draft_has(&merge->draft, closures->nodes[i]))
      continue;
    RGI_TRY(rgi_walk_start(&merge->captured, closures->nodes[i]));
    for (;;) {
      rg_node value;
      RGI_TRY(rgi_walk_next(&merge->captured, &value));
      if (value == RG_NODE_NONE)
        break;
      RGI_TRY(add_captured_chain(merge, merge->draft.places[closures->nodes[i]] - 1));
    }
  }
  return NULL;
}

// --- all together -----------------------------------------------------------------------------------------------

static bool is_wanted(const struct merge *merge, const rg_closure_group *group)
{
  return merge->options.with_implicit || !group->is_implicit;
}

// Marks the sites to be drawn, the first ones of those that are wanted; returns how many.
static size_t mark_sites(struct merge *merge)
{
  size_t num_marked = 0;
  for (size_t i = 0; i < rg_closures_num_groups(merge->closures); i++) {
    rg_closure_group group = rg_closures_group(merge->closures, i);
    if (!is_wanted(merge, &group))
      continue;
    if (num_marked == merge->options.max_sites) {
      merge->draft.selection->num_cut_asked++;
      continue;
    }
    *site_of(merge, group.nodes[0]) = 1;
    num_marked++;
  }
  return num_marked;
}

static rg_error *visit_sites(struct merge *merge, rg_error *(*visit)(struct merge *, const rg_closure_group *))
{
  for (size_t i = 0; i < rg_closures_num_groups(merge->closures); i++) {
    rg_closure_group group = rg_closures_group(merge->closures, i);
    if (*site_of(merge, group.nodes[0]) && is_wanted(merge, &group))
      RGI_TRY(visit(merge, &group));
  }
  return NULL;
}

rg_error *rg_select_why_closures(const rg_graph *graph, const rg_closures *closures,
                                 const rg_why_closures_options *options, rg_selection **ret)
{
  __attribute__((cleanup(deinit))) struct merge merge = {
      .options = RG_WHY_CLOSURES_OPTIONS_INIT, .graph = graph, .closures = closures};
  rgi_options_read(&merge.options, options);
  RGI_TRY(init(&merge));
  merge.has_captured = mark_sites(&merge) <= MAX_SITES_WITH_CAPTURED;
  // One way to each site comes before a second one to any.
  merge.max_ways = 1;
  RGI_TRY(visit_sites(&merge, add_site));
  merge.max_ways = MAX_FURTHER_WAYS;
  RGI_TRY(visit_sites(&merge, add_site));
  RGI_TRY(visit_sites(&merge, count_unreached));
  if (merge.has_captured)
    RGI_TRY(visit_sites(&merge, add_captured));
  RGI_TRY(visit_sites(&merge, count_left_out));
  RGI_TRY(rgi_merge_siblings(merge.draft.selection));
  *ret = rgi_draft_finish(&merge.draft);
  return NULL;
}
