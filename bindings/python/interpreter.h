/* What refgraph knows of the private layouts of interpreters, their threads and their collectors, a version each; the
 * rest of it is in layout.h, and the same rules hold. */
#ifndef RGPY_INTERPRETER_H
#define RGPY_INTERPRETER_H

#include "layout.h"

/* Whether the states of interpreters and threads are laid out as in the headers that the extension was compiled with,
 * which releases of one minor version and builds of one release differ in. From 3.13 on an interpreter tells some
 * places; where its collector's lists begin is known on all, after rgpy_collected_init(). */
bool rgpy_states_agree(void);
/* Whether an interpreter shares the GIL that is held, so that it stands still, too. */
bool rgpy_shares_gil(PyInterpreterState *interpreter);
/* sys.modules; NULL or something else than a dict where it was tampered with. */
PyObject *rgpy_interpreter_modules(PyInterpreterState *interpreter);
/* The dict of interned strings, whose references are not counted; NULL where it is not known. */
PyObject *rgpy_interned_strings(PyInterpreterState *interpreter);

/* The objects that the state of a thread or of an interpreter holds, each by the name of the field. What the language
 * needs for itself is told apart: small numbers, identifiers and the like. */
rg_error *rgpy_thread_fields(PyThreadState *thread, rgpy_visit_field visit, void *context);
rg_error *rgpy_interpreter_fields(PyInterpreterState *interpreter, rgpy_visit_field visit, void *context);
rg_error *rgpy_interpreter_internals(PyInterpreterState *interpreter, rgpy_visit_field visit, void *context);
/* What an interpreter keeps of static builtin types, which all interpreters share; for another one than the current,
 * whose are told as the types' own. */
rg_error *rgpy_static_type_fields(PyInterpreterState *interpreter, rgpy_visit_field visit, void *context);

/* The memory of such a state, to be searched for what no field tells. */
struct rgpy_memory {
  const void *begin;
  size_t size;
};
struct rgpy_memory rgpy_thread_memory(PyThreadState *thread);
struct rgpy_memory rgpy_interpreter_memory(PyInterpreterState *interpreter);
/* The same without what remembers attributes, functions of code and object.__reduce__, of which most is only borrowed:
 * the parts between these, and how many they are. */
enum { RGPY_MAX_PARTS = 4 };
size_t rgpy_interpreter_parts(PyInterpreterState *interpreter, struct rgpy_memory ret[RGPY_MAX_PARTS]);
/* The names of the attributes that an interpreter remembers, which it holds; some may be NULL. */
struct rgpy_keys rgpy_attribute_cache(PyInterpreterState *interpreter);

/* Where signal handlers stand, which every interpreter shares. */
struct rgpy_signal_handler {
  int is_tripped;
  PyObject *function;
};
struct rgpy_signal_handlers {
  const struct rgpy_signal_handler *handlers; /* by number of the signal; NULL: not known */
  size_t num;
};
struct rgpy_signal_handlers rgpy_signal_handlers(void);

/* --- the collector ------------------------------------------------------------------------------------------------ */

/* What gc.isenabled(), gc.get_threshold() and gc.get_count() tell, and whether a collection is under way. */
struct rgpy_collector {
  bool is_enabled;
  bool is_collecting;
  uint32_t thresholds[3];
  uint32_t counts[3];
};
struct rgpy_collector rgpy_collector(PyInterpreterState *interpreter);

#endif
