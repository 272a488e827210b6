/* The report while it is made. The steps, each in a file of its own:
 *
 *   groups        what may leak, by what it is and where its code is defined        suspects.c, parts.c
 *   series        how many each group had in each graph                             series.c
 *   leaks         which groups leak                                                 leaks.c
 *   captures      what their objects capture, by name                               captures.c
 *   cycle         what those are in that only a cycle keeps                         cycle.c
 *   path          from a root to one of them, with a verdict a step                 path.c
 *   holder        who holds them: holders.tsv, or an attribute of the program       holder.c
 *   signals       why it is said to leak                                            signals.c
 *   notes         what else is to be said of who holds them                         notes.c
 *   mends         what could be cut, in words and code, and what that frees         mends.c, advice.c
 *
 * and what is said of the whole: what is not certain of it, doubts.c, and which leaks are accepted, baseline.c.
 *
 * Here alone in the library something is known of Python: names of its types, and what a program of it looks like. */
#ifndef RGI_REPORT_INTERNAL_H
#define RGI_REPORT_INTERNAL_H

#include <refgraph/report.h>

#include "../analysis/hold.h"
#include "../base/alloc.h"
#include "../view/arena.h"

/* --- objects.c ---------------------------------------------------------------------------------------------------- */

/* Where a node is among some that ascend; NULL: nowhere. */
const rg_node *rgi_find_node(const rg_node *nodes, size_t num_nodes, rg_node node);
/* The first reference of this name; RG_EDGE_NONE, or RG_NODE_NONE for what it leads to: there is none. */
rg_edge rgi_find_field(const rg_graph *graph, rg_node node, const char *name);
rg_node rgi_field_of(const rg_graph *graph, rg_node node, const char *name);
/* The same, also in the passages of the object, such as its attribute dict. */
rg_edge rgi_find_attribute(const rg_graph *graph, rg_node node, const char *name);
/* The object of which a passage is a part; else the node itself. */
rg_error *rgi_find_whole(const rg_graph *graph, rg_node node, rg_node *ret);

bool rgi_has_name_and_module(rg_type_info type, const char *module, const char *name);
/* The node of an object's type, or RG_NODE_NONE. */
rg_node rgi_type_of(const rg_graph *graph, rg_node node);
/* What a type, or the first of its bases that has it, has under a name; RG_NODE_NONE: nothing. */
rg_node rgi_find_method(const rg_graph *graph, rg_node type, const char *name);
/* The type of an object, or that of its bases, which has this name; RG_NODE_NONE: none, or none that is in the
 * graph. */
rg_node rgi_find_base(const rg_graph *graph, rg_node node, const char *module, const char *name);
/* Whether an object's type is this one, or derived from it. */
bool rgi_is_a(const rg_graph *graph, rg_node node, const char *module, const char *name);
bool rgi_is_expected_to_be_gone(const rg_graph *graph, rg_node node);

const char *rgi_label_of(const rg_graph *graph, rg_node node);
/* Whether the label of a value is this text in quotes. */
bool rgi_is_text(const char *value, const char *text);
/* Whether two methods of a class have to do with one attribute of its instances, as far as their code tells. */
bool rgi_share_attribute(const rg_graph *graph, rg_node type, rg_node function, rg_node other);
/* Of what has code, with the functions and classes around it, which before CPython 3.11 only the object knows. */
const char *rgi_qualified_name(const rg_graph *graph, rg_node node);
/* The name of a parameter, maybe in quotes; "argument" where it is not known, as in a dump without values. */
const char *rgi_parameter(const rg_graph *graph, rg_node function, uint32_t position);

/* --- suspects.c --------------------------------------------------------------------------------------------------- */

enum rgi_suspect_kind {
  RGI_SUSPECT_NONE,
  RGI_SUSPECT_FUNCTION, /* whatever it captures, and whatever its default arguments keep */
  RGI_SUSPECT_METHOD,   /* bound to an object */
  RGI_SUSPECT_PARTIAL,
  RGI_SUSPECT_GENERATOR,
  RGI_SUSPECT_COROUTINE,
  RGI_SUSPECT_ASYNC_GENERATOR,
  RGI_SUSPECT_CALLABLE,      /* an instance of a class that has __call__, or is called otherwise, as handlers are */
  RGI_SUSPECT_CACHE,         /* of functools, without a bound */
  RGI_SUSPECT_EXPECTED_GONE, /* watched by refgraph.expect_gone() */
};
#define RGI_NUM_SUSPECT_KINDS 10

