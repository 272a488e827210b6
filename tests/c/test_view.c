/* What is written on the paper: boxes, arrows, rows, marks, caption and direction. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/base/alloc.h"
#include "../../src/view/words.h"
#include "heap.h"

struct drawn {
  struct heap heap;
  rg_selection *selection;
  rg_view *view;
};

static void destroy_drawn(struct drawn *drawn)
{
  rg_view_destroy(drawn->view);
  rg_selection_destroy(drawn->selection);
  heap_deinit(&drawn->heap);
}
#define SCOPED_DRAWN __attribute__((cleanup(destroy_drawn))) struct drawn

/* The references of the node `t`. */
static struct drawn draw_with(const char *notation, const rg_neighbourhood_options *around,
                              const rg_view_options *options)
{
  struct drawn drawn = {.heap = heap(notation)};
  rg_node target = heap_node(&drawn.heap, "t");
  cr_assert_null(rg_select_neighbourhood(drawn.heap.graph, &target, 1, around, &drawn.selection));
  cr_assert_null(rg_view_create(drawn.selection, options, &drawn.view));
  return drawn;
}

static struct drawn draw(const char *notation)
{
  return draw_with(notation, NULL, NULL);
}

static struct drawn draw_why(const char *notation, uint32_t max_nodes)
{
  struct drawn drawn = {.heap = heap(notation)};
  rg_node target = heap_node(&drawn.heap, "t");
  rg_why_options options = RG_WHY_OPTIONS_INIT;
  options.max_nodes = max_nodes;
  cr_assert_null(rg_select_why(drawn.heap.graph, &target, 1, &options, &drawn.selection));
  cr_assert_null(rg_view_create(drawn.selection, NULL, &drawn.view));
  return drawn;
}

static const rg_view_node *box(const struct drawn *drawn, const char *name)
{
  rg_node node = heap_node(&drawn->heap, name);
  for (size_t i = 0; i < rg_view_num_nodes(drawn->view); i++) {
    if (rg_view_node_at(drawn->view, i)->node == node)
      return rg_view_node_at(drawn->view, i);
  }
  cr_assert_fail("no box of %s", name);
  return NULL;
}

static const char *text_of(const struct drawn *drawn, const char *name)
{
  return box(drawn, name)->text;
}

static const rg_view_edge *arrow_to(const struct drawn *drawn, const char *name)
{
  for (size_t i = 0; i < rg_view_num_edges(drawn->view); i++) {
    const rg_view_edge *edge = rg_view_edge_at(drawn->view, i);
    if (rg_view_node_at(drawn->view, edge->target) == box(drawn, name))
      return edge;
  }
  cr_assert_fail("no arrow to %s", name);
  return NULL;
}

#define assert_text(drawn, name, expected) cr_assert_str_eq(text_of(&(drawn), (name)), (expected))
#define assert_arrow(drawn, name, expected) cr_assert_str_eq(arrow_to(&(drawn), (name))->text, (expected))

/* --- numbers and names -------------------------------------------------------------------------------------------- */

#define assert_words(expected, ...)                          \
  do {                                                       \
    RGI_SCOPED_TEXT words_ = RGI_TEXT_INIT;                  \
    __VA_ARGS__;                                             \
    cr_assert_str_eq(rgi_text_string(&words_), (expected));  \
  } while (0)

Test(words, group_thousands)
{
  assert_words("0", rgi_words_add_count(&words_, 0, " "));
  assert_words("999", rgi_words_add_count(&words_, 999, " "));
  assert_words("1 000", rgi_words_add_count(&words_, 1000, " "));
  assert_words("1 000 024", rgi_words_add_count(&words_, 1000024, " "));
  assert_words("18 446 744 073 709 551 615", rgi_words_add_count(&words_, UINT64_MAX, " "));
}

Test(words, give_sizes_two_or_three_figures_in_decimal_units)
{
  assert_words("0 B", rgi_words_add_size(&words_, 0));
  assert_words("999 B", rgi_words_add_size(&words_, 999));
  assert_words("1.0 kB", rgi_words_add_size(&words_, 1000));
  assert_words("9.7 kB", rgi_words_add_size(&words_, 9688));
  assert_words("52.8 MB", rgi_words_add_size(&words_, 52800000));
  assert_words("264 kB", rgi_words_add_size(&words_, 264000));
  assert_words("1.0 MB", rgi_words_add_size(&words_, 999950));
  assert_words("100 kB", rgi_words_add_size(&words_, 99990));
  assert_words("18.4 EB", rgi_words_add_size(&words_, UINT64_MAX));
}

