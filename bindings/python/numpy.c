/* The arrays of numpy, whose fields its C API has published since 1.7. An array is no object for the collector: what
 * it holds stands nowhere else. One that owns its data counts them; a view names in `base` who does. */
#include "describe.h"

#include <stdlib.h>
#include <string.h>

struct array {
  PyObject_HEAD
  char *data;
  int num_dimensions;
  Py_ssize_t *dimensions, *strides;
  PyObject *base;
  PyObject *dtype;
  int flags;
  PyObject *weak_references;
  void *buffer_info;
  PyObject *allocator; /* from 1.22 on */
};
enum { OWNS_DATA = 4, MAX_DIMENSIONS = 64 };

struct dtype {
  PyObject_HEAD
  PyTypeObject *scalar_type;
  char kind, character, byte_order, flags;
  int type_number;
  union {
    struct {
      int item_size;
    } version_1;
    struct {
      uint64_t flags;
      Py_ssize_t item_size;
    } version_2;
  };
};
enum { DTYPE_SIZE_OF_VERSION_1 = 96 };

static const PyTypeObject *find_base(const PyTypeObject *type, const char *name)
{
  while (type && !rgpy_is_native(type, name))
    type = type->tp_base;
  return type;
}

// Bytes of an item; 0 for what is no array as we know it.
static size_t item_size(const struct array *array)
{
  const PyTypeObject *type = array->dtype ? find_base(Py_TYPE(array->dtype), "numpy.dtype") : NULL;
  bool has_shape = array->num_dimensions >= 0 && array->num_dimensions <= MAX_DIMENSIONS && array->dimensions;
  if (!type || !(has_shape || !array->num_dimensions))
    return 0;
  const struct dtype *dtype = (const struct dtype *)array->dtype;
  Py_ssize_t size = type->tp_basicsize == DTYPE_SIZE_OF_VERSION_1 ? dtype->version_1.item_size
                                                                  : dtype->version_2.item_size;
  return (size_t)Py_MAX(size, 0);
}

static size_t num_items(const struct array *array)
{
  size_t num = 1;
  for (int i = 0; i < array->num_dimensions; i++)
    num *= (size_t)Py_MAX(array->dimensions[i], 0);
  return num;
}

static bool owns_data(const struct array *array)
{
  return array->flags & OWNS_DATA && array->data && item_size(array);
}

size_t rgpy_measure_array(PyObject *object)
{
  const struct array *array = (struct array *)object;
  size_t size = (size_t)Py_TYPE(object)->tp_basicsize;
  if (item_size(array))
    size += (size_t)array->num_dimensions * 2 * sizeof(Py_ssize_t);
  return size + (owns_data(array) ? num_items(array) * item_size(array) : 0);
}

// Items are numbered as they lie in memory, where those of who owns them leave no gaps.
rg_error *rgpy_enumerate_array(struct rgpy_capture *capture, PyObject *object)
{
  const struct array *array = (struct array *)object;
  if (!item_size(array))
    return NULL;
  RGPY_TRY(rgpy_refer(capture, array->base, RG_EDGE_ATTRIBUTE, "base"));
  RGPY_TRY(rgpy_refer(capture, array->dtype, RG_EDGE_INTERNAL, "dtype"));
  if (find_base(Py_TYPE(object), "numpy.ndarray")->tp_basicsize >= (Py_ssize_t)sizeof(*array))
    RGPY_TRY(rgpy_refer(capture, array->allocator, RG_EDGE_INTERNAL, "mem_handler"));
  bool has_objects = ((const struct dtype *)array->dtype)->kind == 'O' && item_size(array) == sizeof(PyObject *);
  if (!has_objects || !owns_data(array))
    return NULL;
  return rgpy_refer_items(capture, (PyObject **)(void *)array->data, (Py_ssize_t)num_items(array));
}

/* --- scalars ------------------------------------------------------------------------------------------------------ */

// "numpy.float64" says it at its end. What numpy tells is more than a scalar takes: its data count twice.
static size_t scalar_data_size(const PyTypeObject *type)
{
  static const struct {
    const char *name;
    size_t size;
  } names[] = {{"bool", 1}, {"bool_", 1}, {"longlong", 8}, {"ulonglong", 8}, {"longdouble", 16}, {"clongdouble", 32}};
  static const char prefix[] = "numpy.";
  while (type && (type->tp_flags & Py_TPFLAGS_HEAPTYPE || strncmp(type->tp_name, prefix, sizeof(prefix) - 1) != 0))
    type = type->tp_base;
  const char *name = type ? type->tp_name + sizeof(prefix) - 1 : "";
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    if (strcmp(names[i].name, name) == 0)
      return names[i].size;
  }
  const char *digits = name + strcspn(name, "0123456789");
  return (size_t)strtoul(digits, NULL, 10) / 8;
}

bool rgpy_is_scalar(const PyTypeObject *type)
{
  return find_base(type, "numpy.generic") && scalar_data_size(type);
}

size_t rgpy_measure_scalar(PyObject *object)
{
  return (size_t)Py_TYPE(object)->tp_basicsize + scalar_data_size(Py_TYPE(object));
}

bool rgpy_is_array(const PyTypeObject *type)
{
  return rgpy_is_native(type, "numpy.ndarray") && type->tp_basicsize >= (Py_ssize_t)offsetof(struct array, buffer_info);
}
