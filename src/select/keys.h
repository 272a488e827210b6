/* What tells groups of nodes apart, and arrows between them: equal keys are drawn as one. */
#ifndef RGI_SELECT_KEYS_H
#define RGI_SELECT_KEYS_H

#include <refgraph/select.h>

#include "../base/index.h"

struct rgi_key {
  uint32_t source;       /* the group before */
  uint32_t target;       /* of an arrow: the group it leads to; else 0 */
  uint32_t target_class; /* of targets */
  rg_edge_kind kind;
  const char *name;
  rg_type type;
  rg_site site;
  rg_string label;       /* of what has a name of its own; values and containers of one type are alike: 0 */
  rg_string context;
};

/* How a node looks that is reached by an edge. */
struct rgi_key rgi_key_of(const rg_graph *graph, rg_edge edge, rg_node node);
bool rgi_key_equals(const struct rgi_key *a, const struct rgi_key *b);

/* Different keys, numbered as they came. */
struct rgi_keys {
  struct rgi_key *all;
  size_t num;
  size_t capacity;
  struct rgi_index index;
};
void rgi_keys_deinit(struct rgi_keys *keys);
/* The number of a key; RGI_INDEX_NONE if it is not there. */
uint32_t rgi_keys_find(const struct rgi_keys *keys, const struct rgi_key *key);
/* The number of a key, the next one if it is new. */
rg_error *rgi_keys_add(struct rgi_keys *keys, const struct rgi_key *key, uint32_t *ret, bool *is_new_ret);

#endif
