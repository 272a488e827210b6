/* Reading a frozen graph. */
#include <assert.h>

#include "../base/alloc.h"
#include "graph-internal.h"

void rg_graph_destroy(rg_graph *graph)
{
  if (!graph)
    return;
  rgi_tables_deinit(&graph->tables);
  rgi_free(graph->origin.losses);
  rgi_free(graph->nodes);
  rgi_free(graph->flags);
  rgi_free(graph->extras);
  rgi_rows_deinit(&graph->rows);
  rgi_free(graph->targets);
  rgi_free(graph->names);
  rgi_free(graph->kinds);
  rgi_free(graph->referrer_edges);
  rgi_free(graph->referrer_rows);
  rgi_free(graph->by_address);
  pthread_mutex_destroy(&graph->caches_lock);
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

size_t rgi_graph_extras_begin(const rg_graph *graph, rg_node node)
{
  size_t begin = 0, end = graph->num_extras;
  while (begin < end) {
    size_t middle = begin + (end - begin) / 2;
    if (graph->extras[middle].node < node)
      begin = middle + 1;
    else
      end = middle;
  }
  return begin;
}

// The value of a property that few nodes have; `otherwise` for the rest.
static uint64_t find_extra(const rg_graph *graph, rg_node node, enum rgi_property property, uint64_t otherwise)
{
  size_t i = rgi_graph_extras_begin(graph, node);
  for (; i < graph->num_extras && graph->extras[i].node == node; i++) {
    if (graph->extras[i].property == property)
      return graph->extras[i].value;
  }
  return otherwise;
}

static void add_extra(const struct rgi_extra *extra, rg_node_info *info)
{
  switch ((enum rgi_property)extra->property) {
  case RGI_EXTRA_SIZE:
    info->size = extra->value;
    break;
  case RGI_EXTRA_LENGTH:
    info->length = (uint32_t)extra->value;
    break;
  case RGI_EXTRA_SITE:
    info->site = (rg_site)extra->value;
    break;
  case RGI_EXTRA_CONTEXT:
    info->context = (rg_string)extra->value;
    break;
  case RGI_EXTRA_UNFOLLOWED:
    info->num_unfollowed = extra->value;
    break;
  case RGI_EXTRA_STATE:
    info->state = (rg_state)(extra->value >> 32);
    info->state_field = (rg_string)extra->value;
    break;
  case RGI_EXTRA_ALLOCATION:
    break;
  }
}

rg_node_info rg_graph_node(const rg_graph *graph, rg_node node)
{
  assert(node < graph->num_nodes);
  const struct rgi_node *common = &graph->nodes[node];
  bool has_length = graph->flags[node] & RGI_NODE_HAS_LENGTH;
  rg_node_info info = {
      .address = common->address,
      .size = common->size,
      .refcount = common->refcount,
      .length = has_length ? common->detail : RG_LENGTH_NONE,
      .type = common->type,
      .label = has_length ? 0 : common->detail,
      .site = RG_SITE_NONE,
      .flags = rg_graph_node_flags(graph, node),
  };
  size_t i = rgi_graph_extras_begin(graph, node);
  for (; i < graph->num_extras && graph->extras[i].node == node; i++)
    add_extra(&graph->extras[i], &info);
  return info;
}

rg_node_flags rg_graph_node_flags(const rg_graph *graph, rg_node node)
{
  return graph->flags[node] & RG_NODE_FLAGS_ALL;
}

uint64_t rg_graph_node_size(const rg_graph *graph, rg_node node)
{
  uint32_t size = graph->nodes[node].size;
  return size == RGI_SIZE_HUGE ? find_extra(graph, node, RGI_EXTRA_SIZE, size) : size;
}

rg_type rg_graph_node_type(const rg_graph *graph, rg_node node)
{
  return graph->nodes[node].type;
}

rg_site rg_graph_node_site(const rg_graph *graph, rg_node node)
{
  return (rg_site)find_extra(graph, node, RGI_EXTRA_SITE, RG_SITE_NONE);
}

rg_allocation rg_graph_allocation(const rg_graph *graph, rg_node node)
{
  uint64_t value = find_extra(graph, node, RGI_EXTRA_ALLOCATION, UINT64_MAX);
  if (value == UINT64_MAX)
    return (rg_allocation){NULL, 0};
  return (rg_allocation){rg_graph_string(graph, (rg_string)(value >> 32)), (uint32_t)value};
}

rg_category rg_graph_node_category(const rg_graph *graph, rg_node node)
{
  return graph->tables.types[graph->nodes[node].type].category;
}

bool rg_graph_is_root(const rg_graph *graph, rg_node node)
{
  return graph->flags[node] & RGI_NODE_IS_ROOT;
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
      .captured = graph->tables.captured_names + found->captured_begin,
      .uses = graph->tables.captured_uses + found->captured_begin,
      .attributes = graph->tables.captured_attributes + found->captured_begin,
  };
}