/* Whether it is code that waits to go on. */
bool rgi_is_suspended(enum rgi_suspect_kind suspect);

struct rgi_suspect {
  enum rgi_suspect_kind suspect;
  rg_site site;
  rg_type type;         /* of the first node */
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

/* --- parts.c ------------------------------------------------------------------------------------------------------ */

struct rgi_parts {
  const rg_graph *graph;
  const rg_paths *paths;
  rg_site *sites; /* by type: code of the known holder that it is derived from, once it was asked for */
};

rg_error *rgi_parts_init(struct rgi_parts *parts, const rg_graph *graph, const rg_paths *paths);
void rgi_parts_deinit(struct rgi_parts *parts);
/* Whether a library made the object, whose code this is, to hold what a program gave it. */
bool rgi_is_part_of_holder(struct rgi_parts *parts, rg_node node, enum rgi_suspect_kind suspect, rg_site code);

/* --- captures.c --------------------------------------------------------------------------------------------------- */

/* A value that an object captures, and the reference from the last passage before it, or from the object. */
struct rgi_captured {
  const char *name; /* text may be in quotes: see rgi_is_variable */
  rg_edge edge;
  rg_node value;
};

/* Calls `visit` for each value that an object of a group captures: free variables and default arguments, what a method
 * is bound to, the bound arguments of a partial, the locals of a generator, the attributes of an object, the arguments
 * and results that a cache keeps. */
typedef rg_error *(*rgi_visit_captured)(void *context, const struct rgi_captured *captured);
rg_error *rgi_captured_visit(const rg_graph *graph, enum rgi_suspect_kind suspect, rg_node node,
                             rgi_visit_captured visit, void *context);
bool rgi_is_variable(const char *raw, const char *name);

/* The values of a group, by variable. */
struct rgi_variables;
void rgi_variables_destroy(struct rgi_variables *variables);

struct rgi_analysis;

/* --- series.c ----------------------------------------------------------------------------------------------------- */

struct rgi_count {
  uint64_t fingerprint;
  uint32_t num_nodes;
  uint64_t num_items; /* of the containers that they capture */
};

/* Of one graph, ascending by fingerprint. */
struct rgi_round {
  struct rgi_count *counts;
  size_t num;
  uint64_t reached; /* bytes of all that roots reach */
};

struct rgi_series {
  struct rgi_round *rounds;
  size_t num, capacity;
  uint64_t *first;    /* addresses of the groups' objects in the first graph, ascending */
  size_t num_first;
  size_t min_rounds; /* what grows in fewer may do so by chance */
};

void rgi_series_deinit(struct rgi_series *series);
rg_error *rgi_series_add(struct rgi_series *series, const struct rgi_analysis *analysis);
/* What the group had in a graph of the series. */
struct rgi_count rgi_series_count(const struct rgi_series *series, size_t round, uint64_t fingerprint);

/* Whether a group had an object there; one that is gone had the address, maybe. True where addresses are not known. */
bool rgi_series_had_first(const struct rgi_series *series, uint64_t address);

/* What the heap gained, of all rounds together, if it gained much in each; else 0. */
uint64_t rgi_series_gain(const struct rgi_series *series);

enum rgi_growth {
  RGI_GROWTH_NONE,
  RGI_GROWTH_COPIES, /* more objects in every graph than in the one before */
  RGI_GROWTH_ITEMS,  /* the same objects, but what they capture has more items in every graph */
};
/* In fewer than min_rounds nothing grows. */
enum rgi_growth rgi_series_growth(const struct rgi_series *series, uint64_t fingerprint);

/* --- doubts.c ----------------------------------------------------------------------------------------------------- */

/* What a graph does not have, or a series should not be. */
struct rgi_doubts {
  const char **texts; /* the report's */
  size_t num, capacity;
  rg_loss *losses;    /* of the last graph */
  size_t num_losses;
  bool is_truncated;  /* one of the graphs */
  bool is_of_several_processes, is_out_of_order, is_of_one_moment;
  uint64_t pid, time_ns; /* of the graph before; 0: not known */
  uint32_t num_nodes;    /* of it */
  const char *host;
};

void rgi_doubts_deinit(struct rgi_doubts *doubts);
/* A graph that is not in the series yet. */
rg_error *rgi_doubts_add_graph(rg_report *report, const rg_graph *graph);
rg_error *rgi_doubts_add_losses(rg_report *report, const rg_graph *graph);
/* A paragraph, or nothing. */
void rgi_doubts_add_text(const rg_report *report, struct rgi_text *text);

/* --- baseline.c --------------------------------------------------------------------------------------------------- */

/* How many leaks are accepted, and entries match nothing; a paragraph, or nothing. */
void rgi_baseline_add_text(const rg_report *report, struct rgi_text *text);

/* --- the report --------------------------------------------------------------------------------------------------- */

struct rg_report {
  struct rgi_series series;
  struct rgi_arena arena; /* all that leaks consist of */
  rg_leak *leaks;
  size_t num_leaks, num_open; /* those that are open first, then those that are accepted */
  uint64_t *omitted;          /* fingerprints of further leaks, in the same order */
  size_t num_omitted, num_open_omitted;
  size_t num_unmatched;       /* entries of baselines */
  struct rgi_doubts doubts;
  struct rgi_picture *pictures; /* of the leaks, in any order */
  uint32_t num_nodes;           /* of the graph that they are about */
  size_t num_groups;
  uint64_t num_suspects;
  uint64_t heap; /* bytes of all objects */
};

/* What the steps read of the last graph. */
struct rgi_analysis {
  const rg_graph *graph;
  rg_dominators *dominators;
  rg_paths *paths;
  rg_cycles *cycles;
  struct rgi_suspects groups;
};

/* Who holds the objects of a leak: the object that is nearest on the path and has a name for it. */
struct rgi_holder {
  const struct rgi_known_holder *known; /* NULL: one of the program's own */
  size_t step;                          /* on the path; its reference is that of the next step */
  rg_node node;                         /* RG_NODE_NONE: not known */
  rg_edge edge;                         /* the reference of the next step */
};

/* Who holds copies of a leak. */
struct rgi_held {
  struct rgi_holder holder; /* of the first one; all others have one alike */
  rg_node copy;             /* the first one */
  bool is_by_copy;          /* the holder is a copy itself */
  uint32_t num, num_new;    /* copies; those that were not in the first graph, where copies grow */
};

struct rgi_proposal;

/* A leak while it is made. */
struct rgi_leak {
  const struct rgi_suspect *group;
  const char *type;     /* of the first object */
  enum rgi_growth growth;
  rg_node finished;     /* a captured value that is finished, or the object itself; RG_NODE_NONE: none is */
  struct rgi_held *held; /* the one whose copies are told first */
  size_t num_held;
  rg_node *told;        /* copies that mends are about: those of held[0], and those that copies hold */
  uint32_t num_told;
  uint64_t told_retained; /* bytes that these keep alive together */
  rg_node shown;        /* the copy to which the path leads, one of these */
  bool is_garbage;      /* no root reaches the copy */
  struct rgi_variables *variables;
  rg_leak_capture *captures;
  rg_edge *edges;       /* of the steps: those that name the references to them */
  rg_leak_step *steps;
  struct rgi_holder holder;
  rg_node ended;        /* what should go: the uppermost object on the path that is finished, or one that piles up with
                         * others, else the copy */
  struct rgi_holder end_holder; /* who holds that */
  rg_node parting;      /* where objects pile up that each have a copy, and should go with it; RG_NODE_NONE */
  rg_node owner;        /* the captured object of a class of the program with whose end the copy should go, or
                         * RG_NODE_NONE */
  const char **signals;
  const char **notes;
  struct rgi_proposal *proposals;
  size_t num_proposals;
  rg_leak leak;
};

rg_error *rgi_report_find_leaks(rg_report *report, struct rgi_analysis *analysis);

rg_error *rgi_leak_add_captures(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak);
rg_error *rgi_leaks_measure_captures(const struct rgi_analysis *analysis, struct rgi_leak *leaks, size_t num);
rg_error *rgi_leak_add_signals(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak);
rg_error *rgi_leak_choose_copies(const rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak);
rg_error *rgi_leak_add_path(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak);
bool rgi_leak_is_on_path(const struct rgi_leak *leak, rg_node node);
/* Whether a node goes with one of the copies, and holds what it holds for their sake alone. Looks up as far as
 * matters. */
bool rgi_leak_keeps(const struct rgi_analysis *analysis, const struct rgi_leak *leak, rg_node node);
/* After the signals, which give a reason. */
void rgi_leak_judge_path(const struct rgi_analysis *analysis, const struct rgi_leak *leak);
rg_error *rgi_leak_add_holder(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak);
rg_error *rgi_leak_add_notes(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak);
/* Other leaks that have the same holder. */
rg_error *rgi_leaks_add_similar(rg_report *report, struct rgi_leak *leaks, size_t num);
/* Proposes mends, then says what all proposals of all leaks free, and keeps those that free something. */
rg_error *rgi_leak_propose_mends(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leak);
rg_error *rgi_leaks_measure_mends(rg_report *report, const struct rgi_analysis *analysis, struct rgi_leak *leaks,
                                  size_t num);
/* Of those proposals the edges of the best mend; none without mends. */
rg_edge_list rgi_leak_best_cut(const struct rgi_leak *leak);
void rgi_proposals_destroy(struct rgi_proposal *proposals, size_t num);

/* --- picture.c ---------------------------------------------------------------------------------------------------- */

/* Chooses what the pictures of the leaks show, after all else. */
rg_error *rgi_leaks_add_pictures(rg_report *report, const struct rgi_analysis *analysis, const struct rgi_leak *leaks,
                                 size_t num);

/* --- cycle.c ------------------------------------------------------------------------------------------------------ */

/* The cycle that a node is in; one without nodes: in none. */
rg_cycle rgi_cycle_of(const struct rgi_analysis *analysis, rg_node node);
/* The edges of a shortest way from a node of a cycle back to it. */
rg_error *rgi_cycle_list_edges(const struct rgi_analysis *analysis, rg_node node, rg_edge **ret, size_t *num_ret);
/* Bytes of garbage that some garbage keeps, its own included. */
rg_error *rgi_garbage_retained(const struct rgi_analysis *analysis, const rg_node *nodes, size_t num_nodes,
                               uint64_t *ret);

/* --- holder.c ----------------------------------------------------------------------------------------------------- */

/* A row of holders.tsv. */
struct rgi_known_holder {
  const char *module, *type;
  const char *reference; /* its name; ends in "*": any that begins so; "[]": any item */
  const char *name;
  const char *reason;    /* why it holds */
  const char *release;   /* the call, with {holder}, {leak} and {key}; empty: there is none */
};

/* Made from holders.tsv. */
extern const struct rgi_known_holder rgi_known_holders[];
extern const size_t rgi_num_known_holders;

/* What has code by its qualified name, classes and modules by theirs, anything else by its type. */
void rgi_name_object(const rg_graph *graph, rg_node node, struct rgi_text *text);
/* A known holder by its word, others as "EventBus._handlers"; nothing for none. */
void rgi_name_holder(const rg_graph *graph, const struct rgi_holder *holder, struct rgi_text *text);
/* Whether a type is a class that was defined in a function. */
bool rgi_is_made_by_function(const rg_graph *graph, rg_node type);
/* The nearest that has a name for what it holds, from the source of a reference up the path to that; its node is
 * RG_NODE_NONE if there is none. */
rg_error *rgi_find_named_holder(const struct rgi_analysis *analysis, rg_edge edge, struct rgi_holder *ret);
/* The row for a reference of an object, or NULL. */
const struct rgi_known_holder *rgi_find_known_holder(const rg_graph *graph, rg_node node, rg_edge edge);

/* --- advice.c ----------------------------------------------------------------------------------------------------- */

/* The method of an object's class that takes out what another puts in, as off() does beside on(); NULL: none was
 * found. */
const char *rgi_find_releasing_method(const rg_graph *graph, rg_node holder);

/* Words and code for a mend, in the names of the program. */
struct rgi_advice {
  struct rgi_text text, code;
  const char *caveat; /* a constant; NULL: none */
};

void rgi_advise_lifetime(const rg_graph *graph, const struct rgi_leak *leak, struct rgi_advice *advice);
/* Of a captured variable; of an attribute of its value, if one is given; of all items in it. */
void rgi_advise_release(const struct rgi_leak *leak, const rg_leak_capture *captured, struct rgi_advice *advice);
void rgi_advise_attribute(const rg_graph *graph, const struct rgi_leak *leak, const rg_leak_capture *captured,
                          rg_node value, const char *attribute, struct rgi_advice *advice);
void rgi_advise_emptying(const struct rgi_leak *leak, const rg_leak_capture *captured, struct rgi_advice *advice);
void rgi_advise_closing(const struct rgi_leak *leak, struct rgi_advice *advice);
void rgi_advise_narrow(const struct rgi_leak *leak, const rg_leak_capture *captured, struct rgi_advice *advice);
void rgi_advise_copy(const rg_leak_capture *captured, struct rgi_advice *advice);
rg_error *rgi_advise_cycle(const rg_graph *graph, const struct rgi_leak *leak, rg_edge weakest,
                           struct rgi_advice *advice);
void rgi_advise_weak(const struct rgi_leak *leak, const rg_leak_capture *captured, struct rgi_advice *advice);

#endif
