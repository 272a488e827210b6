/* What grows over several graphs; of two, what differs. */
#include "table-internal.h"

static const rg_column columns[] = {
    {"id", "id", true},
    {"gained", "gained", true},
    {"gained_below", NULL, true},
    {"growth", "growth", true},
    {"rounds", "objects", true},
    {"trend", NULL, false},
    {"what", "what", false},
    {"type", NULL, false},
    {"qualname", NULL, false},
    {"file", NULL, false},
    {"line", NULL, true},
    {"path", "path", false},
};

static const rg_column round_columns[] = {
    {"count", "objects", true},
    {"size", "size", true},
};

enum { MAX_STEPS = 24, MAX_COUNTS = 6, NAME_COLUMNS = 48, PLACE_COLUMNS = 32 };

/* --- paths in words ----------------------------------------------------------------------------------------------- */

static bool has_words(const rg_signature_info *step)
{
  return *step->name || step->kind == RG_EDGE_ITEM || step->kind == RG_EDGE_INDEX || step->kind == RG_EDGE_KEY ||
         step->kind == RG_EDGE_TYPE;
}

static void add_reference(struct rgi_text *text, const rg_signature_info *step)
{
  switch (step->kind) {
  case RG_EDGE_ITEM:
  case RG_EDGE_INDEX:
    rgi_text_puts(text, "[" RGI_ELLIPSIS "]");
    return;
  case RG_EDGE_KEY:
    rgi_text_puts(text, "{" RGI_ELLIPSIS "}");
    return;
  case RG_EDGE_TYPE:
    rgi_text_puts(text, " \xe2\x86\x92 type");
    return;
  case RG_EDGE_ATTRIBUTE:
  case RG_EDGE_INTERNAL:
    rgi_text_puts(text, *step->name ? "." : "");
    break;
  case RG_EDGE_CAPTURED:
  case RG_EDGE_LOCAL:
  case RG_EDGE_ARGUMENT:
  case RG_EDGE_WEAK:
    rgi_text_puts(text, *step->name ? " \xe2\x86\x92 " : "");
    break;
  }
  rgi_text_puts(text, step->name);
}

// The steps of objects, the last one first, each with the reference on the way from the object before that has a name:
// those through passages have it there. Returns how many there are: 1 to `max_steps`.
static size_t list_steps(const rg_growth *growth, rg_signature signature, rg_signature_info *steps, size_t max_steps)
{
  size_t num = 0;
  do {
    rg_signature_info step = rg_growth_signature(growth, signature);
    bool is_way = num && step.is_passage;
    if (!is_way)
      steps[num++] = step;
    else if (!has_words(&steps[num - 1]) && has_words(&step))
      steps[num - 1] = step;
    signature = step.parent;
    steps[num - 1].parent = signature;
  } while (signature > RG_SIGNATURE_UNREACHED && num < max_steps);
  return num;
}

