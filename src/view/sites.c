/* The list of definition sites: whatever a picture leaves out, no closure is lost. Those that capture only what the
 * language adds come last, since they rarely say anything.
 *
 *   copies  captured  definition site
 *      200   52.8 MB  Worker.start.<locals>.on_tick  worker.py:42  captures self
 *       12    4.1 MB  Panel.open.<locals>.redraw     ui.py:88      captures panel
 */
#include <inttypes.h>

#include "../base/alloc.h"
#include "../base/clean.h"
#include "view-internal.h"

#define NAME_COLUMNS RGI_LINE_COLUMNS
#define PLACE_COLUMNS 20
#define CAPTURED_COLUMNS 60

static rg_error *copy_captured(struct rgi_arena *strings, const rg_site_info *info, struct rgi_listed_site *site)
{
  void *memory;
  RGI_TRY(rgi_arena_alloc(strings, info->num_captured * sizeof(*site->captured), &memory));
  site->captured = memory;
  site->num_captured = info->num_captured;
  for (uint32_t i = 0; i < info->num_captured; i++)
    RGI_TRY(rgi_arena_add_string(strings, info->captured[i], &site->captured[i]));
  return NULL;
}

static rg_error *copy_site(struct rgi_sheet *sheet, const rg_closure_group *group, struct rgi_listed_site *site)
{
  static const rg_site_info no_site = {.name = "", .file = ""};
  struct rgi_arena *strings = &sheet->view->strings;
  rg_site_info info = group->site == RG_SITE_NONE ? no_site : rg_graph_site(sheet->graph, group->site);
  site->line = info.line;
  site->num_closures = group->num_nodes;
  site->captured_size = group->captured_size;
  site->is_implicit = group->is_implicit;
  RGI_TRY(rgi_arena_add_string(strings, info.name, &site->name));
  RGI_TRY(rgi_arena_add_string(strings, info.file, &site->file));
  return copy_captured(strings, &info, site);
}

static rg_error *copy_sites(struct rgi_sheet *sheet, bool is_implicit)
{
  rg_view *view = sheet->view;
  for (size_t i = 0; i < rg_closures_num_groups(sheet->options.closures); i++) {
    rg_closure_group group = rg_closures_group(sheet->options.closures, i);
    if ((group.is_implicit != 0) == is_implicit)
      RGI_TRY(copy_site(sheet, &group, &view->sites[view->num_sites++]));
  }
  return NULL;
}

rg_error *rgi_view_add_sites(struct rgi_sheet *sheet)
{
  const rg_closures *closures = sheet->options.closures;
  rg_view *view = sheet->view;
  if (!closures)
    return NULL;
  void *memory;
  size_t num_sites = rg_closures_num_groups(closures);
  RGI_TRY(rgi_arena_alloc(&view->strings, num_sites * sizeof(*view->sites), &memory));
  view->has_sites = true;
  view->sites = memory;
  RGI_TRY(copy_sites(sheet, false));
  return copy_sites(sheet, true);
}

// Fills up the column that begins at byte `begin` of the text.
static void pad(struct rgi_text *text, size_t begin, size_t columns)
{
  for (size_t used = rgi_utf8_length(rgi_text_string(text) + begin); used < columns; used++)
    rgi_text_puts(text, " ");
}

static void add_name(struct rgi_text *text, const struct rgi_listed_site *site)
{
  rgi_words_add_name(text, *site->name ? site->name : "(not known)", NAME_COLUMNS);
}

// The widths of the columns of names and places.
static void measure(const rg_view *view, struct rgi_text *scratch, size_t *name_ret, size_t *place_ret)
{
  *name_ret = *place_ret = 0;
  for (size_t i = 0; i < view->num_sites; i++) {
    rgi_text_clear(scratch);
    add_name(scratch, &view->sites[i]);
    size_t name = rgi_utf8_length(rgi_text_string(scratch));
    rgi_text_clear(scratch);
    rgi_words_add_place(scratch, view->sites[i].file, view->sites[i].line, PLACE_COLUMNS);
    size_t place = rgi_utf8_length(rgi_text_string(scratch));
    *name_ret = name > *name_ret ? name : *name_ret;
    *place_ret = place > *place_ret ? place : *place_ret;
  }
}

static void add_captured(struct rgi_text *text, const struct rgi_listed_site *site)
{
  RGI_SCOPED_TEXT names = RGI_TEXT_INIT;
  for (uint32_t i = 0; i < site->num_captured; i++)
    rgi_text_printf(&names, "%s%s", i ? ", " : "captures ", site->captured[i]);
  rgi_words_add_value(text, rgi_text_string(&names), CAPTURED_COLUMNS);
  text->is_failed |= names.is_failed;
}

static void add_line(struct rgi_text *text, const struct rgi_listed_site *site, size_t name_columns,
                     size_t place_columns)
{
  RGI_SCOPED_TEXT size = RGI_TEXT_INIT;
  rgi_words_add_size(&size, site->captured_size);
  rgi_text_printf(text, "%6" PRIu32 "  %8s  ", site->num_closures, rgi_text_string(&size));
  size_t begin = text->size;
  add_name(text, site);
  pad(text, begin, name_columns);
  rgi_text_puts(text, "  ");
  begin = text->size;
  rgi_words_add_place(text, site->file, site->line, PLACE_COLUMNS);
  pad(text, begin, place_columns);
  rgi_text_puts(text, "  ");
  add_captured(text, site);
  rgi_text_puts(text, "\n");
  text->is_failed |= size.is_failed;
}

void rgi_view_write_sites(const rg_view *view, struct rgi_text *text)
{
  if (!view->num_sites)
    return;
  RGI_SCOPED_TEXT scratch = RGI_TEXT_INIT;
  size_t name_columns, place_columns;
  measure(view, &scratch, &name_columns, &place_columns);
  text->is_failed |= scratch.is_failed;
  rgi_text_printf(text, "%scopies  captured  definition site\n", text->size ? "\n" : "");
  for (size_t i = 0; i < view->num_sites && !text->is_failed; i++)
    add_line(text, &view->sites[i], name_columns, place_columns);
}

static void add_site_json(struct rgi_text *text, const struct rgi_listed_site *site)
{
  rgi_text_puts(text, "    {\"name\": ");
  rgi_text_add_json(text, site->name);
  rgi_text_puts(text, ", \"file\": ");
  rgi_text_add_json(text, site->file);
  rgi_text_printf(text, ", \"line\": %" PRIu32 ", \"count\": %" PRIu32 ", \"captured\": [", site->line,
                  site->num_closures);
  for (uint32_t i = 0; i < site->num_captured; i++) {
    rgi_text_puts(text, i ? ", " : "");
    rgi_text_add_json(text, site->captured[i]);
  }
  rgi_text_printf(text, "], \"captured_size\": %" PRIu64 ", \"implicit\": %s}", site->captured_size,
                  site->is_implicit ? "true" : "false");
}

void rgi_view_write_sites_json(const rg_view *view, struct rgi_text *text)
{
  if (!view->has_sites)
    return;
  rgi_text_puts(text, ",\n  \"closures\": [");
  for (size_t i = 0; i < view->num_sites && !text->is_failed; i++) {
    rgi_text_puts(text, i ? ",\n" : "\n");
    add_site_json(text, &view->sites[i]);
  }
  rgi_text_puts(text, "\n  ]");
}
