#include "captured.h"

#include "../base/alloc.h"
#include "keys.h"

// Keys, and for each of them where in the selection it is drawn.
struct drawn {
  struct rgi_keys keys;
  uint32_t *places;
  size_t capacity;
};

struct captured {
  struct rgi_draft *draft;
  const rg_graph *graph;
  struct rgi_walk walk;
  struct drawn boxes;
  struct drawn arrows;
  rg_edge *merged;   // edges of the graph that are part of what is drawn
  size_t num_merged;
  size_t merged_capacity;
  struct rgi_index merged_index;
};

static void deinit_drawn(struct drawn *drawn)
{
  rgi_keys_deinit(&drawn->keys);
  rgi_free(drawn->places);
}

static void deinit(struct captured *captured)
{
  rgi_walk_deinit(&captured->walk);
  deinit_drawn(&captured->boxes);
  deinit_drawn(&captured->arrows);
  rgi_free(captured->merged);
  rgi_index_deinit(&captured->merged_index);
}

static bool is_merged(const void *context, uint32_t position)
{
  const struct captured *captured = context;
  return captured->merged[position] == captured->merged[captured->num_merged];
}

// Remembers an edge of the graph; tells whether it is new.
static rg_error *remember(struct captured *captured, rg_edge edge, bool *is_new_ret)
{
  RGI_TRY(rgi_reserve(&captured->merged, &captured->merged_capacity, captured->num_merged + 1));
  captured->merged[captured->num_merged] = edge;
  uint32_t hash = rgi_hash(&edge, sizeof(edge));
  *is_new_ret = rgi_index_find(&captured->merged_index, hash, is_merged, captured) == RGI_INDEX_NONE;
  return *is_new_ret ? rgi_index_add(&captured->merged_index, hash, (uint32_t)captured->num_merged++) : NULL;
}

static rg_error *remember_paths(struct captured *captured, const struct rgi_groups *groups, const rg_paths *paths)
{
  bool is_new;
  for (size_t i = 0; i < groups->num_members; i++) {
    if (rgi_draft_has(captured->draft, groups->members[i].node))
      RGI_TRY(remember(captured, rg_paths_edge(paths, groups->members[i].node), &is_new));
  }
  return NULL;
}

// Where something is drawn; `next` if it is not there yet.
static rg_error *find(struct drawn *drawn, const struct rgi_key *key, size_t next, uint32_t *ret, bool *is_new_ret)
{
  uint32_t i;
  RGI_TRY(rgi_reserve(&drawn->places, &drawn->capacity, drawn->keys.num + 1));
  RGI_TRY(rgi_keys_add(&drawn->keys, key, &i, is_new_ret));
  if (*is_new_ret)
    drawn->places[i] = (uint32_t)next;
  *ret = drawn->places[i];
  return NULL;
}

// Puts a node that is not drawn yet into its box, which is made if it is not there yet.
static rg_error *join(struct captured *captured, uint32_t source, const struct rgi_link *link, uint32_t *ret)
{
  struct rgi_draft *draft = captured->draft;
  rg_selection *selection = draft->selection;
  struct rgi_key key = rgi_key_of(captured->graph, link->edge, link->node);
  key.source = source;
  bool is_new;
  RGI_TRY(find(&captured->boxes, &key, selection->num_nodes, ret, &is_new));
  if (is_new)
    return rgi_draft_add_node(draft, link->node, RG_ROLE_OTHER);
  draft->places[link->node] = *ret + 1;
  selection->nodes[*ret].count++;
  selection->nodes[*ret].size += rg_graph_node(captured->graph, link->node).size;
  return NULL;
}

static rg_error *add_edge(struct captured *captured, uint32_t source, uint32_t target, rg_edge edge)
{
  bool is_new;
  RGI_TRY(remember(captured, edge, &is_new));
  if (!is_new)
    return NULL;
  struct rgi_draft *draft = captured->draft;
  rg_selection *selection = draft->selection;
  struct rgi_key key = {.source = source, .target = target, .kind = rg_graph_edge_kind(captured->graph, edge)};
  // Indices only tell apart what stands side by side.
  key.name = key.kind == RG_EDGE_INDEX ? "" : rg_graph_edge_name(captured->graph, edge);
  uint32_t i;
  RGI_TRY(find(&captured->arrows, &key, selection->num_edges, &i, &is_new));
  if (!is_new) {
    selection->edges[i].count++;
    return NULL;
  }
  if (draft->num_edges_left && !rgi_is_passage(captured->graph, selection->nodes[target].node))
    draft->num_edges_left--;
  return rgi_selection_add_edge(selection, (rg_selected_edge){source, target, edge, 1, 1, false});
}

// Draws the chain on which the walk stands.
static rg_error *draw_chain(struct captured *captured)
{
  const struct rgi_walk *walk = &captured->walk;
  struct rgi_draft *draft = captured->draft;
  if (!rgi_draft_has_room(draft, walk->links[walk->num_links - 1].node))
    return NULL;
  uint32_t source = draft->places[walk->links[0].node] - 1;
  for (size_t i = 1; i < walk->num_links; i++) {
    const struct rgi_link *link = &walk->links[i];
    uint32_t target = draft->places[link->node] - 1;
    if (!rgi_draft_has(draft, link->node))
      RGI_TRY(join(captured, source, link, &target));
    RGI_TRY(add_edge(captured, source, target, link->edge));
    source = target;
  }
  return NULL;
}

static rg_error *draw(struct captured *captured, rg_node closure)
{
  RGI_TRY(rgi_walk_start(&captured->walk, closure));
  for (;;) {
    rg_node value;
    RGI_TRY(rgi_walk_next(&captured->walk, &value));
    if (value == RG_NODE_NONE)
      return NULL;
    RGI_TRY(draw_chain(captured));
  }
}

rg_error *rgi_captured_draw(struct rgi_draft *draft, const struct rgi_groups *groups, const rg_paths *paths,
                            const rg_node *closures, size_t num_closures)
{
  const rg_graph *graph = draft->selection->graph;
  __attribute__((cleanup(deinit))) struct captured captured = {.draft = draft, .graph = graph};
  RGI_TRY(rgi_walk_init(&captured.walk, graph, false, RG_EDGE_KIND_BIT(RG_EDGE_CAPTURED)));
  RGI_TRY(remember_paths(&captured, groups, paths));
  for (size_t i = 0; i < num_closures; i++) {
    if (rgi_draft_has(draft, closures[i]))
      RGI_TRY(draw(&captured, closures[i]));
  }
  return NULL;
}
