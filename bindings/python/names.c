/* Names and values as text. Text is made from the raw representation of exact builtin types alone. */
#include <stdio.h>
#include <string.h>

#include "capture.h"

// Characters of a value that are kept; a picture shows fewer.
enum { MAX_VALUE_CHARACTERS = 64, MAX_NAME_CHARACTERS = RG_STRING_MAX + 1 };

static struct rgpy_cached_name *cache_slot(struct rgpy_capture *capture, const void *key)
{
  uint64_t hash = (uint64_t)(uintptr_t)key * UINT64_C(0x9e3779b97f4a7c15);
  return &capture->cached_names[hash >> 50 & (RGPY_NUM_CACHED_NAMES - 1)];
}

rg_error *rgpy_literal(struct rgpy_capture *capture, const char *literal, rg_string *ret)
{
  struct rgpy_cached_name *slot = cache_slot(capture, literal);
  if (slot->key != literal) {
    RGPY_TRY(rg_builder_add_string(capture->builder, literal, strlen(literal), &slot->name));
    slot->key = literal;
  }
  *ret = slot->name;
  return NULL;
}

/* --- str --------------------------------------------------------------------------------------------------------- */

// One character as UTF-8; a surrogate becomes three bytes too, which the graph shows as an escape.
static size_t encode(Py_UCS4 c, char *ret)
{
  if (c < 0x80) {
    ret[0] = (char)c;
    return 1;
  }
  size_t length = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
  for (size_t i = length - 1; i > 0; i--, c >>= 6)
    ret[i] = (char)(0x80 | (c & 0x3f));
  ret[0] = (char)(lead[length] | c);
  return length;
}

static bool is_readable(PyObject *string)
{
#if PY_VERSION_HEX < 0x030c0000
  return PyUnicode_IS_READY(string);
#else
  (void)string;
  return true;
#endif
}

// At most `max` characters as UTF-8 into `ret`, which has room for 4 * max bytes.
static size_t encode_string(PyObject *string, Py_ssize_t max, char *ret)
{
  size_t size = 0;
  Py_ssize_t length = is_readable(string) ? PyUnicode_GET_LENGTH(string) : 0;
  if (length && PyUnicode_IS_COMPACT_ASCII(string)) {
    size = (size_t)Py_MIN(length, max);
    memcpy(ret, PyUnicode_1BYTE_DATA(string), size);
    return size;
  }
  for (Py_ssize_t i = 0; i < length && i < max; i++)
    size += encode(PyUnicode_READ_CHAR(string, i), ret + size);
  return size;
}

void rgpy_copy_text(PyObject *string, char *ret, size_t size)
{
  size_t copied = 0;
  bool is_text = string && PyUnicode_Check(string) && is_readable(string);
  Py_ssize_t length = is_text ? PyUnicode_GET_LENGTH(string) : 0;
  for (Py_ssize_t i = 0; i < length && copied + 4 < size; i++)
    copied += encode(PyUnicode_READ_CHAR(string, i), ret + copied);
  ret[copied] = '\0';
}

static rg_error *add_name(struct rgpy_capture *capture, PyObject *name, rg_string *ret)
{
  if (is_readable(name) && PyUnicode_IS_COMPACT_ASCII(name))
    return rg_builder_add_string(capture->builder, (const char *)PyUnicode_1BYTE_DATA(name),
                                 (size_t)Py_MIN(PyUnicode_GET_LENGTH(name), MAX_NAME_CHARACTERS), ret);
  char text[4 * MAX_NAME_CHARACTERS];
  size_t size = encode_string(name, MAX_NAME_CHARACTERS, text);
  return rg_builder_add_string(capture->builder, text, size, ret);
}

rg_error *rgpy_name(struct rgpy_capture *capture, PyObject *name, rg_string *ret)
{
  if (!name || !PyUnicode_Check(name)) {
    *ret = 0;
    return NULL;
  }
  struct rgpy_cached_name *slot = cache_slot(capture, name);
  if (slot->key != name) {
    RGPY_TRY(add_name(capture, name, &slot->name));
    slot->key = name;
  }
  *ret = slot->name;
  return NULL;
}

/* --- values ------------------------------------------------------------------------------------------------------ */

// Room for a quoted string of MAX_VALUE_CHARACTERS and what stands around it.
enum { VALUE_SIZE = 4 * MAX_VALUE_CHARACTERS + 32 };

static size_t print_word(const char *word, char *ret)
{
  size_t size = strlen(word);
  memcpy(ret, word, size);
  return size;
}

static size_t print_string(PyObject *string, char *ret)
{
  size_t size = encode_string(string, MAX_VALUE_CHARACTERS, ret + 1);
  char quote = memchr(ret + 1, '\'', size) && !memchr(ret + 1, '"', size) ? '"' : '\'';
  bool is_cut = PyUnicode_GET_LENGTH(string) > MAX_VALUE_CHARACTERS;
  ret[0] = quote;
  size = 1 + size + print_word(is_cut ? "…" : "", ret + 1 + size);
  ret[size] = quote;
  return size + 1;
}

static size_t print_bytes(PyObject *bytes, char *ret)
{
  Py_ssize_t length = PyBytes_GET_SIZE(bytes);
  size_t shown = (size_t)Py_MIN(length, MAX_VALUE_CHARACTERS);
  ret[0] = 'b';
  ret[1] = '\'';
  memcpy(ret + 2, PyBytes_AS_STRING(bytes), shown);
  return 2 + shown + print_word(length > MAX_VALUE_CHARACTERS ? "…'" : "'", ret + 2 + shown);
}

