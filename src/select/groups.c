#include "groups.h"

#include <string.h>

#include "../base/alloc.h"
#include "keys.h"

// So many names between one group and nodes that look alike say nothing any more. Keys of a dict are data, of which two
// are enough; other names are code.
#define LEAST_ITEMS 3
#define LEAST_NAMES 12

// Boxes and passages until a chain repeats itself: enough for instance, attribute dict, list, and as many again.
#define MAX_PERIOD 8

struct build {
  struct rgi_groups *groups;
  const rg_graph *graph;
  const rg_paths *paths;
  const uint32_t *classes;
  uint32_t *places;      // by node: its depth while members are collected, then its place among them plus one; 0: none
  struct rgi_keys made;  // of each group
  struct rgi_keys ways;  // of each way
  struct rgi_keys alike; // groups without the names by which they are reached
  struct rgi_keys names; // groups with them
  uint32_t *num_names;   // by place in `alike`
  size_t num_names_capacity;
};

static void deinit(struct build *build)
{
  rgi_free(build->places);
  rgi_keys_deinit(&build->made);
  rgi_keys_deinit(&build->ways);
  rgi_keys_deinit(&build->alike);
  rgi_keys_deinit(&build->names);
  rgi_free(build->num_names);
}

void rgi_groups_deinit(struct rgi_groups *groups)
{
  rgi_free(groups->groups);
  rgi_free(groups->ways);
  rgi_free(groups->members);
  *groups = (struct rgi_groups){0};
}

// --- the nodes on the paths, level by level -----------------------------------------------------------------------

// Adds the end of the path to `node` that is not there yet, and gives each of its nodes its depth.
static rg_error *collect_path(struct build *build, size_t *capacity, rg_node node)
{
  struct rgi_groups *groups = build->groups;
  size_t begin = groups->num_members;
  for (; node != RG_NODE_ROOT && !build->places[node]; node = rg_paths_parent(build->paths, node)) {
    RGI_TRY(rgi_reserve(&groups->members, capacity, groups->num_members + 1));
    groups->members[groups->num_members++].node = node;
  }
  uint32_t depth = node == RG_NODE_ROOT ? 0 : build->places[node];
  for (size_t i = groups->num_members; i-- > begin;)
    build->places[groups->members[i].node] = ++depth;
  return NULL;
}

// Sorts the members by depth; those of one depth keep their order.
static rg_error *sort_members(struct build *build)
{
  struct rgi_groups *groups = build->groups;
  RGI_SCOPED_FREE struct rgi_member *unsorted = rgi_take(groups->members);
  groups->members = rgi_alloc(groups->num_members, sizeof(*groups->members));
  RGI_SCOPED_FREE size_t *begin = rgi_alloc(groups->num_members + 2, sizeof(*begin));
  if (!groups->members || !begin)
    return rgi_out_of_memory();
  for (size_t i = 0; i < groups->num_members; i++)
    begin[build->places[unsorted[i].node] + 1]++;
  for (size_t depth = 1; depth <= groups->num_members; depth++)
    begin[depth] += begin[depth - 1];
  for (size_t i = 0; i < groups->num_members; i++)
    groups->members[begin[build->places[unsorted[i].node]]++] = unsorted[i];
  return NULL;
}

static rg_error *collect_members(struct build *build, const rg_node *targets, size_t num_targets)
{
  size_t capacity = 0;
  for (size_t i = 0; i < num_targets; i++) {
    if (rg_paths_distance(build->paths, targets[i]) != RG_DISTANCE_NONE)
      RGI_TRY(collect_path(build, &capacity, targets[i]));
  }
  return build->groups->num_members ? sort_members(build) : NULL;
}

// --- names --------------------------------------------------------------------------------------------------------

static bool is_root(const struct build *build, rg_node node)
{
  return rg_paths_parent(build->paths, node) == RG_NODE_ROOT;
}

