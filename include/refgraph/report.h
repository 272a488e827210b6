/* The closure leak report: which closures leak, what they capture, who holds them, and what mends it.
 *
 * What may leak is put into groups: what has code and captures something, by what it is and where its code is defined.
 * A group leaks if it has more objects in every graph of a series, or if what it captures is finished and yet held.
 * Nothing is scored: each leak says its signals, in words. */
#ifndef REFGRAPH_REPORT_H
#define REFGRAPH_REPORT_H

#include <refgraph/analysis.h>
#include <refgraph/io.h>
#include <refgraph/view.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum rg_verdict {
  RG_VERDICT_UNKNOWN,
  RG_VERDICT_EXPECTED, /* it is meant to be there */
  RG_VERDICT_LEAKING,  /* it should be gone */
} rg_verdict;
#define RG_NUM_VERDICTS 3

/* What a captured variable is for the objects of a leak. */
typedef struct rg_leak_capture {
  const char *name;
  const char *type;       /* of the values, "several types" */
  uint64_t retained;      /* bytes that all values keep alive together */
  uint32_t num_values;    /* different ones */
  uint32_t num_sharing;   /* closures that capture the value which most of them share; 0: not known, or a number, a
                           * flag or a short text, which anybody may have */
  rg_use use;             /* of the code; without RG_USE_KNOWN nothing is known */
  const char *attributes; /* those that are used, separated by spaces; empty unless RG_USE_ATTRIBUTES */
} rg_leak_capture;

/* A step of the path from a root to one of the objects. */
typedef struct rg_leak_step {
  rg_node node;
  const char *type;
  rg_edge_kind kind;     /* of the reference from the step before; no meaning at the root */
  const char *reference; /* as a picture has it, "._handlers" or "['tick']"; empty at the root */
  const char *object;    /* in one line */
  uint64_t retained;
  rg_verdict verdict;
  const char *reason;    /* of the verdict; empty where it is carried along the path, or unknown */
  bool is_suspect;       /* its reference is the one that should not be: what is before it may stay */
} rg_leak_step;

typedef enum rg_mend_kind {
  RG_MEND_RELEASE,  /* let go of the value */
  RG_MEND_NARROW,   /* capture an attribute in place of the object that has it */
  RG_MEND_LIFETIME, /* end the life of the closure with that of its owner */
  RG_MEND_CYCLE,    /* cut the reference that closes a cycle */
  RG_MEND_WEAK,     /* hold weakly what should not be owned */
} rg_mend_kind;
#define RG_NUM_MEND_KINDS 5

typedef struct rg_mend {
  rg_mend_kind kind;
  const char *text;    /* what to do, in the names of the program */
  const char *call;    /* lines of Python that do it */
  const char *caveat;  /* what to think of first; empty: nothing */
  rg_freed freed;      /* what that frees, of all objects of the leak that are held alike */
  uint64_t stays;      /* bytes of what these retain that it does not free */
} rg_mend;

typedef struct rg_leak {
  const char *fingerprint; /* the same between runs and machines: 16 hexadecimal digits */
  bool is_accepted;        /* by a baseline */
  const char *kind;        /* "closure", "lambda", "bound method", "partial", "generator", "coroutine", … */
  const char *name;        /* of the code, qualified */
  const char *file;
  uint32_t line;           /* 0: not known */
  uint32_t num_copies;     /* in the last graph */
  rg_node node;            /* one of them: what is said of a path and of values is said of it */
  uint64_t retained;       /* bytes that they keep alive together */
  uint64_t exclusive;      /* bytes that each keeps alive by itself, added up */
  const char *holder;      /* who holds them, as "EventBus._handlers" or "functools.lru_cache"; "cycle": only they
                            * themselves; empty: not known */
  const uint32_t *counts;  /* copies, by graph */
  const char *grows;       /* what is more in each graph than in the one before: "copies", or "items" of what they
                            * capture; empty: neither, or fewer than min_graphs */
  const char *const *signals;
  size_t num_signals;
  const rg_leak_capture *captures; /* what retains most first */
  size_t num_captures;
  const rg_leak_step *steps;       /* from a root to one of the copies; none: no root reaches them */
  size_t num_steps;
  const char *const *notes;        /* what else is to be said of who holds them */
  size_t num_notes;
  const rg_mend *mends;            /* what frees most first */
  size_t num_mends;
} rg_leak;

/* Graphs are added one after the other, the oldest first, and need not stay: the report keeps what it tells. */
typedef struct rg_report rg_report;

typedef struct rg_report_options {
  size_t size;
  uint32_t min_graphs; /* what grows in fewer may do so by chance, and is not told; 0: 3 */
} rg_report_options;
#define RG_REPORT_OPTIONS_INIT {sizeof(rg_report_options), 3}

