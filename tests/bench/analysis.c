/* How long the analyses of a heap take, and what memory:
 *
 *   analysis NUM_OBJECTS sequential|shuffled [ROUNDS]
 *   analysis DUMP.rgd [ROUNDS]
 *
 * Without a dump the heap is made up in C, of what Python programs are made of: 1.9 references an object, more than
 * half of all objects leaves, one in six a closure, a function with its tuple and a cell that others share. A shuffled
 * heap has its objects in random order in memory: worse than any program. With igraph, its dominators and strongly
 * connected components stand beside ours, on the same graph, and every answer is compared; one round leaves it out,
 * since it takes 260 bytes an object. */
#include <refgraph.h>

#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifdef HAVE_IGRAPH
#include <igraph/igraph.h>
#endif

#define must(call)                                       \
  do {                                                   \
    rg_error *must_error_ = (call);                      \
    if (must_error_) {                                   \
      fprintf(stderr, "analysis: %s\n", must_error_->message); \
      exit(1);                                           \
    }                                                    \
  } while (0)

/* --- the heap ------------------------------------------------------------------------------------------------------
 *
 * Hubs first: modules with their dicts and long lists of units, types, code, names. Then groups of GROUP_SIZE objects:
 *
 *   unit          instance, 3 functions, 3 tuples, cell, 5 leaves   the instance holds the functions, the cell a unit
 *   unit          …                                                 of its own (a cycle) or an older one
 *   unit          …
 *   unit          …
 *   list          holds the other three units, the units of later groups, and
 *   18 leaves
 *   link          of a chain through all groups
 *
 * The first unit of a group holds the list, and is held by the list of an earlier group, or by that of a module. */

enum { NUM_MODULES = 100, NUM_TYPES = 200, NUM_CODES = 2000, NUM_NAMES = 3000, NUM_FRAMES = 20 };
enum { MODULES = 1, DICTS = MODULES + NUM_MODULES, LISTS = DICTS + NUM_MODULES, TYPES = LISTS + NUM_MODULES };
enum { CODES = TYPES + NUM_TYPES, NAMES = CODES + NUM_CODES, FRAMES = NAMES + NUM_NAMES };
enum { NUM_HUBS = FRAMES + NUM_FRAMES };
enum { UNIT_SIZE = 13, NUM_UNITS = 4, LIST = UNIT_SIZE * NUM_UNITS, LEAVES = LIST + 1, NUM_LEAVES = 18 };
enum { LINK = LEAVES + NUM_LEAVES, GROUP_SIZE = LINK + 1 };

struct maker {
  rg_builder *builder;
  rg_node *places; /* where an object ends up; the super-root stays */
  uint32_t num_groups;
  uint32_t state;
};

static uint32_t random_below(uint32_t *state, uint32_t end)
{
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state % end;
}

static void refer(struct maker *maker, uint32_t source, uint32_t target, rg_edge_kind kind)
{
  must(rg_builder_add_edge(maker->builder, maker->places[source], maker->places[target], kind, 0));
}

static void refer_hubs(struct maker *maker)
{
  for (uint32_t i = 0; i < NUM_MODULES; i++) {
    refer(maker, RG_NODE_ROOT, MODULES + i, RG_EDGE_INTERNAL);
    refer(maker, MODULES + i, DICTS + i, RG_EDGE_ATTRIBUTE);
    refer(maker, DICTS + i, LISTS + i, RG_EDGE_ATTRIBUTE);
  }
  for (uint32_t i = 0; i < NUM_TYPES; i++) {
    refer(maker, DICTS + i % NUM_MODULES, TYPES + i, RG_EDGE_ATTRIBUTE);
    refer(maker, TYPES + i, TYPES, RG_EDGE_INTERNAL);
  }
  for (uint32_t i = 0; i < NUM_CODES; i++) {
    refer(maker, TYPES + i % NUM_TYPES, CODES + i, RG_EDGE_INTERNAL);
    refer(maker, CODES + i, NAMES + i, RG_EDGE_INTERNAL);
  }
  for (uint32_t i = 0; i < NUM_FRAMES; i++) {
    refer(maker, RG_NODE_ROOT, FRAMES + i, RG_EDGE_INTERNAL);
    refer(maker, FRAMES + i, DICTS + i, RG_EDGE_INTERNAL);
    refer(maker, FRAMES + i, NUM_HUBS + random_below(&maker->state, maker->num_groups) * GROUP_SIZE, RG_EDGE_LOCAL);
  }
  refer(maker, DICTS, NUM_HUBS + (maker->num_groups - 1) * GROUP_SIZE + LINK, RG_EDGE_ATTRIBUTE);
}

