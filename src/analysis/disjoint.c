/* Disjoint paths, the shortest that there are together (Suurballe, "Disjoint paths in a network", 1974): each search
 * finds the shortest way to have one path more, which may take parts of the others and leave them new ones.
 *
 * For that a node has an entry and an exit, and a path leads from one to the other once. All searches go backwards,
 * from the target, and say how far each entry and exit is from it.
 *
 *     on no path     source -> | entry --length--> exit | -> target   a passage has length 0, any other node 1
 *
 *     on a path      source -> | entry <-- -length exit | -> target   who enters can only go back along the path, to
 *                       ^----------'            ^------- …            the exit of the node before; who comes back to an
 *                                                                     exit leaves elsewhere, or goes back further
 *
 * What is undone counts less than nothing. So that the search still finds the nearest first, it counts what a step is
 * longer than it was in the searches before: an exit's height is how far it was then, and no step to a lower one is
 * longer than the difference (Edmonds and Karp, 1972). Heights are kept less the height of the super-root, so that only
 * what came nearer than that has to be changed; all that is ever used are differences, which may wrap.
 *
 * Exits and entries wait in buckets by their distance (Dial, 1969), with no order in a bucket. O(V + E) a path; 24
 * bytes a node, 4 an edge and 32 for each node that was ever on a path, beside the reverse index of the graph. */
#include <refgraph/analysis.h>

#include "../base/alloc.h"
#include "../base/options.h"
#include "../graph/graph-internal.h"
#include "ahead.h"
#include "sources.h"

struct rg_disjoint_paths {
  rg_edge_list *paths;
  size_t num;
  rg_edge *edges; // of all paths
  bool has_more;
};

// A node that is on a path, or has been; `before` and `behind` are RG_EDGE_NONE if it is no longer.
struct member {
  rg_node node;
  rg_edge before, behind; // the edges of its path
  uint32_t height;        // of its entry
  uint32_t distance;      // of its entry, and 1 added; 0: not known
};

// An entry or exit that waits in a bucket.
struct waiting {
  rg_node node;
  bool is_entry;
  uint32_t next; // in the bucket; 0: none
};

struct search {
  const rg_graph *graph;
  rg_edge_kinds kinds;
  rg_node target;
  rg_node *sources;        // by edge
  // By node: of its exit, for the target of its entry.
  uint32_t *heights;
  uint32_t *distances;     // and 1 added; 0: not known
  uint64_t *steps;         // the edge that leads on, and 1 added; BACK: to the entry
  rg_node *reached;        // whose distance is known
  size_t num_reached;
  uint32_t *member_of;     // by node; 0: it has never been on a path
  struct member *members;  // from 1 on
  size_t num_members, members_capacity;
  rg_edge *direct;         // paths that are one edge
  size_t num_direct, direct_capacity;
  uint32_t *buckets;       // by distance: who waits first; 0: nobody
  size_t num_buckets, buckets_capacity;
  struct waiting *waiting; // from 1 on
  size_t num_waiting, waiting_capacity;
  uint32_t unused;         // the first one that has left its bucket; 0: none
};

#define BACK UINT64_MAX

static void deinit(struct search *search)
{
  rgi_free(search->sources);
  rgi_free(search->heights);
  rgi_free(search->distances);
  rgi_free(search->steps);
  rgi_free(search->reached);
  rgi_free(search->member_of);
  rgi_free(search->members);
  rgi_free(search->direct);
  rgi_free(search->buckets);
  rgi_free(search->waiting);
}

static rg_error *init(struct search *search)
{
  size_t num_nodes = rg_graph_num_nodes(search->graph);
  RGI_TRY(rgi_sources_create(search->graph, &search->sources));
  search->heights = rgi_alloc(num_nodes, sizeof(*search->heights));
  search->distances = rgi_alloc(num_nodes, sizeof(*search->distances));
  search->steps = rgi_alloc(num_nodes, sizeof(*search->steps));
  search->reached = rgi_alloc(num_nodes, sizeof(*search->reached));
  search->member_of = rgi_alloc(num_nodes, sizeof(*search->member_of));
  if (!search->heights || !search->distances || !search->steps || !search->reached || !search->member_of)
    return rgi_out_of_memory();
  search->num_members = 1;
  return NULL;
}

/* --- nodes -------------------------------------------------------------------------------------------------------- */

static uint32_t length_of(const struct search *search, rg_node node)
{
  return search->graph->flags[node] & RG_NODE_PASSAGE ? 0 : 1;
}

