/* How code uses the variables that it captures: not at all, read, written, or only some attributes of what is read. */
#ifndef RGPY_USES_H
#define RGPY_USES_H

#include "rgpy.h"

enum { RGPY_MAX_CAPTURED = 64, RGPY_MAX_ATTRIBUTES = 32 };

/* Of one captured variable. */
struct rgpy_variable {
  PyObject *name;
  rg_use use;
  bool is_used_whole;                        /* by anything but an access to an attribute */
  PyObject *attributes[RGPY_MAX_ATTRIBUTES]; /* names, sorted */
  size_t num_attributes;
  char text[RG_STRING_MAX + 1];              /* the same names, separated by spaces */
};

/* Code inside code, and which of the variables reach it. */
struct rgpy_nested {
  PyCodeObject *code;
  uint64_t variables; /* a bit each */
};

struct rgpy_uses {
  struct rgpy_variable variables[RGPY_MAX_CAPTURED];
  size_t num_variables;
  struct rgpy_nested *nested;
  size_t num_nested, nested_capacity;
  rg_use uses[RGPY_MAX_CAPTURED]; /* the result, as rg_site_info has it */
  const char *attributes[RGPY_MAX_CAPTURED];
};

/* Fills uses->uses and uses->attributes for the first RGPY_MAX_CAPTURED free variables of `code`. All text stands in
 * `uses` until the next call. */
rg_error *rgpy_uses_read(struct rgpy_uses *uses, PyCodeObject *code);
void rgpy_uses_deinit(struct rgpy_uses *uses);

#endif
