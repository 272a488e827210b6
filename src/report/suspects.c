/* What may leak, by what it is and where its code is defined: a counting sort over places, a place for each kind of
 * each site, or of each type where there is no site. */
#define _GNU_SOURCE // qsort_r

#include <stdlib.h>
#include <string.h>

#include "report-internal.h"

/* --- what an object is -------------------------------------------------------------------------------------------- */

static const struct {
  const char *module, *name;
  enum rgi_suspect_kind suspect;
} types[] = {
    {"", "function", RGI_SUSPECT_FUNCTION},
    {"", "method", RGI_SUSPECT_METHOD},
    {"functools", "partial", RGI_SUSPECT_PARTIAL},
    {"functools", "_lru_cache_wrapper", RGI_SUSPECT_CACHE},
    {"", "generator", RGI_SUSPECT_GENERATOR},
    {"", "coroutine", RGI_SUSPECT_COROUTINE},
    {"", "async_generator", RGI_SUSPECT_ASYNC_GENERATOR},
};

// What a library calls by another method than __call__.
static const struct {
  const char *module, *name, *method;
} listeners[] = {
    {"logging", "Handler", "emit"},
    {"logging", "Filter", "filter"},
};

static const char *called_method(const rg_graph *graph, rg_node node)
{
  for (size_t i = 0; i < sizeof(listeners) / sizeof(listeners[0]); i++) {
    if (rgi_is_a(graph, node, listeners[i].module, listeners[i].name))
      return listeners[i].method;
  }
  return "__call__";
}

bool rgi_is_suspended(enum rgi_suspect_kind suspect)
{
  return suspect == RGI_SUSPECT_GENERATOR || suspect == RGI_SUSPECT_COROUTINE || suspect == RGI_SUSPECT_ASYNC_GENERATOR;
}

static enum rgi_suspect_kind suspect_of_type(rg_type_info type)
{
  for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
    if (rgi_has_name_and_module(type, types[i].module, types[i].name))
      return types[i].suspect;
  }
  return RGI_SUSPECT_NONE;
}

// What a partial or a cache calls, through others, but not for ever; its own site if it calls something without code.
static rg_site called_site(const rg_graph *graph, rg_node node, const char *called)
{
  enum { MAX_STEPS = 4 };
  for (int i = 0; i < MAX_STEPS && rg_graph_node_site(graph, node) == RG_SITE_NONE; i++) {
    rg_edge edge = rgi_find_attribute(graph, node, called);
    if (edge == RG_EDGE_NONE)
      break;
    node = rg_graph_edge_target(graph, edge);
  }
  return rg_graph_node_site(graph, node);
}

// Without a bound, it has its results in a dict alone.
static bool is_unbounded(const rg_graph *graph, rg_node cache)
{
  rg_edge results = rgi_find_field(graph, cache, "cache");
  return results != RG_EDGE_NONE && rg_graph_edge_kind(graph, results) == RG_EDGE_ATTRIBUTE;
}

/* --- fingerprints ------------------------------------------------------------------------------------------------- */

// FNV-1a, of 64 bits (Fowler, Noll and Vo): simple to make again elsewhere.
static uint64_t add_to_hash(uint64_t hash, const char *text)
{
  do
    hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
  while (*text++);
  return hash;
}

// The last two parts: the folders above differ between machines.
static const char *end_of_path(const char *file)
{
  size_t num = 0;
  const char *end = file + strlen(file);
  while (end > file && (num += end[-1] == '/') < 2)
    end--;
  return end;
}

// Of the site without its line, which moves with every edit above it.
static uint64_t hash_of(const rg_graph *graph, const struct rgi_suspect *group)
{
  const char suspect[] = {(char)('0' + group->suspect), '\0'};
  uint64_t hash = add_to_hash(0xcbf29ce484222325, suspect);
  if (group->site == RG_SITE_NONE)
    return add_to_hash(hash, rg_graph_type(graph, group->type).name);
  rg_site_info site = rg_graph_site(graph, group->site);
  hash = add_to_hash(hash, site.name);
  hash = add_to_hash(hash, end_of_path(site.file));
  for (uint32_t i = 0; i < site.num_captured; i++)
    hash = add_to_hash(hash, site.captured[i]);
  return hash;
}

static uint32_t line_of(const rg_graph *graph, const struct rgi_suspect *group)
{
  return group->site == RG_SITE_NONE ? 0 : rg_graph_site(graph, group->site).line;
}

static int compare_fingerprints(const void *a, const void *b, void *graph)
{
  const struct rgi_suspect *x = a, *y = b;
  if (x->fingerprint != y->fingerprint)
    return x->fingerprint < y->fingerprint ? -1 : 1;
  uint32_t line = line_of(graph, x), other = line_of(graph, y);
  return line != other ? (line > other) - (line < other) : (x->site > y->site) - (x->site < y->site);
}

