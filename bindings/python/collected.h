/* All objects that the collector knows, of an interpreter that stands still.
 *
 * They stand in doubly linked lists: three generations, and what gc.freeze() set apart. The lists are read as they lie
 * in memory, so that no object is written to, and frozen ones are seen on every release. Where they begin no header
 * tells for certain, since distributions change that within a minor version. So it is found: a list that was made just
 * now is the last one of the youngest generation, hence what its link leads on to is no object but the head of that
 * list, and the other heads stand around it.
 *
 * What was found is held against the documented way to enumerate objects, once in each interpreter that loads the
 * module, when its heap is still small. Where they disagree, or where the environment has REFGRAPH_DOCUMENTED_API, the
 * documented way is the only one. */
#ifndef RGPY_COLLECTED_H
#define RGPY_COLLECTED_H

#include "rgpy.h"

/* What stands before every object that may be tracked, and for the head of a list. The two lowest bits of both words
 * are the collector's marks. Some distributions have the heads, though not the objects, at odd multiples of four
 * bytes. */
struct rgpy_link {
  uintptr_t next, previous;
} __attribute__((packed, aligned(4)));

static inline struct rgpy_link *rgpy_link_next(const struct rgpy_link *link)
{
  return (struct rgpy_link *)(link->next & ~(uintptr_t)3);
}

static inline struct rgpy_link *rgpy_link_previous(const struct rgpy_link *link)
{
  return (struct rgpy_link *)(link->previous & ~(uintptr_t)3);
}

static inline PyObject *rgpy_link_object(const struct rgpy_link *link)
{
  return (PyObject *)(uintptr_t)(link + 1);
}

/* The lists of an interpreter, the youngest generation first and last what is frozen. */
#define RGPY_NUM_LISTS 4
struct rgpy_lists {
  struct rgpy_link *heads[RGPY_NUM_LISTS];
};

/* Once, when the module is loaded: finds the lists and checks them. */
int rgpy_collected_init(void);
/* False: they were not found, or are not to be trusted. */
bool rgpy_collected_has_lists(void);
struct rgpy_lists rgpy_collected_lists(PyInterpreterState *interpreter);
rg_error *rgpy_broken_lists(const struct rgpy_link *link);

/* Visits each link of a list, from both ends at once, so that two loads are under way: that takes little more than half
 * of the time. `is_behind`: it was come upon from the back. The visit is compiled in. Each link must lead back to where
 * it came from, or the walk ends with an error. */
typedef rg_error *(*rgpy_visit_link)(void *context, const struct rgpy_link *link, bool is_behind);
static inline __attribute__((always_inline)) rg_error *
rgpy_visit_both_ways(const struct rgpy_link *head, rgpy_visit_link visit, void *context)
{
  const struct rgpy_link *front = head, *back = head;
  for (;;) {
    const struct rgpy_link *next = rgpy_link_next(front);
    if (next == back)
      return NULL;
    if (!next || rgpy_link_previous(next) != front)
      return rgpy_broken_lists(front);
    __builtin_prefetch(rgpy_link_next(next));
    RGPY_TRY(visit(context, next, false));
    front = next;
    const struct rgpy_link *previous = rgpy_link_previous(back);
    if (previous == front)
      return NULL;
    if (!previous || rgpy_link_next(previous) != back)
      return rgpy_broken_lists(back);
    __builtin_prefetch(rgpy_link_previous(previous));
    RGPY_TRY(visit(context, previous, true));
    back = previous;
  }
}

/* Calls `visit` for each object of an interpreter, in the order of its lists. Each link must lead back to where it came
 * from, or the walk ends with an error. */
typedef rg_error *(*rgpy_visit_tracked)(void *context, PyObject *object, bool is_frozen);
rg_error *rgpy_collected_visit(PyInterpreterState *interpreter, rgpy_visit_tracked visit, void *context);

/* The objects that gc.get_objects() has, which are those of the current interpreter without what is frozen. Each list
 * is walked from both ends at once:
 *
 *   run 0   the first list from its front      run 1   the rest of it, from its back      run 2   the second list ...
 *
 * Runs one after the other, and those with odd numbers reversed, are the order of gc.get_objects(). Where the lists are
 * not known, that is what is called, its list holds the objects meanwhile, and all are in run 0. */
#define RGPY_NUM_RUNS (2 * (RGPY_NUM_LISTS - 1))
typedef rg_error *(*rgpy_visit_in_run)(void *context, PyObject *object, unsigned run);
rg_error *rgpy_collected_visit_runs(rgpy_visit_in_run visit, void *context);

/* --- the documented way, of the current interpreter --------------------------------------------------------------- */

/* What it needs of Python, made before the first object is read; `objects` may be NULL. */
struct rgpy_documented {
  PyObject *objects;
  uint64_t num_unseen; /* objects that gc.freeze() set apart, on releases where it leaves those out */
  uint32_t bias;       /* references to each of the objects that it holds itself */
};
rg_error *rgpy_documented_init(struct rgpy_documented *documented);
void rgpy_documented_deinit(struct rgpy_documented *documented);
rg_error *rgpy_documented_visit(const struct rgpy_documented *documented, rgpy_visit_tracked visit, void *context);

#endif
