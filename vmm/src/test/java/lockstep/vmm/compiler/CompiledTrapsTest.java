package lockstep.vmm.compiler;

import static org.junit.jupiter.api.Assertions.assertTrue;

import lockstep.vmm.machine.Machine;
import lockstep.vmm.machine.hart.UnitCompiler;
import lockstep.vmm.machine.memory.PhysicalMemory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * System calls and returns from traps within compiled code, under compiled callers, with floating
 * point switched off meanwhile and interrupts that are due at once, go on to the step.
 */
final class CompiledTrapsTest {
  private static final int A4 = 14;
  private static final int A6 = 16;
  private static final long FS = 3 << 13;

  private static final int[] PROGRAM = {
    0x0000_0297, // auipc t0, 0
    0x0482_8313, // addi t1, t0, handler
    0x1053_1073, // csrw stvec, t1
    0x1041_5073, // csrwi sie, SSIE
    0x0242_8313, // addi t1, t0, user
    0x1413_1073, // csrw sepc, t1
    0x1007_2073, // csrs sstatus, a4: floating point on
    0x0010_d073, // csrwi fflags, NX: the host's arithmetic will do
    0x1020_0073, // sret
    0x0015_0513, // user: addi a0, a0, 1
    0x0140_00ef, // jal ra, callee
    0xc020_2673, // csrr a2, instret
    0x00c6_86b3, // add a3, a3, a2
    0x02b5_7553, // fadd.d fa0, fa0, fa1
    0xfedf_f06f, // j user
    0x0000_0073, // callee: ecall
    0x0037_8793, // addi a5, a5, 3
    0x0000_8067, // ret
    0x1007_33f3, // handler: csrrc t2, sstatus, a4: floating point off
    0x1420_22f3, // csrr t0, scause
    0x0202_c263, // bltz t0, interrupt
    0x1410_2373, // csrr t1, sepc
    0x0043_0313, // addi t1, t1, 4
    0x1413_1073, // csrw sepc, t1
    0x0075_7313, // andi t1, a0, 7
    0x0003_1463, // bnez t1, out
    0x1441_6073, // csrsi sip, SSIP: due in user mode
    0x1007_2073, // out: csrs sstatus, a4
    0x1020_0073, // sret
    0x1441_7073, // interrupt: csrci sip, SSIP
    0x0018_0813, // addi a6, a6, 1
    0x1007_2073, // csrs sstatus, a4
    0x1020_0073, // sret
  };

  private static Machine machine(UnitCompiler compiler) {
    Machine machine = SmallPrograms.load(PROGRAM, compiler);
    machine.hart().startInSupervisorMode(PhysicalMemory.RAM_BASE, 0, 0);
    machine.hart().setX(A4, FS);
    return machine;
  }

  @ParameterizedTest
  @EnumSource
  void everyStateIsThatOfTheInterpreter(CompilerMode mode) {
    Machine interpreting = SmallPrograms.compare(CompiledTrapsTest::machine, mode);
    assertTrue(interpreting.hart().x(A6) > 0, "interrupts were taken");
  }
}
