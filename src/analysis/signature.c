#include "signature.h"

#include <string.h>

#include "../base/alloc.h"
#include "../graph/graph-internal.h"

// Steps that are looked back on for a recursion, and compared of two paths. Paths that recur in larger circles than
// this have more signatures than they could.
enum { MAX_STEPS_BACK = 64 };

/* --- the tree ----------------------------------------------------------------------------------------------------- */

rg_error *rgi_signatures_init(struct rgi_signatures *signatures)
{
  *signatures = (struct rgi_signatures){0};
  rg_string empty;
  struct rgi_signature begin = {.site = RG_SITE_NONE};
  RGI_TRY(rgi_tables_add_string(&signatures->tables, "", 0, &empty));
  RGI_TRY(rgi_tables_add_type(&signatures->tables, &(rg_type_info){"", "", RG_CATEGORY_EXTERNAL}, &begin.type));
  RGI_TRY(rgi_reserve(&signatures->all, &signatures->capacity, 2));
  signatures->all[RG_SIGNATURE_ROOT] = begin;
  signatures->all[RG_SIGNATURE_UNREACHED] = begin;
  signatures->num = 2;
  return NULL;
}

void rgi_signatures_deinit(struct rgi_signatures *signatures)
{
  rgi_tables_deinit(&signatures->tables);
  rgi_free(signatures->all);
  rgi_index_deinit(&signatures->index);
}

static bool is_same_step(const struct rgi_signature *a, const struct rgi_signature *b)
{
  return a->type == b->type && a->site == b->site && a->name == b->name && a->kind == b->kind &&
         a->is_passage == b->is_passage;
}

struct lookup {
  const struct rgi_signatures *signatures;
  const struct rgi_signature *sought;
};

static bool is_sought(const void *context, uint32_t position)
{
  const struct lookup *lookup = context;
  const struct rgi_signature *found = &lookup->signatures->all[position];
  return found->parent == lookup->sought->parent && is_same_step(found, lookup->sought);
}

// Whether two objects are reached by the same step, on the same way over passages, which has the names.
static bool is_same_way(const struct rgi_signatures *signatures, const struct rgi_signature *a,
                        const struct rgi_signature *b)
{
  while (is_same_step(a, b)) {
    a = &signatures->all[a->parent];
    b = &signatures->all[b->parent];
    if (a == b || (!a->is_passage && !b->is_passage))
      return true;
  }
  return false;
}

// Where the same step was taken before on the way to its parent; RG_SIGNATURE_ROOT: nowhere. A passage is a part of the
// step to an object, and none for itself.
static rg_signature find_recursion(const struct rgi_signatures *signatures, const struct rgi_signature *sought)
{
  rg_signature before = sought->is_passage ? RG_SIGNATURE_ROOT : sought->parent;
  for (int i = 0; i < MAX_STEPS_BACK && before > RG_SIGNATURE_UNREACHED; i++) {
    if (is_same_way(signatures, &signatures->all[before], sought))
      return before;
    before = signatures->all[before].parent;
  }
  return RG_SIGNATURE_ROOT;
}

static rg_error *find_or_add(struct rgi_signatures *signatures, const struct rgi_signature *sought, rg_signature *ret)
{
  uint32_t words[] = {sought->parent, sought->type, sought->site, sought->name,
                      (uint32_t)sought->kind << 1 | sought->is_passage};
  uint32_t hash = rgi_hash(words, sizeof(words));
  struct lookup lookup = {signatures, sought};
  *ret = rgi_index_find(&signatures->index, hash, is_sought, &lookup);
  if (*ret != RGI_INDEX_NONE || (*ret = find_recursion(signatures, sought)) != RG_SIGNATURE_ROOT)
    return NULL;
  RGI_TRY(rgi_reserve(&signatures->all, &signatures->capacity, signatures->num + 1));
  RGI_TRY(rgi_index_add(&signatures->index, hash, (uint32_t)signatures->num));
  *ret = (rg_signature)signatures->num;
  signatures->all[signatures->num++] = *sought;
  return NULL;
}

/* --- signing ------------------------------------------------------------------------------------------------------ */

#define NOT_YET UINT32_MAX

