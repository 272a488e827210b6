/* Baselines: leaks that are accepted, one a line.
 *
 *   # Leaks that are accepted, by fingerprint.
 *   7f3a91c2d0e4b518 closure Worker.start.<locals>.on_tick app/worker.py:42
 *
 * What follows the fingerprint is for people. Lines may be empty or begin with '#', for comments. */
#include "report-internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../base/clean.h"
#include "../base/sort.h"
#include "../view/words.h"

enum { NUM_DIGITS = 16 };

/* --- reading ------------------------------------------------------------------------------------------------------ */

static bool is_blank(char c)
{
  return c == ' ' || c == '\t' || c == '\r';
}

static int value_of_digit(char c)
{
  return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// As many digits as it has, then a blank or the end.
static bool read_fingerprint(const char *line, size_t size, uint64_t *ret)
{
  uint64_t fingerprint = 0;
  if (size < NUM_DIGITS || (size > NUM_DIGITS && !is_blank(line[NUM_DIGITS])))
    return false;
  for (size_t i = 0; i < NUM_DIGITS; i++) {
    int digit = value_of_digit(line[i]);
    if (digit < 0)
      return false;
    fingerprint = fingerprint << 4 | (uint64_t)digit;
  }
  *ret = fingerprint;
  return true;
}

struct entry {
  uint64_t fingerprint;
  bool is_matched; // by a leak
};

struct entries {
  struct entry *entries;
  size_t num, capacity;
};

static rg_error *bad_line(const char *line, size_t size, size_t number)
{
  enum { MAX_SHOWN = 40 };
  RGI_SCOPED_TEXT shown = RGI_TEXT_INIT;
  rgi_text_add_clean(&shown, line, size, MAX_SHOWN);
  RGI_TRY(rgi_text_error(&shown));
  return rg_error_create(RG_ERROR_ARGUMENT, "line %zu of the baseline, '%s', does not begin with a fingerprint: "
                         "16 hexadecimal digits", number, rgi_text_string(&shown));
}

static rg_error *read_line(struct entries *entries, const char *line, size_t size, size_t number)
{
  uint64_t fingerprint;
  for (; size && is_blank(*line); size--)
    line++;
  if (!size || *line == '#')
    return NULL;
  if (!read_fingerprint(line, size, &fingerprint))
    return bad_line(line, size, number);
  RGI_TRY(rgi_reserve(&entries->entries, &entries->capacity, entries->num + 1));
  entries->entries[entries->num++] = (struct entry){fingerprint, false};
  return NULL;
}

static int compare(const void *a, const void *b)
{
  const struct entry *x = a, *y = b;
  return (x->fingerprint > y->fingerprint) - (x->fingerprint < y->fingerprint);
}

// Ascending, each once.
static void unite(struct entries *entries)
{
  size_t num = 0;
  rgi_sort(entries->entries, entries->num, sizeof(*entries->entries), compare);
  for (size_t i = 0; i < entries->num; i++) {
    if (!num || entries->entries[num - 1].fingerprint != entries->entries[i].fingerprint)
      entries->entries[num++] = entries->entries[i];
  }
  entries->num = num;
}

static rg_error *read_entries(struct entries *entries, const char *text, size_t size)
{
  for (size_t begin = 0, number = 1; begin < size; number++) {
    const char *end = memchr(text + begin, '\n', size - begin);
    size_t length = end ? (size_t)(end - text) - begin : size - begin;
    RGI_TRY(read_line(entries, text + begin, length, number));
    begin += length + 1;
  }
  unite(entries);
  return NULL;
}

/* --- accepting ---------------------------------------------------------------------------------------------------- */

// Notes that the entry is matched.
static bool match(struct entries *entries, uint64_t fingerprint)
{
  struct entry key = {fingerprint, false}, *found = NULL;
  if (entries->num)
    found = bsearch(&key, entries->entries, entries->num, sizeof(key), compare);
  if (found)
    found->is_matched = true;
  return found;
}

static uint64_t fingerprint_of(const rg_leak *leak)
{
  uint64_t fingerprint = 0;
  read_fingerprint(leak->fingerprint, strlen(leak->fingerprint), &fingerprint);
  return fingerprint;
}

// Leaks that are accepted stand behind the others; the order is kept otherwise.
static rg_error *accept_leaks(rg_report *report, struct entries *entries)
{
  size_t num_open = 0, num_accepted = 0;
  RGI_SCOPED_FREE rg_leak *accepted = rgi_alloc(report->num_leaks, sizeof(*accepted));
  if (!accepted)
    return rgi_out_of_memory();
  for (size_t i = 0; i < report->num_leaks; i++) {
    rg_leak *leak = &report->leaks[i];
    leak->is_accepted |= match(entries, fingerprint_of(leak));
    if (leak->is_accepted)
      accepted[num_accepted++] = *leak;
    else
      report->leaks[num_open++] = *leak;
  }
  if (num_accepted)
    memcpy(report->leaks + num_open, accepted, num_accepted * sizeof(*accepted));
  report->num_open = num_open;
  return NULL;
}

static void accept_omitted(rg_report *report, struct entries *entries)
{
  size_t num_open = 0;
  for (size_t i = 0; i < report->num_omitted; i++) {
    uint64_t fingerprint = report->omitted[i];
    if (match(entries, fingerprint) || i >= report->num_open_omitted)
      continue;
    report->omitted[i] = report->omitted[num_open];
    report->omitted[num_open++] = fingerprint;
  }
  report->num_open_omitted = num_open;
}

static void entries_deinit(struct entries *entries)
{
  rgi_free(entries->entries);
}
#define SCOPED_ENTRIES __attribute__((cleanup(entries_deinit))) struct entries

rg_error *rg_report_accept(rg_report *report, const char *text, size_t size)
{
  SCOPED_ENTRIES entries = {0};
  RGI_TRY(read_entries(&entries, text, size));
  RGI_TRY(accept_leaks(report, &entries));
  accept_omitted(report, &entries);
  for (size_t i = 0; i < entries.num; i++)
    report->num_unmatched += !entries.entries[i].is_matched;
  return NULL;
}

static void leave_out_leaks(rg_report *report, struct entries *entries)
{
  size_t num = 0, num_open = 0;
  for (size_t i = 0; i < report->num_leaks; i++) {
    if (match(entries, fingerprint_of(&report->leaks[i])))
      continue;
    num_open += i < report->num_open;
    report->leaks[num++] = report->leaks[i];
  }
  report->num_leaks = num;
  report->num_open = num_open;
}

static void leave_out_omitted(rg_report *report, struct entries *entries)
{
  size_t num = 0, num_open = 0;
  for (size_t i = 0; i < report->num_omitted; i++) {
    if (match(entries, report->omitted[i]))
      continue;
    num_open += i < report->num_open_omitted;
    report->omitted[num++] = report->omitted[i];
  }
  report->num_omitted = num;
  report->num_open_omitted = num_open;
}

rg_error *rg_report_leave_out(rg_report *report, const char *text, size_t size)
{
  SCOPED_ENTRIES entries = {0};
  RGI_TRY(read_entries(&entries, text, size));
  leave_out_leaks(report, &entries);
  leave_out_omitted(report, &entries);
  return NULL;
}

size_t rg_report_num_accepted(const rg_report *report)
{
  return report->num_leaks - report->num_open + report->num_omitted - report->num_open_omitted;
}

size_t rg_report_num_unmatched(const rg_report *report)
{
  return report->num_unmatched;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static int compare_fingerprints(const void *a, const void *b)
{
  return strcmp((*(const rg_leak *const *)a)->fingerprint, (*(const rg_leak *const *)b)->fingerprint);
}

static void add_line(struct rgi_text *text, const rg_leak *leak)
{
  rgi_text_printf(text, "%s %s %s", leak->fingerprint, leak->kind, leak->name);
  if (*leak->file)
    rgi_text_printf(text, " %s:%" PRIu32, leak->file, leak->line);
  rgi_text_puts(text, "\n");
}

// By fingerprint: sizes change from run to run, and the order of a report with them.
rg_error *rg_report_write_baseline(const rg_report *report, const rg_writer *writer)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  RGI_SCOPED_FREE const rg_leak **leaks = rgi_alloc(report->num_leaks, sizeof(*leaks));
  if (!leaks)
    return rgi_out_of_memory();
  for (size_t i = 0; i < report->num_leaks; i++)
    leaks[i] = &report->leaks[i];
  rgi_sort(leaks, report->num_leaks, sizeof(*leaks), compare_fingerprints);
  rgi_text_puts(&text, "# Leaks that are accepted, by fingerprint; what follows it is for people.\n");
  for (size_t i = 0; i < report->num_leaks; i++)
    add_line(&text, leaks[i]);
  for (size_t i = 0; i < report->num_omitted; i++)
    rgi_text_printf(&text, "%016" PRIx64 "\n", report->omitted[i]);
  RGI_TRY(rgi_text_error(&text));
  return writer->write(writer->context, text.data, text.size);
}

void rgi_baseline_add_text(const rg_report *report, struct rgi_text *text)
{
  size_t num_accepted = rg_report_num_accepted(report), num_unmatched = report->num_unmatched;
  bool is_only = num_accepted && !report->num_open && !report->num_open_omitted;
  rgi_text_puts(text, is_only ? "No leak found but what is accepted.\n" : "");
  rgi_text_puts(text, num_accepted || num_unmatched ? "\n" : "");
  if (num_accepted) {
    rgi_words_add_counted(text, num_accepted, "accepted leak", " ");
    rgi_text_puts(text, num_accepted == 1 ? " is not listed.\n" : " are not listed.\n");
  }
  if (num_unmatched) {
    rgi_words_add_count(text, num_unmatched, " ");
    rgi_text_puts(text, num_unmatched == 1 ? " entry of the baseline matches" : " entries of the baseline match");
    rgi_text_puts(text, " nothing any more.\n");
  }
}