static void refer_function(struct maker *maker, uint32_t unit, uint32_t i, uint32_t number)
{
  uint32_t function = unit + 1 + i, tuple = unit + 4 + i, cell = unit + 7;
  refer(maker, function, tuple, RG_EDGE_CAPTURED);
  refer(maker, function, CODES + number % NUM_CODES, RG_EDGE_INTERNAL);
  refer(maker, function, DICTS + number % NUM_MODULES, RG_EDGE_INTERNAL);
  refer(maker, function, DICTS, RG_EDGE_INTERNAL);
  refer(maker, function, NAMES + number % NUM_NAMES, RG_EDGE_INTERNAL);
  refer(maker, tuple, cell, RG_EDGE_CAPTURED);
}

static void refer_unit(struct maker *maker, uint32_t unit, uint32_t number)
{
  for (uint32_t i = 0; i < 3; i++) {
    refer(maker, unit, unit + 1 + i, RG_EDGE_ATTRIBUTE);
    refer_function(maker, unit, i, number * 3 + i);
  }
  for (uint32_t i = 0; i < 5; i++)
    refer(maker, unit, unit + 8 + i, RG_EDGE_ATTRIBUTE);
  refer(maker, unit, TYPES + 1 + number % (NUM_TYPES - 1), RG_EDGE_TYPE);
  uint32_t older = NUM_HUBS + random_below(&maker->state, number / NUM_UNITS + 1) * GROUP_SIZE;
  refer(maker, unit + 7, number % 2 ? unit : older, RG_EDGE_CAPTURED);
}

static void refer_group(struct maker *maker, uint32_t number)
{
  uint32_t group = NUM_HUBS + number * GROUP_SIZE, earlier = NUM_HUBS + (number - 1) / 3 * GROUP_SIZE;
  bool is_in_module = number % 3 == 0;
  for (uint32_t i = 0; i < NUM_UNITS; i++) {
    refer_unit(maker, group + i * UNIT_SIZE, number * NUM_UNITS + i);
    if (i > 0)
      refer(maker, group + LIST, group + i * UNIT_SIZE, RG_EDGE_INDEX);
  }
  for (uint32_t i = 0; i < NUM_LEAVES; i++)
    refer(maker, group + LIST, group + LEAVES + i, RG_EDGE_INDEX);
  refer(maker, group, group + LIST, RG_EDGE_ATTRIBUTE);
  refer(maker, is_in_module ? LISTS + number % NUM_MODULES : earlier + LIST, group, RG_EDGE_INDEX);
  refer(maker, group + LINK, group + LEAVES, RG_EDGE_ATTRIBUTE);
  if (number > 0)
    refer(maker, group + LINK, group - GROUP_SIZE + LINK, RG_EDGE_ATTRIBUTE);
}

/* What an object is, by its place in the layout above. */
struct kinds {
  rg_type instance, container, value, callable, type, module, frame;
};

static rg_type type_of_hub(uint32_t object, const struct kinds *kinds)
{
  const struct {
    uint32_t end;
    rg_type type;
  } hubs[] = {{DICTS, kinds->module},   {TYPES, kinds->container}, {CODES, kinds->type},
              {NAMES, kinds->callable}, {FRAMES, kinds->value},    {NUM_HUBS, kinds->frame}};
  size_t i = 0;
  while (object >= hubs[i].end)
    i++;
  return hubs[i].type;
}

static rg_node_info describe(uint32_t object, const struct kinds *kinds)
{
  rg_node_info info = {.length = RG_LENGTH_NONE, .site = RG_SITE_NONE, .type = kinds->value, .size = 56};
  uint32_t place = (object - NUM_HUBS) % GROUP_SIZE, in_unit = place % UNIT_SIZE;
  if (object < NUM_HUBS) {
    info.type = type_of_hub(object, kinds);
    info.flags = object >= DICTS && object < LISTS ? RG_NODE_PASSAGE : 0;
  } else if (place == LIST) {
    info.type = kinds->container;
    info.size = 240;
  } else if (place == LINK || (place < LIST && in_unit == 0)) {
    info.type = kinds->instance;
  } else if (place < LIST && in_unit < 8) {
    info.type = in_unit < 4 ? kinds->callable : kinds->container;
    info.flags = in_unit < 4 ? RG_NODE_CLOSURE : RG_NODE_PASSAGE;
  }
  return info;
}

