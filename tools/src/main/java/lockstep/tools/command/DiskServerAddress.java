package lockstep.tools.command;

import java.net.InetSocketAddress;
import lockstep.disk.DiskServerOptions;
import lockstep.ft.net.Endpoints;
import lockstep.tools.HostName;
import picocli.CommandLine.Option;

/** Where the disk server is, for the servers and tools that use it. */
final class DiskServerAddress {
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
      names = "--arbiter-port",
      paramLabel = "PORT",
      defaultValue = "" + DiskServerOptions.ARBITER_PORT,
      description = "Its arbiter port (default: ${DEFAULT-VALUE}).")
  private int arbiterPort;

  @Option(
      names = "--disk-http-port",
      paramLabel = "PORT",
      defaultValue = "" + DiskServerOptions.HTTP_PORT,
      description = "Its HTTP port: definitions and blobs (default: ${DEFAULT-VALUE}).")
  private int httpPort;

  InetSocketAddress nbd() {
    return Endpoints.parse(host, nbdPort);
  }

  InetSocketAddress arbiter() {
    return Endpoints.parse(host, arbiterPort);
  }

  InetSocketAddress http() {
    return Endpoints.parse(host, httpPort);
  }
}
