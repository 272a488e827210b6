/* Cycles: the strongly connected components of two nodes or more, and nodes that refer to themselves.
 *
 *  1. Search depth first (Tarjan, "Depth-first search and linear graph algorithms", 1972). Nodes wait on a stack until
 *     the component that they are in is complete; what a node is called is its place there. One array does for that and
 *     for the least place that a node gets back to, as in Pearce, "A space-efficient algorithm for finding strongly
 *     connected components", 2016: a node that can get back no further than to itself ends a component, which is all
 *     that waits from its place on.
 *
 *       waiting  | a  b  c  d  e |      b has row b -> c -> e -> b to go back on: b, c, e and what lies between
 *       visits     0  1  1  2  1        are one component as soon as b has been left
 *
 *  2. Number the nodes of each cycle, and add up what its nodes retain: only those whose immediate dominator is not in
 *     the cycle, since the others are retained by these. (Where a node of a cycle dominates another one, whatever lies
 *     between them in the tree is on every path from one to the other, so on that within the cycle.)
 *  3. Look at each cycle for its shape and its weakest reference (weakest.c), then sort them.
 *
 * O(V + E). 16 bytes a node for the search: 4 for the visits, 4 for the stack, and 8 as deep as the search gets. Later
 * 4 for the components, 4 a node in cycles, 8 for the weakest reference, and 48 a cycle. */
#include <refgraph/analysis.h>

#include <string.h>

#include "../base/alloc.h"
#include "../base/options.h"
#include "../base/sort.h"
#include "../graph/graph-internal.h"
#include "ahead.h"
#include "weakest.h"

struct rg_cycles {
  rg_cycle *cycles; // by their first node
  uint32_t *order;
  uint32_t num;
  rg_node *nodes;
};

/* --- 1: components ------------------------------------------------------------------------------------------------ */

// A visited node is waiting at a place, in no cycle, or in a cycle; so places are the least. The first component has
// the highest number. What is in components has left the stack, so there is room for all.
#define NO_CYCLE (RGI_NOT_VISITED - 1)
#define FIRST_CYCLE (RGI_NOT_VISITED - 2)

struct frame {
  rg_node node;
  uint32_t num_left; // edges of its row
};

struct search {
  const rg_graph *graph;
  rg_edge_kinds kinds;
  uint32_t *visits; // by node
  rg_node *waiting;
  uint32_t num_waiting;
  struct frame *stack;
  size_t num_stack;
  uint32_t num_cycles;
  struct rgi_ahead ahead;
};

struct row {
  rg_node node;
  rg_edge next, end;
};

static struct row row_of(const struct search *search, rg_node node)
{
  const struct rgi_rows *rows = &search->graph->rows;
  return (struct row){node, rgi_rows_begin(rows, node), rgi_rows_begin(rows, node + 1)};
}

static void enter(struct search *search, struct row *row, rg_node node)
{
  *row = row_of(search, node);
  if (row->next == row->end) {
    search->visits[node] = NO_CYCLE;
    return;
  }
  search->visits[node] = search->num_waiting;
  search->waiting[search->num_waiting++] = node;
  for (rg_edge edge = row->next; edge < row->end && edge < row->next + RGI_AHEAD; edge++)
    rgi_ahead_see(&search->ahead, edge);
}

static bool refers_to_itself(const struct search *search, rg_node node)
{
  const rg_graph *graph = search->graph;
  struct row row = row_of(search, node);
  for (rg_edge edge = row.next; edge < row.end; edge++) {
    if (graph->targets[edge] == node && search->kinds & RG_EDGE_KIND_BIT(graph->kinds[edge]))
      return true;
  }
  return false;
}

// All edges of the node have been followed; without any it has never waited.
static void leave(struct search *search, rg_node node)
{
  uint32_t place = search->visits[node];
  if (place >= search->num_waiting || search->waiting[place] != node)
    return;
  bool is_cycle = search->num_waiting - place > 1 || refers_to_itself(search, node);
  uint32_t component = is_cycle ? FIRST_CYCLE - search->num_cycles++ : NO_CYCLE;
  while (search->num_waiting > place)
    search->visits[search->waiting[--search->num_waiting]] = component;
}