Test(words, shorten_names_by_their_scopes_and_then_in_front)
{
  assert_words("make.<locals>.on_click", rgi_words_add_name(&words_, "make.<locals>.on_click", 32));
  assert_words("Worker.start…on_tick", rgi_words_add_name(&words_, "Worker.start.<locals>.on_tick", 24));
  assert_words("a…b…<lambda>", rgi_words_add_name(&words_, "a.<locals>.b.<locals>.<lambda>", 12));
  assert_words("……<lambda>", rgi_words_add_name(&words_, "a.<locals>.b.<locals>.<lambda>", 10));
  assert_words("…grün", rgi_words_add_name(&words_, "immergrün", 5));
}

Test(words, shorten_values_inside_their_quotes)
{
  assert_words("'main window'", rgi_words_add_value(&words_, "'main window'", 13));
  assert_words("'main wind…'", rgi_words_add_value(&words_, "'main window'", 12));
  assert_words("12345…", rgi_words_add_value(&words_, "123456789", 6));
}

Test(words, shorten_places_to_the_file)
{
  assert_words("ui.py:12", rgi_words_add_place(&words_, "/usr/lib/app/ui.py", 12, 20));
  assert_words("ui.py", rgi_words_add_place(&words_, "ui.py", 0, 20));
  assert_words("…dule.py:1234", rgi_words_add_place(&words_, "/x/a_long_module.py", 1234, 13));
}

/* --- boxes -------------------------------------------------------------------------------------------------------- */

Test(view, names_a_function_and_its_place)
{
  SCOPED_DRAWN drawn = draw("t:callable,label=make.<locals>.on_click,site=make/ui.py/12");
  assert_text(drawn, "t", "make.<locals>.on_click\nfunction, ui.py:12\n");
  cr_assert_str_eq(box(&drawn, "t")->label, "make.<locals>.on_click, function, ui.py:12");
  cr_assert_str_eq(box(&drawn, "t")->tooltip, "");
}

Test(view, gives_the_whole_name_in_a_tooltip_where_it_is_shortened)
{
  SCOPED_DRAWN drawn = draw("t:callable,label=Worker.start_the_machine.<locals>.on_tick_again");
  assert_text(drawn, "t", "…start_the_machine…on_tick_again\nfunction\n");
  cr_assert_str_eq(box(&drawn, "t")->tooltip, "Worker.start_the_machine.<locals>.on_tick_again, function");
}

Test(view, reads_the_types_of_code_as_words)
{
  SCOPED_DRAWN drawn = draw("t:callable,type=builtin_function_or_method,label=print t.x>u u:callable,type=_lru_cache");
  assert_text(drawn, "t", "print\nbuiltin function\n");
  assert_text(drawn, "u", "lru cache\n");
}

Test(view, says_how_much_a_container_holds_and_its_size_if_it_is_large)
{
  SCOPED_DRAWN drawn = draw("t:container,type=dict,length=1,size=232 t['a']>l l:container,length=1204,size=9688 "
                            "t['b']>b b:container,type=bytearray,size=57");
  assert_text(drawn, "t", "dict\n1 item\n");
  assert_text(drawn, "l", "list\n1" RGI_NARROW_SPACE "204 items, 9.7 kB\n");
  assert_text(drawn, "b", "bytearray\n57 B\n");
  cr_assert_str_eq(box(&drawn, "l")->label, "list, 1 204 items, 9.7 kB");
}

Test(view, says_no_size_below_a_thousandth_of_the_picture)
{
  SCOPED_DRAWN drawn = draw("t:type=A,size=2000 t.x>b b:type=B,size=9000000");
  assert_text(drawn, "t", "A\n");
  assert_text(drawn, "b", "B\n9.0 MB\n");
}

Test(view, names_a_frame_by_its_thread)
{
  SCOPED_DRAWN drawn = draw("t:frame,label=loop,context=MainThread,site=loop/app.py/71");
  assert_text(drawn, "t", "MainThread\nloop() local, app.py:71\n");
}

