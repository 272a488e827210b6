/* A flag says what its name says, and no more: what is not closed is open, but what is not running may not have begun.
 *
 *                    True       False
 *   closed, done     finished   alive
 *   cancelled        finished   -
 *   alive            alive      finished
 *   running, open    alive      -
 *
 * Leading underscores, the mangling of private names and "is_" do not count. None says nothing: it stands for what is
 * not known yet as often as for what is gone. One flag that says finished outweighs those that only deny it, as
 * `closed`, False, beside `cancelled`, True; beside one that says alive nothing is said. */
#include "state.h"

#include <string.h>

#include "layout.h"
#include "probes.h"

/* --- names -------------------------------------------------------------------------------------------------------- */

static const struct {
  const char *word;
  enum rgpy_sign sign;
} words[] = {
    {"closed", RGPY_SIGN_END},        {"done", RGPY_SIGN_END},         {"finished", RGPY_SIGN_END},
    {"stopped", RGPY_SIGN_END},       {"dead", RGPY_SIGN_END},         {"destroyed", RGPY_SIGN_END},
    {"disposed", RGPY_SIGN_END},      {"terminated", RGPY_SIGN_END},   {"shutdown", RGPY_SIGN_END},
    {"shut_down", RGPY_SIGN_END},     {"completed", RGPY_SIGN_END},    {"ended", RGPY_SIGN_END},
    {"exited", RGPY_SIGN_END},        {"IOBase_closed", RGPY_SIGN_END},
    {"cancelled", RGPY_SIGN_ENDED},   {"canceled", RGPY_SIGN_ENDED},   {"aborted", RGPY_SIGN_ENDED},
    {"deleted", RGPY_SIGN_ENDED},     {"disconnected", RGPY_SIGN_ENDED}, {"expired", RGPY_SIGN_ENDED},
    {"killed", RGPY_SIGN_ENDED},      {"released", RGPY_SIGN_ENDED},   {"unsubscribed", RGPY_SIGN_ENDED},
    {"alive", RGPY_SIGN_LIFE},
    {"active", RGPY_SIGN_LIVING},     {"connected", RGPY_SIGN_LIVING}, {"open", RGPY_SIGN_LIVING},
    {"opened", RGPY_SIGN_LIVING},     {"running", RGPY_SIGN_LIVING},
};

// Without "_", "__", "_Class__" and "is_".
static const char *bare_name(const char *name)
{
  const char *bare = name + strspn(name, "_");
  const char *mangled = bare > name ? strstr(bare, "__") : NULL;
  if (mangled)
    bare = mangled + strspn(mangled, "_");
  return strncmp(bare, "is_", 3) == 0 ? bare + 3 : bare;
}

enum rgpy_sign rgpy_sign_of(const char *name)
{
  const char *bare = bare_name(name);
  for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
    if (strcmp(words[i].word, bare) == 0)
      return words[i].sign;
  }
  return RGPY_SIGN_NONE;
}

static enum rgpy_sign sign_of_key(struct rgpy_capture *capture, PyObject *key)
{
  struct rgpy_cached_sign *slot = &capture->cached_signs[(uintptr_t)key / 16 % RGPY_NUM_CACHED_SIGNS];
  if (slot->key != key) {
    bool is_plain = PyUnicode_CheckExact(key) && PyUnicode_IS_COMPACT_ASCII(key);
    slot->key = key;
    slot->sign = is_plain ? (uint8_t)rgpy_sign_of((const char *)PyUnicode_1BYTE_DATA(key)) : RGPY_SIGN_NONE;
  }
  return (enum rgpy_sign)slot->sign;
}

/* --- flags -------------------------------------------------------------------------------------------------------- */

// What the flags of an object say together; the field is the first that said so.
struct verdict {
  bool is_ended, is_living, is_not_ended;
  rg_string ended_field, living_field;
};

static bool is_flag(PyObject *value)
{
  return value == Py_True || value == Py_False;
}

static void note_living(struct verdict *verdict, rg_string field)
{
  if (!verdict->is_living && !verdict->is_not_ended)
    verdict->living_field = field;
}

