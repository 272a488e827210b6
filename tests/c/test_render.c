/* Drawing: what arrives in a picture, and what happens to the host when the renderer misbehaves. The program under test
 * is $REFGRAPH_RENDER; where it has to misbehave, a script stands in for it. */
#include <criterion/criterion.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <pthread.h>
#include <refgraph.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../src/base/alloc.h"
#include "../../src/base/message.h"
#include "../../src/render/child.h"
#include "../../src/render/clock.h"
#include "../../src/render/exchange.h"
#include "../../src/render/reply.h"
#include "../../src/render/request.h"
#include "errors.h"
#include "heap.h"

#define CLOSURE \
  "R>f f:callable,closure,label=make.<locals>.on_click,site=make.<locals>.on_click/ui.py/12/screen/attempts " \
  "f{screen}>s f{attempts}>n s:instance,type=Screen n:value,label=3 s.pixels>p p:container,type=bytearray,size=8000000 " \
  "s.title>t t:value,type=str,label='main^window' s~app>a a:instance,type=App"

/* --- helpers ---------------------------------------------------------------------------------------------------- */

static const char *real_renderer(void)
{
  const char *path = getenv("REFGRAPH_RENDER");
  cr_assert(path && *path, "REFGRAPH_RENDER names the program under test");
  return path;
}

struct picture {
  struct heap heap;
  rg_selection *selection;
  rg_view *view;
};

static struct picture picture_with(const char *notation, const char *target, const rg_view_options *options)
{
  struct picture picture = {.heap = heap(notation)};
  rg_node node = heap_node(&picture.heap, target);
  must(rg_select_neighbourhood(picture.heap.graph, &node, 1, NULL, &picture.selection));
  must(rg_view_create(picture.selection, options, &picture.view));
  return picture;
}

static struct picture picture_of(const char *notation, const char *target)
{
  return picture_with(notation, target, NULL);
}

static void picture_deinit(struct picture *picture)
{
  rg_view_destroy(picture->view);
  rg_selection_destroy(picture->selection);
  heap_deinit(&picture->heap);
}
#define SCOPED_PICTURE __attribute__((cleanup(picture_deinit))) struct picture
#define SCOPED_BUFFER __attribute__((cleanup(rg_buffer_deinit))) rg_buffer

static rg_error *draw(const rg_view *view, rg_format format, const rg_render_options *options, rg_buffer *buffer)
{
  rg_writer writer = rg_buffer_writer(buffer);
  return rg_render(view, format, options, &writer);
}

// The closure of the examples, drawn by that program with that deadline.
static rg_error *draw_with(const char *renderer, uint32_t deadline_ms, rg_format format, rg_buffer *buffer)
{
  SCOPED_PICTURE picture = picture_of(CLOSURE, "f");
  rg_render_options options = RG_RENDER_OPTIONS_INIT;
  options.renderer = renderer;
  options.deadline_ms = deadline_ms;
  return draw(picture.view, format, &options, buffer);
}

static char folders[64][32];
static size_t num_folders;

static char *folder(void)
{
  cr_assert_lt(num_folders, sizeof(folders) / sizeof(folders[0]));
  char *path = folders[num_folders];
  strcpy(path, "/tmp/refgraph-test-XXXXXX");
  cr_assert(mkdtemp(path));
  num_folders++;
  return path;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
  (void)status, (void)type, (void)place;
  return remove(path);
}

