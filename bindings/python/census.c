/* How many objects there are of which type, which of them are of some types or at some addresses, which nothing refers
 * to, and which are new: each in a pass or two over all of them. */
#include "census.h"

#include <stdlib.h>
#include <string.h>

#include "address_map.h"
#include "capture.h"
#include "describe.h"
#include "pointer_map.h"

/* --- objects that were found -------------------------------------------------------------------------------------- */

rg_error *rgpy_gather(struct rgpy_gathered *gathered, PyObject *object, unsigned run)
{
  struct rgpy_run *found = &gathered->runs[run];
  RGPY_TRY(rgpy_reserve((void **)&found->objects, &found->capacity, found->num + 1, sizeof(object)));
  found->objects[found->num++] = Py_NewRef(object);
  return NULL;
}

void rgpy_gathered_deinit(struct rgpy_gathered *gathered)
{
  for (size_t run = 0; run < RGPY_NUM_RUNS; run++) {
    struct rgpy_run found = gathered->runs[run];
    gathered->runs[run] = (struct rgpy_run){0};
    for (size_t i = 0; i < found.num; i++)
      Py_DECREF(found.objects[i]);
    rg_memory_free(found.objects);
  }
}

size_t rgpy_gathered_num(const struct rgpy_gathered *gathered)
{
  size_t num = 0;
  for (size_t run = 0; run < RGPY_NUM_RUNS; run++)
    num += gathered->runs[run].num;
  return num;
}

void rgpy_gathered_move(struct rgpy_gathered *gathered, PyObject **objects)
{
  for (size_t run = 0; run < RGPY_NUM_RUNS; run++) {
    struct rgpy_run *found = &gathered->runs[run];
    for (size_t i = 0; i < found->num; i++)
      *objects++ = found->objects[run % 2 ? found->num - 1 - i : i];
    found->num = 0;
  }
}

PyObject *rgpy_gathered_list(struct rgpy_gathered *gathered, rg_error *error)
{
  PyObject *list = error ? rgpy_raise(error) : PyList_New((Py_ssize_t)rgpy_gathered_num(gathered));
  if (list)
    rgpy_gathered_move(gathered, ((PyListObject *)list)->ob_item);
  rgpy_gathered_deinit(gathered);
  return list;
}

/* --- which objects ------------------------------------------------------------------------------------------------ */

// What gives out objects that were not passed raises the event that gc.get_objects() does.
static int audit(void)
{
  return PySys_Audit("gc.get_objects", "n", (Py_ssize_t)-1);
}

// Those of an iterable; None stands for all that the collector knows.
static PyObject *read_objects(PyObject *objects)
{
  if (objects == Py_None && audit() < 0)
    return NULL;
  return objects == Py_None ? Py_NewRef(Py_None) : PySequence_Fast(objects, "objects must be iterable");
}

static rg_error *visit_objects(PyObject *sequence, rgpy_visit_in_run visit, void *context)
{
  if (sequence == Py_None)
    return rgpy_collected_visit_runs(visit, context);
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(sequence); i++)
    RGPY_TRY(visit(context, PySequence_Fast_GET_ITEM(sequence, i), 0));
  return NULL;
}

/* --- types -------------------------------------------------------------------------------------------------------- */

struct counted_type {
  PyTypeObject *type; /* held */
  Py_ssize_t num;
  uint64_t first; /* ascends in the order in which types come up first */
};

/* Types in the order of finding, and the number of each, from 1 on. */
struct types {
  struct counted_type *counted;
  size_t num, capacity;
  struct rgpy_pointer_map numbers;
  uint64_t num_objects;
};

static void types_deinit(struct types *types)
{
  for (size_t i = 0; i < types->num; i++)
    Py_DECREF(types->counted[i].type);
  rg_memory_free(types->counted);
  rgpy_pointer_map_deinit(&types->numbers);
}

