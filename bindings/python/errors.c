/* One table from the library's errors to Python's exceptions. */
#include "docstrings.h"
#include "rgpy.h"

static struct {
  rg_error_code code;
  const char *name;
  PyObject **base; /* of builtins, beside refgraph.Error */
  const char *doc;
  PyObject *exception;
} table[] = {
    {RG_ERROR_ARGUMENT, "ArgumentError", &PyExc_ValueError, DOC_ArgumentError, NULL},
    {RG_ERROR_NOT_FOUND, "NotFoundError", &PyExc_LookupError, DOC_NotFoundError, NULL},
    {RG_ERROR_LIMIT, "LimitError", &PyExc_OverflowError, DOC_LimitError, NULL},
    {RG_ERROR_SYSTEM, "FileError", &PyExc_OSError, DOC_FileError, NULL},
    {RG_ERROR_RENDERER, "RenderError", &PyExc_RuntimeError, DOC_RenderError, NULL},
    {RG_ERROR_DEADLINE, "DeadlineError", &PyExc_TimeoutError, DOC_DeadlineError, NULL},
    {RG_ERROR_UNSUPPORTED, "UnsupportedError", &PyExc_NotImplementedError, DOC_UnsupportedError, NULL},
    {RG_ERROR_BUSY, "BusyError", &PyExc_RuntimeError, DOC_BusyError, NULL},
    {RG_ERROR_DUMP, "DumpError", &PyExc_ValueError, DOC_DumpError, NULL},
};
enum { NUM_EXCEPTIONS = sizeof(table) / sizeof(table[0]) };

static int add_exception(PyObject *module, PyObject *base, size_t i)
{
  char name[64];
  PyOS_snprintf(name, sizeof(name), "refgraph.%s", table[i].name);
  RGPY_CLEANUP_DECREF PyObject *bases = PyTuple_Pack(2, base, *table[i].base);
  if (!bases)
    return -1;
  table[i].exception = PyErr_NewExceptionWithDoc(name, table[i].doc, bases, NULL);
  return table[i].exception ? PyModule_AddObjectRef(module, table[i].name, table[i].exception) : -1;
}

int rgpy_errors_init(PyObject *module)
{
  RGPY_CLEANUP_DECREF PyObject *base =
      PyErr_NewExceptionWithDoc("refgraph.Error", DOC_Error, NULL, NULL);
  if (!base || PyModule_AddObjectRef(module, "Error", base) < 0)
    return -1;
  for (size_t i = 0; i < NUM_EXCEPTIONS; i++) {
    if (add_exception(module, base, i) < 0)
      return -1;
  }
  return 0;
}

static PyObject *exception_of(rg_error_code code)
{
  for (size_t i = 0; i < NUM_EXCEPTIONS; i++) {
    if (table[i].code == code)
      return table[i].exception;
  }
  return PyExc_RuntimeError;
}

PyObject *rgpy_raise(rg_error *error)
{
  // Whoever interrupted, a signal handler in most cases, has raised already.
  if (error->code == RG_ERROR_MEMORY)
    PyErr_NoMemory();
  else if (error->code != RG_ERROR_INTERRUPTED || !PyErr_Occurred())
    PyErr_SetString(exception_of(error->code), error->message);
  rg_error_destroy(error);
  return NULL;
}
