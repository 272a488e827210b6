/* The report for people: a screen a leak, or what was looked at and found in order. */
#include <string.h>

#include "../base/clean.h"
#include "../view/words.h"
#include "report-internal.h"

#define RULE "\xe2\x94\x82"           /* down from step to step */
#define FIRST_STEP "\xe2\x94\xac\xe2\x94\x80"
#define STEP "\xe2\x94\x9c\xe2\x94\x80"
#define LAST_STEP "\xe2\x95\xb0\xe2\x86\x92"

// A column is as wide as what stands in it, within reason.
enum { MAX_COLUMN = 56, GAP = 3 };

static size_t wider(size_t width, const char *text)
{
  size_t length = rgi_utf8_length(text);
  length = length < MAX_COLUMN ? length : MAX_COLUMN;
  return length > width ? length : width;
}

static void add_cell(struct rgi_text *text, const char *cell, size_t width)
{
  rgi_text_puts(text, cell);
  size_t length = rgi_utf8_length(cell);
  for (size_t i = length < width ? length : width; i < width + GAP; i++)
    rgi_text_puts(text, " ");
}

/* --- what leaks, and why ------------------------------------------------------------------------------------------ */

static void add_share(struct rgi_text *text, const rg_report *report, const rg_leak *leak)
{
  uint64_t percent = report->heap ? leak->retained * 100 / report->heap : 0;
  if (percent)
    rgi_text_printf(text, " (%u %% of the heap)", (unsigned)percent);
}

static void add_heading(struct rgi_text *text, const rg_report *report, size_t i)
{
  const rg_leak *leak = &report->leaks[i];
  rgi_text_printf(text, "LEAK %zu of %zu   [rg:%s]\n%s   %s", i + 1, report->num_open, leak->fingerprint, leak->kind,
                  leak->name);
  if (*leak->file)
    rgi_text_printf(text, "   %s:%u", leak->file, leak->line);
  rgi_text_puts(text, "\n");
  rgi_words_add_count(text, leak->num_copies, " ");
  rgi_text_puts(text, leak->num_copies == 1 ? " copy keeps " : " copies keep ");
  rgi_words_add_size(text, leak->retained);
  add_share(text, report, leak);
  rgi_text_puts(text, ".\n\nWHY IT IS A LEAK\n");
  for (size_t signal = 0; signal < leak->num_signals; signal++)
    rgi_text_printf(text, "  %s\n", leak->signals[signal]);
}

/* --- captures ----------------------------------------------------------------------------------------------------- */

// "only .name, .title are used".
static void add_attributes(struct rgi_text *text, const char *attributes)
{
  bool is_one = !strchr(attributes, ' ');
  rgi_text_puts(text, "only ");
  for (const char *word = attributes; *word;) {
    int size = (int)strcspn(word, " ");
    rgi_text_printf(text, "%s.%.*s", word > attributes ? ", " : "", size, word);
    word += size + (word[size] == ' ');
  }
  rgi_text_puts(text, is_one ? " is used" : " are used");
}

static void add_use(struct rgi_text *text, const rg_leak_capture *capture)
{
  bool is_read = capture->use & RG_USE_READ, is_written = capture->use & RG_USE_WRITTEN;
  if (capture->use & RG_USE_ATTRIBUTES)
    add_attributes(text, capture->attributes);
  else if (capture->use & RG_USE_KNOWN)
    rgi_text_puts(text, is_read && is_written ? "read and written"
                        : is_written          ? "written"
                        : is_read             ? "read"
                                              : "never read");
  if (capture->num_sharing > 1) {
    rgi_text_puts(text, capture->use & RG_USE_KNOWN ? ", shared by " : "shared by ");
    rgi_words_add_counted(text, capture->num_sharing, "closure", " ");
  }
}

// "6 × Screen".
static void add_values(struct rgi_text *text, const rg_leak_capture *capture)
{
  if (capture->num_values > 1) {
    rgi_words_add_count(text, capture->num_values, " ");
    rgi_text_puts(text, " " RGI_TIMES " ");
  }
  rgi_text_puts(text, capture->type);
}

