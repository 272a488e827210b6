/* Bytes that an object takes by itself, as sys.getsizeof() has it, without calling a __sizeof__.
 *
 * Each C type that has a __sizeof__ of its own has a function here that reads the same fields. The fields of types
 * whose structs CPython keeps in its .c files stand below in structs of our own; such a struct is believed only for a
 * type that no program can make, of that name, and as large as its struct. */
#include <stddef.h>
#include <string.h>

#include "describe.h"
#include "layout.h"

static size_t basic_size(PyObject *object)
{
  return (size_t)Py_TYPE(object)->tp_basicsize;
}

static size_t count(Py_ssize_t num)
{
  return (size_t)Py_MAX(num, 0);
}

/* --- builtin types ------------------------------------------------------------------------------------------------ */

static size_t measure_object(PyObject *object)
{
  Py_ssize_t num = Py_TYPE(object)->tp_itemsize ? ((PyVarObject *)object)->ob_size : 0;
  return basic_size(object) + (size_t)(num < 0 ? -num : num) * (size_t)Py_TYPE(object)->tp_itemsize;
}

static size_t wide_copy_size(PyObject *string)
{
#if PY_VERSION_HEX < 0x030c0000
  const wchar_t *wide = ((PyASCIIObject *)string)->wstr;
  if (!wide || (PyUnicode_IS_READY(string) && (const void *)wide == PyUnicode_DATA(string)))
    return 0;
  Py_ssize_t length = PyUnicode_IS_COMPACT_ASCII(string) ? ((PyASCIIObject *)string)->length
                                                         : ((PyCompactUnicodeObject *)string)->wstr_length;
  return (count(length) + 1) * sizeof(*wide);
#else
  (void)string;
  return 0;
#endif
}

// A copy as UTF-8 that the string keeps, unless that is the string itself.
static size_t utf8_copy_size(PyObject *string)
{
  const PyCompactUnicodeObject *compact = (PyCompactUnicodeObject *)string;
  bool is_own = compact->utf8 && (const void *)compact->utf8 != PyUnicode_DATA(string);
  return is_own ? count(compact->utf8_length) + 1 : 0;
}

static size_t text_size(PyObject *string)
{
  return (count(PyUnicode_GET_LENGTH(string)) + 1) * (size_t)PyUnicode_KIND(string);
}

static size_t measure_string(PyObject *object)
{
  if (PyUnicode_IS_COMPACT_ASCII(object))
    return sizeof(PyASCIIObject) + count(PyUnicode_GET_LENGTH(object)) + 1 + wide_copy_size(object);
  if (PyUnicode_IS_COMPACT(object))
    return sizeof(PyCompactUnicodeObject) + text_size(object) + utf8_copy_size(object) + wide_copy_size(object);
  // The text stands in a block of its own, once it is ready.
  size_t size = sizeof(PyUnicodeObject) + wide_copy_size(object);
  if (((PyUnicodeObject *)object)->data.any)
    size += text_size(object) + utf8_copy_size(object);
  return size;
}

#if PY_VERSION_HEX >= 0x030c0000
#define INT_DIGITS long_value.ob_digit
#else
#define INT_DIGITS ob_digit
#endif

static size_t measure_int(PyObject *object)
{
  // What 0, which has no digit, takes.
  const size_t least_digits = PY_VERSION_HEX >= 0x030b0000;
  return offsetof(PyLongObject, INT_DIGITS) + Py_MAX(rgpy_int_num_digits(object), least_digits) * sizeof(digit);
}

static size_t measure_list(PyObject *object)
{
  // While a list is sorted, the number of its items is -1.
  return basic_size(object) + count(((PyListObject *)object)->allocated) * sizeof(PyObject *);
}

static size_t measure_bytearray(PyObject *object)
{
  size_t num = count(((PyByteArrayObject *)object)->ob_alloc);
#if PY_VERSION_HEX >= 0x030f0000
  // They are those of a bytes object that nobody else has.
  num += num ? offsetof(PyBytesObject, ob_sval) + 1 : 0;
#endif
  return basic_size(object) + num;
}

static size_t measure_set(PyObject *object)
{
  const PySetObject *set = (PySetObject *)object;
  size_t num_slots = set->table == set->smalltable ? 0 : count(set->mask + 1);
  return basic_size(object) + num_slots * sizeof(setentry);
}

#if PY_VERSION_HEX >= 0x030d0000
PyAPI_FUNC(Py_ssize_t) _PyDict_SizeOf(PyDictObject *);
#endif

static size_t measure_dict(PyObject *object)
{
  return (size_t)_PyDict_SizeOf((PyDictObject *)object);
}

