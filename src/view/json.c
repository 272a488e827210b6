/* A view as JSON: one line a node, one line an edge. Cut marks are nodes with the ids -1, -2, … */
#include <inttypes.h>

#include "../base/alloc.h"
#include "view-internal.h"

static void add_field(struct rgi_text *text, const char *name, const char *value)
{
  rgi_text_printf(text, "\"%s\": ", name);
  rgi_text_add_json(text, value);
  rgi_text_puts(text, ", ");
}

// "allocated": "app/ui.py:12".
static void add_allocation(struct rgi_text *text, rg_allocation allocation)
{
  RGI_SCOPED_TEXT place = RGI_TEXT_INIT;
  rgi_text_printf(&place, "%s:%" PRIu32, allocation.file, allocation.line);
  rgi_text_puts(text, ", \"allocated\": ");
  rgi_text_add_json(text, rgi_text_string(&place));
  text->is_failed |= place.is_failed;
}

static void add_node(struct rgi_text *text, const rg_view_node *node)
{
  rgi_text_printf(text, "    {\"id\": %" PRId64 ", ", node->id);
  add_field(text, "type", node->type);
  add_field(text, "label", node->label);
  rgi_text_printf(text, "\"size\": %" PRIu64 ", ", node->size);
  add_field(text, "role", rg_role_word(node->role));
  rgi_text_printf(text, "\"count\": %" PRIu32, node->count);
  if (node->allocation.file)
    add_allocation(text, node->allocation);
  rgi_text_puts(text, "}");
}

static void add_edge(struct rgi_text *text, const rg_view *view, const rg_view_edge *edge)
{
  rgi_text_printf(text, "    {\"source\": %" PRId64 ", \"target\": %" PRId64 ", ", view->boxes[edge->source].node.id,
                  view->boxes[edge->target].node.id);
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
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  rgi_text_puts(&text, "{\n  \"caption\": ");
  rgi_text_add_json(&text, view->caption);
  rgi_text_puts(&text, ",\n  \"nodes\": [");
  for (size_t i = 0; i < view->num_boxes; i++) {
    begin_element(&text, i);
    add_node(&text, &view->boxes[i].node);
  }
  rgi_text_puts(&text, "\n  ],\n  \"edges\": [");
  for (size_t i = 0; i < view->num_arrows; i++) {
    begin_element(&text, i);
    add_edge(&text, view, &view->arrows[i].edge);
  }
  rgi_text_puts(&text, "\n  ]");
  rgi_view_write_sites_json(view, &text);
  rgi_text_puts(&text, "\n}\n");
  RGI_TRY(rgi_text_error(&text));
  return writer->write(writer->context, text.data, text.size);
}
