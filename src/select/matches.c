/* Which nodes a filter holds for. One pass over the nodes, in which a term is a look into a table of types, sites,
 * strings or nodes. Names and labels are compared when the first node needs them, and then remembered: a heap has
 * millions of strings, most of them values that no term asks about. */
#include "filter.h"

#include <refgraph/analysis.h>

#include <stdlib.h>
#include <string.h>

#include "../base/alloc.h"
#include "../graph/graph-internal.h" // the names of edges and nodes as numbers, which tables can have

struct rg_matches {
  rg_node *nodes;
  size_t num, capacity;
};

// What is known of a string.
enum {
  UNKNOWN,
  DIFFERS,
  MATCHES,
};

// A term, made ready for one graph.
struct condition {
  const struct rgi_term *term;
  bool *types;      // by type
  bool *sites;      // by site
  uint8_t *strings; // by string
  bool *named;      // by node: a reference to it has the name
  rg_paths *paths;  // to all that a root reaches; NULL where that cannot be told
};

struct finder {
  const rg_graph *graph;
  struct condition *conditions;
  size_t num_conditions;
  struct rgi_text plain; // a name without what does not count
  rg_node *passages;     // those that hand on the name of a reference to them
  size_t num_passages, passages_capacity;
};

static void deinit(struct finder *finder)
{
  for (size_t i = 0; i < finder->num_conditions; i++) {
    rgi_free(finder->conditions[i].types);
    rgi_free(finder->conditions[i].sites);
    rgi_free(finder->conditions[i].strings);
    rgi_free(finder->conditions[i].named);
    rg_paths_destroy(finder->conditions[i].paths);
  }
  rgi_free(finder->conditions);
  rgi_free(finder->passages);
  rgi_text_deinit(&finder->plain);
}

/* --- names -------------------------------------------------------------------------------------------------------- */

// Whether `wanted` is `whole` or its last parts.
static bool is_end_of(const char *whole, const char *wanted, char separator)
{
  size_t whole_size = strlen(whole), size = strlen(wanted);
  if (size > whole_size || memcmp(whole + whole_size - size, wanted, size) != 0)
    return false;
  return size == whole_size || whole[whole_size - size - 1] == separator;
}

// A qualified name without scopes named <locals> and angle brackets.
static void set_plain(struct rgi_text *text, const char *name)
{
  static const char scope[] = "<locals>.";
  rgi_text_clear(text);
  while (*name) {
    size_t size = strcspn(name, "<>");
    rgi_text_add(text, name, size);
    name += size;
    if (*name)
      name += strncmp(name, scope, sizeof(scope) - 1) == 0 ? sizeof(scope) - 1 : 1;
  }
}

static bool is_closure_name(struct finder *finder, const char *name, const char *wanted)
{
  set_plain(&finder->plain, name);
  return is_end_of(rgi_text_string(&finder->plain), wanted, '.');
}

static bool string_matches(struct finder *finder, struct condition *condition, rg_string string)
{
  uint8_t *known = &condition->strings[string];
  if (*known == UNKNOWN) {
    const char *text = rg_graph_string(finder->graph, string), *wanted = condition->term->text;
    bool is_closure = condition->term->kind == RGI_TERM_CLOSURE;
    *known = (is_closure ? is_closure_name(finder, text, wanted) : strstr(text, wanted) != NULL) ? MATCHES : DIFFERS;
  }
  return *known == MATCHES;
}

static rg_string label_of(const rg_graph *graph, rg_node node)
{
  return graph->flags[node] & RGI_NODE_HAS_LENGTH ? 0 : graph->nodes[node].detail;
}

/* --- the tables of a condition ------------------------------------------------------------------------------------ */

static rg_error *fill_types(struct finder *finder, struct condition *condition)
{
  const rg_graph *graph = finder->graph;
  condition->types = rgi_alloc(rg_graph_num_types(graph), sizeof(*condition->types));
  if (!condition->types)
    return rgi_out_of_memory();
  for (rg_type type = 0; type < rg_graph_num_types(graph); type++) {
    rg_type_info info = rg_graph_type(graph, type);
    rgi_text_clear(&finder->plain);
    rgi_text_printf(&finder->plain, "%s%s%s", info.module, *info.module ? "." : "", info.name);
    condition->types[type] = is_end_of(rgi_text_string(&finder->plain), condition->term->text, '.');
  }
  return rgi_text_error(&finder->plain);
}

