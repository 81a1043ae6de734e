/* An interpreter of bytecode, running Euclid's algorithm: one indirect jump an instruction. */
#include "kernel.h"

const u64 expected = 0x2e14e0;

enum { PUSH, LOAD, STORE, ADD, SUB, REM, JUMP, JUMP_IF_ZERO, JUMP_IF_LESS, HALT };

/* sum = 0; for (i = 1; i < LIMIT; i++) { a = LIMIT; b = i; while (b) { t = a % b; a = b; b = t; } sum += a; } */
#define LIMIT 130000
enum { I, A, B, T, SUM };
static const u32 program[] = {
    /* 0 */ PUSH, 0, STORE, SUM, PUSH, 1, STORE, I,
    /* 8: for each i */ PUSH, LIMIT, STORE, A, LOAD, I, STORE, B,
    /* 16: while b */ LOAD, B, JUMP_IF_ZERO, 37,
    /* 20 */ LOAD, A, LOAD, B, REM, STORE, T,
    /* 27 */ LOAD, B, STORE, A, LOAD, T, STORE, B, JUMP, 16,
    /* 37 */ LOAD, SUM, LOAD, A, ADD, STORE, SUM,
    /* 44 */ LOAD, I, PUSH, 1, ADD, STORE, I,
    /* 51 */ LOAD, I, PUSH, LIMIT, JUMP_IF_LESS, 8,
    /* 57 */ HALT};

u64 kernel(void) {
  static u64 variables[8], stack[16];
  u64 *top = stack;
  const u32 *pc = program;
  for (;;) {
    switch (*pc++) {
      case PUSH: *top++ = *pc++; break;
      case LOAD: *top++ = variables[*pc++]; break;
      case STORE: variables[*pc++] = *--top; break;
      case ADD: top--; top[-1] += top[0]; break;
      case SUB: top--; top[-1] -= top[0]; break;
      case REM: top--; top[-1] %= top[0]; break;
      case JUMP: pc = program + *pc; break;
      case JUMP_IF_ZERO: pc = *--top == 0 ? program + *pc : pc + 1; break;
      case JUMP_IF_LESS: top -= 2; pc = top[0] < top[1] ? program + *pc : pc + 1; break;
      case HALT: return variables[SUM];
    }
  }
}
