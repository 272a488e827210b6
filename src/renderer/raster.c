#include "raster.h"

#include <gvcjob.h>
#include <gvplugin_device.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "../base/alloc.h"

#define FINE_DPI 144.0
#define FINE_MAX_WIDTH 1200.0
#define COARSE_DPI 96.0
#define LEAST_DPI 40.0
#define MAX_SIDE 16384.0
#define MAX_PIXELS (64.0 * 1024 * 1024)

/* --- the device ------------------------------------------------------------------------------------------------- */

// Graphviz calls a device without a context of ours. One picture is painted in a process, so it may stand here.
static struct {
  double dpi;
  rgi_raster_use use;
  void *use_context;
  rg_error *error;
  bool is_painted;
} painting;

// Cairo's pixels are premultiplied, and at the right and bottom edge not always opaque.
static void flatten(uint32_t *pixels, size_t num)
{
  for (size_t i = 0; i < num; i++) {
    uint32_t missing = 255 - (pixels[i] >> 24);
    pixels[i] = (pixels[i] & 0xffffff) + missing * 0x010101;
  }
}

static void take_pixels(GVJ_t *job)
{
  uint32_t *pixels = (uint32_t *)(void *)job->imagedata;
  if (!pixels)
    return;
  struct rgi_raster raster = {pixels, job->width, job->height, painting.dpi};
  flatten(pixels, (size_t)raster.width * raster.height);
  painting.is_painted = true;
  painting.error = painting.use(painting.use_context, &raster);
}

static gvdevice_engine_t engine = {NULL, take_pixels, NULL};
// The default resolution is written before each painting: unlike the attribute `dpi` it can follow the layout.
static gvdevice_features_t features = {
  GVDEVICE_BINARY_FORMAT | GVDEVICE_NO_WRITER | GVDEVICE_DOES_TRUECOLOR, {0, 0}, {0, 0}, {COARSE_DPI, COARSE_DPI},
};
static char device_name[] = "rgraw:cairo";
static gvplugin_installed_t devices[] = {{0, device_name, 1, &engine, &features}, {0, NULL, 0, NULL, NULL}};
static gvplugin_api_t apis[] = {{API_device, devices}, {(api_t)0, NULL}};
static char library_name[] = "rg";
static gvplugin_library_t library = {library_name, apis};

void rgi_raster_register(GVC_t *context)
{
  gvAddLibrary(context, &library);
}

/* --- painting --------------------------------------------------------------------------------------------------- */

rg_error *rgi_raster_resolution(double width, double height, double *dpi_ret)
{
  // As fine as the width of a page allows.
  double dpi = fmin(FINE_DPI, fmax(COARSE_DPI, floor(FINE_MAX_WIDTH * RGI_POINTS_PER_INCH / width)));
  dpi = fmin(dpi, floor(MAX_SIDE * RGI_POINTS_PER_INCH / fmax(width, height)));
  dpi = fmin(dpi, floor(sqrt(MAX_PIXELS / (width * height)) * RGI_POINTS_PER_INCH));
  if (dpi < LEAST_DPI)
    return rg_error_create(RG_ERROR_LIMIT, "a picture of %.0f x %.0f points is too large for PNG; use SVG", width,
                           height);
  *dpi_ret = dpi;
  return NULL;
}

// Where the surface cannot be allocated, Graphviz crashes: tried here first, where it is an error.
static bool has_memory(const struct rgi_layout *layout, double dpi)
{
  double scale = dpi / RGI_POINTS_PER_INCH;
  size_t num_pixels = (size_t)((layout->width * scale + 2) * (layout->height * scale + 2));
  // Volatile: a compiler may do without an allocation that nobody uses.
  void *volatile probe = malloc(num_pixels * sizeof(uint32_t) + (1 << 20));
  bool has = probe;
  free(probe);
  return has;
}

rg_error *rgi_raster_paint(const struct rgi_layout *layout, double dpi, rgi_raster_use use, void *use_context)
{
  if (!has_memory(layout, dpi))
    return rgi_out_of_memory();
  features.default_dpi.x = features.default_dpi.y = dpi;
  painting.dpi = dpi;
  painting.use = use;
  painting.use_context = use_context;
  if (gvRender(layout->context, layout->graph, "rgraw", NULL) || !painting.is_painted)
    return rg_error_create(RG_ERROR_RENDERER, "Graphviz could not paint the picture");
  return painting.error;
}
