/* refgraph.Drawing: a view of a graph, to look at, to save and to read from. */
#include "docstrings.h"
#include "streams.h"

struct drawing {
  PyObject_HEAD
  PyObject *graph; /* whose text the view refers to */
  rg_view *view;
};

PyObject *rgpy_drawing_new(PyObject *graph, rg_view *view)
{
  struct drawing *drawing = PyObject_New(struct drawing, &rgpy_drawing_type);
  if (!drawing) {
    rg_view_destroy(view);
    return NULL;
  }
  drawing->graph = Py_NewRef(graph);
  drawing->view = view;
  return (PyObject *)drawing;
}

static void drawing_dealloc(PyObject *self)
{
  struct drawing *drawing = (struct drawing *)self;
  rg_view_destroy(drawing->view);
  Py_XDECREF(drawing->graph);
  PyObject_Free(self);
}

static const rg_view *view_of(PyObject *self)
{
  return ((struct drawing *)self)->view;
}

/* --- rendering ---------------------------------------------------------------------------------------------------- */

// At once: the library asks now and then, and when a signal came.
static int check_signals(void *stream, const char *phase, unsigned long long done, unsigned long long total)
{
  (void)phase, (void)done, (void)total;
  rgpy_stream_end(stream);
  int result = PyErr_CheckSignals();
  rgpy_stream_begin(stream);
  return result;
}

// While a picture is drawn the GIL is free.
static rg_error *render_unlocked(const rg_view *view, rg_format format, rg_render_options *options, const char *path,
                                 const rg_writer *writer)
{
  struct rgpy_stream stream = {0};
  options->progress = check_signals;
  options->progress_context = &stream;
  rgpy_stream_begin(&stream);
  rg_error *error = path ? rg_render_file(view, format, options, path) : rg_render(view, format, options, writer);
  rgpy_stream_end(&stream);
  return error;
}

static PyObject *render(PyObject *self, rg_format format, rg_render_options *options)
{
  rg_buffer buffer = RG_BUFFER_INIT;
  rg_writer writer = rg_buffer_writer(&buffer);
  rg_error *error = render_unlocked(view_of(self), format, options, NULL, &writer);
  PyObject *result = NULL;
  if (error)
    rgpy_raise(error);
  else if (format == RG_FORMAT_PNG || format == RG_FORMAT_PDF)
    result = PyBytes_FromStringAndSize(buffer.data, (Py_ssize_t)buffer.size);
  else
    result = PyUnicode_DecodeUTF8(buffer.data ? buffer.data : "", (Py_ssize_t)buffer.size, NULL);
  rg_buffer_deinit(&buffer);
  return result;
}

static PyObject *render_default(PyObject *self, rg_format format)
{
  rg_render_options options = RG_RENDER_OPTIONS_INIT;
  return render(self, format, &options);
}

static PyObject *drawing_dot(PyObject *self, void *closure)
{
  (void)closure;
  return render_default(self, RG_FORMAT_DOT);
}

static PyObject *drawing_text(PyObject *self, void *closure)
{
  (void)closure;
  return render_default(self, RG_FORMAT_TEXT);
}

static PyObject *drawing_json(PyObject *self, PyObject *args)
{
  (void)args;
  return render_default(self, RG_FORMAT_JSON);
}

// `timeout` is in seconds.
static int read_timeout(double timeout, rg_render_options *options)
{
  if (!(timeout > 0 && timeout < 4e6)) {
    rgpy_raise(rg_error_create(RG_ERROR_ARGUMENT, "bad timeout %g: it is a positive number of seconds", timeout));
    return -1;
  }
  options->deadline_ms = (uint32_t)(timeout * 1000 + 0.5);
  return 0;
}

static PyObject *render_keywords(PyObject *self, PyObject *args, PyObject *kwargs, rg_format format)
{
  static char *png_keywords[] = {"timeout", "with_dot", NULL};
  static char *other_keywords[] = {"timeout", NULL};
  bool is_png = format == RG_FORMAT_PNG;
  rg_render_options options = RG_RENDER_OPTIONS_INIT;
  double timeout = options.deadline_ms / 1000.0;
  int with_dot = 0;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, is_png ? "|$O&p" : "|$O&", is_png ? png_keywords : other_keywords,
                                   rgpy_convert_timeout, &timeout, &with_dot) ||
      read_timeout(timeout, &options) < 0)
    return NULL;
  options.with_dot = with_dot;
  return render(self, format, &options);
}

