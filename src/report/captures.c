/* What an object of a group captures, through the passages between: the last name on the way is the variable's. */
#include "report-internal.h"

#include <stdlib.h>
#include <string.h>

#include "../base/sort.h"

// From a closure over its tuple and a cell to a value.
enum { MAX_PASSAGES = 3 };

#define CAPTURING \
  (RG_EDGE_KIND_BIT(RG_EDGE_CAPTURED) | RG_EDGE_KIND_BIT(RG_EDGE_LOCAL) | RG_EDGE_KIND_BIT(RG_EDGE_ARGUMENT) | \
   RG_EDGE_KIND_BIT(RG_EDGE_ITEM) | RG_EDGE_KIND_BIT(RG_EDGE_INDEX))
#define HAVING RG_EDGE_KIND_BIT(RG_EDGE_ATTRIBUTE)

struct visit {
  const rg_graph *graph;
  rg_edge_kinds kinds;
  rgi_visit_captured visit;
  void *context;
};

static const char *name_of(const rg_graph *graph, rg_edge edge, const char *above)
{
  const char *name = rg_graph_edge_kind(graph, edge) == RG_EDGE_INDEX ? "" : rg_graph_edge_name(graph, edge);
  return *name ? name : above;
}

// NOLINTBEGIN(misc-no-recursion): it goes at most MAX_PASSAGES deep
static rg_error *visit_edge(const struct visit *visit, rg_edge edge, const char *name, int num_left);

static rg_error *visit_row(const struct visit *visit, rg_node node, const char *name, int num_left)
{
  rg_edge end = rg_graph_edges_end(visit->graph, node);
  for (rg_edge edge = rg_graph_edges_begin(visit->graph, node); edge < end; edge++) {
    if (visit->kinds & RG_EDGE_KIND_BIT(rg_graph_edge_kind(visit->graph, edge)))
      RGI_TRY(visit_edge(visit, edge, name, num_left));
  }
  return NULL;
}

static rg_error *visit_edge(const struct visit *visit, rg_edge edge, const char *name, int num_left)
{
  rg_node target = rg_graph_edge_target(visit->graph, edge);
  name = name_of(visit->graph, edge, name);
  if (rg_graph_node_flags(visit->graph, target) & RG_NODE_PASSAGE && num_left)
    return visit_row(visit, target, name, num_left - 1);
  struct rgi_captured captured = {name, edge, target};
  return visit->visit(visit->context, &captured);
}
// NOLINTEND(misc-no-recursion)

static rg_error *visit_value(const struct visit *visit, rg_edge edge, const char *name)
{
  struct rgi_captured captured = {name, edge, rg_graph_edge_target(visit->graph, edge)};
  return visit->visit(visit->context, &captured);
}

static rg_error *visit_self(const struct visit *visit, rg_node method)
{
  rg_edge edge = rgi_find_field(visit->graph, method, "__self__");
  return edge == RG_EDGE_NONE ? NULL : visit_value(visit, edge, "self");
}

// Bound arguments, by position or name, and what the method is bound to that it calls.
static rg_error *visit_partial(const struct visit *visit, rg_node node)
{
  static const char *const parts[] = {"args", "keywords"};
  for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
    rg_edge edge = rgi_find_field(visit->graph, node, parts[i]);
    if (edge != RG_EDGE_NONE)
      RGI_TRY(visit_row(visit, rg_graph_edge_target(visit->graph, edge), parts[i], 0));
  }
  rg_node called = rgi_field_of(visit->graph, node, "func");
  return called == RG_NODE_NONE ? NULL : visit_self(visit, called);
}

// The arguments of one call are the key, a tuple of them or one alone.
static rg_error *visit_call(const struct visit *visit, rg_node function, rg_edge edge)
{
  rg_node key = rg_graph_edge_target(visit->graph, edge);
  if (rg_graph_edge_kind(visit->graph, edge) != RG_EDGE_KEY)
    return visit_value(visit, edge, "result");
  if (!(rg_graph_node_flags(visit->graph, key) & RG_NODE_FIXED))
    return visit_value(visit, edge, rgi_parameter(visit->graph, function, 0));
  rg_edge end = rg_graph_edges_end(visit->graph, key);
  for (rg_edge argument = rg_graph_edges_begin(visit->graph, key); argument < end; argument++) {
    if (rg_graph_edge_kind(visit->graph, argument) == RG_EDGE_INDEX)
      RGI_TRY(visit_value(visit, argument,
                          rgi_parameter(visit->graph, function, rg_graph_edge_index(visit->graph, argument))));
  }
  return NULL;
}

