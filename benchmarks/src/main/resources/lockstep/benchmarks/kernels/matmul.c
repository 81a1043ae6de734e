/* Product of two integer matrices, row by column: loads and multiplications in a tight loop. */
#include "kernel.h"
#define N 220
#define ROUNDS 3

const u64 expected = 0xccb3f66c5a04e10f;
static u32 a[N][N], b[N][N], c[N][N];

static void multiply(void) {
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      u32 sum = 0;
      for (int k = 0; k < N; k++) sum += a[i][k] * b[k][j];
      c[i][j] = sum;
    }
}

u64 kernel(void) {
  u64 state = 1234567, sum = 0;
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      a[i][j] = (u32)xorshift(&state);
      b[i][j] = (u32)xorshift(&state);
    }
  for (int round = 0; round < ROUNDS; round++) {
    multiply();
    for (int i = 0; i < N; i++)
      for (int j = 0; j < N; j++) {
        sum = sum * 31 + c[i][j];
        a[i][j] = c[i][j];
      }
  }
  return sum;
}
