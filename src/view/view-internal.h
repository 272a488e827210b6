/* A view while it is made and when it is done. The steps, each in a file of its own:
 *
 *   boxes     one for each selected node that is no passage               view.c
 *   arrows    one for each chain through passages, with its text          edge.c
 *   folding   values into rows of their holder, what was cut into marks   fold.c
 *   lines     of each box, and everything in one line                     label.c
 *   definition sites of closures, every one, for text and JSON            sites.c
 *   caption and direction                                                 caption.c
 */
#ifndef RGI_VIEW_INTERNAL_H
#define RGI_VIEW_INTERNAL_H

#include <refgraph/view.h>

#include "../select/selection.h"
#include "arena.h"
#include "words.h"

enum rgi_mark {
  RGI_MARK_NONE,       /* an object */
  RGI_MARK_ITEMS,      /* "… 312 more items" */
  RGI_MARK_REFERENCES, /* "… 312 more references" */
  RGI_MARK_REFERRERS,  /* "… 3 more referrers" */
  RGI_MARK_UNSET,      /* "no value": a variable without a value */
};

struct rgi_box {
  rg_view_node node;
  rg_node_info info;      /* of an object */
  rg_type_info type;
  enum rgi_mark mark;
  uint64_t num_cut;       /* what a mark stands for */
  const char *heading;    /* the lines in one, shortened: what the tree in text says */
  bool shows_size;        /* its lines have its size */
  bool is_mapping;        /* holds something under a key */
  bool is_annotated;
  const char *value;      /* of a value: the text of a row */
  const char *note;       /* the caller's lines; NULL: none */
  uint32_t num_rows;      /* values that are rows of it, shown or not */
  uint64_t num_cut_targets;
  uint64_t num_cut_referrers;
};

struct rgi_arrow {
  rg_view_edge edge;
  bool is_redundant; /* a key that the name of an item says already */
};

/* A definition site of closures, for the list that leaves out none. */
struct rgi_listed_site {
  const char *name;
  const char *file;
  uint32_t line;
  uint32_t num_closures;
  uint64_t captured_size;
  bool is_implicit;
  uint32_t num_captured;
  const char **captured;
};

struct rg_view {
  enum rgi_question question;
  struct rgi_listed_site *sites;
  size_t num_sites;
  bool has_sites;
  struct rgi_arena strings;
  struct rgi_box *boxes;
  size_t num_boxes;
  size_t boxes_capacity;
  int64_t last_mark_id;
  struct rgi_arrow *arrows; /* in the order of their source */
  size_t num_arrows;
  size_t arrows_capacity;
  const char *caption;
  rg_direction direction;
  size_t num_drawn_boxes;
  size_t num_drawn_arrows;
};

/* What the steps read. */
struct rgi_sheet {
  rg_view *view;
  const rg_selection *selection;
  const rg_graph *graph;
  rg_view_options options;
  uint32_t *boxes; /* by selected node: its box; RG_VIEW_NONE for a passage that is drawn as part of an arrow */
};

rg_error *rgi_view_add_box(rg_view *view, const struct rgi_box *box, uint32_t *ret);
rg_error *rgi_view_add_arrow(rg_view *view, const struct rgi_arrow *arrow);

/* Adds the arrows between the boxes, source by source, and the boxes of variables without a value.
 * Cost: O(n log n) in the selected edges n. */
rg_error *rgi_view_add_arrows(struct rgi_sheet *sheet);
/* The words at the arrow, as "[17]", cut to `columns`; `name` is as in rg_view_edge. */
void rgi_view_add_edge_text(struct rgi_text *text, rg_edge_kind kind, const char *name, const struct rgi_box *source,
                            size_t columns);

/* Makes rows of small values and marks of what was cut. Cost: O(boxes and arrows). */
rg_error *rgi_view_fold(struct rgi_sheet *sheet);

/* Writes the lines of all boxes. */
rg_error *rgi_view_add_labels(struct rgi_sheet *sheet);

/* A caller's lines, cleaned, each ended by '\n'. */
void rgi_view_add_note(struct rgi_text *text, const char *note);

/* What an object is, in one line, as "list, 1 204 items": for tables. */
void rgi_view_add_node_label(struct rgi_text *text, const rg_graph *graph, rg_node node);

/* The words of one reference, as ".callback": for tables. */
void rgi_view_add_edge_label(struct rgi_text *text, const rg_graph *graph, rg_edge edge);

/* Copies the definition sites of the options, if they are there; writes them as a table and as JSON. */
rg_error *rgi_view_add_sites(struct rgi_sheet *sheet);
void rgi_view_write_sites(const rg_view *view, struct rgi_text *text);
void rgi_view_write_sites_json(const rg_view *view, struct rgi_text *text);

rg_error *rgi_view_set_caption(struct rgi_sheet *sheet);
rg_error *rgi_view_set_direction(struct rgi_sheet *sheet);

#endif
