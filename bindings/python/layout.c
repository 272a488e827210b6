/* With interpreter.c the only file that includes CPython's internal headers. Sources: Include/internal/pycore_frame.h,
 * pycore_dict.h, pycore_object.h, pycore_interp.h and Objects/{frame,gen,dict,type}object.c of each version. */
#define Py_BUILD_CORE 1
#include "layout.h"

#if PY_VERSION_HEX >= 0x030d0000
#if PY_VERSION_HEX < 0x030f0000
#define NEED_OPCODE_METADATA // from 3.15 on the interpreter exports its tables
#endif
#include <internal/pycore_opcode_metadata.h>
#elif PY_VERSION_HEX >= 0x030b0000
#define NEED_OPCODE_TABLES
#include <internal/pycore_opcode.h>
#endif
#include <opcode.h>
#include <internal/pycore_code.h>
#if PY_VERSION_HEX >= 0x030b0000
#include <internal/pycore_dict.h>
#include <internal/pycore_frame.h>
#endif
#include <internal/pycore_interp.h>
#include <internal/pycore_moduleobject.h>
#include <internal/pycore_object.h>
#if PY_VERSION_HEX >= 0x030e0000
#include <internal/pycore_genobject.h>
#include <internal/pycore_interpframe.h>
#endif

/* --- attributes of an instance ----------------------------------------------------------------------------------- */

#if PY_VERSION_HEX >= 0x030b0000

#if PY_VERSION_HEX >= 0x030d0000

// From 3.13.4 on an instance that has both holds its dict, and the dict holds the inline values.
static bool dicts_hold_inline_values(void)
{
  return Py_Version >= 0x030d0400;
}

#endif

static PyDictValues *find_values(PyObject *object)
{
  PyTypeObject *type = Py_TYPE(object);
#if PY_VERSION_HEX >= 0x030d0000
  if (!(type->tp_flags & Py_TPFLAGS_INLINE_VALUES))
    return NULL;
  PyDictValues *values = _PyObject_InlineValues(object);
  bool are_in_dict = dicts_hold_inline_values() && _PyObject_ManagedDictPointer(object)->dict;
  return values->valid && !are_in_dict ? values : NULL;
#else
  if (!(type->tp_flags & Py_TPFLAGS_MANAGED_DICT))
    return NULL;
#if PY_VERSION_HEX >= 0x030c0000
  PyDictOrValues dict_or_values = *_PyObject_DictOrValuesPointer(object);
  return _PyDictOrValues_IsValues(dict_or_values) ? _PyDictOrValues_GetValues(dict_or_values) : NULL;
#else
  return *_PyObject_ValuesPointer(object);
#endif
#endif
}

struct rgpy_keys rgpy_shared_keys(PyTypeObject *type)
{
  PyDictKeysObject *keys = ((PyHeapTypeObject *)type)->ht_cached_keys;
  if (!keys)
    return (struct rgpy_keys){0};
  size_t stride = sizeof(PyDictUnicodeEntry) / sizeof(PyObject *);
  return (struct rgpy_keys){&DK_UNICODE_ENTRIES(keys)->me_key, stride, (size_t)keys->dk_nentries};
}

struct rgpy_inline_values rgpy_inline_values(PyObject *object)
{
  PyDictValues *values = find_values(object);
  if (!values)
    return (struct rgpy_inline_values){0};
  struct rgpy_keys keys = rgpy_shared_keys(Py_TYPE(object));
#if PY_VERSION_HEX >= 0x030d0000
  if (keys.num > values->capacity)
    keys.num = values->capacity;
#endif
  return (struct rgpy_inline_values){values->values, keys.keys, keys.stride, keys.num};
}

static PyObject *managed_dict(PyObject *object)
{
#if PY_VERSION_HEX >= 0x030d0000
  return (PyObject *)_PyObject_ManagedDictPointer(object)->dict;
#elif PY_VERSION_HEX >= 0x030c0000
  PyDictOrValues dict_or_values = *_PyObject_DictOrValuesPointer(object);
  return _PyDictOrValues_IsValues(dict_or_values) ? NULL : _PyDictOrValues_GetDict(dict_or_values);
#else
  return *_PyObject_ManagedDictPointer(object);
#endif
}

