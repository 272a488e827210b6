/* The report for code hosts and editors: SARIF 2.1.0, a result a leak, at the line that defines the closure.
 *
 * Text of the program is text there, too: braces, which stand for placeholders, are doubled, and what would read as a
 * link is taken apart. */
#include "report-internal.h"

#include <inttypes.h>
#include <string.h>

#include "../view/words.h"

#define SCHEMA "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

static const char rule[] =
    "{\"id\": \"closure-leak\", \"name\": \"ClosureLeak\",\n"
    "        \"shortDescription\": {\"text\": \"A closure is kept alive although nothing needs it any more.\"},\n"
    "        \"fullDescription\": {\"text\": \"Closures, bound methods, partials, generators or coroutines of this "
    "place should be gone, and are alive: there are more of them in each round, or what they capture is finished.\"},\n"
    "        \"help\": {\"text\": \"End the life of the closure with that of its owner: remove the listener or "
    "callback. Or let go of what it captures, capture only the attribute that it uses, cut the cycle that it is in, or "
    "hold weakly what it should not own. refgraph leaks says of each leak who holds it, and what each mend frees.\"},\n"
    "        \"defaultConfiguration\": {\"level\": \"warning\"}, \"properties\": {\"tags\": [\"memory\", \"leak\"]}}";

/* --- places ------------------------------------------------------------------------------------------------------- */

static bool is_plain(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("/-._~", c));
}

static void add_encoded(struct rgi_text *text, const char *path)
{
  for (; *path; path++) {
    if (is_plain(*path))
      rgi_text_add(text, path, 1);
    else
      rgi_text_printf(text, "%%%02X", (unsigned char)*path);
  }
}

// The path below a folder; NULL: it is not there.
static const char *path_below(const char *path, const char *folder)
{
  size_t size = folder ? strlen(folder) : 0;
  while (size && folder[size - 1] == '/')
    size--;
  bool is_below = size && strncmp(path, folder, size) == 0 && path[size] == '/' && path[size + 1];
  // What goes up again on the way may lead elsewhere.
  return is_below && path[size + 1] != '/' && !strstr(path + size, "/../") ? path + size + 1 : NULL;
}

static void add_uri(struct rgi_text *text, const char *path, const char *folder)
{
  const char *below = path_below(path, folder);
  rgi_text_puts(text, *path == '/' && !below ? "file://" : "");
  add_encoded(text, below ? below : path);
}

// Code that was not read from a file, as "<stdin>".
static bool has_file(const rg_leak *leak)
{
  return *leak->file && *leak->file != '<';
}

static void add_location(struct rgi_text *text, const rg_leak *leak, const char *folder)
{
  rgi_text_puts(text, "\"locations\": [{");
  if (has_file(leak)) {
    rgi_text_puts(text, "\"physicalLocation\": {\"artifactLocation\": {\"uri\": \"");
    add_uri(text, leak->file, folder);
    rgi_text_puts(text, "\"}");
    if (leak->line)
      rgi_text_printf(text, ", \"region\": {\"startLine\": %" PRIu32 "}", leak->line);
    rgi_text_puts(text, "}, ");
  }
  rgi_text_puts(text, "\"logicalLocations\": [{\"fullyQualifiedName\": ");
  rgi_text_add_json(text, leak->name);
  rgi_text_puts(text, ", \"kind\": \"function\"}]}]");
}

/* --- messages ----------------------------------------------------------------------------------------------------- */

static void add_message(struct rgi_text *text, const char *words)
{
  RGI_SCOPED_TEXT escaped = RGI_TEXT_INIT;
  for (const char *c = words; *c; c++) {
    rgi_text_add(&escaped, c, 1);
    if (*c == '{' || *c == '}')
      rgi_text_add(&escaped, c, 1);
    else if (*c == ']' && c[1] == '(')
      rgi_text_puts(&escaped, " ");
  }
  text->is_failed |= escaped.is_failed;
  rgi_text_puts(text, "\"message\": {\"text\": ");
  rgi_text_add_json(text, rgi_text_string(&escaped));
  rgi_text_puts(text, "}");
}