RG_PUBLIC RG_MUST_USE rg_error *rg_report_create(const rg_report_options *options, rg_report **ret);
RG_PUBLIC void rg_report_destroy(rg_report *report);
/* A graph before the last one: what may leak is counted. Cost: O(V + E), 4 bytes a node while it runs. */
RG_PUBLIC RG_MUST_USE rg_error *rg_report_add(rg_report *report, const rg_graph *graph);
/* The last graph, or the only one, about which the report is. Once. Cost: that of dominators and paths, and
 * rg_freed_by_cuts for each mend. */
RG_PUBLIC RG_MUST_USE rg_error *rg_report_finish(rg_report *report, const rg_graph *graph);

RG_PUBLIC size_t rg_report_num_graphs(const rg_report *report);
/* The likeliest one first: those with more signals, then those that retain more. Those that are accepted come last. */
RG_PUBLIC size_t rg_report_num_leaks(const rg_report *report);
RG_PUBLIC const rg_leak *rg_report_leak(const rg_report *report, size_t i);
/* Leaks that were one too many to be told, and are not accepted. */
RG_PUBLIC size_t rg_report_num_omitted(const rg_report *report);
/* Groups that were looked at, and their objects in the last graph. */
RG_PUBLIC size_t rg_report_num_groups(const rg_report *report);
RG_PUBLIC uint64_t rg_report_num_suspects(const rg_report *report);

/* Accepts the leaks of a baseline, which is text: a leak a line, which begins with its fingerprint; what follows is for
 * people, and so are lines that begin with '#'. A bad line is RG_ERROR_ARGUMENT, and nothing is accepted. Once the
 * report is finished; several baselines add up. Cost: O(n log n) in the lines n. */
RG_PUBLIC RG_MUST_USE rg_error *rg_report_accept(rg_report *report, const char *text, size_t size);
RG_PUBLIC size_t rg_report_num_accepted(const rg_report *report);
/* Entries of baselines that no leak of this report matches. */
RG_PUBLIC size_t rg_report_num_unmatched(const rg_report *report);
/* Takes the leaks of such a text out of the report, as if they had not been found. */
RG_PUBLIC RG_MUST_USE rg_error *rg_report_leave_out(rg_report *report, const char *text, size_t size);
/* All leaks, accepted or not, as a baseline. */
RG_PUBLIC RG_MUST_USE rg_error *rg_report_write_baseline(const rg_report *report, const rg_writer *writer);

/* What makes the report less than certain: a graph that is cut off, graphs that are no series. A sentence each. */
RG_PUBLIC size_t rg_report_num_doubts(const rg_report *report);
RG_PUBLIC const char *rg_report_doubt(const rg_report *report, size_t i);

/* "expected", "release", …: the words of text and JSON. */
RG_PUBLIC const char *rg_verdict_word(rg_verdict verdict);
RG_PUBLIC const char *rg_mend_kind_word(rg_mend_kind kind);

/* A screen a leak, in UTF-8; without leaks a paragraph that says what was looked at. */
RG_PUBLIC RG_MUST_USE rg_error *rg_report_write_text(const rg_report *report, const rg_writer *writer);
/* A list of objects, one a leak, the likeliest first; all numbers are integers, sizes are bytes:
 *
 *   fingerprint accepted kind site{qualname file line} copies retained{total exclusive heap} growth[] grows holder
 *   signals[]
 *   captures[{name type retained values shared used attributes[]}]
 *   paths[{root{kind name} steps[{edge{kind name} node{id type label retained} verdict reason suspect}]}] notes[]
 *   mends[{kind text call caveat freed_now freed_at_gc stays}]
 *
 * growth: copies by graph. grows: copies, items, or nothing. used: never, read, written, attributes or unknown. A path
 * begins at its root, whose edge is null; the root of garbage is of the kind "cycle". */
RG_PUBLIC RG_MUST_USE rg_error *rg_report_write_json(const rg_report *report, const rg_writer *writer);
/* An object: truncated omitted doubts[] not_recorded[{what count}]; what was not recorded is that of the last graph. */
RG_PUBLIC RG_MUST_USE rg_error *rg_report_write_loss_json(const rg_report *report, const rg_writer *writer);
/* SARIF 2.1.0, for code hosts: a result of the rule "closure-leak" for each leak, at the line that defines the closure.
 * What is accepted is suppressed. Files below the folder are named from there, others by a file URI; NULL: no
 * folder. */
RG_PUBLIC RG_MUST_USE rg_error *rg_report_write_sarif(const rg_report *report, const char *folder,
                                                      const rg_writer *writer);

/* A picture of a leak, root left, leak right, of 40 objects at most: the path to one copy with the verdicts, what it
 * captures and what keeps most of that, the suspect reference with the words of the best mend, and what that cuts.
 * `graph` is the last one. Cost: that of rg_select_why. */
RG_PUBLIC RG_MUST_USE rg_error *rg_report_view(const rg_report *report, size_t i, const rg_graph *graph, rg_view **ret);

#ifdef __cplusplus
}
#endif
#endif
