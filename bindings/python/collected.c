#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "collected.h"

#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

// Where the heads of the lists stand in the state of an interpreter; 0: not known. All interpreters are alike.
static ptrdiff_t offsets[RGPY_NUM_LISTS];

static PyObject *get_objects, *get_freeze_count;

/* --- the lists ---------------------------------------------------------------------------------------------------- */

bool rgpy_collected_has_lists(void)
{
  return offsets[0];
}

struct rgpy_lists rgpy_collected_lists(PyInterpreterState *interpreter)
{
  struct rgpy_lists lists;
  for (size_t i = 0; i < RGPY_NUM_LISTS; i++)
    lists.heads[i] = (struct rgpy_link *)(void *)((char *)interpreter + offsets[i]);
  return lists;
}

rg_error *rgpy_broken_lists(const struct rgpy_link *link)
{
  return rg_error_create(RG_ERROR_UNSUPPORTED, "the collector's lists are broken at %p", (const void *)link);
}

static rg_error *walk(const struct rgpy_link *list, bool is_frozen, rgpy_visit_tracked visit, void *context)
{
  const struct rgpy_link *link = list;
  for (const struct rgpy_link *next; (next = rgpy_link_next(link)) != list; link = next) {
    if (!next || rgpy_link_previous(next) != link)
      return rgpy_broken_lists(link);
    RGPY_TRY(visit(context, rgpy_link_object(next), is_frozen));
  }
  return NULL;
}

rg_error *rgpy_collected_visit(PyInterpreterState *interpreter, rgpy_visit_tracked visit, void *context)
{
  struct rgpy_lists lists = rgpy_collected_lists(interpreter);
  if (!rgpy_collected_has_lists())
    return rg_error_create(RG_ERROR_UNSUPPORTED, "the collector's lists were not found in this interpreter");
  for (size_t i = 0; i < RGPY_NUM_LISTS; i++)
    RGPY_TRY(walk(lists.heads[i], i == RGPY_NUM_LISTS - 1, visit, context));
  return NULL;
}

/* --- the documented way ------------------------------------------------------------------------------------------- */

static bool leaves_out_frozen(void)
{
#if PY_VERSION_HEX >= 0x030d0000
  return Py_Version < 0x030d0300;
#else
  return true;
#endif
}

// Making a list may start a collection: not here.
static rg_error *call_collector(PyObject *function, PyObject **ret)
{
  int was_enabled = PyGC_Disable();
  *ret = PyObject_CallNoArgs(function);
  if (was_enabled)
    PyGC_Enable();
  if (*ret)
    return NULL;
  // An audit hook may have refused.
  PyErr_Clear();
  return rg_error_create(RG_ERROR_UNSUPPORTED, "the collector does not tell its objects");
}

#if PY_VERSION_HEX >= 0x030c0000

struct enumeration {
  rgpy_visit_tracked visit;
  void *context;
  rg_error *error;
};

static int visit_documented(PyObject *object, void *context)
{
  struct enumeration *enumeration = context;
  enumeration->error = enumeration->visit(enumeration->context, object, false);
  return enumeration->error == NULL;
}

rg_error *rgpy_documented_visit(const struct rgpy_documented *documented, rgpy_visit_tracked visit, void *context)
{
  (void)documented;
  struct enumeration enumeration = {visit, context, NULL};
  PyUnstable_GC_VisitObjects(visit_documented, &enumeration);
  return enumeration.error;
}

static rg_error *list_objects(struct rgpy_documented *documented)
{
  (void)documented;
  return NULL;
}

#else

rg_error *rgpy_documented_visit(const struct rgpy_documented *documented, rgpy_visit_tracked visit, void *context)
{
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(documented->objects); i++)
    RGPY_TRY(visit(context, PyList_GET_ITEM(documented->objects, i), false));
  return NULL;
}

static rg_error *list_objects(struct rgpy_documented *documented)
{
  documented->bias = 1;
  return call_collector(get_objects, &documented->objects);
}

#endif

rg_error *rgpy_documented_init(struct rgpy_documented *documented)
{
  RGPY_CLEANUP_DECREF PyObject *num_frozen = NULL;
  *documented = (struct rgpy_documented){0};
  RGPY_TRY(call_collector(get_freeze_count, &num_frozen));
  if (leaves_out_frozen())
    documented->num_unseen = PyLong_AsUnsignedLongLongMask(num_frozen);
  return list_objects(documented);
}

void rgpy_documented_deinit(struct rgpy_documented *documented)
{
  Py_CLEAR(documented->objects);
}

/* --- what gc.get_objects() has ------------------------------------------------------------------------------------ */

static rg_error *visit_listed(rgpy_visit_in_run visit, void *context)
{
  RGPY_CLEANUP_DECREF PyObject *objects = NULL;
  RGPY_TRY(call_collector(get_objects, &objects));
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(objects); i++)
    RGPY_TRY(visit(context, PyList_GET_ITEM(objects, i), 0));
  return NULL;
}

struct run {
  rgpy_visit_in_run visit;
  void *context;
  unsigned number; // of that from the front; the next one is from the back
};

