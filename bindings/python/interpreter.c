/* With layout.c the only file that includes CPython's internal headers. Sources: Include/cpython/pystate.h,
 * Include/internal/pycore_interp.h and what that includes, Python/pystate.c, Modules/signalmodule.c of each version. */
#define Py_BUILD_CORE 1
#include "interpreter.h"

#include <internal/pycore_interp.h>
#include <internal/pycore_runtime.h>

#if PY_VERSION_HEX >= 0x030e0000
#include <internal/pycore_interpframe_structs.h>
#elif PY_VERSION_HEX >= 0x030d0000
#include <internal/pycore_frame.h>
#endif

#include "collected.h"
#include "probes.h"

/* --- whether states are as the headers have them ------------------------------------------------------------------ */

#if PY_VERSION_HEX >= 0x030d0000

#if PY_VERSION_HEX >= 0x030f0000

// With a JIT, of which no header tells, states of threads have one field more, and that of the oldest is the end of its
// interpreter's.
static bool has_jit(uint64_t size)
{
  return size == sizeof(PyInterpreterState) + sizeof(struct _PyJitTracerState *);
}

static bool is_size(PyInterpreterState *interpreter, uint64_t size)
{
  const PyThreadState *oldest = PyInterpreterState_ThreadHead(interpreter);
  while (oldest->next)
    oldest = oldest->next;
  return size == sizeof(*interpreter) || (has_jit(size) && oldest == &interpreter->_initial_thread.base);
}

#else

static bool is_size(PyInterpreterState *interpreter, uint64_t size)
{
  return size == sizeof(*interpreter);
}

#endif

static bool are_places_told(PyInterpreterState *interpreter)
{
  const _Py_DebugOffsets *told = &_PyRuntime.debug_offsets;
  const struct {
    uint64_t told;
    size_t compiled;
  } places[] = {
      {told->interpreter_state.gc, offsetof(PyInterpreterState, gc)},
      {told->interpreter_state.imports_modules, offsetof(PyInterpreterState, imports.modules)},
      {told->interpreter_state.sysdict, offsetof(PyInterpreterState, sysdict)},
      {told->interpreter_state.builtins, offsetof(PyInterpreterState, builtins)},
      {told->interpreter_state.ceval_gil, offsetof(PyInterpreterState, ceval.gil)},
      {told->thread_state.size, sizeof(PyThreadState)},
      {told->thread_state.current_frame, offsetof(PyThreadState, current_frame)},
      {told->interpreter_frame.size, sizeof(_PyInterpreterFrame)},
      {told->interpreter_frame.localsplus, offsetof(_PyInterpreterFrame, localsplus)},
      {told->gc.size, sizeof(struct _gc_runtime_state)},
      {told->gc.collecting, offsetof(struct _gc_runtime_state, collecting)},
  };
  for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
    if (places[i].told != places[i].compiled)
      return false;
  }
  return is_size(interpreter, told->interpreter_state.size);
}

#else

static bool are_places_told(PyInterpreterState *interpreter)
{
  (void)interpreter;
  return true;
}

#endif

bool rgpy_states_agree(void)
{
  PyInterpreterState *interpreter = PyInterpreterState_Get();
  const void *youngest = &interpreter->gc.generations[0].head;
  return are_places_told(interpreter) &&
         (!rgpy_collected_has_lists() || rgpy_collected_lists(interpreter).heads[0] == youngest);
}

/* --- interpreters ------------------------------------------------------------------------------------------------- */

bool rgpy_shares_gil(PyInterpreterState *interpreter)
{
#if PY_VERSION_HEX >= 0x030c0000
  return interpreter->ceval.gil == PyInterpreterState_Get()->ceval.gil;
#else
  (void)interpreter;
  return true;
#endif
}

PyObject *rgpy_interpreter_modules(PyInterpreterState *interpreter)
{
#if PY_VERSION_HEX >= 0x030c0000
  return interpreter->imports.modules;
#else
  return interpreter->modules;
#endif
}