static void remove_folders(void)
{
  for (; num_folders; num_folders--)
    nftw(folders[num_folders - 1], remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

TestSuite(render, .timeout = 60, .fini = remove_folders);

// A renderer of shell commands; R is the real one.
static const char *script(const char *commands)
{
  static char path[PATH_MAX];
  snprintf(path, sizeof(path), "%s/renderer", folder());
  FILE *file = fopen(path, "w");
  fprintf(file, "#!/bin/sh\nR='%s'\nHERE='%s'\n%s\n", real_renderer(), path, commands);
  fclose(file);
  chmod(path, 0755);
  return path;
}

static size_t num_entries(const char *path)
{
  size_t num = 0;
  DIR *entries = opendir(path);
  while (readdir(entries))
    num++;
  closedir(entries);
  return num - 2;
}

static bool has_children(void)
{
  return waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD;
}

static bool contains(const rg_buffer *buffer, const char *text)
{
  return buffer->data && memmem(buffer->data, buffer->size, text, strlen(text));
}

/* --- pictures --------------------------------------------------------------------------------------------------- */

Test(render, dot_names_boxes_and_arrows_and_carries_their_looks)
{
  SCOPED_PICTURE picture = picture_of(CLOSURE, "f");
  SCOPED_BUFFER dot = RG_BUFFER_INIT;
  must(draw(picture.view, RG_FORMAT_DOT, NULL, &dot));
  cr_expect(contains(&dot, "digraph refgraph {"));
  cr_expect(contains(&dot, "make.&lt;locals&gt;.on_click\\nfunction, ui.py:12"), "%s", dot.data);
  cr_expect(contains(&dot, "label=screen"), "%s", dot.data);
  cr_expect(contains(&dot, "style=\"filled,rounded\""));
  cr_expect(contains(&dot, "penwidth=2.4"));
  cr_expect(contains(&dot, "arrowhead=onormal"));
  cr_expect(contains(&dot, "rankdir=LR"));
}

Test(render, the_same_view_gives_the_same_bytes)
{
  static const rg_format formats[] = {RG_FORMAT_DOT, RG_FORMAT_SVG, RG_FORMAT_PNG, RG_FORMAT_TEXT, RG_FORMAT_JSON};
  SCOPED_PICTURE picture = picture_of(CLOSURE, "f");
  for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
    SCOPED_BUFFER first = RG_BUFFER_INIT;
    SCOPED_BUFFER second = RG_BUFFER_INIT;
    must(draw(picture.view, formats[i], NULL, &first));
    must(draw(picture.view, formats[i], NULL, &second));
    cr_expect(first.size && first.size == second.size && !memcmp(first.data, second.data, first.size));
  }
}

Test(render, svg_says_what_it_shows_and_knows_dark_pages)
{
  SCOPED_PICTURE picture = picture_of(CLOSURE, "f");
  SCOPED_BUFFER svg = RG_BUFFER_INIT;
  must(draw(picture.view, RG_FORMAT_SVG, NULL, &svg));
  cr_expect(contains(&svg, "<svg class=\"refgraph\" role=\"img\" aria-label=\""));
  cr_expect(contains(&svg, "prefers-color-scheme: dark"));
  cr_expect(contains(&svg, "class=\"node callable\""));
  cr_expect(contains(&svg, "<title>make.&lt;locals&gt;.on_click, function, ui.py:12</title>"), "%s", svg.data);
  cr_expect(contains(&svg, "<title>screen: make.&lt;locals&gt;.on_click"), "%s", svg.data);
  cr_expect(contains(&svg, "DejaVu Sans,Verdana,Helvetica"));
  cr_expect_not(contains(&svg, "<title>n"));
  cr_expect_not(contains(&svg, "<!DOCTYPE"));
}

Test(render, pdf_is_a_pdf)
{
  SCOPED_BUFFER pdf = RG_BUFFER_INIT;
  must(draw_with(NULL, 20000, RG_FORMAT_PDF, &pdf));
  cr_expect(pdf.size > 1000 && !memcmp(pdf.data, "%PDF-", 5));
}

Test(render, text_and_json_need_no_renderer)
{
  SCOPED_BUFFER text = RG_BUFFER_INIT;
  SCOPED_BUFFER json = RG_BUFFER_INIT;
  must(draw_with("/nonexistent/renderer", 1, RG_FORMAT_TEXT, &text));
  must(draw_with("/nonexistent/renderer", 1, RG_FORMAT_JSON, &json));
  cr_expect(text.size && json.size);
}

static rg_error *refuse(void *context, const void *data, size_t size)
{
  (void)context;
  (void)data;
  return rg_error_create(RG_ERROR_SYSTEM, "no room for %zu bytes", size);
}

Test(render, the_error_of_the_writer_comes_back)
{
  SCOPED_PICTURE picture = picture_of(CLOSURE, "f");
  rg_writer writer = {refuse, NULL};
  must_fail(rg_render(picture.view, RG_FORMAT_DOT, NULL, &writer), RG_ERROR_SYSTEM, "no room for");
}

/* --- PNG -------------------------------------------------------------------------------------------------------- */

static uint32_t big_endian(const char *data)
{
  const unsigned char *bytes = (const unsigned char *)data;
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

// The data of the first chunk of that type whose data begins with `start`; NULL if there is none. Checks all chunks.
static const char *chunk(const rg_buffer *png, const char *type, const char *start)
{
  const char *found = NULL;
  cr_assert(png->size > 8 && !memcmp(png->data, "\x89PNG\r\n\x1a\n", 8));
  for (size_t at = 8; at < png->size;) {
    const char *data = png->data + at + 8;
    uint32_t size = big_endian(png->data + at);
    cr_assert(at + 12 + size <= png->size);
    cr_expect_eq(rgi_crc32(data - 4, size + 4), big_endian(data + size));
    if (!found && !memcmp(data - 4, type, 4) && size >= strlen(start) && !memcmp(data, start, strlen(start)))
      found = data;
    at += 12 + size;
  }
  return found;
}

Test(render, png_has_a_palette_a_resolution_and_its_texts)
{
  SCOPED_PICTURE picture = picture_of(CLOSURE, "f");
  SCOPED_BUFFER png = RG_BUFFER_INIT;
  must(draw(picture.view, RG_FORMAT_PNG, NULL, &png));
  const char *head = chunk(&png, "IHDR", "");
  cr_expect(big_endian(head) > 300 && big_endian(head) <= 1200, "%u px wide", big_endian(head));
  cr_expect_eq(head[8], 8, "bits a pixel");
  cr_expect_eq(head[9], 3, "colour type");
  cr_expect(chunk(&png, "PLTE", ""));
  cr_expect_eq(big_endian(chunk(&png, "pHYs", "")), 5669, "144 dpi");
  const char *title = chunk(&png, "iTXt", "Title");
  const char *caption = rg_view_caption(picture.view);
  cr_expect(title && !memcmp(title + sizeof("Title") + 4, caption, strlen(caption)));
  cr_expect(chunk(&png, "tEXt", "Software"));
  cr_expect(chunk(&png, "iTXt", "Description"));
  cr_expect_null(chunk(&png, "iTXt", "refgraph:dot"));
}

Test(render, a_suspect_is_bold_and_red_and_has_its_note)
{
  rg_view_options options = RG_VIEW_OPTIONS_INIT;
  const rg_edge_annotation annotation = {1, "remove\nit", true};
  options.edge_annotations = &annotation;
  options.num_edge_annotations = 1;
  SCOPED_PICTURE picture = picture_with("R>a a.x>b b:instance", "a", &options);
  SCOPED_BUFFER dot = RG_BUFFER_INIT;
  SCOPED_BUFFER svg = RG_BUFFER_INIT;
  must(draw(picture.view, RG_FORMAT_DOT, NULL, &dot));
  must(draw(picture.view, RG_FORMAT_SVG, NULL, &svg));
  cr_expect(contains(&dot, "label=\".x\\nremove\\nit\""));
  cr_expect(contains(&dot, "penwidth=2.6"));
  cr_expect(contains(&svg, "class=\"edge suspect\""));
  cr_expect(contains(&svg, "font-weight=\"bold\""));
  cr_expect_not(contains(&svg, "DejaVu Sans Bold"));
}

Test(render, png_carries_its_dot_on_request)
{
  SCOPED_PICTURE picture = picture_of(CLOSURE, "f");
  rg_render_options options = RG_RENDER_OPTIONS_INIT;
  options.with_dot = true;
  SCOPED_BUFFER png = RG_BUFFER_INIT;
  must(draw(picture.view, RG_FORMAT_PNG, &options, &png));
  cr_expect(chunk(&png, "iTXt", "refgraph:dot"));
}

// A picture with one box that is that many inches wide and high.
static rg_error *draw_large(const char *inches, rg_format format, rg_buffer *buffer)
{
  const rg_attribute attributes[] = {{"width", inches}, {"height", inches}};
  rg_annotation annotation = {.node = 1, .attributes = attributes, .num_attributes = 2};
  rg_view_options options = RG_VIEW_OPTIONS_INIT;
  options.annotations = &annotation;
  options.num_annotations = 1;
  SCOPED_PICTURE picture = picture_with("R>a", "a", &options);
  return draw(picture.view, format, NULL, buffer);
}

Test(render, a_large_png_gets_a_lower_resolution)
{
  SCOPED_BUFFER png = RG_BUFFER_INIT;
  must(draw_large("150", RG_FORMAT_PNG, &png));
  uint32_t width = big_endian(chunk(&png, "IHDR", ""));
  cr_expect(width > 7000 && width <= 8192, "%u px wide", width);
}

Test(render, a_png_that_nobody_could_read_is_refused_and_svg_named)
{
  SCOPED_BUFFER png = RG_BUFFER_INIT;
  SCOPED_BUFFER svg = RG_BUFFER_INIT;
  must_fail(draw_large("500", RG_FORMAT_PNG, &png), RG_ERROR_LIMIT, "use SVG");
  cr_expect_eq(png.size, 0);
  must(draw_large("500", RG_FORMAT_SVG, &svg));
}

/* --- hostile text ----------------------------------------------------------------------------------------------- */

static void add_numbers(struct rgi_text *message, const uint32_t *numbers, size_t num)
{
  for (size_t i = 0; i < num; i++)
    rgi_message_add_u32(message, numbers[i]);
}

static void add_settings(struct rgi_text *body, rg_format format, enum rgi_rung rung, const char *caption)
{
  add_numbers(body, (const uint32_t[]){format, rung, RG_DIRECTION_LEFT_RIGHT, 0, 20000}, 5);
  rgi_message_add_u64(body, (uint64_t)2 << 30);
  rgi_message_add_string(body, caption);
}

static void add_box(struct rgi_text *body, uint32_t number, const char *label)
{
  add_numbers(body, (const uint32_t[]){number, RG_STYLE_INSTANCE, RG_ROLE_OTHER, 1, 0, 0}, 6);
  rgi_message_add_string(body, label);
  rgi_message_add_string(body, label);
  rgi_message_add_string(body, label);
  rgi_message_add_u32(body, 0);
}

static void add_arrow(struct rgi_text *body, uint32_t source, uint32_t target, const char *label)
{
  add_numbers(body, (const uint32_t[]){source, target, RG_EDGE_ATTRIBUTE, 0}, 4);
  rgi_message_add_string(body, label);
  rgi_message_add_string(body, "");
}

static void add_request(struct rgi_text *request, const struct rgi_text *body)
{
  add_numbers(request, (const uint32_t[]){RGI_REQUEST_MAGIC, RGI_REQUEST_VERSION}, 2);
  rgi_message_add_u64(request, body->size);
  rgi_text_add(request, body->data, body->size);
}

// A request for one box with that label, an arrow from it to itself with the same name, and the same as caption.
static void ask_for(const char *label, rg_format format, enum rgi_rung rung, struct rgi_text *request)
{
  RGI_SCOPED_TEXT body = RGI_TEXT_INIT;
  add_settings(&body, format, rung, label);
  rgi_message_add_u32(&body, 1);
  add_box(&body, 7, label);
  rgi_message_add_u32(&body, 1);
  add_arrow(&body, 0, 0, label);
  add_request(request, &body);
}

// A request that takes many seconds: 2000 boxes, each with arrows to two that are far away.
static void ask_for_much(struct rgi_text *request)
{
  enum { NUM = 2000 };
  RGI_SCOPED_TEXT body = RGI_TEXT_INIT;
  add_settings(&body, RG_FORMAT_SVG, RGI_RUNG_FULL, "");
  rgi_message_add_u32(&body, NUM);
  for (uint32_t i = 0; i < NUM; i++)
    add_box(&body, i, "box");
  rgi_message_add_u32(&body, 2 * NUM);
  for (uint32_t i = 0; i < NUM; i++) {
    add_arrow(&body, i, i * 7919 % NUM, "name");
    add_arrow(&body, i, i * 104729 % NUM, "name");
  }
  add_request(request, &body);
}

// Draws the label and appends the picture to `ret`.
static void draw_label_on(enum rgi_rung rung, const char *label, rg_format format, struct rgi_text *ret)
{
  RGI_SCOPED_TEXT request = RGI_TEXT_INIT;
  RGI_SCOPED_TEXT received = RGI_TEXT_INIT;
  struct rgi_reply reply;
  ask_for(label, format, rung, &request);
  struct rgi_exchange exchange = {.path = real_renderer(),
                                  .request = &request,
                                  .deadline_ms = rgi_clock_ms() + 20000,
                                  .memory_limit = (uint64_t)2 << 30};
  bool is_lost;
  must(rgi_exchange_run(&exchange, &received, &reply, &is_lost));
  rgi_text_add(ret, reply.body, reply.size);
}

static void draw_label(const char *label, rg_format format, struct rgi_text *ret)
{
  draw_label_on(RGI_RUNG_FULL, label, format, ret);
}

// Appends the character of the entity at `text`; returns its length, 0 if it is none.
static size_t decode_entity(const char *text, struct rgi_text *ret)
{
  static const char *const entities[][2] = {{"&amp;", "&"},  {"&lt;", "<"},   {"&gt;", ">"},       {"&quot;", "\""},
                                            {"&#92;", "\\"}, {"&#39;", "'"},  {"&#45;", "-"},      {"&#10;", "\n"},
                                            {"&#160;", " "}, {"\u00a0", " "}, {"&#xa0;", " "}};
  for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
    if (strncmp(text, entities[i][0], strlen(entities[i][0])))
      continue;
    rgi_text_puts(ret, entities[i][1]);
    return strlen(entities[i][0]);
  }
  cr_expect_neq(*text, '&', "%.20s", text);
  return 0;
}

static void decode(const char *text, size_t size, struct rgi_text *ret)
{
  for (size_t i = 0; i < size;) {
    size_t length = decode_entity(text + i, ret);
    if (!length)
      rgi_text_add(ret, text + i, length = 1);
    i += length;
  }
}

// What stands in the <text> elements of an SVG, one a line.
static void read_texts(const struct rgi_text *svg, struct rgi_text *ret)
{
  const char *at = svg->data;
  while ((at = strstr(at, "<text "))) {
    const char *begin = strchr(at, '>') + 1;
    at = strstr(begin, "</text>");
    decode(begin, (size_t)(at - begin), ret);
    rgi_text_puts(ret, "\n");
  }
}

// Reads a value of DOT by the rules of the language: a bare word, or a string between quotes.
static void unquote(const char *at, struct rgi_text *ret)
{
  if (*at != '"') {
    rgi_text_add(ret, at, strcspn(at, ",];\n"));
    return;
  }
  for (at++; *at != '"'; at++) {
    cr_assert(*at);
    bool is_joined = at[0] == '\\' && at[1] == '\n';
    bool is_quote = at[0] == '\\' && at[1] == '"';
    if (is_joined)
      at++;
    else
      rgi_text_add(ret, is_quote ? ++at : at, 1);
  }
}

// The value of the first `name=` after `start`, entities decoded and the escapes of labels undone.
static void read_value(const char *start, const char *name, struct rgi_text *ret)
{
  RGI_SCOPED_TEXT value = RGI_TEXT_INIT;
  unquote(strstr(start, name) + strlen(name), &value);
  cr_expect(value.size < 16384, "the scanner takes no longer strings");
  cr_expect_null(strchr(rgi_text_string(&value), '\\'), "%s", rgi_text_string(&value));
  RGI_SCOPED_TEXT decoded = RGI_TEXT_INIT;
  decode(value.data, value.size, &decoded);
  for (const char *c = decoded.data; *c; c++) {
    c += c[0] == '\\' && c[1] == '\\';
    rgi_text_add(ret, c, 1);
  }
}

// Each is drawn as it stands here.
static const char *const literal[] = {
  "quote \" and \\\" and \\",
  "\\N \\G \\E \\T \\H \\L \\n \\l \\r",
  "odd \\",
  "two \\\\",
  "&amp; &#65; &#92;n &lt;b&gt;",
  "<b>bold</b> </title><script>",
  "\"]; x [label=\"injected",
  "{a|b|<c> d}",
  "'; -- /* // # */",
  "<<TABLE><TR><TD>cell</TD></TR></TABLE>>",
  "<![CDATA[ ]]> &xxe; <!ENTITY> <?php ?> -->",
  "n7:port:sw -> x; node [shape=record]",
  "javascript:alert(1)\" onload=\"alert(1)",
  "ends in a quote\"",
  "\xe4\xbd\xa0\xe5\xa5\xbd \xf0\x9f\x90\x8d",
};
#define NUM_LITERAL (sizeof(literal) / sizeof(literal[0]))

Test(render, hostile_labels_come_out_of_dot_as_they_went_in)
{
  for (size_t i = 0; i < NUM_LITERAL; i++) {
    RGI_SCOPED_TEXT dot = RGI_TEXT_INIT;
    RGI_SCOPED_TEXT node = RGI_TEXT_INIT;
    RGI_SCOPED_TEXT edge = RGI_TEXT_INIT;
    draw_label(literal[i], RG_FORMAT_DOT, &dot);
    read_value(strstr(dot.data, "n7\t"), "label=", &node);
    read_value(strstr(dot.data, "n7 -> n7"), "label=", &edge);
    cr_expect_str_eq(node.data, literal[i]);
    cr_expect_str_eq(edge.data, literal[i]);
  }
}

Test(render, hostile_labels_are_drawn_as_they_are)
{
  for (size_t i = 0; i < NUM_LITERAL; i++) {
    RGI_SCOPED_TEXT svg = RGI_TEXT_INIT;
    RGI_SCOPED_TEXT texts = RGI_TEXT_INIT;
    RGI_SCOPED_TEXT expected = RGI_TEXT_INIT;
    draw_label(literal[i], RG_FORMAT_SVG, &svg);
    read_texts(&svg, &texts);
    // As caption, box and arrow.
    for (int times = 0; times < 3; times++)
      rgi_text_printf(&expected, "%s\n", literal[i]);
    cr_expect_str_eq(texts.data, expected.data);
  }
}

Test(render, text_that_is_not_clean_is_drawn_in_escapes)
{
  RGI_SCOPED_TEXT svg = RGI_TEXT_INIT;
  draw_label("a\tb \x01 \x7f \xff \xed\xa0\x80 \xe2\x80\xae rtl", RG_FORMAT_SVG, &svg);
  cr_expect(strstr(svg.data, ">a\\tb \\x01 \\x7f \\xff \\ud800 \\u202e rtl</text>"), "%s", svg.data);
}

Test(render, a_label_that_starts_with_breaks_is_drawn)
{
  static const char *const labels[] = {"\n", "\n\n", "\n x", " \n", "", "\n\\", "a\n\nb\n"};
  for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
    RGI_SCOPED_TEXT png = RGI_TEXT_INIT;
    draw_label(labels[i], RG_FORMAT_PNG, &png);
    cr_expect(png.size);
  }
}

