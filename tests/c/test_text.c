/* Trees for terminals, and JSON, letter by letter. */
#include <criterion/criterion.h>

#include <string.h>

#include "../../src/base/alloc.h"
#include "heap.h"

typedef rg_error *(*write_function)(const rg_view *view, const rg_writer *writer);

static void check_output(const rg_view *view, write_function write, const char *expected)
{
  rg_buffer buffer = RG_BUFFER_INIT;
  rg_writer writer = rg_buffer_writer(&buffer);
  cr_assert_null(write(view, &writer));
  cr_assert_str_eq(buffer.data, expected);
  rg_buffer_deinit(&buffer);
}

/* Writes what was selected, and lets go of it. */
static void check_selection(rg_selection *selection, const rg_view_options *options, write_function write,
                            const char *expected)
{
  rg_view *view;
  cr_assert_null(rg_view_create(selection, options, &view));
  check_output(view, write, expected);
  rg_view_destroy(view);
  rg_selection_destroy(selection);
}

static rg_view_options without_caption(void)
{
  rg_view_options options = RG_VIEW_OPTIONS_INIT;
  options.no_caption = true;
  return options;
}

static void check_references(const char *notation, bool is_backward, const char *expected)
{
  SCOPED_HEAP heaped = heap(notation);
  rg_node target = heap_node(&heaped, "t");
  rg_neighbourhood_options around = RG_NEIGHBOURHOOD_OPTIONS_INIT;
  around.is_backward = is_backward;
  rg_selection *selection;
  cr_assert_null(rg_select_neighbourhood(heaped.graph, &target, 1, &around, &selection));
  rg_view_options options = without_caption();
  check_selection(selection, &options, rg_view_write_text, expected);
}

#define ON_CLICK                                                                                                   \
  "t:callable,closure,label=make.<locals>.on_click,site=make.<locals>.on_click/ui.py/12/screen/attempts "           \
  "t{}>p p:passage p{screen}>c c:passage c{}>s p{attempts}>d d:passage d{}>n n:value,label=3 p{later}>e e:passage " \
  "s:type=Screen,size=48 s.pixels>b b:container,type=bytearray,size=8000057 s.title>w w:value,label='main^window' "

Test(text, reads_references_from_the_holder_down)
{
  check_references(ON_CLICK "s.on_click>t s.handlers>h h:container,type=dict,length=1204,size=300,partial,unfollowed=1203 "
                            "h['tick']>s",
                   false,
                   "make.<locals>.on_click, function, ui.py:12\n"
                   "├─ captures screen → Screen, 48 B\n"
                   "│  ├─ .pixels → bytearray, 8.0 MB\n"
                   "│  ├─ .title = 'main window'\n"
                   "│  ├─ .on_click → make.<locals>.on_click, function, ui.py:12 (above)\n"
                   "│  └─ .handlers → dict, 1 204 items, 300 B\n"
                   "│     ├─ ['tick'] → Screen, 48 B (above)\n"
                   "│     └─ … 1 203 more items\n"
                   "├─ captures attempts = 3\n"
                   "└─ captures later = no value\n");
}

Test(text, reads_referrers_from_the_target_up)
{
  check_references("R>m m:module,label=app m.bus>b b:type=Bus,size=48 b._handlers>h h:container,type=dict,length=3,size=232 "
                   "h['tick']>t t:callable,label=on_tick f:callable,label=later f{}>p p:passage p{cb}>c c:passage c{}>t "
                   "w:type=ref,size=72 w~>t s:container,type=set,length=1,size=216 s#>t",
                   true,
                   "on_tick, function\n"
                   "├─ ['tick'] of dict, 3 items, 232 B\n"
                   "│  └─ ._handlers of Bus, 48 B\n"
                   "│     └─ bus of app, module (root)\n"
                   "├─ captured as cb by later, function\n"
                   "├─ weakly held by ref, 72 B\n"
                   "└─ held by set, 1 item, 216 B\n");
}

