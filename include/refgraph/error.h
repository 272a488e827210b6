/* Errors: one type, returned by every function that can fail. */
#ifndef REFGRAPH_ERROR_H
#define REFGRAPH_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define RG_PUBLIC __attribute__((visibility("default")))
#define RG_MUST_USE __attribute__((warn_unused_result))
#define RG_PRINTF(format_i, first_i) __attribute__((format(printf, format_i, first_i)))
#else
#define RG_PUBLIC
#define RG_MUST_USE
#define RG_PRINTF(format_i, first_i)
#endif

typedef enum rg_error_code {
  RG_ERROR_MEMORY,      /* an allocation failed */
  RG_ERROR_ARGUMENT,    /* a value that the caller passed on cannot be used */
  RG_ERROR_NOT_FOUND,   /* an object, node or id is not in the graph */
  RG_ERROR_LIMIT,       /* more than the format or the machine can hold */
  RG_ERROR_SYSTEM,      /* a system call failed; the message has its reason */
  RG_ERROR_RENDERER,    /* refgraph-render is missing, crashed or refused; the message has its last words */
  RG_ERROR_DEADLINE,    /* drawing took longer than it was given */
  RG_ERROR_INTERRUPTED, /* the progress callback asked to stop */
  RG_ERROR_UNSUPPORTED, /* this build or this interpreter cannot do it */
  RG_ERROR_BUSY,        /* it is being done already */
  RG_ERROR_DUMP,        /* this is no dump, or a damaged one; the message has the offset */
} rg_error_code;

/* `message` is one plain line: lower case, no full stop, the offending value quoted. */
typedef struct rg_error {
  rg_error_code code;
  const char *message;
} rg_error;

/* A new error with a printf-style message. Never returns NULL: without memory it is the constant out-of-memory
 * error. */
RG_PUBLIC RG_MUST_USE rg_error *rg_error_create(rg_error_code code, const char *format, ...) RG_PRINTF(2, 3);
RG_PUBLIC void rg_error_destroy(rg_error *error);

/* Called now and then by long work with what is being done and how far it is (total 0: not known).
 * A non-zero result stops the work, which then fails with RG_ERROR_INTERRUPTED. */
typedef int (*rg_progress)(void *context, const char *phase, unsigned long long done, unsigned long long total);

#ifdef __cplusplus
}
#endif
#endif
