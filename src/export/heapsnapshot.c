/* The heap snapshots of V8, as the Memory panel of Chrome's DevTools reads them: docs of the format are in
 * https://learn.microsoft.com/microsoft-edge/devtools/memory-problems/heap-snapshot-schema.
 *
 *   {"snapshot": {"meta": {...}, "node_count": ..., ...},
 *   "nodes": [type, name, id, self_size, edge_count, trace_node_id, detachedness, ...],
 *   "edges": [type, name_or_index, to_node, ...],             of each node in turn
 *   ..., "strings": [...]}                                    in this order: the reader looks for one after the other
 *
 * Retained sizes come out as ours, to the byte:
 *
 *   "" --shortcut--> each root                   whatever these reach is the page's own, and dominated as ours is
 *    `--> (GC roots) --> (unreachable) --> each object that no root reaches
 *
 * The reader ignores references from what is not the page's own to what is, so that garbage changes nothing, and holds
 * each piece of garbage for itself. It adds the size of nodes of type "array" and "hidden" to that of their owner,
 * though, so that nothing here is of these types. All numbers are of 32 bits: a larger object goes on in pieces that it
 * alone holds. */
#include "export-internal.h"

#include <string.h>

#define NODE_FIELDS 7
#define NUM_NODES_BEFORE 3 // the root, (GC roots), (unreachable)
#define PIECE_SIZE UINT32_MAX
#define MAX_PIECES 65536 // what the address space of a process has room for, twice
#define MAX_STRINGS ((size_t)1 << 30)

enum node_type {
  NODE_STRING = 2,
  NODE_OBJECT = 3,
  NODE_CODE = 4,
  NODE_CLOSURE = 5,
  NODE_NUMBER = 7,
  NODE_NATIVE = 8,
  NODE_SYNTHETIC = 9,
};

enum edge_type {
  EDGE_CONTEXT = 0,
  EDGE_ELEMENT = 1,
  EDGE_PROPERTY = 2,
  EDGE_INTERNAL = 3,
  EDGE_HIDDEN = 4,
  EDGE_SHORTCUT = 5,
  EDGE_WEAK = 6,
};

static const char meta[] =
    "{\"snapshot\":{\"meta\":{"
    "\"node_fields\":[\"type\",\"name\",\"id\",\"self_size\",\"edge_count\",\"trace_node_id\",\"detachedness\"],"
    "\"node_types\":[[\"hidden\",\"array\",\"string\",\"object\",\"code\",\"closure\",\"regexp\",\"number\","
    "\"native\",\"synthetic\",\"concatenated string\",\"sliced string\",\"symbol\",\"bigint\",\"object shape\"],"
    "\"string\",\"number\",\"number\",\"number\",\"number\",\"number\"],"
    "\"edge_fields\":[\"type\",\"name_or_index\",\"to_node\"],"
    "\"edge_types\":[[\"context\",\"element\",\"property\",\"internal\",\"hidden\",\"shortcut\",\"weak\"],"
    "\"string_or_number\",\"node\"],"
    "\"trace_function_info_fields\":[],\"trace_node_fields\":[],\"sample_fields\":[],\"location_fields\":[]},";

// What all nodes of a type have in common.
struct kind {
  uint8_t node_type;
  bool has_own_names; // those of its nodes; else `name` is that of all
  rg_string name;
};

struct snapshot {
  struct rgi_exporting *exporting;
  const rg_graph *graph;
  struct rgi_stream stream;
  struct kind *kinds;       // by type
  struct rgi_tables names;  // the strings of the snapshot
  rg_string *graph_strings; // by string of the graph, that of the snapshot; 0: not known yet, or empty
  uint32_t *ids;            // by node; NULL: they are just numbered
  uint32_t next_id;         // of what is no node of the graph
  rg_paths *paths;
  uint32_t num_unreached;
  uint32_t num_pieces;
  uint32_t next_piece;      // number of the node
};

