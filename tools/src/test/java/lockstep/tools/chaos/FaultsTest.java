package lockstep.tools.chaos;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import lockstep.tools.image.Guest;
import lockstep.tools.image.Progress;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The whole system, as users run it: the four processes, the real guest, a real client. */
@Tag("guest")
final class FaultsTest {
  private static final long SEED = 1;

  @TempDir private static Path directory = Path.of("");

  private static int clientPort;
  private static @Nullable SavedGuest saved;

  @BeforeAll
  static void bootAGuestAndSaveIt() throws Exception {
    String folder = System.getProperty("lockstep.guest", "");
    Assumptions.assumeFalse(folder.isEmpty(), "-Dlockstep.guest=FOLDER names no guest");
    Guest guest = Guest.open(Path.of(folder)).orElseThrow();
    clientPort = freePort();
    saved = SavedGuest.ensure(directory, guest, clientPort, Progress.none());
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void aClientLosesNothingToASingleFault(Fault fault) throws Exception {
    FaultRun.Outcome outcome =
        new FaultRun(Objects.requireNonNull(saved), fault, clientPort, new Random(SEED)).run();
    assertTrue(outcome.nothingLost(), outcome::toString);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
