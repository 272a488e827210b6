/* What grows from graph to graph. Each graph becomes two columns, the objects and the bytes of each signature; the
 * graph itself is not needed any more.
 *
 *   signatures    1    2    3    4   …         a signature comes after its parent, so that one pass in this order
 *   first graph   10   10   100                carries down the tree who has the row that a signature counts for
 *   second graph  12   12   120  1
 *
 * Passages are no objects of their own: their bytes are those of what holds them. */
#define _GNU_SOURCE // qsort_r

#include "signature.h"

#include <stdlib.h>

#include "../base/alloc.h"

#define NO_GROUP UINT32_MAX

/* What a graph says of signatures; it knows only those that were there when it was added. */
struct round {
  uint32_t *counts;
  uint64_t *sizes;
  size_t num;
};

struct row {
  uint32_t group;
  rg_signature signature;
  rg_trend trend;
  int64_t gained, gained_below;
};

struct rg_growth {
  struct rgi_signatures signatures;
  struct round *rounds;
  size_t num_rounds, rounds_capacity;
  rg_node *nodes; /* by signature: an object of the last graph */

  /* After ranking. */
  rg_group_by by;
  uint32_t *counts; /* of each group, graph by graph */
  uint64_t *sizes;
  size_t num_by_trend[RG_NUM_TRENDS];
  struct row *rows;
  size_t num_rows;
};

/* --- adding graphs ------------------------------------------------------------------------------------------------ */

static void deinit_round(struct round *round)
{
  rgi_free(round->counts);
  rgi_free(round->sizes);
}

// What passages have goes up to their owners; a signature comes after its parent.
static void give_to_owners(const struct rg_growth *growth, struct round *round)
{
  for (size_t i = round->num; i-- > 0;) {
    if (!growth->signatures.all[i].is_passage)
      continue;
    round->sizes[growth->signatures.all[i].parent] += round->sizes[i];
    round->sizes[i] = 0;
    round->counts[i] = 0;
  }
}

/* The graph that is added, and which of its nodes count. */
struct added {
  const rg_graph *graph;
  const rg_node *nodes; // NULL: all
  size_t num_nodes;
  rg_signature *signed_nodes;
};

static void count_node(const struct added *added, rg_node node, struct round *round, rg_node *nodes)
{
  rg_signature signature = added->signed_nodes[node];
  round->counts[signature]++;
  round->sizes[signature] += rg_graph_node_size(added->graph, node);
  nodes[signature] = node;
}

static rg_error *count(const struct rg_growth *growth, const struct added *added, struct round *round, rg_node *nodes)
{
  round->num = growth->signatures.num;
  round->counts = rgi_alloc(round->num, sizeof(*round->counts));
  round->sizes = rgi_alloc(round->num, sizeof(*round->sizes));
  if (!round->counts || !round->sizes)
    return rgi_out_of_memory();
  for (size_t i = 0; i < round->num; i++)
    nodes[i] = RG_NODE_NONE;
  for (size_t i = 0; added->nodes && i < added->num_nodes; i++)
    count_node(added, added->nodes[i], round, nodes);
  for (rg_node node = 1; !added->nodes && node < rg_graph_num_nodes(added->graph); node++)
    count_node(added, node, round, nodes);
  give_to_owners(growth, round);
  return NULL;
}

static rg_error *add_round(struct rg_growth *growth, struct added *added, struct round *round)
{
  RGI_TRY(rgi_signatures_sign(&growth->signatures, added->graph, &added->signed_nodes));
  RGI_SCOPED_FREE rg_node *nodes = rgi_alloc(growth->signatures.num, sizeof(*nodes));
  if (!nodes)
    return rgi_out_of_memory();
  RGI_TRY(count(growth, added, round, nodes));
  RGI_TRY(rgi_reserve(&growth->rounds, &growth->rounds_capacity, growth->num_rounds + 1));
  growth->rounds[growth->num_rounds++] = *round;
  rgi_free(growth->nodes);
  growth->nodes = rgi_take(nodes);
  return NULL;
}

rg_error *rg_growth_add(rg_growth *growth, const rg_graph *graph, const rg_node *nodes, size_t num_nodes)
{
  struct round round = {0};
  struct added added = {graph, nodes, num_nodes, NULL};
  rg_error *error = add_round(growth, &added, &round);
  rgi_free(added.signed_nodes);
  if (error)
    deinit_round(&round);
  return error;
}

/* --- groups ------------------------------------------------------------------------------------------------------- */

/* What ranking works with. Without groups by path, each group is the head of itself. */
struct ranking {
  const struct rg_growth *growth;
  rg_group_by by;
  size_t num_groups;
  uint32_t *counts; // of each group, graph by graph
  uint64_t *sizes;
  rg_signature *faces; // by group: its signature that gains most objects
  rg_trend *trends;
  uint32_t *heads;     // by group: the one whose row it counts for, or NO_GROUP
  uint32_t *movers;    // by signature: the nearest, from it on upwards, whose number of objects moves, or NO_GROUP
  int64_t *gained;     // by group: what counts for its row
  struct row *rows;
  size_t num_rows;
};

