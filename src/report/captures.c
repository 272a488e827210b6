/* What an object of a group captures, through the passages between: the last name on the way is the variable's. */
#include "report-internal.h"

#include <stdlib.h>
#include <string.h>

// From a closure over its tuple and a cell to a value.
enum { MAX_PASSAGES = 3 };

struct visit {
  const rg_graph *graph;
  rgi_visit_captured visit;
  void *context;
};

static const char *name_of(const rg_graph *graph, rg_edge edge, const char *above)
{
  const char *name = rg_graph_edge_kind(graph, edge) == RG_EDGE_INDEX ? "" : rg_graph_edge_name(graph, edge);
  return *name ? name : above;
}

static rg_error *visit_edge(const struct visit *visit, rg_edge edge, const char *name, int num_left);

static rg_error *visit_row(const struct visit *visit, rg_node node, const char *name, int num_left)
{
  rg_edge end = rg_graph_edges_end(visit->graph, node);
  for (rg_edge edge = rg_graph_edges_begin(visit->graph, node); edge < end; edge++) {
    rg_edge_kind kind = rg_graph_edge_kind(visit->graph, edge);
    if (kind == RG_EDGE_CAPTURED || kind == RG_EDGE_LOCAL || kind == RG_EDGE_ARGUMENT || kind == RG_EDGE_ITEM ||
        kind == RG_EDGE_INDEX)
      RGI_TRY(visit_edge(visit, edge, name, num_left));
  }
  return NULL;
}

// At most MAX_PASSAGES deep.
static rg_error *visit_edge(const struct visit *visit, rg_edge edge, const char *name, int num_left)
{
  rg_node target = rg_graph_edge_target(visit->graph, edge);
  name = name_of(visit->graph, edge, name);
  if (rg_graph_node_flags(visit->graph, target) & RG_NODE_PASSAGE && num_left)
    return visit_row(visit, target, name, num_left - 1);
  struct rgi_captured captured = {name, edge, target};
  return visit->visit(visit->context, &captured);
}

static rg_edge field(const rg_graph *graph, rg_node node, const char *name)
{
  rg_edge end = rg_graph_edges_end(graph, node);
  for (rg_edge edge = rg_graph_edges_begin(graph, node); edge < end; edge++) {
    if (strcmp(rg_graph_edge_name(graph, edge), name) == 0)
      return edge;
  }
  return RG_EDGE_NONE;
}

static rg_error *visit_field(const struct visit *visit, rg_node node, const char *name)
{
  rg_edge edge = field(visit->graph, node, name);
  if (edge == RG_EDGE_NONE)
    return NULL;
  struct rgi_captured captured = {name, edge, rg_graph_edge_target(visit->graph, edge)};
  return visit->visit(visit->context, &captured);
}

// Bound arguments, by position or name, and what the method is bound to that it calls.
static rg_error *visit_partial(const struct visit *visit, rg_node node)
{
  static const char *const parts[] = {"args", "keywords"};
  for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
    rg_edge edge = field(visit->graph, node, parts[i]);
    if (edge != RG_EDGE_NONE)
      RGI_TRY(visit_row(visit, rg_graph_edge_target(visit->graph, edge), parts[i], 0));
  }
  rg_edge called = field(visit->graph, node, "func");
  return called == RG_EDGE_NONE ? NULL : visit_field(visit, rg_graph_edge_target(visit->graph, called), "__self__");
}

rg_error *rgi_captured_visit(const rg_graph *graph, enum rgi_suspect_kind suspect, rg_node node, rgi_visit_captured function,
                             void *context)
{
  struct visit visit = {graph, function, context};
  if (suspect == RGI_SUSPECT_METHOD)
    return visit_field(&visit, node, "__self__");
  if (suspect == RGI_SUSPECT_PARTIAL)
    return visit_partial(&visit, node);
  return visit_row(&visit, node, "", MAX_PASSAGES);
}

/* --- of a whole group --------------------------------------------------------------------------------------------- */

// Variables of one code object are few; what a hostile dump has more is left out.
enum { MAX_VARIABLES = 64 };

struct variable {
  const char *name;
  rg_node *values;
  size_t num, capacity;
};

struct collector {
  struct variable variables[MAX_VARIABLES];
  size_t num;
};