static PyObject *drawing_svg(PyObject *self, PyObject *args, PyObject *kwargs)
{
  return render_keywords(self, args, kwargs, RG_FORMAT_SVG);
}

static PyObject *drawing_png(PyObject *self, PyObject *args, PyObject *kwargs)
{
  return render_keywords(self, args, kwargs, RG_FORMAT_PNG);
}

static PyObject *drawing_pdf(PyObject *self, PyObject *args, PyObject *kwargs)
{
  return render_keywords(self, args, kwargs, RG_FORMAT_PDF);
}

static PyObject *drawing_save(PyObject *self, PyObject *args, PyObject *kwargs)
{
  static char *keywords[] = {"path", "timeout", NULL};
  RGPY_CLEANUP_DECREF PyObject *path = NULL;
  rg_render_options options = RG_RENDER_OPTIONS_INIT;
  double timeout = options.deadline_ms / 1000.0;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O&|$O&", keywords, rgpy_convert_path, &path,
                                   rgpy_convert_timeout, &timeout) ||
      read_timeout(timeout, &options) < 0)
    return NULL;
  const char *name = PyBytes_AS_STRING(path);
  rg_format format;
  rg_error *error = rg_format_of(name, &format);
  if (!error)
    error = render_unlocked(view_of(self), format, &options, name, NULL);
  if (error)
    return rgpy_raise(error);
  Py_RETURN_NONE;
}

/* --- what is in it ------------------------------------------------------------------------------------------------ */

static long long id_of(const rg_view *view, size_t i)
{
  return rg_view_node_at(view, i)->id;
}

static PyObject *list_of(PyObject *self, size_t num, PyObject *(*make)(const rg_view *view, size_t i))
{
  RGPY_CLEANUP_DECREF PyObject *list = PyList_New((Py_ssize_t)num);
  for (size_t i = 0; list && i < num; i++) {
    PyObject *item = make(view_of(self), i);
    if (!item)
      return NULL;
    PyList_SET_ITEM(list, (Py_ssize_t)i, item);
  }
  return rgpy_take(&list);
}

static PyObject *make_node(const rg_view *view, size_t i)
{
  const rg_view_node *node = rg_view_node_at(view, i);
  return Py_BuildValue("{s:L,s:s,s:s,s:K,s:s,s:I}", "id", id_of(view, i), "type", node->type, "label", node->label,
                       "size", (unsigned long long)node->size, "role", rg_role_word(node->role), "count",
                       node->count);
}

static PyObject *make_edge(const rg_view *view, size_t i)
{
  const rg_view_edge *edge = rg_view_edge_at(view, i);
  return Py_BuildValue("{s:L,s:L,s:s,s:s,s:I}", "source", id_of(view, edge->source), "target",
                       id_of(view, edge->target), "kind", rg_edge_kind_word(edge->kind), "name", edge->name, "count",
                       edge->count);
}

static PyObject *drawing_nodes(PyObject *self, void *closure)
{
  (void)closure;
  return list_of(self, rg_view_num_nodes(view_of(self)), make_node);
}

static PyObject *drawing_edges(PyObject *self, void *closure)
{
  (void)closure;
  return list_of(self, rg_view_num_edges(view_of(self)), make_edge);
}

static PyObject *drawing_caption(PyObject *self, void *closure)
{
  (void)closure;
  return PyUnicode_FromString(rg_view_caption(view_of(self)));
}

// What the drawing says of its capture, it says as the graph does.
static PyObject *drawing_process(PyObject *self, void *closure)
{
  (void)closure;
  return PyObject_GetAttrString(((struct drawing *)self)->graph, "process");
}

static PyObject *drawing_losses(PyObject *self, void *closure)
{
  (void)closure;
  return PyObject_GetAttrString(((struct drawing *)self)->graph, "losses");
}

