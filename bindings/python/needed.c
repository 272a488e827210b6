#include "needed.h"

#include <string.h>

#include "describe.h"
#include "outline.h"
#include "roots.h"

/* An object that is needed. */
struct reached {
  PyObject *object;
  uint32_t level;   /* steps to the nearest target; LEVEL_NONE: it is only needed beside */
  uint32_t row;     /* of the outline; RGPY_ROW_UNKNOWN: it is not there */
  bool is_passage;
  bool is_asked;    /* what refers to it was read */
  bool is_ordered;  /* where it comes among others is told */
};
#define LEVEL_NONE UINT32_MAX

/* A reference to one of the objects that are asked in this round. */
struct found_reference {
  uint32_t source, target; /* numbers of what was reached */
  uint8_t kind;
};

struct numbers {
  uint32_t *numbers;
  size_t num, capacity;
};

struct search {
  const rg_capture_options *options;
  enum rgpy_question question;
  struct rgpy_outline *outline;
  struct rgpy_capture reader;
  rg_node first_holder; /* among the reader's nodes: roots come before it, */
  rg_node end_of_roots; /* and what their states hold before this one */

  struct rgpy_needed *needed;
  struct reached *reached; /* by number, less 1 */
  size_t num_reached, reached_capacity;
  size_t max_reached;
  uint64_t max_looks;
  struct numbers now, next;           /* to be asked: at the level of the round, and one step farther */
  struct found_reference *references; /* of this round */
  size_t num_references, references_capacity;
  struct rgpy_address_map wanted;     /* object -> the last round in which it was asked about */
  uint32_t round;
  uint32_t *rounds;                   /* by row: the last round in which it was read */
  uint32_t root_level;                /* of the super-root; LEVEL_NONE: no root was reached */
};

static struct reached *reached_at(const struct search *search, uint32_t number)
{
  return &search->reached[number - 1];
}

static rg_error *add_number(struct numbers *numbers, uint32_t number)
{
  RGPY_TRY(rgpy_reserve((void **)&numbers->numbers, &numbers->capacity, numbers->num + 1, sizeof(*numbers->numbers)));
  numbers->numbers[numbers->num++] = number;
  return NULL;
}

// The number of an object, a new one if it has none.
static rg_error *need(struct search *search, PyObject *object, uint32_t *ret)
{
  uint32_t *number;
  RGPY_TRY(rgpy_address_map_slot(&search->needed->objects, object, &number));
  if (!*number) {
    RGPY_TRY(rgpy_reserve((void **)&search->reached, &search->reached_capacity, search->num_reached + 1,
                          sizeof(*search->reached)));
    search->reached[search->num_reached++] = (struct reached){
        .object = object, .level = LEVEL_NONE, .row = rgpy_outline_row(search->outline, object)};
    *number = (uint32_t)search->num_reached;
  }
  *ret = *number;
  return NULL;
}

static bool is_too_much(const struct search *search)
{
  return search->num_reached > search->max_reached || search->reader.num_looks > search->max_looks;
}

// What the roots told of an object: its node, if they know it.
static rg_node node_of(const struct search *search, PyObject *object)
{
  rg_node node = rgpy_address_map_get(&search->reader.nodes, object);
  return node < search->end_of_roots ? node : 0;
}

/* --- a round ------------------------------------------------------------------------------------------------------ */

// The cells of a function are passages, and it is two steps away from them.
static bool is_of_cells(const struct search *search, PyObject *object)
{
  PyObject *first = PyTuple_CheckExact(object) && PyTuple_GET_SIZE(object) ? PyTuple_GET_ITEM(object, 0) : NULL;
  // A tuple that is being made has items that are not set yet.
  if (!first || !PyCell_Check(first))
    return false;
  struct rgpy_outline_rows referrers = rgpy_outline_referrers(search->outline, object);
  for (size_t i = 0; i < referrers.num; i++) {
    PyObject *referrer = rgpy_outline_object(search->outline, referrers.rows[i]);
    if (PyFunction_Check(referrer) && ((PyFunctionObject *)referrer)->func_closure == object)
      return true;
  }
  return false;
}