static void deinit_ranking(struct ranking *ranking)
{
  rgi_free(ranking->counts);
  rgi_free(ranking->sizes);
  rgi_free(ranking->faces);
  rgi_free(ranking->trends);
  rgi_free(ranking->heads);
  rgi_free(ranking->movers);
  rgi_free(ranking->gained);
  rgi_free(ranking->rows);
}

static rg_error *init_ranking(struct ranking *ranking)
{
  const struct rgi_signatures *signatures = &ranking->growth->signatures;
  size_t num = ranking->by == RG_GROUP_BY_PATH   ? signatures->num
               : ranking->by == RG_GROUP_BY_SITE ? signatures->tables.num_sites
                                                 : signatures->tables.num_types;
  size_t num_rounds = ranking->growth->num_rounds;
  ranking->num_groups = num;
  ranking->counts = rgi_alloc(num, num_rounds * sizeof(*ranking->counts));
  ranking->sizes = rgi_alloc(num, num_rounds * sizeof(*ranking->sizes));
  ranking->faces = rgi_alloc(num, sizeof(*ranking->faces));
  ranking->trends = rgi_alloc(num, sizeof(*ranking->trends));
  ranking->heads = rgi_alloc(num, sizeof(*ranking->heads));
  ranking->movers = rgi_alloc(num, sizeof(*ranking->movers));
  ranking->gained = rgi_alloc(num, sizeof(*ranking->gained));
  bool is_made = ranking->counts && ranking->sizes && ranking->faces && ranking->trends && ranking->heads &&
                 ranking->movers && ranking->gained;
  return is_made ? NULL : rgi_out_of_memory();
}

static uint32_t group_of(const struct ranking *ranking, rg_signature signature)
{
  const struct rgi_signature *step = &ranking->growth->signatures.all[signature];
  if (signature <= RG_SIGNATURE_UNREACHED || step->is_passage)
    return NO_GROUP;
  return ranking->by == RG_GROUP_BY_PATH   ? signature
         : ranking->by == RG_GROUP_BY_TYPE ? step->type
         : step->site == RG_SITE_NONE      ? NO_GROUP
                                           : step->site;
}

static int64_t count_in(const struct rg_growth *growth, size_t round, rg_signature signature)
{
  return signature < growth->rounds[round].num ? growth->rounds[round].counts[signature] : 0;
}

static int64_t objects_gained(const struct rg_growth *growth, rg_signature signature)
{
  return count_in(growth, growth->num_rounds - 1, signature) - count_in(growth, 0, signature);
}

static bool is_better_face(const struct rg_growth *growth, rg_signature a, rg_signature b)
{
  if (b == RG_SIGNATURE_ROOT)
    return true;
  int64_t x = objects_gained(growth, a), y = objects_gained(growth, b);
  return x != y ? x > y : rgi_signatures_compare(&growth->signatures, a, b) < 0;
}

static void sum_up(struct ranking *ranking)
{
  const struct rg_growth *growth = ranking->growth;
  size_t num_rounds = growth->num_rounds;
  for (rg_signature signature = 0; signature < growth->signatures.num; signature++) {
    uint32_t group = group_of(ranking, signature);
    if (group == NO_GROUP)
      continue;
    if (is_better_face(growth, signature, ranking->faces[group]))
      ranking->faces[group] = signature;
    for (size_t i = 0; i < num_rounds; i++) {
      if (signature >= growth->rounds[i].num)
        continue;
      ranking->counts[group * num_rounds + i] += growth->rounds[i].counts[signature];
      ranking->sizes[group * num_rounds + i] += growth->rounds[i].sizes[signature];
    }
  }
}

/* --- trends ------------------------------------------------------------------------------------------------------- */

struct moves {
  size_t num_up, num_down;
};

static rg_trend trend_of_moves(const struct moves *moves, size_t num_steps)
{
  if (moves->num_up == num_steps)
    return RG_TREND_GROWS;
  if (moves->num_down == num_steps)
    return RG_TREND_SHRINKS;
  if (moves->num_up && moves->num_down)
    return RG_TREND_CHURNS;
  return moves->num_up || moves->num_down ? RG_TREND_STEPS : RG_TREND_STEADY;
}

static bool is_moving(rg_trend trend)
{
  return trend == RG_TREND_GROWS || trend == RG_TREND_SHRINKS;
}

