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
 *   closure implicit passage immortal shared partial frozen inferred fixed    its flags
 *   type=Screen type=ui.Screen label=3 size=48 length=3 context=MainThread unfollowed=7 refcount=2 allocated=app.py/12
 *   finished=closed                                                the field that says that it is finished
 *   site=NAME/ui.py/12/captured/captured                           without line and captured names if they are left out;
 *                                                                  captured:r, :w, :rw, : or :.close.title say the use
 *
 * `^` in a setting stands for a space, `|` in a site for a slash. */
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

/* A graph of `num_nodes` nodes and `num_edges` edges, the same for the same seed: roots, loops, parallel edges, about a
 * quarter passages, edges of all kinds. Nothing is labelled. */
rg_graph *heap_random(uint32_t seed, uint32_t num_nodes, uint32_t num_edges);
/* R > 1 > 2 > … > num_nodes, by attributes named "next" and "then" in turn, so that a picture cannot fold the chain. */
rg_graph *heap_chain(uint32_t num_nodes);
/* The same by attributes that are all named "next". */
rg_graph *heap_linked_list(uint32_t num_nodes);
/* 1 > 2 > … > num_passages + 2, of which only the first and the last are no passages; the last passage leads back to
 * the one before as often as there are passages. */
rg_graph *heap_passages(uint32_t num_passages);

/* Pseudo-random numbers below `end`, from a state that is not 0. */
uint32_t heap_random_below(uint32_t *state, uint32_t end);

/* Lets the first allocation of `call` and all after it fail, then the second and so on, until it succeeds; then the
 * first alone, the second alone and so on, of which the call may make the best. Each failure must be the out-of-memory
 * error and leave no block behind. `destroy` undoes a success. Returns the number of allocations that failed. */
#define HEAP_TORTURE(call, destroy)                                                                                 \
  ({                                                                                                                \
    size_t torture_live_ = rgi_alloc_num_live(), torture_num_ = 0;                                                  \
    for (int torture_once_ = 0; torture_once_ < 2; torture_once_++) {                                               \
      bool torture_is_over_ = false;                                                                                \
      for (size_t torture_n_ = 0; !torture_is_over_; torture_n_++) {                                                \
        torture_once_ ? rgi_alloc_fail_once(torture_n_) : rgi_alloc_fail_after(torture_n_);                         \
        rg_error *torture_error_ = (call);                                                                          \
        torture_is_over_ = torture_once_ ? rgi_alloc_is_to_fail() : !torture_error_;                                \
        rgi_alloc_fail_after(SIZE_MAX);                                                                             \
        if (torture_error_)                                                                                         \
          cr_assert_eq(torture_error_->code, RG_ERROR_MEMORY, "allocation %zu", torture_n_);                        \
        else                                                                                                        \
          destroy;                                                                                                  \
        rg_error_destroy(torture_error_);                                                                           \
        cr_assert_eq(rgi_alloc_num_live(), torture_live_, "allocation %zu leaves a block", torture_n_);             \
        torture_num_ += !torture_once_ && !torture_is_over_;                                                        \
      }                                                                                                             \
    }                                                                                                               \
    torture_num_;                                                                                                   \
  })

#endif
