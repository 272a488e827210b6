/* The walk. A bounded capture is a breadth-first search in which a passage costs nothing; a whole one reads every
 * object that the collector knows, and everything that is found from there, in the order of finding. */
#include "capture.h"

#include <string.h>

#include "allocations.h"
#include "collected.h"
#include "describe.h"
#include "interpreter.h"
#include "needed.h"
#include "outline.h"
#include "probes.h"
#include "state.h"
#include "static_data.h"
#include "uses.h"

rg_error *rgpy_out_of_memory(void)
{
  return rg_error_create(RG_ERROR_MEMORY, "out of memory");
}

rg_error *rgpy_reserve(void **data, size_t *capacity, size_t needed, size_t element_size)
{
  if (needed <= *capacity)
    return NULL;
  size_t grown = *capacity + *capacity / 2 + 16;
  if (grown < needed)
    grown = needed;
  void *moved = rg_memory_realloc(*data, grown, element_size);
  if (!moved)
    return rgpy_out_of_memory();
  *data = moved;
  *capacity = grown;
  return NULL;
}

rg_error *rgpy_queue_add(struct rgpy_queue *queue, rg_node node)
{
  RGPY_TRY(rgpy_reserve((void **)&queue->nodes, &queue->capacity, queue->num + 1, sizeof(*queue->nodes)));
  queue->nodes[queue->num++] = node;
  return NULL;
}

/* --- nodes -------------------------------------------------------------------------------------------------------- */

static rg_error *reserve_found(struct rgpy_capture *capture)
{
  if (capture->num_found < capture->num_blocks * RGPY_FOUND_BLOCK)
    return NULL;
  RGPY_TRY(rgpy_reserve((void **)&capture->found, &capture->blocks_capacity, capture->num_blocks + 1,
                        sizeof(*capture->found)));
  capture->found[capture->num_blocks] = rg_memory_alloc(RGPY_FOUND_BLOCK, sizeof(**capture->found));
  return capture->found[capture->num_blocks++] ? NULL : rgpy_out_of_memory();
}

static rg_error *add_found(struct rgpy_capture *capture, PyObject *object, const rg_node_info *info, rg_node *ret)
{
  RGPY_TRY(reserve_found(capture));
  RGPY_TRY(rg_builder_add_node(capture->builder, info, ret));
  *rgpy_found_at(capture, capture->num_found++) = (struct rgpy_found){.object = object, .row = RGPY_ROW_NONE};
  return NULL;
}

rg_error *rgpy_capture_node(struct rgpy_capture *capture, PyObject *object, rg_node *ret)
{
  uint32_t *node;
  RGPY_TRY(rgpy_address_map_slot(&capture->nodes, object, &node));
  if (!*node)
    RGPY_TRY(add_found(capture, object, NULL, node));
  *ret = *node;
  return NULL;
}

rg_error *rgpy_capture_add_state(struct rgpy_capture *capture, const rg_node_info *info, rg_node *ret)
{
  return add_found(capture, NULL, info, ret);
}

/* --- the references of one object --------------------------------------------------------------------------------- */

// They are noted all the same, since what tp_traverse gives is held against all that was noted.
static bool is_hidden(const struct rgpy_capture *capture, const struct rgpy_reference *reference)
{
  bool is_machinery = reference->kind == RG_EDGE_INTERNAL || reference->kind == RG_EDGE_TYPE;
  return reference->is_elsewhere || (is_machinery && rgpy_capture_hides_internals(capture));
}

static rg_error *refer(struct rgpy_capture *capture, struct rgpy_reference reference)
{
  struct rgpy_row *row = &capture->row;
  if (!rgpy_capture_wants(capture, reference.target))
    return NULL;
  if (is_hidden(capture, &reference)) {
    row->num_hidden++;
  } else if (rgpy_capture_is_full(capture)) {
    row->num_beyond++;
    return NULL;
  }
  RGPY_TRY(rgpy_reserve((void **)&row->references, &row->capacity, row->num + 1, sizeof(*row->references)));
  row->references[row->num++] = reference;
  return NULL;
}

