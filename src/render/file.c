/* rg_render_file: the picture appears under its name whole, or not at all. */
#include <refgraph/render.h>

#include "../base/alloc.h"

static void destroy_scoped(rg_file **file)
{
  rg_file_destroy(*file);
}

rg_error *rg_render_file(const rg_view *view, rg_format format, const rg_render_options *options, const char *path)
{
  __attribute__((cleanup(destroy_scoped))) rg_file *file = NULL;
  RGI_TRY(rg_file_create(path, NULL, &file));
  rg_writer writer = rg_file_writer(file);
  RGI_TRY(rg_render(view, format, options, &writer));
  return rg_file_commit(file);
}