PyObject *rgpy_interned_strings(PyInterpreterState *interpreter)
{
#if PY_VERSION_HEX >= 0x030c0000
  return interpreter->cached_objects.interned_strings;
#else
  (void)interpreter;
  return rgpy_probed_interned_strings();
#endif
}

#if PY_VERSION_HEX >= 0x030e0000

static rg_error *visit_atexit(PyInterpreterState *interpreter, rgpy_visit_field visit, void *context)
{
  const struct rgpy_field fields[] = {{"atexit", interpreter->atexit.callbacks}};
  return RGPY_VISIT_FIELDS(fields);
}

#else

static rg_error *visit_atexit(PyInterpreterState *interpreter, rgpy_visit_field visit, void *context)
{
  const struct atexit_state *state = &interpreter->atexit;
  for (int i = 0; i < state->ncallbacks; i++) {
    if (!state->callbacks[i])
      continue;
    const struct rgpy_field fields[] = {{"atexit", state->callbacks[i]->func},
                                        {"atexit arguments", state->callbacks[i]->args},
                                        {"atexit arguments", state->callbacks[i]->kwargs}};
    RGPY_TRY(RGPY_VISIT_FIELDS(fields));
  }
  return NULL;
}

#endif

#if PY_VERSION_HEX >= 0x030c0000

static rg_error *visit_monitoring(PyInterpreterState *interpreter, rgpy_visit_field visit, void *context)
{
  for (size_t tool = 0; tool < PY_MONITORING_TOOL_IDS; tool++) {
    const struct rgpy_field fields[] = {{"monitoring tool", interpreter->monitoring_tool_names[tool]}};
    RGPY_TRY(RGPY_VISIT_FIELDS(fields));
    for (size_t event = 0; event < _PY_MONITORING_EVENTS; event++) {
      const struct rgpy_field callback[] = {{"monitoring callback", interpreter->monitoring_callables[tool][event]}};
      RGPY_TRY(RGPY_VISIT_FIELDS(callback));
    }
  }
  return NULL;
}

#endif

#if PY_VERSION_HEX >= 0x030c0000
#define IMPORTS_OF(interpreter) ((interpreter)->imports)
#else
#define IMPORTS_OF(interpreter) (*(interpreter))
#endif
#if PY_VERSION_HEX >= 0x030d0000
#define CODECS_OF(interpreter, name) ((interpreter)->codecs.name)
#else
#define CODECS_OF(interpreter, name) ((interpreter)->codec_##name)
#endif

rg_error *rgpy_interpreter_fields(PyInterpreterState *interpreter, rgpy_visit_field visit, void *context)
{
  const struct rgpy_field fields[] = {
      {"sys.modules", IMPORTS_OF(interpreter).modules},
      {"builtins", interpreter->builtins},
      {"sys", interpreter->sysdict},
      {"importlib", IMPORTS_OF(interpreter).importlib},
      {"modules of C", IMPORTS_OF(interpreter).modules_by_index},
      {"__import__", IMPORTS_OF(interpreter).import_func},
      {"interpreter dict", interpreter->dict},
      {"codec search path", CODECS_OF(interpreter, search_path)},
      {"codec cache", CODECS_OF(interpreter, search_cache)},
      {"codec error handlers", CODECS_OF(interpreter, error_registry)},
      {"fork handlers (before)", interpreter->before_forkers},
      {"fork handlers (parent)", interpreter->after_forkers_parent},
      {"fork handlers (child)", interpreter->after_forkers_child},
      {"warning filters", interpreter->warnings.filters},
      {"warnings shown once", interpreter->warnings.once_registry},
      {"default action of warnings", interpreter->warnings.default_action},
      {"audit hooks", interpreter->audit_hooks},
      {"gc.garbage", interpreter->gc.garbage},
      {"gc.callbacks", interpreter->gc.callbacks},
#if PY_VERSION_HEX >= 0x030e0000
      {"context variable of warnings", interpreter->warnings.context},
#endif
#if PY_VERSION_HEX >= 0x030f0000
      {"__lazy_import__", interpreter->imports.lazy_import_func},
      {"filter of lazy imports", interpreter->imports.lazy_imports_filter},
      {"sys.lazy_modules", interpreter->imports.lazy_modules},
#endif
  };
  RGPY_TRY(RGPY_VISIT_FIELDS(fields));
#if PY_VERSION_HEX >= 0x030c0000
  RGPY_TRY(visit_monitoring(interpreter, visit, context));
#endif
  return visit_atexit(interpreter, visit, context);
}

