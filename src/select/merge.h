/* Drawing groups: the paths from the roots to groups of targets, as far as the budget goes.
 *
 * A target group is drawn with a way to it, all of its path up to the root, or not at all; further ways to it are
 * counted where there is no room. */
#ifndef RGI_SELECT_MERGE_H
#define RGI_SELECT_MERGE_H

#include "groups.h"
#include "selection.h"

struct rgi_merge {
  struct rgi_draft *draft;
  const struct rgi_groups *groups;
  uint32_t *places;    /* by group: its index in the selection plus one; 0: not drawn */
  bool *is_drawn;      /* by way */
  uint32_t *ways;      /* sorted by the group they lead to */
  size_t *begin;       /* by group, and one more */
  uint32_t *path;      /* groups, the nearest to the target first */
  size_t path_length;
  size_t path_capacity;
};

/* The draft has nothing in it yet. */
rg_error *rgi_merge_init(struct rgi_merge *merge, struct rgi_draft *draft, const struct rgi_groups *groups);
void rgi_merge_deinit(struct rgi_merge *merge);
#define RGI_SCOPED_MERGE __attribute__((cleanup(rgi_merge_deinit))) struct rgi_merge

/* Draws at most `max_ways` ways to a target group that are not drawn yet. */
rg_error *rgi_merge_draw(struct rgi_merge *merge, uint32_t group, uint32_t max_ways);
/* After the last of them: arrows back along chains, and counts. A target group counts the members that drawn ways lead
 * to, and how many others lead to as referrers that were left out. */
rg_error *rgi_merge_finish(struct rgi_merge *merge);

#endif
