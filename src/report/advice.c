/* Words and code for each kind of mend, in the names of the program. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "../table/table-internal.h"
#include "report-internal.h"

/* --- names -------------------------------------------------------------------------------------------------------- */

// "EventBus" as "event_bus", as a program would call the one that it has.
static void add_as_variable(struct rgi_text *text, const char *type)
{
  const char *last = strrchr(type, '.');
  for (const char *from = last ? last + 1 : type; *from; from++) {
    bool is_first = from == type || from[-1] == '.' || from[-1] == '_';
    bool is_word = isupper((unsigned char)*from) && !is_first && !isupper((unsigned char)from[-1]);
    char lower[] = {(char)tolower((unsigned char)*from), '\0'};
    rgi_text_puts(text, is_word ? "_" : "");
    rgi_text_puts(text, lower);
  }
}

static const char *type_of(const rg_graph *graph, rg_node node)
{
  return rg_graph_type(graph, rg_graph_node_type(graph, node)).name;
}

static const char *last_part(const char *name)
{
  const char *dot = strrchr(name, '.');
  return dot ? dot + 1 : name;
}

// What captures: by its name in the program, if it has one there.
static void add_leak(struct rgi_text *text, const struct rgi_leak *leak)
{
  RGI_SCOPED_TEXT owner = RGI_TEXT_INIT;
  bool is_of_one_type = leak->leak.num_captures && !strchr(leak->captures[0].type, ' ');
  add_as_variable(&owner, is_of_one_type ? leak->captures[0].type : "owner");
  text->is_failed |= owner.is_failed;
  const char *name = last_part(leak->leak.name);
  enum rgi_suspect_kind suspect = leak->group->suspect;
  if (suspect == RGI_SUSPECT_METHOD) {
    rgi_text_printf(text, "%s.%s", rgi_text_string(&owner), name);
  } else if (suspect == RGI_SUSPECT_CALLABLE || suspect == RGI_SUSPECT_EXPECTED_GONE) {
    add_as_variable(text, leak->type);
  } else if (suspect == RGI_SUSPECT_COROUTINE) {
    rgi_text_puts(text, "coroutine");
  } else if (suspect == RGI_SUSPECT_GENERATOR || suspect == RGI_SUSPECT_ASYNC_GENERATOR) {
    rgi_text_puts(text, "generator");
  } else {
    rgi_text_puts(text, suspect == RGI_SUSPECT_PARTIAL || *name == '<' ? "callback" : name);
  }
}

static bool is_attribute(const rg_graph *graph, rg_edge edge)
{
  return rg_graph_edge_kind(graph, edge) == RG_EDGE_ATTRIBUTE && *rg_graph_edge_name(graph, edge);
}

// A temporary value has no name.
static bool is_variable(const rg_graph *graph, rg_edge edge)
{
  rg_edge_kind kind = rg_graph_edge_kind(graph, edge);
  bool is_kind = kind == RG_EDGE_CAPTURED || kind == RG_EDGE_LOCAL || kind == RG_EDGE_ARGUMENT;
  return is_kind && !strchr(rg_graph_edge_name(graph, edge), ' ');
}

// Where an expression begins: at a variable, at a class, or at an object, which is called by its type.
static void add_base(struct rgi_text *text, const rg_graph *graph, const struct rgi_leak *leak, size_t step)
{
  rg_node node = leak->steps[step].node;
  // In another method than where the name is read, self is something else.
  bool is_named = step && is_variable(graph, leak->edges[step]);
  if (is_named && strcmp(rg_graph_edge_name(graph, leak->edges[step]), "self") != 0)
    rgi_text_puts(text, rg_graph_edge_name(graph, leak->edges[step]));
  else if (rg_graph_node_category(graph, node) == RG_CATEGORY_TYPE)
    rgi_text_puts(text, last_part(rgi_label_of(graph, node)));
  else
    add_as_variable(text, type_of(graph, node));
}

// The object at a step as an expression, as far back as attributes lead: "bus.handlers", of a variable of a module
// without that.
static void add_step(struct rgi_text *text, const rg_graph *graph, const struct rgi_leak *leak, size_t step)
{
  size_t first = step;
  while (first > 0 && is_attribute(graph, leak->edges[first]))
    first--;
  bool is_of_module = first < step && rg_graph_node_category(graph, leak->steps[first].node) == RG_CATEGORY_MODULE;
  if (!is_of_module)
    add_base(text, graph, leak, first);
  for (size_t i = first + 1; i <= step; i++)
    rgi_text_printf(text, "%s%s", is_of_module && i == first + 1 ? "" : ".", rg_graph_edge_name(graph, leak->edges[i]));
}