// "app.bus.handlers[…]". The beginning of a long path is left out.
static void add_path(struct rgi_text *text, const rg_growth *growth, rg_signature signature)
{
  rg_signature_info steps[MAX_STEPS];
  size_t num = list_steps(growth, signature, steps, MAX_STEPS);
  const rg_signature_info *first = &steps[num - 1];
  if (first->parent == RG_SIGNATURE_UNREACHED)
    rgi_text_puts(text, "no root reaches it");
  else if (first->parent == RG_SIGNATURE_ROOT)
    rgi_text_puts(text, *first->name ? first->name : first->type.name);
  else
    rgi_text_puts(text, RGI_ELLIPSIS);
  for (size_t i = num - 1; i-- > 0;)
    add_reference(text, &steps[i]);
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

static void add_type(struct rgi_text *text, const rg_type_info *type)
{
  rgi_text_printf(text, "%s%s%s", type->module, *type->module ? "." : "", type->name);
}

static bool has_site(const rg_signature_info *info)
{
  return *info->site.name || *info->site.file;
}

// "make.<locals>.on_click, function, app.py:12", by site without the type; or the type alone.
static void add_what(struct rgi_text *text, const rg_growth *growth, const rg_signature_info *info)
{
  if (rg_growth_by(growth) == RG_GROUP_BY_TYPE || !has_site(info)) {
    add_type(text, &info->type);
    return;
  }
  rgi_words_add_name(text, info->site.name, NAME_COLUMNS);
  rgi_text_puts(text, ", ");
  if (rg_growth_by(growth) == RG_GROUP_BY_PATH)
    rgi_text_printf(text, "%s, ", info->type.name);
  rgi_words_add_place(text, info->site.file, info->site.line, PLACE_COLUMNS);
}

// "10 → 20 → … → 90".
static void add_counts(struct rgi_text *text, const uint32_t *counts, size_t num)
{
  for (size_t i = 0; i < num; i++) {
    bool is_left_out = num > MAX_COUNTS && i >= MAX_COUNTS / 2 && i < num - MAX_COUNTS / 2;
    if (is_left_out && i > MAX_COUNTS / 2)
      continue;
    rgi_text_puts(text, i ? " \xe2\x86\x92 " : "");
    if (is_left_out)
      rgi_text_puts(text, RGI_ELLIPSIS);
    else
      rgi_words_add_count(text, counts[i], " ");
  }
}

static rg_error *make_rounds(const rg_growth_row *row, size_t num, rg_table **ret)
{
  RGI_SCOPED_TABLE *table = NULL;
  RGI_SCOPED_TEXT summary = RGI_TEXT_INIT;
  RGI_TRY(rgi_table_create("rounds", round_columns, sizeof(round_columns) / sizeof(round_columns[0]), &table));
  for (size_t i = 0; i < num; i++) {
    rgi_table_add_number(table, RG_CELL_NUMBER, row->counts[i]);
    rgi_table_add_number(table, RG_CELL_SIZE, (int64_t)row->sizes[i]);
  }
  rgi_words_add_counted(&summary, num, "round", " ");
  return rgi_table_finish(&table, &summary, ret);
}

static rg_error *add_rounds(rg_table *table, const rg_growth_row *row, size_t num)
{
  RGI_SCOPED_TEXT counts = RGI_TEXT_INIT;
  rg_table *rounds;
  RGI_TRY(make_rounds(row, num, &rounds));
  rgi_table_add_table(table, rounds);
  add_counts(&counts, row->counts, num);
  rgi_table_say(table, &counts);
  return NULL;
}

static int64_t growth_of(const rg_growth_row *row, size_t num)
{
  return (int64_t)row->counts[num - 1] - row->counts[0];
}

static void add_growth(rg_table *table, int64_t growth)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  rgi_text_puts(&text, growth > 0 ? "+" : growth < 0 ? "-" : "");
  rgi_words_add_count(&text, growth < 0 ? -(uint64_t)growth : (uint64_t)growth, " ");
  rgi_table_add_number(table, RG_CELL_NUMBER, growth);
  rgi_table_say(table, &text);
}

static void add_site(rg_table *table, const rg_signature_info *info)
{
  if (has_site(info)) {
    rgi_table_add_text(table, RG_CELL_TEXT, info->site.name);
    rgi_table_add_text(table, RG_CELL_TEXT, info->site.file);
    rgi_table_add_number(table, RG_CELL_NUMBER, info->site.line);
    return;
  }
  for (int i = 0; i < 3; i++)
    rgi_table_add_none(table);
}