Test(render, very_long_text_is_cut_below_what_dot_can_hold)
{
  static const char units[] = {'x', '\\', '"', '&'};
  for (size_t i = 0; i < sizeof(units); i++) {
    char label[17001];
    memset(label, units[i], sizeof(label) - 1);
    label[sizeof(label) - 1] = '\0';
    RGI_SCOPED_TEXT dot = RGI_TEXT_INIT;
    RGI_SCOPED_TEXT value = RGI_TEXT_INIT;
    draw_label(label, RG_FORMAT_DOT, &dot);
    read_value(strstr(dot.data, "n7\t"), "label=", &value);
    cr_expect(value.size > 1000 && !memcmp(value.data, label, value.size - 3));
    cr_expect_str_eq(value.data + value.size - 3, "…");
  }
}

Test(render, attributes_that_open_files_or_carry_links_are_left_out)
{
  const rg_attribute attributes[] = {{"image", "/etc/passwd"},      {"shapefile", "/etc/passwd"},
                                     {"URL", "javascript:alert()"}, {"href", "x"},
                                     {"shape", "record"},           {"bad name=\"", "x"},
                                     {"fillcolor", "pink\"]; y ["}, {"color", "red"}};
  rg_annotation annotation = {.node = 1, .attributes = attributes, .num_attributes = 8};
  rg_view_options options = RG_VIEW_OPTIONS_INIT;
  options.annotations = &annotation;
  options.num_annotations = 1;
  SCOPED_PICTURE picture = picture_with("R>a", "a", &options);
  SCOPED_BUFFER dot = RG_BUFFER_INIT;
  must(draw(picture.view, RG_FORMAT_DOT, NULL, &dot));
  static const char *const denied[] = {"image", "shapefile", "passwd", "URL", "href", "record", "bad name", "pink\""};
  for (size_t i = 0; i < sizeof(denied) / sizeof(denied[0]); i++)
    cr_expect_not(contains(&dot, denied[i]), "%s", denied[i]);
  cr_expect(contains(&dot, "color=red"));
  cr_expect(contains(&dot, "\"pink]; y [\""));
}

