/* Methods of _refgraph.Graph that analyse it. Other threads run meanwhile; a graph never changes. */
#include <stdlib.h>

#include "capture.h"
#include "rgpy.h"

/* --- what they share ---------------------------------------------------------------------------------------------- */

// Made on the first request; of two threads that ask at once, the first one's stay.
static rg_error *find_dominators(struct rgpy_graph *graph, const rg_dominators **ret)
{
  rg_dominators *made = NULL;
  rg_error *error = NULL;
  if (!graph->dominators) {
    Py_BEGIN_ALLOW_THREADS;
    error = rg_dominators_create(graph->graph, NULL, &made);
    Py_END_ALLOW_THREADS;
  }
  if (!graph->dominators)
    graph->dominators = made;
  else
    rg_dominators_destroy(made);
  *ret = graph->dominators;
  return error;
}

static PyObject *answer(rg_error *error, rg_table *table)
{
  return error ? rgpy_raise(error) : rgpy_table_new(table);
}

// Nodes that were asked for; none were where `nodes` is NULL.
struct asked {
  rg_node *nodes;
  size_t num;
  size_t max_rows;
};

static void asked_deinit(struct asked *asked)
{
  free(asked->nodes);
}
#define SCOPED_ASKED __attribute__((cleanup(asked_deinit))) struct asked

static int read_asked(PyObject *self, PyObject *ids, PyObject *limit, struct asked *ret)
{
  if (rgpy_read_limit(limit, &ret->max_rows) < 0)
    return -1;
  if (ids == Py_None)
    return 0;
  ret->nodes = rgpy_read_ids(((struct rgpy_graph *)self)->graph, ids, &ret->num);
  return ret->nodes ? 0 : -1;
}

/* --- methods ------------------------------------------------------------------------------------------------------ */

PyObject *rgpy_graph_types(PyObject *self, PyObject *args, PyObject *kwargs)
{
  static char *keywords[] = {"ids", "retained", "limit", NULL};
  const rg_graph *graph = ((struct rgpy_graph *)self)->graph;
  SCOPED_ASKED asked = {0};
  PyObject *ids = Py_None, *limit = Py_None;
  int with_retained = false;
  const rg_dominators *dominators = NULL;
  rg_types *types = NULL;
  rg_table *table = NULL;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$OpO", keywords, &ids, &with_retained, &limit) ||
      read_asked(self, ids, limit, &asked) < 0)
    return NULL;
  rg_error *error = with_retained ? find_dominators((struct rgpy_graph *)self, &dominators) : NULL;
  Py_BEGIN_ALLOW_THREADS;
  if (!error)
    error = rg_types_create(graph, asked.nodes, asked.num, &types);
  if (!error && dominators)
    error = rg_types_measure(types, graph, dominators);
  if (!error)
    error = rg_table_of_types(graph, types, asked.max_rows, &table);
  rg_types_destroy(types);
  Py_END_ALLOW_THREADS;
  return answer(error, table);
}

PyObject *rgpy_graph_closures(PyObject *self, PyObject *args, PyObject *kwargs)
{
  static char *keywords[] = {"where", "limit", NULL};
  const rg_graph *graph = ((struct rgpy_graph *)self)->graph;
  const char *where = NULL;
  PyObject *limit = Py_None;
  size_t max_rows;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$zO", keywords, &where, &limit) ||
      rgpy_read_limit(limit, &max_rows) < 0)
    return NULL;
  rg_matches *matches = NULL;
  rg_closures *closures = NULL;
  rg_table *table = NULL;
  const rg_dominators *dominators;
  rg_error *error = where ? rgpy_find_matches(graph, where, &matches) : NULL;
  if (!error)
    error = find_dominators((struct rgpy_graph *)self, &dominators);
  Py_BEGIN_ALLOW_THREADS;
  if (!error)
    error = rg_closures_create(graph, &closures);
  if (!error)
    error = rg_closures_measure(closures, graph, dominators);
  if (!error)
    error = rg_table_of_closures(graph, closures, matches, max_rows, &table);
  rg_closures_destroy(closures);
  rg_matches_destroy(matches);
  Py_END_ALLOW_THREADS;
  return answer(error, table);
}

