package lockstep.tools.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import lockstep.tools.chaos.network.StormNetwork;
import lockstep.tools.chaos.network.Wire;
import lockstep.tools.chaos.network.Wires;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.ClusterSettings;
import lockstep.tools.cluster.GuestReady;
import lockstep.tools.cluster.Keeper;
import lockstep.tools.cluster.ReplicaView;
import lockstep.tools.cluster.ServerEnd;
import lockstep.tools.cluster.ServerProcess;
import lockstep.tools.cluster.StateDirectory;
import lockstep.tools.cluster.VmSetup;
import lockstep.tools.image.Directories;
import lockstep.tools.image.Guest;
import lockstep.tools.image.HostLacksException;
import lockstep.tools.image.Progress;
import lockstep.tools.redis.RedisConnection;
import lockstep.tools.redis.RedisErrorException;

/**
 * The guest in the storm: a cluster of its own on a {@link StormNetwork}, and a keeper that starts
 * again what dies.
 */
final class StormGuest implements AutoCloseable {
  static final String VM = "storm";

  /** Shorter than by default, so that a cold start is not mostly waiting. */
  private static final Duration LEASE = Duration.ofSeconds(10);

  private static final Duration BOOT_TIMEOUT = Duration.ofMinutes(5);
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration END_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration LOOK = Duration.ofMillis(500);
  private static final Duration LOOKED_AT_FOR = Duration.ofSeconds(20);

  private final StateDirectory directory;
  private final int clientPort;
  private final StormNetwork network;
  private final Cluster cluster;
  private final ServerEnds ends = new ServerEnds();
  private final Generations generations = new Generations();
  private Optional<Thread> keeper = Optional.empty();
  private final Thread watch = Thread.ofPlatform().daemon().name("ends").unstarted(this::watchEnds);

  private StormGuest(
      StateDirectory directory, ClusterSettings settings, int clientPort, StormNetwork network) {
    this.directory = directory;
    this.clientPort = clientPort;
    this.network = network;
    this.cluster =
        new Cluster(
            directory,
            settings,
            network.cluster(),
            List.of("--lease", Long.toString(LEASE.toSeconds())));
  }

  /**
   * A fresh guest in {@code place}, booted and ready; what was there before is ended and removed.
   *
   * @param kind of the network between its servers
   */
  static StormGuest boot(
      Path place, int clientPort, StormNetwork.Kind kind, Guest guest, Progress progress)
      throws IOException, HostLacksException {
    StateDirectory directory = new StateDirectory(place);
    endWhatIsLeft(directory);
    Directories.deleteTree(place);
    ClusterSettings settings = ClusterSettings.loadOrChoose(directory, VM);
    StormGuest storm =
        new StormGuest(directory, settings, clientPort, StormNetwork.make(kind, settings));
    storm.watch.start();
    try {
      storm.cluster.startDiskServer();
      int guestPort = guest.description().ports().getFirst();
      VmSetup.of(storm.cluster)
          .define(VmSetup.definition(VM, guest, Map.of(guestPort, clientPort), 0), guest, progress);
      storm.start(progress);
      return storm;
    } catch (IOException | RuntimeException e) {
      storm.close();
      throw e;
    }
  }

  /** The servers of a storm that was killed outlive it. */
  private static void endWhatIsLeft(StateDirectory directory) throws IOException {
    if (ClusterSettings.load(directory).isPresent()) {
      try (Cluster left = Cluster.of(directory)) {
        SavedGuest.stopAll(left);
      }
    }
  }

  /** Starts the servers, and waits until the guest's service answers. */
  void start(Progress progress) throws IOException {
    cluster.startDiskServer();
    Thread thread = Thread.ofPlatform().daemon().name("keeper").unstarted(this::keep);
    keeper = Optional.of(thread);
    thread.start();
    awaitVmms();
    GuestReady.await(cluster, BOOT_TIMEOUT, progress);
  }

  /** The keeper starts them last. */
  private void awaitVmms() throws IOException {
    long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
    for (int i = 0; i < cluster.settings().replicas().size(); i++) {
      while (cluster.replicaProcess(i).running().isEmpty()) {
        if (System.nanoTime() > deadline) {
          throw new IOException("the VMMs were not started; logs are below " + directory.root());
        }
        Cluster.sleep(POLL);
      }
    }
  }

