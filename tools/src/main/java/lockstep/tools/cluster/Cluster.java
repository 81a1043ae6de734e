package lockstep.tools.cluster;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lockstep.tools.cluster.ClusterNetwork.Place;
import lockstep.tools.cluster.ClusterNetwork.Ways;
import lockstep.tools.cluster.ClusterSettings.ReplicaPorts;

/**
 * The processes of a cluster on this machine: disk server, client proxy, three VMMs, and what keeps
 * them.
 */
public final class Cluster implements AutoCloseable {
  public static final String DISK_SERVER = "disk-server";
  public static final String CLIENT_PROXY = "client-proxy";
  private static final String KEEPER = "keeper";

  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final int LOG_LINES = 12;

  private final StateDirectory state;
  private final ClusterSettings settings;
  private final ServerHttp http = new ServerHttp(this::hostAt);
  private final ClusterNetwork network;
  private final List<String> diskServerMore;

  public Cluster(StateDirectory state, ClusterSettings settings) {
    this(state, settings, ClusterNetwork.loopback(settings), List.of());
  }

  /**
   * @param diskServerMore arguments for the disk server beside the usual ones
   */
  public Cluster(
      StateDirectory state,
      ClusterSettings settings,
      ClusterNetwork network,
      List<String> diskServerMore) {
    this.state = state;
    this.settings = settings;
    this.network = network;
    this.diskServerMore = List.copyOf(diskServerMore);
  }

  /** The cluster of a state directory that {@code up} has made before. */
  public static Cluster of(StateDirectory state) throws IOException {
    return new Cluster(
        state,
        ClusterSettings.load(state)
            .orElseThrow(
                () ->
                    new IOException(
                        "nothing was started in " + state.root() + " yet: lockstep up")));
  }

  public StateDirectory state() {
    return state;
  }

  public ClusterSettings settings() {
    return settings;
  }

  public ServerHttp http() {
    return http;
  }

  /** Where the disk server exports disks. */
  public InetSocketAddress nbd() {
    return InetSocketAddress.createUnresolved(place(diskServer()).host(), settings.nbdPort());
  }

  /** Where the client proxy takes clients at a published port. */
  public InetSocketAddress published(int port) {
    return InetSocketAddress.createUnresolved(place(clientProxy()).host(), port);
  }

  private Place place(ServerProcess process) {
    return network.places().apply(process.name());
  }

  /** The host of the server whose HTTP port this is: each has one of its own. */
  String hostAt(int httpPort) {
    for (int i = 0; i < settings.replicas().size(); i++) {
      if (settings.replicas().get(i).httpPort() == httpPort) {
        return place(replicaProcess(i)).host();
      }
    }
    return place(httpPort == settings.proxyHttpPort() ? clientProxy() : diskServer()).host();
  }

  public ServerProcess diskServer() {
    return new ServerProcess(state, DISK_SERVER);
  }

  public ServerProcess clientProxy() {
    return new ServerProcess(state, CLIENT_PROXY);
  }

  /** Every server's process, in the order in which they start. */
  public List<ServerProcess> processes() {
    List<ServerProcess> all = new ArrayList<>(List.of(diskServer(), clientProxy()));
    for (int i = 0; i < settings.replicas().size(); i++) {
      all.add(replicaProcess(i));
    }
    return all;
  }

  public ServerProcess replicaProcess(int index) {
    return new ServerProcess(state, replicaName(index));
  }

  /** The name of a VMM's process. */
  public static String replicaName(int index) {
    return "vmm-" + (index + 1);
  }

  /** The VMMs as they are now. */
  public List<ReplicaView> replicas() throws IOException {
    List<ReplicaView> views = new ArrayList<>();
    for (int i = 0; i < settings.replicas().size(); i++) {
      ServerProcess process = replicaProcess(i);
      ReplicaPorts ports = settings.replicas().get(i);
      Optional<ServerProcess.Running> running = process.runs();
      // A stopped process would be asked until the timeout.
      boolean canAnswer = running.isPresent() && !running.get().stopped();
      views.add(
          new ReplicaView(
              process,
              ports,
              running,
              canAnswer ? http.status(ports.httpPort()) : Optional.empty()));
    }
    return views;
  }

  /** The VMM whose guest is live, if one is. */
  public Optional<ReplicaView> live() throws IOException {
    return replicas().stream().filter(ReplicaView::isLive).findFirst();
  }

  /** The live replica that has a backup, if there is one. */
  public Optional<ReplicaView> primary() throws IOException {
    return replicas().stream().filter(view -> view.hasRole("PRIMARY")).findFirst();
  }

  /** The enlisted backup, if there is one. */
  public Optional<ReplicaView> backup() throws IOException {
    return replicas().stream().filter(view -> view.hasRole("BACKUP")).findFirst();
  }

