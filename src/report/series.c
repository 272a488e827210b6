/* How many objects the groups had in each graph of a series. */
#include "report-internal.h"

void rgi_series_deinit(struct rgi_series *series)
{
  for (size_t i = 0; i < series->num; i++)
    rgi_free(series->rounds[i].counts);
  rgi_free(series->rounds);
}

rg_error *rgi_series_add(struct rgi_series *series, const struct rgi_suspects *groups)
{
  RGI_TRY(rgi_reserve(&series->rounds, &series->capacity, series->num + 1));
  struct rgi_round round = {rgi_alloc(groups->num, sizeof(*round.counts)), groups->num};
  if (!round.counts)
    return rgi_out_of_memory();
  for (size_t i = 0; i < groups->num; i++)
    round.counts[i] = (struct rgi_count){groups->groups[i].fingerprint, groups->groups[i].num_nodes};
  series->rounds[series->num++] = round;
  return NULL;
}

uint32_t rgi_series_count(const struct rgi_series *series, size_t round, uint64_t fingerprint)
{
  const struct rgi_count *counts = series->rounds[round].counts;
  size_t begin = 0, end = series->rounds[round].num;
  while (begin < end) {
    size_t middle = begin + (end - begin) / 2;
    if (counts[middle].fingerprint < fingerprint)
      begin = middle + 1;
    else
      end = middle;
  }
  bool is_found = begin < series->rounds[round].num && counts[begin].fingerprint == fingerprint;
  return is_found ? counts[begin].num_nodes : 0;
}

bool rgi_series_grows(const struct rgi_series *series, uint64_t fingerprint)
{
  for (size_t i = 1; i < series->num; i++) {
    if (rgi_series_count(series, i, fingerprint) <= rgi_series_count(series, i - 1, fingerprint))
      return false;
  }
  return series->num >= 3;
}