static void get_back(struct search *search, rg_node node, rg_node target)
{
  if (search->visits[target] < search->visits[node])
    search->visits[node] = search->visits[target];
}

static void follow(struct search *search, struct row *row)
{
  const rg_graph *graph = search->graph;
  rg_edge edge = row->next++;
  if (edge + RGI_AHEAD < row->end)
    rgi_ahead_see(&search->ahead, edge + RGI_AHEAD);
  if (!(search->kinds & RG_EDGE_KIND_BIT(graph->kinds[edge])))
    return;
  rg_node target = graph->targets[edge];
  if (search->visits[target] != RGI_NOT_VISITED) {
    get_back(search, row->node, target);
    return;
  }
  struct row entered;
  enter(search, &entered, target);
  if (entered.next == entered.end)
    return;
  search->stack[search->num_stack++] = (struct frame){row->node, (uint32_t)(row->end - row->next)};
  *row = entered;
}

static void search_from(struct search *search, rg_node node)
{
  struct row row;
  enter(search, &row, node);
  for (;;) {
    while (row.next < row.end)
      follow(search, &row);
    leave(search, row.node);
    if (!search->num_stack)
      return;
    rg_node left = row.node;
    struct frame frame = search->stack[--search->num_stack];
    row = row_of(search, frame.node);
    row.next = row.end - frame.num_left;
    get_back(search, row.node, left);
  }
}

static void deinit(struct search *search)
{
  rgi_free(search->visits);
  rgi_free(search->waiting);
  rgi_free(search->stack);
}

static rg_error *find_components(struct search *search)
{
  size_t num_nodes = rg_graph_num_nodes(search->graph);
  search->visits = rgi_alloc_dense(num_nodes, sizeof(*search->visits));
  // Room for the most; what is not filled is no memory yet.
  search->waiting = rgi_alloc(num_nodes, sizeof(*search->waiting));
  search->stack = rgi_alloc(num_nodes, sizeof(*search->stack));
  if (!search->visits || !search->waiting || !search->stack)
    return rgi_out_of_memory();
  memset(search->visits, 0xff, num_nodes * sizeof(*search->visits));
  search->ahead = (struct rgi_ahead){.graph = search->graph, .visits = search->visits};
  for (rg_node node = 0; node < num_nodes; node++) {
    if (search->visits[node] == RGI_NOT_VISITED)
      search_from(search, node);
  }
  rgi_free(rgi_take(search->waiting));
  rgi_free(rgi_take(search->stack));
  return NULL;
}

/* --- 2: nodes and bytes ------------------------------------------------------------------------------------------- */

// From here on a cycle has the number of its first node among all of those.
static rg_error *number_cycles(const struct search *search, rg_cycles *cycles)
{
  RGI_SCOPED_FREE uint32_t *numbers = rgi_alloc(search->num_cycles, sizeof(*numbers));
  cycles->cycles = rgi_alloc(search->num_cycles, sizeof(*cycles->cycles));
  if (!numbers || !cycles->cycles)
    return rgi_out_of_memory();
  memset(numbers, 0xff, search->num_cycles * sizeof(*numbers));
  for (rg_node node = 0; node < rg_graph_num_nodes(search->graph); node++) {
    if (search->visits[node] == NO_CYCLE)
      continue;
    uint32_t *number = &numbers[FIRST_CYCLE - search->visits[node]];
    if (*number == UINT32_MAX)
      *number = cycles->num++;
    search->visits[node] = *number;
    cycles->cycles[*number].num_nodes++;
  }
  return NULL;
}

