/* _refgraph.Table: rows that an analysis gave, for refgraph.Table to make records of. */
#include "docstrings.h"
#include "rgpy.h"

struct table {
  PyObject_HEAD
  rg_table *table;
};

static const rg_table *table_of(PyObject *self)
{
  return ((struct table *)self)->table;
}

PyObject *rgpy_table_new(rg_table *table)
{
  struct table *self = PyObject_New(struct table, &rgpy_table_type);
  if (!self)
    rg_table_destroy(table);
  else
    self->table = table;
  return (PyObject *)self;
}

static void table_dealloc(PyObject *self)
{
  rg_table_destroy(((struct table *)self)->table);
  Py_TYPE(self)->tp_free(self);
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

// NOLINTBEGIN(misc-no-recursion): how deep tables nest is told by what makes them, not by a heap
static PyObject *rows_of(const rg_table *table);

static PyObject *cell_new(const rg_cell *cell)
{
  switch (cell->kind) {
  case RG_CELL_TEXT:
    return PyUnicode_FromString(cell->text);
  case RG_CELL_NUMBER:
  case RG_CELL_SIZE:
    return PyLong_FromLongLong(cell->number);
  case RG_CELL_BOOL:
    return PyBool_FromLong(cell->number != 0);
  case RG_CELL_WORDS: {
    RGPY_CLEANUP_DECREF PyObject *text = PyUnicode_FromString(cell->text);
    RGPY_CLEANUP_DECREF PyObject *words = text ? PyUnicode_Split(text, NULL, -1) : NULL;
    return words ? PyList_AsTuple(words) : NULL;
  }
  case RG_CELL_TABLE:
    return rows_of(cell->table);
  case RG_CELL_NONE:
    break;
  }
  Py_RETURN_NONE;
}

// What only people see is left out.
static Py_ssize_t num_keys(const rg_table *table)
{
  Py_ssize_t num = 0;
  for (size_t i = 0; i < rg_table_num_columns(table); i++)
    num += rg_table_column(table, i).key != NULL;
  return num;
}

static PyObject *row_new(const rg_table *table, size_t row_i)
{
  RGPY_CLEANUP_DECREF PyObject *row = PyTuple_New(num_keys(table));
  Py_ssize_t num = 0;
  for (size_t i = 0; row && i < rg_table_num_columns(table); i++) {
    if (!rg_table_column(table, i).key)
      continue;
    rg_cell cell = rg_table_cell(table, row_i, i);
    PyObject *item = cell_new(&cell);
    if (!item)
      return NULL;
    PyTuple_SET_ITEM(row, num++, item);
  }
  return rgpy_take(&row);
}

static PyObject *rows_of(const rg_table *table)
{
  RGPY_CLEANUP_DECREF PyObject *rows = PyTuple_New((Py_ssize_t)rg_table_num_rows(table));
  for (size_t i = 0; rows && i < rg_table_num_rows(table); i++) {
    PyObject *row = row_new(table, i);
    if (!row)
      return NULL;
    PyTuple_SET_ITEM(rows, (Py_ssize_t)i, row);
  }
  return rgpy_take(&rows);
}
// NOLINTEND(misc-no-recursion)

static PyObject *table_rows(PyObject *self, void *closure)
{
  (void)closure;
  return rows_of(table_of(self));
}

static PyObject *table_keys(PyObject *self, void *closure)
{
  (void)closure;
  const rg_table *table = table_of(self);
  RGPY_CLEANUP_DECREF PyObject *keys = PyTuple_New(num_keys(table));
  Py_ssize_t num = 0;
  for (size_t i = 0; keys && i < rg_table_num_columns(table); i++) {
    const char *key = rg_table_column(table, i).key;
    PyObject *item = key ? PyUnicode_FromString(key) : NULL;
    if (key && !item)
      return NULL;
    if (key)
      PyTuple_SET_ITEM(keys, num++, item);
  }
  return rgpy_take(&keys);
}

/* --- texts -------------------------------------------------------------------------------------------------------- */

PyObject *rgpy_take_text(rg_error *error, rg_buffer *written)
{
  PyObject *text = error ? rgpy_raise(error)
                         : PyUnicode_DecodeUTF8(written->data ? written->data : "", (Py_ssize_t)written->size, NULL);
  rg_buffer_deinit(written);
  return text;
}

static PyObject *table_text(PyObject *self, void *closure)
{
  (void)closure;
  rg_buffer text = {0};
  rg_writer writer = rg_buffer_writer(&text);
  return rgpy_take_text(rg_table_write_text(table_of(self), "limit=None lists all", &writer), &text);
}

static PyObject *table_html(PyObject *self, void *closure)
{
  (void)closure;
  rg_buffer html = {0};
  rg_writer writer = rg_buffer_writer(&html);
  return rgpy_take_text(rg_table_write_html(table_of(self), &writer), &html);
}

static PyObject *table_json(PyObject *self, void *closure)
{
  (void)closure;
  rg_buffer json = {0};
  rg_writer writer = rg_buffer_writer(&json);
  return rgpy_take_text(rg_table_write_json(table_of(self), &writer), &json);
}

static PyObject *table_name(PyObject *self, void *closure)
{
  (void)closure;
  return PyUnicode_FromString(rg_table_name(table_of(self)));
}

static PyObject *table_summary(PyObject *self, void *closure)
{
  (void)closure;
  return PyUnicode_FromString(rg_table_summary(table_of(self)));
}

static PyObject *table_omitted(PyObject *self, void *closure)
{
  (void)closure;
  return PyLong_FromSize_t(rg_table_num_omitted(table_of(self)));
}

static PyGetSetDef table_getset[] = {
    {"html", table_html, NULL, DOC_Table_html, NULL},
    {"json", table_json, NULL, DOC_Table_json, NULL},
    {"keys", table_keys, NULL, DOC_Table_keys, NULL},
    {"name", table_name, NULL, DOC_Table_name, NULL},
    {"omitted", table_omitted, NULL, DOC_Table_omitted, NULL},
    {"rows", table_rows, NULL, DOC_Table_rows, NULL},
    {"summary", table_summary, NULL, DOC_Table_summary, NULL},
    {"text", table_text, NULL, DOC_Table_text, NULL},
    {0},
};

PyTypeObject rgpy_table_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "refgraph._refgraph.Table",
    .tp_basicsize = sizeof(struct table),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_doc = DOC_Table,
    .tp_dealloc = table_dealloc,
    .tp_getset = table_getset,
};