static rg_type add_type(rg_builder *builder, const char *name, rg_category category)
{
  rg_type type;
  must(rg_builder_add_type(builder, &(rg_type_info){name, "", category}, &type));
  return type;
}

static void describe_all(struct maker *maker, uint32_t num_objects)
{
  rg_builder *builder = maker->builder;
  struct kinds kinds = {
      .instance = add_type(builder, "Unit", RG_CATEGORY_INSTANCE),
      .container = add_type(builder, "list", RG_CATEGORY_CONTAINER),
      .value = add_type(builder, "int", RG_CATEGORY_VALUE),
      .callable = add_type(builder, "function", RG_CATEGORY_CALLABLE),
      .type = add_type(builder, "type", RG_CATEGORY_TYPE),
      .module = add_type(builder, "module", RG_CATEGORY_MODULE),
      .frame = add_type(builder, "frame", RG_CATEGORY_FRAME),
  };
  for (uint32_t object = 1; object < num_objects; object++) {
    rg_node_info info = describe(object, &kinds);
    must(rg_builder_set_node(builder, maker->places[object], &info));
  }
}

static void place(struct maker *maker, uint32_t num_objects, bool is_shuffled)
{
  maker->places = calloc(num_objects, sizeof(*maker->places));
  for (uint32_t object = 0; object < num_objects; object++)
    maker->places[object] = object;
  for (uint32_t i = num_objects - 1; is_shuffled && i > 1; i--) {
    uint32_t other = 1 + random_below(&maker->state, i);
    rg_node node = maker->places[i];
    maker->places[i] = maker->places[other];
    maker->places[other] = node;
  }
}

static rg_graph *make_heap(uint32_t num_objects, bool is_shuffled)
{
  struct maker maker = {.state = 1, .num_groups = num_objects / GROUP_SIZE + 1};
  num_objects = NUM_HUBS + maker.num_groups * GROUP_SIZE;
  must(rg_builder_create(&maker.builder));
  place(&maker, num_objects, is_shuffled);
  rg_node node;
  for (uint32_t object = 1; object < num_objects; object++)
    must(rg_builder_add_node(maker.builder, NULL, &node));
  describe_all(&maker, num_objects);
  refer_hubs(&maker);
  for (uint32_t i = 0; i < maker.num_groups; i++)
    refer_group(&maker, i);
  free(maker.places);
  rg_graph *graph;
  must(rg_builder_finish(maker.builder, &graph));
  rg_builder_destroy(maker.builder);
  return graph;
}

/* --- measuring ---------------------------------------------------------------------------------------------------- */

