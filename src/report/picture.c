/* A picture of a leak: the path from a root to it, what it captures, and what most of that consists of.
 *
 *   root --> … --> holder ==suspect==> … --> leak --> value --> what keeps most of it
 *
 * The path is that of rg_select_why, which takes the same shortest one. What needs the sizes of the whole heap is
 * chosen while the report is made, and only looked up afterwards. */
#include "report-internal.h"

#include <stdlib.h>
#include <string.h>

#include "../base/clean.h"
#include "../base/sort.h"
#include "../select/selection.h"
#include "../view/words.h"

#define MACHINERY (RG_EDGE_KIND_BIT(RG_EDGE_INTERNAL) | RG_EDGE_KIND_BIT(RG_EDGE_TYPE))

enum { MAX_NODES = 40, MAX_NODES_OF_PATH = 28, MAX_VALUES = 4, MAX_DEPTH = 3, MAX_CUTS = 4, COLUMNS = 30 };

struct rgi_kept {
  rg_node holder, node;
  uint64_t retained;
};

struct rgi_picture {
  rg_node node;
  rg_edge suspect; /* RG_EDGE_NONE: there is none */
  rg_edge cuts[MAX_CUTS];
  size_t num_cuts;
  struct rgi_kept kept[MAX_VALUES * (MAX_DEPTH + 1)];
  size_t num_kept;
};

/* --- what is kept ------------------------------------------------------------------------------------------------- */

// A picture while it is chosen.
struct chooser {
  const struct rgi_analysis *analysis;
  struct rgi_walk walk;
  const struct rgi_leak *leak;
  struct rgi_picture *picture;
};

static void deinit_chooser(struct chooser *chooser)
{
  rgi_walk_deinit(&chooser->walk);
}

static uint64_t retained_by(const struct chooser *chooser, rg_node node)
{
  return rg_dominators_retained(chooser->analysis->dominators, node);
}

static bool is_kept(const struct rgi_picture *picture, rg_node node)
{
  for (size_t i = 0; i < picture->num_kept; i++) {
    if (picture->kept[i].node == node)
      return true;
  }
  return false;
}

// The largest few, each once, in descending order; what holds the leak is drawn anyway.
static rg_error *note_value(void *context, const struct rgi_captured *captured)
{
  struct chooser *chooser = context;
  struct rgi_picture *picture = chooser->picture;
  uint64_t retained = retained_by(chooser, captured->value);
  rg_node holder = rg_graph_edge_source(chooser->analysis->graph, captured->edge);
  if (rgi_leak_is_on_path(chooser->leak, captured->value) || is_kept(picture, captured->value))
    return NULL;
  size_t place = picture->num_kept;
  while (place && picture->kept[place - 1].retained < retained)
    place--;
  if (place == MAX_VALUES)
    return NULL;
  picture->num_kept += picture->num_kept < MAX_VALUES;
  memmove(&picture->kept[place + 1], &picture->kept[place],
          (picture->num_kept - place - 1) * sizeof(picture->kept[0]));
  picture->kept[place] = (struct rgi_kept){holder, captured->value, retained};
  return NULL;
}

// What a node refers to that keeps at least half of what the node does; RG_NODE_NONE: nothing alone.
static rg_error *find_largest(struct chooser *chooser, rg_node node, rg_node *ret)
{
  uint64_t least = retained_by(chooser, node) / 2;
  *ret = RG_NODE_NONE;
  RGI_TRY(rgi_walk_start(&chooser->walk, node));
  for (;;) {
    rg_node end;
    RGI_TRY(rgi_walk_next(&chooser->walk, &end));
    if (end == RG_NODE_NONE)
      return NULL;
    if (retained_by(chooser, end) > least && end != node && !rgi_leak_is_on_path(chooser->leak, end)) {
      least = retained_by(chooser, end);
      *ret = end;
    }
  }
}

// What keeps most of a node, as far as a single thing does.
static rg_error *add_largest(struct chooser *chooser, rg_node node)
{
  for (int i = 0; i < MAX_DEPTH; i++) {
    rg_node next;
    RGI_TRY(find_largest(chooser, node, &next));
    if (next == RG_NODE_NONE || is_kept(chooser->picture, next))
      return NULL;
    chooser->picture->kept[chooser->picture->num_kept++] = (struct rgi_kept){node, next, retained_by(chooser, next)};
    node = next;
  }
  return NULL;
}

static rg_error *choose_kept(struct chooser *chooser)
{
  const struct rgi_leak *leak = chooser->leak;
  // The arguments and results of a cache are many, and small.
  if (leak->group->suspect == RGI_SUSPECT_CACHE)
    return add_largest(chooser, leak->shown);
  RGI_TRY(rgi_captured_visit(chooser->analysis->graph, leak->group->suspect, leak->shown, note_value, chooser));
  size_t num_values = chooser->picture->num_kept;
  for (size_t i = 0; i < num_values; i++)
    RGI_TRY(add_largest(chooser, chooser->picture->kept[i].node));
  return NULL;
}

