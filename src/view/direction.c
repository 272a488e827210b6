/* Which way the arrows run. Left to right names lie along their arrows and long labels stack; but a long path would be
 * wider than a page, so it goes down, unless it has so many branches that it would be wider still.
 *
 * The estimate: boxes by their distance from the top of the picture. Left to right, a level is as wide as its widest
 * box and the widest name at an arrow that ends there, and the levels add up; downwards, the boxes of a level add up,
 * and the widest level counts. Cost: O(boxes and arrows). */
#include <string.h>

#include "../base/alloc.h"
#include "../base/clean.h"
#include "view-internal.h"

// Pixels at 96 dpi, measured on pictures: a character of a box and of an arrow's name, what surrounds each, the page.
#define BOX_COLUMN 7
#define NAME_COLUMN 6
#define BOX_MARGIN 20
#define ARROW_LENGTH 34
#define BOX_DISTANCE 17
#define PAGE_WIDTH 900

static size_t widest_line(const char *lines)
{
  size_t widest = 0;
  while (*lines) {
    size_t size = strcspn(lines, "\n"), columns = 0;
    for (size_t i = 0; i < size; i++)
      columns += (lines[i] & 0xc0) != 0x80;
    widest = columns > widest ? columns : widest;
    lines += size + (lines[size] == '\n');
  }
  return widest;
}

struct level {
  size_t box; // the widest one, in pixels
  size_t name;
  size_t boxes; // all of them, side by side
};

struct estimate {
  const rg_view *view;
  uint32_t *levels; // by box, plus one; 0: not reached yet
  uint32_t *queue;
  size_t num_queue;
  struct level *widths; // by level
};

static void deinit(struct estimate *estimate)
{
  rgi_free(estimate->levels);
  rgi_free(estimate->queue);
  rgi_free(estimate->widths);
}

static void reach(struct estimate *estimate, uint32_t box, uint32_t level)
{
  size_t width = BOX_MARGIN + BOX_COLUMN * widest_line(estimate->view->boxes[box].node.text);
  estimate->levels[box] = level + 1;
  estimate->queue[estimate->num_queue++] = box;
  if (estimate->widths[level].box < width)
    estimate->widths[level].box = width;
  estimate->widths[level].boxes += width + BOX_DISTANCE;
}

static void follow(struct estimate *estimate, const struct rgi_arrow *arrow)
{
  uint32_t level = estimate->levels[arrow->edge.source];
  size_t width = ARROW_LENGTH + NAME_COLUMN * rgi_utf8_length(arrow->edge.text);
  if (!arrow->edge.is_drawn || estimate->levels[arrow->edge.target])
    return;
  reach(estimate, arrow->edge.target, level);
  if (estimate->widths[level].name < width)
    estimate->widths[level].name = width;
}

// Breadth first from the boxes to which no arrow leads, or from the first box where there is none.
static void run(struct estimate *estimate, const bool *has_arrows_in, const size_t *begin)
{
  const rg_view *view = estimate->view;
  for (uint32_t i = 0; i < view->num_boxes; i++) {
    if (!has_arrows_in[i] && view->boxes[i].node.holder == RG_VIEW_NONE)
      reach(estimate, i, 0);
  }
  if (!estimate->num_queue && view->num_boxes)
    reach(estimate, 0, 0);
  for (size_t i = 0; i < estimate->num_queue; i++) {
    uint32_t box = estimate->queue[i];
    for (size_t arrow = begin[box]; arrow < begin[box + 1]; arrow++)
      follow(estimate, &view->arrows[arrow]);
  }
}

struct widths {
  size_t left_right;
  size_t top_bottom;
};

static rg_error *estimate_widths(const rg_view *view, struct widths *ret)
{
  __attribute__((cleanup(deinit))) struct estimate estimate = {.view = view};
  estimate.levels = rgi_alloc(view->num_boxes, sizeof(*estimate.levels));
  estimate.queue = rgi_alloc(view->num_boxes, sizeof(*estimate.queue));
  estimate.widths = rgi_alloc(view->num_boxes + 1, sizeof(*estimate.widths));
  RGI_SCOPED_FREE bool *has_arrows_in = rgi_alloc(view->num_boxes, sizeof(*has_arrows_in));
  RGI_SCOPED_FREE size_t *begin = rgi_alloc(view->num_boxes + 1, sizeof(*begin));
  if (!estimate.levels || !estimate.queue || !estimate.widths || !has_arrows_in || !begin)
    return rgi_out_of_memory();
  for (size_t i = 0; i < view->num_arrows; i++) {
    has_arrows_in[view->arrows[i].edge.target] = true;
    begin[view->arrows[i].edge.source + 1]++;
  }
  for (size_t i = 0; i < view->num_boxes; i++)
    begin[i + 1] += begin[i];
  run(&estimate, has_arrows_in, begin);
  for (size_t i = 0; i < view->num_boxes; i++) {
    const struct level *level = &estimate.widths[i];
    ret->left_right += level->box + level->name;
    ret->top_bottom = level->boxes > ret->top_bottom ? level->boxes : ret->top_bottom;
  }
  return NULL;
}

rg_error *rgi_view_set_direction(struct rgi_sheet *sheet)
{
  rg_view *view = sheet->view;
  view->direction = sheet->options.direction;
  if (view->direction != RG_DIRECTION_AUTO)
    return NULL;
  struct widths widths = {0};
  if (view->question == RGI_QUESTION_PATHS || view->question == RGI_QUESTION_CLOSURES)
    RGI_TRY(estimate_widths(view, &widths));
  bool goes_down = widths.left_right > PAGE_WIDTH && widths.top_bottom < widths.left_right;
  view->direction = goes_down ? RG_DIRECTION_TOP_BOTTOM : RG_DIRECTION_LEFT_RIGHT;
  return NULL;
}
