/* The graph: objects are nodes, references are edges. A builder takes them in; the graph it finishes is frozen.
 *
 * Node 0 is the super-root. It stands for the process itself: its edges are the roots, so that paths and dominators
 * need no special case. It is never drawn.
 *
 *   nodes: a struct each             edges in CSR form: columns, one entry an edge
 *   +---------------------------+    +--------------+
 *   | address, size, type, ..   |    | row[node]    |--> target[] kind[] name[]   in the object's own order
 *   +---------------------------+    +--------------+
 *
 * Text enters the graph clean: whatever a builder is given, what a getter returns is valid UTF-8 of bounded length,
 * without control, bidirectional-control or surrogate characters, which stand there as visible escapes (\n, \x00,
 * \u202e).
 */
#ifndef REFGRAPH_GRAPH_H
#define REFGRAPH_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <refgraph/error.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef uint32_t rg_node;   /* index of a node */
typedef uint64_t rg_edge;   /* index of an edge, in row order */
typedef uint32_t rg_string; /* index of an interned string; 0 is the empty string */
typedef uint32_t rg_type;   /* index of a type */
typedef uint32_t rg_site;   /* index of a code site; RG_SITE_NONE for no site */

#define RG_NODE_ROOT ((rg_node)0)
#define RG_NODE_NONE UINT32_MAX
#define RG_EDGE_NONE UINT64_MAX
#define RG_SITE_NONE UINT32_MAX
#define RG_LENGTH_NONE UINT32_MAX

/* The longest string that a graph keeps, in bytes; a longer one ends in "…". */
#define RG_STRING_MAX 1024

typedef enum rg_edge_kind {
  RG_EDGE_ATTRIBUTE, /* a named field; without a name, a field of an opaque object */
  RG_EDGE_ITEM,      /* what a mapping holds under the key that is the name */
  RG_EDGE_INDEX,     /* what a sequence holds at a position; the name is the position, see rg_graph_edge_index */
  RG_EDGE_KEY,       /* a key of a mapping, a member of a set */
  RG_EDGE_CAPTURED,  /* a captured (free) variable of a function */
  RG_EDGE_LOCAL,     /* a local variable of a running or suspended frame */
  RG_EDGE_ARGUMENT,  /* a bound or default argument */
  RG_EDGE_INTERNAL,  /* machinery that is not drawn unless asked for: globals, code, builtins, metadata */
  RG_EDGE_WEAK,      /* keeps nothing alive */
  RG_EDGE_TYPE,      /* from an object to its type */
} rg_edge_kind;
#define RG_NUM_EDGE_KINDS 10

/* A set of edge kinds. */
typedef uint32_t rg_edge_kinds;
#define RG_EDGE_KIND_BIT(kind) ((rg_edge_kinds)1 << (kind))
#define RG_EDGE_KINDS_STRONG (RG_EDGE_KIND_BIT(RG_NUM_EDGE_KINDS) - 1 - RG_EDGE_KIND_BIT(RG_EDGE_WEAK))

/* What an object is, as far as a picture cares. */
typedef enum rg_category {
  RG_CATEGORY_INSTANCE,  /* anything that has no better word */
  RG_CATEGORY_CONTAINER, /* holds items, or a buffer of bytes */
  RG_CATEGORY_VALUE,     /* small and immutable: its label is its value */
  RG_CATEGORY_CALLABLE,  /* functions, methods, generators: whatever has code */
  RG_CATEGORY_TYPE,
  RG_CATEGORY_MODULE,
  RG_CATEGORY_FRAME,    /* a running frame: its label is the function, its context the thread */
  RG_CATEGORY_EXTERNAL, /* state that is no object: a thread, the interpreter, C code */
} rg_category;
#define RG_NUM_CATEGORIES 8

