/* Who holds the objects of a leak: a holder that is known, or else the nearest object with a name for what holds
 * them. */
#include <string.h>

#include "report-internal.h"

/* --- known holders ------------------------------------------------------------------------------------------------ */

static bool is_reference(const rg_graph *graph, const char *pattern, rg_edge edge)
{
  const char *name = rg_graph_edge_name(graph, edge);
  size_t size = strcspn(pattern, "*");
  if (strcmp(pattern, "[]") == 0)
    return rg_graph_edge_kind(graph, edge) == RG_EDGE_ITEM;
  return pattern[size] ? strncmp(pattern, name, size) == 0 : strcmp(pattern, name) == 0;
}

const struct rgi_known_holder *rgi_find_known_holder(const rg_graph *graph, rg_node node, rg_edge edge)
{
  for (size_t i = 0; i < rgi_num_known_holders; i++) {
    const struct rgi_known_holder *known = &rgi_known_holders[i];
    if (is_reference(graph, known->reference, edge) && rgi_is_a(graph, node, known->module, known->type))
      return known;
  }
  return NULL;
}

/* --- holders of the program --------------------------------------------------------------------------------------- */

bool rgi_is_made_by_function(const rg_graph *graph, rg_node type)
{
  return strstr(rgi_label_of(graph, type), "<locals>") != NULL;
}

static bool is_variable(rg_edge_kind kind)
{
  return kind == RG_EDGE_CAPTURED || kind == RG_EDGE_LOCAL || kind == RG_EDGE_ARGUMENT;
}

// Whether a program has a name for the reference. Containers have places only; methods, frames that an exception keeps
// and classes made by functions are a part of what they hold. What holds without a name, as objects of C do, is a
// holder if it has a method to let go.
static bool has_word(const rg_graph *graph, rg_node node, rg_edge edge)
{
  rg_edge_kind kind = rg_graph_edge_kind(graph, edge);
  rg_category category = rg_graph_node_category(graph, node);
  const char *type = rg_graph_type(graph, rg_graph_node_type(graph, node)).name;
  if (strcmp(type, "traceback") == 0 || (strcmp(type, "frame") == 0 && !rg_graph_is_root(graph, node)))
    return false;
  if (!*rg_graph_edge_name(graph, edge))
    return category == RG_CATEGORY_INSTANCE && rgi_find_releasing_method(graph, node);
  if (category == RG_CATEGORY_MODULE || category == RG_CATEGORY_EXTERNAL)
    return true;
  if (category == RG_CATEGORY_TYPE)
    return kind == RG_EDGE_ATTRIBUTE && !rgi_is_made_by_function(graph, node);
  if (category == RG_CATEGORY_INSTANCE)
    return kind == RG_EDGE_ATTRIBUTE || is_variable(kind);
  return (category == RG_CATEGORY_CALLABLE || category == RG_CATEGORY_FRAME) && is_variable(kind);
}

void rgi_name_object(const rg_graph *graph, rg_node node, struct rgi_text *text)
{
  rg_site site = rg_graph_node_site(graph, node);
  rg_category category = rg_graph_node_category(graph, node);
  if (site != RG_SITE_NONE)
    rgi_text_puts(text, rgi_qualified_name(graph, node));
  else if (category == RG_CATEGORY_MODULE || category == RG_CATEGORY_TYPE)
    rgi_text_puts(text, rgi_label_of(graph, node));
  else
    rgi_text_puts(text, rg_graph_type(graph, rg_graph_node_type(graph, node)).name);
}

// A context that no thread has for its own, as a copy that waits for a call, cannot be told by reset() to let go.
static bool is_of_stored_context(const rg_graph *graph, const struct rgi_leak *leak, size_t step)
{
  while (step > 0 && strncmp(leak->steps[step].type, "hamt", strlen("hamt")) == 0)
    step--;
  return step > 0 && strcmp(leak->steps[step].type, "Context") == 0 &&
         rg_graph_node_category(graph, leak->steps[step - 1].node) != RG_CATEGORY_EXTERNAL;
}

