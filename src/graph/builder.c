/* The builder: nodes and edges in any order, then one counting sort of the edges into rows. */
#include <assert.h>
#include <string.h>

#include "../base/alloc.h"
#include "graph-internal.h"

// Edges from one source that were added one after the other: most objects have one run, that of all their references.
struct run {
  rg_node source;
  uint32_t num;
};

struct rg_builder {
  struct rgi_tables tables;
  size_t num_nodes;
  struct rgi_node *nodes;
  size_t nodes_capacity;
  rg_node_flags *flags;
  size_t flags_capacity;
  struct rgi_extra *extras;
  size_t num_extras, extras_capacity;
  struct rgi_origin origin;

  size_t num_edges;
  struct run *runs;
  size_t num_runs, runs_capacity;
  rg_node *targets;
  size_t targets_capacity;
  uint32_t *names;
  size_t names_capacity;
  uint8_t *kinds;
  size_t kinds_capacity;
  bool is_sorted; // runs came in ascending order of their sources
};

static const rg_node_info no_info = {.length = RG_LENGTH_NONE, .site = RG_SITE_NONE};

static void deinit(rg_builder *builder)
{
  rgi_tables_deinit(&builder->tables);
  rgi_free(builder->nodes);
  rgi_free(builder->flags);
  rgi_free(builder->extras);
  rgi_free(builder->origin.losses);
  rgi_free(builder->runs);
  rgi_free(builder->targets);
  rgi_free(builder->names);
  rgi_free(builder->kinds);
}

void rg_builder_destroy(rg_builder *builder)
{
  if (builder)
    deinit(builder);
  rgi_free(builder);
}

// The empty string is string 0 and the nameless type is type 0; the super-root has that type.
static rg_error *add_super_root(rg_builder *builder)
{
  rg_string empty;
  rg_type nameless;
  rg_node root;
  RGI_TRY(rg_builder_add_string(builder, "", 0, &empty));
  RGI_TRY(rg_builder_add_type(builder, &(rg_type_info){"", "", RG_CATEGORY_EXTERNAL}, &nameless));
  return rg_builder_add_node(builder, NULL, &root);
}

rg_error *rg_builder_create(rg_builder **ret)
{
  rg_builder *builder = rgi_alloc(1, sizeof(*builder));
  if (!builder)
    return rgi_out_of_memory();
  builder->is_sorted = true;
  rg_error *error = add_super_root(builder);
  if (error) {
    rg_builder_destroy(builder);
    return error;
  }
  *ret = builder;
  return NULL;
}

rg_error *rg_builder_add_string(rg_builder *builder, const char *data, size_t size, rg_string *ret)
{
  return rgi_tables_add_string(&builder->tables, data, size, ret);
}

rg_error *rg_builder_append_string(rg_builder *builder, const char *data, size_t size, rg_string *ret)
{
  return rgi_tables_append_string(&builder->tables, data, size, ret);
}

rg_error *rg_builder_add_private_string(rg_builder *builder, const char *data, size_t size, rg_string replacement,
                                        rg_string *ret)
{
  return rgi_tables_add_private_string(&builder->tables, data, size, replacement, ret);
}

rg_error *rg_builder_append_private_string(rg_builder *builder, const char *data, size_t size, rg_string replacement,
                                           rg_string *ret)
{
  return rgi_tables_append_private_string(&builder->tables, data, size, replacement, ret);
}

rg_error *rg_builder_add_type(rg_builder *builder, const rg_type_info *info, rg_type *ret)
{
  return rgi_tables_add_type(&builder->tables, info, ret);
}

rg_error *rg_builder_add_site(rg_builder *builder, const rg_site_info *info, rg_site *ret)
{
  return rgi_tables_add_site(&builder->tables, info, ret);
}

rg_error *rg_builder_add_node(rg_builder *builder, const rg_node_info *info, rg_node *ret)
{
  if (builder->num_nodes >= RG_NODE_NONE)
    return rg_error_create(RG_ERROR_LIMIT, "more than %u nodes", RG_NODE_NONE);
  RGI_TRY(rgi_reserve(&builder->nodes, &builder->nodes_capacity, builder->num_nodes + 1));
  RGI_TRY(rgi_reserve(&builder->flags, &builder->flags_capacity, builder->num_nodes + 1));
  rg_node node = (rg_node)builder->num_nodes++;
  builder->flags[node] = 0;
  rg_error *error = rg_builder_set_node(builder, node, info ? info : &no_info);
  if (error) {
    builder->num_nodes--;
    return error;
  }
  *ret = node;
  return NULL;
}

