/* Draw: a request becomes the bytes of a picture. */
#ifndef RGI_RENDERER_DRAW_H
#define RGI_RENDERER_DRAW_H

#include "../render/request.h"

rg_error *rgi_draw(const struct rgi_request *request, struct rgi_text *picture);

#endif
