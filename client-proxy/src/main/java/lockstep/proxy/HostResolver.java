package lockstep.proxy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The resolver that this host asks (resolv.conf(5)). */
final class HostResolver {
  private static final Path CONFIGURATION = Path.of("/etc/resolv.conf");
  private static final int DNS_PORT = 53;

  private HostResolver() {}

  /** The first name server; empty if the host has none. */
  static Optional<InetSocketAddress> find() {
    try {
      return first(Files.readAllLines(CONFIGURATION));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  static Optional<InetSocketAddress> first(List<String> lines) {
    for (String line : lines) {
      String[] words = line.strip().split("\\s+");
      // Only literal addresses are looked at, so that nothing is resolved here.
      if (words.length >= 2
          && words[0].equals("nameserver")
          && words[1].matches("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
        try {
          return Optional.of(new InetSocketAddress(InetAddress.getByName(words[1]), DNS_PORT));
        } catch (UnknownHostException e) {
          continue; // not an address after all
        }
      }
    }
    return Optional.empty();
  }
}