Test(view, gives_every_category_its_style)
{
  SCOPED_DRAWN drawn = draw("t:module t.a>a a:callable t.b>b b:container,size=9999 t.c>c c:external t.d>d d:type "
                            "t.e>e e:value,size=9999 t.f>f f:instance");
  cr_assert_eq(box(&drawn, "t")->style, RG_STYLE_MODULE);
  cr_assert_eq(box(&drawn, "a")->style, RG_STYLE_CALLABLE);
  cr_assert_eq(box(&drawn, "b")->style, RG_STYLE_CONTAINER);
  cr_assert_eq(box(&drawn, "c")->style, RG_STYLE_EXTERNAL);
  cr_assert_eq(box(&drawn, "d")->style, RG_STYLE_INSTANCE);
  cr_assert_eq(box(&drawn, "e")->style, RG_STYLE_VALUE);
  cr_assert_eq(box(&drawn, "f")->style, RG_STYLE_INSTANCE);
}

Test(view, draws_roots_of_paths_as_roots)
{
  SCOPED_DRAWN drawn = draw_why("R>m m:module,label=app R>c c:external,label=held^by^C m.x>t", 9);
  cr_assert_eq(box(&drawn, "m")->style, RG_STYLE_ROOT);
  cr_assert_eq(box(&drawn, "m")->role, RG_ROLE_ROOT);
}

Test(view, adds_what_the_caller_has_to_say)
{
  rg_attribute attribute = {"color", "re\nd"};
  rg_annotation annotation = {1, "first\nsecond\tline", true, &attribute, 1};
  rg_view_options options = RG_VIEW_OPTIONS_INIT;
  options.annotations = &annotation;
  options.num_annotations = 1;
  options.with_refcounts = true;
  options.long_type_names = true;
  SCOPED_DRAWN drawn = draw_with("t:type=A,refcount=2", NULL, &options);
  assert_text(drawn, "t", "A\n2 references\nfirst\nsecond\\tline\n");
  cr_assert(box(&drawn, "t")->is_highlighted);
  cr_assert_str_eq(box(&drawn, "t")->attributes[0].value, "re\\nd");
}

Test(view, an_annotation_of_any_edge_of_a_chain_is_at_its_arrow)
{
  rg_view_options options = RG_VIEW_OPTIONS_INIT;
  const rg_edge_annotation annotations[] = {{.edge = 1, .text = "first\nsecond\tline"}, {.edge = 2, .is_suspect = true}};
  options.edge_annotations = annotations;
  options.num_edge_annotations = 2;
  SCOPED_DRAWN drawn = draw_with("R>t t>c c:passage c{x}>v t.other>w v:instance w:instance", NULL, &options);
  const rg_view_edge *arrow = arrow_to(&drawn, "v"), *other = arrow_to(&drawn, "w");
  cr_assert_str_eq(arrow->text, "x");
  cr_assert_str_eq(arrow->note, "first\nsecond\\tline\n");
  cr_assert_not(arrow->is_suspect);
  cr_assert(other->is_suspect);
  cr_assert_str_eq(other->note, "");
}

Test(view, names_many_closures_by_their_site)
{
  SCOPED_HEAP heaped = heap("R>m m.a>a m.b>b a:callable,closure,label=Literal,site=inner/x.py/1 "
                            "b:callable,closure,label=Other,site=inner/x.py/1");
  rg_closures *closures;
  cr_assert_null(rg_closures_create(heaped.graph, &closures));
  rg_selection *selection;
  cr_assert_null(rg_select_why_closures(heaped.graph, closures, NULL, &selection));
  rg_view *view;
  cr_assert_null(rg_view_create(selection, NULL, &view));
  cr_assert_str_eq(rg_view_node_at(view, 1)->text, "2 × inner\nfunction, x.py:1\n");
  rg_view_destroy(view);
  rg_selection_destroy(selection);
  rg_closures_destroy(closures);
}

/* --- arrows ------------------------------------------------------------------------------------------------------- */

