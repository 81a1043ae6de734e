package lockstep.tools.disk;

import java.net.InetSocketAddress;
import lockstep.disk.DiskServerOptions;
import lockstep.ft.net.Endpoints;
import lockstep.tools.HostName;
import picocli.CommandLine.Option;

/** Where the disk server is. */
public final class DiskAddress {
  static final String OPTION_HOST = "--disk-server";
  static final String OPTION_NBD = "--nbd-port";
  static final String OPTION_HTTP = "--disk-http-port";

  @Option(
      names = OPTION_HOST,
      paramLabel = "HOST",
      defaultValue = "127.0.0.1",
      converter = HostName.class,
      description = "Host of the disk server (default: ${DEFAULT-VALUE}).")
  private String host = "";

  @Option(
      names = OPTION_NBD,
      paramLabel = "PORT",
      defaultValue = "" + DiskServerOptions.NBD_PORT,
      description = "Its NBD port (default: ${DEFAULT-VALUE}).")
  private int nbdPort;

  @Option(
      names = OPTION_HTTP,
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
}