// The group of the node before; members of a lower depth have theirs.
static uint32_t parent_of(const struct build *build, rg_node node)
{
  if (is_root(build, node))
    return RGI_GROUP_NONE;
  rg_node parent = rg_paths_parent(build->paths, node);
  return build->groups->members[build->places[parent] - 1].group;
}

static struct rgi_key look_of(const struct build *build, rg_node node, const char *name)
{
  struct rgi_key key = rgi_key_of(build->graph, rg_paths_edge(build->paths, node), node);
  key.source = parent_of(build, node);
  key.target_class = build->classes[node];
  key.name = name;
  return key;
}

// Counts the name by which a node is reached, among those of nodes that are reached and look alike otherwise.
static rg_error *count_name(struct build *build, rg_node node)
{
  struct rgi_key alike = look_of(build, node, "");
  struct rgi_key named = look_of(build, node, rg_graph_edge_name(build->graph, rg_paths_edge(build->paths, node)));
  bool is_new;
  uint32_t i, name_i;
  RGI_TRY(rgi_keys_add(&build->alike, &alike, &i, &is_new));
  RGI_TRY(rgi_reserve(&build->num_names, &build->num_names_capacity, (size_t)i + 1));
  build->num_names[i] = is_new ? 0 : build->num_names[i];
  RGI_TRY(rgi_keys_add(&build->names, &named, &name_i, &is_new));
  build->num_names[i] += is_new;
  return NULL;
}

static uint32_t num_names_of(const struct build *build, rg_node node)
{
  struct rgi_key alike = look_of(build, node, "");
  return build->num_names[rgi_keys_find(&build->alike, &alike)];
}

// --- groups -------------------------------------------------------------------------------------------------------

static bool is_alike(const struct rgi_key *a, const struct rgi_key *b)
{
  struct rgi_key x = *a, y = *b;
  x.source = y.source = 0;
  return rgi_key_equals(&x, &y);
}

// The group before a group, and so on `num` times; RGI_GROUP_NONE beyond the root.
static uint32_t ancestor(const struct rgi_groups *groups, uint32_t group, uint32_t num)
{
  for (; num && group != RGI_GROUP_NONE; num--)
    group = groups->ways[groups->groups[group].way].source;
  return group;
}

// The group of a chain that a node goes on with: two before it look like it and are reached like it.
static uint32_t find_chain(const struct build *build, const struct rgi_key *key)
{
  for (uint32_t period = 1; period <= MAX_PERIOD; period++) {
    uint32_t near = ancestor(build->groups, key->source, period - 1);
    uint32_t far = ancestor(build->groups, near, period);
    if (near == RGI_GROUP_NONE || far == RGI_GROUP_NONE)
      return RGI_GROUP_NONE;
    if (is_alike(key, &build->made.all[near]) && is_alike(key, &build->made.all[far]))
      return near;
  }
  return RGI_GROUP_NONE;
}

// The group of a node, which is made if it is not there yet; `name` is empty where names do not tell apart.
static rg_error *find_group(struct build *build, rg_node node, const char *name, uint32_t *ret)
{
  struct rgi_groups *groups = build->groups;
  struct rgi_key key = look_of(build, node, name);
  if (key.target_class != RGI_CLASS_NONE && key.target_class != RGI_CLASS_ALIKE)
    key = (struct rgi_key){.name = "", .target_class = key.target_class};
  else if (rgi_keys_find(&build->made, &key) == RGI_INDEX_NONE && (*ret = find_chain(build, &key)) != RGI_GROUP_NONE)
    return NULL;
  bool is_new;
  RGI_TRY(rgi_reserve(&groups->groups, &groups->groups_capacity, groups->num_groups + 1));
  RGI_TRY(rgi_keys_add(&build->made, &key, ret, &is_new));
  if (is_new)
    groups->groups[groups->num_groups++] = (struct rgi_group){.node = node, .target_class = key.target_class};
  return NULL;
}

