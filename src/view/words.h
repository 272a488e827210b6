/* Numbers, sizes and names as people read them, short enough for a box. Widths count characters. */
#ifndef RGI_VIEW_WORDS_H
#define RGI_VIEW_WORDS_H

#include "../base/text.h"

#define RGI_NARROW_SPACE "\xe2\x80\xaf"
#define RGI_ELLIPSIS "\xe2\x80\xa6"
#define RGI_TIMES "\xc3\x97"

/* A line of a box, the name at an arrow. */
#define RGI_LINE_COLUMNS 32
#define RGI_EDGE_COLUMNS 24
/* For text that is not shortened. */
#define RGI_NO_LIMIT SIZE_MAX

/* 1204 as "1 204", with `separator` between the thousands. */
void rgi_words_add_count(struct rgi_text *text, uint64_t count, const char *separator);
/* A count and its noun, which takes an "s" unless the count is 1. */
void rgi_words_add_counted(struct rgi_text *text, uint64_t count, const char *noun, const char *separator);
/* "48 B", "9.7 kB", "264 kB", "8.0 MB": decimal units, two figures below 10, three above. */
void rgi_words_add_size(struct rgi_text *text, uint64_t size);

/* A qualified name: inner scopes as "…" first, then cut in front, since the end is what tells. */
void rgi_words_add_name(struct rgi_text *text, const char *name, size_t columns);
/* A value: cut at the end, inside its quotes or brackets. */
void rgi_words_add_value(struct rgi_text *text, const char *value, size_t columns);
/* "ui.py:12" for "/usr/lib/app/ui.py": the last part of the path, cut in front; no line if it is 0. */
void rgi_words_add_place(struct rgi_text *text, const char *file, uint32_t line, size_t columns);

#endif
