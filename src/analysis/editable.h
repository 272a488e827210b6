/* Which references a program can undo. */
#ifndef RGI_ANALYSIS_EDITABLE_H
#define RGI_ANALYSIS_EDITABLE_H

#include <refgraph/analysis.h>

/* The same as rg_edge_is_editable(), by whoever knows the source already. */
bool rgi_edge_is_editable(const rg_graph *graph, rg_node source, rg_edge edge);

#endif
