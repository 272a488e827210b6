#include <string.h>

#include "../base/options.h"
#include "../base/alloc.h"
#include "../base/clean.h"
#include "view-internal.h"

// A mapping shows early that it is one: keys and values alternate.
#define MAX_EDGES_LOOKED_AT 16

void rg_view_destroy(rg_view *view)
{
  if (!view)
    return;
  rgi_arena_deinit(&view->strings);
  rgi_free(view->boxes);
  rgi_free(view->arrows);
  rgi_free(view);
}

static void destroy_scoped(rg_view **view)
{
  rg_view_destroy(*view);
}

size_t rg_view_num_nodes(const rg_view *view)
{
  return view->num_boxes;
}

const rg_view_node *rg_view_node_at(const rg_view *view, size_t i)
{
  return &view->boxes[i].node;
}

size_t rg_view_num_edges(const rg_view *view)
{
  return view->num_arrows;
}

const rg_view_edge *rg_view_edge_at(const rg_view *view, size_t i)
{
  return &view->arrows[i].edge;
}

const char *rg_view_caption(const rg_view *view)
{
  return view->caption;
}

rg_direction rg_view_direction(const rg_view *view)
{
  return view->direction;
}

size_t rg_view_num_boxes(const rg_view *view)
{
  return view->num_drawn_boxes;
}

size_t rg_view_num_arrows(const rg_view *view)
{
  return view->num_drawn_arrows;
}

const char *rg_role_word(rg_role role)
{
  switch (role) {
  case RG_ROLE_TARGET:
    return "target";
  case RG_ROLE_ROOT:
    return "root";
  case RG_ROLE_PATH:
    return "path";
  case RG_ROLE_CUT:
    return "cut";
  case RG_ROLE_OTHER:
    return "other";
  }
  return "";
}

rg_error *rgi_view_add_box(rg_view *view, const struct rgi_box *box, uint32_t *ret)
{
  RGI_TRY(rgi_reserve(&view->boxes, &view->boxes_capacity, view->num_boxes + 1));
  struct rgi_box *added = &view->boxes[view->num_boxes];
  *added = *box;
  added->node.holder = RG_VIEW_NONE;
  added->node.id = box->node.node == RG_NODE_NONE ? --view->last_mark_id : (int64_t)box->node.node;
  added->node.text = added->node.label = added->node.tooltip = added->heading = "";
  added->node.type = box->type.name ? box->type.name : "";
  *ret = (uint32_t)view->num_boxes++;
  return NULL;
}

rg_error *rgi_view_add_arrow(rg_view *view, const struct rgi_arrow *arrow)
{
  RGI_TRY(rgi_reserve(&view->arrows, &view->arrows_capacity, view->num_arrows + 1));
  struct rgi_arrow *added = &view->arrows[view->num_arrows++];
  *added = *arrow;
  if (!added->edge.note)
    added->edge.note = "";
  return NULL;
}

static rg_style style_of(const struct rgi_box *box)
{
  rg_category category = box->type.category;
  if (box->node.role == RG_ROLE_ROOT && category != RG_CATEGORY_EXTERNAL)
    return RG_STYLE_ROOT;
  switch (category) {
  case RG_CATEGORY_INSTANCE:
  case RG_CATEGORY_TYPE:
    return RG_STYLE_INSTANCE;
  case RG_CATEGORY_CONTAINER:
    return RG_STYLE_CONTAINER;
  case RG_CATEGORY_VALUE:
    return RG_STYLE_VALUE;
  case RG_CATEGORY_CALLABLE:
  case RG_CATEGORY_FRAME:
    return RG_STYLE_CALLABLE;
  case RG_CATEGORY_MODULE:
    return RG_STYLE_MODULE;
  case RG_CATEGORY_EXTERNAL:
    return RG_STYLE_EXTERNAL;
  }
  return RG_STYLE_INSTANCE;
}

static bool is_mapping(const rg_graph *graph, rg_node node)
{
  rg_edge begin = rg_graph_edges_begin(graph, node), end = rg_graph_edges_end(graph, node);
  for (rg_edge edge = begin; edge < end && edge < begin + MAX_EDGES_LOOKED_AT; edge++) {
    if (rg_graph_edge_kind(graph, edge) == RG_EDGE_ITEM)
      return true;
  }
  return false;
}

static const rg_annotation *find_annotation(const rg_view_options *options, rg_node node)
{
  size_t begin = 0, end = options->num_annotations;
  while (begin < end) {
    size_t middle = begin + (end - begin) / 2;
    if (options->annotations[middle].node < node)
      begin = middle + 1;
    else
      end = middle;
  }
  bool is_found = begin < options->num_annotations && options->annotations[begin].node == node;
  return is_found ? &options->annotations[begin] : NULL;
}

static rg_error *add_clean(struct rgi_arena *strings, const char *string, const char **ret)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  rgi_text_add_clean(&text, string, strlen(string), RG_STRING_MAX);
  return rgi_arena_add_text(strings, &text, ret);
}

static rg_error *copy_attributes(struct rgi_arena *strings, const rg_annotation *annotation, rg_view_node *ret)
{
  void *memory;
  RGI_TRY(rgi_arena_alloc(strings, annotation->num_attributes * sizeof(rg_attribute), &memory));
  rg_attribute *attributes = memory;
  for (size_t i = 0; i < annotation->num_attributes; i++) {
    RGI_TRY(add_clean(strings, annotation->attributes[i].name, &attributes[i].name));
    RGI_TRY(add_clean(strings, annotation->attributes[i].value, &attributes[i].value));
  }
  ret->attributes = attributes;
  ret->num_attributes = annotation->num_attributes;
  return NULL;
}

