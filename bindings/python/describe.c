#include "describe.h"

#include <string.h>
#include <structmember.h>

#include "layout.h"
#include "state.h"
#include "uses.h"

/* --- types ------------------------------------------------------------------------------------------------------- */

static const struct {
  PyTypeObject *type;
  rg_category category;
  bool with_derived;
} categories[] = {
    {&PyUnicode_Type, RG_CATEGORY_VALUE, false},
    {&PyLong_Type, RG_CATEGORY_VALUE, false},
    {&PyFloat_Type, RG_CATEGORY_VALUE, false},
    {&PyComplex_Type, RG_CATEGORY_VALUE, false},
    {&PyBool_Type, RG_CATEGORY_VALUE, false},
    {&PyBytes_Type, RG_CATEGORY_VALUE, false},
    {&PyEllipsis_Type, RG_CATEGORY_VALUE, false},
    {&PyType_Type, RG_CATEGORY_TYPE, true},
    {&PyModule_Type, RG_CATEGORY_MODULE, true},
    {&PyDict_Type, RG_CATEGORY_CONTAINER, true},
#if PY_VERSION_HEX >= 0x030f0000
    {&PyFrozenDict_Type, RG_CATEGORY_CONTAINER, true},
#endif
    {&PyList_Type, RG_CATEGORY_CONTAINER, true},
    {&PyTuple_Type, RG_CATEGORY_CONTAINER, true},
    {&PySet_Type, RG_CATEGORY_CONTAINER, true},
    {&PyFrozenSet_Type, RG_CATEGORY_CONTAINER, true},
    {&PyByteArray_Type, RG_CATEGORY_CONTAINER, true},
    {&PyMemoryView_Type, RG_CATEGORY_CONTAINER, false},
    {&PyDictProxy_Type, RG_CATEGORY_CONTAINER, false},
    {&PyFunction_Type, RG_CATEGORY_CALLABLE, false},
    {&PyMethod_Type, RG_CATEGORY_CALLABLE, false},
    {&PyCFunction_Type, RG_CATEGORY_CALLABLE, true},
    {&PyGen_Type, RG_CATEGORY_CALLABLE, false},
    {&PyCoro_Type, RG_CATEGORY_CALLABLE, false},
    {&PyAsyncGen_Type, RG_CATEGORY_CALLABLE, false},
    {&PyFrame_Type, RG_CATEGORY_CALLABLE, false},
    {&PyCode_Type, RG_CATEGORY_CALLABLE, false},
    {&PyMethodDescr_Type, RG_CATEGORY_CALLABLE, false},
    {&PyWrapperDescr_Type, RG_CATEGORY_CALLABLE, false},
};

static const struct {
  const char *name;
  rg_category category;
} categories_by_name[] = {
    {"functools.partial", RG_CATEGORY_CALLABLE},  {"collections.deque", RG_CATEGORY_CONTAINER},
    {"array.array", RG_CATEGORY_CONTAINER},       {"numpy.ndarray", RG_CATEGORY_CONTAINER},
    {"functools._lru_cache_wrapper", RG_CATEGORY_CALLABLE}, {"method-wrapper", RG_CATEGORY_CALLABLE},
};

static rg_category find_category(PyTypeObject *type)
{
  if (type == Py_TYPE(Py_None) || type == Py_TYPE(Py_NotImplemented))
    return RG_CATEGORY_VALUE;
  for (PyTypeObject *base = type; base; base = base->tp_base) {
    for (size_t i = 0; i < sizeof(categories) / sizeof(categories[0]); i++) {
      if (categories[i].type == base && (categories[i].with_derived || base == type))
        return categories[i].category;
    }
    for (size_t i = 0; i < sizeof(categories_by_name) / sizeof(categories_by_name[0]); i++) {
      if (strcmp(categories_by_name[i].name, base->tp_name) == 0)
        return categories_by_name[i].category;
    }
  }
  return RG_CATEGORY_INSTANCE;
}

PyObject *rgpy_find_item(PyObject *dict, const char *name)
{
  Py_ssize_t position = 0;
  PyObject *key, *value;
  while (dict && PyDict_Next(dict, &position, &key, &value)) {
    if (PyUnicode_CheckExact(key) && PyUnicode_IS_COMPACT_ASCII(key) &&
        strcmp((const char *)PyUnicode_1BYTE_DATA(key), name) == 0)
      return value;
  }
  return NULL;
}

