/* Objects that the program expects to be gone, by weak references alone. They are in a list that the module has, so
 * that whoever looks for what refers to them finds it.
 *
 * A capture sorts the addresses of those that are still alive when it begins: from then on nothing can go. */
#include "capture.h"

#include <stdlib.h>

static const char name[] = "_expected";

int rgpy_expected_init(PyObject *kept)
{
  RGPY_CLEANUP_DECREF PyObject *expected = PyList_New(0);
  return expected ? PyDict_SetItemString(kept, name, expected) : -1;
}

// NULL: it is gone, or something else came into the list.
static PyObject *object_of(PyObject *reference)
{
  PyObject *object = PyWeakref_CheckRefExact(reference) ? ((PyWeakReference *)reference)->wr_object : Py_None;
  return object == Py_None ? NULL : object;
}

static int forget_those_gone(PyObject *expected)
{
  for (Py_ssize_t i = PyList_GET_SIZE(expected); i-- > 0;) {
    if (!object_of(PyList_GET_ITEM(expected, i)) && PyList_SetSlice(expected, i, i + 1, NULL) < 0)
      return -1;
  }
  return 0;
}

// An object has one weak reference that has no callback: whoever is expected again is in the list already.
PyObject *rgpy_expect_gone(PyObject *module, PyObject *object)
{
  (void)module;
  PyObject *expected = rgpy_kept(name);
  RGPY_CLEANUP_DECREF PyObject *reference = PyWeakref_NewRef(object, NULL);
  if (!reference || forget_those_gone(expected) < 0)
    return NULL;
  bool is_known = false;
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(expected) && !is_known; i++)
    is_known = PyList_GET_ITEM(expected, i) == reference;
  if (!is_known && PyList_Append(expected, reference) < 0)
    return NULL;
  Py_RETURN_NONE;
}

/* --- in a capture ------------------------------------------------------------------------------------------------- */

static int compare_addresses(const void *a, const void *b)
{
  uintptr_t x = *(const uintptr_t *)a, y = *(const uintptr_t *)b;
  return (x > y) - (x < y);
}

rg_error *rgpy_expected_sort(struct rgpy_capture *capture)
{
  PyObject *expected = rgpy_kept(name);
  Py_ssize_t num = expected ? PyList_GET_SIZE(expected) : 0;
  if (!num)
    return NULL;
  capture->expected = rg_memory_alloc((size_t)num, sizeof(*capture->expected));
  if (!capture->expected)
    return rgpy_out_of_memory();
  for (Py_ssize_t i = 0; i < num; i++) {
    PyObject *object = object_of(PyList_GET_ITEM(expected, i));
    if (object)
      capture->expected[capture->num_expected++] = (uintptr_t)object;
  }
  qsort(capture->expected, capture->num_expected, sizeof(*capture->expected), compare_addresses);
  return NULL;
}

bool rgpy_is_expected_to_be_gone(const struct rgpy_capture *capture, PyObject *object)
{
  uintptr_t address = (uintptr_t)object;
  return bsearch(&address, capture->expected, capture->num_expected, sizeof(address), compare_addresses);
}