PyObject *rgpy_instance_dict(PyObject *object)
{
  PyTypeObject *type = Py_TYPE(object);
  if (type->tp_flags & Py_TPFLAGS_MANAGED_DICT)
    return managed_dict(object);
  Py_ssize_t offset = type->tp_dictoffset;
  if (offset < 0) {
    // From the end of an object of variable size, as _PyObject_ComputedDictPointer() has it.
    Py_ssize_t size = ((PyVarObject *)object)->ob_size;
#if PY_VERSION_HEX >= 0x030c0000
    if (type->tp_flags & Py_TPFLAGS_LONG_SUBCLASS)
      size = (Py_ssize_t)rgpy_int_num_digits(object);
#endif
    offset += (Py_ssize_t)_PyObject_VAR_SIZE(type, size < 0 ? -size : size);
  }
  return offset > 0 ? *(PyObject **)((char *)object + offset) : NULL;
}

#else /* 3.10: every instance that has attributes has a dict */

// Objects/dict-common.h, which is not installed.
struct _dictkeysobject {
  Py_ssize_t dk_refcnt;
  Py_ssize_t dk_size;
  void *dk_lookup;
  Py_ssize_t dk_usable;
  Py_ssize_t dk_nentries;
};
typedef struct {
  Py_hash_t me_hash;
  PyObject *me_key, *me_value;
} PyDictKeyEntry;

// 1, 2, 4 or 8 bytes a slot stand before the entries.
static size_t index_size(const PyDictKeysObject *keys)
{
  size_t num = (size_t)keys->dk_size;
  return num * (num <= 0xff ? 1 : num <= 0xffff ? 2 : num <= UINT32_MAX ? 4 : 8);
}

struct rgpy_keys rgpy_shared_keys(PyTypeObject *type)
{
  PyDictKeysObject *keys = ((PyHeapTypeObject *)type)->ht_cached_keys;
  if (!keys)
    return (struct rgpy_keys){0};
  PyDictKeyEntry *entries = (PyDictKeyEntry *)(void *)((char *)(keys + 1) + index_size(keys));
  return (struct rgpy_keys){&entries->me_key, sizeof(*entries) / sizeof(PyObject *), (size_t)keys->dk_nentries};
}

struct rgpy_inline_values rgpy_inline_values(PyObject *object)
{
  (void)object;
  return (struct rgpy_inline_values){0};
}

PyObject *rgpy_instance_dict(PyObject *object)
{
  PyObject **dict = _PyObject_GetDictPtr(object);
  return dict ? *dict : NULL;
}

#endif

bool rgpy_is_dict_of_inline_values(PyObject *dict)
{
#if PY_VERSION_HEX >= 0x030d0000
  const PyDictValues *values = PyDict_Check(dict) ? ((PyDictObject *)dict)->ma_values : NULL;
  return values && values->embedded && !dicts_hold_inline_values();
#else
  (void)dict;
  return false;
#endif
}

#if PY_VERSION_HEX >= 0x030c0000

#if PY_VERSION_HEX >= 0x030d0000
typedef managed_static_type_state type_state;
#else
typedef static_builtin_state type_state;
#endif

// What an interpreter keeps of a static builtin type, which all interpreters share. The type has one more than its
// number in place of its subclasses.
static const type_state *find_type_state(PyTypeObject *type)
{
  const struct types_state *types = &PyInterpreterState_Get()->types;
  size_t i = (size_t)(uintptr_t)type->tp_subclasses - 1;
#if PY_VERSION_HEX >= 0x030d0000
  if (i < _Py_MAX_MANAGED_STATIC_BUILTIN_TYPES && types->builtins.initialized[i].type == type)
    return &types->builtins.initialized[i];
  if (i < _Py_MAX_MANAGED_STATIC_EXT_TYPES && types->for_extensions.initialized[i].type == type)
    return &types->for_extensions.initialized[i];
#else
  if (i < _Py_MAX_STATIC_BUILTIN_TYPES && types->builtins[i].type == type)
    return &types->builtins[i];
#endif
  return NULL;
}

