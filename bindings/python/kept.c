/* What the extension keeps for each interpreter that loads it: the exceptions, and the objects that are expected to be
 * gone. They go with the interpreter, and a module that is loaded there once more has the same ones. */
#include "capture.h"
#include "describe.h"

static const char key[] = "refgraph";

PyObject *rgpy_kept(const char *name)
{
  return rgpy_find_item(rgpy_find_item(PyInterpreterState_GetDict(PyInterpreterState_Get()), key), name);
}

static PyObject *kept_new(void)
{
  RGPY_CLEANUP_DECREF PyObject *kept = PyDict_New();
  PyObject *all = PyInterpreterState_GetDict(PyInterpreterState_Get());
  if (!all && !PyErr_Occurred())
    PyErr_NoMemory();
  if (!kept || !all || rgpy_errors_init(kept) < 0 || rgpy_expected_init(kept) < 0 ||
      PyDict_SetItemString(all, key, kept) < 0)
    return NULL;
  return rgpy_take(&kept);
}

int rgpy_kept_init(PyObject *module)
{
  PyObject *found = rgpy_find_item(PyInterpreterState_GetDict(PyInterpreterState_Get()), key);
  RGPY_CLEANUP_DECREF PyObject *kept = found ? Py_NewRef(found) : kept_new();
  Py_ssize_t position = 0;
  PyObject *name, *value;
  while (kept && PyDict_Next(kept, &position, &name, &value)) {
    if (PyObject_SetAttr(module, name, value) < 0)
      return -1;
  }
  return kept ? 0 : -1;
}