// NULL if the node is on no path; neither the super-root nor the target ever is.
static struct member *member_of(const struct search *search, rg_node node)
{
  struct member *member = search->member_of[node] ? &search->members[search->member_of[node]] : NULL;
  return member && member->before != RG_EDGE_NONE ? member : NULL;
}

static uint32_t height_of_entry(const struct search *search, rg_node node)
{
  const struct member *member = member_of(search, node);
  if (member)
    return member->height;
  return node == search->target ? search->heights[node] : search->heights[node] + length_of(search, node);
}

static bool is_taken(const struct search *search, rg_edge edge)
{
  rg_node source = search->sources[edge], target = search->graph->targets[edge];
  const struct member *member = member_of(search, target == search->target ? source : target);
  if (target != search->target)
    return member && member->before == edge;
  if (source != RG_NODE_ROOT)
    return member && member->behind == edge;
  size_t i = 0;
  while (i < search->num_direct && search->direct[i] != edge)
    i++;
  return i < search->num_direct;
}

static rg_error *join_path(struct search *search, rg_node node, rg_edge before)
{
  if (!search->member_of[node]) {
    RGI_TRY(rgi_reserve(&search->members, &search->members_capacity, search->num_members + 1));
    struct member member = {.node = node, .before = RG_EDGE_NONE, .behind = RG_EDGE_NONE};
    search->members[search->num_members] = member;
    search->member_of[node] = (uint32_t)search->num_members++;
  }
  struct member *member = &search->members[search->member_of[node]];
  if (member->before == RG_EDGE_NONE)
    member->height = search->heights[node] + length_of(search, node);
  member->before = before;
  return NULL;
}

/* --- buckets ------------------------------------------------------------------------------------------------------ */

static rg_error *make_bucket(struct search *search, uint32_t distance)
{
  RGI_TRY(rgi_reserve(&search->buckets, &search->buckets_capacity, (size_t)distance + 1));
  while (search->num_buckets <= distance)
    search->buckets[search->num_buckets++] = 0;
  return NULL;
}

static rg_error *put(struct search *search, uint32_t distance, rg_node node, bool is_entry)
{
  uint32_t place = search->unused;
  RGI_TRY(make_bucket(search, distance));
  if (place) {
    search->unused = search->waiting[place].next;
  } else {
    if (search->num_waiting > UINT32_MAX)
      return rg_error_create(RG_ERROR_LIMIT, "more than %u nodes wait in a search", UINT32_MAX);
    RGI_TRY(rgi_reserve(&search->waiting, &search->waiting_capacity, search->num_waiting + 1));
    place = (uint32_t)search->num_waiting++;
  }
  search->waiting[place] = (struct waiting){node, is_entry, search->buckets[distance]};
  search->buckets[distance] = place;
  return NULL;
}

static struct waiting take(struct search *search, uint32_t distance)
{
  uint32_t place = search->buckets[distance];
  struct waiting taken = search->waiting[place];
  search->buckets[distance] = taken.next;
  search->waiting[place].next = search->unused;
  search->unused = place;
  return taken;
}

/* --- search ------------------------------------------------------------------------------------------------------- */

// What is no nearer than the super-root cannot be on the way to it.
static bool is_nearer(const struct search *search, uint32_t distance, uint32_t known)
{
  uint32_t end = search->distances[RG_NODE_ROOT];
  return (!known || distance < known - 1) && (!end || distance < end - 1);
}

static rg_error *reach_exit(struct search *search, rg_node node, uint32_t distance, uint64_t step)
{
  uint32_t *known = &search->distances[node];
  if (node == search->target || !is_nearer(search, distance, *known))
    return NULL;
  if (!*known)
    search->reached[search->num_reached++] = node;
  *known = distance + 1;
  search->steps[node] = step;
  return put(search, distance, node, false);
}

static rg_error *reach_entry(struct search *search, struct member *member, uint32_t distance)
{
  if (!is_nearer(search, distance, member->distance))
    return NULL;
  member->distance = distance + 1;
  return put(search, distance, member->node, true);
}

