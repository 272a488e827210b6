/* The writable static data of the program and of the libraries that are loaded: where C keeps objects in variables. */
#ifndef RGPY_STATIC_DATA_H
#define RGPY_STATIC_DATA_H

#include "rgpy.h"

struct rgpy_segment {
  const void *begin, *end;
  char library[56]; /* as "_decimal.cpython-311-x86_64-linux-gnu.so"; equal ones stand side by side */
};
struct rgpy_static_data {
  struct rgpy_segment *segments;
  size_t num;
  uint64_t num_left_out; /* segments that are too large to be searched */
};

/* Before a capture, and before a fork for an isolated one, since it takes the loader's lock: finds what is loaded. */
void rgpy_static_data_prepare(void);
/* What the last of these calls found. */
const struct rgpy_static_data *rgpy_static_data(void);

#endif
