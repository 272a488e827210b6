#include "draw.h"

#include "../base/alloc.h"
#include "build.h"
#include "png_file.h"
#include "raster.h"
#include "svg.h"

struct png_job {
  const struct rgi_png_texts *texts;
  struct rgi_text *picture;
};

static rg_error *encode(void *context, const struct rgi_raster *raster)
{
  const struct png_job *job = context;
  return rgi_png_encode(raster, job->texts, job->picture);
}

#define MAX_DESCRIPTION 500

// "12 boxes, 14 arrows; asked for: make.<locals>.on_click, function, ui.py:12"
static void describe(const struct rgi_request *request, struct rgi_text *text)
{
  rgi_text_printf(text, "%u boxes, %u arrows", request->num_nodes, request->num_edges);
  const char *separator = "; asked for: ";
  for (uint32_t i = 0; i < request->num_nodes; i++) {
    if (request->nodes[i].role != RG_ROLE_TARGET)
      continue;
    bool has_room = text->size < MAX_DESCRIPTION;
    rgi_text_printf(text, "%s%s", separator, has_room ? request->nodes[i].title : "and more");
    separator = "; ";
    if (!has_room)
      break;
  }
}

static rg_error *draw_png(const struct rgi_request *request, const struct rgi_layout *layout, const char *dot,
                          struct rgi_text *picture)
{
  double dpi;
  RGI_TRY(rgi_raster_resolution(layout->width, layout->height, &dpi));
  RGI_SCOPED_TEXT description = RGI_TEXT_INIT;
  describe(request, &description);
  RGI_TRY(rgi_text_error(&description));
  struct rgi_png_texts texts = {request->settings.caption, description.data, dot};
  struct png_job job = {&texts, picture};
  return rgi_raster_paint(layout, dpi, encode, &job);
}

static rg_error *draw_svg(const struct rgi_request *request, const struct rgi_layout *layout,
                          struct rgi_text *picture)
{
  RGI_SCOPED_TEXT drawn = RGI_TEXT_INIT;
  RGI_TRY(rgi_layout_render(layout, "svg", &drawn));
  rgi_svg_finish(&drawn, request, picture);
  return rgi_text_error(picture);
}

rg_error *rgi_draw(const struct rgi_request *request, struct rgi_text *picture)
{
  Agraph_t *graph;
  RGI_TRY(rgi_graph_build(request, &graph));
  rg_format format = request->settings.format;
  if (format == RG_FORMAT_DOT)
    return rgi_graph_write(graph, picture);

  // Before the layout, which adds attributes.
  RGI_SCOPED_TEXT dot = RGI_TEXT_INIT;
  if (request->settings.with_dot)
    RGI_TRY(rgi_graph_write(graph, &dot));
  struct rgi_layout layout;
  RGI_TRY(rgi_layout_create(request, graph, &layout));
  if (format == RG_FORMAT_PNG)
    return draw_png(request, &layout, rgi_text_string(&dot), picture);
  return format == RG_FORMAT_SVG ? draw_svg(request, &layout, picture) : rgi_layout_render(&layout, "pdf", picture);
}