static rg_error *add_type(struct types *types, PyTypeObject *type, uint32_t *number_ret)
{
  RGPY_TRY(rgpy_reserve((void **)&types->counted, &types->capacity, types->num + 1, sizeof(*types->counted)));
  Py_INCREF(type);
  types->counted[types->num++] = (struct counted_type){type, 0, UINT64_MAX};
  *number_ret = (uint32_t)types->num;
  return NULL;
}

// The place of an object in the order of runs, odd ones reversed.
static uint64_t place_of(uint64_t i, unsigned run)
{
  const uint64_t half = (uint64_t)1 << 56;
  return run * half + (run % 2 ? half - 1 - i : i);
}

static rg_error *count_type(void *context, PyObject *object, unsigned run)
{
  struct types *types = context;
  uint32_t *number;
  RGPY_TRY(rgpy_pointer_map_slot(&types->numbers, Py_TYPE(object), &number));
  if (!*number)
    RGPY_TRY(add_type(types, Py_TYPE(object), number));
  struct counted_type *counted = &types->counted[*number - 1];
  uint64_t place = place_of(types->num_objects++, run);
  counted->num++;
  counted->first = Py_MIN(counted->first, place);
  return NULL;
}

static int compare_first(const void *a, const void *b)
{
  const struct counted_type *x = a, *y = b;
  return (x->first > y->first) - (x->first < y->first);
}

static PyObject *list_of_counts(struct types *types)
{
  RGPY_CLEANUP_DECREF PyObject *list = PyList_New((Py_ssize_t)types->num);
  if (types->num)
    qsort(types->counted, types->num, sizeof(*types->counted), compare_first);
  for (size_t i = 0; list && i < types->num; i++) {
    PyObject *pair = Py_BuildValue("(On)", types->counted[i].type, types->counted[i].num);
    if (!pair)
      return NULL;
    PyList_SET_ITEM(list, (Py_ssize_t)i, pair);
  }
  return rgpy_take(&list);
}

PyObject *rgpy_count_types(PyObject *module, PyObject *objects)
{
  (void)module;
  __attribute__((cleanup(types_deinit))) struct types types = {0};
  RGPY_CLEANUP_DECREF PyObject *sequence = read_objects(objects);
  if (!sequence)
    return NULL;
  rg_error *error = visit_objects(sequence, count_type, &types);
  return error ? rgpy_raise(error) : list_of_counts(&types);
}

/* --- items that closures and caches capture ----------------------------------------------------------------------- */

static void count_items(uint64_t *num, PyObject *container)
{
  Py_ssize_t length = container ? rgpy_length_of(container) : -1;
  *num += length < 0 ? 0 : (uint64_t)length;
}

static void count_items_of_all(uint64_t *num, PyObject *values)
{
  for (Py_ssize_t i = 0; values && i < PyTuple_GET_SIZE(values); i++) {
    PyObject *value = PyTuple_GET_ITEM(values, i);
    count_items(num, PyCell_Check(value) ? PyCell_GET(value) : value);
  }
}

static void count_items_of_function(uint64_t *num, PyObject *function)
{
  PyObject *defaults = PyFunction_GET_KW_DEFAULTS(function), *value;
  count_items_of_all(num, PyFunction_GET_CLOSURE(function));
  count_items_of_all(num, PyFunction_GET_DEFAULTS(function));
  for (Py_ssize_t i = 0; defaults && PyDict_Next(defaults, &i, NULL, &value);)
    count_items(num, value);
}

static int count_items_of_result(PyObject *object, void *num)
{
  count_items(num, object);
  return 0;
}

static rg_error *count_items_of(void *num, PyObject *object, unsigned run)
{
  (void)run;
  if (PyFunction_Check(object))
    count_items_of_function(num, object);
  else if (rgpy_is_native(Py_TYPE(object), "functools._lru_cache_wrapper"))
    Py_TYPE(object)->tp_traverse(object, count_items_of_result, num);
  return NULL;
}

