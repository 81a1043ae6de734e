package lockstep.tools.chaos.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Names and addresses of a {@link NamespaceNetwork}, and the lines for {@code ip -batch} that make
 * it.
 *
 * <pre>
 *   disk-server eth0 ----+
 *   client-proxy eth0 ---+-- router ---- this process's own namespace
 *   vmm-1 eth0 ----------+
 *   ...
 * </pre>
 *
 * <p>Each line is a pair of veth devices with a subnet of four addresses: the router has the second
 * of them, who is at its other end the third.
 *
 * @param owner the process that makes it, by which its names are told from another's
 * @param servers at most {@value #SERVERS_MAX}
 */
record NamespacePlan(Owner owner, Subnet subnet, List<String> servers) {
  static final String ROUTER = "router";

  /** This process, as the end of a line. */
  static final String HERE = "here";

  static final int SERVERS_MAX = 63;

  private static final String DEVICE = "eth0";
  private static final int LINE_ADDRESSES = 4;
  private static final int LINE_PREFIX_LENGTH = 30;

  /** Such names are never made by anybody else. */
  private static final Pattern OWNED =
      Pattern.compile("lockstep-chaos-([0-9]{1,18})-([0-9]{1,18})-.+");

  /**
   * A process.
   *
   * @param startTicks when it began: a pid is given away again
   */
  record Owner(long pid, long startTicks) {
    /** Who has made the namespace of that name, if it is one of a storm. */
    static Optional<Owner> of(String namespace) {
      Matcher owned = OWNED.matcher(namespace);
      return owned.matches()
          ? Optional.of(new Owner(Long.parseLong(owned.group(1)), Long.parseLong(owned.group(2))))
          : Optional.empty();
    }
  }

  NamespacePlan {
    servers = List.copyOf(servers);
    if (servers.size() > SERVERS_MAX) {
      throw new IllegalArgumentException(servers.size() + " servers do not fit into " + subnet);
    }
  }

  /** Those of {@code namespaces} whose owners run no more. */
  static List<String> leftOver(List<String> namespaces, Predicate<Owner> runs) {
    return namespaces.stream()
        .filter(name -> Owner.of(name).filter(runs.negate()).isPresent())
        .toList();
  }

  /** The name of a server's namespace, or of the router's. */
  String namespace(String server) {
    return "lockstep-chaos-%d-%d-%s".formatted(owner.pid(), owner.startTicks(), server);
  }

  List<String> namespaces() {
    return Stream.concat(Stream.of(ROUTER), servers.stream()).map(this::namespace).toList();
  }

  /** Where a server is reached. */
  String address(String server) {
    return subnet.address(line(server) * LINE_ADDRESSES + 2);
  }

  private String routerAddress(String server) {
    return subnet.address(line(server) * LINE_ADDRESSES + 1);
  }

  private int line(String server) {
    int index = server.equals(HERE) ? servers.size() : servers.indexOf(server);
    if (index < 0) {
      throw new IllegalArgumentException("no server of this network: " + server);
    }
    return index;
  }

  /** The device in this process's own namespace; with any pid short enough for one's name. */
  String device() {
    return "lockstep" + owner.pid();
  }

  /** In the router's namespace. */
  List<String> routerLines() {
    List<String> lines = new ArrayList<>();
    for (String server : servers) {
      lines.add(
          "link add %s type veth peer name %s netns %s"
              .formatted(server, DEVICE, namespace(server)));
    }
    lines.add("link add %s type veth peer name %s netns %d".formatted(HERE, device(), owner.pid()));
    Stream.concat(servers.stream(), Stream.of(HERE))
        .forEach(
            end -> {
              lines.add(
                  "addr add %s/%d dev %s".formatted(routerAddress(end), LINE_PREFIX_LENGTH, end));
              lines.add("link set %s up".formatted(end));
            });
    return lines;
  }

  /** In a server's namespace, once the router has its lines. */
  List<String> serverLines(String server) {
    return List.of(
        "link set lo up",
        "addr add %s/%d dev %s".formatted(address(server), LINE_PREFIX_LENGTH, DEVICE),
        "link set %s up".formatted(DEVICE),
        "route add default via %s".formatted(routerAddress(server)));
  }

  /** In this process's own namespace, once the router has its lines. */
  List<String> hereLines() {
    return List.of(
        "addr add %s/%d dev %s".formatted(address(HERE), LINE_PREFIX_LENGTH, device()),
        "link set %s up".formatted(device()),
        "route add %s via %s dev %s".formatted(subnet, routerAddress(HERE), device()));
  }
}
