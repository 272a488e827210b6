/* What is known of a type once, and of each object of it. */
#ifndef RGPY_DESCRIBE_H
#define RGPY_DESCRIBE_H

#include "capture.h"

struct rgpy_member {
  Py_ssize_t offset;
  rg_string name;
  uint8_t kind; /* rg_edge_kind */
  uint8_t sign; /* rgpy_sign */
  bool is_hidden; /* tp_traverse does not give it */
};

/* What a flag says of its object, see state.c. */
enum rgpy_sign {
  RGPY_SIGN_NONE,
  RGPY_SIGN_END,    /* True: it is finished; False: it is alive */
  RGPY_SIGN_ENDED,  /* True: it is finished; False says nothing */
  RGPY_SIGN_LIFE,   /* True: it is alive; False: it is finished */
  RGPY_SIGN_LIVING, /* True: it is alive; False says nothing */
};

struct rgpy_type;
typedef rg_error *(*rgpy_enumerate)(struct rgpy_capture *capture, PyObject *object);
/* Sets state and state_field of `info` where they can be told. */
typedef rg_error *(*rgpy_read_state)(struct rgpy_capture *capture, PyObject *object, const struct rgpy_type *type,
                                     rg_node_info *info);

/* Bytes of an object, without what stands before it. */
typedef size_t (*rgpy_measure)(PyObject *object);

struct rgpy_type {
  PyTypeObject *type;
  rg_type id;
  rg_category category;
  rgpy_measure measure;
  bool is_measured;             /* as sys.getsizeof() would: no __sizeof__ had to be passed over */
  size_t preheader_size;        /* bytes before an object */
  rgpy_enumerate enumerate;     /* of the builtin kind that it is or derives from; NULL: none */
  rgpy_read_state read_state;   /* NULL: nothing can be told */
  bool is_complete;             /* `enumerate` gives all that tp_traverse gives, */
  bool is_traversed;            /* and tp_traverse all that `enumerate` gives, but for text that is a key */
  bool has_hidden;              /* some of its members are hidden */
  bool has_attributes;          /* instances may have attributes of their own */
  struct rgpy_member *members;  /* object members and slots */
  size_t num_members;
};

enum { RGPY_NAME_SIZE = 256 };
/* The name of a type and of its module, as raw text, cut. */
void rgpy_type_name(PyTypeObject *type, char name_ret[RGPY_NAME_SIZE], char module_ret[RGPY_NAME_SIZE]);

rg_error *rgpy_describe_type(struct rgpy_capture *capture, PyTypeObject *type, const struct rgpy_type **ret);
/* Everything but the references. */
rg_error *rgpy_describe(struct rgpy_capture *capture, PyObject *object, const struct rgpy_type *type,
                        rg_node_info *ret);
rg_error *rgpy_code_site(struct rgpy_capture *capture, PyCodeObject *code, PyObject *qualname, int line, rg_site *ret);

/* The value of a str key in a dict, without hashing or comparing objects; NULL if it is not there. */
PyObject *rgpy_find_item(PyObject *dict, const char *name);

/* --- sizes.c --- */

/* Once, when the module is loaded. */
void rgpy_sizes_init(void);
/* How to measure objects of a type: as the first type in its order of bases does that has a __sizeof__ which is known
 * here. `is_exact_ret` tells whether that is the first one that has any. */
rgpy_measure rgpy_find_measure(PyTypeObject *type, bool *is_exact_ret);
size_t rgpy_size(PyObject *object, const struct rgpy_type *type);

/* --- numpy.c --- */

/* Whether it is numpy.ndarray itself. */
bool rgpy_is_array(const PyTypeObject *type);
size_t rgpy_measure_array(PyObject *array);
/* Whether it is the type of a scalar of numpy, and of a known size. */
bool rgpy_is_scalar(const PyTypeObject *type);
size_t rgpy_measure_scalar(PyObject *scalar);
rg_error *rgpy_enumerate_array(struct rgpy_capture *capture, PyObject *array);

/* --- lazy.c --- */

bool rgpy_is_lazy_import(const PyTypeObject *type);
rg_error *rgpy_enumerate_lazy_import(struct rgpy_capture *capture, PyObject *object);
/* What it stands for, as a dotted path. */
rg_error *rgpy_name_lazy_import(struct rgpy_capture *capture, PyObject *object, rg_string *ret);

/* --- references.c --- */

/* The enumerator of a builtin kind, whether it alone tells everything of an exact instance, and whether tp_traverse
 * does. */
rgpy_enumerate rgpy_enumerator(PyTypeObject *type, bool *is_complete_ret, bool *is_traversed_ret);
/* How many items a container of a builtin type has; -1: it is none. */
Py_ssize_t rgpy_length_of(PyObject *object);
/* Whether it is the C type of this name, and not a class that a program made. */
bool rgpy_is_native(const PyTypeObject *type, const char *name);
/* What a functools.partial calls; NULL: nothing yet, or it is no partial. */
PyObject *rgpy_partial_function(PyObject *object);
/* Whether this very type has an enumerator that reads all of its fields. */
bool rgpy_is_enumerated(PyTypeObject *type);

#endif
