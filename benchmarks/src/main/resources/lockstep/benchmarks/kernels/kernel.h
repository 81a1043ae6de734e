/* What every kernel defines: a checksum of its work, and what it has to be. */
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;

u64 kernel(void);
extern const u64 expected;

/* Marsaglia's xorshift64: the same numbers on every run. */
static inline u64 xorshift(u64 *state) {
  u64 x = *state;
  x ^= x << 13;
  x ^= x >> 7;
  x ^= x << 17;
  return *state = x;
}
