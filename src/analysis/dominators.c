/* Dominators and retained sizes: SEMI-NCA (Georgiadis, "Linear-Time Algorithms for Dominators and Related Problems",
 * 2005), on numbers in the order of a depth-first search.
 *
 *  1. Search the graph depth first. From here on a vertex is its number: its parent in the tree of the search, and
 *     every dominator, has a smaller one. Edges beside the tree are noted on the way: the graph is walked once.
 *  2. Sort these by their target. Most vertices have none.
 *  3. Downwards, find semidominators: the least vertex from which a path over vertices above leads here.
 *  4. Upwards, the immediate dominator is the nearest common ancestor of parent and semidominator in the tree that is
 *     made so far: climb from the parent until it is not above the semidominator.
 *  5. Downwards, add what each vertex retains to its dominator.
 *
 * Step 3 takes O(E log V) by its bound, in practice O(E); all others O(V + E). Unlike Lengauer and Tarjan's algorithm
 * it needs no buckets and no second tree; unlike the iterative one it stays linear on long chains with edges back.
 *
 *   bytes a node     1   2   3   4   5
 *   numbers by node  4
 *   stack            8                    only as deep as the search gets
 *   order            4   4   4   4   4
 *   vertices         8   8   8   8   8    parent, then dominator | place among the entries, then semidominator
 *   noted            8q  8q               q: edges beside the tree, a node; 0.8 to 1 on heaps
 *   entries              4q  4q
 *   links                    8
 *   retained                         16   by number and by node
 *
 * Nothing here recurses. Time goes by waiting for memory, so it is asked for in advance wherever the order of access is
 * known. */
#include <refgraph/analysis.h>

#include <pthread.h>
#include <string.h>

#include "../base/alloc.h"
#include "../base/options.h"
#include "../base/sort.h"
#include "../graph/graph-internal.h"
#include "ahead.h"

struct rg_dominators {
  uint32_t num_nodes;
  rg_node *parents;
  uint64_t *retained;
  pthread_mutex_t children_lock;
  uint32_t *children_begin; /* num_nodes + 1; NULL until asked for */
  rg_node *children;
};

struct vertex {
  uint32_t parent;
  uint32_t entries;
};

// The part of a forest that step 3 has come by: `best` is the least semidominator from the vertex up to its ancestor,
// that one excluded.
struct link {
  uint32_t ancestor;
  uint32_t best;
};

struct frame {
  uint32_t number;
  uint32_t num_left; // edges of its row
};

struct entry {
  uint32_t target;
  uint32_t source;
};

// How far ahead memory is asked for, in vertices or entries.
#define AHEAD 16

struct search {
  const rg_graph *graph;
  rg_edge_kinds kinds;
  uint32_t *numbers; // by node
  rg_node *order;    // the node of a number
  uint32_t num;
  struct vertex *vertices;
  struct frame *stack;
  size_t num_stack;
  struct entry *noted;
  uint64_t num_noted;
  uint32_t *entries; // the sources alone, target by target
  struct rgi_ahead ahead;
};

static void deinit(struct search *search)
{
  rgi_free(search->numbers);
  rgi_free(search->order);
  rgi_free(search->vertices);
  rgi_free(search->stack);
  rgi_free(search->noted);
  rgi_free(search->entries);
}

/* --- 1: depth first ----------------------------------------------------------------------------------------------- */

struct row {
  uint32_t number;
  rg_edge next, end;
};

static struct row row_of(const struct search *search, uint32_t number)
{
  const struct rgi_rows *rows = &search->graph->rows;
  rg_node node = search->order[number];
  return (struct row){number, rgi_rows_begin(rows, node), rgi_rows_begin(rows, node + 1)};
}

static void open_row(struct search *search, struct row *row, uint32_t number)
{
  *row = row_of(search, number);
  for (rg_edge edge = row->next; edge < row->end && edge < row->next + RGI_AHEAD; edge++)
    rgi_ahead_see(&search->ahead, edge);
}

static void reach(struct search *search, rg_node node, uint32_t parent)
{
  uint32_t number = search->num++;
  search->numbers[node] = number;
  search->order[number] = node;
  search->vertices[number] = (struct vertex){parent, 0};
}

