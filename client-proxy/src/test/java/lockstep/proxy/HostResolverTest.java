package lockstep.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostResolverTest {
  @Test
  void theFirstNameServerCounts() {
    assertEquals(
        Optional.of(new InetSocketAddress("192.0.2.1", 53)),
        HostResolver.first(
            List.of("# nameserver 1.1.1.1", "search x", "nameserver 192.0.2.1", "nameserver ::1")));
  }

  @Test
  void theFileIsReadAgainOnceItHasChanged(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("resolv.conf");
    HostResolver resolver = new HostResolver(file);
    assertEquals(Optional.empty(), resolver.get());
    Files.writeString(file, "nameserver 192.0.2.1");
    assertEquals(Optional.of(new InetSocketAddress("192.0.2.1", 53)), resolver.get());
    Files.writeString(file, "nameserver 192.0.2.2");
    var _ = Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
    assertEquals(Optional.of(new InetSocketAddress("192.0.2.2", 53)), resolver.get());
    Files.delete(file);
    assertEquals(Optional.of(new InetSocketAddress("192.0.2.2", 53)), resolver.get());
  }

  @Test
  void noneIsNone() {
    assertEquals(Optional.empty(), HostResolver.first(List.of("options edns0", "nameserver")));
  }
}
