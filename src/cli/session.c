/* The dump, the filter, the nodes that match. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "table.h"
#include "terminal.h"

void cli_session_deinit(struct cli_session *session)
{
  rg_matches_destroy(session->matches);
  rg_filter_destroy(session->filter);
  rg_graph_destroy(session->graph);
  free(session->filter_text);
  cli_arguments_deinit(&session->arguments);
}

static bool is_stdin(const struct cli_session *session)
{
  return strcmp(session->dump, "-") == 0;
}

const char *cli_dump_name(const struct cli_session *session)
{
  return is_stdin(session) ? "standard input" : cli_shown(session->dump);
}

/* --- the filter --------------------------------------------------------------------------------------------------- */

// The words, joined by spaces.
static char *join(const char *const *words, size_t num)
{
  size_t size = 1;
  for (size_t i = 0; i < num; i++)
    size += strlen(words[i]) + 1;
  char *text = malloc(size), *end = text;
  for (size_t i = 0; text && i < num; i++) {
    if (i)
      *end++ = ' ';
    end = stpcpy(end, words[i]);
  }
  if (text)
    *end = '\0';
  return text;
}

static rg_error *read_filter(struct cli_session *session)
{
  const struct cli_arguments *arguments = &session->arguments;
  session->filter_text = join(arguments->words + 1, arguments->num_words - 1);
  if (!session->filter_text)
    return rg_error_create(RG_ERROR_MEMORY, "out of memory");
  if (!session->filter_text[strspn(session->filter_text, " ")])
    return rg_error_create(RG_ERROR_ARGUMENT, "the filter is empty");
  return rg_filter_create(session->filter_text, &session->filter);
}

/* --- the dump ----------------------------------------------------------------------------------------------------- */

static rg_error *cannot_open(const struct cli_session *session, const char *reason)
{
  return rg_error_create(RG_ERROR_SYSTEM, "cannot open '%s': %s", cli_dump_name(session), reason);
}

static rg_error *open_dump(const struct cli_session *session, int *ret)
{
  if (is_stdin(session)) {
    *ret = STDIN_FILENO;
    return isatty(*ret) ? cannot_open(session, "it is a terminal, and no dump") : NULL;
  }
  struct stat status;
  int fd = open(session->dump, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return cannot_open(session, strerror(errno));
  if (!fstat(fd, &status) && S_ISDIR(status.st_mode)) {
    close(fd);
    return cannot_open(session, strerror(EISDIR));
  }
  *ret = fd;
  return NULL;
}

rg_error *cli_session_read_fd(struct cli_session *session, const char *word, int fd)
{
  rg_reader reader = rg_fd_reader(fd);
  rg_dump_read_options options = RG_DUMP_READ_OPTIONS_INIT;
  options.max_memory = session->arguments.max_memory;
  options.progress = cli_progress;
  session->dump = word;
  session->is_reading = true;
  rg_graph_destroy(session->graph);
  session->graph = NULL;
  cli_progress_begin("reading", false);
  rg_error *error = rg_dump_read(&reader, &options, &session->graph);
  cli_progress_end();
  if (error)
    return error;
  session->is_reading = false;
  session->is_truncated |= rg_graph_is_truncated(session->graph);
  if (rg_graph_is_truncated(session->graph))
    cli_say("%s is cut off: sizes and references are lower bounds", cli_dump_name(session));
  return NULL;
}

rg_error *cli_session_read_dump(struct cli_session *session, const char *word)
{
  int fd = -1;
  session->dump = word;
  session->is_reading = true;
  CLI_TRY(open_dump(session, &fd));
  rg_error *error = cli_session_read_fd(session, word, fd);
  if (fd != STDIN_FILENO)
    close(fd);
  return error;
}

rg_error *cli_session_read(struct cli_session *session)
{
  if (session->arguments.num_words > 1)
    CLI_TRY(read_filter(session));
  CLI_TRY(cli_session_read_dump(session, session->arguments.words[0]));
  return session->filter ? rg_matches_create(session->graph, session->filter, &session->matches) : NULL;
}

rg_error *cli_session_targets(struct cli_session *session, size_t limit, size_t *num_ret)
{
  const struct cli_arguments *arguments = &session->arguments;
  size_t num = rg_matches_num_nodes(session->matches);
  if (!num)
    return rg_error_create(RG_ERROR_NOT_FOUND, "nothing in %s matches '%s'; refgraph closures and refgraph types list "
                           "what there is", cli_dump_name(session), cli_shown(session->filter_text));
  if (arguments->has_limit)
    limit = arguments->limit ? arguments->limit : num;
  *num_ret = num < limit ? num : limit;
  if (num <= limit)
    return NULL;
  cli_say("%s more %s: --limit 0 takes them all", cli_count(num - limit).text,
          num - limit == 1 ? "object matches" : "objects match");
  session->status = arguments->has_limit ? CLI_ANSWERED : CLI_LIMITED;
  return NULL;
}