// Any answer is right that is not a crash; the sanitizers look on.
Test(render, damaged_requests_are_read_without_harm)
{
  RGI_SCOPED_TEXT request = RGI_TEXT_INIT;
  ask_for("label", RG_FORMAT_SVG, RGI_RUNG_FULL, &request);
  size_t size = request.size - RGI_REQUEST_HEADER_SIZE;
  char *copy = malloc(size);
  unsigned random = 1;
  for (int times = 0; times < 50000; times++) {
    memcpy(copy, request.data + RGI_REQUEST_HEADER_SIZE, size);
    for (int change = 0; change < 3; change++) {
      random = random * 1103515245 + 12345;
      copy[(random >> 8) % size] = (char)(times % 2 ? random >> 4 : 0xff);
    }
    struct rgi_request decoded;
    rg_error *error = rgi_request_decode(copy, times % 3 ? size : (random >> 8) % size, &decoded);
    if (!error)
      rgi_request_deinit(&decoded);
    rg_error_destroy(error);
  }
  free(copy);
}

/* --- renderers that misbehave ----------------------------------------------------------------------------------- */

static void expect_failure(const char *renderer, rg_error_code code, const char *words)
{
  SCOPED_BUFFER buffer = RG_BUFFER_INIT;
  must_fail(draw_with(renderer, 5000, RG_FORMAT_SVG, &buffer), code, words);
  cr_expect_eq(buffer.size, 0);
  cr_expect_not(has_children());
}

Test(render, a_missing_renderer_is_named)
{
  expect_failure("/nonexistent/refgraph-render", RG_ERROR_RENDERER, "'/nonexistent/refgraph-render'");
}

Test(render, the_environment_names_the_renderer)
{
  setenv("REFGRAPH_RENDER", "/nonexistent/from-environment", 1);
  expect_failure(NULL, RG_ERROR_RENDERER, "from-environment");
}

Test(render, a_file_that_is_no_program_is_an_error)
{
  const char *path = script("");
  FILE *file = fopen(path, "w");
  fputs("junk", file);
  fclose(file);
  expect_failure(path, RG_ERROR_RENDERER, "cannot start");
}

Test(render, a_renderer_that_says_something_else_is_an_error)
{
  expect_failure(script("echo this is no picture at all"), RG_ERROR_RENDERER, "no picture");
}

Test(render, a_renderer_that_ends_silently_is_an_error)
{
  expect_failure(script("exit 3"), RG_ERROR_RENDERER, "exit status 3");
}

Test(render, programs_that_do_something_else_are_an_error)
{
  expect_failure("/bin/true", RG_ERROR_RENDERER, "exit status 0");
  expect_failure("/bin/cat", RG_ERROR_RENDERER, "no picture");
  expect_failure("/etc/passwd", RG_ERROR_RENDERER, "cannot start");
  expect_failure("/", RG_ERROR_RENDERER, "cannot start");
}

Test(render, a_crash_names_its_signal_and_the_last_words)
{
  expect_failure(script("echo famous last words >&2; kill -SEGV $$"), RG_ERROR_RENDERER, "signal 11");
  expect_failure(script("echo famous last words >&2; kill -SEGV $$"), RG_ERROR_RENDERER, "famous last words");
}

Test(render, last_words_are_one_clean_line)
{
  expect_failure(script("printf 'one\\n\\033[31mtwo\\n\\n' >&2; exit 1"), RG_ERROR_RENDERER, "one; \\x1b[31mtwo");
}

Test(render, a_flood_of_last_words_is_cut_in_the_middle)
{
  const char *path = script("echo begin >&2; head -c 3000000 /dev/zero | tr '\\0' x >&2; echo end >&2; exit 1");
  expect_failure(path, RG_ERROR_RENDERER, "begin");
  expect_failure(path, RG_ERROR_RENDERER, " ... ");
  expect_failure(path, RG_ERROR_RENDERER, "xend");
}

