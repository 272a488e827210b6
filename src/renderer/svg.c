#include "svg.h"

#include <stdlib.h>
#include <string.h>

#include "../base/clean.h"
#include "style.h"

// Widths of Verdana are close to those of DejaVu: where that is missing, text stays in its boxes.
#define FONT_HERE "font-family=\"" RGI_FONT "\""
#define FONT_ANYWHERE "font-family=\"" RGI_FONT ",Verdana,Helvetica,Arial,sans-serif\""
#define BOLD_FONT_HERE "font-family=\"" RGI_FONT_BOLD "\""
#define MAX_TITLE 1000

struct scan {
  const struct rgi_request *request;
  struct rgi_text *svg;
  unsigned long edge_number; /* of the arrow that is being described, as Graphviz counts: from 1 */
  bool is_in_doctype;
  bool is_in_svg_tag;
};

static bool starts_with(const char *line, const char *prefix)
{
  return !strncmp(line, prefix, strlen(prefix));
}

/* --- words ------------------------------------------------------------------------------------------------------ */

static void add_xml(struct rgi_text *out, const char *text)
{
  RGI_SCOPED_TEXT clean = RGI_TEXT_INIT;
  rgi_text_add_clean(&clean, text, strlen(text), MAX_TITLE);
  for (const char *run = rgi_text_string(&clean);; run++) {
    size_t plain = strcspn(run, "&<>\"");
    rgi_text_add(out, run, plain);
    run += plain;
    if (!*run)
      break;
    rgi_text_puts(out, *run == '&' ? "&amp;" : *run == '<' ? "&lt;" : *run == '>' ? "&gt;" : "&quot;");
  }
  out->is_failed |= clean.is_failed;
}

static const char *picture_title(const struct scan *scan)
{
  const char *caption = scan->request->settings.caption;
  return *caption ? caption : "a graph of live objects";
}

// The box that is called n<number>. Boxes stand in the order of their numbers.
static const struct rgi_request_node *find_node(const struct rgi_request *request, unsigned long number)
{
  size_t low = 0, high = request->num_nodes;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (request->nodes[middle].number < number)
      low = middle + 1;
    else
      high = middle;
  }
  return low < request->num_nodes && request->nodes[low].number == number ? &request->nodes[low] : NULL;
}

// "screen: make.<locals>.on_click, function, ui.py:12 → Screen"
static void add_edge_words(const struct scan *scan, const struct rgi_request_edge *edge)
{
  const struct rgi_request_node *nodes = scan->request->nodes;
  add_xml(scan->svg, edge->text);
  if (*edge->text)
    rgi_text_puts(scan->svg, ": ");
  add_xml(scan->svg, nodes[edge->source].title);
  rgi_text_puts(scan->svg, " \xe2\x86\x92 ");
  add_xml(scan->svg, nodes[edge->target].title);
}

// The words for "refgraph", "n12" or "n12&#45;&gt;n14". False if it is none of these.
static bool add_words(const struct scan *scan, const char *name)
{
  const struct rgi_request *request = scan->request;
  char *end;
  unsigned long number = strtoul(name + 1, &end, 10);
  const struct rgi_request_node *node = *name == 'n' && *end == '<' ? find_node(request, number) : NULL;
  bool is_edge = *name == 'n' && starts_with(end, "&#45;&gt;n") && scan->edge_number - 1 < request->num_edges;
  if (node)
    add_xml(scan->svg, node->title);
  else if (is_edge)
    add_edge_words(scan, &request->edges[scan->edge_number - 1]);
  else if (starts_with(name, "refgraph<"))
    add_xml(scan->svg, picture_title(scan));
  else
    return false;
  return true;
}

/* --- lines ------------------------------------------------------------------------------------------------------ */

// Of the two fonts the one that comes first; NULL: none does.
static const char *find_font(const char *line, bool *is_bold_ret)
{
  const char *font = strstr(line, FONT_HERE), *bold = strstr(line, BOLD_FONT_HERE);
  *is_bold_ret = bold && (!font || bold < font);
  return *is_bold_ret ? bold : font;
}

static void add_with_fonts(struct rgi_text *out, const char *line)
{
  bool is_bold;
  for (const char *found; (found = find_font(line, &is_bold));) {
    rgi_text_add(out, line, (size_t)(found - line));
    rgi_text_puts(out, is_bold ? FONT_ANYWHERE " font-weight=\"bold\"" : FONT_ANYWHERE);
    line = found + strlen(is_bold ? BOLD_FONT_HERE : FONT_HERE);
  }
  rgi_text_puts(out, line);
}

static void add_line(struct rgi_text *out, const char *line)
{
  add_with_fonts(out, line);
  rgi_text_puts(out, "\n");
}

static void add_title(const struct scan *scan, const char *line)
{
  struct rgi_text *svg = scan->svg;
  size_t before = svg->size;
  rgi_text_puts(svg, "<title>");
  if (add_words(scan, line + strlen("<title>"))) {
    rgi_text_puts(svg, "</title>\n");
    return;
  }
  svg->size = before;
  add_line(svg, line);
}

static void open_svg(struct scan *scan, const char *line)
{
  rgi_text_puts(scan->svg, "<svg class=\"refgraph\" role=\"img\" aria-label=\"");
  add_xml(scan->svg, picture_title(scan));
  rgi_text_puts(scan->svg, "\"");
  add_line(scan->svg, line + strlen("<svg"));
}

static bool ends_tag(const char *line)
{
  size_t size = strlen(line);
  return size && line[size - 1] == '>';
}

static void add_scanned(struct scan *scan, const char *line)
{
  // A document type makes some readers fetch it from the net. It is two lines long.
  if (starts_with(line, "<!DOCTYPE"))
    scan->is_in_doctype = true;
  if (starts_with(line, "<svg"))
    scan->is_in_svg_tag = true;
  if (starts_with(line, "<g id=\"edge"))
    scan->edge_number = strtoul(line + strlen("<g id=\"edge"), NULL, 10);

  if (starts_with(line, "<svg"))
    open_svg(scan, line);
  else if (starts_with(line, "<title>"))
    add_title(scan, line);
  else if (!scan->is_in_doctype)
    add_line(scan->svg, line);

  if (scan->is_in_svg_tag && ends_tag(line))
    rgi_text_puts(scan->svg, rgi_style_sheet());
  scan->is_in_doctype &= !ends_tag(line);
  scan->is_in_svg_tag &= !ends_tag(line);
}

void rgi_svg_finish(struct rgi_text *drawn, const struct rgi_request *request, struct rgi_text *svg)
{
  struct scan scan = {request, svg, 0, false, false};
  char *rest;
  if (!drawn->data)
    return;
  for (char *line = strtok_r(drawn->data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
    add_scanned(&scan, line);
}
