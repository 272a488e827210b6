#include "table-internal.h"

rg_error *rgi_table_create(const char *name, const rg_column *columns, size_t num_columns, rg_table **ret)
{
  rg_table *table = rgi_alloc(1, sizeof(*table));
  if (!table)
    return rgi_out_of_memory();
  *table = (rg_table){.name = name, .columns = columns, .num_columns = num_columns, .summary = ""};
  *ret = table;
  return NULL;
}

// NOLINTNEXTLINE(misc-no-recursion): how deep tables nest is told by what makes them, not by a heap
void rg_table_destroy(rg_table *table)
{
  if (!table)
    return;
  for (size_t i = 0; i < table->num_cells; i++)
    rg_table_destroy((rg_table *)(uintptr_t)table->cells[i].table);
  rgi_free(table->cells);
  rgi_arena_deinit(&table->arena);
  rg_error_destroy(table->error);
  rgi_free(table);
}

/* --- adding ------------------------------------------------------------------------------------------------------- */

static void note(rg_table *table, rg_error *error)
{
  if (!table->error)
    table->error = error;
  else
    rg_error_destroy(error);
}

static void add(rg_table *table, rg_cell cell)
{
  if (!table->error)
    table->error = rgi_reserve(&table->cells, &table->capacity, table->num_cells + 1);
  if (!table->error)
    table->cells[table->num_cells++] = cell;
  else
    rg_table_destroy((rg_table *)(uintptr_t)cell.table);
}

void rgi_table_add_none(rg_table *table)
{
  add(table, (rg_cell){.kind = RG_CELL_NONE});
}

void rgi_table_add_number(rg_table *table, rg_cell_kind kind, int64_t number)
{
  add(table, (rg_cell){.kind = kind, .number = number});
}

void rgi_table_add_text(rg_table *table, rg_cell_kind kind, const char *text)
{
  rg_cell cell = {.kind = kind, .text = ""};
  if (!table->error)
    table->error = rgi_arena_add_string(&table->arena, text, &cell.text);
  add(table, cell);
}

void rgi_table_add_made(rg_table *table, const struct rgi_text *text)
{
  note(table, rgi_text_error(text));
  rgi_table_add_text(table, RG_CELL_TEXT, rgi_text_string(text));
}

void rgi_table_add_place(rg_table *table, const char *file, uint32_t line)
{
  RGI_SCOPED_TEXT place = RGI_TEXT_INIT;
  rgi_text_puts(&place, file);
  if (line)
    rgi_text_printf(&place, ":%u", line);
  rgi_table_add_made(table, &place);
}

void rgi_table_add_table(rg_table *table, rg_table *nested)
{
  add(table, (rg_cell){.kind = RG_CELL_TABLE, .table = nested});
}

void rgi_table_say(rg_table *table, struct rgi_text *text)
{
  if (!table->error)
    note(table, rgi_arena_add_text(&table->arena, text, &table->cells[table->num_cells - 1].text));
}

rg_error *rgi_table_finish(rg_table **table, struct rgi_text *summary, rg_table **ret)
{
  rg_table *finished = *table;
  if (!finished->error)
    finished->error = rgi_arena_add_text(&finished->arena, summary, &finished->summary);
  if (finished->error)
    return rgi_take(finished->error);
  *ret = rgi_take(*table);
  return NULL;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

const char *rg_table_name(const rg_table *table)
{
  return table->name;
}

size_t rg_table_num_columns(const rg_table *table)
{
  return table->num_columns;
}

rg_column rg_table_column(const rg_table *table, size_t i)
{
  return table->columns[i];
}

size_t rg_table_num_rows(const rg_table *table)
{
  return table->num_cells / table->num_columns;
}

rg_cell rg_table_cell(const rg_table *table, size_t row, size_t column)
{
  return table->cells[row * table->num_columns + column];
}

size_t rg_table_num_omitted(const rg_table *table)
{
  return table->num_omitted;
}

const char *rg_table_summary(const rg_table *table)
{
  return table->summary;
}

void rgi_cell_add_shown(struct rgi_text *text, const rg_cell *cell)
{
  if (cell->text) {
    rgi_text_puts(text, cell->text);
    return;
  }
  uint64_t magnitude = cell->number < 0 ? -(uint64_t)cell->number : (uint64_t)cell->number;
  switch (cell->kind) {
  case RG_CELL_NUMBER:
    rgi_text_puts(text, cell->number < 0 ? "-" : "");
    rgi_words_add_count(text, magnitude, " ");
    break;
  case RG_CELL_SIZE:
    rgi_text_puts(text, cell->number < 0 ? "-" : "");
    rgi_words_add_size(text, magnitude);
    break;
  case RG_CELL_BOOL:
    rgi_text_puts(text, cell->number ? "yes" : "no");
    break;
  case RG_CELL_TABLE:
    rgi_words_add_count(text, rg_table_num_rows(cell->table), " ");
    break;
  case RG_CELL_NONE:
  case RG_CELL_TEXT:
  case RG_CELL_WORDS:
    break;
  }
}
