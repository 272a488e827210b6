/* _refgraph.Graph: a captured graph. It owns no Python objects. */
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "describe.h"
#include "docstrings.h"
#include "dump.h"

static void graph_dealloc(PyObject *self)
{
  rg_dominators_destroy(((struct rgpy_graph *)self)->dominators);
  rg_graph_destroy(((struct rgpy_graph *)self)->graph);
  Py_TYPE(self)->tp_free(self);
}

static PyObject *graph_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
  (void)type, (void)args, (void)kwargs;
  PyErr_SetString(PyExc_TypeError, "a Graph is made by refgraph.capture()");
  return NULL;
}

static const rg_graph *graph_of(PyObject *self)
{
  return ((struct rgpy_graph *)self)->graph;
}

/* --- node numbers ------------------------------------------------------------------------------------------------- */

static PyObject *ids_new(const rg_node *nodes, size_t num)
{
  RGPY_CLEANUP_DECREF PyObject *ids = PyTuple_New((Py_ssize_t)num);
  for (size_t i = 0; ids && i < num; i++) {
    PyObject *id = PyLong_FromUnsignedLong(nodes[i]);
    if (!id)
      return NULL;
    PyTuple_SET_ITEM(ids, (Py_ssize_t)i, id);
  }
  return rgpy_take(&ids);
}

/* --- capture ------------------------------------------------------------------------------------------------------ */

// Objects that the caller keeps, so that Python code may look at them.
struct held {
  rg_node *nodes;
  size_t num;
};

// All objects of a graph, or those that refer to the targets within `depth`.
static rg_error *choose_held(const rg_graph *graph, const rg_node *targets, size_t num_targets, long depth,
                             struct held *ret)
{
  rg_selection *selection = NULL;
  if (depth >= 0) {
    rg_neighbourhood_options options = RG_NEIGHBOURHOOD_OPTIONS_INIT;
    options.is_backward = true;
    options.with_internals = true;
    options.max_depth = (uint32_t)depth;
    options.max_references = options.max_nodes = options.max_edges = 10000;
    RGPY_TRY(rg_select_neighbourhood(graph, targets, num_targets, &options, &selection));
  }
  size_t num = selection ? rg_selection_num_nodes(selection) : rg_graph_num_nodes(graph) - 1;
  ret->nodes = calloc(num + 1, sizeof(*ret->nodes));
  for (size_t i = 0; ret->nodes && i < num; i++)
    ret->nodes[i] = selection ? rg_selection_node(selection, i).node : (rg_node)(i + 1);
  ret->num = ret->nodes ? num : 0;
  rg_selection_destroy(selection);
  return ret->nodes ? NULL : rgpy_out_of_memory();
}

static PyObject *object_of(const rg_graph *graph, rg_node node)
{
  return (PyObject *)(uintptr_t)rg_graph_node(graph, node).address;
}

// {id: object}. The GIL was never released since the capture, so what it found is still there; every object is held
// before the first allocation, which could start a collection.
static PyObject *held_new(const rg_graph *graph, const struct held *held)
{
  for (size_t i = 0; i < held->num; i++)
    Py_XINCREF(object_of(graph, held->nodes[i]));
  PyObject *dict = PyDict_New();
  for (size_t i = 0; dict && i < held->num; i++) {
    PyObject *object = object_of(graph, held->nodes[i]);
    RGPY_CLEANUP_DECREF PyObject *id = object ? PyLong_FromUnsignedLong(held->nodes[i]) : NULL;
    if (object && (!id || PyDict_SetItem(dict, id, object) < 0))
      Py_CLEAR(dict);
  }
  for (size_t i = 0; i < held->num; i++)
    Py_XDECREF(object_of(graph, held->nodes[i]));
  return dict;
}

