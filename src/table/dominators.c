/* What retains most, as a tree.
 *
 * Nothing retains more than what dominates it, so that taking the largest again and again, from a heap that each taken
 * one gives its children, takes the top of the tree. Rows are then brought into preorder. Cost: O(V), and O(n log n)
 * for n rows and their children. */
#include "table-internal.h"

#include "../view/view-internal.h"

static const rg_column columns[] = {
    {"id", "id", true},
    {"parent", NULL, false},
    {"depth", NULL, false},
    {"retained", "retained", true},
    {"size", "size", true},
    {"type", NULL, false},
    {"object", NULL, false},
    {NULL, "object", false},
};

#define ROW_NONE UINT32_MAX

// Deeper rows keep the column of this one and say their depth, as in a picture as text: those of a long chain would
// take memory by the square of its length.
#define MAX_INDENTED 24

struct candidate {
  rg_node node;
  uint32_t parent; // row; ROW_NONE at the top
  uint64_t retained;
};

struct row {
  rg_node node;
  uint32_t parent;
  uint32_t depth;
  uint32_t first_child, last_child, next_sibling;
};

struct tree {
  const rg_graph *graph;
  const rg_dominators *dominators;
  struct candidate *heap;
  size_t num_candidates, heap_capacity;
  struct row *rows;
  size_t num_rows, rows_capacity, max_rows;
  size_t num_omitted;
  uint8_t *is_taken; // by node
};

static void deinit(struct tree *tree)
{
  rgi_free(tree->heap);
  rgi_free(tree->rows);
  rgi_free(tree->is_taken);
}

/* --- the heap ----------------------------------------------------------------------------------------------------- */

// What was asked for and stands under something else, too, comes there first.
static bool is_before(const struct candidate *a, const struct candidate *b)
{
  if (a->retained != b->retained)
    return a->retained > b->retained;
  return a->node != b->node ? a->node < b->node : a->parent < b->parent;
}

static void swap(struct candidate *a, struct candidate *b)
{
  struct candidate c = *a;
  *a = *b;
  *b = c;
}

static rg_error *push(struct tree *tree, rg_node node, uint32_t parent)
{
  RGI_TRY(rgi_reserve(&tree->heap, &tree->heap_capacity, tree->num_candidates + 1));
  struct candidate *heap = tree->heap;
  size_t i = tree->num_candidates++;
  heap[i] = (struct candidate){node, parent, rg_dominators_retained(tree->dominators, node)};
  for (; i && is_before(&heap[i], &heap[(i - 1) / 2]); i = (i - 1) / 2)
    swap(&heap[i], &heap[(i - 1) / 2]);
  return NULL;
}

static struct candidate pop(struct tree *tree)
{
  struct candidate *heap = tree->heap, first = heap[0];
  size_t num = --tree->num_candidates;
  heap[0] = heap[num];
  for (size_t i = 0, child; (child = 2 * i + 1) < num; i = child) {
    if (child + 1 < num && is_before(&heap[child + 1], &heap[child]))
      child++;
    if (!is_before(&heap[child], &heap[i]))
      break;
    swap(&heap[child], &heap[i]);
  }
  return first;
}

/* --- the tree ----------------------------------------------------------------------------------------------------- */

static rg_error *push_children(struct tree *tree, rg_node node, uint32_t parent)
{
  rg_dominated children;
  RGI_TRY(rg_dominators_children(tree->dominators, node, &children));
  for (size_t i = 0; i < children.num_nodes; i++)
    RGI_TRY(push(tree, children.nodes[i], parent));
  return NULL;
}

static rg_error *add_row(struct tree *tree, const struct candidate *candidate, uint32_t *ret)
{
  RGI_TRY(rgi_reserve(&tree->rows, &tree->rows_capacity, tree->num_rows + 1));
  uint32_t row_i = (uint32_t)tree->num_rows++;
  struct row *row = &tree->rows[row_i];
  *row = (struct row){candidate->node, candidate->parent, 0, ROW_NONE, ROW_NONE, ROW_NONE};
  *ret = row_i;
  if (row->parent == ROW_NONE)
    return NULL;
  struct row *parent = &tree->rows[row->parent];
  row->depth = parent->depth + 1;
  if (parent->last_child == ROW_NONE)
    parent->first_child = row_i;
  else
    tree->rows[parent->last_child].next_sibling = row_i;
  parent->last_child = row_i;
  return NULL;
}

// A node that was asked for may stand below another one that was, too: it is there once.
static rg_error *take(struct tree *tree, const struct candidate *candidate)
{
  uint32_t row = candidate->parent;
  if (tree->is_taken[candidate->node])
    return NULL;
  tree->is_taken[candidate->node] = 1;
  bool is_row = candidate->parent == ROW_NONE || !(rg_graph_node_flags(tree->graph, candidate->node) & RG_NODE_PASSAGE);
  if (is_row && tree->num_rows < tree->max_rows)
    RGI_TRY(add_row(tree, candidate, &row));
  else
    tree->num_omitted += is_row;
  return push_children(tree, candidate->node, row);
}

