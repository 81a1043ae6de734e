package lockstep.tools.cluster;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Ports on which servers that are started later can listen. They lie below those that hosts give to
 * whoever connects (RFC 6056, 3.2; Linux begins at 32768), so that no connection takes one before.
 */
public final class FreePorts {
  private static final int FIRST = 20_000;
  private static final int LAST = 32_000;
  private static final int ATTEMPTS = 1_000;

  private FreePorts() {}

  /**
   * Chooses {@code count} ports on which nobody listens on loopback, at random.
   *
   * @throws IOException if there seem to be none
   */
  public static List<Integer> choose(int count) throws IOException {
    RandomGenerator random = RandomGenerator.getDefault();
    Set<Integer> chosen = new LinkedHashSet<>();
    for (int i = 0; i < ATTEMPTS && chosen.size() < count; i++) {
      int port = random.nextInt(FIRST, LAST);
      if (isFree(port)) {
        chosen.add(port);
      }
    }
    if (chosen.size() < count) {
      throw new IOException("no free ports between " + FIRST + " and " + LAST);
    }
    return List.copyOf(chosen);
  }

  private static boolean isFree(int port) throws IOException {
    try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return true;
    } catch (BindException _) {
      return false;
    }
  }
}
