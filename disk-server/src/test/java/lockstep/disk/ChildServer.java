package lockstep.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import lockstep.disk.store.StoreKind;

/**
 * A disk server in a JVM of its own, to be killed: prints its three ports, runs until stdin ends.
 * Its buffers are small, so that a little load fills many.
 */
public final class ChildServer {
  private static final long MEMORY_BYTES = 32L << 20;

  private ChildServer() {}

  /**
   * @param arguments the data directory, the store, the lease in milliseconds
   */
  public static void main(String[] arguments) throws IOException {
    DiskServerOptions usual = DiskServerOptions.onLoopback(Path.of(arguments[0])).withFreePorts();
    DiskServerOptions options =
        new DiskServerOptions(
            usual.dataDirectory(),
            Optional.of(StoreKind.parse(arguments[1]).orElseThrow()),
            MEMORY_BYTES,
            usual.nbd(),
            usual.tls(),
            usual.arbiter(),
            usual.http(),
            Long.parseLong(arguments[2]));
    try (DiskServer server = DiskServer.start(options)) {
      System.out.println(
          server.nbdAddress().getPort()
              + " "
              + server.arbiterAddress().getPort()
              + " "
              + server.httpAddress().getPort());
      while (System.in.read() >= 0) {
        // Whoever started us says when to stop by closing our stdin, or kills us.
      }
    }
  }
}
