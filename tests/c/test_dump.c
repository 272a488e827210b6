/* Dumps: what is written is read again; what is damaged, cut off or made up is refused with its offset, or answers. */
#define _GNU_SOURCE // memmem

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../src/base/alloc.h"
#include "../../src/base/crc32c.h"
#include "../../src/dump/chunk.h"
#include "../../src/dump/coding.h"
#include "../../src/dump/read.h"
#include "errors.h"
#include "heap.h"

/* --- graphs ------------------------------------------------------------------------------------------------------- */

static rg_string add_string(rg_builder *builder, const char *text)
{
  rg_string string;
  must(rg_builder_add_string(builder, text, strlen(text), &string));
  return string;
}

static rg_site add_site(rg_builder *builder)
{
  const char *const captured[] = {"screen", "rows"}, *const attributes[] = {"title width", ""};
  const rg_use uses[] = {RG_USE_KNOWN | RG_USE_READ | RG_USE_ATTRIBUTES, RG_USE_KNOWN | RG_USE_WRITTEN};
  rg_site site;
  must(rg_builder_add_site(builder,
                            &(rg_site_info){.name = "make.<locals>.on_click",
                                            .file = "ui.py",
                                            .line = 12,
                                            .num_captured = 2,
                                            .captured = captured,
                                            .uses = uses,
                                            .attributes = attributes},
                            &site));
  return site;
}

static rg_node add_node(rg_builder *builder, rg_category category, const char *type_name, rg_node_info info)
{
  rg_node node;
  must(rg_builder_add_type(builder, &(rg_type_info){type_name, "app", category}, &info.type));
  must(rg_builder_add_node(builder, &info, &node));
  return node;
}

static rg_node add_private_value(rg_builder *builder)
{
  rg_string label, replacement = add_string(builder, "[str, 6 characters]");
  must(rg_builder_append_private_string(builder, "secret", 6, replacement, &label));
  return add_node(builder, RG_CATEGORY_VALUE, "str",
                  (rg_node_info){.address = 4096, .size = 55, .label = label, .length = 6, .site = RG_SITE_NONE});
}

static void add_edge(rg_builder *builder, rg_node source, rg_node target, rg_edge_kind kind, uint32_t name)
{
  must(rg_builder_add_edge(builder, source, target, kind, name));
}

static void describe_process(rg_builder *builder)
{
  must(rg_builder_set_process(builder, &(rg_process_info){.producer = "refgraph 0.1.0",
                                                           .interpreter = "CPython 3.11.2",
                                                           .host = "box",
                                                           .mode = "fork",
                                                           .pid = 4711,
                                                           .time_ns = 1790000000123456789,
                                                           .pause_ns = 14000000,
                                                           .is_collector_enabled = 1,
                                                           .thresholds = {700, 10, 10},
                                                           .counts = {1, 2, 3},
                                                           .num_frozen = 375}));
  must(rg_builder_add_loss(builder, &(rg_loss){"allocation sites: not traced", 0}));
  must(rg_builder_add_loss(builder, &(rg_loss){"frames: of another interpreter", 7}));
}

// One of everything that a graph can hold.
static rg_graph *everything(void)
{
  rg_builder *builder;
  rg_graph *graph;
  must(rg_builder_create(&builder));
  rg_node_info plain = {.length = RG_LENGTH_NONE, .site = RG_SITE_NONE};
  rg_node_info frame = plain, closure = plain, owner = plain, huge = plain, list = plain;
  frame.label = add_string(builder, "main");
  frame.context = add_string(builder, "MainThread");
  closure.site = add_site(builder);
  closure.flags = RG_NODE_CLOSURE | RG_NODE_FROZEN;
  owner.state = RG_STATE_FINISHED;
  owner.state_field = add_string(builder, "_closed");
  owner.address = 0xfffffffffffffff8;
  huge.size = UINT64_MAX - 1;
  huge.refcount = UINT32_MAX;
  huge.address = 8;
  list.length = 3;
  list.num_unfollowed = (uint64_t)1 << 40;
  list.flags = RG_NODE_PARTIAL;
  rg_node frame_node = add_node(builder, RG_CATEGORY_FRAME, "frame", frame);
  rg_node closure_node = add_node(builder, RG_CATEGORY_CALLABLE, "function", closure);
  rg_node owner_node = add_node(builder, RG_CATEGORY_INSTANCE, "Screen", owner);
  rg_node huge_node = add_node(builder, RG_CATEGORY_INSTANCE, "Screen", huge);
  rg_node list_node = add_node(builder, RG_CATEGORY_CONTAINER, "list", list);
  rg_node value_node = add_private_value(builder);
  rg_string key;
  must(rg_builder_add_private_string(builder, "'password'", 10, add_string(builder, "[str, 8 characters]"), &key));
  add_edge(builder, RG_NODE_ROOT, frame_node, RG_EDGE_INTERNAL, add_string(builder, "frame"));
  add_edge(builder, frame_node, closure_node, RG_EDGE_LOCAL, add_string(builder, "on_click"));
  add_edge(builder, closure_node, owner_node, RG_EDGE_CAPTURED, add_string(builder, "screen"));
  add_edge(builder, closure_node, list_node, RG_EDGE_CAPTURED, add_string(builder, "rows"));
  add_edge(builder, list_node, value_node, RG_EDGE_INDEX, 0);
  add_edge(builder, list_node, value_node, RG_EDGE_INDEX, 1);
  add_edge(builder, list_node, huge_node, RG_EDGE_INDEX, UINT32_MAX);
  add_edge(builder, owner_node, value_node, RG_EDGE_ITEM, key);
  add_edge(builder, owner_node, closure_node, RG_EDGE_WEAK, 0);
  must(rg_builder_set_allocation(builder, closure_node, &(rg_allocation){"ui.py", 17}));
  describe_process(builder);
  must(rg_builder_finish(builder, &graph));
  rg_builder_destroy(builder);
  return graph;
}

