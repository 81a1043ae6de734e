# Entry of a bare kernel in M-mode: a stack, floating point on, the kernel REPEATS times over, with a
# dot on HTIF's console behind each, and the verdict left in tohost.
#ifndef REPEATS
#define REPEATS 1
#endif
        .section .text.start, "ax"
        .globl  _start
_start: la      sp, stack_top
        li      t0, 0x6000              # mstatus.FS
        csrs    mstatus, t0
        li      s0, REPEATS
        li      s1, 0
1:      call    kernel
        ld      t1, expected
        xor     a0, a0, t1
        or      s1, s1, a0
        li      a0, 0x010100000000002e  # HTIF: console, write, a dot
        la      t0, tohost
        sd      a0, 0(t0)
        addi    s0, s0, -1
        bnez    s0, 1b
        snez    a0, s1                  # 0 for the checksum expected, 1 for another one
        slli    a0, a0, 1
        ori     a0, a0, 1               # HTIF: exit, code in the bits above
        la      t0, tohost
        sd      a0, 0(t0)
1:      j       1b

        .section .tohost, "aw", @progbits
        .balign 64
        .globl  tohost
        .type   tohost, @object
        .size   tohost, 8
tohost: .dword  0
        .balign 64
        .globl  fromhost
        .type   fromhost, @object
        .size   fromhost, 8
fromhost: .dword 0
