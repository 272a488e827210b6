/* A program, round by round. */
#ifndef CLI_ROUNDS_H
#define CLI_ROUNDS_H

#include "command.h"

/* Runs the program that the words are, and says what grew in each of its rounds. */
RG_MUST_USE rg_error *cli_growth_of_rounds(struct cli_session *session);

#endif
