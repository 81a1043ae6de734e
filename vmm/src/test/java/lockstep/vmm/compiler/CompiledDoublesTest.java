package lockstep.vmm.compiler;

import lockstep.vmm.machine.Machine;
import lockstep.vmm.machine.hart.UnitCompiler;
import lockstep.vmm.machine.memory.PhysicalMemory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every kind of double, the signalling and the boxed ones too, keeps each of its bits. */
final class CompiledDoublesTest {
  private static final int A0 = 10;
  private static final int A5 = 15;
  private static final int A6 = 16;
  private static final long FLOAT_ON = 0x6000;
  private static final long DATA = PhysicalMemory.RAM_BASE + 0x8000;

  private static final long[] VALUES = {
    0x7ff0_0000_0000_0001L, // signalling
    0xfff8_0000_dead_beefL, // quiet, with a payload
    0x8000_0000_0000_0000L, // -0
    0,
    1, // the smallest
    0x3ff8_0000_0000_0000L, // 1.5
    0x7ff0_0000_0000_0000L, // infinite
    0xffff_ffff_7fa0_0000L, // a single, signalling
  };

  private static final int[] PROGRAM = {
    0x3008_2073, // csrs mstatus, a6
    0x0010_d073, // csrwi fflags, 1: inexact, so that the host's arithmetic serves
    0x0005_3507, // loop: fld fa0, 0(a0)
    0x04a5_3027, // fsd fa0, 64(a0)
    0x22a5_15d3, // fneg.d fa1, fa0
    0x22a5_0653, // fmv.d fa2, fa0
    0x04b5_3427, // fsd fa1, 72(a0)
    0x04c5_3827, // fsd fa2, 80(a0)
    0x12e5_76d3, // fmul.d fa3, fa0, fa4
    0x72e5_77c3, // fmadd.d fa5, fa0, fa4, fa4
    0x1aa7_7853, // fdiv.d fa6, fa4, fa0
    0xa2a5_25d3, // feq.d a1, fa0, fa0
    0xa2a7_1653, // flt.d a2, fa4, fa0
    0xa2e5_06d3, // fle.d a3, fa0, fa4
    0xd205_0453, // fcvt.d.w fs0, a0
    0xd215_04d3, // fcvt.d.wu fs1, a0
    0x0005_2907, // flw fs2, 0(a0)
    0x0525_2c27, // fsw fs2, 88(a0)
    0x22a5_0753, // fmv.d fa4, fa0
    0x0087_0713, // addi a4, a4, 8
    0x0387_7713, // andi a4, a4, 56
    0x00e7_8533, // add a0, a5, a4
    0xfb1f_f06f, // j loop
  };

  private static Machine machine(UnitCompiler compiler) {
    Machine machine = SmallPrograms.load(PROGRAM, compiler);
    for (int i = 0; i < VALUES.length; i++) {
      machine.memory().store64(DATA + 8L * i, VALUES[i]);
    }
    machine.hart().startInMachineMode(PhysicalMemory.RAM_BASE);
    machine.hart().setX(A0, DATA);
    machine.hart().setX(A5, DATA);
    machine.hart().setX(A6, FLOAT_ON);
    return machine;
  }

  @ParameterizedTest
  @EnumSource
  void everyStateIsThatOfTheInterpreter(CompilerMode mode) {
    SmallPrograms.compare(CompiledDoublesTest::machine, mode);
  }
}
