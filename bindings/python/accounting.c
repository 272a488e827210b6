/* What the counts of references tell beyond the references that were found.
 *
 * Every object counts the references to it. Those that a capture finds are counted, too, so that in the end it is known
 * how many an object lacks: these are held by something that is no object. A conservative scan tells of some where they
 * stand: a word in the temporaries of a running frame, in the state of a thread or of an interpreter, or in the static
 * data of a library that is the address of an object which lacks references is taken for one of them. What is lacking
 * then is held by C code.
 *
 * Static types and immortal objects have no count that means anything. They have holders of their own, of which there
 * is one each; and so has what only the call that captures holds, so that it is not taken for garbage.
 *
 * Cost: a pass over the nodes, without looking at their objects again, and over some hundred thousand words of memory,
 * most of which are no address. */
#include "roots.h"

#include <stdio.h>
#include <string.h>

#include "static_data.h"

static int64_t num_lacking(const struct rgpy_found *found)
{
  return found->marks & RGPY_MARK_UNCOUNTED ? 0 : -(int64_t)(int32_t)found->num_counted;
}

/* --- holders ------------------------------------------------------------------------------------------------------ */

static const struct {
  const char *word;
  rg_edge_kind kind;
} holders[RGPY_NUM_HOLDERS] = {
    [RGPY_HOLDER_C_CODE] = {"C code", RG_EDGE_ATTRIBUTE},
    [RGPY_HOLDER_CALL] = {"this call", RG_EDGE_LOCAL},
    [RGPY_HOLDER_STATIC_TYPES] = {"static types", RG_EDGE_INTERNAL},
    [RGPY_HOLDER_IMMORTALS] = {"immortal objects", RG_EDGE_INTERNAL},
};

static rg_error *add_holder(struct rgpy_capture *capture, const char *word, const char *label, rg_node *ret)
{
  rg_node_info info = {.length = RG_LENGTH_NONE, .site = RG_SITE_NONE, .flags = RG_NODE_INFERRED};
  rg_type_info type = {word, "", RG_CATEGORY_EXTERNAL};
  RGPY_TRY(rg_builder_add_type(capture->builder, &type, &info.type));
  RGPY_TRY(rg_builder_add_string(capture->builder, label, strlen(label), &info.label));
  return rgpy_capture_add_state(capture, &info, ret);
}

static rg_error *add_root(struct rgpy_capture *capture, rg_node holder, const char *word)
{
  rg_string name;
  RGPY_TRY(rgpy_literal(capture, word, &name));
  return rg_builder_add_edge(capture->builder, RG_NODE_ROOT, holder, RG_EDGE_INTERNAL, name);
}

rg_error *rgpy_add_holders(struct rgpy_capture *capture)
{
  for (size_t i = 0; i < RGPY_NUM_HOLDERS; i++)
    RGPY_TRY(add_holder(capture, holders[i].word, "", &capture->holders[i]));
  return NULL;
}

static rg_error *hold(struct rgpy_capture *capture, enum rgpy_holder holder, rg_node node, rg_string name)
{
  return rg_builder_add_edge(capture->builder, capture->holders[holder], node, holders[holder].kind, name);
}

/* --- searching memory --------------------------------------------------------------------------------------------- */

// The node of the object at `address` if it lacks a reference, else 0. No two objects share 16 bytes, but what is no
// object may point between them.
static rg_node find_lacking(const struct rgpy_capture *capture, const void *address)
{
  rg_node node = rgpy_address_map_get(&capture->nodes, address);
  if (!node)
    return 0;
  const struct rgpy_found *found = rgpy_found_at(capture, node);
  return (const void *)found->object == address && num_lacking(found) > 0 ? node : 0;
}

// From where the edges go to what is found, and their kind and name.
struct finding {
  rg_node source;
  const char *library; /* whose static data are searched, while there is no source */
  rg_edge_kind kind;
  rg_string name;
};

static rg_error *note(struct rgpy_capture *capture, struct finding *finding, rg_node node)
{
  rgpy_found_at(capture, node)->num_counted++;
  if (!finding->source) {
    RGPY_TRY(add_holder(capture, "static data", finding->library, &finding->source));
    RGPY_TRY(add_root(capture, finding->source, "static data"));
  }
  return rg_builder_add_edge(capture->builder, finding->source, node, finding->kind, finding->name);
}

