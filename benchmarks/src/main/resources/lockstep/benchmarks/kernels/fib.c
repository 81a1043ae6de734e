/* Fibonacci the doubly recursive way: calls, and nothing else. */
#include "kernel.h"
#define N 33

const u64 expected = 0x35c7e2;

static __attribute__((noinline, optimize("no-optimize-sibling-calls", "no-inline"))) u64 fib(u64 n) {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

u64 kernel(void) { return fib(N); }