// Of the object at a step.
static struct rgi_holder find_holder(const rg_graph *graph, const struct rgi_leak *leak, size_t step)
{
  for (size_t i = step; i > 0; i--) {
    rg_node node = leak->steps[i - 1].node;
    struct rgi_holder holder = {rgi_find_known_holder(graph, node, leak->edges[i]), i - 1, node, leak->edges[i]};
    if (is_of_stored_context(graph, leak, i - 1))
      holder.known = NULL;
    if (holder.known || has_word(graph, node, leak->edges[i]))
      return holder;
  }
  return (struct rgi_holder){.node = RG_NODE_NONE};
}

rg_error *rgi_find_named_holder(const struct rgi_analysis *analysis, rg_edge edge, struct rgi_holder *ret)
{
  enum { MAX_STEPS = 64 };
  *ret = (struct rgi_holder){.node = RG_NODE_NONE};
  for (int i = 0; i < MAX_STEPS && edge != RG_EDGE_NONE; i++) {
    rg_node node;
    RGI_TRY(rgi_find_whole(analysis->graph, rg_graph_edge_source(analysis->graph, edge), &node));
    const struct rgi_known_holder *known = rgi_find_known_holder(analysis->graph, node, edge);
    if (node == RG_NODE_ROOT)
      return NULL;
    if (known || has_word(analysis->graph, node, edge)) {
      *ret = (struct rgi_holder){.known = known, .node = node, .edge = edge};
      return NULL;
    }
    edge = rgi_hold_of(analysis->graph, analysis->paths, node).edge;
  }
  return NULL;
}

static void find_end(const rg_graph *graph, struct rgi_leak *leak)
{
  size_t end = leak->leak.num_steps - 1;
  for (size_t i = end + 1; i-- > 0;) {
    if (rg_graph_node(graph, leak->steps[i].node).state == RG_STATE_FINISHED)
      end = i;
  }
  leak->ended = leak->steps[end].node;
  leak->end_holder = find_holder(graph, leak, end);
}

/* --- where the ways to the copies part ---------------------------------------------------------------------------- */

static size_t find_step(const struct rgi_leak *leak, rg_node node)
{
  size_t i = leak->leak.num_steps;
  while (i-- > 0 && leak->steps[i].node != node)
    continue;
  return i; // SIZE_MAX: it is none
}

// The last step that the way to another copy has in common with the path that is told.
static size_t find_common(const struct rgi_analysis *analysis, const struct rgi_leak *leak, rg_node copy)
{
  enum { MAX_STEPS = 64 };
  size_t step = SIZE_MAX;
  for (int i = 0; i < MAX_STEPS && copy != RG_NODE_ROOT && copy != RG_NODE_NONE && step == SIZE_MAX; i++) {
    step = find_step(leak, copy);
    copy = rg_paths_parent(analysis->paths, copy);
  }
  return step;
}

// The last step that the ways to half of the copies, or of some of many, have in common.
static size_t find_parting(const struct rgi_analysis *analysis, const struct rgi_leak *leak)
{
  enum { MAX_COPIES = 255 };
  uint32_t num = leak->num_told < MAX_COPIES ? leak->num_told : MAX_COPIES, num_here = 0;
  uint32_t *nums = rgi_alloc(leak->leak.num_steps, sizeof(*nums));
  for (uint32_t i = 0; nums && i < num; i++) {
    uint64_t copy = (uint64_t)i * leak->num_told / num;
    size_t step = find_common(analysis, leak, leak->told[copy]);
    if (step != SIZE_MAX)
      nums[step]++;
  }
  size_t step = nums ? leak->leak.num_steps : 0;
  while (step > 0 && 2 * num_here < num)
    num_here += nums[--step];
  rgi_free(nums);
  return 2 * num_here < num ? SIZE_MAX : step;
}

