/* Strings and arrays that live as long as a view does: they are added one by one and go all at once. */
#ifndef RGI_VIEW_ARENA_H
#define RGI_VIEW_ARENA_H

#include "../base/text.h"

struct rgi_arena_block;

struct rgi_arena {
  struct rgi_arena_block *last;
};

void rgi_arena_deinit(struct rgi_arena *arena);
/* Zeroed memory for anything. */
rg_error *rgi_arena_alloc(struct rgi_arena *arena, size_t size, void **ret);
/* A copy of what was written to `text`, which is empty afterwards; fails where the text did. */
rg_error *rgi_arena_add_text(struct rgi_arena *arena, struct rgi_text *text, const char **ret);
rg_error *rgi_arena_add_string(struct rgi_arena *arena, const char *string, const char **ret);

#endif
