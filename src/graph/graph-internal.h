/* The columns and rows of a graph; a builder or a dump fills them, a finished graph only reads them. */
#ifndef RGI_GRAPH_INTERNAL_H
#define RGI_GRAPH_INTERNAL_H

#include <pthread.h>

#include "tables.h"

/* What every node has. One struct a node, since a reader that wants one field of a node wants the next one too, and
 * whole-heap passes touch edges and flags, which are columns of their own. */
struct rgi_node {
  uint64_t address;
  uint32_t size;     /* RGI_SIZE_HUGE: it is an extra */
  uint32_t refcount;
  rg_type type;
  uint32_t detail;   /* the length of what has RGI_NODE_HAS_LENGTH, else the label */
};
#define RGI_SIZE_HUGE UINT32_MAX

/* Flags of finished graphs, beside the public ones: the super-root has an edge to the node. */
#define RGI_NODE_IS_ROOT ((rg_node_flags)0x8000)
#define RGI_NODE_HAS_LENGTH ((rg_node_flags)0x4000)

/* What few nodes have. Sorted by node and property in a graph. */
enum rgi_property {
  RGI_EXTRA_SIZE,
  RGI_EXTRA_LENGTH,     /* of a node that has a label, too */
  RGI_EXTRA_SITE,
  RGI_EXTRA_CONTEXT,    /* string */
  RGI_EXTRA_UNFOLLOWED,
  RGI_EXTRA_STATE,      /* state << 32 | string of the field */
  RGI_EXTRA_ALLOCATION, /* string of the file << 32 | line */
};
#define RGI_NUM_PROPERTIES 7

struct rgi_extra {
  rg_node node;
  uint32_t property;
  uint64_t value;
};

/* Where each row begins: 4 bytes a node, relative to its block of nodes. */
#define RGI_ROWS_BLOCK 4096
struct rgi_rows {
  uint64_t *blocks; /* of each RGI_ROWS_BLOCK nodes, their first edge */
  uint32_t *begin;  /* num_nodes + 1, less what their block says */
};

/* Where the graph comes from. */
struct rgi_loss {
  rg_string what;
  uint64_t num;
};

struct rgi_origin {
  rg_process_info process; /* its texts are in the strings below */
  rg_string producer, interpreter, host, mode;
  struct rgi_loss *losses;
  size_t num_losses, losses_capacity;
  bool is_truncated;
};

/* About 30 bytes a node and 9 bytes an edge. */
struct rg_graph {
  struct rgi_tables tables;
  struct rgi_origin origin;
  uint32_t num_nodes;
  struct rgi_node *nodes;
  rg_node_flags *flags;
  struct rgi_extra *extras;
  size_t num_extras;

  uint64_t num_edges;
  struct rgi_rows rows;
  rg_node *targets;
  uint32_t *names;
  uint8_t *kinds;

  pthread_mutex_t caches_lock; /* of all that follows */
  rg_edge *referrer_edges; /* NULL until asked for */
  uint64_t *referrer_rows; /* num_nodes + 1 */
  rg_node *by_address;     /* the nodes, the highest address first; NULL until it pays */
  uint32_t num_scans;      /* searches for an address without it */
};

static inline uint64_t rgi_rows_begin(const struct rgi_rows *rows, rg_node node)
{
  return rows->blocks[node / RGI_ROWS_BLOCK] + rows->begin[node];
}

/* Room for `num_nodes` rows, all empty. */
rg_error *rgi_rows_init(struct rgi_rows *rows, size_t num_nodes);
void rgi_rows_deinit(struct rgi_rows *rows);
/* Notes where the row of `node` begins; nodes come in ascending order, and in the end where the last one ends. */
rg_error *rgi_rows_set(struct rgi_rows *rows, size_t node, uint64_t begin);

/* The extras of a node: from this one on, as long as they are of this node. */
size_t rgi_graph_extras_begin(const rg_graph *graph, rg_node node);

/* Marks what the super-root has edges to; the last step of making a graph. */
void rgi_graph_mark_roots(rg_graph *graph);

#endif