static rg_error *visit_cache(const struct visit *visit, rg_node node)
{
  rg_node calls = rgi_field_of(visit->graph, node, "cache"), function = rgi_field_of(visit->graph, node, "func");
  rg_edge end = calls == RG_NODE_NONE ? 0 : rg_graph_edges_end(visit->graph, calls);
  for (rg_edge edge = calls == RG_NODE_NONE ? 0 : rg_graph_edges_begin(visit->graph, calls); edge < end; edge++)
    RGI_TRY(visit_call(visit, function, edge));
  return NULL;
}

rg_error *rgi_captured_visit(const rg_graph *graph, enum rgi_suspect_kind suspect, rg_node node,
                             rgi_visit_captured function, void *context)
{
  struct visit visit = {graph, CAPTURING, function, context};
  if (suspect == RGI_SUSPECT_METHOD)
    return visit_self(&visit, node);
  if (suspect == RGI_SUSPECT_PARTIAL)
    return visit_partial(&visit, node);
  if (suspect == RGI_SUSPECT_CACHE)
    return visit_cache(&visit, node);
  if (suspect == RGI_SUSPECT_CALLABLE || suspect == RGI_SUSPECT_EXPECTED_GONE)
    visit.kinds = HAVING;
  return visit_row(&visit, node, "", MAX_PASSAGES);
}

/* --- of a whole group --------------------------------------------------------------------------------------------- */

// Variables of one code object are few; what a hostile dump has more is left out.
enum { MAX_VARIABLES = 32 };

struct variable {
  const char *name;
  rg_node *values;
  size_t num, capacity;
};

struct rgi_variables {
  struct variable variables[MAX_VARIABLES];
  size_t num;
};

void rgi_variables_destroy(struct rgi_variables *variables)
{
  for (size_t i = 0; variables && i < variables->num; i++)
    rgi_free(variables->variables[i].values);
  rgi_free(variables);
}

static rg_error *collect(void *context, const struct rgi_captured *captured)
{
  struct rgi_variables *variables = context;
  size_t i = 0;
  while (i < variables->num && strcmp(variables->variables[i].name, captured->name) != 0)
    i++;
  if (i == MAX_VARIABLES)
    return NULL;
  struct variable *variable = &variables->variables[i];
  if (i == variables->num)
    *variable = (struct variable){.name = captured->name}, variables->num++;
  RGI_TRY(rgi_reserve(&variable->values, &variable->capacity, variable->num + 1));
  variable->values[variable->num++] = captured->value;
  return NULL;
}

static int compare_nodes(const void *a, const void *b)
{
  rg_node x = *(const rg_node *)a, y = *(const rg_node *)b;
  return (x > y) - (x < y);
}

