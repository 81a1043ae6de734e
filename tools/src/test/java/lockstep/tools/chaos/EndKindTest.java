package lockstep.tools.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Optional;
import lockstep.ft.core.HaltReason;
import lockstep.tools.cluster.ServerEnd;
import lockstep.tools.command.VmmCommand;
import org.junit.jupiter.api.Test;

final class EndKindTest {
  private static EndKind kind(int exitCode, String lastWords) {
    return EndKind.of(new ServerEnd(Instant.EPOCH, "vmm-1", 1, exitCode, lastWords));
  }

  private static String halted(HaltReason reason) {
    return "2026-01-02T03:04:05.678Z INFO  VmmCommand halted reason=" + reason + " detail=\"x\"";
  }

  @Test
  void aReplicaThatHasHaltedSaysWhy() {
    for (HaltReason reason : HaltReason.values()) {
      EndKind kind = kind(VmmCommand.exitCode(reason), halted(reason));
      assertEquals(Optional.of(reason), kind.reason());
      assertEquals(reason.name(), kind.toString());
    }
  }

  @Test
  void whatTheLogSaysCountsOnlyIfTheExitCodeSaysSoToo() {
    assertEquals("exit code 1", kind(1, halted(HaltReason.LOST)).toString());
    assertEquals("exit code 3", kind(3, halted(HaltReason.GUEST_OFF)).toString());
    assertEquals("exit code 0", kind(0, "listens").toString());
  }

  @Test
  void wantOfMemoryHasTheExitCodeOfALossAndIsNone() {
    EndKind kind = kind(3, "Terminating due to java.lang.OutOfMemoryError: Java heap space");
    assertEquals("out of memory", kind.toString());
    assertEquals(Optional.empty(), kind.reason());
  }

  @Test
  void aBugOfItsOwnAndSignalsAreKnownByTheirCodes() {
    assertEquals("stopped by a bug of its own", kind(70, halted(HaltReason.LOST)).toString());
    assertEquals("signal 6", kind(134, "# A fatal error").toString());
    assertTrue(kind(137, halted(HaltReason.LOST)).isKill());
    assertFalse(kind(143, "").isKill());
  }
}
