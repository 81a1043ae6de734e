package lockstep.tools.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class FreePortsTest {
  private static final int EPHEMERAL = 32_768;

  @Test
  void areDistinctAndCanBeListenedOn() throws IOException {
    List<Integer> ports = FreePorts.choose(14);
    assertEquals(14, Set.copyOf(ports).size());
    for (int port : ports) {
      assertTrue(port < EPHEMERAL);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        assertEquals(port, socket.getLocalPort());
      }
    }
  }
}
