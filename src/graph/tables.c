#include "tables.h"

#include <string.h>

#include "../base/alloc.h"
#include "../base/clean.h"

void rgi_tables_deinit(struct rgi_tables *tables)
{
  rgi_text_deinit(&tables->strings.text);
  rgi_free(tables->strings.begin);
  rgi_free(tables->strings.replacements);
  rgi_index_deinit(&tables->strings.index);
  rgi_free(tables->types);
  rgi_index_deinit(&tables->types_index);
  rgi_free(tables->sites);
  rgi_index_deinit(&tables->sites_index);
  rgi_free(tables->captured);
  rgi_free(tables->captured_names);
  rgi_free(tables->captured_attributes);
  rgi_free(tables->captured_uses);
}

const char *rgi_tables_string(const struct rgi_tables *tables, rg_string string)
{
  return tables->strings.text.data + tables->strings.begin[string];
}

// Private text is told apart from the same text that is not.
struct string_key {
  const struct rgi_strings *strings;
  const char *data;
  size_t size;
  rg_string replacement;
};

static bool is_string(const void *context, uint32_t position)
{
  const struct string_key *key = context;
  const struct rgi_strings *strings = key->strings;
  uint64_t begin = strings->begin[position];
  uint64_t end = position + 1 < strings->num ? strings->begin[position + 1] : strings->text.size;
  return end - begin == key->size + 1 && strings->replacements[position] == key->replacement &&
         memcmp(strings->text.data + begin, key->data, key->size) == 0;
}

static rg_error *append_clean(struct rgi_strings *strings, const struct string_key *key, rg_string *ret)
{
  if (strings->num >= RGI_INDEX_NONE - 1)
    return rg_error_create(RG_ERROR_LIMIT, "more than %u strings", RGI_INDEX_NONE - 1);
  RGI_TRY(rgi_reserve(&strings->begin, &strings->capacity, strings->num + 1));
  RGI_TRY(rgi_reserve(&strings->replacements, &strings->replacements_capacity, strings->num + 1));
  RGI_TRY(rgi_reserve(&strings->text.data, &strings->text.capacity, strings->text.size + key->size + 1));
  char *end = strings->text.data + strings->text.size;
  memcpy(end, key->data, key->size);
  end[key->size] = '\0';
  *ret = (rg_string)strings->num;
  strings->replacements[strings->num] = key->replacement;
  strings->begin[strings->num++] = strings->text.size;
  strings->text.size += key->size + 1;
  return NULL;
}

static rg_error *intern_clean(struct rgi_strings *strings, const struct string_key *key, rg_string *ret)
{
  uint32_t hash = rgi_hash(key->data, key->size) ^ key->replacement;
  uint32_t position = rgi_index_find(&strings->index, hash, is_string, key);
  if (position == RGI_INDEX_NONE) {
    RGI_TRY(append_clean(strings, key, &position));
    RGI_TRY(rgi_index_add(&strings->index, hash, position));
  }
  *ret = position;
  return NULL;
}

typedef rg_error *(*add_clean)(struct rgi_strings *strings, const struct string_key *key, rg_string *ret);

static rg_error *add_string(struct rgi_strings *strings, const char *data, size_t size, rg_string replacement,
                            add_clean add, rg_string *ret)
{
  struct string_key key = {strings, data, size, replacement};
  if (size <= RG_STRING_MAX && rgi_is_clean_ascii(data, size))
    return add(strings, &key, ret);
  RGI_SCOPED_TEXT clean = RGI_TEXT_INIT;
  rgi_text_add_clean(&clean, data, size, RG_STRING_MAX);
  RGI_TRY(rgi_text_error(&clean));
  key.data = rgi_text_string(&clean);
  key.size = clean.size;
  return add(strings, &key, ret);
}

rg_error *rgi_tables_add_string(struct rgi_tables *tables, const char *data, size_t size, rg_string *ret)
{
  return add_string(&tables->strings, data, size, 0, intern_clean, ret);
}

rg_error *rgi_tables_append_string(struct rgi_tables *tables, const char *data, size_t size, rg_string *ret)
{
  return add_string(&tables->strings, data, size, 0, append_clean, ret);
}

rg_error *rgi_tables_add_private_string(struct rgi_tables *tables, const char *data, size_t size,
                                        rg_string replacement, rg_string *ret)
{
  return add_string(&tables->strings, data, size, replacement, intern_clean, ret);
}

rg_error *rgi_tables_append_private_string(struct rgi_tables *tables, const char *data, size_t size,
                                           rg_string replacement, rg_string *ret)
{
  return add_string(&tables->strings, data, size, replacement, append_clean, ret);
}

struct type_key {
  const struct rgi_tables *tables;
  struct rgi_type type;
};

static bool is_type(const void *context, uint32_t position)
{
  const struct type_key *key = context;
  const struct rgi_type *type = &key->tables->types[position];
  return type->name == key->type.name && type->module == key->type.module && type->category == key->type.category;
}

rg_error *rgi_tables_add_type(struct rgi_tables *tables, const rg_type_info *info, rg_type *ret)
{
  struct type_key key = {.tables = tables, .type.category = info->category};
  RGI_TRY(rgi_tables_add_string(tables, info->name, strlen(info->name), &key.type.name));
  RGI_TRY(rgi_tables_add_string(tables, info->module, strlen(info->module), &key.type.module));
  uint32_t words[] = {key.type.name, key.type.module, key.type.category};
  uint32_t hash = rgi_hash(words, sizeof(words));
  uint32_t position = rgi_index_find(&tables->types_index, hash, is_type, &key);
  if (position == RGI_INDEX_NONE) {
    position = (uint32_t)tables->num_types;
    RGI_TRY(rgi_reserve(&tables->types, &tables->types_capacity, tables->num_types + 1));
    RGI_TRY(rgi_index_add(&tables->types_index, hash, position));
    tables->types[tables->num_types++] = key.type;
  }
  *ret = position;
  return NULL;
}