// What has one of the marks is not looked for. The words between variables are read, too, where AddressSanitizer has
// laid its red zones.
__attribute__((no_sanitize_address))
static rg_error *search(struct rgpy_capture *capture, struct rgpy_memory memory, uint8_t marks,
                        struct finding *finding)
{
  const void *const *words = memory.begin;
  for (size_t i = 0; i < memory.size / sizeof(*words); i++) {
    rg_node node = find_lacking(capture, words[i]);
    if (node && !(rgpy_found_at(capture, node)->marks & marks))
      RGPY_TRY(note(capture, finding, node));
  }
  return NULL;
}

static rg_error *search_attribute_cache(struct rgpy_capture *capture, const struct rgpy_state *state)
{
  struct finding finding = {.source = state->node, .kind = RG_EDGE_INTERNAL};
  struct rgpy_keys names = rgpy_attribute_cache(state->interpreter);
  RGPY_TRY(rgpy_literal(capture, "attribute cache", &finding.name));
  for (size_t i = 0; i < names.num; i++) {
    rg_node node = find_lacking(capture, names.keys[i * names.stride]);
    if (node)
      RGPY_TRY(note(capture, &finding, node));
  }
  return NULL;
}

// Fields that are known were counted already.
static rg_error *search_state(struct rgpy_capture *capture, const struct rgpy_state *state)
{
  struct finding finding = {.source = state->node, .kind = RG_EDGE_ATTRIBUTE};
  struct rgpy_memory parts[RGPY_MAX_PARTS];
  RGPY_TRY(rgpy_literal(capture, "another field", &finding.name));
  if (state->thread)
    return search(capture, rgpy_thread_memory(state->thread), RGPY_MARK_FIELD, &finding);
  for (size_t i = 0, num = rgpy_interpreter_parts(state->interpreter, parts); i < num; i++)
    RGPY_TRY(search(capture, parts[i], RGPY_MARK_FIELD, &finding));
  return search_attribute_cache(capture, state);
}

static rg_error *search_slots(struct rgpy_capture *capture, const struct rgpy_state *state)
{
  struct finding finding = {.source = state->node, .kind = RG_EDGE_LOCAL};
  RGPY_TRY(rgpy_literal(capture, "temporary value", &finding.name));
  struct rgpy_memory slots = {state->frame.slots, state->frame.num_slots * sizeof(*state->frame.slots)};
  return search(capture, slots, 0, &finding);
}

static rg_error *search_states(struct rgpy_capture *capture)
{
  for (size_t i = 0; i < capture->states.num; i++) {
    const struct rgpy_state *state = &capture->states.states[i];
    if (state->node != RG_NODE_NONE)
      RGPY_TRY(state->frame.code ? search_slots(capture, state) : search_state(capture, state));
  }
  return NULL;
}

// The states themselves stand there, too, and were searched by then.
static const char *skip_states(const struct rgpy_capture *capture, const char *place)
{
  for (size_t i = 0; i < capture->states.num; i++) {
    const struct rgpy_state *state = &capture->states.states[i];
    struct rgpy_memory memory = rgpy_interpreter_memory(state->interpreter);
    if (place >= (const char *)memory.begin && place < (const char *)memory.begin + memory.size)
      return (const char *)memory.begin + memory.size;
  }
  return place;
}

enum { SEARCHED_AT_ONCE = 4096 };

static rg_error *search_segment(struct rgpy_capture *capture, const struct rgpy_segment *segment,
                                struct finding *finding)
{
  const char *place = segment->begin, *end = segment->end;
  while (place < end) {
    const char *next = skip_states(capture, place);
    size_t size = Py_MIN((size_t)(end - place), (size_t)SEARCHED_AT_ONCE);
    if (next == place)
      RGPY_TRY(search(capture, (struct rgpy_memory){place, size}, 0, finding));
    place = next == place ? place + size : next;
  }
  return NULL;
}

static rg_error *search_static_data(struct rgpy_capture *capture)
{
  const struct rgpy_static_data *data = rgpy_static_data();
  struct finding finding = {.library = ""};
  for (size_t i = 0; i < data->num; i++) {
    const struct rgpy_segment *segment = &data->segments[i];
    if (strcmp(finding.library, segment->library) != 0)
      finding = (struct finding){.library = segment->library, .kind = RG_EDGE_ATTRIBUTE};
    RGPY_TRY(search_segment(capture, segment, &finding));
  }
  return NULL;
}

/* --- the call itself ---------------------------------------------------------------------------------------------- */