static size_t measure_type(PyObject *object)
{
  const PyTypeObject *type = (PyTypeObject *)object;
  bool is_heap_type = type->tp_flags & Py_TPFLAGS_HEAPTYPE;
  return is_heap_type ? sizeof(PyHeapTypeObject) + rgpy_cached_keys_size((PyTypeObject *)object) : sizeof(PyTypeObject);
}

static size_t measure_code(PyObject *object)
{
  return (size_t)_PyObject_VAR_SIZE(Py_TYPE(object), Py_SIZE(object)) + rgpy_code_extra_size((PyCodeObject *)object);
}

// A frame object or, where it has its frame in itself, a generator.
static size_t measure_frame(PyObject *object)
{
  return basic_size(object) + rgpy_frame_num_slots(object) * sizeof(PyObject *);
}

static const struct {
  PyTypeObject *type;
  rgpy_measure measure;
} builtin_types[] = {
    {&PyBaseObject_Type, measure_object},
    {&PyUnicode_Type, measure_string},
    {&PyLong_Type, measure_int},
    {&PyDict_Type, measure_dict},
#if PY_VERSION_HEX >= 0x030f0000
    {&PyFrozenDict_Type, measure_dict},
#endif
    {&PyList_Type, measure_list},
    {&PySet_Type, measure_set},
    {&PyFrozenSet_Type, measure_set},
    {&PyByteArray_Type, measure_bytearray},
    {&PyType_Type, measure_type},
    {&PyCode_Type, measure_code},
    {&PyFrame_Type, measure_frame},
#if PY_VERSION_HEX >= 0x030b0000
    {&PyGen_Type, measure_frame},
    {&PyCoro_Type, measure_frame},
    {&PyAsyncGen_Type, measure_frame},
#endif
};

/* --- types of the standard library -------------------------------------------------------------------------------- */

struct ordered_dict {
  PyDictObject dict;
  void *first, *last;
  void *fast_nodes;
  Py_ssize_t num_fast_nodes;
  void *sentinel;
  size_t state;
  PyObject *attributes, *weak_references;
};
struct ordered_dict_node {
  PyObject *key;
  Py_hash_t hash;
  void *next, *previous;
};

static size_t measure_ordered_dict(PyObject *object)
{
  const struct ordered_dict *dict = (struct ordered_dict *)object;
  size_t num_nodes = dict->first ? count(PyDict_GET_SIZE(object)) : 0;
  return measure_dict(object) + count(dict->num_fast_nodes) * sizeof(void *) +
         num_nodes * sizeof(struct ordered_dict_node);
}

enum { DEQUE_BLOCK_LENGTH = 64 };
struct deque_block {
  void *left, *items[DEQUE_BLOCK_LENGTH], *right;
};
struct deque {
  PyObject_VAR_HEAD
  struct deque_block *left_block, *right_block;
  Py_ssize_t left_i, right_i;
#if PY_VERSION_HEX >= 0x030b0000
  size_t state;
  Py_ssize_t max_length, num_free_blocks;
  struct deque_block *free_blocks[16];
  PyObject *weak_references;
#else
  size_t state;
  Py_ssize_t max_length;
  PyObject *weak_references;
#endif
};

static size_t measure_deque(PyObject *object)
{
  const struct deque *deque = (struct deque *)object;
  size_t num_blocks = count(deque->left_i + Py_SIZE(object) + DEQUE_BLOCK_LENGTH - 1) / DEQUE_BLOCK_LENGTH;
  return basic_size(object) + num_blocks * sizeof(struct deque_block);
}

struct struct_field {
  const void *definition; /* NULL in the last one */
  Py_ssize_t offset, size, repeat;
};
struct struct_object {
  PyObject_HEAD
  Py_ssize_t size, length;
  struct struct_field *fields;
  PyObject *format, *weak_references;
#if PY_VERSION_HEX >= 0x030f0000
  bool is_ready;
#endif
};

static size_t measure_struct(PyObject *object)
{
  const struct struct_field *fields = ((struct struct_object *)object)->fields;
  size_t num = 0;
  while (fields && fields[num++].definition)
    continue;
  return basic_size(object) + num * sizeof(*fields);
}

struct array {
  PyObject_VAR_HEAD
  char *items;
  Py_ssize_t allocated;
  const struct {
    char typecode;
    int item_size;
  } *description;
  PyObject *weak_references;
  Py_ssize_t num_exports;
};

static size_t measure_array(PyObject *object)
{
  const struct array *array = (struct array *)object;
  size_t item_size = array->description ? count(array->description->item_size) : 0;
  return basic_size(object) + count(array->allocated) * item_size;
}

