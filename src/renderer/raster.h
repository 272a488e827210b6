/* Raster: the pixels of a picture, through a device of our own that Graphviz's cairo renderer hands them to. */
#ifndef RGI_RENDERER_RASTER_H
#define RGI_RENDERER_RASTER_H

#include <stdint.h>

#include "layout.h"

/* Pixels in rows, 0x00RRGGBB, flattened on white. They live as long as the call that gets them. */
struct rgi_raster {
  uint32_t *pixels;
  uint32_t width;
  uint32_t height;
  double dpi;
};

typedef rg_error *(*rgi_raster_use)(void *context, const struct rgi_raster *raster);

/* Makes the device known to a context. */
void rgi_raster_register(GVC_t *context);

/* The resolution for a picture of that size in points: 144 dpi while it stays within 1200 pixels of width, else 96,
 * less if it would not fit a sensible image; RG_ERROR_LIMIT if nobody could read it then. */
rg_error *rgi_raster_resolution(double width, double height, double *dpi_ret);

/* Paints the picture at `dpi` and calls `use` with it. */
rg_error *rgi_raster_paint(const struct rgi_layout *layout, double dpi, rgi_raster_use use, void *use_context);

#endif