struct site_key {
  const struct rgi_tables *tables;
  struct rgi_site site;
};

// The captured variables of the site that is looked for stand at the end of captured[].
static bool has_equal_captured(const struct rgi_tables *tables, const struct rgi_site *a, const struct rgi_site *b)
{
  for (uint32_t i = 0; i < a->num_captured; i++) {
    if (tables->captured[a->captured_begin + i].name != tables->captured[b->captured_begin + i].name)
      return false;
  }
  return true;
}

static bool is_site(const void *context, uint32_t position)
{
  const struct site_key *key = context;
  const struct rgi_site *site = &key->tables->sites[position];
  return site->name == key->site.name && site->file == key->site.file && site->line == key->site.line &&
         site->num_captured == key->site.num_captured && has_equal_captured(key->tables, site, &key->site);
}

static rg_error *add_captured(struct rgi_tables *tables, const rg_site_info *info, uint32_t i,
                              struct rgi_captured *ret)
{
  const char *attributes = info->attributes ? info->attributes[i] : "";
  ret->use = info->uses ? info->uses[i] : 0;
  RGI_TRY(rgi_tables_add_string(tables, info->captured[i], strlen(info->captured[i]), &ret->name));
  return rgi_tables_add_string(tables, attributes, strlen(attributes), &ret->attributes);
}

// Two functions of one site, such as lambdas on one line, may use what they capture in different ways: what is said of
// the site holds for both.
static void unite_uses(struct rgi_captured *site, const struct rgi_captured *added)
{
  if (site->use == added->use && site->attributes == added->attributes)
    return;
  rg_use either = site->use | added->use, both = site->use & added->use;
  site->use = (rg_use)((either & (RG_USE_READ | RG_USE_WRITTEN)) | (both & RG_USE_KNOWN));
  site->attributes = 0;
}

rg_error *rgi_tables_add_site(struct rgi_tables *tables, const rg_site_info *info, rg_site *ret)
{
  struct site_key key = {.tables = tables,
                         .site = {.line = info->line,
                                  .num_captured = info->num_captured,
                                  .captured_begin = tables->num_captured}};
  RGI_TRY(rgi_tables_add_string(tables, info->name, strlen(info->name), &key.site.name));
  RGI_TRY(rgi_tables_add_string(tables, info->file, strlen(info->file), &key.site.file));
  RGI_TRY(rgi_reserve(&tables->captured, &tables->captured_capacity, tables->num_captured + info->num_captured));
  for (uint32_t i = 0; i < info->num_captured; i++)
    RGI_TRY(add_captured(tables, info, i, &tables->captured[tables->num_captured + i]));
  uint32_t words[] = {key.site.name, key.site.file, key.site.line};
  uint32_t hash = rgi_hash(words, sizeof(words));
  uint32_t position = rgi_index_find(&tables->sites_index, hash, is_site, &key);
  if (position == RGI_INDEX_NONE) {
    position = (uint32_t)tables->num_sites;
    RGI_TRY(rgi_reserve(&tables->sites, &tables->sites_capacity, tables->num_sites + 1));
    RGI_TRY(rgi_index_add(&tables->sites_index, hash, position));
    tables->sites[tables->num_sites++] = key.site;
    tables->num_captured += info->num_captured;
  } else {
    size_t begin = tables->sites[position].captured_begin;
    for (uint32_t i = 0; i < info->num_captured; i++)
      unite_uses(&tables->captured[begin + i], &tables->captured[tables->num_captured + i]);
  }
  *ret = position;
  return NULL;
}

rg_error *rgi_tables_finish(struct rgi_tables *tables)
{
  struct rgi_text *text = &tables->strings.text;
  // Pointers into the text are kept from here on.
  rgi_trim(&text->data, &text->capacity, text->size);
  RGI_SCOPED_FREE const char **names = rgi_alloc(tables->num_captured, sizeof(*names));
  RGI_SCOPED_FREE const char **attributes = rgi_alloc(tables->num_captured, sizeof(*attributes));
  RGI_SCOPED_FREE rg_use *uses = rgi_alloc(tables->num_captured, sizeof(*uses));
  if (!names || !attributes || !uses)
    return rgi_out_of_memory();
  for (size_t i = 0; i < tables->num_captured; i++) {
    names[i] = rgi_tables_string(tables, tables->captured[i].name);
    attributes[i] = rgi_tables_string(tables, tables->captured[i].attributes);
    uses[i] = tables->captured[i].use;
  }
  // An earlier finish may have failed after this one.
  rgi_free(tables->captured_names);
  rgi_free(tables->captured_attributes);
  rgi_free(tables->captured_uses);
  tables->captured_names = rgi_take(names);
  tables->captured_attributes = rgi_take(attributes);
  tables->captured_uses = rgi_take(uses);
  return NULL;
}

void rgi_tables_trim(struct rgi_tables *tables)
{
  struct rgi_strings *strings = &tables->strings;
  rgi_index_deinit(&strings->index);
  rgi_index_deinit(&tables->types_index);
  rgi_index_deinit(&tables->sites_index);
  rgi_trim(&strings->begin, &strings->capacity, strings->num);
  rgi_trim(&strings->replacements, &strings->replacements_capacity, strings->num);
}
