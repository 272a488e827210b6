#define _GNU_SOURCE // qsort_r

#include "siblings.h"

#include <stdlib.h>
#include <string.h>

#include "../base/alloc.h"
#include "selection.h"

#define LEAST_SIBLINGS 3
// Longer rows of siblings than this are told apart: no harm, only more boxes.
#define MAX_ROUNDS 32

struct siblings {
  rg_selection *selection;
  uint64_t *colors; // by node: equal for those that cannot be told apart so far
  uint64_t *next;
  uint32_t *order;  // nodes sorted by colour
  uint32_t *merged; // by node: the node that stands for it from now on
};

static void deinit(struct siblings *siblings)
{
  rgi_free(siblings->colors);
  rgi_free(siblings->next);
  rgi_free(siblings->order);
  rgi_free(siblings->merged);
}

static rg_error *init(struct siblings *siblings, rg_selection *selection)
{
  siblings->selection = selection;
  siblings->colors = rgi_alloc(selection->num_nodes, sizeof(*siblings->colors));
  siblings->next = rgi_alloc(selection->num_nodes, sizeof(*siblings->next));
  siblings->order = rgi_alloc(selection->num_nodes, sizeof(*siblings->order));
  siblings->merged = rgi_alloc(selection->num_nodes, sizeof(*siblings->merged));
  bool is_complete = siblings->colors && siblings->next && siblings->order && siblings->merged;
  return is_complete ? NULL : rgi_out_of_memory();
}

// --- colours ------------------------------------------------------------------------------------------------------

// A hash of two numbers (the finaliser of splitmix64).
static uint64_t mix(uint64_t a, uint64_t b)
{
  uint64_t x = a * 0x9e3779b97f4a7c15u + b + 0x632be59bd9b4e019u;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
  x = (x ^ x >> 27) * 0x94d049bb133111ebu;
  return x ^ x >> 31;
}

// Roots and closures are what the picture is about, and stay. Code is told by its name.
static uint64_t first_color(const rg_selection *selection, size_t i)
{
  const rg_graph *graph = selection->graph;
  const rg_selected_node *node = &selection->nodes[i];
  if (node->role != RG_ROLE_PATH && node->role != RG_ROLE_OTHER)
    return mix(1, i);
  rg_node_info info = rg_graph_node(graph, node->node);
  bool is_code = rg_graph_node_category(graph, node->node) == RG_CATEGORY_CALLABLE;
  uint64_t look = mix(info.type, info.site);
  return mix(mix(look, info.flags & RG_NODE_PASSAGE), is_code ? info.label : 0);
}

static uint64_t name_of(const rg_graph *graph, rg_edge edge)
{
  const char *name = rg_graph_edge_name(graph, edge);
  return rgi_hash(name, strlen(name));
}

// What a node holds counts with its name, who holds it without: siblings are held by different names.
static void color_again(struct siblings *siblings)
{
  const rg_selection *selection = siblings->selection;
  memset(siblings->next, 0, selection->num_nodes * sizeof(*siblings->next));
  for (size_t i = 0; i < selection->num_edges; i++) {
    const rg_selected_edge *edge = &selection->edges[i];
    uint64_t kind = rg_graph_edge_kind(selection->graph, edge->edge);
    uint64_t held = mix(name_of(selection->graph, edge->edge), siblings->colors[edge->target]);
    // Sums do not depend on the order of the edges.
    siblings->next[edge->source] += mix(kind, held);
    siblings->next[edge->target] += mix(kind + RG_NUM_EDGE_KINDS, siblings->colors[edge->source]);
  }
  for (size_t i = 0; i < selection->num_nodes; i++)
    siblings->colors[i] = mix(siblings->colors[i], siblings->next[i]);
}

static int compare_colors(const void *a, const void *b, void *context)
{
  const uint64_t *colors = context;
  uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
  if (colors[i] != colors[j])
    return colors[i] < colors[j] ? -1 : 1;
  return (i > j) - (i < j);
}

// Sorts the nodes by colour; returns the number of colours.
static size_t sort_by_color(struct siblings *siblings)
{
  size_t num_nodes = siblings->selection->num_nodes, num_colors = 0;
  for (uint32_t i = 0; i < num_nodes; i++)
    siblings->order[i] = i;
  qsort_r(siblings->order, num_nodes, sizeof(*siblings->order), compare_colors, siblings->colors);
  for (size_t i = 0; i < num_nodes; i++)
    num_colors += i == 0 || siblings->colors[siblings->order[i]] != siblings->colors[siblings->order[i - 1]];
  return num_colors;
}

static void color(struct siblings *siblings)
{
  for (size_t i = 0; i < siblings->selection->num_nodes; i++)
    siblings->colors[i] = first_color(siblings->selection, i);
  size_t num_colors = sort_by_color(siblings), num_before = 0;
  for (size_t round = 0; num_colors != num_before && round < MAX_ROUNDS; round++) {
    num_before = num_colors;
    color_again(siblings);
    num_colors = sort_by_color(siblings);
  }
}

