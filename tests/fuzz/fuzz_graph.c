/* A graph that is anything: four bytes an object or a reference, after each third of which the program is looked at
 * once more. Whatever refers to whatever in whichever way, questions are answered.
 *
 *   0 | type   | flags          | value     an object
 *   1 | number | holder         | kind      as many copies of the last object, and one reference to each
 *   _ | source | target         | kind      a reference; its name is in the first byte
 */
#include "fuzz.h"

#include <string.h>

#include "ask.h"
#include "errors.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

// More nodes than any budget or limit of the library has; each takes time.
enum { NUM_ROUNDS = 3, MAX_NODES = 400, RECORD_SIZE = 4 };

// What reports know by name is among them.
static const rg_type_info types[] = {
    {"object", "", RG_CATEGORY_INSTANCE},      {"Screen", "ui", RG_CATEGORY_INSTANCE},
    {"EventBus", "ui", RG_CATEGORY_INSTANCE},  {"Thread", "threading", RG_CATEGORY_INSTANCE},
    {"WeakMethod", "weakref", RG_CATEGORY_INSTANCE}, {"weakref", "", RG_CATEGORY_INSTANCE},
    {"dict", "", RG_CATEGORY_CONTAINER},       {"list", "", RG_CATEGORY_CONTAINER},
    {"tuple", "", RG_CATEGORY_CONTAINER},      {"set", "", RG_CATEGORY_CONTAINER},
    {"deque", "collections", RG_CATEGORY_CONTAINER},
    {"OrderedDict", "collections", RG_CATEGORY_CONTAINER},
    {"int", "", RG_CATEGORY_VALUE},            {"str", "", RG_CATEGORY_VALUE},
    {"function", "", RG_CATEGORY_CALLABLE},    {"method", "", RG_CATEGORY_CALLABLE},
    {"partial", "functools", RG_CATEGORY_CALLABLE}, {"generator", "", RG_CATEGORY_CALLABLE},
    {"coroutine", "", RG_CATEGORY_CALLABLE},   {"_lru_cache_wrapper", "functools", RG_CATEGORY_CALLABLE},
    {"cell", "", RG_CATEGORY_CONTAINER},       {"type", "", RG_CATEGORY_TYPE},
    {"module", "", RG_CATEGORY_MODULE},        {"frame", "", RG_CATEGORY_FRAME},
    {"state", "", RG_CATEGORY_EXTERNAL},
};

static const char *const names[] = {
    "", "a", "self", "_handlers", "handlers", "callback", "on_close", "subscribe", "unsubscribe", "__dict__",
    "__func__", "__self__", "__closure__", "cell_contents", "cache", "link", "f_back", "_closed", "cached by",
    "a<&>\"\n\\{|}\xff",
};

struct making {
  rg_builder *builder;
  rg_string strings[LENGTH(names)];
  rg_string secret; // private
  rg_site sites[2];
  rg_node_info last;
  rg_node num_nodes;
};

static void begin(struct making *making)
{
  static const char *const captured[] = {"self", "a"}, *const attributes[] = {"title", ""};
  static const rg_use uses[] = {RG_USE_KNOWN | RG_USE_READ | RG_USE_ATTRIBUTES, RG_USE_KNOWN | RG_USE_WRITTEN};
  rg_site_info infos[] = {{"make.<locals>.on_close", "ui.py", 12, 2, captured, uses, attributes},
                          {"Screen.show", "ui.py", 20, 0, NULL, NULL, NULL}};
  must(rg_builder_create(&making->builder));
  for (size_t i = 0; i < LENGTH(names); i++)
    must(rg_builder_add_string(making->builder, names[i], strlen(names[i]), &making->strings[i]));
  must(rg_builder_add_private_string(making->builder, "secret", 6, making->strings[1], &making->secret));
  must(rg_builder_add_loss(making->builder, &(rg_loss){"frames: of another interpreter", 7}));
  for (size_t i = 0; i < LENGTH(infos); i++)
    must(rg_builder_add_site(making->builder, &infos[i], &making->sites[i]));
  making->num_nodes = 1;
  making->last = (rg_node_info){.length = RG_LENGTH_NONE, .site = RG_SITE_NONE};
  must(rg_builder_add_type(making->builder, &types[0], &making->last.type));
}

