package lockstep.tools.command;

import java.net.InetSocketAddress;
import lockstep.disk.DiskServerOptions;
import lockstep.tools.disk.DiskAddress;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where the disk server is, with its arbiter, for the servers that use both. */
final class DiskServerAddress {
  @Mixin private DiskAddress disks = new DiskAddress();

  @Option(
      names = "--arbiter-port",
      paramLabel = "PORT",
      defaultValue = "" + DiskServerOptions.ARBITER_PORT,
      description = "Its arbiter port (default: ${DEFAULT-VALUE}).")
  private int arbiterPort;

  InetSocketAddress nbd() {
    return disks.nbd();
  }

  InetSocketAddress arbiter() {
    return disks.at(arbiterPort);
  }

  InetSocketAddress http() {
    return disks.http();
  }
}