// Bytes are asked only where the number of objects stays the same; that they move at times means nothing.
static rg_trend trend_of(const uint32_t *counts, const uint64_t *sizes, size_t num)
{
  struct moves by_count = {0}, by_size = {0};
  for (size_t i = 1; i < num; i++) {
    by_count.num_up += counts[i] > counts[i - 1];
    by_count.num_down += counts[i] < counts[i - 1];
    by_size.num_up += sizes[i] > sizes[i - 1];
    by_size.num_down += sizes[i] < sizes[i - 1];
  }
  rg_trend trend = trend_of_moves(&by_count, num - 1);
  if (trend != RG_TREND_STEADY)
    return trend;
  trend = trend_of_moves(&by_size, num - 1);
  return is_moving(trend) ? trend : RG_TREND_STEADY;
}

static void find_trends(struct ranking *ranking)
{
  size_t num_rounds = ranking->growth->num_rounds;
  for (size_t i = 0; i < ranking->num_groups; i++)
    ranking->trends[i] = trend_of(ranking->counts + i * num_rounds, ranking->sizes + i * num_rounds, num_rounds);
}

/* --- folding ------------------------------------------------------------------------------------------------------ */

static uint32_t first_count(const struct ranking *ranking, uint32_t group)
{
  return ranking->counts[group * ranking->growth->num_rounds];
}

static uint32_t last_count(const struct ranking *ranking, uint32_t group)
{
  return ranking->counts[(group + 1) * ranking->growth->num_rounds - 1];
}

static int64_t own_gain(const struct ranking *ranking, uint32_t group)
{
  size_t num_rounds = ranking->growth->num_rounds;
  const uint64_t *sizes = ranking->sizes + group * num_rounds;
  return (int64_t)(sizes[num_rounds - 1] - sizes[0]);
}

// Whether there are at most twice as many a holder where there are more of them as where there are fewer.
static bool is_in_proportion(const struct ranking *ranking, uint32_t group, uint32_t holder)
{
  uint64_t first = (uint64_t)first_count(ranking, group) * last_count(ranking, holder);
  uint64_t last = (uint64_t)last_count(ranking, group) * first_count(ranking, holder);
  uint64_t fewer = ranking->trends[group] == RG_TREND_GROWS ? first : last, more = first ^ last ^ fewer;
  return more <= fewer || more - fewer <= fewer;
}

static void fold_signature(struct ranking *ranking, rg_signature signature)
{
  rg_signature parent = ranking->growth->signatures.all[signature].parent;
  uint32_t mover = ranking->movers[parent];
  rg_trend trend = ranking->trends[signature];
  bool is_explained = mover != NO_GROUP && ranking->trends[mover] == trend &&
                      is_in_proportion(ranking, signature, mover);
  ranking->movers[signature] = mover;
  if (!is_moving(trend)) {
    ranking->heads[signature] = ranking->heads[parent];
    return;
  }
  ranking->heads[signature] = is_explained ? ranking->heads[mover] : signature;
  if (first_count(ranking, signature) != last_count(ranking, signature))
    ranking->movers[signature] = signature;
}