enum { NAME_SIZE = RGPY_NAME_SIZE };

void rgpy_type_name(PyTypeObject *type, char name_ret[RGPY_NAME_SIZE], char module_ret[RGPY_NAME_SIZE])
{
  if (type == &_PyWeakref_RefType) {
    // Its name is ReferenceType, by which nobody calls it.
    snprintf(name_ret, NAME_SIZE, "weakref");
    snprintf(module_ret, NAME_SIZE, "weakref");
  } else if (type->tp_flags & Py_TPFLAGS_HEAPTYPE) {
    rgpy_copy_text(((PyHeapTypeObject *)type)->ht_name, name_ret, NAME_SIZE);
    rgpy_copy_text(rgpy_find_item(type->tp_dict, "__module__"), module_ret, NAME_SIZE);
  } else {
    const char *dot = strrchr(type->tp_name, '.');
    snprintf(name_ret, NAME_SIZE, "%s", dot ? dot + 1 : type->tp_name);
    snprintf(module_ret, NAME_SIZE, "%.*s", dot ? (int)(dot - type->tp_name) : 0, type->tp_name);
  }
}

static rg_error *add_type(struct rgpy_capture *capture, PyTypeObject *type, struct rgpy_type *ret)
{
  char name[NAME_SIZE], module[NAME_SIZE];
  rgpy_type_name(type, name, module);
  rg_type_info info = {name, strcmp(module, "builtins") == 0 ? "" : module, ret->category};
  return rg_builder_add_type(capture->builder, &info, &ret->id);
}

static bool is_known(const struct rgpy_type *type, Py_ssize_t offset)
{
  for (size_t i = 0; i < type->num_members; i++) {
    if (type->members[i].offset == offset)
      return true;
  }
  return false;
}

bool rgpy_is_metadata(const char *name)
{
  static const char *const names[] = {
      "__annotations__", "__builtins__", "__cached__",  "__dict__",    "__doc__",      "__file__",
      "__firstlineno__", "__loader__",   "__module__",  "__name__",    "__objclass__", "__package__",
      "__path__",        "__qualname__", "__slots__",   "__spec__",    "__static_attributes__",
      "__type_params__", "__weakref__",
  };
  for (size_t i = 0; name[0] == '_' && i < sizeof(names) / sizeof(names[0]); i++) {
    if (strcmp(name, names[i]) == 0)
      return true;
  }
  return false;
}

static rg_error *add_member(struct rgpy_capture *capture, struct rgpy_type *type, const char *name, Py_ssize_t offset)
{
  struct rgpy_member *members = rg_memory_realloc(type->members, type->num_members + 1, sizeof(*members));
  if (!members)
    return rgpy_out_of_memory();
  type->members = members;
  struct rgpy_member *added = &members[type->num_members];
  added->offset = offset;
  added->sign = (uint8_t)rgpy_sign_of(name);
  added->kind = rgpy_is_metadata(name) ? RG_EDGE_INTERNAL : RG_EDGE_ATTRIBUTE;
  added->is_hidden = false;
  RGPY_TRY(rg_builder_add_string(capture->builder, name, strlen(name), &added->name));
  type->num_members++;
  return NULL;
}

// Fields that the type itself declares: __slots__, and what C types show, such as functools.partial's func. Only
// fields inside the fixed part of the object are read. Those of a builtin kind are its enumerator's.
static rg_error *add_members(struct rgpy_capture *capture, struct rgpy_type *type)
{
  for (PyTypeObject *base = type->type; base && !rgpy_is_enumerated(base); base = base->tp_base) {
    for (const PyMemberDef *member = base->tp_members; member && member->name; member++) {
      bool is_object = member->type == T_OBJECT || member->type == T_OBJECT_EX;
      // Py_RELATIVE_OFFSET, of 3.12 and later, is 8.
      if (is_object && !(member->flags & 8) && member->offset > 0 && member->offset != type->type->tp_dictoffset &&
          member->offset + (Py_ssize_t)sizeof(PyObject *) <= base->tp_basicsize && !is_known(type, member->offset))
        RGPY_TRY(add_member(capture, type, member->name, member->offset));
    }
  }
  return NULL;
}

