/* One exchange with one renderer: send the request, take the reply and the last words, keep the deadline, and let
 * the caller see progress. All three pipes are served by one poll loop, so neither side can block the other. */
#ifndef RGI_RENDER_EXCHANGE_H
#define RGI_RENDER_EXCHANGE_H

#include <refgraph/render.h>

#include "../base/text.h"

struct rgi_exchange {
  const char *path;             /* of the renderer */
  const struct rgi_text *request;
  uint64_t start_ms;            /* when drawing began, on rgi_clock_ms(): what progress counts from */
  uint64_t deadline_ms;         /* when this exchange ends, on the same clock */
  uint64_t memory_limit;        /* what the renderer was given; no reply is larger. 0: no limit */
  rg_progress progress;         /* NULL: none */
  void *progress_context;
};

struct rgi_reply;

/* On success `reply_ret` is a picture in `received_ret`. Fails with RG_ERROR_DEADLINE, whose message is the renderer's
 * last words or empty, RG_ERROR_INTERRUPTED, RG_ERROR_RENDERER with the last words, or with what the renderer replied;
 * `*is_lost_ret` tells whether the layout is to blame: time was up, the renderer died over it, or no page is large
 * enough. The process is gone on return, whatever happened. */
rg_error *rgi_exchange_run(const struct rgi_exchange *exchange, struct rgi_text *received_ret,
                           struct rgi_reply *reply_ret, bool *is_lost_ret);

#endif
