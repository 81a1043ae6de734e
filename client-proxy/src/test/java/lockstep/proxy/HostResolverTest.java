package lockstep.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class HostResolverTest {
  @Test
  void theFirstNameServerCounts() {
    assertEquals(
        Optional.of(new InetSocketAddress("192.0.2.1", 53)),
        HostResolver.first(
            List.of("# nameserver 1.1.1.1", "search x", "nameserver 192.0.2.1", "nameserver ::1")));
  }

  @Test
  void noneIsNone() {
    assertEquals(Optional.empty(), HostResolver.first(List.of("options edns0", "nameserver")));
  }
}
