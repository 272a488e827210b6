/* Which way the arrows run. Left to right names lie along their arrows and long labels stack; but a long path would be
 * wider than a page, so it goes down.
 *
 * The estimate: boxes by their distance from the top of the picture, for each level the widest line of a box and the
 * widest name at an arrow that ends there. Cost: O(boxes and arrows). */
#include <string.h>

#include "../base/alloc.h"
#include "../base/clean.h"
#include "view-internal.h"

// Pixels at 96 dpi, measured on pictures: a character of a box and of an arrow's name, what surrounds each, the page.
#define BOX_COLUMN 7
#define NAME_COLUMN 6
#define BOX_MARGIN 20
#define ARROW_LENGTH 34
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
  size_t box; // pixels
  size_t name;
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
    if (!has_arrows_in[i])
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

static rg_error *estimate_width(const rg_view *view, size_t *ret)
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
  *ret = 0;
  for (size_t i = 0; i < view->num_boxes; i++)
    *ret += estimate.widths[i].box + estimate.widths[i].name;
  return NULL;
}

rg_error *rgi_view_set_direction(struct rgi_sheet *sheet)
{
  rg_view *view = sheet->view;
  view->direction = sheet->options.direction;
  if (view->direction != RG_DIRECTION_AUTO)
    return NULL;
  size_t width = 0;
  if (view->question == RGI_QUESTION_PATHS || view->question == RGI_QUESTION_CLOSURES)
    RGI_TRY(estimate_width(view, &width));
  view->direction = width > PAGE_WIDTH ? RG_DIRECTION_TOP_BOTTOM : RG_DIRECTION_LEFT_RIGHT;
  return NULL;
}
