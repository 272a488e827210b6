/* refgraph types: objects by type. */
#include <stdio.h>

#include "json.h"
#include "table.h"

#define MAX_ROWS 30

// How many rows of `num` are printed.
static size_t num_shown(const struct cli_arguments *arguments, size_t num)
{
  size_t limit = arguments->has_limit ? arguments->limit : arguments->with_json ? 0 : MAX_ROWS;
  return limit && limit < num ? limit : num;
}

static void print_json(struct cli_session *session, const rg_types *types)
{
  cli_json_begin(session->command);
  cli_json_string("dump", cli_dump_name(session));
  cli_json_bool("truncated", rg_graph_is_truncated(session->graph));
  cli_json_number("num_types", rg_types_num(types));
  cli_json_open("types", '[');
  for (size_t i = 0; i < num_shown(&session->arguments, rg_types_num(types)); i++) {
    rg_type_count count = rg_types_count(types, i);
    rg_type_info info = rg_graph_type(session->graph, count.type);
    cli_json_open(NULL, '{');
    cli_json_string("name", info.name);
    cli_json_string("module", info.module);
    cli_json_number("count", count.num_nodes);
    cli_json_number("size", count.size);
    cli_json_close('}');
  }
  cli_json_close(']');
  cli_json_end();
}

static rg_error *print_rows(const rg_graph *graph, const rg_types *types, size_t num)
{
  static const struct cli_column columns[] = {{"objects", true}, {"size", true}, {"type", false}};
  struct cli_table table;
  cli_table_init(&table, columns, 3);
  for (size_t i = 0; i < num; i++) {
    rg_type_count count = rg_types_count(types, i);
    rg_type_info info = rg_graph_type(graph, count.type);
    cli_table_add(&table, "%s", cli_count(count.num_nodes).text);
    cli_table_add(&table, "%s", cli_size(count.size).text);
    cli_table_add(&table, "%s%s%s", info.module, *info.module ? "." : "", info.name);
  }
  rg_error *error = cli_table_print(&table);
  cli_table_deinit(&table);
  return error;
}

static rg_error *print_table(struct cli_session *session, const rg_types *types)
{
  size_t num = rg_types_num(types), shown = num_shown(&session->arguments, num);
  uint64_t num_objects = 0, size = 0;
  for (size_t i = 0; i < num; i++) {
    num_objects += rg_types_count(types, i).num_nodes;
    size += rg_types_count(types, i).size;
  }
  CLI_TRY(print_rows(session->graph, types, shown));
  printf("\n%s", cli_counted(num_objects, "object").text);
  printf(" of %s, %s", cli_counted(num, "type").text, cli_size(size).text);
  if (shown < num)
    printf("; %s not listed: --limit 0 lists all", cli_counted(num - shown, "type").text);
  putchar('\n');
  return NULL;
}

static rg_error *run(struct cli_session *session)
{
  CLI_TRY(cli_session_read(session));
  rg_types *types = NULL;
  const rg_node *nodes = session->matches ? rg_matches_nodes(session->matches) : NULL;
  size_t num_nodes = session->matches ? rg_matches_num_nodes(session->matches) : 0;
  CLI_TRY(rg_types_create(session->graph, nodes, num_nodes, &types));
  rg_error *error = NULL;
  if (session->arguments.with_json)
    print_json(session, types);
  else
    error = print_table(session, types);
  rg_types_destroy(types);
  return error;
}

const struct cli_command cli_types = {
    .name = "types",
    .summary = "objects and their bytes by type, the largest first",
    .usage = CLI_LINES("DUMP [FILTER...] [OPTION...]"),
    .examples = CLI_LINES("refgraph types heap.rgd", "refgraph types heap.rgd size:1k.. --limit 10",
                          "refgraph types heap.rgd not type:dict --json"),
    .notes = CLI_LINES("FILTER says which objects count: see refgraph-filter(7). The first 30 types are listed. A size",
                       "is what an object takes by itself."),
    .options = CLI_OPTIONS_READ | CLI_OPTION_BIT(CLI_OPTION_LIMIT),
    .min_words = 1,
    .max_words = CLI_WORDS_MAX,
    .run = run,
};
