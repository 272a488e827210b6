/* The request: what the library asks refgraph-render to draw, as one message on the renderer's standard input.
 *
 *   header    magic u32 | version u32 | size u64 of all that follows
 *   settings  format | rung | direction | flags | deadline_ms, all u32 | memory_limit u64 | caption
 *   nodes     count u32, then each:
 *               number | style | role | count | num_rows | flags u32 | text | title | tooltip
 *               num_attributes u32, then each: name | value
 *   edges     count u32, then each: source | target | kind | flags u32 | text | note
 *
 * Numbers and strings are those of base/message.h. Only what is drawn is sent: boxes, in the order of the view, and
 * the arrows between them, whose ends are indexes of boxes. Both sides are built from one source tree, so there is
 * one version and no negotiation: a renderer that meets another one says so and draws nothing.
 */
#ifndef RGI_RENDER_REQUEST_H
#define RGI_RENDER_REQUEST_H

#include <refgraph/render.h>

#include "../base/message.h"
#include "ladder.h"

#define RGI_REQUEST_MAGIC 0x51524752u /* "RGRQ" */
#define RGI_REQUEST_VERSION 2u
#define RGI_REQUEST_HEADER_SIZE 16
#define RGI_REQUEST_SIZE_MAX ((uint64_t)256 << 20)

/* Bits of the flags of the settings, of a node, and of an edge. */
#define RGI_REQUEST_WITH_DOT 1u
#define RGI_REQUEST_HIGHLIGHTED 1u
#define RGI_REQUEST_SUSPECT 1u

struct rgi_request_settings {
  rg_format format; /* DOT, SVG, PNG or PDF */
  enum rgi_rung rung;
  rg_direction direction;
  bool with_dot;
  uint32_t deadline_ms;
  uint64_t memory_limit; /* bytes of address space */
  const char *caption;   /* one line; empty: none */
};

struct rgi_request_node {
  uint32_t number; /* index in the view: the box is called n<number> */
  rg_style style;
  rg_role role;
  uint32_t count;
  uint32_t num_rows;
  bool is_highlighted;
  const char *text;    /* lines, each ended by '\n' */
  const char *title;   /* the node in one line */
  const char *tooltip; /* empty: none */
  size_t attributes_i; /* the first of its attributes */
  uint32_t num_attributes;
};

struct rgi_request_edge {
  uint32_t source; /* index of a box */
  uint32_t target;
  rg_edge_kind kind;
  bool is_suspect;
  const char *text;
  const char *note; /* lines, each ended by '\n'; empty: none */
};

/* A decoded request. Its strings point into the message that it was read from. */
struct rgi_request {
  struct rgi_request_settings settings;
  struct rgi_request_node *nodes;
  struct rgi_request_edge *edges;
  rg_attribute *attributes; /* of all nodes, in their order */
  uint32_t num_nodes;
  uint32_t num_edges;
  size_t num_attributes;
};

/* Appends the message for `view`; settings->caption is not used, the view has it. */
rg_error *rgi_request_encode(const rg_view *view, const struct rgi_request_settings *settings,
                             struct rgi_text *message);

/* Checks the header. `size_ret`: bytes that follow it. */
rg_error *rgi_request_decode_header(const void *header, uint64_t *size_ret);
/* Decodes what follows the header. Nothing in it is trusted. */
rg_error *rgi_request_decode(const char *data, size_t size, struct rgi_request *ret);
void rgi_request_deinit(struct rgi_request *request);

#endif
