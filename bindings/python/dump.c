#include "dump.h"

#include "streams.h"

static void destroy_scoped(rg_file **file)
{
  rg_file_destroy(*file);
}

static rg_error *write_to_path(const rg_graph *graph, const rg_dump_write_options *options, const char *path)
{
  rg_file_options file_options = RG_FILE_OPTIONS_INIT;
  file_options.is_private = file_options.is_synced = true;
  __attribute__((cleanup(destroy_scoped))) rg_file *file = NULL;
  RGPY_TRY(rg_file_create(path, &file_options, &file));
  rg_writer writer = rg_file_writer(file);
  RGPY_TRY(rg_dump_write(graph, options, &writer));
  return rg_file_commit(file);
}

PyObject *rgpy_graph_save(PyObject *self, PyObject *args, PyObject *kwargs)
{
  static char *keywords[] = {"target", "values", "compress", "progress", NULL};
  PyObject *target;
  int with_values = 0, is_compressed = 1;
  struct rgpy_stream stream = {.progress = Py_None};
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|$ppO", keywords, &target, &with_values, &is_compressed,
                                   &stream.progress))
    return NULL;
  RGPY_CLEANUP_DECREF PyObject *path = NULL;
  bool is_method = PyCallable_Check(target);
  if (!is_method && !PyUnicode_FSConverter(target, &path))
    return NULL;
  rg_dump_write_options options = RG_DUMP_WRITE_OPTIONS_INIT;
  options.with_values = with_values;
  options.is_uncompressed = !is_compressed;
  options.progress = rgpy_stream_progress;
  options.progress_context = &stream;
  const rg_graph *graph = ((struct rgpy_graph *)self)->graph;
  stream.method = target;
  rg_writer writer = rgpy_stream_writer(&stream);
  rgpy_stream_begin(&stream);
  rg_error *error = is_method ? rg_dump_write(graph, &options, &writer)
                              : write_to_path(graph, &options, PyBytes_AS_STRING(path));
  rgpy_stream_end(&stream);
  if (error)
    return rgpy_raise(error);
  Py_RETURN_NONE;
}

PyObject *rgpy_graph_load(PyObject *type_, PyObject *args, PyObject *kwargs)
{
  static char *keywords[] = {"source", "max_memory", "progress", NULL};
  PyObject *source;
  PyTypeObject *type = (PyTypeObject *)type_;
  rg_dump_read_options options = RG_DUMP_READ_OPTIONS_INIT;
  unsigned long long max_memory = 0;
  struct rgpy_stream stream = {.progress = Py_None};
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|$KO", keywords, &source, &max_memory, &stream.progress))
    return NULL;
  bool is_method = PyCallable_Check(source);
  stream.fd = is_method ? -1 : PyObject_AsFileDescriptor(source);
  if (!is_method && stream.fd < 0)
    return NULL;
  RGPY_CLEANUP_DECREF PyObject *graph = type->tp_alloc(type, 0);
  if (!graph)
    return NULL;
  options.max_memory = max_memory;
  options.progress = rgpy_stream_progress;
  options.progress_context = &stream;
  stream.method = source;
  rg_reader reader = is_method ? rgpy_stream_reader(&stream) : rgpy_stream_fd_reader(&stream);
  rgpy_stream_begin(&stream);
  rg_error *error = rg_dump_read(&reader, &options, &((struct rgpy_graph *)graph)->graph);
  rgpy_stream_end(&stream);
  return error ? rgpy_raise(error) : rgpy_take(&graph);
}