// Once there are rows enough the rest is only counted, in any order.
static rg_error *grow(struct tree *tree, const rg_node *nodes, size_t num_nodes)
{
  tree->is_taken = rgi_alloc(rg_graph_num_nodes(tree->graph), sizeof(*tree->is_taken));
  if (!tree->is_taken)
    return rgi_out_of_memory();
  for (size_t i = 0; nodes && i < num_nodes; i++)
    RGI_TRY(push(tree, nodes[i], ROW_NONE));
  if (!nodes)
    RGI_TRY(push_children(tree, RG_NODE_ROOT, ROW_NONE));
  while (tree->num_candidates) {
    struct candidate candidate = tree->num_rows < tree->max_rows ? pop(tree) : tree->heap[--tree->num_candidates];
    RGI_TRY(take(tree, &candidate));
  }
  return NULL;
}

/* --- the table ---------------------------------------------------------------------------------------------------- */

static void indent(struct rgi_text *text, uint32_t depth)
{
  bool is_deep = depth > MAX_INDENTED;
  rgi_text_printf(text, "%*s", 2 * (is_deep ? MAX_INDENTED : (int)depth), "");
  if (is_deep)
    rgi_text_printf(text, "%u: ", depth);
}

static void list_row(rg_table *table, const struct tree *tree, const struct row *row)
{
  const rg_graph *graph = tree->graph;
  rg_type_info type = rg_graph_type(graph, rg_graph_node_type(graph, row->node));
  RGI_SCOPED_TEXT label = RGI_TEXT_INIT, name = RGI_TEXT_INIT, shown = RGI_TEXT_INIT;
  rgi_view_add_node_label(&label, graph, row->node);
  rgi_text_printf(&name, "%s%s%s", type.module, *type.module ? "." : "", type.name);
  indent(&shown, row->depth);
  rgi_text_puts(&shown, rgi_text_string(&label));
  shown.is_failed |= label.is_failed;
  rgi_table_add_number(table, RG_CELL_NUMBER, row->node);
  if (row->parent == ROW_NONE)
    rgi_table_add_none(table);
  else
    rgi_table_add_number(table, RG_CELL_NUMBER, tree->rows[row->parent].node);
  rgi_table_add_number(table, RG_CELL_NUMBER, row->depth);
  rgi_table_add_number(table, RG_CELL_SIZE, (int64_t)rg_dominators_retained(tree->dominators, row->node));
  rgi_table_add_number(table, RG_CELL_SIZE, (int64_t)rg_graph_node_size(graph, row->node));
  rgi_table_add_made(table, &name);
  rgi_table_add_made(table, &label);
  rgi_table_add_made(table, &shown);
}

// Where preorder goes after a row: to its first child, else to the next sibling of it or of the nearest row above.
static uint32_t next_row(const struct tree *tree, uint32_t row)
{
  if (tree->rows[row].first_child != ROW_NONE)
    return tree->rows[row].first_child;
  while (row != ROW_NONE && tree->rows[row].next_sibling == ROW_NONE)
    row = tree->rows[row].parent;
  return row == ROW_NONE ? ROW_NONE : tree->rows[row].next_sibling;
}

static void list_rows(rg_table *table, const struct tree *tree)
{
  for (uint32_t top = 0; top < tree->num_rows; top++) {
    if (tree->rows[top].parent != ROW_NONE)
      continue;
    for (uint32_t row = top; row != ROW_NONE; row = next_row(tree, row))
      list_row(table, tree, &tree->rows[row]);
  }
}

// "13 objects, 8.0 MB; no root reaches 2 objects, 112 B".
static void summarize(const rg_graph *graph, const rg_dominators *dominators, struct rgi_text *summary)
{
  uint32_t num_garbage = 0;
  uint64_t size = 0, garbage_size = 0;
  for (rg_node node = 1; node < rg_graph_num_nodes(graph); node++) {
    bool is_garbage = rg_dominators_parent(dominators, node) == RG_NODE_NONE;
    num_garbage += is_garbage;
    size += rg_graph_node_size(graph, node);
    garbage_size += is_garbage ? rg_graph_node_size(graph, node) : 0;
  }
  rgi_words_add_counted(summary, rg_graph_num_nodes(graph) - 1, "object", " ");
  rgi_text_puts(summary, ", ");
  rgi_words_add_size(summary, size);
  if (!num_garbage)
    return;
  rgi_text_puts(summary, "; no root reaches ");
  rgi_words_add_counted(summary, num_garbage, "object", " ");
  rgi_text_puts(summary, ", ");
  rgi_words_add_size(summary, garbage_size);
}

rg_error *rg_table_of_dominators(const rg_graph *graph, const rg_dominators *dominators, const rg_node *nodes,
                                 size_t num_nodes, size_t max_rows, rg_table **ret)
{
  RGI_SCOPED_TABLE *table = NULL;
  RGI_SCOPED_TEXT summary = RGI_TEXT_INIT;
  __attribute__((cleanup(deinit))) struct tree tree = {.graph = graph, .dominators = dominators, .max_rows = max_rows};
  RGI_TRY(rgi_table_create("dominators", columns, sizeof(columns) / sizeof(columns[0]), &table));
  RGI_TRY(grow(&tree, nodes, num_nodes));
  list_rows(table, &tree);
  table->num_omitted = tree.num_omitted;
  summarize(graph, dominators, &summary);
  return rgi_table_finish(&table, &summary, ret);
}
