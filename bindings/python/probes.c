#include "probes.h"

#include <signal.h>
#include <string.h>
#include <structmember.h>
#include <sys/uio.h>
#include <unistd.h>

#include "describe.h"
#include "static_data.h"

struct field {
  PyTypeObject *type;  /* NULL: not learned */
  const char *name;    /* of the attribute that tells the same */
  Py_ssize_t offset;
  size_t size;
  int64_t value;       /* of a closed object; of a future that is not done */
  bool is_closed_else; /* closed is what has another value */
  bool is_link;        /* a reference to the object that tells */
};

enum {
  FILE_FIELD,
  BYTES_FIELD,
  TEXT_FIELD,
  FUTURE_FIELD,
  READER_LINK,
  WRITER_LINK,
  RANDOM_LINK,
  WRAPPER_LINK,
  NUM_FIELDS,
};
static struct field fields[NUM_FIELDS];

/* --- reading ------------------------------------------------------------------------------------------------------ */

static const struct field *find_field(PyTypeObject *type)
{
  for (; type; type = type->tp_base) {
    for (size_t i = 0; i < NUM_FIELDS; i++) {
      if (fields[i].type == type)
        return &fields[i];
    }
  }
  return NULL;
}

bool rgpy_is_probed(PyTypeObject *type)
{
  const struct field *field = find_field(type);
  return field && field->type == type;
}

static int64_t read_number(const char *place, size_t size)
{
  int8_t one;
  int32_t four;
  int64_t eight;
  switch (size) {
  case sizeof(one):
    memcpy(&one, place, sizeof(one));
    return one;
  case sizeof(four):
    memcpy(&four, place, sizeof(four));
    return four;
  default:
    memcpy(&eight, place, sizeof(eight));
    return eight;
  }
}

// From a wrapper through its buffer to its file.
enum { MAX_LINKS = 4 };

rg_state rgpy_probed_state(PyObject *object, const char **field_ret)
{
  const struct field *field = find_field(Py_TYPE(object));
  for (size_t i = 0; i < MAX_LINKS && object && field && field->is_link; i++) {
    object = *(PyObject **)((char *)object + field->offset);
    field = object ? find_field(Py_TYPE(object)) : NULL;
  }
  if (!field || field->is_link)
    return RG_STATE_UNKNOWN;
  bool is_equal = read_number((const char *)object + field->offset, field->size) == field->value;
  *field_ret = field->name;
  return is_equal != field->is_closed_else ? RG_STATE_FINISHED : RG_STATE_ALIVE;
}

/* --- learning ----------------------------------------------------------------------------------------------------- */

enum { MAX_PROBED = 512, MAX_STATES = 3 };

// The bytes of objects of one type in several states.
struct probe {
  char bytes[MAX_STATES][MAX_PROBED];
  size_t num_states, size;
};

static void take_bytes(struct probe *probe, PyObject *object)
{
  probe->size = Py_MIN((size_t)Py_TYPE(object)->tp_basicsize, (size_t)MAX_PROBED);
  memcpy(probe->bytes[probe->num_states++], object, probe->size);
}

// The bytes of an object, before and after it is closed.
static bool take_both(struct probe *probe, PyObject *object)
{
  take_bytes(probe, object);
  RGPY_CLEANUP_DECREF PyObject *closed = PyObject_CallMethod(object, "close", NULL);
  take_bytes(probe, object);
  return closed != NULL;
}

// The only place where a number is values[i] in each state i, or -1. ANY stands for all but 0.
#define ANY INT64_MAX
static Py_ssize_t find_place(const struct probe *probe, const int64_t *values, size_t size)
{
  Py_ssize_t found = -1;
  for (size_t offset = sizeof(PyObject); offset + size <= probe->size; offset += size) {
    bool is_place = true;
    for (size_t i = 0; i < probe->num_states; i++) {
      int64_t number = read_number(probe->bytes[i] + offset, size);
      is_place = is_place && (values[i] == ANY ? number != 0 : number == values[i]);
    }
    if (is_place && found >= 0)
      return -1;
    found = is_place ? (Py_ssize_t)offset : found;
  }
  return found;
}

