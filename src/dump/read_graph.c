/* Nodes, what few of them have, and edges; and the end, where it is seen whether they fit together. */
#include "read.h"

#include <string.h>

#include "../base/alloc.h"

/* --- nodes -------------------------------------------------------------------------------------------------------- */

static rg_error *init_predictions(struct rgi_reading *reading)
{
  size_t num_types = reading->graph->tables.num_types;
  if (reading->addresses)
    return NULL;
  RGI_TRY(rgi_reading_count_memory(reading, num_types * (sizeof(*reading->addresses) + sizeof(*reading->details))));
  reading->addresses = rgi_alloc(num_types, sizeof(*reading->addresses));
  reading->details = rgi_alloc(num_types, sizeof(*reading->details));
  return reading->addresses && reading->details ? NULL : rgi_out_of_memory();
}

static rg_error *reserve_nodes(struct rgi_reading *reading, size_t needed)
{
  rg_graph *graph = reading->graph;
  uint64_t expected = reading->header.num_nodes;
  if (needed > RG_NODE_NONE)
    return rg_error_create(RG_ERROR_LIMIT, "more than %u nodes", RG_NODE_NONE);
  RGI_TRY(rgi_reading_reserve(reading, &graph->nodes, &reading->nodes_capacity, needed, expected));
  RGI_TRY(rgi_reading_reserve(reading, &graph->flags, &reading->flags_capacity, needed, expected));
  RGI_TRY(rgi_reading_reserve(reading, &graph->rows.begin, &reading->rows_capacity, needed + 1, expected + 1));
  return rgi_reading_reserve(reading, &graph->rows.blocks, &reading->blocks_capacity, needed / RGI_ROWS_BLOCK + 1, 0);
}

static void read_node(struct rgi_reading *reading, struct rgi_node *node, rg_node_flags *flags)
{
  const struct rgi_tables *tables = &reading->graph->tables;
  rg_type type = (rg_type)rgi_reading_below(reading, RGI_NODE_TYPE, tables->num_types);
  uint64_t address =
      rgi_apply_difference(rgi_reading_number(reading, RGI_NODE_ADDRESS), reading->addresses[type]);
  uint32_t detail =
      (uint32_t)rgi_apply_difference(rgi_reading_number(reading, RGI_NODE_DETAIL), reading->details[type]);
  reading->addresses[type] = address;
  reading->details[type] = detail;
  *flags = (rg_node_flags)rgi_reading_below(reading, RGI_NODE_FLAGS, UINT16_MAX + 1);
  *node = (struct rgi_node){
      .address = rgi_rotate_left4(address),
      .size = (uint32_t)rgi_reading_below(reading, RGI_NODE_SIZE, (uint64_t)UINT32_MAX + 1),
      .refcount = (uint32_t)rgi_reading_below(reading, RGI_NODE_REFCOUNT, (uint64_t)UINT32_MAX + 1),
      .type = type,
      .detail = detail,
  };
}

// Whatever the columns hold, a node is read; here it is told whether it can be.
static const char *find_fault(const struct rgi_reading *reading, const struct rgi_node *node, rg_node_flags flags)
{
  const rg_node_flags known = RG_NODE_FLAGS_ALL | RGI_NODE_HAS_LENGTH;
  if (flags & ~known)
    return "has a flag that is not known";
  if (!(flags & RGI_NODE_HAS_LENGTH) && node->detail >= reading->graph->tables.strings.num)
    return "has a label that is no string";
  return NULL;
}

static rg_error *add_degree(struct rgi_reading *reading)
{
  uint64_t degree = rgi_reading_number(reading, RGI_NODE_DEGREE);
  if (degree > reading->header.num_edges - reading->num_expected_edges)
    return rg_error_create(RG_ERROR_DUMP, "bad NODE chunk at byte %llu: object %u has %llu references, the dump %llu",
                           (unsigned long long)reading->chunk_offset, reading->graph->num_nodes,
                           (unsigned long long)degree, (unsigned long long)reading->header.num_edges);
  RGI_TRY(rgi_rows_set(&reading->graph->rows, reading->graph->num_nodes, reading->num_expected_edges));
  reading->num_expected_edges += degree;
  return NULL;
}

