#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "outline.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "collected.h"
#include "describe.h"
#include "interpreter.h"
#include "layout.h"

enum { GRANULE_BITS = 3, CHUNK_BITS = 16, ADDRESS_BITS = 47, MAX_CHUNKS = 1 << 16 };
enum { WORDS_PER_CHUNK = 1 << CHUNK_BITS >> 6 };
#define NUM_PLACES ((size_t)1 << (ADDRESS_BITS - GRANULE_BITS - CHUNK_BITS))

/* One of the collector's lists, as rows: from its front and from its back in turn. */
struct list {
  uint32_t begin, num;
  bool is_frozen;
};
enum { MAX_LISTS = 64 };

/* Address space that was reserved: an array of which the kernel gives what is touched. */
struct arena {
  void *data;
  size_t size;
};

enum failure { FAILURE_NONE, FAILURE_CHUNKS, FAILURE_ADDRESS, FAILURE_ROOM };

/* How to read objects of a type. */
enum {
  IS_TRAVERSED = 1,   /* tp_traverse is called, */
  IS_ASKED = 2,       /* if tp_is_gc() says so */
  HOLDS_TYPE = 4,     /* its instances hold it, which their tp_traverse may not give */
  HOLDS_KEYS = 8,     /* of a dict, which the collector does not see if they are text */
  HOLDS_DICT = 16,    /* beside the values of attributes, which are all that is traversed */
  IS_CODE = 32,
  IS_WEAK = 64,
  IS_READ = 128,      /* as a capture reads it */
};
struct cached_kind {
  PyTypeObject *type;
  uint32_t kind;
};
enum { NUM_CACHED_KINDS = 1024 };

struct rgpy_outline {
  uint16_t *chunks; /* by address; 0: none */
  uint32_t *places; /* by chunk: where it is */
  uint32_t num_chunks;
  uint64_t *bits;   /* by token */
  uint32_t *tokens; /* by row */
  uint32_t *ends;   /* by row: behind its last reference */
  uint32_t num_rows, max_rows;
  uint32_t *references; /* tokens */
  size_t num_references, max_references;
  enum failure failure;
  struct arena chunks_arena, bits_arena, tokens_arena, ends_arena, references_arena, sorted_arena, counts_arena,
      begin_arena, rows_arena;
  struct list lists[MAX_LISTS];
  size_t num_lists;
  struct rgpy_capture *reader;
  struct cached_kind kinds[NUM_CACHED_KINDS];

  uint32_t *counts; /* by word of bits: objects before it */
  uint32_t *begin;  /* by object in the order of tokens: where the rows that refer to it end */
  uint32_t *sorted; /* rows */
  uint32_t *rows;   /* by object in the order of tokens */
};

/* --- memory ------------------------------------------------------------------------------------------------------- */

// The sizes of the last outline: a guess for the next one.
static uint32_t last_num_rows;
static size_t last_num_references;

static rg_error *reserve(struct arena *arena, size_t size, void *ret)
{
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  void *data = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (data == MAP_FAILED)
    return rgpy_out_of_memory();
  *arena = (struct arena){data, size};
  *(void **)ret = data;
  return NULL;
}

// Huge pages, and all of them before the first object is read.
static void touch(const struct arena *arena, size_t size)
{
  size = Py_MIN(size, arena->size);
  madvise(arena->data, arena->size, MADV_HUGEPAGE);
#ifdef MADV_POPULATE_WRITE
  if (madvise(arena->data, size & ~(size_t)4095, MADV_POPULATE_WRITE) == 0)
    return;
#endif
  for (size_t i = 0; i < size; i += 4096)
    ((volatile char *)arena->data)[i] = 0;
}

static size_t resident_bytes(void)
{
  unsigned long size = 0, resident = 0;
  FILE *file = fopen("/proc/self/statm", "re");
  if (!file || fscanf(file, "%lu %lu", &size, &resident) != 2)
    resident = 0;
  if (file)
    fclose(file);
  return (size_t)resident * (size_t)sysconf(_SC_PAGESIZE);
}

