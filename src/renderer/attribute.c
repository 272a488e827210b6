#include "attribute.h"

#include <string.h>
#include <strings.h>

#include "escape.h"

#define MAX_NAME 64
#define MAX_VALUE 1024

static bool is_one_of(const char *word, const char *const *words)
{
  for (; *words; words++) {
    if (!strcasecmp(word, *words))
      return true;
  }
  return false;
}

static bool is_identifier(const char *name)
{
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  size_t length = strspn(name, letters);
  return length && length <= MAX_NAME && !name[length] && !strchr("0123456789", name[0]);
}

bool rgi_attribute_is_allowed(const rg_attribute *attribute)
{
  // What opens files; what links, and is written raw into SVG by old versions; what our SVG is found by.
  static const char *const denied[] = {"image", "imagepath", "shapefile", "URL",   "href", "target",
                                       "id",    "class",     "pos",       "layer", NULL};
  // Shapes that read their label as a language of its own, or as a picture.
  static const char *const denied_shapes[] = {"record", "Mrecord", "epsf", "custom", NULL};
  return is_identifier(attribute->name) && !is_one_of(attribute->name, denied) &&
         !(!strcmp(attribute->name, "shape") && is_one_of(attribute->value, denied_shapes));
}

bool rgi_attribute_is_colour(const rg_attribute *attribute)
{
  static const char *const colours[] = {"color", "fillcolor", "fontcolor", "colorscheme", NULL};
  return is_one_of(attribute->name, colours);
}

bool rgi_attribute_is_hollow(const rg_attribute *attribute)
{
  return !strcmp(attribute->name, "style") && !strstr(attribute->value, "filled");
}

static void add_plain(struct rgi_text *out, const char *value)
{
  size_t size = strnlen(value, MAX_VALUE);
  for (const char *c = value; c < value + size; c++) {
    bool is_plain = (unsigned char)*c >= ' ' && (unsigned char)*c < 0x7f && !strchr("\"\\<>&", *c);
    if (is_plain)
      rgi_text_add(out, c, 1);
  }
}

void rgi_attribute_add_value(const rg_attribute *attribute, struct rgi_text *out)
{
  static const char *const texts[] = {"label", "xlabel", NULL};
  if (is_one_of(attribute->name, texts))
    rgi_escape(out, attribute->value, RGI_LINES_CENTRED);
  else if (!strcmp(attribute->name, "tooltip"))
    rgi_escape(out, attribute->value, RGI_LINES_TOOLTIP);
  else
    add_plain(out, attribute->value);
}