/* --- the owner: what is captured, and ends ------------------------------------------------------------------------ */

struct owner {
  const char *type;  // NULL: none is known
  const char *close; // its method that ends it; NULL: none is known
};

static struct owner find_owner(const rg_graph *graph, const struct rgi_leak *leak)
{
  static const char *const words[] = {"close", "stop",       "shutdown", "dispose", "destroy", "unload", "deactivate",
                                      "finish", "disconnect", "detach",   "cancel",  "hide",    "end",    "__exit__"};
  if (leak->owner == RG_NODE_NONE)
    return (struct owner){0};
  struct owner owner = {.type = type_of(graph, leak->owner)};
  rg_node type = rgi_type_of(graph, leak->owner);
  for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && !owner.close; i++) {
    rg_node method = rgi_find_method(graph, type, words[i]);
    if (method != RG_NODE_NONE && rg_graph_node_site(graph, method) != RG_SITE_NONE)
      owner.close = words[i];
  }
  return owner;
}

// Where values of several types are captured there is no name for them.
static const char *type_word(const rg_leak_capture *captured)
{
  return strchr(captured->type, ' ') ? "object" : captured->type;
}

// "  # in Screen.close()".
static void add_when(struct rgi_text *text, const rg_graph *graph, const struct rgi_leak *leak)
{
  struct owner owner = find_owner(graph, leak);
  if (owner.close)
    rgi_text_printf(text, "  # in %s.%s()", owner.type, owner.close);
  else if (owner.type)
    rgi_text_printf(text, "  # once the %s is not needed any more", owner.type);
  else
    rgi_text_puts(text, "  # once it is not needed any more");
}

/* --- lifetime ----------------------------------------------------------------------------------------------------- */

// Releasing methods and those that add, as pairs; a name that begins with the one has a partner that begins with the
// other.
static const struct {
  const char *adds, *releases;
} pairs[] = {
    {"on", "off"},           {"add", "remove"},         {"add", "discard"},     {"subscribe", "unsubscribe"},
    {"connect", "disconnect"}, {"register", "unregister"}, {"register", "deregister"}, {"attach", "detach"},
    {"bind", "unbind"},      {"listen", "unlisten"},    {"watch", "unwatch"},   {"observe", "unobserve"},
    {"schedule", "cancel"},  {"call", "cancel"},        {"follow", "unfollow"}, {"mount", "unmount"},
    {"push", "pop"},         {"append", "remove"},      {"park", "forget"},     {"enter", "exit"},
    {"start", "cancel"},     {"set", "unset"},          {"install", "uninstall"}, {"hook", "unhook"},
};

static rg_node find_function(const rg_graph *graph, rg_node type, const char *name)
{
  rg_node method = rgi_find_method(graph, type, name);
  bool is_function = method != RG_NODE_NONE && rg_graph_node_category(graph, method) == RG_CATEGORY_CALLABLE;
  return is_function ? method : RG_NODE_NONE;
}

// Whether a method takes out what a partner of it puts in, with the same rest of the name: add_listener,
// remove_listener.
static bool has_partner(const rg_graph *graph, rg_node type, const char *name)
{
  for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
    size_t size = strlen(pairs[i].releases);
    char partner[RG_STRING_MAX + 16];
    if (strncmp(name, pairs[i].releases, size) != 0 || (name[size] && name[size] != '_'))
      continue;
    snprintf(partner, sizeof(partner), "%s%s", pairs[i].adds, name + size);
    rg_node adds = find_function(graph, type, partner), releases = find_function(graph, type, name);
    if (adds != RG_NODE_NONE && releases != RG_NODE_NONE && rgi_share_attribute(graph, type, adds, releases))
      return true;
  }
  return false;
}

