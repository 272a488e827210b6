/* What a fuzz target is: one function that takes made-up input. libFuzzer calls it by the name that it knows; in the
 * program that replays the corpora each target has its own. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

#ifdef FUZZ_FOR_LIBFUZZER
#define FUZZ_TARGET(name) int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
FUZZ_TARGET();
#else
#define FUZZ_TARGET(name) int fuzz_##name(const uint8_t *data, size_t size)
FUZZ_TARGET(baseline);
FUZZ_TARGET(dump);
FUZZ_TARGET(filter);
FUZZ_TARGET(graph);
FUZZ_TARGET(reply);
FUZZ_TARGET(request);
#endif

#endif
