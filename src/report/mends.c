/* What could be cut, and what that frees: a mend that frees nothing is none. */
#include "report-internal.h"

#include <stdlib.h>
#include <string.h>

#include "../table/table-internal.h"

enum { MAX_MENDS = 8 };

struct edges {
  rg_edge *edges;
  size_t num, capacity;
};

static rg_error *add_edge(struct edges *edges, rg_edge edge)
{
  RGI_TRY(rgi_reserve(&edges->edges, &edges->capacity, edges->num + 1));
  edges->edges[edges->num++] = edge;
  return NULL;
}

static void deinit_edges(struct edges *edges)
{
  rgi_free(edges->edges);
}
#define SCOPED_EDGES __attribute__((cleanup(deinit_edges))) struct edges

struct mender {
  rg_report *report;
  const struct rgi_analysis *analysis;
  const struct rgi_leak *leak;
  rg_mend *mends;
  size_t num;
};

static rg_error *add_mend(struct mender *mender, rg_mend_kind kind, const struct edges *edges, struct rgi_text *text)
{
  rg_mend mend = {.kind = kind, .code = "", .caveat = ""};
  RGI_TRY(rg_freed_by_cuts(mender->analysis->graph, 0, &(rg_what_if){edges->edges, edges->num, NULL, 0}, 1, &mend.freed));
  if (!mend.freed.at_once.num_nodes && !mend.freed.by_collection.num_nodes)
    return NULL;
  RGI_TRY(rgi_arena_add_text(&mender->report->arena, text, &mend.text));
  uint64_t retained = mender->leak->leak.retained, freed = mend.freed.at_once.size + mend.freed.by_collection.size;
  mend.stays = retained > freed ? retained - freed : 0;
  mender->mends[mender->num++] = mend;
  return NULL;
}

/* --- lifetime ----------------------------------------------------------------------------------------------------- */

static int compare_nodes(const void *key, const void *element)
{
  rg_node x = *(const rg_node *)key, y = *(const rg_node *)element;
  return (x > y) - (x < y);
}

static bool is_copy(const struct rgi_suspect *group, rg_node node)
{
  return bsearch(&node, group->nodes, group->num_nodes, sizeof(node), compare_nodes);
}

// What a copy keeps alive holds it for its sake alone. Looks up as far as is likely to matter.
static bool is_below_copy(const struct mender *mender, rg_node node)
{
  enum { MAX_STEPS = 64 };
  for (int i = 0; i < MAX_STEPS && node != RG_NODE_ROOT && node != RG_NODE_NONE; i++) {
    if (is_copy(mender->leak->group, node))
      return true;
    node = rg_dominators_parent(mender->analysis->dominators, node);
  }
  return false;
}

// The references that hold a copy and that a program can undo.
static rg_error *add_holding(const struct mender *mender, rg_node copy, struct edges *edges)
{
  rg_referrers referrers;
  RGI_TRY(rg_graph_referrers(mender->analysis->graph, copy, &referrers));
  for (size_t i = 0; i < referrers.num_edges; i++) {
    rg_edge edge = referrers.edges[i];
    if (rg_edge_is_editable(mender->analysis->graph, edge) &&
        !is_below_copy(mender, rg_graph_edge_source(mender->analysis->graph, edge)))
      RGI_TRY(add_edge(edges, edge));
  }
  return NULL;
}

// A module by its name, anything else by its type.
static void name_object(const rg_graph *graph, rg_node node, struct rgi_text *text)
{
  bool is_module = rg_graph_node_category(graph, node) == RG_CATEGORY_MODULE;
  const char *label = rg_graph_string(graph, rg_graph_node(graph, node).label);
  rgi_text_puts(text, is_module ? label : rg_graph_type(graph, rg_graph_node_type(graph, node)).name);
}