Test(render, a_renderer_that_was_killed_names_the_limit_that_may_be_the_reason)
{
  expect_failure(script("kill -KILL $$"), RG_ERROR_RENDERER, "signal 9 (Killed), memory limit 2048 MiB");
}

Test(render, half_a_picture_is_no_picture)
{
  expect_failure(script("\"$R\" | head -c 2000"), RG_ERROR_RENDERER, "ended without a picture");
}

Test(render, a_damaged_picture_is_no_picture)
{
  expect_failure(script("\"$R\" | tr e E"), RG_ERROR_RENDERER, "no picture");
}

Test(render, a_flood_of_output_is_ended)
{
  expect_failure(script("while :; do echo xxxxxxxxxxxxxxxxxxxx; done"), RG_ERROR_RENDERER, "no picture");
}

// The reply with which a renderer would say that.
static const char *script_that_replies(rg_error_code code, const char *message)
{
  RGI_SCOPED_TEXT reply = RGI_TEXT_INIT;
  rgi_reply_add_error(&reply, &(rg_error){code, message});
  const char *path = script("cat \"$HERE.reply\"");
  char reply_path[PATH_MAX];
  snprintf(reply_path, sizeof(reply_path), "%s.reply", path);
  FILE *file = fopen(reply_path, "w");
  fwrite(reply.data, 1, reply.size, file);
  fclose(file);
  return path;
}

Test(render, a_reason_that_no_terminal_should_see_is_one_clean_line)
{
  expect_failure(script_that_replies(RG_ERROR_RENDERER, "one\n\033[31mtwo \xe2\x80\xae"), RG_ERROR_RENDERER,
                 "one\\n\\x1b[31mtwo \\u202e");
}

Test(render, a_reply_that_promises_more_than_any_picture_has_is_not_waited_for)
{
  // "RGRA", a picture, of 2^40 bytes.
  const char *path = script("printf 'RGRA\\0\\0\\0\\0\\0\\0\\0\\0\\0\\1\\0\\0'; exec sleep 60");
  expect_failure(path, RG_ERROR_RENDERER, "no picture");
}

Test(render, a_renderer_that_does_not_listen_does_no_harm)
{
  expect_failure(script("exec 0<&-; exit 4"), RG_ERROR_RENDERER, "exit status 4");
}

Test(render, a_renderer_that_closes_its_output_and_stays_is_ended)
{
  // Not by the deadline, which would be another error.
  expect_failure(script("exec 1>&- 2>&-; sleep 60"), RG_ERROR_RENDERER, "signal 9");
}

Test(render, too_little_memory_is_an_error)
{
  static const uint64_t megabytes[] = {1, 30, 60, 90};
  SCOPED_PICTURE picture = picture_of(CLOSURE, "f");
  for (size_t i = 0; i < 4; i++) {
    rg_render_options options = RG_RENDER_OPTIONS_INIT;
    options.memory_limit = megabytes[i] << 20;
    SCOPED_BUFFER png = RG_BUFFER_INIT;
    rg_error *error = draw(picture.view, RG_FORMAT_PNG, &options, &png);
    if (error)
      cr_expect(error->code == RG_ERROR_MEMORY || error->code == RG_ERROR_RENDERER, "%s", error->message);
    else
      cr_expect(chunk(&png, "IEND", ""));
    rg_error_destroy(error);
  }
}

static bool is_gone(const char *pid_file)
{
  FILE *file = fopen(pid_file, "r");
  int pid = 0;
  cr_assert(file && fscanf(file, "%d", &pid) == 1);
  fclose(file);
  // A grandchild is left to init, which may take its time.
  char path[64], state = '?';
  snprintf(path, sizeof(path), "/proc/%d/stat", pid);
  file = fopen(path, "r");
  if (!file)
    return true;
  bool is_read = fscanf(file, "%*d %*s %c", &state) == 1;
  fclose(file);
  return !is_read || state == 'Z';
}

Test(render, a_file_that_is_replaced_keeps_its_mode_and_a_link_to_it_stays)
{
  SCOPED_PICTURE picture = picture_of(CLOSURE, "f");
  char path[64], name[80];
  snprintf(path, sizeof(path), "%s/private.txt", folder());
  snprintf(name, sizeof(name), "%s.link", path);
  close(open(path, O_CREAT | O_WRONLY, 0600));
  cr_assert_eq(symlink(path, name), 0);
  must(rg_render_file(picture.view, RG_FORMAT_TEXT, NULL, name));
  struct stat status;
  cr_assert_eq(lstat(name, &status), 0);
  cr_expect(S_ISLNK(status.st_mode));
  cr_assert_eq(stat(path, &status), 0);
  cr_expect_eq(status.st_mode & 0777, 0600);
  cr_expect_gt(status.st_size, 0);
}

// A process that was killed may take its time to go: the suite's timeout bounds how long this waits.
static void wait_until_gone(const char *pid_file)
{
  while (!is_gone(pid_file))
    usleep(1000);
}

Test(render, the_deadline_ends_the_renderer_and_its_children)
{
  const char *path = script("sleep 60 & echo $! >\"$HERE.child\"; echo $$ >\"$HERE.pid\"; wait");
  SCOPED_BUFFER buffer = RG_BUFFER_INIT;
  uint64_t start_ms = rgi_clock_ms();
  must_fail(draw_with(path, 2000, RG_FORMAT_DOT, &buffer), RG_ERROR_DEADLINE,
            "drawing took longer than 2 s: 5 boxes");
  cr_expect_geq(rgi_clock_ms() - start_ms, 2000);
  cr_expect_not(has_children());
  char pid_file[PATH_MAX];
  snprintf(pid_file, sizeof(pid_file), "%s.pid", path);
  wait_until_gone(pid_file);
  snprintf(pid_file, sizeof(pid_file), "%s.child", path);
  wait_until_gone(pid_file);
}

Test(render, a_renderer_that_was_stopped_is_ended_by_the_deadline)
{
  SCOPED_BUFFER buffer = RG_BUFFER_INIT;
  must_fail(draw_with(script("kill -STOP $$"), 300, RG_FORMAT_DOT, &buffer), RG_ERROR_DEADLINE, "longer than 0.3 s");
  cr_expect_not(has_children());
}

Test(render, words_without_end_do_not_put_off_the_deadline)
{
  SCOPED_BUFFER buffer = RG_BUFFER_INIT;
  const char *path = script("exec yes still at it >&2");
  must_fail(draw_with(path, 300, RG_FORMAT_DOT, &buffer), RG_ERROR_DEADLINE, "still at it");
  cr_expect_not(has_children());
}

Test(render, a_renderer_that_never_reads_is_ended_by_the_deadline)
{
  RGI_SCOPED_TEXT request = RGI_TEXT_INIT, received = RGI_TEXT_INIT;
  for (int times = 0; times < 8; times++) // more than a socket holds
    ask_for_much(&request);
  struct rgi_exchange exchange = {.path = script("exec sleep 60"), .request = &request};
  exchange.deadline_ms = rgi_clock_ms() + 300;
  struct rgi_reply reply;
  bool is_lost;
  must_fail(rgi_exchange_run(&exchange, &received, &reply, &is_lost), RG_ERROR_DEADLINE, "");
  cr_expect_not(has_children());
}

