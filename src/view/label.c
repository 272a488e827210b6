/* The lines of a box: what an object is, in at most three lines and a few rows. */
#include <string.h>

#include "../base/alloc.h"
#include "../base/clean.h"
#include "view-internal.h"

#define MAX_ROWS 4
#define TERMINAL_COLUMNS 48
// What is left for a name at the end of a full line.
#define LEAST_COLUMNS 8
#define MAX_NOTE_LINES 8
#define NOTE_COLUMNS 64
// Sizes below this, or below a thousandth of what the picture shows, say nothing.
#define LEAST_SIZE 1000

// How lines are written: short for a box, longer for a terminal, in full for the tooltip and for programs.
struct writer {
  struct rgi_text *text;
  const rg_view_options *options;
  const char *separator; // between thousands
  size_t columns;
  size_t line; // where the current line begins
};

static size_t room(const struct writer *writer)
{
  const char *text = rgi_text_string(writer->text);
  size_t used = *text ? rgi_utf8_length(text + writer->line) : 0;
  return used + LEAST_COLUMNS < writer->columns ? writer->columns - used : LEAST_COLUMNS;
}

static void end_line(struct writer *writer)
{
  if (writer->text->size > writer->line)
    rgi_text_puts(writer->text, "\n");
  writer->line = writer->text->size;
}

// A comma between what a line says already and what follows.
static void separate(struct writer *writer)
{
  if (writer->text->size > writer->line)
    rgi_text_puts(writer->text, ", ");
}

static void add_count(struct writer *writer, const struct rgi_box *box)
{
  if (box->node.count == 1)
    return;
  rgi_words_add_count(writer->text, box->node.count, writer->separator);
  rgi_text_puts(writer->text, " " RGI_TIMES " ");
}

// The type of what has code reads as words: "builtin_function_or_method" as "builtin function".
static void add_words(struct rgi_text *text, const char *name)
{
  name += strspn(name, "_");
  const char *alternative = strstr(name, "_or_");
  size_t begin = text->size;
  rgi_text_add(text, name, alternative ? (size_t)(alternative - name) : strlen(name));
  for (size_t i = begin; i < text->size; i++)
    text->data[i] = text->data[i] == '_' ? ' ' : text->data[i];
}

static void add_type(struct writer *writer, const struct rgi_box *box)
{
  RGI_SCOPED_TEXT name = RGI_TEXT_INIT;
  if (writer->options->long_type_names && *box->type.module)
    rgi_text_printf(&name, "%s.", box->type.module);
  if (box->type.category == RG_CATEGORY_CALLABLE)
    add_words(&name, box->type.name);
  else
    rgi_text_puts(&name, box->type.name);
  rgi_words_add_name(writer->text, rgi_text_string(&name), room(writer));
  writer->text->is_failed |= name.is_failed;
}

static void add_site(struct writer *writer, const rg_graph *graph, const struct rgi_box *box)
{
  if (box->info.site == RG_SITE_NONE)
    return;
  rg_site_info site = rg_graph_site(graph, box->info.site);
  if (!*site.file)
    return;
  separate(writer);
  rgi_words_add_place(writer->text, site.file, site.line, room(writer));
}

// The name of one is its own; several have only that of their site in common.
static const char *name_of(const rg_graph *graph, const struct rgi_box *box)
{
  if (box->node.count == 1)
    return rg_graph_string(graph, box->info.label);
  if (box->info.site != RG_SITE_NONE)
    return rg_graph_site(graph, box->info.site).name;
  return box->type.category == RG_CATEGORY_CALLABLE ? rg_graph_string(graph, box->info.label) : "";
}

// "app.bus" / "module", "make.<locals>.on_click" / "function, ui.py:12": the name first, the type below.
static void add_named(struct writer *writer, const rg_graph *graph, const struct rgi_box *box)
{
  const char *name = name_of(graph, box);
  add_count(writer, box);
  if (*name) {
    rgi_words_add_name(writer->text, name, room(writer));
    end_line(writer);
  }
  add_type(writer, box);
  if (!*name)
    end_line(writer);
  add_site(writer, graph, box);
  end_line(writer);
}

