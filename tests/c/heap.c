#define _GNU_SOURCE // memrchr, strsep

#include "heap.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
  struct heap *heap;
  rg_builder *builder;
  rg_node_info infos[HEAP_MAX_NODES];
  rg_category categories[HEAP_MAX_NODES];
  char types[HEAP_MAX_NODES][32]; // empty: the usual one of the category
  char allocations[HEAP_MAX_NODES][32]; // files; empty: not known
  uint32_t lines[HEAP_MAX_NODES];
};

static const char *const category_words[RG_NUM_CATEGORIES] = {"instance", "container", "value", "callable",
                                                              "type",     "module",    "frame", "external"};
static const char *const usual_types[RG_NUM_CATEGORIES] = {"object", "list",   "int",   "function",
                                                           "type",   "module", "frame", "state"};
static const char *const flag_words[] = {"closure", "implicit", "passage", "immortal", "shared", "partial",
                                         "frozen",  "inferred", "fixed"};

static void check(rg_error *error)
{
  if (!error)
    return;
  fprintf(stderr, "heap: %s\n", error->message);
  abort();
}

static void fail(const char *what, const char *where)
{
  fprintf(stderr, "heap: %s at \"%s\"\n", what, where);
  abort();
}

static rg_node find_or_add(struct reader *reader, const char *name, size_t size)
{
  struct heap *heap = reader->heap;
  if (size == 1 && *name == 'R')
    return RG_NODE_ROOT;
  for (uint32_t i = 1; i < heap->num_names; i++) {
    if (strlen(heap->names[i]) == size && !memcmp(heap->names[i], name, size))
      return i;
  }
  if (heap->num_names == HEAP_MAX_NODES || size >= sizeof(heap->names[0]) || !size)
    fail("bad name", name);
  rg_node node;
  check(rg_builder_add_node(reader->builder, NULL, &node));
  memcpy(heap->names[node], name, size);
  heap->num_names = node + 1;
  reader->infos[node] = (rg_node_info){.length = RG_LENGTH_NONE, .site = RG_SITE_NONE, .address = 4096 + 16 * node};
  return node;
}

static rg_string add_string(struct reader *reader, const char *text, size_t size)
{
  rg_string string;
  check(rg_builder_add_string(reader->builder, text, size, &string));
  return string;
}

static size_t name_size(const char *text)
{
  size_t size = 0;
  while (isalnum((unsigned char)text[size]))
    size++;
  return size;
}

static const struct {
  char mark;
  char close; // ends the name; '\0': the arrow does
  rg_edge_kind kind;
} forms[] = {
    {'.', 0, RG_EDGE_ATTRIBUTE}, {'[', ']', RG_EDGE_ITEM},  {'#', 0, RG_EDGE_KEY},  {'{', '}', RG_EDGE_CAPTURED},
    {'(', ')', RG_EDGE_LOCAL},   {'*', 0, RG_EDGE_ARGUMENT}, {'!', 0, RG_EDGE_INTERNAL}, {'~', 0, RG_EDGE_WEAK},
    {'%', 0, RG_EDGE_TYPE},
};

static void read_edge(struct reader *reader, const char *word, size_t size)
{
  const char *arrow = memrchr(word, '>', size);
  size_t source_size = name_size(word);
  rg_node source = find_or_add(reader, word, source_size);
  rg_node target = find_or_add(reader, arrow + 1, size - (size_t)(arrow + 1 - word));
  rg_edge_kind kind = RG_EDGE_ATTRIBUTE;
  const char *begin = word + source_size, *end = arrow;
  for (size_t i = 0; begin < arrow && i < sizeof(forms) / sizeof(forms[0]); i++) {
    if (*begin != forms[i].mark)
      continue;
    kind = forms[i].kind;
    end -= forms[i].close != 0;
    begin++;
    break;
  }
  if (kind == RG_EDGE_ITEM && isdigit((unsigned char)*begin))
    check(rg_builder_add_edge(reader->builder, source, target, RG_EDGE_INDEX, (uint32_t)atoi(begin)));
  else
    check(rg_builder_add_edge(reader->builder, source, target, kind,
                              add_string(reader, begin, (size_t)(end - begin))));
}

static void replace(char *text, char old, char new)
{
  for (; (text = strchr(text, old)); text++)
    *text = new;
}

// The use that a letter says, or the attributes from the first dot on.
static rg_use read_use(char *text, const char **attributes_ret)
{
  rg_use use = RG_USE_KNOWN;
  for (; *text; text++) {
    use |= *text == 'r' ? RG_USE_READ : *text == 'w' ? RG_USE_WRITTEN : 0;
    if (*text != '.')
      continue;
    use |= RG_USE_READ | RG_USE_ATTRIBUTES;
    *attributes_ret = text + 1;
    replace(text + 1, '.', ' ');
    break;
  }
  return use;
}

