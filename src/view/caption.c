/* The line at the foot, and which way the arrows run. */
#include "../base/alloc.h"
#include "../base/clean.h"
#include "view-internal.h"

#define DOT " \xc2\xb7 "

static uint64_t num_objects(const rg_view *view)
{
  uint64_t num = 0;
  for (size_t i = 0; i < view->num_boxes; i++)
    num += view->boxes[i].mark == RGI_MARK_NONE ? view->boxes[i].node.count : 0;
  return num;
}

static uint64_t num_cut(const rg_view *view, bool is_backward)
{
  uint64_t num = 0;
  for (size_t i = 0; i < view->num_boxes; i++)
    num += is_backward ? view->boxes[i].num_cut_referrers : view->boxes[i].num_cut_targets;
  return num;
}

static void add_cut(struct rgi_text *text, uint64_t num, const char *noun)
{
  if (!num)
    return;
  rgi_text_puts(text, DOT);
  rgi_words_add_counted(text, num, noun, RGI_NARROW_SPACE);
  rgi_text_puts(text, " not drawn");
}

rg_error *rgi_view_set_caption(struct rgi_sheet *sheet)
{
  rg_view *view = sheet->view;
  view->caption = "";
  if (sheet->options.no_caption)
    return NULL;
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  if (sheet->options.call) {
    rgi_text_puts(&text, sheet->options.call);
    rgi_text_puts(&text, DOT);
  }
  rgi_words_add_counted(&text, num_objects(view), "object", RGI_NARROW_SPACE);
  add_cut(&text, num_cut(view, false), "reference");
  add_cut(&text, num_cut(view, true), "referrer");
  return rgi_arena_add_text(&view->strings, &text, &view->caption);
}

rg_error *rgi_view_set_direction(struct rgi_sheet *sheet)
{
  sheet->view->direction = sheet->options.direction == RG_DIRECTION_AUTO ? RG_DIRECTION_LEFT_RIGHT : sheet->options.direction;
  return NULL;
}
