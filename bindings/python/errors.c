/* One table from the library's errors to Python's exceptions. */
#include "docstrings.h"
#include "rgpy.h"

static const struct {
  rg_error_code code;
  const char *name;
  PyObject **base; /* of builtins, beside refgraph.Error */
  const char *doc;
} table[] = {
    {RG_ERROR_ARGUMENT, "ArgumentError", &PyExc_ValueError, DOC_ArgumentError},
    {RG_ERROR_NOT_FOUND, "NotFoundError", &PyExc_LookupError, DOC_NotFoundError},
    {RG_ERROR_LIMIT, "LimitError", &PyExc_OverflowError, DOC_LimitError},
    {RG_ERROR_SYSTEM, "FileError", &PyExc_OSError, DOC_FileError},
    {RG_ERROR_RENDERER, "RenderError", &PyExc_RuntimeError, DOC_RenderError},
    {RG_ERROR_DEADLINE, "DeadlineError", &PyExc_TimeoutError, DOC_DeadlineError},
    {RG_ERROR_UNSUPPORTED, "UnsupportedError", &PyExc_NotImplementedError, DOC_UnsupportedError},
    {RG_ERROR_BUSY, "BusyError", &PyExc_RuntimeError, DOC_BusyError},
    {RG_ERROR_DUMP, "DumpError", &PyExc_ValueError, DOC_DumpError},
};
enum { NUM_EXCEPTIONS = sizeof(table) / sizeof(table[0]) };

static int add_exception(PyObject *kept, PyObject *base, size_t i)
{
  char name[64];
  PyOS_snprintf(name, sizeof(name), "refgraph.%s", table[i].name);
  RGPY_CLEANUP_DECREF PyObject *bases = PyTuple_Pack(2, base, *table[i].base);
  if (!bases)
    return -1;
  RGPY_CLEANUP_DECREF PyObject *exception = PyErr_NewExceptionWithDoc(name, table[i].doc, bases, NULL);
  return exception ? PyDict_SetItemString(kept, table[i].name, exception) : -1;
}

int rgpy_errors_init(PyObject *kept)
{
  RGPY_CLEANUP_DECREF PyObject *base =
      PyErr_NewExceptionWithDoc("refgraph.Error", DOC_Error, NULL, NULL);
  if (!base || PyDict_SetItemString(kept, "Error", base) < 0)
    return -1;
  for (size_t i = 0; i < NUM_EXCEPTIONS; i++) {
    if (add_exception(kept, base, i) < 0)
      return -1;
  }
  return 0;
}

static PyObject *exception_of(rg_error_code code)
{
  for (size_t i = 0; i < NUM_EXCEPTIONS; i++) {
    PyObject *exception = table[i].code == code ? rgpy_kept(table[i].name) : NULL;
    if (exception)
      return exception;
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