struct signer {
  struct rgi_signatures *signatures;
  const rg_graph *graph;
  rg_paths *paths;
  rg_signature *signed_nodes; // by node
  rg_type *types;             // from those of the graph to ours, like the next two
  rg_site *sites;
  rg_string *names;           // plus one; 0: not looked for yet
};

static void deinit_signer(struct signer *signer)
{
  rg_paths_destroy(signer->paths);
  rgi_free(signer->signed_nodes);
  rgi_free(signer->types);
  rgi_free(signer->sites);
  rgi_free(signer->names);
}

static rg_error *translate_types(struct signer *signer)
{
  for (rg_type type = 0; type < rg_graph_num_types(signer->graph); type++) {
    rg_type_info info = rg_graph_type(signer->graph, type);
    RGI_TRY(rgi_tables_add_type(&signer->signatures->tables, &info, &signer->types[type]));
  }
  return NULL;
}

// Where code is defined says what it is; what it captures, others may capture too.
static rg_error *translate_sites(struct signer *signer)
{
  for (rg_site site = 0; site < rg_graph_num_sites(signer->graph); site++) {
    rg_site_info info = rg_graph_site(signer->graph, site);
    info.num_captured = 0;
    RGI_TRY(rgi_tables_add_site(&signer->signatures->tables, &info, &signer->sites[site]));
  }
  return NULL;
}

static rg_error *translate_name(struct signer *signer, rg_string name, rg_string *ret)
{
  if (!signer->names[name]) {
    const char *text = rg_graph_string(signer->graph, name);
    RGI_TRY(rgi_tables_add_string(&signer->signatures->tables, text, strlen(text), ret));
    signer->names[name] = *ret + 1;
  }
  *ret = signer->names[name] - 1;
  return NULL;
}

static bool has_folded_name(uint8_t kind)
{
  return kind == RG_EDGE_ITEM || kind == RG_EDGE_INDEX || kind == RG_EDGE_KEY;
}

// The string that tells this step from others of its kind.
static rg_string name_of(const rg_graph *graph, rg_node node, rg_edge edge, const struct rgi_signature *step)
{
  bool is_named_by_label = step->parent == RG_SIGNATURE_ROOT ||
                           rg_graph_node_category(graph, node) == RG_CATEGORY_FRAME;
  if (is_named_by_label)
    return rg_graph_node(graph, node).label;
  return edge == RG_EDGE_NONE || has_folded_name(step->kind) ? 0 : graph->names[edge];
}

// Where a frame stands is no place of definition.
static rg_site site_of(const struct signer *signer, rg_node node)
{
  if (rg_graph_node_category(signer->graph, node) != RG_CATEGORY_CALLABLE)
    return RG_SITE_NONE;
  rg_site site = rg_graph_node_site(signer->graph, node);
  return site == RG_SITE_NONE ? site : signer->sites[site];
}

static rg_error *sign_node(struct signer *signer, rg_node node, rg_signature parent, rg_signature *ret)
{
  const rg_graph *graph = signer->graph;
  rg_edge edge = rg_paths_edge(signer->paths, node);
  struct rgi_signature step = {.parent = parent};
  step.kind = edge == RG_EDGE_NONE ? (uint8_t)RG_EDGE_INTERNAL : graph->kinds[edge];
  step.type = signer->types[rg_graph_node_type(graph, node)];
  step.site = site_of(signer, node);
  step.is_passage = graph->flags[node] & RG_NODE_PASSAGE;
  RGI_TRY(translate_name(signer, name_of(graph, node, edge, &step), &step.name));
  return find_or_add(signer->signatures, &step, ret);
}

// Climbs the tree of paths to what is signed, leaving at each node the one below in place of its signature, and signs
// all of them on the way back.
static rg_error *sign_path(struct signer *signer, rg_node node)
{
  rg_signature *signed_nodes = signer->signed_nodes;
  rg_node below = NOT_YET;
  while (node != RG_NODE_NONE && signed_nodes[node] == NOT_YET) {
    signed_nodes[node] = below;
    below = node;
    node = rg_paths_parent(signer->paths, node);
  }
  rg_signature parent = node == RG_NODE_NONE ? RG_SIGNATURE_UNREACHED : signed_nodes[node];
  while (below != NOT_YET) {
    rg_node next = signed_nodes[below];
    RGI_TRY(sign_node(signer, below, parent, &parent));
    signed_nodes[below] = parent;
    below = next;
  }
  return NULL;
}

