#include "levels.h"

#include <stdlib.h>

#include "../base/alloc.h"
#include "../base/sort.h"

#define UNPLACED INT32_MIN

/* Neighbours of each box: those of box i are boxes[begin[i]] to boxes[begin[i + 1] - 1]. */
struct lists {
  uint32_t *begin;
  uint32_t *boxes;
};

struct search {
  const struct rgi_request *request;
  struct lists targets;
  struct lists holders;
  int32_t *levels;       // by box; those before the beginning are negative
  uint32_t *placed;      // boxes in the order in which they got their level
  uint32_t num_placed;
  uint32_t num_followed; // how many of these were looked at for their targets
  uint32_t num_traced;   // and for their holders
};

/* --- neighbours ------------------------------------------------------------------------------------------------- */

static rg_error *list_neighbours(const struct rgi_request *request, bool is_forward, struct lists *ret)
{
  ret->begin = rgi_alloc(request->num_nodes + (size_t)2, sizeof(*ret->begin));
  ret->boxes = rgi_alloc(request->num_edges, sizeof(*ret->boxes));
  if (!ret->begin || !ret->boxes)
    return rgi_out_of_memory();
  // Counted one further than they belong: while the lists are filled, begin[i + 1] is where the next one of i goes.
  for (uint32_t i = 0; i < request->num_edges; i++)
    ret->begin[2 + (is_forward ? request->edges[i].source : request->edges[i].target)]++;
  for (uint32_t i = 0; i < request->num_nodes; i++)
    ret->begin[i + 2] += ret->begin[i + 1];
  for (uint32_t i = 0; i < request->num_edges; i++) {
    const struct rgi_request_edge *edge = &request->edges[i];
    uint32_t from = is_forward ? edge->source : edge->target, to = is_forward ? edge->target : edge->source;
    ret->boxes[ret->begin[from + 1]++] = to;
  }
  return NULL;
}

static void lists_deinit(struct lists *lists)
{
  rgi_free(lists->begin);
  rgi_free(lists->boxes);
}

/* --- levels ----------------------------------------------------------------------------------------------------- */

static void place(struct search *search, uint32_t box, int32_t level)
{
  if (search->levels[box] != UNPLACED)
    return;
  search->levels[box] = level;
  search->placed[search->num_placed++] = box;
}

static void place_neighbours(struct search *search, const struct lists *lists, uint32_t box, int32_t step)
{
  for (uint32_t i = lists->begin[box]; i < lists->begin[box + 1]; i++)
    place(search, lists->boxes[i], search->levels[box] + step);
}

// Places all that is connected with what is placed: along the arrows first, against them where these end.
static void spread(struct search *search)
{
  while (search->num_traced < search->num_placed) {
    if (search->num_followed < search->num_placed)
      place_neighbours(search, &search->targets, search->placed[search->num_followed++], 1);
    else
      place_neighbours(search, &search->holders, search->placed[search->num_traced++], -1);
  }
}

static bool begin_at_role(struct search *search, rg_role role)
{
  for (uint32_t i = 0; i < search->request->num_nodes; i++) {
    if (search->request->nodes[i].role == role)
      place(search, i, 0);
  }
  bool is_any = search->num_placed;
  spread(search);
  return is_any;
}

static bool has_holders(const struct search *search, uint32_t box)
{
  return search->holders.begin[box] < search->holders.begin[box + 1];
}

static void place_all(struct search *search)
{
  if (!begin_at_role(search, RG_ROLE_ROOT))
    begin_at_role(search, RG_ROLE_TARGET);
  for (uint32_t i = 0; i < search->request->num_nodes; i++) {
    if (!has_holders(search, i))
      place(search, i, 0);
  }
  spread(search);
  // What is left are cycles, and what these lead to.
  for (uint32_t i = 0; i < search->request->num_nodes; i++) {
    place(search, i, 0);
    spread(search);
  }
}

// Makes the first level 0. Returns how many there are.
static uint32_t count_levels(struct search *search)
{
  uint32_t num = search->request->num_nodes;
  int32_t first = 0, last = -1;
  for (uint32_t i = 0; i < num; i++) {
    int32_t level = search->levels[i];
    first = level < first ? level : first;
    last = level > last ? level : last;
  }
  for (uint32_t i = 0; i < num; i++)
    search->levels[i] -= first;
  return (uint32_t)(last - first + 1);
}

// Sorts the boxes by level; in a level they stay in the order in which they were placed, which keeps siblings together.
static rg_error *group(struct search *search, struct rgi_levels *ret)
{
  ret->num_levels = count_levels(search);
  ret->begin = rgi_alloc(ret->num_levels + (size_t)2, sizeof(*ret->begin));
  ret->boxes = rgi_alloc(search->num_placed, sizeof(*ret->boxes));
  if (!ret->begin || !ret->boxes)
    return rgi_out_of_memory();
  for (uint32_t i = 0; i < search->num_placed; i++)
    ret->begin[search->levels[i] + 2]++;
  for (uint32_t i = 0; i < ret->num_levels; i++)
    ret->begin[i + 2] += ret->begin[i + 1];
  for (uint32_t i = 0; i < search->num_placed; i++) {
    uint32_t box = search->placed[i];
    ret->boxes[ret->begin[search->levels[box] + 1]++] = box;
  }
  return NULL;
}

