/* Where closures and what they capture were allocated, while tracemalloc is tracing. A look-up makes Python objects, so
 * it comes after everything was read, with the collector off. */
#include "allocations.h"

#include "layout.h"

#if PY_VERSION_HEX >= 0x030d0000
// Declared by internal headers alone, though exported: a release without it has no allocation sites.
extern PyObject *_PyTraceMalloc_GetTraceback(unsigned int domain, uintptr_t address) __attribute__((weak));
#define HAS_TRACEBACKS (_PyTraceMalloc_GetTraceback != NULL)
#else
#define HAS_TRACEBACKS true
#endif

// A traceback is a tuple of (file name, line), the innermost frame first.
static bool read_traceback(PyObject *traceback, struct rgpy_allocation *ret)
{
  PyObject *frame = PyTuple_CheckExact(traceback) && PyTuple_GET_SIZE(traceback) ? PyTuple_GET_ITEM(traceback, 0) : NULL;
  if (!frame || !PyTuple_CheckExact(frame) || PyTuple_GET_SIZE(frame) != 2)
    return false;
  rgpy_copy_text(PyTuple_GET_ITEM(frame, 0), ret->file, sizeof(ret->file));
  ret->line = (uint32_t)PyLong_AsUnsignedLongMask(PyTuple_GET_ITEM(frame, 1));
  return true;
}

// Only of a block that is known to be in use may the object be read.
bool rgpy_find_allocation(uintptr_t address, size_t preheader_size, uintptr_t type, struct rgpy_allocation *ret)
{
  PyObject *traceback = HAS_TRACEBACKS ? _PyTraceMalloc_GetTraceback(0, address - preheader_size) : NULL;
  if (!traceback) {
    PyErr_Clear();
    return false;
  }
  bool is_found = traceback != Py_None && (uintptr_t)Py_TYPE((PyObject *)address) == type && read_traceback(traceback, ret);
  Py_DECREF(traceback);
  return is_found;
}

static rg_error *set_allocation(struct rgpy_capture *capture, PyObject *object)
{
  struct rgpy_allocation found;
  rg_node node = rgpy_address_map_get(&capture->nodes, object);
  PyTypeObject *type = Py_TYPE(object);
  if (!node || !rgpy_find_allocation((uintptr_t)object, rgpy_preheader_size(type), (uintptr_t)type, &found))
    return NULL;
  return rg_builder_set_allocation(capture->builder, node, &(rg_allocation){found.file, found.line});
}

static rg_error *set_allocations(struct rgpy_capture *capture, PyObject *function)
{
  PyObject *cells = ((PyFunctionObject *)function)->func_closure;
  RGPY_TRY(set_allocation(capture, function));
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(cells); i++) {
    PyObject *value = ((PyCellObject *)PyTuple_GET_ITEM(cells, i))->ob_ref;
    if (value)
      RGPY_TRY(set_allocation(capture, value));
  }
  return NULL;
}

rg_error *rgpy_allocations(struct rgpy_capture *capture)
{
  rg_error *error = NULL;
  int was_enabled = PyGC_Disable();
  for (size_t i = 0; !error && i < capture->closures.num; i++)
    error = set_allocations(capture, rgpy_found_at(capture, capture->closures.nodes[i])->object);
  if (was_enabled)
    PyGC_Enable();
  return error;
}
