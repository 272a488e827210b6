/* What could be cut, and what that frees: a mend that frees nothing is none. Mends are proposed leak by leak; what they
 * free is asked of the graph for all of them at once. */
#include <stdlib.h>
#include <string.h>

#include "../base/sort.h"
#include "report-internal.h"

enum { MAX_MENDS = 8 };

struct rgi_proposal {
  rg_mend mend;
  rg_edge *edges;
  size_t num_edges, edges_capacity;
  rg_node *kept;
  size_t num_kept, kept_capacity;
};

void rgi_proposals_destroy(struct rgi_proposal *proposals, size_t num)
{
  for (size_t i = 0; i < num; i++) {
    rgi_free(proposals[i].edges);
    rgi_free(proposals[i].kept);
  }
  rgi_free(proposals);
}

static rg_error *add_edge(struct rgi_proposal *proposal, rg_edge edge)
{
  RGI_TRY(rgi_reserve(&proposal->edges, &proposal->edges_capacity, proposal->num_edges + 1));
  proposal->edges[proposal->num_edges++] = edge;
  return NULL;
}

static rg_error *keep(struct rgi_proposal *proposal, rg_node node)
{
  RGI_TRY(rgi_reserve(&proposal->kept, &proposal->kept_capacity, proposal->num_kept + 1));
  proposal->kept[proposal->num_kept++] = node;
  return NULL;
}

struct mender {
  rg_report *report;
  const struct rgi_analysis *analysis;
  const rg_graph *graph;
  struct rgi_leak *leak;
};

#define SCOPED_ADVICE __attribute__((cleanup(deinit_advice))) struct rgi_advice
static void deinit_advice(struct rgi_advice *advice)
{
  rgi_text_deinit(&advice->text);
  rgi_text_deinit(&advice->code);
}

// NULL: there are enough.
static struct rgi_proposal *propose(struct mender *mender, rg_mend_kind kind)
{
  struct rgi_leak *leak = mender->leak;
  if (leak->num_proposals == MAX_MENDS)
    return NULL;
  leak->proposals[leak->num_proposals].mend.kind = kind;
  return &leak->proposals[leak->num_proposals++];
}

static rg_error *put(struct mender *mender, struct rgi_proposal *proposal, struct rgi_advice *advice)
{
  RGI_TRY(rgi_arena_add_text(&mender->report->arena, &advice->text, &proposal->mend.text));
  proposal->mend.caveat = advice->caveat ? advice->caveat : "";
  return rgi_arena_add_text(&mender->report->arena, &advice->code, &proposal->mend.call);
}

static bool is_instance(const rg_graph *graph, rg_node node)
{
  return rg_graph_node_category(graph, node) == RG_CATEGORY_INSTANCE;
}

/* --- the end of a closure's life ---------------------------------------------------------------------------------- */

// What holds an object, up to references that a program can undo: over tuples and the like, and classes made by
// functions, which come and go as a whole.
struct climb {
  struct rgi_proposal *proposal;
  rg_node nodes[32];
  size_t num;
};

static void climb_on(struct climb *climb, rg_node node)
{
  for (size_t i = 0; i < climb->num; i++) {
    if (climb->nodes[i] == node)
      return;
  }
  if (climb->num < sizeof(climb->nodes) / sizeof(climb->nodes[0]))
    climb->nodes[climb->num++] = node;
}

// With the value of an item of a dict its key goes, too, which stands before it.
static rg_error *add_entry(const struct mender *mender, struct rgi_proposal *proposal, rg_edge edge)
{
  const rg_graph *graph = mender->graph;
  bool has_key = rg_graph_edge_kind(graph, edge) == RG_EDGE_ITEM &&
                 edge > rg_graph_edges_begin(graph, rg_graph_edge_source(graph, edge)) &&
                 rg_graph_edge_kind(graph, edge - 1) == RG_EDGE_KEY;
  if (has_key)
    RGI_TRY(add_edge(proposal, edge - 1));
  return add_edge(proposal, edge);
}

