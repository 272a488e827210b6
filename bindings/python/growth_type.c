/* _refgraph.Growth: what grows over several graphs, none of which it keeps. */
#include <string.h>

#include "docstrings.h"
#include "rgpy.h"

struct growth {
  PyObject_HEAD
  rg_growth *growth;
  bool is_busy; // a thread works on it without the GIL
};

static PyObject *growth_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
  static char *keywords[] = {NULL};
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "", keywords))
    return NULL;
  struct growth *self = (struct growth *)type->tp_alloc(type, 0);
  rg_error *error = self ? rg_growth_create(&self->growth) : NULL;
  if (error) {
    Py_DECREF(self);
    return rgpy_raise(error);
  }
  return (PyObject *)self;
}

static void growth_dealloc(PyObject *self)
{
  rg_growth_destroy(((struct growth *)self)->growth);
  Py_TYPE(self)->tp_free(self);
}

static rg_error *begin(struct growth *self)
{
  if (self->is_busy)
    return rg_error_create(RG_ERROR_BUSY, "another thread is at work on this growth");
  self->is_busy = true;
  return NULL;
}

static rg_error *add(struct growth *self, const rg_graph *graph, const rg_matches *matches)
{
  return rg_growth_add(self->growth, graph, matches ? rg_matches_nodes(matches) : NULL,
                       matches ? rg_matches_num_nodes(matches) : 0);
}

static PyObject *growth_add(PyObject *object, PyObject *args, PyObject *kwargs)
{
  static char *keywords[] = {"", "where", NULL};
  struct growth *self = (struct growth *)object;
  PyObject *added;
  const char *where = NULL;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!|z", keywords, &rgpy_graph_type, &added, &where))
    return NULL;
  const rg_graph *graph = ((struct rgpy_graph *)added)->graph;
  rg_matches *matches = NULL;
  rg_error *error = begin(self);
  if (error)
    return rgpy_raise(error);
  error = where ? rgpy_find_matches(graph, where, &matches) : NULL;
  Py_BEGIN_ALLOW_THREADS;
  if (!error)
    error = add(self, graph, matches);
  rg_matches_destroy(matches);
  Py_END_ALLOW_THREADS;
  self->is_busy = false;
  if (error)
    return rgpy_raise(error);
  Py_RETURN_NONE;
}

static int read_by(const char *word, rg_group_by *ret)
{
  static const char *const words[] = {"path", "site", "type"};
  for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
    if (strcmp(word, words[i]) != 0)
      continue;
    *ret = (rg_group_by)i;
    return 0;
  }
  rgpy_raise(rg_error_create(RG_ERROR_ARGUMENT, "bad by '%.100s': it is path, site or type", word));
  return -1;
}

static PyObject *growth_table(PyObject *object, PyObject *args, PyObject *kwargs)
{
  static char *keywords[] = {"by", "limit", NULL};
  struct growth *self = (struct growth *)object;
  const char *word = "path";
  PyObject *limit = Py_None;
  size_t max_rows;
  rg_group_by by;
  rg_table *table = NULL;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$sO", keywords, &word, &limit) ||
      rgpy_read_limit(limit, &max_rows) < 0 || read_by(word, &by) < 0)
    return NULL;
  rg_error *error = begin(self);
  if (error)
    return rgpy_raise(error);
  Py_BEGIN_ALLOW_THREADS;
  error = rg_growth_rank(self->growth, by);
  if (!error)
    error = rg_table_of_growth(self->growth, max_rows, &table);
  Py_END_ALLOW_THREADS;
  self->is_busy = false;
  return error ? rgpy_raise(error) : rgpy_table_new(table);
}

static PyMethodDef growth_methods[] = {
    {"add", RGPY_METHOD(growth_add), METH_VARARGS | METH_KEYWORDS, DOC_Growth_add},
    {"table", RGPY_METHOD(growth_table), METH_VARARGS | METH_KEYWORDS, DOC_Growth_table},
    {0},
};

PyTypeObject rgpy_growth_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "refgraph._refgraph.Growth",
    .tp_basicsize = sizeof(struct growth),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = DOC_Growth,
    .tp_new = growth_new,
    .tp_dealloc = growth_dealloc,
    .tp_methods = growth_methods,
};
