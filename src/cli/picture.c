#include "picture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "terminal.h"

bool cli_is_stdout(const struct cli_arguments *arguments)
{
  return !arguments->output || strcmp(arguments->output, "-") == 0;
}

static bool is_binary(rg_format format)
{
  switch (format) {
  case RG_FORMAT_PNG:
  case RG_FORMAT_PDF:
    return true;
  case RG_FORMAT_DOT:
  case RG_FORMAT_SVG:
  case RG_FORMAT_TEXT:
  case RG_FORMAT_JSON:
    return false;
  }
  return false;
}

// The format that the options ask for, in arguments->format.
static rg_error *choose_format(struct cli_arguments *arguments)
{
  if (arguments->has_format)
    return NULL;
  if (!arguments->output) {
    arguments->format = RG_FORMAT_TEXT;
    return NULL;
  }
  if (cli_is_stdout(arguments))
    return rg_error_create(RG_ERROR_ARGUMENT, "-o - needs a format: -o - --format svg");
  return rg_format_of(arguments->output, &arguments->format);
}

rg_error *cli_check_output(struct cli_session *session)
{
  struct cli_arguments *arguments = &session->arguments;
  if (arguments->with_json && (arguments->output || arguments->has_format))
    return rg_error_create(RG_ERROR_ARGUMENT, "--json goes to the standard output: leave out -o and --format, or type "
                                              "-o FILE.json");
  CLI_TRY(choose_format(arguments));
  if (cli_is_stdout(arguments) && is_binary(arguments->format) && isatty(STDOUT_FILENO))
    return rg_error_create(RG_ERROR_SYSTEM, "a picture is nothing for a terminal: add -o %s.%s", session->command->name,
                           arguments->format == RG_FORMAT_PNG ? "png" : "pdf");
  return NULL;
}

static rg_error *write_stdout(void *context, const void *data, size_t size)
{
  (void)context;
  if (fwrite(data, 1, size, stdout) == size)
    return NULL;
  return rg_error_create(RG_ERROR_SYSTEM, "cannot write: %s", strerror(errno));
}

rg_writer cli_stdout_writer(void)
{
  return (rg_writer){write_stdout, NULL};
}

static rg_error *render(const struct cli_arguments *arguments, const rg_view *view)
{
  rg_writer writer = cli_stdout_writer();
  rg_render_options options = RG_RENDER_OPTIONS_INIT;
  options.progress = cli_progress;
  cli_progress_begin("drawing", true);
  rg_error *error = cli_is_stdout(arguments) ? rg_render(view, arguments->format, &options, &writer)
                                         : rg_render_file(view, arguments->format, &options, arguments->output);
  cli_progress_end();
  return error;
}

static rg_error *print_json(struct cli_session *session, const rg_view *view)
{
  rg_buffer buffer = RG_BUFFER_INIT;
  rg_writer writer = rg_buffer_writer(&buffer);
  rg_error *error = rg_view_write_json(view, &writer);
  if (!error) {
    cli_json_begin(session->command);
    cli_json_string("dump", cli_dump_name(session));
    if (session->matches)
      cli_json_number("matches", rg_matches_num_nodes(session->matches));
    cli_json_bool("truncated", rg_graph_is_truncated(session->graph));
    cli_json_document("drawing", buffer.data);
    cli_json_end();
  }
  rg_buffer_deinit(&buffer);
  return error;
}

rg_error *cli_draw(struct cli_session *session, rg_selection *selection, const char *call, const rg_closures *closures)
{
  const struct cli_arguments *arguments = &session->arguments;
  rg_view *view = NULL;
  rg_view_options options = RG_VIEW_OPTIONS_INIT;
  options.call = call;
  options.no_caption = arguments->no_caption;
  options.long_type_names = arguments->with_long_names;
  options.with_refcounts = arguments->with_refcounts;
  options.direction = arguments->direction;
  options.closures = closures;
  rg_error *error = rg_view_create(selection, &options, &view);
  rg_selection_destroy(selection);
  if (!error)
    error = arguments->with_json ? print_json(session, view) : render(arguments, view);
  rg_view_destroy(view);
  return error;
}
