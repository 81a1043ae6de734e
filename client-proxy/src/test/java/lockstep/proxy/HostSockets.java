package lockstep.proxy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** The TCP sockets of this host as Linux shows them (proc_net_tcp). */
final class HostSockets {
  private static final List<Path> TABLES =
      List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));

  private static final int SYN_SENT = 2;
  private static final int KEEP_ALIVE_TIMER = 2;

  private record Row(int localPort, int remotePort, int state, int timer, int timerHundredths) {

    /** From {@code sl local rem st tx:rx tr:when ...}, numbers in hexadecimal. */
    static Row of(String line) {
      String[] words = line.strip().split("\\s+");
      return new Row(
          after(words[1]),
          after(words[2]),
          hex(words[3]),
          hex(words[5].split(":")[0]),
          after(words[5]));
    }

    private static int after(String pair) {
      return hex(pair.substring(pair.lastIndexOf(':') + 1));
    }

    private static int hex(String text) {
      return Integer.parseUnsignedInt(text, 16);
    }
  }

  private HostSockets() {}

  static boolean canBeSeen() {
    return Files.isReadable(TABLES.getFirst());
  }

  private static Stream<Row> rows() {
    return TABLES.stream().filter(Files::isReadable).flatMap(HostSockets::lines).map(Row::of);
  }

  private static Stream<String> lines(Path table) {
    try {
      return Files.readAllLines(table).stream().skip(1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How many sockets wait for {@code port} to answer their SYN. */
  static long connecting(int port) {
    return rows().filter(row -> row.remotePort == port && row.state == SYN_SENT).count();
  }

  /** In how many seconds a silent peer is asked whether it is there; empty if it never is. */
  static OptionalInt keepAliveSeconds(int localPort, int remotePort) {
    return rows()
        .filter(row -> row.localPort == localPort && row.remotePort == remotePort)
        .filter(row -> row.timer == KEEP_ALIVE_TIMER)
        .mapToInt(row -> row.timerHundredths / 100)
        .findFirst();
  }
}
