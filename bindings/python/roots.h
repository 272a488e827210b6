/* The frames and states that a capture begins at. */
#ifndef RGPY_ROOTS_H
#define RGPY_ROOTS_H

#include "capture.h"
#include "interpreter.h"

/* A frame, the state of a thread, or of an interpreter. */
struct rgpy_state {
  rg_node node; /* RG_NODE_NONE for a frame of the call that captures */
  PyInterpreterState *interpreter;
  PyThreadState *thread;   /* NULL: the state of the interpreter */
  struct rgpy_frame frame; /* without code: the state of the thread, or of the interpreter, itself */
};

#endif