static void deinit(struct snapshot *snapshot)
{
  rgi_stream_deinit(&snapshot->stream);
  rgi_free(snapshot->kinds);
  rgi_tables_deinit(&snapshot->names);
  rgi_free(snapshot->graph_strings);
  rgi_free(snapshot->ids);
  rg_paths_destroy(snapshot->paths);
}

/* --- identities --------------------------------------------------------------------------------------------------- */

struct identity {
  uint64_t address;
  uint32_t hash; // of all that tells it
  uint32_t id;   // 0: it was found again
};

struct rgi_identities {
  struct rgi_text host;
  uint64_t pid;
  uint32_t next_id;
  struct identity *items;
  struct rgi_index index;
};

rg_error *rgi_identities_create(struct rgi_identities **ret)
{
  struct rgi_identities *identities = rgi_alloc(1, sizeof(*identities));
  if (!identities)
    return rgi_out_of_memory();
  identities->next_id = 2 * NUM_NODES_BEFORE + 1;
  *ret = identities;
  return NULL;
}

static void forget(struct rgi_identities *identities)
{
  rgi_free(rgi_take(identities->items));
  rgi_index_deinit(&identities->index);
  identities->index = (struct rgi_index){0};
}

void rgi_identities_destroy(struct rgi_identities *identities)
{
  if (!identities)
    return;
  forget(identities);
  rgi_text_deinit(&identities->host);
  rgi_free(identities);
}

// Addresses mean nothing in another process.
static rg_error *see_process(struct rgi_identities *identities, const rg_process_info *process)
{
  if (identities->pid != process->pid || strcmp(rgi_text_string(&identities->host), process->host) != 0)
    forget(identities);
  identities->pid = process->pid;
  rgi_text_clear(&identities->host);
  rgi_text_puts(&identities->host, process->host);
  return rgi_text_error(&identities->host);
}

static uint32_t hash_text(uint32_t hash, const char *text)
{
  return hash * 31 + rgi_hash(text, strlen(text));
}

// By address and type; what has no address by what is written on it.
static struct identity identify(const rg_graph *graph, rg_node node)
{
  rg_node_info info = rg_graph_node(graph, node);
  rg_type_info type = rg_graph_type(graph, info.type);
  uint32_t hash = hash_text(hash_text(rgi_hash(&info.address, sizeof(info.address)), type.name), type.module);
  if (!info.address)
    hash = hash_text(hash_text(hash, rg_graph_string(graph, info.label)), rg_graph_string(graph, info.context));
  return (struct identity){info.address, hash, 0};
}

struct wanted {
  const struct identity *items;
  struct identity identity;
};

static bool is_wanted(const void *context, uint32_t position)
{
  const struct wanted *wanted = context;
  const struct identity *item = &wanted->items[position];
  return item->id && item->address == wanted->identity.address && item->hash == wanted->identity.hash;
}

// The id that the object had in the graph before, or one that nobody had.
static uint32_t find_id(struct rgi_identities *identities, const struct identity *identity)
{
  struct wanted wanted = {identities->items, *identity};
  uint32_t position = rgi_index_find(&identities->index, identity->hash, is_wanted, &wanted);
  uint32_t *id = position == RGI_INDEX_NONE ? &identities->next_id : &identities->items[position].id;
  uint32_t found = *id;
  *id = position == RGI_INDEX_NONE ? found + 2 : 0;
  return found;
}

static rg_error *remember(struct rgi_identities *identities, struct identity *items, size_t num)
{
  forget(identities);
  identities->items = items;
  for (size_t i = 0; i < num; i++)
    RGI_TRY(rgi_index_add(&identities->index, items[i].hash, (uint32_t)i));
  return NULL;
}

