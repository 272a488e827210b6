/* The columns and rows of a graph; a builder fills them, a finished graph only reads them. */
#ifndef RGI_GRAPH_INTERNAL_H
#define RGI_GRAPH_INTERNAL_H

#include <pthread.h>

#include "tables.h"

/* What every node has. One struct a node, since a reader that wants one field of a node wants the next one too, and
 * whole-heap passes touch edges and flags, which are columns of their own. */
struct rgi_node {
  uint64_t address;
  uint64_t size;
  uint32_t refcount;
  uint32_t length;
  rg_type type;
  rg_string label;
};

/* What few nodes have: code sites, threads, references not followed. Sorted by node in a graph. */
struct rgi_rare {
  rg_node node;
  rg_site site;
  rg_string context;
  uint64_t num_unfollowed;
};

/* About 45 bytes a node and 9 bytes an edge. */
struct rg_graph {
  struct rgi_tables tables;
  uint32_t num_nodes;
  struct rgi_node *nodes;
  rg_node_flags *flags;
  struct rgi_rare *rare;
  size_t num_rare;

  uint64_t num_edges;
  uint64_t *rows; /* num_nodes + 1 */
  rg_node *targets;
  uint32_t *names;
  uint8_t *kinds;

  pthread_mutex_t referrers_lock;
  rg_edge *referrer_edges; /* NULL until asked for */
  uint64_t *referrer_rows; /* num_nodes + 1 */
};

/* A flag of finished graphs, beside the public ones: the super-root has an edge to the node. */
#define RGI_NODE_IS_ROOT ((rg_node_flags)0x8000)

#endif
