/* A capture under way: which objects were found, and what is known of each.
 *
 *   capture.c     the walk: from given objects to a depth, or over the whole heap
 *   collected.c   all objects that the collector knows
 *   outline.c     who refers to whom on the whole heap
 *   needed.c      what the answer to a question needs of it
 *   references.c  the references of one object, each with its kind and name
 *   describe.c    type, label and code site of one object
 *   sizes.c       its bytes
 *   numpy.c       the arrays of numpy
 *   names.c       names and values as text in the graph
 *   roots.c       modules, frames, thread and interpreter state
 *   accounting.c  what counts of references tell beyond that
 *   static_data.c the static data of libraries
 *   allocations.c where objects were allocated
 *   process.c     the process itself
 *   state.c       whether an object is finished
 *   probes.c      where types of C keep that
 *   uses.c        how code uses what it captures
 *
 * None of these files runs Python code, allocates Python memory or changes a reference count: from the first read to
 * the last name the GIL is held and nothing that was found can go away. Only ob_type is trusted, never __class__;
 * no repr, len, hash, getattr or comparison is called on what is found. */
#ifndef RGPY_CAPTURE_H
#define RGPY_CAPTURE_H

#include <time.h>

#include "address_map.h"
#include "rgpy.h"

struct rgpy_reference {
  PyObject *target;
  uint32_t name;
  uint8_t kind;    /* rg_edge_kind */
  bool is_passage; /* the target is a step between the holder and its field */
  bool is_elsewhere; /* another node shows it: here it is only known */
  bool is_borrowed;  /* the target's reference count does not have it */
};

/* The references of the object that is being read. */
struct rgpy_row {
  struct rgpy_reference *references;
  size_t num, capacity;
  size_t num_hidden; /* of them, those that are left out */
  size_t max;        /* references kept, hidden ones not counted */
  size_t num_beyond; /* references that were only counted */
};

struct rgpy_type; /* describe.h */

struct rgpy_cached_sign {
  const void *key;
  uint8_t sign; /* rgpy_sign */
};
#define RGPY_NUM_CACHED_SIGNS 256

struct rgpy_cached_name {
  const void *key;
  rg_string name;
};
#define RGPY_NUM_CACHED_NAMES 16384

struct rgpy_cached_site {
  const void *code;
  rg_site site;
};
#define RGPY_NUM_CACHED_SITES 1024

/* Private text of these kinds is replaced by a text with its length, which is kept for short ones. */
enum rgpy_measured { RGPY_MEASURED_STR, RGPY_MEASURED_BYTES, RGPY_MEASURED_TUPLE };
#define RGPY_NUM_MEASURED 3
#define RGPY_NUM_CACHED_LENGTHS 256

struct rgpy_found {
  PyObject *object;     /* NULL for a node that is no object */
  uint64_t row : 56;    /* number of its first edge; RGPY_ROW_NONE until it was read */
  uint64_t marks : 8;   /* RGPY_MARK_ */
  uint32_t row_size;    /* its edges */
  uint32_t num_counted; /* references to it that were found, modulo 2^32; less its reference count, once it was read */
};
#define RGPY_ROW_NONE (((uint64_t)1 << 56) - 1)
/* The attribute dict of an object: its items are attributes. */
#define RGPY_MARK_ATTRIBUTES 1
/* The cells of a function: its items are captured variables. */
#define RGPY_MARK_CELLS 2
/* The enumeration of the collector's objects found it. */
#define RGPY_MARK_TRACKED 4
/* It was asked for. */
#define RGPY_MARK_TARGET 8
/* Its count of references means nothing: it is immortal, or a static type. */
#define RGPY_MARK_UNCOUNTED 16
/* A field of the state of a thread or of an interpreter refers to it. */
#define RGPY_MARK_FIELD 32
/* The dict of interned strings, which counts none of its references. */
#define RGPY_MARK_INTERNED 64
/* It is a step between a holder and its field. */
#define RGPY_MARK_PASSAGE 128

struct rgpy_state; /* roots.h */
struct rgpy_states {
  struct rgpy_state *states;
  size_t num, capacity;
};

