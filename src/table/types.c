/* Objects by type. */
#include "table-internal.h"

static const rg_column columns[] = {
    {"count", "objects", true},
    {"size", "size", true},
    {"type", "type", false},
    {"retained", NULL, true},
};

static const rg_column measured_columns[] = {
    {"count", "objects", true},
    {"size", "size", true},
    {NULL, "retained", true},
    {"type", "type", false},
    {"retained", NULL, true},
};

#define NUM(array) (sizeof(array) / sizeof((array)[0]))

static void add_row(rg_table *table, const rg_graph *graph, const rg_type_count *count, bool is_measured)
{
  rg_type_info info = rg_graph_type(graph, count->type);
  RGI_SCOPED_TEXT name = RGI_TEXT_INIT;
  rgi_text_printf(&name, "%s%s%s", info.module, *info.module ? "." : "", info.name);
  rgi_table_add_number(table, RG_CELL_NUMBER, count->num_nodes);
  rgi_table_add_number(table, RG_CELL_SIZE, (int64_t)count->size);
  if (is_measured)
    rgi_table_add_number(table, RG_CELL_SIZE, (int64_t)count->retained);
  rgi_table_add_made(table, &name);
  if (is_measured)
    rgi_table_add_number(table, RG_CELL_SIZE, (int64_t)count->retained);
  else
    rgi_table_add_none(table);
}

// "13 objects of 7 types, 8.0 MB".
static void summarize(const rg_types *types, struct rgi_text *summary)
{
  uint64_t num_objects = 0, size = 0;
  for (size_t i = 0; i < rg_types_num(types); i++) {
    num_objects += rg_types_count(types, i).num_nodes;
    size += rg_types_count(types, i).size;
  }
  rgi_words_add_counted(summary, num_objects, "object", " ");
  rgi_text_puts(summary, " of ");
  rgi_words_add_counted(summary, rg_types_num(types), "type", " ");
  rgi_text_puts(summary, ", ");
  rgi_words_add_size(summary, size);
}

rg_error *rg_table_of_types(const rg_graph *graph, const rg_types *types, size_t max_rows, rg_table **ret)
{
  RGI_SCOPED_TABLE *table = NULL;
  RGI_SCOPED_TEXT summary = RGI_TEXT_INIT;
  size_t num = rg_types_num(types), num_rows = num < max_rows ? num : max_rows;
  // Whatever has a type has bytes of its own, so that the first type retains something.
  bool is_measured = num && rg_types_count(types, 0).retained;
  RGI_TRY(rgi_table_create("types", is_measured ? measured_columns : columns,
                           is_measured ? NUM(measured_columns) : NUM(columns), &table));
  for (size_t i = 0; i < num_rows; i++) {
    rg_type_count count = rg_types_count(types, i);
    add_row(table, graph, &count, is_measured);
  }
  table->num_omitted = num - num_rows;
  summarize(types, &summary);
  return rgi_table_finish(&table, &summary, ret);
}