static void assert_same_strings(const rg_graph *a, rg_string in_a, const rg_graph *b, rg_string in_b)
{
  cr_assert_str_eq(rg_graph_string(a, in_a), rg_graph_string(b, in_b));
}

static void assert_same_node(const rg_graph *a, const rg_graph *b, rg_node node)
{
  rg_node_info in_a = rg_graph_node(a, node), in_b = rg_graph_node(b, node);
  cr_assert_eq(in_a.address, in_b.address);
  cr_assert_eq(in_a.size, in_b.size);
  cr_assert_eq(in_a.refcount, in_b.refcount);
  cr_assert_eq(in_a.length, in_b.length);
  cr_assert_eq(in_a.type, in_b.type);
  cr_assert_eq(in_a.site, in_b.site);
  cr_assert_eq(in_a.flags, in_b.flags);
  cr_assert_eq(in_a.num_unfollowed, in_b.num_unfollowed);
  cr_assert_eq(in_a.state, in_b.state);
  assert_same_strings(a, in_a.label, b, in_b.label);
  assert_same_strings(a, in_a.context, b, in_b.context);
  assert_same_strings(a, in_a.state_field, b, in_b.state_field);
  rg_allocation at_a = rg_graph_allocation(a, node), at_b = rg_graph_allocation(b, node);
  cr_assert_eq(at_a.line, at_b.line);
  cr_assert(at_a.file ? at_b.file && !strcmp(at_a.file, at_b.file) : !at_b.file);
}

static void assert_same_edges(const rg_graph *a, const rg_graph *b)
{
  cr_assert_eq(rg_graph_num_edges(a), rg_graph_num_edges(b));
  for (rg_edge edge = 0; edge < rg_graph_num_edges(a); edge++) {
    cr_assert_eq(rg_graph_edge_source(a, edge), rg_graph_edge_source(b, edge));
    cr_assert_eq(rg_graph_edge_target(a, edge), rg_graph_edge_target(b, edge));
    cr_assert_eq(rg_graph_edge_kind(a, edge), rg_graph_edge_kind(b, edge));
    cr_assert_str_eq(rg_graph_edge_name(a, edge), rg_graph_edge_name(b, edge));
    if (rg_graph_edge_kind(a, edge) == RG_EDGE_INDEX)
      cr_assert_eq(rg_graph_edge_index(a, edge), rg_graph_edge_index(b, edge));
  }
}

static void assert_same_sites(const rg_graph *a, const rg_graph *b)
{
  cr_assert_eq(rg_graph_num_sites(a), rg_graph_num_sites(b));
  for (rg_site site = 0; site < rg_graph_num_sites(a); site++) {
    rg_site_info in_a = rg_graph_site(a, site), in_b = rg_graph_site(b, site);
    cr_assert_str_eq(in_a.name, in_b.name);
    cr_assert_str_eq(in_a.file, in_b.file);
    cr_assert_eq(in_a.line, in_b.line);
    cr_assert_eq(in_a.num_captured, in_b.num_captured);
    for (uint32_t i = 0; i < in_a.num_captured; i++) {
      cr_assert_str_eq(in_a.captured[i], in_b.captured[i]);
      cr_assert_eq(in_a.uses[i], in_b.uses[i]);
      cr_assert_str_eq(in_a.attributes[i], in_b.attributes[i]);
    }
  }
}

static void assert_same_origin(const rg_graph *a, const rg_graph *b)
{
  rg_process_info in_a = rg_graph_process(a), in_b = rg_graph_process(b);
  cr_assert_str_eq(in_a.producer, in_b.producer);
  cr_assert_str_eq(in_a.interpreter, in_b.interpreter);
  cr_assert_str_eq(in_a.host, in_b.host);
  cr_assert_str_eq(in_a.mode, in_b.mode);
  cr_assert_eq(in_a.pid, in_b.pid);
  cr_assert_eq(in_a.time_ns, in_b.time_ns);
  cr_assert_eq(in_a.pause_ns, in_b.pause_ns);
  cr_assert_eq(in_a.is_collector_enabled, in_b.is_collector_enabled);
  cr_assert_arr_eq(in_a.thresholds, in_b.thresholds, sizeof(in_a.thresholds));
  cr_assert_arr_eq(in_a.counts, in_b.counts, sizeof(in_a.counts));
  cr_assert_eq(in_a.num_frozen, in_b.num_frozen);
  cr_assert_eq(rg_graph_num_losses(a), rg_graph_num_losses(b));
  for (size_t i = 0; i < rg_graph_num_losses(a); i++) {
    cr_assert_str_eq(rg_graph_loss(a, i).what, rg_graph_loss(b, i).what);
    cr_assert_eq(rg_graph_loss(a, i).num, rg_graph_loss(b, i).num);
  }
}

static void assert_same(const rg_graph *a, const rg_graph *b)
{
  cr_assert_eq(rg_graph_num_nodes(a), rg_graph_num_nodes(b));
  cr_assert_eq(rg_graph_num_types(a), rg_graph_num_types(b));
  for (rg_node node = 0; node < rg_graph_num_nodes(a); node++) {
    assert_same_node(a, b, node);
    cr_assert_eq(rg_graph_is_root(a, node), rg_graph_is_root(b, node));
    cr_assert_eq(rg_graph_node_category(a, node), rg_graph_node_category(b, node));
  }
  assert_same_edges(a, b);
  assert_same_sites(a, b);
  assert_same_origin(a, b);
}

