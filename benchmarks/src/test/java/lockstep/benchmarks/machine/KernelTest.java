package lockstep.benchmarks.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import lockstep.vmm.machine.elf.BareMachine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every kernel computes what it has to, where the host has a cross compiler. */
final class KernelTest {
  private static final long RAM_BYTES = 128 << 20;
  private static final long STEPS_MAX = 1_000_000_000L;

  @ParameterizedTest
  @EnumSource
  @Tag("slow")
  void aKernelEndsWithItsChecksum(Kernel kernel, @TempDir Path directory)
      throws IOException, InterruptedException {
    assumeTrue(CrossCompiler.isInstalled(), "no cross compiler");
    byte[] elf = Files.readAllBytes(new CrossCompiler(directory).build(kernel, 2));
    BareMachine machine = new BareMachine(elf, RAM_BYTES);
    BareMachine.Result result = machine.run(STEPS_MAX, text -> {});
    assertEquals(new BareMachine.Result.Exited(0, machine.machine().position()), result);
  }
}
