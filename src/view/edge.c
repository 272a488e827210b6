/* Arrows: which chains of selected edges a picture draws, and what stands at them. */
#include <stdlib.h>

#include "../analysis/hold.h"
#include "../base/alloc.h"
#include "../base/sort.h"
#include "view-internal.h"

// Steps that are looked at to see whether a passage is entered again: more than any real picture needs.
#define MAX_LOOKED_AT_AGAIN 65536

// The selected edges grouped by source, in the order of the graph.
struct rows {
  const rg_selected_edge **edges;
  size_t *begin; // by selected node, and one more
};

static void deinit_rows(struct rows *rows)
{
  rgi_free(rows->edges);
  rgi_free(rows->begin);
}

static int compare_edges(const void *a, const void *b)
{
  const rg_selected_edge *x = *(const rg_selected_edge *const *)a, *y = *(const rg_selected_edge *const *)b;
  if (x->source != y->source)
    return x->source < y->source ? -1 : 1;
  if (x->edge != y->edge)
    return x->edge < y->edge ? -1 : 1;
  return (x->target > y->target) - (x->target < y->target);
}

static rg_error *init_rows(struct rows *rows, const rg_selection *selection)
{
  rows->edges = rgi_alloc(selection->num_edges, sizeof(*rows->edges));
  rows->begin = rgi_alloc(selection->num_nodes + 1, sizeof(*rows->begin));
  if (!rows->edges || !rows->begin)
    return rgi_out_of_memory();
  for (size_t i = 0; i < selection->num_edges; i++) {
    rows->edges[i] = &selection->edges[i];
    rows->begin[selection->edges[i].source + 1]++;
  }
  for (size_t i = 0; i < selection->num_nodes; i++)
    rows->begin[i + 1] += rows->begin[i];
  rgi_sort(rows->edges, selection->num_edges, sizeof(*rows->edges), compare_edges);
  return NULL;
}

// What a chain says so far: the last edge that has a name names it.
struct chain {
  rg_edge edge;
  uint32_t count;
  uint32_t num_names;
  bool is_named;
  bool is_weak;
  bool is_shared;
  const rg_edge_annotation *annotations[2]; // of its edges: the first, and another one
};

struct step {
  uint32_t passage;
  size_t next;
  struct chain chain;
};

struct tracer {
  struct rgi_sheet *sheet;
  struct rows rows;
  uint32_t *entered; // by selected node: the last source from which this passage was entered, plus one
  size_t num_spare;  // steps that may still be looked at again
  struct step *steps;
  size_t num_steps;
  size_t steps_capacity;
};

static void deinit_tracer(struct tracer *tracer)
{
  deinit_rows(&tracer->rows);
  rgi_free(tracer->entered);
  rgi_free(tracer->steps);
}

static const rg_edge_annotation *find_annotation(const rg_view_options *options, rg_edge edge)
{
  size_t begin = 0, end = options->num_edge_annotations;
  while (begin < end) {
    size_t middle = begin + (end - begin) / 2;
    if (options->edge_annotations[middle].edge < edge)
      begin = middle + 1;
    else
      end = middle;
  }
  bool is_found = begin < options->num_edge_annotations && options->edge_annotations[begin].edge == edge;
  return is_found ? &options->edge_annotations[begin] : NULL;
}

static struct chain extend(const struct rgi_sheet *sheet, struct chain chain, const rg_selected_edge *next)
{
  const rg_graph *graph = sheet->graph;
  const rg_edge_annotation *annotation = find_annotation(&sheet->options, next->edge);
  rg_edge_kind kind = rg_graph_edge_kind(graph, next->edge);
  bool is_named = rgi_has_name(graph, next->edge);
  if (is_named || !chain.is_named) {
    chain.edge = next->edge;
    chain.is_named = is_named;
    chain.count = next->count;
    chain.num_names = next->num_names;
  }
  if (annotation)
    chain.annotations[chain.annotations[0] != NULL] = annotation;
  chain.is_weak |= kind == RG_EDGE_WEAK;
  chain.is_shared |= rg_graph_node_flags(graph, rg_graph_edge_target(graph, next->edge)) & RG_NODE_SHARED;
  return chain;
}

static void add_edge_name(struct rgi_text *text, const rg_graph *graph, rg_edge edge)
{
  if (rg_graph_edge_kind(graph, edge) == RG_EDGE_INDEX)
    rgi_text_printf(text, "%u", rg_graph_edge_index(graph, edge));
  else
    rgi_text_puts(text, rg_graph_edge_name(graph, edge));
}