typedef uint16_t rg_node_flags;
#define RG_NODE_CLOSURE ((rg_node_flags)1)   /* captures variables */
#define RG_NODE_IMPLICIT ((rg_node_flags)2)  /* a closure that captures only what the language adds by itself */
#define RG_NODE_PASSAGE ((rg_node_flags)4)   /* a step between a holder and its field: drawn as one edge through it */
#define RG_NODE_IMMORTAL ((rg_node_flags)8)  /* never freed; its reference count means nothing */
#define RG_NODE_SHARED ((rg_node_flags)16)   /* a passage that several holders share */
#define RG_NODE_PARTIAL ((rg_node_flags)32)  /* the capture did not follow all of its references */
#define RG_NODE_FROZEN ((rg_node_flags)64)   /* the collector was told to leave it alone */
#define RG_NODE_INFERRED ((rg_node_flags)128) /* a holder that only counts of references tell of, such as C code: a path
                                               * that begins at any other root is preferred */
#define RG_NODE_FIXED ((rg_node_flags)256)   /* what it refers to stays the same as long as it lives, as in a tuple */
#define RG_NODE_FLAGS_ALL ((rg_node_flags)511)

/* Whether an object is still in use, as far as a field of its own says so. */
typedef enum rg_state {
  RG_STATE_UNKNOWN,
  RG_STATE_ALIVE,
  RG_STATE_FINISHED, /* closed, done, stopped: whoever holds it holds it for nothing */
} rg_state;
#define RG_NUM_STATES 3

typedef struct rg_node_info {
  uint64_t address;   /* 0 for a node that is no object */
  uint64_t size;      /* shallow size in bytes */
  uint32_t refcount;  /* references to it, saturated */
  uint32_t length;    /* items held; RG_LENGTH_NONE where that has no meaning */
  rg_type type;
  rg_string label;    /* name or value, short; empty where the type says it all */
  rg_string context;  /* where it is: the thread of a frame, the module of a type; empty otherwise */
  rg_site site;       /* where its code is defined, for a frame: where it stands */
  uint64_t num_unfollowed; /* references that the capture counted but did not follow, RG_NODE_PARTIAL */
  rg_node_flags flags;
  rg_state state;
  rg_string state_field; /* the field that says so; empty where the state is not known */
} rg_node_info;

typedef struct rg_type_info {
  const char *name;   /* as "Screen" */
  const char *module; /* as "ui"; empty for types that need none */
  rg_category category;
} rg_type_info;

/* How the code of a site, and the code inside it, uses a captured variable. */
typedef uint8_t rg_use;
#define RG_USE_KNOWN ((rg_use)1)      /* the code was read; without this bit nothing is known */
#define RG_USE_READ ((rg_use)2)
#define RG_USE_WRITTEN ((rg_use)4)    /* assigned or deleted */
#define RG_USE_ATTRIBUTES ((rg_use)8) /* of what is read, only some attributes are used: see rg_site_info.attributes */
#define RG_USE_ALL ((rg_use)15)

/* A definition site: equal name, file, line and captured names mean the same site. */
typedef struct rg_site_info {
  const char *name;            /* qualified name */
  const char *file;
  uint32_t line;               /* 0: not known */
  uint32_t num_captured;
  const char *const *captured; /* names of the captured variables, in the order of the code */
  const rg_use *uses;          /* of each; NULL when adding a site: not known */
  const char *const *attributes; /* of each, the attributes that are used, sorted and separated by a space; empty unless
                                  * RG_USE_ATTRIBUTES. NULL when adding a site: none */
} rg_site_info;

/* Where an object was allocated, as far as that was traced. The address of an object that died may have been used
 * again: likely, not certain. */
typedef struct rg_allocation {
  const char *file; /* NULL: not known */
  uint32_t line;
} rg_allocation;

/* The process that was captured, and how. */
typedef struct rg_process_info {
  const char *producer;    /* what made the graph, as "refgraph 0.1.0" */
  const char *interpreter; /* as "CPython 3.11.2" */
  const char *host;
  const char *mode;        /* how the heap was read, as "fork"; empty for a graph that was built by hand */
  uint64_t pid;            /* 0: not known */
  uint64_t time_ns;        /* since 1970 */
  uint64_t pause_ns;       /* how long the process stood still */
  uint32_t is_collector_enabled; /* 0 or 1 */
  uint32_t thresholds[3];  /* of the collector, by generation */
  uint32_t counts[3];
  uint64_t num_frozen;     /* objects that the collector leaves alone */
} rg_process_info;

/* What could not be recorded. */
typedef struct rg_loss {
  const char *what; /* as "allocation sites: not looked up in a dump that nobody waits for" */
  uint64_t num;     /* how many; 0: not known */
} rg_loss;

