/* Closures by definition site, with what they capture and how it is used. As in pictures, sites that capture only what
 * the language adds come last. */
#include "table-internal.h"

#include <string.h>

// Kinds of holders that programs see, and what people see of the path to the first.
#define MAX_HOLDERS 8
#define HOLDER_COLUMNS 48
#define PLACE_COLUMNS 30

static const rg_column columns[] = {
    {"qualname", NULL, false},
    {"file", NULL, false},
    {"line", NULL, false},
    {"copies", "copies", true},
    {"retained", "retained", true},
    {NULL, "closure", false},
    {NULL, "defined at", false},
    {"holders", "held by", false},
    {"captures", "captures", false},
    {"implicit", NULL, false},
};

static const rg_column holder_columns[] = {
    {"path", "path", false},
    {"type", "type", false},
    {"closures", "closures", true},
};

static const rg_column capture_columns[] = {
    {"name", "name", false},
    {"type", "type", false},
    {"retained", "retained", true},
    {"shared", "shared by", true},
    {"read", "read", false},
    {"written", "written", false},
    {"attributes", "attributes", false},
    {"allocated", "allocated at", false},
};

struct listing {
  rg_table *table;
  const rg_graph *graph;
  const rg_captures *captures; // of the rows
  const rg_paths *paths;
  const rg_holders *holders;   // of the rows
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

// What the row captures under this name now; a variable may have no value yet.
static bool find_captured(const struct listing *listing, size_t row, const char *name, rg_captured *ret)
{
  for (size_t i = 0; i < rg_captures_num(listing->captures, row); i++) {
    *ret = rg_captures_get(listing->captures, row, i);
    if (strcmp(ret->name, name) == 0)
      return true;
  }
  return false;
}

// The type of all values, or "several types".
static const char *type_of(const rg_graph *graph, const rg_captured *captured)
{
  rg_type type = rg_graph_node_type(graph, captured->nodes[0]);
  for (uint32_t i = 1; i < captured->num_nodes; i++) {
    if (rg_graph_node_type(graph, captured->nodes[i]) != type)
      return "several types";
  }
  return rg_graph_type(graph, type).name;
}

static void add_values(const struct listing *listing, size_t row, const char *name, rg_table *table)
{
  rg_captured captured;
  if (!find_captured(listing, row, name, &captured)) {
    for (int i = 0; i < 3; i++)
      rgi_table_add_none(table);
    return;
  }
  rgi_table_add_text(table, RG_CELL_TEXT, type_of(listing->graph, &captured));
  rgi_table_add_number(table, RG_CELL_SIZE, (int64_t)captured.retained);
  rgi_table_add_number(table, RG_CELL_NUMBER, captured.num_closures);
}

static void add_allocation(const struct listing *listing, size_t row, const char *name, rg_table *table)
{
  rg_captured captured;
  if (find_captured(listing, row, name, &captured) && captured.allocation.file)
    rgi_table_add_place(table, captured.allocation.file, captured.allocation.line);
  else
    rgi_table_add_none(table);
}

static void add_capture(const struct listing *listing, size_t row, const rg_site_info *site, uint32_t i,
                        rg_table *table)
{
  rgi_table_add_text(table, RG_CELL_TEXT, site->captured[i]);
  add_values(listing, row, site->captured[i], table);
  add_known(table, site->uses[i], RG_USE_READ);
  add_known(table, site->uses[i], RG_USE_WRITTEN);
  if (site->uses[i] & RG_USE_ATTRIBUTES)
    rgi_table_add_text(table, RG_CELL_WORDS, site->attributes[i]);
  else
    rgi_table_add_none(table);
  add_allocation(listing, row, site->captured[i], table);
}

static rg_error *make_captures(const struct listing *listing, size_t row, const rg_site_info *site, rg_table **ret)
{
  RGI_SCOPED_TABLE *table = NULL;
  RGI_SCOPED_TEXT summary = RGI_TEXT_INIT;
  RGI_TRY(rgi_table_create("captures", capture_columns, sizeof(capture_columns) / sizeof(capture_columns[0]), &table));
  for (uint32_t i = 0; i < site->num_captured; i++)
    add_capture(listing, row, site, i, table);
  rgi_words_add_counted(&summary, site->num_captured, "captured variable", " ");
  return rgi_table_finish(&table, &summary, ret);
}

// "screen: Screen 8.0 MB (only .close)".
static void say_capture(const struct listing *listing, size_t row, const rg_site_info *site, uint32_t i,
                        struct rgi_text *text)
{
  rg_captured captured;
  rgi_text_puts(text, site->captured[i]);
  bool is_found = find_captured(listing, row, site->captured[i], &captured);
  if (is_found) {
    rgi_text_printf(text, ": %s ", type_of(listing->graph, &captured));
    rgi_words_add_size(text, captured.retained);
  }
  add_use(text, site->uses[i], site->attributes[i]);
  if (is_found && captured.allocation.file) {
    rgi_text_puts(text, " allocated at ");
    rgi_words_add_place(text, captured.allocation.file, captured.allocation.line, PLACE_COLUMNS);
  }
}

static void say_captures(const struct listing *listing, size_t row, const rg_site_info *site, bool is_implicit)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  for (uint32_t i = 0; i < site->num_captured; i++) {
    rgi_text_puts(&text, i ? ", " : "");
    say_capture(listing, row, site, i, &text);
  }
  rgi_text_puts(&text, is_implicit ? ", implicit" : "");
  rgi_table_say(listing->table, &text);
}