rg_error *rgpy_capture_refer(struct rgpy_capture *capture, PyObject *target, rg_edge_kind kind, uint32_t name)
{
  return refer(capture, (struct rgpy_reference){target, name, (uint8_t)kind, false, false, false});
}

rg_error *rgpy_capture_pass(struct rgpy_capture *capture, PyObject *passage, rg_edge_kind kind, uint32_t name)
{
  return refer(capture, (struct rgpy_reference){passage, name, (uint8_t)kind, true, false, false});
}

void rgpy_capture_leave_out(struct rgpy_capture *capture, size_t num)
{
  for (size_t i = num; i < capture->row.num; i++) {
    capture->row.num_hidden += !is_hidden(capture, &capture->row.references[i]);
    capture->row.references[i].is_elsewhere = true;
  }
}

void rgpy_capture_borrow(struct rgpy_capture *capture, size_t num)
{
  for (size_t i = num; i < capture->row.num; i++)
    capture->row.references[i].is_borrowed = true;
}

// It may have two passages to arguments.
static rg_error *note_owner(struct rgpy_capture *capture)
{
  const struct rgpy_queue *owners = &capture->owners;
  bool is_noted = owners->num && owners->nodes[owners->num - 1] == capture->node;
  return is_noted ? NULL : rgpy_queue_add(&capture->owners, capture->node);
}

static uint8_t mark_of_passage(PyObject *passage, rg_edge_kind kind)
{
  if (kind == RG_EDGE_ARGUMENT)
    return 0;
  return PyDict_Check(passage) ? RGPY_MARK_ATTRIBUTES : PyTuple_Check(passage) ? RGPY_MARK_CELLS : 0;
}

// The items of a passage are fields of its owner. Attributes learn so before they are read, or get their names now;
// variables get theirs in the end.
static rg_error *mark_passage(struct rgpy_capture *capture, rg_node node, rg_edge_kind kind)
{
  struct rgpy_found *found = rgpy_found_at(capture, node);
  uint8_t mark = mark_of_passage(found->object, kind);
  bool was_marked = found->marks & mark;
  rg_builder_add_flags(capture->builder, node, RG_NODE_PASSAGE);
  found->marks |= mark | RGPY_MARK_PASSAGE;
  if (mark == RGPY_MARK_ATTRIBUTES && !was_marked && found->row != RGPY_ROW_NONE)
    return rgpy_name_attributes(capture, node);
  return kind == RG_EDGE_ARGUMENT ? note_owner(capture) : NULL;
}

static void count_reference(struct rgpy_capture *capture, rg_node target)
{
  rg_node *slot = &capture->waiting[capture->next_waiting++ % RGPY_NUM_WAITING];
  __builtin_prefetch(rgpy_found_at(capture, target), 1);
  rgpy_found_at(capture, *slot)->num_counted++;
  *slot = target;
}

static void count_waiting(struct rgpy_capture *capture)
{
  for (size_t i = 0; i < RGPY_NUM_WAITING; i++)
    count_reference(capture, RG_NODE_ROOT);
}

static rg_error *add_reference(struct rgpy_capture *capture, const struct rgpy_reference *reference)
{
  rg_node target;
  uint32_t num_before = capture->num_found;
  RGPY_TRY(rgpy_capture_node(capture, reference->target, &target));
  RGPY_TRY(rg_builder_add_edge(capture->builder, capture->node, target, (rg_edge_kind)reference->kind,
                               reference->name));
  if (reference->kind != RG_EDGE_WEAK && !reference->is_borrowed)
    count_reference(capture, target);
  if (capture->is_bounded && capture->num_found > num_before)
    RGPY_TRY(rgpy_queue_add(reference->is_passage ? &capture->near : &capture->far, target));
  return reference->is_passage ? mark_passage(capture, target, (rg_edge_kind)reference->kind) : NULL;
}

