/* What closures capture, by the name of the variable. From a closure over passages to values: the last name on the way
 * is the variable's. */
#include <refgraph/analysis.h>

#include <stdlib.h>
#include <string.h>

#include "../base/alloc.h"
#include "../base/sort.h"

struct variable {
  const char *name; // the graph's
  rg_node *nodes;
  size_t num_nodes, capacity;
  rg_retained retained;
  uint32_t num_closures;
  rg_allocation allocation;
};

struct rg_captures {
  struct variable *variables;
  size_t num_variables, capacity;
  size_t *begins; // by group: its variables; one more at the end
};

/* --- from a closure to what it captures --------------------------------------------------------------------------- */

struct step {
  rg_node node;
  const char *name;
};

struct walker {
  const rg_graph *graph;
  uint32_t *seen; // by node: the last closure that came by, counted from 1
  uint32_t num_closures;
  struct step *stack;
  size_t num_steps, capacity;
};

static void deinit_walker(struct walker *walker)
{
  rgi_free(walker->seen);
  rgi_free(walker->stack);
}

// Called for each variable of a closure; `is_first` unless another one of it has the same value.
typedef rg_error *(*visit_value)(void *context, const char *name, rg_node value, bool is_first);

static rg_error *follow(struct walker *walker, rg_edge edge, const char *name, visit_value visit, void *context)
{
  const rg_graph *graph = walker->graph;
  rg_node target = rg_graph_edge_target(graph, edge);
  const char *own_name = rg_graph_edge_name(graph, edge);
  bool is_first = walker->seen[target] != walker->num_closures;
  if (rg_graph_edge_kind(graph, edge) != RG_EDGE_CAPTURED)
    return NULL;
  walker->seen[target] = walker->num_closures;
  name = *own_name ? own_name : name;
  if (!(rg_graph_node_flags(graph, target) & RG_NODE_PASSAGE))
    return visit(context, name, target, is_first);
  if (!is_first)
    return NULL;
  RGI_TRY(rgi_reserve(&walker->stack, &walker->capacity, walker->num_steps + 1));
  walker->stack[walker->num_steps++] = (struct step){target, name};
  return NULL;
}

static rg_error *walk(struct walker *walker, rg_node closure, visit_value visit, void *context)
{
  const rg_graph *graph = walker->graph;
  struct step step = {closure, ""};
  walker->num_closures++;
  for (;;) {
    rg_edge end = rg_graph_edges_end(graph, step.node);
    for (rg_edge edge = rg_graph_edges_begin(graph, step.node); edge < end; edge++)
      RGI_TRY(follow(walker, edge, step.name, visit, context));
    if (!walker->num_steps)
      return NULL;
    step = walker->stack[--walker->num_steps];
  }
}

static rg_error *walk_group(struct walker *walker, const rg_closure_group *group, visit_value visit, void *context)
{
  for (uint32_t i = 0; i < group->num_nodes; i++)
    RGI_TRY(walk(walker, group->nodes[i], visit, context));
  return NULL;
}

/* --- variables ---------------------------------------------------------------------------------------------------- */

static rg_error *count(void *context, const char *name, rg_node value, bool is_first)
{
  (void)name;
  uint32_t *num_closures = context;
  num_closures[value] += is_first;
  return NULL;
}

// The variables of the group that is walked are the last ones.
struct collector {
  rg_captures *captures;
  size_t begin;
};

static rg_error *find_variable(struct collector *collector, const char *name, struct variable **ret)
{
  rg_captures *captures = collector->captures;
  size_t i = collector->begin;
  while (i < captures->num_variables && strcmp(captures->variables[i].name, name) != 0)
    i++;
  if (i == captures->num_variables) {
    RGI_TRY(rgi_reserve(&captures->variables, &captures->capacity, i + 1));
    captures->variables[captures->num_variables++] = (struct variable){.name = name};
  }
  *ret = &captures->variables[i];
  return NULL;
}

static rg_error *collect(void *context, const char *name, rg_node value, bool is_first)
{
  (void)is_first;
  struct variable *variable;
  RGI_TRY(find_variable(context, name, &variable));
  RGI_TRY(rgi_reserve(&variable->nodes, &variable->capacity, variable->num_nodes + 1));
  variable->nodes[variable->num_nodes++] = value;
  return NULL;
}

static int compare_nodes(const void *a, const void *b)
{
  rg_node x = *(const rg_node *)a, y = *(const rg_node *)b;
  return (x > y) - (x < y);
}

// Each value once, ascending.
static void finish(struct variable *variable, const uint32_t *num_closures)
{
  size_t num = 0;
  rgi_sort(variable->nodes, variable->num_nodes, sizeof(*variable->nodes), compare_nodes);
  for (size_t i = 0; i < variable->num_nodes; i++) {
    rg_node node = variable->nodes[i];
    if (num && variable->nodes[num - 1] == node)
      continue;
    variable->nodes[num++] = node;
    variable->num_closures = num_closures[node] > variable->num_closures ? num_closures[node] : variable->num_closures;
  }
  variable->num_nodes = num;
}

