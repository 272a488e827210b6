/* The module refgraph._refgraph. */
#include "capture.h"
#include "census.h"
#include "collected.h"
#include "describe.h"
#include "docstrings.h"
#include "interpreter.h"
#include "outline.h"
#include "probes.h"

// The name of the format that a file's extension asks for, or an exception.
static PyObject *module_format_of(PyObject *module, PyObject *path)
{
  (void)module;
  static const char *const words[RG_NUM_FORMATS] = {
      [RG_FORMAT_DOT] = "dot", [RG_FORMAT_SVG] = "svg",   [RG_FORMAT_PNG] = "png",
      [RG_FORMAT_PDF] = "pdf", [RG_FORMAT_TEXT] = "text", [RG_FORMAT_JSON] = "json",
  };
  RGPY_CLEANUP_DECREF PyObject *bytes = NULL;
  rg_format format;
  if (!PyUnicode_FSConverter(path, &bytes))
    return NULL;
  rg_error *error = rg_format_of(PyBytes_AS_STRING(bytes), &format);
  return error ? rgpy_raise(error) : PyUnicode_FromString(words[format]);
}

// {name: value} of what stands in the frame itself; a variable that inner functions use stands there as its cell.
static PyObject *locals_of(const struct rgpy_frame *frame)
{
  RGPY_CLEANUP_DECREF PyObject *locals = PyDict_New();
  for (size_t i = 0; locals && i < frame->num_locals; i++) {
    PyObject *value = rgpy_slot_object(frame->locals[i]);
    if (value && PyDict_SetItem(locals, rgpy_local_name(frame, i), value) < 0)
      return NULL;
  }
  return rgpy_take(&locals);
}

static PyObject *module_read_frame(PyObject *module, PyObject *args)
{
  (void)module, (void)args;
  struct rgpy_frame frame;
  if (!rgpy_thread_frame(PyThreadState_Get(), &frame))
    Py_RETURN_NONE;
  PyObject *locals = locals_of(&frame);
  return locals ? Py_BuildValue("(OiN)", frame.code, frame.line, locals) : NULL;
}

struct addresses {
  PyObject *list; /* NULL after a failure */
};

static int append_address(PyObject *target, void *context)
{
  struct addresses *addresses = context;
  RGPY_CLEANUP_DECREF PyObject *address = addresses->list ? PyLong_FromVoidPtr(target) : NULL;
  if (addresses->list && (!address || PyList_Append(addresses->list, address) < 0))
    Py_CLEAR(addresses->list);
  return 0;
}

// {address: [address, ...]}; what is referred to may be gone by then.
static PyObject *references_of(const struct rgpy_outline *outline)
{
  RGPY_CLEANUP_DECREF PyObject *dict = PyDict_New();
  for (uint32_t row = 0; dict && row < rgpy_outline_num_rows(outline); row++) {
    struct addresses addresses = {PyList_New(0)};
    rgpy_outline_references(outline, row, append_address, &addresses);
    RGPY_CLEANUP_DECREF PyObject *list = addresses.list;
    RGPY_CLEANUP_DECREF PyObject *address = PyLong_FromVoidPtr(rgpy_outline_object(outline, row));
    if (!list || !address || PyDict_SetItem(dict, address, list) < 0)
      return NULL;
  }
  return rgpy_take(&dict);
}

// The outline, and how long the process stood still for it.
static rg_error *read_outline(struct rgpy_outline **ret, uint64_t *pause_ns_ret)
{
  struct rgpy_capture reader = {0};
  rgpy_capture_prepare();
  RGPY_TRY(rgpy_outline_create(ret));
  uint64_t begin_ns = rgpy_clock_ns(CLOCK_MONOTONIC);
  rg_error *error = rgpy_reader_init(&reader);
  if (!error)
    error = rgpy_outline_read(*ret, &reader);
  *pause_ns_ret = rgpy_clock_ns(CLOCK_MONOTONIC) - begin_ns;
  rgpy_reader_deinit(&reader);
  return error;
}