// `options` gets the place for the nodes of its targets.
static PyObject *capture(PyTypeObject *type, rg_capture_options *options, struct rgpy_call *call,
                         const long *hold_depth)
{
  // Everything is allocated before the walk, so that nothing is collected between its end and the answer.
  RGPY_CLEANUP_DECREF PyObject *graph = type->tp_alloc(type, 0);
  call->result = graph;
  struct held held = {0};
  PyObject *result = NULL;
  rg_graph **captured = graph ? &((struct rgpy_graph *)graph)->graph : NULL;
  options->target_nodes = calloc(options->num_targets + 1, sizeof(*options->target_nodes));
  rg_error *error =
      graph && options->target_nodes ? rgpy_capture_graph(options, call, captured) : rgpy_out_of_memory();
  if (!error && hold_depth)
    error = choose_held(*captured, options->target_nodes, options->num_targets, *hold_depth, &held);
  RGPY_CLEANUP_DECREF PyObject *objects = error ? NULL : held_new(*captured, &held);
  if (error)
    rgpy_raise(error);
  else if (objects)
    result = Py_BuildValue("(ONO)", graph, ids_new(options->target_nodes, options->num_targets), objects);
  free(held.nodes);
  free(options->target_nodes);
  return result;
}

static enum rgpy_question read_question(const char *word)
{
  if (!word)
    return RGPY_QUESTION_ANY;
  return strcmp(word, "paths") == 0 ? RGPY_QUESTION_PATHS : RGPY_QUESTION_REFERRERS;
}

static PyObject *graph_capture(PyObject *type, PyObject *args, PyObject *kwargs)
{
  static char *keywords[] = {"targets", "max_depth", "max_references", "max_nodes", "internals", "hold",
                             "own_references", "redacted", "isolated", "question", NULL};
  PyObject *targets, *max_depth = Py_None, *hold = Py_None;
  const char *question = NULL;
  rg_capture_options options = RG_CAPTURE_OPTIONS_INIT;
  int with_internals = 0, is_redacted = 0, is_isolated = 0;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|$OnnpOIppz", keywords, &targets, &max_depth,
                                   &options.max_references, &options.max_nodes, &with_internals, &hold,
                                   &options.num_own_references, &is_redacted, &is_isolated, &question))
    return NULL;
  if (PySys_Audit("refgraph.capture", NULL) < 0)
    return NULL;
  RGPY_CLEANUP_DECREF PyObject *sequence = PySequence_Fast(targets, "targets must be a sequence");
  if (!sequence)
    return NULL;
  options.targets = PySequence_Fast_ITEMS(sequence);
  options.num_targets = (size_t)PySequence_Fast_GET_SIZE(sequence);
  options.is_bounded = max_depth != Py_None && !question;
  options.with_internals = with_internals;
  options.is_redacted = is_redacted;
  options.is_isolated = is_isolated;
  if (max_depth != Py_None)
    options.max_depth = (uint32_t)PyLong_AsUnsignedLongMask(max_depth);
  long hold_depth = hold == Py_None ? 0 : PyLong_AsLong(hold);
  if (PyErr_Occurred())
    return NULL;
  struct rgpy_call call = {
      .question = read_question(question), .arguments = args, .keywords = kwargs, .targets = sequence};
  return capture((PyTypeObject *)type, &options, &call, hold == Py_None ? NULL : &hold_depth);
}

/* --- finding ------------------------------------------------------------------------------------------------------ */

// A graph shows a name that is not plain with escapes; such a one is compared up to the first of them.
static bool is_shown_name(const char *shown, const char *name)
{
  size_t plain = 0;
  while (name[plain] >= ' ' && name[plain] <= '~' && name[plain] != '\\')
    plain++;
  return name[plain] ? strncmp(shown, name, plain) == 0 : strcmp(shown, name) == 0;
}

static PyObject *graph_find(PyObject *self, PyObject *object)
{
  const rg_graph *graph = graph_of(self);
  rg_node node = rg_graph_find(graph, (uintptr_t)object);
  char name[RGPY_NAME_SIZE], module[RGPY_NAME_SIZE];
  rgpy_type_name(Py_TYPE(object), name, module);
  if (node == RG_NODE_NONE || !is_shown_name(rg_graph_type(graph, rg_graph_node_type(graph, node)).name, name))
    return rgpy_raise(rg_error_create(RG_ERROR_NOT_FOUND, "the %s is not in the graph: it was made after the capture",
                                      name));
  return PyLong_FromUnsignedLong(node);
}

