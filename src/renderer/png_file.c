#include "png_file.h"

#include <png.h>
#include <string.h>

#include "../base/alloc.h"
#include "palette.h"

#define INCHES_PER_METRE (1 / 0.0254)
#define COMPRESSION_LEVEL 6
#define MAX_TEXTS 4

/* --- libpng's callbacks ----------------------------------------------------------------------------------------- */

static void append(png_structp png, png_bytep data, size_t size)
{
  rgi_text_add(png_get_io_ptr(png), (const char *)data, size);
}

static void flush(png_structp png)
{
  (void)png;
}

/* --- chunks ----------------------------------------------------------------------------------------------------- */

static void add_text(png_text texts[MAX_TEXTS], int *num, int compression, const char *key, const char *value)
{
  if (!value || !*value)
    return;
  png_text *text = &texts[(*num)++];
  memset(text, 0, sizeof(*text));
  text->compression = compression;
  text->key = (png_charp)(uintptr_t)key;
  text->text = (png_charp)(uintptr_t)value;
}

static void write_texts(png_structp png, png_infop info, const struct rgi_png_texts *texts)
{
  png_text chunks[MAX_TEXTS];
  int num = 0;
  add_text(chunks, &num, PNG_ITXT_COMPRESSION_NONE, "Title", texts->title);
  add_text(chunks, &num, PNG_TEXT_COMPRESSION_NONE, "Software", "refgraph " RG_VERSION);
  add_text(chunks, &num, PNG_ITXT_COMPRESSION_NONE, "Description", texts->description);
  add_text(chunks, &num, PNG_ITXT_COMPRESSION_zTXt, "refgraph:dot", texts->dot);
  png_set_text(png, info, chunks, num);
}

static void write_palette(png_structp png, png_infop info, const struct rgi_palette *palette)
{
  png_color colours[RGI_PALETTE_MAX];
  for (uint32_t i = 0; i < palette->num_colours; i++) {
    uint32_t colour = palette->colours[i];
    colours[i] = (png_color){(png_byte)(colour >> 16), (png_byte)(colour >> 8), (png_byte)colour};
  }
  png_set_PLTE(png, info, colours, (int)palette->num_colours);
}

static void write_head(png_structp png, png_infop info, const struct rgi_raster *raster,
                       const struct rgi_palette *palette, const struct rgi_png_texts *texts)
{
  png_uint_32 per_metre = (png_uint_32)(raster->dpi * INCHES_PER_METRE + 0.5);
  png_set_IHDR(png, info, raster->width, raster->height, 8, PNG_COLOR_TYPE_PALETTE, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
  png_set_compression_level(png, COMPRESSION_LEVEL);
  png_set_pHYs(png, info, per_metre, per_metre, PNG_RESOLUTION_METER);
  write_palette(png, info, palette);
  write_texts(png, info, texts);
  png_write_info(png, info);
}

static void write_rows(png_structp png, const struct rgi_raster *raster, const struct rgi_palette *palette,
                       png_bytep row)
{
  // Most pixels are like the one before.
  uint32_t colour = raster->pixels[0];
  uint32_t index = rgi_palette_index(palette, colour);
  const uint32_t *pixel = raster->pixels;
  for (uint32_t y = 0; y < raster->height; y++) {
    for (uint32_t x = 0; x < raster->width; x++, pixel++) {
      if (*pixel != colour) {
        colour = *pixel;
        index = rgi_palette_index(palette, colour);
      }
      row[x] = (png_byte)index;
    }
    png_write_row(png, row);
  }
}

/* --- the file --------------------------------------------------------------------------------------------------- */

// libpng comes back here, by longjmp, when it gives up: what it has to free is not in this frame.
static rg_error *write_all(png_structp png, png_infop info, const struct rgi_raster *raster,
                           const struct rgi_palette *palette, const struct rgi_png_texts *texts, png_bytep row)
{
  if (setjmp(png_jmpbuf(png)))
    return rg_error_create(RG_ERROR_RENDERER, "libpng could not write the picture");
  write_head(png, info, raster, palette, texts);
  write_rows(png, raster, palette, row);
  png_write_end(png, info);
  return NULL;
}

static rg_error *encode(const struct rgi_raster *raster, const struct rgi_palette *palette,
                        const struct rgi_png_texts *texts, struct rgi_text *picture)
{
  RGI_SCOPED_FREE png_byte *row = rgi_alloc(raster->width, 1);
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!row || !info)
    return rgi_out_of_memory();
  png_set_write_fn(png, picture, append, flush);
  RGI_TRY(write_all(png, info, raster, palette, texts, row));
  png_destroy_write_struct(&png, &info);
  return rgi_text_error(picture);
}

rg_error *rgi_png_encode(const struct rgi_raster *raster, const struct rgi_png_texts *texts, struct rgi_text *picture)
{
  struct rgi_palette palette;
  RGI_TRY(rgi_palette_create(raster->pixels, (size_t)raster->width * raster->height, &palette));
  rg_error *error = encode(raster, &palette, texts, picture);
  rgi_palette_destroy(&palette);
  return error;
}