static const char *find_in_class(const rg_graph *graph, rg_node type, rg_node base)
{
  rg_node dict = rgi_field_of(graph, base, "__dict__");
  rg_edge end = dict == RG_NODE_NONE ? 0 : rg_graph_edges_end(graph, dict);
  for (rg_edge edge = dict == RG_NODE_NONE ? 0 : rg_graph_edges_begin(graph, dict); edge < end; edge++) {
    const char *name = rg_graph_edge_name(graph, edge);
    if (*name && has_partner(graph, type, name))
      return name;
  }
  return NULL;
}

const char *rgi_find_releasing_method(const rg_graph *graph, rg_node holder)
{
  enum { MAX_BASES = 16 };
  rg_node type = rgi_type_of(graph, holder), base = type;
  const char *found = NULL;
  for (int i = 0; i < MAX_BASES && base != RG_NODE_NONE && !found; i++) {
    found = find_in_class(graph, type, base);
    base = rgi_field_of(graph, base, "__base__");
  }
  return found;
}

// {holder}, {leak} and {key} of a template.
static void add_call(struct rgi_text *text, const char *template, const char *holder, const char *leak, const char *key)
{
  while (*template) {
    size_t size = strcspn(template, "{");
    rgi_text_add(text, template, size);
    template += size;
    if (strncmp(template, "{holder}", 8) == 0)
      rgi_text_puts(text, holder);
    else if (strncmp(template, "{leak}", 6) == 0)
      rgi_text_puts(text, leak);
    else if (strncmp(template, "{key}", 5) == 0)
      rgi_text_puts(text, key ? key : "key");
    template += strcspn(template, "}") + (*template != '\0');
  }
}

// What stands in a container: the copy, a class, or an entry of some other kind that leads to the copy.
static void add_item(struct rgi_text *text, const rg_graph *graph, const struct rgi_leak *leak, rg_node item)
{
  if (item == leak->shown)
    add_leak(text, leak);
  else if (rg_graph_node_category(graph, item) == RG_CATEGORY_TYPE)
    rgi_text_puts(text, last_part(rgi_label_of(graph, item)));
  else if (item == leak->ended)
    add_as_variable(text, type_of(graph, item));
  else
    rgi_text_puts(text, "entry");
}

// What a holder was given: a class that a function made, what is finished, or the copy, whichever comes first.
static rg_node find_item(const rg_graph *graph, const struct rgi_leak *leak, size_t holder)
{
  size_t i = holder + 1;
  while (i + 1 < leak->leak.num_steps && leak->steps[i].node != leak->ended &&
         rg_graph_node_category(graph, leak->steps[i].node) != RG_CATEGORY_TYPE)
    i++;
  return leak->steps[i].node;
}

// A key that is text, as code has it; NULL: it is another one.
static const char *key_of(const rg_graph *graph, rg_edge edge)
{
  const char *name = rg_graph_edge_name(graph, edge);
  return rg_graph_edge_kind(graph, edge) == RG_EDGE_ITEM && *name == '\'' ? name : NULL;
}

// The first one on the way from the holder.
static const char *find_key(const rg_graph *graph, const struct rgi_leak *leak, size_t holder)
{
  const char *key = NULL;
  for (size_t i = holder + 1; i < leak->leak.num_steps && !key; i++)
    key = key_of(graph, leak->edges[i]);
  return key;
}

// Whether a parameter, in quotes, is for what is called.
static bool is_for_callable(const char *parameter)
{
  static const char *const words[] = {"fn",      "func",   "call",     "cb",   "handler", "listener", "hook",
                                      "observer", "receiver", "slot", "subscriber", "action", "target"};
  for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
    if (strstr(parameter, words[i]))
      return true;
  }
  return false;
}

// What a releasing method is to be given, by the names of its first two parameters after self. What else it may ask
// for, such as a number that the adding one gave, the graph does not tell.
static void add_arguments(struct rgi_text *call, const rg_graph *graph, const struct rgi_leak *leak, rg_node method,
                          const char *key, const char *object)
{
  const char *first = rgi_parameter(graph, method, 1), *second = rgi_parameter(graph, method, 2);
  bool is_known = *first == '\'' && leak->group->suspect <= RGI_SUSPECT_PARTIAL;
  if (is_known && is_for_callable(first))
    rgi_text_puts(call, object);
  else if (is_known && !is_for_callable(second))
    rgi_text_puts(call, "...");
  else
    rgi_text_printf(call, "%s%s%s", key ? key : "", key ? ", " : "", object);
}