static rg_error *climb_edge(const struct mender *mender, struct climb *climb, rg_edge edge)
{
  const rg_graph *graph = mender->graph;
  rg_node source = rg_graph_edge_source(graph, edge), owner;
  rg_edge_kind kind = rg_graph_edge_kind(graph, edge);
  if (kind == RG_EDGE_WEAK || kind == RG_EDGE_TYPE || source == RG_NODE_ROOT ||
      rgi_leak_keeps(mender->analysis, mender->leak, source))
    return NULL;
  RGI_TRY(rgi_find_whole(graph, source, &owner));
  bool is_of_class = rg_graph_node_category(graph, owner) == RG_CATEGORY_TYPE && rgi_is_made_by_function(graph, owner);
  bool can_be_undone = rg_edge_is_editable(graph, edge) || rgi_find_known_holder(graph, source, edge);
  if (can_be_undone && !is_of_class)
    return add_entry(mender, climb->proposal, edge);
  climb_on(climb, source);
  return NULL;
}

static rg_error *climb_from(const struct mender *mender, struct climb *climb, rg_node node)
{
  rg_referrers referrers;
  RGI_TRY(rg_graph_referrers(mender->graph, node, &referrers));
  for (size_t i = 0; i < referrers.num_edges; i++)
    RGI_TRY(climb_edge(mender, climb, referrers.edges[i]));
  return NULL;
}

static rg_error *add_holding(const struct mender *mender, rg_node node, struct rgi_proposal *proposal)
{
  struct climb climb = {.proposal = proposal, .nodes = {node}, .num = 1};
  for (size_t i = 0; i < climb.num; i++)
    RGI_TRY(climb_from(mender, &climb, climb.nodes[i]));
  return NULL;
}

// Whether an object should go: it is finished, and holds a copy for nothing, or it piles up with its copy.
static bool is_end(const struct mender *mender, rg_node node)
{
  rg_node parting = mender->leak->parting;
  return (parting != RG_NODE_NONE && rg_paths_parent(mender->analysis->paths, node) == parting) ||
         rg_graph_node(mender->graph, node).state == RG_STATE_FINISHED;
}

// The uppermost one of these on the path; else the copy. `ends` has it by node, RG_NODE_NONE for none, RG_NODE_ROOT
// where nobody has come by yet: however many copies hang on each other, each node is climbed over once.
static rg_node find_end(const struct mender *mender, rg_node copy, rg_node *ends)
{
  const rg_paths *paths = mender->analysis->paths;
  rg_node end = RG_NODE_NONE, known = copy;
  for (; known != RG_NODE_ROOT && known != RG_NODE_NONE && ends[known] == RG_NODE_ROOT;
       known = rg_paths_parent(paths, known))
    end = is_end(mender, known) ? known : end;
  if (known != RG_NODE_ROOT && known != RG_NODE_NONE && ends[known] != RG_NODE_NONE)
    end = ends[known];
  rg_node found = end == RG_NODE_NONE ? copy : end;
  for (rg_node node = copy; node != known; node = rg_paths_parent(paths, node)) {
    ends[node] = end;
    end = node == end ? RG_NODE_NONE : end; // of what is above it
  }
  return found;
}

static rg_error *add_all_holding(const struct mender *mender, struct rgi_proposal *proposal)
{
  RGI_SCOPED_FREE rg_node *ends = rgi_alloc(rg_graph_num_nodes(mender->graph), sizeof(*ends));
  if (!ends)
    return rgi_out_of_memory();
  for (uint32_t i = 0; i < mender->leak->num_told; i++)
    RGI_TRY(add_holding(mender, find_end(mender, mender->leak->told[i], ends), proposal));
  return NULL;
}

static rg_error *propose_lifetime(struct mender *mender)
{
  SCOPED_ADVICE advice = {.text = RGI_TEXT_INIT, .code = RGI_TEXT_INIT};
  struct rgi_proposal *proposal = propose(mender, RG_MEND_LIFETIME);
  RGI_TRY(add_all_holding(mender, proposal));
  rgi_advise_lifetime(mender->graph, mender->leak, &advice);
  return put(mender, proposal, &advice);
}