// An object has 16 bytes or more, and a reference 8; what was paged out is there, too.
enum { BYTES_PER_ROW = 8, BYTES_PER_REFERENCE = 4, TYPICAL_BYTES_PER_ROW = 75, MAX_GUESS = 4 << 20, SLACK = 64 << 20 };

static rg_error *reserve_all(struct rgpy_outline *outline)
{
  size_t resident = resident_bytes(), most = 2 * resident + SLACK;
  size_t num_rows = last_num_rows + last_num_rows / 8, num_references = last_num_references + last_num_references / 8;
  if (!num_rows) {
    num_rows = Py_MIN(resident / TYPICAL_BYTES_PER_ROW, (size_t)MAX_GUESS);
    num_references = 2 * num_rows;
  }
  outline->max_rows = (uint32_t)Py_MIN(most / BYTES_PER_ROW, (size_t)UINT32_MAX - 1);
  outline->max_references = Py_MIN(most / BYTES_PER_REFERENCE, (size_t)UINT32_MAX);
  RGPY_TRY(reserve(&outline->chunks_arena, NUM_PLACES * sizeof(*outline->chunks), &outline->chunks));
  RGPY_TRY(reserve(&outline->bits_arena, (size_t)MAX_CHUNKS * WORDS_PER_CHUNK * sizeof(uint64_t), &outline->bits));
  RGPY_TRY(reserve(&outline->tokens_arena, outline->max_rows * sizeof(uint32_t), &outline->tokens));
  RGPY_TRY(reserve(&outline->ends_arena, outline->max_rows * sizeof(uint32_t), &outline->ends));
  RGPY_TRY(reserve(&outline->references_arena, outline->max_references * sizeof(uint32_t), &outline->references));
  touch(&outline->bits_arena, resident / 64);
  touch(&outline->tokens_arena, num_rows * sizeof(uint32_t));
  touch(&outline->ends_arena, num_rows * sizeof(uint32_t));
  touch(&outline->references_arena, num_references * sizeof(uint32_t));
  return NULL;
}

static void unmap(struct arena *arena)
{
  if (arena->data)
    munmap(arena->data, arena->size);
}

void rgpy_outline_destroy(struct rgpy_outline *outline)
{
  if (!outline)
    return;
  unmap(&outline->chunks_arena);
  unmap(&outline->bits_arena);
  unmap(&outline->tokens_arena);
  unmap(&outline->ends_arena);
  unmap(&outline->references_arena);
  unmap(&outline->sorted_arena);
  unmap(&outline->counts_arena);
  unmap(&outline->begin_arena);
  unmap(&outline->rows_arena);
  rg_memory_free(outline->places);
  rg_memory_free(outline);
}

rg_error *rgpy_outline_create(struct rgpy_outline **ret)
{
  struct rgpy_outline *outline = rg_memory_alloc(1, sizeof(*outline));
  if (!outline)
    return rgpy_out_of_memory();
  outline->places = rg_memory_alloc(MAX_CHUNKS, sizeof(*outline->places));
  outline->num_chunks = 1; // 0 stands for none
  rg_error *error = outline->places ? reserve_all(outline) : rgpy_out_of_memory();
  if (error) {
    rgpy_outline_destroy(outline);
    return error;
  }
  *ret = outline;
  return NULL;
}

/* --- tokens ------------------------------------------------------------------------------------------------------- */

static uint32_t add_chunk(struct rgpy_outline *outline, uintptr_t address)
{
  // Linux gives higher addresses only to programs that ask for them.
  if (address >> ADDRESS_BITS || outline->num_chunks == MAX_CHUNKS) {
    outline->failure = address >> ADDRESS_BITS ? FAILURE_ADDRESS : FAILURE_CHUNKS;
    return 0;
  }
  uint32_t chunk = outline->num_chunks++;
  outline->places[chunk] = (uint32_t)(address >> (GRANULE_BITS + CHUNK_BITS));
  outline->chunks[outline->places[chunk]] = (uint16_t)chunk;
  return chunk;
}

static inline uint32_t token_of(struct rgpy_outline *outline, const void *pointer)
{
  uintptr_t address = (uintptr_t)pointer;
  uint32_t chunk = address >> ADDRESS_BITS ? 0 : outline->chunks[address >> (GRANULE_BITS + CHUNK_BITS)];
  if (!chunk)
    chunk = add_chunk(outline, address);
  return chunk << CHUNK_BITS | (address >> GRANULE_BITS & (((uint32_t)1 << CHUNK_BITS) - 1));
}

