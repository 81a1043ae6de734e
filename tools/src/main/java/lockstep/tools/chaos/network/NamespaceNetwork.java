package lockstep.tools.chaos.network;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lockstep.tools.chaos.network.LossyWire.End;
import lockstep.tools.chaos.network.LossyWire.Strand;
import lockstep.tools.chaos.network.NamespacePlan.Owner;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.ClusterNetwork;
import lockstep.tools.cluster.ClusterNetwork.Place;
import lockstep.tools.cluster.ClusterSettings;
import lockstep.tools.cluster.ProcStat;
import lockstep.tools.cluster.ServerProcess;
import lockstep.tools.image.HostLacksException;

/**
 * Each server is in a network namespace of its own (network_namespaces(7)), behind a router in yet
 * another, see {@link NamespacePlan}; the wires are {@link LossyWire}s. Whether this host lets
 * somebody do that is tried out.
 */
final class NamespaceNetwork implements StormNetwork {
  private static final int NOBODY_LISTENS = 9; // discard, RFC 863
  private static final int ANSWER_MILLIS_MAX = 2_000;
  private static final int LOST_MILLIS_MIN = 300;
  private static final Duration END_TIMEOUT = Duration.ofSeconds(10);

  private final NetworkPrograms programs;
  private final NamespacePlan plan;
  private final ClusterSettings settings;
  private final List<Wires> wires = new ArrayList<>();
  private final List<Wire> allWires = new ArrayList<>();
  private final Wire proxyToArbiter;
  private int strandsMade;

  private NamespaceNetwork(NetworkPrograms programs, NamespacePlan plan, ClusterSettings settings) {
    this.programs = programs;
    this.plan = plan;
    this.settings = settings;
    List<String> vmms = vmms(settings).toList();
    for (int i = 0; i < vmms.size(); i++) {
      List<String> vmm = List.of(vmms.get(i));
      List<String> others = new ArrayList<>(vmms);
      others.remove(i);
      wires.add(
          new Wires(
              wire(vmm, Cluster.DISK_SERVER, settings.nbdPort()),
              wire(vmm, Cluster.DISK_SERVER, settings.arbiterPort()),
              wire(vmm, Cluster.CLIENT_PROXY, settings.linkPort()),
              wire(others, vmms.get(i), settings.replicas().get(i).logPort())));
      allWires.add(wire(strandsOf(i, vmms)));
    }
    proxyToArbiter =
        wire(List.of(Cluster.CLIENT_PROXY), Cluster.DISK_SERVER, settings.arbiterPort());
  }

  /**
   * All that leads from a VMM or to it; what leads to another VMM's port from a third one is not.
   */
  private List<Strand> strandsOf(int index, List<String> vmms) {
    String self = vmms.get(index);
    List<Strand> strands = new ArrayList<>();
    strands.add(strand(List.of(self), Cluster.DISK_SERVER, settings.nbdPort()));
    strands.add(strand(List.of(self), Cluster.DISK_SERVER, settings.arbiterPort()));
    strands.add(strand(List.of(self), Cluster.CLIENT_PROXY, settings.linkPort()));
    for (int other = 0; other < vmms.size(); other++) {
      if (other != index) {
        int ownPort = settings.replicas().get(index).logPort();
        int otherPort = settings.replicas().get(other).logPort();
        strands.add(strand(List.of(vmms.get(other)), self, ownPort));
        strands.add(strand(List.of(self), vmms.get(other), otherPort));
      }
    }
    return strands;
  }

  private static Stream<String> vmms(ClusterSettings settings) {
    return IntStream.range(0, settings.replicas().size()).mapToObj(Cluster::replicaName);
  }

  private LossyWire wire(List<String> diallers, String listener, int port) {
    return wire(List.of(strand(diallers, listener, port)));
  }

  private LossyWire wire(List<Strand> strands) {
    return new LossyWire(programs, plan.namespace(NamespacePlan.ROUTER), strands);
  }

  private Strand strand(List<String> diallers, String listener, int port) {
    return new Strand(
        strandsMade++, diallers.stream().map(this::end).toList(), end(listener), port);
  }

  private End end(String server) {
    return new End(plan.namespace(server), plan.address(server));
  }

  /**
   * Makes it, and tries it out; removes what storms have left that were killed.
   *
   * @throws HostLacksException if this process may not, or something is missing here
   */
  static NamespaceNetwork make(ClusterSettings settings) throws IOException, HostLacksException {
    NetworkPrograms programs = NetworkPrograms.find();
    Owner owner = thisProcess();
    try {
      remove(programs, NamespacePlan.leftOver(programs.namespaces(), NamespaceNetwork::runs));
      Optional<Subnet> subnet = Subnet.free(programs.routes());
      if (subnet.isEmpty()) {
        throw new HostLacksException("every private subnet has a route already");
      }
      List<String> servers =
          Stream.concat(Stream.of(Cluster.DISK_SERVER, Cluster.CLIENT_PROXY), vmms(settings))
              .toList();
      NamespaceNetwork network =
          new NamespaceNetwork(programs, new NamespacePlan(owner, subnet.get(), servers), settings);
      network.build();
      return network;
    } catch (IOException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      throw new HostLacksException(String.valueOf(e.getMessage()), e);
    }
  }