/* --- who holds the closures of a site ----------------------------------------------------------------------------- */

static rg_error *add_path_to(const struct listing *listing, rg_node node, struct rgi_text *text)
{
  size_t num = 0;
  for (rg_node on = node; on != RG_NODE_ROOT; on = rg_paths_parent(listing->paths, on))
    num++;
  RGI_SCOPED_FREE rg_edge *edges = rgi_alloc(num, sizeof(*edges));
  if (!edges)
    return rgi_out_of_memory();
  for (size_t i = num; i-- > 0; node = rg_paths_parent(listing->paths, node))
    edges[i] = rg_paths_edge(listing->paths, node);
  rgi_table_add_path(text, listing->graph, (rg_edge_list){edges, num});
  return NULL;
}

static rg_error *make_holders(const struct listing *listing, size_t row, rg_table **ret)
{
  RGI_SCOPED_TABLE *table = NULL;
  RGI_SCOPED_TEXT summary = RGI_TEXT_INIT;
  size_t num = rg_holders_num(listing->holders, row), num_rows = num < MAX_HOLDERS ? num : MAX_HOLDERS;
  RGI_TRY(rgi_table_create("holders", holder_columns, sizeof(holder_columns) / sizeof(holder_columns[0]), &table));
  for (size_t i = 0; i < num_rows; i++) {
    rg_holder holder = rg_holders_get(listing->holders, row, i);
    RGI_SCOPED_TEXT path = RGI_TEXT_INIT;
    RGI_TRY(add_path_to(listing, holder.node, &path));
    rg_type type = rg_graph_node_type(listing->graph, holder.node);
    rgi_table_add_made(table, &path);
    rgi_table_add_text(table, RG_CELL_TEXT, rg_graph_type(listing->graph, type).name);
    rgi_table_add_number(table, RG_CELL_NUMBER, holder.num_closures);
  }
  table->num_omitted = num - num_rows;
  rgi_words_add_counted(&summary, num, "kind", " ");
  rgi_text_puts(&summary, " of holder");
  return rgi_table_finish(&table, &summary, ret);
}

// "app.bus._handlers" for the first holder, and how many closures others hold.
static void add_holders(struct rgi_text *text, const struct listing *listing, size_t row, const rg_table *holders)
{
  if (!rg_table_num_rows(holders))
    return;
  uint32_t num_others = 0;
  for (size_t i = 1; i < rg_holders_num(listing->holders, row); i++)
    num_others += rg_holders_get(listing->holders, row, i).num_closures;
  rgi_words_add_value(text, rg_table_cell(holders, 0, 0).text, HOLDER_COLUMNS);
  if (num_others)
    rgi_text_printf(text, " + %u", num_others);
}

/* --- sites -------------------------------------------------------------------------------------------------------- */

