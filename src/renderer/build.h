/* Build: a request becomes a graph of Graphviz with every attribute of the picture. The same graph is written as DOT
 * and laid out, so that `dot -Tpng` on the DOT gives the picture that we draw. */
#ifndef RGI_RENDERER_BUILD_H
#define RGI_RENDERER_BUILD_H

#include <cgraph.h>

#include "../base/text.h"
#include "../render/request.h"

/* Nodes are n<number>. The edge that was made of request->edges[i] has AGSEQ i + 1. The graph is never closed: the
 * process ends when the picture is out. */
rg_error *rgi_graph_build(const struct rgi_request *request, Agraph_t **ret);

/* How cgraph does input and output for us: what it writes goes to an rgi_text, the channel that agwrite is given. */
Agdisc_t *rgi_graph_discipline(void);

/* Appends it as DOT. Same request, same bytes. */
rg_error *rgi_graph_write(Agraph_t *graph, struct rgi_text *dot);

#endif