struct bytes_io {
  PyObject_HEAD
  PyObject *buffer;
  Py_ssize_t position, size;
  PyObject *attributes, *weak_references;
  Py_ssize_t num_exports;
};

// A buffer that others hold too is an object of its own.
static size_t measure_bytes_io(PyObject *object)
{
  PyObject *buffer = ((struct bytes_io *)object)->buffer;
  return basic_size(object) + (buffer && Py_REFCNT(buffer) == 1 ? measure_object(buffer) : 0);
}

struct buffered {
  PyObject_HEAD
  PyObject *raw;
  int flags[4];
  char is_finalizing;
  int is_plain;
  int64_t position;
  char *buffer;
  int64_t positions[5];
  void *lock;
  unsigned long owner;
  Py_ssize_t buffer_size, buffer_mask;
  PyObject *attributes, *weak_references;
};

static size_t measure_buffered(PyObject *object)
{
  const struct buffered *buffered = (struct buffered *)object;
  return basic_size(object) + (buffered->buffer ? count(buffered->buffer_size) : 0);
}

struct decimal {
  PyObject_HEAD
  Py_hash_t hash;
  uint8_t flags; /* those that say where the words stand: static, shared, constant */
  Py_ssize_t exponent, num_digits, length, allocated;
  uint64_t *words, own_words[4];
};
enum { DECIMAL_WORDS_ELSEWHERE = 0x20 | 0x40 | 0x80 };

static size_t measure_decimal(PyObject *object)
{
  const struct decimal *decimal = (struct decimal *)object;
  bool has_block = !(decimal->flags & DECIMAL_WORDS_ELSEWHERE);
  return basic_size(object) + (has_block ? count(decimal->allocated) * sizeof(*decimal->words) : 0);
}

enum { ELEMENT_OWN_CHILDREN = 4 };
struct element_extra {
  PyObject *attributes;
  Py_ssize_t length, allocated;
  PyObject **children, *own_children[ELEMENT_OWN_CHILDREN];
};
struct element {
  PyObject_HEAD
  PyObject *tag, *text, *tail;
  struct element_extra *extra;
  PyObject *weak_references;
};

static size_t measure_element(PyObject *object)
{
  const struct element_extra *extra = ((struct element *)object)->extra;
  if (!extra)
    return basic_size(object);
  size_t num_apart = extra->children == extra->own_children ? 0 : count(extra->allocated);
  return basic_size(object) + sizeof(*extra) + num_apart * sizeof(PyObject *);
}

struct combinations {
  PyObject_HEAD
  PyObject *pool;
  Py_ssize_t *indices;
  PyObject *result;
  Py_ssize_t length;
  int is_stopped;
};

static size_t measure_combinations(PyObject *object)
{
  return basic_size(object) + count(((struct combinations *)object)->length) * sizeof(Py_ssize_t);
}

struct permutations {
  PyObject_HEAD
  PyObject *pool;
  Py_ssize_t *indices, *cycles;
  PyObject *result;
  Py_ssize_t length;
  int is_stopped;
};

static size_t tuple_length(PyObject *tuple)
{
  return tuple && PyTuple_CheckExact(tuple) ? count(PyTuple_GET_SIZE(tuple)) : 0;
}

static size_t measure_permutations(PyObject *object)
{
  const struct permutations *permutations = (struct permutations *)object;
  return basic_size(object) + (tuple_length(permutations->pool) + count(permutations->length)) * sizeof(Py_ssize_t);
}

struct product {
  PyObject_HEAD
  PyObject *pools;
  Py_ssize_t *indices;
  PyObject *result;
  int is_stopped;
};

static size_t measure_product(PyObject *object)
{
  return basic_size(object) + tuple_length(((struct product *)object)->pools) * sizeof(Py_ssize_t);
}

// What ctypes keeps of a type of C: up to 3.12 in the dict of the class, from 3.13 on behind the class itself.
struct c_type {
  Py_ssize_t size, alignment, length;
  struct {
    size_t size;
    unsigned short alignment, type;
    void **elements;
  } call_type;
  PyObject *item_type;
  void *functions[3];
  PyObject *function_types[PY_VERSION_HEX >= 0x030e0000 ? 6 : PY_VERSION_HEX >= 0x030d0000 ? 5 : 4];
  int flags;
  char *format;
  int num_dimensions;
  Py_ssize_t *shape;
};

static size_t c_type_blocks_size(const struct c_type *c_type)
{
  size_t num_elements = c_type->call_type.elements ? count(c_type->length) + 1 : 0;
  return (c_type->format ? strlen(c_type->format) + 1 : 0) + num_elements * sizeof(void *) +
         count(c_type->num_dimensions) * sizeof(Py_ssize_t);
}