static size_t print_integer(PyObject *integer, char *ret)
{
  int overflow;
  long long value = PyLong_AsLongLongAndOverflow(integer, &overflow);
  if (overflow)
    return (size_t)sprintf(ret, "%sint of %zu bits", overflow < 0 ? "negative " : "", _PyLong_NumBits(integer));
  char digits[24];
  char *end = digits + sizeof(digits), *begin = end;
  unsigned long long rest = value < 0 ? 0ULL - (unsigned long long)value : (unsigned long long)value;
  do
    *--begin = (char)('0' + rest % 10);
  while (rest /= 10);
  if (value < 0)
    *--begin = '-';
  memcpy(ret, begin, (size_t)(end - begin));
  return (size_t)(end - begin);
}

// The shortest text that reads back the same. PyMem is no Python memory: it starts no collection.
static size_t print_float(double value, char *ret)
{
  char *text = PyOS_double_to_string(value, 'r', 0, Py_DTSF_ADD_DOT_0, NULL);
  if (!text) {
    PyErr_Clear();
    return 0;
  }
  size_t size = strlen(text);
  memcpy(ret, text, size);
  PyMem_Free(text);
  return size;
}

static size_t print_complex(PyObject *value, char *ret)
{
  Py_complex c = ((PyComplexObject *)value)->cval;
  size_t size = print_float(c.real, ret);
  if (c.imag >= 0)
    ret[size++] = '+';
  size += print_float(c.imag, ret + size);
  ret[size++] = 'j';
  return size;
}

// 0 for an object that is no value.
static size_t print_value(PyObject *value, char *ret)
{
  if (PyUnicode_CheckExact(value))
    return is_readable(value) ? print_string(value, ret) : 0;
  if (PyLong_CheckExact(value))
    return print_integer(value, ret);
  if (PyFloat_CheckExact(value))
    return print_float(PyFloat_AS_DOUBLE(value), ret);
  if (PyBytes_CheckExact(value))
    return print_bytes(value, ret);
  if (PyComplex_CheckExact(value))
    return print_complex(value, ret);
  if (value == Py_None)
    return print_word("None", ret);
  if (PyBool_Check(value))
    return print_word(value == Py_True ? "True" : "False", ret);
  if (value == Py_Ellipsis)
    return print_word("Ellipsis", ret);
  if (value == Py_NotImplemented)
    return print_word("NotImplemented", ret);
  return 0;
}

bool rgpy_is_value(PyObject *object)
{
  return PyUnicode_CheckExact(object) || PyLong_CheckExact(object) || PyFloat_CheckExact(object) ||
         PyBytes_CheckExact(object) || PyComplex_CheckExact(object) || PyBool_Check(object) || object == Py_None ||
         object == Py_Ellipsis || object == Py_NotImplemented;
}

rg_error *rgpy_value(struct rgpy_capture *capture, PyObject *value, rg_string *ret)
{
  char text[VALUE_SIZE];
  size_t size = print_value(value, text);
  *ret = 0;
  return size ? rg_builder_append_string(capture->builder, text, size, ret) : NULL;
}

/* --- keys -------------------------------------------------------------------------------------------------------- */

static const char *bare_type_name(PyTypeObject *type)
{
  const char *dot = strrchr(type->tp_name, '.');
  return dot ? dot + 1 : type->tp_name;
}

static size_t print_opaque(PyObject *key, char *ret, size_t size)
{
  int printed = snprintf(ret, size, "<%s>", bare_type_name(Py_TYPE(key)));
  return printed < 0 ? 0 : Py_MIN((size_t)printed, size - 1);
}

enum { MAX_KEY_ITEMS = 3, KEY_SIZE = (MAX_KEY_ITEMS + 1) * VALUE_SIZE };

static size_t print_key_part(PyObject *key, char *ret)
{
  size_t size = print_value(key, ret);
  return size ? size : print_opaque(key, ret, VALUE_SIZE);
}

static size_t print_tuple(PyObject *tuple, char *ret)
{
  size_t size = 0;
  Py_ssize_t length = PyTuple_GET_SIZE(tuple);
  ret[size++] = '(';
  for (Py_ssize_t i = 0; i < length && i < MAX_KEY_ITEMS; i++) {
    PyObject *item = PyTuple_GET_ITEM(tuple, i);
    size += print_word(i ? ", " : "", ret + size);
    size += item ? print_key_part(item, ret + size) : 0;
  }
  size += print_word(length > MAX_KEY_ITEMS ? ", …)" : length == 1 ? ",)" : ")", ret + size);
  return size;
}

static rg_error *add_key(struct rgpy_capture *capture, PyObject *key, rg_string *ret)
{
  char text[KEY_SIZE];
  size_t size = PyTuple_CheckExact(key) ? print_tuple(key, text) : print_key_part(key, text);
  return rg_builder_add_string(capture->builder, text, size, ret);
}

rg_error *rgpy_key_name(struct rgpy_capture *capture, PyObject *key, rg_string *ret)
{
  // Objects are aligned: the lowest bit tells the shown form of a str from its bare one.
  const void *cache_key = (const char *)key + 1;
  struct rgpy_cached_name *slot = cache_slot(capture, cache_key);
  if (slot->key != cache_key) {
    RGPY_TRY(add_key(capture, key, &slot->name));
    slot->key = cache_key;
  }
  *ret = slot->name;
  return NULL;
}
