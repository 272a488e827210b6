/* Captures of objects that only C can make, in an embedded interpreter. */
#include <refgraph/python.h>

#include <structmember.h>

#include <criterion/criterion.h>

/* As mypyc lays out its types: a class declares a field where a derived class has something else. */
struct base {
  PyObject_HEAD
  PyObject *attributes;
};

struct derived {
  PyObject_HEAD
  const void *vtable;
};

static int traverse_derived(PyObject *self, visitproc visit, void *arg)
{
  Py_VISIT(Py_TYPE(self));
  return 0;
}

static void dealloc(PyObject *self)
{
  PyTypeObject *type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  type->tp_free(self);
  Py_DECREF(type);
}

static PyMemberDef members[] = {{"field", T_OBJECT, offsetof(struct base, attributes), READONLY, NULL}, {0}};
static PyType_Slot base_slots[] = {{Py_tp_members, members}, {Py_tp_traverse, traverse_derived},
                                   {Py_tp_dealloc, dealloc}, {0, NULL}};
static PyType_Slot derived_slots[] = {{Py_tp_traverse, traverse_derived}, {Py_tp_dealloc, dealloc}, {0, NULL}};
static PyType_Spec base_spec = {"test.Base", sizeof(struct base), 0,
                                Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, base_slots};
static PyType_Spec derived_spec = {"test.Derived", sizeof(struct derived), 0,
                                   Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, derived_slots};

static PyObject *make_derived(void)
{
  static const char no_object[64] = "this is a table of functions";
  PyObject *base = PyType_FromSpec(&base_spec);
  PyObject *type = PyType_FromSpecWithBases(&derived_spec, base);
  PyObject *object = type ? ((PyTypeObject *)type)->tp_alloc((PyTypeObject *)type, 0) : NULL;
  cr_assert(object);
  ((struct derived *)object)->vtable = no_object;
  return object;
}

static void check(const rg_capture_options *options, PyObject *object)
{
  rg_graph *graph = NULL;
  rg_error *error = rg_python_import();
  cr_assert_null(error, "%s", error ? error->message : "");
  error = rg_capture_python(options, &graph);
  cr_assert_null(error, "%s", error ? error->message : "");
  rg_node node = rg_graph_find(graph, (uintptr_t)object);
  cr_assert_neq(node, RG_NODE_NONE);
  for (rg_edge edge = rg_graph_edges_begin(graph, node); edge < rg_graph_edges_end(graph, node); edge++)
    cr_expect_str_neq(rg_graph_edge_name(graph, edge), "field");
  rg_graph_destroy(graph);
}

Test(capture, reads_no_field_that_a_derived_type_laid_out_anew)
{
  Py_Initialize();
  PyObject *object = make_derived();
  rg_capture_options options = RG_CAPTURE_OPTIONS_INIT;
  options.targets = &object;
  options.num_targets = 1;
  check(&options, object);
  options.is_bounded = true;
  check(&options, object);
}

static rg_graph *capture_isolated(const rg_capture_options *options)
{
  rg_graph *graph = NULL;
  rg_error *error = rg_python_import();
  cr_assert_null(error, "%s", error ? error->message : "");
  error = rg_capture_python(options, &graph);
  cr_assert_null(error, "%s", error ? error->message : "");
  return graph;
}

Test(capture, of_a_forked_child_tells_of_the_process_that_forked)
{
  Py_Initialize();
  rg_capture_options options = RG_CAPTURE_OPTIONS_INIT;
  options.is_isolated = true;
  options.pid = 12345;
  options.pause_ns = 678;
  rg_graph *graph = capture_isolated(&options);
  rg_process_info process = rg_graph_process(graph);
  cr_expect_str_eq(process.mode, "fork");
  cr_expect_eq(process.pid, 12345);
  cr_expect_eq(process.pause_ns, 678);
  rg_graph_destroy(graph);
}

Test(capture, isolated_changes_no_reference_count)
{
  Py_Initialize();
  PyObject *object = PyList_New(0);
  rg_capture_options options = RG_CAPTURE_OPTIONS_INIT;
  options.is_isolated = true;
  rg_graph *graph = capture_isolated(&options);
  rg_node node = rg_graph_find(graph, (uintptr_t)object);
  cr_assert_neq(node, RG_NODE_NONE);
  cr_expect_eq(rg_graph_node(graph, node).refcount, 1);
  cr_expect_eq(Py_REFCNT(object), 1);
  rg_graph_destroy(graph);
}

Test(capture, without_the_package_loaded_is_an_error_in_words)
{
  Py_Initialize();
  rg_graph *graph = NULL;
  rg_error *error = rg_capture_python(NULL, &graph);
  cr_assert(error);
  cr_expect_str_eq(error->message, "rg_python_import() was not called");
  rg_error_destroy(error);
}
