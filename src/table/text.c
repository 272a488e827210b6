/* A table for people: aligned columns, each as wide as its widest cell. Two passes over the cells, no grid in
 * memory. */
#include "table-internal.h"

#include "../base/clean.h"

static const char *shown(struct rgi_text *scratch, const rg_cell *cell)
{
  rgi_text_clear(scratch);
  rgi_cell_add_shown(scratch, cell);
  return rgi_text_string(scratch);
}

static size_t width_of(const rg_table *table, size_t column, struct rgi_text *scratch)
{
  size_t widest = rgi_utf8_length(table->columns[column].heading);
  for (size_t row = 0; row < rg_table_num_rows(table); row++) {
    size_t width = rgi_utf8_length(shown(scratch, &table->cells[row * table->num_columns + column]));
    widest = width > widest ? width : widest;
  }
  return widest;
}

struct layout {
  const rg_table *table;
  size_t *widths;     // by column; 0 and not looked at for those that people do not see
  size_t last_column; // nothing stands behind it, so it is not filled up
};

static void add_cell(struct rgi_text *text, const struct layout *layout, size_t column, const char *cell)
{
  bool is_right = layout->table->columns[column].is_right, is_last = column == layout->last_column;
  int padding = (int)(layout->widths[column] - rgi_utf8_length(cell));
  if (is_right)
    rgi_text_printf(text, "%*s%s", padding, "", cell);
  else
    rgi_text_printf(text, "%s%*s", cell, is_last ? 0 : padding, "");
  rgi_text_puts(text, is_last ? "\n" : "  ");
}

static void add_headings(struct rgi_text *text, const struct layout *layout)
{
  for (size_t column = 0; column < layout->table->num_columns; column++) {
    if (layout->table->columns[column].heading)
      add_cell(text, layout, column, layout->table->columns[column].heading);
  }
}

static void add_row(struct rgi_text *text, const struct layout *layout, size_t row, struct rgi_text *scratch)
{
  const rg_table *table = layout->table;
  for (size_t column = 0; column < table->num_columns; column++) {
    if (table->columns[column].heading)
      add_cell(text, layout, column, shown(scratch, &table->cells[row * table->num_columns + column]));
  }
}

static void add_summary(struct rgi_text *text, const rg_table *table, const char *hint)
{
  rgi_text_printf(text, "\n%s", table->summary);
  if (table->num_omitted) {
    rgi_text_puts(text, "; ");
    rgi_words_add_count(text, table->num_omitted, " ");
    rgi_text_printf(text, " not listed%s%s", hint ? ": " : "", hint ? hint : "");
  }
  rgi_text_puts(text, "\n");
}

rg_error *rg_table_write_text(const rg_table *table, const char *hint, const rg_writer *writer)
{
  RGI_SCOPED_FREE size_t *widths = rgi_alloc(table->num_columns, sizeof(*widths));
  if (!widths)
    return rgi_out_of_memory();
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT, scratch = RGI_TEXT_INIT;
  struct layout layout = {table, widths, 0};
  for (size_t column = 0; column < table->num_columns; column++) {
    if (!table->columns[column].heading)
      continue;
    widths[column] = width_of(table, column, &scratch);
    layout.last_column = column;
  }
  add_headings(&text, &layout);
  for (size_t row = 0; row < rg_table_num_rows(table); row++)
    add_row(&text, &layout, row, &scratch);
  add_summary(&text, table, hint);
  RGI_TRY(rgi_text_error(&scratch));
  RGI_TRY(rgi_text_error(&text));
  return writer->write(writer->context, text.data, text.size);
}
