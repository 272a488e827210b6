/* A dump that is anything: reading it gives an error, or a graph that answers. Its checksums are made right first,
 * since nothing else would get past them; mutate_dump.c makes up dumps. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "errors.h"
#include "seal.h"

static void ask(rg_graph *graph)
{
  rg_graph *const rounds[] = {graph, graph, graph};
  ask_all(graph);
  ask_rounds(rounds, 1);
  ask_rounds(rounds, 3);
}

FUZZ_TARGET(dump)
{
  rg_graph *graph = NULL;
  uint8_t *sealed = malloc(size + 1);
  rg_bytes bytes = {(const char *)sealed, size};
  rg_reader reader = rg_bytes_reader(&bytes);
  rg_dump_read_options options = RG_DUMP_READ_OPTIONS_INIT;
  options.max_memory = (uint64_t)64 << 20;
  if (size)
    memcpy(sealed, data, size);
  seal(sealed, size);
  if (!fails(rg_dump_read(&reader, &options, &graph)))
    ask(graph);
  rg_graph_destroy(graph);
  free(sealed);
  return 0;
}
