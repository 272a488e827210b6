/* Strings, types, code sites, the process and the losses: what nodes and edges refer to by number. */
#include "read.h"

#include "../base/alloc.h"

// A string takes its text twice, as long as there is a growing array around it, and what finds it.
#define STRING_OVERHEAD 24

static rg_error *read_string(struct rgi_reading *reading, uint32_t i, bool has_replacements)
{
  struct rgi_tables *tables = &reading->graph->tables;
  struct rgi_cursor *text = &reading->columns[RGI_STRT_TEXT - 1];
  uint64_t size = rgi_reading_number(reading, RGI_STRT_LENGTH);
  if (size > (uint64_t)(text->end - text->at))
    return rgi_reading_bad_item(reading, i, "is longer than the text that is left");
  if (!tables->strings.num && size)
    return rgi_reading_bad_item(reading, i, "is the first string and not empty");
  rg_string replacement = 0, string;
  if (has_replacements)
    replacement = (rg_string)rgi_reading_below(reading, RGI_STRT_REPLACEMENT, tables->strings.num + 1);
  if (replacement && replacement >= tables->strings.num)
    return rgi_reading_bad_item(reading, i, "is replaced by a string that does not come before it");
  RGI_TRY(rgi_tables_append_private_string(tables, (const char *)text->at, size, replacement, &string));
  text->at += size;
  return NULL;
}

rg_error *rgi_read_strings(struct rgi_reading *reading)
{
  const struct rgi_text *text = &reading->graph->tables.strings.text;
  const struct rgi_cursor *replacements = &reading->columns[RGI_STRT_REPLACEMENT - 1];
  bool has_replacements = replacements->at < replacements->end;
  RGI_TRY(rgi_reading_count_memory(reading, (uint64_t)reading->chunk.num_items * STRING_OVERHEAD));
  for (uint32_t i = 0; i < reading->chunk.num_items; i++) {
    size_t old_size = text->size;
    RGI_TRY(read_string(reading, i, has_replacements));
    RGI_TRY(rgi_reading_count_memory(reading, 2 * (text->size - old_size)));
  }
  return rgi_reading_check_columns(reading, RGI_STRT_REPLACEMENT);
}

rg_error *rgi_read_types(struct rgi_reading *reading)
{
  struct rgi_tables *tables = &reading->graph->tables;
  size_t needed = tables->num_types + reading->chunk.num_items;
  RGI_TRY(rgi_reading_reserve(reading, &tables->types, &tables->types_capacity, needed, 0));
  while (tables->num_types < needed) {
    tables->types[tables->num_types++] = (struct rgi_type){
        .name = rgi_reading_string(reading, RGI_TYPE_NAME),
        .module = rgi_reading_string(reading, RGI_TYPE_MODULE),
        .category = (rg_category)rgi_reading_below(reading, RGI_TYPE_CATEGORY, RG_NUM_CATEGORIES),
    };
  }
  return rgi_reading_check_columns(reading, RGI_TYPE_CATEGORY);
}

// The captured variables of all sites of the chunk.
static rg_error *read_captured(struct rgi_reading *reading, size_t num)
{
  struct rgi_tables *tables = &reading->graph->tables;
  size_t needed = tables->num_captured + num;
  RGI_TRY(rgi_reading_reserve(reading, &tables->captured, &tables->captured_capacity, needed, 0));
  // Names, attributes and uses are there once more as rg_site_info has them.
  RGI_TRY(rgi_reading_count_memory(reading, num * (2 * sizeof(char *) + sizeof(rg_use))));
  while (tables->num_captured < needed) {
    tables->captured[tables->num_captured++] = (struct rgi_captured){
        .name = rgi_reading_string(reading, RGI_CODE_CAPTURED_NAME),
        .attributes = rgi_reading_string(reading, RGI_CODE_CAPTURED_ATTRIBUTES),
        .use = (rg_use)rgi_reading_below(reading, RGI_CODE_CAPTURED_USE, RG_USE_ALL + 1),
    };
  }
  return NULL;
}

rg_error *rgi_read_sites(struct rgi_reading *reading)
{
  struct rgi_tables *tables = &reading->graph->tables;
  const struct rgi_cursor *captured = &reading->columns[RGI_CODE_CAPTURED_NAME - 1];
  size_t needed = tables->num_sites + reading->chunk.num_items, num_captured = 0;
  size_t max_captured = (size_t)(captured->end - captured->at);
  RGI_TRY(rgi_reading_reserve(reading, &tables->sites, &tables->sites_capacity, needed, 0));
  while (tables->num_sites < needed) {
    struct rgi_site site = {
        .name = rgi_reading_string(reading, RGI_CODE_NAME),
        .file = rgi_reading_string(reading, RGI_CODE_FILE),
        .line = (uint32_t)rgi_reading_below(reading, RGI_CODE_LINE, (uint64_t)UINT32_MAX + 1),
        .num_captured = (uint32_t)rgi_reading_below(reading, RGI_CODE_CAPTURED, max_captured - num_captured + 1),
        .captured_begin = tables->num_captured + num_captured,
    };
    num_captured += site.num_captured;
    tables->sites[tables->num_sites++] = site;
  }
  RGI_TRY(read_captured(reading, num_captured));
  return rgi_reading_check_columns(reading, RGI_CODE_CAPTURED_ATTRIBUTES);
}

rg_error *rgi_read_process(struct rgi_reading *reading)
{
  struct rgi_origin *origin = &reading->graph->origin;
  rg_process_info *process = &origin->process;
  rg_string *const texts[] = {&origin->producer, &origin->interpreter, &origin->host, &origin->mode};
  for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
    *texts[i] = rgi_reading_string(reading, RGI_META_TEXTS);
  process->pid = rgi_reading_number(reading, RGI_META_NUMBERS);
  process->time_ns = rgi_reading_number(reading, RGI_META_NUMBERS);
  process->pause_ns = rgi_reading_number(reading, RGI_META_NUMBERS);
  process->is_collector_enabled = (uint32_t)rgi_reading_below(reading, RGI_META_NUMBERS, 2);
  for (size_t i = 0; i < 3; i++)
    process->thresholds[i] = (uint32_t)rgi_reading_below(reading, RGI_META_NUMBERS, (uint64_t)UINT32_MAX + 1);
  for (size_t i = 0; i < 3; i++)
    process->counts[i] = (uint32_t)rgi_reading_below(reading, RGI_META_NUMBERS, (uint64_t)UINT32_MAX + 1);
  process->num_frozen = rgi_reading_number(reading, RGI_META_NUMBERS);
  return rgi_reading_check_columns(reading, RGI_META_NUMBERS);
}

rg_error *rgi_read_losses(struct rgi_reading *reading)
{
  struct rgi_origin *origin = &reading->graph->origin;
  size_t needed = origin->num_losses + reading->chunk.num_items;
  RGI_TRY(rgi_reading_reserve(reading, &origin->losses, &origin->losses_capacity, needed, 0));
  while (origin->num_losses < needed) {
    origin->losses[origin->num_losses++] = (struct rgi_loss){rgi_reading_string(reading, RGI_LOSS_WHAT),
                                                             rgi_reading_number(reading, RGI_LOSS_COUNT)};
  }
  return rgi_reading_check_columns(reading, RGI_LOSS_COUNT);
}