PyObject *rgpy_count_captured_items(PyObject *module, PyObject *none)
{
  (void)module;
  (void)none;
  uint64_t num = 0;
  rg_error *error = rgpy_collected_visit_runs(count_items_of, &num);
  return error ? rgpy_raise(error) : PyLong_FromUnsignedLongLong(num);
}

/* --- which objects have a type of some name ----------------------------------------------------------------------- */

struct naming {
  const char *end; /* of the name */
  size_t end_size;
  PyTypeObject *last;
  bool is_wanted; /* the last type */
  struct rgpy_gathered gathered;
};

// Whether the name of a type may end so. What another metaclass than type says its name is only Python can tell.
static bool may_be_named(const struct naming *naming, PyTypeObject *type)
{
  size_t size = strlen(type->tp_name);
  if (!Py_IS_TYPE((PyObject *)type, &PyType_Type))
    return true;
  return size >= naming->end_size && strcmp(type->tp_name + size - naming->end_size, naming->end) == 0;
}

static rg_error *gather_named(void *context, PyObject *object, unsigned run)
{
  struct naming *naming = context;
  PyTypeObject *type = Py_TYPE(object);
  if (type != naming->last) {
    naming->is_wanted = may_be_named(naming, type);
    naming->last = type;
  }
  return naming->is_wanted ? rgpy_gather(&naming->gathered, object, run) : NULL;
}

PyObject *rgpy_objects_named(PyObject *module, PyObject *args)
{
  (void)module;
  struct naming naming = {0};
  PyObject *end, *objects;
  if (!PyArg_ParseTuple(args, "O!O", &PyUnicode_Type, &end, &objects))
    return NULL;
  RGPY_CLEANUP_DECREF PyObject *utf8 = PyUnicode_AsEncodedString(end, "utf-8", "surrogatepass");
  RGPY_CLEANUP_DECREF PyObject *sequence = utf8 ? read_objects(objects) : NULL;
  if (!sequence)
    return NULL;
  naming.end = PyBytes_AS_STRING(utf8);
  naming.end_size = (size_t)PyBytes_GET_SIZE(utf8);
  return rgpy_gathered_list(&naming.gathered, visit_objects(sequence, gather_named, &naming));
}

/* --- which objects have one of some addresses --------------------------------------------------------------------- */

struct choice {
  struct rgpy_address_map wanted;
  struct rgpy_gathered gathered;
};

static void choice_deinit(struct choice *choice)
{
  rgpy_address_map_deinit(&choice->wanted);
  rgpy_gathered_deinit(&choice->gathered);
}

static rg_error *gather_wanted(void *context, PyObject *object, unsigned run)
{
  struct choice *choice = context;
  return rgpy_address_map_get(&choice->wanted, object) ? rgpy_gather(&choice->gathered, object, run) : NULL;
}

const void *rgpy_address_of(PyObject *id)
{
  int is_beyond = 0;
  long long address = PyLong_Check(id) ? PyLong_AsLongLongAndOverflow(id, &is_beyond) : 0;
  return is_beyond || address <= 0 || address >> 47 ? NULL : (const void *)(uintptr_t)address;
}

// Objects that the collector knows begin at multiples of 16 bytes; what begins elsewhere would pass for a neighbour.
static rg_error *want_id(struct choice *choice, PyObject *id)
{
  const void *address = rgpy_address_of(id);
  uint32_t *slot;
  if (!address || (uintptr_t)address % 16)
    return NULL;
  RGPY_TRY(rgpy_address_map_slot(&choice->wanted, address, &slot));
  *slot = 1;
  return NULL;
}

PyObject *rgpy_objects_at(PyObject *module, PyObject *addresses)
{
  (void)module;
  __attribute__((cleanup(choice_deinit))) struct choice choice = {0};
  RGPY_CLEANUP_DECREF PyObject *sequence = PySequence_Fast(addresses, "addresses must be iterable");
  if (!sequence || audit() < 0)
    return NULL;
  rg_error *error = rgpy_address_map_init(&choice.wanted);
  for (Py_ssize_t i = 0; !error && i < PySequence_Fast_GET_SIZE(sequence); i++)
    error = want_id(&choice, PySequence_Fast_GET_ITEM(sequence, i));
  if (!error)
    error = rgpy_collected_visit_runs(gather_wanted, &choice);
  return rgpy_gathered_list(&choice.gathered, error);
}

