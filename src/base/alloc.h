/* Memory: every allocation of the library passes here, so that sizes are multiplied safely in one place and tests
 * can make the nth allocation fail. */
#ifndef RGI_BASE_ALLOC_H
#define RGI_BASE_ALLOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <refgraph/error.h>

/* `num` elements of `size` bytes, zeroed. NULL without memory. */
void *rgi_alloc(size_t num, size_t size);
/* The same for what will be filled all over and read at random: with huge pages. */
void *rgi_alloc_dense(size_t num, size_t size);
/* Grows or shrinks; new bytes are not zeroed. On failure NULL, and `memory` is as it was. */
void *rgi_realloc(void *memory, size_t num, size_t size);
void rgi_free(void *memory);

/* The constant out-of-memory error; needs no memory itself. */
rg_error *rgi_out_of_memory(void);

/* For tests: lets `num` further allocations succeed and all later ones fail; SIZE_MAX: all succeed. */
void rgi_alloc_fail_after(size_t num);
/* For tests: the same, but all later ones succeed again. */
void rgi_alloc_fail_once(size_t num);
/* For tests: whether an allocation is still to fail. */
bool rgi_alloc_is_to_fail(void);
/* For tests: blocks that are live now. */
size_t rgi_alloc_num_live(void);

/* Returns the error of a failing call to the caller. */
#define RGI_TRY(call)                  \
  do {                                 \
    rg_error *rgi_try_error_ = (call); \
    if (rgi_try_error_)                \
      return rgi_try_error_;           \
  } while (0)

/* An owned block that goes when its variable does: RGI_SCOPED_FREE uint32_t *queue = NULL; */
void rgi_free_scoped(void *pointer_to_pointer);
#define RGI_SCOPED_FREE __attribute__((cleanup(rgi_free_scoped)))

/* Hands an owned block on: returns it and leaves NULL behind. */
#define rgi_take(pointer)                      \
  ({                                           \
    __typeof__(pointer) rgi_taken_ = (pointer); \
    (pointer) = NULL;                          \
    rgi_taken_;                                \
  })

/* Makes room for at least `needed` elements in a growing array, by half again each time, once it is large by an eighth:
 * then it moves and nothing is copied. */
rg_error *rgi_reserve_(void **data, size_t *capacity, size_t needed, size_t element_size);
#define rgi_reserve(data, capacity, needed)                                                                   \
  ((needed) <= *(capacity) ? (rg_error *)NULL                                                                  \
                           : rgi_reserve_((void **)(data), (capacity), (needed), sizeof(**(data))))

/* Gives back the room beyond `num` elements of an array that has grown. */
void rgi_trim_(void **data, size_t *capacity, size_t num, size_t element_size);
#define rgi_trim(data, capacity, num) rgi_trim_((void **)(data), (capacity), (num), sizeof(**(data)))

#endif
