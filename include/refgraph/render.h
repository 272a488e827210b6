/* Render: a view becomes DOT, SVG, PNG or PDF in a process of its own, refgraph-render, so that the caller's process
 * never loads Graphviz and survives whatever happens there. Text and JSON are written in place. */
#ifndef REFGRAPH_RENDER_H
#define REFGRAPH_RENDER_H

#include <refgraph/io.h>
#include <refgraph/view.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum rg_format {
  RG_FORMAT_DOT,
  RG_FORMAT_SVG,
  RG_FORMAT_PNG,
  RG_FORMAT_PDF,
  RG_FORMAT_TEXT,
  RG_FORMAT_JSON,
} rg_format;
#define RG_NUM_FORMATS 6

typedef struct rg_render_options {
  size_t size;
  uint32_t deadline_ms;      /* for everything, layout included */
  uint64_t memory_limit;     /* address space of the renderer in bytes */
  bool with_dot;             /* embed the DOT source into a PNG */
  const char *renderer;      /* path of refgraph-render; NULL: $REFGRAPH_RENDER, else the installed one */
  rg_progress progress;      /* called at least every 100 ms; NULL: not */
  void *progress_context;
} rg_render_options;
#define RG_RENDER_OPTIONS_INIT {sizeof(rg_render_options), 20000, (uint64_t)2 << 30, false, 0, 0, 0}

/* Nothing is written before the picture is complete. */
RG_PUBLIC RG_MUST_USE rg_error *rg_render(const rg_view *view, rg_format format, const rg_render_options *options,
                                          const rg_writer *writer);

/* The same to a file: under a temporary name in the same folder, renamed when complete, removed on failure. */
RG_PUBLIC RG_MUST_USE rg_error *rg_render_file(const rg_view *view, rg_format format,
                                               const rg_render_options *options, const char *path);

/* The format that the name's extension asks for: .dot .gv .svg .png .pdf .txt .json, in any case.
 * RG_ERROR_ARGUMENT for others, with the formats that work. */
RG_PUBLIC RG_MUST_USE rg_error *rg_format_of(const char *path, rg_format *ret);

#ifdef __cplusplus
}
#endif
#endif