/* --- dumps -------------------------------------------------------------------------------------------------------- */

static const rg_dump_write_options with_values = {sizeof(with_values), true, false, 0, 0};
static const rg_dump_write_options uncompressed = {sizeof(uncompressed), true, true, 0, 0};

static rg_buffer dump(const rg_graph *graph, const rg_dump_write_options *options)
{
  rg_buffer buffer = RG_BUFFER_INIT;
  rg_writer writer = rg_buffer_writer(&buffer);
  must(rg_dump_write(graph, options, &writer));
  return buffer;
}

static rg_error *load_bytes(const void *data, size_t size, rg_graph **ret)
{
  rg_bytes bytes = {data, size};
  rg_reader reader = rg_bytes_reader(&bytes);
  return rg_dump_read(&reader, &(rg_dump_read_options){.size = sizeof(rg_dump_read_options), .max_memory = 1 << 28},
                      ret);
}

static rg_graph *load(const rg_buffer *buffer)
{
  rg_graph *graph = NULL;
  must(load_bytes(buffer->data, buffer->size, &graph));
  return graph;
}

// Whatever can be asked of a graph, asked.
static void ask_everything(const rg_graph *graph)
{
  rg_closures *closures;
  rg_selection *selection;
  rg_view *view;
  rg_buffer text = RG_BUFFER_INIT;
  rg_writer writer = rg_buffer_writer(&text);
  for (rg_node node = 0; node < rg_graph_num_nodes(graph); node++)
    rg_graph_node(graph, node);
  for (rg_edge edge = 0; edge < rg_graph_num_edges(graph); edge++)
    rg_graph_edge_name(graph, edge);
  must(rg_closures_create(graph, &closures));
  must(rg_select_why_closures(graph, closures, NULL, &selection));
  must(rg_view_create(selection, NULL, &view));
  must(rg_view_write_text(view, &writer));
  rg_buffer_deinit(&text);
  rg_view_destroy(view);
  rg_selection_destroy(selection);
  rg_closures_destroy(closures);
}

// Reads what was tampered with: an error that says where, or a graph that can be asked.
static bool is_refused(const void *data, size_t size)
{
  rg_graph *graph = NULL;
  rg_error *error = load_bytes(data, size, &graph);
  if (!error) {
    ask_everything(graph);
    rg_graph_destroy(graph);
    return false;
  }
  cr_assert(error->code == RG_ERROR_DUMP || error->code == RG_ERROR_UNSUPPORTED || error->code == RG_ERROR_LIMIT,
            "%s", error->message);
  if (error->code == RG_ERROR_DUMP && size >= 8 && !memcmp(data, RGI_DUMP_MAGIC, 8))
    cr_assert(strstr(error->message, "at byte "), "%s", error->message);
  cr_assert_null(graph);
  rg_error_destroy(error);
  return true;
}

static struct rgi_chunk chunk_at(const rg_buffer *buffer, size_t offset)
{
  return rgi_chunk_decode((const uint8_t *)buffer->data + offset);
}

// The offset of the next chunk.
static size_t chunk_end(const rg_buffer *buffer, size_t offset)
{
  return offset + RGI_CHUNK_HEADER_SIZE + chunk_at(buffer, offset).stored_size;
}

static void seal(char *data, size_t size)
{
  uint32_t checksum = rgi_crc32c(data, size - 4);
  memcpy(data + size - 4, &checksum, 4);
}

// Makes every checksum right again, as far as the sizes let chunks be found.
static void make_right(rg_buffer *buffer)
{
  seal(buffer->data, RGI_DUMP_HEADER_SIZE);
  size_t offset = RGI_DUMP_HEADER_SIZE;
  while (offset + RGI_CHUNK_HEADER_SIZE <= buffer->size && chunk_end(buffer, offset) <= buffer->size) {
    char *header = buffer->data + offset;
    uint32_t checksum = rgi_crc32c(header + RGI_CHUNK_HEADER_SIZE, chunk_at(buffer, offset).stored_size);
    memcpy(header + 24, &checksum, 4);
    seal(header, RGI_CHUNK_HEADER_SIZE);
    offset = chunk_end(buffer, offset);
  }
}

static rg_buffer copy(const rg_buffer *buffer)
{
  rg_buffer copied = RG_BUFFER_INIT;
  rg_writer writer = rg_buffer_writer(&copied);
  must(writer.write(writer.context, buffer->data, buffer->size));
  return copied;
}

// Offset of the first chunk of a kind.
static size_t find_chunk(const rg_buffer *buffer, enum rgi_chunk_kind kind)
{
  size_t offset = RGI_DUMP_HEADER_SIZE;
  while (chunk_at(buffer, offset).kind != kind)
    offset = chunk_end(buffer, offset);
  return offset;
}

/* --- what is written is read again -------------------------------------------------------------------------------- */

static void assert_survives(rg_graph *graph, const rg_dump_write_options *options)
{
  rg_buffer buffer = dump(graph, options);
  rg_graph *loaded = load(&buffer);
  assert_same(graph, loaded);
  rg_graph_destroy(loaded);
  rg_buffer_deinit(&buffer);
}

Test(dump, a_graph_with_one_of_everything_survives)
{
  rg_graph *graph = everything();
  assert_survives(graph, &with_values);
  assert_survives(graph, &uncompressed);
  rg_graph_destroy(graph);
}

