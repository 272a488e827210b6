/* Reading a frozen graph. */
#include <assert.h>

#include "../base/alloc.h"
#include "graph-internal.h"

void rg_graph_destroy(rg_graph *graph)
{
  if (!graph)
    return;
  rgi_tables_deinit(&graph->tables);
  rgi_free(graph->nodes);
  rgi_free(graph->flags);
  rgi_free(graph->rare);
  rgi_free(graph->rows);
  rgi_free(graph->targets);
  rgi_free(graph->names);
  rgi_free(graph->kinds);
  rgi_free(graph->referrer_edges);
  rgi_free(graph->referrer_rows);
  pthread_mutex_destroy(&graph->referrers_lock);
  rgi_free(graph);
}

uint32_t rg_graph_num_nodes(const rg_graph *graph)
{
  return graph->num_nodes;
}

uint64_t rg_graph_num_edges(const rg_graph *graph)
{
  return graph->num_edges;
}

static const struct rgi_rare *find_rare(const rg_graph *graph, rg_node node)
{
  size_t begin = 0, end = graph->num_rare;
  while (begin < end) {
    size_t middle = begin + (end - begin) / 2;
    if (graph->rare[middle].node < node)
      begin = middle + 1;
    else
      end = middle;
  }
  return begin < graph->num_rare && graph->rare[begin].node == node ? &graph->rare[begin] : NULL;
}

rg_node_info rg_graph_node(const rg_graph *graph, rg_node node)
{
  assert(node < graph->num_nodes);
  static const struct rgi_rare nothing = {.site = RG_SITE_NONE};
  const struct rgi_node *common = &graph->nodes[node];
  const struct rgi_rare *rare = find_rare(graph, node);
  if (!rare)
    rare = &nothing;
  return (rg_node_info){
      .address = common->address,
      .size = common->size,
      .refcount = common->refcount,
      .length = common->length,
      .type = common->type,
      .label = common->label,
      .context = rare->context,
      .site = rare->site,
      .num_unfollowed = rare->num_unfollowed,
      .flags = rg_graph_node_flags(graph, node),
  };
}

rg_node_flags rg_graph_node_flags(const rg_graph *graph, rg_node node)
{
  return graph->flags[node] & (rg_node_flags)~RGI_NODE_IS_ROOT;
}

uint64_t rg_graph_node_size(const rg_graph *graph, rg_node node)
{
  return graph->nodes[node].size;
}

rg_type rg_graph_node_type(const rg_graph *graph, rg_node node)
{
  return graph->nodes[node].type;
}

rg_site rg_graph_node_site(const rg_graph *graph, rg_node node)
{
  const struct rgi_rare *rare = find_rare(graph, node);
  return rare ? rare->site : RG_SITE_NONE;
}

rg_category rg_graph_node_category(const rg_graph *graph, rg_node node)
{
  return graph->tables.types[graph->nodes[node].type].category;
}

bool rg_graph_is_root(const rg_graph *graph, rg_node node)
{
  return graph->flags[node] & RGI_NODE_IS_ROOT;
}

rg_node rg_graph_find(const rg_graph *graph, uint64_t address)
{
  for (rg_node node = 1; address && node < graph->num_nodes; node++) {
    if (graph->nodes[node].address == address)
      return node;
  }
  return RG_NODE_NONE;
}

const char *rg_graph_string(const rg_graph *graph, rg_string string)
{
  assert(string < graph->tables.strings.num);
  return rgi_tables_string(&graph->tables, string);
}

uint32_t rg_graph_num_types(const rg_graph *graph)
{
  return (uint32_t)graph->tables.num_types;
}

rg_type_info rg_graph_type(const rg_graph *graph, rg_type type)
{
  assert(type < graph->tables.num_types);
  const struct rgi_type *found = &graph->tables.types[type];
  return (rg_type_info){rg_graph_string(graph, found->name), rg_graph_string(graph, found->module), found->category};
}

uint32_t rg_graph_num_sites(const rg_graph *graph)
{
  return (uint32_t)graph->tables.num_sites;
}

rg_site_info rg_graph_site(const rg_graph *graph, rg_site site)
{
  assert(site < graph->tables.num_sites);
  const struct rgi_site *found = &graph->tables.sites[site];
  return (rg_site_info){
      .name = rg_graph_string(graph, found->name),
      .file = rg_graph_string(graph, found->file),
      .line = found->line,
      .num_captured = found->num_captured,
      .captured = graph->tables.captured_text + found->captured_begin,
  };
}

rg_edge rg_graph_edges_begin(const rg_graph *graph, rg_node node)
{
  return graph->rows[node];
}

rg_edge rg_graph_edges_end(const rg_graph *graph, rg_node node)
{
  return graph->rows[node + 1];
}

rg_node rg_graph_edge_target(const rg_graph *graph, rg_edge edge)
{
  return graph->targets[edge];
}

rg_node rg_graph_edge_source(const rg_graph *graph, rg_edge edge)
{
  // The last node whose row begins at or before the edge.
  rg_node begin = 0, end = graph->num_nodes;
  while (end - begin > 1) {
    rg_node middle = begin + (end - begin) / 2;
    if (graph->rows[middle] <= edge)
      begin = middle;
    else
      end = middle;
  }
  return begin;
}

rg_edge_kind rg_graph_edge_kind(const rg_graph *graph, rg_edge edge)
{
  return (rg_edge_kind)graph->kinds[edge];
}

bool rg_graph_edge_passes(const rg_graph *graph, rg_edge edge)
{
  return graph->flags[graph->targets[edge]] & RG_NODE_PASSAGE && graph->kinds[edge] != RG_EDGE_INTERNAL;
}

const char *rg_graph_edge_name(const rg_graph *graph, rg_edge edge)
{
  return graph->kinds[edge] == RG_EDGE_INDEX ? "" : rg_graph_string(graph, graph->names[edge]);
}

uint32_t rg_graph_edge_index(const rg_graph *graph, rg_edge edge)
{
  assert(graph->kinds[edge] == RG_EDGE_INDEX);
  return graph->names[edge];
}

const char *rg_edge_kind_word(rg_edge_kind kind)
{
  static const char *const words[RG_NUM_EDGE_KINDS] = {
      [RG_EDGE_ATTRIBUTE] = "attribute", [RG_EDGE_ITEM] = "item",         [RG_EDGE_INDEX] = "index",
      [RG_EDGE_KEY] = "key",             [RG_EDGE_CAPTURED] = "captured", [RG_EDGE_LOCAL] = "local",
      [RG_EDGE_ARGUMENT] = "argument",   [RG_EDGE_INTERNAL] = "internal", [RG_EDGE_WEAK] = "weak",
      [RG_EDGE_TYPE] = "type",
  };
  return words[kind];
}