// Where objects of the program pile up, each with a copy of its own, these should go, and not the copies in them.
static void find_piled(const struct rgi_analysis *analysis, struct rgi_leak *leak)
{
  size_t last = leak->leak.num_steps - 1;
  bool may_pile = leak->growth == RGI_GROWTH_COPIES && !leak->holder.known && leak->ended == leak->shown;
  size_t parting = may_pile ? find_parting(analysis, leak) : SIZE_MAX;
  if (parting == SIZE_MAX || parting + 1 >= last ||
      rg_graph_node_category(analysis->graph, leak->steps[parting + 1].node) != RG_CATEGORY_INSTANCE)
    return;
  struct rgi_holder holder = find_holder(analysis->graph, leak, parting + 1);
  if (holder.node == RG_NODE_NONE)
    return;
  leak->parting = leak->steps[parting].node;
  leak->ended = leak->steps[parting + 1].node;
  leak->holder = leak->end_holder = holder;
}

/* --- owners ------------------------------------------------------------------------------------------------------- */

struct owned {
  const struct rgi_analysis *analysis;
  const struct rgi_leak *leak;
  rg_node owner;
  uint64_t size;
};

// The instance that keeps most, of those whose class is in the graph; what holds the copy ends otherwise.
static rg_error *look_for_owner(void *context, const struct rgi_captured *captured)
{
  struct owned *owned = context;
  const rg_graph *graph = owned->analysis->graph;
  uint64_t size = rg_dominators_retained(owned->analysis->dominators, captured->value);
  // Locks and the like, which live in modules such as _thread, end with what has them.
  const char *module = rg_graph_type(graph, rg_graph_node_type(graph, captured->value)).module;
  bool is_of_c = *module == '_' && strcmp(module, "__main__") != 0;
  bool is_owner = !is_of_c && rg_graph_node_category(graph, captured->value) == RG_CATEGORY_INSTANCE &&
                  rgi_type_of(graph, captured->value) != RG_NODE_NONE &&
                  !rgi_leak_is_on_path(owned->leak, captured->value);
  if (!is_owner || size <= owned->size)
    return NULL;
  owned->owner = captured->value;
  owned->size = size;
  return NULL;
}

static rg_error *find_owner(const struct rgi_analysis *analysis, struct rgi_leak *leak)
{
  struct owned owned = {analysis, leak, RG_NODE_NONE, 0};
  RGI_TRY(rgi_captured_visit(analysis->graph, leak->group->suspect, leak->shown, look_for_owner, &owned));
  leak->owner = leak->group->suspect == RGI_SUSPECT_EXPECTED_GONE ? leak->shown : owned.owner;
  return NULL;
}

void rgi_name_holder(const rg_graph *graph, const struct rgi_holder *holder, struct rgi_text *text)
{
  if (holder->known) {
    rgi_text_puts(text, holder->known->name);
  } else if (holder->node != RG_NODE_NONE) {
    // What only counts of references tell of has how many for a name.
    bool is_inferred = rg_graph_node_flags(graph, holder->node) & RG_NODE_INFERRED;
    const char *name = is_inferred ? "" : rg_graph_edge_name(graph, holder->edge);
    rgi_name_object(graph, holder->node, text);
    rgi_text_printf(text, "%s%s", *name ? "." : "", name);
  }
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

static void name_leak_holder(const rg_graph *graph, const struct rgi_leak *leak, struct rgi_text *text)
{
  if (leak->is_garbage) {
    rgi_text_puts(text, "cycle");
  } else if (leak->group->suspect == RGI_SUSPECT_CACHE) {
    rgi_text_puts(text, "functools.lru_cache");
  } else {
    rgi_name_holder(graph, &leak->holder, text);
  }
}

rg_error *rgi_leak_add_holder(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  leak->holder.node = leak->end_holder.node = leak->parting = RG_NODE_NONE;
  if (!leak->is_garbage) {
    leak->holder = find_holder(analysis->graph, leak, leak->leak.num_steps - 1);
    find_end(analysis->graph, leak);
    find_piled(analysis, leak);
  }
  RGI_TRY(find_owner(analysis, leak));
  name_leak_holder(analysis->graph, leak, &text);
  return rgi_arena_add_text(&report->arena, &text, &leak->leak.holder);
}
