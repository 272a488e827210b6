/* A selection to a file, to the standard output, or to the terminal. */
#ifndef CLI_PICTURE_H
#define CLI_PICTURE_H

#include "command.h"

/* Tells what would go wrong with the output before any long work. */
RG_MUST_USE rg_error *cli_check_output(struct cli_session *session);

/* Whether there is no FILE, or it is "-"; and what writes there. */
bool cli_is_stdout(const struct cli_arguments *arguments);
rg_writer cli_stdout_writer(void);

/* Draws as the options say. `call` begins the caption; `closures` may be NULL. The selection goes. */
RG_MUST_USE rg_error *cli_draw(struct cli_session *session, rg_selection *selection, const char *call,
                               const rg_closures *closures);

#endif