/* --- which objects nothing refers to ------------------------------------------------------------------------------ */

struct leftover {
  struct rgpy_address_map candidates; /* 1 until a reference was found */
  PyObject *passed;                   /* a list of candidates, whose references do not count */
  struct rgpy_gathered gathered;
};

static void leftover_deinit(struct leftover *leftover)
{
  rgpy_address_map_deinit(&leftover->candidates);
  rgpy_gathered_deinit(&leftover->gathered);
}

static rg_error *add_candidate(void *context, PyObject *object, unsigned run)
{
  (void)run;
  struct leftover *leftover = context;
  uint32_t *slot;
  RGPY_TRY(rgpy_address_map_slot(&leftover->candidates, object, &slot));
  *slot = 1;
  return NULL;
}

static int drop_candidate(PyObject *target, void *context)
{
  uint32_t *slot = rgpy_address_map_find(context, target);
  if (slot && *slot)
    *slot = 0;
  return 0;
}

static rg_error *drop_targets(void *context, PyObject *object, unsigned run)
{
  (void)run;
  struct leftover *leftover = context;
  if (object != leftover->passed)
    Py_TYPE(object)->tp_traverse(object, drop_candidate, &leftover->candidates);
  return NULL;
}

static rg_error *gather_candidate(void *context, PyObject *object, unsigned run)
{
  struct leftover *leftover = context;
  return rgpy_address_map_get(&leftover->candidates, object) ? rgpy_gather(&leftover->gathered, object, run) : NULL;
}

PyObject *rgpy_objects_without_referrers(PyObject *module, PyObject *objects)
{
  (void)module;
  __attribute__((cleanup(leftover_deinit))) struct leftover leftover = {0};
  RGPY_CLEANUP_DECREF PyObject *sequence = read_objects(objects);
  if (!sequence)
    return NULL;
  leftover.passed = sequence;
  rg_error *error = rgpy_address_map_init(&leftover.candidates);
  if (!error)
    error = visit_objects(sequence, add_candidate, &leftover);
  if (!error)
    error = rgpy_collected_visit_runs(drop_targets, &leftover);
  if (!error)
    error = visit_objects(sequence, gather_candidate, &leftover);
  return rgpy_gathered_list(&leftover.gathered, error);
}

/* --- which objects are new ---------------------------------------------------------------------------------------- */

static const char ids_name[] = "refgraph.objgraph.ids";

// What is kept from one call to the next: the number of its name at the address of each object.
static void destroy_ids(PyObject *capsule)
{
  struct rgpy_address_map *ids = PyCapsule_GetPointer(capsule, ids_name);
  rgpy_address_map_deinit(ids);
  rg_memory_free(ids);
}

static PyObject *create_ids(void)
{
  struct rgpy_address_map *ids = rg_memory_alloc(1, sizeof(*ids));
  rg_error *error = ids ? rgpy_address_map_init(ids) : rgpy_out_of_memory();
  PyObject *capsule = error ? rgpy_raise(error) : PyCapsule_New(ids, ids_name, destroy_ids);
  if (!capsule && ids) {
    rgpy_address_map_deinit(ids);
    rg_memory_free(ids);
  }
  return capsule;
}

struct noted {
  uintptr_t id;
  uint32_t number;
};

struct noting {
  struct rgpy_address_map *ids;
  const struct rgpy_address_map *before; /* NULL: nothing was noted */
  struct rgpy_address_map numbers;       /* by type */
  Py_ssize_t num_numbers;
  Py_ssize_t *counts;                    /* by number */
  struct noted *noted;                   /* what is new */
  size_t num, capacity;
};