/* --- order ------------------------------------------------------------------------------------------------------ */

struct entry {
  double key;
  uint32_t i; // where it was
  uint32_t box;
};

struct order {
  const struct search *search;
  struct rgi_levels *levels;
  double *places; // by box: where it stands in its level, between 0 and 1
  struct entry *entries;
};

static int compare(const void *a, const void *b)
{
  const struct entry *first = a, *second = b;
  if (first->key != second->key)
    return first->key < second->key ? -1 : 1;
  return first->i < second->i ? -1 : first->i > second->i;
}

static void add_places(const struct order *order, const struct lists *lists, uint32_t box, int32_t level, double *sum,
                       uint32_t *num)
{
  for (uint32_t i = lists->begin[box]; i < lists->begin[box + 1]; i++) {
    if (order->search->levels[lists->boxes[i]] != level)
      continue;
    *sum += order->places[lists->boxes[i]];
    (*num)++;
  }
}

// Where the neighbours in that level stand on average; where the box stands itself, if it has none there.
static double mean_place(const struct order *order, uint32_t box, int32_t level)
{
  double sum = 0;
  uint32_t num = 0;
  add_places(order, &order->search->targets, box, level, &sum, &num);
  add_places(order, &order->search->holders, box, level, &sum, &num);
  return num ? sum / num : order->places[box];
}

static void note_places(struct order *order, uint32_t level)
{
  const struct rgi_levels *levels = order->levels;
  uint32_t num = levels->begin[level + 1] - levels->begin[level];
  for (uint32_t i = 0; i < num; i++)
    order->places[levels->boxes[levels->begin[level] + i]] = (i + 0.5) / num;
}

static void sort_level(struct order *order, uint32_t level, int32_t step)
{
  uint32_t *boxes = order->levels->boxes + order->levels->begin[level];
  uint32_t num = order->levels->begin[level + 1] - order->levels->begin[level];
  for (uint32_t i = 0; i < num; i++)
    order->entries[i] = (struct entry){mean_place(order, boxes[i], (int32_t)level + step), i, boxes[i]};
  rgi_sort(order->entries, num, sizeof(*order->entries), compare);
  for (uint32_t i = 0; i < num; i++)
    boxes[i] = order->entries[i].box;
  note_places(order, level);
}

static rg_error *sort(const struct search *search, struct rgi_levels *levels)
{
  RGI_SCOPED_FREE double *places = rgi_alloc(search->num_placed, sizeof(*places));
  RGI_SCOPED_FREE struct entry *entries = rgi_alloc(search->num_placed, sizeof(*entries));
  if (!places || !entries)
    return rgi_out_of_memory();
  struct order order = {search, levels, places, entries};
  for (uint32_t i = 0; i < levels->num_levels; i++)
    note_places(&order, i);
  for (uint32_t i = 0; i < levels->num_levels; i++)
    sort_level(&order, i, -1);
  for (uint32_t i = levels->num_levels; i > 0; i--)
    sort_level(&order, i - 1, 1);
  for (uint32_t i = 0; i < levels->num_levels; i++)
    sort_level(&order, i, -1);
  return NULL;
}

/* --- all together ----------------------------------------------------------------------------------------------- */

static void search_deinit(struct search *search)
{
  lists_deinit(&search->targets);
  lists_deinit(&search->holders);
  rgi_free(search->levels);
  rgi_free(search->placed);
}

static rg_error *search_init(struct search *search)
{
  uint32_t num = search->request->num_nodes;
  RGI_TRY(list_neighbours(search->request, true, &search->targets));
  RGI_TRY(list_neighbours(search->request, false, &search->holders));
  search->levels = rgi_alloc(num, sizeof(*search->levels));
  search->placed = rgi_alloc(num, sizeof(*search->placed));
  if (!search->levels || !search->placed)
    return rgi_out_of_memory();
  for (uint32_t i = 0; i < num; i++)
    search->levels[i] = UNPLACED;
  return NULL;
}

static rg_error *find(struct search *search, struct rgi_levels *levels)
{
  RGI_TRY(search_init(search));
  place_all(search);
  RGI_TRY(group(search, levels));
  return sort(search, levels);
}

rg_error *rgi_levels_find(const struct rgi_request *request, struct rgi_levels *ret)
{
  __attribute__((cleanup(search_deinit))) struct search search = {.request = request};
  struct rgi_levels levels = {0};
  rg_error *error = find(&search, &levels);
  if (error)
    rgi_levels_deinit(&levels);
  else
    *ret = levels;
  return error;
}

void rgi_levels_deinit(struct rgi_levels *levels)
{
  rgi_free(levels->begin);
  rgi_free(levels->boxes);
}
