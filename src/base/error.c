#include <refgraph/error.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"

static rg_error out_of_memory = {RG_ERROR_MEMORY, "out of memory"};

rg_error *rgi_out_of_memory(void)
{
  return &out_of_memory;
}

rg_error *rg_error_create(rg_error_code code, const char *format, ...)
{
  char message[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof(message), format, arguments);
  va_end(arguments);

  // One block holds the error and its text.
  size_t size = strlen(message) + 1;
  rg_error *error = rgi_alloc(1, sizeof(*error) + size);
  if (!error)
    return rgi_out_of_memory();
  error->code = code;
  error->message = memcpy(error + 1, message, size);
  return error;
}

void rg_error_destroy(rg_error *error)
{
  if (error != &out_of_memory)
    rgi_free(error);
}