static rg_error *find_ids(struct snapshot *snapshot, struct rgi_identities *identities)
{
  uint32_t num_nodes = rg_graph_num_nodes(snapshot->graph);
  rg_process_info process = rg_graph_process(snapshot->graph);
  if (identities->next_id > UINT32_MAX - 2 * ((uint64_t)num_nodes + MAX_PIECES))
    return rg_error_create(RG_ERROR_LIMIT, "more objects in a series than a heap snapshot has ids for");
  RGI_TRY(see_process(identities, &process));
  snapshot->ids = rgi_alloc_dense(num_nodes, sizeof(*snapshot->ids));
  struct identity *items = rgi_alloc_dense(num_nodes, sizeof(*items));
  if (!snapshot->ids || !items) {
    rgi_free(items);
    return rgi_out_of_memory();
  }
  for (rg_node node = 1; node < num_nodes; node++) {
    items[node] = identify(snapshot->graph, node);
    items[node].id = snapshot->ids[node] = find_id(identities, &items[node]);
  }
  snapshot->next_id = identities->next_id;
  identities->next_id += 2 * snapshot->num_pieces;
  return remember(identities, items, num_nodes);
}

/* --- names -------------------------------------------------------------------------------------------------------- */

static rg_error *add_name(struct snapshot *snapshot, const struct rgi_text *text, rg_string *ret)
{
  RGI_TRY(rgi_text_error(text));
  return rgi_tables_add_string(&snapshot->names, rgi_text_string(text), text->size, ret);
}

static rg_error *find_string(struct snapshot *snapshot, rg_string string, rg_string *ret)
{
  rg_string *found = &snapshot->graph_strings[rgi_exported_string(snapshot->exporting, string)];
  const char *text = rgi_exported_text(snapshot->exporting, string);
  if (!*found && *text)
    RGI_TRY(rgi_tables_add_string(&snapshot->names, text, strlen(text), found));
  *ret = *found;
  return NULL;
}

// Types of Python that are classes of their own in DevTools; other objects are in the class of their name.
static uint8_t node_type_of(const rg_type_info *type)
{
  static const struct {
    const char *name;
    enum node_type node_type;
  } builtins[] = {{"str", NODE_STRING},   {"bytes", NODE_STRING},   {"int", NODE_NUMBER},
                  {"float", NODE_NUMBER}, {"complex", NODE_NUMBER}, {"code", NODE_CODE}};
  for (size_t i = 0; !*type->module && i < sizeof(builtins) / sizeof(builtins[0]); i++) {
    if (strcmp(type->name, builtins[i].name) == 0)
      return (uint8_t)builtins[i].node_type;
  }
  switch (type->category) {
  case RG_CATEGORY_INSTANCE:
  case RG_CATEGORY_CONTAINER:
  case RG_CATEGORY_VALUE:
    return NODE_OBJECT;
  case RG_CATEGORY_CALLABLE:
    return NODE_CLOSURE;
  case RG_CATEGORY_TYPE:
  case RG_CATEGORY_MODULE:
  case RG_CATEGORY_FRAME:
  case RG_CATEGORY_EXTERNAL:
    break;
  }
  return NODE_NATIVE;
}

// Names that DevTools gives a meaning of its own.
static bool is_taken(const char *name)
{
  return strcmp(name, "Object") == 0 || strcmp(name, "Array") == 0 || *name == '<' ||
         strncmp(name, "Detached ", 9) == 0;
}

// With its module, so that two of a name are two classes, and the same ones in each dump.
static rg_error *name_type(struct snapshot *snapshot, const rg_type_info *type, rg_string *ret)
{
  RGI_SCOPED_TEXT name = RGI_TEXT_INIT;
  const char *module = !*type->module && is_taken(type->name) ? "builtins" : type->module;
  rgi_text_printf(&name, "%s%s%s", module, *module ? "." : "", type->name);
  return add_name(snapshot, &name, ret);
}