static rg_error *find_variables(const rg_graph *graph, const rg_closures *closures, const size_t *groups,
                                size_t num_groups, rg_captures *captures)
{
  __attribute__((cleanup(deinit_walker))) struct walker walker = {.graph = graph};
  RGI_SCOPED_FREE uint32_t *num_closures = rgi_alloc(rg_graph_num_nodes(graph), sizeof(*num_closures));
  walker.seen = rgi_alloc(rg_graph_num_nodes(graph), sizeof(*walker.seen));
  if (!num_closures || !walker.seen)
    return rgi_out_of_memory();
  for (size_t i = 0; i < rg_closures_num_groups(closures); i++) {
    rg_closure_group group = rg_closures_group(closures, i);
    RGI_TRY(walk_group(&walker, &group, count, num_closures));
  }
  for (size_t i = 0; i < num_groups; i++) {
    rg_closure_group group = rg_closures_group(closures, groups[i]);
    struct collector collector = {captures, captures->num_variables};
    captures->begins[i] = captures->num_variables;
    RGI_TRY(walk_group(&walker, &group, collect, &collector));
  }
  captures->begins[num_groups] = captures->num_variables;
  for (size_t i = 0; i < captures->num_variables; i++)
    finish(&captures->variables[i], num_closures);
  return NULL;
}

static rg_error *measure(const rg_graph *graph, rg_captures *captures)
{
  size_t num = captures->num_variables;
  RGI_SCOPED_FREE rg_node_set *sets = rgi_alloc(num, sizeof(*sets));
  RGI_SCOPED_FREE rg_retained *retained = rgi_alloc(num, sizeof(*retained));
  if (!sets || !retained)
    return rgi_out_of_memory();
  for (size_t i = 0; i < num; i++)
    sets[i] = (rg_node_set){captures->variables[i].nodes, captures->variables[i].num_nodes};
  RGI_TRY(rg_retained_by_sets(graph, RG_EDGE_KINDS_STRONG, sets, num, retained));
  for (size_t i = 0; i < num; i++)
    captures->variables[i].retained = retained[i];
  return NULL;
}

static bool is_same_place(rg_allocation a, rg_allocation b)
{
  return a.file && b.file && a.line == b.line && !strcmp(a.file, b.file);
}

// The place where more than half of the values were allocated, by a vote in which different places cancel each other
// (Boyer and Moore).
static rg_allocation find_place(const rg_graph *graph, const struct variable *variable)
{
  rg_allocation place = {NULL, 0};
  size_t lead = 0, num = 0;
  for (size_t i = 0; i < variable->num_nodes; i++) {
    rg_allocation other = rg_graph_allocation(graph, variable->nodes[i]);
    place = lead ? place : other;
    lead = lead && !is_same_place(place, other) ? lead - 1 : lead + 1;
  }
  for (size_t i = 0; i < variable->num_nodes; i++)
    num += is_same_place(place, rg_graph_allocation(graph, variable->nodes[i]));
  return 2 * num > variable->num_nodes ? place : (rg_allocation){NULL, 0};
}

static void find_places(const rg_graph *graph, rg_captures *captures)
{
  for (size_t i = 0; i < captures->num_variables; i++)
    captures->variables[i].allocation = find_place(graph, &captures->variables[i]);
}

static void destroy_scoped(rg_captures **captures)
{
  rg_captures_destroy(*captures);
}

rg_error *rg_captures_create(const rg_graph *graph, const rg_closures *closures, const size_t *groups,
                             size_t num_groups, rg_captures **ret)
{
  __attribute__((cleanup(destroy_scoped))) rg_captures *captures = rgi_alloc(1, sizeof(*captures));
  if (!captures || !(captures->begins = rgi_alloc(num_groups + 1, sizeof(*captures->begins))))
    return rgi_out_of_memory();
  RGI_TRY(find_variables(graph, closures, groups, num_groups, captures));
  RGI_TRY(measure(graph, captures));
  find_places(graph, captures);
  *ret = rgi_take(captures);
  return NULL;
}

void rg_captures_destroy(rg_captures *captures)
{
  if (!captures)
    return;
  for (size_t i = 0; i < captures->num_variables; i++)
    rgi_free(captures->variables[i].nodes);
  rgi_free(captures->variables);
  rgi_free(captures->begins);
  rgi_free(captures);
}

size_t rg_captures_num(const rg_captures *captures, size_t group_i)
{
  return captures->begins[group_i + 1] - captures->begins[group_i];
}

rg_captured rg_captures_get(const rg_captures *captures, size_t group_i, size_t i)
{
  const struct variable *variable = &captures->variables[captures->begins[group_i] + i];
  return (rg_captured){variable->name, variable->nodes, (uint32_t)variable->num_nodes, variable->num_closures,
                       variable->retained.size, variable->allocation};
}