static void add_capture(struct rgi_text *text, const rg_leak_capture *capture, size_t name_width, size_t values_width)
{
  RGI_SCOPED_TEXT values = RGI_TEXT_INIT, size = RGI_TEXT_INIT, use = RGI_TEXT_INIT;
  enum { SIZE_COLUMN = 7 };
  add_values(&values, capture);
  rgi_words_add_size(&size, capture->retained);
  add_use(&use, capture);
  rgi_text_puts(text, "  ");
  add_cell(text, capture->name, name_width);
  add_cell(text, rgi_text_string(&values), values_width);
  if (use.size)
    add_cell(text, rgi_text_string(&size), SIZE_COLUMN);
  rgi_text_printf(text, "%s\n", rgi_text_string(use.size ? &use : &size));
  text->is_failed |= values.is_failed || size.is_failed || use.is_failed;
}

static void add_captures(struct rgi_text *text, const rg_leak *leak)
{
  size_t name_width = 0, values_width = 0;
  for (size_t i = 0; i < leak->num_captures; i++) {
    RGI_SCOPED_TEXT values = RGI_TEXT_INIT;
    add_values(&values, &leak->captures[i]);
    name_width = wider(name_width, leak->captures[i].name);
    values_width = wider(values_width, rgi_text_string(&values));
    text->is_failed |= values.is_failed;
  }
  rgi_text_puts(text, !leak->num_captures     ? ""
                      : leak->num_copies == 1 ? "\nCAPTURES\n"
                                              : "\nCAPTURES, of all copies\n");
  for (size_t i = 0; i < leak->num_captures; i++)
    add_capture(text, &leak->captures[i], name_width, values_width);
}

/* --- path --------------------------------------------------------------------------------------------------------- */

static void add_reference(struct rgi_text *text, const rg_leak_step *step)
{
  if (!*step->reference && !step->is_suspect)
    return;
  rgi_text_printf(text, "  " RULE "    %s\n", *step->reference ? step->reference : "(a reference without a name)");
  if (!step->is_suspect)
    return;
  rgi_text_puts(text, "  " RULE "    ");
  for (size_t length = *step->reference ? rgi_utf8_length(step->reference) : 28; length > 0; length--)
    rgi_text_puts(text, "~");
  rgi_text_puts(text, "   this should not be\n");
}

static void add_step(struct rgi_text *text, const rg_leak *leak, size_t i, size_t width)
{
  const rg_leak_step *step = &leak->steps[i];
  add_reference(text, step);
  rgi_text_printf(text, "  %s ", i + 1 == leak->num_steps ? LAST_STEP : i ? STEP : FIRST_STEP);
  add_cell(text, step->object, width);
  rgi_text_puts(text, rg_verdict_word(step->verdict));
  // Why the leak is one stands above.
  bool has_reason = *step->reason && step->node != leak->steps[leak->num_steps - 1].node;
  rgi_text_printf(text, has_reason ? "   (%s)\n" : "\n", step->reason);
}

// How many steps from this one on are like the one before, as in a chain of links.
static size_t count_alike(const rg_leak *leak, size_t i)
{
  size_t num = 0;
  for (size_t step = i; i && step + 1 < leak->num_steps; step++, num++) {
    const rg_leak_step *link = &leak->steps[step], *before = &leak->steps[i - 1];
    bool is_alike = strcmp(link->object, before->object) == 0 && strcmp(link->reference, leak->steps[i].reference) == 0;
    if (!is_alike || link->is_suspect || *link->reason)
      break;
  }
  return num;
}

static void add_steps(struct rgi_text *text, const rg_leak *leak, size_t width)
{
  enum { MIN_ALIKE = 3 };
  for (size_t i = 0, num_alike; i < leak->num_steps; i += num_alike) {
    num_alike = count_alike(leak, i);
    if (num_alike >= MIN_ALIKE) {
      rgi_text_printf(text, "  " RULE "    %s " RGI_ELLIPSIS " %zu more, one after the other\n",
                      leak->steps[i].reference, num_alike);
      continue;
    }
    add_step(text, leak, i, width);
    num_alike = 1;
  }
}

static void add_path(struct rgi_text *text, const rg_leak *leak)
{
  size_t width = 0;
  bool is_cycle = strcmp(leak->holder, "cycle") == 0;
  for (size_t i = 0; i < leak->num_steps; i++)
    width = wider(width, leak->steps[i].object);
  rgi_text_printf(text, "\nKEPT ALIVE BY%s%s\n", is_cycle ? " a cycle" : "",
                  leak->num_copies == 1 || !leak->num_steps ? "" : ", one of them");
  if (!leak->num_steps)
    rgi_text_puts(text, "  nothing that was found\n");
  add_steps(text, leak, width);
  for (size_t i = 0; i < leak->num_notes; i++)
    rgi_text_printf(text, "  %s\n", leak->notes[i]);
}

