/* Graphs to dumps and back, and to the formats of other programs, as methods of Graph. */
#ifndef RGPY_DUMP_H
#define RGPY_DUMP_H

#include "rgpy.h"

PyObject *rgpy_graph_save(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *rgpy_graph_load(PyObject *type, PyObject *args, PyObject *kwargs);
PyObject *rgpy_graph_export(PyObject *self, PyObject *args, PyObject *kwargs);

#endif