static rg_error *add_row(const struct listing *listing, size_t row, const rg_closure_group *group)
{
  static const rg_site_info no_site = {.name = "", .file = ""};
  rg_table *table = listing->table, *captures = NULL, *holders = NULL;
  RGI_SCOPED_TEXT held_by = RGI_TEXT_INIT;
  rg_site_info site = group->site == RG_SITE_NONE ? no_site : rg_graph_site(listing->graph, group->site);
  rgi_table_add_text(table, RG_CELL_TEXT, site.name);
  rgi_table_add_text(table, RG_CELL_TEXT, site.file);
  rgi_table_add_number(table, RG_CELL_NUMBER, site.line);
  rgi_table_add_number(table, RG_CELL_NUMBER, group->num_nodes);
  rgi_table_add_number(table, RG_CELL_SIZE, (int64_t)group->retained);
  rgi_table_add_text(table, RG_CELL_TEXT, *site.name ? site.name : "(not known)");
  rgi_table_add_place(table, site.file, site.line);
  RGI_TRY(make_holders(listing, row, &holders));
  add_holders(&held_by, listing, row, holders);
  rgi_table_add_table(table, holders);
  rgi_table_say(table, &held_by);
  RGI_TRY(make_captures(listing, row, &site, &captures));
  rgi_table_add_table(table, captures);
  say_captures(listing, row, &site, group->is_implicit);
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

// The sites that are listed, by their places.
struct choice {
  size_t *groups;
  size_t num;
  uint64_t num_closures;
};

static void choose(const rg_closures *closures, const rg_matches *matches, bool is_implicit, struct choice *choice)
{
  for (size_t i = 0; i < rg_closures_num_groups(closures); i++) {
    rg_closure_group group = rg_closures_group(closures, i);
    if ((group.is_implicit != 0) != is_implicit || !has_match(matches, &group))
      continue;
    choice->groups[choice->num++] = i;
    choice->num_closures += group.num_nodes;
  }
}

static rg_error *list(rg_table *table, const rg_graph *graph, const rg_closures *closures, const struct choice *choice,
                      size_t num_rows)
{
  rg_captures *captures = NULL;
  rg_paths *paths = NULL;
  rg_holders *holders = NULL;
  rg_error *error = rg_captures_create(graph, closures, choice->groups, num_rows, &captures);
  if (!error)
    error = rg_paths_create(graph, NULL, &paths);
  if (!error)
    error = rg_holders_create(graph, paths, closures, choice->groups, num_rows, &holders);
  struct listing listing = {table, graph, captures, paths, holders};
  for (size_t row = 0; row < num_rows && !error; row++) {
    rg_closure_group group = rg_closures_group(closures, choice->groups[row]);
    error = add_row(&listing, row, &group);
  }
  rg_captures_destroy(captures);
  rg_paths_destroy(paths);
  rg_holders_destroy(holders);
  return error;
}

rg_error *rg_table_of_closures(const rg_graph *graph, const rg_closures *closures, const rg_matches *matches,
                               size_t max_rows, rg_table **ret)
{
  RGI_SCOPED_TABLE *table = NULL;
  RGI_SCOPED_TEXT summary = RGI_TEXT_INIT;
  RGI_SCOPED_FREE size_t *groups = rgi_alloc(rg_closures_num_groups(closures), sizeof(*groups));
  struct choice choice = {groups, 0, 0};
  if (!groups)
    return rgi_out_of_memory();
  RGI_TRY(rgi_table_create("closures", columns, sizeof(columns) / sizeof(columns[0]), &table));
  choose(closures, matches, false, &choice);
  choose(closures, matches, true, &choice);
  size_t num_rows = choice.num < max_rows ? choice.num : max_rows;
  RGI_TRY(list(table, graph, closures, &choice, num_rows));
  table->num_omitted = choice.num - num_rows;
  rgi_words_add_counted(&summary, choice.num_closures, "closure", " ");
  rgi_text_puts(&summary, " of ");
  rgi_words_add_counted(&summary, choice.num, "definition site", " ");
  return rgi_table_finish(&table, &summary, ret);
}