static rg_error *add_own(struct rgpy_capture *capture, PyObject *object)
{
  if (!object)
    return NULL;
  RGPY_TRY(rgpy_reserve((void **)&capture->own, &capture->own_capacity, capture->num_own + 1, sizeof(*capture->own)));
  capture->own[capture->num_own++] = object;
  return NULL;
}

// A frame that is an object of its own is shown as one that holds nothing.
static rg_error *add_own_of_frame(struct rgpy_capture *capture, const struct rgpy_frame *frame)
{
  rg_node node;
  RGPY_TRY(rgpy_frame_references(capture, frame));
  for (size_t i = 0; i < capture->row.num; i++) {
    if (!capture->row.references[i].is_borrowed)
      RGPY_TRY(add_own(capture, capture->row.references[i].target));
  }
  capture->row.num = 0;
  if (!frame->object)
    return NULL;
  RGPY_TRY(rgpy_capture_node(capture, frame->object, &node));
  return rgpy_capture_read(capture, node, false);
}

static rg_error *add_own_of_frames(struct rgpy_capture *capture)
{
  for (size_t i = 0; i < capture->states.num; i++) {
    if (capture->states.states[i].node == RG_NODE_NONE)
      RGPY_TRY(add_own_of_frame(capture, &capture->states.states[i].frame));
  }
  return NULL;
}

// Without what the enumeration of the collector's objects holds.
static int64_t count_of(const struct rgpy_capture *capture, const struct rgpy_found *found)
{
  bool is_listed = found->marks & RGPY_MARK_TRACKED;
  return Py_REFCNT(found->object) - (is_listed ? (int64_t)capture->refcount_bias : 0);
}

// Arguments stay among the temporaries of who calls, where Python code calls Python code: once for each such call.
static Py_ssize_t num_as_argument(const struct rgpy_capture *capture, PyObject *object)
{
  Py_ssize_t num = 0;
#if PY_VERSION_HEX < 0x030b0000
  bool was_own = false;
  for (size_t i = 0; i < capture->states.num; i++) {
    const struct rgpy_state *state = &capture->states.states[i];
    size_t slot = 0;
    while (slot < state->frame.num_slots && rgpy_slot_object(state->frame.slots[slot]) != object)
      slot++;
    num += was_own && slot < state->frame.num_slots;
    was_own = state->node == RG_NODE_NONE;
  }
#endif
  (void)capture, (void)object;
  return num;
}

// What roots refer to is not; all other references are counted later.
static bool is_of_call_alone(const struct rgpy_capture *capture, rg_node node)
{
  const struct rgpy_found *found = rgpy_found_at(capture, node);
  Py_ssize_t num = num_as_argument(capture, found->object);
  for (size_t i = 0; i < capture->num_own; i++)
    num += capture->own[i] == found->object;
  return !found->num_counted && num >= count_of(capture, found);
}

// A container of the call is shown as if it were empty: what it holds, the call holds.
static rg_error *empty(struct rgpy_capture *capture, PyObject *container)
{
  PyObject *key, *value;
  Py_ssize_t position = 0;
  while (PyDict_CheckExact(container) && PyDict_Next(container, &position, &key, &value))
    RGPY_TRY(add_own(capture, value));
  Py_ssize_t num = PyDict_CheckExact(container) ? 0 : Py_SIZE(container);
  for (Py_ssize_t i = 0; i < num; i++)
    RGPY_TRY(add_own(capture, PySequence_Fast_GET_ITEM(container, i)));
  return rgpy_capture_read(capture, rgpy_address_map_get(&capture->nodes, container), false);
}

static bool is_to_be_emptied(const struct rgpy_capture *capture, PyObject *object)
{
  if (!PyDict_CheckExact(object) && !PyList_CheckExact(object) && !PyTuple_CheckExact(object))
    return false;
  rg_node node = rgpy_address_map_get(&capture->nodes, object);
  if (!node)
    return false;
  const struct rgpy_found *found = rgpy_found_at(capture, node);
  bool is_wanted = found->marks & RGPY_MARK_TARGET || found->row != RGPY_ROW_NONE;
  return !is_wanted && is_of_call_alone(capture, node);
}

rg_error *rgpy_set_call_apart(struct rgpy_capture *capture)
{
  const struct rgpy_call *call = &capture->call;
  RGPY_TRY(add_own_of_frames(capture));
  // The targets are held by C and, as an argument, by the innermost frame of the call.
  PyObject *const held_by_c[] = {call->arguments, call->keywords, call->targets, call->targets, call->result};
  for (size_t i = 0; i < sizeof(held_by_c) / sizeof(held_by_c[0]); i++)
    RGPY_TRY(add_own(capture, held_by_c[i]));
  for (size_t i = 0, num = capture->num_own; i < num; i++) {
    if (is_to_be_emptied(capture, capture->own[i]))
      RGPY_TRY(empty(capture, capture->own[i]));
  }
  return NULL;
}