static rg_error *propose_clearing(struct mender *mender)
{
  SCOPED_ADVICE advice = {.text = RGI_TEXT_INIT, .code = RGI_TEXT_INIT};
  struct rgi_proposal *proposal = propose(mender, RG_MEND_LIFETIME);
  for (uint32_t i = 0; i < mender->leak->num_told; i++) {
    rg_node calls = rgi_field_of(mender->graph, mender->leak->told[i], "cache");
    rg_edge end = rg_graph_edges_end(mender->graph, calls);
    for (rg_edge edge = rg_graph_edges_begin(mender->graph, calls); edge < end; edge++)
      RGI_TRY(add_edge(proposal, edge));
  }
  rgi_advise_lifetime(mender->graph, mender->leak, &advice);
  return put(mender, proposal, &advice);
}

/* --- values that are captured ------------------------------------------------------------------------------------- */

// Visits what the objects capture under one name, and cuts something of each.
struct captured {
  const rg_graph *graph;
  const char *name; // NULL: all
  struct rgi_proposal *proposal;
  const char *attributes; // separated by spaces
  struct rgi_captured last;
  bool is_missing;        // an attribute that is no object's own
};

static rg_error *visit_all(const struct mender *mender, struct captured *captured, rgi_visit_captured visit)
{
  const struct rgi_leak *leak = mender->leak;
  for (uint32_t i = 0; i < leak->num_told; i++)
    RGI_TRY(rgi_captured_visit(mender->graph, leak->group->suspect, leak->told[i], visit, captured));
  return NULL;
}

static bool is_asked_for(const struct captured *captured, const struct rgi_captured *found)
{
  return !captured->name || rgi_is_variable(found->name, captured->name);
}

static rg_error *cut_value(void *context, const struct rgi_captured *found)
{
  struct captured *captured = context;
  return is_asked_for(captured, found) ? add_edge(captured->proposal, found->edge) : NULL;
}

static rg_error *cut_attribute(void *context, const struct rgi_captured *found)
{
  struct captured *captured = context;
  rg_edge edge = is_asked_for(captured, found) ? rgi_find_attribute(captured->graph, found->value, captured->attributes)
                                               : RG_EDGE_NONE;
  return edge == RG_EDGE_NONE ? NULL : add_edge(captured->proposal, edge);
}

static rg_error *cut_items(void *context, const struct rgi_captured *found)
{
  struct captured *captured = context;
  rg_edge end = rg_graph_edges_end(captured->graph, found->value);
  rg_edge edge = is_asked_for(captured, found) ? rg_graph_edges_begin(captured->graph, found->value) : end;
  for (; edge < end; edge++)
    RGI_TRY(add_edge(captured->proposal, edge));
  return NULL;
}

static rg_error *note_value(void *context, const struct rgi_captured *found)
{
  struct captured *captured = context;
  if (is_asked_for(captured, found))
    captured->last = *found;
  return NULL;
}

// Of the copy that is shown; its value is RG_NODE_NONE where it captures nothing under the name.
static rg_error *find_captured(const struct mender *mender, const char *name, struct rgi_captured *ret)
{
  struct captured captured = {.graph = mender->graph, .name = name, .last = {.value = RG_NODE_NONE}};
  RGI_TRY(rgi_captured_visit(mender->graph, mender->leak->group->suspect, mender->leak->shown, note_value, &captured));
  *ret = captured.last;
  return NULL;
}

/* --- release ------------------------------------------------------------------------------------------------------ */

// Cuts something of all values that are captured under a name, or under any.
static rg_error *propose_cut(struct mender *mender, rg_mend_kind kind, rgi_visit_captured cut, const char *name,
                             const char *attribute, struct rgi_advice *advice)
{
  struct rgi_proposal *proposal = propose(mender, kind);
  if (!proposal)
    return NULL;
  struct captured captured = {.graph = mender->graph, .name = name, .proposal = proposal, .attributes = attribute};
  RGI_TRY(visit_all(mender, &captured, cut));
  return put(mender, proposal, advice);
}