/* --- what is cut -------------------------------------------------------------------------------------------------- */

static void choose_cuts(struct chooser *chooser)
{
  struct rgi_picture *picture = chooser->picture;
  rg_edge_list cut = rgi_leak_best_cut(chooser->leak);
  for (size_t i = 0; i < cut.num_edges && picture->num_cuts < MAX_CUTS; i++) {
    rg_node target = rg_graph_edge_target(chooser->analysis->graph, cut.edges[i]);
    if (rgi_leak_is_on_path(chooser->leak, target) || is_kept(picture, target))
      picture->cuts[picture->num_cuts++] = cut.edges[i];
  }
}

static void choose_suspect(const struct rgi_leak *leak, struct rgi_picture *picture)
{
  picture->suspect = RG_EDGE_NONE;
  for (size_t i = 0; i < leak->leak.num_steps; i++) {
    if (leak->steps[i].is_suspect)
      picture->suspect = leak->edges[i];
  }
  // Of a cycle no reference is more to blame than another: the one to cut.
  if (leak->is_garbage && picture->num_cuts)
    picture->suspect = picture->cuts[0];
}

rg_error *rgi_leaks_add_pictures(rg_report *report, const struct rgi_analysis *analysis, const struct rgi_leak *leaks,
                                 size_t num)
{
  struct rgi_picture *pictures;
  __attribute__((cleanup(deinit_chooser))) struct chooser chooser = {.analysis = analysis};
  RGI_TRY(rgi_walk_init(&chooser.walk, analysis->graph, false, RG_EDGE_KINDS_STRONG & ~MACHINERY));
  RGI_TRY(rgi_arena_alloc(&report->arena, num * sizeof(*pictures), (void **)&pictures));
  for (size_t i = 0; i < num; i++) {
    chooser.leak = &leaks[i];
    chooser.picture = &pictures[i];
    pictures[i].node = leaks[i].shown;
    RGI_TRY(choose_kept(&chooser));
    choose_cuts(&chooser);
    choose_suspect(&leaks[i], &pictures[i]);
  }
  report->pictures = pictures;
  report->num_nodes = rg_graph_num_nodes(analysis->graph);
  return NULL;
}

/* --- what is drawn ------------------------------------------------------------------------------------------------ */

// Selects the reference from one object to another, where it leads through passages.
static rg_error *add_reference(struct rgi_draft *draft, struct rgi_walk *walk, rg_node source, rg_node target)
{
  RGI_TRY(rgi_walk_start(walk, source));
  for (;;) {
    rg_node end;
    RGI_TRY(rgi_walk_next(walk, &end));
    if (end == RG_NODE_NONE)
      return NULL;
    if (end == target && rgi_draft_has_room(draft, end))
      return rgi_draft_add_chain(draft, walk, RG_ROLE_OTHER);
  }
}

static rg_error *add_kept_references(struct rgi_draft *draft, const struct rgi_picture *picture)
{
  RGI_SCOPED_WALK walk = {0};
  RGI_TRY(rgi_walk_init(&walk, draft->selection->graph, false, RG_EDGE_KINDS_STRONG));
  for (size_t i = 0; i < picture->num_kept; i++) {
    rg_node holder = picture->kept[i].holder;
    if (rgi_is_passage(walk.graph, holder))
      holder = picture->node;
    if (!rgi_draft_has(draft, holder))
      RGI_TRY(add_reference(draft, &walk, picture->node, holder));
    if (rgi_draft_has(draft, holder))
      RGI_TRY(add_reference(draft, &walk, holder, picture->kept[i].node));
  }
  return NULL;
}

// Garbage is on no path: around its cycle.
static rg_error *add_cycle(struct rgi_draft *draft, const rg_leak *leak)
{
  RGI_SCOPED_WALK walk = {0};
  RGI_TRY(rgi_walk_init(&walk, draft->selection->graph, false, RG_EDGE_KINDS_STRONG));
  for (size_t i = 1; i < leak->num_steps; i++) {
    if (rgi_draft_has(draft, leak->steps[i - 1].node))
      RGI_TRY(add_reference(draft, &walk, leak->steps[i - 1].node, leak->steps[i].node));
  }
  return NULL;
}