static rg_site read_site(struct reader *reader, char *value)
{
  const char *captured[16], *attributes[16];
  rg_use uses[16] = {0};
  rg_site_info info = {
      .name = strtok(value, "/"), .captured = captured, .uses = uses, .attributes = attributes};
  char *file = strtok(NULL, "/");
  const char *line = strtok(NULL, "/");
  if (file)
    replace(file, '|', '/');
  info.file = file ? file : "";
  info.line = line ? (uint32_t)atoi(line) : 0;
  for (char *name; (name = strtok(NULL, "/")); info.num_captured++) {
    char *colon = strchr(name, ':');
    captured[info.num_captured] = name;
    attributes[info.num_captured] = "";
    if (!colon)
      continue;
    *colon = '\0';
    uses[info.num_captured] = read_use(colon + 1, &attributes[info.num_captured]);
  }
  rg_site site;
  check(rg_builder_add_site(reader->builder, &info, &site));
  return site;
}

static bool read_word(struct reader *reader, rg_node node, const char *word)
{
  for (size_t i = 0; i < RG_NUM_CATEGORIES; i++) {
    if (!strcmp(word, category_words[i])) {
      reader->categories[node] = (rg_category)i;
      return true;
    }
  }
  for (size_t i = 0; i < sizeof(flag_words) / sizeof(flag_words[0]); i++) {
    if (!strcmp(word, flag_words[i])) {
      reader->infos[node].flags |= (rg_node_flags)(1 << i);
      return true;
    }
  }
  return false;
}

// "app.py/12"
static void read_allocation(struct reader *reader, rg_node node, const char *value)
{
  const char *slash = strrchr(value, '/');
  snprintf(reader->allocations[node], sizeof(reader->allocations[node]), "%.*s", (int)(slash - value), value);
  reader->lines[node] = (uint32_t)atoi(slash + 1);
}

static bool read_setting(struct reader *reader, rg_node node, const char *key, char *value)
{
  rg_node_info *info = &reader->infos[node];
  replace(value, '^', ' ');
  if (!strcmp(key, "type"))
    snprintf(reader->types[node], sizeof(reader->types[node]), "%s", value);
  else if (!strcmp(key, "label"))
    info->label = add_string(reader, value, strlen(value));
  else if (!strcmp(key, "allocated"))
    read_allocation(reader, node, value);
  else if (!strcmp(key, "context"))
    info->context = add_string(reader, value, strlen(value));
  else if (!strcmp(key, "size"))
    info->size = strtoull(value, NULL, 10);
  else if (!strcmp(key, "length"))
    info->length = (uint32_t)atoi(value);
  else if (!strcmp(key, "refcount"))
    info->refcount = (uint32_t)atoi(value);
  else if (!strcmp(key, "unfollowed"))
    info->num_unfollowed = strtoull(value, NULL, 10);
  else if (!strcmp(key, "finished")) {
    info->state = RG_STATE_FINISHED;
    info->state_field = add_string(reader, value, strlen(value));
  } else if (!strcmp(key, "site"))
    info->site = read_site(reader, value);
  else
    return false;
  return true;
}

static void read_node(struct reader *reader, const char *word, size_t size)
{
  size_t length = name_size(word);
  rg_node node = find_or_add(reader, word, length);
  char settings[2 * RG_STRING_MAX];
  snprintf(settings, sizeof(settings), "%.*s", (int)(size - length - 1), word + length + 1);
  char *rest = settings;
  for (char *setting; (setting = strsep(&rest, ","));) {
    char *equals = strchr(setting, '=');
    if (equals)
      *equals = '\0';
    if (equals ? !read_setting(reader, node, setting, equals + 1) : !read_word(reader, node, setting))
      fail("unknown word", setting);
  }
}

/* "logging.Logger" is the Logger of the module logging. */
static void add_type(struct reader *reader, rg_node node)
{
  rg_category category = reader->categories[node];
  char *name = reader->types[node], *dot = strrchr(name, '.');
  if (dot)
    *dot = '\0';
  rg_type_info type = {dot ? dot + 1 : *name ? name : usual_types[category], dot ? name : "", category};
  check(rg_builder_add_type(reader->builder, &type, &reader->infos[node].type));
}

static void set_nodes(struct reader *reader)
{
  for (rg_node node = 1; node < reader->heap->num_names; node++) {
    add_type(reader, node);
    check(rg_builder_set_node(reader->builder, node, &reader->infos[node]));
    rg_allocation allocation = {reader->allocations[node], reader->lines[node]};
    if (*allocation.file)
      check(rg_builder_set_allocation(reader->builder, node, &allocation));
  }
}

