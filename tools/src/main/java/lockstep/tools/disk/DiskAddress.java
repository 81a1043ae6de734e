package lockstep.tools.disk;

import java.net.InetSocketAddress;
import lockstep.disk.DiskServerOptions;
import lockstep.ft.net.Endpoints;
import lockstep.tools.HostName;
import picocli.CommandLine.Option;

/** Where the disk server is. */
public final class DiskAddress {
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
      defaultValue = "" + DiskServerOptions.NBD_PORT,
      description = "Its NBD port (default: ${DEFAULT-VALUE}).")
  private int nbdPort;

  @Option(
      names = "--disk-http-port",
      paramLabel = "PORT",
      defaultValue = "" + DiskServerOptions.HTTP_PORT,
      description = "Its HTTP port: definitions and blobs (default: ${DEFAULT-VALUE}).")
  private int httpPort;

  public InetSocketAddress nbd() {
    return at(nbdPort);
  }

  public InetSocketAddress http() {
    return at(httpPort);
  }

  /** Another port of its host. */
  public InetSocketAddress at(int port) {
    return Endpoints.parse(host, port);
  }

  DiskApi api() {
    return new DiskApi(http());
  }
}
