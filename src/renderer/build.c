#include "build.h"

#include <stdio.h>
#include <string.h>

#include "../base/alloc.h"
#include "attribute.h"
#include "escape.h"
#include "style.h"

// cgraph takes names and values as char * that it does not change.
#define MUTABLE(string) ((char *)(uintptr_t)(string))

#define INDENT "  "

struct build {
  const struct rgi_request *request;
  Agraph_t *graph;
  Agnode_t **nodes;     // by index of box
  struct rgi_text text; // the value that is being made
};

/* --- attributes ------------------------------------------------------------------------------------------------- */

// Sets an attribute by name. Where no default was declared it is "", which every attribute reads as "not set".
static void set(void *object, const char *name, const char *value)
{
  agsafeset(object, MUTABLE(name), MUTABLE(value), MUTABLE(""));
}

static void set_look(void *object, const struct rgi_look *look)
{
  for (; look->name; look++)
    set(object, look->name, look->value);
}

static void declare(Agraph_t *graph, int kind, const struct rgi_look *look)
{
  for (; look->name; look++)
    agattr(graph, kind, MUTABLE(look->name), MUTABLE(look->value));
}

static void set_text(struct build *build, void *object, const char *name)
{
  set(object, name, rgi_text_string(&build->text));
}

/* --- graph ------------------------------------------------------------------------------------------------------ */

// One line at the foot; top to bottom it gets a line of air above.
static void add_caption(struct build *build)
{
  const struct rgi_request_settings *settings = &build->request->settings;
  if (!*settings->caption)
    return;
  rgi_text_clear(&build->text);
  if (settings->direction == RG_DIRECTION_TOP_BOTTOM)
    rgi_escape(&build->text, "\n", RGI_LINES_LEFT);
  rgi_escape(&build->text, settings->caption, RGI_LINES_LEFT);
  agattr(build->graph, AGRAPH, MUTABLE("label"), MUTABLE(rgi_text_string(&build->text)));
}

static void add_defaults(struct build *build)
{
  const struct rgi_request_settings *settings = &build->request->settings;
  declare(build->graph, AGRAPH, rgi_look_graph());
  declare(build->graph, AGRAPH, rgi_look_direction(settings->direction));
  declare(build->graph, AGRAPH, rgi_look_rung(settings->rung));
  declare(build->graph, AGNODE, rgi_look_node());
  declare(build->graph, AGEDGE, rgi_look_edge());
  add_caption(build);
}

/* --- boxes ------------------------------------------------------------------------------------------------------ */

static const rg_attribute *attributes_of(const struct build *build, const struct rgi_request_node *node)
{
  return build->request->attributes + node->attributes_i;
}

static void set_looks(const struct rgi_request_node *node, Agnode_t *box)
{
  set_look(box, rgi_look_style(node->style));
  if (node->is_highlighted)
    set_look(box, rgi_look_highlighted());
  if (node->role == RG_ROLE_TARGET)
    set_look(box, rgi_look_target(node->count > 1));
  if (node->count > 1)
    set_look(box, rgi_look_many());
}

static void set_class(const struct build *build, const struct rgi_request_node *node, Agnode_t *box)
{
  const rg_attribute *attributes = attributes_of(build, node);
  bool has_colours = false, is_hollow = false;
  for (size_t i = 0; i < node->num_attributes; i++) {
    has_colours |= rgi_attribute_is_colour(&attributes[i]);
    is_hollow |= rgi_attribute_is_hollow(&attributes[i]);
  }
  const char *name = node->is_highlighted ? "highlighted" : rgi_style_class(node->style);
  set(box, "class", has_colours && !is_hollow ? "own" : name);
}

// A copy of `text` whose last `num_rows` lines are indented.
static void add_indented(struct rgi_text *out, const char *text, uint32_t num_rows)
{
  uint32_t num_lines = 0;
  for (const char *c = text; *c; c++)
    num_lines += *c == '\n' || !c[1];
  for (; *text; num_lines--) {
    size_t size = strcspn(text, "\n");
    size += text[size] == '\n';
    rgi_text_puts(out, num_lines <= num_rows ? INDENT : "");
    rgi_text_add(out, text, size);
    text += size;
  }
}

// A box with rows reads as a record: all of its lines stand left, the rows below their heading.
static void set_label(struct build *build, const struct rgi_request_node *node, Agnode_t *box)
{
  RGI_SCOPED_TEXT lines = RGI_TEXT_INIT;
  add_indented(&lines, node->text, node->num_rows);
  rgi_text_clear(&build->text);
  rgi_escape(&build->text, rgi_text_string(&lines), node->num_rows ? RGI_LINES_LEFT : RGI_LINES_CENTRED);
  build->text.is_failed |= lines.is_failed;
  set_text(build, box, "label");
}