static void enter(struct search *search, struct row *row, rg_node node)
{
  reach(search, node, row->number);
  if (rg_graph_edges_begin(search->graph, node) == rg_graph_edges_end(search->graph, node))
    return;
  // A row that is through is not come back to: the stack is no deeper than there are branches.
  if (row->next < row->end)
    search->stack[search->num_stack++] = (struct frame){row->number, (uint32_t)(row->end - row->next)};
  open_row(search, row, search->num - 1);
}

static void note(struct search *search, uint32_t source, uint32_t target)
{
  struct vertex *vertex = &search->vertices[target];
  if (vertex->parent == source)
    return;
  vertex->entries++;
  search->noted[search->num_noted++] = (struct entry){target, source};
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
  if (search->numbers[target] == RGI_NOT_VISITED)
    enter(search, row, target);
  else
    note(search, row->number, search->numbers[target]);
}

static void search_depth_first(struct search *search)
{
  struct row row;
  reach(search, RG_NODE_ROOT, 0);
  open_row(search, &row, 0);
  for (;;) {
    while (row.next < row.end)
      follow(search, &row);
    if (!search->num_stack)
      return;
    struct frame frame = search->stack[--search->num_stack];
    row = row_of(search, frame.number);
    row.next = row.end - frame.num_left;
  }
}

static rg_error *number_nodes(struct search *search)
{
  size_t num_nodes = rg_graph_num_nodes(search->graph);
  search->numbers = rgi_alloc_dense(num_nodes, sizeof(*search->numbers));
  search->order = rgi_alloc_dense(num_nodes, sizeof(*search->order));
  search->vertices = rgi_alloc_dense(num_nodes, sizeof(*search->vertices));
  // Room for the most; what is not filled is no memory yet.
  search->stack = rgi_alloc(num_nodes, sizeof(*search->stack));
  search->noted = rgi_alloc_dense(rg_graph_num_edges(search->graph), sizeof(*search->noted));
  if (!search->numbers || !search->order || !search->vertices || !search->stack || !search->noted)
    return rgi_out_of_memory();
  memset(search->numbers, 0xff, num_nodes * sizeof(*search->numbers));
  search->ahead = (struct rgi_ahead){.graph = search->graph, .visits = search->numbers};
  search_depth_first(search);
  rgi_free(rgi_take(search->numbers));
  rgi_free(rgi_take(search->stack));
  return NULL;
}

/* --- 2: entries --------------------------------------------------------------------------------------------------- */

static void sort_entries(const struct search *search)
{
  struct vertex *vertices = search->vertices;
  uint32_t begin = 0;
  for (uint32_t number = 0; number < search->num; number++) {
    uint32_t num = vertices[number].entries;
    vertices[number].entries = begin;
    begin += num;
  }
  const struct entry *end = search->noted + search->num_noted;
  for (const struct entry *entry = search->noted; entry < end; entry++) {
    if (end - entry > 2 * AHEAD)
      __builtin_prefetch(&vertices[entry[2 * AHEAD].target], 1);
    if (end - entry > AHEAD)
      __builtin_prefetch(&search->entries[vertices[entry[AHEAD].target].entries], 1);
    search->entries[vertices[entry->target].entries++] = entry->source;
  }
}

// Afterwards the entries of a vertex end at vertex.entries, and begin where those of the one before end.
static rg_error *collect_entries(struct search *search)
{
  if (search->num_noted > UINT32_MAX)
    return rg_error_create(RG_ERROR_LIMIT, "more than %u references beside a tree of them", UINT32_MAX);
  search->entries = rgi_alloc_dense(search->num_noted, sizeof(*search->entries));
  if (!search->entries)
    return rgi_out_of_memory();
  sort_entries(search);
  rgi_free(rgi_take(search->noted));
  return NULL;
}

/* --- 3 and 4: semidominators, dominators -------------------------------------------------------------------------- */

static uint32_t least_of(uint32_t a, uint32_t b)
{
  return a < b ? a : b;
}

