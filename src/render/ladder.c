#include "ladder.h"

#define MAX_BOXES_FULL 200
#define MAX_BOXES_TUNED 1000
#define SHORT_MS 2000

enum rgi_rung rgi_rung_first(size_t num_boxes)
{
  return num_boxes <= MAX_BOXES_FULL ? RGI_RUNG_FULL : num_boxes <= MAX_BOXES_TUNED ? RGI_RUNG_TUNED : RGI_RUNG_LEVELS;
}

uint32_t rgi_rung_share(enum rgi_rung rung, uint32_t remaining_ms)
{
  if (rung + 1 == RGI_NUM_RUNGS)
    return remaining_ms;
  uint32_t half_ms = remaining_ms / 2, sixth_ms = remaining_ms / 6;
  uint32_t least_ms = half_ms < SHORT_MS ? half_ms : SHORT_MS;
  return sixth_ms > least_ms ? sixth_ms : least_ms;
}
