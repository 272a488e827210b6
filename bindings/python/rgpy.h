/* What every file of the extension needs: Python, the library, and the seams between them. */
#ifndef RGPY_H
#define RGPY_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <frameobject.h>

#include <stdbool.h>
#include <stdint.h>

#include <refgraph.h>
#include <refgraph/python.h>

#if PY_VERSION_HEX < 0x030a0000 || PY_VERSION_HEX >= 0x03100000
#error "refgraph supports CPython 3.10 to 3.15"
#endif
#if PY_VERSION_HEX >= 0x030e0000 && PY_VERSION_HEX < 0x030e0500
#error "refgraph does not support the incremental collector of CPython 3.14.0 to 3.14.4"
#endif
#ifdef Py_GIL_DISABLED
#error "refgraph does not support free-threaded builds of CPython"
#endif

/* An owned reference that goes when its variable does; hand it on with rgpy_take(). */
static inline void rgpy_decref_scoped(PyObject **object)
{
  Py_XDECREF(*object);
}
#define RGPY_CLEANUP_DECREF __attribute__((cleanup(rgpy_decref_scoped)))

static inline PyObject *rgpy_take(PyObject **object)
{
  PyObject *taken = *object;
  *object = NULL;
  return taken;
}

/* A function with another signature than PyCFunction, as the flags of its PyMethodDef tell. */
#define RGPY_METHOD(function) ((PyCFunction)(void (*)(void))(function))

/* Returns the error of a failing call of the library to the caller. */
#define RGPY_TRY(call)                  \
  do {                                  \
    rg_error *rgpy_try_error_ = (call); \
    if (rgpy_try_error_)                \
      return rgpy_try_error_;           \
  } while (0)

/* --- errors.c --- */

/* Adds the exceptions to what is kept. */
int rgpy_errors_init(PyObject *kept);
/* Raises the exception that belongs to `error`, which is destroyed. Always returns NULL. */
PyObject *rgpy_raise(rg_error *error);

/* --- kept.c --- */

/* Gives the module all that is kept, which is made when the first one is loaded. */
int rgpy_kept_init(PyObject *module);
/* Borrowed; NULL: there is none. Takes no Python memory. */
PyObject *rgpy_kept(const char *name);

/* --- arguments.c --- */

/* NULL with an exception. */
const char *rgpy_read_text(PyObject *object, const char *name);
/* For "O&" and the parameters `path` and `timeout`: the first gives bytes that are the caller's, the second seconds. */
int rgpy_convert_path(PyObject *object, void *ret);
int rgpy_convert_timeout(PyObject *object, void *ret);
/* A number of rows, None for all. -1 with an exception. */
int rgpy_read_limit(PyObject *limit, size_t *ret);
/* -1 with an exception. */
int rgpy_read_id(const rg_graph *graph, PyObject *id, rg_node *ret);
/* A sequence of ids as an array, which is the caller's to free. NULL with an exception. */
rg_node *rgpy_read_ids(const rg_graph *graph, PyObject *ids, size_t *num_ret);

/* --- graph_type.c --- */

struct rgpy_graph {
  PyObject_HEAD
  rg_graph *graph;
  rg_dominators *dominators; /* NULL: not asked for yet */
};
extern PyTypeObject rgpy_graph_type;

/* What a filter holds for. */
rg_error *rgpy_find_matches(const rg_graph *graph, const char *where, rg_matches **ret);

/* --- analyses.c --- */

/* Methods of rgpy_graph_type. */
PyObject *rgpy_graph_types(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *rgpy_graph_closures(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *rgpy_graph_allocations(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *rgpy_graph_cut(PyObject *self, PyObject *ids);
PyObject *rgpy_graph_cycles(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *rgpy_graph_disjoint_paths(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *rgpy_graph_dominators(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *rgpy_graph_retained(PyObject *self, PyObject *ids);

/* --- table_type.c --- */

extern PyTypeObject rgpy_table_type;
/* Takes over `table`. */
PyObject *rgpy_table_new(rg_table *table);
/* What was written, or the exception for what failed; `written` is empty afterwards. */
PyObject *rgpy_take_text(rg_error *error, rg_buffer *written);

/* --- growth_type.c --- */

extern PyTypeObject rgpy_growth_type;

/* --- report_type.c --- */

extern PyTypeObject rgpy_report_type;

/* --- drawing_type.c --- */

extern PyTypeObject rgpy_drawing_type;
/* Takes over `view`; holds `graph` while it lives. */
PyObject *rgpy_drawing_new(PyObject *graph, rg_view *view);

/* --- dump_type.c --- */

extern PyTypeObject rgpy_dump_type;
PyObject *rgpy_dump(PyObject *module, PyObject *args, PyObject *kwargs);

/* --- views.c --- */

/* What a drawing call says of the view, taken from its keywords. */
struct rgpy_view_arguments {
  rg_view_options options;
  rg_annotation *annotations;
  rg_attribute *attributes;
};
/* `annotations` is None or {id: (text or None, highlighted, ((name, value), ...))}. Borrows from the Python objects. */
int rgpy_view_arguments_init(struct rgpy_view_arguments *arguments, PyObject *annotations);
void rgpy_view_arguments_deinit(struct rgpy_view_arguments *arguments);

#endif
