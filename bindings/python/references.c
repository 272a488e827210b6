/* The references of one object, by kind and name.
 *
 * Each builtin kind has an enumerator that reads its fields in their own order. For every type whose enumerator is not
 * known to be complete, tp_traverse has the last word: what it gives beyond the enumerated references is noted as a
 * field without a name. So no reference is lost, whatever the type. */
#include "describe.h"
#include "layout.h"

#include <string.h>
#include <structmember.h>

#define _PY_DATETIME_IMPL // only the layout of its objects is needed
#include <datetime.h>

rg_error *rgpy_refer(struct rgpy_capture *capture, PyObject *target, rg_edge_kind kind, const char *literal)
{
  rg_string name = 0;
  if (!target || !rgpy_capture_wants(capture, target))
    return NULL;
  RGPY_TRY(rgpy_literal(capture, literal, &name));
  return rgpy_capture_refer(capture, target, kind, name);
}

/* --- attributes --------------------------------------------------------------------------------------------------- */

// Static types are of a collected type, but not collected themselves: their tp_traverse must not be called.
static bool is_traversable(PyObject *object)
{
  PyTypeObject *type = Py_TYPE(object);
  return type->tp_flags & Py_TPFLAGS_HAVE_GC && type->tp_traverse && (!type->tp_is_gc || type->tp_is_gc(object));
}

// A type may give its base another layout, as mypyc does, and then a member that it inherits is something else: where
// there is a tp_traverse, a field is an object only if that gives it, too.
static bool is_confirmed(const struct rgpy_capture *capture, PyObject *object, PyObject *target)
{
  for (size_t i = 0; i < capture->num_visited; i++) {
    if (capture->visited[i] == target)
      return true;
  }
  return !is_traversable(object) && !(Py_TYPE(object)->tp_flags & Py_TPFLAGS_HEAPTYPE);
}

static rg_error *refer_members(struct rgpy_capture *capture, PyObject *object, const struct rgpy_type *type)
{
  for (size_t i = 0; i < type->num_members; i++) {
    const struct rgpy_member *member = &type->members[i];
    PyObject *target = *(PyObject **)((char *)object + member->offset);
    if (target && rgpy_capture_wants(capture, target) && (member->is_hidden || is_confirmed(capture, object, target)))
      RGPY_TRY(rgpy_capture_refer(capture, target, (rg_edge_kind)member->kind, member->name));
  }
  return NULL;
}

// An empty attribute dict is machinery; one with items is a step on the way to them.
static rg_error *refer_dict(struct rgpy_capture *capture, PyObject *dict)
{
  if (!dict)
    return NULL;
  if (!PyDict_Check(dict) || PyDict_GET_SIZE(dict) == 0)
    return rgpy_refer(capture, dict, RG_EDGE_INTERNAL, "__dict__");
  rg_string name;
  RGPY_TRY(rgpy_literal(capture, "__dict__", &name));
  RGPY_TRY(rgpy_capture_pass(capture, dict, RG_EDGE_ATTRIBUTE, name));
  return NULL;
}

// The enumeration of the collector's objects holds those that it found, too.
static bool is_held_by_others(const struct rgpy_capture *capture, PyObject *held)
{
  uint32_t node = rgpy_address_map_get(&capture->nodes, held);
  bool is_listed = node && rgpy_found_at(capture, node)->marks & RGPY_MARK_TRACKED;
  return Py_REFCNT(held) > 1 + (is_listed ? (Py_ssize_t)capture->refcount_bias : 0);
}

static rg_error *refer_attributes(struct rgpy_capture *capture, PyObject *object)
{
  struct rgpy_inline_values values = rgpy_inline_values(object);
  for (size_t i = 0; i < values.num; i++) {
    PyObject *key = values.keys[i * values.stride];
    if (!values.values[i] || !key || !rgpy_capture_wants(capture, values.values[i]))
      continue;
    rg_string name;
    RGPY_TRY(rgpy_name(capture, key, &name));
    RGPY_TRY(rgpy_capture_refer(capture, values.values[i], RG_EDGE_ATTRIBUTE, name));
  }
  PyObject *dict = rgpy_instance_dict(object);
  // Such a dict shows the values that the instance itself holds.
  if (dict && rgpy_is_dict_of_inline_values(dict))
    return rgpy_refer(capture, dict, RG_EDGE_INTERNAL, "__dict__");
  // One that others hold too is an object of its own.
  if (dict && PyDict_Check(dict) && PyDict_GET_SIZE(dict) && is_held_by_others(capture, dict))
    return rgpy_refer(capture, dict, RG_EDGE_ATTRIBUTE, "__dict__");
  return refer_dict(capture, dict);
}

/* --- containers --------------------------------------------------------------------------------------------------- */

rg_error *rgpy_refer_items(struct rgpy_capture *capture, PyObject *const *items, Py_ssize_t num)
{
  for (Py_ssize_t i = 0; i < num; i++) {
    if (rgpy_capture_is_full(capture)) {
      capture->row.num_beyond += (size_t)(num - i);
      return NULL;
    }
    if (items[i])
      RGPY_TRY(rgpy_capture_refer(capture, items[i], RG_EDGE_INDEX, (uint32_t)i));
  }
  return NULL;
}

static rg_error *enumerate_list(struct rgpy_capture *capture, PyObject *object)
{
  // While a list is sorted it is empty and has no items.
  PyListObject *list = (PyListObject *)object;
  return list->ob_item ? rgpy_refer_items(capture, list->ob_item, Py_SIZE(list)) : NULL;
}

static rg_error *enumerate_cells(struct rgpy_capture *capture, PyObject *tuple)
{
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); i++)
    RGPY_TRY(rgpy_capture_pass(capture, PyTuple_GET_ITEM(tuple, i), RG_EDGE_CAPTURED, 0));
  return NULL;
}

static rg_error *enumerate_tuple(struct rgpy_capture *capture, PyObject *object)
{
  if (rgpy_capture_marks(capture) & RGPY_MARK_CELLS)
    return enumerate_cells(capture, object);
  return rgpy_refer_items(capture, ((PyTupleObject *)object)->ob_item, Py_SIZE(object));
}

static rg_edge_kind attribute_kind(PyObject *name)
{
  bool is_ascii = PyUnicode_IS_COMPACT_ASCII(name);
  bool is_metadata = is_ascii && rgpy_is_metadata((const char *)PyUnicode_1BYTE_DATA(name));
  return is_metadata ? RG_EDGE_INTERNAL : RG_EDGE_ATTRIBUTE;
}