/* --- what the language needs for itself --------------------------------------------------------------------------- */

static rg_error *visit_array(const char *name, PyObject *const *objects, size_t num, rgpy_visit_field visit,
                             void *context)
{
  for (size_t i = 0; i < num; i++) {
    if (objects[i])
      RGPY_TRY(visit(context, name, objects[i]));
  }
  return NULL;
}
#define VISIT_ARRAY(name, array) \
  visit_array(name, (PyObject *const *)(array), sizeof(array) / sizeof(PyObject *), visit, context)

#if PY_VERSION_HEX >= 0x030c0000

static rg_error *visit_singletons(PyInterpreterState *interpreter, rgpy_visit_field visit, void *context)
{
  const struct _Py_interp_cached_objects *cached = &interpreter->cached_objects;
  const struct rgpy_field fields[] = {
#if PY_VERSION_HEX < 0x030d0000
      {"inf", cached->str_replace_inf}, // releases of 3.13 differ in its name; it is found by a search there
#endif
#if PY_VERSION_HEX < 0x030f0000
      {"__slots__", cached->type_slots_pname},
#else
      {"__dict__ of an instance", cached->dict_descriptor},
      {"__weakref__ of an instance", cached->weakref_descriptor},
#endif
#if PY_VERSION_HEX >= 0x030e0000
      {"constant evaluator", (PyObject *)cached->constevaluator_type},
#endif
      {"typing.Generic", (PyObject *)cached->generic_type},
      {"typing.TypeVar", (PyObject *)cached->typevar_type},
      {"typing.TypeVarTuple", (PyObject *)cached->typevartuple_type},
      {"typing.ParamSpec", (PyObject *)cached->paramspec_type},
      {"typing.ParamSpecArgs", (PyObject *)cached->paramspecargs_type},
      {"typing.ParamSpecKwargs", (PyObject *)cached->paramspeckwargs_type},
      {"ExceptionGroup", interpreter->exc_state.PyExc_ExceptionGroup},
      {"sys at the start", interpreter->sysdict_copy},
  };
  return RGPY_VISIT_FIELDS(fields);
}

#elif PY_VERSION_HEX >= 0x030b0000

static rg_error *visit_singletons(PyInterpreterState *interpreter, rgpy_visit_field visit, void *context)
{
  const struct rgpy_field fields[] = {{"ExceptionGroup", interpreter->exc_state.PyExc_ExceptionGroup}};
  return RGPY_VISIT_FIELDS(fields);
}

#else

static rg_error *visit_singletons(PyInterpreterState *interpreter, rgpy_visit_field visit, void *context)
{
  const struct rgpy_field fields[] = {
      {"b''", interpreter->bytes.empty_string},
      {"''", interpreter->unicode.empty_string},
      {"()", (PyObject *)interpreter->tuple.free_list[0]},
  };
  RGPY_TRY(RGPY_VISIT_FIELDS(fields));
  RGPY_TRY(VISIT_ARRAY("bytes of length 1", interpreter->bytes.characters));
  RGPY_TRY(VISIT_ARRAY("text of length 1", interpreter->unicode.latin1));
  return VISIT_ARRAY("small number", interpreter->small_ints);
}

#endif