/* Of the processor: all that is measured runs in one thread, and what else the machine does counts less. */
static double seconds(void)
{
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A field of /proc/self/status, in bytes. */
static double status_bytes(const char *field)
{
  char line[256];
  double bytes = 0;
  FILE *file = fopen("/proc/self/status", "r");
  while (file && fgets(line, sizeof(line), file)) {
    if (!strncmp(line, field, strlen(field)))
      bytes = strtod(line + strlen(field) + 1, NULL) * 1024;
  }
  if (file)
    fclose(file);
  return bytes;
}

/* From now on VmHWM says what is the most since now. */
static void forget_peak(void)
{
  FILE *file = fopen("/proc/self/clear_refs", "w");
  if (!file)
    return;
  fputs("5", file);
  fclose(file);
}

struct measure {
  double least;    /* seconds */
  double peak;     /* bytes a node beyond what was there before */
  double begin;
  double resident;
};

static void begin(struct measure *measure)
{
  malloc_trim(0); // what was freed and kept would count for nothing when it is taken again
  forget_peak();
  measure->resident = status_bytes("VmRSS");
  measure->begin = seconds();
}

static void end(struct measure *measure, const rg_graph *graph)
{
  double took = seconds() - measure->begin;
  measure->least = measure->least > 0 && measure->least < took ? measure->least : took;
  double peak = (status_bytes("VmHWM") - measure->resident) / rg_graph_num_nodes(graph);
  measure->peak = peak > measure->peak ? peak : measure->peak;
}

static void report(const char *what, const struct measure *measure)
{
  printf("  %-40s %9.1f ms %6.1f bytes an object\n", what, measure->least * 1e3, measure->peak);
  fflush(stdout);
}

static rg_dominators *measure_dominators(const rg_graph *graph, int num_rounds, struct measure *measure)
{
  rg_dominators *dominators = NULL;
  for (int i = 0; i < num_rounds; i++) {
    rg_dominators_destroy(dominators);
    begin(measure);
    must(rg_dominators_create(graph, NULL, &dominators));
    end(measure, graph);
  }
  report("dominators and retained sizes", measure);
  return dominators;
}

static void measure_children(const rg_graph *graph, const rg_dominators *dominators)
{
  struct measure measure = {0};
  rg_dominated children;
  begin(&measure);
  must(rg_dominators_children(dominators, RG_NODE_ROOT, &children));
  end(&measure, graph);
  report("listing what each dominates", &measure);
}

static void measure_paths(const rg_graph *graph, int num_rounds)
{
  struct measure measure = {0};
  for (int i = 0; i < num_rounds; i++) {
    rg_paths *paths;
    begin(&measure);
    must(rg_paths_create(graph, NULL, &paths));
    end(&measure, graph);
    rg_paths_destroy(paths);
  }
  report("shortest paths, to compare with", &measure);
}

/* As many as a pass takes, each of a thousand nodes. */
static void measure_sets(const rg_graph *graph, int num_rounds)
{
  enum { NUM_SETS = 63, SET_SIZE = 1000 };
  static rg_node nodes[NUM_SETS][SET_SIZE];
  rg_node_set sets[NUM_SETS];
  rg_retained retained[NUM_SETS];
  uint32_t state = 1;
  for (size_t i = 0; i < NUM_SETS; i++) {
    sets[i] = (rg_node_set){nodes[i], SET_SIZE};
    for (size_t node_i = 0; node_i < SET_SIZE; node_i++)
      nodes[i][node_i] = 1 + random_below(&state, rg_graph_num_nodes(graph) - 1);
  }
  struct measure measure = {0};
  for (int i = 0; i < num_rounds; i++) {
    begin(&measure);
    must(rg_retained_by_sets(graph, 0, sets, NUM_SETS, retained));
    end(&measure, graph);
  }
  report("what 63 sets retain", &measure);
}

/* Those that rg_cycles_create takes by itself. */
#define CYCLE_KINDS (RG_EDGE_KINDS_STRONG & ~RG_EDGE_KIND_BIT(RG_EDGE_INTERNAL) & ~RG_EDGE_KIND_BIT(RG_EDGE_TYPE))

static uint32_t most_nodes(const rg_cycles *cycles)
{
  uint32_t most = 0;
  for (size_t i = 0; i < rg_cycles_num(cycles); i++) {
    uint32_t num_nodes = rg_cycles_get(cycles, i).num_nodes;
    most = num_nodes > most ? num_nodes : most;
  }
  return most;
}

static rg_cycles *measure_cycles(const rg_graph *graph, const rg_dominators *dominators, int num_rounds,
                                 struct measure *measure)
{
  rg_cycle_options options = RG_CYCLE_OPTIONS_INIT;
  options.kinds = CYCLE_KINDS;
  options.dominators = dominators;
  rg_cycles *cycles = NULL;
  for (int i = 0; i < num_rounds; i++) {
    rg_cycles_destroy(cycles);
    begin(measure);
    must(rg_cycles_create(graph, &options, &cycles));
    end(measure, graph);
  }
  report("cycles, dominators being there", measure);
  printf("    %zu cycles, the largest of %u objects\n", rg_cycles_num(cycles), most_nodes(cycles));
  return cycles;
}

/* Of closures here and there. Their times differ: what counts is the longest one. */
enum { NUM_TARGETS = 20 };

static size_t pick_closures(const rg_graph *graph, rg_node *ret)
{
  size_t num = 0;
  uint32_t state = 1;
  for (int tries = 0; tries < 10000 && num < NUM_TARGETS; tries++) {
    rg_node node = 1 + random_below(&state, rg_graph_num_nodes(graph) - 1);
    if (rg_graph_node_flags(graph, node) & RG_NODE_CLOSURE)
      ret[num++] = node;
  }
  return num;
}

struct spread {
  struct measure all;
  double sum, most;
  size_t num;
};

static void end_of_spread(struct spread *spread, const rg_graph *graph)
{
  spread->all.least = 0;
  end(&spread->all, graph);
  spread->sum += spread->all.least;
  spread->most = spread->all.least > spread->most ? spread->all.least : spread->most;
  spread->num++;
}

static void report_spread(const char *what, struct spread *spread)
{
  if (!spread->num)
    return;
  spread->all.least = spread->most;
  report(what, &spread->all);
  printf("    on average %31.1f ms of %zu\n", spread->sum / (double)spread->num * 1e3, spread->num);
}

static void measure_paths_and_cuts(const rg_graph *graph)
{
  rg_node targets[NUM_TARGETS];
  size_t num = pick_closures(graph, targets);
  struct spread cuts = {0}, frees = {0}, paths = {0};
  struct measure index = {0};
  rg_referrers referrers;
  begin(&index);
  must(rg_graph_referrers(graph, 0, &referrers));
  end(&index, graph);
  report("reverse index, once a graph", &index);
  for (size_t i = 0; i < num; i++) {
    rg_cut *cut;
    rg_freed freed;
    rg_disjoint_paths *disjoint;
    begin(&paths.all);
    must(rg_disjoint_paths_create(graph, targets[i], NULL, &disjoint));
    end_of_spread(&paths, graph);
    rg_disjoint_paths_destroy(disjoint);
    begin(&cuts.all);
    must(rg_cut_create(graph, &targets[i], 1, NULL, &cut));
    end_of_spread(&cuts, graph);
    rg_edge_list edges = rg_cut_edges(cut);
    begin(&frees.all);
    must(rg_freed_by_cuts(graph, 0, &(rg_what_if){edges.edges, edges.num_edges, NULL, 0}, 1, &freed));
    end_of_spread(&frees, graph);
    rg_cut_destroy(cut);
  }
  report_spread("disjoint paths to a closure, the longest", &paths);
  report_spread("least cut of a closure, the longest", &cuts);
  report_spread("what it frees", &frees);
}

/* --- beside igraph ------------------------------------------------------------------------------------------------ */

#ifdef HAVE_IGRAPH
static void copy_graph(const rg_graph *graph, rg_edge_kinds kinds, igraph_t *ret)
{
  igraph_vector_int_t edges;
  igraph_vector_int_init(&edges, (igraph_integer_t)(2 * rg_graph_num_edges(graph)));
  igraph_integer_t num = 0;
  for (rg_node node = 0; node < rg_graph_num_nodes(graph); node++) {
    for (rg_edge edge = rg_graph_edges_begin(graph, node); edge < rg_graph_edges_end(graph, node); edge++) {
      if (!(kinds & RG_EDGE_KIND_BIT(rg_graph_edge_kind(graph, edge))))
        continue;
      VECTOR(edges)[num++] = node;
      VECTOR(edges)[num++] = rg_graph_edge_target(graph, edge);
    }
  }
  igraph_vector_int_resize(&edges, num);
  igraph_create(ret, &edges, rg_graph_num_nodes(graph), true);
  igraph_vector_int_destroy(&edges);
}

static void report_ratio(const struct measure *ours, const struct measure *theirs, size_t num_differences)
{
  printf("    %.1f times as fast as igraph; %zu answers differ\n", theirs->least / ours->least, num_differences);
  fflush(stdout);
}

/* igraph has -1 for the root and -2 for what it does not reach. */
static size_t count_dominator_differences(const rg_dominators *dominators, const igraph_vector_int_t *theirs)
{
  size_t num = 0;
  for (igraph_integer_t node = 0; node < igraph_vector_int_size(theirs); node++) {
    igraph_integer_t their = VECTOR(*theirs)[node];
    num += rg_dominators_parent(dominators, (rg_node)node) != (their < 0 ? RG_NODE_NONE : (rg_node)their);
  }
  return num;
}

static void compare_dominators(const rg_graph *graph, const rg_dominators *dominators, const struct measure *ours)
{
  igraph_t copy;
  igraph_vector_int_t theirs;
  struct measure measure = {0};
  copy_graph(graph, RG_EDGE_KINDS_STRONG, &copy);
  igraph_vector_int_init(&theirs, 0);
  begin(&measure);
  if (igraph_dominator_tree(&copy, 0, &theirs, NULL, NULL, IGRAPH_OUT) != IGRAPH_SUCCESS)
    exit(1);
  end(&measure, graph);
  report("igraph_dominator_tree", &measure);
  report_ratio(ours, &measure, count_dominator_differences(dominators, &theirs));
  igraph_vector_int_destroy(&theirs);
  igraph_destroy(&copy);
}

/* Nodes that are not with the same ones; theirs may be one node alone, ours only if it refers to itself. */
static size_t count_cycle_differences(const rg_cycles *cycles, const igraph_vector_int_t *components,
                                      const igraph_vector_int_t *sizes)
{
  size_t num = 0, num_theirs = 0, num_ours = 0;
  for (igraph_integer_t i = 0; i < igraph_vector_int_size(sizes); i++)
    num_theirs += VECTOR(*sizes)[i] > 1 ? (size_t)VECTOR(*sizes)[i] : 0;
  for (size_t cycle_i = 0; cycle_i < rg_cycles_num(cycles); cycle_i++) {
    rg_cycle cycle = rg_cycles_get(cycles, cycle_i);
    igraph_integer_t component = VECTOR(*components)[cycle.nodes[0]];
    num_ours += cycle.num_nodes > 1 ? cycle.num_nodes : 0;
    num += VECTOR(*sizes)[component] != cycle.num_nodes;
    for (uint32_t i = 0; i < cycle.num_nodes; i++)
      num += VECTOR(*components)[cycle.nodes[i]] != component;
  }
  return num + (num_ours > num_theirs ? num_ours - num_theirs : num_theirs - num_ours);
}

static void compare_cycles(const rg_graph *graph, const rg_cycles *cycles, const struct measure *ours)
{
  igraph_t copy;
  igraph_vector_int_t components, sizes;
  struct measure measure = {0};
  copy_graph(graph, CYCLE_KINDS, &copy);
  igraph_vector_int_init(&components, 0);
  igraph_vector_int_init(&sizes, 0);
  begin(&measure);
  if (igraph_connected_components(&copy, &components, &sizes, NULL, IGRAPH_STRONG) != IGRAPH_SUCCESS)
    exit(1);
  end(&measure, graph);
  report("igraph_connected_components, strong", &measure);
  report_ratio(ours, &measure, count_cycle_differences(cycles, &components, &sizes));
  igraph_vector_int_destroy(&components);
  igraph_vector_int_destroy(&sizes);
  igraph_destroy(&copy);
}
#else
static void compare_dominators(const rg_graph *graph, const rg_dominators *dominators, const struct measure *ours)
{
  (void)graph, (void)dominators, (void)ours;
  puts("  igraph_dominator_tree: no igraph here (Debian: libigraph-dev)");
}

static void compare_cycles(const rg_graph *graph, const rg_cycles *cycles, const struct measure *ours)
{
  (void)graph, (void)cycles, (void)ours;
  puts("  igraph_connected_components: no igraph here (Debian: libigraph-dev)");
}
#endif

/* --- all ---------------------------------------------------------------------------------------------------------- */

static rg_graph *read_heap(const char *path)
{
  int fd = open(path, O_RDONLY);
  rg_reader reader = rg_fd_reader(fd);
  rg_graph *graph;
  must(rg_dump_read(&reader, NULL, &graph));
  close(fd);
  return graph;
}

int main(int argc, char **argv)
{
  if (argc < 2)
    return 2;
  uint32_t num_objects = (uint32_t)strtoul(argv[1], NULL, 10);
  const char *order = num_objects && argc > 2 ? argv[2] : "from a dump";
  rg_graph *graph = num_objects ? make_heap(num_objects, !strcmp(order, "shuffled")) : read_heap(argv[1]);
  const char *rounds = num_objects ? argc > 3 ? argv[3] : NULL : argc > 2 ? argv[2] : NULL;
  int num_rounds = rounds ? atoi(rounds) : 3;
  printf("%u objects, %.2f references an object, %s\n", rg_graph_num_nodes(graph),
         (double)rg_graph_num_edges(graph) / rg_graph_num_nodes(graph), order);
  struct measure of_dominators = {0}, of_cycles = {0};
  rg_dominators *dominators = measure_dominators(graph, num_rounds, &of_dominators);
  if (num_rounds > 1)
    compare_dominators(graph, dominators, &of_dominators);
  measure_children(graph, dominators);
  measure_sets(graph, num_rounds);
  measure_paths(graph, num_rounds);
  rg_cycles *cycles = measure_cycles(graph, dominators, num_rounds, &of_cycles);
  if (num_rounds > 1)
    compare_cycles(graph, cycles, &of_cycles);
  rg_cycles_destroy(cycles);
  rg_dominators_destroy(dominators);
  measure_paths_and_cuts(graph);
  rg_graph_destroy(graph);
}
