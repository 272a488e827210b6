#include "palette.h"

#include <stdbool.h>
#include <stdlib.h>

#include "../base/alloc.h"
#include "../base/sort.h"

#define NUM_FREQUENT 128
#define FIRST_SLOTS 4096

/* --- counting --------------------------------------------------------------------------------------------------- */

static struct rgi_shade *find(const struct rgi_palette *palette, uint32_t colour)
{
  size_t mask = palette->num_slots - 1;
  size_t i = (colour * 2654435761u >> 8) & mask;
  while (palette->slots[i].count && palette->slots[i].colour != colour)
    i = (i + 1) & mask;
  return &palette->slots[i];
}

static rg_error *grow(struct rgi_palette *palette)
{
  struct rgi_palette grown = *palette;
  grown.num_slots = palette->num_slots ? palette->num_slots * 2 : FIRST_SLOTS;
  grown.slots = rgi_alloc(grown.num_slots, sizeof(*grown.slots));
  if (!grown.slots)
    return rgi_out_of_memory();
  for (size_t i = 0; i < palette->num_slots; i++) {
    if (palette->slots[i].count)
      *find(&grown, palette->slots[i].colour) = palette->slots[i];
  }
  rgi_free(palette->slots);
  *palette = grown;
  return NULL;
}

static rg_error *count_run(struct rgi_palette *palette, uint32_t colour, size_t length)
{
  if (palette->num_shades * 2 >= palette->num_slots)
    RGI_TRY(grow(palette));
  struct rgi_shade *shade = find(palette, colour);
  palette->num_shades += !shade->count;
  shade->colour = colour;
  shade->count += (uint32_t)length;
  return NULL;
}

static rg_error *count(struct rgi_palette *palette, const uint32_t *pixels, size_t num)
{
  size_t start = 0;
  for (size_t i = 1; i <= num; i++) {
    if (i < num && pixels[i] == pixels[start])
      continue;
    RGI_TRY(count_run(palette, pixels[start], i - start));
    start = i;
  }
  return NULL;
}

/* --- choosing --------------------------------------------------------------------------------------------------- */

static int by_frequency(const void *a, const void *b)
{
  const struct rgi_shade *x = *(struct rgi_shade *const *)a;
  const struct rgi_shade *y = *(struct rgi_shade *const *)b;
  if (x->count != y->count)
    return x->count < y->count ? 1 : -1;
  return x->colour < y->colour ? -1 : x->colour > y->colour;
}

static uint32_t square(uint32_t a, uint32_t b)
{
  uint32_t difference = (a & 0xff) - (b & 0xff);
  return difference * difference;
}

static uint32_t distance(uint32_t a, uint32_t b)
{
  return square(a, b) + square(a >> 8, b >> 8) + square(a >> 16, b >> 16);
}

// Takes a colour into the palette; shades to which it is the nearest so far are its own from now on.
static void choose(struct rgi_palette *palette, uint32_t colour, struct rgi_shade *const *shades)
{
  for (size_t i = 0; i < palette->num_shades; i++) {
    uint32_t away = distance(colour, shades[i]->colour);
    if (away >= shades[i]->distance)
      continue;
    shades[i]->distance = away;
    shades[i]->index = palette->num_colours;
  }
  palette->colours[palette->num_colours++] = colour;
}

static const struct rgi_shade *farthest(struct rgi_shade *const *shades, size_t num)
{
  const struct rgi_shade *best = shades[0];
  for (size_t i = 1; i < num; i++) {
    if (shades[i]->distance > best->distance)
      best = shades[i];
  }
  return best;
}

static void choose_all(struct rgi_palette *palette, struct rgi_shade *const *shades)
{
  // Where all fit, all are frequent.
  size_t num = palette->num_shades;
  size_t num_frequent = num <= RGI_PALETTE_MAX ? num : NUM_FREQUENT;
  for (size_t i = 0; i < num_frequent; i++)
    choose(palette, shades[i]->colour, shades);
  while (num > RGI_PALETTE_MAX && palette->num_colours < RGI_PALETTE_MAX)
    choose(palette, farthest(shades, num)->colour, shades);
}

static rg_error *build(struct rgi_palette *palette)
{
  RGI_SCOPED_FREE struct rgi_shade **shades = rgi_alloc(palette->num_shades, sizeof(struct rgi_shade *));
  if (!shades)
    return rgi_out_of_memory();
  size_t num = 0;
  for (size_t i = 0; i < palette->num_slots; i++) {
    if (!palette->slots[i].count)
      continue;
    palette->slots[i].distance = UINT32_MAX;
    shades[num++] = &palette->slots[i];
  }
  rgi_sort(shades, num, sizeof(struct rgi_shade *), by_frequency);
  choose_all(palette, shades);
  return NULL;
}

rg_error *rgi_palette_create(const uint32_t *pixels, size_t num, struct rgi_palette *ret)
{
  struct rgi_palette palette = {0};
  rg_error *error = count(&palette, pixels, num);
  if (!error)
    error = build(&palette);
  if (error)
    rgi_palette_destroy(&palette);
  else
    *ret = palette;
  return error;
}

void rgi_palette_destroy(struct rgi_palette *palette)
{
  rgi_free(palette->slots);
}

uint32_t rgi_palette_index(const struct rgi_palette *palette, uint32_t colour)
{
  return find(palette, colour)->index;
}