/* --- where it comes from ------------------------------------------------------------------------------------------ */

rg_process_info rg_graph_process(const rg_graph *graph)
{
  const struct rgi_origin *origin = &graph->origin;
  rg_process_info info = origin->process;
  info.producer = rg_graph_string(graph, origin->producer);
  info.interpreter = rg_graph_string(graph, origin->interpreter);
  info.host = rg_graph_string(graph, origin->host);
  info.mode = rg_graph_string(graph, origin->mode);
  return info;
}

size_t rg_graph_num_losses(const rg_graph *graph)
{
  return graph->origin.num_losses;
}

rg_loss rg_graph_loss(const rg_graph *graph, size_t i)
{
  assert(i < graph->origin.num_losses);
  return (rg_loss){rg_graph_string(graph, graph->origin.losses[i].what), graph->origin.losses[i].num};
}

bool rg_graph_is_truncated(const rg_graph *graph)
{
  return graph->origin.is_truncated;
}

/* --- edges -------------------------------------------------------------------------------------------------------- */

rg_edge rg_graph_edges_begin(const rg_graph *graph, rg_node node)
{
  return rgi_rows_begin(&graph->rows, node);
}

rg_edge rg_graph_edges_end(const rg_graph *graph, rg_node node)
{
  return rgi_rows_begin(&graph->rows, node + 1);
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
    if (rgi_rows_begin(&graph->rows, middle) <= edge)
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

const char *rg_state_word(rg_state state)
{
  static const char *const words[RG_NUM_STATES] = {
      [RG_STATE_UNKNOWN] = "unknown", [RG_STATE_ALIVE] = "alive", [RG_STATE_FINISHED] = "finished"};
  return words[state];
}

/* --- making one --------------------------------------------------------------------------------------------------- */

rg_error *rgi_rows_init(struct rgi_rows *rows, size_t num_nodes)
{
  RGI_SCOPED_FREE uint64_t *blocks = rgi_alloc(num_nodes / RGI_ROWS_BLOCK + 1, sizeof(*blocks));
  RGI_SCOPED_FREE uint32_t *begin = rgi_alloc_dense(num_nodes + 1, sizeof(*begin));
  if (!blocks || !begin)
    return rgi_out_of_memory();
  *rows = (struct rgi_rows){rgi_take(blocks), rgi_take(begin)};
  return NULL;
}

void rgi_rows_deinit(struct rgi_rows *rows)
{
  rgi_free(rows->blocks);
  rgi_free(rows->begin);
  *rows = (struct rgi_rows){0};
}

rg_error *rgi_rows_set(struct rgi_rows *rows, size_t node, uint64_t begin)
{
  uint64_t *block = &rows->blocks[node / RGI_ROWS_BLOCK];
  if (node % RGI_ROWS_BLOCK == 0)
    *block = begin;
  if (begin - *block > UINT32_MAX)
    return rg_error_create(RG_ERROR_LIMIT, "more than %u references of %d objects in a row", UINT32_MAX,
                           RGI_ROWS_BLOCK);
  rows->begin[node] = (uint32_t)(begin - *block);
  return NULL;
}

void rgi_graph_mark_roots(rg_graph *graph)
{
  for (rg_edge edge = 0; edge < rg_graph_edges_end(graph, RG_NODE_ROOT); edge++)
    graph->flags[graph->targets[edge]] |= RGI_NODE_IS_ROOT;
}
