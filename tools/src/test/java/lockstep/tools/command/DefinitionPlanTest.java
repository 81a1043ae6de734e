package lockstep.tools.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import lockstep.tools.cluster.DefinedVm;
import lockstep.tools.cluster.SampleVm;
import org.junit.jupiter.api.Test;

final class DefinitionPlanTest {
  private static final DefinedVm KNOWN = SampleVm.defined();
  private static final long MIB = 1 << 20;

  @Test
  void aPlainUpKeepsWhatIsDefined() throws IOException {
    assertEquals(
        new DefinitionPlan.Keep(KNOWN),
        DefinitionPlan.of(KNOWN, Optional.empty(), Map.of(), 0, true));
  }

  @Test
  void whatIsSaidOnceMoreIsKeptAlsoWhileItRuns() throws IOException {
    assertEquals(
        new DefinitionPlan.Keep(KNOWN),
        DefinitionPlan.of(
            KNOWN, Optional.of(SampleVm.guest(SampleVm.ROOT)), Map.of(80, 80), 128 * MIB, true));
  }

  @Test
  void otherPortsAreDefinedAnewWhileItIsDown() throws IOException {
    assertEquals(
        new DefinitionPlan.Redefine(KNOWN.with(Map.of(80, 8080), 0)),
        DefinitionPlan.of(KNOWN, Optional.empty(), Map.of(80, 8080), 0, false));
  }

  @Test
  void otherMemoryIsRefusedWhileItRuns() {
    IOException refused =
        assertThrows(
            IOException.class,
            () -> DefinitionPlan.of(KNOWN, Optional.empty(), Map.of(), 256 * MIB, true));
    assertEquals(
        "--publish and --memory can't change while the VM runs; lockstep down first",
        refused.getMessage());
  }

  @Test
  void anotherGuestIsRefusedByNameWhetherItRunsOrNot() {
    String message =
        String.valueOf(
            assertThrows(
                    IOException.class,
                    () ->
                        DefinitionPlan.of(
                            KNOWN, Optional.of(SampleVm.guest("f".repeat(64))), Map.of(), 0, false))
                .getMessage());
    assertTrue(message.contains("nginx, root disk ffffffffffff"), message);
    assertTrue(message.contains("root disk 333333333333"), message);
    assertTrue(message.contains("--state"), message);
  }
}
