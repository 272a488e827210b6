/* Why many things are alive: the shortest path to each of them, merged. */
#ifndef RGI_SELECT_MANY_H
#define RGI_SELECT_MANY_H

#include "selection.h"

/* Draws the paths to targets into a draft of nothing, the nearest targets first; of a few that look different also what
 * they capture. */
rg_error *rgi_draw_many(struct rgi_draft *draft, const rg_graph *graph, const rg_node *targets, size_t num_targets);

#endif