static rg_error *propose_release(struct mender *mender, const rg_leak_capture *capture)
{
  SCOPED_ADVICE advice = {.text = RGI_TEXT_INIT, .code = RGI_TEXT_INIT};
  rgi_advise_release(mender->leak, capture, &advice);
  return propose_cut(mender, RG_MEND_RELEASE, cut_value, capture->name, NULL, &advice);
}

static rg_error *propose_attribute(struct mender *mender, const rg_leak_capture *capture, rg_node value,
                                   const char *attribute)
{
  SCOPED_ADVICE advice = {.text = RGI_TEXT_INIT, .code = RGI_TEXT_INIT};
  rgi_advise_attribute(mender->graph, mender->leak, capture, value, attribute, &advice);
  return propose_cut(mender, RG_MEND_RELEASE, cut_attribute, capture->name, attribute, &advice);
}

static rg_error *propose_emptying(struct mender *mender, const rg_leak_capture *capture)
{
  SCOPED_ADVICE advice = {.text = RGI_TEXT_INIT, .code = RGI_TEXT_INIT};
  rgi_advise_emptying(mender->leak, capture, &advice);
  return propose_cut(mender, RG_MEND_RELEASE, cut_items, capture->name, NULL, &advice);
}

static rg_error *propose_closing(struct mender *mender)
{
  SCOPED_ADVICE advice = {.text = RGI_TEXT_INIT, .code = RGI_TEXT_INIT};
  rgi_advise_closing(mender->leak, &advice);
  return propose_cut(mender, RG_MEND_RELEASE, cut_value, NULL, NULL, &advice);
}

struct largest {
  rg_edge edge;
  uint64_t retained;
};

static void find_largest(const struct mender *mender, rg_node node, struct largest *largest)
{
  rg_edge end = rg_graph_edges_end(mender->graph, node);
  for (rg_edge edge = rg_graph_edges_begin(mender->graph, node); edge < end; edge++) {
    bool is_attribute =
        rg_graph_edge_kind(mender->graph, edge) == RG_EDGE_ATTRIBUTE && *rg_graph_edge_name(mender->graph, edge);
    uint64_t retained = rg_dominators_retained(mender->analysis->dominators, rg_graph_edge_target(mender->graph, edge));
    if (is_attribute && rg_edge_is_editable(mender->graph, edge) && retained > largest->retained)
      *largest = (struct largest){edge, retained};
  }
}

// The attribute that keeps at least half of what its object does.
static rg_edge largest_attribute(const struct mender *mender, rg_node node)
{
  struct largest largest = {RG_EDGE_NONE, 0};
  find_largest(mender, node, &largest);
  rg_edge end = rg_graph_edges_end(mender->graph, node);
  for (rg_edge edge = rg_graph_edges_begin(mender->graph, node); edge < end; edge++) {
    if (rg_graph_edge_passes(mender->graph, edge))
      find_largest(mender, rg_graph_edge_target(mender->graph, edge), &largest);
  }
  bool is_most = largest.retained * 2 >= rg_dominators_retained(mender->analysis->dominators, node);
  return is_most ? largest.edge : RG_EDGE_NONE;
}

/* --- narrow ------------------------------------------------------------------------------------------------------- */

// Keeps the attributes that are used of each value; notes whether one is not the object's own, such as a method.
static rg_error *keep_attributes(void *context, const struct rgi_captured *found)
{
  struct captured *captured = context;
  if (!is_asked_for(captured, found) || captured->is_missing)
    return NULL;
  for (const char *word = captured->attributes; *word;) {
    char name[RG_STRING_MAX + 1];
    size_t size = strcspn(word, " ");
    memcpy(name, word, size);
    name[size] = '\0';
    word += size + (word[size] == ' ');
    rg_edge edge = rgi_find_attribute(captured->graph, found->value, name);
    captured->is_missing |= edge == RG_EDGE_NONE;
    if (captured->is_missing)
      return NULL;
    RGI_TRY(keep(captured->proposal, rg_graph_edge_target(captured->graph, edge)));
  }
  return NULL;
}

