/* A table for programs. Tables nest as deep as the code that makes them says, so that recursion here is bounded. */
#include "table-internal.h"

#include <inttypes.h>

// NOLINTBEGIN(misc-no-recursion): how deep tables nest is told by what makes them, not by a heap
static void add_rows(struct rgi_text *text, const rg_table *table, const char *separator);

static void add_value(struct rgi_text *text, const rg_cell *cell)
{
  switch (cell->kind) {
  case RG_CELL_NONE:
    rgi_text_puts(text, "null");
    break;
  case RG_CELL_TEXT:
    rgi_text_add_json(text, cell->text);
    break;
  case RG_CELL_NUMBER:
  case RG_CELL_SIZE:
    rgi_text_printf(text, "%" PRId64, cell->number);
    break;
  case RG_CELL_BOOL:
    rgi_text_puts(text, cell->number ? "true" : "false");
    break;
  case RG_CELL_WORDS:
    rgi_text_add_json_words(text, cell->text);
    break;
  case RG_CELL_TABLE:
    rgi_text_puts(text, "[");
    add_rows(text, cell->table, ", ");
    rgi_text_puts(text, "]");
    break;
  }
}

static void add_row(struct rgi_text *text, const rg_table *table, size_t row)
{
  const char *separator = "{";
  for (size_t column = 0; column < table->num_columns; column++) {
    if (!table->columns[column].key)
      continue;
    rgi_text_printf(text, "%s\"%s\": ", separator, table->columns[column].key);
    add_value(text, &table->cells[row * table->num_columns + column]);
    separator = ", ";
  }
  rgi_text_puts(text, "}");
}

static void add_rows(struct rgi_text *text, const rg_table *table, const char *separator)
{
  for (size_t row = 0; row < rg_table_num_rows(table); row++) {
    rgi_text_puts(text, row ? separator : "");
    add_row(text, table, row);
  }
}
// NOLINTEND(misc-no-recursion)

rg_error *rg_table_write_json(const rg_table *table, const rg_writer *writer)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  bool is_empty = rg_table_num_rows(table) == 0;
  rgi_text_puts(&text, is_empty ? "[" : "[\n  ");
  add_rows(&text, table, ",\n  ");
  rgi_text_puts(&text, is_empty ? "]\n" : "\n]\n");
  RGI_TRY(rgi_text_error(&text));
  return writer->write(writer->context, text.data, text.size);
}