// What a program made in place of a type of C would run its code.
static bool is_of_c(PyObject *object)
{
  return object && PyType_Check(object) && ((PyTypeObject *)object)->tp_flags & Py_TPFLAGS_IMMUTABLETYPE;
}

// A type is kept for good: it is compared with, and its module could be unloaded.
static PyTypeObject *take_type(PyObject *module, const char *name)
{
  PyObject *type = PyObject_GetAttrString(module, name);
  if (!is_of_c(type))
    Py_CLEAR(type);
  return (PyTypeObject *)type;
}

static void learn(size_t field_i, PyTypeObject *type, struct field field)
{
  if (type && field.offset > 0) {
    fields[field_i] = field;
    fields[field_i].type = type;
  } else {
    Py_XDECREF(type);
  }
}

static void learn_file(PyObject *io)
{
  struct probe probe = {.num_states = 0};
  PyTypeObject *type = take_type(io, "FileIO");
  RGPY_CLEANUP_DECREF PyObject *file = type ? PyObject_CallFunction((PyObject *)type, "s", "/dev/null") : NULL;
  RGPY_CLEANUP_DECREF PyObject *number = file ? PyObject_CallMethod(file, "fileno", NULL) : NULL;
  int64_t values[] = {number ? PyLong_AsLong(number) : -1, -1};
  Py_ssize_t offset = number && take_both(&probe, file) ? find_place(&probe, values, sizeof(int32_t)) : -1;
  learn(FILE_FIELD, type, (struct field){.name = "closed", .offset = offset, .size = sizeof(int32_t), .value = -1});
}

static void learn_bytes(PyObject *io)
{
  struct probe probe = {.num_states = 0};
  int64_t values[] = {ANY, 0};
  PyTypeObject *type = take_type(io, "BytesIO");
  RGPY_CLEANUP_DECREF PyObject *file = type ? PyObject_CallFunction((PyObject *)type, "y", "text") : NULL;
  Py_ssize_t offset = file && take_both(&probe, file) ? find_place(&probe, values, sizeof(void *)) : -1;
  learn(BYTES_FIELD, type, (struct field){.name = "closed", .offset = offset, .size = sizeof(void *)});
}

static void learn_text(PyObject *io)
{
  struct probe probe = {.num_states = 0};
  int64_t values[] = {0, 1};
  PyTypeObject *type = take_type(io, "StringIO");
  RGPY_CLEANUP_DECREF PyObject *file = type ? PyObject_CallFunction((PyObject *)type, "s", "text") : NULL;
  Py_ssize_t offset = file && take_both(&probe, file) ? find_place(&probe, values, sizeof(char)) : -1;
  learn(TEXT_FIELD, type, (struct field){.name = "closed", .offset = offset, .size = sizeof(char), .value = 1});
}

// A member that the type declares: no private place.
static void learn_link(size_t field_i, PyObject *io, const char *name, const char *member_name)
{
  Py_ssize_t offset = -1;
  PyTypeObject *type = take_type(io, name);
  for (const PyMemberDef *member = type ? type->tp_members : NULL; member && member->name; member++) {
    if (strcmp(member->name, member_name) == 0 && (member->type == T_OBJECT || member->type == T_OBJECT_EX))
      offset = member->offset;
  }
  learn(field_i, type, (struct field){.offset = offset, .is_link = true});
}

/* --- static variables --------------------------------------------------------------------------------------------- */

#if PY_VERSION_HEX < 0x030c0000

static struct rgpy_signal_handlers signal_handlers;
static PyObject *const *interned_strings;

struct rgpy_signal_handlers rgpy_probed_signal_handlers(void)
{
  return signal_handlers;
}

PyObject *rgpy_probed_interned_strings(void)
{
  return interned_strings ? *interned_strings : NULL;
}

// The static data of the interpreter, where its types stand.
static const struct rgpy_segment *find_interpreter_data(void)
{
  const struct rgpy_static_data *data = rgpy_static_data();
  const void *place = &PyLong_Type;
  size_t i = 0;
  while (i < data->num && (place < data->segments[i].begin || place >= data->segments[i].end))
    i++;
  return i < data->num ? &data->segments[i] : NULL;
}

