#include "selection.h"

#include "../base/alloc.h"

const rg_graph *rg_selection_graph(const rg_selection *selection)
{
  return selection->graph;
}

size_t rg_selection_num_nodes(const rg_selection *selection)
{
  return selection->num_nodes;
}

rg_selected_node rg_selection_node(const rg_selection *selection, size_t i)
{
  return selection->nodes[i];
}

size_t rg_selection_num_edges(const rg_selection *selection)
{
  return selection->num_edges;
}

rg_selected_edge rg_selection_edge(const rg_selection *selection, size_t i)
{
  return selection->edges[i];
}

size_t rg_selection_num_unreached(const rg_selection *selection)
{
  return selection->num_unreached;
}

void rg_selection_destroy(rg_selection *selection)
{
  if (!selection)
    return;
  rgi_free(selection->nodes);
  rgi_free(selection->edges);
  rgi_free(selection);
}

rg_error *rgi_selection_add_node(rg_selection *selection, rg_selected_node node)
{
  RGI_TRY(rgi_reserve(&selection->nodes, &selection->nodes_capacity, selection->num_nodes + 1));
  selection->nodes[selection->num_nodes++] = node;
  return NULL;
}

rg_error *rgi_selection_add_edge(rg_selection *selection, rg_selected_edge edge)
{
  RGI_TRY(rgi_reserve(&selection->edges, &selection->edges_capacity, selection->num_edges + 1));
  selection->edges[selection->num_edges++] = edge;
  return NULL;
}

rg_error *rgi_draft_init(struct rgi_draft *draft, const rg_graph *graph, enum rgi_question question,
                         uint32_t max_nodes, uint32_t max_edges)
{
  *draft = (struct rgi_draft){.num_nodes_left = max_nodes, .num_edges_left = max_edges};
  draft->selection = rgi_alloc(1, sizeof(*draft->selection));
  draft->places = rgi_alloc(rg_graph_num_nodes(graph), sizeof(*draft->places));
  if (!draft->selection || !draft->places) {
    rgi_draft_deinit(draft);
    return rgi_out_of_memory();
  }
  draft->selection->graph = graph;
  draft->selection->question = question;
  return NULL;
}

static uint32_t take(uint32_t left, size_t num)
{
  return num < left ? left - (uint32_t)num : 0;
}

static rg_error *index_selected(struct rgi_draft *draft)
{
  const rg_selection *selection = draft->selection;
  for (size_t i = 0; i < selection->num_nodes; i++) {
    draft->places[selection->nodes[i].node] = (uint32_t)i + 1;
    draft->num_nodes_left = take(draft->num_nodes_left, !rgi_is_passage(selection->graph, selection->nodes[i].node));
  }
  for (size_t i = 0; i < selection->num_edges; i++) {
    rg_edge edge = selection->edges[i].edge;
    if (!selection->edges[i].is_gap)
      RGI_TRY(rgi_index_add(&draft->edges, rgi_hash(&edge, sizeof(edge)), (uint32_t)i));
  }
  draft->num_edges_left = take(draft->num_edges_left, selection->num_edges);
  return NULL;
}

rg_error *rgi_draft_resume(struct rgi_draft *draft, rg_selection *selection, uint32_t max_nodes, uint32_t max_edges)
{
  *draft = (struct rgi_draft){.selection = selection, .num_nodes_left = max_nodes, .num_edges_left = max_edges};
  draft->places = rgi_alloc(rg_graph_num_nodes(selection->graph), sizeof(*draft->places));
  rg_error *error = draft->places ? index_selected(draft) : rgi_out_of_memory();
  if (error)
    rgi_draft_deinit(draft);
  return error;
}

void rgi_draft_deinit(struct rgi_draft *draft)
{
  rg_selection_destroy(draft->selection);
  rgi_free(draft->places);
  rgi_index_deinit(&draft->edges);
  *draft = (struct rgi_draft){0};
}

rg_selection *rgi_draft_finish(struct rgi_draft *draft)
{
  return rgi_take(draft->selection);
}

bool rgi_draft_has(const struct rgi_draft *draft, rg_node node)
{
  return draft->places[node];
}

rg_selected_node *rgi_draft_node(const struct rgi_draft *draft, rg_node node)
{
  return &draft->selection->nodes[draft->places[node] - 1];
}

bool rgi_draft_has_room_for_node(const struct rgi_draft *draft, rg_node node)
{
  return draft->num_nodes_left || rgi_draft_has(draft, node) || rgi_is_passage(draft->selection->graph, node);
}

bool rgi_draft_has_room(const struct rgi_draft *draft, rg_node node)
{
  return draft->num_edges_left && rgi_draft_has_room_for_node(draft, node);
}

rg_error *rgi_draft_add_node(struct rgi_draft *draft, rg_node node, rg_role role)
{
  if (rgi_draft_has(draft, node))
    return NULL;
  uint64_t size = rg_graph_node(draft->selection->graph, node).size;
  rg_selected_node added = {.node = node, .count = 1, .size = size, .role = role};
  RGI_TRY(rgi_selection_add_node(draft->selection, added));
  draft->places[node] = (uint32_t)draft->selection->num_nodes;
  if (draft->num_nodes_left && !rgi_is_passage(draft->selection->graph, node))
    draft->num_nodes_left--;
  return NULL;
}

struct edge_key {
  const rg_selection *selection;
  rg_edge edge;
};

static bool is_equal_edge(const void *context, uint32_t position)
{
  const struct edge_key *key = context;
  return key->selection->edges[position].edge == key->edge;
}

rg_error *rgi_draft_add_edge(struct rgi_draft *draft, rg_node source, rg_node target, rg_edge edge, bool *is_new_ret)
{
  struct edge_key key = {draft->selection, edge};
  uint32_t hash = rgi_hash(&edge, sizeof(edge));
  if (rgi_index_find(&draft->edges, hash, is_equal_edge, &key) != RGI_INDEX_NONE)
    return NULL;
  rg_selected_edge added = {draft->places[source] - 1, draft->places[target] - 1, edge, 1, 1, false};
  RGI_TRY(rgi_selection_add_edge(draft->selection, added));
  *is_new_ret = true;
  return rgi_index_add(&draft->edges, hash, (uint32_t)draft->selection->num_edges - 1);
}

rg_error *rgi_draft_add_chain(struct rgi_draft *draft, const struct rgi_walk *walk, rg_role role)
{
  bool is_new = false;
  for (size_t i = 1; i < walk->num_links; i++) {
    rg_node near = walk->links[i - 1].node, far = walk->links[i].node;
    RGI_TRY(rgi_draft_add_node(draft, far, i + 1 == walk->num_links ? role : RG_ROLE_OTHER));
    RGI_TRY(rgi_draft_add_edge(draft, walk->is_backward ? far : near, walk->is_backward ? near : far,
                               walk->links[i].edge, &is_new));
  }
  if (is_new && draft->num_edges_left)
    draft->num_edges_left--;
  return NULL;
}