// "MainThread" / "loop() local, app.py:71".
static void add_frame(struct writer *writer, const rg_graph *graph, const struct rgi_box *box)
{
  const char *name = rg_graph_string(graph, box->info.label);
  rgi_text_puts(writer->text, rg_graph_string(graph, box->info.context));
  end_line(writer);
  bool is_function = *name && *name != '<';
  rgi_words_add_name(writer->text, *name ? name : box->type.name, writer->columns / 2);
  rgi_text_puts(writer->text, is_function ? "() local" : " local");
  add_site(writer, graph, box);
  end_line(writer);
}

// A buffer of bytes says its size however small it is: it has nothing else to say.
static bool shows_size(const struct rgi_box *box, uint64_t total_size)
{
  bool is_buffer = box->type.category == RG_CATEGORY_CONTAINER && box->info.length == RG_LENGTH_NONE;
  return is_buffer || (box->node.size >= LEAST_SIZE && box->node.size >= total_size / 1000);
}

static void add_data(struct writer *writer, const rg_graph *graph, const struct rgi_box *box)
{
  const char *label = rg_graph_string(graph, box->info.label);
  add_count(writer, box);
  add_type(writer, box);
  end_line(writer);
  bool is_one = box->node.count == 1;
  if (is_one && *label)
    rgi_words_add_value(writer->text, label, room(writer));
  if (is_one && box->info.length != RG_LENGTH_NONE) {
    separate(writer);
    rgi_words_add_counted(writer->text, box->info.length, "item", writer->separator);
  }
  if (box->shows_size) {
    separate(writer);
    rgi_words_add_size(writer->text, box->node.size);
  }
  end_line(writer);
}

static void add_value(struct writer *writer, const rg_graph *graph, const struct rgi_box *box)
{
  const char *label = rg_graph_string(graph, box->info.label);
  add_count(writer, box);
  if (*label)
    rgi_words_add_value(writer->text, label, room(writer));
  else
    add_type(writer, box);
  end_line(writer);
  if (box->shows_size)
    rgi_words_add_size(writer->text, box->node.size);
  end_line(writer);
}

static void add_object(struct writer *writer, const rg_graph *graph, const struct rgi_box *box)
{
  switch (box->type.category) {
  case RG_CATEGORY_CALLABLE:
  case RG_CATEGORY_TYPE:
  case RG_CATEGORY_MODULE:
  case RG_CATEGORY_EXTERNAL:
    add_named(writer, graph, box);
    break;
  case RG_CATEGORY_FRAME:
    add_frame(writer, graph, box);
    break;
  case RG_CATEGORY_INSTANCE:
  case RG_CATEGORY_CONTAINER:
    add_data(writer, graph, box);
    break;
  case RG_CATEGORY_VALUE:
    add_value(writer, graph, box);
    break;
  }
}

static void add_refcount(struct writer *writer, const struct rgi_box *box)
{
  if (!writer->options->with_refcounts || !box->info.address || box->node.count > 1)
    return;
  if (box->info.flags & RG_NODE_IMMORTAL)
    rgi_text_puts(writer->text, "immortal");
  else
    rgi_words_add_counted(writer->text, box->info.refcount, "reference", writer->separator);
  end_line(writer);
}

// Where code was made says its definition already.
static void add_allocation(struct writer *writer, const struct rgi_box *box)
{
  if (!box->node.allocation.file || box->type.category == RG_CATEGORY_CALLABLE)
    return;
  rgi_text_puts(writer->text, "allocated at ");
  rgi_words_add_place(writer->text, box->node.allocation.file, box->node.allocation.line, room(writer));
  end_line(writer);
}

