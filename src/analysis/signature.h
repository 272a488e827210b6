/* Path signatures: what paths that differ only in positions and keys have in common.
 *
 * A node is signed by the last step of its shortest path, on top of the signature of the node before:
 *
 *   super-root --app--> module --bus--> EventBus --handlers--> list --[…]--> function make.<locals>.on_click, app.py:12
 *
 * A step is the kind of its reference and its name, without positions and keys, the type that it leads to, and where
 * the code of that is defined. At a root, and at a frame, its label stands for the name: which module it is, which
 * function runs. So all handlers of the list above have one signature, in every graph and in every process.
 *
 * All signatures are the nodes of one tree; those of several graphs are made one after the other and share it. A step
 * that was taken before on the same path leads back to where it was: the links of a chain have one signature, and the
 * nodes of a search tree a few (as recursive calls are folded in a calling context tree; Ammons, Ball and Larus,
 * "Exploiting Hardware Performance Counters with Flow and Context Sensitive Profiling", 1997). */
#ifndef RGI_ANALYSIS_SIGNATURE_H
#define RGI_ANALYSIS_SIGNATURE_H

#include <refgraph/analysis.h>

#include "../graph/tables.h"

/* Type, site and name are those of the tables below, in which equal text of all graphs is one. */
struct rgi_signature {
  rg_signature parent; /* lower than its own number */
  rg_type type;
  rg_site site;
  rg_string name;
  uint8_t kind;
  bool is_passage;
};

struct rgi_signatures {
  struct rgi_tables tables;
  struct rgi_signature *all; /* from the start RG_SIGNATURE_ROOT and RG_SIGNATURE_UNREACHED */
  size_t num, capacity;
  struct rgi_index index;
};

rg_error *rgi_signatures_init(struct rgi_signatures *signatures);
void rgi_signatures_deinit(struct rgi_signatures *signatures);
/* Signs all nodes of a graph; gives an array by node. On failure the signatures that were new stay, which is harmless.
 * Cost: that of rg_paths, then O(V) expected; 4 bytes a node are kept, 4 a string go. */
rg_error *rgi_signatures_sign(struct rgi_signatures *signatures, const rg_graph *graph, rg_signature **ret);

/* An order that depends on what the steps say alone; 0 as well for what differs only far away from the end. */
int rgi_signatures_compare(const struct rgi_signatures *signatures, rg_signature a, rg_signature b);

#endif