enum { NUM_SIGNALS = NSIG };

// The only array of handlers that holds what signal.getsignal() tells.
static void learn_signal_handlers(const struct rgpy_segment *segment)
{
  RGPY_CLEANUP_DECREF PyObject *module = PyImport_ImportModule("_signal");
  PyObject *functions[NUM_SIGNALS] = {NULL};
  for (int i = 1; module && i < NUM_SIGNALS; i++) {
    functions[i] = PyObject_CallMethod(module, "getsignal", "i", i);
    Py_XDECREF(functions[i]); // the array holds it
  }
  const struct rgpy_signal_handler *found = NULL;
  size_t size = sizeof(*found) * NUM_SIGNALS;
  const char *place = segment->begin, *end = (const char *)segment->end - size;
  for (; functions[1] && !PyErr_Occurred() && place <= end; place += sizeof(void *)) {
    const struct rgpy_signal_handler *handlers = (const void *)place;
    size_t i = 1;
    while (i < NUM_SIGNALS && handlers[i].function == functions[i])
      i++;
    if (i == NUM_SIGNALS && found)
      return;
    found = i == NUM_SIGNALS ? handlers : found;
  }
  if (found)
    signal_handlers = (struct rgpy_signal_handlers){found, NUM_SIGNALS};
}

// Reads what may not be there.
static bool read_memory(const void *place, void *ret, size_t size)
{
  struct iovec local = {ret, size}, remote = {(void *)(uintptr_t)place, size};
  return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)size;
}

// Each interned string is its own value, and most programs have thousands of them.
static bool is_dict_of_interned(PyObject *dict)
{
  Py_ssize_t position = 0, num = 0;
  PyObject *key, *value;
  if (PyDict_GET_SIZE(dict) < 500)
    return false;
  while (num < 100 && PyDict_Next(dict, &position, &key, &value) && key == value && PyUnicode_CHECK_INTERNED(key))
    num++;
  return num == 100;
}

// Most pointers there lead to code, constants and data of the interpreter itself, which lie side by side, or stand in
// its state, which is known.
enum { MAX_INTERPRETER_SIZE = 32 << 20 };

static bool may_be_variable(PyObject *const *place, uintptr_t end)
{
  uintptr_t address = (uintptr_t)*place, begin = end > MAX_INTERPRETER_SIZE ? end - MAX_INTERPRETER_SIZE : 0;
  struct rgpy_memory state = rgpy_interpreter_memory(PyInterpreterState_Get());
  bool is_state = (uintptr_t)place - (uintptr_t)state.begin < state.size;
  // What is lower or higher is a number or text.
  bool is_address = address >> 40 && address >> 47 == 0 && address % sizeof(void *) == 0;
  return is_address && !is_state && (address < begin || address >= end);
}

static void learn_interned_strings(const struct rgpy_segment *segment)
{
  for (PyObject *const *place = segment->begin; (const void *)place < segment->end; place++) {
    PyDictObject dict;
    bool is_candidate = may_be_variable(place, (uintptr_t)segment->end);
    if (is_candidate && read_memory(*place, &dict, sizeof(dict)) && dict.ob_base.ob_type == &PyDict_Type &&
        dict.ob_base.ob_refcnt == 1 && dict.ma_used > 0 && is_dict_of_interned(*place))
      interned_strings = place;
  }
}

static void learn_static_variables(void)
{
  rgpy_static_data_prepare();
  const struct rgpy_segment *segment = find_interpreter_data();
  if (!segment)
    return;
  learn_signal_handlers(segment);
  learn_interned_strings(segment);
}

#else

static void learn_static_variables(void)
{
}

#endif