// The least semidominator on the way from `number` up to, and without, the first ancestor that is not above `end`.
// Halves the way for those who come later.
static uint32_t evaluate(struct link *links, uint32_t number, uint32_t end)
{
  uint32_t least = UINT32_MAX;
  for (;;) {
    struct link *link = &links[number];
    if (link->ancestor > end) {
      const struct link *next = &links[link->ancestor];
      *link = (struct link){next->ancestor, least_of(link->best, next->best)};
    }
    least = least_of(least, link->best);
    number = link->ancestor;
    if (number <= end)
      return least;
  }
}

static uint32_t semidominator(const struct search *search, struct link *links, uint32_t number)
{
  uint32_t begin = search->vertices[number - 1].entries;
  uint32_t semi = search->vertices[number].parent;
  for (uint32_t i = search->vertices[number].entries; i > begin; i--) {
    if (i > AHEAD)
      __builtin_prefetch(&links[search->entries[i - AHEAD]], 1);
    uint32_t source = search->entries[i - 1];
    semi = least_of(semi, source <= number ? source : evaluate(links, source, number));
  }
  return semi;
}

static rg_error *find_semidominators(struct search *search)
{
  RGI_SCOPED_FREE struct link *links = rgi_alloc_dense(search->num, sizeof(*links));
  if (!links)
    return rgi_out_of_memory();
  for (uint32_t number = search->num; --number > 0;) {
    struct vertex *vertex = &search->vertices[number];
    vertex->entries = semidominator(search, links, number);
    links[number] = (struct link){vertex->parent, vertex->entries};
  }
  rgi_free(rgi_take(search->entries));
  return NULL;
}

static void find_dominators(struct search *search)
{
  for (uint32_t number = 1; number < search->num; number++) {
    struct vertex *vertex = &search->vertices[number];
    while (vertex->parent > vertex->entries)
      vertex->parent = search->vertices[vertex->parent].parent;
  }
}

/* --- 5: what is retained ------------------------------------------------------------------------------------------ */

static void add_up(const struct search *search, uint64_t *sums)
{
  for (uint32_t number = search->num; --number > 0;)
    sums[search->vertices[number].parent] += sums[number];
}

static rg_error *find_retained(const struct search *search, rg_dominators *dominators)
{
  const rg_graph *graph = search->graph;
  const rg_node *order = search->order;
  RGI_SCOPED_FREE uint64_t *sums = rgi_alloc_dense(search->num, sizeof(*sums));
  dominators->retained = rgi_alloc_dense(dominators->num_nodes, sizeof(*dominators->retained));
  if (!sums || !dominators->retained)
    return rgi_out_of_memory();
  for (rg_node node = 0; node < dominators->num_nodes; node++)
    dominators->retained[node] = rg_graph_node_size(graph, node);
  for (uint32_t number = 0; number < search->num; number++) {
    if (number + AHEAD < search->num)
      __builtin_prefetch(&dominators->retained[order[number + AHEAD]]);
    sums[number] = dominators->retained[order[number]];
  }
  add_up(search, sums);
  for (uint32_t number = 0; number < search->num; number++) {
    if (number + AHEAD < search->num)
      __builtin_prefetch(&dominators->retained[order[number + AHEAD]], 1);
    dominators->retained[order[number]] = sums[number];
  }
  return NULL;
}