rg_error *rgpy_find_matches(const rg_graph *graph, const char *where, rg_matches **ret)
{
  rg_filter *filter = NULL;
  rg_error *error = rg_filter_create(where, &filter);
  if (!error)
    error = rg_matches_create(graph, filter, ret);
  rg_filter_destroy(filter);
  return error;
}

static PyObject *graph_matches(PyObject *self, PyObject *text_object)
{
  const char *text = rgpy_read_text(text_object, "where");
  rg_matches *matches = NULL;
  if (!text)
    return NULL;
  rg_error *error = rgpy_find_matches(graph_of(self), text, &matches);
  PyObject *ids = error ? rgpy_raise(error) : ids_new(rg_matches_nodes(matches), rg_matches_num_nodes(matches));
  rg_matches_destroy(matches);
  return ids;
}

/* --- nodes and edges ---------------------------------------------------------------------------------------------- */

static PyObject *make_edge(const rg_graph *graph, rg_edge edge)
{
  rg_edge_kind kind = rg_graph_edge_kind(graph, edge);
  char position[16];
  PyOS_snprintf(position, sizeof(position), "%u", kind == RG_EDGE_INDEX ? rg_graph_edge_index(graph, edge) : 0);
  return Py_BuildValue("{s:k,s:k,s:s,s:s}", "source", (unsigned long)rg_graph_edge_source(graph, edge), "target",
                       (unsigned long)rg_graph_edge_target(graph, edge), "kind", rg_edge_kind_word(kind), "name",
                       kind == RG_EDGE_INDEX ? position : rg_graph_edge_name(graph, edge));
}

static int append_edge(PyObject *list, const rg_graph *graph, rg_edge edge)
{
  RGPY_CLEANUP_DECREF PyObject *item = make_edge(graph, edge);
  return item ? PyList_Append(list, item) : -1;
}

// (file, line), or None.
static PyObject *make_allocation(const rg_graph *graph, rg_node node)
{
  rg_allocation allocation = rg_graph_allocation(graph, node);
  if (!allocation.file)
    Py_RETURN_NONE;
  return Py_BuildValue("(sk)", allocation.file, (unsigned long)allocation.line);
}

// Whether an edge is a reference that counts, and not one that only a count tells of.
static bool is_counted(const rg_graph *graph, rg_edge edge)
{
  rg_node source = rg_graph_edge_source(graph, edge);
  return source != RG_NODE_ROOT && rg_graph_edge_kind(graph, edge) != RG_EDGE_WEAK &&
         !(rg_graph_node_flags(graph, source) & RG_NODE_INFERRED);
}

static rg_error *count_references(const rg_graph *graph, rg_node node, size_t *ret)
{
  rg_referrers referrers;
  RGPY_TRY(rg_graph_referrers(graph, node, &referrers));
  *ret = 0;
  for (size_t i = 0; i < referrers.num_edges; i++)
    *ret += is_counted(graph, referrers.edges[i]);
  return NULL;
}

static PyObject *graph_node(PyObject *self, PyObject *id)
{
  const rg_graph *graph = graph_of(self);
  rg_node node;
  size_t num_counted;
  if (rgpy_read_id(graph, id, &node) < 0)
    return NULL;
  rg_error *error = count_references(graph, node, &num_counted);
  if (error)
    return rgpy_raise(error);
  rg_node_info info = rg_graph_node(graph, node);
  return Py_BuildValue("{s:k,s:s,s:s,s:K,s:k,s:n,s:K,s:s,s:s,s:N,s:N}", "id", (unsigned long)node, "type",
                       rg_graph_type(graph, info.type).name, "label", rg_graph_string(graph, info.label), "size",
                       (unsigned long long)info.size, "refcount", (unsigned long)info.refcount, "counted",
                       (Py_ssize_t)num_counted, "address", (unsigned long long)info.address, "state",
                       rg_state_word(info.state), "state_field", rg_graph_string(graph, info.state_field), "allocation",
                       make_allocation(graph, node), "frozen", PyBool_FromLong(info.flags & RG_NODE_FROZEN));
}