Test(text, reads_paths_from_the_root_down_to_the_target)
{
  SCOPED_HEAP heaped = heap("R>m m:module,label=app m.bus>l l:container,length=1204,size=80 l[17]>t " ON_CLICK);
  rg_node target = heap_node(&heaped, "t");
  rg_selection *selection;
  cr_assert_null(rg_select_why(heaped.graph, &target, 1, NULL, &selection));
  check_selection(selection, NULL, rg_view_write_text,
                  "app, module\n"
                  "└─ bus → list, 1 204 items, 80 B\n"
                  "   ├─ [17] → make.<locals>.on_click, function, ui.py:12 (target)\n"
                  "   │  ├─ captures screen → Screen, 48 B\n"
                  "   │  ├─ captures attempts = 3\n"
                  "   │  └─ captures later = no value\n"
                  "   └─ … 1 203 more items\n"
                  "\n"
                  "shortest path from a root\n");
}

Test(text, shows_a_target_without_a_path_alone)
{
  SCOPED_HEAP heaped = heap("R>m m.x>a a:type=A t:type=T t>a");
  rg_node targets[] = {heap_node(&heaped, "a"), heap_node(&heaped, "t")};
  rg_selection *selection;
  cr_assert_null(rg_select_why(heaped.graph, targets, 2, NULL, &selection));
  check_selection(selection, NULL, rg_view_write_text,
                  "object\n"
                  "└─ .x → A (target)\n"
                  "T (target)\n"
                  "\n"
                  "shortest paths from a root · 1 object without a path\n");
}

#define SITES                                                                                                 \
  "R>m m:module,label=app m.bus>l l:container,length=3,size=80 l[0]>a l[1]>b l[2]>c "                          \
  "a:callable,closure,label=W.start.<locals>.on_tick,site=W.start.<locals>.on_tick/worker.py/42/self/other "   \
  "b:callable,closure,label=W.start.<locals>.on_tick,site=W.start.<locals>.on_tick/worker.py/42/self/other "   \
  "c:callable,closure,label=W.start.<locals>.on_tick,site=W.start.<locals>.on_tick/worker.py/42/self/other "   \
  "a{self}>w w:type=Worker,size=264000 m.p>i i:callable,closure,implicit,label=P.draw,site=P.draw/ui.py/7/cls " \
  "i{cls}>P P:type,label=P,size=900 x:callable,closure,label=lost,site=lost/x.py/1/y"

Test(text, lists_every_site_of_closures_drawn_or_not)
{
  SCOPED_HEAP heaped = heap(SITES);
  rg_closures *closures;
  cr_assert_null(rg_closures_create(heaped.graph, &closures));
  rg_selection *selection;
  cr_assert_null(rg_select_why_closures(heaped.graph, closures, NULL, &selection));
  rg_view_options options = RG_VIEW_OPTIONS_INIT;
  options.closures = closures;
  options.call = "why_closures";
  check_selection(selection, &options, rg_view_write_text,
                  "app, module\n"
                  "└─ bus → list, 3 items, 80 B\n"
                  "   └─ [0…2] → 3 × W.start.<locals>.on_tick, function, worker.py:42\n"
                  "      └─ captures self → Worker, 264 kB\n"
                  "\n"
                  "copies  captured  definition site\n"
                  "     3    264 kB  W.start.<locals>.on_tick  worker.py:42  captures self, other\n"
                  "     1       0 B  lost                      x.py:1        captures y\n"
                  "     1     900 B  P.draw                    ui.py:7       captures cls\n"
                  "\n"
                  "why_closures · 4 closures at 2 sites · 1 site drawn · 1 closure with implicit captures only · "
                  "1 closure without a path from a root\n");
  rg_closures_destroy(closures);
}