static bool is_at(const rg_site_info *site, const struct rgi_term *term)
{
  return (!term->line || term->line == site->line) && is_end_of(site->file, term->text, '/');
}

static rg_error *fill_sites(struct finder *finder, struct condition *condition)
{
  const rg_graph *graph = finder->graph;
  const struct rgi_term *term = condition->term;
  condition->sites = rgi_alloc(rg_graph_num_sites(graph), sizeof(*condition->sites));
  if (!condition->sites)
    return rgi_out_of_memory();
  for (rg_site site = 0; site < rg_graph_num_sites(graph); site++) {
    rg_site_info info = rg_graph_site(graph, site);
    condition->sites[site] =
        term->kind == RGI_TERM_SITE ? is_at(&info, term) : is_closure_name(finder, info.name, term->text);
  }
  return rgi_text_error(&finder->plain);
}

static rg_error *alloc_strings(struct finder *finder, struct condition *condition)
{
  condition->strings = rgi_alloc(finder->graph->tables.strings.num, sizeof(*condition->strings));
  return condition->strings ? NULL : rgi_out_of_memory();
}

static bool is_drawn(const rg_graph *graph, rg_edge edge)
{
  return graph->kinds[edge] != RG_EDGE_INTERNAL && graph->kinds[edge] != RG_EDGE_TYPE;
}

static rg_error *mark_named(struct finder *finder, struct condition *condition, rg_node node)
{
  if (condition->named[node])
    return NULL;
  condition->named[node] = true;
  if (!(finder->graph->flags[node] & RG_NODE_PASSAGE))
    return NULL;
  RGI_TRY(rgi_reserve(&finder->passages, &finder->passages_capacity, finder->num_passages + 1));
  finder->passages[finder->num_passages++] = node;
  return NULL;
}

// What a passage leads to without a name of its own has the name that led to the passage: a value behind its cell.
static rg_error *hand_on(struct finder *finder, struct condition *condition)
{
  const rg_graph *graph = finder->graph;
  while (finder->num_passages) {
    rg_node passage = finder->passages[--finder->num_passages];
    for (rg_edge edge = rg_graph_edges_begin(graph, passage); edge < rg_graph_edges_end(graph, passage); edge++) {
      if (is_drawn(graph, edge) && graph->kinds[edge] != RG_EDGE_INDEX && !graph->names[edge])
        RGI_TRY(mark_named(finder, condition, graph->targets[edge]));
    }
  }
  return NULL;
}

static rg_error *fill_named(struct finder *finder, struct condition *condition)
{
  const rg_graph *graph = finder->graph;
  RGI_TRY(alloc_strings(finder, condition));
  condition->named = rgi_alloc(graph->num_nodes, sizeof(*condition->named));
  if (!condition->named)
    return rgi_out_of_memory();
  for (rg_edge edge = 0; edge < graph->num_edges; edge++) {
    bool has_name = graph->kinds[edge] != RG_EDGE_INDEX && graph->names[edge];
    if (has_name && is_drawn(graph, edge) && string_matches(finder, condition, graph->names[edge]))
      RGI_TRY(mark_named(finder, condition, graph->targets[edge]));
  }
  return hand_on(finder, condition);
}

static bool has_roots(const rg_graph *graph)
{
  return rg_graph_edges_begin(graph, RG_NODE_ROOT) != rg_graph_edges_end(graph, RG_NODE_ROOT);
}

static rg_error *prepare(struct finder *finder, struct condition *condition)
{
  switch (condition->term->kind) {
  case RGI_TERM_CLOSURE:
    RGI_TRY(alloc_strings(finder, condition));
    return fill_sites(finder, condition);
  case RGI_TERM_SITE:
    return fill_sites(finder, condition);
  case RGI_TERM_TYPE:
    return fill_types(finder, condition);
  case RGI_TERM_NAME:
    return fill_named(finder, condition);
  case RGI_TERM_GARBAGE:
    // Without roots, or with only some of the references, everything would be.
    return has_roots(finder->graph) && !rg_graph_is_truncated(finder->graph)
               ? rg_paths_create(finder->graph, NULL, &condition->paths)
               : NULL;
  case RGI_TERM_SIZE:
  case RGI_TERM_ID:
    return NULL;
  }
  return NULL;
}

/* --- nodes -------------------------------------------------------------------------------------------------------- */

static bool is_on_site(const rg_graph *graph, const struct condition *condition, rg_node node)
{
  rg_site site = rg_graph_node_site(graph, node);
  return site != RG_SITE_NONE && condition->sites[site];
}