// The way by which a node is reached, which is made if it is not there yet.
static rg_error *find_way(struct build *build, rg_node node, uint32_t group, const char *name, uint32_t *ret)
{
  struct rgi_groups *groups = build->groups;
  rg_edge edge = rg_paths_edge(build->paths, node);
  struct rgi_key key = {.source = parent_of(build, node), .target = group, .name = name};
  key.kind = rg_graph_edge_kind(build->graph, edge);
  // Keys of one dict are one arrow between the same two boxes.
  key.name = key.kind == RG_EDGE_ITEM ? "" : name;
  bool is_new;
  RGI_TRY(rgi_reserve(&groups->ways, &groups->ways_capacity, groups->num_ways + 1));
  RGI_TRY(rgi_keys_add(&build->ways, &key, ret, &is_new));
  if (!is_new)
    return NULL;
  bool is_folded = key.kind != RG_EDGE_ITEM && key.kind != RG_EDGE_INDEX && !*name;
  uint32_t num_names = is_folded ? num_names_of(build, node) : 1;
  groups->ways[groups->num_ways++] = (struct rgi_way){key.source, group, edge, 0, num_names};
  return NULL;
}

// The name by which a node is reached, if it tells the node apart.
static const char *telling_name(const struct build *build, rg_node node)
{
  rg_edge edge = rg_paths_edge(build->paths, node);
  uint32_t least = rg_graph_edge_kind(build->graph, edge) == RG_EDGE_ITEM ? LEAST_ITEMS : LEAST_NAMES;
  bool is_told = is_root(build, node) || num_names_of(build, node) < least;
  return is_told ? rg_graph_edge_name(build->graph, edge) : "";
}

static rg_error *join(struct build *build, struct rgi_member *member)
{
  rg_node node = member->node;
  const char *name = telling_name(build, node);
  RGI_TRY(find_group(build, node, name, &member->group));
  RGI_TRY(find_way(build, node, member->group, name, &member->way));
  struct rgi_group *group = &build->groups->groups[member->group];
  if (!group->count++)
    group->way = member->way;
  group->size += rg_graph_node(build->graph, node).size;
  build->groups->ways[member->way].count++;
  return NULL;
}

// All names of a level are counted before any of its nodes gets its group.
static rg_error *join_level(struct build *build, size_t begin, size_t end)
{
  struct rgi_member *members = build->groups->members;
  for (size_t i = begin; i < end; i++)
    RGI_TRY(count_name(build, members[i].node));
  for (size_t i = begin; i < end; i++)
    RGI_TRY(join(build, &members[i]));
  for (size_t i = begin; i < end; i++)
    build->places[members[i].node] = (uint32_t)i + 1;
  return NULL;
}

static rg_error *join_all(struct build *build)
{
  const struct rgi_groups *groups = build->groups;
  for (size_t begin = 0, end; begin < groups->num_members; begin = end) {
    uint32_t depth = build->places[groups->members[begin].node];
    for (end = begin; end < groups->num_members && build->places[groups->members[end].node] == depth;)
      end++;
    RGI_TRY(join_level(build, begin, end));
  }
  return NULL;
}

rg_error *rgi_groups_init(struct rgi_groups *groups, const rg_graph *graph, const rg_paths *paths,
                          const rg_node *targets, size_t num_targets, const uint32_t *classes)
{
  *groups = (struct rgi_groups){0};
  __attribute__((cleanup(deinit))) struct build build = {
      .groups = groups, .graph = graph, .paths = paths, .classes = classes};
  build.places = rgi_alloc(rg_graph_num_nodes(graph), sizeof(*build.places));
  rg_error *error = build.places ? collect_members(&build, targets, num_targets) : rgi_out_of_memory();
  if (!error)
    error = join_all(&build);
  if (error)
    rgi_groups_deinit(groups);
  return error;
}