static const char *use_word(rg_use use)
{
  if (!(use & RG_USE_KNOWN))
    return "unknown";
  switch (use & (RG_USE_READ | RG_USE_WRITTEN)) {
  case RG_USE_READ:
    return "read";
  case RG_USE_WRITTEN:
    return "written";
  case RG_USE_READ | RG_USE_WRITTEN:
    return "read and written";
  default:
    return "unused";
  }
}

static PyObject *make_captured(const rg_site_info *site, uint32_t i)
{
  rg_use use = site->uses[i];
  RGPY_CLEANUP_DECREF PyObject *text = PyUnicode_FromString(site->attributes[i]);
  PyObject *attributes = !text                     ? NULL
                         : use & RG_USE_ATTRIBUTES ? PyUnicode_Split(text, NULL, -1)
                                                   : Py_NewRef(Py_None);
  return Py_BuildValue("{s:s,s:s,s:N}", "name", site->captured[i], "use", use_word(use), "attributes", attributes);
}

static PyObject *graph_site(PyObject *self, PyObject *id)
{
  const rg_graph *graph = graph_of(self);
  rg_node node;
  if (rgpy_read_id(graph, id, &node) < 0)
    return NULL;
  rg_site site_i = rg_graph_node_site(graph, node);
  if (site_i == RG_SITE_NONE)
    Py_RETURN_NONE;
  rg_site_info site = rg_graph_site(graph, site_i);
  RGPY_CLEANUP_DECREF PyObject *captured = PyList_New(site.num_captured);
  for (uint32_t i = 0; captured && i < site.num_captured; i++) {
    PyObject *variable = make_captured(&site, i);
    if (!variable)
      return NULL;
    PyList_SET_ITEM(captured, i, variable);
  }
  return captured ? Py_BuildValue("{s:s,s:s,s:k,s:O}", "name", site.name, "file", site.file, "line",
                                  (unsigned long)site.line, "captured", captured)
                  : NULL;
}

static PyObject *graph_references(PyObject *self, PyObject *id)
{
  const rg_graph *graph = graph_of(self);
  rg_node node;
  if (rgpy_read_id(graph, id, &node) < 0)
    return NULL;
  RGPY_CLEANUP_DECREF PyObject *list = PyList_New(0);
  for (rg_edge edge = rg_graph_edges_begin(graph, node); list && edge < rg_graph_edges_end(graph, node); edge++) {
    if (append_edge(list, graph, edge) < 0)
      return NULL;
  }
  return rgpy_take(&list);
}

static PyObject *graph_referrers(PyObject *self, PyObject *id)
{
  const rg_graph *graph = graph_of(self);
  rg_node node;
  rg_referrers referrers;
  if (rgpy_read_id(graph, id, &node) < 0)
    return NULL;
  rg_error *error = rg_graph_referrers(graph, node, &referrers);
  if (error)
    return rgpy_raise(error);
  RGPY_CLEANUP_DECREF PyObject *list = PyList_New(0);
  for (size_t i = 0; list && i < referrers.num_edges; i++) {
    // The super-root is no object of the program.
    bool is_root_edge = rg_graph_edge_source(graph, referrers.edges[i]) == RG_NODE_ROOT;
    if (!is_root_edge && append_edge(list, graph, referrers.edges[i]) < 0)
      return NULL;
  }
  return rgpy_take(&list);
}

/* --- drawings ----------------------------------------------------------------------------------------------------- */

#define VIEW_KEYWORDS "call", "caption", "shortnames", "refcounts", "rankdir", "annotations"

struct view_keywords {
  const char *call;
  int with_caption, short_names, with_refcounts;
  PyObject *rankdir, *annotations;
};

