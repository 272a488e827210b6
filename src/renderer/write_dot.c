/* DOT through agwrite, into memory. */
#include <stdio.h>

#include "build.h"

// The sink never reports a failure: agwrite would leave its statics in disorder. The text remembers it instead.
static int put(void *sink, const char *string)
{
  rgi_text_puts(sink, string);
  return 0;
}

static int flush(void *sink)
{
  (void)sink;
  return 0;
}

Agdisc_t *rgi_graph_discipline(void)
{
  static Agiodisc_t io;
  static Agdisc_t discipline;
  io = AgIoDisc;
  io.putstr = put;
  io.flush = flush;
  discipline = AgDefaultDisc;
  discipline.io = &io;
  return &discipline;
}

rg_error *rgi_graph_write(Agraph_t *graph, struct rgi_text *dot)
{
  agwrite(graph, dot);
  return rgi_text_error(dot);
}
