/* The roots: modules, running frames with their locals, the state of threads and of the interpreter, in this order,
 * which is the order of preference among equally short paths. Frames and states are no objects here: they become
 * nodes of their own. */
#include <string.h>

#include "describe.h"
#include "layout.h"

static rg_error *add_root(struct rgpy_capture *capture, rg_node node, const char *reason)
{
  rg_string name;
  RGPY_TRY(rgpy_literal(capture, reason, &name));
  return rg_builder_add_edge(capture->builder, RG_NODE_ROOT, node, RG_EDGE_INTERNAL, name);
}

/* --- modules ------------------------------------------------------------------------------------------------------ */

static rg_error *add_modules(struct rgpy_capture *capture)
{
  PyObject *modules = PyImport_GetModuleDict();
  Py_ssize_t position = 0;
  PyObject *name, *module;
  while (modules && PyDict_Check(modules) && PyDict_Next(modules, &position, &name, &module)) {
    rg_node node;
    if (!PyModule_Check(module))
      continue;
    RGPY_TRY(rgpy_capture_node(capture, module, &node));
    RGPY_TRY(add_root(capture, node, "module"));
  }
  return NULL;
}

/* --- threads ------------------------------------------------------------------------------------------------------ */

PyObject *rgpy_find_attribute(PyObject *object, const char *name)
{
  struct rgpy_inline_values values = rgpy_inline_values(object);
  for (size_t i = 0; i < values.num; i++) {
    PyObject *key = values.keys[i * values.stride];
    if (key && PyUnicode_CompareWithASCIIString(key, name) == 0)
      return values.values[i];
  }
  PyObject *dict = rgpy_instance_dict(object);
  return dict && PyDict_Check(dict) ? rgpy_find_item(dict, name) : NULL;
}

PyObject *rgpy_active_threads(void)
{
  PyObject *modules = PyImport_GetModuleDict();
  PyObject *threading = modules && PyDict_Check(modules) ? rgpy_find_item(modules, "threading") : NULL;
  PyObject *active = threading && PyModule_Check(threading)
                         ? rgpy_find_item(PyModule_GetDict(threading), "_active")
                         : NULL;
  return active && PyDict_Check(active) ? active : NULL;
}

// The threading.Thread of a thread; NULL if it has none.
static PyObject *find_thread_object(const struct rgpy_capture *capture, PyThreadState *thread)
{
  Py_ssize_t position = 0;
  PyObject *ident, *object;
  while (capture->active_threads && PyDict_Next(capture->active_threads, &position, &ident, &object)) {
    int overflow;
    if (PyLong_CheckExact(ident) && (unsigned long)PyLong_AsLongAndOverflow(ident, &overflow) == thread->thread_id)
      return object;
  }
  return NULL;
}

static rg_error *name_thread(struct rgpy_capture *capture, PyThreadState *thread, rg_string *ret)
{
  PyObject *object = find_thread_object(capture, thread);
  PyObject *name = object ? rgpy_find_attribute(object, "_name") : NULL;
  if (name && PyUnicode_Check(name))
    return rgpy_thread_name(capture, name, ret);
  // New threads come first in the list, so the last is the oldest.
  return rgpy_literal(capture, PyThreadState_Next(thread) ? "unnamed thread" : "main thread", ret);
}

static rg_error *refer_field(void *context, const char *name, PyObject *object)
{
  rg_string string;
  RGPY_TRY(rgpy_literal(context, name, &string));
  return rgpy_capture_refer(context, object, RG_EDGE_ATTRIBUTE, string);
}

/* --- frames ------------------------------------------------------------------------------------------------------- */

// A frame of the package itself, whose locals are the call that captures.
static bool is_own_frame(const struct rgpy_frame *frame)
{
  PyObject *name = frame->globals && PyDict_Check(frame->globals) ? rgpy_find_item(frame->globals, "__name__") : NULL;
  if (!name || !PyUnicode_CheckExact(name) || !PyUnicode_IS_COMPACT_ASCII(name))
    return false;
  const char *text = (const char *)PyUnicode_1BYTE_DATA(name);
  return strcmp(text, "refgraph") == 0 || strncmp(text, "refgraph.", 9) == 0;
}

// Where a frame is an object, it stays in the graph as one that holds nothing.
static rg_error *silence(struct rgpy_capture *capture, PyObject *frame_object)
{
  rg_node node;
  if (!frame_object)
    return NULL;
  RGPY_TRY(rgpy_capture_node(capture, frame_object, &node));
  rgpy_found_at(capture, node)->row = rg_builder_num_edges(capture->builder);
  return NULL;
}

static rg_error *describe_frame(struct rgpy_capture *capture, const struct rgpy_frame *frame, rg_node_info *info)
{
  rg_type_info type = {"frame", "", RG_CATEGORY_FRAME};
  RGPY_TRY(rg_builder_add_type(capture->builder, &type, &info->type));
  RGPY_TRY(rgpy_name(capture, rgpy_code_qualname(frame->code), &info->label));
  return rgpy_code_site(capture, frame->code, rgpy_code_qualname(frame->code), frame->line, &info->site);
}

