#include "dump.h"

#include "streams.h"

static rg_error *export_graph(const rg_graph *graph, const char *path, const char *format_word,
                              const rg_export_options *options)
{
  rg_export_format format;
  rg_export *exported = NULL;
  RGPY_TRY(format_word ? rg_export_format_named(format_word, &format) : rg_export_format_of(path, &format));
  RGPY_TRY(rg_export_create(path, format, options, &exported));
  rg_error *error = rg_export_add(exported, graph);
  if (!error)
    error = rg_export_commit(exported);
  rg_export_destroy(exported);
  return error;
}

PyObject *rgpy_graph_export(PyObject *self, PyObject *args, PyObject *kwargs)
{
  static char *keywords[] = {"path", "format", "values", "progress", NULL};
  RGPY_CLEANUP_DECREF PyObject *path = NULL;
  const char *format = NULL;
  int with_values = 0;
  struct rgpy_stream stream = {.progress = Py_None};
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O&|z$pO", keywords, PyUnicode_FSConverter, &path, &format,
                                   &with_values, &stream.progress))
    return NULL;
  rg_export_options options = RG_EXPORT_OPTIONS_INIT;
  options.with_values = with_values;
  options.progress = rgpy_stream_progress;
  options.progress_context = &stream;
  rgpy_stream_begin(&stream);
  rg_error *error = export_graph(((struct rgpy_graph *)self)->graph, PyBytes_AS_STRING(path), format, &options);
  rgpy_stream_end(&stream);
  if (error)
    return rgpy_raise(error);
  Py_RETURN_NONE;
}