static void withdraw(struct mender *mender)
{
  struct rgi_proposal *proposal = &mender->leak->proposals[--mender->leak->num_proposals];
  rgi_free(proposal->edges);
  rgi_free(proposal->kept);
  *proposal = (struct rgi_proposal){0};
}

static rg_error *propose_narrow(struct mender *mender, const rg_leak_capture *capture)
{
  SCOPED_ADVICE advice = {.text = RGI_TEXT_INIT, .code = RGI_TEXT_INIT};
  struct rgi_proposal *proposal = propose(mender, RG_MEND_NARROW);
  if (!proposal)
    return NULL;
  struct captured captured = {.graph = mender->graph, .name = capture->name, .proposal = proposal,
                              .attributes = capture->attributes};
  RGI_TRY(visit_all(mender, &captured, keep_attributes));
  if (captured.is_missing) {
    withdraw(mender);
    return NULL;
  }
  RGI_TRY(visit_all(mender, &captured, cut_value));
  rgi_advise_narrow(mender->leak, capture, &advice);
  return put(mender, proposal, &advice);
}

static rg_error *propose_copy(struct mender *mender, const rg_leak_capture *capture, const char *base)
{
  SCOPED_ADVICE advice = {.text = RGI_TEXT_INIT, .code = RGI_TEXT_INIT};
  rgi_advise_copy(capture, &advice);
  return propose_cut(mender, RG_MEND_NARROW, cut_attribute, capture->name, base, &advice);
}

/* --- cycles ------------------------------------------------------------------------------------------------------- */

static rg_error *add_weakest(const struct mender *mender, struct rgi_proposal *proposal)
{
  const struct rgi_suspect *group = mender->leak->group;
  for (size_t i = 0; i < rg_cycles_num(mender->analysis->cycles); i++) {
    rg_cycle cycle = rg_cycles_get(mender->analysis->cycles, i);
    bool has_copy = false;
    for (uint32_t node = 0; node < cycle.num_nodes && !has_copy; node++)
      has_copy = rgi_find_node(group->nodes, group->num_nodes, cycle.nodes[node]);
    if (has_copy && cycle.weakest != RG_EDGE_NONE)
      RGI_TRY(add_edge(proposal, cycle.weakest));
  }
  return NULL;
}

static rg_error *propose_cycle(struct mender *mender)
{
  SCOPED_ADVICE advice = {.text = RGI_TEXT_INIT, .code = RGI_TEXT_INIT};
  rg_edge weakest = rgi_cycle_of(mender->analysis, mender->leak->shown).weakest;
  struct rgi_proposal *proposal = weakest == RG_EDGE_NONE ? NULL : propose(mender, RG_MEND_CYCLE);
  if (!proposal)
    return NULL;
  RGI_TRY(add_weakest(mender, proposal));
  RGI_TRY(rgi_advise_cycle(mender->graph, mender->leak, weakest, &advice));
  return put(mender, proposal, &advice);
}

/* --- weak references ---------------------------------------------------------------------------------------------- */

// A closure holds its value weakly; a bound method is held weakly itself.
static rg_error *propose_weak(struct mender *mender, const rg_leak_capture *capture)
{
  SCOPED_ADVICE advice = {.text = RGI_TEXT_INIT, .code = RGI_TEXT_INIT};
  rgi_advise_weak(mender->leak, capture, &advice);
  if (mender->leak->group->suspect == RGI_SUSPECT_FUNCTION)
    return propose_cut(mender, RG_MEND_WEAK, cut_value, capture->name, NULL, &advice);
  struct rgi_proposal *proposal = propose(mender, RG_MEND_WEAK);
  if (!proposal)
    return NULL;
  RGI_TRY(add_all_holding(mender, proposal));
  return put(mender, proposal, &advice);
}

/* --- what is proposed --------------------------------------------------------------------------------------------- */

