/* refgraph.Dump: a dump under way or done, and the call that makes one. */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "docstrings.h"
#include "dump_job.h"

struct dump {
  PyObject_HEAD
  struct rgpy_job *job;
};

/* --- the call ----------------------------------------------------------------------------------------------------- */

static rg_error *read_mode(const char *word, enum rgpy_dump_mode *ret)
{
  static const char *const words[] = {"auto", "fork", "gil"};
  for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
    if (strcmp(word, words[i]) == 0) {
      *ret = (enum rgpy_dump_mode)i;
      return NULL;
    }
  }
  return rg_error_create(RG_ERROR_ARGUMENT, "bad mode '%.50s': it is 'auto', 'fork' or 'gil'", word);
}

PyObject *rgpy_dump(PyObject *module, PyObject *args, PyObject *kwargs)
{
  static char *keywords[] = {"name",   "path",     "fd",       "method", "mode", "wait", "values",
                             "compress", "progress", NULL};
  struct rgpy_dump_call call = {.fd = -1, .method = Py_None};
  const char *name, *mode;
  int is_waited_for, with_values, is_compressed;
  PyObject *progress;
  (void)module;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "syiOspppO", keywords, &name, &call.path, &call.fd, &call.method,
                                   &mode, &is_waited_for, &with_values, &is_compressed, &progress))
    return NULL;
  call.path = *call.path ? call.path : NULL;
  call.is_waited_for = is_waited_for;
  call.with_values = with_values;
  call.is_compressed = is_compressed;
  rg_error *error = read_mode(mode, &call.mode);
  if (error)
    return rgpy_raise(error);
  RGPY_CLEANUP_DECREF PyObject *dump = rgpy_dump_type.tp_alloc(&rgpy_dump_type, 0);
  struct rgpy_job *job = dump ? rgpy_job_new(name) : NULL;
  if (!job)
    return dump ? PyErr_NoMemory() : NULL;
  ((struct dump *)dump)->job = job;
  error = rgpy_job_start(job, &call, progress);
  return error ? rgpy_raise(error) : rgpy_take(&dump);
}

/* --- the type ----------------------------------------------------------------------------------------------------- */

static struct rgpy_job *job_of(PyObject *self)
{
  return ((struct dump *)self)->job;
}

static bool is_ended(PyObject *self)
{
  return rgpy_job_is_ended(job_of(self));
}

static void dump_dealloc(PyObject *self)
{
  if (job_of(self))
    rgpy_job_let_go(job_of(self));
  Py_TYPE(self)->tp_free(self);
}

static PyObject *dump_wait(PyObject *self, PyObject *args, PyObject *kwargs)
{
  static char *keywords[] = {"timeout", NULL};
  PyObject *timeout = Py_None;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O", keywords, &timeout))
    return NULL;
  double left = HUGE_VAL;
  if (timeout != Py_None && !rgpy_convert_timeout(timeout, &left))
    return NULL;
  while (!is_ended(self)) {
    double slice = left < 0.1 ? left : 0.1;
    if (job_of(self)->pid != getpid())
      return rgpy_raise(rg_error_create(RG_ERROR_UNSUPPORTED,
                                        "the dump to '%s' is that of process %ld, which was forked",
                                        job_of(self)->name, (long)job_of(self)->pid));
    if (!(left > 0))
      return rgpy_raise(rg_error_create(RG_ERROR_DEADLINE, "the dump to '%s' is not done yet", job_of(self)->name));
    Py_BEGIN_ALLOW_THREADS;
    rgpy_job_wait(job_of(self), slice);
    Py_END_ALLOW_THREADS;
    if (PyErr_CheckSignals())
      return NULL;
    left -= slice;
  }
  const rg_error *error = job_of(self)->error;
  return error ? rgpy_raise(rg_error_create(error->code, "%s", error->message)) : Py_NewRef(self);
}

static PyObject *dump_path(PyObject *self, void *closure)
{
  (void)closure;
  return PyUnicode_FromString(job_of(self)->name);
}

static PyObject *dump_done(PyObject *self, void *closure)
{
  (void)closure;
  return PyBool_FromLong(is_ended(self));
}

// What is known in the end only is None before.
#define RESULT(name, value)                                \
  static PyObject *dump_##name(PyObject *self, void *closure) \
  {                                                        \
    (void)closure;                                         \
    if (!is_ended(self))                                   \
      Py_RETURN_NONE;                                      \
    return value;                                          \
  }

static PyObject *losses_new(const struct rgpy_job *job)
{
  RGPY_CLEANUP_DECREF PyObject *losses = PyTuple_New((Py_ssize_t)job->num_losses);
  for (size_t i = 0; losses && i < job->num_losses; i++) {
    PyObject *loss = Py_BuildValue("(sK)", job->losses[i].what, job->losses[i].num);
    if (!loss)
      return NULL;
    PyTuple_SET_ITEM(losses, (Py_ssize_t)i, loss);
  }
  return rgpy_take(&losses);
}

RESULT(objects, PyLong_FromUnsignedLongLong(job_of(self)->num_objects))
RESULT(bytes, PyLong_FromUnsignedLongLong(job_of(self)->num_bytes))
RESULT(pause_ms, PyFloat_FromDouble((double)job_of(self)->pause_ns / 1e6))
RESULT(losses, losses_new(job_of(self)))

static PyObject *dump_mode(PyObject *self, void *closure)
{
  (void)closure;
  return PyUnicode_FromString(job_of(self)->child.pid ? "fork" : "gil");
}

static PyObject *dump_repr(PyObject *self)
{
  const struct rgpy_job *job = job_of(self);
  if (!is_ended(self))
    return PyUnicode_FromFormat("<refgraph.Dump to '%s': under way>", job->name);
  if (job->error)
    return PyUnicode_FromFormat("<refgraph.Dump to '%s': %s>", job->name, job->error->message);
  return PyUnicode_FromFormat("<refgraph.Dump to '%s': %llu objects, %llu bytes, pause %llu ms, mode %s>", job->name,
                              job->num_objects, job->num_bytes, (job->pause_ns + 500000) / 1000000,
                              job->child.pid ? "fork" : "gil");
}

static PyGetSetDef dump_getset[] = {
    {"bytes", dump_bytes, NULL, DOC_Dump_bytes, NULL},
    {"done", dump_done, NULL, DOC_Dump_done, NULL},
    {"losses", dump_losses, NULL, DOC_Dump_losses, NULL},
    {"mode", dump_mode, NULL, DOC_Dump_mode, NULL},
    {"objects", dump_objects, NULL, DOC_Dump_objects, NULL},
    {"path", dump_path, NULL, DOC_Dump_path, NULL},
    {"pause_ms", dump_pause_ms, NULL, DOC_Dump_pause_ms, NULL},
    {0},
};

static PyMethodDef dump_methods[] = {
    {"wait", RGPY_METHOD(dump_wait), METH_VARARGS | METH_KEYWORDS, DOC_Dump_wait},
    {0},
};

PyTypeObject rgpy_dump_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "refgraph.Dump",
    .tp_basicsize = sizeof(struct dump),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_doc = DOC_Dump,
    .tp_dealloc = dump_dealloc,
    .tp_repr = dump_repr,
    .tp_getset = dump_getset,
    .tp_methods = dump_methods,
};