PyObject *rgpy_type_dict(PyTypeObject *type)
{
  if (!(type->tp_flags & _Py_TPFLAGS_STATIC_BUILTIN))
    return type->tp_dict;
  const type_state *state = find_type_state(type);
  return state ? state->tp_dict : NULL;
}

PyObject *rgpy_type_subclasses(PyTypeObject *type)
{
  if (!(type->tp_flags & _Py_TPFLAGS_STATIC_BUILTIN))
    return type->tp_subclasses;
  const type_state *state = find_type_state(type);
  return state ? state->tp_subclasses : NULL;
}

#else

PyObject *rgpy_type_dict(PyTypeObject *type)
{
  return type->tp_dict;
}

PyObject *rgpy_type_subclasses(PyTypeObject *type)
{
  return type->tp_subclasses;
}

#endif

size_t rgpy_preheader_size(PyTypeObject *type)
{
#if PY_VERSION_HEX >= 0x030b0000
  return _PyType_PreHeaderSize(type);
#else
  return PyType_IS_GC(type) ? sizeof(PyGC_Head) : 0;
#endif
}

// As dicts have it: of all slots two thirds are used.
static size_t num_usable(size_t num_slots)
{
  return (num_slots << 1) / 3;
}

size_t rgpy_cached_keys_size(PyTypeObject *type)
{
  const PyDictKeysObject *keys = ((PyHeapTypeObject *)type)->ht_cached_keys;
  if (!keys)
    return 0;
#if PY_VERSION_HEX >= 0x030b0000
  size_t entry_size = keys->dk_kind == DICT_KEYS_GENERAL ? sizeof(PyDictKeyEntry) : sizeof(PyDictUnicodeEntry);
  return sizeof(*keys) + ((size_t)1 << keys->dk_log2_index_bytes) + num_usable((size_t)DK_SIZE(keys)) * entry_size;
#else
  return sizeof(*keys) + index_size(keys) + num_usable((size_t)keys->dk_size) * sizeof(PyDictKeyEntry);
#endif
}

size_t rgpy_code_extra_size(PyCodeObject *code)
{
  const struct {
    Py_ssize_t num;
    void *first;
  } *extra = code->co_extra;
  size_t size = extra ? sizeof(*extra) + (size_t)(extra->num - 1) * sizeof(void *) : 0;
#if PY_VERSION_HEX < 0x030b0000
  if (code->co_cell2arg && code->co_cellvars)
    size += (size_t)PyTuple_GET_SIZE(code->co_cellvars) * sizeof(Py_ssize_t);
  if (code->co_opcache)
    size += (size_t)PyBytes_GET_SIZE(code->co_code) / sizeof(_Py_CODEUNIT) +
            code->co_opcache_size * sizeof(_PyOpcache);
#endif
  return size;
}

PyObject *rgpy_module_name(PyObject *module)
{
  return ((PyModuleObject *)module)->md_name;
}

size_t rgpy_int_num_digits(PyObject *object)
{
#if PY_VERSION_HEX >= 0x030c0000
  return ((PyLongObject *)object)->long_value.lv_tag >> _PyLong_NON_SIZE_BITS;
#else
  Py_ssize_t num = Py_SIZE(object);
  return (size_t)(num < 0 ? -num : num);
#endif
}

/* --- code --------------------------------------------------------------------------------------------------------- */

rg_error *rgpy_code_fields(PyCodeObject *code, rgpy_visit_field visit, void *context)
{
  const struct rgpy_field fields[] = {
      {"co_consts", code->co_consts},
      {"co_names", code->co_names},
      {"co_filename", code->co_filename},
      {"co_name", code->co_name},
      {"co_linetable", code->co_linetable},
#if PY_VERSION_HEX >= 0x030b0000
      {"co_qualname", code->co_qualname},
      {"co_exceptiontable", code->co_exceptiontable},
      {"co_localsplusnames", code->co_localsplusnames},
      {"co_localspluskinds", code->co_localspluskinds},
#else
      {"co_code", code->co_code},
      {"co_varnames", code->co_varnames},
      {"co_freevars", code->co_freevars},
      {"co_cellvars", code->co_cellvars},
#endif
#if PY_VERSION_HEX >= 0x030b0000 && PY_VERSION_HEX < 0x030c0000
      {"co_code", code->_co_code},
#endif
  };
  RGPY_TRY(RGPY_VISIT_FIELDS(fields));
#if PY_VERSION_HEX >= 0x030c0000
  const _PyCoCached *made = code->_co_cached;
  if (made) {
    const struct rgpy_field made_fields[] = {
        {"co_code", made->_co_code},
        {"co_varnames", made->_co_varnames},
        {"co_cellvars", made->_co_cellvars},
        {"co_freevars", made->_co_freevars},
    };
    RGPY_TRY(RGPY_VISIT_FIELDS(made_fields));
  }
#endif
  return NULL;
}

