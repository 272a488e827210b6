/* Sheet: levels of boxes become places on a page with the proportions of a screen.
 *
 *   .---. --- .---. --- .---.  .---.      A level stands in as many columns as it needs to be no deeper than the page.
 *   |   |     |   |     |   |  .---.      Its boxes go to the columns in turn, each a step further down: in order, and
 *   '---'     '---'     '---'  '---'      no two arrows from afar lie on one line.
 *                                  |
 *         .---. --- .---. --- .---.       Levels that do not fit beside each other go on below, in the other direction,
 *         |   |     |   |     |   |       as a plough turns at the end of a field.
 *         '---'     '---'     '---'
 *
 * From top to bottom it is the same, turned. */
#ifndef RGI_RENDERER_SHEET_H
#define RGI_RENDERER_SHEET_H

#include "levels.h"

/* A box on the sheet. All in points; x to the right and y upwards, of its centre. */
struct rgi_place {
  double width;
  double height;
  double x;
  double y;
};

/* Sets x and y of each box; `places` is by index of box. */
rg_error *rgi_sheet_lay(const struct rgi_levels *levels, rg_direction direction, struct rgi_place *places);

#endif
