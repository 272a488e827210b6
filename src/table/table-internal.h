/* Making tables: cells are added one after the other, row by row; what fails on the way is told in the end. */
#ifndef RGI_TABLE_INTERNAL_H
#define RGI_TABLE_INTERNAL_H

#include <refgraph/table.h>

#include "../base/alloc.h"
#include "../view/arena.h"
#include "../view/words.h"

struct rg_table {
  const char *name;          /* a constant */
  const rg_column *columns;  /* constants */
  size_t num_columns;
  rg_cell *cells;            /* row by row */
  size_t num_cells, capacity;
  size_t num_omitted;
  const char *summary;
  struct rgi_arena arena;    /* the texts of the cells, and the summary */
  rg_error *error;           /* the first one */
};

/* Name and columns stay the caller's, who has them as constants. */
rg_error *rgi_table_create(const char *name, const rg_column *columns, size_t num_columns, rg_table **ret);
static inline void rgi_table_destroy_scoped(rg_table **table)
{
  rg_table_destroy(*table);
}
#define RGI_SCOPED_TABLE __attribute__((cleanup(rgi_table_destroy_scoped))) rg_table

void rgi_table_add_none(rg_table *table);
void rgi_table_add_number(rg_table *table, rg_cell_kind kind, int64_t number);
void rgi_table_add_text(rg_table *table, rg_cell_kind kind, const char *text);
/* Of a text that was made for it. */
void rgi_table_add_made(rg_table *table, const struct rgi_text *text);
/* "ui.py:12", without the line where that is 0. */
void rgi_table_add_place(rg_table *table, const char *file, uint32_t line);
/* The table takes `nested` over, which may be NULL after a failure, and is gone if this one fails. */
void rgi_table_add_table(rg_table *table, rg_table *nested);
/* What people read in place of the last cell; `text` is empty afterwards. */
void rgi_table_say(rg_table *table, struct rgi_text *text);
/* The last step: takes the summary, which is empty afterwards, and hands the table on, or what failed. */
rg_error *rgi_table_finish(rg_table **table, struct rgi_text *summary, rg_table **ret);

/* The name of a reference, as ".callback", and the object that has it: a step from a passage has its name on the way to
 * that. Builds the reverse index of the graph. */
rg_error *rgi_table_find_owner(const rg_graph *graph, rg_edge edge, struct rgi_text *name, rg_node *ret);
/* The edges of a path from `begin` on that lead to the next object, over passages: returns where they end. Their name
 * is that of the last one that has a name. */
size_t rgi_table_step(const rg_graph *graph, rg_edge_list path, size_t begin, rg_edge *name_ret);
/* A path from the super-root in one line, as "__main__.listeners['click'] → screen". */
void rgi_table_add_path(struct rgi_text *text, const rg_graph *graph, rg_edge_list path);

/* The cell as people read it. */
void rgi_cell_add_shown(struct rgi_text *text, const rg_cell *cell);

#endif
