#include "crc32c.h"

#include <string.h>

#define POLYNOMIAL UINT32_C(0x82f63b78) // reflected

// What four bits of the checksum add when they are shifted out.
static uint32_t shifted(uint32_t bits)
{
  for (int i = 0; i < 4; i++)
    bits = bits & 1 ? bits >> 1 ^ POLYNOMIAL : bits >> 1;
  return bits;
}

uint32_t rgi_crc32c_by_table(const void *data, size_t size)
{
  uint32_t table[16];
  for (uint32_t i = 0; i < 16; i++)
    table[i] = shifted(i);
  const unsigned char *bytes = data;
  uint32_t crc = UINT32_MAX;
  for (size_t i = 0; i < size; i++) {
    crc ^= bytes[i];
    crc = crc >> 4 ^ table[crc & 15];
    crc = crc >> 4 ^ table[crc & 15];
  }
  return ~crc;
}

#ifdef __x86_64__

__attribute__((target("sse4.2"))) static uint32_t by_instruction(const void *data, size_t size)
{
  const char *bytes = data;
  uint64_t crc = UINT32_MAX;
  for (; size >= sizeof(uint64_t); size -= sizeof(uint64_t), bytes += sizeof(uint64_t)) {
    uint64_t word;
    memcpy(&word, bytes, sizeof(word));
    crc = __builtin_ia32_crc32di(crc, word);
  }
  for (; size; size--, bytes++)
    crc = __builtin_ia32_crc32qi((uint32_t)crc, (unsigned char)*bytes);
  return ~(uint32_t)crc;
}

uint32_t rgi_crc32c(const void *data, size_t size)
{
  return __builtin_cpu_supports("sse4.2") ? by_instruction(data, size) : rgi_crc32c_by_table(data, size);
}

#else

uint32_t rgi_crc32c(const void *data, size_t size)
{
  return rgi_crc32c_by_table(data, size);
}

#endif