rg_error *rgpy_capture_end_row(struct rgpy_capture *capture)
{
  struct rgpy_row *row = &capture->row;
  struct rgpy_found *found = rgpy_found_at(capture, capture->node);
  found->row = rg_builder_num_edges(capture->builder) & RGPY_ROW_NONE;
  found->row_size = (uint32_t)(row->num - row->num_hidden);
  for (size_t i = 0; i < row->num; i++) {
    if (!is_hidden(capture, &row->references[i]))
      RGPY_TRY(add_reference(capture, &row->references[i]));
  }
  row->num = 0;
  row->num_hidden = 0;
  row->num_beyond = 0;
  return NULL;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

// References to a target that the call holds: as many as it says, and those of its frames that it cannot know of.
static uint32_t num_held_by_call(const struct rgpy_capture *capture, const struct rgpy_found *found)
{
  if (!(found->marks & RGPY_MARK_TARGET) || !capture->target_bias)
    return 0;
  return capture->target_bias + rgpy_num_held_by_call(found->object);
}

// References that only this capture holds; at most all that there are.
static uint32_t own_references(const struct rgpy_capture *capture, const struct rgpy_found *found, uint32_t refcount)
{
  uint32_t num = 0;
  if (found->marks & RGPY_MARK_TRACKED)
    num += capture->refcount_bias;
  num += num_held_by_call(capture, found);
  return Py_MIN(num, refcount);
}

// From here on the object lacks as many references as were not found.
static void count_references(const struct rgpy_capture *capture, struct rgpy_found *found, const rg_node_info *info)
{
  bool is_static_type = PyType_Check(found->object) && !PyType_HasFeature((PyTypeObject *)found->object,
                                                                          Py_TPFLAGS_HEAPTYPE);
  if (info->flags & RG_NODE_IMMORTAL || is_static_type)
    found->marks |= RGPY_MARK_UNCOUNTED;
  uint32_t num_shown_by_frames = capture->call.arguments ? num_held_by_call(capture, found) : 0;
  found->num_counted -= info->refcount + num_shown_by_frames;
}

rg_error *rgpy_capture_read(struct rgpy_capture *capture, rg_node node, bool with_references)
{
  struct rgpy_found *found = rgpy_found_at(capture, node);
  PyObject *object = found->object;
  if (!object || found->row != RGPY_ROW_NONE)
    return NULL;
  const struct rgpy_type *type;
  rg_node_info info;
  RGPY_TRY(rgpy_describe_type(capture, Py_TYPE(object), &type));
  RGPY_TRY(rgpy_describe(capture, object, type, &info));
  capture->num_unmeasured += !type->is_measured;
  RGPY_TRY(rgpy_read_state_of(capture, object, type, &info));
  if (!(info.flags & RG_NODE_IMMORTAL))
    info.refcount -= own_references(capture, found, info.refcount);
  count_references(capture, found, &info);
  if (PyCell_Check(object) && info.refcount > 1)
    info.flags |= RG_NODE_SHARED;
  capture->node = node;
  if (with_references)
    RGPY_TRY(rgpy_references(capture, object, type));
  if (capture->row.num_beyond) {
    info.num_unfollowed = capture->row.num_beyond;
    info.flags |= RG_NODE_PARTIAL;
  }
  RGPY_TRY(rg_builder_set_node(capture->builder, node, &info));
  if (info.flags & RG_NODE_CLOSURE)
    RGPY_TRY(rgpy_queue_add(&capture->closures, node));
  return rgpy_capture_end_row(capture);
}

static rg_error *read_all(struct rgpy_capture *capture)
{
  for (rg_node node = 1; node < capture->num_found; node++)
    RGPY_TRY(rgpy_capture_read(capture, node, true));
  return NULL;
}

// Everything that is `near` was found within the depth; what is read there and is no passage goes to `far`.
static rg_error *read_level(struct rgpy_capture *capture, bool with_references, size_t *num_read)
{
  struct rgpy_queue *near = &capture->near;
  for (; near->head < near->num; near->head++) {
    rg_node node = near->nodes[near->head];
    RGPY_TRY(rgpy_capture_read(capture, node, with_references));
    ++*num_read;
  }
  near->head = near->num = 0;
  return NULL;
}

static rg_error *read_bounded(struct rgpy_capture *capture, const rg_capture_options *options)
{
  size_t num_read = 0;
  for (rg_node node = 1; node < capture->num_found; node++)
    RGPY_TRY(rgpy_queue_add(&capture->near, node));
  for (uint32_t depth = 0; capture->near.num; depth++) {
    // Beyond the depth or the budget objects are still described, since arrows end at them.
    RGPY_TRY(read_level(capture, depth < options->max_depth && num_read < options->max_nodes, &num_read));
    struct rgpy_queue empty = capture->near;
    capture->near = capture->far;
    capture->far = empty;
  }
  return NULL;
}

/* --- what the collector knows ------------------------------------------------------------------------------------- */

static rg_error *add_listed(void *context, PyObject *object, bool is_frozen)
{
  struct rgpy_capture *capture = context;
  rg_node node;
  RGPY_TRY(rgpy_capture_node(capture, object, &node));
  if (is_frozen) {
    rg_builder_add_flags(capture->builder, node, RG_NODE_FROZEN);
    capture->num_frozen++;
  }
  return NULL;
}

static rg_error *add_documented(void *context, PyObject *object, bool is_frozen)
{
  struct rgpy_capture *capture = context;
  rg_node node;
  (void)is_frozen;
  RGPY_TRY(rgpy_capture_node(capture, object, &node));
  rgpy_found_at(capture, node)->marks |= RGPY_MARK_TRACKED;
  return NULL;
}

static rg_error *add_of_current(struct rgpy_capture *capture, const struct rgpy_documented *documented)
{
  if (!documented)
    return rgpy_collected_visit(PyInterpreterState_Get(), add_listed, capture);
  capture->refcount_bias = documented->bias;
  capture->num_frozen = capture->num_unlisted = documented->num_unseen;
  return rgpy_documented_visit(documented, add_documented, capture);
}

static rg_error *add_needed(struct rgpy_capture *capture, const struct rgpy_needed *needed)
{
  for (size_t i = 0; i < needed->num_listed; i++)
    RGPY_TRY(add_listed(capture, needed->listed[i].object, needed->listed[i].is_frozen));
  capture->num_frozen = needed->num_frozen;
  return NULL;
}

static rg_error *add_all_tracked(struct rgpy_capture *capture, const struct rgpy_documented *documented)
{
  PyInterpreterState *current = PyInterpreterState_Get();
  RGPY_TRY(add_of_current(capture, documented));
  for (PyInterpreterState *other = PyInterpreterState_Head(); other; other = PyInterpreterState_Next(other)) {
    if (other == current || !rgpy_shares_gil(other))
      continue;
    if (documented)
      capture->num_interpreters_apart++;
    else
      RGPY_TRY(rgpy_collected_visit(other, add_listed, capture));
  }
  return NULL;
}

/* --- capture ------------------------------------------------------------------------------------------------------ */

static void deinit_capture(struct rgpy_capture *capture)
{
  rg_builder_destroy(capture->builder);
  rgpy_address_map_deinit(&capture->nodes);
  rgpy_address_map_deinit(&capture->type_numbers);
  for (size_t i = 0; i < capture->num_types; i++) {
    rg_memory_free(capture->types[i]->members);
    rg_memory_free(capture->types[i]);
  }
  rg_memory_free(capture->types);
  for (size_t i = 0; i < capture->num_blocks; i++)
    rg_memory_free(capture->found[i]);
  rg_memory_free(capture->found);
  rg_memory_free(capture->expected);
  rg_memory_free(capture->near.nodes);
  rg_memory_free(capture->far.nodes);
  rg_memory_free(capture->closures.nodes);
  rg_memory_free(capture->owners.nodes);
  rg_memory_free(capture->states.states);
  rg_memory_free(capture->own);
  rg_memory_free(capture->row.references);
  rg_memory_free(capture->visited);
  rg_memory_free(capture->cached_names);
  rg_memory_free(capture->cached_sites);
  if (capture->uses)
    rgpy_uses_deinit(capture->uses);
  rg_memory_free(capture->uses);
}

static rg_error *init_capture(struct rgpy_capture *capture, const rg_capture_options *options)
{
  capture->is_bounded = options->is_bounded;
  capture->with_internals = options->with_internals;
  capture->is_redacted = options->is_redacted;
  capture->is_isolated = options->is_isolated;
  capture->target_bias = options->num_own_references;
  capture->row.max = options->is_bounded ? options->max_references : SIZE_MAX;
  capture->active_threads = rgpy_active_threads(PyInterpreterState_Get());
  RGPY_TRY(rgpy_expected_sort(capture));
  RGPY_TRY(rg_builder_create(&capture->builder));
  RGPY_TRY(rgpy_address_map_init(&capture->nodes));
  RGPY_TRY(rgpy_address_map_init(&capture->type_numbers));
  capture->cached_names = rg_memory_alloc(RGPY_NUM_CACHED_NAMES, sizeof(*capture->cached_names));
  capture->cached_sites = rg_memory_alloc(RGPY_NUM_CACHED_SITES, sizeof(*capture->cached_sites));
  capture->uses = rg_memory_alloc(1, sizeof(*capture->uses));
  // Node 0 is the super-root, which the builder has from the start.
  RGPY_TRY(reserve_found(capture));
  *rgpy_found_at(capture, capture->num_found++) = (struct rgpy_found){0};
  return capture->cached_names && capture->cached_sites && capture->uses ? NULL : rgpy_out_of_memory();
}

rg_error *rgpy_reader_init(struct rgpy_capture *reader)
{
  const rg_capture_options options = RG_CAPTURE_OPTIONS_INIT;
  RGPY_TRY(init_capture(reader, &options));
  return rgpy_roots(reader);
}

void rgpy_reader_deinit(struct rgpy_capture *reader)
{
  deinit_capture(reader);
}

static rg_error *name_variables(struct rgpy_capture *capture)
{
  for (size_t i = 0; i < capture->closures.num; i++)
    RGPY_TRY(rgpy_name_captured(capture, rgpy_found_at(capture, capture->closures.nodes[i])->object));
  for (size_t i = 0; i < capture->owners.num; i++)
    RGPY_TRY(rgpy_name_arguments(capture, rgpy_found_at(capture, capture->owners.nodes[i])->object));
  return NULL;
}

static rg_error *read_whole(struct rgpy_capture *capture, const struct rgpy_documented *documented,
                            const struct rgpy_needed *needed)
{
  RGPY_TRY(needed ? add_needed(capture, needed) : add_all_tracked(capture, documented));
  count_waiting(capture);
  RGPY_TRY(rgpy_set_call_apart(capture));
  RGPY_TRY(read_all(capture));
  count_waiting(capture);
  return rgpy_account(capture);
}

static rg_error *capture_into(struct rgpy_capture *capture, const rg_capture_options *options,
                              const struct rgpy_documented *documented, const struct rgpy_needed *needed)
{
  RGPY_TRY(init_capture(capture, options));
  capture->wanted = needed ? &needed->objects : NULL;
  capture->wanted_from = 1;
  if (!options->is_bounded)
    RGPY_TRY(rgpy_roots(capture));
  capture->num_collections += rgpy_collector(PyInterpreterState_Get()).is_collecting;
  for (size_t i = 0; i < options->num_targets; i++) {
    rg_node node;
    RGPY_TRY(rgpy_capture_node(capture, options->targets[i], &node));
    rgpy_found_at(capture, node)->marks |= RGPY_MARK_TARGET;
    if (options->target_nodes)
      options->target_nodes[i] = node;
  }
  if (options->is_bounded)
    RGPY_TRY(read_bounded(capture, options));
  else
    RGPY_TRY(read_whole(capture, documented, needed));
  return name_variables(capture);
}

void rgpy_capture_prepare(void)
{
  rgpy_probes_prepare();
  rgpy_static_data_prepare();
}

rg_error *rgpy_capture_graph(const rg_capture_options *options, const struct rgpy_call *call, rg_graph **ret)
{
  return rgpy_capture_located(options, call, rgpy_is_tracing() ? rgpy_locate_here : NULL, NULL, ret);
}

static rg_error *add_losses(struct rgpy_capture *capture, const rg_capture_options *options)
{
  for (size_t i = 0; i < options->num_losses; i++)
    RGPY_TRY(rg_builder_add_loss(capture->builder, &options->losses[i]));
  const rg_loss losses[] = {
      {"sizes: classes that have a __sizeof__ were not asked", capture->num_unmeasured},
      {"interpreters whose objects cannot be enumerated: not captured", capture->num_interpreters_apart},
      {"static data: segments of more than 16 MB were not searched", rgpy_static_data()->num_left_out},
      {"a collection was running: what it was about to free may be missing", capture->num_collections},
      {"objects that gc.freeze() set apart: only those that others refer to", capture->num_unlisted},
  };
  for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++) {
    if (losses[i].num)
      RGPY_TRY(rg_builder_add_loss(capture->builder, &losses[i]));
  }
  return NULL;
}