/* Nodes that wait to be read, in the order of finding. */
struct rgpy_queue {
  rg_node *nodes;
  size_t head, num, capacity;
};

/* References wait to be counted while what they are counted in is on its way from memory. */
#define RGPY_NUM_WAITING 32

/* What a graph will be asked, so that it need not have more than that takes: see needed.h. */
enum rgpy_question {
  RGPY_QUESTION_ANY,
  RGPY_QUESTION_PATHS,     /* one path to each target */
  RGPY_QUESTION_REFERRERS, /* what refers to the targets, within max_depth of the options */
};

/* What a call of Python that captures has made for itself: it is not of the program. */
struct rgpy_call {
  enum rgpy_question question;
  PyObject *arguments, *keywords; /* as C got them */
  PyObject *targets;              /* the sequence of what is asked about, which the program may hold, too */
  PyObject *result;
};

/* What holds objects without being one, as counts of references tell, in the order of preference. */
enum rgpy_holder { RGPY_HOLDER_C_CODE, RGPY_HOLDER_CALL, RGPY_HOLDER_STATIC_TYPES, RGPY_HOLDER_IMMORTALS };
#define RGPY_NUM_HOLDERS 4

struct rgpy_capture {
  rg_builder *builder;
  struct rgpy_address_map nodes; /* object -> node */
  struct rgpy_found **found;     /* by node, in blocks, which stay where they are: see rgpy_found_at() */
  uint32_t num_found;
  size_t num_blocks, blocks_capacity;

  bool is_bounded;               /* to a depth; else everything that is found is read */
  bool with_internals;           /* bounded captures leave internal and type references out, unless asked for */
  bool is_redacted;              /* private text is not even copied */
  bool is_isolated;              /* in a forked child, see rg_capture_options */
  bool is_documented;            /* the collector's lists are not read: see collected.h */
  uint32_t refcount_bias;        /* references that the enumeration itself holds on tracked objects */
  uint64_t num_frozen;           /* objects that gc.freeze() set apart */
  uint64_t num_unlisted;         /* of them, those that are not enumerated */
  uint64_t num_unmeasured;       /* objects whose own __sizeof__ was not called */
  uint64_t num_collections;      /* that were under way */
  uint64_t num_interpreters_apart; /* those that do not share the GIL, or are not enumerated */
  struct rgpy_states states;     /* frames and states, in the order of their threads */
  uint32_t target_bias;          /* references that the call itself holds on targets */
  struct rgpy_call call;         /* of Python; without arguments: there is none */
  PyObject **own;                /* what the call refers to, once for each reference */
  size_t num_own, own_capacity;
  const struct rgpy_address_map *wanted; /* only references to objects that have a number here, */
  uint32_t wanted_from;          /* this or a higher one, are noted; NULL: all */
  uint64_t num_looks;            /* references that were looked at, noted or not */
  struct rgpy_queue near, far;   /* of a bounded capture: what is as far as the node being read, and a step farther */

  rg_node node;                  /* the one that is being read */
  struct rgpy_row row;
  PyObject **visited;            /* what its tp_traverse gave */
  size_t num_visited, visited_capacity;
  bool gives_any;                /* it gave something, whether that is wanted or not */
  bool is_out_of_memory;         /* inside a visit, where no error can be returned */

  struct rgpy_address_map type_numbers;
  struct rgpy_type **types;
  size_t num_types, types_capacity;
  struct rgpy_cached_name *cached_names;
  struct rgpy_cached_site *cached_sites;
  struct rgpy_uses *uses;        /* of the variables of the site that is being read */
  struct rgpy_cached_sign cached_signs[RGPY_NUM_CACHED_SIGNS];
  rg_node waiting[RGPY_NUM_WAITING]; /* a ring of targets; 0: none */
  size_t next_waiting;
  rg_node holders[RGPY_NUM_HOLDERS];
  PyObject *active_threads;      /* threading._active; NULL if there is none */
  uintptr_t *expected;           /* addresses of objects that are expected to be gone, ascending */
  size_t num_expected;
  rg_string replacements[RGPY_NUM_MEASURED][RGPY_NUM_CACHED_LENGTHS]; /* 0: not made yet */
  struct rgpy_queue closures;    /* functions that have cells, for naming in the end */
  struct rgpy_queue owners;      /* functions and partials that have passages to arguments, to name them in the end */
};

