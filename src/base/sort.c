#include "sort.h"

#include <string.h>

#include "alloc.h"

#define DIGIT_BITS 11
#define NUM_DIGITS (1u << DIGIT_BITS)

// How far ahead memory is asked for, in items.
#define AHEAD 16

// The greatest comes first, so digits count downwards.
static uint32_t digit_of(uint64_t key, unsigned shift)
{
  return (NUM_DIGITS - 1) - ((uint32_t)(key >> shift) & (NUM_DIGITS - 1));
}

static void sort_by_digit(const uint64_t *keys, const uint32_t *items, size_t num, unsigned shift, uint32_t *ret)
{
  uint32_t begin[NUM_DIGITS + 1] = {0};
  for (size_t i = 0; i < num; i++)
    begin[digit_of(keys[items[i]], shift) + 1]++;
  for (size_t digit = 1; digit < NUM_DIGITS; digit++)
    begin[digit] += begin[digit - 1];
  for (size_t i = 0; i < num; i++) {
    if (i + AHEAD < num)
      __builtin_prefetch(&keys[items[i + AHEAD]]);
    ret[begin[digit_of(keys[items[i]], shift)]++] = items[i];
  }
}

static uint64_t greatest_of(const uint64_t *keys, const uint32_t *items, size_t num)
{
  uint64_t greatest = 0;
  for (size_t i = 0; i < num; i++)
    greatest = keys[items[i]] > greatest ? keys[items[i]] : greatest;
  return greatest;
}

rg_error *rgi_sort_descending(const uint64_t *keys, uint32_t *items, size_t num)
{
  RGI_SCOPED_FREE uint32_t *spare = rgi_alloc_dense(num, sizeof(*spare));
  if (!spare)
    return rgi_out_of_memory();
  uint64_t greatest = greatest_of(keys, items, num);
  uint32_t *from = items, *to = spare;
  for (unsigned shift = 0; shift < 64 && greatest >> shift; shift += DIGIT_BITS) {
    sort_by_digit(keys, from, num, shift, to);
    uint32_t *swapped = from;
    from = to;
    to = swapped;
  }
  if (from != items)
    memcpy(items, from, num * sizeof(*items));
  return NULL;
}
