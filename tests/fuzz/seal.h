/* The checksums of a dump that is anything. */
#ifndef SEAL_H
#define SEAL_H

#include <stddef.h>
#include <stdint.h>

/* The bytes of the chunk at `begin`, with its header; 0 if it is not there as a whole. */
size_t sealed_chunk_size(const uint8_t *dump, size_t size, size_t begin);

/* Makes all checksums right, as far as the dump is divided into chunks. */
void seal(uint8_t *dump, size_t size);

#endif