static void note_ended(struct verdict *verdict, rg_string field)
{
  if (!verdict->is_ended)
    verdict->ended_field = field;
  verdict->is_ended = true;
}

static void note_flag(struct verdict *verdict, enum rgpy_sign sign, bool is_set, rg_string field)
{
  switch (sign) {
  case RGPY_SIGN_NONE:
    return;
  case RGPY_SIGN_END:
  case RGPY_SIGN_ENDED:
    if (is_set) {
      note_ended(verdict, field);
    } else if (sign == RGPY_SIGN_END) {
      note_living(verdict, field);
      verdict->is_not_ended = true;
    }
    return;
  case RGPY_SIGN_LIFE:
  case RGPY_SIGN_LIVING:
    if (is_set) {
      note_living(verdict, field);
      verdict->is_living = true;
    } else if (sign == RGPY_SIGN_LIFE) {
      note_ended(verdict, field);
    }
    return;
  }
}

static rg_error *note_attribute(struct rgpy_capture *capture, struct verdict *verdict, PyObject *key, PyObject *value)
{
  enum rgpy_sign sign = is_flag(value) ? sign_of_key(capture, key) : RGPY_SIGN_NONE;
  if (sign == RGPY_SIGN_NONE)
    return NULL;
  rg_string field;
  RGPY_TRY(rgpy_name(capture, key, &field));
  note_flag(verdict, sign, value == Py_True, field);
  return NULL;
}

// Attributes of one object that are looked at.
enum { MAX_ATTRIBUTES = 256 };

static rg_error *note_attributes(struct rgpy_capture *capture, struct verdict *verdict, PyObject *object)
{
  struct rgpy_inline_values values = rgpy_inline_values(object);
  for (size_t i = 0; i < values.num; i++) {
    PyObject *key = values.keys[i * values.stride];
    if (is_flag(values.values[i]) && key)
      RGPY_TRY(note_attribute(capture, verdict, key, values.values[i]));
  }
  PyObject *dict = rgpy_instance_dict(object);
  if (!dict || !PyDict_Check(dict) || rgpy_is_dict_of_inline_values(dict))
    return NULL;
  Py_ssize_t position = 0;
  PyObject *key, *value;
  for (size_t i = 0; i < MAX_ATTRIBUTES && PyDict_Next(dict, &position, &key, &value); i++)
    RGPY_TRY(note_attribute(capture, verdict, key, value));
  return NULL;
}

static void note_members(struct verdict *verdict, PyObject *object, const struct rgpy_type *type)
{
  for (size_t i = 0; i < type->num_members; i++) {
    PyObject *value = *(PyObject **)((char *)object + type->members[i].offset);
    if (is_flag(value))
      note_flag(verdict, (enum rgpy_sign)type->members[i].sign, value == Py_True, type->members[i].name);
  }
}

static rg_error *read_flags(struct rgpy_capture *capture, PyObject *object, const struct rgpy_type *type,
                            rg_node_info *info)
{
  struct verdict verdict = {0};
  note_members(&verdict, object, type);
  if (type->has_attributes)
    RGPY_TRY(note_attributes(capture, &verdict, object));
  if (verdict.is_ended && !verdict.is_living) {
    info->state = RG_STATE_FINISHED;
    info->state_field = verdict.ended_field;
  } else if (!verdict.is_ended && (verdict.is_living || verdict.is_not_ended)) {
    info->state = RG_STATE_ALIVE;
    info->state_field = verdict.living_field;
  }
  return NULL;
}

/* --- types of the language and its library ------------------------------------------------------------------------ */

static rg_error *set_state(struct rgpy_capture *capture, rg_node_info *info, bool is_finished, const char *field)
{
  info->state = is_finished ? RG_STATE_FINISHED : RG_STATE_ALIVE;
  return rgpy_literal(capture, field, &info->state_field);
}

static rg_error *read_generator(struct rgpy_capture *capture, PyObject *object, const struct rgpy_type *type,
                                rg_node_info *info)
{
  const char *field = type->type == &PyGen_Type ? "gi_frame" : type->type == &PyCoro_Type ? "cr_frame" : "ag_frame";
  return set_state(capture, info, rgpy_generator_is_finished(object), field);
}