static inline PyObject *object_of(const struct rgpy_outline *outline, uint32_t token)
{
  uintptr_t begin = (uintptr_t)outline->places[token >> CHUNK_BITS] << (GRANULE_BITS + CHUNK_BITS);
  uintptr_t granule = token & (((uint32_t)1 << CHUNK_BITS) - 1);
  return (PyObject *)(begin | granule << GRANULE_BITS);
}

// Whether the object is found for the first time.
static inline bool mark(struct rgpy_outline *outline, uint32_t token)
{
  uint64_t bit = (uint64_t)1 << (token & 63);
  bool is_new = !(outline->bits[token >> 6] & bit);
  outline->bits[token >> 6] |= bit;
  return is_new;
}

static inline void refer(struct rgpy_outline *outline, PyObject *target)
{
  if (outline->num_references < outline->max_references)
    outline->references[outline->num_references++] = token_of(outline, target);
  else
    outline->failure = FAILURE_ROOM;
}

static inline void add_row(struct rgpy_outline *outline, uint32_t token)
{
  if (outline->num_rows < outline->max_rows)
    outline->tokens[outline->num_rows++] = token;
  else
    outline->failure = FAILURE_ROOM;
}

static rg_error *failure_of(const struct rgpy_outline *outline)
{
  switch (outline->failure) {
  case FAILURE_NONE:
    return NULL;
  case FAILURE_ADDRESS:
    return rg_error_create(RG_ERROR_UNSUPPORTED, "addresses beyond 47 bits are not supported");
  case FAILURE_CHUNKS:
    return rg_error_create(RG_ERROR_LIMIT, "objects in more than 32 GiB of memory");
  case FAILURE_ROOM:
    return rg_error_create(RG_ERROR_LIMIT, "more objects than their memory has room for");
  }
  return NULL;
}

/* --- kinds of objects --------------------------------------------------------------------------------------------- */

static uint32_t find_kind(PyTypeObject *type, const struct rgpy_type *described)
{
  bool is_traversed = type->tp_flags & Py_TPFLAGS_HAVE_GC && type->tp_traverse;
  if (type == &PyCode_Type)
    return IS_CODE;
  bool is_read = described->enumerate ? !described->is_traversed : !is_traversed && described->num_members;
  if (is_read || described->has_hidden)
    return IS_READ;
  uint32_t kind = is_traversed ? IS_TRAVERSED : 0;
  if (is_traversed && type->tp_is_gc)
    kind |= IS_ASKED;
  if (type->tp_flags & Py_TPFLAGS_HEAPTYPE)
    kind |= HOLDS_TYPE;
  if (rgpy_is_dict_type(type))
    kind |= HOLDS_KEYS;
  if (described->has_attributes)
    kind |= HOLDS_DICT;
  if (PyType_IsSubtype(type, &_PyWeakref_RefType) || type == &_PyWeakref_ProxyType ||
      type == &_PyWeakref_CallableProxyType)
    kind |= IS_WEAK;
  return kind;
}

