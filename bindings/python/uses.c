/* One pass over the instructions of the code and of all code nested in it that its variables reach: what a closure only
 * hands on to an inner function is used as that uses it. In code, equal names are one object.
 *
 *   LOAD_DEREF x, LOAD_ATTR a      the attribute a of x is used
 *   LOAD_DEREF x, anything else    x is used as a whole, also where an attribute of it is set
 *   STORE_DEREF x, DELETE_DEREF x  x is written
 *   LOAD_CLOSURE x                 x is handed on, to code among the constants
 *
 * Whoever calls locals() and the like may see every variable. What cannot be told is said to be used as a whole. */
#include "uses.h"

#include <string.h>

#include "capture.h"
#include "layout.h"

// Code that holds more code than this is none that a compiler made.
enum { MAX_NESTED = 10000 };

#define VARIABLE_BIT(i) ((uint64_t)1 << (i))

void rgpy_uses_deinit(struct rgpy_uses *uses)
{
  rg_memory_free(uses->nested);
}

/* --- one variable ------------------------------------------------------------------------------------------------- */

static void use_whole(struct rgpy_variable *variable)
{
  variable->use |= RG_USE_READ;
  variable->is_used_whole = true;
}

// Keeps the names sorted; one too many for the list is as good as all.
static void use_attribute(struct rgpy_variable *variable, PyObject *name)
{
  size_t i = 0;
  variable->use |= RG_USE_READ;
  for (; i < variable->num_attributes; i++) {
    int order = PyUnicode_Compare(variable->attributes[i], name);
    if (order == 0)
      return;
    if (order > 0)
      break;
  }
  if (variable->num_attributes == RGPY_MAX_ATTRIBUTES) {
    variable->is_used_whole = true;
    return;
  }
  memmove(&variable->attributes[i + 1], &variable->attributes[i],
          (variable->num_attributes - i) * sizeof(variable->attributes[0]));
  variable->attributes[i] = name;
  variable->num_attributes++;
}

// False where the names are too long for one string of a graph.
static bool join_attributes(struct rgpy_variable *variable)
{
  size_t size = 0;
  for (size_t i = 0; i < variable->num_attributes; i++) {
    char *end = variable->text + size;
    size_t room = sizeof(variable->text) - size;
    if (room < 8)
      return false;
    if (i)
      *end++ = ' ', room--;
    rgpy_copy_text(variable->attributes[i], end, room);
    size = (size_t)(end - variable->text) + strlen(end);
  }
  return size + 8 < sizeof(variable->text);
}

static const char *finish_variable(struct rgpy_variable *variable)
{
  variable->use |= RG_USE_KNOWN;
  if (variable->is_used_whole || !variable->num_attributes || !join_attributes(variable))
    return "";
  variable->use |= RG_USE_ATTRIBUTES;
  return variable->text;
}

/* --- one code object ---------------------------------------------------------------------------------------------- */

// Which of the variables a free variable of nested code is; NULL: another.
static struct rgpy_variable *find_variable(struct rgpy_uses *uses, const struct rgpy_nested *nested, size_t free_i)
{
  PyObject *name = rgpy_code_free_variables(nested->code).names[free_i];
  for (size_t i = 0; i < uses->num_variables; i++) {
    if (nested->variables & VARIABLE_BIT(i) && uses->variables[i].name == name)
      return &uses->variables[i];
  }
  return NULL;
}

static void use_loaded(struct rgpy_variable *variable, struct rgpy_code_reader reader)
{
  struct rgpy_instruction next = rgpy_next_instruction(&reader);
  if (next.operation == RGPY_OPERATION_ATTRIBUTE)
    use_attribute(variable, next.name);
  else
    use_whole(variable);
}

static bool shows_variables(PyObject *global)
{
  static const char *const names[] = {"locals", "vars", "dir", "eval", "exec"};
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    if (PyUnicode_CompareWithASCIIString(global, names[i]) == 0)
      return true;
  }
  return false;
}

static void use_all(struct rgpy_uses *uses, uint64_t variables)
{
  for (size_t i = 0; i < uses->num_variables; i++) {
    if (variables & VARIABLE_BIT(i))
      use_whole(&uses->variables[i]);
  }
}

static void use_free(struct rgpy_uses *uses, const struct rgpy_nested *nested, struct rgpy_instruction instruction,
                     struct rgpy_code_reader reader, uint64_t *handed_on)
{
  struct rgpy_variable *variable = find_variable(uses, nested, instruction.free_i);
  if (!variable)
    return;
  if (instruction.operation == RGPY_OPERATION_LOAD_FREE)
    use_loaded(variable, reader);
  else if (instruction.operation == RGPY_OPERATION_STORE_FREE)
    variable->use |= RG_USE_WRITTEN;
  else
    *handed_on |= VARIABLE_BIT(variable - uses->variables);
}

