/* The picture language: how each kind of box and arrow looks, as Graphviz attributes. A box says what an object is,
 * an arrow by what name it is held, weight of line how much it matters, and the rest is white.
 *
 * Round is code, square is data, dark is where life begins, double is many, dashed is not drawn, thick is what was
 * asked about. Every difference is one of shape or border as well as of colour. */
#ifndef RGI_RENDERER_STYLE_H
#define RGI_RENDERER_STYLE_H

#include <refgraph/view.h>

#include "../render/ladder.h"

/* Tables end with a NULL name. */
struct rgi_look {
  const char *name;
  const char *value;
};

#define RGI_FONT "DejaVu Sans"
#define RGI_FONT_BOLD RGI_FONT " Bold"
/* White margin around the picture, in inches: the value of `pad`. */
#define RGI_PAD 0.15

const struct rgi_look *rgi_look_graph(void);
const struct rgi_look *rgi_look_direction(rg_direction direction);
const struct rgi_look *rgi_look_rung(enum rgi_rung rung);
const struct rgi_look *rgi_look_node(void);
const struct rgi_look *rgi_look_edge(void);

/* On top of the defaults, in this order. */
const struct rgi_look *rgi_look_style(rg_style style);
const struct rgi_look *rgi_look_many(void);
const struct rgi_look *rgi_look_highlighted(void);
const struct rgi_look *rgi_look_target(bool is_many);
const struct rgi_look *rgi_look_suspect(void);
const struct rgi_look *rgi_look_weak(void);
const struct rgi_look *rgi_look_cut_edge(void);

/* The name of a style as a class of SVG elements. */
const char *rgi_style_class(rg_style style);
/* The rules of SVG for readers who prefer a dark page. */
const char *rgi_style_sheet(void);

#endif