// Counts a reference of the call. True if nothing that was found refers to the object.
static bool count_own_reference(struct rgpy_capture *capture, PyObject *object)
{
  rg_node node = find_lacking(capture, object);
  if (!node)
    return false;
  struct rgpy_found *found = rgpy_found_at(capture, node);
  bool is_of_call_alone = num_lacking(found) == count_of(capture, found);
  found->num_counted++;
  return is_of_call_alone;
}

// What was passed down to the call, unless the call itself says how often.
static void count_arguments(struct rgpy_capture *capture)
{
  PyObject *targets = capture->target_bias ? NULL : capture->call.targets;
  for (Py_ssize_t i = 0; targets && i < Py_SIZE(targets); i++) {
    PyObject *target = PySequence_Fast_GET_ITEM(targets, i);
    for (Py_ssize_t num = num_as_argument(capture, target); num > 0; num--)
      rgpy_found_at(capture, find_lacking(capture, target))->num_counted++;
  }
}

// Leaves in `own` what nothing else holds.
static rg_error *count_own(struct rgpy_capture *capture)
{
  size_t num_kept = 0;
  count_arguments(capture);
  for (size_t i = 0; i < capture->num_own; i++) {
    if (count_own_reference(capture, capture->own[i]))
      capture->own[num_kept++] = capture->own[i];
  }
  capture->num_own = num_kept;
  for (size_t i = 0; i < capture->states.num; i++) {
    const struct rgpy_state *state = &capture->states.states[i];
    for (size_t j = 0; state->node == RG_NODE_NONE && j < state->frame.num_slots; j++) {
      PyObject *object = rgpy_slot_object(state->frame.slots[j]);
      if (count_own_reference(capture, object))
        RGPY_TRY(add_own(capture, object));
    }
  }
  return NULL;
}

static rg_error *hold_own(struct rgpy_capture *capture)
{
  for (size_t i = 0; i < capture->num_own; i++) {
    rg_node node = rgpy_address_map_get(&capture->nodes, capture->own[i]);
    RGPY_TRY(hold(capture, RGPY_HOLDER_CALL, node, 0));
  }
  return NULL;
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

static rg_error *name_count(struct rgpy_capture *capture, int64_t num, rg_string *ret)
{
  char text[40];
  int size = snprintf(text, sizeof(text), "%lld reference%s", (long long)num, num == 1 ? "" : "s");
  return rg_builder_add_string(capture->builder, text, (size_t)size, ret);
}

static rg_error *account_for_c_code(struct rgpy_capture *capture)
{
  for (rg_node node = 1, num = capture->num_found; node < num; node++) {
    int64_t num_left = num_lacking(rgpy_found_at(capture, node));
    rg_string name;
    if (num_left <= 0)
      continue;
    RGPY_TRY(name_count(capture, num_left, &name));
    RGPY_TRY(hold(capture, RGPY_HOLDER_C_CODE, node, name));
  }
  return NULL;
}

static rg_error *account_for_uncounted(struct rgpy_capture *capture)
{
  for (rg_node node = 1, num = capture->num_found; node < num; node++) {
    const struct rgpy_found *found = rgpy_found_at(capture, node);
    bool is_type = found->object && found->marks & RGPY_MARK_UNCOUNTED && PyType_Check(found->object);
    if (found->marks & RGPY_MARK_UNCOUNTED)
      RGPY_TRY(hold(capture, is_type ? RGPY_HOLDER_STATIC_TYPES : RGPY_HOLDER_IMMORTALS, node, 0));
  }
  return NULL;
}

rg_error *rgpy_account(struct rgpy_capture *capture)
{
  RGPY_TRY(count_own(capture));
  RGPY_TRY(search_states(capture));
  RGPY_TRY(search_static_data(capture));
  RGPY_TRY(account_for_c_code(capture));
  RGPY_TRY(hold_own(capture));
  RGPY_TRY(account_for_uncounted(capture));
  for (size_t i = 0; i < RGPY_NUM_HOLDERS; i++)
    RGPY_TRY(add_root(capture, capture->holders[i], holders[i].word));
  return NULL;
}