static rg_error *annotate(struct rgi_sheet *sheet, struct rgi_box *box)
{
  const rg_annotation *annotation = find_annotation(&sheet->options, box->node.node);
  if (!annotation)
    return NULL;
  box->is_annotated = true;
  box->note = annotation->text;
  box->node.is_highlighted = annotation->is_highlighted;
  return copy_attributes(&sheet->view->strings, annotation, &box->node);
}

static rg_error *add_object(struct rgi_sheet *sheet, const rg_selected_node *selected, uint32_t *ret)
{
  const rg_graph *graph = sheet->graph;
  struct rgi_box box = {.info = rg_graph_node(graph, selected->node)};
  box.type = rg_graph_type(graph, box.info.type);
  box.node = (rg_view_node){.node = selected->node, .role = selected->role, .count = selected->count};
  box.node.size = selected->size;
  box.node.style = style_of(&box);
  box.node.allocation = selected->count == 1 ? rg_graph_allocation(graph, selected->node) : (rg_allocation){NULL, 0};
  box.is_mapping = is_mapping(graph, selected->node);
  box.num_cut_targets = selected->num_cut_targets;
  box.num_cut_referrers = selected->num_cut_referrers;
  RGI_TRY(rgi_arena_add_string(&sheet->view->strings, box.type.name, &box.type.name));
  RGI_TRY(rgi_arena_add_string(&sheet->view->strings, rg_graph_string(graph, box.info.label), &box.value));
  if (box.node.allocation.file)
    RGI_TRY(rgi_arena_add_string(&sheet->view->strings, box.node.allocation.file, &box.node.allocation.file));
  RGI_TRY(annotate(sheet, &box));
  return rgi_view_add_box(sheet->view, &box, ret);
}

// A passage is drawn as part of an arrow, unless it is what was asked for, or not all that leads to it in this picture
// leads through it.
static bool is_drawn(const rg_selected_node *selected, const rg_graph *graph, bool is_passed_only)
{
  if (!rgi_is_passage(graph, selected->node))
    return true;
  return selected->role == RG_ROLE_TARGET || selected->role == RG_ROLE_ROOT || !is_passed_only;
}

// For each selected node, whether edges lead to it and all of them through it.
static void find_passed(const rg_selection *selection, bool *is_passed, bool *is_end)
{
  for (size_t i = 0; i < selection->num_edges; i++) {
    const rg_selected_edge *edge = &selection->edges[i];
    if (edge->is_gap)
      continue;
    if (rg_graph_edge_passes(selection->graph, edge->edge))
      is_passed[edge->target] = true;
    else
      is_end[edge->target] = true;
  }
}

static rg_error *add_boxes(struct rgi_sheet *sheet)
{
  const rg_selection *selection = sheet->selection;
  RGI_SCOPED_FREE bool *is_passed = rgi_alloc(selection->num_nodes, sizeof(*is_passed));
  RGI_SCOPED_FREE bool *is_end = rgi_alloc(selection->num_nodes, sizeof(*is_end));
  if (!is_passed || !is_end)
    return rgi_out_of_memory();
  find_passed(selection, is_passed, is_end);
  for (size_t i = 0; i < selection->num_nodes; i++) {
    sheet->boxes[i] = RG_VIEW_NONE;
    if (is_drawn(&selection->nodes[i], sheet->graph, is_passed[i] && !is_end[i]))
      RGI_TRY(add_object(sheet, &selection->nodes[i], &sheet->boxes[i]));
  }
  return NULL;
}

static void count_drawn(rg_view *view)
{
  for (size_t i = 0; i < view->num_boxes; i++)
    view->num_drawn_boxes += view->boxes[i].node.holder == RG_VIEW_NONE;
  for (size_t i = 0; i < view->num_arrows; i++)
    view->num_drawn_arrows += view->arrows[i].edge.is_drawn;
}

static rg_error *fill(struct rgi_sheet *sheet)
{
  RGI_TRY(add_boxes(sheet));
  RGI_TRY(rgi_view_add_arrows(sheet));
  RGI_TRY(rgi_view_fold(sheet));
  RGI_TRY(rgi_view_add_labels(sheet));
  RGI_TRY(rgi_view_add_sites(sheet));
  RGI_TRY(rgi_view_set_caption(sheet));
  RGI_TRY(rgi_view_set_direction(sheet));
  count_drawn(sheet->view);
  return NULL;
}

rg_error *rg_view_create(const rg_selection *selection, const rg_view_options *options, rg_view **ret)
{
  struct rgi_sheet sheet = {.selection = selection, .graph = selection->graph, .options = RG_VIEW_OPTIONS_INIT};
  rgi_options_read(&sheet.options, options);
  RGI_SCOPED_FREE uint32_t *boxes = rgi_alloc(selection->num_nodes, sizeof(*boxes));
  __attribute__((cleanup(destroy_scoped))) rg_view *view = rgi_alloc(1, sizeof(*view));
  if (!boxes || !view)
    return rgi_out_of_memory();
  view->question = selection->question;
  sheet.view = view;
  sheet.boxes = boxes;
  RGI_TRY(fill(&sheet));
  *ret = rgi_take(view);
  return NULL;
}
