/* What a library makes for itself, to hold what programs give it, as tkinter makes a method of a CallWrapper for each
 * command. A program has no name for it, and what it holds is a suspect in its own right. It is told by its code, which
 * is in the file that defines the class of a known holder. */
#include <string.h>

#include "report-internal.h"

#define NOT_KNOWN (RG_SITE_NONE - 1)

rg_error *rgi_parts_init(struct rgi_parts *parts, const rg_graph *graph, const rg_paths *paths)
{
  uint32_t num_types = rg_graph_num_types(graph);
  *parts = (struct rgi_parts){.graph = graph, .paths = paths, .sites = rgi_alloc(num_types, sizeof(*parts->sites))};
  if (!parts->sites)
    return rgi_out_of_memory();
  for (rg_type type = 0; type < num_types; type++)
    parts->sites[type] = NOT_KNOWN;
  return NULL;
}

void rgi_parts_deinit(struct rgi_parts *parts)
{
  rgi_free(parts->sites);
  *parts = (struct rgi_parts){0};
}

static rg_site find_code_among(const rg_graph *graph, rg_node attributes)
{
  rg_site code = RG_SITE_NONE;
  rg_edge end = rg_graph_edges_end(graph, attributes);
  for (rg_edge edge = rg_graph_edges_begin(graph, attributes); edge < end && code == RG_SITE_NONE; edge++) {
    if (rg_graph_edge_kind(graph, edge) == RG_EDGE_ATTRIBUTE)
      code = rg_graph_node_site(graph, rg_graph_edge_target(graph, edge));
  }
  return code;
}

// The code of any method, which may be in the dict of the class; classes of C have none.
static rg_site find_code(const rg_graph *graph, rg_node class)
{
  rg_site code = find_code_among(graph, class);
  rg_edge end = rg_graph_edges_end(graph, class);
  for (rg_edge edge = rg_graph_edges_begin(graph, class); edge < end && code == RG_SITE_NONE; edge++) {
    if (rg_graph_edge_passes(graph, edge))
      code = find_code_among(graph, rg_graph_edge_target(graph, edge));
  }
  return code;
}

// Of the class of a known holder that an object is of, or derived from.
static rg_site find_code_of_holder(const rg_graph *graph, rg_node node)
{
  rg_node class = RG_NODE_NONE;
  for (size_t i = 0; i < rgi_num_known_holders && class == RG_NODE_NONE; i++)
    class = rgi_find_base(graph, node, rgi_known_holders[i].module, rgi_known_holders[i].type);
  return class == RG_NODE_NONE ? RG_SITE_NONE : find_code(graph, class);
}

static bool has_code_of_holder(struct rgi_parts *parts, rg_node holder, rg_site code)
{
  if (holder == RG_NODE_NONE || holder == RG_NODE_ROOT || code == RG_SITE_NONE)
    return false;
  rg_site *site = &parts->sites[rg_graph_node_type(parts->graph, holder)];
  if (*site == NOT_KNOWN)
    *site = find_code_of_holder(parts->graph, holder);
  return *site != RG_SITE_NONE &&
         strcmp(rg_graph_site(parts->graph, *site).file, rg_graph_site(parts->graph, code).file) == 0;
}

// By its own __call__; a handler of logging is made by the program.
static bool is_called(const rg_graph *graph, rg_site code)
{
  return code != RG_SITE_NONE && strstr(rg_graph_site(graph, code).name, "__call__");
}

bool rgi_is_part_of_holder(struct rgi_parts *parts, rg_node node, enum rgi_suspect_kind suspect, rg_site code)
{
  if (suspect == RGI_SUSPECT_METHOD)
    return has_code_of_holder(parts, rgi_field_of(parts->graph, node, "__self__"), code);
  if (suspect == RGI_SUSPECT_CALLABLE)
    return is_called(parts->graph, code) && has_code_of_holder(parts, node, code);
  return suspect == RGI_SUSPECT_FUNCTION &&
         has_code_of_holder(parts, rgi_hold_of(parts->graph, parts->paths, node).holder, code);
}
