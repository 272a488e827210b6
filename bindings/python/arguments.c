/* From the arguments of a call to what the library takes. What is wrong is said by the name of the parameter. */
#include "rgpy.h"

#include <stdlib.h>

static void refuse(const char *name, const char *wanted, PyObject *object)
{
  PyErr_Format(PyExc_TypeError, "%s must be %s, not %.200s", name, wanted, Py_TYPE(object)->tp_name);
}

const char *rgpy_read_text(PyObject *object, const char *name)
{
  if (PyUnicode_Check(object))
    return PyUnicode_AsUTF8(object);
  refuse(name, "a str", object);
  return NULL;
}

// Asked of the type itself: a metaclass may have something else to say.
static bool has_fspath(PyObject *object)
{
  RGPY_CLEANUP_DECREF PyObject *name = PyUnicode_InternFromString("__fspath__");
  return name && _PyType_Lookup(Py_TYPE(object), name);
}

int rgpy_convert_path(PyObject *object, void *ret)
{
  // Without an object it is asked to let go of what it gave.
  if (!object || PyUnicode_Check(object) || PyBytes_Check(object) || has_fspath(object))
    return PyUnicode_FSConverter(object, ret);
  if (!PyErr_Occurred())
    refuse("path", "a str or Path", object);
  return 0;
}

int rgpy_convert_timeout(PyObject *object, void *ret)
{
  const PyNumberMethods *methods = Py_TYPE(object)->tp_as_number;
  if (!PyFloat_Check(object) && !(methods && (methods->nb_float || methods->nb_index))) {
    refuse("timeout", "a number of seconds", object);
    return 0;
  }
  double seconds = PyFloat_AsDouble(object);
  if (PyErr_Occurred())
    return 0;
  *(double *)ret = seconds;
  return 1;
}

int rgpy_read_limit(PyObject *limit, size_t *ret)
{
  *ret = SIZE_MAX;
  if (limit != Py_None)
    *ret = PyLong_AsSize_t(limit);
  return PyErr_Occurred() ? -1 : 0;
}

/* --- ids ---------------------------------------------------------------------------------------------------------- */

int rgpy_read_id(const rg_graph *graph, PyObject *id, rg_node *ret)
{
  int overflow;
  if (!PyIndex_Check(id)) {
    refuse("id", "an int", id);
    return -1;
  }
  long long number = PyLong_AsLongLongAndOverflow(id, &overflow);
  if (number == -1 && PyErr_Occurred())
    return -1;
  if (overflow || number < 1 || number >= rg_graph_num_nodes(graph)) {
    rg_node last = rg_graph_num_nodes(graph) - 1;
    rgpy_raise(overflow ? rg_error_create(RG_ERROR_NOT_FOUND, "no such node: the graph has ids 1 to %u", last)
                        : rg_error_create(RG_ERROR_NOT_FOUND, "no node %lld: the graph has ids 1 to %u", number, last));
    return -1;
  }
  *ret = (rg_node)number;
  return 0;
}

rg_node *rgpy_read_ids(const rg_graph *graph, PyObject *ids, size_t *num_ret)
{
  // A tuple: an id may be an object of the program's whose __index__ would change a list.
  RGPY_CLEANUP_DECREF PyObject *items = PySequence_Tuple(ids);
  if (!items)
    return NULL;
  size_t num = (size_t)PyTuple_GET_SIZE(items);
  rg_node *nodes = calloc(num + 1, sizeof(*nodes));
  if (!nodes)
    return (rg_node *)PyErr_NoMemory();
  for (size_t i = 0; i < num; i++) {
    if (rgpy_read_id(graph, PyTuple_GET_ITEM(items, (Py_ssize_t)i), &nodes[i]) < 0) {
      free(nodes);
      return NULL;
    }
  }
  *num_ret = num;
  return nodes;
}