static rg_error *refer_item(struct rgpy_capture *capture, PyObject *key, PyObject *value, bool are_attributes)
{
  rg_string name;
  if (!rgpy_capture_wants(capture, value))
    return NULL;
  if (are_attributes && PyUnicode_Check(key)) {
    RGPY_TRY(rgpy_name(capture, key, &name));
    return rgpy_capture_refer(capture, value, attribute_kind(key), name);
  }
  RGPY_TRY(rgpy_key_name(capture, key, &name));
  return rgpy_capture_refer(capture, value, RG_EDGE_ITEM, name);
}

static bool is_plain_key(PyObject *key)
{
  return rgpy_is_value(key) || PyUnicode_Check(key);
}

// A key that is a plain value is read in the name of its item; any other is worth an arrow of its own.
static rg_error *refer_key(struct rgpy_capture *capture, PyObject *key)
{
  if (!is_plain_key(key))
    return rgpy_capture_refer(capture, key, RG_EDGE_KEY, 0);
  return rgpy_capture_hides_internals(capture) ? NULL : rgpy_refer(capture, key, RG_EDGE_INTERNAL, "key");
}

// Keys that dicts share are held by their class.
static bool holds_keys(PyObject *dict)
{
  return !((PyDictObject *)dict)->ma_values;
}

static rg_error *enumerate_dict(struct rgpy_capture *capture, PyObject *dict)
{
  uint8_t marks = rgpy_capture_marks(capture);
  // Among all objects there is the instance that holds the values.
  if (!capture->is_bounded && (rgpy_is_dict_of_inline_values(dict) || marks & RGPY_MARK_INTERNED))
    return NULL;
  bool with_keys = holds_keys(dict), are_attributes = marks & RGPY_MARK_ATTRIBUTES;
  Py_ssize_t position = 0, num_seen = 0;
  PyObject *key, *value;
  while (PyDict_Next(dict, &position, &key, &value)) {
    if (rgpy_capture_is_full(capture)) {
      capture->row.num_beyond += (size_t)(PyDict_GET_SIZE(dict) - num_seen);
      return NULL;
    }
    num_seen++;
    if (value)
      RGPY_TRY(refer_item(capture, key, value, are_attributes));
    if (with_keys)
      RGPY_TRY(refer_key(capture, key));
  }
  return NULL;
}

// Edges to values of text keys; where they are not the attributes of their owner they are its arguments.
static rg_error *name_values(struct rgpy_capture *capture, rg_node node, bool are_attributes)
{
  const struct rgpy_found *found = rgpy_found_at(capture, node);
  PyObject *dict = found->object;
  uint64_t edge = found->row, end = edge + found->row_size;
  bool with_keys = holds_keys(dict);
  Py_ssize_t position = 0;
  PyObject *key, *value;
  while (edge < end && PyDict_Next(dict, &position, &key, &value)) {
    rg_string name;
    bool has_edge = value && rgpy_capture_wants(capture, value);
    if (has_edge && PyUnicode_Check(key)) {
      RGPY_TRY(are_attributes ? rgpy_name(capture, key, &name) : rgpy_keyword(capture, key, &name));
      rg_builder_name_edge(capture->builder, edge, are_attributes ? attribute_kind(key) : RG_EDGE_ARGUMENT, name);
    }
    bool has_key_edge = with_keys && rgpy_capture_wants(capture, key) &&
                        !(is_plain_key(key) && rgpy_capture_hides_internals(capture));
    edge += (uint64_t)has_edge + has_key_edge;
  }
  return NULL;
}

rg_error *rgpy_name_attributes(struct rgpy_capture *capture, rg_node node)
{
  return name_values(capture, node, true);
}

static rg_error *enumerate_set(struct rgpy_capture *capture, PyObject *object)
{
  PySetObject *set = (PySetObject *)object;
  for (Py_ssize_t i = 0; i <= set->mask; i++) {
    // A slot that was deleted has a dummy for a key, and the one hash that no key has.
    if (set->table[i].key && set->table[i].hash != -1)
      RGPY_TRY(rgpy_capture_refer(capture, set->table[i].key, RG_EDGE_KEY, 0));
  }
  return NULL;
}

// A class of that name which a program makes is never immutable.
bool rgpy_is_native(const PyTypeObject *type, const char *name)
{
  return type->tp_flags & Py_TPFLAGS_IMMUTABLETYPE && strcmp(type->tp_name, name) == 0;
}

static bool is_deque(const PyTypeObject *type)
{
  return rgpy_is_native(type, "collections.deque");
}

struct next_item {
  struct rgpy_capture *capture;
  PyObject *type;
  uint32_t i;
  rg_error *error;
};

static int visit_item(PyObject *object, void *context)
{
  struct next_item *next = context;
  if (object != next->type && !next->error)
    next->error = rgpy_capture_refer(next->capture, object, RG_EDGE_INDEX, next->i++);
  return 0;
}

// The blocks of a deque are private, but its tp_traverse gives the items in their order, and its type.
static rg_error *enumerate_deque(struct rgpy_capture *capture, PyObject *object)
{
  struct next_item next = {capture, (PyObject *)Py_TYPE(object), 0, NULL};
  PyTypeObject *type = Py_TYPE(object);
  while (!is_deque(type))
    type = type->tp_base;
  type->tp_traverse(object, visit_item, &next);
  return next.error;
}

/* --- contexts
 * ---------------------------------------------------------------------------------------------------------
 *
 * Context variables stand in a hash array mapped trie (Python/hamt.c), whose nodes are private. Their tp_traverse goes
 * through them from the end, so that each value comes right before its variable, and what is no value is a node. */

static bool is_hamt(const PyTypeObject *type)
{
  static const char *const names[] = {"hamt", "hamt_array_node", "hamt_bitmap_node", "hamt_collision_node"};
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    if (rgpy_is_native(type, names[i]))
      return true;
  }
  return false;
}

static int visit_first(PyObject *object, void *context)
{
  PyObject **first = context;
  *first = *first ? *first : object;
  return 0;
}

// The name of a variable is the first of its references.
static rg_error *name_variable(struct rgpy_capture *capture, PyObject *variable, rg_string *ret)
{
  PyObject *name = NULL;
  Py_TYPE(variable)->tp_traverse(variable, visit_first, &name);
  *ret = 0;
  return name && PyUnicode_Check(name) ? rgpy_name(capture, name, ret) : NULL;
}

struct next_variable {
  struct rgpy_capture *capture;
  PyObject *value; // of the variable that comes next
  rg_error *error;
};

