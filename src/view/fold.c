/* Folding: small values become rows in the box of their holder, what a limit cut becomes a mark.
 *
 * A value that is held by several becomes a row in each of them; only if some arrow to it has to be drawn it keeps a
 * box of its own, too. */
#include "../base/alloc.h"
#include "view-internal.h"

// A value with more to it than this keeps something worth a box.
#define MAX_FOLDED_LENGTH 64
#define MAX_FOLDED_SIZE 128

static bool is_small(const struct rgi_box *box)
{
  if (box->info.length != RG_LENGTH_NONE)
    return box->info.length < MAX_FOLDED_LENGTH;
  return box->info.size < MAX_FOLDED_SIZE;
}

static bool can_be_row(const struct rgi_box *box, bool has_arrows)
{
  return box->mark == RGI_MARK_NONE && box->type.category == RG_CATEGORY_VALUE && box->node.role == RG_ROLE_OTHER &&
         box->node.count == 1 && !has_arrows && !box->is_annotated && is_small(box);
}

static bool can_have_rows(const struct rgi_box *box)
{
  if (box->mark != RGI_MARK_NONE || box->node.count > 1)
    return false;
  switch (box->type.category) {
  case RG_CATEGORY_INSTANCE:
  case RG_CATEGORY_CONTAINER:
  case RG_CATEGORY_TYPE:
  case RG_CATEGORY_MODULE:
    return true;
  case RG_CATEGORY_VALUE:
  case RG_CATEGORY_CALLABLE:
  case RG_CATEGORY_FRAME:
  case RG_CATEGORY_EXTERNAL:
    return false;
  }
  return false;
}

// Variables are what a picture is about: they keep their named arrows.
static bool can_fold(const struct rgi_arrow *arrow)
{
  switch (arrow->edge.kind) {
  case RG_EDGE_ATTRIBUTE:
  case RG_EDGE_ITEM:
  case RG_EDGE_INDEX:
  case RG_EDGE_KEY:
    return arrow->edge.count == 1;
  case RG_EDGE_CAPTURED:
  case RG_EDGE_LOCAL:
  case RG_EDGE_ARGUMENT:
  case RG_EDGE_INTERNAL:
  case RG_EDGE_WEAK:
  case RG_EDGE_TYPE:
    return false;
  }
  return false;
}

static void fold_arrow(rg_view *view, struct rgi_arrow *arrow)
{
  struct rgi_box *source = &view->boxes[arrow->edge.source], *target = &view->boxes[arrow->edge.target];
  arrow->edge.is_drawn = false;
  arrow->is_redundant = arrow->edge.kind == RG_EDGE_KEY && source->is_mapping;
  source->num_rows += !arrow->is_redundant;
  if (target->node.holder == RG_VIEW_NONE)
    target->node.holder = arrow->edge.source;
}

static rg_error *fold_values(rg_view *view)
{
  RGI_SCOPED_FREE bool *has_arrows = rgi_alloc(view->num_boxes, sizeof(*has_arrows));
  if (!has_arrows)
    return rgi_out_of_memory();
  for (size_t i = 0; i < view->num_arrows; i++)
    has_arrows[view->arrows[i].edge.source] = true;
  for (size_t i = 0; i < view->num_arrows; i++) {
    struct rgi_arrow *arrow = &view->arrows[i];
    uint32_t target = arrow->edge.target;
    if (can_fold(arrow) && can_have_rows(&view->boxes[arrow->edge.source]) &&
        can_be_row(&view->boxes[target], has_arrows[target]))
      fold_arrow(view, arrow);
  }
  for (size_t i = 0; i < view->num_arrows; i++) {
    if (view->arrows[i].edge.is_drawn)
      view->boxes[view->arrows[i].edge.target].node.holder = RG_VIEW_NONE;
  }
  return NULL;
}

static enum rgi_mark mark_of_targets(const struct rgi_box *box)
{
  bool has_items = box->type.category == RG_CATEGORY_CONTAINER && box->info.length != RG_LENGTH_NONE;
  return has_items ? RGI_MARK_ITEMS : RGI_MARK_REFERENCES;
}

// Adds a mark and its arrow; a mark of referrers stands before its box, the others behind. Where a box has rows, its
// last row says what was cut.
static rg_error *add_mark(rg_view *view, uint32_t box, enum rgi_mark mark, uint64_t num_cut)
{
  struct rgi_box added = {.mark = mark, .num_cut = num_cut};
  added.node = (rg_view_node){.node = RG_NODE_NONE, .role = RG_ROLE_CUT, .style = RG_STYLE_CUT, .count = 1};
  uint32_t i;
  RGI_TRY(rgi_view_add_box(view, &added, &i));
  bool is_before = mark == RGI_MARK_REFERRERS;
  bool is_row = !is_before && view->boxes[box].num_rows;
  if (is_row)
    view->boxes[i].node.holder = box;
  struct rgi_arrow arrow = {.edge = {.source = is_before ? i : box,
                                     .target = is_before ? box : i,
                                     .kind = mark == RGI_MARK_ITEMS ? RG_EDGE_ITEM : RG_EDGE_ATTRIBUTE,
                                     .name = "",
                                     .text = "",
                                     .count = 1,
                                     .is_drawn = !is_row}};
  return rgi_view_add_arrow(view, &arrow);
}

// Writes the arrows anew, source by source, each followed by the mark of what its source does not show.
static rg_error *add_target_marks(rg_view *view)
{
  RGI_SCOPED_FREE struct rgi_arrow *arrows = rgi_take(view->arrows);
  size_t num_arrows = view->num_arrows, num_boxes = view->num_boxes;
  view->num_arrows = view->arrows_capacity = 0;
  size_t next = 0;
  for (uint32_t i = 0; i < num_boxes; i++) {
    for (; next < num_arrows && arrows[next].edge.source == i; next++)
      RGI_TRY(rgi_view_add_arrow(view, &arrows[next]));
    if (view->boxes[i].num_cut_targets)
      RGI_TRY(add_mark(view, i, mark_of_targets(&view->boxes[i]), view->boxes[i].num_cut_targets));
  }
  return NULL;
}

rg_error *rgi_view_fold(struct rgi_sheet *sheet)
{
  rg_view *view = sheet->view;
  if (!sheet->options.keep_values)
    RGI_TRY(fold_values(view));
  RGI_TRY(add_target_marks(view));
  // Marks of referrers are sources themselves: behind all others, their arrows keep the order by source.
  size_t num_boxes = view->num_boxes;
  for (uint32_t i = 0; i < num_boxes; i++) {
    if (view->boxes[i].num_cut_referrers)
      RGI_TRY(add_mark(view, i, RGI_MARK_REFERRERS, view->boxes[i].num_cut_referrers));
  }
  return NULL;
}
