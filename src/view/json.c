/* A view as JSON: one line a node, one line an edge. Cut marks are nodes with the ids -1, -2, … */
#include <inttypes.h>

#include "../base/alloc.h"
#include "view-internal.h"

static void add_ids(const rg_view *view, int64_t *ids)
{
  int64_t mark = 0;
  for (size_t i = 0; i < view->num_boxes; i++) {
    const rg_view_node *node = &view->boxes[i].node;
    ids[i] = node->node == RG_NODE_NONE ? --mark : (int64_t)node->node;
  }
}

static void add_field(struct rgi_text *text, const char *name, const char *value)
{
  rgi_text_printf(text, "\"%s\": ", name);
  rgi_text_add_json(text, value);
  rgi_text_puts(text, ", ");
}

static void add_node(struct rgi_text *text, const rg_view_node *node, int64_t id)
{
  rgi_text_printf(text, "    {\"id\": %" PRId64 ", ", id);
  add_field(text, "type", node->type);
  add_field(text, "label", node->label);
  rgi_text_printf(text, "\"size\": %" PRIu64 ", ", node->size);
  add_field(text, "role", rg_role_word(node->role));
  rgi_text_printf(text, "\"count\": %" PRIu32 "}", node->count);
}

static void add_edge(struct rgi_text *text, const rg_view_edge *edge, const int64_t *ids)
{
  rgi_text_printf(text, "    {\"source\": %" PRId64 ", \"target\": %" PRId64 ", ", ids[edge->source],
                  ids[edge->target]);
  add_field(text, "kind", rg_edge_kind_word(edge->kind));
  add_field(text, "name", edge->name);
  rgi_text_printf(text, "\"count\": %" PRIu32 "}", edge->count);
}

// What separates the element at `i` of a list from the one before.
static void begin_element(struct rgi_text *text, size_t i)
{
  rgi_text_puts(text, i ? ",\n" : "\n");
}

rg_error *rg_view_write_json(const rg_view *view, const rg_writer *writer)
{
  RGI_SCOPED_FREE int64_t *ids = rgi_alloc(view->num_boxes, sizeof(*ids));
  if (!ids)
    return rgi_out_of_memory();
  add_ids(view, ids);
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  rgi_text_puts(&text, "{\n  \"caption\": ");
  rgi_text_add_json(&text, view->caption);
  rgi_text_puts(&text, ",\n  \"nodes\": [");
  for (size_t i = 0; i < view->num_boxes; i++) {
    begin_element(&text, i);
    add_node(&text, &view->boxes[i].node, ids[i]);
  }
  rgi_text_puts(&text, "\n  ],\n  \"edges\": [");
  for (size_t i = 0; i < view->num_arrows; i++) {
    begin_element(&text, i);
    add_edge(&text, &view->arrows[i].edge, ids);
  }
  rgi_text_puts(&text, "\n  ]");
  rgi_view_write_sites_json(view, &text);
  rgi_text_puts(&text, "\n}\n");
  RGI_TRY(rgi_text_error(&text));
  return writer->write(writer->context, text.data, text.size);
}