#if PY_VERSION_HEX >= 0x030d0000

struct c_class {
  PyHeapTypeObject type;
  _Alignas(max_align_t) int is_initialized;
  struct c_type c_type;
};

static size_t measure_c_class(PyObject *object)
{
  const struct c_class *class = (struct c_class *)object;
  return basic_size(object) + count(Py_SIZE(object)) * (size_t)Py_TYPE(object)->tp_itemsize +
         (class->is_initialized ? c_type_blocks_size(&class->c_type) : 0);
}

#else

struct c_type_dict {
  PyDictObject dict;
  struct c_type c_type;
};

static size_t measure_c_type_dict(PyObject *object)
{
  const struct c_type_dict *dict = (struct c_type_dict *)object;
  return measure_dict(object) + sizeof(dict->c_type) + c_type_blocks_size(&dict->c_type);
}

#endif

static const struct {
  const char *name;
  size_t size;
  rgpy_measure measure;
} library_types[] = {
    {"collections.OrderedDict", sizeof(struct ordered_dict), measure_ordered_dict},
    {"collections.deque", sizeof(struct deque), measure_deque},
    {"_struct.Struct", sizeof(struct struct_object), measure_struct},
    {"array.array", sizeof(struct array), measure_array},
    {"_io.BytesIO", sizeof(struct bytes_io), measure_bytes_io},
    {"_io.BufferedReader", sizeof(struct buffered), measure_buffered},
    {"_io.BufferedWriter", sizeof(struct buffered), measure_buffered},
    {"_io.BufferedRandom", sizeof(struct buffered), measure_buffered},
    {"decimal.Decimal", sizeof(struct decimal), measure_decimal},
    {"xml.etree.ElementTree.Element", sizeof(struct element), measure_element},
    {"itertools.combinations", sizeof(struct combinations), measure_combinations},
    {"itertools.combinations_with_replacement", sizeof(struct combinations), measure_combinations},
    {"itertools.permutations", sizeof(struct permutations), measure_permutations},
    {"itertools.product", sizeof(struct product), measure_product},
#if PY_VERSION_HEX >= 0x030d0000
    {"_ctypes.CType_Type", sizeof(struct c_class), measure_c_class},
#else
    {"StgDict", sizeof(struct c_type_dict), measure_c_type_dict},
#endif
};

/* --- which one ---------------------------------------------------------------------------------------------------- */

static rgpy_measure find_builtin(const PyTypeObject *type)
{
  for (size_t i = 0; i < sizeof(builtin_types) / sizeof(builtin_types[0]); i++) {
    if (builtin_types[i].type == type)
      return builtin_types[i].measure;
  }
  return NULL;
}

static rgpy_measure find_in_library(const PyTypeObject *type)
{
  for (size_t i = 0; i < sizeof(library_types) / sizeof(library_types[0]); i++) {
    if (rgpy_is_native(type, library_types[i].name) && library_types[i].size == (size_t)type->tp_basicsize)
      return library_types[i].measure;
  }
  return NULL;
}

rgpy_measure rgpy_find_measure(PyTypeObject *type, bool *is_exact_ret)
{
  *is_exact_ret = true;
  if (rgpy_is_scalar(type))
    return rgpy_measure_scalar;
  Py_ssize_t num = type->tp_mro && PyTuple_Check(type->tp_mro) ? PyTuple_GET_SIZE(type->tp_mro) : 0;
  for (Py_ssize_t i = 0; i < num; i++) {
    PyTypeObject *base = (PyTypeObject *)PyTuple_GET_ITEM(type->tp_mro, i);
    rgpy_measure measure = find_builtin(base);
    if (!measure)
      measure = rgpy_is_array(base) ? rgpy_measure_array : find_in_library(base);
    if (measure)
      return measure;
    if (rgpy_find_item(rgpy_type_dict(base), "__sizeof__"))
      *is_exact_ret = false;
  }
  return measure_object;
}

/* --- what stands before an object --------------------------------------------------------------------------------- */

// Whether the collector's head is counted for static types, which have none, differs within a series.
static size_t static_type_preheader_size;

PyAPI_FUNC(size_t) _PySys_GetSizeOf(PyObject *);

void rgpy_sizes_init(void)
{
  static_type_preheader_size = _PySys_GetSizeOf((PyObject *)&PyLong_Type) - sizeof(PyTypeObject);
}

size_t rgpy_size(PyObject *object, const struct rgpy_type *type)
{
  bool is_static_type = type->measure == measure_type && !(((PyTypeObject *)object)->tp_flags & Py_TPFLAGS_HEAPTYPE);
  return type->measure(object) + (is_static_type ? static_type_preheader_size : type->preheader_size);
}