PyObject *rgpy_code_qualname(PyCodeObject *code)
{
#if PY_VERSION_HEX >= 0x030b0000
  return code->co_qualname;
#else
  return code->co_name;
#endif
}

static struct rgpy_names names_of_tuple(PyObject *tuple, size_t begin)
{
  return (struct rgpy_names){&PyTuple_GET_ITEM(tuple, begin), (size_t)PyTuple_GET_SIZE(tuple) - begin};
}

struct rgpy_names rgpy_code_free_variables(PyCodeObject *code)
{
#if PY_VERSION_HEX >= 0x030b0000
  return names_of_tuple(code->co_localsplusnames, (size_t)(code->co_nlocalsplus - code->co_nfreevars));
#else
  return names_of_tuple(code->co_freevars, 0);
#endif
}

struct rgpy_names rgpy_code_parameters(PyCodeObject *code)
{
#if PY_VERSION_HEX >= 0x030b0000
  struct rgpy_names names = names_of_tuple(code->co_localsplusnames, 0);
#else
  struct rgpy_names names = names_of_tuple(code->co_varnames, 0);
#endif
  return (struct rgpy_names){names.names, Py_MIN(names.num, (size_t)code->co_argcount)};
}

/* --- instructions ------------------------------------------------------------------------------------------------- */

struct unit {
  uint8_t opcode; /* 0: cannot be told */
  uint8_t argument;
};

#if PY_VERSION_HEX >= 0x030c0000

static const uint8_t uninstrumented[256] = {
    [INSTRUMENTED_CALL] = CALL,
    [INSTRUMENTED_CALL_FUNCTION_EX] = CALL_FUNCTION_EX,
#if PY_VERSION_HEX >= 0x030d0000
    [INSTRUMENTED_CALL_KW] = CALL_KW,
#endif
    [INSTRUMENTED_END_FOR] = END_FOR,
    [INSTRUMENTED_END_SEND] = END_SEND,
    [INSTRUMENTED_FOR_ITER] = FOR_ITER,
    [INSTRUMENTED_JUMP_BACKWARD] = JUMP_BACKWARD,
    [INSTRUMENTED_JUMP_FORWARD] = JUMP_FORWARD,
    [INSTRUMENTED_LOAD_SUPER_ATTR] = LOAD_SUPER_ATTR,
    [INSTRUMENTED_POP_JUMP_IF_FALSE] = POP_JUMP_IF_FALSE,
    [INSTRUMENTED_POP_JUMP_IF_NONE] = POP_JUMP_IF_NONE,
    [INSTRUMENTED_POP_JUMP_IF_NOT_NONE] = POP_JUMP_IF_NOT_NONE,
    [INSTRUMENTED_POP_JUMP_IF_TRUE] = POP_JUMP_IF_TRUE,
    [INSTRUMENTED_RESUME] = RESUME,
#if PY_VERSION_HEX < 0x030e0000
    [INSTRUMENTED_RETURN_CONST] = RETURN_CONST,
#else
    [INSTRUMENTED_END_ASYNC_FOR] = END_ASYNC_FOR,
    [INSTRUMENTED_NOT_TAKEN] = NOT_TAKEN,
    [INSTRUMENTED_POP_ITER] = POP_ITER,
#endif
    [INSTRUMENTED_RETURN_VALUE] = RETURN_VALUE,
    [INSTRUMENTED_YIELD_VALUE] = YIELD_VALUE,
};

