#include "allocations.h"

#include "layout.h"

#if PY_VERSION_HEX >= 0x030d0000
// Declared by internal headers alone, though exported: a release without it has no allocation sites.
extern PyObject *_PyTraceMalloc_GetTraceback(unsigned int domain, uintptr_t address) __attribute__((weak));
#define HAS_TRACEBACKS (_PyTraceMalloc_GetTraceback != NULL)
#else
#define HAS_TRACEBACKS true
#endif

bool rgpy_is_tracing(void)
{
  // What is not tracked in a domain that nobody has is not untracked, but says whether anything is.
  return PyTraceMalloc_Untrack(UINT_MAX, 0) != -2;
}

// A traceback is a tuple of (file name, line), the innermost frame first.
static bool read_traceback(PyObject *traceback, struct rgpy_allocation *ret)
{
  bool has_frame = PyTuple_CheckExact(traceback) && PyTuple_GET_SIZE(traceback);
  PyObject *frame = has_frame ? PyTuple_GET_ITEM(traceback, 0) : NULL;
  if (!frame || !PyTuple_CheckExact(frame) || PyTuple_GET_SIZE(frame) != 2)
    return false;
  rgpy_copy_text(PyTuple_GET_ITEM(frame, 0), ret->file, sizeof(ret->file));
  ret->line = (uint32_t)PyLong_AsUnsignedLongMask(PyTuple_GET_ITEM(frame, 1));
  return true;
}

static bool find_traceback(uintptr_t address, PyObject **ret)
{
  *ret = HAS_TRACEBACKS ? _PyTraceMalloc_GetTraceback(0, address) : NULL;
  if (!*ret)
    PyErr_Clear();
  return *ret;
}

// Only of a block that is known to be in use may the object be read.
bool rgpy_find_allocation(const struct rgpy_block *block, struct rgpy_allocation *ret)
{
  PyObject *traceback;
  if (!find_traceback(block->address - block->preheader_size, &traceback))
    return false;
  bool is_found = traceback != Py_None && (uint64_t)(uintptr_t)Py_TYPE((PyObject *)block->address) == block->type &&
                  read_traceback(traceback, ret);
  Py_DECREF(traceback);
  return is_found;
}

// What a container has its items in; NULL where there is none, or it is a part of the object.
static const void *buffer_of(PyObject *object)
{
  if (PyList_Check(object))
    return ((PyListObject *)object)->ob_item;
  // Keys that dicts share came with their class.
  if (PyDict_Check(object) && !((PyDictObject *)object)->ma_values)
    return ((PyDictObject *)object)->ma_keys;
  if (PyAnySet_Check(object))
    return ((PySetObject *)object)->table;
  return NULL;
}

// An object that was made in place of one that had gone is not traced, but what it holds its items in may be. It is
// read, so it has to be alive.
static bool find_of_buffer(const struct rgpy_block *block, struct rgpy_allocation *ret)
{
  const void *buffer = buffer_of((PyObject *)block->address);
  PyObject *traceback;
  if (!buffer || !find_traceback((uintptr_t)buffer, &traceback))
    return false;
  bool is_found = traceback != Py_None && read_traceback(traceback, ret);
  Py_DECREF(traceback);
  return is_found;
}

rg_error *rgpy_locate_here(void *context, rg_builder *builder, const struct rgpy_block *blocks, size_t num)
{
  (void)context;
  rg_error *error = NULL;
  int was_enabled = PyGC_Disable();
  for (size_t i = 0; !error && i < num; i++) {
    struct rgpy_allocation found;
    if (rgpy_find_allocation(&blocks[i], &found) || find_of_buffer(&blocks[i], &found))
      error = rg_builder_set_allocation(builder, blocks[i].node, &(rg_allocation){found.file, found.line});
  }
  if (was_enabled)
    PyGC_Enable();
  return error;
}

/* --- what is asked for -------------------------------------------------------------------------------------------- */

struct blocks {
  struct rgpy_block *blocks;
  size_t num, capacity;
};

static rg_error *add_block(struct rgpy_capture *capture, struct blocks *blocks, PyObject *object)
{
  rg_node node = rgpy_address_map_get(&capture->nodes, object);
  if (!node)
    return NULL;
  RGPY_TRY(rgpy_reserve((void **)&blocks->blocks, &blocks->capacity, blocks->num + 1, sizeof(*blocks->blocks)));
  blocks->blocks[blocks->num++] = (struct rgpy_block){
      .address = (uintptr_t)object,
      .type = (uintptr_t)Py_TYPE(object),
      .preheader_size = (uint32_t)rgpy_preheader_size(Py_TYPE(object)),
      .node = node,
  };
  return NULL;
}

static rg_error *add_closure(struct rgpy_capture *capture, struct blocks *blocks, PyObject *function)
{
  PyObject *cells = ((PyFunctionObject *)function)->func_closure;
  RGPY_TRY(add_block(capture, blocks, function));
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(cells); i++) {
    PyObject *value = ((PyCellObject *)PyTuple_GET_ITEM(cells, i))->ob_ref;
    if (value)
      RGPY_TRY(add_block(capture, blocks, value));
  }
  return NULL;
}

rg_error *rgpy_allocations(struct rgpy_capture *capture, rgpy_locate locate, void *context)
{
  struct blocks blocks = {0};
  rg_error *error = NULL;
  for (size_t i = 0; !error && i < capture->closures.num; i++)
    error = add_closure(capture, &blocks, rgpy_found_at(capture, capture->closures.nodes[i])->object);
  if (!error && blocks.num)
    error = locate(context, capture->builder, blocks.blocks, blocks.num);
  rg_memory_free(blocks.blocks);
  return error;
}
