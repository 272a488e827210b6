#include "walk.h"

#include "../base/alloc.h"

// Edges of passages and links of the chain that one walk may look at again: more than any real object needs, few enough
// that passages that lead to each other in many ways cost no more than their edges and this.
#define MAX_ENTERED_AGAIN 65536

bool rgi_is_passage(const rg_graph *graph, rg_node node)
{
  return rg_graph_node_flags(graph, node) & RG_NODE_PASSAGE;
}

rg_error *rgi_walk_init(struct rgi_walk *walk, const rg_graph *graph, bool is_backward, rg_edge_kinds kinds)
{
  uint32_t *entered = rgi_alloc(rg_graph_num_nodes(graph), sizeof(*entered));
  if (!entered)
    return rgi_out_of_memory();
  *walk = (struct rgi_walk){.graph = graph, .is_backward = is_backward, .kinds = kinds, .entered = entered};
  return NULL;
}

void rgi_walk_deinit(struct rgi_walk *walk)
{
  rgi_free(walk->entered);
  rgi_free(walk->links);
}

static bool is_absent(const struct rgi_walk *walk, rg_node node)
{
  if (node == RG_NODE_ROOT)
    return true;
  size_t begin = 0, end = walk->num_excluded;
  while (begin < end) {
    size_t middle = begin + (end - begin) / 2;
    if (walk->excluded[middle] < node)
      begin = middle + 1;
    else
      end = middle;
  }
  return begin < walk->num_excluded && walk->excluded[begin] == node;
}

// Backward, machinery is followed where it ends at something one may ask about (who refers to this code?), but not
// into passages: else whatever a module holds would be held by each of its functions, too.
static bool is_followed(const struct rgi_walk *walk, rg_edge edge)
{
  rg_edge_kind kind = rg_graph_edge_kind(walk->graph, edge);
  if (walk->kinds & RG_EDGE_KIND_BIT(kind))
    return true;
  return walk->is_backward && kind == RG_EDGE_INTERNAL &&
         !rgi_is_passage(walk->graph, rg_graph_edge_target(walk->graph, edge));
}

static rg_error *push(struct rgi_walk *walk, rg_node node, rg_edge edge)
{
  RGI_TRY(rgi_reserve(&walk->links, &walk->links_capacity, walk->num_links + 1));
  walk->links[walk->num_links++] = (struct rgi_link){.node = node, .edge = edge, .has_edges = true};
  return NULL;
}

// Pushes a node whose own references are walked over, too.
static rg_error *enter(struct rgi_walk *walk, rg_node node, rg_edge edge)
{
  rg_referrers referrers = {0};
  if (walk->is_backward)
    RGI_TRY(rg_graph_referrers(walk->graph, node, &referrers));
  RGI_TRY(push(walk, node, edge));
  struct rgi_link *link = &walk->links[walk->num_links - 1];
  link->referrers = referrers.edges;
  link->next = walk->is_backward ? 0 : rg_graph_edges_begin(walk->graph, node);
  link->end = walk->is_backward ? referrers.num_edges : rg_graph_edges_end(walk->graph, node);
  link->has_edges = edge == RG_EDGE_NONE;
  return NULL;
}

// Enters a node for the first time in this walk.
static rg_error *enter_new(struct rgi_walk *walk, rg_node node, rg_edge edge)
{
  RGI_TRY(enter(walk, node, edge));
  walk->entered[node] = walk->number;
  if (rg_graph_node_flags(walk->graph, node) & RG_NODE_PARTIAL)
    walk->num_unfollowed += rg_graph_node(walk->graph, node).num_unfollowed;
  return NULL;
}

rg_error *rgi_walk_start(struct rgi_walk *walk, rg_node node)
{
  walk->number++;
  walk->num_links = 0;
  walk->num_unfollowed = 0;
  walk->num_spare = MAX_ENTERED_AGAIN;
  return enter_new(walk, node, RG_EDGE_NONE);
}

// Whether the chain may end at the passage on which it stands, since nothing lies behind.
static bool is_end(const struct rgi_walk *walk, const struct rgi_link *link)
{
  if (walk->is_backward)
    return true;
  rg_edge_kind kind = rg_graph_edge_kind(walk->graph, link->edge);
  return (kind == RG_EDGE_CAPTURED || kind == RG_EDGE_LOCAL) &&
         !(rg_graph_node_flags(walk->graph, link->node) & RG_NODE_PARTIAL);
}

// Two variables may lead to one value through one passage, so a passage is entered anew unless the chain is in it.
static rg_error *enter_again(struct rgi_walk *walk, rg_node node, rg_edge edge)
{
  if (walk->num_links > walk->num_spare)
    return NULL;
  walk->num_spare -= walk->num_links;
  for (size_t i = 0; i < walk->num_links; i++) {
    if (walk->links[i].node == node)
      return NULL;
  }
  RGI_TRY(enter(walk, node, edge));
  const struct rgi_link *link = &walk->links[walk->num_links - 1];
  uint64_t cost = link->end - link->next + 1;
  if (cost > walk->num_spare)
    walk->num_links--;
  else
    walk->num_spare -= cost;
  return NULL;
}

// Takes the next edge of the last link; the chain is longer by one link afterwards if it leads anywhere.
static rg_error *take_edge(struct rgi_walk *walk, bool *is_end_ret)
{
  const rg_graph *graph = walk->graph;
  struct rgi_link *link = &walk->links[walk->num_links - 1];
  rg_edge edge = walk->is_backward ? link->referrers[link->next] : link->next;
  link->next++;
  if (!is_followed(walk, edge))
    return NULL;
  rg_node node = walk->is_backward ? rg_graph_edge_source(graph, edge) : rg_graph_edge_target(graph, edge);
  link->has_edges |= node != RG_NODE_ROOT;
  if (is_absent(walk, node))
    return NULL;
  bool is_through = walk->is_backward ? rgi_is_passage(graph, node) && !rg_graph_is_root(graph, node)
                                      : rg_graph_edge_passes(graph, edge);
  if (!is_through) {
    *is_end_ret = true;
    return push(walk, node, edge);
  }
  return walk->entered[node] == walk->number ? enter_again(walk, node, edge) : enter_new(walk, node, edge);
}

rg_error *rgi_walk_next(struct rgi_walk *walk, rg_node *ret)
{
  bool is_found = false;
  while (walk->num_links && !is_found) {
    struct rgi_link *link = &walk->links[walk->num_links - 1];
    if (link->next < link->end) {
      RGI_TRY(take_edge(walk, &is_found));
    } else if (!link->has_edges && is_end(walk, link)) {
      link->has_edges = true; // the next call leaves it
      is_found = true;
    } else {
      walk->num_links--;
    }
  }
  *ret = is_found ? walk->links[walk->num_links - 1].node : RG_NODE_NONE;
  return NULL;
}
