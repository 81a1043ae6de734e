/* SHA-256 (FIPS 180-4) of some megabytes: long straight runs of shifts and additions. */
#include "kernel.h"
#define BLOCKS 50000

const u64 expected = 0x98f0d343e21e0f8f;
static u32 k[64];
static u32 state[8];

static u32 rotate(u32 x, int by) { return x >> by | x << (32 - by); }

/* The first 32 bits of the fraction of the square root (power 2) or cube root (power 3) of n. */
static u32 root_fraction(u64 n, int power) {
  u64 root = 0;
  for (int bit = 35; bit >= 0; bit--) {
    u64 trial = root | 1ul << bit;
    unsigned __int128 square = (unsigned __int128)trial * trial;
    unsigned __int128 limit = (unsigned __int128)n << 32 * power;
    if ((power == 2 ? square : square * trial) <= limit) root = trial;
  }
  return (u32)root;
}

static void constants(void) {
  int found = 0;
  for (u64 n = 2; found < 64; n++) {
    int prime = 1;
    for (u64 d = 2; d * d <= n; d++) prime &= n % d != 0;
    if (!prime) continue;
    if (found < 8) state[found] = root_fraction(n, 2);
    k[found++] = root_fraction(n, 3);
  }
}

static void compress(const u32 *block) {
  u32 w[64];
  for (int t = 0; t < 16; t++) w[t] = block[t];
  for (int t = 16; t < 64; t++) {
    u32 s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3;
    u32 s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10;
    w[t] = w[t - 16] + s0 + w[t - 7] + s1;
  }
  u32 a = state[0], b = state[1], c = state[2], d = state[3];
  u32 e = state[4], f = state[5], g = state[6], h = state[7];
  for (int t = 0; t < 64; t++) {
    u32 s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    u32 t1 = h + s1 + ((e & f) ^ (~e & g)) + k[t] + w[t];
    u32 s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    u32 t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d;
  state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

/* The message is zeros: BLOCKS blocks of them, then the padding with its length in bits. */
u64 kernel(void) {
  static u32 zeros[16], padding[16];
  constants();
  for (int i = 0; i < BLOCKS; i++) compress(zeros);
  padding[0] = 0x80000000u;
  padding[15] = BLOCKS * 512u;
  compress(padding);
  return (u64)state[0] << 32 | state[1];
}
