/* Levels: how far each box is from where the picture begins, and in which order the boxes of a level stand.
 *
 * A picture begins at its roots, else at what was asked for, else at what no arrow leads to. From there levels count
 * along the arrows, as far as these lead; what leads there itself stands before it. So most arrows go from one level to
 * the next, whatever cycles and separate parts there are. Inside a level children stand in the order of their parents:
 * each box is put where its neighbours of the level before are on average, then of the level after, then before again,
 * which leaves no crossing in a tree. Cost: O(arrows + boxes log boxes). */
#ifndef RGI_RENDERER_LEVELS_H
#define RGI_RENDERER_LEVELS_H

#include "../render/request.h"

/* The boxes of level i are boxes[begin[i]] to boxes[begin[i + 1] - 1], by index in the request. */
struct rgi_levels {
  uint32_t num_levels;
  uint32_t *begin;
  uint32_t *boxes;
};

rg_error *rgi_levels_find(const struct rgi_request *request, struct rgi_levels *ret);
void rgi_levels_deinit(struct rgi_levels *levels);

#endif
