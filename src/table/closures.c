/* Closures by definition site, with what they capture and how it is used. As in pictures, sites that capture only what
 * the language adds come last. */
#include "table-internal.h"

#include <string.h>

static const rg_column columns[] = {
    {"qualname", NULL, false},
    {"file", NULL, false},
    {"line", NULL, false},
    {"copies", "copies", true},
    {"captured_size", "captured", true},
    {NULL, "closure", false},
    {NULL, "defined at", false},
    {"captures", "captures", false},
    {"implicit", NULL, false},
};

static const rg_column capture_columns[] = {
    {"name", "name", false},
    {"read", "read", false},
    {"written", "written", false},
    {"attributes", "attributes", false},
};

struct listing {
  rg_table *table;
  const rg_graph *graph;
  const rg_matches *matches;
  size_t max_rows;
  size_t num_sites;
  uint64_t num_closures;
};

/* --- what a site captures ----------------------------------------------------------------------------------------- */

// "only .close .title", "read", "read, written", "written", "not used"; nothing where it is not known.
static void add_use(struct rgi_text *text, rg_use use, const char *attributes)
{
  bool is_read = use & RG_USE_READ, is_written = use & RG_USE_WRITTEN;
  if (!(use & RG_USE_KNOWN))
    return;
  if (!(use & RG_USE_ATTRIBUTES)) {
    rgi_text_printf(text, " (%s%s%s)", is_read ? "read" : "", is_read && is_written ? ", " : "",
                    is_written ? "written" : is_read ? "" : "not used");
    return;
  }
  rgi_text_puts(text, " (only");
  for (size_t size; *attributes; attributes += size + (attributes[size] == ' ')) {
    size = strcspn(attributes, " ");
    rgi_text_printf(text, " .%.*s", (int)size, attributes);
  }
  rgi_text_puts(text, is_written ? ", written)" : ")");
}

static void add_known(rg_table *table, rg_use use, rg_use wanted)
{
  if (use & RG_USE_KNOWN)
    rgi_table_add_number(table, RG_CELL_BOOL, (use & wanted) != 0);
  else
    rgi_table_add_none(table);
}

static void add_capture(rg_table *table, const rg_site_info *site, uint32_t i)
{
  rgi_table_add_text(table, RG_CELL_TEXT, site->captured[i]);
  add_known(table, site->uses[i], RG_USE_READ);
  add_known(table, site->uses[i], RG_USE_WRITTEN);
  if (site->uses[i] & RG_USE_ATTRIBUTES)
    rgi_table_add_text(table, RG_CELL_WORDS, site->attributes[i]);
  else
    rgi_table_add_none(table);
}

static rg_error *make_captures(const rg_site_info *site, rg_table **ret)
{
  RGI_SCOPED_TABLE *table = NULL;
  RGI_SCOPED_TEXT summary = RGI_TEXT_INIT;
  RGI_TRY(rgi_table_create("captures", capture_columns, sizeof(capture_columns) / sizeof(capture_columns[0]), &table));
  for (uint32_t i = 0; i < site->num_captured; i++)
    add_capture(table, site, i);
  rgi_words_add_counted(&summary, site->num_captured, "captured variable", " ");
  return rgi_table_finish(&table, &summary, ret);
}

static void say_captures(rg_table *table, const rg_site_info *site, bool is_implicit)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  for (uint32_t i = 0; i < site->num_captured; i++) {
    rgi_text_printf(&text, "%s%s", i ? ", " : "", site->captured[i]);
    add_use(&text, site->uses[i], site->attributes[i]);
  }
  rgi_text_puts(&text, is_implicit ? ", implicit" : "");
  rgi_table_say(table, &text);
}

/* --- sites -------------------------------------------------------------------------------------------------------- */

static void add_place(rg_table *table, const rg_site_info *site)
{
  RGI_SCOPED_TEXT place = RGI_TEXT_INIT;
  rgi_text_puts(&place, site->file);
  if (site->line)
    rgi_text_printf(&place, ":%u", site->line);
  rgi_table_add_text(table, RG_CELL_TEXT, rgi_text_string(&place));
}

static rg_error *add_row(struct listing *listing, const rg_closure_group *group)
{
  static const rg_site_info no_site = {.name = "", .file = ""};
  rg_table *table = listing->table, *captures = NULL;
  rg_site_info site = group->site == RG_SITE_NONE ? no_site : rg_graph_site(listing->graph, group->site);
  rgi_table_add_text(table, RG_CELL_TEXT, site.name);
  rgi_table_add_text(table, RG_CELL_TEXT, site.file);
  rgi_table_add_number(table, RG_CELL_NUMBER, site.line);
  rgi_table_add_number(table, RG_CELL_NUMBER, group->num_nodes);
  rgi_table_add_number(table, RG_CELL_SIZE, (int64_t)group->captured_size);
  rgi_table_add_text(table, RG_CELL_TEXT, *site.name ? site.name : "(not known)");
  add_place(table, &site);
  RGI_TRY(make_captures(&site, &captures));
  rgi_table_add_table(table, captures);
  say_captures(table, &site, group->is_implicit);
  rgi_table_add_number(table, RG_CELL_BOOL, group->is_implicit);
  return NULL;
}

static bool has_match(const rg_matches *matches, const rg_closure_group *group)
{
  for (uint32_t i = 0; matches && i < group->num_nodes; i++) {
    if (rg_matches_has(matches, group->nodes[i]))
      return true;
  }
  return !matches;
}

static rg_error *list(struct listing *listing, const rg_closures *closures, bool is_implicit)
{
  for (size_t i = 0; i < rg_closures_num_groups(closures); i++) {
    rg_closure_group group = rg_closures_group(closures, i);
    if ((group.is_implicit != 0) != is_implicit || !has_match(listing->matches, &group))
      continue;
    if (listing->num_sites < listing->max_rows)
      RGI_TRY(add_row(listing, &group));
    listing->num_sites++;
    listing->num_closures += group.num_nodes;
  }
  return NULL;
}

rg_error *rg_table_of_closures(const rg_graph *graph, const rg_closures *closures, const rg_matches *matches,
                               size_t max_rows, rg_table **ret)
{
  RGI_SCOPED_TABLE *table = NULL;
  RGI_SCOPED_TEXT summary = RGI_TEXT_INIT;
  RGI_TRY(rgi_table_create("closures", columns, sizeof(columns) / sizeof(columns[0]), &table));
  struct listing listing = {table, graph, matches, max_rows, 0, 0};
  RGI_TRY(list(&listing, closures, false));
  RGI_TRY(list(&listing, closures, true));
  table->num_omitted = listing.num_sites > max_rows ? listing.num_sites - max_rows : 0;
  rgi_words_add_counted(&summary, listing.num_closures, "closure", " ");
  rgi_text_puts(&summary, " of ");
  rgi_words_add_counted(&summary, listing.num_sites, "definition site", " ");
  return rgi_table_finish(&table, &summary, ret);
}
