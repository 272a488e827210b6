/* refgraph closures: closures by definition site, with what they capture and how it is used. As in pictures, sites that
 * capture only what the language adds come last. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "table.h"

#define MAX_ROWS 50

struct listing {
  rg_closure_group *groups;
  size_t num, num_shown;
  uint64_t num_closures;
};

static bool has_match(const rg_matches *matches, const rg_closure_group *group)
{
  for (uint32_t i = 0; matches && i < group->num_nodes; i++) {
    if (rg_matches_has(matches, group->nodes[i]))
      return true;
  }
  return !matches;
}

static void collect(const struct cli_session *session, const rg_closures *closures, bool is_implicit,
                    struct listing *listing)
{
  for (size_t i = 0; i < rg_closures_num_groups(closures); i++) {
    rg_closure_group group = rg_closures_group(closures, i);
    if ((group.is_implicit != 0) != is_implicit || !has_match(session->matches, &group))
      continue;
    listing->groups[listing->num++] = group;
    listing->num_closures += group.num_nodes;
  }
}

static rg_site_info site_of(const rg_graph *graph, const rg_closure_group *group)
{
  static const rg_site_info no_site = {.name = "", .file = ""};
  return group->site == RG_SITE_NONE ? no_site : rg_graph_site(graph, group->site);
}

/* --- for people --------------------------------------------------------------------------------------------------- */

// "only .close .title", "read", "read, written", "written", "not used"; nothing where it is not known.
static void add_use(struct cli_table *table, rg_use use, const char *attributes)
{
  bool is_read = use & RG_USE_READ, is_written = use & RG_USE_WRITTEN;
  if (!(use & RG_USE_KNOWN))
    return;
  cli_table_append(table, " (");
  if (use & RG_USE_ATTRIBUTES) {
    cli_table_append(table, "only");
    for (size_t size; *attributes; attributes += size + (attributes[size] == ' ')) {
      size = strcspn(attributes, " ");
      cli_table_append(table, " .%.*s", (int)size, attributes);
    }
    cli_table_append(table, "%s", is_written ? ", written)" : ")");
    return;
  }
  cli_table_append(table, "%s%s%s)", is_read ? "read" : "", is_read && is_written ? ", " : "",
                   is_written ? "written" : is_read ? "" : "not used");
}

static void add_row(struct cli_table *table, const rg_site_info *site, const rg_closure_group *group)
{
  cli_table_add(table, "%s", cli_count(group->num_nodes).text);
  cli_table_add(table, "%s", cli_size(group->captured_size).text);
  cli_table_add(table, "%s", *site->name ? site->name : "(not known)");
  cli_table_add(table, "%s", site->file);
  if (site->line)
    cli_table_append(table, ":%u", site->line);
  cli_table_add(table, "%s", "");
  for (uint32_t i = 0; i < site->num_captured; i++) {
    cli_table_append(table, "%s%s", i ? ", " : "", site->captured[i]);
    add_use(table, site->uses[i], site->attributes[i]);
  }
  if (group->is_implicit)
    cli_table_append(table, ", implicit");
}

static rg_error *print_rows(const rg_graph *graph, const struct listing *listing)
{
  static const struct cli_column columns[] = {
      {"copies", true}, {"captured", true}, {"closure", false}, {"defined at", false}, {"captures", false}};
  struct cli_table table;
  cli_table_init(&table, columns, 5);
  for (size_t i = 0; i < listing->num_shown; i++) {
    rg_site_info site = site_of(graph, &listing->groups[i]);
    add_row(&table, &site, &listing->groups[i]);
  }
  rg_error *error = cli_table_print(&table);
  cli_table_deinit(&table);
  return error;
}

static rg_error *print_table(const struct cli_session *session, const struct listing *listing)
{
  CLI_TRY(print_rows(session->graph, listing));
  printf("\n%s", cli_counted(listing->num_closures, "closure").text);
  printf(" of %s", cli_counted(listing->num, "definition site").text);
  if (listing->num_shown < listing->num)
    printf("; %s not listed: --limit 0 lists all", cli_counted(listing->num - listing->num_shown, "site").text);
  putchar('\n');
  return NULL;
}