static void add_releasing_call(const rg_graph *graph, const struct rgi_leak *leak, const struct rgi_holder *holder,
                               const char *method, struct rgi_text *call)
{
  RGI_SCOPED_TEXT expression = RGI_TEXT_INIT, object = RGI_TEXT_INIT;
  add_step(&expression, graph, leak, holder->step);
  add_item(&object, graph, leak, find_item(graph, leak, holder->step));
  call->is_failed |= expression.is_failed || object.is_failed;
  const char *key = find_key(graph, leak, holder->step);
  if (holder->known && *holder->known->release)
    add_call(call, holder->known->release, rgi_text_string(&expression), rgi_text_string(&object), key);
  else if (method) {
    rg_node function = rgi_find_method(graph, rgi_type_of(graph, holder->node), method);
    rgi_text_printf(call, "%s.%s(", rgi_text_string(&expression), method);
    add_arguments(call, graph, leak, function, key, rgi_text_string(&object));
    rgi_text_puts(call, ")");
  }
}

// From a dict by its key; from a list or set by what is in it; else the reference itself.
static void add_removal(const rg_graph *graph, const struct rgi_leak *leak, const struct rgi_holder *holder,
                        struct rgi_text *call)
{
  RGI_SCOPED_TEXT container = RGI_TEXT_INIT, item = RGI_TEXT_INIT;
  size_t step = holder->step + 1, end = leak->leak.num_steps;
  add_step(&container, graph, leak, step);
  if (step + 1 >= end || leak->steps[step].node == leak->ended) {
    rgi_text_printf(call, "%s = None", rgi_text_string(&container));
    call->is_failed |= container.is_failed;
    return;
  }
  // Into what stands under a key, as far as that is a container, too.
  for (; step + 2 < end && key_of(graph, leak->edges[step + 1]) && leak->steps[step + 1].node != leak->ended &&
         rg_graph_node_category(graph, leak->steps[step + 1].node) == RG_CATEGORY_CONTAINER &&
         !(rg_graph_node_flags(graph, leak->steps[step + 1].node) & RG_NODE_FIXED);
       step++)
    rgi_text_printf(&container, "[%s]", key_of(graph, leak->edges[step + 1]));
  const char *type = type_of(graph, leak->steps[step].node), *key = key_of(graph, leak->edges[step + 1]);
  bool is_list = rg_graph_edge_kind(graph, leak->edges[step + 1]) == RG_EDGE_INDEX;
  add_item(&item, graph, leak, leak->steps[step + 1].node);
  if (is_list || strcmp(type, "set") == 0)
    rgi_text_printf(call, "%s.remove(%s)", rgi_text_string(&container), rgi_text_string(&item));
  else
    rgi_text_printf(call, "del %s[%s]", rgi_text_string(&container), key ? key : "key");
  call->is_failed |= container.is_failed || item.is_failed;
}

void rgi_advise_lifetime(const rg_graph *graph, const struct rgi_leak *leak, struct rgi_advice *advice)
{
  RGI_SCOPED_TEXT call = RGI_TEXT_INIT;
  struct owner owner = find_owner(graph, leak);
  if (leak->group->suspect == RGI_SUSPECT_CACHE) {
    add_step(&call, graph, leak, leak->leak.num_steps - 1);
    rgi_text_puts(&call, ".cache_clear()");
    advice->code.is_failed |= call.is_failed;
    rgi_text_puts(&advice->text, "Empty the cache when what it keeps is not needed any more, or give it a bound");
    rgi_text_printf(&advice->code, "%s\n@functools.lru_cache(maxsize=128)  # or so many", rgi_text_string(&call));
    return;
  }
  rgi_text_printf(&advice->text, "Remove it from %s ", *leak->leak.holder ? leak->leak.holder : "its holder");
  rgi_text_printf(&advice->text, owner.type ? "when its %s ends" : "when it is not needed any more", owner.type);
  if (leak->end_holder.node == RG_NODE_NONE)
    return;
  const char *method = leak->end_holder.known ? NULL : rgi_find_releasing_method(graph, leak->end_holder.node);
  if (method)
    rgi_text_printf(&advice->text, "; %s has %s() for that, as it seems", type_of(graph, leak->end_holder.node),
                    method);
  add_releasing_call(graph, leak, &leak->end_holder, method, &call);
  if (!call.size)
    add_removal(graph, leak, &leak->end_holder, &call);
  advice->code.is_failed |= call.is_failed;
  rgi_text_puts(&advice->code, rgi_text_string(&call));
  add_when(&advice->code, graph, leak);
}