static rg_error *refer_variable(struct next_variable *next, PyObject *variable)
{
  rg_string name;
  RGPY_TRY(name_variable(next->capture, variable, &name));
  RGPY_TRY(rgpy_capture_refer(next->capture, next->value, RG_EDGE_ITEM, name));
  next->value = NULL;
  return rgpy_refer(next->capture, variable, RG_EDGE_INTERNAL, "variable");
}

static int visit_variable(PyObject *object, void *context)
{
  struct next_variable *next = context;
  if (next->error)
    return 0;
  if (is_hamt(Py_TYPE(object)))
    next->error = rgpy_capture_refer(next->capture, object, RG_EDGE_ATTRIBUTE, 0);
  else if (!next->value)
    next->value = object;
  else if (PyContextVar_CheckExact(object))
    next->error = refer_variable(next, object);
  return 0;
}

static rg_error *enumerate_hamt(struct rgpy_capture *capture, PyObject *object)
{
  struct next_variable next = {capture, NULL, NULL};
  Py_TYPE(object)->tp_traverse(object, visit_variable, &next);
  return next.error;
}

/* --- functions and what belongs to them --------------------------------------------------------------------------- */

// Nothing to see in an empty one.
static rg_edge_kind kind_if_filled(PyObject *object, rg_edge_kind kind)
{
  bool is_filled = object && (PyDict_Check(object) ? PyDict_GET_SIZE(object) > 0
                                                   : !PyTuple_Check(object) || PyTuple_GET_SIZE(object) > 0);
  return is_filled ? kind : RG_EDGE_INTERNAL;
}

static bool is_partial(const PyTypeObject *type)
{
  return rgpy_is_native(type, "functools.partial");
}

// Modules/_functoolsmodule.c, as far as it is the same in all versions.
struct partial {
  PyObject_HEAD
  PyObject *function, *arguments, *keywords;
};

PyObject *rgpy_partial_function(PyObject *object)
{
  return is_partial(Py_TYPE(object)) ? ((struct partial *)object)->function : NULL;
}

static struct rgpy_names skip(struct rgpy_names names, size_t num)
{
  return num <= names.num ? (struct rgpy_names){names.names + num, names.num - num} : (struct rgpy_names){0};
}

// From 3.14 on places may be left free in what is bound.
static bool has_placeholder(PyObject *arguments)
{
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(arguments); i++) {
    if (rgpy_is_native(Py_TYPE(PyTuple_GET_ITEM(arguments, i)), "functools._PlaceholderType"))
      return true;
  }
  return false;
}

// The parameters to which the first positional arguments of a call go; none where that cannot be told. Partials may
// call each other, but not for ever.
static struct rgpy_names parameters_of(PyObject *called)
{
  enum { MAX_CALLS = 8 };
  size_t num_bound = 0;
  for (int i = 0; called && i < MAX_CALLS; i++) {
    if (PyFunction_Check(called))
      return skip(rgpy_code_parameters((PyCodeObject *)((PyFunctionObject *)called)->func_code), num_bound);
    const struct partial *partial = (const struct partial *)called;
    if (PyMethod_Check(called)) {
      num_bound++;
      called = ((PyMethodObject *)called)->im_func;
    } else if (is_partial(Py_TYPE(called)) && partial->arguments && !has_placeholder(partial->arguments)) {
      num_bound += (size_t)PyTuple_GET_SIZE(partial->arguments);
      called = partial->function;
    } else {
      break;
    }
  }
  return (struct rgpy_names){0};
}

// What an object has bound to parameters: a tuple by position and a dict by name. Either may be NULL.
struct arguments {
  PyObject *by_position, *by_name;
  struct rgpy_names parameters; // of those by position
};

static struct arguments defaults_of(PyFunctionObject *function)
{
  struct arguments defaults = {function->func_defaults, function->func_kwdefaults, {0}};
  if (!defaults.by_position)
    return defaults;
  struct rgpy_names parameters = rgpy_code_parameters((PyCodeObject *)function->func_code);
  size_t num = (size_t)PyTuple_GET_SIZE(defaults.by_position);
  // The last parameters have them.
  if (num <= parameters.num)
    defaults.parameters = skip(parameters, parameters.num - num);
  return defaults;
}

static struct arguments arguments_of(PyObject *owner)
{
  if (PyFunction_Check(owner))
    return defaults_of((PyFunctionObject *)owner);
  const struct partial *partial = (const struct partial *)owner;
  bool is_derived = !is_partial(Py_TYPE(owner));
  struct rgpy_names parameters = {0};
  if (!is_derived)
    parameters = parameters_of(partial->function);
  return (struct arguments){partial->arguments, partial->keywords, parameters};
}

static bool are_named(PyObject *values, const struct rgpy_names *parameters)
{
  if (PyTuple_CheckExact(values))
    return (size_t)PyTuple_GET_SIZE(values) <= parameters->num;
  return PyDict_CheckExact(values);
}

// What others hold, too, is an object of its own, as the constant tuple that is the defaults of many functions.
static bool is_passage(const struct rgpy_capture *capture, PyObject *values, const struct rgpy_names *parameters)
{
  return values && are_named(values, parameters) && !is_held_by_others(capture, values);
}

static rg_error *refer_arguments(struct rgpy_capture *capture, PyObject *values, const struct rgpy_names *parameters,
                                 const char *literal)
{
  rg_edge_kind kind = kind_if_filled(values, RG_EDGE_ARGUMENT);
  rg_string name;
  if (kind != RG_EDGE_ARGUMENT || !is_passage(capture, values, parameters))
    return rgpy_refer(capture, values, kind, literal);
  RGPY_TRY(rgpy_literal(capture, literal, &name));
  return rgpy_capture_pass(capture, values, RG_EDGE_ARGUMENT, name);
}

static rg_error *enumerate_partial(struct rgpy_capture *capture, PyObject *object)
{
  struct arguments bound = arguments_of(object);
  RGPY_TRY(rgpy_refer(capture, ((struct partial *)object)->function, RG_EDGE_ATTRIBUTE, "func"));
  RGPY_TRY(refer_arguments(capture, bound.by_position, &bound.parameters, "args"));
  return refer_arguments(capture, bound.by_name, &bound.parameters, "keywords");
}