// Fields of types of the library that these do not declare and their tp_traverse, if they have one, does not give:
// which word behind the head of the object each is, on releases whose sources have it there.
static const struct {
  const char *type;
  size_t place;
  const char *name;
} hidden_fields[] = {
#if PY_VERSION_HEX < 0x030c0000
    {"_io.BufferedRWPair", 0, "reader"},
    {"_io.BufferedRWPair", 1, "writer"},
    {"_io.IncrementalNewlineDecoder", 0, "decoder"},
    {"_io.IncrementalNewlineDecoder", 1, "errors"},
#endif
    {"_ssl._SSLSocket", 0, "weak socket"},
    {"_ssl._SSLSocket", 2, "context"},
    {"_ssl._SSLSocket", 4, "weak owner"},
    {"_ssl._SSLSocket", 5, "server_hostname"},
};

static rg_error *add_hidden_fields(struct rgpy_capture *capture, struct rgpy_type *type)
{
  for (const PyTypeObject *base = type->type; base; base = base->tp_base) {
    for (size_t i = 0; i < sizeof(hidden_fields) / sizeof(hidden_fields[0]); i++) {
      if (!rgpy_is_native(base, hidden_fields[i].type))
        continue;
      Py_ssize_t offset = (Py_ssize_t)(sizeof(PyObject) + hidden_fields[i].place * sizeof(PyObject *));
      RGPY_TRY(add_member(capture, type, hidden_fields[i].name, offset));
      type->members[type->num_members - 1].is_hidden = true;
      type->has_hidden = true;
    }
  }
  return NULL;
}

static rg_error *make_type(struct rgpy_capture *capture, PyTypeObject *python_type, struct rgpy_type *type)
{
  type->type = python_type;
  type->category = find_category(python_type);
  type->enumerate = rgpy_enumerator(python_type, &type->is_complete, &type->is_traversed);
  type->measure = rgpy_find_measure(python_type, &type->is_measured);
  type->preheader_size = rgpy_preheader_size(python_type);
  // Kinds that read all of their fields themselves declare the same fields as members: those would come twice.
  bool is_own_kind = type->is_complete || PyType_IsSubtype(python_type, &PyType_Type) ||
                     python_type == &PyFrame_Type || python_type == &PyModule_Type || python_type == &PyGen_Type ||
                     python_type == &PyCoro_Type || python_type == &PyAsyncGen_Type;
  type->has_attributes = !is_own_kind && !PyType_IsSubtype(python_type, &PyModule_Type) &&
                         (python_type->tp_dictoffset || python_type->tp_flags & (1UL << 4));
  RGPY_TRY(add_type(capture, python_type, type));
  // What types that derive from tuple declare, as os.stat_result does, are names of items.
  if (!is_own_kind && !PyType_IsSubtype(python_type, &PyTuple_Type))
    RGPY_TRY(add_members(capture, type));
  RGPY_TRY(add_hidden_fields(capture, type));
  type->read_state = rgpy_state_reader(type);
  return NULL;
}

rg_error *rgpy_describe_type(struct rgpy_capture *capture, PyTypeObject *python_type, const struct rgpy_type **ret)
{
  uint32_t *number;
  RGPY_TRY(rgpy_address_map_slot(&capture->type_numbers, python_type, &number));
  if (!*number) {
    RGPY_TRY(rgpy_reserve((void **)&capture->types, &capture->types_capacity, capture->num_types + 1,
                          sizeof(*capture->types)));
    struct rgpy_type *type = rg_memory_alloc(1, sizeof(*type));
    if (!type)
      return rgpy_out_of_memory();
    capture->types[capture->num_types++] = type;
    RGPY_TRY(make_type(capture, python_type, type));
    *number = (uint32_t)capture->num_types;
  }
  *ret = capture->types[*number - 1];
  return NULL;
}

static bool is_generator(PyObject *object)
{
  return PyGen_CheckExact(object) || PyCoro_CheckExact(object) || PyAsyncGen_CheckExact(object);
}

/* --- lengths ----------------------------------------------------------------------------------------------------- */

Py_ssize_t rgpy_length_of(PyObject *object)
{
  if (rgpy_is_dict(object))
    return PyDict_GET_SIZE(object);
  if (PyAnySet_Check(object))
    return ((PySetObject *)object)->used;
  if (PyList_Check(object) || PyTuple_Check(object) || rgpy_is_native(Py_TYPE(object), "collections.deque"))
    return Py_SIZE(object);
  return -1;
}

/* --- labels and sites --------------------------------------------------------------------------------------------- */