struct heap heap(const char *notation)
{
  struct heap heap = {.num_names = 1};
  struct reader *reader = calloc(1, sizeof(*reader));
  reader->heap = &heap;
  check(rg_builder_create(&reader->builder));
  while (*(notation += strspn(notation, " \n"))) {
    size_t size = strcspn(notation, " \n");
    size_t name = name_size(notation);
    if (name < size && notation[name] == ':')
      read_node(reader, notation, size);
    else if (memchr(notation, '>', size))
      read_edge(reader, notation, size);
    else
      fail("neither node nor edge", notation);
    notation += size;
  }
  set_nodes(reader);
  rg_process_info process = {"tests 1.0", "CPython 3.11.2", "testhost", "fork", 4711, 1700000000123456789, 2500000,
                             1, {700, 10, 10}, {5, 3, 1}, 12};
  check(rg_builder_set_process(reader->builder, &process));
  check(rg_builder_finish(reader->builder, &heap.graph));
  rg_builder_destroy(reader->builder);
  free(reader);
  return heap;
}

void heap_deinit(struct heap *heap)
{
  rg_graph_destroy(heap->graph);
}

rg_node heap_node(const struct heap *heap, const char *name)
{
  for (rg_node node = 1; node < heap->num_names; node++) {
    if (!strcmp(heap->names[node], name))
      return node;
  }
  fail("no node of this name", name);
  return RG_NODE_NONE;
}

uint32_t heap_random_below(uint32_t *state, uint32_t end)
{
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state % end;
}

static rg_builder *begin_graph(uint32_t num_nodes, bool (*is_passage)(uint32_t *), uint32_t *state)
{
  rg_builder *builder;
  rg_type type;
  rg_type_info info = {"object", "", RG_CATEGORY_INSTANCE};
  check(rg_builder_create(&builder));
  check(rg_builder_add_type(builder, &info, &type));
  for (uint32_t i = 0; i < num_nodes; i++) {
    rg_node node;
    rg_node_info node_info = {.length = RG_LENGTH_NONE, .site = RG_SITE_NONE, .type = type, .size = 16 + i};
    node_info.flags = is_passage && is_passage(state) ? RG_NODE_PASSAGE : 0;
    check(rg_builder_add_node(builder, &node_info, &node));
  }
  return builder;
}

static rg_graph *finish_graph(rg_builder *builder)
{
  rg_graph *graph;
  check(rg_builder_finish(builder, &graph));
  rg_builder_destroy(builder);
  return graph;
}

static bool one_in_four(uint32_t *state)
{
  return heap_random_below(state, 4) == 0;
}

rg_graph *heap_random(uint32_t seed, uint32_t num_nodes, uint32_t num_edges)
{
  uint32_t state = seed * 2654435761u + 1;
  rg_builder *builder = begin_graph(num_nodes, one_in_four, &state);
  for (uint32_t i = 0; i < num_edges; i++) {
    rg_node source = heap_random_below(&state, num_nodes + 1);
    rg_node target = 1 + heap_random_below(&state, num_nodes);
    // Mostly attributes: kinds that are not followed would leave little to see.
    rg_edge_kind kind = heap_random_below(&state, 2) ? RG_EDGE_ATTRIBUTE : heap_random_below(&state, RG_NUM_EDGE_KINDS);
    check(rg_builder_add_edge(builder, source, target, kind, 0));
  }
  return finish_graph(builder);
}

static rg_graph *chain(uint32_t num_nodes, const char *first, const char *second)
{
  rg_builder *builder = begin_graph(num_nodes, NULL, NULL);
  rg_string names[2];
  check(rg_builder_add_string(builder, first, strlen(first), &names[0]));
  check(rg_builder_add_string(builder, second, strlen(second), &names[1]));
  for (rg_node node = 0; node < num_nodes; node++)
    check(rg_builder_add_edge(builder, node, node + 1, RG_EDGE_ATTRIBUTE, names[node % 2]));
  return finish_graph(builder);
}

rg_graph *heap_chain(uint32_t num_nodes)
{
  return chain(num_nodes, "next", "then");
}

rg_graph *heap_linked_list(uint32_t num_nodes)
{
  return chain(num_nodes, "next", "next");
}

rg_graph *heap_passages(uint32_t num_passages)
{
  rg_node end = num_passages + 2;
  rg_builder *builder = begin_graph(end, NULL, NULL);
  for (rg_node node = 2; node < end; node++)
    rg_builder_add_flags(builder, node, RG_NODE_PASSAGE);
  for (uint32_t i = 0; i < num_passages; i++)
    check(rg_builder_add_edge(builder, end - 1, end - 2, RG_EDGE_ATTRIBUTE, 0));
  for (rg_node node = 1; node < end; node++)
    check(rg_builder_add_edge(builder, node, node + 1, RG_EDGE_ATTRIBUTE, 0));
  return finish_graph(builder);
}

/* --- sanitizers --------------------------------------------------------------------------------------------------- */

/* LeakSanitizer asks for this at the end of each process. Criterion's main one, which runs no test, loses blocks of its
 * own; those that run tests have this variable. */
__attribute__((visibility("default"))) int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
  return !getenv("BXFI_MAP");
}
