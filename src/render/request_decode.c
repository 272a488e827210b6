/* The renderer's side of a request. */
#include "request.h"

#include "../base/alloc.h"

rg_error *rgi_request_decode_header(const void *header, uint64_t *size_ret)
{
  struct rgi_message_reader reader = {header, RGI_REQUEST_HEADER_SIZE, 0, false};
  uint32_t magic = rgi_message_u32(&reader);
  uint32_t version = rgi_message_u32(&reader);
  uint64_t size = rgi_message_u64(&reader);
  if (magic != RGI_REQUEST_MAGIC || size > RGI_REQUEST_SIZE_MAX)
    return rg_error_create(RG_ERROR_RENDERER, "what arrived is no request to draw");
  if (version != RGI_REQUEST_VERSION)
    return rg_error_create(RG_ERROR_RENDERER, "the request is of version %u, this refgraph-render knows %u", version,
                           RGI_REQUEST_VERSION);
  *size_ret = size;
  return NULL;
}

// A number below `num`; anything else is bad.
static uint32_t read_below(struct rgi_message_reader *reader, uint32_t num)
{
  uint32_t value = rgi_message_u32(reader);
  if (value >= num) {
    reader->is_bad = true;
    return 0;
  }
  return value;
}

static struct rgi_request_settings read_settings(struct rgi_message_reader *reader)
{
  struct rgi_request_settings settings;
  settings.format = read_below(reader, RG_FORMAT_TEXT);
  settings.rung = read_below(reader, RGI_NUM_RUNGS);
  settings.direction = read_below(reader, RG_DIRECTION_TOP_BOTTOM + 1);
  settings.with_dot = rgi_message_u32(reader) & RGI_REQUEST_WITH_DOT;
  settings.deadline_ms = rgi_message_u32(reader);
  settings.memory_limit = rgi_message_u64(reader);
  settings.caption = rgi_message_string(reader);
  return settings;
}

static rg_error *read_attributes(struct rgi_message_reader *reader, struct rgi_request *request, size_t *capacity,
                                 uint32_t num)
{
  RGI_TRY(rgi_reserve(&request->attributes, capacity, request->num_attributes + num));
  for (uint32_t i = 0; i < num; i++) {
    rg_attribute *attribute = &request->attributes[request->num_attributes++];
    attribute->name = rgi_message_string(reader);
    attribute->value = rgi_message_string(reader);
  }
  return NULL;
}

static rg_error *read_node(struct rgi_message_reader *reader, struct rgi_request *request, size_t *capacity,
                           struct rgi_request_node *node)
{
  node->number = rgi_message_u32(reader);
  node->style = read_below(reader, RG_NUM_STYLES);
  node->role = read_below(reader, RG_ROLE_OTHER + 1);
  node->count = rgi_message_u32(reader);
  node->num_rows = rgi_message_u32(reader);
  node->is_highlighted = rgi_message_u32(reader) & RGI_REQUEST_HIGHLIGHTED;
  node->text = rgi_message_string(reader);
  node->title = rgi_message_string(reader);
  node->tooltip = rgi_message_string(reader);
  node->num_attributes = rgi_message_count(reader, 10);
  node->attributes_i = request->num_attributes;
  return read_attributes(reader, request, capacity, node->num_attributes);
}

static rg_error *read_nodes(struct rgi_message_reader *reader, struct rgi_request *request)
{
  uint32_t num_nodes = rgi_message_count(reader, 43);
  request->nodes = rgi_alloc(num_nodes, sizeof(*request->nodes));
  if (!request->nodes)
    return rgi_out_of_memory();
  size_t capacity = 0;
  for (uint32_t i = 0; i < num_nodes && !reader->is_bad; i++)
    RGI_TRY(read_node(reader, request, &capacity, &request->nodes[i]));
  request->num_nodes = num_nodes;
  return NULL;
}

static rg_error *read_edges(struct rgi_message_reader *reader, struct rgi_request *request)
{
  uint32_t num_edges = rgi_message_count(reader, 26);
  request->edges = rgi_alloc(num_edges, sizeof(*request->edges));
  if (!request->edges)
    return rgi_out_of_memory();
  for (uint32_t i = 0; i < num_edges && !reader->is_bad; i++) {
    struct rgi_request_edge *edge = &request->edges[i];
    edge->source = read_below(reader, request->num_nodes);
    edge->target = read_below(reader, request->num_nodes);
    edge->kind = read_below(reader, RG_NUM_EDGE_KINDS);
    edge->is_suspect = rgi_message_u32(reader) & RGI_REQUEST_SUSPECT;
    edge->text = rgi_message_string(reader);
    edge->note = rgi_message_string(reader);
  }
  request->num_edges = num_edges;
  return NULL;
}

static rg_error *read_body(struct rgi_message_reader *reader, struct rgi_request *request)
{
  request->settings = read_settings(reader);
  RGI_TRY(read_nodes(reader, request));
  RGI_TRY(read_edges(reader, request));
  if (reader->is_bad || reader->offset != reader->size)
    return rg_error_create(RG_ERROR_RENDERER, "bad request at byte %zu of %zu", reader->offset, reader->size);
  return NULL;
}

rg_error *rgi_request_decode(const char *data, size_t size, struct rgi_request *ret)
{
  struct rgi_message_reader reader = {data, size, 0, false};
  struct rgi_request request = {0};
  rg_error *error = read_body(&reader, &request);
  if (error)
    rgi_request_deinit(&request);
  else
    *ret = request;
  return error;
}

void rgi_request_deinit(struct rgi_request *request)
{
  rgi_free(request->nodes);
  rgi_free(request->edges);
  rgi_free(request->attributes);
}