static rg_graph *load_golden(const char *name)
{
  char path[4096];
  const char *srcdir = getenv("srcdir");
  rg_graph *graph = NULL;
  snprintf(path, sizeof(path), "%s/tests/golden/%s", srcdir ? srcdir : ".", name);
  int fd = open(path, O_RDONLY);
  cr_assert_geq(fd, 0, "%s", path);
  rg_reader reader = rg_fd_reader(fd);
  must(rg_dump_read(&reader, NULL, &graph));
  close(fd);
  return graph;
}

Test(dump, one_that_was_written_when_the_format_was_made_is_read)
{
  rg_graph *graph = everything(), *loaded = load_golden("everything-0.1.rgd");
  assert_same(graph, loaded);
  rg_graph_destroy(loaded);
  rg_graph_destroy(graph);
}

Test(dump, random_graphs_survive)
{
  for (uint32_t seed = 1; seed <= 50; seed++) {
    rg_graph *graph = heap_random(seed, 1 + seed * 7, seed * 23);
    assert_survives(graph, NULL);
    rg_graph_destroy(graph);
  }
}

Test(dump, a_graph_of_many_chunks_survives)
{
  rg_graph *graph = heap_random(1, 150000, 400000);
  assert_survives(graph, NULL);
  rg_graph_destroy(graph);
}

Test(dump, an_empty_graph_survives)
{
  rg_builder *builder;
  rg_graph *graph;
  must(rg_builder_create(&builder));
  must(rg_builder_finish(builder, &graph));
  assert_survives(graph, NULL);
  rg_graph_destroy(graph);
  rg_builder_destroy(builder);
}

Test(dump, the_same_graph_gives_the_same_bytes)
{
  rg_graph *graph = everything();
  rg_buffer first = dump(graph, &with_values), loaded_and_written;
  rg_graph *loaded = load(&first);
  loaded_and_written = dump(loaded, &with_values);
  cr_assert_eq(first.size, loaded_and_written.size);
  cr_assert_arr_eq(first.data, loaded_and_written.data, first.size);
  rg_buffer_deinit(&first);
  rg_buffer_deinit(&loaded_and_written);
  rg_graph_destroy(loaded);
  rg_graph_destroy(graph);
}

Test(dump, a_reader_that_gives_a_byte_at_a_time_will_do)
{
  rg_graph *graph = everything(), *loaded;
  rg_buffer buffer = dump(graph, &with_values);
  int ends[2];
  cr_assert_eq(pipe(ends), 0);
  cr_assert_eq(write(ends[1], buffer.data, buffer.size), (ssize_t)buffer.size);
  close(ends[1]);
  rg_reader reader = rg_fd_reader(ends[0]);
  cr_assert_eq(reader.size, 0);
  must(rg_dump_read(&reader, NULL, &loaded));
  assert_same(graph, loaded);
  close(ends[0]);
  rg_graph_destroy(loaded);
  rg_graph_destroy(graph);
  rg_buffer_deinit(&buffer);
}

/* --- private text ------------------------------------------------------------------------------------------------- */

static bool contains(const rg_buffer *buffer, const char *text)
{
  return memmem(buffer->data, buffer->size, text, strlen(text)) != NULL;
}

Test(dump, private_text_is_not_written_unless_asked_for)
{
  rg_graph *graph = everything();
  rg_dump_write_options options = RG_DUMP_WRITE_OPTIONS_INIT;
  options.is_uncompressed = true;
  rg_buffer buffer = dump(graph, &options), with = dump(graph, &uncompressed);
  cr_assert(contains(&with, "secret") && contains(&with, "password"));
  cr_assert(!contains(&buffer, "secret") && !contains(&buffer, "password"));
  cr_assert(contains(&buffer, "on_click"));
  rg_buffer_deinit(&buffer);
  rg_buffer_deinit(&with);
  rg_graph_destroy(graph);
}

Test(dump, private_text_is_replaced_where_it_was)
{
  rg_graph *graph = everything();
  rg_buffer buffer = dump(graph, NULL);
  rg_graph *loaded = load(&buffer);
  cr_assert_str_eq(rg_graph_string(loaded, rg_graph_node(loaded, 6).label), "[str, 6 characters]");
  rg_edge edge = rg_graph_edges_begin(loaded, 3);
  cr_assert_str_eq(rg_graph_edge_name(loaded, edge), "[str, 8 characters]");
  rg_graph_destroy(loaded);
  rg_graph_destroy(graph);
  rg_buffer_deinit(&buffer);
}

Test(dump, private_text_of_a_dump_with_values_stays_private)
{
  rg_graph *graph = everything();
  rg_buffer buffer = dump(graph, &with_values);
  rg_graph *loaded = load(&buffer);
  rg_buffer again = dump(loaded, &(rg_dump_write_options){sizeof(rg_dump_write_options), false, true, 0, 0});
  cr_assert(!contains(&again, "secret"));
  rg_graph_destroy(loaded);
  rg_graph_destroy(graph);
  rg_buffer_deinit(&buffer);
  rg_buffer_deinit(&again);
}

/* --- what is cut off ---------------------------------------------------------------------------------------------- */

Test(dump, cut_off_anywhere_it_is_refused_or_said_to_be_truncated)
{
  rg_graph *graph = everything();
  rg_buffer buffer = dump(graph, &with_values);
  size_t first_object = chunk_end(&buffer, find_chunk(&buffer, RGI_CHUNK_NODE));
  for (size_t size = 0; size < buffer.size; size++) {
    rg_graph *loaded = NULL;
    rg_error *error = load_bytes(buffer.data, size, &loaded);
    cr_assert_eq(error == NULL, size >= first_object, "byte %zu", size);
    if (error)
      cr_assert_eq(error->code, RG_ERROR_DUMP);
    else
      cr_assert(rg_graph_is_truncated(loaded));
    if (loaded)
      ask_everything(loaded);
    rg_error_destroy(error);
    rg_graph_destroy(loaded);
  }
  rg_buffer_deinit(&buffer);
  rg_graph_destroy(graph);
}