static rg_error *find_parents(const struct search *search, rg_dominators *dominators)
{
  const rg_node *order = search->order;
  dominators->parents = rgi_alloc_dense(dominators->num_nodes, sizeof(*dominators->parents));
  if (!dominators->parents)
    return rgi_out_of_memory();
  memset(dominators->parents, 0xff, dominators->num_nodes * sizeof(*dominators->parents));
  for (uint32_t number = 1; number < search->num; number++) {
    if (number + AHEAD < search->num)
      __builtin_prefetch(&dominators->parents[order[number + AHEAD]], 1);
    dominators->parents[order[number]] = order[search->vertices[number].parent];
  }
  return NULL;
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

static rg_error *fill(const rg_graph *graph, rg_edge_kinds kinds, rg_dominators *dominators)
{
  __attribute__((cleanup(deinit))) struct search search = {.graph = graph, .kinds = kinds};
  RGI_TRY(number_nodes(&search));
  RGI_TRY(collect_entries(&search));
  RGI_TRY(find_semidominators(&search));
  find_dominators(&search);
  RGI_TRY(find_retained(&search, dominators));
  return find_parents(&search, dominators);
}

static void destroy_scoped(rg_dominators **dominators)
{
  rg_dominators_destroy(*dominators);
}

rg_error *rg_dominators_create(const rg_graph *graph, const rg_dominator_options *options, rg_dominators **ret)
{
  rg_dominator_options given = RG_DOMINATOR_OPTIONS_INIT;
  rgi_options_read(&given, options);
  __attribute__((cleanup(destroy_scoped))) rg_dominators *dominators = rgi_alloc(1, sizeof(*dominators));
  if (!dominators)
    return rgi_out_of_memory();
  pthread_mutex_init(&dominators->children_lock, NULL);
  dominators->num_nodes = rg_graph_num_nodes(graph);
  RGI_TRY(fill(graph, given.kinds ? given.kinds : RG_EDGE_KINDS_STRONG, dominators));
  *ret = rgi_take(dominators);
  return NULL;
}

void rg_dominators_destroy(rg_dominators *dominators)
{
  if (!dominators)
    return;
  pthread_mutex_destroy(&dominators->children_lock);
  rgi_free(dominators->parents);
  rgi_free(dominators->retained);
  rgi_free(dominators->children_begin);
  rgi_free(dominators->children);
  rgi_free(dominators);
}

rg_node rg_dominators_parent(const rg_dominators *dominators, rg_node node)
{
  return dominators->parents[node];
}

uint64_t rg_dominators_retained(const rg_dominators *dominators, rg_node node)
{
  return dominators->retained[node];
}

/* --- children ----------------------------------------------------------------------------------------------------- */

// By what is retained, the most first, then by whose child it is. Each step is stable and the first one takes nodes
// ascending, which settles ties.

// `begin` gets where the children of each node begin; `nodes` are those with a parent.
static void sort_by_parent(const rg_dominators *dominators, const rg_node *nodes, size_t num, uint32_t *begin,
                           rg_node *ret)
{
  for (size_t i = 0; i < num; i++)
    begin[dominators->parents[nodes[i]]]++;
  for (size_t node = 1; node <= dominators->num_nodes; node++)
    begin[node] += begin[node - 1];
  // begin[parent] is where its children end; filling from the back turns it into where they begin.
  for (size_t i = num; i-- > 0;)
    ret[--begin[dominators->parents[nodes[i]]]] = nodes[i];
}

static size_t list_reached(const rg_dominators *dominators, rg_node *ret)
{
  size_t num = 0;
  for (rg_node node = 1; node < dominators->num_nodes; node++) {
    if (dominators->parents[node] != RG_NODE_NONE)
      ret[num++] = node;
  }
  return num;
}

static rg_error *create_children(rg_dominators *dominators)
{
  size_t num_nodes = dominators->num_nodes;
  RGI_SCOPED_FREE rg_node *nodes = rgi_alloc_dense(num_nodes, sizeof(*nodes));
  if (!nodes)
    return rgi_out_of_memory();
  size_t num = list_reached(dominators, nodes);
  RGI_TRY(rgi_sort_descending(dominators->retained, nodes, num));
  RGI_SCOPED_FREE uint32_t *begin = rgi_alloc_dense(num_nodes + 1, sizeof(*begin));
  RGI_SCOPED_FREE rg_node *sorted = rgi_alloc_dense(num_nodes, sizeof(*sorted));
  if (!begin || !sorted)
    return rgi_out_of_memory();
  sort_by_parent(dominators, nodes, num, begin, sorted);
  dominators->children_begin = rgi_take(begin);
  dominators->children = rgi_take(sorted);
  return NULL;
}

rg_error *rg_dominators_children(const rg_dominators *dominators, rg_node node, rg_dominated *ret)
{
  // The listing is a cache: a tree that has it is the same tree.
  rg_dominators *cached = (rg_dominators *)(uintptr_t)dominators;
  pthread_mutex_lock(&cached->children_lock);
  rg_error *error = dominators->children ? NULL : create_children(cached);
  pthread_mutex_unlock(&cached->children_lock);
  if (error)
    return error;
  uint32_t begin = dominators->children_begin[node], end = dominators->children_begin[node + 1];
  *ret = (rg_dominated){dominators->children + begin, end - begin};
  return NULL;
}