// Of those that are alike, such as the lambdas of one function, each after the first has its place in the file as well.
static void set_fingerprints(const rg_graph *graph, struct rgi_suspects *groups)
{
  for (size_t i = 0; i < groups->num; i++)
    groups->groups[i].fingerprint = hash_of(graph, &groups->groups[i]);
  qsort_r(groups->groups, groups->num, sizeof(*groups->groups), compare_fingerprints, (void *)(uintptr_t)graph);
  uint64_t alike = 0, shared = 0;
  for (size_t i = 0; i < groups->num; i++) {
    uint64_t *fingerprint = &groups->groups[i].fingerprint;
    alike = i && *fingerprint == shared ? alike + 1 : 0;
    shared = *fingerprint;
    *fingerprint = (shared ^ alike) * (alike ? 0x100000001b3 : 1);
  }
  qsort_r(groups->groups, groups->num, sizeof(*groups->groups), compare_fingerprints, (void *)(uintptr_t)graph);
}

/* --- grouping ----------------------------------------------------------------------------------------------------- */

// By type: whose instances can be called, and at which site, or else not.
#define CALL_NOT_KNOWN (RG_SITE_NONE - 1)

struct sorter {
  const rg_graph *graph;
  const rg_paths *paths;
  struct rgi_parts parts;
  bool is_collecting;
  uint8_t *suspects;   // by type
  rg_site *call_sites; // by type
  uint32_t *places;    // by node: its place plus one; 0: it is no suspect
  uint32_t *ends;      // by place: how many, then where they end
};

static void deinit_sorter(struct sorter *sorter)
{
  rgi_parts_deinit(&sorter->parts);
  rgi_free(sorter->suspects);
  rgi_free(sorter->call_sites);
  rgi_free(sorter->places);
  rgi_free(sorter->ends);
}

// What has no site is told by its type.
static size_t num_places(const rg_graph *graph)
{
  return ((size_t)rg_graph_num_sites(graph) + rg_graph_num_types(graph)) * RGI_NUM_SUSPECT_KINDS;
}

// A method that only code has at hand which runs or waits, such as the way out of a `with`.
static bool is_in_use(const struct sorter *sorter, rg_node node)
{
  rg_edge edge = rg_paths_edge(sorter->paths, node);
  return edge != RG_EDGE_NONE && rg_graph_node(sorter->graph, node).refcount <= 1 &&
         rg_graph_edge_kind(sorter->graph, edge) == RG_EDGE_LOCAL &&
         strcmp(rg_graph_edge_name(sorter->graph, edge), "temporary value") == 0;
}

// What no path reaches, the next collection frees, unless there is none.
static bool may_leak(const struct sorter *sorter, rg_node node)
{
  return rg_paths_parent(sorter->paths, node) != RG_NODE_NONE || !sorter->is_collecting ||
         rg_graph_node_flags(sorter->graph, node) & RG_NODE_FROZEN;
}

static rg_site call_site(struct sorter *sorter, rg_node node)
{
  rg_site *site = &sorter->call_sites[rg_graph_node_type(sorter->graph, node)];
  if (*site == CALL_NOT_KNOWN) {
    rg_node call = rgi_find_method(sorter->graph, rgi_type_of(sorter->graph, node), called_method(sorter->graph, node));
    *site = call == RG_NODE_NONE ? RG_SITE_NONE : rg_graph_node_site(sorter->graph, call);
  }
  return *site;
}

static enum rgi_suspect_kind suspect_of_instance(struct sorter *sorter, rg_node node)
{
  if (rgi_is_expected_to_be_gone(sorter->graph, node))
    return RGI_SUSPECT_EXPECTED_GONE;
  return call_site(sorter, node) == RG_SITE_NONE ? RGI_SUSPECT_NONE : RGI_SUSPECT_CALLABLE;
}

static enum rgi_suspect_kind suspect_of(struct sorter *sorter, rg_node node)
{
  const rg_graph *graph = sorter->graph;
  if (!may_leak(sorter, node))
    return RGI_SUSPECT_NONE;
  enum rgi_suspect_kind suspect = (enum rgi_suspect_kind)sorter->suspects[rg_graph_node_type(graph, node)];
  rg_category category = rg_graph_node_category(graph, node);
  if (suspect == RGI_SUSPECT_CACHE)
    return is_unbounded(graph, node) ? suspect : RGI_SUSPECT_NONE;
  if (suspect == RGI_SUSPECT_METHOD)
    return is_in_use(sorter, node) ? RGI_SUSPECT_NONE : suspect;
  if (suspect != RGI_SUSPECT_NONE)
    return suspect;
  if (category == RG_CATEGORY_INSTANCE)
    return suspect_of_instance(sorter, node);
  return RGI_SUSPECT_NONE;
}

static rg_site site_of(struct sorter *sorter, rg_node node, enum rgi_suspect_kind suspect)
{
  if (suspect == RGI_SUSPECT_PARTIAL || suspect == RGI_SUSPECT_CACHE)
    return called_site(sorter->graph, node, suspect == RGI_SUSPECT_CACHE ? "__wrapped__" : "func");
  return suspect == RGI_SUSPECT_CALLABLE ? call_site(sorter, node) : rg_graph_node_site(sorter->graph, node);
}