static PyObject *drawing_repr(PyObject *self)
{
  const rg_view *view = view_of(self);
  const char *caption = rg_view_caption(view);
  size_t num_boxes = rg_view_num_boxes(view), num_arrows = rg_view_num_arrows(view);
  return PyUnicode_FromFormat("<refgraph.Drawing: %zu box%s, %zu arrow%s%s%s>", num_boxes, num_boxes == 1 ? "" : "es",
                              num_arrows, num_arrows == 1 ? "" : "s", *caption ? ": " : "", caption);
}

// A page has the element alone: in text that is decoded already, a declaration of its encoding is an error to some
// readers.
static PyObject *without_declaration(PyObject *svg)
{
  RGPY_CLEANUP_DECREF PyObject *begin = PyUnicode_FromString("<svg");
  Py_ssize_t size = PyUnicode_GET_LENGTH(svg);
  Py_ssize_t at = begin ? PyUnicode_Find(svg, begin, 0, size, 1) : -2;
  return at == -2 ? NULL : PyUnicode_Substring(svg, at < 0 ? 0 : at, size);
}

static PyObject *drawing_repr_mimebundle(PyObject *self, PyObject *args, PyObject *kwargs)
{
  (void)args, (void)kwargs; // include and exclude are hints, which a small bundle need not follow
  RGPY_CLEANUP_DECREF PyObject *svg = render_default(self, RG_FORMAT_SVG);
  // Without a renderer the text is still there to be shown.
  bool is_drawable = svg || !(PyErr_ExceptionMatches(PyExc_RuntimeError) || PyErr_ExceptionMatches(PyExc_TimeoutError));
  if (!is_drawable)
    PyErr_Clear();
  else if (!svg)
    return NULL;
  RGPY_CLEANUP_DECREF PyObject *text = render_default(self, RG_FORMAT_TEXT);
  if (!text)
    return NULL;
  if (!svg)
    return Py_BuildValue("{s:O}", "text/plain", text);
  RGPY_CLEANUP_DECREF PyObject *notebook = PyImport_ImportModule("refgraph._notebook");
  RGPY_CLEANUP_DECREF PyObject *caption = notebook ? drawing_caption(self, NULL) : NULL;
  RGPY_CLEANUP_DECREF PyObject *page = caption ? PyObject_CallMethod(notebook, "picture", "OO", svg, caption) : NULL;
  if (!page)
    return NULL;
  return Py_BuildValue("{s:N,s:O,s:O}", "image/svg+xml", without_declaration(svg), "text/html", page, "text/plain",
                       text);
}

/* --- type --------------------------------------------------------------------------------------------------------- */

static PyGetSetDef drawing_getset[] = {
    {"caption", drawing_caption, NULL, DOC_Drawing_caption, NULL},
    {"dot", drawing_dot, NULL, DOC_Drawing_dot, NULL},
    {"edges", drawing_edges, NULL, DOC_Drawing_edges, NULL},
    {"losses", drawing_losses, NULL, DOC_Drawing_losses, NULL},
    {"nodes", drawing_nodes, NULL, DOC_Drawing_nodes, NULL},
    {"process", drawing_process, NULL, DOC_Drawing_process, NULL},
    {"text", drawing_text, NULL, DOC_Drawing_text, NULL},
    {0},
};

static PyMethodDef drawing_methods[] = {
    {"_repr_mimebundle_", RGPY_METHOD(drawing_repr_mimebundle), METH_VARARGS | METH_KEYWORDS,
     DOC_Drawing__repr_mimebundle_},
    {"json", drawing_json, METH_NOARGS, DOC_Drawing_json},
    {"pdf", RGPY_METHOD(drawing_pdf), METH_VARARGS | METH_KEYWORDS, DOC_Drawing_pdf},
    {"png", RGPY_METHOD(drawing_png), METH_VARARGS | METH_KEYWORDS, DOC_Drawing_png},
    {"save", RGPY_METHOD(drawing_save), METH_VARARGS | METH_KEYWORDS, DOC_Drawing_save},
    {"svg", RGPY_METHOD(drawing_svg), METH_VARARGS | METH_KEYWORDS, DOC_Drawing_svg},
    {0},
};

PyTypeObject rgpy_drawing_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "refgraph.Drawing",
    .tp_basicsize = sizeof(struct drawing),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_doc = DOC_Drawing,
    .tp_dealloc = drawing_dealloc,
    .tp_repr = drawing_repr,
    .tp_getset = drawing_getset,
    .tp_methods = drawing_methods,
};
