package lockstep.tools.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import lockstep.ft.core.ReplicaConfig.Limits;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class ProtectionOptionsTest {
  private static Limits parsed(String... arguments) {
    return CommandLine.populateCommand(new ProtectionOptions(), arguments).limits();
  }

  @Test
  void theDefaultsAreWhatTheCoreUses() {
    assertEquals(Limits.DEFAULT, parsed());
  }

  @Test
  void bandwidthAndLagAreBounded() {
    Limits limits = parsed("--transfer-rate", "25", "--lag", "40");
    assertEquals(25_000_000, limits.transfer().bandwidthBytesPerSecond());
    assertEquals(40_000_000, limits.lagNanosMax());
  }

  @Test
  void nothingAtAllIsNoBound() {
    assertThrows(CommandLine.ParameterException.class, () -> parsed("--transfer-rate", "0"));
    assertThrows(CommandLine.ParameterException.class, () -> parsed("--lag", "-1"));
  }
}