static rg_error *set_extra(rg_builder *builder, rg_node node, enum rgi_property property, uint64_t value)
{
  RGI_TRY(rgi_reserve(&builder->extras, &builder->extras_capacity, builder->num_extras + 1));
  builder->extras[builder->num_extras++] = (struct rgi_extra){node, property, value};
  return NULL;
}

static rg_error *set_extras(rg_builder *builder, rg_node node, const rg_node_info *info)
{
  if (info->size >= RGI_SIZE_HUGE)
    RGI_TRY(set_extra(builder, node, RGI_EXTRA_SIZE, info->size));
  if (info->label && info->length != RG_LENGTH_NONE)
    RGI_TRY(set_extra(builder, node, RGI_EXTRA_LENGTH, info->length));
  if (info->site != RG_SITE_NONE)
    RGI_TRY(set_extra(builder, node, RGI_EXTRA_SITE, info->site));
  if (info->context)
    RGI_TRY(set_extra(builder, node, RGI_EXTRA_CONTEXT, info->context));
  if (info->num_unfollowed)
    RGI_TRY(set_extra(builder, node, RGI_EXTRA_UNFOLLOWED, info->num_unfollowed));
  if (info->state != RG_STATE_UNKNOWN)
    RGI_TRY(set_extra(builder, node, RGI_EXTRA_STATE, (uint64_t)info->state << 32 | info->state_field));
  return NULL;
}

rg_error *rg_builder_set_node(rg_builder *builder, rg_node node, const rg_node_info *info)
{
  assert(node < builder->num_nodes);
  RGI_TRY(set_extras(builder, node, info));
  bool has_length = !info->label && info->length != RG_LENGTH_NONE;
  builder->nodes[node] = (struct rgi_node){
      .address = info->address,
      .size = info->size < RGI_SIZE_HUGE ? (uint32_t)info->size : RGI_SIZE_HUGE,
      .refcount = info->refcount,
      .type = info->type,
      .detail = has_length ? info->length : info->label,
  };
  builder->flags[node] &= (rg_node_flags)~RGI_NODE_HAS_LENGTH;
  builder->flags[node] |= (rg_node_flags)(info->flags | (has_length ? RGI_NODE_HAS_LENGTH : 0));
  return NULL;
}

rg_error *rg_builder_set_allocation(rg_builder *builder, rg_node node, const rg_allocation *allocation)
{
  rg_string file;
  RGI_TRY(rg_builder_add_string(builder, allocation->file, strlen(allocation->file), &file));
  return set_extra(builder, node, RGI_EXTRA_ALLOCATION, (uint64_t)file << 32 | allocation->line);
}

static rg_error *add_text(rg_builder *builder, const char *text, rg_string *ret)
{
  return rg_builder_add_string(builder, text, strlen(text), ret);
}

rg_error *rg_builder_set_process(rg_builder *builder, const rg_process_info *info)
{
  struct rgi_origin *origin = &builder->origin;
  RGI_TRY(add_text(builder, info->producer, &origin->producer));
  RGI_TRY(add_text(builder, info->interpreter, &origin->interpreter));
  RGI_TRY(add_text(builder, info->host, &origin->host));
  RGI_TRY(add_text(builder, info->mode, &origin->mode));
  origin->process = *info;
  return NULL;
}

rg_error *rg_builder_add_loss(rg_builder *builder, const rg_loss *loss)
{
  struct rgi_origin *origin = &builder->origin;
  RGI_TRY(rgi_reserve(&origin->losses, &origin->losses_capacity, origin->num_losses + 1));
  struct rgi_loss *added = &origin->losses[origin->num_losses];
  RGI_TRY(add_text(builder, loss->what, &added->what));
  added->num = loss->num;
  origin->num_losses++;
  return NULL;
}

void rg_builder_add_flags(rg_builder *builder, rg_node node, rg_node_flags flags)
{
  assert(node < builder->num_nodes);
  builder->flags[node] |= flags;
}

