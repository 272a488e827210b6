/* The report for people: a screen a leak. */
#include "report-internal.h"

#include "../view/words.h"

static void add_heading(struct rgi_text *text, const rg_report *report, size_t i)
{
  const rg_leak *leak = &report->leaks[i];
  rgi_text_printf(text, "LEAK %zu of %zu   [rg:%.8s]\n", i + 1, report->num_leaks, leak->fingerprint);
  rgi_text_printf(text, "%s  %s   %s:%u\n", leak->kind, leak->name, leak->file, leak->line);
  rgi_words_add_counted(text, leak->num_copies, "live object", " ");
  rgi_text_puts(text, leak->num_copies == 1 ? " keeps " : " keep ");
  rgi_words_add_size(text, leak->retained);
  rgi_text_puts(text, ".\n");
  for (size_t signal = 0; signal < leak->num_signals; signal++)
    rgi_text_printf(text, "  - %s\n", leak->signals[signal]);
}

static void add_use(struct rgi_text *text, const rg_leak_capture *capture)
{
  bool is_read = capture->use & RG_USE_READ, is_written = capture->use & RG_USE_WRITTEN;
  if (!(capture->use & RG_USE_KNOWN))
    return;
  if (capture->use & RG_USE_ATTRIBUTES)
    rgi_text_printf(text, "only %s", capture->attributes);
  else
    rgi_text_puts(text, is_read && is_written ? "read and written" : is_written ? "written" : is_read ? "read"
                                                                                                       : "never read");
}

static void add_captures(struct rgi_text *text, const rg_leak *leak)
{
  rgi_text_puts(text, "\nCAPTURES\n");
  for (size_t i = 0; i < leak->num_captures; i++) {
    const rg_leak_capture *capture = &leak->captures[i];
    rgi_text_printf(text, "  %s  %s  ", capture->name, capture->type);
    rgi_words_add_size(text, capture->retained);
    rgi_text_puts(text, "  ");
    add_use(text, capture);
    rgi_text_puts(text, "\n");
  }
}

static void add_path(struct rgi_text *text, const rg_leak *leak)
{
  rgi_text_puts(text, "\nKEPT ALIVE BY\n");
  for (size_t i = 0; i < leak->num_steps; i++) {
    const rg_leak_step *step = &leak->steps[i];
    if (*step->reference) {
      rgi_text_printf(text, "  \xe2\x94\x82    %s\n", step->reference);
      if (step->is_suspect)
        rgi_text_puts(text, "  \xe2\x94\x82    ~~~~~~~~\n");
    }
    rgi_text_printf(text, "  %s %s   %s%s%s%s\n", i + 1 < leak->num_steps ? "\xe2\x94\x9c\xe2\x94\x80" : "\xe2\x95\xb0\xe2\x86\x92",
                    step->object, rg_verdict_word(step->verdict), *step->reason ? " (" : "", step->reason,
                    *step->reason ? ")" : "");
  }
}

static void add_mends(struct rgi_text *text, const rg_leak *leak)
{
  rgi_text_puts(text, "\nMENDS, best first\n");
  for (size_t i = 0; i < leak->num_mends; i++) {
    const rg_mend *mend = &leak->mends[i];
    rgi_text_printf(text, "  %zu %s: %s\n      frees ", i + 1, rg_mend_kind_word(mend->kind), mend->text);
    rgi_words_add_size(text, mend->freed.at_once.size);
    rgi_text_puts(text, " at once, ");
    rgi_words_add_size(text, mend->freed.by_collection.size);
    rgi_text_puts(text, " at the next collection\n");
  }
}

rg_error *rg_report_write_text(const rg_report *report, const rg_writer *writer)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  for (size_t i = 0; i < report->num_leaks; i++) {
    add_heading(&text, report, i);
    add_captures(&text, &report->leaks[i]);
    add_path(&text, &report->leaks[i]);
    add_mends(&text, &report->leaks[i]);
    rgi_text_puts(&text, "\n");
  }
  RGI_TRY(rgi_text_error(&text));
  return writer->write(writer->context, rgi_text_string(&text), text.size);
}
