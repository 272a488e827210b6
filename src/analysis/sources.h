/* Going backwards. */
#ifndef RGI_ANALYSIS_SOURCES_H
#define RGI_ANALYSIS_SOURCES_H

#include <refgraph/graph.h>

/* Makes the reverse index of a graph, and an array of the source of each edge, to be freed by the caller: for a search
 * that goes along most edges backwards, where finding each source anew would cost O(log V). 4 bytes an edge. */
RG_MUST_USE rg_error *rgi_sources_create(const rg_graph *graph, rg_node **ret);

#endif
