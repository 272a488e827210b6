/* Objects by type: how many there are, and what they take by themselves. Cost: O(V + T log T). */
#define _GNU_SOURCE // qsort_r

#include <refgraph/analysis.h>

#include <stdlib.h>
#include <string.h>

#include "../base/alloc.h"
#include "../base/sort.h"

struct rg_types {
  const rg_node *nodes; // NULL: all
  size_t num_nodes;
  rg_type_count *counts;
  size_t num;
};

static void count_node(const rg_graph *graph, rg_node node, rg_type_count *counts)
{
  rg_type_count *count = &counts[rg_graph_node_type(graph, node)];
  count->num_nodes++;
  count->size += rg_graph_node_size(graph, node);
}

static void count_all(const rg_graph *graph, const rg_node *nodes, size_t num_nodes, rg_type_count *counts)
{
  for (size_t i = 0; nodes && i < num_nodes; i++)
    count_node(graph, nodes[i], counts);
  for (rg_node node = 1; !nodes && node < rg_graph_num_nodes(graph); node++)
    count_node(graph, node, counts);
}

// Types that no node has are not listed.
static void keep_used(rg_types *types, size_t num_types)
{
  for (size_t i = 0; i < num_types; i++) {
    types->counts[i].type = (rg_type)i;
    if (types->counts[i].num_nodes)
      types->counts[types->num++] = types->counts[i];
  }
}

static int compare_names(const rg_graph *graph, rg_type a, rg_type b)
{
  rg_type_info x = rg_graph_type(graph, a), y = rg_graph_type(graph, b);
  int order = strcmp(x.name, y.name);
  order = order ? order : strcmp(x.module, y.module);
  return order ? order : (a > b) - (a < b);
}

static int compare_counts(const void *a, const void *b, void *graph)
{
  const rg_type_count *x = a, *y = b;
  if (x->size != y->size)
    return x->size > y->size ? -1 : 1;
  if (x->num_nodes != y->num_nodes)
    return x->num_nodes > y->num_nodes ? -1 : 1;
  return compare_names(graph, x->type, y->type);
}

rg_error *rg_types_create(const rg_graph *graph, const rg_node *nodes, size_t num_nodes, rg_types **ret)
{
  size_t num_types = rg_graph_num_types(graph);
  RGI_SCOPED_FREE rg_types *types = rgi_alloc(1, sizeof(*types));
  RGI_SCOPED_FREE rg_type_count *counts = rgi_alloc(num_types, sizeof(*counts));
  if (!types || !counts)
    return rgi_out_of_memory();
  count_all(graph, nodes, num_nodes, counts);
  types->counts = rgi_take(counts);
  types->nodes = nodes;
  types->num_nodes = num_nodes;
  keep_used(types, num_types);
  qsort_r(types->counts, types->num, sizeof(*types->counts), compare_counts, (void *)(uintptr_t)graph);
  *ret = rgi_take(types);
  return NULL;
}

/* --- what types retain -------------------------------------------------------------------------------------------- */

// The nodes of types, type by type.
struct members {
  rg_node *nodes;
  size_t *begin; // by place among the types, and one more
};

static void deinit(struct members *members)
{
  rgi_free(members->nodes);
  rgi_free(members->begin);
}

static rg_error *group_by_type(const rg_types *types, const rg_graph *graph, struct members *members)
{
  RGI_SCOPED_FREE uint32_t *places = rgi_alloc(rg_graph_num_types(graph), sizeof(*places));
  RGI_SCOPED_FREE size_t *next = rgi_alloc(types->num, sizeof(*next));
  members->begin = rgi_alloc(types->num + 1, sizeof(*members->begin));
  if (!places || !next || !members->begin)
    return rgi_out_of_memory();
  for (uint32_t i = 0; i < types->num; i++) {
    places[types->counts[i].type] = i;
    next[i] = members->begin[i];
    members->begin[i + 1] = members->begin[i] + types->counts[i].num_nodes;
  }
  members->nodes = rgi_alloc(members->begin[types->num], sizeof(*members->nodes));
  if (!members->nodes)
    return rgi_out_of_memory();
  size_t num_nodes = types->nodes ? types->num_nodes : rg_graph_num_nodes(graph) - 1;
  for (size_t i = 0; i < num_nodes; i++) {
    rg_node node = types->nodes ? types->nodes[i] : (rg_node)(i + 1);
    members->nodes[next[places[rg_graph_node_type(graph, node)]]++] = node;
  }
  return NULL;
}

