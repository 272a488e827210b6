/* View: what is written on the paper. It gives each selected node its lines of text and its style, draws one edge
 * through passages, folds small values into their holder's box, and adds the marks for what was cut.
 * Text and JSON come straight from here; pictures from rg_render. */
#ifndef REFGRAPH_VIEW_H
#define REFGRAPH_VIEW_H

#include <refgraph/io.h>
#include <refgraph/select.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How a box looks. Told apart by shape or border, not by colour alone. */
typedef enum rg_style {
  RG_STYLE_ROOT,      /* dark: where life begins */
  RG_STYLE_EXTERNAL,  /* dark octagon: state that is no object */
  RG_STYLE_MODULE,    /* tab: a module that is not drawn as a root */
  RG_STYLE_CALLABLE,  /* rounded */
  RG_STYLE_INSTANCE,  /* plain */
  RG_STYLE_CONTAINER, /* sand */
  RG_STYLE_VALUE,     /* no border */
  RG_STYLE_CUT,       /* dashed */
} rg_style;
#define RG_NUM_STYLES 8

typedef enum rg_direction {
  RG_DIRECTION_AUTO, /* left to right, unless a path would be too wide for a page */
  RG_DIRECTION_LEFT_RIGHT,
  RG_DIRECTION_TOP_BOTTOM,
} rg_direction;

typedef struct rg_attribute {
  const char *name;
  const char *value;
} rg_attribute;

/* What a caller adds to the box of one node. */
typedef struct rg_annotation {
  rg_node node;
  const char *text;      /* further lines; NULL: none */
  bool is_highlighted;
  const rg_attribute *attributes; /* Graphviz attributes of the node, taken as they are, after cleaning */
  size_t num_attributes;
} rg_annotation;

/* What a caller adds to the arrow that is drawn for an edge, alone or with others. */
typedef struct rg_edge_annotation {
  rg_edge edge;
  const char *text;      /* lines under its name; NULL: none */
  bool is_suspect;       /* bold and red: the one that should not be */
} rg_edge_annotation;

typedef struct rg_view_options {
  size_t size;
  const char *call;       /* the words that begin the caption, as "show_refs, max_depth=3"; NULL: none */
  bool no_caption;
  bool long_type_names;   /* with the module */
  bool with_refcounts;
  bool keep_values;       /* no folding of values into their holder's box */
  rg_direction direction;
  const rg_annotation *annotations; /* ascending by node */
  size_t num_annotations;
  const rg_closures *closures; /* every definition site is listed in text and JSON, drawn or not; NULL: no list */
  const rg_edge_annotation *edge_annotations; /* ascending by edge */
  size_t num_edge_annotations;
} rg_view_options;
#define RG_VIEW_OPTIONS_INIT {sizeof(rg_view_options), 0, false, false, false, false, RG_DIRECTION_AUTO, 0, 0, 0, 0, 0}

#define RG_VIEW_NONE UINT32_MAX

typedef struct rg_view_node {
  rg_node node;         /* RG_NODE_NONE for a cut mark */
  int64_t id;           /* of the node; of cut marks -1, -2, … */
  rg_role role;
  rg_style style;
  uint32_t count;       /* objects it stands for */
  uint64_t size;        /* shallow bytes */
  const char *type;     /* as "Screen" */
  const char *label;    /* everything in one line, as "make.<locals>.on_click, function, ui.py:12" */
  const char *text;     /* the lines of the box, each ended by '\n'; empty for a node without a box */
  uint32_t num_rows;    /* how many of the last lines are rows, set left */
  const char *tooltip;  /* full text where a line was shortened; empty otherwise */
  rg_allocation allocation; /* where it was allocated; the file is NULL where that is not known, or of several nodes */
  uint32_t holder;      /* index of the node in whose box this one is a row; RG_VIEW_NONE if it has its own */
  bool is_highlighted;
  const rg_attribute *attributes;
  size_t num_attributes;
} rg_view_node;

typedef struct rg_view_edge {
  uint32_t source;      /* index of a view node */
  uint32_t target;
  rg_edge_kind kind;
  const char *name;     /* the bare name, as "screen" or "17"; empty if there is none */
  const char *text;     /* what stands at the arrow, as ".title", "[17]", "screen", "app (weak)" */
  const char *note;     /* the caller's lines, each ended by '\n'; empty: none */
  bool is_suspect;
  uint32_t count;
  bool is_drawn;        /* false where the target is a row of its holder */
} rg_view_edge;

/* Nodes are in the order of the selection, the targets' side first; a cut mark stands after its node's other edges.
 * A view keeps nothing of the selection and the graph: they may go before it. */
typedef struct rg_view rg_view;

RG_PUBLIC RG_MUST_USE rg_error *rg_view_create(const rg_selection *selection, const rg_view_options *options,
                                               rg_view **ret);
RG_PUBLIC void rg_view_destroy(rg_view *view);

RG_PUBLIC size_t rg_view_num_nodes(const rg_view *view);
RG_PUBLIC const rg_view_node *rg_view_node_at(const rg_view *view, size_t i);
RG_PUBLIC size_t rg_view_num_edges(const rg_view *view);
RG_PUBLIC const rg_view_edge *rg_view_edge_at(const rg_view *view, size_t i);
/* One line; empty without a caption. */
RG_PUBLIC const char *rg_view_caption(const rg_view *view);
/* Never RG_DIRECTION_AUTO. */
RG_PUBLIC rg_direction rg_view_direction(const rg_view *view);
/* Boxes and arrows that are drawn. */
RG_PUBLIC size_t rg_view_num_boxes(const rg_view *view);
RG_PUBLIC size_t rg_view_num_arrows(const rg_view *view);

/* "attribute", "target", …: the words of JSON. */
RG_PUBLIC const char *rg_role_word(rg_role role);

/* A tree for terminals, in UTF-8. */
RG_PUBLIC RG_MUST_USE rg_error *rg_view_write_text(const rg_view *view, const rg_writer *writer);
/* {"caption": …, "nodes": [{id, type, label, size, role, count, and where it is known allocated}],
 * "edges": [{source, target, kind, name, count}]}: ids are those of the graph, a cut mark's is negative. With a list of
 * definition sites also "closures": [{name, file, line, count, captured, captured_size, implicit}]. */
RG_PUBLIC RG_MUST_USE rg_error *rg_view_write_json(const rg_view *view, const rg_writer *writer);

#ifdef __cplusplus
}
#endif
#endif
