/* The edges that are in every cycle of a strongly connected component, as Garey and Tarjan find the vertices ("A
 * linear-time algorithm for finding all feedback vertices", 1978).
 *
 *  1. Walk until a node comes again: a cycle. Any edge that we look for is on it, and only its edges can be such.
 *  2. Without the edges of this cycle nothing may be left that is one. Sort the rest so that holders come first; where
 *     that fails, no edge is in every cycle.
 *  3. A path of the rest from place a on the cycle to place b is a detour around the edges from a to b: with the other
 *     edges of the cycle it makes a cycle without them. Every cycle has such detours, and goes around at least once.
 *     So what we look for are the edges that no detour goes around.
 *
 *          .-- detour --.                         an edge has the place of its source:
 *     1 -> 2 -> 3 -> 4 -> 5 -> … -> k -> 1        this one goes around the edges 2, 3 and 4
 *
 * Detours from a lower to a higher place: going along the cycle, the farthest end of all that have begun. From a higher
 * to a lower one: what matters is the lowest beginning and the highest end of all of these. Three passes over the
 * sorted rest find that: how far each place gets, how far back each place gets, and from how far ahead each place is
 * reached.
 *
 * Linear in the rows of the component; 8 bytes a node of the graph, 4 more a node of the component and 8 a node on the
 * way. */
#include "weakest.h"

#include "../base/alloc.h"
#include "../graph/graph-internal.h"
#include "editable.h"

// A node on the way, and by which edge of its row it is left.
struct rgi_weakest_step {
  rg_node node;
  uint32_t edge_i;
};

rg_error *rgi_weakest_init(struct rgi_weakest *weakest, const rg_graph *graph, rg_edge_kinds kinds,
                           const uint32_t *components, uint32_t num_most)
{
  *weakest = (struct rgi_weakest){
      .graph = graph,
      .kinds = kinds,
      .components = components,
      .values = rgi_alloc_dense(rg_graph_num_nodes(graph), sizeof(*weakest->values)),
      .places = rgi_alloc_dense(rg_graph_num_nodes(graph), sizeof(*weakest->places)),
      // The most there can be; ways are short, and what is not filled is no memory yet.
      .way = rgi_alloc(num_most, sizeof(*weakest->way)),
      .order = rgi_alloc(num_most, sizeof(*weakest->order)),
  };
  bool is_complete = weakest->values && weakest->places && weakest->way && weakest->order;
  return is_complete ? NULL : rgi_out_of_memory();
}

void rgi_weakest_deinit(struct rgi_weakest *weakest)
{
  rgi_free(weakest->values);
  rgi_free(weakest->places);
  rgi_free(weakest->way);
  rgi_free(weakest->order);
}

/* --- the edges of a component ------------------------------------------------------------------------------------- */

struct row {
  rg_edge next, end;
  rg_edge skipped; // the edge of the cycle
  uint32_t component;
};

static struct row row_of(const struct rgi_weakest *weakest, rg_node node)
{
  const struct rgi_rows *rows = &weakest->graph->rows;
  struct row row = {rgi_rows_begin(rows, node), rgi_rows_begin(rows, node + 1), RG_EDGE_NONE,
                    weakest->components[node]};
  if (weakest->places[node])
    row.skipped = row.next + weakest->way[weakest->places[node] - 1].edge_i;
  return row;
}

static bool next_edge(const struct rgi_weakest *weakest, struct row *row, rg_edge *ret)
{
  const rg_graph *graph = weakest->graph;
  while (row->next < row->end) {
    rg_edge edge = row->next++;
    if (weakest->kinds & RG_EDGE_KIND_BIT(graph->kinds[edge]) && edge != row->skipped &&
        weakest->components[graph->targets[edge]] == row->component) {
      *ret = edge;
      return true;
    }
  }
  return false;
}

/* --- 1: a cycle --------------------------------------------------------------------------------------------------- */

static rg_node step_on(struct rgi_weakest *weakest, rg_node node, struct rgi_weakest_step *step)
{
  rg_edge begin = rg_graph_edges_begin(weakest->graph, node), edge = begin;
  struct row row = row_of(weakest, node);
  next_edge(weakest, &row, &edge); // a node of a component has one
  *step = (struct rgi_weakest_step){node, (uint32_t)(edge - begin)};
  return weakest->graph->targets[edge];
}

// Leaves the cycle alone in `way` and `places`; returns its length.
static uint32_t find_cycle(struct rgi_weakest *weakest, rg_node node)
{
  uint32_t num = 0;
  while (!weakest->places[node]) {
    rg_node next = step_on(weakest, node, &weakest->way[num]);
    weakest->places[node] = ++num;
    node = next;
  }
  uint32_t begin = weakest->places[node] - 1;
  for (uint32_t i = 0; i < begin; i++)
    weakest->places[weakest->way[i].node] = 0;
  for (uint32_t i = begin; i < num; i++) {
    weakest->way[i - begin] = weakest->way[i];
    weakest->places[weakest->way[i].node] = i - begin + 1;
  }
  return num - begin;
}

/* --- 2: the rest, sorted ------------------------------------------------------------------------------------------ */

static void count_holders(struct rgi_weakest *weakest, const rg_node *nodes, uint32_t num_nodes)
{
  rg_edge edge;
  for (uint32_t i = 0; i < num_nodes; i++) {
    struct row row = row_of(weakest, nodes[i]);
    while (next_edge(weakest, &row, &edge))
      weakest->values[weakest->graph->targets[edge]]++;
  }
}

