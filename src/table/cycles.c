/* Cycles: what is in them, whether they are garbage, and the reference to cut. */
#include "table-internal.h"

#include "../view/view-internal.h"

static const rg_column columns[] = {
    {"id", "id", true},
    {"objects", "objects", true},
    {"size", "size", true},
    {"retained", "retained", true},
    {"fate", "fate", false},
    {"shape", "shape", false},
    {"object", "through", false},
    {"cut", "cut", false},
};

static const char *const fates[] = {
    [RG_CYCLE_ALIVE] = "alive",
    [RG_CYCLE_GARBAGE] = "garbage",
    [RG_CYCLE_FROZEN] = "frozen",
};

static const char *const shapes[] = {
    [RG_CYCLE_OTHER] = "other",
    [RG_CYCLE_RECURSIVE] = "recursive closure",
    [RG_CYCLE_OWNED] = "closure of its owner",
    [RG_CYCLE_FRAME] = "frame",
};

// The first object that is not a mere step; people know closures best.
static rg_node find_face(const rg_graph *graph, const rg_cycle *cycle)
{
  rg_node face = RG_NODE_NONE;
  for (uint32_t i = 0; i < cycle->num_nodes; i++) {
    uint32_t flags = rg_graph_node_flags(graph, cycle->nodes[i]);
    if (flags & RG_NODE_CLOSURE)
      return cycle->nodes[i];
    if (face == RG_NODE_NONE && !(flags & RG_NODE_PASSAGE))
      face = cycle->nodes[i];
  }
  return face == RG_NODE_NONE ? cycle->nodes[0] : face;
}

// "screen of on_click, function, app.py:12".
static rg_error *add_cut(rg_table *table, const rg_graph *graph, rg_edge edge)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  rg_node owner;
  RGI_TRY(rgi_table_find_owner(graph, edge, &text, &owner));
  rgi_text_puts(&text, " of ");
  rgi_view_add_node_label(&text, graph, owner);
  rgi_table_add_made(table, &text);
  return NULL;
}

static rg_error *list_cycle(rg_table *table, const rg_graph *graph, const rg_cycle *cycle)
{
  RGI_SCOPED_TEXT face = RGI_TEXT_INIT;
  rg_node node = find_face(graph, cycle);
  rgi_view_add_node_label(&face, graph, node);
  rgi_table_add_number(table, RG_CELL_NUMBER, node);
  rgi_table_add_number(table, RG_CELL_NUMBER, cycle->num_nodes);
  rgi_table_add_number(table, RG_CELL_SIZE, (int64_t)cycle->size);
  rgi_table_add_number(table, RG_CELL_SIZE, (int64_t)cycle->retained);
  rgi_table_add_text(table, RG_CELL_TEXT, fates[cycle->fate]);
  rgi_table_add_text(table, RG_CELL_TEXT, shapes[cycle->shape]);
  rgi_table_add_made(table, &face);
  if (cycle->weakest != RG_EDGE_NONE)
    return add_cut(table, graph, cycle->weakest);
  rgi_table_add_none(table);
  return NULL;
}

static bool has_match(const rg_matches *matches, const rg_cycle *cycle)
{
  for (uint32_t i = 0; matches && i < cycle->num_nodes; i++) {
    if (rg_matches_has(matches, cycle->nodes[i]))
      return true;
  }
  return !matches;
}

// "3 cycles, 2 of them garbage".
static void summarize(struct rgi_text *summary, size_t num, size_t num_garbage)
{
  rgi_words_add_counted(summary, num, "cycle", " ");
  if (num_garbage)
    rgi_text_printf(summary, ", %zu of them garbage", num_garbage);
}

rg_error *rg_table_of_cycles(const rg_graph *graph, const rg_cycles *cycles, const rg_matches *matches,
                             size_t max_rows, rg_table **ret)
{
  RGI_SCOPED_TABLE *table = NULL;
  RGI_SCOPED_TEXT summary = RGI_TEXT_INIT;
  size_t num = 0, num_garbage = 0;
  RGI_TRY(rgi_table_create("cycles", columns, sizeof(columns) / sizeof(columns[0]), &table));
  for (size_t i = 0; i < rg_cycles_num(cycles); i++) {
    rg_cycle cycle = rg_cycles_get(cycles, i);
    if (!has_match(matches, &cycle))
      continue;
    if (num < max_rows)
      RGI_TRY(list_cycle(table, graph, &cycle));
    num++;
    num_garbage += cycle.fate == RG_CYCLE_GARBAGE;
  }
  table->num_omitted = num > max_rows ? num - max_rows : 0;
  summarize(&summary, num, num_garbage);
  return rgi_table_finish(&table, &summary, ret);
}