// Among other things that hold keys a mapping is told by an item; the first one comes first among its references, too.
static rg_error *need_item(struct search *search, PyObject *object)
{
  Py_ssize_t position = 0;
  PyObject *key, *value;
  uint32_t number;
  bool has_item = rgpy_is_dict(object) && PyDict_Next(object, &position, &key, &value) && value;
  return has_item ? need(search, value, &number) : NULL;
}

static rg_error *note_row(struct search *search, PyObject *object)
{
  struct rgpy_row *row = &search->reader.row;
  uint32_t source;
  if (row->num == row->num_hidden)
    return NULL;
  RGPY_TRY(need(search, object, &source));
  for (size_t i = 0; i < row->num; i++) {
    const struct rgpy_reference *reference = &row->references[i];
    if (reference->is_elsewhere)
      continue;
    uint32_t target = rgpy_address_map_get(&search->needed->objects, reference->target);
    reached_at(search, target)->is_passage |= reference->is_passage;
    if (reference->kind == RG_EDGE_KEY)
      RGPY_TRY(need_item(search, object));
    RGPY_TRY(rgpy_reserve((void **)&search->references, &search->references_capacity, search->num_references + 1,
                          sizeof(*search->references)));
    search->references[search->num_references++] = (struct found_reference){source, target, reference->kind};
  }
  return NULL;
}

// What a capture knows of an object before it reads it.
static uint8_t marks_of(const struct search *search, PyObject *object)
{
  rg_node node = node_of(search, object);
  uint8_t marks = node ? rgpy_found_at(&search->reader, node)->marks & RGPY_MARK_INTERNED : 0;
  return is_of_cells(search, object) ? marks | RGPY_MARK_CELLS : marks;
}

static rg_error *read_row(struct search *search, uint32_t row)
{
  struct rgpy_capture *reader = &search->reader;
  PyObject *object = rgpy_outline_object(search->outline, row);
  const struct rgpy_type *type;
  if (search->rounds[row] == search->round)
    return NULL;
  search->rounds[row] = search->round;
  RGPY_TRY(rgpy_describe_type(reader, Py_TYPE(object), &type));
  reader->node = RG_NODE_ROOT;
  rgpy_found_at(reader, reader->node)->marks = marks_of(search, object);
  RGPY_TRY(rgpy_references(reader, object, type));
  RGPY_TRY(note_row(search, object));
  reader->row.num = reader->row.num_hidden = 0;
  return NULL;
}

static rg_error *read_referrers(struct search *search, PyObject *object)
{
  struct rgpy_outline_rows referrers = rgpy_outline_referrers(search->outline, object);
  for (size_t i = 0; i < referrers.num && !is_too_much(search); i++)
    RGPY_TRY(read_row(search, referrers.rows[i]));
  return NULL;
}

// Reads the references to the objects that are to be asked now.
static rg_error *read_round(struct search *search)
{
  search->num_references = 0;
  search->reader.wanted_from = ++search->round;
  for (size_t i = 0; i < search->now.num; i++) {
    struct reached *asked = reached_at(search, search->now.numbers[i]);
    rg_node node = node_of(search, asked->object);
    uint32_t *round;
    asked->is_asked = true;
    asked->is_passage |= node && rgpy_found_at(&search->reader, node)->marks & RGPY_MARK_PASSAGE;
    RGPY_TRY(rgpy_address_map_slot(&search->wanted, asked->object, &round));
    *round = search->round;
  }
  for (size_t i = 0; i < search->now.num && !is_too_much(search); i++)
    RGPY_TRY(read_referrers(search, reached_at(search, search->now.numbers[i])->object));
  return NULL;
}

/* --- the search --------------------------------------------------------------------------------------------------- */

static bool is_followed(const struct search *search, const struct found_reference *reference)
{
  rg_edge_kind kind = (rg_edge_kind)reference->kind;
  if (search->question == RGPY_QUESTION_PATHS)
    return kind != RG_EDGE_WEAK;
  if (search->options->with_internals || (kind != RG_EDGE_INTERNAL && kind != RG_EDGE_TYPE))
    return true;
  // As pictures of referrers have it: machinery is followed from what is no passage.
  return kind == RG_EDGE_INTERNAL && !reached_at(search, reference->target)->is_passage;
}