// The step that holds what should go, and its holder, as "EventBus._handlers".
static void name_holder(const rg_graph *graph, const struct rgi_leak *leak, struct rgi_text *text)
{
  size_t suspect = 0;
  while (suspect < leak->leak.num_steps && !leak->leak.steps[suspect].is_suspect)
    suspect++;
  if (!suspect || suspect == leak->leak.num_steps) {
    rgi_text_puts(text, "its holder");
    return;
  }
  // Of a container the object that has it says more.
  size_t owner = suspect - 1;
  while (owner > 0 && *leak->leak.steps[owner].reference == '[')
    owner--;
  if (owner)
    name_object(graph, leak->leak.steps[owner - 1].node, text);
  const char *reference = leak->leak.steps[owner].reference;
  rgi_text_printf(text, "%s%s", *reference && !strchr(".[", *reference) ? "." : "", reference);
}

static rg_error *add_lifetime(struct mender *mender)
{
  SCOPED_EDGES edges = {0};
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  for (uint32_t i = 0; i < mender->leak->group->num_nodes; i++)
    RGI_TRY(add_holding(mender, mender->leak->group->nodes[i], &edges));
  rgi_text_puts(&text, "remove it from ");
  name_holder(mender->analysis->graph, mender->leak, &text);
  rgi_text_puts(&text, " when its owner ends");
  return add_mend(mender, RG_MEND_LIFETIME, &edges, &text);
}

/* --- release ------------------------------------------------------------------------------------------------------ */

struct release {
  const char *name;
  struct edges edges;
};

static rg_error *add_captured(void *context, const struct rgi_captured *captured)
{
  struct release *release = context;
  return strcmp(captured->name, release->name) == 0 ? add_edge(&release->edges, captured->edge) : NULL;
}

static bool is_set_by_code(const struct rgi_suspect *group, const rg_leak_capture *captured)
{
  return group->suspect == RGI_SUSPECT_FUNCTION && strcmp(captured->name, "__class__") != 0;
}

static rg_error *add_release(struct mender *mender, const rg_leak_capture *captured)
{
  const struct rgi_suspect *group = mender->leak->group;
  SCOPED_EDGES collected = {0};
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  struct release release = {captured->name, {0}};
  rg_error *error = NULL;
  for (uint32_t i = 0; i < group->num_nodes && !error; i++)
    error = rgi_captured_visit(mender->analysis->graph, group->suspect, group->nodes[i], add_captured, &release);
  collected = release.edges;
  RGI_TRY(error);
  rgi_text_printf(&text, "set %s to None once it is not needed any more, in a function beside this one that says nonlocal"
                         " %s", captured->name, captured->name);
  return add_mend(mender, RG_MEND_RELEASE, &collected, &text);
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

static uint64_t all_of(const rg_mend *mend)
{
  return mend->freed.at_once.size + mend->freed.by_collection.size;
}

static int compare_mends(const void *a, const void *b)
{
  const rg_mend *x = a, *y = b;
  if (x->freed.at_once.size != y->freed.at_once.size)
    return x->freed.at_once.size > y->freed.at_once.size ? -1 : 1;
  if (all_of(x) != all_of(y))
    return all_of(x) > all_of(y) ? -1 : 1;
  return (x->kind > y->kind) - (x->kind < y->kind);
}

rg_error *rgi_leak_add_mends(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak)
{
  struct mender mender = {.report = report, .analysis = analysis, .leak = leak};
  RGI_TRY(rgi_arena_alloc(&report->arena, MAX_MENDS * sizeof(*mender.mends), (void **)&mender.mends));
  RGI_TRY(add_lifetime(&mender));
  for (size_t i = 0; i < leak->leak.num_captures && mender.num < MAX_MENDS; i++) {
    if (is_set_by_code(leak->group, &leak->leak.captures[i]))
      RGI_TRY(add_release(&mender, &leak->leak.captures[i]));
  }
  qsort(mender.mends, mender.num, sizeof(*mender.mends), compare_mends);
  leak->leak.mends = mender.mends;
  leak->leak.num_mends = mender.num;
  return NULL;
}
