/* Writes a small heap, in the notation of tests/c/heap.h, as a dump: make_dump NOTATION >heap.rgd */
#include <stdio.h>
#include <unistd.h>

#include "../c/heap.h"

int main(int argc, char **argv)
{
  if (argc != 2)
    return 2;
  SCOPED_HEAP heaped = heap(argv[1]);
  rg_writer writer = rg_fd_writer(STDOUT_FILENO);
  rg_dump_write_options options = RG_DUMP_WRITE_OPTIONS_INIT;
  options.with_values = true;
  rg_error *error = rg_dump_write(heaped.graph, &options, &writer);
  if (error)
    fprintf(stderr, "make_dump: %s\n", error->message);
  rg_error_destroy(error);
  return error != NULL;
}