Test(view, names_arrows_by_kind)
{
  SCOPED_DRAWN drawn =
      draw("t.title>a t['tick']>b t[17]>c t(cb)>d t{screen}>e t*x>f t~app>g t~>h t>i a:type=A b:type=A c:type=A d:type=A "
           "e:type=A f:type=A g:type=A h:type=A i:type=A");
  assert_arrow(drawn, "a", ".title");
  assert_arrow(drawn, "b", "['tick']");
  assert_arrow(drawn, "c", "[17]");
  assert_arrow(drawn, "d", "cb");
  assert_arrow(drawn, "e", "screen");
  assert_arrow(drawn, "f", "x");
  assert_arrow(drawn, "g", "app (weak)");
  assert_arrow(drawn, "h", "weak");
  assert_arrow(drawn, "i", "");
}

Test(view, names_what_a_module_holds_without_a_dot)
{
  SCOPED_DRAWN drawn = draw("t:module t.bus>a a:type=A");
  assert_arrow(drawn, "a", "bus");
}

Test(view, says_key_in_a_mapping_and_nothing_in_a_set)
{
  SCOPED_DRAWN drawn = draw("t:container,type=dict t#>a t['(1,^2)']>b a:type=A t.x>s s:container,type=set s#>c c:type=C");
  assert_arrow(drawn, "a", "key");
  assert_arrow(drawn, "c", "");
}

Test(view, draws_one_arrow_through_passages_named_by_the_last_name)
{
  SCOPED_DRAWN drawn = draw("t:callable t{}>p p:passage p{screen}>c c:passage c{}>s s:type=S s.__dict__>d d:passage d.x>a a:type=A");
  cr_assert_eq(rg_view_num_nodes(drawn.view), 3);
  assert_arrow(drawn, "s", "screen");
  cr_assert_eq(arrow_to(&drawn, "s")->kind, RG_EDGE_CAPTURED);
  cr_assert_str_eq(arrow_to(&drawn, "s")->name, "screen");
  assert_arrow(drawn, "a", ".x");
}

Test(view, draws_one_arrow_through_however_many_passages, .timeout = 20)
{
  rg_graph *graph = heap_passages(300000);
  rg_node target = 1;
  struct drawn drawn = {0};
  cr_assert_null(rg_select_neighbourhood(graph, &target, 1, NULL, &drawn.selection));
  cr_assert_null(rg_view_create(drawn.selection, NULL, &drawn.view));
  cr_assert_eq(rg_view_num_boxes(drawn.view), 2);
  cr_assert_eq(rg_view_num_arrows(drawn.view), 1);
  rg_view_destroy(drawn.view);
  rg_selection_destroy(drawn.selection);
  rg_graph_destroy(graph);
}

Test(view, says_in_words_what_is_shared_weak_or_not_set)
{
  SCOPED_DRAWN drawn = draw("t:callable t{}>p p:passage p{a}>c c:passage,shared c{}>s s:type=S p{b}>e e:passage "
                            "t.__dict__>d d:passage,shared d.w>w w:passage w~>v v:type=V");
  assert_arrow(drawn, "s", "a (shared)");
  assert_arrow(drawn, "e", "b");
  assert_text(drawn, "e", "no value\n");
  assert_arrow(drawn, "v", ".w (weak)");
  cr_assert_eq(arrow_to(&drawn, "v")->kind, RG_EDGE_WEAK);
}

Test(view, gives_a_passage_to_which_machinery_leads_a_box_of_its_own)
{
  SCOPED_DRAWN drawn = draw_why("R>f f:callable f!__globals__>g g:passage g.x>t", 9);
  assert_arrow(drawn, "g", ".__globals__");
  assert_arrow(drawn, "t", ".x");
}

Test(view, keeps_the_arrows_of_a_box_in_the_order_of_the_object)
{
  rg_neighbourhood_options backward = RG_NEIGHBOURHOOD_OPTIONS_INIT;
  backward.is_backward = true;
  SCOPED_DRAWN drawn = draw_with("l[0]>x l[1]>t l[2]>y y>x x>t y>t", &backward, NULL);
  uint32_t last = 0;
  for (size_t i = 0; i < rg_view_num_edges(drawn.view); i++) {
    cr_assert_geq(rg_view_edge_at(drawn.view, i)->source, last);
    last = rg_view_edge_at(drawn.view, i)->source;
  }
}

Test(view, draws_a_passage_that_was_asked_for)
{
  SCOPED_DRAWN drawn = draw("t:passage,container,type=cell t{}>s s:type=S");
  cr_assert_eq(box(&drawn, "t")->role, RG_ROLE_TARGET);
  cr_assert_eq(rg_view_num_arrows(drawn.view), 1);
}