static rg_error *add_row(rg_table *table, const rg_growth *growth, const rg_growth_row *row)
{
  size_t num = rg_growth_num_graphs(growth);
  rg_signature_info info = rg_growth_signature(growth, row->signature);
  RGI_SCOPED_TEXT what = RGI_TEXT_INIT, type = RGI_TEXT_INIT, path = RGI_TEXT_INIT;
  add_what(&what, growth, &info);
  add_type(&type, &info.type);
  add_path(&path, growth, row->signature);
  if (row->node != RG_NODE_NONE)
    rgi_table_add_number(table, RG_CELL_NUMBER, row->node);
  else
    rgi_table_add_none(table);
  rgi_table_add_number(table, RG_CELL_SIZE, row->gained);
  rgi_table_add_number(table, RG_CELL_SIZE, row->gained_below);
  add_growth(table, growth_of(row, num));
  RGI_TRY(add_rounds(table, row, num));
  rgi_table_add_text(table, RG_CELL_TEXT, row->trend == RG_TREND_GROWS ? "grows" : "shrinks");
  rgi_table_add_made(table, &what);
  rgi_table_add_made(table, &type);
  add_site(table, &info);
  rgi_table_add_made(table, &path);
  return NULL;
}

/* --- summary ------------------------------------------------------------------------------------------------------ */

struct totals {
  size_t num, num_new, num_gone;
  int64_t gained;
};

static void add_to(struct totals *totals, const rg_growth_row *row, size_t num_graphs)
{
  totals->num++;
  totals->num_new += !row->counts[0];
  totals->num_gone += !row->counts[num_graphs - 1];
  totals->gained += row->gained;
}

// " by 8.0 MB", if that is what it does.
static void add_gained(struct rgi_text *text, int64_t gained)
{
  if (gained > 0) {
    rgi_text_puts(text, " by ");
    rgi_words_add_size(text, (uint64_t)gained);
  }
}

// "2 paths grow by 8.0 MB, 1 of them new; 1 shrinks by 56 B; 12 come and go".
static void summarize(struct rgi_text *text, const rg_growth *growth, const struct totals totals[])
{
  static const char *const nouns[] = {"path", "site", "type"};
  const struct totals *up = &totals[RG_TREND_GROWS], *down = &totals[RG_TREND_SHRINKS];
  size_t num_graphs = rg_growth_num_graphs(growth), num_churning = rg_growth_num_groups(growth, RG_TREND_CHURNS);
  if (up->num)
    rgi_words_add_counted(text, up->num, nouns[rg_growth_by(growth)], " ");
  else
    rgi_text_puts(text, "nothing");
  rgi_text_puts(text, up->num > 1 ? " grow" : " grows");
  if (num_graphs > 2)
    rgi_text_printf(text, " in each of %zu rounds", num_graphs - 1);
  add_gained(text, up->gained);
  if (up->num_new)
    rgi_text_printf(text, ", %zu of them new", up->num_new);
  if (down->num) {
    rgi_text_printf(text, "; %zu %s", down->num, down->num == 1 ? "shrinks" : "shrink");
    add_gained(text, -down->gained);
  }
  if (down->num_gone)
    rgi_text_printf(text, ", %zu of them gone", down->num_gone);
  if (num_churning)
    rgi_text_printf(text, "; %zu %s and %s", num_churning, num_churning == 1 ? "comes" : "come",
                    num_churning == 1 ? "goes" : "go");
}

rg_error *rg_table_of_growth(const rg_growth *growth, size_t max_rows, rg_table **ret)
{
  RGI_SCOPED_TABLE *table = NULL;
  RGI_SCOPED_TEXT summary = RGI_TEXT_INIT;
  struct totals totals[RG_NUM_TRENDS] = {0};
  size_t num_graphs = rg_growth_num_graphs(growth), num = 0;
  RGI_TRY(rgi_table_create("growth", columns, sizeof(columns) / sizeof(columns[0]), &table));
  for (size_t i = 0; i < rg_growth_num_rows(growth); i++) {
    rg_growth_row row = rg_growth_get(growth, i);
    add_to(&totals[row.trend], &row, num_graphs);
    bool is_listed = row.trend == RG_TREND_GROWS || num_graphs == 2;
    if (is_listed && num++ < max_rows)
      RGI_TRY(add_row(table, growth, &row));
  }
  table->num_omitted = num > max_rows ? num - max_rows : 0;
  summarize(&summary, growth, totals);
  return rgi_table_finish(&table, &summary, ret);
}