/* --- for programs ------------------------------------------------------------------------------------------------- */

static void add_captured_json(const rg_site_info *site, uint32_t i)
{
  rg_use use = site->uses[i];
  cli_json_open(NULL, '{');
  cli_json_string("name", site->captured[i]);
  if (use & RG_USE_KNOWN) {
    cli_json_bool("read", use & RG_USE_READ);
    cli_json_bool("written", use & RG_USE_WRITTEN);
  } else {
    cli_json_null("read");
    cli_json_null("written");
  }
  if (use & RG_USE_ATTRIBUTES)
    cli_json_words("attributes", site->attributes[i]);
  else
    cli_json_null("attributes");
  cli_json_close('}');
}

static void add_site_json(const rg_site_info *site, const rg_closure_group *group)
{
  cli_json_open(NULL, '{');
  cli_json_string("name", site->name);
  cli_json_string("file", site->file);
  cli_json_number("line", site->line);
  cli_json_number("count", group->num_nodes);
  cli_json_number("captured_size", group->captured_size);
  cli_json_bool("implicit", group->is_implicit);
  cli_json_open("captured", '[');
  for (uint32_t i = 0; i < site->num_captured; i++)
    add_captured_json(site, i);
  cli_json_close(']');
  cli_json_close('}');
}

static void print_json(const struct cli_session *session, const struct listing *listing)
{
  cli_json_begin(session->command);
  cli_json_string("dump", cli_dump_name(session));
  cli_json_bool("truncated", rg_graph_is_truncated(session->graph));
  cli_json_number("num_sites", listing->num);
  cli_json_number("num_closures", listing->num_closures);
  cli_json_open("sites", '[');
  for (size_t i = 0; i < listing->num_shown; i++) {
    rg_site_info site = site_of(session->graph, &listing->groups[i]);
    add_site_json(&site, &listing->groups[i]);
  }
  cli_json_close(']');
  cli_json_end();
}

/* --- all together ------------------------------------------------------------------------------------------------- */

static rg_error *print_listing(const struct cli_session *session, const rg_closures *closures)
{
  const struct cli_arguments *arguments = &session->arguments;
  struct listing listing = {calloc(rg_closures_num_groups(closures) + 1, sizeof(*listing.groups)), 0, 0, 0};
  if (!listing.groups)
    return rg_error_create(RG_ERROR_MEMORY, "out of memory");
  collect(session, closures, false, &listing);
  collect(session, closures, true, &listing);
  size_t limit = arguments->has_limit ? arguments->limit : arguments->with_json ? 0 : MAX_ROWS;
  listing.num_shown = limit && limit < listing.num ? limit : listing.num;
  rg_error *error = NULL;
  if (arguments->with_json)
    print_json(session, &listing);
  else
    error = print_table(session, &listing);
  free(listing.groups);
  return error;
}

static rg_error *run(struct cli_session *session)
{
  CLI_TRY(cli_session_read(session));
  rg_closures *closures = NULL;
  CLI_TRY(rg_closures_create(session->graph, &closures));
  rg_error *error = print_listing(session, closures);
  rg_closures_destroy(closures);
  return error;
}

const struct cli_command cli_closures = {
    .name = "closures",
    .summary = "closures by definition site, with what they capture, the largest captured values first",
    .usage = CLI_LINES("DUMP [FILTER...] [OPTION...]"),
    .examples = CLI_LINES("refgraph closures heap.rgd", "refgraph closures heap.rgd site:app.py",
                          "refgraph closures heap.rgd --json"),
    .notes = CLI_LINES("With a FILTER, the sites of which a closure matches: see refgraph-filter(7). The first 50",
                       "sites are listed. Beside each captured variable stands how the code uses it, where the dump",
                       "knows. A site that captures only what the language adds is implicit, and comes last."),
    .options = CLI_OPTIONS_READ | CLI_OPTION_BIT(CLI_OPTION_LIMIT),
    .min_words = 1,
    .max_words = CLI_WORDS_MAX,
    .run = run,
};