/* --- rows and marks ----------------------------------------------------------------------------------------------- */

Test(view, makes_rows_of_small_values)
{
  SCOPED_DRAWN drawn = draw("t:type=A t.host>h t.port>p t.next>n h:value,label='localhost' p:value,label=8080 n:type=N");
  assert_text(drawn, "t", "A\n.host = 'localhost'\n.port = 8080\n");
  cr_assert_eq(box(&drawn, "t")->num_rows, 2);
  assert_text(drawn, "h", "");
  cr_assert_eq(box(&drawn, "h")->holder, 0);
  cr_assert(!arrow_to(&drawn, "h")->is_drawn);
  cr_assert_eq(rg_view_num_boxes(drawn.view), 2);
  cr_assert_eq(rg_view_num_arrows(drawn.view), 1);
}

Test(view, writes_rows_of_mappings_sequences_and_sets_each_their_way)
{
  SCOPED_DRAWN drawn = draw("t:container,type=dict t['a']>a t#>k a:value,label=1 k:value,label=2 "
                            "t['l']>l l:container l[0]>a t['s']>s s:container,type=set s#>a");
  assert_text(drawn, "t", "dict\n0 B\n'a': 1\n");
  assert_text(drawn, "l", "list\n0 B\n[0] = 1\n");
  assert_text(drawn, "s", "set\n0 B\n1\n");
}

Test(view, shows_four_rows_and_says_how_many_more)
{
  SCOPED_DRAWN five = draw("t:type=A t.a>v t.b>v t.c>v t.d>v t.e>v v:value,label=1");
  assert_text(five, "t", "A\n.a = 1\n.b = 1\n.c = 1\n.d = 1\n.e = 1\n");
  SCOPED_DRAWN six = draw("t:type=A t.a>v t.b>v t.c>v t.d>v t.e>v t.f>v v:value,label=1");
  assert_text(six, "t", "A\n.a = 1\n.b = 1\n.c = 1\n.d = 1\n… 2 more\n");
  cr_assert_eq(box(&six, "t")->num_rows, 5);
}

Test(view, lets_the_last_row_swallow_the_cut_mark)
{
  SCOPED_DRAWN drawn = draw("t:container,length=1000,partial,unfollowed=998 t[0]>a t[1]>b a:value,label=1 b:value,label=2");
  assert_text(drawn, "t", "list\n1" RGI_NARROW_SPACE "000 items\n[0] = 1\n[1] = 2\n… 998 more\n");
  cr_assert_eq(rg_view_num_boxes(drawn.view), 1);
}

Test(view, cuts_rows_to_the_width_of_a_line)
{
  SCOPED_DRAWN drawn = draw("t:type=A t.a_name_that_is_rather_long>v v:value,label='and^a^value^that^is^long'");
  const char *row = strchr(text_of(&drawn, "t"), '\n') + 1;
  cr_assert_str_eq(row, ".a_name_that_is_rat… = 'and a …'\n");
}

Test(view, never_folds_a_captured_variable)
{
  SCOPED_DRAWN drawn = draw("t:callable t{attempts}>v v:value,label=3");
  assert_text(drawn, "v", "3\n");
  cr_assert(arrow_to(&drawn, "v")->is_drawn);
}

Test(view, keeps_the_box_of_a_value_to_which_an_arrow_is_drawn)
{
  SCOPED_DRAWN drawn = draw("t:callable t{a}>o t{b}>v o:type=A o.x>v v:value,label=None");
  assert_text(drawn, "v", "None\n");
  assert_text(drawn, "o", "A\n.x = None\n");
}

Test(view, folds_no_target_no_large_value_and_none_on_request)
{
  SCOPED_DRAWN target = draw_why("R>a a:type=A a.x>t t:value,label=1", 9);
  assert_text(target, "t", "1\n");
  SCOPED_DRAWN large = draw("t:type=A t.x>v v:value,label='long',length=5000,size=5049");
  assert_text(large, "v", "'long'\n5.0 kB\n");
  rg_view_options options = RG_VIEW_OPTIONS_INIT;
  options.keep_values = true;
  SCOPED_DRAWN kept = draw_with("t:type=A t.x>v v:value,label=1", NULL, &options);
  assert_text(kept, "v", "1\n");
}

