/* A filter that is anything: an error that quotes it, or a filter that a graph can be asked with. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "../c/heap.h"
#include "errors.h"

static const char objects[] =
  "R>app app:module,label=app app.bus>bus bus:type=ui.Bus,size=50 bus.handlers>list list:container,length=2 list[0]>f "
  "f:closure,callable,size=100,site=show.<lambda>/ui.py/12/self f{self}>s "
  "s:type=ui.Screen,size=1000,finished=closed a>b b>a";

static void ask(const char *text)
{
  rg_filter *filter = NULL;
  rg_matches *matches = NULL;
  static struct heap asked;
  if (!asked.graph)
    asked = heap(objects);
  if (!fails(rg_filter_create(text, &filter)))
    must(rg_matches_create(asked.graph, filter, &matches));
  rg_matches_destroy(matches);
  rg_filter_destroy(filter);
}

FUZZ_TARGET(filter)
{
  char *text = malloc(size + 1);
  if (size)
    memcpy(text, data, size);
  text[size] = '\0';
  ask(text);
  free(text);
  return 0;
}
