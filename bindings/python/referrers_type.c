/* _refgraph.Referrers: what refers to an object, as gc.get_referrers() tells it and in its order, for many objects.
 *
 * The first few calls go over all objects; then that has cost as much as an index does, and one is made. It is of one
 * moment, and holds every object that the collector knew then, so that none can go while it is in use. One of these is
 * a bound method of this, or a frame that has it: who uses it must clear it.
 *
 *   rows      the objects, in the order of gc.get_objects()
 *   entries   the rest of the target's address and a row, for each reference, in buckets by a part of that address,
 *             in each in the order of rows:
 *
 *             address bits   46 .......... 16 | 15 ... 4 | 3      | 2..0
 *                            rest[31..1]      | bucket   | rest[0]| 0
 *
 * Two passes over all objects count the entries of each bucket, and put them there. Buckets are so few that all their
 * ends stay in the cache, where a table with a place for each target would miss it with every reference; a call goes
 * over one bucket. Cost: O(V + E) time, 8 bytes an object and 8 a reference. */
#include "census.h"

#include <string.h>

#include "capture.h"
#include "docstrings.h"

enum { NUM_SCANS = 8, NUM_BUCKETS = 1 << 12 };
// Objects whose memory is asked for before they are read.
enum { AHEAD = 16 };

struct entry {
  uint32_t rest;
  uint32_t row;
};

struct referrers {
  PyObject_HEAD
  int num_scans;
  PyObject **rows;
  size_t num_rows;
  struct entry *entries; /* NULL: there is no index */
  uintptr_t addresses;          /* the bits of all targets */
  size_t ends[NUM_BUCKETS + 1]; /* where the entries of each bucket begin and, once they are there, end */
};

// Without rows it is as it was before, should what goes with them ask it.
static void clear_index(struct referrers *self)
{
  PyObject **rows = self->rows;
  size_t num_rows = self->num_rows;
  rg_memory_free(self->entries);
  self->entries = NULL;
  self->rows = NULL;
  self->num_rows = 0;
  for (size_t i = 0; i < num_rows; i++) {
    if (i + AHEAD < num_rows)
      __builtin_prefetch(rows[i + AHEAD], 1);
    Py_DECREF(rows[i]);
  }
  rg_memory_free(rows);
}

static void referrers_dealloc(PyObject *self)
{
  clear_index((struct referrers *)self);
  Py_TYPE(self)->tp_free(self);
}

/* --- one object, by going over all -------------------------------------------------------------------------------- */

struct scan {
  const PyObject *target;
  struct rgpy_gathered gathered;
};

static int is_target(PyObject *target, void *context)
{
  return target == context;
}

static rg_error *gather_referrer(void *context, PyObject *object, unsigned run)
{
  struct scan *scan = context;
  bool refers = Py_TYPE(object)->tp_traverse(object, is_target, (void *)(uintptr_t)scan->target);
  return refers ? rgpy_gather(&scan->gathered, object, run) : NULL;
}

static PyObject *scan_for(const PyObject *target)
{
  struct scan scan = {target, {{{0}}}};
  rg_error *error = rgpy_collected_visit_runs(gather_referrer, &scan);
  return rgpy_gathered_list(&scan.gathered, error);
}

/* --- the index ---------------------------------------------------------------------------------------------------- */

static inline size_t bucket_of(const PyObject *target)
{
  return (uintptr_t)target >> 4 & (NUM_BUCKETS - 1);
}

static inline uint32_t rest_of(const PyObject *target)
{
  return (uint32_t)((uintptr_t)target >> 16 << 1 | ((uintptr_t)target >> 3 & 1));
}

struct counting {
  struct referrers *referrers;
  struct rgpy_gathered rows;
};

static int count_entry(PyObject *target, void *context)
{
  struct referrers *self = context;
  self->ends[bucket_of(target) + 1]++;
  self->addresses |= (uintptr_t)target;
  return 0;
}

static rg_error *count_entries(void *context, PyObject *object, unsigned run)
{
  struct counting *counting = context;
  RGPY_TRY(rgpy_gather(&counting->rows, object, run));
  Py_TYPE(object)->tp_traverse(object, count_entry, counting->referrers);
  return NULL;
}