void rgi_view_add_edge_text(struct rgi_text *text, rg_edge_kind kind, const char *name, const struct rgi_box *source,
                            size_t columns)
{
  switch (kind) {
  case RG_EDGE_ATTRIBUTE:
  case RG_EDGE_INTERNAL:
    if (*name && source->type.category != RG_CATEGORY_MODULE && source->type.category != RG_CATEGORY_EXTERNAL)
      rgi_text_puts(text, ".");
    break;
  case RG_EDGE_ITEM:
  case RG_EDGE_INDEX:
    rgi_text_puts(text, "[");
    rgi_words_add_value(text, name, columns - 2);
    rgi_text_puts(text, "]");
    return;
  case RG_EDGE_KEY:
    rgi_text_puts(text, source->is_mapping ? "key" : "");
    return;
  case RG_EDGE_TYPE:
    rgi_text_puts(text, "type");
    return;
  case RG_EDGE_CAPTURED:
  case RG_EDGE_LOCAL:
  case RG_EDGE_ARGUMENT:
  case RG_EDGE_WEAK:
    break;
  }
  rgi_words_add_value(text, name, columns - 1);
}

void rgi_view_add_edge_label(struct rgi_text *text, const rg_graph *graph, rg_edge edge)
{
  rg_node_info info = rg_graph_node(graph, rg_graph_edge_source(graph, edge));
  struct rgi_box source = {.info = info, .type = rg_graph_type(graph, info.type)};
  RGI_SCOPED_TEXT name = RGI_TEXT_INIT;
  add_edge_name(&name, graph, edge);
  text->is_failed |= name.is_failed;
  rgi_view_add_edge_text(text, rg_graph_edge_kind(graph, edge), rgi_text_string(&name), &source, RGI_EDGE_COLUMNS);
}

// Several equal edges as one: "[0…199]" where they are all there is, else how many they are.
static bool add_merged_text(struct rgi_text *text, const struct chain *chain, const rg_graph *graph,
                            const struct rgi_box *source)
{
  rg_edge_kind kind = rg_graph_edge_kind(graph, chain->edge);
  if (chain->count < 2 || (kind != RG_EDGE_INDEX && kind != RG_EDGE_ITEM))
    return false;
  bool is_all = kind == RG_EDGE_INDEX && source->node.count == 1 && source->info.length == chain->count;
  if (is_all)
    rgi_text_printf(text, "[0" RGI_ELLIPSIS "%u]", chain->count - 1);
  else
    rgi_words_add_counted(text, chain->count, "item", RGI_NARROW_SPACE);
  return true;
}

static void add_text(struct rgi_text *text, const struct chain *chain, const rg_graph *graph, const char *name,
                     const struct rgi_box *source)
{
  rg_edge_kind kind = rg_graph_edge_kind(graph, chain->edge);
  if (!add_merged_text(text, chain, graph, source)) {
    rgi_view_add_edge_text(text, kind, name, source, RGI_EDGE_COLUMNS);
    if (chain->num_names > 1)
      rgi_text_printf(text, " + %u", chain->num_names - 1);
  }
  if (chain->is_weak)
    rgi_text_puts(text, text->size ? " (weak)" : "weak");
  else if (chain->is_shared && (kind == RG_EDGE_CAPTURED || kind == RG_EDGE_LOCAL))
    rgi_text_puts(text, " (shared)");
}

static rg_error *annotate(struct tracer *tracer, const struct chain *chain, rg_view_edge *edge)
{
  RGI_SCOPED_TEXT note = RGI_TEXT_INIT;
  for (size_t i = 0; i < sizeof(chain->annotations) / sizeof(chain->annotations[0]); i++) {
    const rg_edge_annotation *annotation = chain->annotations[i];
    edge->is_suspect |= annotation && annotation->is_suspect;
    if (annotation && annotation->text)
      rgi_view_add_note(&note, annotation->text);
  }
  return rgi_arena_add_text(&tracer->sheet->view->strings, &note, &edge->note);
}

static rg_error *add_arrow(struct tracer *tracer, uint32_t source, uint32_t target, const struct chain *chain)
{
  const rg_graph *graph = tracer->sheet->graph;
  rg_view *view = tracer->sheet->view;
  struct rgi_arrow arrow = {.edge = {.source = source, .target = target, .count = chain->count, .is_drawn = true}};
  arrow.edge.kind = chain->is_weak ? RG_EDGE_WEAK : rg_graph_edge_kind(graph, chain->edge);
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  add_edge_name(&text, graph, chain->edge);
  RGI_TRY(rgi_arena_add_text(&view->strings, &text, &arrow.edge.name));
  add_text(&text, chain, graph, arrow.edge.name, &view->boxes[source]);
  RGI_TRY(rgi_arena_add_text(&view->strings, &text, &arrow.edge.text));
  RGI_TRY(annotate(tracer, chain, &arrow.edge));
  return rgi_view_add_arrow(view, &arrow);
}

// The box of a variable that has no value: its own, since each stands for another variable.
static rg_error *add_unset(struct tracer *tracer, uint32_t source, uint32_t passage, const struct chain *chain)
{
  struct rgi_box box = {.mark = RGI_MARK_UNSET};
  box.node.node = tracer->sheet->selection->nodes[passage].node;
  box.node.role = RG_ROLE_OTHER;
  box.node.style = RG_STYLE_VALUE;
  box.node.count = 1;
  uint32_t target;
  RGI_TRY(rgi_view_add_box(tracer->sheet->view, &box, &target));
  return add_arrow(tracer, source, target, chain);
}

