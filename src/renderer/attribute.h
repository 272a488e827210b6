/* Attributes that a caller adds to a box: passed on to Graphviz, unless they would open a file, carry a link or
 * break what we rely on. */
#ifndef RGI_RENDERER_ATTRIBUTE_H
#define RGI_RENDERER_ATTRIBUTE_H

#include <refgraph/view.h>

#include "../base/text.h"

/* Whether `name` may be set at all. */
bool rgi_attribute_is_allowed(const rg_attribute *attribute);
/* Whether it changes colours: such a box keeps them on a dark page too. */
bool rgi_attribute_is_colour(const rg_attribute *attribute);
/* Whether it leaves the box unfilled: the page then shows through, and the letters have to fit the page. */
bool rgi_attribute_is_hollow(const rg_attribute *attribute);
/* Appends the value: text is escaped like a label; anything else keeps only characters that no value of Graphviz
 * needs an escape for. */
void rgi_attribute_add_value(const rg_attribute *attribute, struct rgi_text *out);

#endif
