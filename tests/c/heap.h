/* Small graphs written as text, for tests.
 *
 *   heap("R>a a.title>b a[3]>c a{screen}>d b:value,label=3")
 *
 * Words are separated by spaces. A node is there once it is named; R is the super-root. An edge is one of
 *
 *   a>b  attribute without a name     a.x>b  attribute      a['k']>b  item      a[3]>b  index      a#>b  key
 *   a{x}>b  captured                  a(x)>b  local         a*x>b  argument     a!x>b  internal    a~x>b  weak
 *   a%>b  type
 *
 * A node is described by `name:` and a list of words and settings, separated by commas:
 *
 *   instance container value callable type module frame external   its category
 *   closure implicit passage immortal shared partial               its flags
 *   type=Screen label=3 size=48 length=3 context=MainThread unfollowed=7 refcount=2
 *   site=NAME/ui.py/12/captured/captured                           without line and captured names if they are left out
 *
 * `^` in a setting stands for a space. */
#ifndef HEAP_H
#define HEAP_H

#include <refgraph.h>

#define HEAP_MAX_NODES 256

struct heap {
  rg_graph *graph;
  uint32_t num_names;
  char names[HEAP_MAX_NODES][16]; /* by node */
};

/* Aborts on bad notation. */
struct heap heap(const char *notation);
void heap_deinit(struct heap *heap);
#define SCOPED_HEAP __attribute__((cleanup(heap_deinit))) struct heap

/* The node of a name; aborts if there is none. */
rg_node heap_node(const struct heap *heap, const char *name);

#endif
