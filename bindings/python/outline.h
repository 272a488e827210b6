/* Who refers to whom on the whole heap, and nothing else: no kinds, no names, no sizes. It is read in a third of the
 * time of a collection, and tells which few objects are worth a look at all that a capture tells.
 *
 * It holds all references that a capture of the whole heap would find, and some more: what is counted twice, weak
 * references, and what the capture shows at another object.
 *
 *   token      names an object in 4 bytes: chunk << 16 | granule, where a granule is 8 bytes of address space and a
 *              chunk 512 KiB; chunks are numbered as objects are found in them, so that 32 GiB of memory with objects
 *              in it have a number
 *   bits       a bit a token: set once the object was found
 *   row        an object that was found and what it refers to: its token, and the end of its references among those of
 *              all rows, which are tokens
 *
 * There is no hash table, and while objects are read nothing is allocated: everything stands in address space that was
 * reserved, of which as much as will be needed was touched before. An address costs two loads, of which the first stays
 * in the cache. Objects that the collector does not know are found by going over the references once more.
 *
 * The lists of the collector are walked from both ends at once, so that two loads are under way, and an object is
 * traversed when its link is read, which brought it into the cache. Cost: O(V + E) time, 8 bytes a row, 4 a reference,
 * a 64th of the memory that has objects in it. Asked who refers to what, it counts the objects below each word of bits
 * and sorts the references by target: 8 bytes a row and 4 a reference more. */
#ifndef RGPY_OUTLINE_H
#define RGPY_OUTLINE_H

#include "capture.h"

struct rgpy_outline;

/* Reserves memory, and touches what will be needed; the GIL need not be held. */
rg_error *rgpy_outline_create(struct rgpy_outline **ret);
void rgpy_outline_destroy(struct rgpy_outline *outline);

/* Reads all objects that the collector knows, all that `reader` found, and all that is found from there. The
 * collector's lists must be known. */
rg_error *rgpy_outline_read(struct rgpy_outline *outline, struct rgpy_capture *reader);

uint32_t rgpy_outline_num_rows(const struct rgpy_outline *outline);
size_t rgpy_outline_num_references(const struct rgpy_outline *outline);
/* Bytes that were used to read it. */
size_t rgpy_outline_size(const struct rgpy_outline *outline);
PyObject *rgpy_outline_object(const struct rgpy_outline *outline, uint32_t row);
/* The references of a row, until it is sorted: calls `visit` for each. */
void rgpy_outline_references(const struct rgpy_outline *outline, uint32_t row, visitproc visit, void *context);

/* The place of a row in the order in which a capture of the whole heap comes to objects that the collector knows;
 * UINT32_MAX for others. */
uint32_t rgpy_outline_place(const struct rgpy_outline *outline, uint32_t row);
bool rgpy_outline_is_frozen(const struct rgpy_outline *outline, uint32_t row);
uint64_t rgpy_outline_num_frozen(const struct rgpy_outline *outline);

/* Sorts the references by target; the GIL need not be held. */
rg_error *rgpy_outline_sort(struct rgpy_outline *outline);
/* The row of an object; RGPY_ROW_UNKNOWN if it was not found. */
#define RGPY_ROW_UNKNOWN UINT32_MAX
uint32_t rgpy_outline_row(const struct rgpy_outline *outline, PyObject *object);
/* The rows that refer to an object, once for each reference; none for an object that was not found. */
struct rgpy_outline_rows {
  const uint32_t *rows;
  size_t num;
};
struct rgpy_outline_rows rgpy_outline_referrers(const struct rgpy_outline *outline, PyObject *object);

#endif
