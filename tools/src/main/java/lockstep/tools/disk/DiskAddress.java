package lockstep.tools.disk;

import java.net.InetSocketAddress;
import lockstep.ft.net.Endpoints;
import lockstep.tools.HostName;
import picocli.CommandLine.Option;

/** Where the disk server is. */
final class DiskAddress {
  @Option(
      names = "--disk-server",
      paramLabel = "HOST",
      defaultValue = "127.0.0.1",
      converter = HostName.class,
      description = "Host of the disk server (default: ${DEFAULT-VALUE}).")
  private String host = "";

  @Option(
      names = "--nbd-port",
      paramLabel = "PORT",
      defaultValue = "10809",
      description = "Its NBD port (default: ${DEFAULT-VALUE}).")
  private int nbdPort;

  @Option(
      names = "--disk-http-port",
      paramLabel = "PORT",
      defaultValue = "10811",
      description = "Its HTTP port (default: ${DEFAULT-VALUE}).")
  private int httpPort;

  InetSocketAddress nbd() {
    return Endpoints.parse(host, nbdPort);
  }

  DiskApi api() {
    return new DiskApi(Endpoints.parse(host, httpPort));
  }
}