static rg_error *take_rows(struct referrers *self, struct rgpy_gathered *gathered)
{
  size_t num = rgpy_gathered_num(gathered);
  if (num > UINT32_MAX)
    return rg_error_create(RG_ERROR_LIMIT, "%zu objects are more than an index can hold", num);
  self->rows = rg_memory_alloc(num + 1, sizeof(*self->rows));
  if (!self->rows)
    return rgpy_out_of_memory();
  rgpy_gathered_move(gathered, self->rows);
  self->num_rows = num;
  return NULL;
}

static rg_error *count_all(struct referrers *self)
{
  struct counting counting = {self, {{{0}}}};
  self->addresses = 0;
  memset(self->ends, 0, sizeof(self->ends));
  rg_error *error = rgpy_collected_visit_runs(count_entries, &counting);
  if (!error)
    error = take_rows(self, &counting.rows);
  rgpy_gathered_deinit(&counting.rows);
  for (size_t i = 0; i < NUM_BUCKETS; i++)
    self->ends[i + 1] += self->ends[i];
  return error;
}

struct putting {
  struct referrers *referrers;
  uint32_t row;
};

static int put_entry(PyObject *target, void *context)
{
  const struct putting *putting = context;
  struct referrers *self = putting->referrers;
  self->entries[self->ends[bucket_of(target)]++] = (struct entry){rest_of(target), putting->row};
  return 0;
}

static void put_entries(struct referrers *self)
{
  for (size_t i = 0; i < self->num_rows; i++) {
    if (i + AHEAD < self->num_rows)
      __builtin_prefetch(self->rows[i + AHEAD]);
    struct putting putting = {self, (uint32_t)i};
    Py_TYPE(self->rows[i])->tp_traverse(self->rows[i], put_entry, &putting);
  }
}

static rg_error *make_index(struct referrers *self)
{
  RGPY_TRY(count_all(self));
  // Linux gives higher addresses only to programs that ask for them.
  if (self->addresses >> 47)
    return rg_error_create(RG_ERROR_UNSUPPORTED, "addresses beyond 47 bits are not supported");
  self->entries = rg_memory_alloc(self->ends[NUM_BUCKETS] + 1, sizeof(*self->entries));
  if (!self->entries)
    return rgpy_out_of_memory();
  put_entries(self);
  return NULL;
}

static PyObject *look_up(const struct referrers *self, const PyObject *target)
{
  struct rgpy_gathered gathered = {0};
  size_t bucket = bucket_of(target), last = SIZE_MAX;
  uint32_t rest = rest_of(target);
  rg_error *error = NULL;
  for (size_t i = bucket ? self->ends[bucket - 1] : 0; i < self->ends[bucket] && !error; i++) {
    // One that refers twice is one referrer.
    if (self->entries[i].rest != rest || self->entries[i].row == last)
      continue;
    last = self->entries[i].row;
    error = rgpy_gather(&gathered, self->rows[last], 0);
  }
  return rgpy_gathered_list(&gathered, error);
}

/* --- the type ----------------------------------------------------------------------------------------------------- */

static PyObject *referrers_of(PyObject *object, PyObject *target)
{
  struct referrers *self = (struct referrers *)object;
  if (PySys_Audit("gc.get_referrers", "((O))", target) < 0)
    return NULL;
  if (!self->entries && self->num_scans < NUM_SCANS) {
    self->num_scans++;
    return scan_for(target);
  }
  rg_error *error = self->entries ? NULL : make_index(self);
  if (!error)
    return look_up(self, target);
  clear_index(self);
  return rgpy_raise(error);
}

static PyObject *referrers_clear(PyObject *self, PyObject *args)
{
  (void)args;
  clear_index((struct referrers *)self);
  Py_RETURN_NONE;
}

static PyObject *referrers_num_held(PyObject *object, PyObject *target)
{
  const struct referrers *self = (const struct referrers *)object;
  for (size_t i = 0; i < self->num_rows; i++) {
    if (self->rows[i] == target)
      return PyLong_FromLong(1);
  }
  return PyLong_FromLong(0);
}

static PyMethodDef referrers_methods[] = {
    {"clear", referrers_clear, METH_NOARGS, DOC_Referrers_clear},
    {"num_held", referrers_num_held, METH_O, DOC_Referrers_num_held},
    {"of", referrers_of, METH_O, DOC_Referrers_of},
    {0},
};

PyTypeObject rgpy_referrers_type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "refgraph._refgraph.Referrers",
    .tp_doc = DOC_Referrers,
    .tp_basicsize = sizeof(struct referrers),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_dealloc = referrers_dealloc,
    .tp_methods = referrers_methods,
};
