package lockstep.tools.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import lockstep.ft.definition.VmDefinition.PublishedPort;
import org.junit.jupiter.api.Test;

final class PublishedTest {
  @Test
  void pairsAreReadAsHostPortByGuestPort() throws IOException {
    assertEquals(Map.of(6379, 16379, 80, 8080), Published.parse(List.of("16379:6379", "8080:80")));
    assertEquals(Map.of(), Published.parse(List.of()));
  }

  @Test
  void whatIsNoPairIsRefusedInTheUsersWords() {
    for (String text : List.of("6379", "a:b", "1:2:3", ":", "16379:")) {
      IOException refused =
          assertThrows(IOException.class, () -> Published.parse(List.of(text)), text);
      assertEquals("--publish takes PORT:GUEST_PORT, not " + text, refused.getMessage());
    }
  }

  @Test
  void aTakenPortIsNamedTogetherWithTheWayOut() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      List<PublishedPort> ports = List.of(new PublishedPort(taken.getLocalPort(), 6379));
      String message =
          String.valueOf(
              assertThrows(IOException.class, () -> Published.requireFree(ports)).getMessage());
      assertTrue(
          message.startsWith("can't listen on 127.0.0.1:" + taken.getLocalPort() + " ("), message);
      assertTrue(message.endsWith("--publish PORT:6379"), message);
    }
  }

  @Test
  void aFreePortIsLeftFree() throws IOException {
    int port;
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = probe.getLocalPort();
    }
    List<PublishedPort> ports = List.of(new PublishedPort(port, 6379));
    Published.requireFree(ports);
    Published.requireFree(ports);
  }
}
