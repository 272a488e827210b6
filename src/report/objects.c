/* Looking things up in objects of Python, by the names that a capture gives to their references. */
#include <stdlib.h>
#include <string.h>

#include "report-internal.h"

static int compare_nodes(const void *key, const void *element)
{
  rg_node x = *(const rg_node *)key, y = *(const rg_node *)element;
  return (x > y) - (x < y);
}

const rg_node *rgi_find_node(const rg_node *nodes, size_t num_nodes, rg_node node)
{
  return bsearch(&node, nodes, num_nodes, sizeof(node), compare_nodes);
}

rg_edge rgi_find_field(const rg_graph *graph, rg_node node, const char *name)
{
  rg_edge end = rg_graph_edges_end(graph, node);
  for (rg_edge edge = rg_graph_edges_begin(graph, node); edge < end; edge++) {
    if (rg_graph_edge_kind(graph, edge) != RG_EDGE_INDEX && strcmp(rg_graph_edge_name(graph, edge), name) == 0)
      return edge;
  }
  return RG_EDGE_NONE;
}

rg_node rgi_field_of(const rg_graph *graph, rg_node node, const char *name)
{
  rg_edge edge = rgi_find_field(graph, node, name);
  return edge == RG_EDGE_NONE ? RG_NODE_NONE : rg_graph_edge_target(graph, edge);
}

rg_edge rgi_find_attribute(const rg_graph *graph, rg_node node, const char *name)
{
  rg_edge found = rgi_find_field(graph, node, name), end = rg_graph_edges_end(graph, node);
  for (rg_edge edge = rg_graph_edges_begin(graph, node); edge < end && found == RG_EDGE_NONE; edge++) {
    if (rg_graph_edge_passes(graph, edge))
      found = rgi_find_field(graph, rg_graph_edge_target(graph, edge), name);
  }
  return found;
}

rg_error *rgi_find_whole(const rg_graph *graph, rg_node node, rg_node *ret)
{
  rg_referrers referrers = {0};
  if (rg_graph_node_flags(graph, node) & RG_NODE_PASSAGE)
    RGI_TRY(rg_graph_referrers(graph, node, &referrers));
  *ret = referrers.num_edges ? rg_graph_edge_source(graph, referrers.edges[0]) : node;
  return NULL;
}

bool rgi_has_name_and_module(rg_type_info type, const char *module, const char *name)
{
  return strcmp(type.name, name) == 0 && strcmp(type.module, module) == 0;
}

/* --- types -------------------------------------------------------------------------------------------------------- */

// The type is the last thing that an object refers to. Builtin containers, which may have millions of items, have no
// reference to theirs.
rg_node rgi_type_of(const rg_graph *graph, rg_node node)
{
  bool is_container = rg_graph_node_category(graph, node) == RG_CATEGORY_CONTAINER;
  if (is_container && !*rg_graph_type(graph, rg_graph_node_type(graph, node)).module)
    return RG_NODE_NONE;
  rg_edge begin = rg_graph_edges_begin(graph, node);
  for (rg_edge edge = rg_graph_edges_end(graph, node); edge-- > begin;) {
    if (rg_graph_edge_kind(graph, edge) == RG_EDGE_TYPE)
      return rg_graph_edge_target(graph, edge);
  }
  return RG_NODE_NONE;
}

// Visits a type and its bases in the order of its __mro__, until `visit` returns true.
static bool visit_bases(const rg_graph *graph, rg_node type, bool (*visit)(const rg_graph *, rg_node, void *),
                        void *context)
{
  rg_node order = type == RG_NODE_NONE ? RG_NODE_NONE : rgi_field_of(graph, type, "__mro__");
  if (order == RG_NODE_NONE)
    return type != RG_NODE_NONE && visit(graph, type, context);
  rg_edge end = rg_graph_edges_end(graph, order);
  for (rg_edge edge = rg_graph_edges_begin(graph, order); edge < end; edge++) {
    if (rg_graph_edge_kind(graph, edge) == RG_EDGE_INDEX && visit(graph, rg_graph_edge_target(graph, edge), context))
      return true;
  }
  return false;
}

struct named {
  const char *module, *name;
  rg_node found;
};

static bool look_for_method(const rg_graph *graph, rg_node type, void *context)
{
  struct named *named = context;
  rg_edge edge = rgi_find_attribute(graph, type, named->name);
  named->found = edge == RG_EDGE_NONE ? RG_NODE_NONE : rg_graph_edge_target(graph, edge);
  return named->found != RG_NODE_NONE;
}

rg_node rgi_find_method(const rg_graph *graph, rg_node type, const char *name)
{
  struct named named = {.name = name, .found = RG_NODE_NONE};
  visit_bases(graph, type, look_for_method, &named);
  return named.found;
}

