/* The ladder of layouts, from the best to the cheapest. A picture starts on the rung that its number of boxes allows
 * and steps down when the rung's share of the deadline is over: the library then ends the renderer that is at work
 * and starts another one. That needs nothing beyond what a deadline needs anyway, and a layout that hangs in the
 * depths of Graphviz cannot prevent it.
 *
 * Milliseconds of layout, measured with Graphviz 2.42 on reference graphs with 1.3 arrows a box, half of them named:
 *
 *   boxes       200     500    1000    2000
 *   full         60    3507   27327       -
 *   tuned         -     260    1188    7647
 *   coarse        -     133     459    1938
 */
#ifndef RGI_RENDER_LADDER_H
#define RGI_RENDER_LADDER_H

#include <stddef.h>
#include <stdint.h>

enum rgi_rung {
  RGI_RUNG_FULL,   /* dot as it is, arrows in the object's own order */
  RGI_RUNG_TUNED,  /* network simplex cut short, straight arrows, names beside them */
  RGI_RUNG_COARSE, /* the same, cut shorter */
};
#define RGI_NUM_RUNGS 3

/* The rung on which a picture of that many boxes starts. */
enum rgi_rung rgi_rung_first(size_t num_boxes);
/* The part of the remaining time that a rung is given: a quarter, the last one all. Where time is short, a rung gets up
 * to half of it, so that what is drawn in two seconds is not given up. */
uint32_t rgi_rung_share(enum rgi_rung rung, uint32_t remaining_ms);

#endif
