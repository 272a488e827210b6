/* _refgraph.Report: which closures leak in a series of graphs, none of which it keeps. */
#include "docstrings.h"
#include "rgpy.h"

struct report {
  PyObject_HEAD
  rg_report *report;
  bool is_busy;     // a thread works on it without the GIL
  bool is_finished; // the last graph was added
};

static PyObject *report_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
  static char *keywords[] = {"min_graphs", NULL};
  rg_report_options options = RG_REPORT_OPTIONS_INIT;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$I", keywords, &options.min_graphs))
    return NULL;
  struct report *self = (struct report *)type->tp_alloc(type, 0);
  rg_error *error = self ? rg_report_create(&options, &self->report) : NULL;
  if (error) {
    Py_DECREF(self);
    return rgpy_raise(error);
  }
  return (PyObject *)self;
}

static void report_dealloc(PyObject *self)
{
  rg_report_destroy(((struct report *)self)->report);
  Py_TYPE(self)->tp_free(self);
}

static rg_error *begin(struct report *self)
{
  if (self->is_busy)
    return rg_error_create(RG_ERROR_BUSY, "another thread is at work on this report");
  if (self->is_finished)
    return rg_error_create(RG_ERROR_ARGUMENT, "the report has had its last graph");
  self->is_busy = true;
  return NULL;
}

static PyObject *report_add(PyObject *object, PyObject *args, PyObject *kwargs)
{
  static char *keywords[] = {"", "last", NULL};
  struct report *self = (struct report *)object;
  PyObject *added;
  int is_last = 0;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!|$p", keywords, &rgpy_graph_type, &added, &is_last))
    return NULL;
  const rg_graph *graph = ((struct rgpy_graph *)added)->graph;
  rg_error *error = begin(self);
  if (error)
    return rgpy_raise(error);
  Py_BEGIN_ALLOW_THREADS;
  error = is_last ? rg_report_finish(self->report, graph) : rg_report_add(self->report, graph);
  Py_END_ALLOW_THREADS;
  self->is_busy = false;
  self->is_finished = is_last && !error;
  if (error)
    return rgpy_raise(error);
  Py_RETURN_NONE;
}

/* --- what it says ------------------------------------------------------------------------------------------------- */

// NULL with an exception: it is not made yet.
static rg_report *finished(PyObject *object)
{
  struct report *self = (struct report *)object;
  if (self->is_finished && !self->is_busy)
    return self->report;
  rgpy_raise(rg_error_create(RG_ERROR_ARGUMENT, "the report has not had its last graph yet"));
  return NULL;
}

typedef rg_error *(*take_fingerprints)(rg_report *report, const char *text, size_t size);

static PyObject *taken(PyObject *object, PyObject *baseline, take_fingerprints take)
{
  rg_report *report = finished(object);
  Py_ssize_t size;
  char *text;
  if (!report || PyBytes_AsStringAndSize(baseline, &text, &size) < 0)
    return NULL;
  rg_error *error = take(report, text, (size_t)size);
  if (error)
    return rgpy_raise(error);
  Py_RETURN_NONE;
}

static PyObject *report_accept(PyObject *self, PyObject *baseline)
{
  return taken(self, baseline, rg_report_accept);
}

static PyObject *report_leave_out(PyObject *self, PyObject *baseline)
{
  return taken(self, baseline, rg_report_leave_out);
}

static PyObject *report_draw(PyObject *object, PyObject *args)
{
  const rg_report *report = finished(object);
  Py_ssize_t i;
  PyObject *graph;
  rg_view *view = NULL;
  if (!report || !PyArg_ParseTuple(args, "nO!", &i, &rgpy_graph_type, &graph))
    return NULL;
  if (i < 0 || (size_t)i >= rg_report_num_leaks(report))
    return rgpy_raise(rg_error_create(RG_ERROR_ARGUMENT, "there is no leak %zd", i));
  rg_error *error = rg_report_view(report, (size_t)i, ((struct rgpy_graph *)graph)->graph, &view);
  return error ? rgpy_raise(error) : rgpy_drawing_new(graph, view);
}

static PyObject *report_sarif(PyObject *object, PyObject *args)
{
  const rg_report *report = finished(object);
  const char *folder;
  if (!report || !PyArg_ParseTuple(args, "z", &folder))
    return NULL;
  rg_buffer buffer = {0};
  rg_writer writer = rg_buffer_writer(&buffer);
  return rgpy_take_text(rg_report_write_sarif(report, folder, &writer), &buffer);
}

typedef rg_error *(*write_report)(const rg_report *report, const rg_writer *writer);

static PyObject *written(PyObject *object, write_report write)
{
  const rg_report *report = finished(object);
  if (!report)
    return NULL;
  rg_buffer buffer = {0};
  rg_writer writer = rg_buffer_writer(&buffer);
  return rgpy_take_text(write(report, &writer), &buffer);
}

static PyObject *report_baseline(PyObject *self, void *closure)
{
  (void)closure;
  return written(self, rg_report_write_baseline);
}

static PyObject *report_text(PyObject *self, void *closure)
{
  (void)closure;
  return written(self, rg_report_write_text);
}

static PyObject *report_leaks(PyObject *self, void *closure)
{
  (void)closure;
  return written(self, rg_report_write_json);
}

static PyObject *report_loss(PyObject *self, void *closure)
{
  (void)closure;
  return written(self, rg_report_write_loss_json);
}

static PyMethodDef report_methods[] = {
    {"accept", report_accept, METH_O, DOC_Report_accept},
    {"add", RGPY_METHOD(report_add), METH_VARARGS | METH_KEYWORDS, DOC_Report_add},
    {"draw", report_draw, METH_VARARGS, DOC_Report_draw},
    {"leave_out", report_leave_out, METH_O, DOC_Report_leave_out},
    {"sarif", report_sarif, METH_VARARGS, DOC_Report_sarif},
    {0},
};

static PyGetSetDef report_getset[] = {
    {"baseline", report_baseline, NULL, DOC_Report_baseline, NULL},
    {"leaks", report_leaks, NULL, DOC_Report_leaks, NULL},
    {"loss", report_loss, NULL, DOC_Report_loss, NULL},
    {"text", report_text, NULL, DOC_Report_text, NULL},
    {0},
};

PyTypeObject rgpy_report_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "refgraph._refgraph.Report",
    .tp_basicsize = sizeof(struct report),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = DOC_Report,
    .tp_new = report_new,
    .tp_dealloc = report_dealloc,
    .tp_methods = report_methods,
    .tp_getset = report_getset,
};