static bool is_root(const struct search *search, PyObject *object)
{
  rg_node node = node_of(search, object);
  return node && node < search->first_holder;
}

// Whether it may stand between a holder and its field, which only the holder tells.
static bool may_be_passage(PyObject *object)
{
  return PyDict_Check(object) || PyTuple_Check(object) || PyCell_Check(object) || PyFrame_Check(object);
}

static bool is_to_be_asked(const struct search *search, const struct reached *reached)
{
  if (search->question == RGPY_QUESTION_PATHS || reached->level == 0)
    return true;
  if (is_root(search, reached->object))
    return false;
  uint32_t max_depth = search->options->max_depth;
  return reached->level < max_depth || (reached->level == max_depth && may_be_passage(reached->object));
}

static rg_error *reach(struct search *search, uint32_t number, uint32_t level, uint32_t current)
{
  struct reached *reached = reached_at(search, number);
  if (reached->level <= level)
    return NULL;
  reached->level = level;
  reached->is_ordered |= level > 0;
  if (!is_to_be_asked(search, reached))
    return NULL;
  return add_number(level == current ? &search->now : &search->next, number);
}

static uint32_t level_beyond(const struct reached *reached)
{
  return reached->is_passage ? reached->level : reached->level + 1;
}

static void note_roots(struct search *search, const struct reached *asked)
{
  rg_node node = node_of(search, asked->object);
  if (!node)
    return;
  uint32_t level = level_beyond(asked);
  // From a state on it is one step more.
  level += node >= search->first_holder;
  search->root_level = Py_MIN(search->root_level, level);
}

// One level, in rounds, since what lies behind a passage is as near as the passage.
static rg_error *search_level(struct search *search, uint32_t level)
{
  while (search->now.num && !is_too_much(search)) {
    RGPY_TRY(read_round(search));
    for (size_t i = 0; i < search->now.num; i++)
      note_roots(search, reached_at(search, search->now.numbers[i]));
    search->now.num = 0;
    for (size_t i = 0; i < search->num_references; i++) {
      const struct found_reference *reference = &search->references[i];
      if (is_followed(search, reference))
        RGPY_TRY(reach(search, reference->source, level_beyond(reached_at(search, reference->target)), level));
    }
  }
  return NULL;
}

// What was reached as one step farther may have been found nearer since.
static void begin_next(struct search *search, uint32_t level)
{
  struct numbers empty = search->now;
  search->now = search->next;
  search->next = empty;
  search->next.num = 0;
  size_t num = 0;
  for (size_t i = 0; i < search->now.num; i++) {
    uint32_t number = search->now.numbers[i];
    if (reached_at(search, number)->level == level)
      search->now.numbers[num++] = number;
  }
  search->now.num = num;
}

// A root may be a passage, too: then it is no farther than what is one step nearer.
static void leave_roots(struct search *search)
{
  size_t num = 0;
  for (size_t i = 0; i < search->now.num; i++) {
    uint32_t number = search->now.numbers[i];
    if (is_root(search, reached_at(search, number)->object))
      search->now.numbers[num++] = number;
  }
  search->now.num = num;
}

static rg_error *run(struct search *search)
{
  bool is_for_paths = search->question == RGPY_QUESTION_PATHS;
  search->root_level = LEVEL_NONE;
  uint32_t level = 0;
  for (; search->now.num && (!is_for_paths || level < search->root_level); begin_next(search, ++level))
    RGPY_TRY(search_level(search, level));
  if (is_for_paths && search->now.num) {
    leave_roots(search);
    RGPY_TRY(search_level(search, level));
  }
  search->now.num = search->next.num = 0;
  return NULL;
}

static rg_error *begin_at(struct search *search, PyObject *target)
{
  uint32_t number;
  RGPY_TRY(need(search, target, &number));
  return reach(search, number, 0, 0);
}

static void forget_levels(struct search *search)
{
  for (size_t i = 0; i < search->num_reached; i++)
    search->reached[i].level = LEVEL_NONE;
  search->reader.num_looks += search->num_reached;
}

