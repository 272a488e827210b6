/* Which format a file name asks for. */
#include <refgraph/render.h>

#include <string.h>
#include <strings.h>

#include "../base/alloc.h"
#include "../base/clean.h"

static const struct {
  const char *extension;
  rg_format format;
} formats[] = {
  {".dot", RG_FORMAT_DOT}, {".gv", RG_FORMAT_DOT},   {".svg", RG_FORMAT_SVG},   {".png", RG_FORMAT_PNG},
  {".pdf", RG_FORMAT_PDF}, {".txt", RG_FORMAT_TEXT}, {".json", RG_FORMAT_JSON},
};

// The last dot of the last part of `path` and what follows; "" if there is none.
static const char *extension_of(const char *path)
{
  const char *slash = strrchr(path, '/');
  const char *dot = strrchr(slash ? slash : path, '.');
  return dot ? dot : "";
}

rg_error *rg_format_of(const char *path, rg_format *ret)
{
  const char *extension = extension_of(path);
  for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
    if (strcasecmp(extension, formats[i].extension))
      continue;
    *ret = formats[i].format;
    return NULL;
  }
  RGI_SCOPED_TEXT name = RGI_TEXT_INIT;
  rgi_text_add_clean(&name, path, strlen(path), 512);
  RGI_TRY(rgi_text_error(&name));
  return rg_error_create(RG_ERROR_ARGUMENT,
                         "cannot tell the format of '%s'; names that work end in .dot, .gv, .svg, .png, .pdf, .txt "
                         "or .json", rgi_text_string(&name));
}
