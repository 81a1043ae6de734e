package lockstep.vmm.compiler;

import lockstep.vmm.machine.Machine;
import lockstep.vmm.machine.hart.UnitCompiler;
import lockstep.vmm.machine.memory.PhysicalMemory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compiled callers, whose callees leave compiled code and change CSRs, go on to the step. */
final class CompiledCallsTest {
  private static final int A4 = 14;
  private static final long SUM = 1 << 18;

  private static final int[] PROGRAM = {
    0x0015_0513, // loop: addi a0, a0, 1
    0x0140_00ef, // jal ra, callee
    0xc020_2673, // csrr a2, instret
    0x00c6_86b3, // add a3, a3, a2
    0x1007_2073, // csrs sstatus, a4: the callee is called with SUM set
    0xfedf_f06f, // j loop
    0x1007_3073, // callee: csrc sstatus, a4: and returns without, so with another TLB
    0x0205_57b3, // divu a5, a0, zero: leaves compiled code
    0x1001_6873, // csrrsi a6, sstatus, SIE
    0x1001_7073, // csrci sstatus, SIE
    0x0000_8067, // ret
  };

  /** The callee is reached through a stub, as dynamically linked functions are. */
  private static final int[] PROGRAM_WITH_STUB = {
    0x0000_0e17, // loop: auipc t3, 0
    0x01ce_0e13, // addi t3, t3, callee
    0x00c0_00ef, // jal ra, stub
    0x0065_0533, // add a0, a0, t1
    0xff1f_f06f, // j loop
    0x000e_0367, // stub: jalr t1, t3: nobody returns behind it
    0x0000_0013, // nop
    0x0015_8593, // callee: addi a1, a1, 1
    0x0000_8067, // ret
  };

  private static Machine machine(int[] program, UnitCompiler compiler) {
    Machine machine = SmallPrograms.load(program, compiler);
    machine.hart().startInSupervisorMode(PhysicalMemory.RAM_BASE, 0, 0);
    machine.hart().setX(A4, SUM);
    return machine;
  }

  @ParameterizedTest
  @EnumSource
  void everyStateIsThatOfTheInterpreter(CompilerMode mode) {
    compare(PROGRAM, mode);
  }

  @ParameterizedTest
  @EnumSource
  void aStubBetweenCallerAndCalleeDoesNotMatter(CompilerMode mode) {
    compare(PROGRAM_WITH_STUB, mode);
  }

  private static void compare(int[] program, CompilerMode mode) {
    SmallPrograms.compare(compiler -> machine(program, compiler), mode);
  }
}
