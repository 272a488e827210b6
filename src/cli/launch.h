/* Starting a program that is watched. */
#ifndef CLI_LAUNCH_H
#define CLI_LAUNCH_H

#include "command.h"

struct cli_launch {
  const char *dump;  // the dump that is written when the program ends, NULL: refgraph-PID.rgd; of rounds, their folder
  int signal;        // dumps it; 0: none
  uint32_t rounds;   // dumps after so many rounds, and none at the end; 0: no rounds
  uint64_t every_ms; // how long a round is; 0: the program ends it
};

/* Changes the environment of this process, so that a command that it becomes or starts is watched. */
RG_MUST_USE rg_error *cli_prepare_launch(const struct cli_launch *launch);
/* Says why a command did not start. As of a shell, 127 is for a command that is not there, 126 for one that cannot be
 * run. */
enum cli_status cli_cannot_run(const char *command, int reason);

#endif