static void deinit(struct collector *collector)
{
  for (size_t i = 0; i < collector->num; i++)
    rgi_free(collector->variables[i].values);
}

static rg_error *collect(void *context, const struct rgi_captured *captured)
{
  struct collector *collector = context;
  size_t i = 0;
  while (i < collector->num && strcmp(collector->variables[i].name, captured->name) != 0)
    i++;
  if (i == MAX_VARIABLES)
    return NULL;
  struct variable *variable = &collector->variables[i];
  if (i == collector->num)
    *variable = (struct variable){.name = captured->name}, collector->num++;
  RGI_TRY(rgi_reserve(&variable->values, &variable->capacity, variable->num + 1));
  variable->values[variable->num++] = captured->value;
  return NULL;
}

static int compare_nodes(const void *a, const void *b)
{
  rg_node x = *(const rg_node *)a, y = *(const rg_node *)b;
  return (x > y) - (x < y);
}

// Each value once.
static void unite(struct variable *variable)
{
  size_t num = 0;
  qsort(variable->values, variable->num, sizeof(*variable->values), compare_nodes);
  for (size_t i = 0; i < variable->num; i++) {
    if (!num || variable->values[num - 1] != variable->values[i])
      variable->values[num++] = variable->values[i];
  }
  variable->num = num;
}

static const char *type_of(const rg_graph *graph, const struct variable *variable)
{
  rg_type type = rg_graph_node_type(graph, variable->values[0]);
  for (size_t i = 1; i < variable->num; i++) {
    if (rg_graph_node_type(graph, variable->values[i]) != type)
      return "several types";
  }
  return rg_graph_type(graph, type).name;
}

static rg_error *describe(rg_report *report, const rg_graph *graph, rg_site site, const struct variable *variable,
                          rg_leak_capture *ret)
{
  *ret = (rg_leak_capture){.num_values = (uint32_t)variable->num, .attributes = ""};
  RGI_TRY(rgi_arena_add_string(&report->arena, variable->name, &ret->name));
  RGI_TRY(rgi_arena_add_string(&report->arena, type_of(graph, variable), &ret->type));
  rg_site_info info = site == RG_SITE_NONE ? (rg_site_info){0} : rg_graph_site(graph, site);
  for (uint32_t i = 0; i < info.num_captured; i++) {
    if (strcmp(info.captured[i], variable->name) != 0)
      continue;
    ret->use = info.uses[i];
    RGI_TRY(rgi_arena_add_string(&report->arena, info.attributes[i], &ret->attributes));
  }
  return NULL;
}

static int compare_captures(const void *a, const void *b)
{
  const rg_leak_capture *x = a, *y = b;
  if (x->retained != y->retained)
    return x->retained > y->retained ? -1 : 1;
  return strcmp(x->name, y->name);
}

static rg_error *measure(const rg_graph *graph, const struct collector *collector, rg_leak_capture *captures)
{
  rg_node_set sets[MAX_VARIABLES];
  rg_retained retained[MAX_VARIABLES];
  for (size_t i = 0; i < collector->num; i++)
    sets[i] = (rg_node_set){collector->variables[i].values, collector->variables[i].num};
  RGI_TRY(rg_retained_by_sets(graph, RG_EDGE_KINDS_STRONG, sets, collector->num, retained));
  for (size_t i = 0; i < collector->num; i++)
    captures[i].retained = retained[i].size;
  qsort(captures, collector->num, sizeof(*captures), compare_captures);
  return NULL;
}

rg_error *rgi_leak_add_captures(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak)
{
  const struct rgi_suspect *group = leak->group;
  __attribute__((cleanup(deinit))) struct collector collector = {.num = 0};
  for (uint32_t i = 0; i < group->num_nodes; i++)
    RGI_TRY(rgi_captured_visit(analysis->graph, group->suspect, group->nodes[i], collect, &collector));
  rg_leak_capture *captures;
  RGI_TRY(rgi_arena_alloc(&report->arena, collector.num * sizeof(*captures), (void **)&captures));
  for (size_t i = 0; i < collector.num; i++) {
    unite(&collector.variables[i]);
    RGI_TRY(describe(report, analysis->graph, group->site, &collector.variables[i], &captures[i]));
  }
  RGI_TRY(measure(analysis->graph, &collector, captures));
  leak->leak.captures = captures;
  leak->leak.num_captures = collector.num;
  return NULL;
}
