/* A dump by a forked child: what the child does, and what it says meanwhile.
 *
 *   parent                              child
 *     |                                   |  captures the heap as it is
 *     | <--- QUESTION: blocks ----------- |  only while somebody waits, and allocations are traced
 *     | ---- ANSWER: files and lines ---> |
 *     | <--- PROGRESS ------------------- |  now and then; a parent that is gone ends the child
 *     |                                   |  writes, gives the file its name
 *     | <--- LOSS, LOSS, … -------------- |
 *     | <--- DONE or ERROR -------------- |  ends
 */
#ifndef RGPY_SNAPSHOT_H
#define RGPY_SNAPSHOT_H

#include "child.h"
#include "rgpy.h"

enum rgpy_message_kind {
  RGPY_MESSAGE_PROGRESS, /* text: the phase; numbers: done, total */
  RGPY_MESSAGE_QUESTION, /* data: struct rgpy_block, one after the other; numbers: how many */
  RGPY_MESSAGE_ANSWER,   /* data: a struct rgpy_place for each block, and its file; numbers: how many, at least one */
  RGPY_MESSAGE_LOSS,     /* text; numbers: how many */
  RGPY_MESSAGE_DONE,     /* numbers: objects, bytes */
  RGPY_MESSAGE_ERROR,    /* text; numbers: the code */
};

/* Sent as it is, between two processes of one program. */
#define RGPY_MESSAGE_DATA_MAX 32768
struct rgpy_message {
  enum rgpy_message_kind kind;
  uint32_t size; /* of the data; text has its NUL */
  unsigned long long numbers[2];
  char data[RGPY_MESSAGE_DATA_MAX];
};

/* Before the text of a file, without a NUL. */
struct rgpy_place {
  uint32_t line;
  uint32_t size; /* 0: not known */
};

struct rgpy_snapshot {
  rg_file *file;    /* to be committed; NULL: `fd` is written to, and stays open */
  int fd;
  bool with_values, is_uncompressed;
  bool is_waited_for; /* somebody answers questions */
  bool is_traced;     /* allocations are */
  pid_t pid;          /* of the parent */
  uint64_t begin_ns;  /* of the pause, by the monotonic clock */
};

/* Writes to what was asked for, and counts. */
struct rgpy_counter {
  rg_writer writer;
  uint64_t num_bytes;
};
rg_writer rgpy_counter_writer(struct rgpy_counter *counter);

/* Starts the child. False with errno where the system refuses. The GIL must be held. */
bool rgpy_snapshot_start(const struct rgpy_snapshot *snapshot, struct rgpy_child *ret);

/* Says where the blocks of a question were allocated. The GIL must be held. */
void rgpy_snapshot_answer(const struct rgpy_child *child, const struct rgpy_message *question);

/* Takes the next message of the child, if one comes within `timeout_ms`. */
enum rgpy_receipt { RGPY_RECEIPT_MESSAGE, RGPY_RECEIPT_NOTHING, RGPY_RECEIPT_END };
enum rgpy_receipt rgpy_snapshot_receive(const struct rgpy_child *child, int timeout_ms, struct rgpy_message *ret);

#endif