rg_error *rgpy_interpreter_internals(PyInterpreterState *interpreter, rgpy_visit_field visit, void *context)
{
  const struct ast_state *ast = &interpreter->ast;
  PyObject *const *ast_begin = &ast->AST_type;
  size_t num_ast = (size_t)((PyObject *const *)(const void *)(ast + 1) - ast_begin);
  const struct rgpy_field fields[] = {
      {"interned strings", rgpy_interned_strings(interpreter)},
      {"builtins at the start", interpreter->builtins_copy},
      {"classes of OSError", interpreter->exc_state.errnomap},
  };
  RGPY_TRY(RGPY_VISIT_FIELDS(fields));
  RGPY_TRY(visit_array("ast", ast_begin, num_ast, visit, context));
  RGPY_TRY(visit_array("identifier", interpreter->unicode.ids.array, (size_t)interpreter->unicode.ids.size, visit,
                       context));
  return visit_singletons(interpreter, visit, context);
}

rg_error *rgpy_static_type_fields(PyInterpreterState *interpreter, rgpy_visit_field visit, void *context)
{
#if PY_VERSION_HEX >= 0x030d0000
  const managed_static_type_state *states = interpreter->types.builtins.initialized;
  size_t num = _Py_MAX_MANAGED_STATIC_BUILTIN_TYPES;
#elif PY_VERSION_HEX >= 0x030c0000
  const static_builtin_state *states = interpreter->types.builtins;
  size_t num = _Py_MAX_STATIC_BUILTIN_TYPES;
#else
  const struct { PyObject *tp_dict, *tp_subclasses; } *states = NULL;
  size_t num = 0;
  (void)interpreter;
#endif
  for (size_t i = 0; i < num; i++) {
    const struct rgpy_field fields[] = {{"__dict__ of a static type", states[i].tp_dict},
                                        {"__subclasses__ of a static type", states[i].tp_subclasses}};
    RGPY_TRY(RGPY_VISIT_FIELDS(fields));
  }
  return NULL;
}

struct rgpy_memory rgpy_interpreter_memory(PyInterpreterState *interpreter)
{
  return (struct rgpy_memory){interpreter, sizeof(*interpreter)};
}

#if PY_VERSION_HEX >= 0x030c0000
#define ATTRIBUTE_CACHE(interpreter) ((interpreter)->types.type_cache)
#else
#define ATTRIBUTE_CACHE(interpreter) ((interpreter)->type_cache)
#endif

struct rgpy_keys rgpy_attribute_cache(PyInterpreterState *interpreter)
{
  const struct type_cache_entry *entries = ATTRIBUTE_CACHE(interpreter).hashtable;
  size_t num = sizeof(ATTRIBUTE_CACHE(interpreter).hashtable) / sizeof(*entries);
  return (struct rgpy_keys){&entries->name, sizeof(*entries) / sizeof(PyObject *), num};
}

// In the order in which they stand.
size_t rgpy_interpreter_parts(PyInterpreterState *interpreter, struct rgpy_memory ret[RGPY_MAX_PARTS])
{
  const struct rgpy_memory left_out[] = {
#if PY_VERSION_HEX >= 0x030d0000
      {&interpreter->func_state, sizeof(interpreter->func_state)},
#endif
      {&ATTRIBUTE_CACHE(interpreter), sizeof(ATTRIBUTE_CACHE(interpreter))},
#if PY_VERSION_HEX >= 0x030c0000
      {&interpreter->cached_objects.objreduce, sizeof(interpreter->cached_objects.objreduce)},
#endif
      {interpreter + 1, 0},
  };
  size_t num = sizeof(left_out) / sizeof(left_out[0]);
  const char *begin = (const char *)interpreter;
  for (size_t i = 0; i < num; i++) {
    ret[i] = (struct rgpy_memory){begin, (size_t)((const char *)left_out[i].begin - begin)};
    begin = (const char *)left_out[i].begin + left_out[i].size;
  }
  return num;
}