static rg_error *find_paths(struct search *search)
{
  for (size_t i = 0; i < search->options->num_targets && !is_too_much(search); i++) {
    forget_levels(search);
    RGPY_TRY(begin_at(search, search->options->targets[i]));
    RGPY_TRY(run(search));
  }
  return NULL;
}

static rg_error *find_referrers(struct search *search)
{
  for (size_t i = 0; i < search->options->num_targets; i++)
    RGPY_TRY(begin_at(search, search->options->targets[i]));
  return run(search);
}

/* --- what else is needed ------------------------------------------------------------------------------------------ */

// A value that may be a passage looks as those that hold it say.
static rg_error *need_value(struct search *search, PyObject *value)
{
  uint32_t number;
  RGPY_TRY(need(search, value, &number));
  if (!may_be_passage(value) || reached_at(search, number)->is_asked)
    return NULL;
  RGPY_TRY(add_number(&search->now, number));
  RGPY_TRY(read_round(search));
  search->now.num = 0;
  return NULL;
}

// A target that is a closure shows what it captures.
static rg_error *need_captured(struct search *search, PyObject *target)
{
  PyObject *cells = PyFunction_Check(target) ? ((PyFunctionObject *)target)->func_closure : NULL;
  uint32_t number;
  if (!cells)
    return NULL;
  RGPY_TRY(need(search, cells, &number));
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(cells); i++) {
    PyObject *cell = PyTuple_GET_ITEM(cells, i), *value = PyCell_GET(cell);
    RGPY_TRY(need(search, cell, &number));
    if (value)
      RGPY_TRY(need_value(search, value));
  }
  return NULL;
}

// The call itself is set apart, with what it has made for itself.
static rg_error *need_call(struct search *search, const struct rgpy_call *call)
{
  PyObject *const own[] = {call->arguments, call->keywords, call->targets, call->result};
  struct rgpy_capture *reader = &search->reader;
  uint32_t number;
  for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
    if (own[i])
      RGPY_TRY(need(search, own[i], &number));
  }
  reader->wanted = NULL;
  for (size_t i = 0; i < reader->states.num; i++) {
    if (reader->states.states[i].node == RG_NODE_NONE)
      RGPY_TRY(rgpy_frame_references(reader, &reader->states.states[i].frame));
  }
  for (size_t i = 0; i < reader->row.num; i++)
    RGPY_TRY(need(search, reader->row.references[i].target, &number));
  reader->row.num = 0;
  return NULL;
}

// Objects that the collector does not know come in the order in which others lead to them: what does so first is
// needed, too. That is one that it knows, if there is any; else it may be any.
static rg_error *need_first_referrer(struct search *search, PyObject *object)
{
  struct rgpy_outline_rows referrers = rgpy_outline_referrers(search->outline, object);
  uint32_t first = RGPY_ROW_UNKNOWN, place = UINT32_MAX, number;
  for (size_t i = 0; i < referrers.num; i++) {
    uint32_t other = rgpy_outline_place(search->outline, referrers.rows[i]);
    if (other < place) {
      place = other;
      first = referrers.rows[i];
    }
  }
  for (size_t i = 0; i < referrers.num && !is_too_much(search); i++) {
    if (first != RGPY_ROW_UNKNOWN && referrers.rows[i] != first)
      continue;
    RGPY_TRY(need(search, rgpy_outline_object(search->outline, referrers.rows[i]), &number));
    reached_at(search, number)->is_ordered = true;
  }
  return NULL;
}

static bool is_before(const struct rgpy_listed *left, const struct rgpy_listed *right)
{
  return left->place < right->place;
}

// Moves listed[parent] down to where no child is above it, in the heap of the first `num`.
static void sift_down(struct rgpy_listed *listed, size_t parent, size_t num)
{
  struct rgpy_listed moved = listed[parent];
  for (size_t child; (child = 2 * parent + 1) < num; parent = child) {
    if (child + 1 < num && is_before(&listed[child], &listed[child + 1]))
      child++;
    if (!is_before(&moved, &listed[child]))
      break;
    listed[parent] = listed[child];
  }
  listed[parent] = moved;
}

