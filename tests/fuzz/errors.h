/* Errors, as fuzz targets take them. */
#ifndef ERRORS_H
#define ERRORS_H

#include <stdlib.h>
#include <string.h>

#include <refgraph.h>

/* What cannot fail but for memory, which nothing here runs out of. */
static inline void must(rg_error *error)
{
  if (error)
    abort();
}

/* What may fail, in one line. Returns whether it did. */
static inline bool fails(rg_error *error)
{
  bool is_error = error != NULL;
  if (error && strchr(error->message, '\n'))
    abort();
  rg_error_destroy(error);
  return is_error;
}

#endif
