/* Lines of a program by the memory that was allocated there, with the closures that capture it.
 *
 * Each captured value is put beside the place where it was allocated; those are sorted by place, so that a line finds
 * its own by bisection. Cost: O(n log n) in captured values, and rg_captures_create for all sites. */
#include <stdlib.h>
#include <string.h>

#include "../base/clean.h"
#include "../base/sort.h"
#include "table-internal.h"

#define MAX_SITES 8 // that people see of a line; programs see all

static const rg_column columns[] = {
    {"file", NULL, false},
    {"line", NULL, false},
    {"size", "size", true},
    {"count", "blocks", true},
    {NULL, "allocated at", false},
    {"closures", "captured by", false},
};

static const rg_column closure_columns[] = {
    {"qualname", "closure", false},
    {"file", NULL, false},
    {"line", NULL, false},
    {"name", "name", false},
    {"values", "values", true},
    {"retained", "retained", true},
};

#define NUM(array) (sizeof(array) / sizeof((array)[0]))

// Values of one captured variable that were allocated at one place.
struct found {
  rg_allocation place;
  size_t group_i, variable_i;
  size_t num_values;
};

struct search {
  const rg_graph *graph;
  const rg_closures *closures;
  rg_captures *captures;
  struct found *found; // sorted by place
  size_t num_found, capacity;
};

static void deinit(struct search *search)
{
  rg_captures_destroy(search->captures);
  rgi_free(search->found);
}

static int compare_places(const rg_allocation *a, const rg_allocation *b)
{
  int order = strcmp(a->file, b->file);
  return order ? order : (a->line > b->line) - (a->line < b->line);
}

static int compare_found(const void *a, const void *b)
{
  const struct found *x = a, *y = b;
  int order = compare_places(&x->place, &y->place);
  if (order)
    return order;
  if (x->group_i != y->group_i)
    return x->group_i < y->group_i ? -1 : 1;
  return (x->variable_i > y->variable_i) - (x->variable_i < y->variable_i);
}

static int compare_most(const void *a, const void *b)
{
  const struct found *x = a, *y = b;
  if (x->num_values != y->num_values)
    return x->num_values > y->num_values ? -1 : 1;
  return compare_found(a, b);
}

static rg_error *collect(struct search *search)
{
  for (size_t group_i = 0; group_i < rg_closures_num_groups(search->closures); group_i++) {
    for (size_t i = 0; i < rg_captures_num(search->captures, group_i); i++) {
      rg_captured captured = rg_captures_get(search->captures, group_i, i);
      for (uint32_t node_i = 0; node_i < captured.num_nodes; node_i++) {
        rg_allocation place = rg_graph_allocation(search->graph, captured.nodes[node_i]);
        if (!place.file)
          continue;
        RGI_TRY(rgi_reserve(&search->found, &search->capacity, search->num_found + 1));
        search->found[search->num_found++] = (struct found){place, group_i, i, 1};
      }
    }
  }
  return NULL;
}

static void merge_equal(struct search *search)
{
  size_t num_kept = 0;
  for (size_t i = 0; i < search->num_found; i++) {
    if (num_kept && !compare_found(&search->found[num_kept - 1], &search->found[i]))
      search->found[num_kept - 1].num_values++;
    else
      search->found[num_kept++] = search->found[i];
  }
  search->num_found = num_kept;
}

static rg_error *find_all(struct search *search)
{
  size_t num = rg_closures_num_groups(search->closures);
  RGI_SCOPED_FREE size_t *groups = rgi_alloc(num, sizeof(*groups));
  if (!groups)
    return rgi_out_of_memory();
  for (size_t i = 0; i < num; i++)
    groups[i] = i;
  RGI_TRY(rg_captures_create(search->graph, search->closures, groups, num, &search->captures));
  RGI_TRY(collect(search));
  if (!search->num_found)
    return NULL;
  rgi_sort(search->found, search->num_found, sizeof(*search->found), compare_found);
  merge_equal(search);
  return NULL;
}

// Those of a place, the most values first.
static size_t take(struct search *search, rg_allocation place, struct found **ret)
{
  size_t begin = 0, end = search->num_found;
  while (begin < end) {
    size_t middle = begin + (end - begin) / 2;
    if (compare_places(&search->found[middle].place, &place) < 0)
      begin = middle + 1;
    else
      end = middle;
  }
  while (end < search->num_found && !compare_places(&search->found[end].place, &place))
    end++;
  *ret = search->found + begin;
  // Places stay where they are, so that other lines are found after this, too.
  rgi_sort(*ret, end - begin, sizeof(**ret), compare_most);
  return end - begin;
}

