/* Where types of C keep whether their objects are closed. Such fields are private: their places are not taken from
 * headers but learned from objects that are made and closed for it. A field that cannot be found for certain is not
 * read. */
#ifndef RGPY_PROBES_H
#define RGPY_PROBES_H

#include "rgpy.h"

/* Once, when the module is loaded: probes the types of io. */
void rgpy_probes_init(void);
/* Before a capture, and before a fork for an isolated one, while Python objects may still be made: probes asyncio, once
 * that is loaded. Runs no Python code. */
void rgpy_probes_prepare(void);

bool rgpy_is_probed(PyTypeObject *type);
/* The state of an object whose type is derived from one that is probed, and the attribute that would tell it. */
rg_state rgpy_probed_state(PyObject *object, const char **field_ret);

#endif