#define RGPY_FOUND_BLOCK 65536
static inline struct rgpy_found *rgpy_found_at(const struct rgpy_capture *capture, rg_node node)
{
  return &capture->found[node / RGPY_FOUND_BLOCK][node % RGPY_FOUND_BLOCK];
}

/* --- expected.c --- */

int rgpy_expected_init(PyObject *kept);
PyObject *rgpy_expect_gone(PyObject *module, PyObject *object);
rg_error *rgpy_expected_sort(struct rgpy_capture *capture);
bool rgpy_is_expected_to_be_gone(const struct rgpy_capture *capture, PyObject *object);

/* --- capture.c --- */

/* Whether references to this object are noted at all. */
static inline bool rgpy_capture_wants(struct rgpy_capture *capture, PyObject *target)
{
  capture->num_looks++;
  return !capture->wanted || rgpy_address_map_get(capture->wanted, target) >= capture->wanted_from;
}

/* The node of `object`, a new one if it has none. */
rg_error *rgpy_capture_node(struct rgpy_capture *capture, PyObject *object, rg_node *ret);
/* A node that is no object. */
rg_error *rgpy_capture_add_state(struct rgpy_capture *capture, const rg_node_info *info, rg_node *ret);
/* Notes a reference of the object that is being read; a NULL target is no reference. */
rg_error *rgpy_capture_refer(struct rgpy_capture *capture, PyObject *target, rg_edge_kind kind, uint32_t name);
/* Leaves out the references that were noted since there were `num`: another node shows them. */
void rgpy_capture_leave_out(struct rgpy_capture *capture, size_t num);
/* Reference counts do not have the references that were noted since there were `num`: somebody else holds the
 * targets. */
void rgpy_capture_borrow(struct rgpy_capture *capture, size_t num);
rg_error *rgpy_capture_pass(struct rgpy_capture *capture, PyObject *passage, rg_edge_kind kind, uint32_t name);
/* What is known of the object that is being read before it is read: RGPY_MARK_. */
static inline bool rgpy_capture_hides_internals(const struct rgpy_capture *capture)
{
  return capture->is_bounded && !capture->with_internals;
}

static inline uint8_t rgpy_capture_marks(const struct rgpy_capture *capture)
{
  return rgpy_found_at(capture, capture->node)->marks;
}
/* Whether further references of this object are only counted. */
static inline bool rgpy_capture_is_full(const struct rgpy_capture *capture)
{
  return capture->row.num - capture->row.num_hidden >= capture->row.max;
}
/* Describes an object and, unless that was done before, notes its references, if they are wanted. */
rg_error *rgpy_capture_read(struct rgpy_capture *capture, rg_node node, bool with_references);
/* Makes the references that were noted the edges of the node that is being read. */
rg_error *rgpy_capture_end_row(struct rgpy_capture *capture);

rg_error *rgpy_out_of_memory(void);
rg_error *rgpy_reserve(void **data, size_t *capacity, size_t needed, size_t element_size);
rg_error *rgpy_queue_add(struct rgpy_queue *queue, rg_node node);

/* A capture that nothing comes of: it found the roots and what they refer to, and reads one object or another. It
 * begins as {0}, and ends even if its beginning failed. */
rg_error *rgpy_reader_init(struct rgpy_capture *reader);
void rgpy_reader_deinit(struct rgpy_capture *reader);

/* Before a capture, and before a fork for an isolated one: what takes locks, or makes Python objects. */
void rgpy_capture_prepare(void);
/* Captures while the GIL is held; see refgraph/python.h. The call may be NULL: none. */
rg_error *rgpy_capture_graph(const rg_capture_options *options, const struct rgpy_call *call, rg_graph **ret);