Test(dump, what_is_missing_of_a_dump_that_is_cut_off_is_counted)
{
  rg_graph *graph = everything(), *loaded;
  rg_buffer buffer = dump(graph, NULL);
  must(load_bytes(buffer.data, find_chunk(&buffer, RGI_CHUNK_EDGE), &loaded));
  cr_assert_eq(rg_graph_num_losses(loaded), 1);
  cr_assert_str_eq(rg_graph_loss(loaded, 0).what, "references: the dump is cut off");
  cr_assert_eq(rg_graph_loss(loaded, 0).num, rg_graph_num_edges(graph));
  rg_graph_destroy(loaded);
  rg_graph_destroy(graph);
  rg_buffer_deinit(&buffer);
}

Test(dump, the_part_of_a_dump_before_a_cut_is_what_it_was)
{
  rg_graph *graph = heap_random(3, 100000, 300000), *loaded;
  rg_buffer buffer = dump(graph, NULL);
  size_t first_edges = find_chunk(&buffer, RGI_CHUNK_EDGE);
  must(load_bytes(buffer.data, chunk_end(&buffer, first_edges), &loaded));
  uint64_t num_edges = chunk_at(&buffer, first_edges).num_items;
  cr_assert_eq(rg_graph_num_edges(loaded), num_edges);
  cr_assert_eq(rg_graph_num_nodes(loaded), rg_graph_num_nodes(graph));
  for (rg_edge edge = 0; edge < num_edges; edge++) {
    cr_assert_eq(rg_graph_edge_source(graph, edge), rg_graph_edge_source(loaded, edge));
    cr_assert_eq(rg_graph_edge_target(graph, edge), rg_graph_edge_target(loaded, edge));
  }
  rg_graph_destroy(loaded);
  rg_graph_destroy(graph);
  rg_buffer_deinit(&buffer);
}

/* --- what is damaged ---------------------------------------------------------------------------------------------- */

// Byte `i` set to 0, to 255, and with each bit flipped: variant 0 to 9.
static char tampered(char byte, unsigned variant)
{
  if (variant < 2)
    return variant ? '\xff' : '\0';
  return (char)(byte ^ 1 << (variant - 2));
}

static void tamper_with_all(const rg_dump_write_options *options, bool makes_right)
{
  rg_graph *graph = everything();
  rg_buffer original = dump(graph, options);
  for (size_t i = 0; i < original.size; i++) {
    for (unsigned variant = 0; variant < 10; variant++) {
      char byte = tampered(original.data[i], variant);
      if (byte == original.data[i])
        continue;
      rg_buffer buffer = copy(&original);
      buffer.data[i] = byte;
      if (makes_right)
        make_right(&buffer);
      bool was_refused = is_refused(buffer.data, buffer.size);
      cr_assert(was_refused || makes_right, "byte %zu variant %u", i, variant);
      rg_buffer_deinit(&buffer);
    }
  }
  rg_buffer_deinit(&original);
  rg_graph_destroy(graph);
}

Test(dump, any_damaged_byte_is_noticed)
{
  tamper_with_all(&with_values, false);
}

Test(dump, any_damaged_byte_under_right_checksums_does_no_harm)
{
  tamper_with_all(&with_values, true);
  tamper_with_all(&uncompressed, true);
}

// The chunks of a dump in another order: order[] is a list of numbers, ended by -1.
static rg_buffer reorder(const rg_buffer *buffer, const int *order)
{
  rg_buffer reordered = RG_BUFFER_INIT;
  rg_writer writer = rg_buffer_writer(&reordered);
  must(writer.write(writer.context, buffer->data, RGI_DUMP_HEADER_SIZE));
  for (; *order >= 0; order++) {
    size_t offset = RGI_DUMP_HEADER_SIZE;
    for (int i = 0; i < *order; i++)
      offset = chunk_end(buffer, offset);
    must(writer.write(writer.context, buffer->data + offset, chunk_end(buffer, offset) - offset));
  }
  return reordered;
}

static int num_chunks(const rg_buffer *buffer)
{
  int num = 0;
  for (size_t offset = RGI_DUMP_HEADER_SIZE; offset < buffer->size; offset = chunk_end(buffer, offset))
    num++;
  return num;
}

// Numbers the chunks as they stand.
static void renumber(rg_buffer *buffer)
{
  uint32_t number = 0;
  for (size_t offset = RGI_DUMP_HEADER_SIZE; offset < buffer->size; offset = chunk_end(buffer, offset), number++)
    memcpy(buffer->data + offset + 4, &number, 4);
  make_right(buffer);
}