Test(render, what_a_renderer_said_before_its_time_was_up_is_told)
{
  SCOPED_BUFFER buffer = RG_BUFFER_INIT;
  must_fail(draw_with(script("echo a reason >&2; exec sleep 60"), 300, RG_FORMAT_DOT, &buffer), RG_ERROR_DEADLINE,
            "allow more time: a reason");
}

Test(render, a_layout_that_takes_too_long_steps_down)
{
  const char *path = script("[ -e \"$HERE.second\" ] && exec \"$R\"; : >\"$HERE.second\"; exec sleep 60");
  SCOPED_BUFFER svg = RG_BUFFER_INIT;
  must(draw_with(path, 4000, RG_FORMAT_SVG, &svg));
  cr_expect(contains(&svg, "</svg>"));
}

Test(render, a_layout_that_crashes_steps_down)
{
  const char *path = script("[ -e \"$HERE.second\" ] && exec \"$R\"; : >\"$HERE.second\"; kill -SEGV $$");
  SCOPED_BUFFER svg = RG_BUFFER_INIT;
  must(draw_with(path, 4000, RG_FORMAT_SVG, &svg));
  cr_expect(contains(&svg, "</svg>"));
}

Test(render, every_rung_draws)
{
  for (enum rgi_rung rung = RGI_RUNG_FULL; rung < RGI_NUM_RUNGS; rung++) {
    RGI_SCOPED_TEXT svg = RGI_TEXT_INIT;
    draw_label_on(rung, "label", RG_FORMAT_SVG, &svg);
    cr_expect(strstr(svg.data, ">label</text>"));
  }
}

// A chain of `num` objects, which dot draws as a strip.
static struct picture long_picture(uint32_t num)
{
  struct picture picture = {.heap = {.graph = heap_chain(num)}};
  rg_neighbourhood_options options = RG_NEIGHBOURHOOD_OPTIONS_INIT;
  options.max_depth = options.max_nodes = options.max_edges = num;
  rg_node first = 1;
  must(rg_select_neighbourhood(picture.heap.graph, &first, 1, &options, &picture.selection));
  must(rg_view_create(picture.selection, NULL, &picture.view));
  return picture;
}

static void expect_page(const rg_buffer *png)
{
  uint32_t width = big_endian(chunk(png, "IHDR", "")), height = big_endian(chunk(png, "IHDR", "") + 4);
  cr_expect(width < 3 * height && height < 3 * width, "%u x %u", width, height);
}

Test(render, a_picture_that_would_be_a_strip_becomes_a_page)
{
  SCOPED_PICTURE picture = long_picture(400);
  SCOPED_BUFFER png = RG_BUFFER_INIT;
  must(draw(picture.view, RG_FORMAT_PNG, NULL, &png));
  expect_page(&png);
}

Test(render, five_thousand_boxes_are_a_page_in_every_format)
{
  static const rg_format formats[] = {RG_FORMAT_SVG, RG_FORMAT_PDF, RG_FORMAT_PNG};
  SCOPED_PICTURE picture = long_picture(5000);
  for (size_t i = 0; i < 3; i++) {
    SCOPED_BUFFER buffer = RG_BUFFER_INIT;
    must(draw(picture.view, formats[i], NULL, &buffer));
    cr_expect_gt(buffer.size, 100000);
    if (formats[i] == RG_FORMAT_PNG)
      expect_page(&buffer);
  }
}

#ifdef __SANITIZE_ADDRESS__
#define MANY 100000
#else
#define MANY 1000000
#endif

Test(render, a_million_boxes_are_refused_in_time_and_say_how_many_they_are)
{
  static const rg_format formats[] = {RG_FORMAT_DOT, RG_FORMAT_SVG, RG_FORMAT_PNG};
  SCOPED_PICTURE picture = long_picture(MANY);
  rg_render_options options = RG_RENDER_OPTIONS_INIT;
  options.deadline_ms = 500;
  for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
    SCOPED_BUFFER buffer = RG_BUFFER_INIT;
    uint64_t start_ms = rgi_clock_ms();
    must_fail(draw(picture.view, formats[i], &options, &buffer), RG_ERROR_DEADLINE, "00000 boxes and ");
    cr_expect_lt(rgi_clock_ms() - start_ms, 10000);
    cr_expect_eq(buffer.size, 0);
  }
  cr_expect_not(has_children());
}

Test(render, arrows_keep_their_words_when_they_are_drawn_before_boxes)
{
  SCOPED_PICTURE picture = long_picture(1100);
  SCOPED_BUFFER svg = RG_BUFFER_INIT;
  must(draw(picture.view, RG_FORMAT_SVG, NULL, &svg));
  const char *arrow = strstr(svg.data, "<g id=\"edge2\""), *box = strstr(svg.data, "<g id=\"node1\"");
  cr_assert(arrow && box && arrow < box);
  cr_expect(strstr(arrow, "<title>.next: ") == strstr(arrow, "<title>"), "%.200s", arrow);
}

// Graphviz as it is where the plugin for neato was not installed.
#define WITHOUT_NEATO \
  "D=${HERE%/*}; P=$(pkg-config --variable=libdir libgvc)/graphviz; ln -s \"$P\"/lib* \"$D\"\n" \
  "for C in \"$P\"/config*; do sed '/neato_layout/,/^}/d' \"$C\" >\"$D/${C##*/}\"; done\n" \
  "exec env GVBINDIR=\"$D\" \"$R\""

Test(render, without_the_plugin_for_neato_dot_does_what_it_can_and_a_failure_names_it)
{
  SCOPED_PICTURE picture = long_picture(1100);
  rg_render_options options = RG_RENDER_OPTIONS_INIT;
  options.renderer = script(WITHOUT_NEATO);
  SCOPED_BUFFER svg = RG_BUFFER_INIT;
  must(draw(picture.view, RG_FORMAT_SVG, &options, &svg));
  cr_expect(contains(&svg, "</svg>"));
  options.renderer = script(WITHOUT_NEATO);
  SCOPED_BUFFER png = RG_BUFFER_INIT;
  must_fail(draw(picture.view, RG_FORMAT_PNG, &options, &png), RG_ERROR_LIMIT, "libgvplugin-neato-layout");
}

static int stop_at_third(void *context, const char *phase, unsigned long long done, unsigned long long total)
{
  (void)done;
  (void)total;
  cr_expect_str_eq(phase, "draw");
  return ++*(int *)context == 3;
}

Test(render, progress_is_called_all_the_time_and_can_stop)
{
  SCOPED_PICTURE picture = picture_of(CLOSURE, "f");
  int num_calls = 0;
  rg_render_options options = RG_RENDER_OPTIONS_INIT;
  options.renderer = script("exec sleep 60");
  options.progress = stop_at_third;
  options.progress_context = &num_calls;
  SCOPED_BUFFER buffer = RG_BUFFER_INIT;
  must_fail(draw(picture.view, RG_FORMAT_SVG, &options, &buffer), RG_ERROR_INTERRUPTED, "interrupted");
  cr_expect_eq(num_calls, 3);
  cr_expect_not(has_children());
}

/* --- hosts ------------------------------------------------------------------------------------------------------ */

Test(render, a_host_that_ignores_sigchld_gets_its_picture)
{
  signal(SIGCHLD, SIG_IGN);
  SCOPED_BUFFER svg = RG_BUFFER_INIT;
  must(draw_with(NULL, 20000, RG_FORMAT_SVG, &svg));
  cr_expect(contains(&svg, "</svg>"));
  expect_failure(script("kill -SEGV $$"), RG_ERROR_RENDERER, "ended without a picture");
}

