# Entry of a bare kernel in M-mode: a stack, floating point on, and the verdict left in tohost.
        .section .text.start, "ax"
        .globl  _start
_start: la      sp, stack_top
        li      t0, 0x6000              # mstatus.FS
        csrs    mstatus, t0
        call    kernel
        ld      t1, expected
        xor     a0, a0, t1
        snez    a0, a0                  # 0 for the checksum expected, 1 for another one
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
