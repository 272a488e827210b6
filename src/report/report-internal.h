/* The report while it is made. The steps, each in a file of its own:
 *
 *   groups        what may leak, by what it is and where its code is defined    suspects.c
 *   series        how many each group had in each graph                         series.c
 *   leaks         which groups leak, and by what signals                        leaks.c
 *   captures      what their objects capture, by name                           captures.c
 *   path          from a root to one of them, with a verdict a step             path.c
 *   mends         what could be cut, and what that frees                        mends.c
 *   text                                                                        text.c
 *
 * Here alone in the library something is known of Python: names of its types, and what a program of it looks like. */
#ifndef RGI_REPORT_INTERNAL_H
#define RGI_REPORT_INTERNAL_H

#include <refgraph/report.h>

#include "../base/alloc.h"
#include "../view/arena.h"

/* --- suspects.c ----------------------------------------------------------------------------------------------------- */

enum rgi_suspect_kind {
  RGI_SUSPECT_NONE,
  RGI_SUSPECT_FUNCTION, /* that captures variables */
  RGI_SUSPECT_METHOD,   /* bound to an object */
  RGI_SUSPECT_PARTIAL,
  RGI_SUSPECT_GENERATOR,
  RGI_SUSPECT_COROUTINE,
  RGI_SUSPECT_ASYNC_GENERATOR,
};
#define RGI_NUM_SUSPECT_KINDS 7

struct rgi_suspect {
  enum rgi_suspect_kind suspect;
  rg_site site;
  const rg_node *nodes; /* ascending */
  uint32_t num_nodes;
  uint64_t fingerprint;
};

struct rgi_suspects {
  struct rgi_suspect *groups;
  size_t num;
  rg_node *nodes; /* group by group */
};

/* Of what some path reaches, and of garbage that the collector was told to leave alone. */
rg_error *rgi_suspects_init(struct rgi_suspects *groups, const rg_graph *graph, const rg_paths *paths);
void rgi_suspects_deinit(struct rgi_suspects *groups);

/* --- series.c ----------------------------------------------------------------------------------------------------- */

struct rgi_count {
  uint64_t fingerprint;
  uint32_t num_nodes;
};

/* Of one graph, ascending by fingerprint. */
struct rgi_round {
  struct rgi_count *counts;
  size_t num;
};

struct rgi_series {
  struct rgi_round *rounds;
  size_t num, capacity;
};

void rgi_series_deinit(struct rgi_series *series);
rg_error *rgi_series_add(struct rgi_series *series, const struct rgi_suspects *groups);
/* How many objects the group had in a graph of the series. */
uint32_t rgi_series_count(const struct rgi_series *series, size_t round, uint64_t fingerprint);
/* Whether it had more in every graph than in the one before, and there are three graphs or more. */
bool rgi_series_grows(const struct rgi_series *series, uint64_t fingerprint);

/* --- the report --------------------------------------------------------------------------------------------------- */

struct rg_report {
  struct rgi_series series;
  struct rgi_arena arena; /* all that leaks consist of */
  rg_leak *leaks;
  size_t num_leaks;
  size_t num_groups;
  uint64_t num_suspects;
};

/* What the steps read of the last graph. */
struct rgi_analysis {
  const rg_graph *graph;
  rg_dominators *dominators;
  rg_paths *paths;
  struct rgi_suspects groups;
};

/* A leak while it is made. */
struct rgi_leak {
  const struct rgi_suspect *group;
  rg_node shown;    /* the copy to which the path leads */
  rg_node finished; /* a captured value that is finished; RG_NODE_NONE: none is */
  bool grows;
  const char **signals;
  rg_leak leak;
};

rg_error *rgi_report_find_leaks(rg_report *report, const struct rgi_analysis *analysis);
rg_error *rgi_leak_add_captures(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak);
rg_error *rgi_leak_add_path(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak);
rg_error *rgi_leak_add_mends(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak);

/* --- captures.c --------------------------------------------------------------------------------------------------- */

/* A value that an object captures, and the reference from the last passage before it, or from the object. */
struct rgi_captured {
  const char *name;
  rg_edge edge;
  rg_node value;
};

/* Calls `visit` for each value that an object of a group captures: free variables, what a method is bound to, the bound
 * arguments of a partial, the locals of a generator. */
typedef rg_error *(*rgi_visit_captured)(void *context, const struct rgi_captured *captured);
rg_error *rgi_captured_visit(const rg_graph *graph, enum rgi_suspect_kind suspect, rg_node node, rgi_visit_captured visit,
                             void *context);

#endif