// The opcode that a line event took the place of. Entries of two bytes begin with it, from 3.13.3 on entries as long as
// a byte before the first one says. All of 3.13 share one extension, so that only the running version tells.
static uint8_t opcode_of_line(const _PyCoMonitoringData *monitoring, size_t i)
{
  const uint8_t *lines = (const uint8_t *)(const void *)monitoring->lines;
  if (!lines)
    return 0;
  return Py_Version < 0x030d0300 ? lines[2 * i] : lines[1 + lines[0] * i];
}

// As _Py_GetBaseOpcode() has it, which is not exported. What an optimizer put in place of a loop is not looked up, and
// an instrumented instruction that is not known here has caches that are not known either.
static uint8_t compiled_opcode(PyCodeObject *code, size_t i)
{
  uint8_t opcode = _Py_OPCODE(_PyCode_CODE(code)[i]);
  const _PyCoMonitoringData *monitoring = code->_co_monitoring;
  if (opcode == INSTRUMENTED_LINE)
    opcode = monitoring ? opcode_of_line(monitoring, i) : 0;
  if (opcode == INSTRUMENTED_INSTRUCTION)
    opcode = monitoring && monitoring->per_instruction_opcodes ? monitoring->per_instruction_opcodes[i] : 0;
  if (uninstrumented[opcode])
    return uninstrumented[opcode];
#if PY_VERSION_HEX >= 0x030d0000
  if (opcode == ENTER_EXECUTOR)
    return 0;
#endif
  return opcode < MIN_INSTRUMENTED_OPCODE ? _PyOpcode_Deopt[opcode] : 0;
}

#elif PY_VERSION_HEX >= 0x030b0000

static uint8_t compiled_opcode(PyCodeObject *code, size_t i)
{
  return _PyOpcode_Deopt[_Py_OPCODE(_PyCode_CODE(code)[i])];
}

#endif

#if PY_VERSION_HEX >= 0x030b0000

static size_t num_units(PyCodeObject *code)
{
  return (size_t)Py_SIZE(code);
}

static struct unit unit_at(PyCodeObject *code, size_t i)
{
  return (struct unit){compiled_opcode(code, i), (uint8_t)_Py_OPARG(_PyCode_CODE(code)[i])};
}

static size_t first_free(PyCodeObject *code)
{
  return (size_t)(code->co_nlocalsplus - code->co_nfreevars);
}

#define NUM_CACHES(opcode) _PyOpcode_Caches[opcode]

#else

static size_t num_units(PyCodeObject *code)
{
  return (size_t)PyBytes_GET_SIZE(code->co_code) / 2;
}

static struct unit unit_at(PyCodeObject *code, size_t i)
{
  const char *units = PyBytes_AS_STRING(code->co_code);
  return (struct unit){(uint8_t)units[2 * i], (uint8_t)units[2 * i + 1]};
}

static size_t first_free(PyCodeObject *code)
{
  return (size_t)PyTuple_GET_SIZE(code->co_cellvars);
}

#define NUM_CACHES(opcode) 0

#endif

// Flags in the lowest bit of an argument.
#define ATTRIBUTE_SHIFT (PY_VERSION_HEX >= 0x030c0000)
#define GLOBAL_SHIFT (PY_VERSION_HEX >= 0x030b0000)

// A slot before the free variables is a local variable or a cell of the code's own.
static struct rgpy_instruction with_free(PyCodeObject *code, enum rgpy_operation operation, size_t slot)
{
  if (slot < first_free(code) || slot - first_free(code) >= rgpy_code_free_variables(code).num)
    return (struct rgpy_instruction){0};
  return (struct rgpy_instruction){.operation = operation, .free_i = slot - first_free(code)};
}

static struct rgpy_instruction with_name(PyCodeObject *code, enum rgpy_operation operation, size_t i)
{
  if (i >= (size_t)PyTuple_GET_SIZE(code->co_names))
    return (struct rgpy_instruction){0};
  return (struct rgpy_instruction){.operation = operation, .name = PyTuple_GET_ITEM(code->co_names, i)};
}

