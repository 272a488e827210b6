/* The report for programs: a list of leaks, whose length depends on what leaks, never on how many objects do. */
#include "report-internal.h"

#include <inttypes.h>
#include <string.h>

// A field of an object; all but the first have a comma in front.
static void add_string(struct rgi_text *text, const char *key, const char *value)
{
  bool is_first = text->size && text->data[text->size - 1] == '{';
  rgi_text_printf(text, "%s\"%s\": ", is_first ? "" : ", ", key);
  rgi_text_add_json(text, value);
}

static void add_number(struct rgi_text *text, const char *key, uint64_t value)
{
  bool is_first = text->size && text->data[text->size - 1] == '{';
  rgi_text_printf(text, "%s\"%s\": %" PRIu64, is_first ? "" : ", ", key, value);
}

static void add_words(struct rgi_text *text, const char *words)
{
  for (size_t size; *words; words += size + (words[size] == ' ')) {
    size = strcspn(words, " ");
    rgi_text_printf(text, "\"%.*s\"%s", (int)size, words, words[size] ? ", " : "");
  }
}

static const char *use_word(rg_use use)
{
  if (!(use & RG_USE_KNOWN))
    return "unknown";
  if (use & RG_USE_WRITTEN)
    return "written";
  if (use & RG_USE_ATTRIBUTES)
    return "attributes";
  return use & RG_USE_READ ? "read" : "never";
}

static void add_captures(struct rgi_text *text, const rg_leak *leak)
{
  rgi_text_puts(text, ",\n    \"captures\": [");
  for (size_t i = 0; i < leak->num_captures; i++) {
    const rg_leak_capture *capture = &leak->captures[i];
    rgi_text_puts(text, i ? ",\n      {" : "\n      {");
    add_string(text, "name", capture->name);
    add_string(text, "type", capture->type);
    add_number(text, "retained", capture->retained);
    add_number(text, "values", capture->num_values);
    add_string(text, "used", use_word(capture->use));
    rgi_text_puts(text, ", \"attributes\": [");
    add_words(text, capture->attributes);
    rgi_text_puts(text, "]}");
  }
  rgi_text_puts(text, "]");
}

static void add_step(struct rgi_text *text, const rg_leak_step *step)
{
  rgi_text_puts(text, "{");
  add_number(text, "id", step->node);
  add_string(text, "reference", step->reference);
  add_string(text, "object", step->object);
  add_number(text, "retained", step->retained);
  add_string(text, "verdict", rg_verdict_word(step->verdict));
  add_string(text, "reason", step->reason);
  rgi_text_printf(text, ", \"suspect\": %s}", step->is_suspect ? "true" : "false");
}

static void add_path(struct rgi_text *text, const rg_leak *leak)
{
  rgi_text_puts(text, ",\n    \"path\": [");
  for (size_t i = 0; i < leak->num_steps; i++) {
    rgi_text_puts(text, i ? ",\n      " : "\n      ");
    add_step(text, &leak->steps[i]);
  }
  rgi_text_puts(text, "]");
}

static void add_mends(struct rgi_text *text, const rg_leak *leak)
{
  rgi_text_puts(text, ",\n    \"mends\": [");
  for (size_t i = 0; i < leak->num_mends; i++) {
    const rg_mend *mend = &leak->mends[i];
    rgi_text_puts(text, i ? ",\n      {" : "\n      {");
    add_string(text, "kind", rg_mend_kind_word(mend->kind));
    add_string(text, "text", mend->text);
    add_number(text, "freed_now", mend->freed.at_once.size);
    add_number(text, "freed_at_gc", mend->freed.by_collection.size);
    rgi_text_puts(text, "}");
  }
  rgi_text_puts(text, "]");
}

static void add_site(struct rgi_text *text, const rg_leak *leak)
{
  rgi_text_puts(text, ", \"site\": {");
  add_string(text, "qualname", leak->name);
  add_string(text, "file", leak->file);
  add_number(text, "line", leak->line);
  rgi_text_puts(text, "}");
}

static void add_leak(struct rgi_text *text, const rg_report *report, const rg_leak *leak)
{
  rgi_text_puts(text, "{");
  add_string(text, "fingerprint", leak->fingerprint);
  add_string(text, "kind", leak->kind);
  add_site(text, leak);
  add_number(text, "copies", leak->num_copies);
  add_number(text, "retained", leak->retained);
  rgi_text_puts(text, ",\n    \"growth\": [");
  for (size_t i = 0; i < report->series.num; i++)
    rgi_text_printf(text, "%s%u", i ? ", " : "", leak->counts[i]);
  rgi_text_puts(text, "], \"signals\": [");
  for (size_t i = 0; i < leak->num_signals; i++) {
    rgi_text_puts(text, i ? ", " : "");
    rgi_text_add_json(text, leak->signals[i]);
  }
  rgi_text_puts(text, "]");
  add_captures(text, leak);
  add_path(text, leak);
  add_mends(text, leak);
  rgi_text_puts(text, "}");
}

rg_error *rg_report_write_json(const rg_report *report, const rg_writer *writer)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  rgi_text_puts(&text, "[");
  for (size_t i = 0; i < report->num_leaks; i++) {
    rgi_text_puts(&text, i ? ",\n  " : "\n  ");
    add_leak(&text, report, &report->leaks[i]);
  }
  rgi_text_puts(&text, "]");
  RGI_TRY(rgi_text_error(&text));
  return writer->write(writer->context, text.data, text.size);
}
