/* The roots that are known by their names: modules, running frames with their locals, the state of threads and of the
 * interpreter, then frames and states of other interpreters. This is the order of preference among equally short paths.
 * Frames and states are no objects here: they become nodes of their own. */
#include "roots.h"

#include <signal.h>
#include <string.h>

#include "describe.h"

static rg_error *add_root(struct rgpy_capture *capture, rg_node node, const char *reason)
{
  rg_string name;
  RGPY_TRY(rgpy_literal(capture, reason, &name));
  return rg_builder_add_edge(capture->builder, RG_NODE_ROOT, node, RG_EDGE_INTERNAL, name);
}

/* --- modules ------------------------------------------------------------------------------------------------------ */

static rg_error *add_modules(struct rgpy_capture *capture, PyInterpreterState *interpreter)
{
  PyObject *modules = rgpy_interpreter_modules(interpreter);
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

PyObject *rgpy_active_threads(PyInterpreterState *interpreter)
{
  PyObject *modules = rgpy_interpreter_modules(interpreter);
  PyObject *threading = modules && PyDict_Check(modules) ? rgpy_find_item(modules, "threading") : NULL;
  PyObject *active = threading && PyModule_Check(threading)
                         ? rgpy_find_item(PyModule_GetDict(threading), "_active")
                         : NULL;
  return active && PyDict_Check(active) ? active : NULL;
}

// "interpreter" is the one that captures, others have their number.
static rg_error *name_interpreter(struct rgpy_capture *capture, PyInterpreterState *interpreter, const char *prefix,
                                  rg_string *ret)
{
  if (interpreter == PyInterpreterState_Get())
    return rgpy_literal(capture, "interpreter", ret);
  char text[64];
  int size = snprintf(text, sizeof(text), "%sinterpreter %lld", prefix,
                      (long long)PyInterpreterState_GetID(interpreter));
  return rg_builder_add_string(capture->builder, text, (size_t)size, ret);
}

// The threading.Thread of a thread; NULL if it has none.
static PyObject *find_thread_object(PyThreadState *thread)
{
  PyObject *active = rgpy_active_threads(thread->interp);
  Py_ssize_t position = 0;
  PyObject *ident, *object;
  while (active && PyDict_Next(active, &position, &ident, &object)) {
    int overflow;
    if (PyLong_CheckExact(ident) && (unsigned long)PyLong_AsLongAndOverflow(ident, &overflow) == thread->thread_id)
      return object;
  }
  return NULL;
}

static rg_error *name_thread(struct rgpy_capture *capture, PyThreadState *thread, rg_string *ret)
{
  if (thread->interp != PyInterpreterState_Get())
    return name_interpreter(capture, thread->interp, "thread of ", ret);
  PyObject *object = find_thread_object(thread);
  PyObject *name = object ? rgpy_find_attribute(object, "_name") : NULL;
  if (name && PyUnicode_Check(name))
    return rgpy_thread_name(capture, name, ret);
  // New threads come first in the list, so the last is the oldest.
  return rgpy_literal(capture, PyThreadState_Next(thread) ? "unnamed thread" : "main thread", ret);
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

#if PY_VERSION_HEX >= 0x030e0000

static uint32_t num_held(const rgpy_slot *slots, size_t num_slots, PyObject *object)
{
  uint32_t num = 0;
  for (size_t i = 0; i < num_slots; i++)
    num += rgpy_slot_object(slots[i]) == object && rgpy_slot_counts(slots[i]);
  return num;
}

uint32_t rgpy_num_held_by_call(PyObject *object)
{
  uint32_t num = 0;
  struct rgpy_frame frame;
  bool is_there = rgpy_thread_frame(PyThreadState_Get(), &frame);
  for (; is_there && is_own_frame(&frame); is_there = rgpy_frame_previous(&frame, &frame))
    num += num_held(frame.locals, frame.num_locals, object) + num_held(frame.stack, frame.num_stack, object);
  return num;
}

#else

uint32_t rgpy_num_held_by_call(PyObject *object)
{
  (void)object;
  return 0;
}

#endif

static rg_error *describe_frame(struct rgpy_capture *capture, const struct rgpy_frame *frame, rg_node_info *info)
{
  rg_type_info type = {"frame", "", RG_CATEGORY_FRAME};
  RGPY_TRY(rg_builder_add_type(capture->builder, &type, &info->type));
  RGPY_TRY(rgpy_name(capture, rgpy_code_qualname(frame->code), &info->label));
  return rgpy_code_site(capture, frame->code, rgpy_code_qualname(frame->code), frame->line, &info->site);
}

static rg_error *add_state(struct rgpy_capture *capture, const struct rgpy_state *state)
{
  struct rgpy_states *states = &capture->states;
  RGPY_TRY(rgpy_reserve((void **)&states->states, &states->capacity, states->num + 1, sizeof(*states->states)));
  states->states[states->num++] = *state;
  return NULL;
}

static rg_error *add_frame(struct rgpy_capture *capture, PyThreadState *thread, const struct rgpy_frame *frame,
                           rg_string thread_name)
{
  struct rgpy_state state = {.interpreter = thread->interp, .thread = thread, .frame = *frame};
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
  return add_state(capture, &state);
}

static rg_error *add_frames(struct rgpy_capture *capture, PyThreadState *thread)
{
  rg_string thread_name;
  struct rgpy_frame frame;
  bool is_there = rgpy_thread_frame(thread, &frame);
  bool is_calling = thread == PyThreadState_Get();
  RGPY_TRY(name_thread(capture, thread, &thread_name));
  for (; is_there; is_there = rgpy_frame_previous(&frame, &frame)) {
    is_calling = is_calling && is_own_frame(&frame);
    // What an own frame holds is of no interest, but counted.
    if (is_calling)
      RGPY_TRY(add_state(capture, &(struct rgpy_state){RG_NODE_NONE, thread->interp, thread, frame}));
    else
      RGPY_TRY(add_frame(capture, thread, &frame, thread_name));
  }
  return NULL;
}

/* --- states ------------------------------------------------------------------------------------------------------- */

// Of a thread, or without one of the interpreter.
static rg_error *add_state_node(struct rgpy_capture *capture, PyInterpreterState *interpreter, PyThreadState *thread)
{
  const char *word = thread ? "thread state" : "interpreter state";
  struct rgpy_state state = {.interpreter = interpreter, .thread = thread};
  rg_node_info info = {.length = RG_LENGTH_NONE, .site = RG_SITE_NONE};
  rg_type_info type = {word, "", RG_CATEGORY_EXTERNAL};
  if (thread)
    RGPY_TRY(name_thread(capture, thread, &info.label));
  else
    RGPY_TRY(name_interpreter(capture, interpreter, "", &info.label));
  RGPY_TRY(rg_builder_add_type(capture->builder, &type, &info.type));
  RGPY_TRY(rgpy_capture_add_state(capture, &info, &state.node));
  RGPY_TRY(add_root(capture, state.node, word));
  return add_state(capture, &state);
}

static rg_error *refer_field(void *context, const char *name, PyObject *object)
{
  return rgpy_refer(context, object, RG_EDGE_ATTRIBUTE, name);
}

static rg_error *refer_internal(void *context, const char *name, PyObject *object)
{
  return rgpy_refer(context, object, RG_EDGE_INTERNAL, name);
}

static const char *signal_name(size_t number)
{
  static const char *const names[] = {
      [SIGHUP] = "handler of SIGHUP",   [SIGINT] = "handler of SIGINT",     [SIGQUIT] = "handler of SIGQUIT",
      [SIGABRT] = "handler of SIGABRT", [SIGUSR1] = "handler of SIGUSR1",   [SIGUSR2] = "handler of SIGUSR2",
      [SIGPIPE] = "handler of SIGPIPE", [SIGALRM] = "handler of SIGALRM",   [SIGTERM] = "handler of SIGTERM",
      [SIGCHLD] = "handler of SIGCHLD", [SIGWINCH] = "handler of SIGWINCH", [SIGPROF] = "handler of SIGPROF",
  };
  bool is_named = number < sizeof(names) / sizeof(names[0]) && names[number];
  return is_named ? names[number] : "handler of a signal";
}

// A number stands for the default or for none.
static rg_error *refer_signal_handlers(struct rgpy_capture *capture)
{
  struct rgpy_signal_handlers signals = rgpy_signal_handlers();
  for (size_t i = 0; signals.handlers && i < signals.num; i++) {
    PyObject *function = signals.handlers[i].function;
    rg_edge_kind kind = function && PyLong_Check(function) ? RG_EDGE_INTERNAL : RG_EDGE_ATTRIBUTE;
    RGPY_TRY(rgpy_refer(capture, function, kind, signal_name(i)));
  }
  return NULL;
}

static rg_error *mark_interned(struct rgpy_capture *capture, PyInterpreterState *interpreter)
{
  rg_node node;
  PyObject *interned = rgpy_interned_strings(interpreter);
  if (!interned)
    return NULL;
  RGPY_TRY(rgpy_capture_node(capture, interned, &node));
  rgpy_found_at(capture, node)->marks |= RGPY_MARK_INTERNED;
  return NULL;
}

// Whatever belongs to the process is told of one interpreter.
static rg_error *read_interpreter(struct rgpy_capture *capture, PyInterpreterState *interpreter)
{
  bool is_current = interpreter == PyInterpreterState_Get();
  RGPY_TRY(mark_interned(capture, interpreter));
  RGPY_TRY(rgpy_interpreter_fields(interpreter, refer_field, capture));
  if (is_current)
    RGPY_TRY(refer_signal_handlers(capture));
  RGPY_TRY(rgpy_interpreter_internals(interpreter, refer_internal, capture));
  return is_current ? NULL : rgpy_static_type_fields(interpreter, refer_internal, capture);
}

static rg_error *mark_fields(struct rgpy_capture *capture)
{
  for (size_t i = 0; i < capture->row.num; i++) {
    rg_node node;
    RGPY_TRY(rgpy_capture_node(capture, capture->row.references[i].target, &node));
    rgpy_found_at(capture, node)->marks |= RGPY_MARK_FIELD;
  }
  return NULL;
}

static rg_error *read_state(struct rgpy_capture *capture, const struct rgpy_state *state)
{
  if (state->node == RG_NODE_NONE)
    return NULL;
  capture->node = state->node;
  if (state->frame.code)
    RGPY_TRY(rgpy_frame_references(capture, &state->frame));
  else if (state->thread)
    RGPY_TRY(rgpy_thread_fields(state->thread, refer_field, capture));
  else
    RGPY_TRY(read_interpreter(capture, state->interpreter));
  if (!state->frame.code)
    RGPY_TRY(mark_fields(capture));
  return rgpy_capture_end_row(capture);
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

// Modules of another interpreter have names that are known already: the way to them begins at that interpreter.
static rg_error *add_interpreter(struct rgpy_capture *capture, PyInterpreterState *interpreter)
{
  if (interpreter == PyInterpreterState_Get())
    RGPY_TRY(add_modules(capture, interpreter));
  PyThreadState *first = PyInterpreterState_ThreadHead(interpreter);
  for (PyThreadState *thread = first; thread; thread = PyThreadState_Next(thread))
    RGPY_TRY(add_frames(capture, thread));
  for (PyThreadState *thread = first; thread; thread = PyThreadState_Next(thread))
    RGPY_TRY(add_state_node(capture, interpreter, thread));
  return add_state_node(capture, interpreter, NULL);
}

rg_error *rgpy_roots(struct rgpy_capture *capture)
{
  PyInterpreterState *current = PyInterpreterState_Get();
  RGPY_TRY(add_interpreter(capture, current));
  for (PyInterpreterState *other = PyInterpreterState_Head(); other; other = PyInterpreterState_Next(other)) {
    if (other != current && rgpy_shares_gil(other))
      RGPY_TRY(add_interpreter(capture, other));
    capture->num_interpreters_apart += !rgpy_shares_gil(other);
  }
  RGPY_TRY(rgpy_add_holders(capture));
  // Frames of all threads are nodes before the first reference is read.
  for (size_t i = 0; i < capture->states.num; i++)
    RGPY_TRY(read_state(capture, &capture->states.states[i]));
  return NULL;
}