static rg_error *find_kinds(struct snapshot *snapshot)
{
  uint32_t num_types = rg_graph_num_types(snapshot->graph);
  snapshot->kinds = rgi_alloc(num_types, sizeof(*snapshot->kinds));
  if (!snapshot->kinds)
    return rgi_out_of_memory();
  for (rg_type i = 0; i < num_types; i++) {
    rg_type_info type = rg_graph_type(snapshot->graph, i);
    struct kind *kind = &snapshot->kinds[i];
    kind->node_type = node_type_of(&type);
    kind->has_own_names = kind->node_type != NODE_OBJECT;
    RGI_TRY(name_type(snapshot, &type, &kind->name));
  }
  return NULL;
}

static void add_site(struct rgi_text *text, const rg_graph *graph, rg_site number)
{
  if (number == RG_SITE_NONE)
    return;
  rg_site_info site = rg_graph_site(graph, number);
  if (*site.file)
    rgi_text_printf(text, " %s:%u", site.file, site.line);
}

// "make.<locals>.on_click app.py:12", "class app.Screen", "module app", "thread state MainThread".
static void add_own_name(struct rgi_text *text, const struct snapshot *snapshot, const rg_node_info *info)
{
  const char *label = rgi_exported_text(snapshot->exporting, info->label);
  const char *context = rgi_exported_text(snapshot->exporting, info->context);
  rg_type_info type = rg_graph_type(snapshot->graph, info->type);
  switch (type.category) {
  case RG_CATEGORY_TYPE:
    rgi_text_printf(text, "class %s%s%s", context, *context ? "." : "", label);
    break;
  case RG_CATEGORY_CALLABLE:
    rgi_text_puts(text, *label ? label : type.name);
    break;
  case RG_CATEGORY_MODULE:
  case RG_CATEGORY_FRAME:
  case RG_CATEGORY_EXTERNAL:
  case RG_CATEGORY_INSTANCE:
  case RG_CATEGORY_CONTAINER:
  case RG_CATEGORY_VALUE:
    rgi_text_printf(text, "%s%s%s", type.name, *label ? " " : "", label);
    break;
  }
  add_site(text, snapshot->graph, info->site);
  if (type.category == RG_CATEGORY_FRAME && *context)
    rgi_text_printf(text, ", %s", context);
}

static rg_error *name_node(struct snapshot *snapshot, const rg_node_info *info, rg_string *ret)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  const struct kind *kind = &snapshot->kinds[info->type];
  if (!kind->has_own_names) {
    *ret = kind->name;
    return NULL;
  }
  if (kind->node_type == NODE_STRING || kind->node_type == NODE_NUMBER)
    return find_string(snapshot, info->label, ret);
  add_own_name(&text, snapshot, info);
  return add_name(snapshot, &text, ret);
}

/* --- nodes -------------------------------------------------------------------------------------------------------- */

static bool is_reached(const struct snapshot *snapshot, rg_node node)
{
  return rg_paths_distance(snapshot->paths, node) != RG_DISTANCE_NONE;
}

// How many pieces an object goes on in.
static uint64_t pieces_of(uint64_t size)
{
  return size ? (size - 1) / PIECE_SIZE : 0;
}

static rg_error *count_nodes(struct snapshot *snapshot)
{
  uint64_t num_nodes = rg_graph_num_nodes(snapshot->graph), num_pieces = 0;
  for (rg_node node = 1; node < num_nodes; node++) {
    uint64_t here = pieces_of(rg_graph_node_size(snapshot->graph, node));
    snapshot->num_unreached += !is_reached(snapshot, node);
    num_pieces += here;
    if (here > MAX_PIECES || num_pieces > MAX_PIECES)
      return rg_error_create(RG_ERROR_LIMIT, "objects of more than %llu bytes: no heap is as large",
                             (unsigned long long)MAX_PIECES * PIECE_SIZE);
  }
  if ((num_nodes + NUM_NODES_BEFORE + MAX_PIECES) * NODE_FIELDS > UINT32_MAX)
    return rg_error_create(RG_ERROR_LIMIT, "more than %u objects, which is what a heap snapshot can number",
                           UINT32_MAX / NODE_FIELDS);
  snapshot->num_pieces = (uint32_t)num_pieces;
  return NULL;
}

