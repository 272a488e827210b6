#include "leak_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "terminal.h"

/* --- reading ------------------------------------------------------------------------------------------------------ */

static rg_error *bad_baseline(const char *path, const char *reason)
{
  return rg_error_create(RG_ERROR_ARGUMENT, "bad --baseline '%s': %s", cli_shown(path), reason);
}

// What is larger was not written by hand.
enum { MAX_BASELINE = 1 << 24 };

static rg_error *read_all(const char *path, int fd, rg_buffer *ret)
{
  char block[4096];
  ssize_t size;
  rg_writer writer = rg_buffer_writer(ret);
  while ((size = read(fd, block, sizeof(block))) > 0) {
    CLI_TRY(writer.write(writer.context, block, (size_t)size));
    if (ret->size > MAX_BASELINE)
      return bad_baseline(path, "it has more than 16 MB");
  }
  return size < 0 ? bad_baseline(path, strerror(errno)) : NULL;
}

rg_error *cli_read_baseline(const char *path, rg_buffer *ret)
{
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return bad_baseline(path, strerror(errno));
  rg_error *error = read_all(path, fd, ret);
  close(fd);
  return error;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static const char *extension_of(const char *path)
{
  const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
  return dot && (!slash || dot > slash) ? dot : path + strlen(path);
}

static bool is_sarif(const char *path)
{
  return strcmp(extension_of(path), ".sarif") == 0;
}

rg_error *cli_check_leak_output(const struct cli_session *session)
{
  const char *path = session->arguments.output;
  rg_format format = RG_FORMAT_SVG;
  if (!path || is_sarif(path))
    return NULL;
  if (strcmp(path, "-") == 0)
    return rg_error_create(RG_ERROR_ARGUMENT, "the report is what goes to the standard output: type -o leak.svg or "
                                              "-o leaks.sarif");
  CLI_TRY(rg_format_of(path, &format));
  if (format == RG_FORMAT_TEXT || format == RG_FORMAT_JSON)
    return rg_error_create(RG_ERROR_ARGUMENT, "'%s' is no picture and no SARIF: the text and the document of --json go "
                                              "to the standard output", cli_shown(path));
  return NULL;
}

rg_error *cli_write_leak_file(const rg_report *report,
                              rg_error *(*write)(const rg_report *report, const rg_writer *writer), const char *path)
{
  rg_file *file;
  CLI_TRY(rg_file_create(path, NULL, &file));
  rg_writer writer = rg_file_writer(file);
  rg_error *error = write(report, &writer);
  if (!error)
    error = rg_file_commit(file);
  rg_file_destroy(file);
  return error;
}

// Files are named as seen from here.
static rg_error *write_sarif(const rg_report *report, const rg_writer *writer)
{
  char folder[PATH_MAX];
  return rg_report_write_sarif(report, getcwd(folder, sizeof(folder)), writer);
}

/* --- pictures ----------------------------------------------------------------------------------------------------- */

static rg_error *draw_leak(const struct cli_session *session, const rg_report *report, size_t i, const char *path)
{
  rg_view *view = NULL;
  rg_format format = RG_FORMAT_SVG;
  rg_render_options options = RG_RENDER_OPTIONS_INIT;
  options.progress = cli_progress;
  CLI_TRY(rg_format_of(path, &format));
  CLI_TRY(rg_report_view(report, i, session->graph, &view));
  cli_progress_begin("drawing", true);
  rg_error *error = rg_render_file(view, format, &options, path);
  cli_progress_end();
  rg_view_destroy(view);
  return error;
}

// "leak-2.svg" of "leak.svg".
static rg_error *draw_numbered(const struct cli_session *session, const rg_report *report, size_t i)
{
  const char *path = session->arguments.output, *extension = extension_of(path);
  size_t size = strlen(path) + 32;
  char *numbered = malloc(size);
  if (!numbered)
    return rg_error_create(RG_ERROR_MEMORY, "out of memory");
  snprintf(numbered, size, "%.*s-%zu%s", (int)(extension - path), path, i + 1, extension);
  rg_error *error = draw_leak(session, report, i, numbered);
  free(numbered);
  return error;
}

static rg_error *draw(const struct cli_session *session, const rg_report *report)
{
  size_t num = 0;
  while (num < rg_report_num_leaks(report) && !rg_report_leak(report, num)->is_accepted)
    num++;
  if (num == 1)
    return draw_leak(session, report, 0, session->arguments.output);
  for (size_t i = 0; i < num; i++)
    CLI_TRY(draw_numbered(session, report, i));
  if (!num)
    cli_say("there is no leak to draw: %s is not written", cli_shown(session->arguments.output));
  return NULL;
}

rg_error *cli_write_leaks(const struct cli_session *session, const rg_report *report)
{
  const char *path = session->arguments.output;
  return is_sarif(path) ? cli_write_leak_file(report, write_sarif, path) : draw(session, report);
}
