#include "alloc.h"

#include <refgraph/memory.h>

#include <fcntl.h>
#include <malloc.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static atomic_size_t num_allowed = SIZE_MAX;
static atomic_bool is_once;
static atomic_size_t num_live;

static bool is_allowed(void)
{
  size_t allowed = atomic_load_explicit(&num_allowed, memory_order_relaxed);
  if (allowed == SIZE_MAX)
    return true;
  if (allowed == 0) {
    if (atomic_load_explicit(&is_once, memory_order_relaxed))
      atomic_store_explicit(&num_allowed, SIZE_MAX, memory_order_relaxed);
    return false;
  }
  atomic_store_explicit(&num_allowed, allowed - 1, memory_order_relaxed);
  return true;
}

// Large blocks are mapped by themselves, so that growing one moves its pages and copies nothing: malloc would copy,
// into pages that fault in anew, which costs more than what is computed. Each block has its size in front.
//
//   | mapped | padding to 16 | what the caller gets …
struct head {
  alignas(16) size_t mapped; // bytes of the mapping; 0 for a block of malloc's; the class of a block of the arena's
};

#define LEAST_MAPPED ((size_t)1 << 20)
#define LEAST_HUGE ((size_t)8 << 20)
#ifdef __SANITIZE_ADDRESS__
#define MAPPED_FROM SIZE_MAX // the sanitizer sees into malloc's blocks only
#else
#define MAPPED_FROM LEAST_MAPPED
#endif

static struct head *head_of(void *memory)
{
  return (struct head *)memory - 1;
}

static struct head *map_zeroed(size_t bytes);

/* --- the arena ---------------------------------------------------------------------------------------------------- */

// Small blocks of an isolated process. Each is as large as a power of two, its class; those that were given back wait
// in a list for the next of their size.
enum { LEAST_CLASS = 5, NUM_CLASSES = 21, ARENA_SIZE = 1 << 22 };

struct free_block {
  struct head head;
  struct free_block *next;
};

static struct {
  bool is_used;
  struct free_block *free[NUM_CLASSES];
  char *at, *end;
} arena;

// The same block may have been one of malloc's, before: such a one stays where it is.
static bool is_of_arena(const struct head *head)
{
  return head->mapped && head->mapped < NUM_CLASSES;
}

static unsigned class_of(size_t bytes)
{
  unsigned found = LEAST_CLASS;
  while ((size_t)1 << found < bytes)
    found++;
  return found;
}

static struct head *carve(size_t bytes)
{
  if ((size_t)(arena.end - arena.at) < bytes) {
    struct head *mapped = map_zeroed(ARENA_SIZE);
    if (!mapped)
      return NULL;
    mapped->mapped = 0;
    arena.at = (char *)mapped;
    arena.end = arena.at + ARENA_SIZE;
  }
  void *carved = arena.at;
  arena.at += bytes;
  return carved;
}

static struct head *arena_alloc(size_t bytes)
{
  unsigned class = class_of(bytes);
  struct free_block *waiting = arena.free[class];
  struct head *head = waiting ? &waiting->head : carve((size_t)1 << class);
  if (!head)
    return NULL;
  if (waiting) {
    arena.free[class] = waiting->next;
    memset(head, 0, (size_t)1 << class);
  }
  head->mapped = class;
  return head;
}

static void arena_free(struct head *head)
{
  struct free_block *block = (struct free_block *)head;
  block->next = arena.free[head->mapped];
  arena.free[head->mapped] = block;
}

void rg_memory_isolate(void)
{
  arena.is_used = true;
}

/* --- blocks ------------------------------------------------------------------------------------------------------- */

// The classes of the arena end where mappings begin.
static bool is_small(size_t bytes)
{
  return bytes < (arena.is_used ? LEAST_MAPPED : MAPPED_FROM);
}

static struct head *small_alloc(size_t bytes)
{
  return arena.is_used ? arena_alloc(bytes) : calloc(1, bytes);
}

static void small_free(struct head *head)
{
  if (is_of_arena(head))
    arena_free(head);
  else if (!arena.is_used)
    free(head);
}

static size_t small_size(struct head *head)
{
  return is_of_arena(head) ? (size_t)1 << head->mapped : malloc_usable_size(head);
}

static bool size_with_head(size_t num, size_t size, size_t *ret)
{
  return !__builtin_mul_overflow(num, size, ret) && !__builtin_add_overflow(*ret, sizeof(struct head), ret) &&
         *ret < SIZE_MAX / 2;
}

static size_t page_size(void)
{
  return (size_t)sysconf(_SC_PAGESIZE);
}

// Lets the kernel provide the pages of a block at once, for a third of what it costs one by one as they are touched.
// A kernel before 5.14 does not know how, and does no harm.
static void populate(struct head *head, size_t from, size_t to)
{
#ifdef MADV_POPULATE_WRITE
  from &= ~(page_size() - 1);
  madvise((char *)head + from, to - from, MADV_POPULATE_WRITE);
#else
  (void)head, (void)from, (void)to;
#endif
}

static struct head *map_zeroed(size_t bytes)
{
  void *mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED)
    return NULL;
  struct head *head = mapped;
  head->mapped = bytes;
  return head;
}