static const rg_view_node *find_mark(const rg_view *view)
{
  for (size_t i = 0; i < rg_view_num_nodes(view); i++) {
    if (rg_view_node_at(view, i)->role == RG_ROLE_CUT)
      return rg_view_node_at(view, i);
  }
  return NULL;
}

Test(view, marks_what_a_limit_cut)
{
  SCOPED_DRAWN items = draw("t:container,length=313,partial,unfollowed=312 t[0]>a a:type=A");
  cr_assert_str_eq(find_mark(items.view)->text, "… 312 more items\n");
  cr_assert_eq(find_mark(items.view)->node, RG_NODE_NONE);
  SCOPED_DRAWN references = draw("t:type=B,partial,unfollowed=1 t.x>a a:type=A");
  cr_assert_str_eq(find_mark(references.view)->text, "… 1 more reference\n");
  rg_neighbourhood_options backward = RG_NEIGHBOURHOOD_OPTIONS_INIT;
  backward.is_backward = true;
  backward.max_references = 1;
  SCOPED_DRAWN referrers = draw_with("a>t b>t c>t d>t", &backward, NULL);
  cr_assert_str_eq(find_mark(referrers.view)->text, "… 3 more referrers\n");
  const rg_view_edge *last = rg_view_edge_at(referrers.view, rg_view_num_edges(referrers.view) - 1);
  cr_assert_eq(rg_view_node_at(referrers.view, last->source), find_mark(referrers.view));
}

Test(view, draws_one_arrow_for_the_steps_that_a_budget_left_out)
{
  SCOPED_DRAWN drawn = draw_why("R>a a>b b>c c>d d>e e>t", 3);
  assert_arrow(drawn, "e", "… 4 more steps");
}

/* --- caption and direction ---------------------------------------------------------------------------------------- */

Test(view, says_at_the_foot_what_is_shown_and_what_is_not)
{
  rg_view_options options = RG_VIEW_OPTIONS_INIT;
  options.call = "show_refs, max_depth=3";
  SCOPED_DRAWN drawn = draw_with("t:callable t{a}>a a:container,length=9,partial,unfollowed=9", NULL, &options);
  cr_assert_str_eq(rg_view_caption(drawn.view),
                   "show_refs, max_depth=3 · 2 objects · 9 references not drawn · globals, code and types not drawn");
  SCOPED_DRAWN why = draw_why("R>a a>t", 9);
  cr_assert_str_eq(rg_view_caption(why.view), "shortest path from a root");
  SCOPED_DRAWN lost = draw_why("a>t", 9);
  cr_assert_str_eq(rg_view_caption(lost.view), "no path from a root");
  options.no_caption = true;
  SCOPED_DRAWN bare = draw_with("t:callable", NULL, &options);
  cr_assert_str_eq(rg_view_caption(bare.view), "");
}

Test(view, cleans_what_a_caller_writes_at_the_foot)
{
  rg_view_options options = RG_VIEW_OPTIONS_INIT;
  options.call = "two\nlines\x1b[2J";
  SCOPED_DRAWN drawn = draw_with("t:value", NULL, &options);
  cr_assert_str_eq(rg_view_caption(drawn.view), "two\\nlines\\x1b[2J · 1 object");
}

Test(view, runs_short_paths_to_the_right_and_long_ones_down)
{
  SCOPED_DRAWN brief = draw_why("R>a a.x>t", 9);
  cr_assert_eq(rg_view_direction(brief.view), RG_DIRECTION_LEFT_RIGHT);
  SCOPED_DRAWN lengthy = draw_why("R>a a.long_name_0>b b.long_name_1>c c.long_name_2>d d.long_name_3>e e.long_name_4>f "
                                  "f.long_name_5>g g.long_name_6>t",
                                  20);
  cr_assert_eq(rg_view_direction(lengthy.view), RG_DIRECTION_TOP_BOTTOM);
  rg_view_options options = RG_VIEW_OPTIONS_INIT;
  options.direction = RG_DIRECTION_TOP_BOTTOM;
  SCOPED_DRAWN asked = draw_with("t>a", NULL, &options);
  cr_assert_eq(rg_view_direction(asked.view), RG_DIRECTION_TOP_BOTTOM);
}