/* --- mends -------------------------------------------------------------------------------------------------------- */

// "Frees 1.2 kB at once, 390 kB at the next collection; 48 B stay".
static void add_freed(struct rgi_text *text, const rg_mend *mend)
{
  const rg_freed *freed = &mend->freed;
  rgi_text_puts(text, "Frees ");
  if (freed->at_once.num_nodes) {
    rgi_words_add_size(text, freed->at_once.size);
    rgi_text_puts(text, " at once");
  }
  rgi_text_puts(text, freed->at_once.num_nodes && freed->by_collection.num_nodes ? ", " : "");
  if (freed->by_collection.num_nodes) {
    rgi_words_add_size(text, freed->by_collection.size);
    rgi_text_puts(text, " at the next collection");
  }
  if (mend->stays) {
    rgi_text_puts(text, "; ");
    rgi_words_add_size(text, mend->stays);
    rgi_text_puts(text, mend->kind == RG_MEND_LIFETIME ? " stays" : " stays, in what captures it");
  }
}

static void add_lines(struct rgi_text *text, const char *lines)
{
  while (*lines) {
    int size = (int)strcspn(lines, "\n");
    rgi_text_printf(text, "         %.*s\n", size, lines);
    lines += size + (lines[size] == '\n');
  }
}

static void add_mends(struct rgi_text *text, const rg_leak *leak)
{
  rgi_text_puts(text, leak->num_mends ? "\nMENDS, best first\n" : "");
  for (size_t i = 0; i < leak->num_mends; i++) {
    const rg_mend *mend = &leak->mends[i];
    rgi_text_printf(text, "  %zu  %s.\n", i + 1, mend->text);
    add_lines(text, mend->call);
    rgi_text_puts(text, "     ");
    add_freed(text, mend);
    rgi_text_puts(text, ".\n");
    if (*mend->caveat)
      rgi_text_printf(text, "     %s\n", mend->caveat);
  }
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

// What grows may be of a kind that is not looked at here.
static void add_gain(struct rgi_text *text, const rg_report *report)
{
  uint64_t gain = rgi_series_gain(&report->series);
  if (!gain)
    return;
  rgi_text_puts(text, "All the same, the heap grew in every round, by ");
  rgi_words_add_size(text, gain);
  rgi_text_puts(text, " in all: refgraph growth, or refgraph.watch() in Python, tells by what.\n");
}

static void add_no_leak(struct rgi_text *text, const rg_report *report)
{
  rgi_text_puts(text, report->doubts.is_truncated
                          ? "It cannot be told whether anything leaks, since a dump is cut off. Of "
                          : "No leak found. Of ");
  rgi_words_add_count(text, report->num_suspects, " ");
  rgi_text_printf(text,
                  " functions, methods, partials and generators of %zu places, none holds on to something finished",
                  report->num_groups);
  if (report->series.num >= report->series.min_rounds)
    rgi_text_printf(text, ", and of no place there are more in each of %zu rounds", report->series.num);
  rgi_text_puts(text, ".\n");
  add_gain(text, report);
  if (report->series.num < report->series.min_rounds)
    rgi_text_puts(text, "What grows is seen in three dumps or rounds, or more, one after the other.\n");
}

static void add_leak(struct rgi_text *text, const rg_report *report, size_t i)
{
  rgi_text_puts(text, i ? "\n" : "");
  add_heading(text, report, i);
  add_captures(text, &report->leaks[i]);
  add_path(text, &report->leaks[i]);
  add_mends(text, &report->leaks[i]);
}

rg_error *rg_report_write_text(const rg_report *report, const rg_writer *writer)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  if (!report->num_leaks)
    add_no_leak(&text, report);
  for (size_t i = 0; i < report->num_open; i++)
    add_leak(&text, report, i);
  if (report->num_open)
    rgi_text_puts(&text, "\nexpected: meant to be there. leaking: should be gone. unknown: nothing tells.\n");
  if (report->num_open_omitted)
    rgi_text_printf(&text, "\n%zu more places that leak less are not listed.\n", report->num_open_omitted);
  rgi_baseline_add_text(report, &text);
  rgi_doubts_add_text(report, &text);
  RGI_TRY(rgi_text_error(&text));
  return writer->write(writer->context, text.data, text.size);
}
