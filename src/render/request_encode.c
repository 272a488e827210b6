/* The library's side of a request. */
#include "request.h"

#include "../base/alloc.h"

static bool is_box(const rg_view_node *node)
{
  return node->holder == RG_VIEW_NONE;
}

static void add_settings(struct rgi_text *message, const rg_view *view, const struct rgi_request_settings *settings)
{
  rgi_message_add_u32(message, settings->format);
  rgi_message_add_u32(message, settings->rung);
  rgi_message_add_u32(message, rg_view_direction(view));
  rgi_message_add_u32(message, settings->with_dot ? RGI_REQUEST_WITH_DOT : 0);
  rgi_message_add_u32(message, settings->deadline_ms);
  rgi_message_add_u64(message, settings->memory_limit);
  rgi_message_add_string(message, rg_view_caption(view));
}

static void add_node(struct rgi_text *message, uint32_t number, const rg_view_node *node)
{
  rgi_message_add_u32(message, number);
  rgi_message_add_u32(message, node->style);
  rgi_message_add_u32(message, node->role);
  rgi_message_add_u32(message, node->count);
  rgi_message_add_u32(message, node->num_rows);
  rgi_message_add_u32(message, node->is_highlighted ? RGI_REQUEST_HIGHLIGHTED : 0);
  rgi_message_add_string(message, node->text);
  rgi_message_add_string(message, node->label);
  rgi_message_add_string(message, node->tooltip);
  rgi_message_add_u32(message, (uint32_t)node->num_attributes);
  for (size_t i = 0; i < node->num_attributes; i++) {
    rgi_message_add_string(message, node->attributes[i].name);
    rgi_message_add_string(message, node->attributes[i].value);
  }
}

// Adds the boxes. `boxes_ret[i]` becomes the index of the box that view node i is or stands in.
static void add_nodes(struct rgi_text *message, const rg_view *view, uint32_t *boxes_ret)
{
  uint32_t num_nodes = (uint32_t)rg_view_num_nodes(view);
  uint32_t num_boxes = 0;
  for (uint32_t i = 0; i < num_nodes; i++) {
    if (is_box(rg_view_node_at(view, i)))
      boxes_ret[i] = num_boxes++;
  }
  rgi_message_add_u32(message, num_boxes);
  for (uint32_t i = 0; i < num_nodes; i++) {
    const rg_view_node *node = rg_view_node_at(view, i);
    if (is_box(node))
      add_node(message, i, node);
    else
      boxes_ret[i] = boxes_ret[node->holder];
  }
}

static void add_edges(struct rgi_text *message, const rg_view *view, const uint32_t *boxes)
{
  uint32_t num_drawn = 0;
  for (size_t i = 0; i < rg_view_num_edges(view); i++)
    num_drawn += rg_view_edge_at(view, i)->is_drawn;
  rgi_message_add_u32(message, num_drawn);
  for (size_t i = 0; i < rg_view_num_edges(view); i++) {
    const rg_view_edge *edge = rg_view_edge_at(view, i);
    if (!edge->is_drawn)
      continue;
    rgi_message_add_u32(message, boxes[edge->source]);
    rgi_message_add_u32(message, boxes[edge->target]);
    rgi_message_add_u32(message, edge->kind);
    rgi_message_add_u32(message, edge->is_suspect ? RGI_REQUEST_SUSPECT : 0);
    rgi_message_add_string(message, edge->text);
    rgi_message_add_string(message, edge->note);
  }
}

static rg_error *add_body(struct rgi_text *body, const rg_view *view, const struct rgi_request_settings *settings)
{
  RGI_SCOPED_FREE uint32_t *boxes = rgi_alloc(rg_view_num_nodes(view), sizeof(*boxes));
  if (!boxes)
    return rgi_out_of_memory();
  add_settings(body, view, settings);
  add_nodes(body, view, boxes);
  add_edges(body, view, boxes);
  return rgi_text_error(body);
}

rg_error *rgi_request_encode(const rg_view *view, const struct rgi_request_settings *settings,
                             struct rgi_text *message)
{
  RGI_SCOPED_TEXT body = RGI_TEXT_INIT;
  RGI_TRY(add_body(&body, view, settings));
  if (body.size > RGI_REQUEST_SIZE_MAX)
    return rg_error_create(RG_ERROR_LIMIT, "a picture of %zu boxes is too large to be drawn", rg_view_num_boxes(view));
  rgi_message_add_u32(message, RGI_REQUEST_MAGIC);
  rgi_message_add_u32(message, RGI_REQUEST_VERSION);
  rgi_message_add_u64(message, body.size);
  rgi_text_add(message, body.data, body.size);
  return rgi_text_error(message);
}
