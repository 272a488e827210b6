/* A search, breadth first, from an object to the nearest one that a predicate holds for. */
#include "census.h"

#include "capture.h"
#include "pointer_map.h"

/* Steps in the order of finding. Each object is found once and held, so that its address stays its own. */
struct step {
  PyObject *object;
  size_t from; /* the step that led here */
  Py_ssize_t depth;
};

struct search {
  struct rgpy_pointer_map seen;
  struct step *steps;
  size_t num, capacity;
};

static void search_deinit(struct search *search)
{
  rgpy_pointer_map_deinit(&search->seen);
  for (size_t i = 0; i < search->num; i++)
    Py_DECREF(search->steps[i].object);
  rg_memory_free(search->steps);
}

static rg_error *find(struct search *search, PyObject *object, size_t from, Py_ssize_t depth)
{
  uint32_t *slot;
  RGPY_TRY(rgpy_pointer_map_slot(&search->seen, object, &slot));
  if (*slot)
    return NULL;
  RGPY_TRY(rgpy_reserve((void **)&search->steps, &search->capacity, search->num + 1, sizeof(*search->steps)));
  *slot = 1;
  search->steps[search->num++] = (struct step){Py_NewRef(object), from, depth};
  return NULL;
}

static rg_error *ignore(struct search *search, const void *address)
{
  uint32_t *slot;
  RGPY_TRY(rgpy_pointer_map_slot(&search->seen, address, &slot));
  *slot = 1;
  return NULL;
}

static int begin(struct search *search, PyObject *object, PyObject *ignored_ids)
{
  RGPY_CLEANUP_DECREF PyObject *ids = PySequence_Fast(ignored_ids, "ignored ids must be iterable");
  if (!ids)
    return -1;
  rg_error *error = find(search, object, 0, 0);
  for (Py_ssize_t i = 0; !error && i < PySequence_Fast_GET_SIZE(ids); i++) {
    const void *address = rgpy_address_of(PySequence_Fast_GET_ITEM(ids, i));
    error = address ? ignore(search, address) : NULL;
  }
  if (error)
    rgpy_raise(error);
  return error ? -1 : 0;
}

static int expand(struct search *search, size_t from, PyObject *neighbours)
{
  struct step step = search->steps[from];
  RGPY_CLEANUP_DECREF PyObject *found = PyObject_CallOneArg(neighbours, step.object);
  RGPY_CLEANUP_DECREF PyObject *sequence = found ? PySequence_Fast(found, "neighbours must be iterable") : NULL;
  rg_error *error = NULL;
  for (Py_ssize_t i = 0; sequence && !error && i < PySequence_Fast_GET_SIZE(sequence); i++)
    error = find(search, PySequence_Fast_GET_ITEM(sequence, i), from, step.depth + 1);
  if (error)
    rgpy_raise(error);
  return sequence && !error ? 0 : -1;
}

static PyObject *chain_to(const struct search *search, size_t i)
{
  RGPY_CLEANUP_DECREF PyObject *chain = PyList_New(0);
  for (; chain; i = search->steps[i].from) {
    if (PyList_Append(chain, search->steps[i].object) < 0)
      return NULL;
    if (i == 0)
      break;
  }
  return rgpy_take(&chain);
}

static PyObject *run(struct search *search, PyObject *predicate, PyObject *neighbours, Py_ssize_t max_depth)
{
  for (size_t i = 0; i < search->num; i++) {
    RGPY_CLEANUP_DECREF PyObject *answer = PyObject_CallOneArg(predicate, search->steps[i].object);
    int is_it = answer ? PyObject_IsTrue(answer) : -1;
    if (is_it < 0)
      return NULL;
    if (is_it)
      return chain_to(search, i);
    if (search->steps[i].depth < max_depth && expand(search, i, neighbours) < 0)
      return NULL;
  }
  return chain_to(search, 0);
}

PyObject *rgpy_find_chain(PyObject *module, PyObject *const *args, Py_ssize_t num_args)
{
  (void)module;
  __attribute__((cleanup(search_deinit))) struct search search = {0};
  if (num_args != 5) {
    PyErr_SetString(PyExc_TypeError, "find_chain() takes an object, a predicate, neighbours, a depth and ignored ids");
    return NULL;
  }
  Py_ssize_t max_depth = PyNumber_AsSsize_t(args[3], NULL);
  if ((max_depth == -1 && PyErr_Occurred()) || begin(&search, args[0], args[4]) < 0)
    return NULL;
  return run(&search, args[1], args[2], max_depth);
}
