/* CRC-32C, the checksum of dumps (Castagnoli's polynomial, RFC 3720 appendix B.4): by instruction where the processor
 * has one, else by table. */
#ifndef RGI_BASE_CRC32C_H
#define RGI_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

uint32_t rgi_crc32c(const void *data, size_t size);
/* Without the instruction; for tests. */
uint32_t rgi_crc32c_by_table(const void *data, size_t size);

#endif
