/* One JSON document on the standard output: its fields in a line each, the elements of their lists in a line each, and
 * what is deeper in that line. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include "command.h"

/* The fields that every document begins with: the version of its schema, and the command. */
void cli_json_begin(const struct cli_command *command);
void cli_json_end(void);

/* `name` is NULL in a list. */
void cli_json_string(const char *name, const char *value);
void cli_json_number(const char *name, uint64_t value);
void cli_json_bool(const char *name, bool value);
void cli_json_null(const char *name);
void cli_json_open(const char *name, char bracket);
void cli_json_close(char bracket);
/* A list in one line. */
void cli_json_numbers(const char *name, const uint32_t *values, size_t num);
/* A document as the value of a field. */
void cli_json_document(const char *name, const char *text);

#endif