static void find_heads(struct ranking *ranking)
{
  bool by_path = ranking->by == RG_GROUP_BY_PATH;
  for (uint32_t i = 0; i < ranking->num_groups; i++) {
    ranking->heads[i] = !by_path && is_moving(ranking->trends[i]) ? i : NO_GROUP;
    ranking->movers[i] = NO_GROUP;
    if (by_path && i > RG_SIGNATURE_UNREACHED)
      fold_signature(ranking, i);
    if (ranking->heads[i] != NO_GROUP)
      ranking->gained[ranking->heads[i]] += own_gain(ranking, i);
  }
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

static rg_error *make_rows(struct ranking *ranking)
{
  for (uint32_t i = 0; i < ranking->num_groups; i++)
    ranking->num_rows += ranking->heads[i] == i;
  ranking->rows = rgi_alloc(ranking->num_rows, sizeof(*ranking->rows));
  if (!ranking->rows)
    return rgi_out_of_memory();
  struct row *row = ranking->rows;
  for (uint32_t i = 0; i < ranking->num_groups; i++) {
    int64_t gained = ranking->gained[i];
    if (ranking->heads[i] == i)
      *row++ = (struct row){i, ranking->faces[i], ranking->trends[i], gained, gained - own_gain(ranking, i)};
  }
  return NULL;
}

static int compare_rows(const void *a, const void *b, void *context)
{
  const struct row *x = a, *y = b;
  const struct ranking *ranking = context;
  int64_t x_objects = (int64_t)last_count(ranking, x->group) - first_count(ranking, x->group);
  int64_t y_objects = (int64_t)last_count(ranking, y->group) - first_count(ranking, y->group);
  if (x->gained != y->gained)
    return x->gained > y->gained ? -1 : 1;
  if (x_objects != y_objects)
    return x_objects > y_objects ? -1 : 1;
  int order = rgi_signatures_compare(&ranking->growth->signatures, x->signature, y->signature);
  return order ? order : (x->group > y->group) - (x->group < y->group);
}

static void count_trends(const struct ranking *ranking, size_t *ret)
{
  size_t num_rounds = ranking->growth->num_rounds;
  for (size_t i = 0; i < ranking->num_groups; i++) {
    bool is_used = false;
    for (size_t round = 0; round < num_rounds; round++)
      is_used |= ranking->counts[i * num_rounds + round] > 0;
    ret[ranking->trends[i]] += is_used;
  }
}

static void deinit_ranked(struct rg_growth *growth)
{
  rgi_free(growth->counts);
  rgi_free(growth->sizes);
  rgi_free(growth->rows);
}

rg_error *rg_growth_rank(rg_growth *growth, rg_group_by by)
{
  if (growth->num_rounds < 2)
    return rg_error_create(RG_ERROR_ARGUMENT, "what grows takes two graphs, and there %s",
                           growth->num_rounds ? "is one" : "is none");
  __attribute__((cleanup(deinit_ranking))) struct ranking ranking = {.growth = growth, .by = by};
  RGI_TRY(init_ranking(&ranking));
  sum_up(&ranking);
  find_trends(&ranking);
  find_heads(&ranking);
  RGI_TRY(make_rows(&ranking));
  qsort_r(ranking.rows, ranking.num_rows, sizeof(*ranking.rows), compare_rows, &ranking);
  deinit_ranked(growth);
  growth->by = by;
  for (size_t i = 0; i < RG_NUM_TRENDS; i++)
    growth->num_by_trend[i] = 0;
  count_trends(&ranking, growth->num_by_trend);
  growth->counts = rgi_take(ranking.counts);
  growth->sizes = rgi_take(ranking.sizes);
  growth->rows = rgi_take(ranking.rows);
  growth->num_rows = ranking.num_rows;
  return NULL;
}

/* --- public ------------------------------------------------------------------------------------------------------- */

rg_error *rg_growth_create(rg_growth **ret)
{
  rg_growth *growth = rgi_alloc(1, sizeof(*growth));
  if (!growth)
    return rgi_out_of_memory();
  rg_error *error = rgi_signatures_init(&growth->signatures);
  if (error) {
    rg_growth_destroy(growth);
    return error;
  }
  *ret = growth;
  return NULL;
}

void rg_growth_destroy(rg_growth *growth)
{
  if (!growth)
    return;
  for (size_t i = 0; i < growth->num_rounds; i++)
    deinit_round(&growth->rounds[i]);
  rgi_free(growth->rounds);
  rgi_free(growth->nodes);
  deinit_ranked(growth);
  rgi_signatures_deinit(&growth->signatures);
  rgi_free(growth);
}

size_t rg_growth_num_graphs(const rg_growth *growth)
{
  return growth->num_rounds;
}

rg_group_by rg_growth_by(const rg_growth *growth)
{
  return growth->by;
}

size_t rg_growth_num_rows(const rg_growth *growth)
{
  return growth->num_rows;
}

size_t rg_growth_num_groups(const rg_growth *growth, rg_trend trend)
{
  return growth->num_by_trend[trend];
}

rg_growth_row rg_growth_get(const rg_growth *growth, size_t i)
{
  const struct row *row = &growth->rows[i];
  size_t begin = row->group * growth->num_rounds;
  bool is_there = growth->counts[begin + growth->num_rounds - 1] > 0;
  return (rg_growth_row){.trend = row->trend,
                         .counts = growth->counts + begin,
                         .sizes = growth->sizes + begin,
                         .gained = row->gained,
                         .gained_below = row->gained_below,
                         .signature = row->signature,
                         .node = is_there ? growth->nodes[row->signature] : RG_NODE_NONE};
}

static rg_site_info site_info(const struct rgi_tables *tables, rg_site site)
{
  if (site == RG_SITE_NONE)
    return (rg_site_info){.name = "", .file = ""};
  const struct rgi_site *found = &tables->sites[site];
  return (rg_site_info){.name = rgi_tables_string(tables, found->name),
                        .file = rgi_tables_string(tables, found->file),
                        .line = found->line};
}

rg_signature_info rg_growth_signature(const rg_growth *growth, rg_signature signature)
{
  const struct rgi_tables *tables = &growth->signatures.tables;
  const struct rgi_signature *step = &growth->signatures.all[signature];
  const struct rgi_type *type = &tables->types[step->type];
  return (rg_signature_info){.parent = step->parent,
                             .kind = step->kind,
                             .name = rgi_tables_string(tables, step->name),
                             .type = {rgi_tables_string(tables, type->name), rgi_tables_string(tables, type->module),
                                      type->category},
                             .site = site_info(tables, step->site),
                             .is_passage = step->is_passage};
}
