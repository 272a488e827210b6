/* Siblings: boxes of a merged picture that differ in their names only.
 *
 *   typing --SupportsInt--> type --hook--> f         typing --SupportsInt + 6--> 7 × type --hook--> f
 *   typing --SupportsAbs--> type --hook--> f
 *   … */
#ifndef RGI_SELECT_SIBLINGS_H
#define RGI_SELECT_SIBLINGS_H

#include <refgraph/select.h>

/* Makes one node of three or more that look the same, are held by the same nodes and hold the same ones; and one edge
 * of three or more of a kind between the same two nodes.
 * Method: nodes are coloured by what they look like, then again and again by the colours around them, until that tells
 * no more nodes apart. Cost: O(rounds · n log n) in the selected nodes and edges n, with a fixed limit of rounds. */
rg_error *rgi_merge_siblings(rg_selection *selection);

#endif