static void add_mark(struct writer *writer, const struct rgi_box *box, const char *noun)
{
  rgi_text_puts(writer->text, RGI_ELLIPSIS " ");
  rgi_words_add_count(writer->text, box->num_cut, writer->separator);
  rgi_text_printf(writer->text, " more %s%s", noun, box->num_cut == 1 ? "" : "s");
  end_line(writer);
}

static void add_lines(struct writer *writer, const rg_graph *graph, const struct rgi_box *box)
{
  switch (box->mark) {
  case RGI_MARK_NONE:
    add_object(writer, graph, box);
    add_refcount(writer, box);
    add_allocation(writer, box);
    break;
  case RGI_MARK_ITEMS:
    add_mark(writer, box, "item");
    break;
  case RGI_MARK_REFERENCES:
    add_mark(writer, box, "reference");
    break;
  case RGI_MARK_REFERRERS:
    add_mark(writer, box, "referrer");
    break;
  case RGI_MARK_UNSET:
    rgi_text_puts(writer->text, "no value");
    end_line(writer);
    break;
  }
}

// What the caller has to say about a node, line by line.
void rgi_view_add_note(struct rgi_text *text, const char *note)
{
  for (size_t i = 0; note && *note && i < MAX_NOTE_LINES; i++) {
    size_t size = strcspn(note, "\n");
    RGI_SCOPED_TEXT line = RGI_TEXT_INIT;
    rgi_text_add_clean(&line, note, size, RG_STRING_MAX);
    rgi_words_add_value(text, rgi_text_string(&line), NOTE_COLUMNS);
    rgi_text_puts(text, "\n");
    text->is_failed |= line.is_failed;
    note += size + (note[size] == '\n');
  }
}

// "'host': 'localhost'" in a mapping, ".port = 8080" in an instance, "[0] = 5", and a bare "5" in a set.
static void add_row(struct rgi_text *text, const rg_view *view, const struct rgi_arrow *arrow)
{
  const struct rgi_box *source = &view->boxes[arrow->edge.source];
  RGI_SCOPED_TEXT name = RGI_TEXT_INIT;
  if (arrow->edge.kind == RG_EDGE_ITEM) {
    rgi_words_add_value(&name, arrow->edge.name, RGI_EDGE_COLUMNS - 4);
    rgi_text_puts(&name, ": ");
  } else if (*arrow->edge.text) {
    rgi_view_add_edge_text(&name, arrow->edge.kind, arrow->edge.name, source, RGI_EDGE_COLUMNS - 4);
    rgi_text_puts(&name, " = ");
  }
  rgi_text_puts(text, rgi_text_string(&name));
  size_t room = RGI_LINE_COLUMNS - rgi_utf8_length(rgi_text_string(&name));
  rgi_words_add_value(text, view->boxes[arrow->edge.target].value, room);
  rgi_text_puts(text, "\n");
  text->is_failed |= name.is_failed;
}

// The rows of a box and how many they are. A remainder of one row is shown: the line is there anyway.
static uint32_t add_rows(struct rgi_text *text, const rg_view *view, const struct rgi_box *box,
                         const struct rgi_arrow *arrows, size_t num_arrows)
{
  uint64_t num_all = box->num_rows + box->num_cut_targets;
  uint32_t max_rows = num_all <= MAX_ROWS + 1 ? MAX_ROWS + 1 : MAX_ROWS;
  uint32_t num_rows = 0;
  for (size_t i = 0; i < num_arrows && num_rows < max_rows; i++) {
    bool is_mark = view->boxes[arrows[i].edge.target].mark != RGI_MARK_NONE;
    if (arrows[i].edge.is_drawn || arrows[i].is_redundant || is_mark)
      continue;
    add_row(text, view, &arrows[i]);
    num_rows++;
  }
  if (!num_rows || num_all == num_rows)
    return num_rows;
  rgi_text_puts(text, RGI_ELLIPSIS " ");
  rgi_words_add_count(text, num_all - num_rows, RGI_NARROW_SPACE);
  rgi_text_puts(text, " more\n");
  return num_rows + 1;
}