Test(dump, shuffled_doubled_and_dropped_chunks_are_noticed)
{
  rg_graph *graph = everything();
  rg_buffer original = dump(graph, &with_values);
  int num = num_chunks(&original);
  uint32_t state = 1;
  for (int round = 0; round < 500; round++) {
    int order[64], length = num;
    for (int i = 0; i < num; i++)
      order[i] = i;
    int a = (int)heap_random_below(&state, (uint32_t)num), b = (int)heap_random_below(&state, (uint32_t)num);
    if (round % 3 == 0) {
      order[a] = b;
      order[b] = a;
    } else if (round % 3 == 1) {
      memmove(order + a + 1, order + a, sizeof(*order) * (size_t)(length++ - a));
    } else {
      memmove(order + a, order + a + 1, sizeof(*order) * (size_t)(--length - a));
    }
    order[length] = -1;
    rg_buffer buffer = reorder(&original, order);
    bool is_same = buffer.size == original.size && !memcmp(buffer.data, original.data, buffer.size);
    rg_graph *loaded = NULL;
    rg_error *error = load_bytes(buffer.data, buffer.size, &loaded);
    // Without its last chunk a dump is cut off.
    cr_assert(error || is_same || rg_graph_is_truncated(loaded));
    rg_error_destroy(error);
    rg_graph_destroy(loaded);
    renumber(&buffer);
    is_refused(buffer.data, buffer.size);
    rg_buffer_deinit(&buffer);
  }
  rg_buffer_deinit(&original);
  rg_graph_destroy(graph);
}

/* --- what is made up ---------------------------------------------------------------------------------------------- */

static void assert_refused(const rg_buffer *buffer, rg_error_code code, const char *words)
{
  rg_graph *graph;
  must_fail(load_bytes(buffer->data, buffer->size, &graph), code, words);
}

Test(dump, a_newer_version_is_refused_with_the_version_that_is_needed)
{
  rg_graph *graph = everything();
  rg_buffer buffer = dump(graph, NULL);
  buffer.data[8] = 2;
  buffer.data[10] = 7;
  make_right(&buffer);
  assert_refused(&buffer, RG_ERROR_UNSUPPORTED, "take a refgraph that reads 2.7");
  rg_buffer_deinit(&buffer);
  rg_graph_destroy(graph);
}

Test(dump, what_is_no_dump_is_refused)
{
  rg_buffer text = RG_BUFFER_INIT, nothing = RG_BUFFER_INIT;
  rg_writer writer = rg_buffer_writer(&text);
  must(writer.write(writer.context, "digraph { a -> b }", 18));
  assert_refused(&text, RG_ERROR_DUMP, "it does not begin like one");
  assert_refused(&nothing, RG_ERROR_DUMP, "it is empty");
  rg_buffer_deinit(&text);
}

Test(dump, what_follows_the_end_is_refused)
{
  rg_graph *graph = everything();
  rg_buffer buffer = dump(graph, NULL);
  rg_writer writer = rg_buffer_writer(&buffer);
  must(writer.write(writer.context, "x", 1));
  assert_refused(&buffer, RG_ERROR_DUMP, "goes on after its end at byte");
  rg_buffer_deinit(&buffer);
  rg_graph_destroy(graph);
}

Test(dump, an_unknown_chunk_is_skipped_unless_it_is_critical)
{
  rg_graph *graph = everything();
  rg_buffer buffer = dump(graph, NULL);
  size_t losses = find_chunk(&buffer, RGI_CHUNK_LOSS);
  memcpy(buffer.data + losses, "NEW!", 4);
  make_right(&buffer);
  assert_refused(&buffer, RG_ERROR_UNSUPPORTED, "a newer refgraph");
  buffer.data[losses + 8] = (char)(buffer.data[losses + 8] & ~(int)RGI_CHUNK_CRITICAL);
  make_right(&buffer);
  rg_graph *loaded = load(&buffer);
  cr_assert_eq(rg_graph_num_losses(loaded), 0);
  rg_graph_destroy(loaded);
  rg_buffer_deinit(&buffer);
  rg_graph_destroy(graph);
}

// Where a column of a chunk that is not compressed begins.
static char *find_column(const rg_buffer *buffer, size_t chunk, unsigned column, size_t *size_ret)
{
  const uint8_t *payload = (const uint8_t *)buffer->data + chunk + RGI_CHUNK_HEADER_SIZE;
  struct rgi_cursor cursor = {payload, payload + chunk_at(buffer, chunk).raw_size, false};
  while (rgi_varint_get(&cursor) != column) {
    uint64_t size = rgi_varint_get(&cursor);
    cursor.at += size;
  }
  *size_ret = rgi_varint_get(&cursor);
  return buffer->data + ((const char *)cursor.at - buffer->data);
}

Test(dump, a_flag_beyond_all_that_a_node_has_room_for_is_refused)
{
  SCOPED_HEAP heaped = heap("R>l l:container,length=3");
  rg_buffer buffer = dump(heaped.graph, &uncompressed);
  size_t size;
  char *flags = find_column(&buffer, find_chunk(&buffer, RGI_CHUNK_NODE), RGI_NODE_FLAGS, &size);
  char *of_list = memmem(flags, size, "\x80\x80\x01", 3); // it has a length
  cr_assert_not_null(of_list);
  of_list[2] = 5;
  make_right(&buffer);
  assert_refused(&buffer, RG_ERROR_DUMP, "column 5 has a value that cannot be");
  rg_buffer_deinit(&buffer);
}

Test(dump, counts_of_billions_take_no_memory)
{
  rg_graph *graph = everything();
  rg_buffer original = dump(graph, &uncompressed);
  const uint64_t counts[] = {UINT32_MAX - 1, UINT32_MAX, (uint64_t)1 << 32, UINT64_MAX - 1, UINT64_MAX};
  for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
    rg_buffer buffer = copy(&original);
    memcpy(buffer.data + 16, &counts[i], 8);
    memcpy(buffer.data + 24, &counts[i], 8);
    make_right(&buffer);
    assert_refused(&buffer, RG_ERROR_DUMP, "bad number of nodes");
    rg_buffer_deinit(&buffer);
    for (size_t offset = RGI_DUMP_HEADER_SIZE; offset < original.size; offset = chunk_end(&original, offset)) {
      buffer = copy(&original);
      uint32_t num_items = (uint32_t)counts[i];
      memcpy(buffer.data + offset + 12, &num_items, 4);
      make_right(&buffer);
      cr_assert(is_refused(buffer.data, buffer.size) || chunk_at(&original, offset).kind == RGI_CHUNK_META ||
                chunk_at(&original, offset).kind == RGI_CHUNK_END);
      rg_buffer_deinit(&buffer);
    }
  }
  rg_buffer_deinit(&original);
  rg_graph_destroy(graph);
}