rg_error *rgpy_code_site(struct rgpy_capture *capture, PyCodeObject *code, PyObject *qualname, int line, rg_site *ret)
{
  char name[NAME_SIZE], file[4 * NAME_SIZE], captured[RGPY_MAX_CAPTURED][64];
  const char *captured_names[RGPY_MAX_CAPTURED];
  rgpy_copy_text(qualname, name, sizeof(name));
  rgpy_copy_text(code->co_filename, file, sizeof(file));
  struct rgpy_names names = rgpy_code_free_variables(code);
  size_t num = Py_MIN(names.num, RGPY_MAX_CAPTURED);
  for (size_t i = 0; i < num; i++) {
    rgpy_copy_text(names.names[i], captured[i], sizeof(captured[i]));
    captured_names[i] = captured[i];
  }
  RGPY_TRY(rgpy_uses_read(capture->uses, code));
  rg_site_info info = {.name = name,
                       .file = file,
                       .line = line > 0 ? (uint32_t)line : 0,
                       .num_captured = (uint32_t)num,
                       .captured = captured_names,
                       .uses = capture->uses->uses,
                       .attributes = capture->uses->attributes};
  return rg_builder_add_site(capture->builder, &info, ret);
}

static rg_error *describe_code(struct rgpy_capture *capture, PyCodeObject *code, PyObject *qualname,
                               rg_node_info *info)
{
  struct rgpy_cached_site *slot =
      &capture->cached_sites[((uintptr_t)code >> 6) % RGPY_NUM_CACHED_SITES];
  RGPY_TRY(rgpy_name(capture, qualname, &info->label));
  if (slot->code != code) {
    RGPY_TRY(rgpy_code_site(capture, code, rgpy_code_qualname(code), code->co_firstlineno, &slot->site));
    slot->code = code;
  }
  info->site = slot->site;
  return NULL;
}

static bool captures_only_class(PyCodeObject *code)
{
  struct rgpy_names names = rgpy_code_free_variables(code);
  return names.num == 1 && PyUnicode_CompareWithASCIIString(names.names[0], "__class__") == 0;
}

static rg_error *describe_function(struct rgpy_capture *capture, PyObject *object, rg_node_info *info)
{
  PyFunctionObject *function = (PyFunctionObject *)object;
  PyCodeObject *code = (PyCodeObject *)function->func_code;
  if (function->func_closure)
    info->flags |= RG_NODE_CLOSURE;
  if (function->func_closure && captures_only_class(code))
    info->flags |= RG_NODE_IMPLICIT;
  return describe_code(capture, code, function->func_qualname, info);
}

// What a callable object calls lends it its name: the function of a method or partial.
static rg_error *describe_wrapped(struct rgpy_capture *capture, PyObject *wrapped, rg_node_info *info)
{
  if (wrapped && PyFunction_Check(wrapped)) {
    PyFunctionObject *function = (PyFunctionObject *)wrapped;
    return describe_code(capture, (PyCodeObject *)function->func_code, function->func_qualname, info);
  }
  if (wrapped && PyCFunction_Check(wrapped)) {
    const char *name = ((PyCFunctionObject *)wrapped)->m_ml->ml_name;
    return rg_builder_add_string(capture->builder, name, strlen(name), &info->label);
  }
  return NULL;
}

static rg_error *describe_generator(struct rgpy_capture *capture, PyObject *object, rg_node_info *info)
{
  PyCodeObject *code = rgpy_generator_code(object);
  PyObject *qualname = rgpy_generator_qualname(object);
  return code ? describe_code(capture, code, qualname, info) : rgpy_name(capture, qualname, &info->label);
}

static rg_error *describe_type_object(struct rgpy_capture *capture, PyTypeObject *type, rg_node_info *info)
{
  char bare[NAME_SIZE], module[NAME_SIZE];
  rgpy_type_name(type, bare, module);
  RGPY_TRY(rg_builder_add_string(capture->builder, module, strlen(module), &info->context));
  if (type->tp_flags & Py_TPFLAGS_HEAPTYPE)
    return rgpy_name(capture, ((PyHeapTypeObject *)type)->ht_qualname, &info->label);
  const char *dot = strrchr(type->tp_name, '.');
  const char *name = dot ? dot + 1 : type->tp_name;
  return rg_builder_add_string(capture->builder, name, strlen(name), &info->label);
}