static rg_error *enumerate_function(struct rgpy_capture *capture, PyObject *object)
{
  PyFunctionObject *function = (PyFunctionObject *)object;
  if (function->func_closure)
    RGPY_TRY(rgpy_capture_pass(capture, function->func_closure, RG_EDGE_CAPTURED, 0));
  struct arguments defaults = defaults_of(function);
  RGPY_TRY(refer_arguments(capture, defaults.by_position, &defaults.parameters, "__defaults__"));
  RGPY_TRY(refer_arguments(capture, defaults.by_name, &defaults.parameters, "__kwdefaults__"));
  RGPY_TRY(refer_dict(capture, function->func_dict));
  RGPY_TRY(rgpy_refer(capture, function->func_code, RG_EDGE_INTERNAL, "__code__"));
  RGPY_TRY(rgpy_refer(capture, function->func_globals, RG_EDGE_INTERNAL, "__globals__"));
  RGPY_TRY(rgpy_refer(capture, function->func_builtins, RG_EDGE_INTERNAL, "__builtins__"));
  RGPY_TRY(rgpy_refer(capture, function->func_module, RG_EDGE_INTERNAL, "__module__"));
  RGPY_TRY(rgpy_refer(capture, function->func_name, RG_EDGE_INTERNAL, "__name__"));
  RGPY_TRY(rgpy_refer(capture, function->func_qualname, RG_EDGE_INTERNAL, "__qualname__"));
  RGPY_TRY(rgpy_refer(capture, function->func_doc, RG_EDGE_INTERNAL, "__doc__"));
  RGPY_TRY(rgpy_refer(capture, function->func_annotations, RG_EDGE_INTERNAL, "__annotations__"));
#if PY_VERSION_HEX >= 0x030c0000
  RGPY_TRY(rgpy_refer(capture, function->func_typeparams, RG_EDGE_INTERNAL, "__type_params__"));
#endif
#if PY_VERSION_HEX >= 0x030e0000
  RGPY_TRY(rgpy_refer(capture, function->func_annotate, RG_EDGE_INTERNAL, "__annotate__"));
#endif
  return NULL;
}

// The cells of a closure stand in its tuple in the order of the free variables of its code.
rg_error *rgpy_name_captured(struct rgpy_capture *capture, PyObject *object)
{
  PyFunctionObject *function = (PyFunctionObject *)object;
  struct rgpy_names names = rgpy_code_free_variables((PyCodeObject *)function->func_code);
  rg_node tuple_node = rgpy_address_map_get(&capture->nodes, function->func_closure);
  const struct rgpy_found *tuple = rgpy_found_at(capture, tuple_node);
  uint64_t edge = tuple->row, end = tuple_node ? edge + tuple->row_size : edge;
  for (size_t i = 0; edge < end && i < names.num; i++) {
    PyObject *cell = PyTuple_GET_ITEM(function->func_closure, i);
    rg_string name;
    if (!rgpy_capture_wants(capture, cell))
      continue;
    RGPY_TRY(rgpy_name(capture, names.names[i], &name));
    rg_builder_name_edge(capture->builder, edge++, RG_EDGE_CAPTURED, name);
    rg_builder_add_flags(capture->builder, rgpy_address_map_get(&capture->nodes, cell), RG_NODE_PASSAGE);
  }
  return NULL;
}

static rg_error *name_by_position(struct rgpy_capture *capture, rg_node tuple, const struct rgpy_names *parameters)
{
  const struct rgpy_found *found = rgpy_found_at(capture, tuple);
  uint64_t edge = found->row, end = edge + found->row_size;
  for (size_t i = 0; edge < end && i < parameters->num; i++) {
    rg_string name;
    if (!rgpy_capture_wants(capture, PyTuple_GET_ITEM(found->object, i)))
      continue;
    RGPY_TRY(rgpy_name(capture, parameters->names[i], &name));
    rg_builder_name_edge(capture->builder, edge++, RG_EDGE_ARGUMENT, name);
  }
  return NULL;
}

rg_error *rgpy_name_arguments(struct rgpy_capture *capture, PyObject *owner)
{
  struct arguments arguments = arguments_of(owner);
  const struct rgpy_names *parameters = &arguments.parameters;
  rg_node tuple = rgpy_address_map_get(&capture->nodes, arguments.by_position);
  rg_node dict = rgpy_address_map_get(&capture->nodes, arguments.by_name);
  if (tuple && is_passage(capture, arguments.by_position, parameters))
    RGPY_TRY(name_by_position(capture, tuple, parameters));
  return dict && is_passage(capture, arguments.by_name, parameters) ? name_values(capture, dict, false) : NULL;
}

static rg_error *refer_internal(void *context, const char *name, PyObject *object)
{
  return rgpy_refer(context, object, RG_EDGE_INTERNAL, name);
}

static rg_error *enumerate_code(struct rgpy_capture *capture, PyObject *object)
{
  return rgpy_code_fields((PyCodeObject *)object, refer_internal, capture);
}

static rg_error *enumerate_cell(struct rgpy_capture *capture, PyObject *object)
{
  PyObject *contents = ((PyCellObject *)object)->ob_ref;
  return contents ? rgpy_capture_refer(capture, contents, RG_EDGE_CAPTURED, 0) : NULL;
}

static rg_error *enumerate_method(struct rgpy_capture *capture, PyObject *object)
{
  PyMethodObject *method = (PyMethodObject *)object;
  RGPY_TRY(rgpy_refer(capture, method->im_self, RG_EDGE_ATTRIBUTE, "__self__"));
  return rgpy_refer(capture, method->im_func, RG_EDGE_ATTRIBUTE, "__func__");
}

static rg_error *enumerate_builtin(struct rgpy_capture *capture, PyObject *object)
{
  PyCFunctionObject *function = (PyCFunctionObject *)object;
  // A function of a module has the module for its self: that is where it is defined, not what it keeps.
  bool is_bound = function->m_self && !PyModule_Check(function->m_self);
  RGPY_TRY(rgpy_refer(capture, function->m_self, is_bound ? RG_EDGE_ATTRIBUTE : RG_EDGE_INTERNAL, "__self__"));
  return rgpy_refer(capture, function->m_module, RG_EDGE_INTERNAL, "__module__");
}

/* --- cached results ----------------------------------------------------------------------------------------------- */

// Modules/_functoolsmodule.c. The wrapper begins as a link does: it is the first and the last one of a ring.
struct cache_link {
  PyObject_HEAD
  struct cache_link *previous, *next;
  Py_hash_t hash;
  PyObject *key, *result;
};
struct cache_wrapper {
  struct cache_link ring;
  void *call;
  int is_typed;
  PyObject *cache;
  Py_ssize_t num_hits;
  PyObject *function;
  Py_ssize_t max_size, num_misses;
  PyObject *mark, *link_type, *info_type, *attributes, *weak_references;
};