static atomic_bool is_over;

static void *reap_all(void *unused)
{
  while (!atomic_load(&is_over)) {
    if (waitpid(-1, NULL, WNOHANG) <= 0)
      sched_yield();
  }
  return unused;
}

Test(render, a_host_that_reaps_all_children_gets_its_pictures)
{
  pthread_t thread;
  cr_assert_eq(pthread_create(&thread, NULL, reap_all, NULL), 0);
  for (int i = 0; i < 10; i++) {
    SCOPED_BUFFER dot = RG_BUFFER_INIT;
    must(draw_with(NULL, 20000, RG_FORMAT_DOT, &dot));
    cr_expect(contains(&dot, "digraph"));
  }
  atomic_store(&is_over, true);
  pthread_join(thread, NULL);
}

/* Returns the first error: Criterion's assertions are for one thread. */
static void *draw_often(void *view)
{
  rg_error *error = NULL;
  for (int i = 0; i < 10 && !error; i++) {
    SCOPED_BUFFER dot = RG_BUFFER_INIT;
    error = draw(view, RG_FORMAT_DOT, NULL, &dot);
  }
  return error;
}

Test(render, threads_draw_at_the_same_time)
{
  SCOPED_PICTURE picture = picture_of(CLOSURE, "f");
  pthread_t threads[4];
  for (int i = 0; i < 4; i++)
    cr_assert_eq(pthread_create(&threads[i], NULL, draw_often, picture.view), 0);
  for (int i = 0; i < 4; i++) {
    void *error;
    pthread_join(threads[i], &error);
    must(error);
  }
  cr_expect_not(has_children());
}

Test(render, no_child_no_descriptor_and_no_memory_is_left)
{
  size_t num_fds = num_entries("/proc/self/fd"), num_live = rgi_alloc_num_live();
  static const char *const commands[] = {"exec \"$R\"", "exit 1", "kill -SEGV $$", "exec sleep 60", "echo junk"};
  for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
    SCOPED_BUFFER svg = RG_BUFFER_INIT;
    rg_error_destroy(draw_with(script(commands[i]), 500, RG_FORMAT_SVG, &svg));
    cr_expect_not(has_children());
    cr_expect_eq(num_entries("/proc/self/fd"), num_fds);
  }
  cr_expect_eq(rgi_alloc_num_live(), num_live);
}

Test(render, the_renderer_inherits_neither_descriptors_nor_environment_nor_signals)
{
  cr_assert_eq(dup2(STDERR_FILENO, 77), 77);
  setenv("SECRET", "token", 1);
  signal(SIGTERM, SIG_IGN);
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &blocked, NULL);
  SCOPED_BUFFER svg = RG_BUFFER_INIT;
  const char *path = script("[ -e /proc/self/fd/77 ] && echo leak >&2; [ \"$SECRET\" ] && echo leak >&2;\n"
                            "grep -E '^Sig(Blk|Ign)' /proc/self/status >&2; exit 1");
  rg_error *error = draw_with(path, 5000, RG_FORMAT_SVG, &svg);
  cr_expect(error && !strstr(error->message, "leak"), "%s", error->message);
  // The signals of threads themselves, 32 and 33, are beyond anybody's reach.
  unsigned long long blocked_then = 1, ignored_then = 1;
  const char *words = strstr(error->message, "SigBlk");
  cr_assert(words && sscanf(words, "SigBlk:\\t%llx; SigIgn:\\t%llx", &blocked_then, &ignored_then) == 2);
  cr_expect_eq(blocked_then & 0x7fffffff, 0, "%s", error->message);
  cr_expect_eq(ignored_then & 0x7fffffff, 0, "%s", error->message);
  rg_error_destroy(error);
}

// Some load code, some plugins of Graphviz's, some files.
static const char *const not_passed_on[] = {
  "LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "GVBINDIR", "GV_FILE_PATH", "SERVER_NAME", "DOTFONTPATH", "GDFONTPATH",
  "PANGO_RC_FILE", "GCONV_PATH", "LOCPATH", "MALLOC_TRACE", "PATH", "PYTHONPATH", "TMPDIR",
};
#define NUM_NOT_PASSED_ON (sizeof(not_passed_on) / sizeof(not_passed_on[0]))

Test(render, what_loads_code_or_opens_files_is_not_in_the_environment_of_the_renderer)
{
  for (size_t i = 0; i < NUM_NOT_PASSED_ON; i++)
    setenv(not_passed_on[i], "/nonexistent/hostile", 1);
  SCOPED_BUFFER svg = RG_BUFFER_INIT;
  must(draw_with(NULL, 20000, RG_FORMAT_SVG, &svg));
  // Dash has its own environment; what it was given is another one.
  rg_error *error = draw_with(script("tr '\\0' ' ' </proc/$$/environ >&2; exit 1"), 5000, RG_FORMAT_SVG, &svg);
  cr_assert(error && strstr(error->message, "LANG=C.UTF-8"), "%s", error->message);
  cr_expect_null(strstr(error->message, "hostile"), "%s", error->message);
  rg_error_destroy(error);
}

// Waits until a process has had so much time of a processor, however busy the machine is.
static void await_work(pid_t pid, double seconds)
{
  clockid_t clock;
  struct timespec used = {0};
  cr_assert_eq(clock_getcpuclockid(pid, &clock), 0);
  while ((double)used.tv_sec + (double)used.tv_nsec / 1e9 < seconds) {
    nanosleep(&(struct timespec){0, 10000000}, NULL);
    cr_assert_eq(waitpid(pid, NULL, WNOHANG), 0, "it is at work");
    cr_assert_eq(clock_gettime(clock, &used), 0);
  }
}

// A request that takes long, sent to the renderer, which is at work then.
static struct rgi_child at_work(void)
{
  RGI_SCOPED_TEXT request = RGI_TEXT_INIT;
  ask_for_much(&request);
  struct rgi_child child;
  must(rgi_child_start(real_renderer(), &child));
  for (size_t sent = 0; sent < request.size;) {
    ssize_t num = send(child.fds[RGI_CHILD_IN], request.data + sent, request.size - sent, MSG_NOSIGNAL);
    cr_assert(num > 0);
    sent += (size_t)num;
  }
  await_work(child.pid, 0.3);
  return child;
}

static void read_proc(pid_t pid, const char *name, char *ret, size_t size)
{
  char path[64];
  snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
  FILE *file = fopen(path, "r");
  cr_assert(file);
  ret[fread(ret, 1, size - 1, file)] = '\0';
  fclose(file);
}

// The soft limit of a line of /proc/PID/limits.
static void expect_limit(const char *limits, const char *name, const char *expected)
{
  const char *line = strstr(limits, name);
  cr_assert(line);
  line += strlen(name);
  line += strspn(line, " ");
  cr_expect(!strncmp(line, expected, strlen(expected)) && line[strlen(expected)] == ' ', "%s: %.20s", name, line);
}

