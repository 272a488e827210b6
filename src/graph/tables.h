/* The tables of a graph: strings, types and sites, each interned, so that equal things have equal indexes. */
#ifndef RGI_GRAPH_TABLES_H
#define RGI_GRAPH_TABLES_H

#include <refgraph/graph.h>

#include "../base/index.h"
#include "../base/text.h"

/* All strings lie one after the other, each ended by a NUL:
 *
 *   text.data   "\0" "Screen\0" "make.<locals>.on_click\0" …
 *   begin[]      0    1          8                          */
struct rgi_strings {
  struct rgi_text text;
  uint64_t *begin;
  size_t num, capacity;
  rg_string *replacements; /* of each, what stands for it where private text must not; 0: it is not private */
  size_t replacements_capacity;
  struct rgi_index index;
};

struct rgi_type {
  rg_string name, module;
  rg_category category;
};

struct rgi_site {
  rg_string name, file;
  uint32_t line;
  uint32_t num_captured;
  uint64_t captured_begin; /* into captured[] */
};

struct rgi_captured {
  rg_string name, attributes;
  rg_use use;
};

struct rgi_tables {
  struct rgi_strings strings;
  struct rgi_type *types;
  size_t num_types, types_capacity;
  struct rgi_index types_index;
  struct rgi_site *sites;
  size_t num_sites, sites_capacity;
  struct rgi_index sites_index;
  struct rgi_captured *captured; /* the captured variables of all sites */
  size_t num_captured, captured_capacity;
  const char **captured_names;      /* the same as rg_site_info has them; made when the graph is finished, when text */
  const char **captured_attributes; /* stops moving */
  rg_use *captured_uses;
};

void rgi_tables_deinit(struct rgi_tables *tables);
rg_error *rgi_tables_add_string(struct rgi_tables *tables, const char *data, size_t size, rg_string *ret);
rg_error *rgi_tables_append_string(struct rgi_tables *tables, const char *data, size_t size, rg_string *ret);
/* Private text; `replacement` 0: text like any other. */
rg_error *rgi_tables_add_private_string(struct rgi_tables *tables, const char *data, size_t size,
                                        rg_string replacement, rg_string *ret);
rg_error *rgi_tables_append_private_string(struct rgi_tables *tables, const char *data, size_t size,
                                           rg_string replacement, rg_string *ret);
rg_error *rgi_tables_add_type(struct rgi_tables *tables, const rg_type_info *info, rg_type *ret);
rg_error *rgi_tables_add_site(struct rgi_tables *tables, const rg_site_info *info, rg_site *ret);
/* After the last addition. Text stands still from then on. */
rg_error *rgi_tables_finish(struct rgi_tables *tables);
/* Gives back what only additions need. */
void rgi_tables_trim(struct rgi_tables *tables);

const char *rgi_tables_string(const struct rgi_tables *tables, rg_string string);

#endif