  private static Owner thisProcess() throws HostLacksException {
    long pid = ProcessHandle.current().pid();
    return ProcStat.of(pid)
        .map(stat -> new Owner(pid, stat.startTicks()))
        .orElseThrow(() -> new HostLacksException("this system has no /proc as Linux has it"));
  }

  private static boolean runs(Owner owner) {
    return ProcStat.of(owner.pid())
        .filter(stat -> stat.startTicks() == owner.startTicks())
        .isPresent();
  }

  private void build() throws IOException {
    try {
      for (String namespace : plan.namespaces()) {
        programs.addNamespace(namespace);
      }
      String router = plan.namespace(NamespacePlan.ROUTER);
      programs.within(router, plan.routerLines());
      for (String server : plan.servers()) {
        programs.within(plan.namespace(server), plan.serverLines(server));
      }
      programs.here(plan.hereLines());
      programs.forward(router);
      tryOut();
    } catch (IOException e) {
      try {
        close();
      } catch (IOException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }

  private void tryOut() throws IOException {
    for (String server : plan.servers()) {
      if (!answers(server, ANSWER_MILLIS_MAX)) {
        throw new IOException("no packets pass to the network namespace of " + server);
      }
    }
    LossyWire wire = wire(List.of(NamespacePlan.HERE), Cluster.DISK_SERVER, NOBODY_LISTENS);
    wire.hold();
    if (answers(Cluster.DISK_SERVER, LOST_MILLIS_MIN)) {
      throw new IOException("this kernel loses no packets by a rule that names a port");
    }
    wire.mend();
    if (!endsConnections()) {
      throw new IOException("this kernel ends no connections (ss -K; INET_DIAG_DESTROY)");
    }
  }

  /** Whether a server's kernel says that nobody listens. */
  private boolean answers(String server, int patienceMillis) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(plan.address(server), NOBODY_LISTENS), patienceMillis);
      return true;
    } catch (ConnectException _) {
      return true; // refused
    } catch (SocketTimeoutException _) {
      return false;
    }
  }

  private boolean endsConnections() throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket listening = new ServerSocket(0, 1, loopback);
        Socket near = new Socket(loopback, listening.getLocalPort());
        Socket _ = listening.accept()) {
      near.setSoTimeout(ANSWER_MILLIS_MAX);
      programs.endConnections(List.of(), List.of("sport = :" + listening.getLocalPort()));
      return near.getInputStream().read() < 0;
    } catch (SocketTimeoutException _) {
      return false;
    } catch (SocketException _) {
      return true; // reset
    }
  }

  @Override
  public ClusterNetwork cluster() {
    return ClusterNetwork.direct(
        settings,
        server -> new Place(plan.address(server), programs.enter(plan.namespace(server))));
  }

  @Override
  public Wires wires(int index) {
    return wires.get(index);
  }

  @Override
  public Wire allWires(int index) {
    return allWires.get(index);
  }

  @Override
  public Wire proxyToArbiter() {
    return proxyToArbiter;
  }

  @Override
  public void mend() throws IOException {
    for (Wires ofOne : wires) {
      ofOne.mend();
    }
    for (Wire all : allWires) {
      all.mend();
    }
    proxyToArbiter.mend();
  }

  @Override
  public String text() {
    return "network namespaces, %s".formatted(plan.subnet());
  }

  /** All of it, whether or not somebody has interrupted this thread. */
  @Override
  public void close() throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      programs.deleteDevice(plan.device());
    } catch (IOException _) {
      // not made yet; it goes with the router's namespace, too, but only after a moment
    }
    try {
      List<String> made = new ArrayList<>(plan.namespaces());
      made.retainAll(programs.namespaces());
      remove(programs, made);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Removes namespaces, and ends what still runs in them. */
  private static void remove(NetworkPrograms programs, List<String> namespaces) throws IOException {
    for (String namespace : namespaces) {
      for (long pid : programs.processes(namespace)) {
        Optional<ProcessHandle> process = ProcessHandle.of(pid);
        if (process.isPresent()) {
          process.get().destroyForcibly();
          var _ = ServerProcess.awaitEnd(process.get(), END_TIMEOUT);
        }
      }
      programs.deleteNamespace(namespace);
    }
  }
}
