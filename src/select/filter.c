/* Reading filters. */
#include "filter.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../base/alloc.h"
#include "../base/clean.h"

#define QUOTED_SIZE 200

// What stands before the colon, and what a bad value is told.
static const struct {
  const char *word;
  const char *advice;
} forms[RGI_NUM_TERM_KINDS] = {
    [RGI_TERM_CLOSURE] = {"closure", "a name follows the colon, as in closure:open.redraw"},
    [RGI_TERM_SITE] = {"site", "it is site:FILE or site:FILE:LINE"},
    [RGI_TERM_TYPE] = {"type", "a name follows the colon, as in type:Screen"},
    [RGI_TERM_NAME] = {"name", "a text follows the colon, as in name:on_"},
    [RGI_TERM_SIZE] = {"size", "a size is 4096, 10k.., ..2M or 10k..2M"},
    [RGI_TERM_ID] = {"id", "an id is a number above 0, as in id:4711"},
    [RGI_TERM_GARBAGE] = {"garbage", "nothing follows the word"},
};

/* --- errors ------------------------------------------------------------------------------------------------------- */

// One term of a text, as it stands there.
struct word {
  const char *text; // the whole text
  size_t begin;
  size_t size;
};

static size_t column_of(const struct word *word)
{
  size_t column = 1;
  for (size_t i = 0; i < word->begin; i++)
    column += ((unsigned char)word->text[i] & 0xc0) != 0x80;
  return column;
}

static rg_error *bad_term(const struct word *word, const char *advice)
{
  RGI_SCOPED_TEXT quoted = RGI_TEXT_INIT;
  rgi_text_add_clean(&quoted, word->text + word->begin, word->size, QUOTED_SIZE);
  RGI_TRY(rgi_text_error(&quoted));
  return rg_error_create(RG_ERROR_ARGUMENT, "bad term '%s' at column %zu: %s", rgi_text_string(&quoted),
                         column_of(word), advice);
}

/* --- values ------------------------------------------------------------------------------------------------------- */

// Reads digits and goes beyond them; false without any, and for too large a number.
static bool read_number(const char **place, uint64_t *ret)
{
  uint64_t number = 0;
  const char *digit = *place;
  for (; isdigit((unsigned char)*digit); digit++) {
    uint64_t value = (uint64_t)(*digit - '0');
    if (__builtin_mul_overflow(number, 10, &number) || __builtin_add_overflow(number, value, &number))
      return false;
  }
  bool has_digits = digit > *place;
  *place = digit;
  *ret = number;
  return has_digits;
}

static bool read_size(const char **place, uint64_t *ret)
{
  if (!read_number(place, ret))
    return false;
  uint64_t unit = **place == 'k' ? 1000 : **place == 'M' ? 1000000 : **place == 'G' ? 1000000000 : 0;
  *place += unit != 0;
  return !__builtin_mul_overflow(*ret, unit ? unit : 1, ret);
}

static bool read_range(const char *value, struct rgi_term *term)
{
  bool has_least = *value != '.';
  term->most = UINT64_MAX;
  if (has_least && !read_size(&value, &term->least))
    return false;
  if (!*value) {
    term->most = term->least;
    return has_least;
  }
  if (strncmp(value, "..", 2) != 0)
    return false;
  value += 2;
  if (!*value)
    return has_least;
  return read_size(&value, &term->most) && !*value && term->least <= term->most;
}

static bool read_id(const char *value, struct rgi_term *term)
{
  bool is_number = read_number(&value, &term->least) && !*value && term->least;
  term->most = term->least;
  return is_number;
}

// "app.py:42" as a file and a line. A colon that no number follows belongs to the name.
static bool read_site(char *value, struct rgi_term *term)
{
  char *colon = strrchr(value, ':');
  uint64_t line = 0;
  const char *rest = colon ? colon + 1 : value;
  if (colon && read_number(&rest, &line) && !*rest) {
    if (!line || line > UINT32_MAX)
      return false;
    term->line = (uint32_t)line;
    *colon = '\0';
  }
  return *value;
}

