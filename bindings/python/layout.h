/* What refgraph knows of CPython's private layouts, a version each, and nowhere else: instance attributes, frames,
 * generators, code. Everything here only reads, runs no Python code and allocates nothing; what it hands out is
 * borrowed and good while the GIL is held. */
#ifndef RGPY_LAYOUT_H
#define RGPY_LAYOUT_H

#include "rgpy.h"

/* --- fields ------------------------------------------------------------------------------------------------------- */

/* What is called for each object that a structure itself holds, with the name of its field, a string constant. */
typedef rg_error *(*rgpy_visit_field)(void *context, const char *name, PyObject *object);

struct rgpy_field {
  const char *name;
  PyObject *object; /* may be NULL: then it is not visited */
};

static inline rg_error *rgpy_visit_fields(const struct rgpy_field *fields, size_t num, rgpy_visit_field visit,
                                          void *context)
{
  for (size_t i = 0; i < num; i++) {
    if (fields[i].object)
      RGPY_TRY(visit(context, fields[i].name, fields[i].object));
  }
  return NULL;
}
#define RGPY_VISIT_FIELDS(fields) rgpy_visit_fields(fields, sizeof(fields) / sizeof((fields)[0]), visit, context)

/* --- attributes of an instance ----------------------------------------------------------------------------------- */

/* Attributes that stand in the instance itself and not in a dict (3.11 and later):
 * value[i] is the attribute keys[i * stride]; either may be NULL, then there is no such attribute. */
struct rgpy_inline_values {
  PyObject *const *values;
  PyObject *const *keys;
  size_t stride;
  size_t num;
};
struct rgpy_inline_values rgpy_inline_values(PyObject *object);
/* The names that instances of a class share: keys[i * stride], some of which may be NULL. */
struct rgpy_keys {
  PyObject *const *keys;
  size_t stride;
  size_t num;
};
struct rgpy_keys rgpy_shared_keys(PyTypeObject *type);

/* The attribute dict of an instance; NULL if there is none yet. Never makes one. */
PyObject *rgpy_instance_dict(PyObject *object);

/* The attribute dict of a class, static ones included; NULL if it is not ready. */
PyObject *rgpy_type_dict(PyTypeObject *type);
/* The dict of weak references to the subclasses of a class; NULL if there is none. */
PyObject *rgpy_type_subclasses(PyTypeObject *type);
/* Whether this dict only shows the attributes of an instance, which holds the values itself. */
bool rgpy_is_dict_of_inline_values(PyObject *dict);

/* Bytes before the object that sys.getsizeof() counts: the collector's head, dict and weak reference pointers. */
size_t rgpy_preheader_size(PyTypeObject *type);

/* Bytes of the keys that the instances of a class share; 0 if there are none. */
size_t rgpy_cached_keys_size(PyTypeObject *type);
/* Bytes that belong to a code object but stand elsewhere. */
size_t rgpy_code_extra_size(PyCodeObject *code);

/* What a module holds as its name, beside the one in its dict; NULL if there is none. */
PyObject *rgpy_module_name(PyObject *module);

/* Digits of an int; 0 has none. */
size_t rgpy_int_num_digits(PyObject *object);

/* --- code --------------------------------------------------------------------------------------------------------- */

/* Calls `visit` for each object that the code itself holds, with the name of the field. */
rg_error *rgpy_code_fields(PyCodeObject *code, rgpy_visit_field visit, void *context);
PyObject *rgpy_code_qualname(PyCodeObject *code);
/* `num` names from names[0] on. */
struct rgpy_names {
  PyObject *const *names;
  size_t num;
};
/* Names of the free variables. */
struct rgpy_names rgpy_code_free_variables(PyCodeObject *code);
/* Names of the parameters that can be given by position. */
struct rgpy_names rgpy_code_parameters(PyCodeObject *code);

/* One instruction as the compiler made it, whatever specialisation and monitoring made of it since, as far as free
 * variables are concerned. */
