#include "listing.h"

#include <stdint.h>
#include <stdio.h>

#include "json.h"
#include "terminal.h"

size_t cli_max_rows(const struct cli_session *session, size_t preset)
{
  const struct cli_arguments *arguments = &session->arguments;
  size_t limit = arguments->has_limit ? arguments->limit : arguments->with_json ? 0 : preset;
  return limit ? limit : SIZE_MAX;
}

void cli_json_dumps(const struct cli_session *session)
{
  if (!session->num_dumps) {
    cli_json_string("dump", cli_dump_name(session));
    return;
  }
  cli_json_open("dumps", '[');
  for (size_t i = 0; i < session->num_dumps; i++)
    cli_json_string(NULL, cli_shown(session->dumps[i]));
  cli_json_close(']');
}

static rg_error *print_json(const struct cli_session *session, const rg_table *table)
{
  rg_buffer rows = {0};
  rg_writer writer = rg_buffer_writer(&rows);
  rg_error *error = rg_table_write_json(table, &writer);
  if (!error)
    error = writer.write(writer.context, "", 1);
  if (!error) {
    cli_json_begin(session->command);
    cli_json_dumps(session);
    cli_json_bool("truncated", session->is_truncated);
    cli_json_number("omitted", rg_table_num_omitted(table));
    cli_json_document(rg_table_name(table), rows.data);
    cli_json_end();
  }
  rg_buffer_deinit(&rows);
  return error;
}

static rg_error *print_text(const rg_table *table)
{
  rg_buffer text = {0};
  rg_writer writer = rg_buffer_writer(&text);
  rg_error *error = rg_table_write_text(table, "--limit 0 lists all", &writer);
  if (!error)
    fwrite(text.data, 1, text.size, stdout);
  rg_buffer_deinit(&text);
  return error;
}

rg_error *cli_print_listing(const struct cli_session *session, rg_table *table)
{
  rg_error *error = session->arguments.with_json ? print_json(session, table) : print_text(table);
  rg_table_destroy(table);
  return error;
}
