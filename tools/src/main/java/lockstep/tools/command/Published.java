package lockstep.tools.command;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lockstep.ft.definition.DefinitionCodec;
import lockstep.ft.definition.InvalidDefinitionException;
import lockstep.ft.definition.VmDefinition;
import lockstep.ft.definition.VmDefinition.PublishedPort;
import lockstep.tools.BadValueException;
import lockstep.tools.cluster.Cluster;

/** Published ports: as written on the command line, and as the disk server knows them. */
final class Published {
  private Published() {}

  /**
   * Parses {@code PORT:GUEST_PORT} pairs.
   *
   * @return host port by guest port
   */
  static Map<Integer, Integer> parse(List<String> pairs) throws IOException {
    Map<Integer, Integer> ports = new HashMap<>();
    for (String pair : pairs) {
      String[] parts = pair.split(":", -1);
      if (parts.length != 2) {
        throw notAPair(pair);
      }
      try {
        ports.put(Integer.parseInt(parts[1]), Integer.parseInt(parts[0]));
      } catch (NumberFormatException _) {
        throw notAPair(pair);
      }
    }
    return ports;
  }

  private static BadValueException notAPair(String text) {
    return new BadValueException("--publish takes PORT:GUEST_PORT, not " + text);
  }

  /**
   * Refuses if a port of this host's loopback is taken.
   *
   * @param ports to be published
   */
  static void requireFree(List<PublishedPort> ports) throws IOException {
    for (PublishedPort port : ports) {
      try (ServerSocket probe = new ServerSocket()) {
        probe.setReuseAddress(true); // as the proxy does: only a listener is in the way
        probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port.port()));
      } catch (BindException e) {
        throw new IOException(
            "can't listen on 127.0.0.1:%d (%s); publish the guest's port %d elsewhere: --publish PORT:%d"
                .formatted(port.port(), e.getMessage(), port.guestPort(), port.guestPort()),
            e);
      }
    }
  }

  static VmDefinition definition(Cluster cluster) throws IOException {
    String vm = cluster.settings().vm();
    String json =
        cluster
            .http()
            .text(cluster.settings().diskHttpPort(), "/vms/" + vm)
            .orElseThrow(() -> new IOException("the disk server knows no VM " + vm));
    try {
      return DefinitionCodec.fromJson(json);
    } catch (InvalidDefinitionException e) {
      throw new IOException("the definition of " + vm + " is refused: " + e.getMessage(), e);
    }
  }

  /** The first published port. */
  static PublishedPort first(Cluster cluster) throws IOException {
    return definition(cluster).network().published().stream()
        .findFirst()
        .orElseThrow(() -> new IOException("the VM publishes no port"));
  }
}