// A frame and where its references will go: frames of all threads are nodes before the first reference is read.
struct state {
  rg_node node;
  PyThreadState *thread;
  struct rgpy_frame frame; /* without code: the state of the thread, or of the interpreter, itself */
};

struct states {
  struct state *states;
  size_t num, capacity;
};

static rg_error *add_state(struct states *states, const struct state *state)
{
  RGPY_TRY(rgpy_reserve((void **)&states->states, &states->capacity, states->num + 1, sizeof(*states->states)));
  states->states[states->num++] = *state;
  return NULL;
}

static rg_error *add_frame(struct rgpy_capture *capture, struct states *states, PyThreadState *thread,
                           const struct rgpy_frame *frame, rg_string thread_name)
{
  struct state state = {.thread = thread, .frame = *frame};
  rg_node_info info = {.length = RG_LENGTH_NONE, .site = RG_SITE_NONE, .context = thread_name};
  RGPY_TRY(describe_frame(capture, frame, &info));
#if PY_VERSION_HEX < 0x030b0000
  // The frame is an object: its node stands for both.
  const struct rgpy_type *type;
  RGPY_TRY(rgpy_describe_type(capture, &PyFrame_Type, &type));
  info.address = (uintptr_t)frame->object;
  info.size = rgpy_size(frame->object, type);
  info.refcount = (uint32_t)Py_REFCNT(frame->object);
  state.frame.object = NULL;
  RGPY_TRY(rgpy_capture_node(capture, frame->object, &state.node));
  RGPY_TRY(rg_builder_set_node(capture->builder, state.node, &info));
#else
  RGPY_TRY(rgpy_capture_add_state(capture, &info, &state.node));
#endif
  RGPY_TRY(add_root(capture, state.node, "frame"));
  return add_state(states, &state);
}

static rg_error *add_frames(struct rgpy_capture *capture, struct states *states, PyThreadState *thread,
                            rg_string thread_name)
{
  struct rgpy_frame frame;
  bool is_there = rgpy_thread_frame(thread, &frame);
  bool is_calling = thread == PyThreadState_Get();
  for (; is_there; is_there = rgpy_frame_previous(&frame, &frame)) {
    is_calling = is_calling && is_own_frame(&frame);
    if (is_calling)
      RGPY_TRY(silence(capture, frame.object));
    else
      RGPY_TRY(add_frame(capture, states, thread, &frame, thread_name));
  }
  return NULL;
}

static rg_error *add_thread(struct rgpy_capture *capture, struct states *states, PyThreadState *thread)
{
  rg_string name;
  RGPY_TRY(name_thread(capture, thread, &name));
  return add_frames(capture, states, thread, name);
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

// Of a thread, or without one of the interpreter.
static rg_error *add_state_node(struct rgpy_capture *capture, struct states *states, PyThreadState *thread)
{
  const char *word = thread ? "thread state" : "interpreter state";
  struct state state = {.thread = thread};
  rg_node_info info = {.length = RG_LENGTH_NONE, .site = RG_SITE_NONE};
  rg_type_info type = {word, "", RG_CATEGORY_EXTERNAL};
  if (thread)
    RGPY_TRY(name_thread(capture, thread, &info.label));
  else
    RGPY_TRY(rgpy_literal(capture, "interpreter", &info.label));
  RGPY_TRY(rg_builder_add_type(capture->builder, &type, &info.type));
  RGPY_TRY(rgpy_capture_add_state(capture, &info, &state.node));
  RGPY_TRY(add_root(capture, state.node, word));
  return add_state(states, &state);
}

static rg_error *read_state(struct rgpy_capture *capture, const struct state *state)
{
  capture->node = state->node;
  if (state->frame.code)
    RGPY_TRY(rgpy_frame_references(capture, &state->frame));
  else if (state->thread)
    RGPY_TRY(rgpy_thread_fields(state->thread, refer_field, capture));
  else
    RGPY_TRY(rgpy_interpreter_fields(PyInterpreterState_Get(), refer_field, capture));
  return rgpy_capture_end_row(capture);
}

static rg_error *add_all(struct rgpy_capture *capture, struct states *states)
{
  PyInterpreterState *interpreter = PyInterpreterState_Get();
  RGPY_TRY(add_modules(capture));
  for (PyThreadState *thread = PyInterpreterState_ThreadHead(interpreter); thread; thread = PyThreadState_Next(thread))
    RGPY_TRY(add_thread(capture, states, thread));
  for (PyThreadState *thread = PyInterpreterState_ThreadHead(interpreter); thread; thread = PyThreadState_Next(thread))
    RGPY_TRY(add_state_node(capture, states, thread));
  RGPY_TRY(add_state_node(capture, states, NULL));
  for (size_t i = 0; i < states->num; i++)
    RGPY_TRY(read_state(capture, &states->states[i]));
  return NULL;
}

rg_error *rgpy_roots(struct rgpy_capture *capture)
{
  struct states states = {0};
  rg_error *error = add_all(capture, &states);
  rg_memory_free(states.states);
  return error;
}
