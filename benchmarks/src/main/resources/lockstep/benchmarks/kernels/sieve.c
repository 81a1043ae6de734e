/* The primes below N, several times over: byte stores with large strides. */
#include "kernel.h"
#define N 4000000
#define ROUNDS 5

const u64 expected = 0x159a32;
static u8 composite[N];

static u64 primes(void) {
  u64 count = 0;
  for (u64 i = 0; i < N; i++) composite[i] = 0;
  for (u64 i = 2; i < N; i++) {
    if (composite[i]) continue;
    count++;
    for (u64 j = i * i; j < N; j += i) composite[j] = 1;
  }
  return count;
}

u64 kernel(void) {
  u64 sum = 0;
  for (int round = 0; round < ROUNDS; round++) sum += primes();
  return sum;
}