/* --- builder ---------------------------------------------------------------------------------------------------- */

typedef struct rg_builder rg_builder;

/* A builder holds the super-root from the start. */
RG_PUBLIC RG_MUST_USE rg_error *rg_builder_create(rg_builder **ret);
RG_PUBLIC void rg_builder_destroy(rg_builder *builder);

/* Interns `size` bytes, cleaned as described at the top. Equal text gives the same index. */
RG_PUBLIC RG_MUST_USE rg_error *rg_builder_add_string(rg_builder *builder, const char *data, size_t size,
                                                      rg_string *ret);
/* The same without looking for an equal one: for text that hardly ever repeats, such as values. */
RG_PUBLIC RG_MUST_USE rg_error *rg_builder_append_string(rg_builder *builder, const char *data, size_t size,
                                                         rg_string *ret);
/* Text that came from outside the program: a dump without values has `replacement` in its place. Interned as the pair
 * that it is. */
RG_PUBLIC RG_MUST_USE rg_error *rg_builder_add_private_string(rg_builder *builder, const char *data, size_t size,
                                                              rg_string replacement, rg_string *ret);
/* The same without looking for an equal one. */
RG_PUBLIC RG_MUST_USE rg_error *rg_builder_append_private_string(rg_builder *builder, const char *data, size_t size,
                                                                 rg_string replacement, rg_string *ret);
/* The same type or site added twice gives the same index. */
RG_PUBLIC RG_MUST_USE rg_error *rg_builder_add_type(rg_builder *builder, const rg_type_info *info, rg_type *ret);
RG_PUBLIC RG_MUST_USE rg_error *rg_builder_add_site(rg_builder *builder, const rg_site_info *info, rg_site *ret);

/* Adds a node; nodes are numbered 1, 2, … in the order of adding. `info` may be NULL and set later. */
RG_PUBLIC RG_MUST_USE rg_error *rg_builder_add_node(rg_builder *builder, const rg_node_info *info, rg_node *ret);
RG_PUBLIC RG_MUST_USE rg_error *rg_builder_set_node(rg_builder *builder, rg_node node, const rg_node_info *info);
/* Sets flags in addition to those that the node has. */
RG_PUBLIC void rg_builder_add_flags(rg_builder *builder, rg_node node, rg_node_flags flags);

/* Adds an edge. Edges may come in any order; the edges of one node keep their order.
 * `name` is a string, for RG_EDGE_INDEX the position itself. */
RG_PUBLIC RG_MUST_USE rg_error *rg_builder_add_edge(rg_builder *builder, rg_node source, rg_node target,
                                                    rg_edge_kind kind, uint32_t name);
/* Notes where the object of a node was allocated. */
RG_PUBLIC RG_MUST_USE rg_error *rg_builder_set_allocation(rg_builder *builder, rg_node node,
                                                          const rg_allocation *allocation);
RG_PUBLIC RG_MUST_USE rg_error *rg_builder_set_process(rg_builder *builder, const rg_process_info *info);
RG_PUBLIC RG_MUST_USE rg_error *rg_builder_add_loss(rg_builder *builder, const rg_loss *loss);
/* Number of edges added so far. */
RG_PUBLIC uint64_t rg_builder_num_edges(const rg_builder *builder);
/* Gives the edge that was added as number `i` another kind and name. */
RG_PUBLIC void rg_builder_name_edge(rg_builder *builder, uint64_t i, rg_edge_kind kind, uint32_t name);

/* --- graph ------------------------------------------------------------------------------------------------------ */

typedef struct rg_graph rg_graph;

/* Freezes what was built. The builder is left empty, to be destroyed; on failure it is as it was.
 * Cost: O(V + E). */
RG_PUBLIC RG_MUST_USE rg_error *rg_builder_finish(rg_builder *builder, rg_graph **ret);
RG_PUBLIC void rg_graph_destroy(rg_graph *graph);

RG_PUBLIC uint32_t rg_graph_num_nodes(const rg_graph *graph); /* with the super-root */
RG_PUBLIC uint64_t rg_graph_num_edges(const rg_graph *graph);

