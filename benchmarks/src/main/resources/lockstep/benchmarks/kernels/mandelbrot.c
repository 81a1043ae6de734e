/* The Mandelbrot set in double precision: a short loop of dependent arithmetic. */
#include "kernel.h"
#define SIZE 256
#define ITERATIONS 500

const u64 expected = 0x2354dd1b2373c877;

u64 kernel(void) {
  u64 sum = 0;
  for (int row = 0; row < SIZE; row++)
    for (int column = 0; column < SIZE; column++) {
      double cr = column * 3.0 / SIZE - 2.1, ci = row * 2.4 / SIZE - 1.2, r = 0, i = 0;
      int n = 0;
      for (; n < ITERATIONS && r * r + i * i < 4; n++) {
        double next = r * r - i * i + cr;
        i = 2 * r * i + ci;
        r = next;
      }
      sum = sum * 31 + n;
    }
  return sum;
}