/* --- release ------------------------------------------------------------------------------------------------------ */

void rgi_advise_release(const struct rgi_leak *leak, const rg_leak_capture *captured, struct rgi_advice *advice)
{
  RGI_SCOPED_TEXT name = RGI_TEXT_INIT;
  add_leak(&name, leak);
  advice->code.is_failed |= name.is_failed;
  if (leak->group->suspect == RGI_SUSPECT_CALLABLE) {
    rgi_text_printf(&advice->text, "Let go of %s when it is over", captured->name);
    rgi_text_printf(&advice->code, "%s.%s = None", rgi_text_string(&name), captured->name);
    return;
  }
  rgi_text_printf(&advice->text, "Let go of %s when it is over, in a function beside %s", captured->name,
                  *last_part(leak->leak.name) == '<' ? "the lambda" : rgi_text_string(&name));
  rgi_text_printf(&advice->code, "nonlocal %s\n%s = None", captured->name, captured->name);
}

// Arguments of a partial are called by their type: they have no name of their own.
static void add_captured(struct rgi_text *text, const rg_graph *graph, const struct rgi_leak *leak,
                         const rg_leak_capture *captured, rg_node value)
{
  if (leak->group->suspect == RGI_SUSPECT_PARTIAL)
    add_as_variable(text, type_of(graph, value));
  else
    rgi_text_puts(text, captured->name);
}

void rgi_advise_attribute(const rg_graph *graph, const struct rgi_leak *leak, const rg_leak_capture *captured,
                          rg_node value, const char *attribute, struct rgi_advice *advice)
{
  RGI_SCOPED_TEXT name = RGI_TEXT_INIT;
  add_captured(&name, graph, leak, captured, value);
  advice->code.is_failed |= name.is_failed;
  bool is_traceback = strcmp(attribute, "__traceback__") == 0;
  if (is_traceback)
    rgi_text_printf(&advice->text, "Keep %s without its traceback, which has the frames and all their variables",
                    rgi_text_string(&name));
  else
    rgi_text_printf(&advice->text, "Let go of %s.%s, which keeps most of it, when the %s is over",
                    rgi_text_string(&name), attribute, type_word(captured));
  rgi_text_printf(&advice->code, "%s.%s = None", rgi_text_string(&name), attribute);
  if (is_traceback)
    rgi_text_puts(&advice->code, "  # before it is kept");
  else
    add_when(&advice->code, graph, leak);
}

void rgi_advise_emptying(const struct rgi_leak *leak, const rg_leak_capture *captured, struct rgi_advice *advice)
{
  rgi_text_printf(&advice->text, "Empty %s, or give it a bound: %s keeps all that ever came into it", captured->name,
                  leak->leak.name);
  rgi_text_printf(&advice->code, "%s.clear()", captured->name);
}

void rgi_advise_closing(const struct rgi_leak *leak, struct rgi_advice *advice)
{
  RGI_SCOPED_TEXT name = RGI_TEXT_INIT;
  add_leak(&name, leak);
  advice->code.is_failed |= name.is_failed;
  rgi_text_printf(&advice->text, "Close the %s when it is not run any further: its local variables go",
                  leak->leak.kind);
  bool is_async = leak->group->suspect == RGI_SUSPECT_ASYNC_GENERATOR;
  rgi_text_printf(&advice->code, is_async ? "await %s.aclose()" : "%s.close()", rgi_text_string(&name));
  if (leak->group->suspect == RGI_SUSPECT_GENERATOR)
    rgi_text_printf(&advice->code, "\nwith contextlib.closing(%s):  # or so", rgi_text_string(&name));
}

/* --- narrow ------------------------------------------------------------------------------------------------------- */

void rgi_advise_narrow(const struct rgi_leak *leak, const rg_leak_capture *captured, struct rgi_advice *advice)
{
  rgi_text_printf(&advice->text, "Capture less: only %s of %s is used", captured->attributes, captured->name);
  for (const char *word = captured->attributes; *word;) {
    int size = (int)strcspn(word, " ");
    rgi_text_printf(&advice->code, "%s%.*s = %s.%.*s", word > captured->attributes ? "\n" : "", size, word,
                    captured->name, size, word);
    word += size + (word[size] == ' ');
  }
  rgi_text_printf(&advice->code, "  # before %s, which then uses it", *last_part(leak->leak.name) == '<' ? "the lambda"
                                                                   : last_part(leak->leak.name));
}