static PyObject *module_outline(PyObject *module, PyObject *args, PyObject *kwargs)
{
  (void)module;
  static char *keywords[] = {"references", NULL};
  int with_references = 0;
  struct rgpy_outline *outline = NULL;
  uint64_t pause_ns = 0;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$p", keywords, &with_references))
    return NULL;
  rg_error *error = read_outline(&outline, &pause_ns);
  PyObject *references = error ? rgpy_raise(error) : with_references ? references_of(outline) : Py_NewRef(Py_None);
  PyObject *result = !references ? NULL
                                 : Py_BuildValue("{s:K,s:k,s:n,s:n,s:N}", "pause_ns", (unsigned long long)pause_ns,
                                                 "objects", (unsigned long)rgpy_outline_num_rows(outline), "edges",
                                                 (Py_ssize_t)rgpy_outline_num_references(outline), "bytes",
                                                 (Py_ssize_t)rgpy_outline_size(outline), "references", references);
  rgpy_outline_destroy(outline);
  return result;
}

static PyMethodDef module_methods[] = {
    {"count_captured_items", rgpy_count_captured_items, METH_NOARGS, DOC_count_captured_items},
    {"count_types", rgpy_count_types, METH_O, DOC_count_types},
    {"dump", RGPY_METHOD(rgpy_dump), METH_VARARGS | METH_KEYWORDS, DOC_dump},
    {"expect_gone", rgpy_expect_gone, METH_O, DOC_expect_gone},
    {"find_chain", RGPY_METHOD(rgpy_find_chain), METH_FASTCALL, DOC_find_chain},
    {"format_of", module_format_of, METH_O, DOC_format_of},
    {"note_ids", rgpy_note_ids, METH_VARARGS, DOC_note_ids},
    {"objects_at", rgpy_objects_at, METH_O, DOC_objects_at},
    {"objects_named", rgpy_objects_named, METH_VARARGS, DOC_objects_named},
    {"objects_without_referrers", rgpy_objects_without_referrers, METH_O, DOC_objects_without_referrers},
    {"outline", RGPY_METHOD(module_outline), METH_VARARGS | METH_KEYWORDS, DOC_outline},
    {"read_frame", module_read_frame, METH_NOARGS, DOC_read_frame},
    {0},
};

static rg_error *capture_for_c(const rg_capture_options *options, rg_graph **ret)
{
  return rgpy_capture_graph(options, NULL, ret);
}

static const rg_python_api api = {sizeof(api), RG_PYTHON_API_VERSION, capture_for_c};

static int add_api(PyObject *module)
{
  // A capsule holds a pointer that may be written through; nobody does.
  RGPY_CLEANUP_DECREF PyObject *capsule = PyCapsule_New((void *)(uintptr_t)&api, RG_PYTHON_API_CAPSULE, NULL);
  return capsule ? PyModule_AddObjectRef(module, "_C_API", capsule) : -1;
}

static int module_exec(PyObject *module)
{
  rgpy_probes_init();
  rgpy_sizes_init();
  if (rgpy_collected_init() < 0 || rgpy_kept_init(module) < 0 || PyModule_AddType(module, &rgpy_graph_type) < 0 ||
      PyModule_AddType(module, &rgpy_drawing_type) < 0 || PyModule_AddType(module, &rgpy_growth_type) < 0 ||
      PyModule_AddType(module, &rgpy_report_type) < 0 ||
      PyModule_AddType(module, &rgpy_table_type) < 0 || PyModule_AddType(module, &rgpy_dump_type) < 0 ||
      PyModule_AddType(module, &rgpy_referrers_type) < 0 ||
      add_api(module) < 0)
    return -1;
  if (PyModule_AddObjectRef(module, "states_agree", rgpy_states_agree() ? Py_True : Py_False) < 0)
    return -1;
  return PyModule_AddIntConstant(module, "built_for", PY_VERSION_HEX);
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
    {0},
};

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "refgraph._refgraph",
    .m_doc = DOC_module,
    .m_methods = module_methods,
    .m_slots = module_slots,
};

PyMODINIT_FUNC PyInit__refgraph(void)
{
  return PyModuleDef_Init(&module_definition);
}
