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

static void add_bool(struct rgi_text *text, const char *key, bool value)
{
  bool is_first = text->size && text->data[text->size - 1] == '{';
  rgi_text_printf(text, "%s\"%s\": %s", is_first ? "" : ", ", key, value ? "true" : "false");
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

static void add_strings(struct rgi_text *text, const char *key, const char *const *strings, size_t num)
{
  rgi_text_printf(text, ", \"%s\": [", key);
  for (size_t i = 0; i < num; i++) {
    rgi_text_puts(text, i ? ", " : "");
    rgi_text_add_json(text, strings[i]);
  }
  rgi_text_puts(text, "]");
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
    add_number(text, "shared", capture->num_sharing);
    add_string(text, "used", use_word(capture->use));
    rgi_text_puts(text, ", \"attributes\": ");
    rgi_text_add_json_words(text, capture->attributes);
    rgi_text_puts(text, "}");
  }
  rgi_text_puts(text, "]");
}

static void add_edge(struct rgi_text *text, const rg_leak_step *step, bool is_root)
{
  if (is_root) {
    rgi_text_puts(text, "{\"edge\": null");
    return;
  }
  rgi_text_puts(text, "{\"edge\": {");
  add_string(text, "kind", rg_edge_kind_word(step->kind));
  add_string(text, "name", step->reference);
  rgi_text_puts(text, "}");
}

static void add_step(struct rgi_text *text, const rg_leak_step *step, bool is_root)
{
  add_edge(text, step, is_root);
  rgi_text_puts(text, ", \"node\": {");
  add_number(text, "id", step->node);
  add_string(text, "type", step->type);
  add_string(text, "label", step->object);
  add_number(text, "retained", step->retained);
  rgi_text_puts(text, "}");
  add_string(text, "verdict", rg_verdict_word(step->verdict));
  add_string(text, "reason", step->reason);
  add_bool(text, "suspect", step->is_suspect);
  rgi_text_puts(text, "}");
}

static void add_paths(struct rgi_text *text, const rg_leak *leak)
{
  bool is_cycle = strcmp(leak->holder, "cycle") == 0;
  rgi_text_puts(text, ",\n    \"paths\": [");
  if (leak->num_steps) {
    rgi_text_puts(text, "{\"root\": {");
    add_string(text, "kind", is_cycle ? "cycle" : leak->steps[0].type);
    add_string(text, "name", leak->steps[0].object);
    rgi_text_puts(text, "}, \"steps\": [");
    for (size_t i = 0; i < leak->num_steps; i++) {
      rgi_text_puts(text, i ? ",\n      " : "\n      ");
      add_step(text, &leak->steps[i], i == 0);
    }
    rgi_text_puts(text, "]}");
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
    add_string(text, "call", mend->call);
    add_string(text, "caveat", mend->caveat);
    add_number(text, "freed_now", mend->freed.at_once.size);
    add_number(text, "freed_at_gc", mend->freed.by_collection.size);
    add_number(text, "stays", mend->stays);
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

static void add_retained(struct rgi_text *text, const rg_report *report, const rg_leak *leak)
{
  rgi_text_puts(text, ", \"retained\": {");
  add_number(text, "total", leak->retained);
  add_number(text, "exclusive", leak->exclusive);
  add_number(text, "heap", report->heap);
  rgi_text_puts(text, "}");
}

static void add_leak(struct rgi_text *text, const rg_report *report, const rg_leak *leak)
{
  rgi_text_puts(text, "{");
  add_string(text, "fingerprint", leak->fingerprint);
  add_bool(text, "accepted", leak->is_accepted);
  add_string(text, "kind", leak->kind);
  add_site(text, leak);
  add_number(text, "copies", leak->num_copies);
  add_retained(text, report, leak);
  rgi_text_puts(text, ",\n    \"growth\": [");
  for (size_t i = 0; i < report->series.num; i++)
    rgi_text_printf(text, "%s%u", i ? ", " : "", leak->counts[i]);
  rgi_text_puts(text, "]");
  add_string(text, "grows", leak->grows);
  add_string(text, "holder", leak->holder);
  add_strings(text, "signals", leak->signals, leak->num_signals);
  add_captures(text, leak);
  add_paths(text, leak);
  add_strings(text, "notes", leak->notes, leak->num_notes);
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

/* --- doubts ------------------------------------------------------------------------------------------------------- */

rg_error *rg_report_write_loss_json(const rg_report *report, const rg_writer *writer)
{
  const struct rgi_doubts *doubts = &report->doubts;
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  rgi_text_puts(&text, "{");
  add_bool(&text, "truncated", doubts->is_truncated);
  add_number(&text, "omitted", report->num_open_omitted);
  add_strings(&text, "doubts", doubts->texts, doubts->num);
  rgi_text_puts(&text, ", \"not_recorded\": [");
  for (size_t i = 0; i < doubts->num_losses; i++) {
    rgi_text_puts(&text, i ? ", {" : "{");
    add_string(&text, "what", doubts->losses[i].what);
    add_number(&text, "count", doubts->losses[i].num);
    rgi_text_puts(&text, "}");
  }
  rgi_text_puts(&text, "]}");
  RGI_TRY(rgi_text_error(&text));
  return writer->write(writer->context, text.data, text.size);
}