static void put_node(struct snapshot *snapshot, enum node_type type, rg_string name, uint32_t id, uint64_t size,
                     uint64_t num_edges)
{
  struct rgi_stream *stream = &snapshot->stream;
  const uint64_t fields[] = {type, name, id, size, num_edges};
  for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
    rgi_stream_number(stream, fields[i]);
    rgi_stream_puts(stream, ",");
  }
  rgi_stream_puts(stream, "0,0");
}

static uint64_t edges_of(const rg_graph *graph, rg_node node)
{
  return rg_graph_edges_end(graph, node) - rg_graph_edges_begin(graph, node);
}

static rg_error *put_synthetic(struct snapshot *snapshot, const char *name, uint32_t id, uint64_t num_edges)
{
  rg_string string;
  RGI_TRY(rgi_tables_add_string(&snapshot->names, name, strlen(name), &string));
  put_node(snapshot, NODE_SYNTHETIC, string, id, 0, num_edges);
  return NULL;
}

static uint32_t id_of(const struct snapshot *snapshot, rg_node node)
{
  return snapshot->ids ? snapshot->ids[node] : 2 * (node + NUM_NODES_BEFORE - 1) + 1;
}

static rg_error *put_graph_node(struct snapshot *snapshot, rg_node node)
{
  rg_node_info info = rg_graph_node(snapshot->graph, node);
  uint64_t num_pieces = pieces_of(info.size);
  rg_string name;
  RGI_TRY(name_node(snapshot, &info, &name));
  rgi_stream_puts(&snapshot->stream, ",\n");
  put_node(snapshot, snapshot->kinds[info.type].node_type, name, id_of(snapshot, node),
           info.size - num_pieces * PIECE_SIZE, edges_of(snapshot->graph, node) + num_pieces);
  return NULL;
}

static rg_error *put_pieces(struct snapshot *snapshot)
{
  static const char name[] = "more of a large object";
  rg_string string = 0;
  if (snapshot->num_pieces)
    RGI_TRY(rgi_tables_add_string(&snapshot->names, name, strlen(name), &string));
  for (uint32_t i = 0; i < snapshot->num_pieces; i++) {
    rgi_stream_puts(&snapshot->stream, ",\n");
    put_node(snapshot, NODE_NATIVE, string, snapshot->next_id + 2 * i, PIECE_SIZE, 0);
  }
  return NULL;
}

static rg_error *put_nodes(struct snapshot *snapshot)
{
  const rg_graph *graph = snapshot->graph;
  rgi_stream_puts(&snapshot->stream, "\"nodes\":[");
  RGI_TRY(put_synthetic(snapshot, "", 1, edges_of(graph, RG_NODE_ROOT) + 1));
  rgi_stream_puts(&snapshot->stream, ",\n");
  RGI_TRY(put_synthetic(snapshot, "(GC roots)", 3, 1));
  rgi_stream_puts(&snapshot->stream, ",\n");
  RGI_TRY(put_synthetic(snapshot, "(unreachable)", 5, snapshot->num_unreached));
  for (rg_node node = 1; node < rg_graph_num_nodes(graph); node++) {
    RGI_TRY(put_graph_node(snapshot, node));
    RGI_TRY(rgi_exporting_count(snapshot->exporting, 1));
  }
  RGI_TRY(put_pieces(snapshot));
  rgi_stream_puts(&snapshot->stream, "],\n");
  return NULL;
}

/* --- edges -------------------------------------------------------------------------------------------------------- */

static void put_edge(struct snapshot *snapshot, enum edge_type type, uint32_t name, uint64_t target)
{
  struct rgi_stream *stream = &snapshot->stream;
  rgi_stream_number(stream, type);
  rgi_stream_puts(stream, ",");
  rgi_stream_number(stream, name);
  rgi_stream_puts(stream, ",");
  rgi_stream_number(stream, target * NODE_FIELDS);
}

