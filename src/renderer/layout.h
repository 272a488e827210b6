/* Layout: Graphviz at work. One context, one graph, one thread, and nothing is freed: the process ends when the
 * picture is out, and freeing is where Graphviz has crashed. */
#ifndef RGI_RENDERER_LAYOUT_H
#define RGI_RENDERER_LAYOUT_H

#include <gvc.h>

#include "../base/text.h"
#include "../render/request.h"

#define RGI_POINTS_PER_INCH 72.0

struct rgi_layout {
  GVC_t *context;
  Agraph_t *graph;
  double width; /* of the picture with its margin, in points */
  double height;
};

/* Lays `graph`, which was built from `request`, out on the rung that is asked for. Fails with RG_ERROR_LIMIT where the
 * result fits no page and another rung is left. */
rg_error *rgi_layout_create(const struct rgi_request *request, Agraph_t *graph, struct rgi_layout *ret);
/* Renders to memory in a format of Graphviz's own, "svg" or "pdf". */
rg_error *rgi_layout_render(const struct rgi_layout *layout, const char *format, struct rgi_text *picture);

#endif
