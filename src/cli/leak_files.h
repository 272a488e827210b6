/* Files of a leak report: baselines, SARIF, a picture a leak. */
#ifndef CLI_LEAK_FILES_H
#define CLI_LEAK_FILES_H

#include "command.h"

/* Tells what would go wrong with --output before any long work. */
RG_MUST_USE rg_error *cli_check_leak_output(const struct cli_session *session);
RG_MUST_USE rg_error *cli_read_baseline(const char *path, rg_buffer *ret);

/* Writes a file that appears whole, or not at all. */
RG_MUST_USE rg_error *cli_write_leak_file(const rg_report *report,
                                          rg_error *(*write)(const rg_report *report, const rg_writer *writer),
                                          const char *path);
/* SARIF, or a picture of each leak that is not accepted, as the name of the output ends. */
RG_MUST_USE rg_error *cli_write_leaks(const struct cli_session *session, const rg_report *report);

#endif
