/* What the analyses say of a dump, in lines of words and numbers, to be held against what others say of the same graph:
 *
 *   node ID SIZE RETAINED DOMINATOR        RG_NODE_NONE where no root reaches it
 *   edge SOURCE TARGET STRONG IN_CYCLES EDITABLE
 *   cycle ID ID …
 *   disjoint ID NUM                        at most 10
 *   cut ID BYTES EDGE EDGE …               what goes with the fewest edges; none: it cannot be cut, or no root reaches it
 *   set BYTES ID ID … */
#include <refgraph.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define must(call)                                             \
  do {                                                         \
    rg_error *must_error_ = (call);                            \
    if (must_error_) {                                         \
      fprintf(stderr, "answers: %s\n", must_error_->message);  \
      exit(1);                                                 \
    }                                                          \
  } while (0)

/* Those that rg_cycles_create takes by itself. */
#define CYCLE_KINDS (RG_EDGE_KINDS_STRONG & ~RG_EDGE_KIND_BIT(RG_EDGE_INTERNAL) & ~RG_EDGE_KIND_BIT(RG_EDGE_TYPE))

static void print_graph(const rg_graph *graph)
{
  rg_dominators *dominators;
  must(rg_dominators_create(graph, NULL, &dominators));
  for (rg_node node = 0; node < rg_graph_num_nodes(graph); node++)
    printf("node %u %llu %llu %u\n", node, (unsigned long long)rg_graph_node_size(graph, node),
           (unsigned long long)rg_dominators_retained(dominators, node), rg_dominators_parent(dominators, node));
  rg_dominators_destroy(dominators);
  for (rg_edge edge = 0; edge < rg_graph_num_edges(graph); edge++) {
    rg_edge_kinds kind = RG_EDGE_KIND_BIT(rg_graph_edge_kind(graph, edge));
    printf("edge %u %u %d %d %d\n", rg_graph_edge_source(graph, edge), rg_graph_edge_target(graph, edge),
           !!(kind & RG_EDGE_KINDS_STRONG), !!(kind & CYCLE_KINDS), rg_edge_is_editable(graph, edge));
  }
}

static void print_cycles(const rg_graph *graph)
{
  rg_cycles *cycles;
  must(rg_cycles_create(graph, NULL, &cycles));
  for (size_t i = 0; i < rg_cycles_num(cycles); i++) {
    rg_cycle cycle = rg_cycles_get(cycles, i);
    printf("cycle");
    for (uint32_t node_i = 0; node_i < cycle.num_nodes; node_i++)
      printf(" %u", cycle.nodes[node_i]);
    printf("\n");
  }
  rg_cycles_destroy(cycles);
}

static void print_disjoint(const rg_graph *graph, rg_node node)
{
  rg_disjoint_paths *paths;
  must(rg_disjoint_paths_create(graph, node, NULL, &paths));
  printf("disjoint %u %zu\n", node, rg_disjoint_paths_num(paths));
  rg_disjoint_paths_destroy(paths);
}

static void print_cut(const rg_graph *graph, rg_node node)
{
  rg_cut *cut;
  must(rg_cut_create(graph, &node, 1, NULL, &cut));
  rg_edge_list edges = rg_cut_get_result(cut) == RG_CUT_FOUND ? rg_cut_edges(cut) : (rg_edge_list){0};
  rg_freed freed;
  must(rg_freed_by_cuts(graph, 0, &(rg_what_if){edges.edges, edges.num_edges, NULL, 0}, 1, &freed));
  uint64_t size = freed.at_once.size + freed.by_collection.size;
  printf("cut %u %llu", node, (unsigned long long)size);
  for (size_t i = 0; i < edges.num_edges; i++)
    printf(" %llu", (unsigned long long)edges.edges[i]);
  printf("\n");
  rg_cut_destroy(cut);
}

/* Half of them held in several ways: only the super-root dominates them, which does not hold them itself. */
static void print_paths_and_cuts(const rg_graph *graph)
{
  enum { NUM_TARGETS = 6 };
  uint32_t num_nodes = rg_graph_num_nodes(graph);
  rg_dominators *dominators;
  must(rg_dominators_create(graph, NULL, &dominators));
  for (uint32_t i = 1; i <= 2 * NUM_TARGETS; i++) {
    rg_node node = (rg_node)((uint64_t)num_nodes * i / (2 * NUM_TARGETS + 1));
    while (i % 2 && node + 1 < num_nodes &&
           (rg_dominators_parent(dominators, node) != RG_NODE_ROOT || rg_graph_is_root(graph, node)))
      node++;
    print_disjoint(graph, node);
    print_cut(graph, node);
  }
  rg_dominators_destroy(dominators);
}

/* A set of nodes here and there. */
static void print_set(const rg_graph *graph, uint32_t first, uint32_t step)
{
  enum { MOST = 1000 };
  static rg_node nodes[MOST];
  size_t num = 0;
  for (rg_node node = first; node < rg_graph_num_nodes(graph) && num < MOST; node += step)
    nodes[num++] = node;
  rg_node_set set = {nodes, num};
  rg_retained retained;
  must(rg_retained_by_sets(graph, 0, &set, 1, &retained));
  printf("set %llu", (unsigned long long)retained.size);
  for (size_t i = 0; i < num; i++)
    printf(" %u", nodes[i]);
  printf("\n");
}

int main(int argc, char **argv)
{
  int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;
  if (fd < 0)
    return 2;
  rg_reader reader = rg_fd_reader(fd);
  rg_graph *graph;
  must(rg_dump_read(&reader, NULL, &graph));
  close(fd);
  print_graph(graph);
  print_cycles(graph);
  print_paths_and_cuts(graph);
  for (uint32_t i = 1; i <= 10; i++)
    print_set(graph, i, 37 * i);
  rg_graph_destroy(graph);
}