static uint64_t number_of(rg_node node)
{
  return (uint64_t)node + NUM_NODES_BEFORE - 1;
}

// What stands there for a reference without a name; NULL: a number does.
static const char *word_of(rg_edge_kind kind)
{
  return kind == RG_EDGE_KEY ? "key" : kind == RG_EDGE_TYPE ? "type" : kind == RG_EDGE_WEAK ? "weak" : NULL;
}

static enum edge_type edge_type_of(rg_edge_kind kind)
{
  switch (kind) {
  case RG_EDGE_ATTRIBUTE:
  case RG_EDGE_ITEM:
  case RG_EDGE_ARGUMENT:
    return EDGE_PROPERTY;
  case RG_EDGE_INDEX:
    return EDGE_ELEMENT;
  case RG_EDGE_CAPTURED:
  case RG_EDGE_LOCAL:
    return EDGE_CONTEXT;
  case RG_EDGE_WEAK:
    return EDGE_WEAK;
  case RG_EDGE_KEY:
  case RG_EDGE_INTERNAL:
  case RG_EDGE_TYPE:
    break;
  }
  return EDGE_INTERNAL;
}

static rg_error *put_graph_edge(struct snapshot *snapshot, rg_edge edge, uint32_t place)
{
  const rg_graph *graph = snapshot->graph;
  rg_edge_kind kind = rg_graph_edge_kind(graph, edge);
  uint64_t target = number_of(rg_graph_edge_target(graph, edge));
  if (kind == RG_EDGE_INDEX) {
    put_edge(snapshot, EDGE_ELEMENT, rg_graph_edge_index(graph, edge), target);
    return NULL;
  }
  rg_string name;
  const char *word = word_of(kind);
  RGI_TRY(find_string(snapshot, graph->names[edge], &name));
  if (!name && word)
    RGI_TRY(rgi_tables_add_string(&snapshot->names, word, strlen(word), &name));
  put_edge(snapshot, name ? edge_type_of(kind) : EDGE_HIDDEN, name ? name : place, target);
  return NULL;
}

static rg_error *put_root_edges(struct snapshot *snapshot)
{
  const rg_graph *graph = snapshot->graph;
  put_edge(snapshot, EDGE_ELEMENT, 1, 1);
  for (rg_edge edge = 0; edge < rg_graph_edges_end(graph, RG_NODE_ROOT); edge++) {
    rg_node target = rg_graph_edge_target(graph, edge);
    rg_node_info info = rg_graph_node(graph, target);
    rg_string name;
    RGI_TRY(name_node(snapshot, &info, &name));
    rgi_stream_puts(&snapshot->stream, ",\n");
    put_edge(snapshot, rg_graph_edge_kind(graph, edge) == RG_EDGE_WEAK ? EDGE_WEAK : EDGE_SHORTCUT, name,
             number_of(target));
  }
  rgi_stream_puts(&snapshot->stream, ",\n");
  put_edge(snapshot, EDGE_ELEMENT, 1, 2);
  uint32_t place = 0;
  for (rg_node node = 1; node < rg_graph_num_nodes(graph); node++) {
    if (is_reached(snapshot, node))
      continue;
    rgi_stream_puts(&snapshot->stream, ",\n");
    put_edge(snapshot, EDGE_ELEMENT, ++place, number_of(node));
  }
  return NULL;
}

static rg_error *put_edges_of(struct snapshot *snapshot, rg_node node)
{
  const rg_graph *graph = snapshot->graph;
  rg_edge begin = rg_graph_edges_begin(graph, node), end = rg_graph_edges_end(graph, node);
  uint32_t place = 0;
  for (rg_edge edge = begin; edge < end; edge++) {
    rgi_stream_puts(&snapshot->stream, ",\n");
    RGI_TRY(put_graph_edge(snapshot, edge, ++place));
  }
  for (uint64_t i = pieces_of(rg_graph_node_size(graph, node)); i > 0; i--) {
    rgi_stream_puts(&snapshot->stream, ",\n");
    put_edge(snapshot, EDGE_HIDDEN, ++place, snapshot->next_piece++);
  }
  return NULL;
}

