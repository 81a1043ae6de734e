package lockstep.ft.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

final class EndpointsTest {
  @Test
  void whatIsParsedIsFormattedTheSame() {
    assertEquals("[::1]:53", Endpoints.format(Endpoints.parse("::1", 53)));
    assertEquals("[::1]:7", Endpoints.format(Endpoints.parse("[::1]:7", 53)));
    assertEquals("disk.example:53", Endpoints.format(Endpoints.parse("disk.example", 53)));
    assertEquals("[::1]:9", Endpoints.format(InetSocketAddress.createUnresolved("::1", 9)));
  }

  @Test
  void aHostHasNoPort() {
    assertEquals("::1", Endpoints.host("[::1]"));
    assertEquals("::1", Endpoints.host("::1"));
    assertEquals("disk.example", Endpoints.host("disk.example"));
    assertThrows(IllegalArgumentException.class, () -> Endpoints.host("disk.example:10811"));
    assertThrows(IllegalArgumentException.class, () -> Endpoints.host("[::1]:10811"));
  }

  @Test
  void nonsenseIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Endpoints.parse("a:b", 1));
    assertThrows(IllegalArgumentException.class, () -> Endpoints.parse("a:99999", 1));
  }
}