/* --- robustness --------------------------------------------------------------------------------------------------- */

Test(view, stays_when_the_selection_and_the_graph_are_gone)
{
  struct drawn drawn = draw("t:type=A t.x>a a:value,label=1 t.y>b b:type=B");
  rg_selection_destroy(drawn.selection);
  heap_deinit(&drawn.heap);
  rg_buffer buffer = RG_BUFFER_INIT;
  rg_writer writer = rg_buffer_writer(&buffer);
  cr_assert_null(rg_view_write_text(drawn.view, &writer));
  cr_assert_null(rg_view_write_json(drawn.view, &writer));
  cr_assert(strstr(buffer.data, ".x = 1"));
  rg_buffer_deinit(&buffer);
  rg_view_destroy(drawn.view);
}

/* Any selection of any graph: every edge between boxes that are there, every box with text or a holder. */
static void check_sound(const rg_view *view)
{
  size_t num_boxes = 0, num_arrows = 0;
  for (size_t i = 0; i < rg_view_num_nodes(view); i++) {
    const rg_view_node *node = rg_view_node_at(view, i);
    cr_assert_eq(*node->text != '\0', node->holder == RG_VIEW_NONE);
    num_boxes += node->holder == RG_VIEW_NONE;
  }
  for (size_t i = 0; i < rg_view_num_edges(view); i++) {
    const rg_view_edge *edge = rg_view_edge_at(view, i);
    cr_assert_lt(edge->source, rg_view_num_nodes(view));
    cr_assert_lt(edge->target, rg_view_num_nodes(view));
    bool has_box = rg_view_node_at(view, edge->target)->holder == RG_VIEW_NONE;
    cr_assert(has_box || !edge->is_drawn);
    num_arrows += edge->is_drawn;
  }
  cr_assert_eq(rg_view_num_boxes(view), num_boxes);
  cr_assert_eq(rg_view_num_arrows(view), num_arrows);
}

Test(view, of_any_graph_is_sound)
{
  for (uint32_t seed = 1; seed <= 1000; seed++) {
    rg_graph *graph = heap_random(seed, 20, 60);
    rg_node target = 1 + seed % 20;
    rg_neighbourhood_options options = RG_NEIGHBOURHOOD_OPTIONS_INIT;
    options.is_backward = seed & 1;
    options.with_internals = seed & 2;
    options.max_nodes = 2 + seed % 10;
    rg_selection *selection;
    if (seed % 5)
      cr_assert_null(rg_select_neighbourhood(graph, &target, 1, &options, &selection));
    else
      cr_assert_null(rg_select_why(graph, &target, 1, NULL, &selection));
    rg_view *view;
    cr_assert_null(rg_view_create(selection, NULL, &view));
    check_sound(view);
    rg_buffer buffer = RG_BUFFER_INIT;
    rg_writer writer = rg_buffer_writer(&buffer);
    cr_assert_null(rg_view_write_text(view, &writer));
    rg_buffer_deinit(&buffer);
    rg_view_destroy(view);
    rg_selection_destroy(selection);
    rg_graph_destroy(graph);
  }
}

Test(view, survives_every_failing_allocation)
{
  struct heap heaped = heap("R>t t:callable,closure,site=f/x.py/1/a,label=f t{}>p p:passage p{a}>c c:passage c{}>s s:type=S "
                            "s.x>v v:value,label=1 s.y>w w:container,length=9,partial,unfollowed=9 p{b}>e e:passage");
  rg_node target = heap_node(&heaped, "t");
  rg_selection *selection;
  cr_assert_null(rg_select_neighbourhood(heaped.graph, &target, 1, NULL, &selection));
  rg_closures *closures;
  cr_assert_null(rg_closures_create(heaped.graph, &closures));
  rg_attribute attribute = {"color", "red"};
  rg_annotation annotation = {target, "note", true, &attribute, 1};
  rg_view_options options = RG_VIEW_OPTIONS_INIT;
  options.closures = closures;
  options.annotations = &annotation;
  options.num_annotations = 1;
  rg_view *view;
  cr_assert_gt(HEAP_TORTURE(rg_view_create(selection, &options, &view), rg_view_destroy(view)), 10);
  rg_closures_destroy(closures);
  rg_selection_destroy(selection);
  heap_deinit(&heaped);
}