enum rgpy_operation {
  RGPY_OPERATION_OTHER,
  RGPY_OPERATION_END,
  RGPY_OPERATION_UNKNOWN,      /* what stood there cannot be told, nor what follows */
  RGPY_OPERATION_LOAD_FREE,    /* pushes the value of free variable `free_i` */
  RGPY_OPERATION_STORE_FREE,   /* assigns or deletes it */
  RGPY_OPERATION_HAND_ON_FREE, /* pushes its cell */
  RGPY_OPERATION_ATTRIBUTE,    /* gets the attribute `name` of what is on top of the stack */
  RGPY_OPERATION_GLOBAL,       /* pushes the value of the global `name` */
};

struct rgpy_instruction {
  enum rgpy_operation operation;
  size_t free_i;
  PyObject *name;
};

struct rgpy_code_reader {
  PyCodeObject *code;
  size_t i; /* of the next instruction, in units */
};
struct rgpy_instruction rgpy_next_instruction(struct rgpy_code_reader *reader);

/* --- dicts -------------------------------------------------------------------------------------------------------- */

/* The type of dicts or, from 3.15 on, of frozen ones, which begin as a dict does; or one that derives from either. */
static inline bool rgpy_is_dict_type(PyTypeObject *type)
{
#if PY_VERSION_HEX >= 0x030f0000
  return type->tp_flags & Py_TPFLAGS_DICT_SUBCLASS || PyType_IsSubtype(type, &PyFrozenDict_Type);
#else
  return type->tp_flags & Py_TPFLAGS_DICT_SUBCLASS;
#endif
}

static inline bool rgpy_is_dict(PyObject *object)
{
  return rgpy_is_dict_type(Py_TYPE(object));
}

/* --- frames ------------------------------------------------------------------------------------------------------- */

/* A variable or temporary of a frame: a pointer, from 3.14 on with a tag in its lowest bits. */
typedef uintptr_t rgpy_slot;
PyObject *rgpy_slot_object(rgpy_slot slot); /* NULL: no value, or a number that is no object */
/* Whether the slot's reference is counted; from 3.14 on it may be borrowed from somebody else. */
bool rgpy_slot_counts(rgpy_slot slot);

/* A frame, running or suspended, as it is on every version. */
struct rgpy_frame {
  PyCodeObject *code;
  PyObject *function;     /* may be NULL */
  PyObject *globals;
  PyObject *builtins;
  PyObject *locals_dict;  /* of class bodies and exec(); may be NULL */
  const rgpy_slot *locals; /* local, cell and free variables; some may have no value */
  size_t num_locals;
  const rgpy_slot *stack; /* temporaries, as far as they are known; some may have no value */
  size_t num_stack;
  const rgpy_slot *slots; /* of a stack whose depth is not known: temporaries, and what was left there */
  size_t num_slots;
  PyObject *object;       /* the frame object, where one exists; may be NULL */
  int line;               /* 0: not known */
  const void *previous;   /* for rgpy_frame_previous */
};

/* The innermost frame of a thread, and its callers. False: there is none. */
bool rgpy_thread_frame(PyThreadState *thread, struct rgpy_frame *ret);
bool rgpy_frame_previous(const struct rgpy_frame *frame, struct rgpy_frame *ret);

/* The name of a local variable, and whether its value stands in a cell. */
PyObject *rgpy_local_name(const struct rgpy_frame *frame, size_t i);

/* The frame of a generator, coroutine or asynchronous generator, which while it runs is one of a thread's, too. False
 * when it is finished. */
bool rgpy_generator_frame(PyObject *generator, struct rgpy_frame *ret);
bool rgpy_generator_is_running(PyObject *generator);
bool rgpy_generator_is_finished(PyObject *generator);
PyObject *rgpy_generator_name(PyObject *generator);
PyObject *rgpy_generator_qualname(PyObject *generator);
PyCodeObject *rgpy_generator_code(PyObject *generator);

/* Slots for variables and temporaries in a frame object or, where it has its frame in itself, a generator: from 3.11
 * on these are of variable size, but keep no ob_size. */
size_t rgpy_frame_num_slots(PyObject *object);

/* The frame that a frame object owns. False while a thread or a generator owns it. */
bool rgpy_frame_object_frame(PyObject *object, struct rgpy_frame *ret);

#endif
