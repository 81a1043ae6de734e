package lockstep.proxy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The resolver that this host asks (resolv.conf(5)), as the file is now. */
final class HostResolver implements Supplier<Optional<InetSocketAddress>> {
  private static final Path CONFIGURATION = Path.of("/etc/resolv.conf");
  private static final int DNS_PORT = 53;

  private final Path configuration;
  private Optional<FileTime> read = Optional.empty();
  private Optional<InetSocketAddress> first = Optional.empty();

  HostResolver() {
    this(CONFIGURATION);
  }

  HostResolver(Path configuration) {
    this.configuration = configuration;
  }

  /** The first name server; empty if the host has none. Reads the file only if it has changed. */
  @Override
  public Optional<InetSocketAddress> get() {
    try {
      Optional<FileTime> changed = Optional.of(Files.getLastModifiedTime(configuration));
      if (!changed.equals(read)) {
        first = first(Files.readAllLines(configuration));
        read = changed;
      }
    } catch (IOException e) {
      read = Optional.empty(); // while it is being replaced, what it last said holds
    }
    return first;
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