static void add_closure(const struct search *search, const struct found *found, rg_table *table)
{
  static const rg_site_info no_site = {.name = "", .file = ""};
  rg_closure_group group = rg_closures_group(search->closures, found->group_i);
  rg_site_info site = group.site == RG_SITE_NONE ? no_site : rg_graph_site(search->graph, group.site);
  rg_captured captured = rg_captures_get(search->captures, found->group_i, found->variable_i);
  rgi_table_add_text(table, RG_CELL_TEXT, site.name);
  rgi_table_add_text(table, RG_CELL_TEXT, site.file);
  rgi_table_add_number(table, RG_CELL_NUMBER, site.line);
  rgi_table_add_text(table, RG_CELL_TEXT, captured.name);
  rgi_table_add_number(table, RG_CELL_NUMBER, (int64_t)found->num_values);
  rgi_table_add_number(table, RG_CELL_SIZE, (int64_t)captured.retained);
}

// "on_event: session (20 000 values, 4.8 MB)"
static void say_closure(const struct search *search, const struct found *found, struct rgi_text *text)
{
  rg_closure_group group = rg_closures_group(search->closures, found->group_i);
  rg_captured captured = rg_captures_get(search->captures, found->group_i, found->variable_i);
  const char *name = group.site == RG_SITE_NONE ? "" : rg_graph_site(search->graph, group.site).name;
  rgi_text_printf(text, "%s: %s (", *name ? name : "(not known)", captured.name);
  rgi_words_add_counted(text, found->num_values, "value", " ");
  rgi_text_puts(text, ", ");
  rgi_words_add_size(text, captured.retained);
  rgi_text_puts(text, ")");
}

static rg_error *make_closures(const struct search *search, const struct found *found, size_t num, rg_table **ret)
{
  RGI_SCOPED_TABLE *table = NULL;
  RGI_SCOPED_TEXT summary = RGI_TEXT_INIT;
  RGI_TRY(rgi_table_create("closures", closure_columns, NUM(closure_columns), &table));
  for (size_t i = 0; i < num; i++)
    add_closure(search, &found[i], table);
  rgi_words_add_counted(&summary, num, "captured variable", " ");
  return rgi_table_finish(&table, &summary, ret);
}

static void say_closures(const struct search *search, const struct found *found, size_t num, rg_table *table)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  for (size_t i = 0; i < num && i < MAX_SITES; i++) {
    rgi_text_puts(&text, i ? ", " : "");
    say_closure(search, &found[i], &text);
  }
  if (num > MAX_SITES)
    rgi_text_printf(&text, ", " RGI_ELLIPSIS " %zu more", num - MAX_SITES);
  rgi_table_say(table, &text);
}

static rg_error *add_row(struct search *search, const rg_traced *traced, rg_table *table, size_t *num_ret)
{
  // As the graph has it.
  RGI_SCOPED_TEXT file = RGI_TEXT_INIT;
  rgi_text_add_clean(&file, traced->file, strlen(traced->file), RG_STRING_MAX);
  RGI_TRY(rgi_text_error(&file));
  struct found *found;
  rg_table *closures = NULL;
  size_t num = take(search, (rg_allocation){rgi_text_string(&file), traced->line}, &found);
  rgi_table_add_made(table, &file);
  rgi_table_add_number(table, RG_CELL_NUMBER, traced->line);
  rgi_table_add_number(table, RG_CELL_SIZE, (int64_t)traced->size);
  rgi_table_add_number(table, RG_CELL_NUMBER, (int64_t)traced->count);
  rgi_table_add_place(table, rgi_text_string(&file), traced->line);
  RGI_TRY(make_closures(search, found, num, &closures));
  rgi_table_add_table(table, closures);
  say_closures(search, found, num, table);
  *num_ret += num > 0;
  return NULL;
}

rg_error *rg_table_of_allocations(const rg_graph *graph, const rg_closures *closures, const rg_traced *traced,
                                  size_t num_traced, size_t max_rows, rg_table **ret)
{
  __attribute__((cleanup(deinit))) struct search search = {.graph = graph, .closures = closures};
  RGI_SCOPED_TABLE *table = NULL;
  RGI_SCOPED_TEXT summary = RGI_TEXT_INIT;
  size_t num_rows = num_traced < max_rows ? num_traced : max_rows, num_captured = 0;
  RGI_TRY(find_all(&search));
  RGI_TRY(rgi_table_create("allocations", columns, NUM(columns), &table));
  for (size_t i = 0; i < num_rows; i++)
    RGI_TRY(add_row(&search, &traced[i], table, &num_captured));
  table->num_omitted = num_traced - num_rows;
  rgi_words_add_counted(&summary, num_traced, "line", " ");
  const char *verb = num_captured == 1 ? "has" : "have";
  rgi_text_printf(&summary, ", %zu of those listed %s captured values", num_captured, verb);
  return rgi_table_finish(&table, &summary, ret);
}