static struct rgpy_instruction decode(PyCodeObject *code, uint8_t opcode, size_t argument)
{
  switch (opcode) {
  case LOAD_DEREF:
#if PY_VERSION_HEX >= 0x030c0000
  case LOAD_FROM_DICT_OR_DEREF:
#else
  case LOAD_CLASSDEREF:
#endif
    return with_free(code, RGPY_OPERATION_LOAD_FREE, argument);
  case STORE_DEREF:
  case DELETE_DEREF:
    return with_free(code, RGPY_OPERATION_STORE_FREE, argument);
#if PY_VERSION_HEX >= 0x030e0000
  case LOAD_FAST_BORROW:
#endif
#if PY_VERSION_HEX >= 0x030d0000
  case LOAD_FAST:
#else
  case LOAD_CLOSURE:
#endif
    return with_free(code, RGPY_OPERATION_HAND_ON_FREE, argument);
  case LOAD_ATTR:
    return with_name(code, RGPY_OPERATION_ATTRIBUTE, argument >> ATTRIBUTE_SHIFT);
#if PY_VERSION_HEX < 0x030c0000
  case LOAD_METHOD:
    return with_name(code, RGPY_OPERATION_ATTRIBUTE, argument);
#endif
  case LOAD_GLOBAL:
    return with_name(code, RGPY_OPERATION_GLOBAL, argument >> GLOBAL_SHIFT);
  case LOAD_NAME:
    return with_name(code, RGPY_OPERATION_GLOBAL, argument);
  default:
    return (struct rgpy_instruction){0};
  }
}

struct rgpy_instruction rgpy_next_instruction(struct rgpy_code_reader *reader)
{
  size_t argument = 0;
  while (reader->i < num_units(reader->code)) {
    struct unit unit = unit_at(reader->code, reader->i);
    argument = argument << 8 | unit.argument;
    if (!unit.opcode)
      return (struct rgpy_instruction){.operation = RGPY_OPERATION_UNKNOWN};
    reader->i += 1 + (size_t)NUM_CACHES(unit.opcode);
    if (unit.opcode != EXTENDED_ARG)
      return decode(reader->code, unit.opcode, argument);
  }
  return (struct rgpy_instruction){.operation = RGPY_OPERATION_END};
}

/* --- frames ------------------------------------------------------------------------------------------------------- */

PyObject *rgpy_slot_object(rgpy_slot slot)
{
#if PY_VERSION_HEX >= 0x030e0000
  // Without a value the tag is all there is; with tag 3 the rest is a number.
  return (slot & 3) == 3 ? NULL : (PyObject *)(slot & ~(rgpy_slot)3);
#else
  return (PyObject *)slot;
#endif
}

bool rgpy_slot_counts(rgpy_slot slot)
{
#if PY_VERSION_HEX >= 0x030e0000
  return !(slot & 1);
#else
  (void)slot;
  return true;
#endif
}

#if PY_VERSION_HEX >= 0x030b0000

#if PY_VERSION_HEX >= 0x030e0000
#define FUNCTION_OF(frame) rgpy_slot_object((frame)->f_funcobj.bits)
#elif PY_VERSION_HEX >= 0x030c0000
#define FUNCTION_OF(frame) ((frame)->f_funcobj)
#else
#define FUNCTION_OF(frame) ((PyObject *)(frame)->f_func)
#endif

static PyCodeObject *code_of(const _PyInterpreterFrame *frame)
{
#if PY_VERSION_HEX >= 0x030e0000
  return (PyCodeObject *)rgpy_slot_object(frame->f_executable.bits);
#elif PY_VERSION_HEX >= 0x030d0000
  return (PyCodeObject *)frame->f_executable;
#else
  return frame->f_code;
#endif
}

static bool is_python_frame(const _PyInterpreterFrame *frame)
{
#if PY_VERSION_HEX >= 0x030e0000
  return code_of(frame) && PyCode_Check(code_of(frame));
#elif PY_VERSION_HEX >= 0x030c0000
  return frame->owner != FRAME_OWNED_BY_CSTACK && code_of(frame) && PyCode_Check(code_of(frame));
#else
  return frame->f_code != NULL;
#endif
}

static int line_of(_PyInterpreterFrame *frame)
{
  int line = PyCode_Addr2Line(code_of(frame), _PyInterpreterFrame_LASTI(frame) * (int)sizeof(_Py_CODEUNIT));
  return line > 0 ? line : 0;
}