// Whether that can be done; then all values are 0 afterwards.
static bool sort(struct rgi_weakest *weakest, const rg_node *nodes, uint32_t num_nodes)
{
  uint32_t num = 0;
  rg_edge edge;
  count_holders(weakest, nodes, num_nodes);
  for (uint32_t i = 0; i < num_nodes; i++) {
    if (!weakest->values[nodes[i]])
      weakest->order[num++] = nodes[i];
  }
  for (uint32_t i = 0; i < num; i++) {
    struct row row = row_of(weakest, weakest->order[i]);
    while (next_edge(weakest, &row, &edge)) {
      rg_node target = weakest->graph->targets[edge];
      if (!--weakest->values[target])
        weakest->order[num++] = target;
    }
  }
  return num == num_nodes;
}

/* --- 3: detours --------------------------------------------------------------------------------------------------- */

static uint32_t most_of(uint32_t a, uint32_t b)
{
  return a > b ? a : b;
}

// For each node the highest place that leads to it.
static void find_highest_before(struct rgi_weakest *weakest, uint32_t num_nodes)
{
  rg_edge edge;
  for (uint32_t i = 0; i < num_nodes; i++) {
    rg_node node = weakest->order[i];
    uint32_t highest = weakest->values[node] = most_of(weakest->values[node], weakest->places[node]);
    struct row row = row_of(weakest, node);
    while (next_edge(weakest, &row, &edge)) {
      uint32_t *value = &weakest->values[weakest->graph->targets[edge]];
      *value = most_of(*value, highest);
    }
  }
}

// For each node the highest place that it leads to, where places are counted from the end if `length` is not 0.
static void find_highest_behind(struct rgi_weakest *weakest, uint32_t num_nodes, uint32_t length)
{
  rg_edge edge;
  for (uint32_t i = num_nodes; i-- > 0;) {
    rg_node node = weakest->order[i];
    uint32_t place = weakest->places[node];
    uint32_t highest = place && length ? length + 1 - place : place;
    struct row row = row_of(weakest, node);
    while (next_edge(weakest, &row, &edge))
      highest = most_of(highest, weakest->values[weakest->graph->targets[edge]]);
    weakest->values[node] = highest;
  }
}

// The places from `begin` to `end`, without that, are those that no detour from a higher to a lower place goes around.
struct span {
  uint32_t begin, end;
};

static struct span find_span(struct rgi_weakest *weakest, uint32_t num_nodes, uint32_t length)
{
  struct span span = {1, length + 1};
  find_highest_before(weakest, num_nodes);
  for (uint32_t place = 1; place <= length; place++) {
    if (weakest->values[weakest->way[place - 1].node] > place)
      span.begin = place;
  }
  find_highest_behind(weakest, num_nodes, length);
  for (uint32_t place = length; place >= 1; place--) {
    if (length + 1 - weakest->values[weakest->way[place - 1].node] < place)
      span.end = place;
  }
  return span;
}

// A captured variable rather than an attribute, an attribute rather than an item; variables of frames, which end by
// themselves, last.
static unsigned rank(const rg_graph *graph, rg_edge edge)
{
  static const uint8_t ranks[RG_NUM_EDGE_KINDS] = {
      [RG_EDGE_CAPTURED] = 0, [RG_EDGE_ATTRIBUTE] = 1, [RG_EDGE_ITEM] = 2,     [RG_EDGE_INDEX] = 3, [RG_EDGE_KEY] = 4,
      [RG_EDGE_ARGUMENT] = 5, [RG_EDGE_LOCAL] = 6,     [RG_EDGE_INTERNAL] = 7, [RG_EDGE_WEAK] = 7,  [RG_EDGE_TYPE] = 7,
  };
  return ranks[graph->kinds[edge]];
}

static rg_edge better_of(const struct rgi_weakest *weakest, const struct rgi_weakest_step *step, rg_edge best)
{
  const rg_graph *graph = weakest->graph;
  rg_edge edge = rg_graph_edges_begin(graph, step->node) + step->edge_i;
  if (!rgi_edge_is_editable(graph, step->node, edge))
    return best;
  if (best == RG_EDGE_NONE || rank(graph, edge) < rank(graph, best))
    return edge;
  return rank(graph, edge) == rank(graph, best) && edge < best ? edge : best;
}

static rg_edge choose(struct rgi_weakest *weakest, uint32_t num_nodes, uint32_t length)
{
  struct span span = find_span(weakest, num_nodes, length);
  find_highest_behind(weakest, num_nodes, 0);
  rg_edge best = RG_EDGE_NONE;
  uint32_t farthest = 0;
  for (uint32_t place = 1; place < span.end; place++) {
    const struct rgi_weakest_step *step = &weakest->way[place - 1];
    farthest = most_of(farthest, weakest->values[step->node]);
    if (place >= span.begin && farthest <= place)
      best = better_of(weakest, step, best);
  }
  return best;
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

rg_edge rgi_weakest_find(struct rgi_weakest *weakest, const rg_node *nodes, uint32_t num_nodes)
{
  uint32_t length = find_cycle(weakest, nodes[0]);
  rg_edge found = sort(weakest, nodes, num_nodes) ? choose(weakest, num_nodes, length) : RG_EDGE_NONE;
  for (uint32_t i = 0; i < num_nodes; i++)
    weakest->values[nodes[i]] = weakest->places[nodes[i]] = 0;
  return found;
}