// A chunk after the first one, which is kept.
static void add_chunk(rg_buffer *buffer, enum rgi_chunk_kind kind, uint32_t num_items, uint32_t flags,
                      uint32_t raw_size, const void *stored, uint32_t stored_size)
{
  struct rgi_chunk chunk = {kind, 0, flags, num_items, raw_size, stored_size, rgi_crc32c(stored, stored_size), true};
  uint8_t header[RGI_CHUNK_HEADER_SIZE];
  rgi_chunk_encode(&chunk, header);
  rg_writer writer = rg_buffer_writer(buffer);
  must(writer.write(writer.context, header, sizeof(header)));
  must(writer.write(writer.context, stored, stored_size));
}

Test(dump, a_payload_that_unpacks_to_too_much_is_refused)
{
  static char zeros[RGI_CHUNK_RAW_MAX], stored[65536];
  size_t stored_size = ZSTD_compress(stored, sizeof(stored), zeros, sizeof(zeros), 19);
  rg_graph *graph = everything();
  rg_buffer original = dump(graph, NULL), buffer = RG_BUFFER_INIT;
  rg_writer writer = rg_buffer_writer(&buffer);
  must(writer.write(writer.context, original.data, RGI_DUMP_HEADER_SIZE));
  add_chunk(&buffer, RGI_CHUNK_STRT, 1, RGI_CHUNK_ZSTD, sizeof(zeros), stored, (uint32_t)stored_size);
  assert_refused(&buffer, RG_ERROR_DUMP, "bad size");
  // One that says that it is short.
  buffer.size = RGI_DUMP_HEADER_SIZE;
  add_chunk(&buffer, RGI_CHUNK_STRT, 1, RGI_CHUNK_ZSTD, 64, stored, (uint32_t)stored_size);
  assert_refused(&buffer, RG_ERROR_DUMP, "cannot be unpacked");
  rg_buffer_deinit(&original);
  rg_buffer_deinit(&buffer);
  rg_graph_destroy(graph);
}

Test(dump, a_payload_is_never_much_longer_raw_than_stored)
{
  rg_graph *graph = heap_chain(100000);
  rg_buffer buffer = dump(graph, NULL);
  for (size_t offset = RGI_DUMP_HEADER_SIZE; offset < buffer.size; offset = chunk_end(&buffer, offset)) {
    struct rgi_chunk chunk = chunk_at(&buffer, offset);
    cr_assert_leq(chunk.raw_size, chunk.stored_size * RGI_CHUNK_RATIO_MAX);
  }
  rg_buffer_deinit(&buffer);
  rg_graph_destroy(graph);
}

Test(dump, control_characters_are_made_visible)
{
  rg_graph *graph = everything();
  rg_buffer buffer = dump(graph, &uncompressed);
  char *name = memmem(buffer.data, buffer.size, "on_click", 8);
  memcpy(name, "\033[31m\n\x00\xff", 8);
  make_right(&buffer);
  rg_graph *loaded = load(&buffer);
  cr_assert_str_eq(rg_graph_site(loaded, 0).name, "make.<locals>.\\x1b[31m\\n\\x00\\xff");
  rg_graph_destroy(loaded);
  rg_buffer_deinit(&buffer);
  rg_graph_destroy(graph);
}

/* --- limits ------------------------------------------------------------------------------------------------------- */

Test(dump, a_dump_that_takes_more_memory_than_it_may_is_refused)
{
  rg_graph *graph = heap_random(1, 100000, 300000), *loaded = NULL;
  rg_buffer buffer = dump(graph, NULL);
  rg_bytes bytes = {buffer.data, buffer.size};
  rg_reader reader = rg_bytes_reader(&bytes);
  rg_error *error = rg_dump_read(
      &reader, &(rg_dump_read_options){.size = sizeof(rg_dump_read_options), .max_memory = 4 << 20}, &loaded);
  cr_assert_not_null(error);
  cr_assert_eq(error->code, RG_ERROR_LIMIT);
  cr_assert_str_eq(error->message, "the dump takes more than the 4 MiB of memory that it may");
  rg_error_destroy(error);
  rg_buffer_deinit(&buffer);
  rg_graph_destroy(graph);
}

static int stop_late(void *context, const char *phase, unsigned long long done, unsigned long long total)
{
  int *num_left = context;
  (void)phase;
  cr_assert_leq(done, total);
  return (*num_left)-- == 0;
}

Test(dump, progress_can_stop_it)
{
  rg_graph *graph = everything(), *loaded = NULL;
  rg_buffer whole = dump(graph, NULL);
  for (int num_calls = 0; num_calls < num_chunks(&whole); num_calls++) {
    int num_left = num_calls;
    rg_buffer buffer = RG_BUFFER_INIT;
    rg_writer writer = rg_buffer_writer(&buffer);
    rg_dump_write_options write_options = {sizeof(write_options), false, false, stop_late, &num_left};
    rg_error *error = rg_dump_write(graph, &write_options, &writer);
    cr_assert(error && error->code == RG_ERROR_INTERRUPTED);
    rg_error_destroy(error);
    rg_buffer_deinit(&buffer);
    num_left = num_calls;
    rg_bytes bytes = {whole.data, whole.size};
    rg_reader reader = rg_bytes_reader(&bytes);
    rg_dump_read_options read_options = {sizeof(read_options), 0, stop_late, &num_left};
    error = rg_dump_read(&reader, &read_options, &loaded);
    cr_assert(error && error->code == RG_ERROR_INTERRUPTED);
    rg_error_destroy(error);
  }
  rg_buffer_deinit(&whole);
  rg_graph_destroy(graph);
}

