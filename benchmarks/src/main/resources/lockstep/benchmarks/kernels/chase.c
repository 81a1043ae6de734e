/* A ring of a million nodes over 64 MB, in random order: cache and TLB misses. */
#include "kernel.h"
#define NODES (1 << 20)
#define STEPS 6000000

const u64 expected = 0x4b380;

/* A cache line each. */
static struct node {
  struct node *next;
  u64 filler[7];
} nodes[NODES];

u64 kernel(void) {
  /* A congruential generator of full period visits every node before it repeats. */
  u64 at = 0;
  for (int i = 0; i < NODES; i++) {
    u64 next = (at * 1664525 + 1013904223) % NODES;
    nodes[at].next = nodes + next;
    at = next;
  }
  struct node *node = nodes;
  for (int i = 0; i < STEPS; i++) node = node->next;
  return (u64)(node - nodes);
}
