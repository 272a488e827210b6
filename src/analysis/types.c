/* Objects by type: how many there are, and what they take by themselves. Cost: O(V + T log T). */
#define _GNU_SOURCE // qsort_r

#include <refgraph/analysis.h>

#include <stdlib.h>
#include <string.h>

#include "../base/alloc.h"
#include "measure.h"

struct rg_types {
  const rg_node *nodes; // NULL: all
  size_t num_nodes;
  rg_type_count *counts;
  size_t num;
};

static size_t num_counted(const rg_types *types, const rg_graph *graph)
{
  return types->nodes ? types->num_nodes : rg_graph_num_nodes(graph) - 1;
}

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

// `nodes` has room for all nodes of the types; they are put there type by type, and each set gets its part.
static rg_error *group_by_type(const rg_types *types, const rg_graph *graph, rg_node *nodes, rg_node_set *sets)
{
  RGI_SCOPED_FREE uint32_t *places = rgi_alloc(rg_graph_num_types(graph), sizeof(*places));
  RGI_SCOPED_FREE size_t *next = rgi_alloc(types->num + 1, sizeof(*next));
  if (!places || !next)
    return rgi_out_of_memory();
  for (uint32_t i = 0; i < types->num; i++) {
    places[types->counts[i].type] = i;
    sets[i] = (rg_node_set){nodes + next[i], types->counts[i].num_nodes};
    next[i + 1] = next[i] + sets[i].num_nodes;
  }
  for (size_t i = 0; i < num_counted(types, graph); i++) {
    rg_node node = types->nodes ? types->nodes[i] : (rg_node)(i + 1);
    nodes[next[places[rg_graph_node_type(graph, node)]]++] = node;
  }
  return NULL;
}

static rg_error *measure(rg_types *types, const rg_graph *graph, const rg_dominators *dominators)
{
  RGI_SCOPED_FREE rg_node *nodes = rgi_alloc(num_counted(types, graph), sizeof(*nodes));
  RGI_SCOPED_FREE rg_node_set *sets = rgi_alloc(types->num, sizeof(*sets));
  RGI_SCOPED_FREE uint64_t *sizes = rgi_alloc(types->num, sizeof(*sizes));
  RGI_SCOPED_FREE uint64_t *retained = rgi_alloc(types->num, sizeof(*retained));
  if (!nodes || !sets || !sizes || !retained)
    return rgi_out_of_memory();
  RGI_TRY(group_by_type(types, graph, nodes, sets));
  for (size_t i = 0; i < types->num; i++)
    sizes[i] = types->counts[i].size;
  RGI_TRY(rgi_measure_sets(graph, dominators, sets, types->num, RG_TYPES_NUM_EXACT, sizes, retained));
  for (size_t i = 0; i < types->num; i++)
    types->counts[i].retained = retained[i];
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
  RGI_TRY(measure(types, graph, dominators));
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
