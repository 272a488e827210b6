/* rg_render: a view goes out as a request and comes back as a picture, on the rung of the ladder that the time
 * allows. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <refgraph/render.h>

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "../base/options.h"
#include "../base/alloc.h"
#include "clock.h"
#include "exchange.h"
#include "reply.h"
#include "request.h"

struct drawing {
  const rg_view *view;
  rg_format format;
  const rg_render_options *options;
  uint64_t start_ms;
  struct rgi_text renderer; // its path
  struct rgi_text received;
  struct rgi_reply reply;
};

// "$ORIGIN" is the folder of this library, as ld.so(8) has it: what may be installed anywhere finds the renderer from
// there.
static void add_installed_renderer(struct rgi_text *path)
{
  static const char folder[] = RG_LIBEXECDIR, origin[] = "$ORIGIN";
  size_t size = strncmp(folder, origin, strlen(origin)) == 0 ? strlen(origin) : 0;
  Dl_info library;
  if (size && dladdr(folder, &library) && strrchr(library.dli_fname, '/'))
    rgi_text_add(path, library.dli_fname, (size_t)(strrchr(library.dli_fname, '/') - library.dli_fname));
  rgi_text_printf(path, "%s/refgraph-render", folder + size);
}

static void find_renderer(struct drawing *drawing)
{
  const char *path = drawing->options->renderer ? drawing->options->renderer : secure_getenv("REFGRAPH_RENDER");
  if (path && *path)
    rgi_text_puts(&drawing->renderer, path);
  else
    add_installed_renderer(&drawing->renderer);
}

// Milliseconds that are left of the whole deadline.
static uint32_t remaining_ms(const struct drawing *drawing)
{
  uint64_t elapsed = rgi_clock_ms() - drawing->start_ms;
  return elapsed < drawing->options->deadline_ms ? drawing->options->deadline_ms - (uint32_t)elapsed : 0;
}

static rg_error *draw_on(struct drawing *drawing, enum rgi_rung rung, uint32_t time_ms, bool *is_lost_ret)
{
  const rg_render_options *options = drawing->options;
  struct rgi_request_settings settings = {.format = drawing->format,
                                          .rung = rung,
                                          .with_dot = options->with_dot,
                                          .deadline_ms = time_ms,
                                          .memory_limit = options->memory_limit};
  RGI_SCOPED_TEXT request = RGI_TEXT_INIT;
  RGI_TRY(rgi_request_encode(drawing->view, &settings, &request));
  struct rgi_exchange exchange = {.path = rgi_text_string(&drawing->renderer),
                                  .request = &request,
                                  .start_ms = drawing->start_ms,
                                  .deadline_ms = rgi_clock_ms() + time_ms,
                                  .memory_limit = options->memory_limit,
                                  .progress = options->progress,
                                  .progress_context = options->progress_context};
  rgi_text_clear(&drawing->received);
  return rgi_exchange_run(&exchange, &drawing->received, &drawing->reply, is_lost_ret);
}

// The rungs from `first` down, until one is drawn in its share of the time and fits a page. DOT knows no layout: one
// rung is all.
static rg_error *step_down(struct drawing *drawing, enum rgi_rung first)
{
  for (enum rgi_rung rung = first;; rung++) {
    bool is_last = drawing->format == RG_FORMAT_DOT || rung + 1 == RGI_NUM_RUNGS;
    uint32_t time_ms = remaining_ms(drawing);
    bool is_lost = false;
    rg_error *error = draw_on(drawing, rung, is_last ? time_ms : rgi_rung_share(rung, time_ms), &is_lost);
    if (!error || !is_lost || is_last)
      return error;
    rg_error_destroy(error);
  }
}

static rg_error *draw(struct drawing *drawing)
{
  rg_error *error = step_down(drawing, rgi_rung_first(rg_view_num_boxes(drawing->view)));
  if (!error || error->code != RG_ERROR_DEADLINE)
    return error;
  rg_error *complete = rg_error_create(
    RG_ERROR_DEADLINE, "drawing took longer than %g s: %zu boxes and %zu arrows; draw fewer or allow more time%s%s",
    drawing->options->deadline_ms / 1000.0, rg_view_num_boxes(drawing->view), rg_view_num_arrows(drawing->view),
    *error->message ? ": " : "", error->message);
  rg_error_destroy(error);
  return complete;
}

static rg_error *draw_and_write(const rg_view *view, rg_format format, const rg_render_options *options,
                                const rg_writer *writer)
{
  struct drawing drawing = {view, format, options, rgi_clock_ms(), RGI_TEXT_INIT, RGI_TEXT_INIT, {0}};
  find_renderer(&drawing);
  rg_error *error = rgi_text_error(&drawing.renderer);
  if (!error)
    error = draw(&drawing);
  if (!error)
    error = writer->write(writer->context, drawing.reply.body, drawing.reply.size);
  rgi_text_deinit(&drawing.renderer);
  rgi_text_deinit(&drawing.received);
  return error;
}

rg_error *rg_render(const rg_view *view, rg_format format, const rg_render_options *options, const rg_writer *writer)
{
  rg_render_options complete = RG_RENDER_OPTIONS_INIT;
  rgi_options_read(&complete, options);
  switch (format) {
  case RG_FORMAT_TEXT:
    return rg_view_write_text(view, writer);
  case RG_FORMAT_JSON:
    return rg_view_write_json(view, writer);
  case RG_FORMAT_DOT:
  case RG_FORMAT_SVG:
  case RG_FORMAT_PNG:
  case RG_FORMAT_PDF:
    return draw_and_write(view, format, &complete, writer);
  }
  return rg_error_create(RG_ERROR_ARGUMENT, "there is no format number %d", (int)format);
}