static bool is_active(const struct rgpy_capture *capture, PyObject *thread)
{
  Py_ssize_t position = 0;
  PyObject *ident, *object;
  while (capture->active_threads && PyDict_Next(capture->active_threads, &position, &ident, &object)) {
    if (object == thread)
      return true;
  }
  return false;
}

// A thread that runs is in threading._active. `_is_stopped` of 3.12 and before says so only to who asks.
static rg_error *read_thread(struct rgpy_capture *capture, PyObject *object, const struct rgpy_type *type,
                             rg_node_info *info)
{
  (void)type;
  PyObject *started = rgpy_find_attribute(object, "_started");
  PyObject *is_started = started ? rgpy_find_attribute(started, "_flag") : NULL;
  if (is_started != Py_True)
    return NULL;
  return set_state(capture, info, !is_active(capture, object), "is_alive");
}

static bool is_text(PyObject *object, const char *text)
{
  return PyUnicode_CheckExact(object) && PyUnicode_CompareWithASCIIString(object, text) == 0;
}

// Futures that are written in Python.
static rg_error *read_future(struct rgpy_capture *capture, PyObject *object, const struct rgpy_type *type,
                             rg_node_info *info)
{
  (void)type;
  PyObject *state = rgpy_find_attribute(object, "_state");
  if (!state)
    return NULL;
  if (is_text(state, "PENDING") || is_text(state, "RUNNING"))
    return set_state(capture, info, false, "_state");
  bool is_finished =
      is_text(state, "FINISHED") || is_text(state, "CANCELLED") || is_text(state, "CANCELLED_AND_NOTIFIED");
  return is_finished ? set_state(capture, info, true, "_state") : NULL;
}

// Whether a process that nobody asked about has ended, its object does not know.
static rg_error *read_process(struct rgpy_capture *capture, PyObject *object, const struct rgpy_type *type,
                              rg_node_info *info)
{
  (void)type;
  PyObject *code = rgpy_find_attribute(object, "returncode");
  return code && PyLong_CheckExact(code) ? set_state(capture, info, true, "returncode") : NULL;
}

static rg_error *read_probed(struct rgpy_capture *capture, PyObject *object, const struct rgpy_type *type,
                             rg_node_info *info)
{
  (void)type;
  const char *field = NULL;
  rg_state state = rgpy_probed_state(object, &field);
  return state == RG_STATE_UNKNOWN ? NULL : set_state(capture, info, state == RG_STATE_FINISHED, field);
}

/* --- which reader ------------------------------------------------------------------------------------------------- */

static const struct {
  const char *module, *name;
  rgpy_read_state read;
} readers[] = {
    {"threading", "_DummyThread", NULL}, // a thread of C, of whose end nobody is told
    {"threading", "Thread", read_thread},
    {"concurrent.futures._base", "Future", read_future},
    {"asyncio.futures", "Future", read_future},
    {"subprocess", "Popen", read_process},
};

static bool is_class(PyTypeObject *type, const char *module, const char *name)
{
  if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE) || strcmp(type->tp_name, name) != 0)
    return false;
  PyObject *found = rgpy_find_item(type->tp_dict, "__module__");
  return found && is_text(found, module);
}

rgpy_read_state rgpy_state_reader(const struct rgpy_type *type)
{
  if (type->type == &PyGen_Type || type->type == &PyCoro_Type || type->type == &PyAsyncGen_Type)
    return read_generator;
  for (PyTypeObject *base = type->type; base; base = base->tp_base) {
    if (rgpy_is_probed(base))
      return read_probed;
    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
      if (is_class(base, readers[i].module, readers[i].name))
        return readers[i].read;
    }
  }
  return type->has_attributes || type->num_members ? read_flags : NULL;
}

rg_error *rgpy_read_state_of(struct rgpy_capture *capture, PyObject *object, const struct rgpy_type *type,
                             rg_node_info *info)
{
  if (capture->num_expected && rgpy_is_expected_to_be_gone(capture, object))
    return set_state(capture, info, true, "expect_gone");
  return type->read_state ? type->read_state(capture, object, type, info) : NULL;
}