static size_t place_of(const struct sorter *sorter, rg_node node, enum rgi_suspect_kind suspect, size_t site)
{
  if (site == RG_SITE_NONE)
    site = (size_t)rg_graph_num_sites(sorter->graph) + rg_graph_node_type(sorter->graph, node);
  return site * RGI_NUM_SUSPECT_KINDS + suspect;
}

static rg_error *init_sorter(struct sorter *sorter, const rg_graph *graph, const rg_paths *paths)
{
  rg_process_info process = rg_graph_process(graph);
  uint32_t num_types = rg_graph_num_types(graph);
  sorter->graph = graph;
  sorter->paths = paths;
  if (num_places(graph) >= UINT32_MAX)
    return rg_error_create(RG_ERROR_LIMIT, "more than %u sites and types", UINT32_MAX / RGI_NUM_SUSPECT_KINDS);
  RGI_TRY(rgi_parts_init(&sorter->parts, graph, paths));
  sorter->is_collecting = process.is_collector_enabled || !*process.mode;
  sorter->suspects = rgi_alloc(num_types, sizeof(*sorter->suspects));
  sorter->call_sites = rgi_alloc(num_types, sizeof(*sorter->call_sites));
  sorter->places = rgi_alloc_dense(rg_graph_num_nodes(graph), sizeof(*sorter->places));
  sorter->ends = rgi_alloc(num_places(graph) + 1, sizeof(*sorter->ends));
  if (!sorter->suspects || !sorter->call_sites || !sorter->places || !sorter->ends)
    return rgi_out_of_memory();
  for (rg_type type = 0; type < num_types; type++) {
    sorter->suspects[type] = (uint8_t)suspect_of_type(rg_graph_type(graph, type));
    sorter->call_sites[type] = CALL_NOT_KNOWN;
  }
  return NULL;
}

static void find_places(struct sorter *sorter)
{
  for (rg_node node = 1; node < rg_graph_num_nodes(sorter->graph); node++) {
    enum rgi_suspect_kind suspect = suspect_of(sorter, node);
    if (suspect == RGI_SUSPECT_NONE)
      continue;
    rg_site site = site_of(sorter, node, suspect);
    if (rgi_is_part_of_holder(&sorter->parts, node, suspect, site))
      continue;
    size_t place = place_of(sorter, node, suspect, site);
    sorter->places[node] = (uint32_t)place + 1;
    sorter->ends[place]++;
  }
}

static rg_error *make_room(struct sorter *sorter, struct rgi_suspects *groups)
{
  uint32_t num_nodes = 0;
  for (size_t i = 0; i < num_places(sorter->graph); i++) {
    uint32_t num = sorter->ends[i];
    groups->num += num > 0;
    sorter->ends[i] = num_nodes;
    num_nodes += num;
  }
  groups->groups = rgi_alloc(groups->num, sizeof(*groups->groups));
  groups->nodes = rgi_alloc(num_nodes, sizeof(*groups->nodes));
  return groups->groups && groups->nodes ? NULL : rgi_out_of_memory();
}

static void sort_nodes(struct sorter *sorter, struct rgi_suspects *groups)
{
  for (rg_node node = 1; node < rg_graph_num_nodes(sorter->graph); node++) {
    if (sorter->places[node])
      groups->nodes[sorter->ends[sorter->places[node] - 1]++] = node;
  }
}

static void set_groups(const struct sorter *sorter, struct rgi_suspects *groups)
{
  struct rgi_suspect *group = groups->groups;
  uint32_t begin = 0, num_sites = rg_graph_num_sites(sorter->graph);
  for (size_t i = 0; i < num_places(sorter->graph); begin = sorter->ends[i++]) {
    if (sorter->ends[i] == begin)
      continue;
    size_t site = i / RGI_NUM_SUSPECT_KINDS;
    *group++ = (struct rgi_suspect){.suspect = (enum rgi_suspect_kind)(i % RGI_NUM_SUSPECT_KINDS),
                                    .site = site < num_sites ? (rg_site)site : RG_SITE_NONE,
                                    .type = rg_graph_node_type(sorter->graph, groups->nodes[begin]),
                                    .nodes = groups->nodes + begin,
                                    .num_nodes = sorter->ends[i] - begin};
  }
}

rg_error *rgi_suspects_init(struct rgi_suspects *groups, const rg_graph *graph, const rg_paths *paths)
{
  __attribute__((cleanup(deinit_sorter))) struct sorter sorter = {0};
  RGI_TRY(init_sorter(&sorter, graph, paths));
  find_places(&sorter);
  RGI_TRY(make_room(&sorter, groups));
  sort_nodes(&sorter, groups);
  set_groups(&sorter, groups);
  set_fingerprints(graph, groups);
  return NULL;
}

void rgi_suspects_deinit(struct rgi_suspects *groups)
{
  rgi_free(groups->groups);
  rgi_free(groups->nodes);
  *groups = (struct rgi_suspects){0};
}
