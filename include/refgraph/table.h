/* Tables: what an analysis found, row by row, for people, for programs and for notebooks.
 *
 *            copies  retained  closure           defined at  captures        <- headings, for people
 *   qualname copies  retained                    file line   captures        <- keys, for programs
 *   --------------------------------------------------------------------
 *   a row is a cell a column: text, number, bytes, yes or no, words, nothing, or a table of its own
 *
 * A table keeps nothing of what it was made from. Text is clean as a graph's is. */
#ifndef REFGRAPH_TABLE_H
#define REFGRAPH_TABLE_H

#include <refgraph/analysis.h>
#include <refgraph/filter.h>
#include <refgraph/io.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rg_table rg_table;

typedef enum rg_cell_kind {
  RG_CELL_NONE,   /* not known, or there is none */
  RG_CELL_TEXT,
  RG_CELL_NUMBER,
  RG_CELL_SIZE,   /* bytes */
  RG_CELL_BOOL,   /* 0 or 1 */
  RG_CELL_WORDS,  /* names, separated by spaces */
  RG_CELL_TABLE,
} rg_cell_kind;

typedef struct rg_column {
  const char *key;     /* what programs call it, as "num_closures"; NULL: only people see it */
  const char *heading; /* what people call it; NULL: only programs see it */
  bool is_right;       /* set right, as numbers are */
} rg_column;

typedef struct rg_cell {
  rg_cell_kind kind;
  int64_t number;        /* of RG_CELL_NUMBER, RG_CELL_SIZE and RG_CELL_BOOL */
  const char *text;      /* of RG_CELL_TEXT and RG_CELL_WORDS; of others what people read instead, or NULL */
  const rg_table *table; /* of RG_CELL_TABLE */
} rg_cell;

RG_PUBLIC void rg_table_destroy(rg_table *table);
/* What the rows are, as "closures". */
RG_PUBLIC const char *rg_table_name(const rg_table *table);
RG_PUBLIC size_t rg_table_num_columns(const rg_table *table);
RG_PUBLIC rg_column rg_table_column(const rg_table *table, size_t i);
RG_PUBLIC size_t rg_table_num_rows(const rg_table *table);
RG_PUBLIC rg_cell rg_table_cell(const rg_table *table, size_t row, size_t column);
/* Rows that a limit left out. */
RG_PUBLIC size_t rg_table_num_omitted(const rg_table *table);
/* A line about all rows, those that were left out too, as "60 closures of 60 definition sites". */
RG_PUBLIC const char *rg_table_summary(const rg_table *table);

/* Columns as wide as their widest cell under their headings, an empty line, and the summary. `hint` is what to do about
 * rows that were left out, as "--limit 0 lists all"; it may be NULL. */
RG_PUBLIC RG_MUST_USE rg_error *rg_table_write_text(const rg_table *table, const char *hint, const rg_writer *writer);
/* A list of objects, one a row and a line, whose names are the keys. */
RG_PUBLIC RG_MUST_USE rg_error *rg_table_write_json(const rg_table *table, const rg_writer *writer);
/* A <table> that has the summary for its caption. */
RG_PUBLIC RG_MUST_USE rg_error *rg_table_write_html(const rg_table *table, const rg_writer *writer);

/* --- tables of analyses: at most `max_rows` rows, SIZE_MAX for all ------------------------------------------------ */

/* count, size, type, retained; the last is known once rg_types_measure() was called. */
RG_PUBLIC RG_MUST_USE rg_error *rg_table_of_types(const rg_graph *graph, const rg_types *types, size_t max_rows,
                                                  rg_table **ret);
/* qualname, file, line, copies, retained, holders (path, type, closures), captures (name, type, retained, shared, read,
 * written, attributes, allocated), implicit;
 * the sites of which a closure is among `matches`, NULL for all, those that capture only what the language adds last.
 * What sites retain is what rg_closures_measure() found; `shared` is how many closures, of all sites, capture a
 * value. */
RG_PUBLIC RG_MUST_USE rg_error *rg_table_of_closures(const rg_graph *graph, const rg_closures *closures,
                                                     const rg_matches *matches, size_t max_rows, rg_table **ret);

/* A line of a program, and the memory that was allocated there. */
typedef struct rg_traced {
  const char *file;
  uint32_t line;
  uint64_t size;  /* bytes */
  uint64_t count; /* blocks */
} rg_traced;

/* file, line, size, count, closures (qualname, file, line, name, values, retained): lines of a program in the given
 * order, each with the definition sites of closures that capture values allocated there, under which name, how many
 * such values, and what all values of that variable retain; the most values first. */
RG_PUBLIC RG_MUST_USE rg_error *rg_table_of_allocations(const rg_graph *graph, const rg_closures *closures,
                                                        const rg_traced *traced, size_t num_traced, size_t max_rows,
                                                        rg_table **ret);

/* id, objects, size, retained, fate ("alive", "garbage", "frozen"), shape ("other", "recursive closure", "closure of
 * its owner", "frame"), object, cut: the cycles of which a node is among `matches`, NULL for all. `id` and `object` are
 * a closure in the cycle, if there is one; `cut` is the weakest reference in words. */
RG_PUBLIC RG_MUST_USE rg_error *rg_table_of_cycles(const rg_graph *graph, const rg_cycles *cycles,
                                                   const rg_matches *matches, size_t max_rows, rg_table **ret);

/* id, length, path, steps (id, reference, object): the paths to a node, the shortest first; `path` is all steps in one
 * line. */
RG_PUBLIC RG_MUST_USE rg_error *rg_table_of_disjoint_paths(const rg_graph *graph, const rg_disjoint_paths *paths,
                                                           rg_table **ret);

/* id, holder, reference, target, object: the references to cut, `id` the node of the holder; none where nothing can be
 * cut. The summary says what is freed, or why there is nothing. */
RG_PUBLIC RG_MUST_USE rg_error *rg_table_of_cut(const rg_graph *graph, const rg_cut *cut, rg_table **ret);

/* id, parent, depth, object, type, size, retained: the objects that retain most, as a tree in which each stands under
 * the one that dominates it; at depth 0 `nodes`, or for NULL what nothing but the process itself dominates. Passages
 * have no row: what they dominate stands under their owner. */
RG_PUBLIC RG_MUST_USE rg_error *rg_table_of_dominators(const rg_graph *graph, const rg_dominators *dominators,
                                                       const rg_node *nodes, size_t num_nodes, size_t max_rows,
                                                       rg_table **ret);

/* id, gained, gained_below, growth, rounds (count, size), trend ("grows", "shrinks"), what, type, qualname, file, line,
 * path: what rg_growth_rank() put together; of two graphs what grows and what shrinks, of more what grows. `growth` is
 * how many objects more the last graph has than the first, `id` one of them there, null if there is none; `rounds` is
 * what each graph has. By site or type `path` is that of the objects which gained most. */
RG_PUBLIC RG_MUST_USE rg_error *rg_table_of_growth(const rg_growth *growth, size_t max_rows, rg_table **ret);

#ifdef __cplusplus
}
#endif
#endif
