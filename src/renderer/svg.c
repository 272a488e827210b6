#include "svg.h"
void rgi_svg_finish(const struct rgi_text *drawn, const struct rgi_request *request, struct rgi_text *svg)
{ (void)request; rgi_text_add(svg, drawn->data, drawn->size); }
