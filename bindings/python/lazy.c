/* The lazy imports of 3.15, which stand for what they import until it is used. Nothing here does so: what they hold is
 * read as their tp_traverse gives it, since no header tells.
 *
 *   import a.b         module "a.b"
 *   from a import b    what is "b" of another one: module "a", and the names of the statement
 */
#include "describe.h"

#include <string.h>

struct lazy_import {
  PyObject *builtins; /* NULL: that of its source */
  PyObject *source;   /* the name of a module, or another lazy import */
  PyObject *names;    /* text, a tuple of texts, or NULL */
  PyObject *code;     /* of the statement; may be NULL */
};

bool rgpy_is_lazy_import(const PyTypeObject *type)
{
  return rgpy_is_native(type, "lazy_import");
}

static bool is_lazy_import(PyObject *object)
{
  return rgpy_is_lazy_import(Py_TYPE(object));
}

// In the order of the fields.
static int visit_field(PyObject *object, void *context)
{
  struct lazy_import *lazy = context;
  if (!lazy->source && (PyUnicode_Check(object) || is_lazy_import(object)))
    lazy->source = object;
  else if (!lazy->source)
    lazy->builtins = object;
  else if (PyCode_Check(object))
    lazy->code = object;
  else
    lazy->names = object;
  return 0;
}

static struct lazy_import read_fields(PyObject *object)
{
  struct lazy_import lazy = {0};
  Py_TYPE(object)->tp_traverse(object, visit_field, &lazy);
  return lazy;
}

rg_error *rgpy_enumerate_lazy_import(struct rgpy_capture *capture, PyObject *object)
{
  struct lazy_import lazy = read_fields(object);
  RGPY_TRY(rgpy_refer(capture, lazy.builtins, RG_EDGE_INTERNAL, "__builtins__"));
  RGPY_TRY(rgpy_refer(capture, lazy.source, RG_EDGE_INTERNAL, "source"));
  RGPY_TRY(rgpy_refer(capture, lazy.names, RG_EDGE_INTERNAL, "names"));
  return rgpy_refer(capture, lazy.code, RG_EDGE_INTERNAL, "code");
}

/* --- what it stands for ------------------------------------------------------------------------------------------- */

// Text that grows at its front; what has no room there is cut.
struct path {
  char text[RGPY_NAME_SIZE];
  size_t begin;
};

static void put_before(struct path *path, const char *text, size_t size)
{
  size_t put = Py_MIN(size, path->begin);
  path->begin -= put;
  memcpy(path->text + path->begin, text + size - put, put);
}

static bool has_names(const struct lazy_import *lazy)
{
  return lazy->names && !(PyTuple_Check(lazy->names) && PyTuple_GET_SIZE(lazy->names) == 0);
}

// As its repr() has it: of a module, or of a name in what another one stands for.
rg_error *rgpy_name_lazy_import(struct rgpy_capture *capture, PyObject *object, rg_string *ret)
{
  struct path path = {.begin = sizeof(path.text) - 1};
  char text[RGPY_NAME_SIZE];
  struct lazy_import lazy = read_fields(object);
  bool is_of_another = lazy.source && is_lazy_import(lazy.source);
  if (!is_of_another && has_names(&lazy))
    put_before(&path, "...", 3);
  while (lazy.source && is_lazy_import(lazy.source) && path.begin) {
    rgpy_copy_text(lazy.names, text, sizeof(text));
    put_before(&path, text, strlen(text));
    put_before(&path, ".", 1);
    lazy = read_fields(lazy.source);
  }
  rgpy_copy_text(lazy.source, text, sizeof(text));
  // "import a.b" alone stands for a.
  put_before(&path, text, is_of_another && !has_names(&lazy) ? strcspn(text, ".") : strlen(text));
  return rg_builder_add_string(capture->builder, path.text + path.begin, strlen(path.text + path.begin), ret);
}