static void set_tooltip(struct build *build, const struct rgi_request_node *node, Agnode_t *box)
{
  if (!*node->tooltip)
    return;
  rgi_text_clear(&build->text);
  rgi_escape(&build->text, node->tooltip, RGI_LINES_TOOLTIP);
  set_text(build, box, "tooltip");
}

static void set_attributes(struct build *build, const struct rgi_request_node *node, Agnode_t *box)
{
  const rg_attribute *attributes = attributes_of(build, node);
  for (size_t i = 0; i < node->num_attributes; i++) {
    if (!rgi_attribute_is_allowed(&attributes[i]))
      continue;
    rgi_text_clear(&build->text);
    rgi_attribute_add_value(&attributes[i], &build->text);
    set_text(build, box, attributes[i].name);
  }
}

static rg_error *add_box(struct build *build, uint32_t i)
{
  const struct rgi_request_node *node = &build->request->nodes[i];
  char name[16];
  snprintf(name, sizeof(name), "n%u", node->number);
  Agnode_t *box = agnode(build->graph, name, 1);
  if (!box)
    return rgi_out_of_memory();
  build->nodes[i] = box;
  set_looks(node, box);
  set_class(build, node, box);
  set_label(build, node, box);
  set_tooltip(build, node, box);
  set_attributes(build, node, box);
  return NULL;
}

/* --- arrows ----------------------------------------------------------------------------------------------------- */

static bool is_cut(const struct build *build, const struct rgi_request_edge *edge)
{
  const struct rgi_request_node *nodes = build->request->nodes;
  return nodes[edge->source].style == RG_STYLE_CUT || nodes[edge->target].style == RG_STYLE_CUT;
}

// The name stands at the arrow, on the cheaper rungs beside it, where it costs the layout nothing. Where arrows cross
// the whole page it stands at the box to which it leads.
static const char *name_attribute(enum rgi_rung rung)
{
  switch (rung) {
  case RGI_RUNG_FULL:
    return "label";
  case RGI_RUNG_BESIDE:
  case RGI_RUNG_TUNED:
    return "xlabel";
  case RGI_RUNG_LEVELS:
    return "headlabel";
  }
  return "label";
}

static void set_name(struct build *build, const struct rgi_request_edge *edge, Agedge_t *arrow)
{
  const struct rgi_request_settings *settings = &build->request->settings;
  RGI_SCOPED_TEXT lines = RGI_TEXT_INIT;
  rgi_text_printf(&lines, "%s%s%s", edge->text, *edge->text && *edge->note ? "\n" : "", edge->note);
  build->text.is_failed |= lines.is_failed;
  if (!lines.size)
    return;
  rgi_text_clear(&build->text);
  // Top to bottom the first letter would lie on the line.
  if (settings->direction == RG_DIRECTION_TOP_BOTTOM)
    rgi_text_puts(&build->text, "&#160;");
  rgi_escape(&build->text, lines.data, RGI_LINES_CENTRED);
  set_text(build, arrow, name_attribute(settings->rung));
}

static rg_error *add_arrow(struct build *build, const struct rgi_request_edge *edge)
{
  Agedge_t *arrow = agedge(build->graph, build->nodes[edge->source], build->nodes[edge->target], NULL, 1);
  if (!arrow)
    return rgi_out_of_memory();
  if (is_cut(build, edge))
    set_look(arrow, rgi_look_cut_edge());
  else if (edge->kind == RG_EDGE_WEAK)
    set_look(arrow, rgi_look_weak());
  if (edge->is_suspect)
    set_look(arrow, rgi_look_suspect());
  set_name(build, edge, arrow);
  return NULL;
}

static rg_error *add_all(struct build *build)
{
  add_defaults(build);
  for (uint32_t i = 0; i < build->request->num_nodes; i++)
    RGI_TRY(add_box(build, i));
  for (uint32_t i = 0; i < build->request->num_edges; i++)
    RGI_TRY(add_arrow(build, &build->request->edges[i]));
  return rgi_text_error(&build->text);
}

rg_error *rgi_graph_build(const struct rgi_request *request, Agraph_t **ret)
{
  RGI_SCOPED_FREE Agnode_t **nodes = rgi_alloc(request->num_nodes, sizeof(Agnode_t *));
  Agraph_t *graph = agopen(MUTABLE("refgraph"), Agdirected, rgi_graph_discipline());
  if (!nodes || !graph)
    return rgi_out_of_memory();
  struct build build = {request, graph, nodes, RGI_TEXT_INIT};
  rg_error *error = add_all(&build);
  rgi_text_deinit(&build.text);
  if (!error)
    *ret = graph;
  return error;
}