static bool read_value(char *value, struct rgi_term *term)
{
  term->text = value;
  switch (term->kind) {
  case RGI_TERM_CLOSURE:
  case RGI_TERM_TYPE:
  case RGI_TERM_NAME:
    return *value;
  case RGI_TERM_SITE:
    return read_site(value, term);
  case RGI_TERM_SIZE:
    return read_range(value, term);
  case RGI_TERM_ID:
    return read_id(value, term);
  case RGI_TERM_GARBAGE:
    return false;
  }
  return false;
}

/* --- terms -------------------------------------------------------------------------------------------------------- */

// The number of the form, or RGI_NUM_TERM_KINDS.
static size_t find_form(const char *word, size_t size)
{
  size_t i = 0;
  while (i < RGI_NUM_TERM_KINDS && (strlen(forms[i].word) != size || memcmp(forms[i].word, word, size) != 0))
    i++;
  return i;
}

static bool needs_value(enum rgi_term_kind kind)
{
  return kind != RGI_TERM_CLOSURE && kind != RGI_TERM_GARBAGE;
}

// Reads a word that stands at the same place in the filter's own text, where a NUL ends it.
static rg_error *add_term(rg_filter *filter, const struct word *word, bool is_negated)
{
  char *own = filter->text + word->begin;
  size_t key_size = strcspn(own, ":");
  bool has_value = key_size < word->size;
  size_t form = find_form(own, key_size);
  if (form == RGI_NUM_TERM_KINDS)
    return bad_term(word, "it begins with none of closure, site:, type:, name:, size:, id:, garbage and not");
  struct rgi_term term = {.kind = (enum rgi_term_kind)form, .is_negated = is_negated, .text = ""};
  if (has_value ? !read_value(own + key_size + 1, &term) : needs_value(term.kind))
    return bad_term(word, forms[form].advice);
  RGI_TRY(rgi_reserve(&filter->terms, &filter->capacity, filter->num_terms + 1));
  filter->terms[filter->num_terms++] = term;
  return NULL;
}

static bool is_not(const struct word *word)
{
  return word->size == 3 && memcmp(word->text + word->begin, "not", 3) == 0;
}

static rg_error *read_terms(const char *text, rg_filter *filter)
{
  static const char spaces[] = " \t\n";
  struct word word = {text, 0, 0}, negation = {text, 0, 0};
  for (;; word.begin += word.size) {
    word.begin += strspn(text + word.begin, spaces);
    word.size = strcspn(text + word.begin, spaces);
    if (!word.size)
      break;
    filter->text[word.begin + word.size] = '\0';
    bool is_negated = negation.size;
    negation.size = 0;
    if (!is_not(&word))
      RGI_TRY(add_term(filter, &word, is_negated));
    else if (!is_negated)
      negation = word;
  }
  return negation.size ? bad_term(&negation, "no term follows that it could negate") : NULL;
}

static void destroy_scoped(rg_filter **filter)
{
  rg_filter_destroy(*filter);
}

rg_error *rg_filter_create(const char *text, rg_filter **ret)
{
  __attribute__((cleanup(destroy_scoped))) rg_filter *filter = rgi_alloc(1, sizeof(*filter));
  if (!filter)
    return rgi_out_of_memory();
  size_t size = strlen(text) + 1;
  filter->text = rgi_alloc(size, 1);
  if (!filter->text)
    return rgi_out_of_memory();
  memcpy(filter->text, text, size);
  RGI_TRY(read_terms(text, filter));
  *ret = rgi_take(filter);
  return NULL;
}

void rg_filter_destroy(rg_filter *filter)
{
  if (!filter)
    return;
  rgi_free(filter->text);
  rgi_free(filter->terms);
  rgi_free(filter);
}
