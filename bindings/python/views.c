/* From the keywords of a drawing call to the options of a view. */
#include "rgpy.h"

#include <stdlib.h>

static int read_attributes(PyObject *pairs, rg_attribute *ret)
{
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(pairs); i++) {
    if (!PyArg_ParseTuple(PyTuple_GET_ITEM(pairs, i), "ss", &ret[i].name, &ret[i].value))
      return -1;
  }
  return 0;
}

static int compare_annotations(const void *left, const void *right)
{
  rg_node a = ((const rg_annotation *)left)->node, b = ((const rg_annotation *)right)->node;
  return a < b ? -1 : a > b;
}

static int count_attributes(PyObject *annotations, size_t *ret)
{
  Py_ssize_t position = 0;
  PyObject *id, *value;
  size_t num = 0;
  while (PyDict_Next(annotations, &position, &id, &value)) {
    if (!PyTuple_Check(value) || PyTuple_GET_SIZE(value) != 3 || !PyTuple_Check(PyTuple_GET_ITEM(value, 2))) {
      PyErr_SetString(PyExc_TypeError, "an annotation is (text, highlighted, ((name, value), ...))");
      return -1;
    }
    num += (size_t)PyTuple_GET_SIZE(PyTuple_GET_ITEM(value, 2));
  }
  *ret = num;
  return 0;
}

static int read_annotation(PyObject *id, PyObject *value, rg_annotation *annotation, rg_attribute *attributes)
{
  int is_highlighted;
  PyObject *pairs;
  annotation->node = (rg_node)PyLong_AsUnsignedLong(id);
  if (PyErr_Occurred() ||
      !PyArg_ParseTuple(value, "zpO!", &annotation->text, &is_highlighted, &PyTuple_Type, &pairs) ||
      read_attributes(pairs, attributes) < 0)
    return -1;
  annotation->is_highlighted = is_highlighted;
  annotation->attributes = attributes;
  annotation->num_attributes = (size_t)PyTuple_GET_SIZE(pairs);
  return 0;
}

int rgpy_view_arguments_init(struct rgpy_view_arguments *arguments, PyObject *annotations)
{
  size_t num_attributes;
  arguments->options = (rg_view_options)RG_VIEW_OPTIONS_INIT;
  arguments->annotations = NULL;
  arguments->attributes = NULL;
  if (annotations == Py_None)
    return 0;
  if (!PyDict_Check(annotations)) {
    PyErr_SetString(PyExc_TypeError, "annotations must be a dict");
    return -1;
  }
  if (count_attributes(annotations, &num_attributes) < 0)
    return -1;
  size_t num = (size_t)PyDict_GET_SIZE(annotations);
  arguments->annotations = calloc(num + 1, sizeof(*arguments->annotations));
  arguments->attributes = calloc(num_attributes + 1, sizeof(*arguments->attributes));
  if (!arguments->annotations || !arguments->attributes) {
    PyErr_NoMemory();
    return -1;
  }
  Py_ssize_t position = 0;
  PyObject *id, *value;
  rg_annotation *annotation = arguments->annotations;
  rg_attribute *attributes = arguments->attributes;
  for (; PyDict_Next(annotations, &position, &id, &value); annotation++) {
    if (read_annotation(id, value, annotation, attributes) < 0)
      return -1;
    attributes += annotation->num_attributes;
  }
  qsort(arguments->annotations, num, sizeof(*arguments->annotations), compare_annotations);
  arguments->options.annotations = arguments->annotations;
  arguments->options.num_annotations = num;
  return 0;
}

void rgpy_view_arguments_deinit(struct rgpy_view_arguments *arguments)
{
  free(arguments->annotations);
  free(arguments->attributes);
}