// Each value once; the one that came most often is `*most_ret`.
static void unite(struct variable *variable, rg_node *most_ret)
{
  size_t num = 0, run = 0, longest = 0;
  rgi_sort(variable->values, variable->num, sizeof(*variable->values), compare_nodes);
  for (size_t i = 0; i < variable->num; i++) {
    rg_node value = variable->values[i];
    run = num && variable->values[num - 1] == value ? run + 1 : 1;
    if (run == 1)
      variable->values[num++] = value;
    if (run > longest) {
      longest = run;
      *most_ret = value;
    }
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

// The closures that have a cell: those to whose tuple it belongs, one each.
static rg_error *count_closures(const rg_graph *graph, rg_node cell, uint32_t *num)
{
  rg_referrers tuples;
  RGI_TRY(rg_graph_referrers(graph, cell, &tuples));
  for (size_t i = 0; i < tuples.num_edges; i++) {
    rg_node tuple = rg_graph_edge_source(graph, tuples.edges[i]);
    *num += (rg_graph_node_flags(graph, tuple) & RG_NODE_PASSAGE) != 0;
  }
  return NULL;
}

// All who have the number 0, a flag or a word have the same object, whether they have to do with each other or not.
static bool is_of_nobody(const rg_graph *graph, rg_node value)
{
  enum { SMALL = 1000 };
  return rg_graph_node_category(graph, value) == RG_CATEGORY_VALUE && rg_graph_node_size(graph, value) < SMALL;
}

// Of a value: closures of all places that capture it.
static rg_error *count_sharing(const rg_graph *graph, rg_node value, uint32_t *num_ret)
{
  enum { MAX_REFERRERS = 100000 };
  rg_referrers referrers;
  uint32_t num = 0;
  RGI_TRY(rg_graph_referrers(graph, value, &referrers));
  for (size_t i = 0; i < referrers.num_edges && i < MAX_REFERRERS; i++) {
    if (rg_graph_edge_kind(graph, referrers.edges[i]) == RG_EDGE_CAPTURED)
      RGI_TRY(count_closures(graph, rg_graph_edge_source(graph, referrers.edges[i]), &num));
  }
  *num_ret = num;
  return NULL;
}

bool rgi_is_variable(const char *raw, const char *name)
{
  return strcmp(raw, name) == 0 || rgi_is_text(raw, name);
}

// Keys and labels that are text have it in quotes.
static rg_error *add_name(rg_report *report, const char *raw, const char **ret)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  size_t size = strlen(raw);
  bool is_quoted = size > 2 && *raw == '\'' && raw[size - 1] == '\'';
  rgi_text_add(&text, raw + is_quoted, size - 2 * is_quoted);
  return rgi_arena_add_text(&report->arena, &text, ret);
}

static rg_error *describe(rg_report *report, const rg_graph *graph, rg_site site, struct variable *variable,
                          rg_leak_capture *ret)
{
  rg_node most = variable->values[0];
  unite(variable, &most);
  *ret = (rg_leak_capture){.num_values = (uint32_t)variable->num, .attributes = ""};
  if (!is_of_nobody(graph, most))
    RGI_TRY(count_sharing(graph, most, &ret->num_sharing));
  RGI_TRY(add_name(report, variable->name, &ret->name));
  RGI_TRY(rgi_arena_add_string(&report->arena, type_of(graph, variable), &ret->type));
  rg_site_info info = {0};
  if (site != RG_SITE_NONE)
    info = rg_graph_site(graph, site);
  for (uint32_t i = 0; i < info.num_captured; i++) {
    if (strcmp(info.captured[i], variable->name) != 0)
      continue;
    ret->use = info.uses[i];
    RGI_TRY(rgi_arena_add_string(&report->arena, info.attributes[i], &ret->attributes));
  }
  return NULL;
}

rg_error *rgi_leak_add_captures(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak)
{
  const struct rgi_suspect *group = leak->group;
  struct rgi_variables *variables = leak->variables = rgi_alloc(1, sizeof(*variables));
  if (!variables)
    return rgi_out_of_memory();
  for (uint32_t i = 0; i < group->num_nodes; i++)
    RGI_TRY(rgi_captured_visit(analysis->graph, group->suspect, group->nodes[i], collect, variables));
  rg_leak_capture *captures;
  RGI_TRY(rgi_arena_alloc(&report->arena, variables->num * sizeof(*captures), (void **)&captures));
  for (size_t i = 0; i < variables->num; i++)
    RGI_TRY(describe(report, analysis->graph, group->site, &variables->variables[i], &captures[i]));
  leak->captures = captures;
  leak->leak.captures = captures;
  leak->leak.num_captures = variables->num;
  return NULL;
}

/* --- what they retain --------------------------------------------------------------------------------------------- */

static int compare_captures(const void *a, const void *b)
{
  const rg_leak_capture *x = a, *y = b;
  if (x->retained != y->retained)
    return x->retained > y->retained ? -1 : 1;
  return strcmp(x->name, y->name);
}

static size_t list_sets(const struct rgi_leak *leaks, size_t num, rg_node_set *sets)
{
  size_t num_sets = 0;
  for (size_t i = 0; i < num; i++) {
    for (size_t variable_i = 0; variable_i < leaks[i].variables->num; variable_i++, num_sets++) {
      const struct variable *variable = &leaks[i].variables->variables[variable_i];
      sets[num_sets] = (rg_node_set){variable->values, variable->num};
    }
  }
  return num_sets;
}

rg_error *rgi_leaks_measure_captures(const struct rgi_analysis *analysis, struct rgi_leak *leaks, size_t num)
{
  RGI_SCOPED_FREE rg_node_set *sets = rgi_alloc(num * MAX_VARIABLES, sizeof(*sets));
  RGI_SCOPED_FREE rg_retained *retained = rgi_alloc(num * MAX_VARIABLES, sizeof(*retained));
  if (!sets || !retained)
    return rgi_out_of_memory();
  size_t num_sets = list_sets(leaks, num, sets), set = 0;
  RGI_TRY(rg_retained_by_sets(analysis->graph, RG_EDGE_KINDS_STRONG, sets, num_sets, retained));
  for (size_t i = 0; i < num; i++) {
    for (size_t capture = 0; capture < leaks[i].leak.num_captures; capture++)
      leaks[i].captures[capture].retained = retained[set++].size;
    rgi_sort(leaks[i].captures, leaks[i].leak.num_captures, sizeof(*leaks[i].captures), compare_captures);
  }
  return NULL;
}
