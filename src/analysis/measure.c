#include "measure.h"

#include "../base/alloc.h"
#include "../base/sort.h"

static uint64_t largest_retained(const rg_dominators *dominators, rg_node_set set)
{
  uint64_t largest = 0;
  for (size_t i = 0; i < set.num_nodes; i++) {
    uint64_t retained = rg_dominators_retained(dominators, set.nodes[i]);
    largest = retained > largest ? retained : largest;
  }
  return largest;
}

static rg_error *measure_exactly(const rg_graph *graph, const rg_node_set *sets, const uint32_t *order, size_t num,
                                 uint64_t *ret)
{
  RGI_SCOPED_FREE rg_node_set *asked = rgi_alloc(num, sizeof(*asked));
  RGI_SCOPED_FREE rg_retained *retained = rgi_alloc(num, sizeof(*retained));
  if (!asked || !retained)
    return rgi_out_of_memory();
  for (size_t i = 0; i < num; i++)
    asked[i] = sets[order[i]];
  RGI_TRY(rg_retained_by_sets(graph, RG_EDGE_KINDS_STRONG, asked, num, retained));
  for (size_t i = 0; i < num; i++)
    ret[order[i]] = retained[i].size;
  return NULL;
}

rg_error *rgi_measure_sets(const rg_graph *graph, const rg_dominators *dominators, const rg_node_set *sets,
                           size_t num_sets, size_t num_exact, uint64_t *promises, uint64_t *ret)
{
  RGI_SCOPED_FREE uint32_t *order = rgi_alloc(num_sets, sizeof(*order));
  if (!order)
    return rgi_out_of_memory();
  for (uint32_t i = 0; i < num_sets; i++) {
    ret[i] = largest_retained(dominators, sets[i]);
    promises[i] = ret[i] > promises[i] ? ret[i] : promises[i];
    order[i] = i;
  }
  RGI_TRY(rgi_sort_descending(promises, order, num_sets));
  return measure_exactly(graph, sets, order, num_sets < num_exact ? num_sets : num_exact, ret);
}
