package lockstep.vmm.compiler;

import lockstep.vmm.machine.Machine;
import lockstep.vmm.machine.hart.UnitCompiler;
import lockstep.vmm.machine.memory.PhysicalMemory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A loop whose accesses share their looks into the TLB copies what the interpreter's does: within a
 * page and over its end, aligned and not, over the program, and where there is no memory.
 */
final class CompiledCopyLoopTest {
  private static final int S0 = 8;
  private static final int S1 = 9;
  private static final int A6 = 16;
  private static final int A7 = 17;
  private static final long FROM = PhysicalMemory.RAM_BASE + 0x1_0000;
  private static final int FROM_BYTES = 0x3000;

  private static final int[] PROGRAM = {
    0x0004_0533, // outer: mv a0, s0
    0x0004_85b3, // mv a1, s1
    0x0005_3603, // loop: ld a2, 0(a0)
    0x0085_3683, // ld a3, 8(a0)
    0x0105_2703, // lw a4, 16(a0)
    0x0155_4783, // lbu a5, 21(a0)
    0x0205_0513, // addi a0, a0, 32
    0xff85_3283, // ld t0, -8(a0)
    0x00c5_b023, // sd a2, 0(a1)
    0x00d5_b423, // sd a3, 8(a1)
    0x00e5_a823, // sw a4, 16(a1)
    0x00f5_8aa3, // sb a5, 21(a1)
    0x0055_bc23, // sd t0, 24(a1)
    0x0285_8593, // addi a1, a1, 40
    0xfd15_18e3, // bne a0, a7, loop
    0x0104_84b3, // add s1, s1, a6
    0xfc1f_f06f, // j outer
  };

  private static Machine machine(UnitCompiler compiler, long to, long toStep) {
    Machine machine = SmallPrograms.load(PROGRAM, compiler);
    for (int at = 0; at < FROM_BYTES; at += Long.BYTES) {
      machine.memory().store64(FROM + at, 0x9e37_79b9_7f4a_7c15L * (at + 1));
    }
    machine.hart().startInMachineMode(PhysicalMemory.RAM_BASE);
    machine.hart().setX(S0, FROM);
    machine.hart().setX(S1, to);
    machine.hart().setX(A6, toStep);
    machine.hart().setX(A7, FROM + FROM_BYTES);
    return machine;
  }

  @ParameterizedTest
  @CsvSource({
    "ON, 0x20000, 8",
    "ON, 0x20ffc, 1",
    "EAGER, 0x20000, 8",
    "EAGER, 0x20ffc, 1",
    "EAGER, 0x0a000, 8", // over the source, too
    "EAGER, 0x00000, 8", // over the program
    "EAGER, 0xfe000, 8" // beyond the end of RAM
  })
  void everyStateIsThatOfTheInterpreter(CompilerMode mode, String to, long toStep) {
    long begin = PhysicalMemory.RAM_BASE + Long.decode(to);
    SmallPrograms.compare(compiler -> machine(compiler, begin, toStep), mode);
  }
}