rg_error *rgi_read_nodes(struct rgi_reading *reading)
{
  rg_graph *graph = reading->graph;
  size_t end = (size_t)graph->num_nodes + reading->chunk.num_items;
  if (!graph->tables.num_types)
    return rgi_reading_bad_item(reading, 0, "comes before the first type");
  RGI_TRY(init_predictions(reading));
  RGI_TRY(reserve_nodes(reading, end));
  while (graph->num_nodes < end) {
    rg_node node = graph->num_nodes;
    read_node(reading, &graph->nodes[node], &graph->flags[node]);
    const char *fault = find_fault(reading, &graph->nodes[node], graph->flags[node]);
    if (fault)
      return rgi_reading_bad_item(reading, node, fault);
    RGI_TRY(add_degree(reading));
    graph->num_nodes++;
  }
  return rgi_reading_check_columns(reading, RGI_NODE_DEGREE);
}

/* --- what few nodes have ------------------------------------------------------------------------------------------ */

static bool is_valid_extra(const rg_graph *graph, const struct rgi_extra *extra)
{
  size_t num_strings = graph->tables.strings.num;
  uint64_t high = extra->value >> 32;
  if (extra->property >= RGI_NUM_PROPERTIES)
    return false;
  switch ((enum rgi_property)extra->property) {
  case RGI_EXTRA_SIZE:
  case RGI_EXTRA_UNFOLLOWED:
    return true;
  case RGI_EXTRA_LENGTH:
    return !high;
  case RGI_EXTRA_SITE:
    return extra->value < graph->tables.num_sites;
  case RGI_EXTRA_CONTEXT:
    return extra->value < num_strings;
  case RGI_EXTRA_STATE:
    return (high == RG_STATE_ALIVE || high == RG_STATE_FINISHED) && (rg_string)extra->value < num_strings;
  case RGI_EXTRA_ALLOCATION:
    return high < num_strings;
  }
  return false;
}

// In ascending order of node and property, so that a look-up finds it.
static bool follows(const struct rgi_extra *extra, const struct rgi_extra *last)
{
  return extra->node > last->node || (extra->node == last->node && extra->property > last->property);
}

rg_error *rgi_read_extras(struct rgi_reading *reading)
{
  rg_graph *graph = reading->graph;
  size_t needed = graph->num_extras + reading->chunk.num_items;
  RGI_TRY(rgi_reading_reserve(reading, &graph->extras, &reading->extras_capacity, needed, 0));
  while (graph->num_extras < needed) {
    const struct rgi_extra *last = graph->num_extras ? &graph->extras[graph->num_extras - 1] : NULL;
    uint32_t last_node = last ? last->node : 0;
    struct rgi_extra extra = {
        .node = (rg_node)rgi_apply_difference(rgi_reading_number(reading, RGI_PROP_NODE), last_node),
        .property = (uint32_t)rgi_reading_below(reading, RGI_PROP_PROPERTY, RGI_NUM_PROPERTIES),
        .value = rgi_reading_number(reading, RGI_PROP_VALUE),
    };
    if (extra.node >= graph->num_nodes)
      return rgi_reading_bad_item(reading, graph->num_extras, "is of an object that is not there");
    if (!is_valid_extra(graph, &extra) || (last && !follows(&extra, last)))
      return rgi_reading_bad_item(reading, graph->num_extras, "is no property, or comes too late");
    graph->extras[graph->num_extras++] = extra;
  }
  return rgi_reading_check_columns(reading, RGI_PROP_VALUE);
}

/* --- edges -------------------------------------------------------------------------------------------------------- */

static rg_error *reserve_edges(struct rgi_reading *reading, size_t needed)
{
  rg_graph *graph = reading->graph;
  uint64_t expected = reading->num_expected_edges;
  RGI_TRY(rgi_reading_reserve(reading, &graph->targets, &reading->targets_capacity, needed, expected));
  RGI_TRY(rgi_reading_reserve(reading, &graph->names, &reading->names_capacity, needed, expected));
  return rgi_reading_reserve(reading, &graph->kinds, &reading->kinds_capacity, needed, expected);
}

static uint32_t read_index(struct rgi_reading *reading)
{
  uint64_t code = rgi_reading_below(reading, RGI_EDGE_NAME, (uint64_t)UINT32_MAX + 3);
  uint32_t index = code == 0 ? 0 : code == 1 ? reading->next_index : (uint32_t)(code - 2);
  reading->next_index = index + 1;
  return index;
}