/* --- threads ------------------------------------------------------------------------------------------------------ */

#if PY_VERSION_HEX >= 0x030d0000

typedef _PyThreadStateImpl thread_state;

// What stands behind the fields that the API shows.
static rg_error *visit_hidden_fields(const thread_state *thread, rgpy_visit_field visit, void *context)
{
  const struct rgpy_field fields[] = {
      {"running event loop", thread->asyncio_running_loop},
#if PY_VERSION_HEX >= 0x030e0000
      {"running task", thread->asyncio_running_task},
#endif
  };
  return RGPY_VISIT_FIELDS(fields);
}

#else

typedef PyThreadState thread_state;

static rg_error *visit_hidden_fields(const thread_state *thread, rgpy_visit_field visit, void *context)
{
  (void)thread, (void)visit, (void)context;
  return NULL;
}

#endif

rg_error *rgpy_thread_fields(PyThreadState *thread, rgpy_visit_field visit, void *context)
{
  // Those further out in the chain of handled exceptions are of generators that run, and held there.
  const _PyErr_StackItem *handled = &thread->exc_state;
  const struct rgpy_field fields[] = {
      {"context", thread->context},
      {"thread state dict", thread->dict},
      {"profile function", thread->c_profileobj},
      {"trace function", thread->c_traceobj},
      {"asynchronous exception", thread->async_exc},
      {"async generator hook", thread->async_gen_firstiter},
      {"async generator finalizer", thread->async_gen_finalizer},
      {"handled exception", handled->exc_value},
#if PY_VERSION_HEX >= 0x030d0000
      {"key of thread locals", thread->threading_local_key},
      {"sentinel of thread locals", thread->threading_local_sentinel},
#endif
#if PY_VERSION_HEX >= 0x030c0000
      {"exception", thread->current_exception},
#else
      {"exception", thread->curexc_value},
      {"type of the exception", thread->curexc_type},
      {"traceback", thread->curexc_traceback},
#endif
#if PY_VERSION_HEX < 0x030b0000
      {"type of the handled exception", handled->exc_type},
      {"handled traceback", handled->exc_traceback},
#endif
  };
  RGPY_TRY(RGPY_VISIT_FIELDS(fields));
  return visit_hidden_fields((const thread_state *)thread, visit, context);
}

struct rgpy_memory rgpy_thread_memory(PyThreadState *thread)
{
  size_t size = sizeof(thread_state);
#if PY_VERSION_HEX >= 0x030f0000
  size += has_jit(_PyRuntime.debug_offsets.interpreter_state.size) ? sizeof(struct _PyJitTracerState *) : 0;
#endif
  return (struct rgpy_memory){thread, size};
}

/* --- signals ------------------------------------------------------------------------------------------------------ */

#if PY_VERSION_HEX >= 0x030c0000

struct rgpy_signal_handlers rgpy_signal_handlers(void)
{
  return (struct rgpy_signal_handlers){(const struct rgpy_signal_handler *)(uintptr_t)_PyRuntime.signals.handlers,
                                       sizeof(_PyRuntime.signals.handlers) / sizeof(struct rgpy_signal_handler)};
}

#else

struct rgpy_signal_handlers rgpy_signal_handlers(void)
{
  return rgpy_probed_signal_handlers();
}

#endif

/* --- the collector ------------------------------------------------------------------------------------------------ */

struct rgpy_collector rgpy_collector(PyInterpreterState *interpreter)
{
  const struct _gc_runtime_state *state = &interpreter->gc;
  struct rgpy_collector collector = {.is_enabled = state->enabled, .is_collecting = state->collecting};
  for (size_t i = 0; i < NUM_GENERATIONS; i++) {
    collector.thresholds[i] = (uint32_t)state->generations[i].threshold;
    collector.counts[i] = (uint32_t)state->generations[i].count;
  }
  return collector;
}
