/* What a fuzz target gives: one function, which libFuzzer calls with made-up input, and replay.c with the corpus. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