static void find_largest(rg_types *types, const struct members *members, const rg_dominators *dominators)
{
  for (size_t i = 0; i < types->num; i++) {
    uint64_t largest = 0;
    for (size_t node_i = members->begin[i]; node_i < members->begin[i + 1]; node_i++) {
      uint64_t retained = rg_dominators_retained(dominators, members->nodes[node_i]);
      largest = retained > largest ? retained : largest;
    }
    types->counts[i].retained = largest;
  }
}

// The types that may retain most, by what their nodes are by themselves, or the largest one retains.
static rg_error *find_candidates(const rg_types *types, uint32_t *order)
{
  RGI_SCOPED_FREE uint64_t *promises = rgi_alloc(types->num, sizeof(*promises));
  if (!promises)
    return rgi_out_of_memory();
  for (uint32_t i = 0; i < types->num; i++) {
    const rg_type_count *count = &types->counts[i];
    promises[i] = count->retained > count->size ? count->retained : count->size;
    order[i] = i;
  }
  return rgi_sort_descending(promises, order, types->num);
}

static rg_error *measure_exactly(rg_types *types, const rg_graph *graph, const struct members *members)
{
  size_t num = types->num < RG_TYPES_NUM_EXACT ? types->num : RG_TYPES_NUM_EXACT;
  RGI_SCOPED_FREE uint32_t *order = rgi_alloc(types->num, sizeof(*order));
  RGI_SCOPED_FREE rg_node_set *sets = rgi_alloc(num, sizeof(*sets));
  RGI_SCOPED_FREE rg_retained *retained = rgi_alloc(num, sizeof(*retained));
  if (!order || !sets || !retained)
    return rgi_out_of_memory();
  RGI_TRY(find_candidates(types, order));
  for (size_t i = 0; i < num; i++) {
    size_t begin = members->begin[order[i]];
    sets[i] = (rg_node_set){members->nodes + begin, members->begin[order[i] + 1] - begin};
  }
  RGI_TRY(rg_retained_by_sets(graph, RG_EDGE_KINDS_STRONG, sets, num, retained));
  for (size_t i = 0; i < num; i++)
    types->counts[order[i]].retained = retained[i].size;
  return NULL;
}

static int compare_retained(const void *a, const void *b, void *graph)
{
  const rg_type_count *x = a, *y = b;
  if (x->retained != y->retained)
    return x->retained > y->retained ? -1 : 1;
  return compare_counts(a, b, graph);
}

rg_error *rg_types_measure(rg_types *types, const rg_graph *graph, const rg_dominators *dominators)
{
  __attribute__((cleanup(deinit))) struct members members = {0};
  RGI_TRY(group_by_type(types, graph, &members));
  find_largest(types, &members, dominators);
  RGI_TRY(measure_exactly(types, graph, &members));
  qsort_r(types->counts, types->num, sizeof(*types->counts), compare_retained, (void *)(uintptr_t)graph);
  return NULL;
}

/* --- public ------------------------------------------------------------------------------------------------------- */

void rg_types_destroy(rg_types *types)
{
  if (!types)
    return;
  rgi_free(types->counts);
  rgi_free(types);
}

size_t rg_types_num(const rg_types *types)
{
  return types->num;
}

rg_type_count rg_types_count(const rg_types *types, size_t i)
{
  return types->counts[i];
}
