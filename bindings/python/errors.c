/* One table from the library's errors to Python's exceptions. */
#include "rgpy.h"

static struct {
  rg_error_code code;
  const char *name;
  PyObject **base; /* of builtins, beside refgraph.Error */
  const char *doc;
  PyObject *exception;
} table[] = {
    {RG_ERROR_ARGUMENT, "ArgumentError", &PyExc_ValueError, "A value that was passed cannot be used.", NULL},
    {RG_ERROR_NOT_FOUND, "NotFoundError", &PyExc_LookupError, "The object or id is not in the graph.", NULL},
    {RG_ERROR_LIMIT, "LimitError", &PyExc_OverflowError, "More than the format or the machine can hold.", NULL},
    {RG_ERROR_SYSTEM, "FileError", &PyExc_OSError, "A file could not be written, or a system call failed.", NULL},
    {RG_ERROR_RENDERER, "RenderError", &PyExc_RuntimeError,
     "refgraph-render is missing, crashed or refused; the message has its last words.", NULL},
    {RG_ERROR_DEADLINE, "DeadlineError", &PyExc_TimeoutError, "Drawing took longer than it was given.", NULL},
    {RG_ERROR_UNSUPPORTED, "UnsupportedError", &PyExc_NotImplementedError,
     "This build or this interpreter cannot do it.", NULL},
    {RG_ERROR_BUSY, "BusyError", &PyExc_RuntimeError, "It is being done already.", NULL},
    {RG_ERROR_DUMP, "DumpError", &PyExc_ValueError,
     "This is no dump, or a damaged one; the message has the offset of what is wrong.", NULL},
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
      PyErr_NewExceptionWithDoc("refgraph.Error", "The base of refgraph's exceptions.", NULL, NULL);
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
