/* Everything is laid from left to right: x along the levels, y down a level. How deep a level and how long a row of
 * levels may be is tried in steps, some hundred combinations at most, and what gives the smallest page is taken. */
#include "sheet.h"

#include <math.h>

#include "../base/alloc.h"

#define PROPORTION (4.0 / 3)
// In points: between levels, where arrows are seen best, between the columns of a level, and between boxes above each
// other.
#define LEVEL_GAP 50.0
#define COLUMN_GAP 24.0
#define BOX_GAP 13.0
// The steps in which limits are tried, and by how much a page may be larger that has one row of levels only.
#define STEP 1.2
#define MAX_STEPS 100
#define ONE_ROW_BONUS 0.6

/* Half of a gap belongs to what stands on either side of it. */
struct block {
  double length;
  double depth;
  double x; // of its left side, in its row
  uint32_t row;
};

struct row {
  double top;
  double depth;
};

struct sheet {
  const struct rgi_levels *levels;
  struct rgi_place *places;
  double page_proportion; // length to depth
  struct block *blocks;   // by level
  struct row *rows;
  uint32_t num_rows;
  double length;
  double depth;
  double *bottoms;        // by column, while a level is filled
  double *widths;
};

static uint32_t num_boxes(const struct sheet *sheet, uint32_t level)
{
  return sheet->levels->begin[level + 1] - sheet->levels->begin[level];
}

static struct rgi_place *place_at(const struct sheet *sheet, uint32_t level, uint32_t i)
{
  return &sheet->places[sheet->levels->boxes[sheet->levels->begin[level] + i]];
}

/* --- a level in columns ----------------------------------------------------------------------------------------- */

static double depth_in_one_column(const struct sheet *sheet, uint32_t level)
{
  double depth = 0;
  for (uint32_t i = 0; i < num_boxes(sheet, level); i++)
    depth += place_at(sheet, level, i)->height + BOX_GAP;
  return depth;
}

// Gives each box its y: its share of all that comes before, but below what stands in its column already.
static void fill_columns(struct sheet *sheet, uint32_t level, uint32_t num_columns)
{
  double before = 0;
  uint32_t column = 0;
  for (uint32_t i = 0; i < num_columns; i++)
    sheet->bottoms[i] = sheet->widths[i] = 0;
  for (uint32_t i = 0; i < num_boxes(sheet, level); i++) {
    struct rgi_place *box = place_at(sheet, level, i);
    double top = fmax(before / num_columns, sheet->bottoms[column]);
    box->y = top + (box->height + BOX_GAP) / 2;
    sheet->bottoms[column] = top + box->height + BOX_GAP;
    sheet->widths[column] = fmax(sheet->widths[column], box->width);
    before += box->height + BOX_GAP;
    column = column + 1 < num_columns ? column + 1 : 0;
  }
}

// Puts the columns beside each other: the boxes of a column begin on one line.
static void place_columns(struct sheet *sheet, uint32_t level, uint32_t num_columns)
{
  struct block *block = &sheet->blocks[level];
  block->length = LEVEL_GAP - COLUMN_GAP;
  block->depth = 0;
  double left = LEVEL_GAP / 2;
  for (uint32_t column = 0; column < num_columns; column++) {
    for (uint32_t i = column; i < num_boxes(sheet, level); i += num_columns) {
      struct rgi_place *box = place_at(sheet, level, i);
      box->x = left + box->width / 2;
    }
    double width = sheet->widths[column] + COLUMN_GAP;
    left += width;
    block->length += width;
    block->depth = fmax(block->depth, sheet->bottoms[column]);
  }
}

// As few as have room for all boxes, at most one a box.
static uint32_t num_columns_within(const struct sheet *sheet, uint32_t level, double max_depth)
{
  double depth = depth_in_one_column(sheet, level);
  uint32_t num = 1;
  while (num < num_boxes(sheet, level) && num * max_depth < depth)
    num++;
  return num;
}

static void fill_level(struct sheet *sheet, uint32_t level, double max_depth)
{
  uint32_t num_columns = num_columns_within(sheet, level, max_depth);
  fill_columns(sheet, level, num_columns);
  place_columns(sheet, level, num_columns);
}

static void fill_levels(struct sheet *sheet, double max_depth)
{
  for (uint32_t i = 0; i < sheet->levels->num_levels; i++)
    fill_level(sheet, i, max_depth);
}

/* --- levels in rows --------------------------------------------------------------------------------------------- */