/* Whether a field of this name is metadata, which the language keeps for itself. */
bool rgpy_is_metadata(const char *name);

/* --- references.c --- */

/* Notes every reference of `object`: all that its tp_traverse gives, and what that does not show. */
rg_error *rgpy_references(struct rgpy_capture *capture, PyObject *object, const struct rgpy_type *type);
/* Notes one reference by a name that is a string constant; a NULL target is none. */
rg_error *rgpy_refer(struct rgpy_capture *capture, PyObject *target, rg_edge_kind kind, const char *literal);
/* Notes the items of an array of references, of which some may be NULL. */
rg_error *rgpy_refer_items(struct rgpy_capture *capture, PyObject *const *items, Py_ssize_t num);
/* Notes the references of a frame, running or suspended. */
struct rgpy_frame;
rg_error *rgpy_frame_references(struct rgpy_capture *capture, const struct rgpy_frame *frame);
/* Names the edges of a passage that was read before its owner was. */
rg_error *rgpy_name_attributes(struct rgpy_capture *capture, rg_node dict);
rg_error *rgpy_name_captured(struct rgpy_capture *capture, PyObject *function);
rg_error *rgpy_name_arguments(struct rgpy_capture *capture, PyObject *owner);

/* --- names.c --- */

/* A literal of our own; the pointer must be that of a string constant. */
rg_error *rgpy_literal(struct rgpy_capture *capture, const char *literal, rg_string *ret);
/* The text of a str as UTF-8, cut to `size` bytes with its NUL, for the library, which wants C strings. */
void rgpy_copy_text(PyObject *string, char *ret, size_t size);
/* The text of a str. Other objects give the empty string. */
rg_error *rgpy_name(struct rgpy_capture *capture, PyObject *name, rg_string *ret);
/* The name of a keyword argument; one that came from outside is private, as a key is. */
rg_error *rgpy_keyword(struct rgpy_capture *capture, PyObject *name, rg_string *ret);
/* The name of a thread; the same. */
rg_error *rgpy_thread_name(struct rgpy_capture *capture, PyObject *name, rg_string *ret);
/* The key of a mapping as it is shown: 'tick', 3, (1, 'a'), <Point>. */
rg_error *rgpy_key_name(struct rgpy_capture *capture, PyObject *key, rg_string *ret);
/* Whether an object is shown as its value: an exact number, str or bytes, None and the like. */
bool rgpy_is_value(PyObject *object);
/* The value of a small immutable object as it is shown; the empty string for others. */
rg_error *rgpy_value(struct rgpy_capture *capture, PyObject *value, rg_string *ret);

/* --- roots.c --- */

rg_error *rgpy_roots(struct rgpy_capture *capture);
/* References to an object that frames of the call that captures hold, where each of their slots tells whether its
 * reference is counted: from 3.14 on; before it is 0. */
uint32_t rgpy_num_held_by_call(PyObject *object);
/* threading._active of an interpreter, {ident: Thread}; NULL before threading is loaded. */
PyObject *rgpy_active_threads(PyInterpreterState *interpreter);
/* An attribute of the object's own, without hashing or comparing objects; NULL if it is not there. */
PyObject *rgpy_find_attribute(PyObject *object, const char *name);

/* --- accounting.c --- */

/* The nodes of holders, made before those of most objects, so that their numbers do not depend on how many these
 * are. */
rg_error *rgpy_add_holders(struct rgpy_capture *capture);
/* Before the first object is read: sets the call itself apart. */
rg_error *rgpy_set_call_apart(struct rgpy_capture *capture);

/* The last step of a whole capture: notes who holds what no reference that was found accounts for. */
rg_error *rgpy_account(struct rgpy_capture *capture);

/* --- process.c --- */

uint64_t rgpy_clock_ns(clockid_t clock);
/* The last step of a capture, which began at `begin_ns` of CLOCK_MONOTONIC: what it takes is part of the pause. */
rg_error *rgpy_set_process(struct rgpy_capture *capture, const rg_capture_options *options, uint64_t begin_ns);

#endif