// Lines as one line: commas for the line ends.
static void add_joined(struct rgi_text *text, const struct rgi_text *lines)
{
  const char *line = rgi_text_string(lines);
  while (*line) {
    size_t size = strcspn(line, "\n");
    rgi_text_add(text, line, size);
    line += size + (line[size] == '\n'); // a text that failed may end anywhere
    rgi_text_puts(text, *line ? ", " : "");
  }
  text->is_failed |= lines->is_failed;
}

static rg_error *add_joined_lines(struct rgi_sheet *sheet, const struct rgi_box *box, size_t columns,
                                  const char **ret)
{
  RGI_SCOPED_TEXT lines = RGI_TEXT_INIT, joined = RGI_TEXT_INIT;
  struct writer writer = {&lines, &sheet->options, " ", columns, 0};
  add_lines(&writer, sheet->graph, box);
  add_joined(&joined, &lines);
  return rgi_arena_add_text(&sheet->view->strings, &joined, ret);
}

void rgi_view_add_node_label(struct rgi_text *text, const rg_graph *graph, rg_node node)
{
  rg_node_info info = rg_graph_node(graph, node);
  struct rgi_box box = {.node = {.node = node, .count = 1}, .info = info, .type = rg_graph_type(graph, info.type)};
  rg_view_options options = RG_VIEW_OPTIONS_INIT;
  RGI_SCOPED_TEXT lines = RGI_TEXT_INIT;
  struct writer writer = {&lines, &options, " ", TERMINAL_COLUMNS, 0};
  add_lines(&writer, graph, &box);
  add_joined(text, &lines);
}

static rg_error *add_one_line_texts(struct rgi_sheet *sheet, struct rgi_box *box)
{
  const char *short_label;
  RGI_TRY(add_joined_lines(sheet, box, RGI_NO_LIMIT, &box->node.label));
  RGI_TRY(add_joined_lines(sheet, box, TERMINAL_COLUMNS, &box->heading));
  RGI_TRY(add_joined_lines(sheet, box, RGI_LINE_COLUMNS, &short_label));
  box->node.tooltip = strcmp(box->node.label, short_label) ? box->node.label : "";
  return NULL;
}

static rg_error *add_box_text(struct rgi_sheet *sheet, struct rgi_box *box, const struct rgi_arrow *arrows,
                              size_t num_arrows)
{
  box->node.text = "";
  if (box->node.holder != RG_VIEW_NONE)
    return NULL;
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  struct writer writer = {&text, &sheet->options, RGI_NARROW_SPACE, RGI_LINE_COLUMNS, 0};
  add_lines(&writer, sheet->graph, box);
  rgi_view_add_note(&text, box->note);
  box->node.num_rows = add_rows(&text, sheet->view, box, arrows, num_arrows);
  return rgi_arena_add_text(&sheet->view->strings, &text, &box->node.text);
}

static uint64_t total_size(const rg_view *view)
{
  uint64_t total = 0;
  for (size_t i = 0; i < view->num_boxes; i++)
    total += view->boxes[i].node.size;
  return total;
}

rg_error *rgi_view_add_labels(struct rgi_sheet *sheet)
{
  rg_view *view = sheet->view;
  uint64_t total = total_size(view);
  size_t begin = 0;
  for (size_t i = 0; i < view->num_boxes; i++) {
    view->boxes[i].shows_size = shows_size(&view->boxes[i], total);
    RGI_TRY(add_one_line_texts(sheet, &view->boxes[i]));
  }
  for (size_t i = 0; i < view->num_boxes; i++) {
    size_t end = begin;
    while (end < view->num_arrows && view->arrows[end].edge.source == i)
      end++;
    const struct rgi_arrow *arrows = end > begin ? &view->arrows[begin] : NULL;
    RGI_TRY(add_box_text(sheet, &view->boxes[i], arrows, end - begin));
    begin = end;
  }
  return NULL;
}
