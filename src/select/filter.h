/* A filter that was read: its terms, all of which must hold. */
#ifndef RGI_SELECT_FILTER_H
#define RGI_SELECT_FILTER_H

#include <refgraph/filter.h>

enum rgi_term_kind {
  RGI_TERM_CLOSURE,
  RGI_TERM_SITE,
  RGI_TERM_TYPE,
  RGI_TERM_NAME,
  RGI_TERM_SIZE,
  RGI_TERM_ID,
  RGI_TERM_GARBAGE,
};
#define RGI_NUM_TERM_KINDS 7

struct rgi_term {
  enum rgi_term_kind kind;
  bool is_negated;
  const char *text;     /* of a closure, site, type or name; empty: any */
  uint32_t line;        /* of a site; 0: any */
  uint64_t least, most; /* of a size or id */
};

struct rg_filter {
  char *text; /* what the terms point into */
  struct rgi_term *terms;
  size_t num_terms, capacity;
};

#endif
