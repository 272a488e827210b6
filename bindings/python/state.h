/* Whether an object is still in use, as far as a field of its own says so: a flag whose name is its meaning, or a field
 * of a type of the language or its library. Where no field speaks, or two contradict each other, nothing is said. */
#ifndef RGPY_STATE_H
#define RGPY_STATE_H

#include "describe.h"

/* How the state of objects of a type is read; NULL: no field could tell. */
rgpy_read_state rgpy_state_reader(const struct rgpy_type *type);
/* What the program said of an object by expect_gone(), or else what its fields say. */
rg_error *rgpy_read_state_of(struct rgpy_capture *capture, PyObject *object, const struct rgpy_type *type,
                             rg_node_info *info);
/* What a flag of this name says: rgpy_sign. */
enum rgpy_sign rgpy_sign_of(const char *name);

#endif
