/* What is known of one thing, for people: lines of two columns, the first as wide as its widest cell. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <refgraph.h>

struct cli_table {
  size_t width;    // of the first column, in characters
  size_t num_cells;
  rg_buffer cells; // each ended by a NUL
  rg_error *error; // the first one, until it is asked for
};
#define CLI_TABLE_INIT {0, 0, {0}, NULL}

void cli_table_deinit(struct cli_table *table);
/* Adds the next cell, line by line. */
void cli_table_add(struct cli_table *table, const char *format, ...) RG_PRINTF(2, 3);
/* Adds to the last cell. */
void cli_table_append(struct cli_table *table, const char *format, ...) RG_PRINTF(2, 3);
RG_MUST_USE rg_error *cli_table_print(struct cli_table *table);

struct cli_words {
  char text[40];
};
/* "1 204". */
struct cli_words cli_count(uint64_t count);
/* "1 object", "2 objects". */
struct cli_words cli_counted(uint64_t count, const char *noun);
/* "48 B", "9.7 kB", "264 kB", as pictures have it. */
struct cli_words cli_size(uint64_t size);

#endif