Test(render, the_renderer_at_work_has_its_limits_and_three_descriptors_alone)
{
  cr_assert(dup(STDERR_FILENO) > STDERR_FILENO);
  cr_assert_eq(dup2(STDERR_FILENO, 500), 500);
  struct rgi_child child = at_work();
  char path[64], limits[4096];
  snprintf(path, sizeof(path), "/proc/%d/fd", (int)child.pid);
  cr_expect_eq(num_entries(path), 3);
  read_proc(child.pid, "limits", limits, sizeof(limits));
  expect_limit(limits, "Max cpu time", "22");
  expect_limit(limits, "Max file size", "67108864");
  expect_limit(limits, "Max core file size", "0");
#ifndef __SANITIZE_ADDRESS__
  expect_limit(limits, "Max address space", "2147483648");
#endif
  rgi_child_end(&child, 0);
}

Test(render, a_host_without_standard_descriptors_gets_its_picture)
{
  pid_t pid = fork();
  if (!pid) {
    SCOPED_BUFFER dot = RG_BUFFER_INIT;
    for (int fd = 0; fd < 3; fd++)
      close(fd);
    rg_error *error = draw_with(NULL, 20000, RG_FORMAT_DOT, &dot);
    _exit(error || !contains(&dot, "digraph"));
  }
  int status;
  cr_assert_eq(waitpid(pid, &status, 0), pid);
  cr_expect(WIFEXITED(status) && !WEXITSTATUS(status));
}

Test(render, a_renderer_ends_with_its_host)
{
  struct rgi_child child = at_work();
  // What the kernel does when the host dies.
  rgi_child_close(&child, RGI_CHILD_IN);
  struct rgi_child_status end = rgi_child_end(&child, 5000);
  cr_expect(end.is_known && WIFEXITED(end.status) && WEXITSTATUS(end.status) == 1, "%x", (unsigned)end.status);
}

static rg_error *draw_dot(const rg_view *view)
{
  SCOPED_BUFFER dot = RG_BUFFER_INIT;
  rg_writer writer = rg_buffer_writer(&dot);
  rg_error *error = rg_render(view, RG_FORMAT_DOT, NULL, &writer);
  cr_expect(!error || !dot.size);
  cr_expect_not(has_children());
  return error;
}

Test(render, every_allocation_may_fail)
{
  SCOPED_PICTURE picture = picture_of(CLOSURE, "f");
  cr_expect_gt(HEAP_TORTURE(draw_dot(picture.view), (void)0), 10);
}

/* --- files ------------------------------------------------------------------------------------------------------ */

Test(render, a_file_appears_whole_and_alone)
{
  SCOPED_PICTURE picture = picture_of(CLOSURE, "f");
  char path[PATH_MAX];
  char *home = folder();
  snprintf(path, sizeof(path), "%s/refs.png", home);
  umask(027);
  for (int times = 0; times < 2; times++) {
    must(rg_render_file(picture.view, RG_FORMAT_PNG, NULL, path));
    cr_expect_eq(num_entries(home), 1);
  }
  struct stat status;
  cr_assert_eq(stat(path, &status), 0);
  cr_expect_eq(status.st_mode & 0777, 0640);
  cr_expect(status.st_size > 1000);
}

Test(render, a_failed_drawing_leaves_the_old_file_and_nothing_else)
{
  SCOPED_PICTURE picture = picture_of(CLOSURE, "f");
  char path[PATH_MAX];
  char home[64];
  strcpy(home, folder());
  snprintf(path, sizeof(path), "%s/refs.png", home);
  FILE *file = fopen(path, "w");
  fputs("old", file);
  fclose(file);
  rg_render_options options = RG_RENDER_OPTIONS_INIT;
  options.renderer = script("\"$R\" | head -c 100");
  must_fail(rg_render_file(picture.view, RG_FORMAT_PNG, &options, path), RG_ERROR_RENDERER, "without a picture");
  struct stat status;
  cr_assert_eq(stat(path, &status), 0);
  cr_expect_eq(status.st_size, 3);
  cr_expect_eq(num_entries(home), 1);
}

static rg_error *write_file(const char *path)
{
  rg_file *file;
  rg_file_options options = RG_FILE_OPTIONS_INIT;
  options.is_synced = true;
  RGI_TRY(rg_file_create(path, &options, &file));
  rg_writer writer = rg_file_writer(file);
  rg_error *error = writer.write(writer.context, "new", 3);
  if (!error)
    error = rg_file_commit(file);
  rg_file_destroy(file);
  return error;
}

// After a failure nothing is there.
static rg_error *look_into(const char *home, rg_error *error)
{
  cr_expect_eq(num_entries(home), error ? 0 : 1);
  return error;
}

Test(render, without_memory_no_file_appears_and_none_is_left_behind)
{
  SCOPED_PICTURE picture = picture_of(CLOSURE, "f");
  char path[PATH_MAX];
  char *home = folder();
  snprintf(path, sizeof(path), "%s/refs.dot", home);
  size_t num_fds = num_entries("/proc/self/fd");
  cr_expect_gt(HEAP_TORTURE(look_into(home, write_file(path)), unlink(path)), 3);
  cr_expect_gt(HEAP_TORTURE(look_into(home, rg_render_file(picture.view, RG_FORMAT_DOT, NULL, path)), unlink(path)), 9);
  cr_expect_eq(num_entries("/proc/self/fd"), num_fds);
}

Test(render, a_folder_that_is_not_there_is_named_before_anything_is_drawn)
{
  SCOPED_PICTURE picture = picture_of(CLOSURE, "f");
  rg_render_options options = RG_RENDER_OPTIONS_INIT;
  options.renderer = script(": >\"$HERE.started\"");
  must_fail(rg_render_file(picture.view, RG_FORMAT_PNG, &options, "/nonexistent/refs.png"), RG_ERROR_SYSTEM,
            "cannot write '/nonexistent/refs.png': No such file or directory");
  char started[PATH_MAX];
  snprintf(started, sizeof(started), "%s.started", options.renderer);
  cr_expect_neq(access(started, F_OK), 0);
}

Test(render, devices_and_folders_are_not_replaced)
{
  SCOPED_PICTURE picture = picture_of(CLOSURE, "f");
  must_fail(rg_render_file(picture.view, RG_FORMAT_DOT, NULL, "/dev/null"), RG_ERROR_SYSTEM, "'/dev/null'");
  must_fail(rg_render_file(picture.view, RG_FORMAT_DOT, NULL, folder()), RG_ERROR_SYSTEM, "it is a folder");
}

Test(render, extensions_name_formats_in_any_case)
{
  static const struct {
    const char *path;
    rg_format format;
  } names[] = {{"a.dot", RG_FORMAT_DOT},     {"a.gv", RG_FORMAT_DOT},        {"/x.y/a.SVG", RG_FORMAT_SVG},
               {".png", RG_FORMAT_PNG},      {"a.b.Pdf", RG_FORMAT_PDF},     {"a.txt", RG_FORMAT_TEXT},
               {"a.json", RG_FORMAT_JSON}};
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    rg_format format;
    must(rg_format_of(names[i].path, &format));
    cr_expect_eq(format, names[i].format, "%s", names[i].path);
  }
}

Test(render, other_extensions_are_refused_with_those_that_work)
{
  static const char *const names[] = {"a.bmp", "png", "", "a.png/", "/a.png/b", "a.png\n"};
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    rg_format format;
    must_fail(rg_format_of(names[i], &format), RG_ERROR_ARGUMENT, ".dot, .gv, .svg, .png, .pdf, .txt or .json");
  }
}
