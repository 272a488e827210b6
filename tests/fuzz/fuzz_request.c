/* What the renderer is asked to draw, as anything: an error, or a view whose every string ends and whose every arrow
 * has two boxes. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "../../src/render/request.h"

static void read_string(const char *string)
{
  if (strlen(string) > RGI_REQUEST_SIZE_MAX)
    abort();
}

static void read_nodes(const struct rgi_request *request)
{
  for (uint32_t i = 0; i < request->num_nodes; i++) {
    const struct rgi_request_node *node = &request->nodes[i];
    read_string(node->text);
    read_string(node->title);
    read_string(node->tooltip);
    if (node->attributes_i + node->num_attributes > request->num_attributes)
      abort();
  }
  for (size_t i = 0; i < request->num_attributes; i++) {
    read_string(request->attributes[i].name);
    read_string(request->attributes[i].value);
  }
}

static void read_edges(const struct rgi_request *request)
{
  for (uint32_t i = 0; i < request->num_edges; i++) {
    const struct rgi_request_edge *edge = &request->edges[i];
    read_string(edge->text);
    read_string(edge->note);
    if (edge->source >= request->num_nodes || edge->target >= request->num_nodes)
      abort();
  }
}

FUZZ_TARGET(request)
{
  struct rgi_request request;
  uint64_t announced;
  if (size >= RGI_REQUEST_HEADER_SIZE)
    rg_error_destroy(rgi_request_decode_header(data, &announced));
  rg_error *error = rgi_request_decode((const char *)data, size, &request);
  if (!error) {
    read_string(request.settings.caption);
    read_nodes(&request);
    read_edges(&request);
    rgi_request_deinit(&request);
  }
  rg_error_destroy(error);
  return 0;
}