static rg_error *list_nodes(const struct search *search, rg_cycles *cycles)
{
  size_t num_nodes = 0;
  for (uint32_t i = 0; i < cycles->num; i++)
    num_nodes += cycles->cycles[i].num_nodes;
  rg_node *end = cycles->nodes = rgi_alloc(num_nodes, sizeof(*cycles->nodes));
  if (!end)
    return rgi_out_of_memory();
  for (uint32_t i = 0; i < cycles->num; i++) {
    rg_cycle *cycle = &cycles->cycles[i];
    cycle->nodes = end;
    end += cycle->num_nodes;
    cycle->num_nodes = 0;
  }
  for (rg_node node = 0; node < rg_graph_num_nodes(search->graph); node++) {
    if (search->visits[node] == NO_CYCLE)
      continue;
    rg_cycle *cycle = &cycles->cycles[search->visits[node]];
    cycles->nodes[cycle->nodes - cycles->nodes + cycle->num_nodes++] = node;
  }
  return NULL;
}

static void weigh(const struct search *search, const rg_dominators *dominators, rg_cycle *cycle)
{
  bool is_frozen = false;
  for (uint32_t i = 0; i < cycle->num_nodes; i++) {
    rg_node node = cycle->nodes[i], dominator = rg_dominators_parent(dominators, node);
    cycle->size += rg_graph_node_size(search->graph, node);
    if (dominator == RG_NODE_NONE || search->visits[dominator] != search->visits[node])
      cycle->retained += rg_dominators_retained(dominators, node);
    is_frozen |= (search->graph->flags[node] & RG_NODE_FROZEN) != 0;
  }
  rg_node first = cycle->nodes[0];
  bool is_reached = first == RG_NODE_ROOT || rg_dominators_parent(dominators, first) != RG_NODE_NONE;
  cycle->fate = is_reached ? RG_CYCLE_ALIVE : is_frozen ? RG_CYCLE_FROZEN : RG_CYCLE_GARBAGE;
}

/* --- 3: shapes, order --------------------------------------------------------------------------------------------- */

// A captured variable of a closure that is in the cycle holds the cycle's way back to the closure.
static rg_cycle_shape shape_of_edge(const struct search *search, rg_edge edge)
{
  const rg_graph *graph = search->graph;
  if (graph->kinds[edge] == RG_EDGE_LOCAL)
    return RG_CYCLE_FRAME;
  bool is_owner = !(graph->flags[graph->targets[edge]] & (RG_NODE_CLOSURE | RG_NODE_PASSAGE));
  return graph->kinds[edge] == RG_EDGE_CAPTURED && is_owner ? RG_CYCLE_OWNED : RG_CYCLE_OTHER;
}

static rg_cycle_shape shape_of_row(const struct search *search, rg_node node)
{
  const rg_graph *graph = search->graph;
  struct row row = row_of(search, node);
  rg_cycle_shape shape = RG_CYCLE_OTHER;
  for (rg_edge edge = row.next; edge < row.end; edge++) {
    bool is_inside = search->visits[graph->targets[edge]] == search->visits[node];
    if (!is_inside || !(search->kinds & RG_EDGE_KIND_BIT(graph->kinds[edge])))
      continue;
    rg_cycle_shape found = shape_of_edge(search, edge);
    shape = found > shape ? found : shape;
  }
  return shape;
}

// Shapes of edges go by what says more: a frame that has ended, with a closure in it, is still a frame.
static rg_cycle_shape shape_of(const struct search *search, const rg_cycle *cycle)
{
  bool has_closure = false, has_others = false;
  rg_cycle_shape shape = RG_CYCLE_OTHER;
  for (uint32_t i = 0; i < cycle->num_nodes; i++) {
    rg_node_flags flags = search->graph->flags[cycle->nodes[i]];
    has_closure |= (flags & RG_NODE_CLOSURE) != 0;
    has_others |= !(flags & (RG_NODE_CLOSURE | RG_NODE_PASSAGE));
    rg_cycle_shape found = shape_of_row(search, cycle->nodes[i]);
    shape = found > shape ? found : shape;
  }
  return shape == RG_CYCLE_OTHER && has_closure && !has_others ? RG_CYCLE_RECURSIVE : shape;
}