// Where an outline cannot be made the whole heap is captured.
static bool find_needed(const rg_capture_options *options, const struct rgpy_call *call, struct rgpy_outline *outline,
                        struct rgpy_needed *ret)
{
  bool is_found = false;
  rg_error *error = rgpy_needed_find(options, call, outline, ret, &is_found);
  rg_error_destroy(error);
  return !error && is_found;
}

// Paths to each of many targets take a search each: then reading the whole heap is as fast.
#define MAX_TARGETS_OF_SEARCHES 100

static bool is_outline_wanted(const rg_capture_options *options, const struct rgpy_call *call)
{
  if (!call || call->question == RGPY_QUESTION_ANY || options->is_isolated || !rgpy_collected_has_lists())
    return false;
  return call->question != RGPY_QUESTION_PATHS || options->num_targets <= MAX_TARGETS_OF_SEARCHES;
}

// Memory that a capture touches for the first time is asked for while others may still go on.
static struct rgpy_outline *prepare_outline(const rg_capture_options *options, const struct rgpy_call *call)
{
  struct rgpy_outline *outline = NULL;
  if (!is_outline_wanted(options, call))
    return NULL;
  Py_BEGIN_ALLOW_THREADS
  rg_error_destroy(rgpy_outline_create(&outline));
  Py_END_ALLOW_THREADS
  return outline;
}