static void fill_rows(struct sheet *sheet, double max_length)
{
  struct row *row = sheet->rows;
  *row = (struct row){0};
  sheet->length = 0;
  double x = 0;
  for (uint32_t i = 0; i < sheet->levels->num_levels; i++) {
    struct block *block = &sheet->blocks[i];
    if (x > 0 && x + block->length > max_length) {
      row[1] = (struct row){row->top + row->depth, 0};
      row++;
      x = 0;
    }
    block->row = (uint32_t)(row - sheet->rows);
    block->x = x;
    x += block->length;
    row->depth = fmax(row->depth, block->depth);
    sheet->length = fmax(sheet->length, x);
  }
  sheet->num_rows = (uint32_t)(row - sheet->rows) + 1;
  sheet->depth = row->top + row->depth;
}

// Puts the boxes of a level where its block is. What has room to spare spreads over the depth of its row.
static void place_level(struct sheet *sheet, uint32_t level)
{
  const struct block *block = &sheet->blocks[level];
  const struct row *row = &sheet->rows[block->row];
  bool goes_back = block->row % 2;
  for (uint32_t i = 0; i < num_boxes(sheet, level); i++) {
    struct rgi_place *box = place_at(sheet, level, i);
    double x = block->x + box->x;
    box->x = goes_back ? sheet->length - x : x;
    box->y = row->top + box->y * row->depth / block->depth;
  }
}

/* --- the smallest page ------------------------------------------------------------------------------------------ */

struct limits {
  double depth;
  double length;
  double cost;
};

static double cost_of(const struct sheet *sheet)
{
  double size = fmax(sheet->length / sheet->page_proportion, sheet->depth);
  return sheet->num_rows > 1 ? size : size * ONE_ROW_BONUS;
}

static void try_lengths(struct sheet *sheet, double depth, struct limits *best)
{
  double length = 0, least = 0;
  for (uint32_t i = 0; i < sheet->levels->num_levels; i++) {
    length += sheet->blocks[i].length;
    least = fmax(least, sheet->blocks[i].length);
  }
  for (int i = 0; i < MAX_STEPS && length >= least; i++, length /= STEP) {
    fill_rows(sheet, length);
    if (cost_of(sheet) < best->cost)
      *best = (struct limits){depth, length, cost_of(sheet)};
  }
}

static struct limits find_limits(struct sheet *sheet)
{
  struct limits best = {0, 0, INFINITY};
  double depth = 0, least = 0;
  for (uint32_t i = 0; i < sheet->levels->num_levels; i++) {
    depth = fmax(depth, depth_in_one_column(sheet, i));
    for (uint32_t k = 0; k < num_boxes(sheet, i); k++)
      least = fmax(least, place_at(sheet, i, k)->height + BOX_GAP);
  }
  for (int i = 0; i < MAX_STEPS && depth >= least; i++, depth /= STEP) {
    fill_levels(sheet, depth);
    try_lengths(sheet, depth, &best);
  }
  return best;
}

/* --- all together ----------------------------------------------------------------------------------------------- */

static void turn(struct rgi_place *place)
{
  *place = (struct rgi_place){place->height, place->width, place->y, place->x};
}

static void lay(struct sheet *sheet, uint32_t num_places, bool is_turned)
{
  for (uint32_t i = 0; is_turned && i < num_places; i++)
    turn(&sheet->places[i]);
  struct limits limits = find_limits(sheet);
  fill_levels(sheet, limits.depth);
  fill_rows(sheet, limits.length);
  for (uint32_t i = 0; i < sheet->levels->num_levels; i++)
    place_level(sheet, i);
  for (uint32_t i = 0; i < num_places; i++) {
    if (is_turned)
      turn(&sheet->places[i]);
    sheet->places[i].y = -sheet->places[i].y;
  }
}

rg_error *rgi_sheet_lay(const struct rgi_levels *levels, rg_direction direction, struct rgi_place *places)
{
  uint32_t num_levels = levels->num_levels, num_places = levels->begin[num_levels];
  if (!num_places)
    return NULL;
  RGI_SCOPED_FREE struct block *blocks = rgi_alloc(num_levels, sizeof(*blocks));
  RGI_SCOPED_FREE struct row *rows = rgi_alloc(num_levels + (size_t)1, sizeof(*rows));
  RGI_SCOPED_FREE double *bottoms = rgi_alloc(num_places, sizeof(*bottoms));
  RGI_SCOPED_FREE double *widths = rgi_alloc(num_places, sizeof(*widths));
  if (!blocks || !rows || !bottoms || !widths)
    return rgi_out_of_memory();
  bool is_turned = direction == RG_DIRECTION_TOP_BOTTOM;
  struct sheet sheet = {.levels = levels,
                        .places = places,
                        .page_proportion = is_turned ? 1 / PROPORTION : PROPORTION,
                        .blocks = blocks,
                        .rows = rows,
                        .bottoms = bottoms,
                        .widths = widths};
  lay(&sheet, num_places, is_turned);
  return NULL;
}
