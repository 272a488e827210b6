/* What the answer to a question needs of the heap: a part of it that answers the same as the whole.
 *
 * Who refers to whom an outline tells; of the objects that are reached backward from the targets the references are
 * read as a capture reads them, but only those to objects that were reached the step before, so that a large container
 * costs a look at its items and not a name for each. So kinds of references and passages are the same as in the
 * capture, and the search goes exactly as far as the question does.
 *
 *   paths      all objects that are as near to a target as the nearest root is, so that of several shortest paths the
 *              same one is taken; if no root is found, all that the target is reached from
 *   referrers  all objects within a depth
 *
 * All that refers to an object on the way is needed, so that the references which its count lacks are known, too: what
 * these tell of may be nearer than the nearest root, but never farther. */
#ifndef RGPY_NEEDED_H
#define RGPY_NEEDED_H

#include "capture.h"

struct rgpy_outline;

struct rgpy_listed {
  PyObject *object;
  uint32_t place; /* in the order of the collector's lists */
  bool is_frozen;
};

struct rgpy_needed {
  struct rgpy_address_map objects; /* object -> its number among all, from 1 on */
  struct rgpy_listed *listed;      /* those of them that the collector knows, in its order */
  size_t num_listed, listed_capacity;
  uint64_t num_frozen;             /* on the whole heap */
};

/* Finds what is needed for `question` about the targets. `is_found_ret` is false where the whole heap serves as
 * well. */
rg_error *rgpy_needed_find(const rg_capture_options *options, const struct rgpy_call *call,
                           struct rgpy_outline *outline, struct rgpy_needed *ret, bool *is_found_ret);
void rgpy_needed_deinit(struct rgpy_needed *needed);

#endif