static void add_node(struct making *making)
{
  rg_node node;
  rg_allocation allocation = {"ui.py", making->last.refcount};
  making->last.address = 4096 + (uint64_t)making->num_nodes * 16;
  must(rg_builder_add_node(making->builder, &making->last, &node));
  if (allocation.line)
    must(rg_builder_set_allocation(making->builder, node, &allocation));
  making->num_nodes++;
}

// Its other properties follow from three bytes.
static void describe(struct making *making, const uint8_t *record)
{
  rg_node_info *info = &making->last;
  uint8_t value = record[3];
  must(rg_builder_add_type(making->builder, &types[record[1] % LENGTH(types)], &info->type));
  info->flags = (rg_node_flags)(record[2] | (record[1] & 0x80) << 1);
  info->label = value & 128 ? making->secret : making->strings[value % LENGTH(names)];
  info->context = making->strings[value & 3];
  info->size = value == 255 ? UINT64_MAX : (uint64_t)1 << (value & 31);
  info->refcount = value & 7;
  info->length = value & 64 ? value : RG_LENGTH_NONE;
  info->site = value & 32 ? making->sites[value & 1] : RG_SITE_NONE;
  info->state = (rg_state)(value % 3);
  info->state_field = info->state == RG_STATE_UNKNOWN ? 0 : making->strings[value % LENGTH(names)];
  info->num_unfollowed = info->flags & RG_NODE_PARTIAL ? value : 0;
}

static void refer(struct making *making, rg_node source, rg_node target, uint8_t kind, uint32_t name)
{
  rg_edge_kind edge_kind = (rg_edge_kind)(kind % RG_NUM_EDGE_KINDS);
  uint32_t named = edge_kind == RG_EDGE_INDEX ? name : making->strings[name % LENGTH(names)];
  if (making->num_nodes == 1)
    return;
  source %= making->num_nodes;
  target = 1 + target % (making->num_nodes - 1);
  must(rg_builder_add_edge(making->builder, source, target, edge_kind, named));
}

static void copy(struct making *making, const uint8_t *record)
{
  for (uint32_t i = 0; i < record[1] && making->num_nodes < MAX_NODES; i++) {
    add_node(making);
    refer(making, record[2], making->num_nodes - 2, record[3], i);
  }
}

static void add(struct making *making, const uint8_t *record)
{
  if (record[0] > 1) {
    refer(making, record[1], record[2], record[3], record[0]);
  } else if (record[0] == 1) {
    copy(making, record);
  } else if (making->num_nodes < MAX_NODES) {
    describe(making, record);
    add_node(making);
  }
}

static rg_graph *make(const uint8_t *data, size_t num_records)
{
  struct making making;
  rg_graph *graph;
  begin(&making);
  for (size_t i = 0; i < num_records; i++)
    add(&making, data + i * RECORD_SIZE);
  must(rg_builder_finish(making.builder, &graph));
  rg_builder_destroy(making.builder);
  return graph;
}

FUZZ_TARGET(graph)
{
  rg_graph *graphs[NUM_ROUNDS];
  size_t num_records = size / RECORD_SIZE;
  for (size_t i = 0; i < NUM_ROUNDS; i++)
    graphs[i] = make(data, num_records * (i + 1) / NUM_ROUNDS);
  ask_all(graphs[NUM_ROUNDS - 1]);
  ask_rounds(graphs + NUM_ROUNDS - 1, 1);
  ask_rounds(graphs, NUM_ROUNDS);
  for (size_t i = 0; i < NUM_ROUNDS; i++)
    rg_graph_destroy(graphs[i]);
  return 0;
}
