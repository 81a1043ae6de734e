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
  void silenceIsBoundedFromBelow() {
    assertEquals(300_000_000, parsed("--silence", "300").silenceNanosMin());
    assertEquals(Limits.DEFAULT.silenceNanos(), parsed("--silence", "300").silenceNanos());
    assertEquals(2_000_000_000, parsed("--silence", "2000").silenceNanos());
  }

  @Test
  void whatWasAskedForCanBePassedOn() {
    ProtectionOptions options =
        CommandLine.populateCommand(new ProtectionOptions(), "--lag", "40", "--silence", "300");
    String[] again = options.arguments().toArray(String[]::new);
    assertEquals(options.limits(), parsed(again));
  }

  @Test
  void nothingAtAllIsNoBound() {
    assertThrows(CommandLine.ParameterException.class, () -> parsed("--transfer-rate", "0"));
    assertThrows(CommandLine.ParameterException.class, () -> parsed("--lag", "-1"));
  }
}