static rg_error *add_to_run(rg_builder *builder, rg_node source)
{
  struct run *last = builder->num_runs ? &builder->runs[builder->num_runs - 1] : NULL;
  if (last && last->source == source && last->num < UINT32_MAX) {
    last->num++;
    return NULL;
  }
  if (last && source < last->source)
    builder->is_sorted = false;
  RGI_TRY(rgi_reserve(&builder->runs, &builder->runs_capacity, builder->num_runs + 1));
  builder->runs[builder->num_runs++] = (struct run){source, 1};
  return NULL;
}

rg_error *rg_builder_add_edge(rg_builder *builder, rg_node source, rg_node target, rg_edge_kind kind, uint32_t name)
{
  assert(source < builder->num_nodes && target < builder->num_nodes && (unsigned)kind < RG_NUM_EDGE_KINDS);
  size_t i = builder->num_edges;
  RGI_TRY(rgi_reserve(&builder->targets, &builder->targets_capacity, i + 1));
  RGI_TRY(rgi_reserve(&builder->names, &builder->names_capacity, i + 1));
  RGI_TRY(rgi_reserve(&builder->kinds, &builder->kinds_capacity, i + 1));
  RGI_TRY(add_to_run(builder, source));
  builder->targets[i] = target;
  builder->names[i] = name;
  builder->kinds[i] = (uint8_t)kind;
  builder->num_edges++;
  return NULL;
}

uint64_t rg_builder_num_edges(const rg_builder *builder)
{
  return builder->num_edges;
}

void rg_builder_name_edge(rg_builder *builder, uint64_t i, rg_edge_kind kind, uint32_t name)
{
  assert(i < builder->num_edges && (unsigned)kind < RG_NUM_EDGE_KINDS);
  builder->kinds[i] = (uint8_t)kind;
  builder->names[i] = name;
}

/* --- finish ------------------------------------------------------------------------------------------------------ */

static void count_rows(const rg_builder *builder, uint64_t *rows)
{
  for (size_t i = 0; i < builder->num_runs; i++)
    rows[builder->runs[i].source + 1] += builder->runs[i].num;
  for (size_t node = 0; node < builder->num_nodes; node++)
    rows[node + 1] += rows[node];
}

// Copies a column into `ret`, run by run, each to the end of what its row has so far.
static void sort_column(const rg_builder *builder, uint64_t *rows, const void *column, size_t size, void *ret)
{
  const char *from = column;
  for (size_t i = 0; i < builder->num_runs; i++) {
    struct run run = builder->runs[i];
    memcpy((char *)ret + rows[run.source] * size, from, run.num * size);
    rows[run.source] += run.num;
    from += run.num * size;
  }
  // Each row has come to where the next one begins.
  memmove(rows + 1, rows, builder->num_nodes * sizeof(*rows));
  rows[0] = 0;
}

static void unite_runs(rg_builder *builder, const uint64_t *rows)
{
  size_t num = 0;
  for (rg_node source = 0; source < builder->num_nodes; source++) {
    if (rows[source] < rows[source + 1])
      builder->runs[num++] = (struct run){source, (uint32_t)(rows[source + 1] - rows[source])};
  }
  builder->num_runs = num;
  builder->is_sorted = true;
}

// Stable counting sort by source, one column after the other, so that only one of them is there twice. Nothing fails
// once the first one was sorted.
static rg_error *sort_edges(rg_builder *builder, uint64_t *rows)
{
  rg_node *targets = rgi_alloc_dense(builder->num_edges, sizeof(*targets));
  if (!targets)
    return rgi_out_of_memory();
  uint32_t *names = builder->targets;
  uint8_t *kinds = (uint8_t *)builder->names;
  sort_column(builder, rows, builder->targets, sizeof(*targets), targets);
  sort_column(builder, rows, builder->names, sizeof(*names), names);
  sort_column(builder, rows, builder->kinds, sizeof(*kinds), kinds);
  rgi_free(builder->kinds);
  builder->kinds = kinds;
  builder->kinds_capacity = builder->names_capacity * sizeof(*names);
  builder->names = names;
  builder->names_capacity = builder->targets_capacity;
  builder->targets = targets;
  builder->targets_capacity = builder->num_edges;
  unite_runs(builder, rows);
  return NULL;
}

static bool is_before(const struct rgi_extra *left, const struct rgi_extra *right)
{
  return left->node != right->node ? left->node < right->node : left->property < right->property;
}