// "… 12 more steps", "… 9 998 more .next", "… 40 more items".
static void add_gap_text(struct rgi_text *text, const rg_graph *graph, const rg_selected_edge *edge,
                         const struct rgi_box *source)
{
  rg_edge_kind kind = edge->edge == RG_EDGE_NONE ? RG_EDGE_INDEX : rg_graph_edge_kind(graph, edge->edge);
  const char *noun = edge->edge == RG_EDGE_NONE ? "step" : "item";
  rgi_text_puts(text, RGI_ELLIPSIS " ");
  rgi_words_add_count(text, edge->count, RGI_NARROW_SPACE);
  rgi_text_puts(text, " more ");
  if (kind == RG_EDGE_INDEX || kind == RG_EDGE_ITEM)
    rgi_text_printf(text, "%s%s", noun, edge->count == 1 ? "" : "s");
  else
    rgi_view_add_edge_text(text, kind, rg_graph_edge_name(graph, edge->edge), source, RGI_EDGE_COLUMNS);
}

// The arrow for a part of a path that was left out.
static rg_error *add_gap(struct tracer *tracer, uint32_t source, const rg_selected_edge *edge)
{
  const rg_graph *graph = tracer->sheet->graph;
  rg_view *view = tracer->sheet->view;
  struct rgi_arrow arrow = {.edge = {.source = source,
                                     .target = tracer->sheet->boxes[edge->target],
                                     .kind = RG_EDGE_ATTRIBUTE,
                                     .name = "",
                                     .count = 1,
                                     .is_drawn = true}};
  if (edge->edge != RG_EDGE_NONE)
    arrow.edge.kind = rg_graph_edge_kind(graph, edge->edge);
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  add_gap_text(&text, graph, edge, &view->boxes[source]);
  RGI_TRY(rgi_arena_add_text(&view->strings, &text, &arrow.edge.text));
  return rgi_view_add_arrow(view, &arrow);
}

static rg_error *push(struct tracer *tracer, uint32_t passage, struct chain chain)
{
  RGI_TRY(rgi_reserve(&tracer->steps, &tracer->steps_capacity, tracer->num_steps + 1));
  tracer->steps[tracer->num_steps++] = (struct step){passage, tracer->rows.begin[passage], chain};
  return NULL;
}

// A passage is never twice on a chain. Two variables may lead to one value through one passage, so it may be entered
// anew from the same source, but not without end.
static bool may_enter(struct tracer *tracer, uint32_t passage, uint32_t source)
{
  if (tracer->entered[passage] != source + 1)
    return true;
  if (tracer->num_steps > tracer->num_spare)
    return false;
  tracer->num_spare -= tracer->num_steps;
  for (size_t i = 0; i < tracer->num_steps; i++) {
    if (tracer->steps[i].passage == passage)
      return false;
  }
  return true;
}

static rg_error *follow(struct tracer *tracer, uint32_t source, const rg_selected_edge *edge, struct chain before)
{
  if (edge->is_gap)
    return add_gap(tracer, source, edge);
  const rg_graph *graph = tracer->sheet->graph;
  uint32_t passage = edge->target, box = tracer->sheet->boxes[passage];
  struct chain chain = extend(tracer->sheet, before, edge);
  if (box != RG_VIEW_NONE)
    return add_arrow(tracer, source, box, &chain);
  rg_node node = tracer->sheet->selection->nodes[passage].node;
  if (rg_graph_edges_begin(graph, node) == rg_graph_edges_end(graph, node))
    return add_unset(tracer, source, passage, &chain);
  if (!may_enter(tracer, passage, source))
    return NULL;
  tracer->entered[passage] = source + 1;
  return push(tracer, passage, chain);
}

// Depth first through passages with a stack of its own, so that arrows come in the order of the edges.
static rg_error *trace(struct tracer *tracer, uint32_t selected)
{
  uint32_t source = tracer->sheet->boxes[selected];
  struct chain nothing = {.edge = RG_EDGE_NONE};
  RGI_TRY(push(tracer, selected, nothing));
  while (tracer->num_steps) {
    struct step *step = &tracer->steps[tracer->num_steps - 1];
    if (step->next == tracer->rows.begin[step->passage + 1])
      tracer->num_steps--;
    else
      RGI_TRY(follow(tracer, source, tracer->rows.edges[step->next++], step->chain));
  }
  return NULL;
}

rg_error *rgi_view_add_arrows(struct rgi_sheet *sheet)
{
  const rg_selection *selection = sheet->selection;
  __attribute__((cleanup(deinit_tracer))) struct tracer tracer = {.sheet = sheet, .num_spare = MAX_LOOKED_AT_AGAIN};
  RGI_TRY(init_rows(&tracer.rows, selection));
  tracer.entered = rgi_alloc(selection->num_nodes, sizeof(*tracer.entered));
  if (!tracer.entered)
    return rgi_out_of_memory();
  for (uint32_t i = 0; i < selection->num_nodes; i++) {
    if (sheet->boxes[i] != RG_VIEW_NONE)
      RGI_TRY(trace(&tracer, i));
  }
  return NULL;
}