  /** Starts the disk server if it does not run, and waits until it answers. */
  public void startDiskServer() throws IOException {
    start(diskServer(), settings.diskHttpPort(), this::launchDiskServer);
  }

  /** Starts the disk server, which does not run, and does not wait. */
  Process launchDiskServer() throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                DISK_SERVER,
                "--data",
                state.disk().toString(),
                "--listen",
                place(diskServer()).host(),
                "--nbd-port",
                Integer.toString(settings.nbdPort()),
                "--arbiter-port",
                Integer.toString(settings.arbiterPort()),
                "--http-port",
                Integer.toString(settings.diskHttpPort())));
    arguments.addAll(diskServerMore);
    return launch(diskServer(), arguments);
  }

  /** Starts the client proxy if it does not run, and waits until it answers. */
  public void startClientProxy() throws IOException {
    start(clientProxy(), settings.proxyHttpPort(), this::launchClientProxy);
  }

  /** Starts the client proxy, which does not run, and does not wait. */
  Process launchClientProxy() throws IOException {
    List<String> arguments = new ArrayList<>(List.of(CLIENT_PROXY, "--vm", settings.vm()));
    arguments.addAll(diskServerArguments(settings.nbdPort(), network.proxyArbiterPort()));
    String host = place(clientProxy()).host();
    arguments.addAll(
        List.of(
            "--listen",
            host,
            "--link-listen",
            host,
            "--link-port",
            Integer.toString(settings.linkPort()),
            "--http-port",
            Integer.toString(settings.proxyHttpPort())));
    return launch(clientProxy(), arguments);
  }

  /** Starts a VMM if it does not run, and waits until it answers. */
  public void startReplica(int index, List<String> more) throws IOException {
    start(
        replicaProcess(index),
        settings.replicas().get(index).httpPort(),
        () -> launchReplica(index, more));
  }

  /** Starts a VMM that does not run, and does not wait. */
  public Process launchReplica(int index, List<String> more) throws IOException {
    return launch(replicaProcess(index), replicaArguments(index, more));
  }

  private List<String> replicaArguments(int index, List<String> more) {
    ReplicaPorts ports = settings.replicas().get(index);
    Ways way = network.ways().apply(index);
    String host = place(replicaProcess(index)).host();
    List<String> arguments = new ArrayList<>(List.of("vmm", "--vm", settings.vm()));
    arguments.addAll(diskServerArguments(way.nbdPort(), way.arbiterPort()));
    if (way.logPort() != ports.logPort()) {
      arguments.addAll(List.of("--advertise", host + ":" + way.logPort()));
    }
    arguments.addAll(
        List.of(
            "--listen",
            host,
            "--proxy",
            place(clientProxy()).host(),
            "--proxy-port",
            Integer.toString(way.proxyPort()),
            "--log-port",
            Integer.toString(ports.logPort()),
            "--http-port",
            Integer.toString(ports.httpPort()),
            "--console-port",
            Integer.toString(ports.consolePort()),
            "--keep",
            state.kept().toString()));
    arguments.addAll(more);
    return arguments;
  }

  /** What keeps the servers running. */
  public ServerProcess keeper() {
    return new ServerProcess(state, KEEPER);
  }

  /**
   * Starts the keeper if it does not run; it starts everything else.
   *
   * @param vmmOptions arguments of the keeper, which it passes on to each VMM
   */
  public void startKeeper(List<String> vmmOptions) throws IOException {
    if (keeper().running().isEmpty()) {
      List<String> arguments = new ArrayList<>(List.of("keep", "--state", state.root().toString()));
      arguments.addAll(vmmOptions);
      var _ = keeper().start(arguments);
    }
  }

  private List<String> diskServerArguments(int nbdPort, int arbiterPort) {
    return List.of(
        "--disk-server",
        place(diskServer()).host(),
        "--nbd-port",
        Integer.toString(nbdPort),
        "--arbiter-port",
        Integer.toString(arbiterPort),
        "--disk-http-port",
        Integer.toString(settings.diskHttpPort()));
  }

  private Process launch(ServerProcess process, List<String> arguments) throws IOException {
    return process.start(place(process).enter(), arguments);
  }

  /** Starts a process, and does not wait. */
  @FunctionalInterface
  interface Launch {
    Process run() throws IOException;
  }

  private void start(ServerProcess process, int httpPort, Launch launch) throws IOException {
    if (process.running().isPresent()) {
      return;
    }
    var _ = launch.run();
    long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
    while (http.status(httpPort).isEmpty()) {
      if (process.running().isEmpty()) {
        throw new IOException(
            process.name() + " ended at once; its log says:\n" + process.logTail(LOG_LINES));
      }
      if (System.nanoTime() > deadline) {
        throw new IOException(process.name() + " does not answer; its log is " + process.logFile());
      }
      sleep(POLL);
    }
  }

  /** Waits, as {@link Thread#sleep} does, where an interrupt ends the command. */
  public static void sleep(Duration duration) throws IOException {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