static bool is_cache_wrapper(const PyTypeObject *type)
{
  return rgpy_is_native(type, "functools._lru_cache_wrapper") &&
         type->tp_basicsize == (Py_ssize_t)sizeof(struct cache_wrapper);
}

static bool is_cache_link(const PyTypeObject *type)
{
  return rgpy_is_native(type, "functools._lru_list_elem");
}

// What a link holds, its type included, is shown as the wrapper's own, as its tp_traverse has it.
static rg_error *enumerate_cached(struct rgpy_capture *capture, PyObject *object)
{
  struct cache_wrapper *wrapper = (struct cache_wrapper *)object;
  RGPY_TRY(rgpy_refer(capture, wrapper->function, RG_EDGE_INTERNAL, "func"));
  // An unbounded cache is a dict of results, a bounded one a dict of links.
  bool has_links = wrapper->ring.next && wrapper->ring.next != &wrapper->ring;
  RGPY_TRY(rgpy_refer(capture, wrapper->cache, has_links ? RG_EDGE_INTERNAL : RG_EDGE_ATTRIBUTE, "cache"));
  RGPY_TRY(rgpy_refer(capture, wrapper->mark, RG_EDGE_INTERNAL, "mark"));
  RGPY_TRY(rgpy_refer(capture, wrapper->link_type, RG_EDGE_INTERNAL, "type of links"));
  RGPY_TRY(rgpy_refer(capture, wrapper->info_type, RG_EDGE_INTERNAL, "type of information"));
  struct cache_link *end = &wrapper->ring;
  for (struct cache_link *link = end->next; link && link != end; link = link->next) {
    rg_string name;
    if (rgpy_capture_wants(capture, link->result)) {
      RGPY_TRY(rgpy_key_name(capture, link->key, &name));
      RGPY_TRY(rgpy_capture_refer(capture, link->result, RG_EDGE_ITEM, name));
    }
    RGPY_TRY(rgpy_refer(capture, link->key, RG_EDGE_INTERNAL, "key"));
    RGPY_TRY(rgpy_refer(capture, (PyObject *)link, RG_EDGE_INTERNAL, "link"));
    RGPY_TRY(rgpy_refer(capture, (PyObject *)Py_TYPE(link), RG_EDGE_INTERNAL, "type of a link"));
  }
  return NULL;
}

/* --- dates and times ---------------------------------------------------------------------------------------------- */

// The collector does not know them. One without a time zone is a shorter object.
static rg_error *enumerate_date_and_time(struct rgpy_capture *capture, PyObject *object)
{
  PyDateTime_DateTime *moment = (PyDateTime_DateTime *)object;
  return rgpy_refer(capture, moment->hastzinfo ? moment->tzinfo : NULL, RG_EDGE_ATTRIBUTE, "tzinfo");
}

static rg_error *enumerate_time(struct rgpy_capture *capture, PyObject *object)
{
  PyDateTime_Time *time = (PyDateTime_Time *)object;
  return rgpy_refer(capture, time->hastzinfo ? time->tzinfo : NULL, RG_EDGE_ATTRIBUTE, "tzinfo");
}

/* --- modules, types, weak references, exceptions ------------------------------------------------------------------ */

static rg_error *enumerate_module(struct rgpy_capture *capture, PyObject *object)
{
  RGPY_TRY(refer_dict(capture, PyModule_GetDict(object)));
  return rgpy_refer(capture, rgpy_module_name(object), RG_EDGE_INTERNAL, "md_name");
}

// That a class derives from object goes without saying.
static rg_edge_kind base_kind(const PyTypeObject *type)
{
  return type->tp_base == &PyBaseObject_Type ? RG_EDGE_INTERNAL : RG_EDGE_ATTRIBUTE;
}

// What the collector does not see of a class, since it is part of no cycle.
static rg_error *refer_strings_of_class(struct rgpy_capture *capture, PyHeapTypeObject *type)
{
  RGPY_TRY(rgpy_refer(capture, type->ht_name, RG_EDGE_INTERNAL, "__name__"));
  RGPY_TRY(rgpy_refer(capture, type->ht_qualname, RG_EDGE_INTERNAL, "__qualname__"));
  RGPY_TRY(rgpy_refer(capture, type->ht_slots, RG_EDGE_INTERNAL, "__slots__"));
  struct rgpy_keys keys = rgpy_shared_keys(&type->ht_type);
  for (size_t i = 0; i < keys.num; i++)
    RGPY_TRY(rgpy_refer(capture, keys.keys[i * keys.stride], RG_EDGE_INTERNAL, "attribute name"));
  return NULL;
}

static rg_error *enumerate_type(struct rgpy_capture *capture, PyObject *object)
{
  PyTypeObject *type = (PyTypeObject *)object;
  // What a type of C has is the language's own.
  if (type->tp_flags & Py_TPFLAGS_HEAPTYPE)
    RGPY_TRY(refer_dict(capture, rgpy_type_dict(type)));
  else
    RGPY_TRY(rgpy_refer(capture, rgpy_type_dict(type), RG_EDGE_INTERNAL, "__dict__"));
  RGPY_TRY(rgpy_refer(capture, (PyObject *)type->tp_base, base_kind(type), "__base__"));
  RGPY_TRY(rgpy_refer(capture, type->tp_bases, RG_EDGE_INTERNAL, "__bases__"));
  RGPY_TRY(rgpy_refer(capture, type->tp_mro, RG_EDGE_INTERNAL, "__mro__"));
  RGPY_TRY(rgpy_refer(capture, type->tp_cache, RG_EDGE_INTERNAL, "tp_cache"));
  RGPY_TRY(rgpy_refer(capture, rgpy_type_subclasses(type), RG_EDGE_INTERNAL, "__subclasses__"));
  if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE))
    return NULL;
  RGPY_TRY(rgpy_refer(capture, ((PyHeapTypeObject *)type)->ht_module, RG_EDGE_INTERNAL, "ht_module"));
  return rgpy_capture_hides_internals(capture) ? NULL : refer_strings_of_class(capture, (PyHeapTypeObject *)type);
}

static rg_error *enumerate_descriptor(struct rgpy_capture *capture, PyObject *object)
{
  PyDescrObject *descriptor = (PyDescrObject *)object;
  RGPY_TRY(rgpy_refer(capture, (PyObject *)descriptor->d_type, RG_EDGE_ATTRIBUTE, "__objclass__"));
  RGPY_TRY(rgpy_refer(capture, descriptor->d_name, RG_EDGE_INTERNAL, "__name__"));
  return rgpy_refer(capture, descriptor->d_qualname, RG_EDGE_INTERNAL, "__qualname__");
}