static bool is_closure(struct finder *finder, struct condition *condition, rg_node node)
{
  const rg_graph *graph = finder->graph;
  if (!(graph->flags[node] & RG_NODE_CLOSURE))
    return false;
  return !*condition->term->text || is_on_site(graph, condition, node) ||
         string_matches(finder, condition, label_of(graph, node));
}

static bool is_named(struct finder *finder, struct condition *condition, rg_node node)
{
  const rg_graph *graph = finder->graph;
  return condition->named[node] || (rg_graph_node_category(graph, node) != RG_CATEGORY_VALUE &&
                                    string_matches(finder, condition, label_of(graph, node)));
}

static bool is_within(const struct rgi_term *term, uint64_t number)
{
  return term->least <= number && number <= term->most;
}

static bool condition_holds(struct finder *finder, struct condition *condition, rg_node node)
{
  const rg_graph *graph = finder->graph;
  switch (condition->term->kind) {
  case RGI_TERM_CLOSURE:
    return is_closure(finder, condition, node);
  case RGI_TERM_SITE:
    return rg_graph_node_category(graph, node) == RG_CATEGORY_CALLABLE && is_on_site(graph, condition, node);
  case RGI_TERM_TYPE:
    return condition->types[rg_graph_node_type(graph, node)];
  case RGI_TERM_NAME:
    return is_named(finder, condition, node);
  case RGI_TERM_SIZE:
    return is_within(condition->term, rg_graph_node_size(graph, node));
  case RGI_TERM_ID:
    return is_within(condition->term, node);
  case RGI_TERM_GARBAGE:
    return condition->paths && rg_paths_distance(condition->paths, node) == RG_DISTANCE_NONE;
  }
  return false;
}

static bool all_hold(struct finder *finder, rg_node node)
{
  for (size_t i = 0; i < finder->num_conditions; i++) {
    struct condition *condition = &finder->conditions[i];
    if (condition_holds(finder, condition, node) == condition->term->is_negated)
      return false;
  }
  return true;
}

static rg_error *find(struct finder *finder, rg_matches *matches)
{
  for (rg_node node = 1; node < finder->graph->num_nodes; node++) {
    if (!all_hold(finder, node))
      continue;
    RGI_TRY(rgi_reserve(&matches->nodes, &matches->capacity, matches->num + 1));
    matches->nodes[matches->num++] = node;
  }
  return rgi_text_error(&finder->plain);
}

static rg_error *init(struct finder *finder, const rg_graph *graph, const rg_filter *filter)
{
  finder->graph = graph;
  finder->conditions = rgi_alloc(filter->num_terms, sizeof(*finder->conditions));
  if (!finder->conditions)
    return rgi_out_of_memory();
  finder->num_conditions = filter->num_terms;
  for (size_t i = 0; i < filter->num_terms; i++) {
    finder->conditions[i].term = &filter->terms[i];
    RGI_TRY(prepare(finder, &finder->conditions[i]));
  }
  return NULL;
}

static void destroy_scoped(rg_matches **matches)
{
  rg_matches_destroy(*matches);
}

rg_error *rg_matches_create(const rg_graph *graph, const rg_filter *filter, rg_matches **ret)
{
  __attribute__((cleanup(deinit))) struct finder finder = {0};
  __attribute__((cleanup(destroy_scoped))) rg_matches *matches = rgi_alloc(1, sizeof(*matches));
  if (!matches)
    return rgi_out_of_memory();
  RGI_TRY(rgi_reserve(&matches->nodes, &matches->capacity, 1)); // no nodes are still an array
  RGI_TRY(init(&finder, graph, filter));
  RGI_TRY(find(&finder, matches));
  *ret = rgi_take(matches);
  return NULL;
}

void rg_matches_destroy(rg_matches *matches)
{
  if (!matches)
    return;
  rgi_free(matches->nodes);
  rgi_free(matches);
}

size_t rg_matches_num_nodes(const rg_matches *matches)
{
  return matches->num;
}

const rg_node *rg_matches_nodes(const rg_matches *matches)
{
  return matches->nodes;
}

static int compare_nodes(const void *a, const void *b)
{
  rg_node x = *(const rg_node *)a, y = *(const rg_node *)b;
  return (x > y) - (x < y);
}

bool rg_matches_has(const rg_matches *matches, rg_node node)
{
  return bsearch(&node, matches->nodes, matches->num, sizeof(node), compare_nodes);
}