static void add_holder(struct rgi_text *words, const rg_leak *leak)
{
  if (strcmp(leak->holder, "cycle") == 0)
    rgi_text_puts(words, " Only a cycle holds ");
  else if (*leak->holder)
    rgi_text_printf(words, " %s holds ", leak->holder);
  if (*leak->holder)
    rgi_text_puts(words, leak->num_copies == 1 ? "it." : "them.");
}

// What leaks, who holds it, and the best mend.
static void add_leak_message(struct rgi_text *text, const rg_leak *leak)
{
  RGI_SCOPED_TEXT words = RGI_TEXT_INIT;
  rgi_text_printf(&words, "The %s %s leaks: ", leak->kind, leak->name);
  rgi_words_add_count(&words, leak->num_copies, " ");
  rgi_text_puts(&words, leak->num_copies == 1 ? " copy keeps " : " copies keep ");
  rgi_words_add_size(&words, leak->retained);
  if (leak->num_signals)
    rgi_text_printf(&words, " (%s)", leak->signals[0]);
  rgi_text_puts(&words, ".");
  add_holder(&words, leak);
  if (leak->num_mends)
    rgi_text_printf(&words, " %s.", leak->mends[0].text);
  text->is_failed |= words.is_failed;
  add_message(text, rgi_text_string(&words));
}

/* --- results ------------------------------------------------------------------------------------------------------ */

static void add_result(struct rgi_text *text, const rg_leak *leak, const char *folder)
{
  rgi_text_puts(text, "{\"ruleId\": \"closure-leak\", \"ruleIndex\": 0, \"level\": \"warning\",\n        ");
  add_leak_message(text, leak);
  rgi_text_puts(text, ",\n        ");
  add_location(text, leak, folder);
  rgi_text_printf(text, ",\n        \"partialFingerprints\": {\"closureLeak/v1\": \"%s\"}", leak->fingerprint);
  // All results have the list, or none.
  rgi_text_printf(text, ", \"suppressions\": [%s]",
                  leak->is_accepted ? "{\"kind\": \"external\", \"status\": \"accepted\"}" : "");
  rgi_text_printf(text, ",\n        \"properties\": {\"copies\": %" PRIu32 ", \"retained\": %" PRIu64 "}}",
                  leak->num_copies, leak->retained);
}

static void add_doubts(struct rgi_text *text, const rg_report *report)
{
  rgi_text_puts(text, "[{\"executionSuccessful\": true, \"toolExecutionNotifications\": [");
  for (size_t i = 0; i < rg_report_num_doubts(report); i++) {
    rgi_text_puts(text, i ? ",\n        {" : "\n        {");
    add_message(text, rg_report_doubt(report, i));
    rgi_text_puts(text, ", \"level\": \"warning\"}");
  }
  rgi_text_puts(text, "]}]");
}

rg_error *rg_report_write_sarif(const rg_report *report, const char *folder, const rg_writer *writer)
{
  RGI_SCOPED_TEXT text = RGI_TEXT_INIT;
  rgi_text_printf(&text, "{\n  \"$schema\": \"%s\",\n  \"version\": \"2.1.0\",\n  \"runs\": [{\n", SCHEMA);
  rgi_text_puts(&text, "    \"tool\": {\"driver\": {\"name\": \"refgraph\", \"version\": \"" RG_VERSION "\",\n");
  rgi_text_printf(&text, "      \"rules\": [%s]}},\n", rule);
  rgi_text_puts(&text, "    \"invocations\": ");
  add_doubts(&text, report);
  rgi_text_puts(&text, ",\n    \"results\": [");
  for (size_t i = 0; i < report->num_leaks; i++) {
    rgi_text_puts(&text, i ? ",\n      " : "\n      ");
    add_result(&text, &report->leaks[i], folder);
  }
  rgi_text_puts(&text, "]\n  }]\n}\n");
  RGI_TRY(rgi_text_error(&text));
  return writer->write(writer->context, text.data, text.size);
}