static inline rg_error *visit_in_run(void *context, const struct rgpy_link *link, bool is_behind)
{
  const struct run *run = context;
  return run->visit(run->context, rgpy_link_object(link), run->number + is_behind);
}

rg_error *rgpy_collected_visit_runs(rgpy_visit_in_run visit, void *context)
{
  if (!rgpy_collected_has_lists())
    return visit_listed(visit, context);
  struct rgpy_lists lists = rgpy_collected_lists(PyInterpreterState_Get());
  for (unsigned i = 0; i < RGPY_NUM_LISTS - 1; i++) {
    struct run run = {visit, context, 2 * i};
    RGPY_TRY(rgpy_visit_both_ways(lists.heads[i], visit_in_run, &run));
  }
  return NULL;
}

/* --- finding the lists -------------------------------------------------------------------------------------------- */

// Reads what may not be there.
static bool read_link(const struct rgpy_link *place, struct rgpy_link *ret)
{
  struct iovec local = {ret, sizeof(*ret)}, remote = {(void *)(uintptr_t)place, sizeof(*ret)};
  return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)sizeof(*ret);
}

// Whether what stands there is a part of a list.
static bool is_linked(const struct rgpy_link *place)
{
  struct rgpy_link link, next, previous;
  return read_link(place, &link) && read_link(rgpy_link_next(&link), &next) && rgpy_link_previous(&next) == place &&
         read_link(rgpy_link_previous(&link), &previous) && rgpy_link_next(&previous) == place;
}

// Headers of CPython put 24 to 36 bytes between two heads, some distributions with an alignment of 4.
enum { MAX_DISTANCE = 256, ALIGNMENT = 4 };

// The heads around that of the youngest generation, which comes first.
static bool find_heads(struct rgpy_link *youngest, struct rgpy_lists *ret)
{
  size_t num = 0;
  for (ptrdiff_t distance = -MAX_DISTANCE; distance <= MAX_DISTANCE; distance += ALIGNMENT) {
    struct rgpy_link *place = (struct rgpy_link *)(void *)((char *)youngest + distance);
    if (!is_linked(place))
      continue;
    if (num == RGPY_NUM_LISTS)
      return false;
    ret->heads[num++] = place;
  }
  return num == RGPY_NUM_LISTS && ret->heads[0] == youngest;
}

static bool find_lists(struct rgpy_lists *ret)
{
  RGPY_CLEANUP_DECREF PyObject *last = PyList_New(0);
  if (!last) {
    PyErr_Clear();
    return false;
  }
  const struct rgpy_link *link = (const struct rgpy_link *)(const void *)last - 1;
  struct rgpy_link *youngest = rgpy_link_next(link);
  return is_linked(link) && is_linked(youngest) && find_heads(youngest, ret);
}

/* --- checking them ------------------------------------------------------------------------------------------------ */

struct census {
  size_t num;
  uintptr_t sum;             /* of addresses */
  size_t num_frozen;
  uintptr_t sum_frozen;
  const PyObject *left_out;
};

static rg_error *count(void *context, PyObject *object, bool is_frozen)
{
  struct census *census = context;
  if (object == census->left_out)
    return NULL;
  *(is_frozen ? &census->num_frozen : &census->num) += 1;
  *(is_frozen ? &census->sum_frozen : &census->sum) += (uintptr_t)object;
  return NULL;
}

static rg_error *take_both(struct census *lists_ret, struct census *documented_ret)
{
  __attribute__((cleanup(rgpy_documented_deinit))) struct rgpy_documented documented;
  RGPY_TRY(rgpy_documented_init(&documented));
  // A list of all objects is one itself, but does not say so.
  *lists_ret = (struct census){.left_out = documented.objects};
  *documented_ret = (struct census){0};
  RGPY_TRY(rgpy_documented_visit(&documented, count, documented_ret));
  return rgpy_collected_visit(PyInterpreterState_Get(), count, lists_ret);
}

static bool are_confirmed(void)
{
  struct census lists, documented;
  rg_error *error = take_both(&lists, &documented);
  if (error) {
    rg_error_destroy(error);
    return false;
  }
  bool is_without = lists.num == documented.num && lists.sum == documented.sum;
  bool is_with = lists.num + lists.num_frozen == documented.num && lists.sum + lists.sum_frozen == documented.sum;
  return is_without || is_with;
}

static void set_offsets(const struct rgpy_lists *lists)
{
  for (size_t i = 0; i < RGPY_NUM_LISTS; i++)
    offsets[i] = (const char *)lists->heads[i] - (const char *)PyInterpreterState_Get();
}

int rgpy_collected_init(void)
{
  RGPY_CLEANUP_DECREF PyObject *gc = PyImport_ImportModule("gc");
  get_objects = gc ? PyObject_GetAttrString(gc, "get_objects") : NULL;
  get_freeze_count = gc ? PyObject_GetAttrString(gc, "get_freeze_count") : NULL;
  if (!get_objects || !get_freeze_count)
    return -1;
  struct rgpy_lists lists;
  memset(offsets, 0, sizeof(offsets));
  if (getenv("REFGRAPH_DOCUMENTED_API") || !find_lists(&lists))
    return 0;
  set_offsets(&lists);
  if (!are_confirmed())
    memset(offsets, 0, sizeof(offsets));
  return 0;
}