static int read_rankdir(PyObject *rankdir, rg_direction *ret)
{
  const char *text = rankdir == Py_None ? "" : rgpy_read_text(rankdir, "rankdir");
  if (!text)
    return -1;
  *ret = strcmp(text, "LR") == 0   ? RG_DIRECTION_LEFT_RIGHT
         : strcmp(text, "TB") == 0 ? RG_DIRECTION_TOP_BOTTOM
                                   : RG_DIRECTION_AUTO;
  if (*text && *ret == RG_DIRECTION_AUTO) {
    rgpy_raise(rg_error_create(RG_ERROR_ARGUMENT, "bad rankdir '%.50s': it is 'LR', 'TB' or None", text));
    return -1;
  }
  return 0;
}

static PyObject *draw_view(PyObject *self, rg_selection *selection, const struct view_keywords *keywords,
                           const rg_closures *closures)
{
  struct rgpy_view_arguments arguments = {0};
  rg_view *view = NULL;
  PyObject *drawing = NULL;
  if (rgpy_view_arguments_init(&arguments, keywords->annotations) == 0 &&
      read_rankdir(keywords->rankdir, &arguments.options.direction) == 0) {
    arguments.options.call = keywords->call;
    arguments.options.no_caption = !keywords->with_caption;
    arguments.options.long_type_names = !keywords->short_names;
    arguments.options.with_refcounts = keywords->with_refcounts;
    arguments.options.closures = closures;
    rg_error *error = rg_view_create(selection, &arguments.options, &view);
    drawing = error ? rgpy_raise(error) : rgpy_drawing_new(self, view);
  }
  rgpy_view_arguments_deinit(&arguments);
  rg_selection_destroy(selection);
  return drawing;
}

#define VIEW_DEFAULTS {NULL, 1, 1, 0, Py_None, Py_None}
#define VIEW_POINTERS(keywords) \
  &(keywords).call, &(keywords).with_caption, &(keywords).short_names, &(keywords).with_refcounts, \
      &(keywords).rankdir, &(keywords).annotations

static int compare_nodes(const void *left, const void *right)
{
  rg_node a = *(const rg_node *)left, b = *(const rg_node *)right;
  return a < b ? -1 : a > b;
}

static PyObject *graph_draw_neighbourhood(PyObject *self, PyObject *args, PyObject *kwargs)
{
  static char *keywords[] = {"ids",       "backward", "max_depth", "max_references", "max_nodes", "max_edges",
                             "internals", "excluded", VIEW_KEYWORDS, NULL};
  PyObject *ids, *excluded = NULL;
  int is_backward = 0, with_internals = 0;
  rg_neighbourhood_options options = RG_NEIGHBOURHOOD_OPTIONS_INIT;
  struct view_keywords view = VIEW_DEFAULTS;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|$pIIIIpOzpppOO", keywords, &ids, &is_backward, &options.max_depth,
                                   &options.max_references, &options.max_nodes, &options.max_edges, &with_internals,
                                   &excluded, VIEW_POINTERS(view)))
    return NULL;
  options.is_backward = is_backward;
  options.with_internals = with_internals;
  size_t num_targets = 0;
  rg_node *targets = rgpy_read_ids(graph_of(self), ids, &num_targets);
  rg_node *excluded_nodes = targets && excluded ? rgpy_read_ids(graph_of(self), excluded, &options.num_excluded) : NULL;
  rg_selection *selection = NULL;
  if (targets && (!excluded || excluded_nodes)) {
    if (excluded_nodes)
      qsort(excluded_nodes, options.num_excluded, sizeof(*excluded_nodes), compare_nodes);
    options.excluded = excluded_nodes;
    rg_error *error = rg_select_neighbourhood(graph_of(self), targets, num_targets, &options, &selection);
    if (error)
      rgpy_raise(error);
  }
  free(targets);
  free(excluded_nodes);
  return selection ? draw_view(self, selection, &view, NULL) : NULL;
}