static rg_error *enumerate_weakref(struct rgpy_capture *capture, PyObject *object)
{
  PyWeakReference *reference = (PyWeakReference *)object;
  if (reference->wr_object && reference->wr_object != Py_None)
    RGPY_TRY(rgpy_capture_refer(capture, reference->wr_object, RG_EDGE_WEAK, 0));
  return rgpy_refer(capture, reference->wr_callback, RG_EDGE_ATTRIBUTE, "__callback__");
}

static rg_error *enumerate_exception(struct rgpy_capture *capture, PyObject *object)
{
  PyBaseExceptionObject *exception = (PyBaseExceptionObject *)object;
  RGPY_TRY(rgpy_refer(capture, exception->args, kind_if_filled(exception->args, RG_EDGE_ATTRIBUTE), "args"));
#if PY_VERSION_HEX >= 0x030b0000
  RGPY_TRY(rgpy_refer(capture, exception->notes, RG_EDGE_ATTRIBUTE, "__notes__"));
#endif
  RGPY_TRY(rgpy_refer(capture, exception->traceback, RG_EDGE_ATTRIBUTE, "__traceback__"));
  RGPY_TRY(rgpy_refer(capture, exception->context, RG_EDGE_ATTRIBUTE, "__context__"));
  return rgpy_refer(capture, exception->cause, RG_EDGE_ATTRIBUTE, "__cause__");
}

static rg_error *enumerate_traceback(struct rgpy_capture *capture, PyObject *object)
{
  PyTracebackObject *traceback = (PyTracebackObject *)object;
  RGPY_TRY(rgpy_refer(capture, (PyObject *)traceback->tb_next, RG_EDGE_ATTRIBUTE, "tb_next"));
  return rgpy_refer(capture, (PyObject *)traceback->tb_frame, RG_EDGE_ATTRIBUTE, "tb_frame");
}

/* --- frames and generators ---------------------------------------------------------------------------------------- */

static rg_error *refer_local(struct rgpy_capture *capture, PyObject *value, PyObject *name_object)
{
  rg_string name;
  if (!rgpy_capture_wants(capture, value))
    return NULL;
  RGPY_TRY(rgpy_name(capture, name_object, &name));
  if (!PyCell_Check(value))
    return rgpy_capture_refer(capture, value, RG_EDGE_LOCAL, name);
  // A variable that inner functions use stands in a cell; one that is not set yet is not worth an arrow.
  if (!((PyCellObject *)value)->ob_ref)
    return rgpy_capture_refer(capture, value, RG_EDGE_INTERNAL, name);
  return rgpy_capture_pass(capture, value, RG_EDGE_LOCAL, name);
}

rg_error *rgpy_frame_references(struct rgpy_capture *capture, const struct rgpy_frame *frame)
{
  for (size_t i = 0; i < frame->num_locals; i++) {
    PyObject *value = rgpy_slot_object(frame->locals[i]);
    size_t num = capture->row.num;
    if (value)
      RGPY_TRY(refer_local(capture, value, rgpy_local_name(frame, i)));
    if (!rgpy_slot_counts(frame->locals[i]))
      rgpy_capture_borrow(capture, num);
  }
  // The dict of a module's or class's body is the locals; a module's is its globals too, which is held, but no news.
  if (frame->locals_dict && frame->locals_dict != frame->globals)
    RGPY_TRY(refer_dict(capture, frame->locals_dict));
  else
    RGPY_TRY(rgpy_refer(capture, frame->locals_dict, RG_EDGE_INTERNAL, "f_locals"));
  // What a temporary borrows somebody else holds.
  for (size_t i = 0; i < frame->num_stack; i++) {
    if (rgpy_slot_counts(frame->stack[i]))
      RGPY_TRY(rgpy_refer(capture, rgpy_slot_object(frame->stack[i]), RG_EDGE_LOCAL, "temporary value"));
  }
#if PY_VERSION_HEX < 0x030b0000
  RGPY_TRY(rgpy_refer(capture, (PyObject *)(uintptr_t)frame->previous, RG_EDGE_INTERNAL, "f_back"));
#endif
  RGPY_TRY(rgpy_refer(capture, frame->function, RG_EDGE_INTERNAL, "function"));
  RGPY_TRY(rgpy_refer(capture, frame->object, RG_EDGE_INTERNAL, "frame"));
  RGPY_TRY(rgpy_refer(capture, (PyObject *)frame->code, RG_EDGE_INTERNAL, "f_code"));
#if PY_VERSION_HEX < 0x030b0000
  // From 3.11 on the function alone holds them.
  RGPY_TRY(rgpy_refer(capture, frame->globals, RG_EDGE_INTERNAL, "f_globals"));
  RGPY_TRY(rgpy_refer(capture, frame->builtins, RG_EDGE_INTERNAL, "f_builtins"));
#endif
  return NULL;
}

static rg_error *enumerate_generator(struct rgpy_capture *capture, PyObject *object)
{
  struct rgpy_frame frame;
  if (rgpy_generator_frame(object, &frame)) {
#if PY_VERSION_HEX < 0x030b0000
    // The frame is an object of its own, and its references are there.
    return rgpy_capture_pass(capture, frame.object, RG_EDGE_LOCAL, 0);
#else
    size_t num = capture->row.num;
    RGPY_TRY(rgpy_frame_references(capture, &frame));
    // Among all objects there is the running frame.
    if (!capture->is_bounded && rgpy_generator_is_running(object))
      rgpy_capture_leave_out(capture, num);
#endif
  } else if (rgpy_generator_is_finished(object)) {
    RGPY_TRY(rgpy_refer(capture, (PyObject *)rgpy_generator_code(object), RG_EDGE_INTERNAL, "f_code"));
  }
  RGPY_TRY(rgpy_refer(capture, rgpy_generator_name(object), RG_EDGE_INTERNAL, "__name__"));
  return rgpy_refer(capture, rgpy_generator_qualname(object), RG_EDGE_INTERNAL, "__qualname__");
}

static rg_error *enumerate_frame(struct rgpy_capture *capture, PyObject *object)
{
  struct rgpy_frame frame;
  if (!rgpy_frame_object_frame(object, &frame))
    return NULL;
#if PY_VERSION_HEX < 0x030b0000
  frame.object = NULL; // not a reference to itself
#endif
  return rgpy_frame_references(capture, &frame);
}

/* --- which enumerator --------------------------------------------------------------------------------------------- */