// False where an instruction cannot be told.
static bool read_instructions(struct rgpy_uses *uses, const struct rgpy_nested *nested, uint64_t *handed_on)
{
  struct rgpy_code_reader reader = {.code = nested->code};
  for (;;) {
    struct rgpy_instruction instruction = rgpy_next_instruction(&reader);
    switch (instruction.operation) {
    case RGPY_OPERATION_END:
      return true;
    case RGPY_OPERATION_UNKNOWN:
      return false;
    case RGPY_OPERATION_LOAD_FREE:
    case RGPY_OPERATION_STORE_FREE:
    case RGPY_OPERATION_HAND_ON_FREE:
      use_free(uses, nested, instruction, reader, handed_on);
      break;
    case RGPY_OPERATION_GLOBAL:
      if (shows_variables(instruction.name))
        use_all(uses, nested->variables);
      break;
    case RGPY_OPERATION_ATTRIBUTE:
    case RGPY_OPERATION_OTHER:
      break;
    }
  }
}

/* --- code inside code --------------------------------------------------------------------------------------------- */

static uint64_t variables_that_reach(const struct rgpy_uses *uses, uint64_t variables, PyCodeObject *code)
{
  struct rgpy_names names = rgpy_code_free_variables(code);
  uint64_t reaching = 0;
  for (size_t i = 0; i < uses->num_variables; i++) {
    for (size_t free_i = 0; variables & VARIABLE_BIT(i) && free_i < names.num; free_i++) {
      if (names.names[free_i] == uses->variables[i].name)
        reaching |= VARIABLE_BIT(i);
    }
  }
  return reaching;
}

static rg_error *add_nested(struct rgpy_uses *uses, PyCodeObject *code, uint64_t variables)
{
  RGPY_TRY(rgpy_reserve((void **)&uses->nested, &uses->nested_capacity, uses->num_nested + 1, sizeof(*uses->nested)));
  uses->nested[uses->num_nested++] = (struct rgpy_nested){code, variables};
  return NULL;
}

static rg_error *read_nested(struct rgpy_uses *uses, size_t nested_i, bool *is_known)
{
  struct rgpy_nested nested = uses->nested[nested_i];
  uint64_t handed_on = 0, taken = 0;
  *is_known = read_instructions(uses, &nested, &handed_on);
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(nested.code->co_consts); i++) {
    PyObject *constant = PyTuple_GET_ITEM(nested.code->co_consts, i);
    uint64_t reaching =
        PyCode_Check(constant) ? variables_that_reach(uses, nested.variables, (PyCodeObject *)constant) : 0;
    if (reaching)
      RGPY_TRY(add_nested(uses, (PyCodeObject *)constant, reaching));
    taken |= reaching;
  }
  use_all(uses, handed_on & ~taken);
  return NULL;
}

static void begin(struct rgpy_uses *uses, struct rgpy_names names)
{
  uses->num_nested = 0;
  uses->num_variables = Py_MIN(names.num, RGPY_MAX_CAPTURED);
  for (size_t i = 0; i < uses->num_variables; i++) {
    uses->variables[i].name = names.names[i];
    uses->variables[i].use = 0;
    uses->variables[i].is_used_whole = false;
    uses->variables[i].num_attributes = 0;
  }
}

static void finish(struct rgpy_uses *uses, bool is_known)
{
  for (size_t i = 0; i < uses->num_variables; i++) {
    uses->attributes[i] = is_known ? finish_variable(&uses->variables[i]) : "";
    uses->uses[i] = is_known ? uses->variables[i].use : 0;
  }
}

rg_error *rgpy_uses_read(struct rgpy_uses *uses, PyCodeObject *code)
{
  bool is_known = true;
  begin(uses, rgpy_code_free_variables(code));
  uint64_t all = uses->num_variables == 64 ? UINT64_MAX : VARIABLE_BIT(uses->num_variables) - 1;
  if (all)
    RGPY_TRY(add_nested(uses, code, all));
  for (size_t i = 0; is_known && i < uses->num_nested; i++) {
    RGPY_TRY(read_nested(uses, i, &is_known));
    is_known = is_known && uses->num_nested < MAX_NESTED;
  }
  finish(uses, is_known);
  return NULL;
}
