/* Text for Graphviz: the one way by which text from outside gets into an attribute.
 *
 * cgraph and the layout read a label again: entities, backslash sequences, object names for \N and its like, and
 * agwrite puts the text between quotes with rules that changed from version to version. So no raw quote, backslash,
 * ampersand or control character ever gets there; what was verified to come out literally everywhere is
 *
 *   character    &      "       <     >     \
 *   in a label   &amp;  &quot;  &lt;  &gt;  &#92;&#92;
 *   in a tooltip &amp;  &quot;  &lt;  &gt;  &#92;&#92;&#92;&#92;   (it is read twice)
 *
 * The text is cleaned again on the way, and cut before Graphviz's scanner would refuse the string (16,384 bytes). */
#ifndef RGI_RENDERER_ESCAPE_H
#define RGI_RENDERER_ESCAPE_H

#include "../base/text.h"

enum rgi_line_end {
  RGI_LINES_CENTRED, /* \n between lines, none after the last */
  RGI_LINES_LEFT,    /* \l after each line */
  RGI_LINES_TOOLTIP, /* &#10; between lines */
};

/* Appends the lines of `text` ('\n' ends a line). A leading break gets a no-break space in front: Graphviz 14 reads
 * uninitialised memory otherwise. Spaces that begin a line become no-break spaces, which SVG keeps. */
void rgi_escape(struct rgi_text *out, const char *text, enum rgi_line_end line_end);

#endif