static rg_error *sign_all(struct signer *signer)
{
  uint32_t num_nodes = rg_graph_num_nodes(signer->graph);
  for (rg_node node = 0; node < num_nodes; node++)
    signer->signed_nodes[node] = NOT_YET;
  signer->signed_nodes[RG_NODE_ROOT] = RG_SIGNATURE_ROOT;
  for (rg_node node = 0; node < num_nodes; node++)
    RGI_TRY(sign_path(signer, node));
  return NULL;
}

rg_error *rgi_signatures_sign(struct rgi_signatures *signatures, const rg_graph *graph, rg_signature **ret)
{
  __attribute__((cleanup(deinit_signer))) struct signer signer = {signatures, graph, NULL, NULL, NULL, NULL, NULL};
  RGI_TRY(rg_paths_create(graph, NULL, &signer.paths));
  signer.signed_nodes = rgi_alloc_dense(rg_graph_num_nodes(graph), sizeof(*signer.signed_nodes));
  signer.types = rgi_alloc(rg_graph_num_types(graph), sizeof(*signer.types));
  signer.sites = rgi_alloc(rg_graph_num_sites(graph), sizeof(*signer.sites));
  signer.names = rgi_alloc(graph->tables.strings.num, sizeof(*signer.names));
  if (!signer.signed_nodes || !signer.types || !signer.sites || !signer.names)
    return rgi_out_of_memory();
  RGI_TRY(translate_types(&signer));
  RGI_TRY(translate_sites(&signer));
  RGI_TRY(sign_all(&signer));
  *ret = rgi_take(signer.signed_nodes);
  return NULL;
}

/* --- order -------------------------------------------------------------------------------------------------------- */

static int compare_strings(const struct rgi_tables *tables, rg_string a, rg_string b)
{
  return a == b ? 0 : strcmp(rgi_tables_string(tables, a), rgi_tables_string(tables, b));
}

static int compare_sites(const struct rgi_tables *tables, rg_site a, rg_site b)
{
  if (a == b)
    return 0;
  if (a == RG_SITE_NONE || b == RG_SITE_NONE)
    return a == RG_SITE_NONE ? 1 : -1;
  const struct rgi_site *x = &tables->sites[a], *y = &tables->sites[b];
  int order = compare_strings(tables, x->name, y->name);
  order = order ? order : compare_strings(tables, x->file, y->file);
  return order ? order : (x->line > y->line) - (x->line < y->line);
}

static int compare_types(const struct rgi_tables *tables, rg_type a, rg_type b)
{
  const struct rgi_type *x = &tables->types[a], *y = &tables->types[b];
  int order = compare_strings(tables, x->name, y->name);
  order = order ? order : compare_strings(tables, x->module, y->module);
  return order ? order : (x->category > y->category) - (x->category < y->category);
}

static int compare_steps(const struct rgi_tables *tables, const struct rgi_signature *x, const struct rgi_signature *y)
{
  int order = compare_types(tables, x->type, y->type);
  order = order ? order : compare_sites(tables, x->site, y->site);
  order = order ? order : compare_strings(tables, x->name, y->name);
  order = order ? order : (x->kind > y->kind) - (x->kind < y->kind);
  return order ? order : x->is_passage - y->is_passage;
}

int rgi_signatures_compare(const struct rgi_signatures *signatures, rg_signature a, rg_signature b)
{
  int order = 0;
  for (int i = 0; i < MAX_STEPS_BACK && a != b && !order; i++) {
    // One path may be the end of the other one.
    bool has_end = a <= RG_SIGNATURE_UNREACHED || b <= RG_SIGNATURE_UNREACHED;
    order = has_end ? (a > b) - (a < b)
                    : compare_steps(&signatures->tables, &signatures->all[a], &signatures->all[b]);
    a = signatures->all[a].parent;
    b = signatures->all[b].parent;
  }
  return order;
}
