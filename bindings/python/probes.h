/* Where types of C keep whether their objects are closed, and where the interpreter keeps what no header tells. Such
 * places are private: they are learned from objects that are made and closed for it, and from what stands there. A
 * place that cannot be found for certain is not read. */
#ifndef RGPY_PROBES_H
#define RGPY_PROBES_H

#include "interpreter.h"

/* Once, when the module is loaded: probes the types of io, and static variables. */
void rgpy_probes_init(void);
/* Before a capture, and before a fork for an isolated one, while Python objects may still be made: probes asyncio, once
 * that is loaded. Runs no Python code. */
void rgpy_probes_prepare(void);

#if PY_VERSION_HEX < 0x030c0000
/* Static variables, from 3.12 on in the runtime's state. */
struct rgpy_signal_handlers rgpy_probed_signal_handlers(void);
PyObject *rgpy_probed_interned_strings(void);
#endif

bool rgpy_is_probed(PyTypeObject *type);
/* The state of an object whose type is derived from one that is probed, and the attribute that would tell it. */
rg_state rgpy_probed_state(PyObject *object, const char **field_ret);

#endif