// Merges two sorted runs, of which the first one's come first among equals.
static void merge(const struct rgi_extra *left, const struct rgi_extra *middle, const struct rgi_extra *end,
                  struct rgi_extra *ret)
{
  const struct rgi_extra *right = middle;
  while (left < middle || right < end)
    *ret++ = left < middle && (right == end || !is_before(right, left)) ? *left++ : *right++;
}

// Stable merge sort. qsort() is not stable, and may call malloc, which a capture in a forked child must not.
static rg_error *order_extras(rg_builder *builder)
{
  size_t num = builder->num_extras;
  RGI_SCOPED_FREE struct rgi_extra *merged = rgi_alloc(num, sizeof(*merged));
  if (!merged)
    return rgi_out_of_memory();
  for (size_t run = 1; run < num; run *= 2) {
    for (size_t i = 0; i < num; i += 2 * run) {
      size_t middle = i + run < num ? i + run : num, end = middle + run < num ? middle + run : num;
      merge(builder->extras + i, builder->extras + middle, builder->extras + end, merged + i);
    }
    memcpy(builder->extras, merged, num * sizeof(*merged));
  }
  return NULL;
}

// Brings the extras into the order of the nodes; of several for one property the last one counts.
static rg_error *sort_extras(rg_builder *builder)
{
  struct rgi_extra *extras = builder->extras;
  RGI_TRY(order_extras(builder));
  size_t num = 0;
  for (size_t i = 0; i < builder->num_extras; i++) {
    if (num && !is_before(&extras[num - 1], &extras[i]))
      num--;
    extras[num++] = extras[i];
  }
  builder->num_extras = num;
  return NULL;
}

static rg_error *pack_rows(const uint64_t *begin, size_t num_nodes, struct rgi_rows *ret)
{
  for (size_t node = 0; node <= num_nodes; node++)
    RGI_TRY(rgi_rows_set(ret, node, begin[node]));
  return NULL;
}

static void trim(rg_builder *builder)
{
  rgi_tables_trim(&builder->tables);
  rgi_trim(&builder->nodes, &builder->nodes_capacity, builder->num_nodes);
  rgi_trim(&builder->flags, &builder->flags_capacity, builder->num_nodes);
  rgi_trim(&builder->extras, &builder->extras_capacity, builder->num_extras);
  rgi_trim(&builder->targets, &builder->targets_capacity, builder->num_edges);
  rgi_trim(&builder->names, &builder->names_capacity, builder->num_edges);
  rgi_trim(&builder->kinds, &builder->kinds_capacity, builder->num_edges);
}

static void take_all(rg_builder *builder, rg_graph *graph, struct rgi_rows rows)
{
  trim(builder);
  graph->tables = builder->tables;
  graph->origin = builder->origin;
  graph->num_nodes = (uint32_t)builder->num_nodes;
  graph->nodes = builder->nodes;
  graph->flags = builder->flags;
  graph->extras = builder->extras;
  graph->num_extras = builder->num_extras;
  graph->num_edges = builder->num_edges;
  graph->rows = rows;
  graph->targets = builder->targets;
  graph->names = builder->names;
  graph->kinds = builder->kinds;
  pthread_mutex_init(&graph->caches_lock, NULL);
  rgi_free(builder->runs);
  *builder = (rg_builder){.is_sorted = true};
}

rg_error *rg_builder_finish(rg_builder *builder, rg_graph **ret)
{
  RGI_SCOPED_FREE rg_graph *graph = rgi_alloc(1, sizeof(*graph));
  RGI_SCOPED_FREE uint64_t *begin = rgi_alloc(builder->num_nodes + 1, sizeof(*begin));
  __attribute__((cleanup(rgi_rows_deinit))) struct rgi_rows rows = {0};
  if (!graph || !begin)
    return rgi_out_of_memory();
  RGI_TRY(rgi_rows_init(&rows, builder->num_nodes));
  count_rows(builder, begin);
  RGI_TRY(pack_rows(begin, builder->num_nodes, &rows));
  if (!builder->is_sorted)
    RGI_TRY(sort_edges(builder, begin));
  RGI_TRY(sort_extras(builder));
  RGI_TRY(rgi_tables_finish(&builder->tables));
  take_all(builder, graph, rows);
  rows = (struct rgi_rows){0};
  rgi_graph_mark_roots(graph);
  *ret = rgi_take(graph);
  return NULL;
}