/* --- allocations -------------------------------------------------------------------------------------------------- */

// Lines of programs, and the texts of their files, which are one after the other.
struct lines {
  rg_traced *lines;
  char (*files)[RG_STRING_MAX + 1];
  size_t num;
};

static void lines_deinit(struct lines *lines)
{
  free(lines->lines);
  free(lines->files);
}

static int read_lines(PyObject *sequence, struct lines *ret)
{
  RGPY_CLEANUP_DECREF PyObject *fast = PySequence_Fast(sequence, "lines must be a sequence");
  if (!fast)
    return -1;
  size_t num = (size_t)PySequence_Fast_GET_SIZE(fast);
  ret->lines = calloc(num + 1, sizeof(*ret->lines));
  ret->files = calloc(num + 1, sizeof(*ret->files));
  if (!ret->lines || !ret->files) {
    PyErr_NoMemory();
    return -1;
  }
  for (; ret->num < num; ret->num++) {
    PyObject *file;
    unsigned int line;
    unsigned long long size, count;
    if (!PyArg_ParseTuple(PySequence_Fast_GET_ITEM(fast, (Py_ssize_t)ret->num), "UIKK", &file, &line, &size, &count))
      return -1;
    rgpy_copy_text(file, ret->files[ret->num], sizeof(ret->files[ret->num]));
    ret->lines[ret->num] = (rg_traced){ret->files[ret->num], line, size, count};
  }
  return 0;
}

PyObject *rgpy_graph_allocations(PyObject *self, PyObject *args, PyObject *kwargs)
{
  static char *keywords[] = {"lines", "limit", NULL};
  const rg_graph *graph = ((struct rgpy_graph *)self)->graph;
  __attribute__((cleanup(lines_deinit))) struct lines lines = {0};
  PyObject *sequence, *limit = Py_None;
  size_t max_rows;
  rg_closures *closures = NULL;
  rg_table *table = NULL;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|$O", keywords, &sequence, &limit) ||
      rgpy_read_limit(limit, &max_rows) < 0 || read_lines(sequence, &lines) < 0)
    return NULL;
  rg_error *error;
  Py_BEGIN_ALLOW_THREADS;
  error = rg_closures_create(graph, &closures);
  if (!error)
    error = rg_table_of_allocations(graph, closures, lines.lines, lines.num, max_rows, &table);
  rg_closures_destroy(closures);
  Py_END_ALLOW_THREADS;
  return answer(error, table);
}

PyObject *rgpy_graph_dominators(PyObject *self, PyObject *args, PyObject *kwargs)
{
  static char *keywords[] = {"ids", "limit", NULL};
  struct rgpy_graph *graph = (struct rgpy_graph *)self;
  SCOPED_ASKED asked = {0};
  PyObject *ids = Py_None, *limit = Py_None;
  const rg_dominators *dominators;
  rg_table *table = NULL;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$OO", keywords, &ids, &limit) ||
      read_asked(self, ids, limit, &asked) < 0)
    return NULL;
  rg_error *error = find_dominators(graph, &dominators);
  if (error)
    return rgpy_raise(error);
  Py_BEGIN_ALLOW_THREADS;
  error = rg_table_of_dominators(graph->graph, dominators, asked.nodes, asked.num, asked.max_rows, &table);
  Py_END_ALLOW_THREADS;
  return answer(error, table);
}

