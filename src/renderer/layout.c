#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "layout.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "../base/alloc.h"
#include "build.h"
#include "raster.h"
#include "sheet.h"
#include "style.h"

#define DOT "dot"
// Takes boxes where they are and draws straight arrows between them. Part of the plugin for neato.
#define GIVEN "nop"
// The largest page that viewers of PDF accept. What is longer nobody reads: it is a strip.
#define MAX_PAGE 14400.0

/* --- boxes by levels -------------------------------------------------------------------------------------------- */

// Reads how large each box is drawn from a layout of boxes alone.
static void read_sizes(Agraph_t *boxes, struct rgi_place *places)
{
  for (Agnode_t *node = agfstnode(boxes); node; node = agnxtnode(boxes, node), places++) {
    places->width = ND_width(node) * RGI_POINTS_PER_INCH;
    places->height = ND_height(node) * RGI_POINTS_PER_INCH;
  }
}

static void set_positions(Agraph_t *graph, const struct rgi_place *places)
{
  for (Agnode_t *node = agfstnode(graph); node; node = agnxtnode(graph, node), places++) {
    char position[64];
    snprintf(position, sizeof(position), "%.1f,%.1f", places->x, places->y);
    agsafeset(node, "pos", position, "");
  }
}

static rg_error *place_by_levels(const struct rgi_request *request, struct rgi_place *places)
{
  struct rgi_levels levels;
  RGI_TRY(rgi_levels_find(request, &levels));
  rg_error *error = rgi_sheet_lay(&levels, request->settings.direction, places);
  rgi_levels_deinit(&levels);
  return error;
}

// Positions the boxes of `graph` and names the layout that takes them there: dot, and no position, where the other one
// is missing.
static rg_error *position(GVC_t *context, const struct rgi_request *request, Agraph_t *graph, const char **engine_ret)
{
  RGI_SCOPED_FREE struct rgi_place *places = rgi_alloc(request->num_nodes, sizeof(*places));
  if (!places)
    return rgi_out_of_memory();
  struct rgi_request without_arrows = *request;
  without_arrows.num_edges = 0;
  Agraph_t *boxes;
  RGI_TRY(rgi_graph_build(&without_arrows, &boxes));
  set_positions(boxes, places);
  if (gvLayout(context, boxes, GIVEN)) {
    fputs("large pictures need Graphviz's plugin for neato (Debian: libgvplugin-neato-layout)\n", stderr);
    *engine_ret = DOT;
    return NULL;
  }
  read_sizes(boxes, places);
  RGI_TRY(place_by_levels(request, places));
  set_positions(graph, places);
  *engine_ret = GIVEN;
  return NULL;
}

/* --- all together ----------------------------------------------------------------------------------------------- */

static void measure(struct rgi_layout *layout)
{
  boxf bounds = GD_bb(layout->graph);
  double margins = 2 * RGI_PAD * RGI_POINTS_PER_INCH;
  layout->width = bounds.UR.x - bounds.LL.x + margins;
  layout->height = bounds.UR.y - bounds.LL.y + margins;
}

rg_error *rgi_layout_create(const struct rgi_request *request, Agraph_t *graph, struct rgi_layout *ret)
{
  struct rgi_layout layout = {.context = gvContext(), .graph = graph};
  if (!layout.context)
    return rgi_out_of_memory();
  rgi_raster_register(layout.context);
  bool is_by_levels = request->settings.rung == RGI_RUNG_LEVELS;
  const char *engine = DOT;
  if (is_by_levels)
    RGI_TRY(position(layout.context, request, graph, &engine));
  // The reason, as a missing plugin, goes to standard error and from there into the caller's message.
  if (gvLayout(layout.context, graph, engine))
    return rg_error_create(RG_ERROR_RENDERER, "Graphviz could not lay the picture out");
  measure(&layout);
  if (!is_by_levels && fmax(layout.width, layout.height) > MAX_PAGE)
    return rg_error_create(RG_ERROR_LIMIT, "the picture needs a page of %.0f x %.0f points", layout.width,
                           layout.height);
  *ret = layout;
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