static const struct {
  PyTypeObject *type;
  rgpy_enumerate enumerate;
  bool is_complete, is_traversed;
} enumerators[] = {
    {&PyDict_Type, enumerate_dict, true, true},
#if PY_VERSION_HEX >= 0x030f0000
    {&PyFrozenDict_Type, enumerate_dict, true, true},
#endif
    {&PyList_Type, enumerate_list, true, true},
    {&PyTuple_Type, enumerate_tuple, true, true},
    {&PySet_Type, enumerate_set, true, true},
    {&PyFrozenSet_Type, enumerate_set, true, true},
    {&PyFunction_Type, enumerate_function, true, true},
    {&PyCell_Type, enumerate_cell, true, true},
    {&PyMethod_Type, enumerate_method, true, true},
    {&PyCFunction_Type, enumerate_builtin, false, true},
    {&PyModule_Type, enumerate_module, false, false},
    {&PyType_Type, enumerate_type, false, false},
    {&_PyWeakref_RefType, enumerate_weakref, true, true},
    {&_PyWeakref_ProxyType, enumerate_weakref, true, true},
    {&_PyWeakref_CallableProxyType, enumerate_weakref, true, true},
    {&PyGen_Type, enumerate_generator, false, false},
    {&PyCoro_Type, enumerate_generator, false, false},
    {&PyAsyncGen_Type, enumerate_generator, false, false},
    {&PyFrame_Type, enumerate_frame, false, false},
    {&PyTraceBack_Type, enumerate_traceback, true, true},
    {&PyCode_Type, enumerate_code, true, false},
    {&PyMethodDescr_Type, enumerate_descriptor, true, false},
    {&PyClassMethodDescr_Type, enumerate_descriptor, true, false},
    {&PyWrapperDescr_Type, enumerate_descriptor, true, false},
    {&PyMemberDescr_Type, enumerate_descriptor, true, false},
    {&PyGetSetDescr_Type, enumerate_descriptor, true, false},
};

bool rgpy_is_enumerated(PyTypeObject *type)
{
  for (size_t i = 0; i < sizeof(enumerators) / sizeof(enumerators[0]); i++) {
    if (enumerators[i].type == type)
      return true;
  }
  return is_partial(type);
}

rgpy_enumerate rgpy_enumerator(PyTypeObject *type, bool *is_complete_ret, bool *is_traversed_ret)
{
  for (PyTypeObject *base = type; base; base = base->tp_base) {
    for (size_t i = 0; i < sizeof(enumerators) / sizeof(enumerators[0]); i++) {
      if (enumerators[i].type == base) {
        *is_complete_ret = enumerators[i].is_complete && base == type;
        *is_traversed_ret = enumerators[i].is_traversed;
        return enumerators[i].enumerate;
      }
    }
    *is_complete_ret = false;
    *is_traversed_ret = true;
    if (base == (PyTypeObject *)PyExc_BaseException)
      return enumerate_exception;
    if (is_deque(base))
      return enumerate_deque;
    if (is_partial(base))
      return enumerate_partial;
    if (is_hamt(base))
      return enumerate_hamt;
    if (rgpy_is_lazy_import(base))
      return rgpy_enumerate_lazy_import;
    *is_traversed_ret = false;
    if (rgpy_is_array(base))
      return rgpy_enumerate_array;
    if (is_cache_wrapper(base))
      return enumerate_cached;
    if (rgpy_is_native(base, "datetime.datetime"))
      return enumerate_date_and_time;
    if (rgpy_is_native(base, "datetime.time"))
      return enumerate_time;
  }
  return NULL;
}

/* --- what tp_traverse gives beyond -------------------------------------------------------------------------------- */

static int visit(PyObject *object, void *context)
{
  struct rgpy_capture *capture = context;
  capture->gives_any = true;
  if (!rgpy_capture_wants(capture, object))
    return 0;
  if (capture->num_visited == capture->visited_capacity) {
    // The error is the constant one or leaks nothing that matters: it is replaced by the flag.
    rg_error *error = rgpy_reserve((void **)&capture->visited, &capture->visited_capacity, capture->num_visited + 1,
                                   sizeof(*capture->visited));
    if (error) {
      rg_error_destroy(error);
      capture->is_out_of_memory = true;
      return 0;
    }
  }
  capture->visited[capture->num_visited++] = object;
  return 0;
}

// Moves targets[parent] down to where no child is above it, in the heap of the first `num`.
static void sift_down(PyObject **targets, size_t parent, size_t num)
{
  PyObject *moved = targets[parent];
  for (size_t child; (child = 2 * parent + 1) < num; parent = child) {
    if (child + 1 < num && (uintptr_t)targets[child] < (uintptr_t)targets[child + 1])
      child++;
    if ((uintptr_t)targets[child] <= (uintptr_t)moved)
      break;
    targets[parent] = targets[child];
  }
  targets[parent] = moved;
}

// By address; a heap sort, since qsort() takes memory from malloc.
static void sort_targets(PyObject **targets, size_t num)
{
  for (size_t i = num / 2; i-- > 0;)
    sift_down(targets, i, num);
  for (size_t end = num; end-- > 1;) {
    PyObject *last = targets[0];
    targets[0] = targets[end];
    targets[end] = last;
    sift_down(targets, 0, end);
  }
}

// The first place in sorted `targets` that is not below `target`.
static size_t lower_bound(PyObject *const *targets, size_t num, PyObject *target)
{
  size_t begin = 0, end = num;
  while (begin < end) {
    size_t middle = begin + (end - begin) / 2;
    if ((uintptr_t)targets[middle] < (uintptr_t)target)
      begin = middle + 1;
    else
      end = middle;
  }
  return begin;
}

