/* A selection, and the draft in which it is made.
 *
 * Every way of selecting adds nodes and references to a draft, which alone knows what is selected already and what
 * the budget still allows. A reference is what a picture draws as one arrow: a chain of edges through passages.
 *
 *   holder --edge--> passage --edge--> passage --edge--> value      one reference, three edges, budget 1
 */
#ifndef RGI_SELECT_SELECTION_H
#define RGI_SELECT_SELECTION_H

#include <refgraph/select.h>

#include "../base/index.h"
#include "walk.h"

/* What kind of question a selection answers; captions and texts differ by it. */
enum rgi_question {
  RGI_QUESTION_REFERENCES,
  RGI_QUESTION_REFERRERS,
  RGI_QUESTION_PATHS,
  RGI_QUESTION_CLOSURES,
};

struct rg_selection {
  const rg_graph *graph;
  enum rgi_question question;
  rg_selected_node *nodes;
  size_t num_nodes;
  size_t nodes_capacity;
  rg_selected_edge *edges;
  size_t num_edges;
  size_t edges_capacity;
  size_t num_unreached;
  size_t num_cut_asked; /* targets or definition sites for which there was no room */
  bool has_internals;   /* machinery was followed, too */
  bool has_implicit;    /* closures that capture only what the language adds were selected, too */
};

struct rgi_draft {
  rg_selection *selection;
  uint32_t *places;       /* by graph node: its index in the selection plus one; 0: not selected */
  struct rgi_index edges; /* the selected edges by graph edge */
  uint32_t num_nodes_left; /* what the budget still allows; passages are free */
  uint32_t num_edges_left;
};

/* A draft of nothing. Cost: O(1); the zeroed column takes memory only where it is touched. */
rg_error *rgi_draft_init(struct rgi_draft *draft, const rg_graph *graph, enum rgi_question question,
                         uint32_t max_nodes, uint32_t max_edges);
/* A draft that goes on with a selection, which is the draft's from then on, even on failure. */
rg_error *rgi_draft_resume(struct rgi_draft *draft, rg_selection *selection, uint32_t max_nodes, uint32_t max_edges);
void rgi_draft_deinit(struct rgi_draft *draft);
#define RGI_SCOPED_DRAFT __attribute__((cleanup(rgi_draft_deinit))) struct rgi_draft

/* Hands the selection on; the draft is left without one. */
rg_selection *rgi_draft_finish(struct rgi_draft *draft);

bool rgi_draft_has(const struct rgi_draft *draft, rg_node node);
/* The entry of a selected node; good until the next one is added. */
rg_selected_node *rgi_draft_node(const struct rgi_draft *draft, rg_node node);
/* Whether the budget has room for `node` (true if it is selected), and for one more arrow to or from it. */
bool rgi_draft_has_room_for_node(const struct rgi_draft *draft, rg_node node);
bool rgi_draft_has_room(const struct rgi_draft *draft, rg_node node);

/* Selects a node; one that is selected already keeps its role. */
rg_error *rgi_draft_add_node(struct rgi_draft *draft, rg_node node, rg_role role);
/* Selects the chain on which `walk` stands: its end in `role`, the passages, the edges; takes one arrow off the budget
 * if any of the edges is new. */
rg_error *rgi_draft_add_chain(struct rgi_draft *draft, const struct rgi_walk *walk, rg_role role);
/* Selects one edge between selected nodes, unless it is selected already; tells whether it was new. */
rg_error *rgi_draft_add_edge(struct rgi_draft *draft, rg_node source, rg_node target, rg_edge edge, bool *is_new_ret);

/* Appends an edge as it is; for selections that merge. */
rg_error *rgi_selection_add_edge(rg_selection *selection, rg_selected_edge edge);
rg_error *rgi_selection_add_node(rg_selection *selection, rg_selected_node node);

#endif
