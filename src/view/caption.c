/* The line at the foot: the call, what is shown, what was left out. */
#include <string.h>

#include "../base/alloc.h"
#include "../base/clean.h"
#include "view-internal.h"

#define DOT " \xc2\xb7 "

// A sentence of parts, separated by dots.
static void begin_part(struct rgi_text *text)
{
  if (text->size)
    rgi_text_puts(text, DOT);
}

static void add_part(struct rgi_text *text, uint64_t num, const char *noun, const char *rest)
{
  if (!num)
    return;
  begin_part(text);
  rgi_words_add_counted(text, num, noun, RGI_NARROW_SPACE);
  rgi_text_puts(text, rest);
}

static void add_objects(struct rgi_text *text, const rg_view *view)
{
  uint64_t num = 0;
  for (size_t i = 0; i < view->num_boxes; i++)
    num += view->boxes[i].mark == RGI_MARK_NONE;
  add_part(text, num, "object", "");
}

static void add_cut(struct rgi_text *text, const rg_view *view)
{
  uint64_t num_references = 0, num_referrers = 0;
  for (size_t i = 0; i < view->num_boxes; i++) {
    num_references += view->boxes[i].num_cut_targets;
    num_referrers += view->boxes[i].num_cut_referrers;
  }
  add_part(text, num_references, "reference", " not drawn");
  add_part(text, num_referrers, "referrer", " not drawn");
}

// Machinery belongs to whatever has code; where none is shown, nothing of it was left out.
static void add_hidden(struct rgi_text *text, const struct rgi_sheet *sheet)
{
  const rg_view *view = sheet->view;
  bool has_code = false;
  for (size_t i = 0; i < view->num_boxes; i++)
    has_code |= view->boxes[i].mark == RGI_MARK_NONE && view->boxes[i].type.category == RG_CATEGORY_CALLABLE;
  if (!has_code || sheet->selection->has_internals)
    return;
  begin_part(text);
  rgi_text_puts(text, "globals, code and types not drawn");
}

static uint64_t num_targets(const rg_view *view)
{
  uint64_t num = 0;
  for (size_t i = 0; i < view->num_boxes; i++)
    num += view->boxes[i].node.role == RG_ROLE_TARGET;
  return num;
}

// The holders through which paths lead to the targets. Arrows stand in the order of their sources.
static uint64_t num_last_holders(const rg_view *view)
{
  uint64_t num = 0;
  uint32_t last = RG_VIEW_NONE;
  for (size_t i = 0; i < view->num_arrows; i++) {
    const rg_view_edge *edge = &view->arrows[i].edge;
    rg_role source = view->boxes[edge->source].node.role;
    bool is_end = view->boxes[edge->target].node.role == RG_ROLE_TARGET;
    if (!is_end || edge->source == last || (source != RG_ROLE_PATH && source != RG_ROLE_ROOT))
      continue;
    last = edge->source;
    num++;
  }
  return num;
}

static void add_paths(struct rgi_text *text, const struct rgi_sheet *sheet)
{
  uint64_t num = num_targets(sheet->view), num_unreached = sheet->selection->num_unreached;
  uint64_t num_holders = num_last_holders(sheet->view);
  begin_part(text);
  if (num_unreached == num)
    rgi_text_puts(text, "no path from a root");
  else if (num == 1 && num_holders > 1)
    rgi_text_printf(text, "shortest paths from a root, through %u holders", (unsigned)num_holders);
  else
    rgi_text_puts(text, num == 1 ? "shortest path from a root" : "shortest paths from a root");
  if (num_unreached < num)
    add_part(text, num_unreached, "object", " without a path");
}

// "231 closures at 17 sites · 3 sites drawn · 40 closures with implicit captures only · 2 closures without a path from
// a root".
static void add_closures(struct rgi_text *text, const struct rgi_sheet *sheet)
{
  const rg_view *view = sheet->view;
  uint64_t num_sites = 0, num_closures = 0, num_left_out = 0;
  for (size_t i = 0; i < view->num_sites; i++) {
    bool is_left_out = view->sites[i].is_implicit && !sheet->selection->has_implicit;
    num_sites += !is_left_out;
    *(is_left_out ? &num_left_out : &num_closures) += view->sites[i].num_closures;
  }
  add_part(text, num_closures, "closure", "");
  if (num_closures) {
    rgi_text_puts(text, " at ");
    rgi_words_add_counted(text, num_sites, "site", RGI_NARROW_SPACE);
  }
  begin_part(text);
  if (num_sites && num_targets(view) == num_sites) {
    rgi_text_puts(text, "all drawn");
  } else {
    rgi_words_add_counted(text, num_targets(view), "site", RGI_NARROW_SPACE);
    rgi_text_puts(text, " drawn");
  }
  add_part(text, num_left_out, "closure", " with implicit captures only");
  add_part(text, sheet->selection->num_unreached, "closure", " without a path from a root");
}

static void add_question(struct rgi_text *text, const struct rgi_sheet *sheet)
{
  switch (sheet->view->question) {
  case RGI_QUESTION_REFERENCES:
    add_objects(text, sheet->view);
    add_cut(text, sheet->view);
    add_hidden(text, sheet);
    break;
  case RGI_QUESTION_REFERRERS:
    add_objects(text, sheet->view);
    add_cut(text, sheet->view);
    break;
  case RGI_QUESTION_PATHS:
    add_paths(text, sheet);
    break;
  case RGI_QUESTION_CLOSURES:
    add_closures(text, sheet);
    return;
  }
  add_part(text, sheet->selection->num_cut_asked, "target", " not drawn");
}

rg_error *rgi_view_set_caption(struct rgi_sheet *sheet)
{
  sheet->view->caption = "";
  if (sheet->options.no_caption)
    return NULL;
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  if (rg_graph_is_truncated(sheet->graph))
    rgi_text_puts(&text, "TRUNCATED dump: lower bounds");
  if (sheet->options.call) {
    begin_part(&text);
    rgi_text_add_clean(&text, sheet->options.call, strlen(sheet->options.call), RG_STRING_MAX);
  }
  add_question(&text, sheet);
  return rgi_arena_add_text(&sheet->view->strings, &text, &sheet->view->caption);
}