static PyObject *member_named(PyObject *object, const struct rgpy_type *type, size_t i)
{
  return i < type->num_members ? *(PyObject **)((char *)object + type->members[i].offset) : NULL;
}

static rg_error *describe_callable(struct rgpy_capture *capture, PyObject *object, rg_node_info *info)
{
  if (PyFunction_Check(object))
    return describe_function(capture, object, info);
  if (PyMethod_Check(object))
    return describe_wrapped(capture, ((PyMethodObject *)object)->im_func, info);
  if (PyCFunction_Check(object))
    return describe_wrapped(capture, object, info);
  if (is_generator(object))
    return describe_generator(capture, object, info);
  if (PyCode_Check(object))
    return describe_code(capture, (PyCodeObject *)object, rgpy_code_qualname((PyCodeObject *)object), info);
  if (PyFrame_Check(object)) {
    PyCodeObject *code = PyFrame_GetCode((PyFrameObject *)object);
    Py_DECREF(code); // the frame holds it, too
    return describe_code(capture, code, rgpy_code_qualname(code), info);
  }
  return describe_wrapped(capture, rgpy_partial_function(object), info);
}

static bool is_dead_weakref(PyObject *object)
{
  return PyWeakref_Check(object) && ((PyWeakReference *)object)->wr_object == Py_None;
}

static bool is_sentinel(PyObject *object)
{
#if PY_VERSION_HEX >= 0x030f0000
  return PySentinel_Check(object);
#else
  (void)object;
  return false;
#endif
}

static rg_error *describe_instance(struct rgpy_capture *capture, PyObject *object, const struct rgpy_type *type,
                                   rg_node_info *info)
{
  if (type->enumerate == rgpy_enumerate_lazy_import)
    return rgpy_name_lazy_import(capture, object, &info->label);
  if (is_sentinel(object))
    return rgpy_name(capture, member_named(object, type, 0), &info->label);
  return is_dead_weakref(object) ? rgpy_literal(capture, "dead", &info->label) : NULL;
}

static rg_error *describe_label(struct rgpy_capture *capture, PyObject *object, const struct rgpy_type *type,
                                rg_node_info *info)
{
  switch (type->category) {
  case RG_CATEGORY_VALUE:
    return rgpy_value(capture, object, &info->label);
  case RG_CATEGORY_CALLABLE:
    return describe_callable(capture, object, info);
  case RG_CATEGORY_TYPE:
    return describe_type_object(capture, (PyTypeObject *)object, info);
  case RG_CATEGORY_MODULE:
    return rgpy_name(capture, rgpy_find_item(PyModule_GetDict(object), "__name__"), &info->label);
  case RG_CATEGORY_INSTANCE:
    return describe_instance(capture, object, type, info);
  case RG_CATEGORY_CONTAINER:
  case RG_CATEGORY_FRAME:
  case RG_CATEGORY_EXTERNAL:
    return NULL;
  }
  return NULL;
}

static bool is_immortal(PyObject *object)
{
#if PY_VERSION_HEX >= 0x030c0000
  return _Py_IsImmortal(object);
#else
  // 3.11 gives what it compiled in a count that is never used up.
  return Py_REFCNT(object) > 500000000;
#endif
}

// A derived frozenset may have attributes beside its members; a derived tuple has them in a dict.
static bool is_fixed(PyObject *object)
{
  return PyTuple_Check(object) || PyFrozenSet_CheckExact(object) || PyMethod_Check(object) || PyCFunction_Check(object);
}

rg_error *rgpy_describe(struct rgpy_capture *capture, PyObject *object, const struct rgpy_type *type,
                        rg_node_info *ret)
{
  Py_ssize_t length = type->category == RG_CATEGORY_CONTAINER ? rgpy_length_of(object) : -1;
  rg_node_info info = {
      .address = (uintptr_t)object,
      .size = rgpy_size(object, type),
      .refcount = (uint32_t)Py_MIN(Py_REFCNT(object), (Py_ssize_t)INT32_MAX),
      .length = length < 0 ? RG_LENGTH_NONE : (uint32_t)Py_MIN(length, (Py_ssize_t)INT32_MAX),
      .type = type->id,
      .site = RG_SITE_NONE,
  };
  if (is_immortal(object))
    info.flags |= RG_NODE_IMMORTAL;
  if (is_fixed(object))
    info.flags |= RG_NODE_FIXED;
  RGPY_TRY(describe_label(capture, object, type, &info));
  *ret = info;
  return NULL;
}