static void noting_deinit(struct noting *noting)
{
  rgpy_address_map_deinit(&noting->numbers);
  rg_memory_free(noting->counts);
  rg_memory_free(noting->noted);
}

// A type without a number came up meanwhile.
static rg_error *note_id(void *context, PyObject *object, unsigned run)
{
  (void)run;
  struct noting *noting = context;
  uint32_t *slot, number = rgpy_address_map_get(&noting->numbers, Py_TYPE(object));
  if (!number)
    return NULL;
  RGPY_TRY(rgpy_address_map_slot(noting->ids, object, &slot));
  *slot = number;
  noting->counts[number]++;
  if (noting->before && rgpy_address_map_get(noting->before, object) == number)
    return NULL;
  RGPY_TRY(rgpy_reserve((void **)&noting->noted, &noting->capacity, noting->num + 1, sizeof(*noting->noted)));
  noting->noted[noting->num++] = (struct noted){(uintptr_t)object, number};
  return NULL;
}

static rg_error *begin_noting(struct noting *noting)
{
  noting->counts = rg_memory_alloc((size_t)noting->num_numbers, sizeof(*noting->counts));
  return noting->counts ? rgpy_address_map_init(&noting->numbers) : rgpy_out_of_memory();
}

static int read_number(struct noting *noting, PyObject *pair)
{
  PyObject *type;
  Py_ssize_t number;
  uint32_t *slot;
  if (!PyArg_ParseTuple(pair, "O!n", &PyType_Type, &type, &number))
    return -1;
  if (number < 1 || number >= noting->num_numbers) {
    PyErr_SetString(PyExc_IndexError, "the number of a type is beyond the number of numbers");
    return -1;
  }
  rg_error *error = rgpy_address_map_slot(&noting->numbers, type, &slot);
  if (error) {
    rgpy_raise(error);
    return -1;
  }
  *slot = (uint32_t)number;
  return 0;
}

// A list by number of how many objects there are and the set of new ids.
static PyObject *list_of_ids(const struct noting *noting)
{
  RGPY_CLEANUP_DECREF PyObject *list = PyList_New(noting->num_numbers);
  for (Py_ssize_t i = 0; list && i < noting->num_numbers; i++) {
    PyObject *pair = Py_BuildValue("(nN)", noting->counts[i], PySet_New(NULL));
    if (!pair)
      return NULL;
    PyList_SET_ITEM(list, i, pair);
  }
  for (size_t i = 0; list && i < noting->num; i++) {
    PyObject *set = PyTuple_GET_ITEM(PyList_GET_ITEM(list, noting->noted[i].number), 1);
    RGPY_CLEANUP_DECREF PyObject *id = PyLong_FromSize_t(noting->noted[i].id);
    if (!id || PySet_Add(set, id) < 0)
      return NULL;
  }
  return rgpy_take(&list);
}

PyObject *rgpy_note_ids(PyObject *module, PyObject *args)
{
  (void)module;
  __attribute__((cleanup(noting_deinit))) struct noting noting = {0};
  PyObject *pairs, *before;
  if (!PyArg_ParseTuple(args, "O!nO", &PyList_Type, &pairs, &noting.num_numbers, &before))
    return NULL;
  RGPY_CLEANUP_DECREF PyObject *ids = create_ids();
  if (!ids)
    return NULL;
  noting.ids = PyCapsule_GetPointer(ids, ids_name);
  if (before != Py_None && !(noting.before = PyCapsule_GetPointer(before, ids_name)))
    return NULL;
  rg_error *error = begin_noting(&noting);
  for (Py_ssize_t i = 0; !error && i < PyList_GET_SIZE(pairs); i++) {
    if (read_number(&noting, PyList_GET_ITEM(pairs, i)) < 0)
      return NULL;
  }
  if (!error)
    error = rgpy_collected_visit_runs(note_id, &noting);
  PyObject *list = error ? rgpy_raise(error) : list_of_ids(&noting);
  return list ? Py_BuildValue("(ON)", ids, list) : NULL;
}