  private void keep() {
    try {
      new Keeper(cluster, cluster.settings().replicas().size(), List.of()).run();
    } catch (IOException e) {
      if (!Thread.currentThread().isInterrupted()) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * Takes back what a fault that came to no end has left: held and cut wires, stopped processes.
   */
  void mend() throws IOException {
    network.mend();
    for (ServerProcess process : cluster.processes()) {
      if (process.runs().map(ServerProcess.Running::stopped).orElse(false)) {
        var _ = process.signal("CONT");
      }
    }
  }

  /**
   * Presses the power button, and waits until every VMM has ended.
   *
   * @throws IOException if one has not: then it is not known that the guest has shut down
   */
  void shutDown() throws IOException {
    List<ReplicaView> all = awaitAllAnswer();
    ReplicaView live =
        all.stream()
            .filter(ReplicaView::isLive)
            .findFirst()
            .orElseThrow(() -> new IOException("nobody is live to be shut down"));
    all.forEach(
        view ->
            view.running()
                .ifPresent(running -> ends.shutsDown(view.process().name(), running.pid())));
    cluster.http().post(live.ports().httpPort(), "/power-button");
    awaitEnds(all.stream().map(ReplicaView::process).toList(), END_TIMEOUT);
    stopKeeper();
  }

  /** A VMM that is only being started now might find nobody live, and start the guest anew. */
  private List<ReplicaView> awaitAllAnswer() throws IOException {
    long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
    List<ReplicaView> all = cluster.replicas();
    while (all.stream().anyMatch(view -> view.role().isEmpty())) {
      if (System.nanoTime() > deadline) {
        throw new IOException("not all VMMs answer; logs are below " + directory.root());
      }
      Cluster.sleep(POLL);
      all = cluster.replicas();
    }
    return all;
  }

  /**
   * Waits until all of these have ended.
   *
   * @throws IOException naming those that have not
   */
  static void awaitEnds(List<ServerProcess> processes, Duration timeout) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    List<String> left = new ArrayList<>();
    for (ServerProcess process : processes) {
      if (!process.awaitEnd(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
        left.add(process.name());
      }
    }
    if (!left.isEmpty()) {
      throw new IOException(
          "the guest has not shut down within %d s: %s still run"
              .formatted(timeout.toSeconds(), String.join(", ", left)));
    }
  }

  private void stopKeeper() throws IOException {
    if (keeper.isPresent()) {
      keeper.get().interrupt();
      try {
        keeper.get().join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
      keeper = Optional.empty();
    }
  }

  Cluster cluster() {
    return cluster;
  }

  /** Which ends of its servers are to be expected. */
  ServerEnds ends() {
    return ends;
  }

  /**
   * Notes how often it was started by now.
   *
   * @param rise by how much that had to rise since it was noted last
   * @param since what has happened since then
   */
  void noteGeneration(int rise, String since) throws IOException {
    ReplicaView live = cluster.live().orElseThrow(() -> new IOException("nobody is live"));
    generations.note(live.number("guestGeneration"), rise, since);
  }

  /** How often it was started. */
  Generations generations() {
    return generations;
  }

  /** Looks at ends soon after them: a log is gone when its VMM has been started twice more. */
  private void watchEnds() {
    try {
      while (true) {
        lookAtEnds();
        Cluster.sleep(LOOK);
      }
    } catch (IOException e) {
      if (!Thread.currentThread().isInterrupted()) {
        throw new UncheckedIOException(e); // what is not looked at is not explained, either
      }
    }
  }

  /**
   * Looks into the VMMs' logs for what explains the latest ends; again and again, for who was late
   * may come to say so after another's end.
   */
  private synchronized void lookAtEnds() throws IOException {
    Instant since = Instant.now().minus(LOOKED_AT_FOR);
    for (ServerEnd end : ServerEnd.all(directory.endsFile())) {
      if (end.at().isAfter(since)
          && ends.mayBeFalseAlarm(end)
          && FalseAlarms.explain(end.at(), vmmLogs())) {
        ends.wasFalseAlarm(end);
      }
    }
  }

  /** What VMMs have logged about lateness and silence, now and in the run before. */
  private List<String> vmmLogs() throws IOException {
    List<String> lines = new ArrayList<>();
    try (DirectoryStream<Path> logs = Files.newDirectoryStream(directory.logs(), "vmm-*.log")) {
      for (Path log : logs) {
        try (Stream<String> all = Files.lines(log, StandardCharsets.ISO_8859_1)) {
          all.filter(FalseAlarms::matters).forEach(lines::add);
        } catch (NoSuchFileException _) {
          // moved away just now, and there under its other name the next time
        }
      }
    }
    return lines;
  }

  /** What was seen of its servers by now. */
  ServerFindings findings() throws IOException {
    lookAtEnds();
    return new ServerFindings(
        ends.judge(ServerEnd.all(directory.endsFile())),
        ServerFindings.divergences(directory.kept()),
        generations.complaints());
  }

  StateDirectory directory() {
    return directory;
  }

  /** Where clients reach it. */
  InetSocketAddress clients() {
    return cluster.published(clientPort);
  }

  /** A client's connection to it. */
  RedisConnection connect(Duration answerTimeout) throws IOException {
    InetSocketAddress address = clients();
    return new RedisConnection(address.getHostString(), address.getPort(), answerTimeout);
  }

  /**
   * A connection to it as soon as its service answers.
   *
   * @throws IOException if it does not within {@code timeout}
   */
  RedisConnection awaitService(Duration answerTimeout, Duration timeout) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      try {
        RedisConnection connection = connect(answerTimeout);
        try {
          var _ = connection.command("PING");
          return connection;
        } catch (IOException | RedisErrorException e) { // it still reads its file, for example
          connection.close();
          throw new IOException(e);
        }
      } catch (IOException e) {
        if (System.nanoTime() > deadline) {
          throw new IOException(
              "the guest does not serve within %d s".formatted(timeout.toSeconds()), e);
        }
        Cluster.sleep(POLL);
      }
    }
  }

  /** What its servers' network is, for people. */
  String networkText() {
    return network.text();
  }

  /** The wires of the VMM that {@code view} is of. */
  Wires wires(ReplicaView view) {
    return network.wires(index(view));
  }

  /** All wires at once between the VMM that {@code view} is of and the other servers. */
  Wire allWires(ReplicaView view) {
    return network.allWires(index(view));
  }

  private int index(ReplicaView view) {
    for (int i = 0; i < cluster.settings().replicas().size(); i++) {
      if (cluster.replicaProcess(i).name().equals(view.process().name())) {
        return i;
      }
    }
    throw new IllegalArgumentException("no VMM of this storm: " + view.process().name());
  }

  /** The wire by which the proxy reaches the arbiter. */
  Wire proxyToArbiter() {
    return network.proxyToArbiter();
  }

  /** Whether nothing that the arbiter says reaches the VMM that {@code view} is of. */
  boolean isCutOffFromArbiter(ReplicaView view) {
    return !wires(view).arbiter().isOpen() || !allWires(view).isOpen();
  }

  Optional<ReplicaView> replicaWith(String role) throws IOException {
    return cluster.replicas().stream().filter(view -> view.hasRole(role)).findFirst();
  }

  /** Waits until there are a primary and a backup, and every server answers. */
  Pair awaitProtected(Duration timeout) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    Optional<Pair> pair = protectedPair();
    while (pair.isEmpty()) {
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "the guest was not protected again within "
                + timeout.toSeconds()
                + " s; logs are beside "
                + cluster.diskServer().logFile());
      }
      Cluster.sleep(POLL);
      pair = protectedPair();
    }
    return pair.get();
  }

  private Optional<Pair> protectedPair() throws IOException {
    ClusterSettings settings = cluster.settings();
    boolean serversAnswer =
        cluster.diskServer().running().isPresent()
            && cluster.http().status(settings.diskHttpPort()).isPresent()
            && cluster.clientProxy().running().isPresent()
            && cluster.http().status(settings.proxyHttpPort()).isPresent();
    return serversAnswer ? Pair.among(cluster.replicas()) : Optional.empty();
  }

  @Override
  public void close() throws IOException {
    boolean interrupted = Thread.interrupted(); // whoever wants it to end wants all of it to end
    try (StormNetwork _ = network;
        Cluster _ = cluster) {
      watch.interrupt();
      stopKeeper();
      SavedGuest.stopAll(cluster);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
