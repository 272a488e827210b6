#include "alloc.h"

#include <malloc.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static atomic_size_t num_allowed = SIZE_MAX;
static atomic_size_t num_live;

static bool is_allowed(void)
{
  size_t allowed = atomic_load_explicit(&num_allowed, memory_order_relaxed);
  if (allowed == SIZE_MAX)
    return true;
  if (allowed == 0)
    return false;
  atomic_store_explicit(&num_allowed, allowed - 1, memory_order_relaxed);
  return true;
}

// Large blocks are mapped by themselves, so that growing one moves its pages and copies nothing: malloc would copy, into
// pages that fault in anew, which costs more than what is computed. Each block has its size in front.
//
//   | mapped, or 0 | padding to 16 | what the caller gets …
struct head {
  alignas(16) size_t mapped; // bytes of the mapping; 0 for a block of malloc's
};

#ifdef __SANITIZE_ADDRESS__
#define MAPPED_FROM SIZE_MAX // the sanitizer sees into malloc's blocks only
#else
#define MAPPED_FROM ((size_t)1 << 20)
#endif

static struct head *head_of(void *memory)
{
  return (struct head *)memory - 1;
}

static bool size_with_head(size_t num, size_t size, size_t *ret)
{
  return !__builtin_mul_overflow(num, size, ret) && !__builtin_add_overflow(*ret, sizeof(struct head), ret) &&
         *ret < SIZE_MAX / 2;
}

// Lets the kernel provide the pages of a block at once, for a third of what it costs one by one as they are touched.
// A kernel before 5.14 does not know how, and does no harm.
static void populate(struct head *head, size_t from, size_t to)
{
#ifdef MADV_POPULATE_WRITE
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  from &= ~(page - 1);
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
  struct head *head = bytes < MAPPED_FROM ? calloc(1, bytes) : map_zeroed(bytes);
  if (!head)
    return NULL;
  atomic_fetch_add_explicit(&num_live, 1, memory_order_relaxed);
  return head + 1;
}

static struct head *remap(struct head *head, size_t bytes)
{
  void *moved = mremap(head, head->mapped, bytes, MREMAP_MAYMOVE);
  if (moved == MAP_FAILED)
    return NULL;
  head = moved;
  if (bytes > head->mapped)
    populate(head, head->mapped, bytes);
  head->mapped = bytes;
  return head;
}

// From a block of malloc's, which is smaller than MAPPED_FROM, to a mapping of its own.
static struct head *move_out(struct head *head, size_t bytes)
{
  struct head *mapped = map_zeroed(bytes);
  if (mapped) {
    size_t old_bytes = malloc_usable_size(head);
    memcpy(mapped + 1, head + 1, old_bytes - sizeof(*head));
    free(head);
  }
  return mapped;
}

void *rgi_realloc(void *memory, size_t num, size_t size)
{
  if (!memory)
    return rgi_alloc(num, size);
  size_t bytes;
  if (!size_with_head(num, size, &bytes) || !is_allowed())
    return NULL;
  struct head *head = head_of(memory);
  if (head->mapped)
    head = remap(head, bytes);
  else
    head = bytes < MAPPED_FROM ? realloc(head, bytes) : move_out(head, bytes);
  return head ? head + 1 : NULL;
}

void rgi_free(void *memory)
{
  if (!memory)
    return;
  atomic_fetch_sub_explicit(&num_live, 1, memory_order_relaxed);
  struct head *head = head_of(memory);
  if (head->mapped)
    munmap(head, head->mapped);
  else
    free(head);
}

void rgi_free_scoped(void *pointer_to_pointer)
{
  void *memory;
  memcpy(&memory, pointer_to_pointer, sizeof(memory));
  rgi_free(memory);
}

void rgi_alloc_fail_after(size_t num)
{
  atomic_store(&num_allowed, num);
}

size_t rgi_alloc_num_live(void)
{
  return atomic_load(&num_live);
}

rg_error *rgi_reserve_(void **data, size_t *capacity, size_t needed, size_t element_size)
{
  size_t grown = *capacity + *capacity / 2 + 16;
  if (grown < needed)
    grown = needed;
  void *moved = rgi_realloc(*data, grown, element_size);
  if (!moved)
    return rgi_out_of_memory();
  *data = moved;
  *capacity = grown;
  return NULL;
}