void rgi_advise_copy(const rg_leak_capture *captured, struct rgi_advice *advice)
{
  bool is_array = strcmp(captured->type, "ndarray") == 0;
  rgi_text_printf(&advice->text, "Capture a copy: %s is a view, and keeps all that it is a view of", captured->name);
  rgi_text_printf(&advice->code, is_array ? "%s = %s.copy()" : "%s = bytes(%s)", captured->name, captured->name);
}

/* --- cycle -------------------------------------------------------------------------------------------------------- */

// Nobody sets self to None: an attribute on the way around does as well.
static rg_edge choose_cut(const rg_graph *graph, const struct rgi_leak *leak, rg_edge weakest)
{
  rg_edge attribute = RG_EDGE_NONE;
  bool is_of_self = false;
  for (size_t i = 1; i < leak->leak.num_steps; i++) {
    const char *name = rg_graph_edge_name(graph, leak->edges[i]);
    rg_edge_kind kind = rg_graph_edge_kind(graph, leak->edges[i]);
    is_of_self |= kind == RG_EDGE_CAPTURED && strcmp(name, "self") == 0;
    if (kind == RG_EDGE_ATTRIBUTE && *name && *name != '_')
      attribute = leak->edges[i];
  }
  return is_of_self && attribute != RG_EDGE_NONE ? attribute : weakest;
}

rg_error *rgi_advise_cycle(const rg_graph *graph, const struct rgi_leak *leak, rg_edge weakest,
                           struct rgi_advice *advice)
{
  weakest = choose_cut(graph, leak, weakest);
  RGI_SCOPED_TEXT name = RGI_TEXT_INIT;
  rg_node owner;
  rg_edge_kind kind = rg_graph_edge_kind(graph, weakest);
  RGI_TRY(rgi_table_find_owner(graph, weakest, &name, &owner));
  advice->code.is_failed |= name.is_failed;
  bool is_variable = rg_graph_node_category(graph, owner) == RG_CATEGORY_CALLABLE || kind == RG_EDGE_LOCAL;
  rgi_text_printf(&advice->text, "Cut the cycle at %s%s, which closes it", is_variable ? "" : type_of(graph, owner),
                  rgi_text_string(&name));
  if (is_variable) {
    rgi_text_printf(&advice->code, "%s = None  # after its last use, in the function whose variable it is",
                    rgi_text_string(&name));
    return NULL;
  }
  add_as_variable(&advice->code, type_of(graph, owner));
  rgi_text_printf(&advice->code, kind == RG_EDGE_ATTRIBUTE ? "%s = None" : ".clear()", rgi_text_string(&name));
  return NULL;
}

/* --- weak --------------------------------------------------------------------------------------------------------- */

void rgi_advise_weak(const struct rgi_leak *leak, const rg_leak_capture *captured, struct rgi_advice *advice)
{
  RGI_SCOPED_TEXT name = RGI_TEXT_INIT;
  add_leak(&name, leak);
  advice->code.is_failed |= name.is_failed;
  if (leak->group->suspect == RGI_SUSPECT_METHOD) {
    rgi_text_printf(&advice->text, "Hold the method weakly, if %s is not meant to own the %s", leak->leak.holder,
                    type_word(captured));
    rgi_text_printf(&advice->code, "weakref.WeakMethod(%s)", rgi_text_string(&name));
    advice->caveat = "Somebody else must own the object: held weakly alone, it dies at once, as a bare lambda would.";
    return;
  }
  rgi_text_printf(&advice->text, "Capture the %s weakly, if the %s is not meant to own it", type_word(captured),
                  leak->leak.kind);
  rgi_text_printf(&advice->code,
                  "get_%s = weakref.ref(%s)  # before the %s\n%s = get_%s()  # in it; None once it is gone",
                  captured->name, captured->name, leak->leak.kind, captured->name, captured->name);
  advice->caveat = "Somebody else must own it. Do not hold the closure itself weakly: a bare lambda would die at once.";
}