static void read_frame(_PyInterpreterFrame *frame, struct rgpy_frame *ret)
{
  PyCodeObject *code = code_of(frame);
  int num_locals = code->co_nlocalsplus;
  const rgpy_slot *slots = (const rgpy_slot *)(const void *)frame->localsplus;
#if PY_VERSION_HEX >= 0x030e0000
  bool is_depth_known = frame->stackpointer;
  int depth = is_depth_known ? (int)(frame->stackpointer - frame->localsplus) : 0;
#else
  // stacktop is -1 where the depth of the stack is only in a register: running C code, or the innermost frame.
  bool is_depth_known = frame->stacktop >= num_locals;
  int depth = frame->stacktop;
#endif
  int num_stack = depth > num_locals ? depth - num_locals : 0;
  *ret = (struct rgpy_frame){
      .code = code,
      .function = FUNCTION_OF(frame),
      .globals = frame->f_globals,
      .builtins = frame->f_builtins,
      .locals_dict = frame->f_locals,
      .locals = slots,
      .num_locals = (size_t)num_locals,
      .stack = slots + num_locals,
      .num_stack = (size_t)num_stack,
      .slots = slots + num_locals,
      .num_slots = is_depth_known ? 0 : (size_t)code->co_stacksize,
      .object = (PyObject *)frame->frame_obj,
      .line = line_of(frame),
      .previous = frame->previous,
  };
}

static bool read_first_python_frame(_PyInterpreterFrame *frame, struct rgpy_frame *ret)
{
  while (frame && !is_python_frame(frame))
    frame = frame->previous;
  if (frame)
    read_frame(frame, ret);
  return frame != NULL;
}

bool rgpy_thread_frame(PyThreadState *thread, struct rgpy_frame *ret)
{
#if PY_VERSION_HEX >= 0x030d0000
  return read_first_python_frame(thread->current_frame, ret);
#else
  return thread->cframe && read_first_python_frame(thread->cframe->current_frame, ret);
#endif
}

bool rgpy_frame_previous(const struct rgpy_frame *frame, struct rgpy_frame *ret)
{
  return read_first_python_frame((_PyInterpreterFrame *)(uintptr_t)frame->previous, ret);
}

PyObject *rgpy_local_name(const struct rgpy_frame *frame, size_t i)
{
  return PyTuple_GET_ITEM(frame->code->co_localsplusnames, i);
}

// States have other numbers from 3.15 on.
#if PY_VERSION_HEX >= 0x030e0000
#define IS_FINISHED(state) FRAME_STATE_FINISHED(state)
#else
#define IS_FINISHED(state) ((state) > FRAME_EXECUTING)
#endif

// Up to 3.13 declared as words of no type, from then on as what it is.
static _PyInterpreterFrame *frame_of_generator(PyObject *object)
{
  return (_PyInterpreterFrame *)(void *)&((PyGenObject *)object)->gi_iframe;
}

bool rgpy_generator_frame(PyObject *object, struct rgpy_frame *ret)
{
  if (rgpy_generator_is_finished(object))
    return false;
  read_frame(frame_of_generator(object), ret);
  return true;
}

bool rgpy_generator_is_running(PyObject *object)
{
  return ((PyGenObject *)object)->gi_frame_state == FRAME_EXECUTING;
}

bool rgpy_generator_is_finished(PyObject *object)
{
  return IS_FINISHED(((PyGenObject *)object)->gi_frame_state);
}

PyCodeObject *rgpy_generator_code(PyObject *object)
{
#if PY_VERSION_HEX >= 0x030c0000
  return code_of(frame_of_generator(object));
#else
  return ((PyGenObject *)object)->gi_code;
#endif
}

size_t rgpy_frame_num_slots(PyObject *object)
{
  bool is_frame = PyFrame_Check(object);
  if (is_frame && !is_python_frame(((PyFrameObject *)object)->f_frame))
    return 0;
  PyCodeObject *code = is_frame ? code_of(((PyFrameObject *)object)->f_frame) : rgpy_generator_code(object);
  return (size_t)code->co_nlocalsplus + (size_t)code->co_stacksize;
}