static rg_error *expand_entry(struct search *search, rg_node node, uint32_t distance)
{
  const rg_graph *graph = search->graph;
  uint32_t height = height_of_entry(search, node);
  uint64_t begin = graph->referrer_rows[node];
  // The last one first, since buckets turn the order around: of equally short paths the first root's is found.
  for (uint64_t i = graph->referrer_rows[node + 1]; i-- > begin;) {
    if (i >= begin + RGI_AHEAD)
      __builtin_prefetch(&search->sources[graph->referrer_edges[i - RGI_AHEAD]]);
    rg_edge edge = graph->referrer_edges[i];
    rg_node source = search->sources[edge];
    if (search->kinds & RG_EDGE_KIND_BIT(graph->kinds[edge]) && !is_taken(search, edge))
      RGI_TRY(reach_exit(search, source, distance + height - search->heights[source], edge + 1));
  }
  const struct member *member = member_of(search, node);
  if (!member)
    return NULL;
  uint32_t gained = length_of(search, node);
  return reach_exit(search, node, distance + height - gained - search->heights[node], BACK);
}

static rg_error *expand_exit(struct search *search, rg_node node, uint32_t distance)
{
  const struct member *member = member_of(search, node);
  if (!member)
    return expand_entry(search, node, distance);
  struct member *next = member_of(search, search->graph->targets[member->behind]);
  return next ? reach_entry(search, next, distance + search->heights[node] - next->height) : NULL;
}

static rg_error *expand(struct search *search, struct waiting waiting, uint32_t distance)
{
  bool is_entry = waiting.is_entry;
  uint32_t known = is_entry ? member_of(search, waiting.node)->distance : search->distances[waiting.node];
  if (known != distance + 1)
    return NULL; // it has come nearer meanwhile
  return is_entry ? expand_entry(search, waiting.node, distance) : expand_exit(search, waiting.node, distance);
}

static void begin(struct search *search)
{
  search->num_buckets = 0;
  search->num_waiting = 1;
  search->unused = 0;
  search->reached[0] = search->target;
  search->num_reached = 1;
  search->distances[search->target] = 1;
}

// Whether there is a path more: then the distance of the super-root is known.
static rg_error *run(struct search *search)
{
  begin(search);
  RGI_TRY(make_bucket(search, 0));
  RGI_TRY(expand_entry(search, search->target, 0));
  for (uint32_t distance = 0; distance < search->num_buckets; distance++) {
    while (search->buckets[distance]) {
      if (search->distances[RG_NODE_ROOT] == distance + 1)
        return NULL;
      RGI_TRY(expand(search, take(search, distance), distance));
    }
  }
  return NULL;
}

/* --- one path more ------------------------------------------------------------------------------------------------ */

static uint32_t lower(uint32_t height, uint32_t distance, uint32_t end)
{
  return distance && distance < end ? height - (end - distance) : height;
}

static void change_heights(struct search *search)
{
  uint32_t end = search->distances[RG_NODE_ROOT];
  for (size_t i = 0; i < search->num_reached; i++) {
    rg_node node = search->reached[i];
    search->heights[node] = lower(search->heights[node], search->distances[node], end);
    search->distances[node] = 0;
  }
  for (size_t i = 1; i < search->num_members; i++) {
    struct member *member = &search->members[i];
    member->height = lower(member->height, member->distance, end);
    member->distance = 0;
  }
}

// From the exit of a node that leaves its path to the exit of the one before.
static rg_node leave_path(const struct search *search, rg_node node)
{
  struct member *member = member_of(search, node);
  rg_node before = search->sources[member->before];
  member->before = member->behind = RG_EDGE_NONE;
  return before;
}

// Along an edge into an entry, and on to the next exit, which is the node's own if it was on no path.
static rg_error *take_edge(struct search *search, rg_edge edge, rg_node *ret)
{
  rg_node node = search->graph->targets[edge];
  const struct member *member = member_of(search, node);
  *ret = member ? search->sources[member->before] : node;
  return join_path(search, node, edge);
}

static rg_error *add_path(struct search *search)
{
  for (rg_node node = RG_NODE_ROOT;;) {
    if (search->steps[node] == BACK) {
      node = leave_path(search, node);
      continue;
    }
    rg_edge edge = search->steps[node] - 1;
    bool is_last = search->graph->targets[edge] == search->target;
    if (node != RG_NODE_ROOT) {
      member_of(search, node)->behind = edge;
    } else if (is_last) {
      RGI_TRY(rgi_reserve(&search->direct, &search->direct_capacity, search->num_direct + 1));
      search->direct[search->num_direct++] = edge;
    }
    if (is_last)
      return NULL;
    RGI_TRY(take_edge(search, edge, &node));
  }
}

/* --- results ------------------------------------------------------------------------------------------------------ */