// What the further fields of a type are, where they all are the same or only one is there.
static const struct {
  const char *type;
  rg_edge_kind kind;
  const char *name;
} further_fields[] = {
    {"property", RG_EDGE_INTERNAL, "name"},
    {"module", RG_EDGE_INTERNAL, "state"},
    {"builtin_method", RG_EDGE_INTERNAL, "class"},
    {"generator", RG_EDGE_INTERNAL, "state"},
    {"coroutine", RG_EDGE_INTERNAL, "state"},
    {"async_generator", RG_EDGE_INTERNAL, "state"},
    {"mappingproxy", RG_EDGE_ATTRIBUTE, "mapping"},
    {"method-wrapper", RG_EDGE_ATTRIBUTE, "__self__"},
    {"memoryview", RG_EDGE_ATTRIBUTE, "buffer"},
    {"managedbuffer", RG_EDGE_ATTRIBUTE, "obj"},
    {"list_iterator", RG_EDGE_ATTRIBUTE, "sequence"},
    {"list_reverseiterator", RG_EDGE_ATTRIBUTE, "sequence"},
    {"tuple_iterator", RG_EDGE_ATTRIBUTE, "sequence"},
    {"iterator", RG_EDGE_ATTRIBUTE, "sequence"},
    {"reversed", RG_EDGE_ATTRIBUTE, "sequence"},
    {"set_iterator", RG_EDGE_ATTRIBUTE, "set"},
    {"dict_keys", RG_EDGE_ATTRIBUTE, "mapping"},
    {"dict_values", RG_EDGE_ATTRIBUTE, "mapping"},
    {"dict_items", RG_EDGE_ATTRIBUTE, "mapping"},
    {"dict_keyiterator", RG_EDGE_ATTRIBUTE, "mapping"},
    {"dict_valueiterator", RG_EDGE_ATTRIBUTE, "mapping"},
    {"dict_itemiterator", RG_EDGE_ATTRIBUTE, "mapping"},
};

static rg_error *refer_unnamed(struct rgpy_capture *capture, PyObject *object, PyObject *target)
{
  PyTypeObject *type = Py_TYPE(object);
  if (target == (PyObject *)type)
    return rgpy_capture_refer(capture, target, RG_EDGE_TYPE, 0);
  // The links of an ordered dict hold the keys once more.
  if (PyODict_Check(object))
    return rgpy_refer(capture, target, RG_EDGE_INTERNAL, "key");
  if (PyFrame_Check(object) && PyFrame_Check(target))
    return rgpy_refer(capture, target, RG_EDGE_INTERNAL, "f_back");
  // The pair that an iterator gives again and again, and how a wrapper calls its method.
  if (type == &PyDictIterItem_Type && PyTuple_CheckExact(target))
    return rgpy_refer(capture, target, RG_EDGE_INTERNAL, "result");
  bool is_static = !(type->tp_flags & Py_TPFLAGS_HEAPTYPE);
  if (is_static && strcmp(type->tp_name, "method-wrapper") == 0 && Py_IS_TYPE(target, &PyWrapperDescr_Type))
    return rgpy_refer(capture, target, RG_EDGE_INTERNAL, "descriptor");
  for (size_t i = 0; is_static && i < sizeof(further_fields) / sizeof(further_fields[0]); i++) {
    if (strcmp(further_fields[i].type, type->tp_name) == 0)
      return rgpy_refer(capture, target, further_fields[i].kind, further_fields[i].name);
  }
  return rgpy_capture_refer(capture, target, RG_EDGE_ATTRIBUTE, 0);
}

// Each enumerated reference accounts for one visit of its target; visits beyond that are noted. `sorted` holds the
// enumerated targets, `used` counts, at the first place of each, how many of its equals are accounted for.
static rg_error *refer_rest_sorted(struct rgpy_capture *capture, PyObject *object, PyObject **sorted, uint32_t *used)
{
  size_t num = capture->row.num;
  for (size_t i = 0; i < num; i++)
    sorted[i] = capture->row.references[i].target;
  sort_targets(sorted, num);
  for (size_t i = 0; i < capture->num_visited; i++) {
    PyObject *target = capture->visited[i];
    size_t place = lower_bound(sorted, num, target);
    if (place < num && place + used[place] < num && sorted[place + used[place]] == target)
      used[place]++;
    else
      RGPY_TRY(refer_unnamed(capture, object, target));
  }
  return NULL;
}

// The usual case: the enumerated references come in the order of the visits, and only the type comes beyond them.
static bool is_all_but_type(const struct rgpy_capture *capture, PyObject *object, size_t *num_types_ret)
{
  const struct rgpy_row *row = &capture->row;
  size_t i = 0, num_types = 0;
  for (size_t visit_i = 0; visit_i < capture->num_visited; visit_i++) {
    if (i < row->num && capture->visited[visit_i] == row->references[i].target)
      i++;
    else if (capture->visited[visit_i] == (PyObject *)Py_TYPE(object))
      num_types++;
    else
      return false;
  }
  *num_types_ret = num_types;
  return true;
}

enum { FEW = 32 };

static rg_error *refer_rest(struct rgpy_capture *capture, PyObject *object)
{
  size_t num = capture->row.num, num_types;
  if (is_all_but_type(capture, object, &num_types)) {
    while (num_types-- > 0)
      RGPY_TRY(refer_unnamed(capture, object, (PyObject *)Py_TYPE(object)));
    return NULL;
  }
  if (num <= FEW) {
    PyObject *sorted[FEW];
    uint32_t used[FEW] = {0};
    return refer_rest_sorted(capture, object, sorted, used);
  }
  PyObject **sorted = rg_memory_alloc(num, sizeof(*sorted));
  uint32_t *used = rg_memory_alloc(num, sizeof(*used));
  rg_error *error = sorted && used ? refer_rest_sorted(capture, object, sorted, used) : rgpy_out_of_memory();
  rg_memory_free(sorted);
  rg_memory_free(used);
  return error;
}

static rg_error *traverse(struct rgpy_capture *capture, PyObject *object)
{
  capture->num_visited = 0;
  capture->gives_any = false;
  if (is_traversable(object))
    Py_TYPE(object)->tp_traverse(object, visit, capture);
  return capture->is_out_of_memory ? rgpy_out_of_memory() : NULL;
}

// Every object holds its type, if that was allocated, but not every tp_traverse gives it.
static rg_error *refer_own_type(struct rgpy_capture *capture, PyObject *object)
{
  PyTypeObject *type = Py_TYPE(object);
  if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE) || (!capture->gives_any && is_cache_link(type)))
    return NULL;
  for (size_t i = capture->num_visited; i-- > 0;) {
    if (capture->visited[i] == (PyObject *)type)
      return NULL;
  }
  return rgpy_capture_refer(capture, (PyObject *)type, RG_EDGE_TYPE, 0);
}

rg_error *rgpy_references(struct rgpy_capture *capture, PyObject *object, const struct rgpy_type *type)
{
  if (!type->is_complete)
    RGPY_TRY(traverse(capture, object));
  if (type->has_attributes)
    RGPY_TRY(refer_attributes(capture, object));
  RGPY_TRY(refer_members(capture, object, type));
  if (type->enumerate)
    RGPY_TRY(type->enumerate(capture, object));
  // Of an object that has more references than are wanted, those beyond are only counted.
  if (type->is_complete || capture->row.num_beyond)
    return NULL;
  RGPY_TRY(refer_rest(capture, object));
  return refer_own_type(capture, object);
}