static rg_error *kind_of(struct rgpy_outline *outline, PyTypeObject *type, uint32_t *ret)
{
  struct cached_kind *cached = &outline->kinds[((uintptr_t)type >> 5) % NUM_CACHED_KINDS];
  if (cached->type != type) {
    const struct rgpy_type *described;
    RGPY_TRY(rgpy_describe_type(outline->reader, type, &described));
    *cached = (struct cached_kind){type, find_kind(type, described)};
  }
  *ret = cached->kind;
  return NULL;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static int visit(PyObject *target, void *context)
{
  refer(context, target);
  return 0;
}

static rg_error *visit_field(void *context, const char *name, PyObject *target)
{
  (void)name;
  refer(context, target);
  return NULL;
}

static void refer_keys(struct rgpy_outline *outline, PyObject *dict)
{
  Py_ssize_t position = 0;
  PyObject *key, *value;
  // Keys that dicts share are held by their class.
  if (((PyDictObject *)dict)->ma_values)
    return;
  while (PyDict_Next(dict, &position, &key, &value))
    refer(outline, key);
}

// Most that give it do so first or last.
static void refer_type(struct rgpy_outline *outline, size_t begin, PyTypeObject *type)
{
  uint32_t token = token_of(outline, type);
  const uint32_t *references = outline->references;
  size_t end = outline->num_references;
  if (end > begin && references[end - 1] == token)
    return;
  for (size_t i = begin; i < end; i++) {
    if (references[i] == token)
      return;
  }
  refer(outline, (PyObject *)type);
}

static void refer_dict(struct rgpy_outline *outline, PyObject *object)
{
  PyObject *dict = rgpy_instance_dict(object);
  if (dict && rgpy_is_dict_of_inline_values(dict))
    refer(outline, dict);
}

static rg_error *read_as_captured(struct rgpy_outline *outline, PyObject *object)
{
  struct rgpy_capture *reader = outline->reader;
  const struct rgpy_type *type;
  RGPY_TRY(rgpy_describe_type(reader, Py_TYPE(object), &type));
  reader->node = RG_NODE_ROOT;
  RGPY_TRY(rgpy_references(reader, object, type));
  for (size_t i = 0; i < reader->row.num; i++)
    refer(outline, reader->row.references[i].target);
  reader->row.num = reader->row.num_hidden = reader->row.num_beyond = 0;
  return NULL;
}

// One whose object died has None in its place.
static inline void refer_weakly(struct rgpy_outline *outline, const PyWeakReference *reference)
{
  if (reference->wr_object && reference->wr_object != Py_None)
    refer(outline, reference->wr_object);
}

static rg_error *read_references(struct rgpy_outline *outline, PyObject *object)
{
  PyTypeObject *type = Py_TYPE(object);
  size_t begin = outline->num_references;
  uint32_t kind;
  RGPY_TRY(kind_of(outline, type, &kind));
  if (kind & IS_TRAVERSED && (!(kind & IS_ASKED) || type->tp_is_gc(object)))
    type->tp_traverse(object, visit, outline);
  if (kind & HOLDS_KEYS)
    refer_keys(outline, object);
  if (kind & HOLDS_TYPE)
    refer_type(outline, begin, type);
  if (kind & HOLDS_DICT)
    refer_dict(outline, object);
  if (kind & IS_WEAK)
    refer_weakly(outline, (PyWeakReference *)object);
  if (kind & IS_CODE)
    return rgpy_code_fields((PyCodeObject *)object, visit_field, outline);
  return kind & IS_READ ? read_as_captured(outline, object) : NULL;
}

static inline rg_error *read_row(struct rgpy_outline *outline, uint32_t row, PyObject *object)
{
  RGPY_TRY(read_references(outline, object));
  outline->ends[row] = (uint32_t)outline->num_references;
  return outline->failure ? failure_of(outline) : NULL;
}

/* --- what the collector knows ------------------------------------------------------------------------------------- */

static inline rg_error *read_linked(void *context, const struct rgpy_link *link, bool is_behind)
{
  (void)is_behind;
  struct rgpy_outline *outline = context;
  PyObject *object = rgpy_link_object(link);
  uint32_t row = outline->num_rows, token = token_of(outline, object);
  mark(outline, token);
  add_row(outline, token);
  return read_row(outline, row, object);
}

static rg_error *read_lists(struct rgpy_outline *outline, PyInterpreterState *interpreter)
{
  struct rgpy_lists lists = rgpy_collected_lists(interpreter);
  for (size_t i = 0; i < RGPY_NUM_LISTS; i++) {
    if (outline->num_lists == MAX_LISTS)
      return rg_error_create(RG_ERROR_LIMIT, "more than %d interpreters", MAX_LISTS / RGPY_NUM_LISTS);
    struct list *list = &outline->lists[outline->num_lists++];
    list->begin = outline->num_rows;
    list->is_frozen = i == RGPY_NUM_LISTS - 1;
    RGPY_TRY(rgpy_visit_both_ways(lists.heads[i], read_linked, outline));
    list->num = outline->num_rows - list->begin;
  }
  return NULL;
}

/* --- what is found from there ------------------------------------------------------------------------------------- */

enum { AHEAD = 24 };

static void find(struct rgpy_outline *outline, uint32_t token)
{
  if (mark(outline, token)) {
    __builtin_prefetch(object_of(outline, token));
    add_row(outline, token);
  }
}

static void find_targets(struct rgpy_outline *outline, size_t begin)
{
  for (size_t i = begin; i < outline->num_references; i++) {
    if (i + AHEAD < outline->num_references)
      __builtin_prefetch(&outline->bits[outline->references[i + AHEAD] >> 6], 1);
    find(outline, outline->references[i]);
  }
}

static rg_error *read_found(struct rgpy_outline *outline, uint32_t row)
{
  size_t num_searched = 0;
  while (row < outline->num_rows || num_searched < outline->num_references) {
    size_t num = outline->num_references;
    find_targets(outline, num_searched);
    num_searched = num;
    for (; row < outline->num_rows; row++) {
      if (row + AHEAD < outline->num_rows)
        __builtin_prefetch(object_of(outline, outline->tokens[row + AHEAD]));
      RGPY_TRY(read_row(outline, row, object_of(outline, outline->tokens[row])));
    }
  }
  return NULL;
}

rg_error *rgpy_outline_read(struct rgpy_outline *outline, struct rgpy_capture *reader)
{
  outline->reader = reader;
  PyInterpreterState *current = PyInterpreterState_Get();
  RGPY_TRY(read_lists(outline, current));
  for (PyInterpreterState *other = PyInterpreterState_Head(); other; other = PyInterpreterState_Next(other)) {
    if (other != current && rgpy_shares_gil(other))
      RGPY_TRY(read_lists(outline, other));
  }
  uint32_t num_tracked = outline->num_rows;
  for (rg_node node = 1; node < reader->num_found; node++) {
    PyObject *object = rgpy_found_at(reader, node)->object;
    if (object)
      find(outline, token_of(outline, object));
  }
  RGPY_TRY(read_found(outline, num_tracked));
  last_num_rows = outline->num_rows;
  last_num_references = outline->num_references;
  return NULL;
}

/* --- what was read ------------------------------------------------------------------------------------------------ */

uint32_t rgpy_outline_num_rows(const struct rgpy_outline *outline)
{
  return outline->num_rows;
}

size_t rgpy_outline_num_references(const struct rgpy_outline *outline)
{
  return outline->num_references;
}

size_t rgpy_outline_size(const struct rgpy_outline *outline)
{
  return outline->num_rows * (sizeof(*outline->tokens) + sizeof(*outline->ends)) +
         outline->num_references * sizeof(*outline->references) +
         outline->num_chunks * (WORDS_PER_CHUNK * sizeof(*outline->bits) + sizeof(*outline->places));
}

PyObject *rgpy_outline_object(const struct rgpy_outline *outline, uint32_t row)
{
  return object_of(outline, outline->tokens[row]);
}

void rgpy_outline_references(const struct rgpy_outline *outline, uint32_t row, visitproc visit_target, void *context)
{
  for (size_t i = row ? outline->ends[row - 1] : 0; i < outline->ends[row]; i++)
    visit_target(object_of(outline, outline->references[i]), context);
}

static const struct list *list_of(const struct rgpy_outline *outline, uint32_t row)
{
  for (size_t i = 0; i < outline->num_lists; i++) {
    if (row - outline->lists[i].begin < outline->lists[i].num)
      return &outline->lists[i];
  }
  return NULL;
}

uint32_t rgpy_outline_place(const struct rgpy_outline *outline, uint32_t row)
{
  const struct list *list = list_of(outline, row);
  if (!list)
    return UINT32_MAX;
  uint32_t i = row - list->begin;
  return list->begin + (i % 2 ? list->num - 1 - i / 2 : i / 2);
}

bool rgpy_outline_is_frozen(const struct rgpy_outline *outline, uint32_t row)
{
  const struct list *list = list_of(outline, row);
  return list && list->is_frozen;
}

uint64_t rgpy_outline_num_frozen(const struct rgpy_outline *outline)
{
  uint64_t num = 0;
  for (size_t i = 0; i < outline->num_lists; i++)
    num += outline->lists[i].is_frozen ? outline->lists[i].num : 0;
  return num;
}

/* --- who refers to what ------------------------------------------------------------------------------------------- */

// The number of an object in the order of tokens.
static inline uint32_t rank_of(const struct rgpy_outline *outline, uint32_t token)
{
  uint64_t below = outline->bits[token >> 6] & (((uint64_t)1 << (token & 63)) - 1);
  return outline->counts[token >> 6] + (uint32_t)__builtin_popcountll(below);
}

static void count_bits(struct rgpy_outline *outline)
{
  uint32_t num = 0;
  for (size_t i = 0; i < (size_t)outline->num_chunks * WORDS_PER_CHUNK; i++) {
    outline->counts[i] = num;
    num += (uint32_t)__builtin_popcountll(outline->bits[i]);
  }
}

// A counting sort; references become ranks on the way.
static void sort_references(struct rgpy_outline *outline)
{
  uint32_t *begin = outline->begin, *references = outline->references;
  for (size_t i = 0; i < outline->num_references; i++) {
    references[i] = rank_of(outline, references[i]);
    begin[references[i] + 1]++;
  }
  for (uint32_t i = 0; i < outline->num_rows; i++)
    begin[i + 1] += begin[i];
  size_t i = 0;
  for (uint32_t row = 0; row < outline->num_rows; row++) {
    outline->rows[rank_of(outline, outline->tokens[row])] = row;
    for (; i < outline->ends[row]; i++)
      outline->sorted[begin[references[i]]++] = row;
  }
}

rg_error *rgpy_outline_sort(struct rgpy_outline *outline)
{
  size_t num_words = (size_t)outline->num_chunks * WORDS_PER_CHUNK;
  size_t counts_size = num_words * sizeof(uint32_t), begin_size = ((size_t)outline->num_rows + 1) * sizeof(uint32_t);
  size_t sorted_size = (outline->num_references + 1) * sizeof(uint32_t);
  RGPY_TRY(reserve(&outline->counts_arena, counts_size, &outline->counts));
  RGPY_TRY(reserve(&outline->begin_arena, begin_size, &outline->begin));
  RGPY_TRY(reserve(&outline->sorted_arena, sorted_size, &outline->sorted));
  RGPY_TRY(reserve(&outline->rows_arena, begin_size, &outline->rows));
  touch(&outline->counts_arena, counts_size);
  touch(&outline->begin_arena, begin_size);
  touch(&outline->rows_arena, begin_size);
  touch(&outline->sorted_arena, sorted_size);
  count_bits(outline);
  sort_references(outline);
  return NULL;
}

// The rank of an object; RGPY_ROW_UNKNOWN if it was not found.
static uint32_t find_rank(const struct rgpy_outline *outline, PyObject *object)
{
  uintptr_t address = (uintptr_t)object;
  uint32_t chunk = address >> ADDRESS_BITS ? 0 : outline->chunks[address >> (GRANULE_BITS + CHUNK_BITS)];
  uint32_t token = chunk << CHUNK_BITS | (address >> GRANULE_BITS & (((uint32_t)1 << CHUNK_BITS) - 1));
  bool is_found = chunk && outline->bits[token >> 6] >> (token & 63) & 1;
  return is_found ? rank_of(outline, token) : RGPY_ROW_UNKNOWN;
}

uint32_t rgpy_outline_row(const struct rgpy_outline *outline, PyObject *object)
{
  uint32_t rank = find_rank(outline, object);
  return rank == RGPY_ROW_UNKNOWN ? RGPY_ROW_UNKNOWN : outline->rows[rank];
}

struct rgpy_outline_rows rgpy_outline_referrers(const struct rgpy_outline *outline, PyObject *object)
{
  uint32_t rank = find_rank(outline, object);
  if (rank == RGPY_ROW_UNKNOWN)
    return (struct rgpy_outline_rows){0};
  // Each was the beginning of its rows, and moved on to their end.
  uint32_t begin = rank ? outline->begin[rank - 1] : 0;
  return (struct rgpy_outline_rows){outline->sorted + begin, outline->begin[rank] - begin};
}
