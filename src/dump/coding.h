/* How numbers are coded: varints, differences, and what they are predicted from. FORMAT.md has the definitions. */
#ifndef RGI_DUMP_CODING_H
#define RGI_DUMP_CODING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RGI_VARINT_MAX 10

static inline uint8_t *rgi_varint_put(uint8_t *at, uint64_t number)
{
  for (; number >= 0x80; number >>= 7)
    *at++ = (uint8_t)(number | 0x80);
  *at++ = (uint8_t)number;
  return at;
}

/* Reads what is not to be trusted: whatever does not fit sets `is_bad`, after which every number is 0. */
struct rgi_cursor {
  const uint8_t *at, *end;
  bool is_bad;
};

static inline uint64_t rgi_varint_get_long(struct rgi_cursor *cursor)
{
  uint64_t number = 0;
  for (unsigned shift = 0; shift < 64 && cursor->at < cursor->end; shift += 7) {
    uint8_t byte = *cursor->at++;
    number |= (uint64_t)(byte & 0x7f) << shift;
    if (shift == 63 && byte > 1)
      break;
    if (byte < 0x80)
      return number;
  }
  cursor->is_bad = true;
  cursor->at = cursor->end;
  return 0;
}

static inline uint64_t rgi_varint_get(struct rgi_cursor *cursor)
{
  if (cursor->at < cursor->end && *cursor->at < 0x80)
    return *cursor->at++;
  return rgi_varint_get_long(cursor);
}

/* A number that has to be below `end`; bad otherwise. */
static inline uint64_t rgi_varint_get_below(struct rgi_cursor *cursor, uint64_t end)
{
  uint64_t number = rgi_varint_get(cursor);
  if (number < end)
    return number;
  cursor->is_bad = true;
  return 0;
}

static inline uint64_t rgi_difference(uint64_t value, uint64_t predicted)
{
  uint64_t difference = value - predicted;
  return difference << 1 ^ (0 - (difference >> 63));
}

static inline uint64_t rgi_apply_difference(uint64_t coded, uint64_t predicted)
{
  return predicted + (coded >> 1 ^ (0 - (coded & 1)));
}

/* Of 32-bit values: the difference is taken with its sign. */
static inline uint64_t rgi_difference32(uint32_t value, uint32_t predicted)
{
  return rgi_difference((uint64_t)(int64_t)(int32_t)(value - predicted), 0);
}

static inline uint64_t rgi_rotate_right4(uint64_t address)
{
  return address >> 4 | address << 60;
}

static inline uint64_t rgi_rotate_left4(uint64_t rotated)
{
  return rotated << 4 | rotated >> 60;
}

#define RGI_NUM_SLOTS 4096

/* The slot of an edge, by whose last target its own is predicted. */
static inline uint32_t rgi_edge_slot(unsigned kind, uint32_t name, bool is_index)
{
  if (is_index)
    return name < 63 ? name : 63;
  return (name + ((uint32_t)kind << 28)) * UINT32_C(2654435761) >> 20;
}

#endif