// The layout begins at the node that comes first: from the target first to the root first.
static void put_root_first(rg_selection *selection)
{
  uint32_t num = 0;
  while (num < selection->num_nodes && selection->nodes[num].role != RG_ROLE_ROOT)
    num++;
  if (num == selection->num_nodes)
    return;
  for (uint32_t i = 0; i < num - i; i++) {
    rg_selected_node node = selection->nodes[i];
    selection->nodes[i] = selection->nodes[num - i];
    selection->nodes[num - i] = node;
  }
  for (size_t i = 0; i < selection->num_edges; i++) {
    rg_selected_edge *edge = &selection->edges[i];
    edge->source = edge->source <= num ? num - edge->source : edge->source;
    edge->target = edge->target <= num ? num - edge->target : edge->target;
  }
}

static rg_error *select_leak(const rg_leak *leak, const struct rgi_picture *picture, const rg_graph *graph,
                             rg_selection **ret)
{
  rg_selection *path;
  RGI_SCOPED_DRAFT draft = {0};
  rg_why_options options = RG_WHY_OPTIONS_INIT;
  options.max_nodes = MAX_NODES_OF_PATH;
  options.max_edges = 2 * MAX_NODES_OF_PATH;
  RGI_TRY(rg_select_why(graph, &picture->node, 1, &options, &path));
  put_root_first(path);
  RGI_TRY(rgi_draft_resume(&draft, path, MAX_NODES, 2 * MAX_NODES));
  if (rg_selection_num_unreached(path))
    RGI_TRY(add_cycle(&draft, leak));
  RGI_TRY(add_kept_references(&draft, picture));
  *ret = rgi_draft_finish(&draft);
  return NULL;
}

/* --- what is said ------------------------------------------------------------------------------------------------- */

// Lines of a few words.
static void add_wrapped(struct rgi_text *text, const char *words)
{
  size_t column = 0;
  while (*words) {
    size_t size = strcspn(words, " ");
    RGI_SCOPED_TEXT word = RGI_TEXT_INIT;
    rgi_text_add(&word, words, size);
    size_t length = rgi_utf8_length(rgi_text_string(&word));
    bool has_room = column + 1 + length <= COLUMNS;
    rgi_text_puts(text, !column ? "" : has_room ? " " : "\n");
    rgi_text_puts(text, rgi_text_string(&word));
    text->is_failed |= word.is_failed;
    column = has_room && column ? column + 1 + length : length;
    words += size + strspn(words + size, " ");
  }
  rgi_text_puts(text, "\n");
}

struct notes {
  struct rgi_arena arena;
  rg_annotation *nodes;
  size_t num_nodes, nodes_capacity;
  rg_edge_annotation edges[MAX_CUTS + 1];
  size_t num_edges;
};

static void deinit_notes(struct notes *notes)
{
  rgi_arena_deinit(&notes->arena);
  rgi_free(notes->nodes);
}

static rg_error *add_note(struct notes *notes, rg_node node, struct rgi_text *text)
{
  for (size_t i = 0; i < notes->num_nodes; i++) {
    if (notes->nodes[i].node == node)
      return NULL;
  }
  RGI_TRY(rgi_reserve(&notes->nodes, &notes->nodes_capacity, notes->num_nodes + 1));
  rg_annotation *note = &notes->nodes[notes->num_nodes];
  *note = (rg_annotation){.node = node};
  RGI_TRY(rgi_arena_add_text(&notes->arena, text, &note->text));
  notes->num_nodes++;
  return NULL;
}

// "6 copies keep 302 kB".
static void add_copies(struct rgi_text *text, const rg_leak *leak)
{
  rgi_words_add_count(text, leak->num_copies, RGI_NARROW_SPACE);
  rgi_text_puts(text, leak->num_copies == 1 ? " copy keeps " : " copies keep ");
  rgi_words_add_size(text, leak->retained);
}

static rg_error *note_verdict(struct notes *notes, const rg_leak *leak, const rg_leak_step *step)
{
  RGI_SCOPED_TEXT words = RGI_TEXT_INIT, lines = RGI_TEXT_INIT;
  rgi_text_printf(&words, "%s%s%s", rg_verdict_word(step->verdict), *step->reason ? ": " : "", step->reason);
  add_wrapped(&lines, rgi_text_string(&words));
  lines.is_failed |= words.is_failed;
  if (step->node == leak->node)
    add_copies(&lines, leak);
  return add_note(notes, step->node, &lines);
}

// A box that has a size says it anyway.
static rg_error *note_size(struct notes *notes, const rg_graph *graph, const struct rgi_kept *kept)
{
  enum { LEAST = 1000 };
  if (kept->retained < LEAST || kept->retained == rg_graph_node_size(graph, kept->node))
    return NULL;
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  rgi_text_puts(&text, "keeps ");
  rgi_words_add_size(&text, kept->retained);
  return add_note(notes, kept->node, &text);
}

// The reference that should not be is the one that the end of the closure's life undoes; else the best mend.
static const rg_mend *mend_of_reference(const rg_leak *leak)
{
  for (size_t i = 0; i < leak->num_mends; i++) {
    if (leak->mends[i].kind == RG_MEND_LIFETIME)
      return &leak->mends[i];
  }
  return &leak->mends[0];
}