static rg_error *look_at_each(const struct search *search, const rg_dominators *dominators, rg_cycles *cycles)
{
  uint32_t num_most = 0;
  for (uint32_t i = 0; i < cycles->num; i++)
    num_most = cycles->cycles[i].num_nodes > num_most ? cycles->cycles[i].num_nodes : num_most;
  __attribute__((cleanup(rgi_weakest_deinit))) struct rgi_weakest weakest;
  RGI_TRY(rgi_weakest_init(&weakest, search->graph, search->kinds, search->visits, num_most));
  for (uint32_t i = 0; i < cycles->num; i++) {
    rg_cycle *cycle = &cycles->cycles[i];
    weigh(search, dominators, cycle);
    cycle->shape = shape_of(search, cycle);
    cycle->weakest = rgi_weakest_find(&weakest, cycle->nodes, cycle->num_nodes);
  }
  return NULL;
}

// From the least important to the most, since each sorting keeps what the one before did. The first nodes ascend as it
// is.
static rg_error *sort(rg_cycles *cycles)
{
  RGI_SCOPED_FREE uint64_t *keys = rgi_alloc(cycles->num, sizeof(*keys));
  cycles->order = rgi_alloc(cycles->num, sizeof(*cycles->order));
  if (!keys || !cycles->order)
    return rgi_out_of_memory();
  for (uint32_t i = 0; i < cycles->num; i++) {
    cycles->order[i] = i;
    keys[i] = cycles->cycles[i].num_nodes;
  }
  RGI_TRY(rgi_sort_descending(keys, cycles->order, cycles->num));
  for (uint32_t i = 0; i < cycles->num; i++)
    keys[i] = cycles->cycles[i].size;
  RGI_TRY(rgi_sort_descending(keys, cycles->order, cycles->num));
  for (uint32_t i = 0; i < cycles->num; i++)
    keys[i] = cycles->cycles[i].retained;
  return rgi_sort_descending(keys, cycles->order, cycles->num);
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

static rg_error *fill(struct search *search, const rg_dominators *dominators, rg_cycles *cycles)
{
  RGI_TRY(find_components(search));
  RGI_TRY(number_cycles(search, cycles));
  RGI_TRY(list_nodes(search, cycles));
  RGI_TRY(look_at_each(search, dominators, cycles));
  return sort(cycles);
}

static void destroy_scoped(rg_cycles **cycles)
{
  rg_cycles_destroy(*cycles);
}

static void destroy_dominators_scoped(rg_dominators **dominators)
{
  rg_dominators_destroy(*dominators);
}

rg_error *rg_cycles_create(const rg_graph *graph, const rg_cycle_options *options, rg_cycles **ret)
{
  rg_cycle_options given = RG_CYCLE_OPTIONS_INIT;
  rgi_options_read(&given, options);
  if (!given.kinds)
    given.kinds = RG_EDGE_KINDS_STRONG & ~RG_EDGE_KIND_BIT(RG_EDGE_INTERNAL) & ~RG_EDGE_KIND_BIT(RG_EDGE_TYPE);
  __attribute__((cleanup(destroy_dominators_scoped))) rg_dominators *made = NULL;
  if (!given.dominators)
    RGI_TRY(rg_dominators_create(graph, NULL, &made));
  __attribute__((cleanup(deinit))) struct search search = {.graph = graph, .kinds = given.kinds};
  __attribute__((cleanup(destroy_scoped))) rg_cycles *cycles = rgi_alloc(1, sizeof(*cycles));
  if (!cycles)
    return rgi_out_of_memory();
  RGI_TRY(fill(&search, given.dominators ? given.dominators : made, cycles));
  *ret = rgi_take(cycles);
  return NULL;
}

void rg_cycles_destroy(rg_cycles *cycles)
{
  if (!cycles)
    return;
  rgi_free(cycles->cycles);
  rgi_free(cycles->order);
  rgi_free(cycles->nodes);
  rgi_free(cycles);
}

size_t rg_cycles_num(const rg_cycles *cycles)
{
  return cycles->num;
}

rg_cycle rg_cycles_get(const rg_cycles *cycles, size_t i)
{
  return cycles->cycles[cycles->order[i]];
}
