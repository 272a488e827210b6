/* What the closures of a merged picture capture, merged, too: values that are captured by the same group under the same
 * name and look alike are one box. */
#ifndef RGI_SELECT_CAPTURED_H
#define RGI_SELECT_CAPTURED_H

#include "groups.h"
#include "selection.h"

/* Draws what those of `closures` capture that are drawn, the first ones as far as the budget goes. `groups` are what is
 * drawn so far, by `paths`. Cost: O(closures, what they capture, and members of the groups). */
rg_error *rgi_captured_draw(struct rgi_draft *draft, const struct rgi_groups *groups, const rg_paths *paths,
                            const rg_node *closures, size_t num_closures);

#endif
