package lockstep.disk;

import java.io.IOException;
import java.nio.file.Path;
import lockstep.disk.store.StoreKind;

/**
 * A disk server in a JVM of its own, to be killed: prints its three ports, runs until stdin ends.
 */
public final class ChildServer {
  private ChildServer() {}

  public static void main(String[] arguments) throws IOException {
    DiskServerOptions options = DiskServerOptions.onLoopback(Path.of(arguments[0]));
    boolean usualPorts = arguments.length > 1 && arguments[1].equals("usual-ports");
    if (arguments.length > 1 && !usualPorts) {
      options = options.with(StoreKind.parse(arguments[1]).orElseThrow());
    }
    try (DiskServer server = DiskServer.start(usualPorts ? options : options.withFreePorts())) {
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