// Of the classes of programs most have; of builtin ones hardly any.
static bool has_weak_references(const rg_graph *graph, rg_node node)
{
  return is_instance(graph, node) && rgi_find_method(graph, rgi_type_of(graph, node), "__weakref__") != RG_NODE_NONE;
}

static bool is_self(const rg_leak_capture *capture)
{
  return strcmp(capture->name, "self") == 0 || strcmp(capture->name, "cls") == 0;
}

static rg_error *propose_for_value(struct mender *mender, const rg_leak_capture *capture,
                                   const struct rgi_captured *captured)
{
  rg_node value = captured->value;
  // A default argument cannot be assigned to.
  bool is_variable = rg_graph_edge_kind(mender->graph, captured->edge) != RG_EDGE_ARGUMENT;
  static const char *const bases[] = {"base", "obj"};
  enum rgi_suspect_kind suspect = mender->leak->group->suspect;
  rg_edge attribute = is_instance(mender->graph, value) ? largest_attribute(mender, value) : RG_EDGE_NONE;
  bool is_buffer =
      rgi_is_a(mender->graph, value, "numpy", "ndarray") || rgi_is_a(mender->graph, value, "", "memoryview");
  if (suspect == RGI_SUSPECT_FUNCTION && is_variable && !is_self(capture))
    RGI_TRY(propose_release(mender, capture));
  else if (suspect == RGI_SUSPECT_CALLABLE)
    RGI_TRY(propose_release(mender, capture));
  else if (attribute != RG_EDGE_NONE)
    RGI_TRY(propose_attribute(mender, capture, value, rg_graph_edge_name(mender->graph, attribute)));
  if (rgi_find_attribute(mender->graph, value, "__traceback__") != RG_EDGE_NONE)
    RGI_TRY(propose_attribute(mender, capture, value, "__traceback__"));
  if (capture->use & RG_USE_ATTRIBUTES)
    RGI_TRY(propose_narrow(mender, capture));
  for (size_t i = 0; is_buffer && i < sizeof(bases) / sizeof(bases[0]); i++) {
    if (rgi_find_attribute(mender->graph, value, bases[i]) != RG_EDGE_NONE)
      RGI_TRY(propose_copy(mender, capture, bases[i]));
  }
  // What the library holds it calls, and it does not look through weak references.
  bool is_method = suspect == RGI_SUSPECT_METHOD && !mender->leak->holder.known;
  bool can_be_weak = suspect == RGI_SUSPECT_FUNCTION || is_method;
  return can_be_weak && has_weak_references(mender->graph, value) ? propose_weak(mender, capture) : NULL;
}

static rg_error *propose_for_captures(struct mender *mender)
{
  struct rgi_leak *leak = mender->leak;
  for (size_t i = 0; i < leak->leak.num_captures; i++) {
    struct rgi_captured captured;
    RGI_TRY(find_captured(mender, leak->captures[i].name, &captured));
    // What holds the copy and is captured as well, such as the list of its listeners, is not what should go.
    bool is_holder = !leak->is_garbage && rgi_leak_is_on_path(leak, captured.value);
    if (captured.value != RG_NODE_NONE && strcmp(leak->captures[i].name, "__class__") != 0 && !is_holder)
      RGI_TRY(propose_for_value(mender, &leak->captures[i], &captured));
  }
  return NULL;
}

rg_error *rgi_leak_propose_mends(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak)
{
  struct mender mender = {report, analysis, analysis->graph, leak};
  leak->proposals = rgi_alloc(MAX_MENDS, sizeof(*leak->proposals));
  if (!leak->proposals)
    return rgi_out_of_memory();
  if (leak->growth == RGI_GROWTH_ITEMS && leak->group->suspect != RGI_SUSPECT_CACHE) {
    for (size_t i = 0; i < leak->leak.num_captures; i++)
      RGI_TRY(propose_emptying(&mender, &leak->captures[i]));
    return NULL;
  }
  if (leak->is_garbage)
    RGI_TRY(propose_cycle(&mender));
  else
    RGI_TRY(leak->group->suspect == RGI_SUSPECT_CACHE ? propose_clearing(&mender) : propose_lifetime(&mender));
  return rgi_is_suspended(leak->group->suspect) ? propose_closing(&mender) : propose_for_captures(&mender);
}

