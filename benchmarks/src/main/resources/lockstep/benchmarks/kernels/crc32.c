/* CRC-32 (ISO 3309) by table: a chain of dependent loads. */
#include "kernel.h"
#define N (1 << 20)
#define ROUNDS 24

const u64 expected = 0xd5324164;
static u8 data[N];
static u32 table[256];

u64 kernel(void) {
  u64 random = 42;
  for (u32 i = 0; i < 256; i++) {
    u32 c = i;
    for (int bit = 0; bit < 8; bit++) c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
    table[i] = c;
  }
  for (int i = 0; i < N; i++) data[i] = (u8)xorshift(&random);
  u32 crc = 0xffffffffu;
  for (int round = 0; round < ROUNDS; round++)
    for (int i = 0; i < N; i++) crc = table[(crc ^ data[i]) & 255] ^ crc >> 8;
  return crc ^ 0xffffffffu;
}
