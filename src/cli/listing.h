/* A table as the answer of a command. */
#ifndef CLI_LISTING_H
#define CLI_LISTING_H

#include "command.h"

/* How many rows are wanted: as many as the user said; else all for programs, `preset` for people. */
size_t cli_max_rows(const struct cli_session *session, size_t preset);
/* The field of a document that says which dump it is about, or which dumps. */
void cli_json_dumps(const struct cli_session *session);
/* Prints the table as the user wants it, and destroys it. */
RG_MUST_USE rg_error *cli_print_listing(const struct cli_session *session, rg_table *table);

#endif
