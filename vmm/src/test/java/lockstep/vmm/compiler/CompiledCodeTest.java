package lockstep.vmm.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import lockstep.vmm.machine.Machine;
import lockstep.vmm.machine.MachineConfig;
import lockstep.vmm.machine.hart.UnitCompiler;
import lockstep.vmm.machine.memory.PhysicalMemory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A loop that is compiled is still what the guest's memory says, to the step. */
final class CompiledCodeTest {
  private static final int ADDI_A0_A0_1 = 0x0015_0513;
  private static final int ADDI_A0_A0_3 = 0x0035_0513;
  private static final int ADDI_A1_A1_1 = 0x0015_8593;
  private static final int JUMP_BACK_8 = 0xff9f_f06f;
  private static final long RAM_BYTES = 1 << 20;
  private static final long STEPS = 3_000_000;

  private final int[] loop = {ADDI_A0_A0_1, ADDI_A1_A1_1, JUMP_BACK_8};

  private Machine machine(UnitCompiler compiler) {
    Machine machine = new Machine(new MachineConfig(RAM_BYTES, 1000), compiler);
    for (int i = 0; i < loop.length; i++) {
      machine.memory().store32(PhysicalMemory.RAM_BASE + 4L * i, loop[i]);
    }
    machine.hart().startInMachineMode(PhysicalMemory.RAM_BASE);
    return machine;
  }

  @ParameterizedTest
  @EnumSource
  void everyLimitIsMetExactly(CompilerMode mode) {
    Machine machine = machine(GuestCompiler.of(mode));
    for (long limit = 1; limit < STEPS; limit = limit * 3 / 2 + 1) {
      machine.run(limit);
      assertEquals(limit, machine.position());
      assertEquals((limit + 2) / 3, machine.hart().x(10), "at " + limit);
      assertEquals((limit + 1) / 3, machine.hart().x(11), "at " + limit);
      assertEquals(PhysicalMemory.RAM_BASE + 4 * (limit % 3), machine.hart().pc());
    }
  }

  @ParameterizedTest
  @EnumSource
  void codeThatADeviceOverwritesIsNotExecutedAgain(CompilerMode mode) {
    Machine machine = machine(GuestCompiler.of(mode));
    machine.run(STEPS);
    machine.memory().store32(PhysicalMemory.RAM_BASE, ADDI_A0_A0_3);
    machine.run(2 * STEPS);
    assertEquals(STEPS / 3 + STEPS, machine.hart().x(10));
  }

  @Test
  void severalMachinesOfOneJvmDontMeet() {
    Machine one = machine(GuestCompiler.of(CompilerMode.EAGER));
    Machine other = machine(GuestCompiler.of(CompilerMode.EAGER));
    other.memory().store32(PhysicalMemory.RAM_BASE, ADDI_A0_A0_3);
    one.run(STEPS);
    other.run(STEPS);
    one.run(2 * STEPS);
    assertEquals(2 * STEPS / 3, one.hart().x(10));
    assertEquals(STEPS, other.hart().x(10));
  }

  private Machine restored(Machine saved, UnitCompiler compiler) throws IOException {
    ByteArrayOutputStream state = new ByteArrayOutputStream();
    saved.save(state);
    Machine machine = machine(compiler);
    machine.run(STEPS / 2);
    machine.restore(new ByteArrayInputStream(state.toByteArray()));
    return machine;
  }

  @Test
  void aStateMovesBetweenMachinesThatCompileAndSuchThatDont() throws IOException {
    Machine compiling = machine(GuestCompiler.of(CompilerMode.EAGER));
    compiling.run(STEPS);
    Machine interpreting = restored(compiling, UnitCompiler.NONE);
    interpreting.run(2 * STEPS);
    Machine again = restored(interpreting, GuestCompiler.of(CompilerMode.EAGER));
    for (Machine machine : List.of(compiling, interpreting, again)) {
      machine.run(3 * STEPS);
      assertEquals(compiling.hash(), machine.hash());
    }
  }
}