static rg_error *put_edges(struct snapshot *snapshot)
{
  const rg_graph *graph = snapshot->graph;
  snapshot->next_piece = (uint32_t)number_of(rg_graph_num_nodes(graph));
  rgi_stream_puts(&snapshot->stream, "\"edges\":[");
  RGI_TRY(put_root_edges(snapshot));
  for (rg_node node = 1; node < rg_graph_num_nodes(graph); node++) {
    RGI_TRY(put_edges_of(snapshot, node));
    RGI_TRY(rgi_exporting_count(snapshot->exporting, edges_of(graph, node)));
  }
  rgi_stream_puts(&snapshot->stream, "],\n");
  return NULL;
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

static void put_head(struct snapshot *snapshot)
{
  const rg_graph *graph = snapshot->graph;
  struct rgi_stream *stream = &snapshot->stream;
  rgi_stream_puts(stream, meta);
  rgi_stream_puts(stream, "\"node_count\":");
  rgi_stream_number(stream, number_of(rg_graph_num_nodes(graph)) + snapshot->num_pieces);
  rgi_stream_puts(stream, ",\"edge_count\":");
  rgi_stream_number(stream, rg_graph_num_edges(graph) + 2 + snapshot->num_unreached + snapshot->num_pieces);
  rgi_stream_puts(stream, ",\"trace_function_count\":0},\n");
}

static void put_strings(struct snapshot *snapshot)
{
  struct rgi_stream *stream = &snapshot->stream;
  rgi_stream_puts(stream, "\"trace_function_infos\":[],\n\"trace_tree\":[],\n\"samples\":[],\n\"locations\":[],\n");
  rgi_stream_puts(stream, "\"strings\":[");
  for (size_t i = 0; i < snapshot->names.strings.num; i++) {
    rgi_stream_puts(stream, i ? ",\n" : "");
    rgi_stream_json(stream, rgi_tables_string(&snapshot->names, (rg_string)i));
  }
  rgi_stream_puts(stream, "]}\n");
}

static rg_error *prepare(struct snapshot *snapshot, struct rgi_identities *identities)
{
  const rg_graph *graph = snapshot->graph;
  rg_string empty;
  RGI_TRY(rg_paths_create(graph, NULL, &snapshot->paths));
  RGI_TRY(count_nodes(snapshot));
  snapshot->next_id = (uint32_t)(2 * number_of(rg_graph_num_nodes(graph)) + 1);
  if (identities)
    RGI_TRY(find_ids(snapshot, identities));
  snapshot->graph_strings = rgi_alloc(graph->tables.strings.num, sizeof(*snapshot->graph_strings));
  if (!snapshot->graph_strings)
    return rgi_out_of_memory();
  RGI_TRY(rgi_tables_add_string(&snapshot->names, "", 0, &empty));
  return find_kinds(snapshot);
}

rg_error *rgi_export_heapsnapshot(struct rgi_exporting *exporting, struct rgi_identities *identities,
                                  const rg_writer *writer)
{
  const rg_graph *graph = exporting->graph;
  exporting->total = rg_graph_num_nodes(graph) + rg_graph_num_edges(graph);
  __attribute__((cleanup(deinit))) struct snapshot snapshot = {
      .exporting = exporting, .graph = graph, .stream = RGI_STREAM_INIT(writer)};
  RGI_TRY(prepare(&snapshot, identities));
  put_head(&snapshot);
  RGI_TRY(put_nodes(&snapshot));
  RGI_TRY(put_edges(&snapshot));
  if (snapshot.names.strings.num > MAX_STRINGS)
    return rg_error_create(RG_ERROR_LIMIT, "more than %zu names, which is what a heap snapshot can number",
                           MAX_STRINGS);
  put_strings(&snapshot);
  return rgi_stream_finish(&snapshot.stream);
}