void *rgi_alloc(size_t num, size_t size)
{
  size_t bytes;
  if (!size_with_head(num, size, &bytes) || !is_allowed())
    return NULL;
  struct head *head = is_small(bytes) ? small_alloc(bytes) : map_zeroed(bytes);
  if (!head)
    return NULL;
  atomic_fetch_add_explicit(&num_live, 1, memory_order_relaxed);
  return head + 1;
}

// What is walked at random spends most of its time on finding pages: huge ones are fewer, and come with fewer faults.
// What is filled here and there only would take more memory with them.
static void advise(void *mapped, size_t bytes)
{
  if (bytes >= LEAST_HUGE)
    madvise(mapped, bytes, MADV_HUGEPAGE);
}

// No less than a page is kept: a smaller size in front would be taken for a class of the arena.
static struct head *remap(struct head *head, size_t bytes)
{
  bytes = bytes < page_size() ? page_size() : bytes;
  void *moved = mremap(head, head->mapped, bytes, MREMAP_MAYMOVE);
  if (moved == MAP_FAILED)
    return NULL;
  head = moved;
  advise(head, bytes);
  if (bytes > head->mapped)
    populate(head, head->mapped, bytes);
  head->mapped = bytes;
  return head;
}

// To a block of another kind.
static struct head *move(struct head *head, size_t bytes)
{
  struct head *moved = is_small(bytes) ? small_alloc(bytes) : map_zeroed(bytes);
  if (moved) {
    size_t old_bytes = small_size(head);
    memcpy(moved + 1, head + 1, (old_bytes < bytes ? old_bytes : bytes) - sizeof(*head));
    small_free(head);
  }
  return moved;
}

static struct head *small_realloc(struct head *head, size_t bytes)
{
  if (is_of_arena(head) && bytes <= small_size(head))
    return head;
  return is_small(bytes) && !arena.is_used ? realloc(head, bytes) : move(head, bytes);
}

void *rgi_alloc_dense(size_t num, size_t size)
{
  void *memory = rgi_alloc(num, size);
  if (memory && head_of(memory)->mapped && !is_of_arena(head_of(memory)))
    advise(head_of(memory), head_of(memory)->mapped);
  return memory;
}

void *rgi_realloc(void *memory, size_t num, size_t size)
{
  // What grows is filled.
  if (!memory)
    return rgi_alloc_dense(num, size);
  size_t bytes;
  if (!size_with_head(num, size, &bytes) || !is_allowed())
    return NULL;
  struct head *head = head_of(memory);
  bool is_mapped = head->mapped && !is_of_arena(head);
  head = is_mapped ? remap(head, bytes) : small_realloc(head, bytes);
  return head ? head + 1 : NULL;
}

void rgi_free(void *memory)
{
  if (!memory)
    return;
  atomic_fetch_sub_explicit(&num_live, 1, memory_order_relaxed);
  struct head *head = head_of(memory);
  if (head->mapped && !is_of_arena(head))
    munmap(head, head->mapped);
  else
    small_free(head);
}

void *rg_memory_alloc(size_t num, size_t size)
{
  return rgi_alloc(num, size);
}

void *rg_memory_realloc(void *memory, size_t num, size_t size)
{
  return rgi_realloc(memory, num, size);
}

void rg_memory_free(void *memory)
{
  rgi_free(memory);
}

void rgi_free_scoped(void *pointer_to_pointer)
{
  void *memory;
  memcpy(&memory, pointer_to_pointer, sizeof(memory));
  rgi_free(memory);
}

void rgi_alloc_fail_after(size_t num)
{
  atomic_store(&is_once, false);
  atomic_store(&num_allowed, num);
}

void rgi_alloc_fail_once(size_t num)
{
  atomic_store(&is_once, true);
  atomic_store(&num_allowed, num);
}

bool rgi_alloc_is_to_fail(void)
{
  return atomic_load(&num_allowed) != SIZE_MAX;
}

size_t rgi_alloc_num_live(void)
{
  return atomic_load(&num_live);
}

rg_error *rgi_reserve_(void **data, size_t *capacity, size_t needed, size_t element_size)
{
  size_t step = *capacity / (*capacity < LEAST_HUGE / element_size ? 2 : 8);
  size_t grown = *capacity + step + 16;
  if (grown < needed)
    grown = needed;
  void *moved = rgi_realloc(*data, grown, element_size);
  if (!moved)
    return rgi_out_of_memory();
  *data = moved;
  *capacity = grown;
  return NULL;
}

void rgi_trim_(void **data, size_t *capacity, size_t num, size_t element_size)
{
  void *trimmed = num && num < *capacity ? rgi_realloc(*data, num, element_size) : NULL;
  if (!trimmed)
    return;
  *data = trimmed;
  *capacity = num;
}

/* --- the machine -------------------------------------------------------------------------------------------------- */

uint64_t rg_memory_available(void)
{
  char text[512] = "";
  int fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
  if (fd >= 0 && read(fd, text, sizeof(text) - 1) < 0)
    text[0] = '\0';
  if (fd >= 0)
    close(fd);
  const char *found = strstr(text, "MemAvailable:");
  return found ? strtoull(found + strlen("MemAvailable:"), NULL, 10) * 1024 : 0;
}