static void sort_listed(struct rgpy_listed *listed, size_t num)
{
  for (size_t i = num / 2; i-- > 0;)
    sift_down(listed, i, num);
  for (size_t end = num; end-- > 1;) {
    struct rgpy_listed last = listed[0];
    listed[0] = listed[end];
    listed[end] = last;
    sift_down(listed, 0, end);
  }
}

static rg_error *add_listed(struct rgpy_needed *needed, const struct rgpy_listed *listed)
{
  RGPY_TRY(rgpy_reserve((void **)&needed->listed, &needed->listed_capacity, needed->num_listed + 1,
                        sizeof(*needed->listed)));
  needed->listed[needed->num_listed++] = *listed;
  return NULL;
}

static rg_error *list_reached(struct search *search)
{
  // What is needed to tell an order may grow meanwhile.
  for (size_t i = 0; i < search->num_reached && !is_too_much(search); i++) {
    const struct reached *reached = &search->reached[i];
    uint32_t place = reached->row == RGPY_ROW_UNKNOWN ? UINT32_MAX : rgpy_outline_place(search->outline, reached->row);
    if (place != UINT32_MAX) {
      bool is_frozen = rgpy_outline_is_frozen(search->outline, reached->row);
      RGPY_TRY(add_listed(search->needed, &(struct rgpy_listed){reached->object, place, is_frozen}));
    } else if (reached->is_ordered && reached->row != RGPY_ROW_UNKNOWN && !node_of(search, reached->object)) {
      RGPY_TRY(need_first_referrer(search, reached->object));
    }
  }
  sort_listed(search->needed->listed, search->needed->num_listed);
  return NULL;
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

static void deinit(struct search *search)
{
  search->reader.wanted = NULL;
  rgpy_reader_deinit(&search->reader);
  rgpy_address_map_deinit(&search->wanted);
  rg_memory_free(search->reached);
  rg_memory_free(search->now.numbers);
  rg_memory_free(search->next.numbers);
  rg_memory_free(search->references);
  rg_memory_free(search->rounds);
}

static rg_error *begin(struct search *search)
{
  RGPY_TRY(rgpy_reader_init(&search->reader));
  search->first_holder = search->reader.holders[0];
  search->end_of_roots = search->reader.num_found;
  RGPY_TRY(rgpy_outline_read(search->outline, &search->reader));
  RGPY_TRY(rgpy_outline_sort(search->outline));
  // Where much of the heap is needed, reading all of it is as fast. A container of many targets that lead to each other
  // is read at each step.
  search->max_reached = rgpy_outline_num_rows(search->outline) / 4;
  search->max_looks = rgpy_outline_num_references(search->outline);
  search->reader.num_looks = 0;
  search->rounds = rg_memory_alloc(rgpy_outline_num_rows(search->outline), sizeof(*search->rounds));
  RGPY_TRY(rgpy_address_map_init(&search->wanted));
  RGPY_TRY(rgpy_address_map_init(&search->needed->objects));
  search->reader.wanted = &search->wanted;
  return search->rounds ? NULL : rgpy_out_of_memory();
}

rg_error *rgpy_needed_find(const rg_capture_options *options, const struct rgpy_call *call,
                           struct rgpy_outline *outline, struct rgpy_needed *ret, bool *is_found_ret)
{
  __attribute__((cleanup(deinit))) struct search search = {
      .options = options, .question = call->question, .outline = outline, .needed = ret};
  RGPY_TRY(begin(&search));
  RGPY_TRY(call->question == RGPY_QUESTION_PATHS ? find_paths(&search) : find_referrers(&search));
  for (size_t i = 0; i < options->num_targets; i++)
    RGPY_TRY(need_captured(&search, options->targets[i]));
  RGPY_TRY(need_call(&search, call));
  RGPY_TRY(list_reached(&search));
  ret->num_frozen = rgpy_outline_num_frozen(outline);
  *is_found_ret = !is_too_much(&search);
  return NULL;
}

void rgpy_needed_deinit(struct rgpy_needed *needed)
{
  rgpy_address_map_deinit(&needed->objects);
  rg_memory_free(needed->listed);
}
