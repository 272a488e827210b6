/* Capturing live Python objects from C, for programs that embed CPython and for extensions.
 *
 * Everything here is static inline over a capsule of the package refgraph, as CPython's datetime.h does it: the program
 * links librefgraph, and works with every Python that the package is installed for.
 *
 *   rg_graph *graph = NULL;
 *   rg_error *error = rg_python_import();
 *   if (!error)
 *     error = rg_capture_python(NULL, &graph);
 */
#ifndef REFGRAPH_PYTHON_H
#define REFGRAPH_PYTHON_H

#ifndef PY_SSIZE_T_CLEAN
#define PY_SSIZE_T_CLEAN
#endif
#include <Python.h>

#include <refgraph.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rg_capture_options {
  size_t size;
  PyObject *const *targets; /* objects that must be in the graph */
  size_t num_targets;
  rg_node *target_nodes;    /* gets the node of each target; NULL: not wanted */
  bool is_bounded;          /* only what is reached from the targets within the limits that follow, and no roots */
  bool with_internals;      /* internal and type references too; a whole capture always has them */
  uint32_t max_depth;       /* steps from a target; passages cost nothing */
  size_t max_references;    /* followed of one object; the rest is counted */
  size_t max_nodes;         /* objects whose references are followed */
  uint32_t num_own_references; /* to each target that only the caller's own call holds: they are not counted */
  bool is_redacted;         /* of text that came from outside the program, only what stands for it enters the graph */
  bool is_isolated;         /* in a forked child: no lock is taken, no memory but the library's own is used, and no
                             * object is written to, which would copy its page */
  uint64_t pid;             /* of an isolated capture: the process that forked, */
  uint64_t pause_ns;        /* and how long it stood still for that */
  const rg_loss *losses;    /* what the caller knows to be missing already */
  size_t num_losses;
} rg_capture_options;
#define RG_CAPTURE_OPTIONS_INIT \
  {sizeof(rg_capture_options), 0, 0, 0, false, false, 3, 10, RG_MAX_NODES_DEFAULT, 0, false, false, 0, 0, 0, 0}

/* What the capsule holds. It only ever grows at the end. */
typedef struct rg_python_api {
  size_t size;
  uint32_t version;
  rg_error *(*capture)(const rg_capture_options *options, rg_graph **ret);
} rg_python_api;
#define RG_PYTHON_API_VERSION 1
#define RG_PYTHON_API_CAPSULE "refgraph._refgraph._C_API"

static const rg_python_api *rg_python_api_loaded_;

/* Loads the capsule; call it once, with the GIL held, after Py_Initialize(). */
RG_MUST_USE static inline rg_error *rg_python_import(void)
{
  rg_python_api_loaded_ = (const rg_python_api *)PyCapsule_Import(RG_PYTHON_API_CAPSULE, 0);
  if (!rg_python_api_loaded_) {
    PyErr_Clear();
    return rg_error_create(RG_ERROR_UNSUPPORTED, "cannot import the Python package refgraph: is it in PYTHONPATH?");
  }
  if (rg_python_api_loaded_->version != RG_PYTHON_API_VERSION) {
    unsigned found = rg_python_api_loaded_->version;
    rg_python_api_loaded_ = NULL;
    return rg_error_create(RG_ERROR_UNSUPPORTED, "the Python package refgraph has C API version %u, this program %u",
                           found, RG_PYTHON_API_VERSION);
  }
  return NULL;
}

/* Captures the heap, or what the targets refer to. The GIL must be held; it is not released, no Python code runs, no
 * reference count changes, and the graph keeps no object alive. NULL options: the whole heap. */
RG_MUST_USE static inline rg_error *rg_capture_python(const rg_capture_options *options, rg_graph **ret)
{
  if (!rg_python_api_loaded_)
    return rg_error_create(RG_ERROR_UNSUPPORTED, "rg_python_import() was not called");
  return rg_python_api_loaded_->capture(options, ret);
}

#ifdef __cplusplus
}
#endif
#endif