static rg_error *note_suspect(struct notes *notes, const rg_leak *leak, rg_edge suspect)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  if (leak->num_mends)
    add_wrapped(&text, mend_of_reference(leak)->text);
  else
    rgi_text_puts(&text, "this should not be");
  rg_edge_annotation *note = &notes->edges[notes->num_edges++];
  *note = (rg_edge_annotation){.edge = suspect, .is_suspect = true};
  return rgi_arena_add_text(&notes->arena, &text, &note->text);
}

static void add_freed(struct rgi_text *text, const rg_mend *mend)
{
  bool is_at_once = mend->freed.at_once.size;
  rgi_text_puts(text, "cut here: frees ");
  rgi_words_add_size(text, is_at_once ? mend->freed.at_once.size : mend->freed.by_collection.size);
  rgi_text_puts(text, is_at_once ? "" : " at the next collection");
}

// The suspect may be what is cut.
static rg_error *note_cut(struct notes *notes, const rg_leak *leak, rg_edge edge)
{
  RGI_SCOPED_TEXT words = RGI_TEXT_INIT, lines = RGI_TEXT_INIT;
  rg_edge_annotation *note = &notes->edges[notes->num_edges];
  bool is_suspect = notes->num_edges && notes->edges[0].edge == edge;
  if (is_suspect)
    note = &notes->edges[0];
  else
    *note = (rg_edge_annotation){.edge = edge};
  add_freed(&words, &leak->mends[0]);
  rgi_text_puts(&lines, is_suspect ? note->text : "");
  add_wrapped(&lines, rgi_text_string(&words));
  lines.is_failed |= words.is_failed;
  notes->num_edges += !is_suspect;
  return rgi_arena_add_text(&notes->arena, &lines, &note->text);
}

static int compare_edges(const void *a, const void *b)
{
  const rg_edge_annotation *x = a, *y = b;
  return (x->edge > y->edge) - (x->edge < y->edge);
}

static int compare_notes(const void *a, const void *b)
{
  const rg_annotation *x = a, *y = b;
  return (x->node > y->node) - (x->node < y->node);
}

static rg_error *take_notes(struct notes *notes, const rg_leak *leak, const struct rgi_picture *picture,
                            const rg_graph *graph)
{
  for (size_t i = 0; i < leak->num_steps; i++)
    RGI_TRY(note_verdict(notes, leak, &leak->steps[i]));
  for (size_t i = 0; i < picture->num_kept; i++)
    RGI_TRY(note_size(notes, graph, &picture->kept[i]));
  if (picture->suspect != RG_EDGE_NONE)
    RGI_TRY(note_suspect(notes, leak, picture->suspect));
  for (size_t i = 0; i < picture->num_cuts; i++)
    RGI_TRY(note_cut(notes, leak, picture->cuts[i]));
  rgi_sort(notes->nodes, notes->num_nodes, sizeof(*notes->nodes), compare_notes);
  rgi_sort(notes->edges, notes->num_edges, sizeof(*notes->edges), compare_edges);
  return NULL;
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

static rg_error *create_view(const rg_selection *selection, const rg_leak *leak, const struct notes *notes,
                             rg_view **ret)
{
  RGI_SCOPED_TEXT call = RGI_TEXT_INIT;
  rg_view_options options = RG_VIEW_OPTIONS_INIT;
  rgi_text_printf(&call, "leaks, %s %s, rg:%s", leak->kind, leak->name, leak->fingerprint);
  RGI_TRY(rgi_text_error(&call));
  options.call = call.data;
  options.direction = RG_DIRECTION_LEFT_RIGHT;
  options.annotations = notes->nodes;
  options.num_annotations = notes->num_nodes;
  options.edge_annotations = notes->edges;
  options.num_edge_annotations = notes->num_edges;
  return rg_view_create(selection, &options, ret);
}

rg_error *rg_report_view(const rg_report *report, size_t i, const rg_graph *graph, rg_view **ret)
{
  const rg_leak *leak = &report->leaks[i];
  const struct rgi_picture *picture = report->pictures;
  __attribute__((cleanup(deinit_notes))) struct notes notes = {0};
  rg_selection *selection;
  if (rg_graph_num_nodes(graph) != report->num_nodes)
    return rg_error_create(RG_ERROR_ARGUMENT, "the graph is not the one that the report is about");
  while (picture->node != leak->node)
    picture++;
  RGI_TRY(take_notes(&notes, leak, picture, graph));
  RGI_TRY(select_leak(leak, picture, graph, &selection));
  rg_error *error = create_view(selection, leak, &notes, ret);
  rg_selection_destroy(selection);
  return error;
}