static size_t count_edges(const struct search *search)
{
  size_t num = search->num_direct;
  for (size_t i = 1; i < search->num_members; i++)
    num += search->members[i].before != RG_EDGE_NONE ? 2 : 0;
  return num; // each path has one edge more than members, of which there is one at least
}

// The edges of the path that begins with `edge`; returns where they end.
static rg_edge *list_edges(const struct search *search, rg_edge edge, rg_edge *ret)
{
  *ret++ = edge;
  while (search->graph->targets[edge] != search->target) {
    edge = member_of(search, search->graph->targets[edge])->behind;
    *ret++ = edge;
  }
  return ret;
}

static uint32_t length_of_path(const struct search *search, const rg_edge_list *path)
{
  uint32_t length = 0;
  for (size_t i = 0; i < path->num_edges; i++)
    length += length_of(search, search->graph->targets[path->edges[i]]);
  return length;
}

// By insertion: each path took a search to find, which is longer than a row of all of them.
static rg_error *sort(const struct search *search, rg_edge_list *paths, size_t num)
{
  RGI_SCOPED_FREE uint32_t *lengths = rgi_alloc(num, sizeof(*lengths));
  if (!lengths)
    return rgi_out_of_memory();
  for (size_t i = 0; i < num; i++) {
    rg_edge_list path = paths[i];
    uint32_t length = length_of_path(search, &path);
    size_t place = i;
    for (; place > 0 && lengths[place - 1] > length; place--) {
      paths[place] = paths[place - 1];
      lengths[place] = lengths[place - 1];
    }
    paths[place] = path;
    lengths[place] = length;
  }
  return NULL;
}

static rg_error *list_paths(const struct search *search, size_t num, rg_disjoint_paths *paths)
{
  rg_edge *end = paths->edges = rgi_alloc(count_edges(search), sizeof(*paths->edges));
  paths->paths = rgi_alloc(num, sizeof(*paths->paths));
  if (!end || !paths->paths)
    return rgi_out_of_memory();
  for (rg_edge edge = 0; edge < rg_graph_edges_end(search->graph, RG_NODE_ROOT); edge++) {
    if (!is_taken(search, edge))
      continue;
    const rg_edge *first = end;
    end = list_edges(search, edge, end);
    paths->paths[paths->num++] = (rg_edge_list){first, (size_t)(end - first)};
  }
  return sort(search, paths->paths, paths->num);
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

static rg_error *fill(struct search *search, uint32_t max_paths, rg_disjoint_paths *paths)
{
  RGI_TRY(init(search));
  for (uint32_t num = 0;; num++) {
    RGI_TRY(run(search));
    bool is_found = search->distances[RG_NODE_ROOT];
    if (!is_found || num == max_paths) {
      paths->has_more = is_found;
      return list_paths(search, num, paths);
    }
    change_heights(search);
    RGI_TRY(add_path(search));
  }
}

static void destroy_scoped(rg_disjoint_paths **paths)
{
  rg_disjoint_paths_destroy(*paths);
}

rg_error *rg_disjoint_paths_create(const rg_graph *graph, rg_node target, const rg_disjoint_options *options,
                                   rg_disjoint_paths **ret)
{
  rg_disjoint_options given = RG_DISJOINT_OPTIONS_INIT;
  rgi_options_read(&given, options);
  __attribute__((cleanup(deinit))) struct search search = {.graph = graph, .target = target};
  search.kinds = given.kinds ? given.kinds : RG_EDGE_KINDS_STRONG;
  __attribute__((cleanup(destroy_scoped))) rg_disjoint_paths *paths = rgi_alloc(1, sizeof(*paths));
  if (!paths)
    return rgi_out_of_memory();
  if (target != RG_NODE_ROOT)
    RGI_TRY(fill(&search, given.max_paths, paths));
  *ret = rgi_take(paths);
  return NULL;
}

void rg_disjoint_paths_destroy(rg_disjoint_paths *paths)
{
  if (!paths)
    return;
  rgi_free(paths->paths);
  rgi_free(paths->edges);
  rgi_free(paths);
}

size_t rg_disjoint_paths_num(const rg_disjoint_paths *paths)
{
  return paths->num;
}

bool rg_disjoint_paths_has_more(const rg_disjoint_paths *paths)
{
  return paths->has_more;
}

rg_edge_list rg_disjoint_paths_edges(const rg_disjoint_paths *paths, size_t i)
{
  return paths->paths[i];
}
