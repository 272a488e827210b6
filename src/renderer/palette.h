/* Palette: the colours of a picture brought down to 256.
 *
 * A picture of boxes and text has a few flat colours and thousands of edge tones between them. The 128 most frequent
 * colours are kept as they are; then, 128 times, the colour that is farthest from all that are kept. Everything else
 * becomes its nearest one. Cost: one hash lookup a run of pixels and 256 distances a colour. At most 14 of 255 off in
 * our pictures, and a third of the bytes of RGB. Equal pictures give equal palettes: ties go by colour. */
#ifndef RGI_RENDERER_PALETTE_H
#define RGI_RENDERER_PALETTE_H

#include <stddef.h>
#include <stdint.h>

#include <refgraph/error.h>

#define RGI_PALETTE_MAX 256

struct rgi_shade {
  uint32_t colour; /* 0x00RRGGBB */
  uint32_t count;  /* pixels; 0 in an empty slot */
  uint32_t index;  /* in the palette */
  uint32_t distance; /* squared, to the colour at `index` */
};

/* slots: an open hash table of the shades, a power of two large. */
struct rgi_palette {
  struct rgi_shade *slots;
  size_t num_slots;
  size_t num_shades;
  uint32_t colours[RGI_PALETTE_MAX];
  uint32_t num_colours;
};

rg_error *rgi_palette_create(const uint32_t *pixels, size_t num, struct rgi_palette *ret);
void rgi_palette_destroy(struct rgi_palette *palette);
/* The palette index of a colour of the picture. */
uint32_t rgi_palette_index(const struct rgi_palette *palette, uint32_t colour);

#endif
