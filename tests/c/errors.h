/* Errors, as tests expect them: none, or one that is known. */
#ifndef ERRORS_H
#define ERRORS_H

#include <criterion/criterion.h>
#include <string.h>

#include <refgraph.h>

/* The call succeeds. */
#define must(call)                                           \
  do {                                                       \
    rg_error *must_error_ = (call);                          \
    cr_assert_null(must_error_, "%s", must_error_->message); \
  } while (0)

/* The call fails with that code, in one line that has these words. */
#define must_fail(call, expected, words)                                                                            \
  do {                                                                                                              \
    rg_error *must_error_ = (call);                                                                                 \
    cr_assert_not_null(must_error_, "it succeeds");                                                                 \
    cr_assert_eq(must_error_->code, (expected), "%d: %s", (int)must_error_->code, must_error_->message);            \
    cr_assert_not_null(strstr(must_error_->message, (words)), "'%s' is not in '%s'", (words), must_error_->message); \
    cr_assert_null(strchr(must_error_->message, '\n'), "%s", must_error_->message);                                 \
    rg_error_destroy(must_error_);                                                                                  \
  } while (0)

#endif
