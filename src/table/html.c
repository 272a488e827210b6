/* A table for notebooks: what people read, in markup that needs no style sheet. */
#include "table-internal.h"

static void add_escaped(struct rgi_text *text, const char *string)
{
  for (; *string; string++) {
    switch (*string) {
    case '&': rgi_text_puts(text, "&amp;"); break;
    case '<': rgi_text_puts(text, "&lt;"); break;
    case '>': rgi_text_puts(text, "&gt;"); break;
    case '"': rgi_text_puts(text, "&quot;"); break;
    default: rgi_text_add(text, string, 1);
    }
  }
}

static void add_cell(struct rgi_text *text, const char *tag, const rg_column *column, const char *cell)
{
  rgi_text_printf(text, "<%s style=\"text-align: %s\">", tag, column->is_right ? "right" : "left");
  add_escaped(text, cell);
  rgi_text_printf(text, "</%s>", tag);
}

static void add_headings(struct rgi_text *text, const rg_table *table)
{
  rgi_text_puts(text, "<thead><tr>");
  for (size_t column = 0; column < table->num_columns; column++) {
    if (table->columns[column].heading)
      add_cell(text, "th", &table->columns[column], table->columns[column].heading);
  }
  rgi_text_puts(text, "</tr></thead>\n");
}

static void add_row(struct rgi_text *text, const rg_table *table, size_t row, struct rgi_text *scratch)
{
  rgi_text_puts(text, "<tr>");
  for (size_t column = 0; column < table->num_columns; column++) {
    if (!table->columns[column].heading)
      continue;
    rgi_text_clear(scratch);
    rgi_cell_add_shown(scratch, &table->cells[row * table->num_columns + column]);
    add_cell(text, "td", &table->columns[column], rgi_text_string(scratch));
  }
  rgi_text_puts(text, "</tr>\n");
}

static void add_caption(struct rgi_text *text, const rg_table *table)
{
  rgi_text_puts(text, "<caption style=\"caption-side: bottom; text-align: left; white-space: nowrap\">");
  add_escaped(text, table->summary);
  if (table->num_omitted) {
    rgi_text_puts(text, "; ");
    rgi_words_add_count(text, table->num_omitted, " ");
    rgi_text_puts(text, " not listed");
  }
  rgi_text_puts(text, "</caption>\n");
}

rg_error *rg_table_write_html(const rg_table *table, const rg_writer *writer)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT, scratch = RGI_TEXT_INIT;
  rgi_text_puts(&text, "<table class=\"refgraph\">\n");
  add_caption(&text, table);
  add_headings(&text, table);
  rgi_text_puts(&text, "<tbody>\n");
  for (size_t row = 0; row < rg_table_num_rows(table); row++)
    add_row(&text, table, row, &scratch);
  rgi_text_puts(&text, "</tbody>\n</table>\n");
  RGI_TRY(rgi_text_error(&scratch));
  RGI_TRY(rgi_text_error(&text));
  return writer->write(writer->context, text.data, text.size);
}