// From 3.14 on the buffer of a wrapper is no declared member any more.
static void learn_wrapper(PyObject *io)
{
  struct probe probe = {.num_states = 0};
  PyTypeObject *type = take_type(io, "TextIOWrapper");
  RGPY_CLEANUP_DECREF PyObject *buffer = PyObject_CallMethod(io, "BytesIO", NULL);
  RGPY_CLEANUP_DECREF PyObject *wrapper =
      type && buffer ? PyObject_CallFunction((PyObject *)type, "Os", buffer, "utf-8") : NULL;
  int64_t values[] = {(int64_t)(uintptr_t)buffer};
  if (wrapper)
    take_bytes(&probe, wrapper);
  Py_ssize_t offset = wrapper ? find_place(&probe, values, sizeof(void *)) : -1;
  learn(WRAPPER_LINK, type, (struct field){.offset = offset, .is_link = true});
}

void rgpy_probes_init(void)
{
  RGPY_CLEANUP_DECREF PyObject *io = PyImport_ImportModule("_io");
  if (io) {
    learn_file(io);
    learn_bytes(io);
    learn_text(io);
    learn_link(READER_LINK, io, "BufferedReader", "raw");
    learn_link(WRITER_LINK, io, "BufferedWriter", "raw");
    learn_link(RANDOM_LINK, io, "BufferedRandom", "raw");
    learn_wrapper(io);
  }
  learn_static_variables();
  PyErr_Clear();
}

/* --- asyncio ------------------------------------------------------------------------------------------------------ */

// A future asks its loop for no more than get_debug(). Any namespace will do; sys.implementation is one.
static PyObject *make_loop(void)
{
  PyObject *namespace = PySys_GetObject("implementation");
  PyObject *type = namespace ? (PyObject *)Py_TYPE(namespace) : NULL;
  RGPY_CLEANUP_DECREF PyObject *none = is_of_c(type) ? PyTuple_New(0) : NULL;
  RGPY_CLEANUP_DECREF PyObject *items = none ? Py_BuildValue("{s:O}", "get_debug", &PyBool_Type) : NULL;
  return items ? PyObject_Call(type, none, items) : NULL;
}

static PyObject *make_future(PyTypeObject *type, PyObject *loop)
{
  RGPY_CLEANUP_DECREF PyObject *none = loop ? PyTuple_New(0) : NULL;
  RGPY_CLEANUP_DECREF PyObject *keywords = none ? Py_BuildValue("{s:O}", "loop", loop) : NULL;
  return keywords ? PyObject_Call((PyObject *)type, none, keywords) : NULL;
}

// One that is pending, is given a result, and one that is cancelled.
static bool take_futures(struct probe *probe, PyTypeObject *type)
{
  RGPY_CLEANUP_DECREF PyObject *loop = make_loop();
  RGPY_CLEANUP_DECREF PyObject *future = make_future(type, loop);
  RGPY_CLEANUP_DECREF PyObject *other = make_future(type, loop);
  if (!future || !other)
    return false;
  take_bytes(probe, future);
  RGPY_CLEANUP_DECREF PyObject *done = PyObject_CallMethod(future, "set_result", "O", Py_None);
  take_bytes(probe, future);
  RGPY_CLEANUP_DECREF PyObject *cancelled = PyObject_CallMethod(other, "cancel", NULL);
  take_bytes(probe, other);
  return done && cancelled;
}

static void learn_future(PyObject *asyncio)
{
  struct probe probe = {.num_states = 0};
  int64_t values[] = {0, 2, 1};
  PyTypeObject *type = take_type(asyncio, "Future");
  Py_ssize_t offset = type && take_futures(&probe, type) ? find_place(&probe, values, sizeof(int32_t)) : -1;
  learn(FUTURE_FIELD, type,
        (struct field){.name = "_state", .offset = offset, .size = sizeof(int32_t), .is_closed_else = true});
  PyErr_Clear();
}

void rgpy_probes_prepare(void)
{
  static bool is_done;
  PyObject *modules = is_done ? NULL : PyImport_GetModuleDict();
  PyObject *asyncio = modules && PyDict_Check(modules) ? rgpy_find_item(modules, "_asyncio") : NULL;
  if (!asyncio || PyErr_Occurred())
    return;
  is_done = true;
  // Nobody else's objects are to be collected for this.
  int was_enabled = PyGC_Disable();
  learn_future(asyncio);
  if (was_enabled)
    PyGC_Enable();
}
