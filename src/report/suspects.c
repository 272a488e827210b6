/* What may leak, by what it is and where its code is defined: a counting sort over places, a place for each kind of each
 * site. */
#define _GNU_SOURCE // qsort_r

#include <stdlib.h>
#include <string.h>

#include "report-internal.h"

/* --- what an object is -------------------------------------------------------------------------------------------- */

static const struct {
  const char *module, *name;
  enum rgi_suspect_kind suspect;
} types[] = {
    {"", "method", RGI_SUSPECT_METHOD},
    {"functools", "partial", RGI_SUSPECT_PARTIAL},
    {"", "generator", RGI_SUSPECT_GENERATOR},
    {"", "coroutine", RGI_SUSPECT_COROUTINE},
    {"", "async_generator", RGI_SUSPECT_ASYNC_GENERATOR},
};

static enum rgi_suspect_kind suspect_of_type(rg_type_info type)
{
  for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
    if (strcmp(types[i].name, type.name) == 0 && strcmp(types[i].module, type.module) == 0)
      return types[i].suspect;
  }
  return RGI_SUSPECT_NONE;
}

// What a partial calls, through others, but not for ever; its own site if it calls something without code.
static rg_site called_site(const rg_graph *graph, rg_node node)
{
  enum { MAX_STEPS = 4 };
  for (int i = 0; i < MAX_STEPS && rg_graph_node_site(graph, node) == RG_SITE_NONE; i++) {
    rg_edge edge = rg_graph_edges_begin(graph, node), end = rg_graph_edges_end(graph, node);
    while (edge < end && strcmp(rg_graph_edge_name(graph, edge), "func") != 0)
      edge++;
    if (edge == end)
      break;
    node = rg_graph_edge_target(graph, edge);
  }
  return rg_graph_node_site(graph, node);
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
    return hash;
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

struct sorter {
  const rg_graph *graph;
  const rg_paths *paths;
  bool is_collecting;
  uint8_t *suspects; // by type
  uint32_t *ends;    // by place: how many, then where they end
};

static void deinit_sorter(struct sorter *sorter)
{
  rgi_free(sorter->suspects);
  rgi_free(sorter->ends);
}

static size_t num_places(const rg_graph *graph)
{
  return ((size_t)rg_graph_num_sites(graph) + 1) * RGI_NUM_SUSPECT_KINDS;
}

// What no path reaches, the next collection frees, unless there is none.
static bool may_leak(const struct sorter *sorter, rg_node node)
{
  return rg_paths_parent(sorter->paths, node) != RG_NODE_NONE || !sorter->is_collecting ||
         rg_graph_node_flags(sorter->graph, node) & RG_NODE_FROZEN;
}

static enum rgi_suspect_kind suspect_of(const struct sorter *sorter, rg_node node)
{
  if (!may_leak(sorter, node))
    return RGI_SUSPECT_NONE;
  if (rg_graph_node_flags(sorter->graph, node) & RG_NODE_CLOSURE)
    return RGI_SUSPECT_FUNCTION;
  return (enum rgi_suspect_kind)sorter->suspects[rg_graph_node_type(sorter->graph, node)];
}

static size_t place_of(const struct sorter *sorter, rg_node node, enum rgi_suspect_kind suspect)
{
  rg_site site = suspect == RGI_SUSPECT_PARTIAL ? called_site(sorter->graph, node)
                                                : rg_graph_node_site(sorter->graph, node);
  return (size_t)(site == RG_SITE_NONE ? rg_graph_num_sites(sorter->graph) : site) * RGI_NUM_SUSPECT_KINDS + suspect;
}

static rg_error *init_sorter(struct sorter *sorter, const rg_graph *graph, const rg_paths *paths)
{
  rg_process_info process = rg_graph_process(graph);
  sorter->graph = graph;
  sorter->paths = paths;
  sorter->is_collecting = process.is_collector_enabled || !*process.mode;
  sorter->suspects = rgi_alloc(rg_graph_num_types(graph), sizeof(*sorter->suspects));
  sorter->ends = rgi_alloc(num_places(graph) + 1, sizeof(*sorter->ends));
  if (!sorter->suspects || !sorter->ends)
    return rgi_out_of_memory();
  for (rg_type type = 0; type < rg_graph_num_types(graph); type++)
    sorter->suspects[type] = (uint8_t)suspect_of_type(rg_graph_type(graph, type));
  return NULL;
}

static rg_error *make_room(struct sorter *sorter, struct rgi_suspects *groups)
{
  for (rg_node node = 1; node < rg_graph_num_nodes(sorter->graph); node++) {
    enum rgi_suspect_kind suspect = suspect_of(sorter, node);
    if (suspect != RGI_SUSPECT_NONE)
      sorter->ends[place_of(sorter, node, suspect)]++;
  }
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
    enum rgi_suspect_kind suspect = suspect_of(sorter, node);
    if (suspect != RGI_SUSPECT_NONE)
      groups->nodes[sorter->ends[place_of(sorter, node, suspect)]++] = node;
  }
}

static void set_groups(const struct sorter *sorter, struct rgi_suspects *groups)
{
  struct rgi_suspect *group = groups->groups;
  uint32_t begin = 0, num_sites = rg_graph_num_sites(sorter->graph);
  for (size_t i = 0; i < num_places(sorter->graph); begin = sorter->ends[i++]) {
    if (sorter->ends[i] == begin)
      continue;
    rg_site site = (rg_site)(i / RGI_NUM_SUSPECT_KINDS);
    *group++ = (struct rgi_suspect){.suspect = (enum rgi_suspect_kind)(i % RGI_NUM_SUSPECT_KINDS),
                                  .site = site < num_sites ? site : RG_SITE_NONE,
                                  .nodes = groups->nodes + begin,
                                  .num_nodes = sorter->ends[i] - begin};
  }
}

rg_error *rgi_suspects_init(struct rgi_suspects *groups, const rg_graph *graph, const rg_paths *paths)
{
  __attribute__((cleanup(deinit_sorter))) struct sorter sorter = {0};
  RGI_TRY(init_sorter(&sorter, graph, paths));
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
