#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "layout.h"

#include <stdio.h>
#include <stdlib.h>

#include "../base/alloc.h"
#include "raster.h"
#include "style.h"

rg_error *rgi_layout_create(Agraph_t *graph, struct rgi_layout *ret)
{
  GVC_t *context = gvContext();
  if (!context)
    return rgi_out_of_memory();
  rgi_raster_register(context);
  // The reason, as a missing plugin, goes to standard error and from there into the caller's message.
  if (gvLayout(context, graph, "dot"))
    return rg_error_create(RG_ERROR_RENDERER, "Graphviz could not lay the picture out");
  boxf bounds = GD_bb(graph);
  double margins = 2 * RGI_PAD * RGI_POINTS_PER_INCH;
  *ret = (struct rgi_layout){context, graph, bounds.UR.x - bounds.LL.x + margins, bounds.UR.y - bounds.LL.y + margins};
  return NULL;
}

// Output goes to memory first, where every failure shows: on a file, Graphviz ends the process or keeps silent.
rg_error *rgi_layout_render(const struct rgi_layout *layout, const char *format, struct rgi_text *picture)
{
  char *data = NULL;
  size_t size = 0;
  FILE *stream = open_memstream(&data, &size);
  if (!stream)
    return rgi_out_of_memory();
  int failed = gvRender(layout->context, layout->graph, format, stream);
  failed |= ferror(stream);
  failed |= fclose(stream);
  if (failed)
    return rg_error_create(RG_ERROR_RENDERER, "Graphviz could not draw the picture as %s", format);
  rgi_text_add(picture, data, size);
  free(data);
  return rgi_text_error(picture);
}