Test(json, lists_nodes_edges_and_sites)
{
  SCOPED_HEAP heaped = heap("R>m m:module,label=a\"b m.l>l l:container,length=9,size=80,partial,unfollowed=8 l[3]>f "
                            "f:callable,closure,label=f,site=f/x.py/7/v f{v}>n n:value,label=3,size=28");
  rg_closures *closures;
  cr_assert_null(rg_closures_create(heaped.graph, &closures));
  rg_node target = heap_node(&heaped, "m");
  rg_selection *selection;
  cr_assert_null(rg_select_neighbourhood(heaped.graph, &target, 1, NULL, &selection));
  rg_view_options options = without_caption();
  options.closures = closures;
  check_selection(
      selection, &options, rg_view_write_json,
      "{\n"
      "  \"caption\": \"\",\n"
      "  \"nodes\": [\n"
      "    {\"id\": 1, \"type\": \"module\", \"label\": \"a\\\"b, module\", \"size\": 0, \"role\": \"target\", \"count\": 1},\n"
      "    {\"id\": 2, \"type\": \"list\", \"label\": \"list, 9 items\", \"size\": 80, \"role\": \"other\", \"count\": 1},\n"
      "    {\"id\": 3, \"type\": \"function\", \"label\": \"f, function, x.py:7\", \"size\": 0, \"role\": \"other\", \"count\": 1},\n"
      "    {\"id\": 4, \"type\": \"int\", \"label\": \"3\", \"size\": 28, \"role\": \"other\", \"count\": 1},\n"
      "    {\"id\": -1, \"type\": \"\", \"label\": \"… 8 more items\", \"size\": 0, \"role\": \"cut\", \"count\": 1}\n"
      "  ],\n"
      "  \"edges\": [\n"
      "    {\"source\": 1, \"target\": 2, \"kind\": \"attribute\", \"name\": \"l\", \"count\": 1},\n"
      "    {\"source\": 2, \"target\": 3, \"kind\": \"index\", \"name\": \"3\", \"count\": 1},\n"
      "    {\"source\": 2, \"target\": -1, \"kind\": \"item\", \"name\": \"\", \"count\": 1},\n"
      "    {\"source\": 3, \"target\": 4, \"kind\": \"captured\", \"name\": \"v\", \"count\": 1}\n"
      "  ],\n"
      "  \"closures\": [\n"
      "    {\"name\": \"f\", \"file\": \"x.py\", \"line\": 7, \"count\": 1, \"captured\": [\"v\"], \"captured_size\": 28, "
      "\"implicit\": false}\n"
      "  ]\n"
      "}\n");
  rg_closures_destroy(closures);
}

Test(text, of_a_chain_of_a_hundred_thousand_stays_short)
{
  rg_graph *graph = heap_chain(100000);
  rg_node target = 1;
  rg_neighbourhood_options around = RG_NEIGHBOURHOOD_OPTIONS_INIT;
  around.max_depth = around.max_nodes = around.max_edges = UINT32_MAX;
  rg_selection *selection;
  cr_assert_null(rg_select_neighbourhood(graph, &target, 1, &around, &selection));
  rg_view *view;
  cr_assert_null(rg_view_create(selection, NULL, &view));
  rg_buffer buffer = RG_BUFFER_INIT;
  rg_writer writer = rg_buffer_writer(&buffer);
  cr_assert_null(rg_view_write_text(view, &writer));
  cr_assert_lt(buffer.size, 20000000);
  cr_assert(strstr(buffer.data, "└─ 99999: .then → object"));
  rg_buffer_deinit(&buffer);
  rg_view_destroy(view);
  rg_selection_destroy(selection);
  rg_graph_destroy(graph);
}

static rg_error *write_to_new_buffer(const rg_view *view, write_function write)
{
  rg_buffer buffer = RG_BUFFER_INIT;
  rg_writer writer = rg_buffer_writer(&buffer);
  rg_error *error = write(view, &writer);
  rg_buffer_deinit(&buffer);
  return error;
}

Test(text, and_json_survive_every_failing_allocation)
{
  SCOPED_HEAP heaped = heap(SITES " t:type=T t>a t.n>v v:value,label=1 t.k>l");
  rg_closures *closures;
  cr_assert_null(rg_closures_create(heaped.graph, &closures));
  rg_node target = heap_node(&heaped, "t");
  rg_selection *selection;
  cr_assert_null(rg_select_neighbourhood(heaped.graph, &target, 1, NULL, &selection));
  rg_view_options options = RG_VIEW_OPTIONS_INIT;
  options.closures = closures;
  rg_view *view;
  cr_assert_null(rg_view_create(selection, &options, &view));
  cr_assert_gt(HEAP_TORTURE(write_to_new_buffer(view, rg_view_write_text), (void)0), 0);
  cr_assert_gt(HEAP_TORTURE(write_to_new_buffer(view, rg_view_write_json), (void)0), 0);
  rg_view_destroy(view);
  rg_selection_destroy(selection);
  rg_closures_destroy(closures);
}
