#include "table.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CELL_SIZE 4096

static size_t width_of(const char *text)
{
  size_t width = 0;
  for (; *text; text++)
    width += ((unsigned char)*text & 0xc0) != 0x80;
  return width;
}

void cli_table_init(struct cli_table *table, const struct cli_column *columns, size_t num_columns)
{
  *table = (struct cli_table){.num_columns = num_columns};
  for (size_t i = 0; i < num_columns; i++) {
    table->columns[i] = columns[i];
    table->widths[i] = columns[i].heading ? width_of(columns[i].heading) : 0;
  }
}

void cli_table_deinit(struct cli_table *table)
{
  rg_buffer_deinit(&table->cells);
  rg_error_destroy(table->error);
}

static void add_bytes(struct cli_table *table, const char *data, size_t size)
{
  rg_writer writer = rg_buffer_writer(&table->cells);
  if (!table->error)
    table->error = writer.write(writer.context, data, size);
}

// Where the last cell begins.
static const char *last_cell(const struct cli_table *table)
{
  size_t begin = table->cells.size - 1;
  while (begin && table->cells.data[begin - 1])
    begin--;
  return table->cells.data + begin;
}

static void measure_last(struct cli_table *table)
{
  if (table->error)
    return;
  size_t *widest = &table->widths[(table->num_cells - 1) % table->num_columns], width = width_of(last_cell(table));
  *widest = width > *widest ? width : *widest;
}

void cli_table_add(struct cli_table *table, const char *format, ...)
{
  char cell[CELL_SIZE];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(cell, sizeof(cell), format, arguments);
  va_end(arguments);
  add_bytes(table, cell, strlen(cell) + 1);
  table->num_cells++;
  measure_last(table);
}

void cli_table_append(struct cli_table *table, const char *format, ...)
{
  char more[CELL_SIZE];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(more, sizeof(more), format, arguments);
  va_end(arguments);
  if (table->error)
    return;
  table->cells.size--; // the NUL
  add_bytes(table, more, strlen(more) + 1);
  measure_last(table);
}

static void print_cell(const struct cli_table *table, size_t column, const char *cell)
{
  bool is_last = column + 1 == table->num_columns;
  int padding = (int)(table->widths[column] - width_of(cell));
  if (table->columns[column].is_number)
    printf("%*s%s", padding, "", cell);
  else
    printf("%s%*s", cell, is_last ? 0 : padding, "");
  fputs(is_last ? "\n" : "  ", stdout);
}

static void print_heading(const struct cli_table *table)
{
  for (size_t i = 0; i < table->num_columns && table->columns[0].heading; i++)
    print_cell(table, i, table->columns[i].heading);
}

rg_error *cli_table_print(struct cli_table *table)
{
  rg_error *error = table->error;
  table->error = NULL;
  if (error)
    return error;
  print_heading(table);
  const char *cell = table->cells.data;
  for (size_t i = 0; i < table->num_cells; i++, cell += strlen(cell) + 1)
    print_cell(table, i % table->num_columns, cell);
  return NULL;
}

/* --- words -------------------------------------------------------------------------------------------------------- */

struct cli_words cli_count(uint64_t count)
{
  char digits[24];
  struct cli_words words;
  size_t size = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, count), end = 0;
  for (size_t i = 0; i < size; i++) {
    if (i && (size - i) % 3 == 0)
      words.text[end++] = ' ';
    words.text[end++] = digits[i];
  }
  words.text[end] = '\0';
  return words;
}

struct cli_words cli_counted(uint64_t count, const char *noun)
{
  struct cli_words words = cli_count(count);
  size_t size = strlen(words.text);
  snprintf(words.text + size, sizeof(words.text) - size, " %s%s", noun, count == 1 ? "" : "s");
  return words;
}

struct cli_words cli_size(uint64_t size)
{
  static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  struct cli_words words;
  size_t unit = 0;
  double scaled = (double)size;
  // 999.5 and more would be written as 1000.
  for (; scaled >= 999.5; unit++)
    scaled /= 1000;
  snprintf(words.text, sizeof(words.text), "%.*f %s", unit && scaled < 99.95 ? 1 : 0, scaled, units[unit]);
  return words;
}