// --- merging ------------------------------------------------------------------------------------------------------

// The first of each colour stands for all of it, if they are enough.
static void choose(struct siblings *siblings)
{
  size_t num_nodes = siblings->selection->num_nodes;
  const uint32_t *order = siblings->order;
  for (size_t begin = 0, end; begin < num_nodes; begin = end) {
    end = begin + 1;
    while (end < num_nodes && siblings->colors[order[end]] == siblings->colors[order[begin]])
      end++;
    for (size_t i = begin; i < end; i++)
      siblings->merged[order[i]] = end - begin < LEAST_SIBLINGS ? order[i] : order[begin];
  }
}

// Nodes move up over those that are gone; `merged` then says where each one is.
static void merge_nodes(struct siblings *siblings)
{
  rg_selection *selection = siblings->selection;
  uint32_t num_kept = 0;
  for (uint32_t i = 0; i < selection->num_nodes; i++) {
    const rg_selected_node *node = &selection->nodes[i];
    if (siblings->merged[i] == i) {
      siblings->merged[i] = num_kept;
      selection->nodes[num_kept++] = *node;
      continue;
    }
    // The one that stands for it comes before and has its place already.
    siblings->merged[i] = siblings->merged[siblings->merged[i]];
    rg_selected_node *kept = &selection->nodes[siblings->merged[i]];
    kept->count += node->count;
    kept->size += node->size;
    kept->num_cut_targets += node->num_cut_targets;
    kept->num_cut_referrers += node->num_cut_referrers;
  }
  selection->num_nodes = num_kept;
  for (size_t i = 0; i < selection->num_edges; i++) {
    selection->edges[i].source = siblings->merged[selection->edges[i].source];
    selection->edges[i].target = siblings->merged[selection->edges[i].target];
  }
}

// Edges between the same nodes stand together, those of a kind and of a name too, each in the order of the graph.
static int compare_edges(const void *a, const void *b, void *context)
{
  const rg_graph *graph = context;
  const rg_selected_edge *x = a, *y = b;
  if (x->source != y->source)
    return x->source < y->source ? -1 : 1;
  if (x->target != y->target)
    return x->target < y->target ? -1 : 1;
  int kinds = (int)rg_graph_edge_kind(graph, x->edge) - (int)rg_graph_edge_kind(graph, y->edge);
  int names = kinds ? kinds : strcmp(rg_graph_edge_name(graph, x->edge), rg_graph_edge_name(graph, y->edge));
  return names ? names : (x->edge > y->edge) - (x->edge < y->edge);
}

static bool is_between_same(const rg_graph *graph, const rg_selected_edge *x, const rg_selected_edge *y)
{
  return x->source == y->source && x->target == y->target &&
         rg_graph_edge_kind(graph, x->edge) == rg_graph_edge_kind(graph, y->edge);
}

static bool is_same_name(const rg_graph *graph, const rg_selected_edge *x, const rg_selected_edge *y)
{
  return !strcmp(rg_graph_edge_name(graph, x->edge), rg_graph_edge_name(graph, y->edge));
}

static void merge_edge(rg_selected_edge *kept, const rg_selected_edge *gone, uint32_t num_names)
{
  kept->count += gone->count;
  kept->num_names += num_names;
  kept->edge = gone->edge < kept->edge ? gone->edge : kept->edge;
}

static void merge_edges(rg_selection *selection)
{
  const rg_graph *graph = selection->graph;
  rg_selected_edge *edges = selection->edges;
  qsort_r(edges, selection->num_edges, sizeof(*edges), compare_edges, (void *)(uintptr_t)graph);
  size_t num_kept = 0, run = 0; // edges[run, num_kept) lie between the same nodes and are of one kind
  for (size_t i = 0; i < selection->num_edges; i++) {
    if (num_kept && !is_between_same(graph, &edges[num_kept - 1], &edges[i]))
      run = num_kept;
    if (run < num_kept && is_same_name(graph, &edges[num_kept - 1], &edges[i]))
      merge_edge(&edges[num_kept - 1], &edges[i], 0);
    else
      edges[num_kept++] = edges[i];
    bool is_last = i + 1 == selection->num_edges || !is_between_same(graph, &edges[run], &edges[i + 1]);
    if (!is_last || num_kept - run < LEAST_SIBLINGS)
      continue;
    while (num_kept > run + 1)
      merge_edge(&edges[run], &edges[--num_kept], 1);
  }
  selection->num_edges = num_kept;
}

rg_error *rgi_merge_siblings(rg_selection *selection)
{
  if (!selection->num_edges)
    return NULL;
  __attribute__((cleanup(deinit))) struct siblings siblings = {0};
  RGI_TRY(init(&siblings, selection));
  color(&siblings);
  choose(&siblings);
  merge_nodes(&siblings);
  merge_edges(selection);
  return NULL;
}
