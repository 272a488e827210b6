/* Names and values as text. Text is made from the raw representation of exact builtin types alone.
 *
 * Names of attributes, variables, modules, classes and functions are the program's own. A value is private, but for
 * None and the like, of which there is one each. So is a key of a mapping, unless it is a str that is interned and
 * short, as those that stand in code are. Private text enters the graph together with what stands for it, as
 * "[str, 36 characters]"; a redacted graph has only that. */
#include <stdio.h>
#include <stdlib.h>
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

// A text that reads back the same, made without memory.
static size_t print_float_isolated(double value, char *ret)
{
  char text[32];
  snprintf(text, sizeof(text), "%.15g", value);
  if (strtod(text, NULL) != value)
    snprintf(text, sizeof(text), "%.17g", value);
  size_t size = print_word(text, ret);
  return strpbrk(text, ".,en") ? size : size + print_word(".0", ret + size);
}

// The shortest text that reads back the same. PyMem is no Python memory: it starts no collection.
static size_t print_float(const struct rgpy_capture *capture, double value, char *ret)
{
  if (capture->is_isolated)
    return print_float_isolated(value, ret);
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

static size_t print_complex(const struct rgpy_capture *capture, PyObject *value, char *ret)
{
  Py_complex c = ((PyComplexObject *)value)->cval;
  size_t size = print_float(capture, c.real, ret);
  if (c.imag >= 0)
    ret[size++] = '+';
  size += print_float(capture, c.imag, ret + size);
  ret[size++] = 'j';
  return size;
}

// What there is only one of tells nothing of the data; NULL for all else.
static const char *constant_word(PyObject *value)
{
  if (value == Py_None)
    return "None";
  if (PyBool_Check(value))
    return value == Py_True ? "True" : "False";
  if (value == Py_Ellipsis)
    return "Ellipsis";
  return value == Py_NotImplemented ? "NotImplemented" : NULL;
}

// 0 for an object that is no value.
static size_t print_value(const struct rgpy_capture *capture, PyObject *value, char *ret)
{
  if (PyUnicode_CheckExact(value))
    return is_readable(value) ? print_string(value, ret) : 0;
  if (PyLong_CheckExact(value))
    return print_integer(value, ret);
  if (PyFloat_CheckExact(value))
    return print_float(capture, PyFloat_AS_DOUBLE(value), ret);
  if (PyBytes_CheckExact(value))
    return print_bytes(value, ret);
  if (PyComplex_CheckExact(value))
    return print_complex(capture, value, ret);
  const char *word = constant_word(value);
  return word ? print_word(word, ret) : 0;
}

bool rgpy_is_value(PyObject *object)
{
  return PyUnicode_CheckExact(object) || PyLong_CheckExact(object) || PyFloat_CheckExact(object) ||
         PyBytes_CheckExact(object) || PyComplex_CheckExact(object) || constant_word(object);
}

/* --- what stands for private text --------------------------------------------------------------------------------- */

static rg_error *add_measured(struct rgpy_capture *capture, enum rgpy_measured kind, Py_ssize_t length, rg_string *ret)
{
  static const struct {
    const char *type, *unit;
  } words[RGPY_NUM_MEASURED] = {
      [RGPY_MEASURED_STR] = {"str", "character"},
      [RGPY_MEASURED_BYTES] = {"bytes", "byte"},
      [RGPY_MEASURED_TUPLE] = {"tuple", "item"},
  };
  char text[64];
  int size = snprintf(text, sizeof(text), "[%s, %zd %s%s]", words[kind].type, length, words[kind].unit,
                      length == 1 ? "" : "s");
  return rg_builder_add_string(capture->builder, text, (size_t)size, ret);
}

static rg_error *replace_measured(struct rgpy_capture *capture, enum rgpy_measured kind, Py_ssize_t length,
                                  rg_string *ret)
{
  if (length >= RGPY_NUM_CACHED_LENGTHS)
    return add_measured(capture, kind, length, ret);
  rg_string *cached = &capture->replacements[kind][length];
  if (!*cached)
    RGPY_TRY(add_measured(capture, kind, length, cached));
  *ret = *cached;
  return NULL;
}

// Of a value or a tuple.
static rg_error *replace(struct rgpy_capture *capture, PyObject *object, rg_string *ret)
{
  if (PyUnicode_Check(object))
    return replace_measured(capture, RGPY_MEASURED_STR, is_readable(object) ? PyUnicode_GET_LENGTH(object) : 0, ret);
  if (PyBytes_Check(object))
    return replace_measured(capture, RGPY_MEASURED_BYTES, PyBytes_GET_SIZE(object), ret);
  if (PyTuple_Check(object))
    return replace_measured(capture, RGPY_MEASURED_TUPLE, PyTuple_GET_SIZE(object), ret);
  return rgpy_literal(capture, PyLong_Check(object) ? "[int]" : PyFloat_Check(object) ? "[float]" : "[complex]", ret);
}

rg_error *rgpy_value(struct rgpy_capture *capture, PyObject *value, rg_string *ret)
{
  const char *word = constant_word(value);
  if (word)
    return rgpy_literal(capture, word, ret);
  *ret = 0;
  if (!rgpy_is_value(value))
    return NULL;
  rg_string replacement;
  RGPY_TRY(replace(capture, value, &replacement));
  if (capture->is_redacted) {
    *ret = replacement;
    return NULL;
  }
  char text[VALUE_SIZE];
  size_t size = print_value(capture, value, text);
  return size ? rg_builder_append_private_string(capture->builder, text, size, replacement, ret) : NULL;
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

// As those that stand in code are.
static bool is_program_word(PyObject *key)
{
  return PyUnicode_CheckExact(key) && PyUnicode_CHECK_INTERNED(key) && is_readable(key) &&
         PyUnicode_GET_LENGTH(key) <= MAX_VALUE_CHARACTERS;
}

// Of objects that are no values only the type is told.
static bool is_private_key(PyObject *key)
{
  return PyTuple_CheckExact(key) || (rgpy_is_value(key) && !constant_word(key) && !is_program_word(key));
}

static size_t print_key_part(const struct rgpy_capture *capture, PyObject *key, char *ret)
{
  size_t size = print_value(capture, key, ret);
  return size ? size : print_opaque(key, ret, VALUE_SIZE);
}

static size_t print_tuple(const struct rgpy_capture *capture, PyObject *tuple, char *ret)
{
  size_t size = 0;
  Py_ssize_t length = PyTuple_GET_SIZE(tuple);
  ret[size++] = '(';
  for (Py_ssize_t i = 0; i < length && i < MAX_KEY_ITEMS; i++) {
    PyObject *item = PyTuple_GET_ITEM(tuple, i);
    size += print_word(i ? ", " : "", ret + size);
    size += item ? print_key_part(capture, item, ret + size) : 0;
  }
  size += print_word(length > MAX_KEY_ITEMS ? ", …)" : length == 1 ? ",)" : ")", ret + size);
  return size;
}

static rg_error *add_key(struct rgpy_capture *capture, PyObject *key, rg_string *ret)
{
  rg_string replacement = 0;
  if (is_private_key(key))
    RGPY_TRY(replace(capture, key, &replacement));
  if (replacement && capture->is_redacted) {
    *ret = replacement;
    return NULL;
  }
  char text[KEY_SIZE];
  size_t size = PyTuple_CheckExact(key) ? print_tuple(capture, key, text) : print_key_part(capture, key, text);
  return replacement ? rg_builder_add_private_string(capture->builder, text, size, replacement, ret)
                     : rg_builder_add_string(capture->builder, text, size, ret);
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

/* --- names of keyword arguments and threads ----------------------------------------------------------------------- */

rg_error *rgpy_keyword(struct rgpy_capture *capture, PyObject *name, rg_string *ret)
{
  char text[4 * MAX_VALUE_CHARACTERS];
  rg_string replacement;
  if (is_program_word(name))
    return rgpy_name(capture, name, ret);
  RGPY_TRY(replace_measured(capture, RGPY_MEASURED_STR, PyUnicode_GET_LENGTH(name), &replacement));
  rgpy_copy_text(name, text, sizeof(text));
  if (!capture->is_redacted)
    return rg_builder_add_private_string(capture->builder, text, strlen(text), replacement, ret);
  *ret = replacement;
  return NULL;
}

// "Thread-7 (work)", "ThreadPoolExecutor-0_1": what the library calls threads by itself.
static bool is_default_thread_name(const char *text)
{
  static const char *const prefixes[] = {"Thread-", "ThreadPoolExecutor-", "Dummy-", "asyncio_"};
  for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
    size_t size = strlen(prefixes[i]);
    // NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): a text that begins so goes up to there
    if (strncmp(text, prefixes[i], size) == 0 && text[size] >= '0' && text[size] <= '9')
      return true;
  }
  return false;
}

rg_error *rgpy_thread_name(struct rgpy_capture *capture, PyObject *name, rg_string *ret)
{
  char text[4 * MAX_VALUE_CHARACTERS];
  rgpy_copy_text(name, text, sizeof(text));
  return is_default_thread_name(text) ? rgpy_name(capture, name, ret) : rgpy_keyword(capture, name, ret);
}
