/* Quicksort of a million numbers: unpredictable branches, recursion. */
#include "kernel.h"
#define N 1000000

const u64 expected = 0xa92c6a892376e98a;
static u32 numbers[N];

static void sort(u32 *from, u32 *to) {
  while (to - from > 12) {
    u32 pivot = from[(to - from) / 2];
    u32 *low = from, *high = to - 1;
    while (low <= high) {
      while (*low < pivot) low++;
      while (*high > pivot) high--;
      if (low <= high) {
        u32 swap = *low;
        *low++ = *high;
        *high-- = swap;
      }
    }
    sort(from, high + 1);
    from = low;
  }
  for (u32 *at = from + 1; at < to; at++) {
    u32 value = *at, *hole = at;
    for (; hole > from && hole[-1] > value; hole--) *hole = hole[-1];
    *hole = value;
  }
}

u64 kernel(void) {
  u64 state = 88172645463325252u, sum = 0;
  for (int i = 0; i < N; i++) numbers[i] = (u32)xorshift(&state);
  sort(numbers, numbers + N);
  for (int i = 1; i < N; i++) {
    if (numbers[i - 1] > numbers[i]) return 0;
    sum = sum * 31 + numbers[i];
  }
  return sum;
}
