/* What refgraph.objgraph and refgraph.testing ask of the objects that the collector knows: how many of which type,
 * which of some types or at some addresses, what refers to what. Answers are in the order of gc.get_objects().
 *
 * From the first object to the last no Python code runs. Results hold their objects; nothing else does afterwards. */
#ifndef RGPY_CENSUS_H
#define RGPY_CENSUS_H

#include "collected.h"
#include "rgpy.h"

/* Objects that were found, each held, in the order of finding within each run: see collected.h. It begins as {0}. */
struct rgpy_gathered {
  struct rgpy_run {
    PyObject **objects;
    size_t num, capacity;
  } runs[RGPY_NUM_RUNS];
};

rg_error *rgpy_gather(struct rgpy_gathered *gathered, PyObject *object, unsigned run);
void rgpy_gathered_deinit(struct rgpy_gathered *gathered);
size_t rgpy_gathered_num(const struct rgpy_gathered *gathered);
/* Moves them to an array of that size, in the order of gc.get_objects(). */
void rgpy_gathered_move(struct rgpy_gathered *gathered, PyObject **objects);
/* A list of them, which takes them over, or the exception for what failed; `gathered` is empty afterwards. */
PyObject *rgpy_gathered_list(struct rgpy_gathered *gathered, rg_error *error);

/* What an id stands for; NULL where no object can be. */
const void *rgpy_address_of(PyObject *id);

/* --- census.c: functions of the module --- */

PyObject *rgpy_count_captured_items(PyObject *module, PyObject *none);
PyObject *rgpy_count_types(PyObject *module, PyObject *objects);
PyObject *rgpy_objects_named(PyObject *module, PyObject *args);
PyObject *rgpy_objects_at(PyObject *module, PyObject *addresses);
PyObject *rgpy_objects_without_referrers(PyObject *module, PyObject *objects);
PyObject *rgpy_note_ids(PyObject *module, PyObject *args);

/* --- chain.c --- */

PyObject *rgpy_find_chain(PyObject *module, PyObject *const *args, Py_ssize_t num_args);

/* --- referrers_type.c --- */

extern PyTypeObject rgpy_referrers_type;

#endif
