#include "arena.h"

#include <stdalign.h>
#include <string.h>

#include "../base/alloc.h"

#define BLOCK_SIZE ((size_t)4096)

struct rgi_arena_block {
  struct rgi_arena_block *previous;
  size_t used;
  size_t size;
  alignas(max_align_t) char data[];
};

void rgi_arena_deinit(struct rgi_arena *arena)
{
  while (arena->last) {
    struct rgi_arena_block *block = arena->last;
    arena->last = block->previous;
    rgi_free(block);
  }
}

static rg_error *add_block(struct rgi_arena *arena, size_t needed)
{
  size_t size = needed > BLOCK_SIZE ? needed : BLOCK_SIZE;
  struct rgi_arena_block *block = rgi_alloc(1, sizeof(*block) + size);
  if (!block)
    return rgi_out_of_memory();
  block->previous = arena->last;
  block->size = size;
  arena->last = block;
  return NULL;
}

rg_error *rgi_arena_alloc(struct rgi_arena *arena, size_t size, void **ret)
{
  size_t rounded = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
  if (!arena->last || arena->last->size - arena->last->used < rounded)
    RGI_TRY(add_block(arena, rounded));
  *ret = arena->last->data + arena->last->used;
  arena->last->used += rounded;
  return NULL;
}

rg_error *rgi_arena_add_string(struct rgi_arena *arena, const char *string, const char **ret)
{
  size_t size = strlen(string) + 1;
  void *copy;
  RGI_TRY(rgi_arena_alloc(arena, size, &copy));
  *ret = memcpy(copy, string, size);
  return NULL;
}

rg_error *rgi_arena_add_text(struct rgi_arena *arena, struct rgi_text *text, const char **ret)
{
  RGI_TRY(rgi_text_error(text));
  RGI_TRY(rgi_arena_add_string(arena, rgi_text_string(text), ret));
  rgi_text_clear(text);
  return NULL;
}
