/* What grows, for all commands that say so. */
#ifndef CLI_GROWTH_H
#define CLI_GROWTH_H

#include "command.h"

/* Reads the dumps that the words name, one after the other, and says what grew. */
RG_MUST_USE rg_error *cli_growth_of_dumps(struct cli_session *session);
/* Reads the dumps that are open, which `names` call, and closes them. */
RG_MUST_USE rg_error *cli_growth_of_files(struct cli_session *session, const char *const *names, const int *fds,
                                          size_t num);

#endif
