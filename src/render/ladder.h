/* The ladder of layouts, from the best to the cheapest. A picture starts on the rung that its number of boxes allows,
 * and steps down when the rung's share of the deadline is over, its renderer died, or no page is as long as the
 * picture: the library then ends the renderer that is at work and starts another one. That needs nothing beyond what a
 * deadline needs anyway, and a layout that hangs in the depths of Graphviz cannot prevent it.
 *
 * Seconds of layout, measured with Graphviz 2.42:
 *
 *   reference graphs, 1.3 arrows a box, half of them named      200 boxes and 400 arrows at random, most of them named
 *     boxes    200    500    1000    2000    5000                 full     more than 10
 *     full    0.06    3.5      27                                 beside   0.8 to 1.4
 *     tuned           0.3     1.2     7.6                         tuned    0.4 to 0.5
 *     levels  0.07    0.1     0.2     0.4     1.1                 levels   0.05
 *
 * The last row is all there is to an SVG or a PDF; a PNG takes 2 to 3 seconds at 2000 boxes, 3 to 8 at 5000. Only the
 * last rung makes a page of any picture: of a star with 1000 leaves dot makes a strip of 330 x 41,565 points.
 */
#ifndef RGI_RENDER_LADDER_H
#define RGI_RENDER_LADDER_H

#include <stddef.h>
#include <stdint.h>

enum rgi_rung {
  RGI_RUNG_FULL,   /* dot as it is, arrows in the object's own order */
  RGI_RUNG_BESIDE, /* names beside their arrows, where they take no rank; network simplex cut short */
  RGI_RUNG_TUNED,  /* and straight arrows, in any order */
  RGI_RUNG_LEVELS, /* boxes by their distance from the beginning, in rows and columns that fit a page */
};
#define RGI_NUM_RUNGS 4

/* The rung on which a picture of that many boxes starts. */
enum rgi_rung rgi_rung_first(size_t num_boxes);
/* The part of the remaining time that a rung is given: a sixth, the last one all. Where time is short, a rung gets up
 * to half of it, so that what is drawn in two seconds is not given up. */
uint32_t rgi_rung_share(enum rgi_rung rung, uint32_t remaining_ms);

#endif