static PyObject *graph_draw_why(PyObject *self, PyObject *args, PyObject *kwargs)
{
  static char *keywords[] = {"ids", "max_paths", "max_nodes", "max_edges", VIEW_KEYWORDS, NULL};
  PyObject *ids;
  rg_why_options options = RG_WHY_OPTIONS_INIT;
  struct view_keywords view = VIEW_DEFAULTS;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|$IIIzpppOO", keywords, &ids, &options.max_paths,
                                   &options.max_nodes, &options.max_edges, VIEW_POINTERS(view)))
    return NULL;
  size_t num_targets = 0;
  rg_node *targets = rgpy_read_ids(graph_of(self), ids, &num_targets);
  if (!targets)
    return NULL;
  rg_selection *selection = NULL;
  rg_error *error = rg_select_why(graph_of(self), targets, num_targets, &options, &selection);
  free(targets);
  return error ? rgpy_raise(error) : draw_view(self, selection, &view, NULL);
}

static PyObject *graph_draw_why_closures(PyObject *self, PyObject *args, PyObject *kwargs)
{
  static char *keywords[] = {"max_sites", "implicit", "max_nodes", "max_edges", VIEW_KEYWORDS, NULL};
  rg_why_closures_options options = RG_WHY_CLOSURES_OPTIONS_INIT;
  Py_ssize_t max_sites = 50;
  int with_implicit = 0;
  struct view_keywords view = VIEW_DEFAULTS;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$npIIzpppOO", keywords, &max_sites, &with_implicit,
                                   &options.max_nodes, &options.max_edges, VIEW_POINTERS(view)))
    return NULL;
  options.max_sites = (size_t)max_sites;
  options.with_implicit = with_implicit;
  rg_closures *closures = NULL;
  rg_selection *selection = NULL;
  rg_error *error = rg_closures_create(graph_of(self), &closures);
  if (!error)
    error = rg_select_why_closures(graph_of(self), closures, &options, &selection);
  PyObject *drawing = error ? rgpy_raise(error) : draw_view(self, selection, &view, closures);
  rg_closures_destroy(closures);
  return drawing;
}

/* --- type --------------------------------------------------------------------------------------------------------- */

static PyObject *graph_num_nodes(PyObject *self, void *closure)
{
  (void)closure;
  // The super-root is no object of the program.
  return PyLong_FromUnsignedLong(rg_graph_num_nodes(graph_of(self)) - 1);
}

static PyObject *graph_num_edges(PyObject *self, void *closure)
{
  (void)closure;
  return PyLong_FromUnsignedLongLong(rg_graph_num_edges(graph_of(self)));
}

static PyObject *graph_losses(PyObject *self, void *closure)
{
  (void)closure;
  const rg_graph *graph = graph_of(self);
  size_t num = rg_graph_num_losses(graph);
  RGPY_CLEANUP_DECREF PyObject *losses = PyTuple_New((Py_ssize_t)num);
  for (size_t i = 0; losses && i < num; i++) {
    rg_loss loss = rg_graph_loss(graph, i);
    PyObject *item = Py_BuildValue("(sK)", loss.what, (unsigned long long)loss.num);
    if (!item)
      return NULL;
    PyTuple_SET_ITEM(losses, (Py_ssize_t)i, item);
  }
  return rgpy_take(&losses);
}

static PyObject *graph_truncated(PyObject *self, void *closure)
{
  (void)closure;
  return PyBool_FromLong(rg_graph_is_truncated(graph_of(self)));
}

static PyObject *graph_process(PyObject *self, void *closure)
{
  (void)closure;
  rg_process_info info = rg_graph_process(graph_of(self));
  return Py_BuildValue("{s:s,s:s,s:s,s:s,s:K,s:K,s:K,s:N,s:(III),s:(III),s:K}", "producer", info.producer,
                       "interpreter", info.interpreter, "host", info.host, "mode", info.mode,
                       "pid", (unsigned long long)info.pid, "time_ns", (unsigned long long)info.time_ns,
                       "pause_ns", (unsigned long long)info.pause_ns,
                       "collector_enabled", PyBool_FromLong((long)info.is_collector_enabled), "thresholds",
                       info.thresholds[0], info.thresholds[1], info.thresholds[2], "counts", info.counts[0],
                       info.counts[1], info.counts[2], "frozen", (unsigned long long)info.num_frozen);
}

