/* The report for people: a screen a leak, or what was looked at and found in order. */
#include <string.h>

#include "report-internal.h"

#include "../view/words.h"

#define RULE "\xe2\x94\x82"          /* down from step to step */
#define STEP "\xe2\x94\x9c\xe2\x94\x80"
#define LAST_STEP "\xe2\x95\xb0\xe2\x86\x92"

static void add_heading(struct rgi_text *text, const rg_report *report, size_t i)
{
  const rg_leak *leak = &report->leaks[i];
  rgi_text_printf(text, "LEAK %zu of %zu   [rg:%s]\n%s %s", i + 1, report->num_leaks, leak->fingerprint, leak->kind,
                  leak->name);
  if (*leak->file)
    rgi_text_printf(text, "   %s:%u", leak->file, leak->line);
  rgi_text_puts(text, "\n");
  rgi_words_add_count(text, leak->num_copies, " ");
  rgi_text_puts(text, leak->num_copies == 1 ? " is alive and keeps " : " are alive and keep ");
  rgi_words_add_size(text, leak->retained);
  rgi_text_puts(text, ".\n\nSIGNALS\n");
  for (size_t signal = 0; signal < leak->num_signals; signal++)
    rgi_text_printf(text, "  %s\n", leak->signals[signal]);
}

static void add_use(struct rgi_text *text, const rg_leak_capture *capture)
{
  bool is_read = capture->use & RG_USE_READ, is_written = capture->use & RG_USE_WRITTEN;
  if (!(capture->use & RG_USE_KNOWN))
    return;
  if (capture->use & RG_USE_ATTRIBUTES)
    rgi_text_printf(text, ", only for %s", capture->attributes);
  else
    rgi_text_printf(text, ", %s", is_read && is_written ? "read and written"
                                  : is_written          ? "written"
                                  : is_read             ? "read"
                                                        : "never read");
}

// "  self: 100 Screen, 5.0 MB, only for title".
static void add_captures(struct rgi_text *text, const rg_leak *leak)
{
  rgi_text_puts(text, leak->num_captures ? "\nCAPTURES\n" : "");
  for (size_t i = 0; i < leak->num_captures; i++) {
    const rg_leak_capture *capture = &leak->captures[i];
    rgi_text_printf(text, "  %s: ", capture->name);
    if (capture->num_values > 1) {
      rgi_words_add_count(text, capture->num_values, " ");
      rgi_text_puts(text, " " RGI_TIMES " ");
    }
    rgi_text_printf(text, "%s, ", capture->type);
    rgi_words_add_size(text, capture->retained);
    add_use(text, capture);
    rgi_text_puts(text, "\n");
  }
}

static void add_step(struct rgi_text *text, const rg_leak_step *step, bool is_last)
{
  if (*step->reference)
    rgi_text_printf(text, "  " RULE "    %s%s\n", step->reference, step->is_suspect ? "    <- this should not be" : "");
  rgi_text_printf(text, "  %s %s   %s", is_last ? LAST_STEP : STEP, step->object, rg_verdict_word(step->verdict));
  rgi_text_printf(text, *step->reason ? " (%s)\n" : "\n", step->reason);
}

static void add_path(struct rgi_text *text, const rg_leak *leak)
{
  rgi_text_puts(text, leak->num_copies == 1 ? "\nKEPT ALIVE BY\n" : "\nKEPT ALIVE BY (one of them)\n");
  if (!leak->num_steps)
    rgi_text_puts(text, "  nothing but itself: it waits for a collection\n");
  for (size_t i = 0; i < leak->num_steps; i++)
    add_step(text, &leak->steps[i], i + 1 == leak->num_steps);
}

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
    rgi_text_puts(text, " stay");
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
    add_lines(text, mend->code);
    rgi_text_puts(text, "     ");
    add_freed(text, mend);
    rgi_text_puts(text, ".\n");
    if (*mend->caveat)
      rgi_text_printf(text, "     %s\n", mend->caveat);
  }
}

static void add_no_leak(struct rgi_text *text, const rg_report *report)
{
  rgi_text_puts(text, "No leak found. Of ");
  rgi_words_add_count(text, report->num_suspects, " ");
  rgi_text_printf(text, " closures, methods, partials and generators of %zu places, none holds on to something finished",
                  report->num_groups);
  if (report->series.num >= 3)
    rgi_text_printf(text, ", and of no place there are more in each of %zu dumps", report->series.num);
  rgi_text_puts(text, ".\n");
  if (report->series.num < 3)
    rgi_text_puts(text, "What grows is seen in three dumps or more.\n");
}

rg_error *rg_report_write_text(const rg_report *report, const rg_writer *writer)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  if (!report->num_leaks)
    add_no_leak(&text, report);
  for (size_t i = 0; i < report->num_leaks; i++) {
    rgi_text_puts(&text, i ? "\n" : "");
    add_heading(&text, report, i);
    add_captures(&text, &report->leaks[i]);
    add_path(&text, &report->leaks[i]);
    add_mends(&text, &report->leaks[i]);
  }
  RGI_TRY(rgi_text_error(&text));
  return writer->write(writer->context, text.data, text.size);
}
