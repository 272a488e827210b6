#include "sources.h"

#include "../base/alloc.h"
#include "../graph/graph-internal.h"

rg_error *rgi_sources_create(const rg_graph *graph, rg_node **ret)
{
  rg_referrers made;
  RGI_TRY(rg_graph_referrers(graph, RG_NODE_ROOT, &made));
  rg_node *sources = rgi_alloc_dense(rg_graph_num_edges(graph), sizeof(*sources));
  if (!sources)
    return rgi_out_of_memory();
  for (rg_node node = 0; node < rg_graph_num_nodes(graph); node++) {
    rg_edge end = rgi_rows_begin(&graph->rows, node + 1);
    for (rg_edge edge = rgi_rows_begin(&graph->rows, node); edge < end; edge++)
      sources[edge] = node;
  }
  *ret = sources;
  return NULL;
}