static rg_error *write_nowhere(void *context, const void *data, size_t size)
{
  (void)context, (void)data, (void)size;
  return NULL;
}

Test(dump, writing_and_reading_survive_every_failed_allocation)
{
  rg_graph *graph = everything(), *loaded;
  rg_buffer buffer = dump(graph, &with_values);
  rg_writer writer = {write_nowhere, NULL};
  HEAP_TORTURE(rg_dump_write(graph, &with_values, &writer), (void)0);
  HEAP_TORTURE(load_bytes(buffer.data, buffer.size, &loaded), rg_graph_destroy(loaded));
  rg_buffer_deinit(&buffer);
  rg_graph_destroy(graph);
}

/* --- parts -------------------------------------------------------------------------------------------------------- */

Test(dump, the_checksum_is_crc_32c_with_and_without_the_instruction)
{
  // RFC 3720, B.4.
  static const char zeros[32];
  cr_assert_eq(rgi_crc32c(zeros, sizeof(zeros)), 0x8a9136aa);
  cr_assert_eq(rgi_crc32c("123456789", 9), 0xe3069283);
  const char *text = "The same checksum, whatever the processor has.";
  for (size_t size = 0; size <= strlen(text); size++)
    cr_assert_eq(rgi_crc32c(text, size), rgi_crc32c_by_table(text, size));
}

Test(dump, numbers_at_the_edges_survive)
{
  const uint64_t numbers[] = {0, 1, 127, 128, 16383, 16384, UINT32_MAX, (uint64_t)1 << 63, UINT64_MAX};
  for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
    uint8_t data[RGI_VARINT_MAX];
    struct rgi_cursor cursor = {data, rgi_varint_put(data, numbers[i]), false};
    cr_assert_eq(rgi_varint_get(&cursor), numbers[i]);
    cr_assert_eq(cursor.at, cursor.end);
    for (size_t j = 0; j < sizeof(numbers) / sizeof(numbers[0]); j++)
      cr_assert_eq(rgi_apply_difference(rgi_difference(numbers[i], numbers[j]), numbers[j]), numbers[i]);
  }
}

Test(dump, a_number_of_more_than_64_bits_is_bad)
{
  const uint8_t too_long[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2};
  struct rgi_cursor cursor = {too_long, too_long + sizeof(too_long), false};
  cr_assert_eq(rgi_varint_get(&cursor), 0);
  cr_assert(cursor.is_bad);
}

Test(dump, it_is_written_without_malloc)
{
  rg_graph *graph = heap_random(1, 100000, 300000);
  rg_buffer buffer = dump(graph, NULL);
  uint32_t expected = rgi_crc32c(buffer.data, buffer.size);
  rg_buffer_deinit(&buffer);
  rg_graph_destroy(graph);
  // Criterion runs each test in a process of its own.
  rg_memory_isolate();
  graph = heap_random(1, 100000, 300000);
  buffer = dump(graph, NULL);
  cr_assert_eq(rgi_crc32c(buffer.data, buffer.size), expected);
  rg_graph *loaded = load(&buffer);
  assert_same(graph, loaded);
  for (int i = 0; i < 100000; i++) {
    void *memory = rg_memory_alloc(1, 100 + (size_t)i % 7);
    memory = rg_memory_realloc(memory, 1, 3000);
    rg_memory_free(memory);
  }
}

// The worst that a writer makes: what packs best.
static rg_graph *uniform(uint32_t num_nodes, uint32_t num_edges)
{
  rg_builder *builder;
  rg_graph *graph;
  rg_node node;
  must(rg_builder_create(&builder));
  for (uint32_t i = 0; i < num_nodes; i++)
    must(rg_builder_add_node(builder, NULL, &node));
  for (uint32_t i = 0; i < num_edges; i++)
    add_edge(builder, 1, 1, RG_EDGE_INDEX, i);
  must(rg_builder_finish(builder, &graph));
  rg_builder_destroy(builder);
  return graph;
}

static void assert_takes_at_most_256_times_its_size(rg_graph *graph)
{
  rg_buffer buffer = dump(graph, NULL);
  rg_graph *loaded = NULL;
  rg_bytes bytes = {buffer.data, buffer.size};
  rg_reader reader = rg_bytes_reader(&bytes);
  rg_dump_read_options options = {.size = sizeof(options), .max_memory = 256 * buffer.size};
  must(rg_dump_read(&reader, &options, &loaded));
  rg_graph_destroy(loaded);
  // Where its size is not known, arrays grow.
  bytes = (rg_bytes){buffer.data, buffer.size};
  reader = rg_bytes_reader(&bytes);
  reader.size = 0;
  must(rg_dump_read(&reader, &options, &loaded));
  rg_graph_destroy(loaded);
  rg_buffer_deinit(&buffer);
  rg_graph_destroy(graph);
}

Test(dump, it_takes_at_most_256_times_its_size_in_memory)
{
  assert_takes_at_most_256_times_its_size(uniform(300000, 0));
  assert_takes_at_most_256_times_its_size(uniform(2, 1000000));
  assert_takes_at_most_256_times_its_size(heap_chain(300000));
}