PyObject *rgpy_graph_cycles(PyObject *self, PyObject *args, PyObject *kwargs)
{
  static char *keywords[] = {"limit", NULL};
  struct rgpy_graph *graph = (struct rgpy_graph *)self;
  PyObject *limit = Py_None;
  size_t max_rows;
  rg_cycle_options options = RG_CYCLE_OPTIONS_INIT;
  rg_cycles *cycles = NULL;
  rg_table *table = NULL;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$O", keywords, &limit) || rgpy_read_limit(limit, &max_rows) < 0)
    return NULL;
  rg_error *error = find_dominators(graph, &options.dominators);
  if (error)
    return rgpy_raise(error);
  Py_BEGIN_ALLOW_THREADS;
  error = rg_cycles_create(graph->graph, &options, &cycles);
  if (!error)
    error = rg_table_of_cycles(graph->graph, cycles, NULL, max_rows, &table);
  rg_cycles_destroy(cycles);
  Py_END_ALLOW_THREADS;
  return answer(error, table);
}

// One object's are told by the dominators, which stay; those of a set take a pass over the graph.
PyObject *rgpy_graph_retained(PyObject *self, PyObject *ids)
{
  struct rgpy_graph *graph = (struct rgpy_graph *)self;
  const rg_dominators *dominators;
  SCOPED_ASKED asked = {0};
  asked.nodes = rgpy_read_ids(graph->graph, ids, &asked.num);
  if (!asked.nodes)
    return NULL;
  rg_error *error = NULL;
  rg_retained retained = {0};
  if (asked.num == 1) {
    error = find_dominators(graph, &dominators);
    retained.size = error ? 0 : rg_dominators_retained(dominators, asked.nodes[0]);
  } else {
    rg_node_set set = {asked.nodes, asked.num};
    Py_BEGIN_ALLOW_THREADS;
    error = rg_retained_by_sets(graph->graph, RG_EDGE_KINDS_STRONG, &set, 1, &retained);
    Py_END_ALLOW_THREADS;
  }
  return error ? rgpy_raise(error) : PyLong_FromUnsignedLongLong(retained.size);
}

PyObject *rgpy_graph_cut(PyObject *self, PyObject *ids)
{
  const rg_graph *graph = ((struct rgpy_graph *)self)->graph;
  SCOPED_ASKED asked = {0};
  rg_cut *cut = NULL;
  rg_table *table = NULL;
  rg_error *error;
  asked.nodes = rgpy_read_ids(graph, ids, &asked.num);
  if (!asked.nodes)
    return NULL;
  Py_BEGIN_ALLOW_THREADS;
  error = rg_cut_create(graph, asked.nodes, asked.num, NULL, &cut);
  if (!error)
    error = rg_table_of_cut(graph, cut, &table);
  rg_cut_destroy(cut);
  Py_END_ALLOW_THREADS;
  return answer(error, table);
}

PyObject *rgpy_graph_disjoint_paths(PyObject *self, PyObject *args, PyObject *kwargs)
{
  static char *keywords[] = {"id", "max_paths", NULL};
  const rg_graph *graph = ((struct rgpy_graph *)self)->graph;
  PyObject *id;
  rg_disjoint_options options = RG_DISJOINT_OPTIONS_INIT;
  SCOPED_ASKED asked = {0};
  rg_disjoint_paths *paths = NULL;
  rg_table *table = NULL;
  rg_error *error;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|$I", keywords, &id, &options.max_paths))
    return NULL;
  RGPY_CLEANUP_DECREF PyObject *ids = PyTuple_Pack(1, id);
  asked.nodes = ids ? rgpy_read_ids(graph, ids, &asked.num) : NULL;
  if (!asked.nodes)
    return NULL;
  Py_BEGIN_ALLOW_THREADS;
  error = rg_disjoint_paths_create(graph, asked.nodes[0], &options, &paths);
  if (!error)
    error = rg_table_of_disjoint_paths(graph, paths, &table);
  rg_disjoint_paths_destroy(paths);
  Py_END_ALLOW_THREADS;
  return answer(error, table);
}