// A value that is text has it in quotes.
bool rgi_is_text(const char *value, const char *text)
{
  size_t size = strlen(text);
  return (value[0] == '\'' || value[0] == '"') && strncmp(value + 1, text, size) == 0 && value[size + 1] == value[0] &&
         !value[size + 2];
}

static bool look_for_type(const rg_graph *graph, rg_node type, void *context)
{
  struct named *named = context;
  if (strcmp(rgi_label_of(graph, type), named->name) == 0 &&
      strcmp(rg_graph_string(graph, rg_graph_node(graph, type).context), named->module) == 0)
    named->found = type;
  return named->found != RG_NODE_NONE;
}

rg_node rgi_find_base(const rg_graph *graph, rg_node node, const char *module, const char *name)
{
  struct named named = {.module = module, .name = name, .found = RG_NODE_NONE};
  visit_bases(graph, rgi_type_of(graph, node), look_for_type, &named);
  return named.found;
}

bool rgi_is_a(const rg_graph *graph, rg_node node, const char *module, const char *name)
{
  return rgi_has_name_and_module(rg_graph_type(graph, rg_graph_node_type(graph, node)), module, name) ||
         rgi_find_base(graph, node, module, name) != RG_NODE_NONE;
}

const char *rgi_label_of(const rg_graph *graph, rg_node node)
{
  return rg_graph_string(graph, rg_graph_node(graph, node).label);
}

bool rgi_is_expected_to_be_gone(const rg_graph *graph, rg_node node)
{
  rg_node_info info = rg_graph_node(graph, node);
  return info.state == RG_STATE_FINISHED && strcmp(rg_graph_string(graph, info.state_field), "expect_gone") == 0;
}

/* --- code --------------------------------------------------------------------------------------------------------- */

// The names that the code of a function has for attributes and globals; RG_NODE_NONE: not known.
static rg_node names_of(const rg_graph *graph, rg_node function)
{
  rg_node code = rgi_field_of(graph, function, "__code__");
  return code == RG_NODE_NONE ? RG_NODE_NONE : rgi_field_of(graph, code, "co_names");
}

static bool has_item(const rg_graph *graph, rg_node tuple, rg_node item)
{
  rg_edge end = rg_graph_edges_end(graph, tuple);
  for (rg_edge edge = rg_graph_edges_begin(graph, tuple); edge < end; edge++) {
    if (rg_graph_edge_target(graph, edge) == item)
      return true;
  }
  return false;
}

bool rgi_share_attribute(const rg_graph *graph, rg_node type, rg_node function, rg_node other)
{
  rg_node names = names_of(graph, function), others = names_of(graph, other);
  rg_edge end = rg_graph_edges_end(graph, type);
  bool has_attributes = false, is_shared = false;
  for (rg_edge edge = rg_graph_edges_begin(graph, type); edge < end; edge++) {
    if (strcmp(rg_graph_edge_name(graph, edge), "attribute name") != 0)
      continue;
    rg_node name = rg_graph_edge_target(graph, edge);
    has_attributes = true;
    is_shared |= names != RG_NODE_NONE && others != RG_NODE_NONE && has_item(graph, names, name) &&
                 has_item(graph, others, name);
  }
  return is_shared || !has_attributes || names == RG_NODE_NONE || others == RG_NODE_NONE;
}

const char *rgi_qualified_name(const rg_graph *graph, rg_node node)
{
  rg_site site = rg_graph_node_site(graph, node);
  const char *label = rgi_label_of(graph, node), *name = site == RG_SITE_NONE ? "" : rg_graph_site(graph, site).name;
  size_t size = strlen(label), end = strlen(name);
  bool is_longer = size > end + 1 && label[size - end - 1] == '.' && strcmp(label + size - end, name) == 0;
  return is_longer ? label : name;
}

static bool is_of_class(const rg_graph *graph, rg_node function)
{
  const char *name = rgi_qualified_name(graph, function), *last = strrchr(name, '.');
  return last && last > name && last[-1] != '>';
}

const char *rgi_parameter(const rg_graph *graph, rg_node function, uint32_t position)
{
  static const char *const fields[] = {"co_localsplusnames", "co_varnames"};
  rg_node code = function == RG_NODE_NONE ? RG_NODE_NONE : rgi_field_of(graph, function, "__code__");
  for (size_t i = 0; code != RG_NODE_NONE && i < sizeof(fields) / sizeof(fields[0]); i++) {
    rg_node names = rgi_field_of(graph, code, fields[i]);
    rg_edge edge = names == RG_NODE_NONE ? 0 : rg_graph_edges_begin(graph, names) + position;
    const char *label = names == RG_NODE_NONE || edge >= rg_graph_edges_end(graph, names)
                            ? ""
                            : rgi_label_of(graph, rg_graph_edge_target(graph, edge));
    if (*label == '\'')
      return label;
  }
  return position == 0 && function != RG_NODE_NONE && is_of_class(graph, function) ? "self" : "argument";
}