// What only the walk needs, some 30 bytes an object, is given back before the builder sorts its edges.
static void forget_walk(struct rgpy_capture *capture)
{
  rg_builder *builder = capture->builder;
  capture->builder = NULL;
  deinit_capture(capture);
  *capture = (struct rgpy_capture){.builder = builder};
}

static rg_error *finish(struct rgpy_capture *capture, const rg_capture_options *options, rgpy_locate locate,
                        void *context, uint64_t begin_ns, rg_graph **ret)
{
  RGPY_TRY(add_losses(capture, options));
  if (locate)
    RGPY_TRY(rgpy_allocations(capture, locate, context));
  RGPY_TRY(rgpy_set_process(capture, options, begin_ns));
  forget_walk(capture);
  return rg_builder_finish(capture->builder, ret);
}

rg_error *rgpy_capture_located(const rg_capture_options *options, const struct rgpy_call *call, rgpy_locate locate,
                               void *context, rg_graph **ret)
{
  // A caller that was compiled with a shorter struct gets the defaults of what it does not know.
  rg_capture_options complete = RG_CAPTURE_OPTIONS_INIT;
  if (options)
    memcpy(&complete, options, Py_MIN(options->size, sizeof(complete)));
  options = &complete;
  struct rgpy_outline *outline = prepare_outline(options, call);
  uint64_t begin_ns = rgpy_clock_ns(CLOCK_MONOTONIC);
  struct rgpy_capture capture = {.call = call ? *call : (struct rgpy_call){0}};
  struct rgpy_needed needed = {0};
  struct rgpy_documented documented = {0};
  if (!options->is_isolated)
    rgpy_capture_prepare();
  capture.is_documented = !options->is_bounded && !options->is_isolated && !rgpy_collected_has_lists();
  rg_error *error = capture.is_documented ? rgpy_documented_init(&documented) : NULL;
  bool is_found = outline && find_needed(options, call, outline, &needed);
  if (!error)
    error = capture_into(&capture, options, capture.is_documented ? &documented : NULL, is_found ? &needed : NULL);
  if (!error)
    error = finish(&capture, options, locate, context, begin_ns, ret);
  deinit_capture(&capture);
  rgpy_documented_deinit(&documented);
  rgpy_needed_deinit(&needed);
  rgpy_outline_destroy(outline);
  return error;
}