// False if its target is no node.
static bool read_edge(struct rgi_reading *reading)
{
  rg_graph *graph = reading->graph;
  uint64_t edge = graph->num_edges;
  uint8_t kind = (uint8_t)rgi_reading_below(reading, RGI_EDGE_KIND, RG_NUM_EDGE_KINDS);
  bool is_index = kind == RG_EDGE_INDEX;
  uint32_t name = is_index ? read_index(reading) : rgi_reading_string(reading, RGI_EDGE_NAME);
  rg_node *slot = &reading->slots[rgi_edge_slot(kind, name, is_index)];
  rg_node target = (rg_node)rgi_apply_difference(rgi_reading_number(reading, RGI_EDGE_TARGET), *slot);
  *slot = target;
  graph->kinds[edge] = kind;
  graph->names[edge] = name;
  graph->targets[edge] = target;
  return target < graph->num_nodes;
}

rg_error *rgi_read_edges(struct rgi_reading *reading)
{
  rg_graph *graph = reading->graph;
  uint64_t end = graph->num_edges + reading->chunk.num_items;
  if (end > reading->num_expected_edges)
    return rgi_reading_bad_item(reading, reading->num_expected_edges, "is beyond the last object's references");
  RGI_TRY(reserve_edges(reading, end));
  for (; graph->num_edges < end; graph->num_edges++) {
    if (!read_edge(reading))
      return rgi_reading_bad_item(reading, graph->num_edges, "has a target that is not there");
  }
  return rgi_reading_check_columns(reading, RGI_EDGE_TARGET);
}

/* --- the end ------------------------------------------------------------------------------------------------------ */

static rg_error *add_loss(rg_graph *graph, const char *what, uint64_t num)
{
  struct rgi_origin *origin = &graph->origin;
  if (!num)
    return NULL;
  RGI_TRY(rgi_reserve(&origin->losses, &origin->losses_capacity, origin->num_losses + 1));
  struct rgi_loss *loss = &origin->losses[origin->num_losses];
  RGI_TRY(rgi_tables_add_string(&graph->tables, what, strlen(what), &loss->what));
  loss->num = num;
  origin->num_losses++;
  return NULL;
}

// Rows that were not read to their end are as long as they were read.
static rg_error *clip_rows(rg_graph *graph)
{
  for (rg_node node = 0; node < graph->num_nodes; node++) {
    uint64_t begin = rgi_rows_begin(&graph->rows, node);
    RGI_TRY(rgi_rows_set(&graph->rows, node, begin < graph->num_edges ? begin : graph->num_edges));
  }
  return rgi_rows_set(&graph->rows, graph->num_nodes, graph->num_edges);
}

static rg_error *end_truncated(struct rgi_reading *reading)
{
  rg_graph *graph = reading->graph;
  if (!graph->num_nodes)
    return rg_error_create(RG_ERROR_DUMP, "the dump is cut off at byte %llu, before its first object",
                           (unsigned long long)reading->offset);
  graph->origin.is_truncated = true;
  uint64_t num_nodes = reading->header.num_nodes, num_edges = reading->header.num_edges;
  uint64_t num_lost = num_nodes > graph->num_nodes ? num_nodes - graph->num_nodes : 0;
  RGI_TRY(add_loss(graph, "objects: the dump is cut off", num_lost));
  RGI_TRY(add_loss(graph, "references: the dump is cut off", num_edges - graph->num_edges));
  return clip_rows(graph);
}

static rg_error *end_complete(const struct rgi_reading *reading)
{
  rg_graph *graph = reading->graph;
  if (!graph->num_nodes || graph->num_nodes != reading->header.num_nodes)
    return rg_error_create(RG_ERROR_DUMP, "bad number of nodes %llu at byte 16: there are %u",
                           (unsigned long long)reading->header.num_nodes, graph->num_nodes);
  if (graph->num_edges != reading->header.num_edges || graph->num_edges != reading->num_expected_edges)
    return rg_error_create(RG_ERROR_DUMP, "bad number of edges %llu at byte 24: there are %llu",
                           (unsigned long long)reading->header.num_edges, (unsigned long long)graph->num_edges);
  return rgi_rows_set(&graph->rows, graph->num_nodes, graph->num_edges);
}

rg_error *rgi_read_end_graph(struct rgi_reading *reading)
{
  RGI_TRY(reading->is_complete ? end_complete(reading) : end_truncated(reading));
  RGI_TRY(rgi_tables_finish(&reading->graph->tables));
  rgi_graph_mark_roots(reading->graph);
  return NULL;
}