RG_PUBLIC rg_node_info rg_graph_node(const rg_graph *graph, rg_node node);
RG_PUBLIC rg_node_flags rg_graph_node_flags(const rg_graph *graph, rg_node node);
RG_PUBLIC uint64_t rg_graph_node_size(const rg_graph *graph, rg_node node);
RG_PUBLIC rg_type rg_graph_node_type(const rg_graph *graph, rg_node node);
RG_PUBLIC rg_site rg_graph_node_site(const rg_graph *graph, rg_node node);
RG_PUBLIC rg_category rg_graph_node_category(const rg_graph *graph, rg_node node);
/* Whether the super-root has an edge to it. */
RG_PUBLIC bool rg_graph_is_root(const rg_graph *graph, rg_node node);
/* The node of the object at `address`; RG_NODE_NONE if there is none. Cost: O(V), one pass over the nodes; who goes on
 * asking gets them sorted, 4 bytes a node, and from then on it is O(log V). */
RG_PUBLIC rg_node rg_graph_find(const rg_graph *graph, uint64_t address);

/* Where the object was allocated; the file is NULL where that is not known. */
RG_PUBLIC rg_allocation rg_graph_allocation(const rg_graph *graph, rg_node node);

RG_PUBLIC rg_process_info rg_graph_process(const rg_graph *graph);
RG_PUBLIC size_t rg_graph_num_losses(const rg_graph *graph);
RG_PUBLIC rg_loss rg_graph_loss(const rg_graph *graph, size_t i);
/* Whether it comes from a dump that was cut off: what it says of sizes and references are lower bounds. */
RG_PUBLIC bool rg_graph_is_truncated(const rg_graph *graph);

RG_PUBLIC const char *rg_graph_string(const rg_graph *graph, rg_string string);
RG_PUBLIC uint32_t rg_graph_num_types(const rg_graph *graph);
RG_PUBLIC rg_type_info rg_graph_type(const rg_graph *graph, rg_type type);
RG_PUBLIC uint32_t rg_graph_num_sites(const rg_graph *graph);
RG_PUBLIC rg_site_info rg_graph_site(const rg_graph *graph, rg_site site);

/* The edges of `node` are [rg_graph_edges_begin(node), rg_graph_edges_begin(node + 1)). */
RG_PUBLIC rg_edge rg_graph_edges_begin(const rg_graph *graph, rg_node node);
RG_PUBLIC rg_edge rg_graph_edges_end(const rg_graph *graph, rg_node node);
RG_PUBLIC rg_node rg_graph_edge_target(const rg_graph *graph, rg_edge edge);
/* Cost: O(log V). */
RG_PUBLIC rg_node rg_graph_edge_source(const rg_graph *graph, rg_edge edge);
RG_PUBLIC rg_edge_kind rg_graph_edge_kind(const rg_graph *graph, rg_edge edge);
/* Whether the edge leads through its target, a passage, to what lies behind. Machinery never does: the globals of a
 * function are one thing, though the module that owns them passes through to each of its names. */
RG_PUBLIC bool rg_graph_edge_passes(const rg_graph *graph, rg_edge edge);
/* The bare name; empty if there is none, and for RG_EDGE_INDEX. */
RG_PUBLIC const char *rg_graph_edge_name(const rg_graph *graph, rg_edge edge);
/* The position of an RG_EDGE_INDEX edge. */
RG_PUBLIC uint32_t rg_graph_edge_index(const rg_graph *graph, rg_edge edge);

/* The reverse index: for each node the edges that end at it, ascending. Made once, on request, by whoever asks first;
 * threads may ask at the same time. Cost: O(V + E) time, 4 V + 8 E bytes. */
typedef struct rg_referrers {
  const rg_edge *edges;
  size_t num_edges;
} rg_referrers;
RG_PUBLIC RG_MUST_USE rg_error *rg_graph_referrers(const rg_graph *graph, rg_node node, rg_referrers *ret);

/* The word for a kind in texts and JSON: "attribute", "captured", … */
RG_PUBLIC const char *rg_edge_kind_word(rg_edge_kind kind);
/* "unknown", "alive", "finished". */
RG_PUBLIC const char *rg_state_word(rg_state state);

#ifdef __cplusplus
}
#endif
#endif
