#include "keys.h"

#include <string.h>

#include "../base/alloc.h"

static bool is_told_by_label(rg_category category)
{
  switch (category) {
  case RG_CATEGORY_CALLABLE:
  case RG_CATEGORY_TYPE:
  case RG_CATEGORY_MODULE:
  case RG_CATEGORY_FRAME:
  case RG_CATEGORY_EXTERNAL:
    return true;
  case RG_CATEGORY_INSTANCE:
  case RG_CATEGORY_CONTAINER:
  case RG_CATEGORY_VALUE:
    return false;
  }
  return false;
}

struct rgi_key rgi_key_of(const rg_graph *graph, rg_edge edge, rg_node node)
{
  rg_node_info info = rg_graph_node(graph, node);
  bool has_label = is_told_by_label(rg_graph_node_category(graph, node));
  return (struct rgi_key){.kind = rg_graph_edge_kind(graph, edge),
                          .name = rg_graph_edge_name(graph, edge),
                          .type = info.type,
                          .site = info.site,
                          .label = has_label ? info.label : 0,
                          .context = info.context};
}

bool rgi_key_equals(const struct rgi_key *a, const struct rgi_key *b)
{
  return a->source == b->source && a->target == b->target && a->target_class == b->target_class &&
         a->kind == b->kind && !strcmp(a->name, b->name) && a->type == b->type && a->site == b->site &&
         a->label == b->label && a->context == b->context;
}

static uint32_t hash_key(const struct rgi_key *key)
{
  uint32_t fields[] = {key->source, key->target, key->target_class, key->kind, rgi_hash(key->name, strlen(key->name)),
                       key->type,   key->site,   key->label,        key->context};
  return rgi_hash(fields, sizeof(fields));
}

struct search {
  const struct rgi_keys *keys;
  const struct rgi_key *key;
};

static bool is_equal(const void *context, uint32_t position)
{
  const struct search *search = context;
  return rgi_key_equals(search->key, &search->keys->all[position]);
}

void rgi_keys_deinit(struct rgi_keys *keys)
{
  rgi_free(keys->all);
  rgi_index_deinit(&keys->index);
}

uint32_t rgi_keys_find(const struct rgi_keys *keys, const struct rgi_key *key)
{
  struct search search = {keys, key};
  return rgi_index_find(&keys->index, hash_key(key), is_equal, &search);
}

rg_error *rgi_keys_add(struct rgi_keys *keys, const struct rgi_key *key, uint32_t *ret, bool *is_new_ret)
{
  uint32_t found = rgi_keys_find(keys, key);
  *is_new_ret = found == RGI_INDEX_NONE;
  if (*is_new_ret) {
    RGI_TRY(rgi_reserve(&keys->all, &keys->capacity, keys->num + 1));
    keys->all[keys->num] = *key;
    found = (uint32_t)keys->num;
    RGI_TRY(rgi_index_add(&keys->index, hash_key(key), found));
    keys->num++;
  }
  *ret = found;
  return NULL;
}
