/* SVG as Graphviz writes it, made fit for readers: it says what it shows, its boxes and arrows bear the words of the
 * view in place of n12, it names fonts that every machine has, and it knows a dark page. */
#ifndef RGI_RENDERER_SVG_H
#define RGI_RENDERER_SVG_H

#include "../base/text.h"
#include "../render/request.h"

/* Appends `drawn`, which is used up, with these changes. What is not recognised passes as it is. */
void rgi_svg_finish(struct rgi_text *drawn, const struct rgi_request *request, struct rgi_text *svg);

#endif
