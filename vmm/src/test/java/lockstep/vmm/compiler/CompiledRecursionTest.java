package lockstep.vmm.compiler;

import lockstep.vmm.machine.Machine;
import lockstep.vmm.machine.hart.UnitCompiler;
import lockstep.vmm.machine.memory.PhysicalMemory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A function that calls itself, deeper than calls of the host may go, goes on to the step, whatever
 * has happened at the bottom.
 */
final class CompiledRecursionTest {
  private static final int SP = 2;
  private static final int A4 = 14;
  private static final long SUM = 1 << 18;

  private static final int[] PROGRAM = {
    0x0640_0513, // top: li a0, 100
    0x00c0_00ef, // jal ra, function
    0x1007_3073, // csrc sstatus, a4
    0xff5f_f06f, // j top
    0xff01_0113, // function: addi sp, sp, -16
    0x0011_3023, // sd ra, 0(sp)
    0xfff5_0513, // addi a0, a0, -1
    0x0005_0c63, // beqz a0, bottom
    0xff1f_f0ef, // jal ra, function
    0x0015_8593, // addi a1, a1, 1
    0x0001_3083, // out: ld ra, 0(sp)
    0x0101_0113, // addi sp, sp, 16
    0x0000_8067, // ret
    0x0205_d7b3, // bottom: divu a5, a1, zero: leaves compiled code
    0x0016_0613, // addi a2, a2, 1
    0x0016_7693, // andi a3, a2, 1
    0xfe06_84e3, // beqz a3, out
    0x1007_2073, // csrs sstatus, a4: every other time all return with another TLB
    0xfe1f_f06f, // j out
  };

  private static Machine machine(UnitCompiler compiler) {
    Machine machine = SmallPrograms.load(PROGRAM, compiler);
    machine.hart().startInSupervisorMode(PhysicalMemory.RAM_BASE, 0, 0);
    machine.hart().setX(A4, SUM);
    machine.hart().setX(SP, PhysicalMemory.RAM_BASE + SmallPrograms.RAM_BYTES);
    return machine;
  }

  @ParameterizedTest
  @EnumSource
  void everyStateIsThatOfTheInterpreter(CompilerMode mode) {
    SmallPrograms.compare(CompiledRecursionTest::machine, mode);
  }
}