/* --- what they free ----------------------------------------------------------------------------------------------- */

static int compare_mends(const void *a, const void *b)
{
  const rg_mend *x = a, *y = b;
  uint64_t all = x->freed.at_once.size + x->freed.by_collection.size;
  uint64_t other = y->freed.at_once.size + y->freed.by_collection.size;
  if ((x->kind == RG_MEND_WEAK) != (y->kind == RG_MEND_WEAK))
    return x->kind == RG_MEND_WEAK ? 1 : -1;
  if (x->freed.at_once.size != y->freed.at_once.size)
    return x->freed.at_once.size > y->freed.at_once.size ? -1 : 1;
  if (all != other)
    return all > other ? -1 : 1;
  return (x->kind > y->kind) - (x->kind < y->kind);
}

// A release that frees next to nothing of what the leak retains is not worth a line beside one that does.
static bool is_worth_it(const struct rgi_leak *leak, const rg_freed *freed)
{
  enum { MIN_PERCENT = 5 };
  uint64_t all = freed->at_once.size + freed->by_collection.size;
  return all && all * 100 >= leak->told_retained * MIN_PERCENT;
}

static rg_error *add_mends(rg_report *report, struct rgi_leak *leak, const rg_freed *freed)
{
  rg_mend *mends;
  RGI_TRY(rgi_arena_alloc(&report->arena, leak->num_proposals * sizeof(*mends), (void **)&mends));
  leak->leak.mends = mends;
  for (size_t i = 0; i < leak->num_proposals; i++) {
    if (!is_worth_it(leak, &freed[i]))
      continue;
    rg_mend *mend = &mends[leak->leak.num_mends++];
    uint64_t all = freed[i].at_once.size + freed[i].by_collection.size;
    *mend = leak->proposals[i].mend;
    mend->freed = freed[i];
    mend->stays = leak->told_retained > all ? leak->told_retained - all : 0;
  }
  rgi_sort(mends, leak->leak.num_mends, sizeof(*mends), compare_mends);
  return NULL;
}

rg_edge_list rgi_leak_best_cut(const struct rgi_leak *leak)
{
  for (size_t i = 0; leak->leak.num_mends && i < leak->num_proposals; i++) {
    const struct rgi_proposal *proposal = &leak->proposals[i];
    if (proposal->mend.text == leak->leak.mends[0].text)
      return (rg_edge_list){proposal->edges, proposal->num_edges};
  }
  return (rg_edge_list){0};
}

rg_error *rgi_leaks_measure_mends(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leaks,
                                  size_t num)
{
  size_t num_what_ifs = 0;
  RGI_SCOPED_FREE rg_what_if *what_ifs = rgi_alloc(num * MAX_MENDS, sizeof(*what_ifs));
  RGI_SCOPED_FREE rg_freed *freed = rgi_alloc(num * MAX_MENDS, sizeof(*freed));
  if (!what_ifs || !freed)
    return rgi_out_of_memory();
  for (size_t i = 0; i < num; i++) {
    for (size_t proposal_i = 0; proposal_i < leaks[i].num_proposals; proposal_i++) {
      const struct rgi_proposal *proposal = &leaks[i].proposals[proposal_i];
      what_ifs[num_what_ifs++] = (rg_what_if){proposal->edges, proposal->num_edges, proposal->kept, proposal->num_kept};
    }
  }
  RGI_TRY(rg_freed_by_cuts(analysis->graph, 0, what_ifs, num_what_ifs, freed));
  num_what_ifs = 0;
  for (size_t i = 0; i < num; num_what_ifs += leaks[i++].num_proposals)
    RGI_TRY(add_mends(report, &leaks[i], freed + num_what_ifs));
  return NULL;
}