static PyGetSetDef graph_getset[] = {
    {"losses", graph_losses, NULL, DOC_Graph_losses, NULL},
    {"num_nodes", graph_num_nodes, NULL, DOC_Graph_num_nodes, NULL},
    {"num_edges", graph_num_edges, NULL, DOC_Graph_num_edges, NULL},
    {"process", graph_process, NULL, DOC_Graph_process, NULL},
    {"truncated", graph_truncated, NULL, DOC_Graph_truncated, NULL},
    {0},
};

static PyMethodDef graph_methods[] = {
    {"_capture", RGPY_METHOD(graph_capture), METH_CLASS | METH_VARARGS | METH_KEYWORDS, DOC_Graph__capture},
    {"_find", graph_find, METH_O, DOC_Graph__find},
    {"_load", RGPY_METHOD(rgpy_graph_load), METH_CLASS | METH_VARARGS | METH_KEYWORDS, DOC_Graph__load},
    {"_export", RGPY_METHOD(rgpy_graph_export), METH_VARARGS | METH_KEYWORDS, DOC_Graph__export},
    {"_save", RGPY_METHOD(rgpy_graph_save), METH_VARARGS | METH_KEYWORDS, DOC_Graph__save},
    {"_draw_neighbourhood", RGPY_METHOD(graph_draw_neighbourhood), METH_VARARGS | METH_KEYWORDS,
     DOC_Graph__draw_neighbourhood},
    {"_draw_why", RGPY_METHOD(graph_draw_why), METH_VARARGS | METH_KEYWORDS, DOC_Graph__draw_why},
    {"_draw_why_closures", RGPY_METHOD(graph_draw_why_closures), METH_VARARGS | METH_KEYWORDS,
     DOC_Graph__draw_why_closures},
    {"_closures", RGPY_METHOD(rgpy_graph_closures), METH_VARARGS | METH_KEYWORDS, DOC_Graph__closures},
    {"_allocations", RGPY_METHOD(rgpy_graph_allocations), METH_VARARGS | METH_KEYWORDS, DOC_Graph__allocations},
    {"_cut", rgpy_graph_cut, METH_O, DOC_Graph__cut},
    {"_cycles", RGPY_METHOD(rgpy_graph_cycles), METH_VARARGS | METH_KEYWORDS, DOC_Graph__cycles},
    {"_disjoint_paths", RGPY_METHOD(rgpy_graph_disjoint_paths), METH_VARARGS | METH_KEYWORDS,
     DOC_Graph__disjoint_paths},
    {"_dominators", RGPY_METHOD(rgpy_graph_dominators), METH_VARARGS | METH_KEYWORDS, DOC_Graph__dominators},
    {"_retained", rgpy_graph_retained, METH_O, DOC_Graph__retained},
    {"_types", RGPY_METHOD(rgpy_graph_types), METH_VARARGS | METH_KEYWORDS, DOC_Graph__types},
    {"find", graph_matches, METH_O, DOC_Graph_find},
    {"node", graph_node, METH_O, DOC_Graph_node},
    {"site", graph_site, METH_O, DOC_Graph_site},
    {"references", graph_references, METH_O, DOC_Graph_references},
    {"referrers", graph_referrers, METH_O, DOC_Graph_referrers},
    {0},
};

PyTypeObject rgpy_graph_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "refgraph._refgraph.Graph",
    .tp_basicsize = sizeof(struct rgpy_graph),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_doc = DOC_Graph,
    .tp_new = graph_new,
    .tp_dealloc = graph_dealloc,
    .tp_getset = graph_getset,
    .tp_methods = graph_methods,
};