bool rgpy_frame_object_frame(PyObject *object, struct rgpy_frame *ret)
{
  _PyInterpreterFrame *frame = ((PyFrameObject *)object)->f_frame;
  if (!frame || frame->owner != FRAME_OWNED_BY_FRAME_OBJECT || !is_python_frame(frame))
    return false;
  read_frame(frame, ret);
  return true;
}

#else /* 3.10: every frame is an object */

static bool read_frame(PyFrameObject *frame, struct rgpy_frame *ret)
{
  if (!frame)
    return false;
  PyCodeObject *code = frame->f_code;
  size_t num_locals =
      (size_t)(code->co_nlocals + PyTuple_GET_SIZE(code->co_cellvars) + PyTuple_GET_SIZE(code->co_freevars));
  *ret = (struct rgpy_frame){
      .code = code,
      .globals = frame->f_globals,
      .builtins = frame->f_builtins,
      .locals_dict = frame->f_locals,
      .locals = (const rgpy_slot *)(const void *)frame->f_localsplus,
      .num_locals = num_locals,
      .stack = (const rgpy_slot *)(const void *)frame->f_valuestack,
      .num_stack = frame->f_stackdepth > 0 ? (size_t)frame->f_stackdepth : 0,
      .slots = (const rgpy_slot *)(const void *)frame->f_valuestack,
      .num_slots = frame->f_stackdepth < 0 ? (size_t)code->co_stacksize : 0,
      .object = (PyObject *)frame,
      .line = PyFrame_GetLineNumber(frame),
      .previous = frame->f_back,
  };
  return true;
}

bool rgpy_thread_frame(PyThreadState *thread, struct rgpy_frame *ret)
{
  return read_frame(thread->frame, ret);
}

bool rgpy_frame_previous(const struct rgpy_frame *frame, struct rgpy_frame *ret)
{
  return read_frame((PyFrameObject *)(uintptr_t)frame->previous, ret);
}

PyObject *rgpy_local_name(const struct rgpy_frame *frame, size_t i)
{
  PyObject *const tuples[] = {frame->code->co_varnames, frame->code->co_cellvars, frame->code->co_freevars};
  size_t tuple_i = 0;
  for (; i >= (size_t)PyTuple_GET_SIZE(tuples[tuple_i]); tuple_i++)
    i -= (size_t)PyTuple_GET_SIZE(tuples[tuple_i]);
  return PyTuple_GET_ITEM(tuples[tuple_i], i);
}

bool rgpy_generator_frame(PyObject *object, struct rgpy_frame *ret)
{
  PyFrameObject *frame = (PyFrameObject *)((PyGenObject *)object)->gi_frame;
  return frame && frame->f_state != FRAME_EXECUTING && read_frame(frame, ret);
}

bool rgpy_generator_is_running(PyObject *object)
{
  PyFrameObject *frame = (PyFrameObject *)((PyGenObject *)object)->gi_frame;
  return frame && frame->f_state == FRAME_EXECUTING;
}

bool rgpy_generator_is_finished(PyObject *object)
{
  return !((PyGenObject *)object)->gi_frame;
}

PyCodeObject *rgpy_generator_code(PyObject *object)
{
  return (PyCodeObject *)((PyGenObject *)object)->gi_code;
}

size_t rgpy_frame_num_slots(PyObject *object)
{
  if (!PyFrame_Check(object))
    return 0;
  // The size of a frame counts one slot already.
  const PyCodeObject *code = ((PyFrameObject *)object)->f_code;
  return (size_t)(code->co_nlocals + code->co_stacksize + PyTuple_GET_SIZE(code->co_cellvars) +
                  PyTuple_GET_SIZE(code->co_freevars) - 1);
}

bool rgpy_frame_object_frame(PyObject *object, struct rgpy_frame *ret)
{
  return read_frame((PyFrameObject *)object, ret);
}

#endif

PyObject *rgpy_generator_name(PyObject *generator)
{
  return ((PyGenObject *)generator)->gi_name;
}

PyObject *rgpy_generator_qualname(PyObject *generator)
{
  return ((PyGenObject *)generator)->gi_qualname;
}
