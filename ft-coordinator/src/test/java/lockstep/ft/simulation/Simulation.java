package lockstep.ft.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import lockstep.ft.arbiter.Member;
import lockstep.ft.arbiter.ReplicaId;
import lockstep.ft.core.CoreState;
import lockstep.ft.core.Effect;
import lockstep.ft.core.ReplicaConfig;
import lockstep.ft.core.ReplicaConfig.StartRule;
import lockstep.ft.core.Role;
import lockstep.ft.log.LogChannelCodec;
import lockstep.ft.log.LogChannelMessage;
import lockstep.ft.log.LogEntry;
import lockstep.ft.machine.Bytes;
import lockstep.ft.transfer.TransferLimits;
import lockstep.ft.wire.MalformedMessageException;

/** Hosts with a replica each, a disk server with the arbiter, a proxy with clients. */
final class Simulation {
  static final String VM = "toy";

  /** Production's times are about five times as long; what matters is their order. */
  static final ReplicaConfig.Limits LIMITS =
      new ReplicaConfig.Limits(
          10 * World.MILLI,
          50 * World.MILLI,
          150 * World.MILLI,
          20 * World.MILLI,
          60 * World.MILLI,
          60 * World.MILLI,
          2 * World.MILLI,
          120 * World.MILLI,
          60 * World.MILLI,
          200,
          64 << 10,
          8 << 10,
          2 << 10,
          16 << 10,
          16 << 10,
          new TransferLimits(30_000, 20 * World.MILLI, 400, 3, 3, 3, 1_000));

  static final long LEASE_MILLIS = 400;

  /** In millionths: a hundred times what a quartz does. */
  private static final long CLOCK_DRIFT_MAX = 10_000;

  private static final long WALL_CLOCK_OFF_MAX = TimeUnit.HOURS.toNanos(1);

  final World world;
  final Net net;
  final Checker checker;
  final Coverage coverage = new Coverage();
  final ServerNode server;
  final ProxyNode proxy;
  private final LogChannelCodec codec = new LogChannelCodec();
  private final ReplicaNode[] nodes = new ReplicaNode[Net.REPLICAS];
  private final List<LogEntry> log = new ArrayList<>();
  private Optional<ReplicaId> recorded = Optional.empty();
  private final Map<String, Runnable> atTransfer = new HashMap<>();
  private final Map<String, Runnable> atSwitch = new HashMap<>();
  private TransferLimits transferLimits = LIMITS.transfer();
  private boolean recordNext;
  private boolean divergenceExpected;
  private long keepingNanos;
  private final List<KeptDivergence> divergences = new ArrayList<>();
  private StartRule startRule = StartRule.WITH_BACKUP;
  private String definitionDigest = "digest";
  private int machineVersion = 1;
  private OptionalLong clockDrift = OptionalLong.empty();
  final Sabotage sabotage;
  private final boolean laterFaults;

  /** By host: how far its wall clock is from simulated time. */
  private final long[] wallClockOffsets = new long[Net.REPLICAS];

  /**
   * @param laterFaults whether to do what was added when seeds had stories already: hosts are
   *     isolated, and take with them what they have sent; disks fail behind the write; wall clocks
   *     differ
   */
  Simulation(long seed, boolean telling, Sabotage sabotage, boolean laterFaults) {
    this.world = new World(seed, telling);
    this.sabotage = sabotage;
    this.laterFaults = laterFaults;
    this.net = new Net(world, laterFaults);
    if (laterFaults) {
      Arrays.setAll(
          wallClockOffsets, _ -> world.later.nextLong(-WALL_CLOCK_OFF_MAX, WALL_CLOCK_OFF_MAX));
    }
    this.checker = new Checker(coverage, sabotage.onlyClientsLook);
    this.server = new ServerNode(world, checker, coverage, LEASE_MILLIS, sabotage);
    this.proxy = new ProxyNode(world, net, checker, coverage, server, sabotage);
  }

  Simulation(long seed) {
    this(seed, false, new Sabotage(), true);
  }

  boolean hasLaterFaults() {
    return laterFaults;
  }

  /** Starts a new process on {@code host}, with a machine not powered on. */
  ReplicaNode start(int host) {
    return start(host, new ToyMachine(), CoreState.POWER_ON);
  }

  /** Host 0 becomes the primary, host 1 the backup; returns host 0. */
  ReplicaNode startPair() {
    ReplicaNode primary = start(0);
    runFor(3 * World.MILLI);
    start(1);
    return primary;
  }

  ReplicaNode start(int host, ToyMachine machine, CoreState state) {
    ReplicaId id = new ReplicaId(world.random.nextLong(), world.random.nextLong());
    Member self = new Member(id, host + ":" + id, "");
    byte[] entropy = new byte[8];
    entropy[0] = (byte) world.random.nextInt();
    ReplicaConfig config =
        new ReplicaConfig(
            VM,
            self,
            machineVersion,
            definitionDigest,
            Collections.nCopies(ToyMachine.DISKS, server.diskBytes()),
            startRule,
            Bytes.of(entropy),
            world.now() + wallClockOffsets[host],
            limits(),
            recordNext);
    recorded = recordNext ? Optional.of(id) : recorded;
    recordNext = false;
    if (sabotage.missesChangedPages) {
      machine.missChanges();
    }
    nodes[host] = new ReplicaNode(this, host, config, machine, state);
    world.tell(nodes[host].name() + " starts");
    return nodes[host];
  }

  private ReplicaConfig.Limits limits() {
    return new ReplicaConfig.Limits(
        LIMITS.heartbeatNanos(),
        LIMITS.silenceNanosMin(),
        LIMITS.silenceNanos(),
        LIMITS.retryNanos(),
        sabotage.forgetsLeaseMargin ? 0 : LIMITS.leaseMarginNanos(),
        LIMITS.lagNanosMax(),
        LIMITS.clockStepNanos(),
        LIMITS.diskSilenceNanos(),
        LIMITS.pathNanos(),
        sabotage.flipsBitsUnseen ? 0 : LIMITS.hashEverySteps(),
        LIMITS.logUnackedBytesMax(),
        LIMITS.logUnexecutedBytesMax(),
        LIMITS.keptWritesBytesMax(),
        LIMITS.inputsPendingBytesMax(),
        sabotage.flipsBitsUnseen ? Integer.MAX_VALUE : LIMITS.evidenceBytesMax(),
        transferLimits);
  }

  /** What the processes that are started from now on may carry at a cut. */
  void cutStateBytesMax(long bytes) {
    TransferLimits usual = LIMITS.transfer();
    transferLimits =
        new TransferLimits(
            usual.bandwidthBytesPerSecond(),
            usual.delayNanos(),
            usual.unackedBytesMax(),
            usual.pagesPerMessage(),
            usual.cutPagesMax(),
            usual.roundsMax(),
            bytes);
  }

  void startRule(StartRule rule) {
    startRule = rule;
  }

  /** What the processes that are started from now on say in their hellos. */
  void version(int otherMachineVersion, String otherDefinitionDigest) {
    machineVersion = otherMachineVersion;
    definitionDigest = otherDefinitionDigest;
  }

  /** The clocks of the processes that are started from now on drift so many millionths. */
  void clockDrift(long millionths) {
    clockDrift = OptionalLong.of(millionths);
  }

  long clockDrift() {
    return clockDrift.orElseGet(() -> world.between(-CLOCK_DRIFT_MAX, CLOCK_DRIFT_MAX));
  }

  ReplicaNode node(int host) {
    return nodes[host];
  }

  boolean isStarted(int host) {
    return nodes[host] != null;
  }

  /** Whether the recorded live replica and its backup both are what the record says. */
  boolean isProtected() {
    return live().map(node -> node.role() == Role.PRIMARY).orElse(false)
        && server
            .record()
            .backup()
            .flatMap(member -> byEndpoint(member.logEndpoint()))
            .map(node -> node.isAlive() && node.role() == Role.BACKUP)
            .orElse(false);
  }

  /** Runs until there is a backup again; fails after {@code nanosMax}. */
  void protect(long nanosMax) {
    long end = world.now() + nanosMax;
    while (!isProtected()) {
      Checker.require(world.now() < end, "no backup is made: " + describe());
      runFor(5 * World.MILLI);
    }
  }

  /** The node that the arbiter's record names live, if its process lives. */
  Optional<ReplicaNode> live() {
    return server
        .record()
        .live()
        .flatMap(member -> byEndpoint(member.logEndpoint()))
        .filter(ReplicaNode::isAlive);
  }

  Optional<ReplicaNode> byEndpoint(String endpoint) {
    for (ReplicaNode node : nodes) {
      if (node != null && (node.host + ":" + node.id).equals(endpoint)) {
        return Optional.of(node);
      }
    }
    return Optional.empty();
  }

  void runFor(long nanos) {
    world.runUntil(world.now() + nanos);
  }

  /** Runs until clients have been answered {@code more} times; fails after {@code nanosMax}. */
  void serve(long more, long nanosMax) {
    long wanted = proxy.clients().replies() + more;
    long end = world.now() + nanosMax;
    while (proxy.clients().replies() < wanted) {
      Checker.require(world.now() < end, "the service does not go on: " + describe());
      runFor(5 * World.MILLI);
    }
    proxy.clients().checkHistory();
  }

  String describe() {
    StringBuilder all = new StringBuilder();
    for (ReplicaNode node : nodes) {
      if (node != null) {
        all.append(node.name()).append(' ').append(node.status()).append("; ");
      }
    }
    return all.append(server.summary()).toString();
  }

  long sliceNanos() {
    return 2 * World.MILLI;
  }

  /** Everything on the wire goes through the bytes, now and then. */
  LogChannelMessage throughCodec(LogChannelMessage message) {
    if (world.random.nextInt(16) != 0) {
      return message;
    }
    try {
      LogChannelMessage decoded = codec.fromBytes(codec.toBytes(message));
      Checker.require(decoded.equals(message), "the codec changed " + message);
      return decoded;
    } catch (MalformedMessageException e) {
      throw new Checker.Violation("the codec can't read what it wrote: " + e.getMessage());
    }
  }

  // Recording.

  /** The log of the process that is started next is kept. */
  void recordNext() {
    recordNext = true;
  }

  List<LogEntry> log() {
    return log;
  }

  void logged(ReplicaId by, LogEntry entry) {
    if (recorded.isPresent() && recorded.get().equals(by)) {
      log.add(entry);
    }
  }

  // State transfer.

  /** Calls {@code action} when the next transfer begins or is cut; {@code what} says which. */
  void atNextTransfer(String what, Runnable action) {
    atTransfer.put(what, action);
  }

  void transferTold(String what) {
    Runnable action = atTransfer.remove(what);
    if (action != null) {
      action.run();
    }
  }

  // Switch of roles.

  /** Calls {@code action} when a switch gets so far next; {@code what} says how far. */
  void atNextSwitch(String what, Runnable action) {
    atSwitch.put(what, action);
  }

  void switchReached(String what) {
    Runnable action = atSwitch.remove(what);
    if (action != null) {
      action.run();
    }
  }

  // Divergence.

  void expectDivergence() {
    divergenceExpected = true;
    checker.expectDivergence();
  }

  /** Keeping one side of a divergence takes a replica so long, if it is given the time. */
  void keepingTakes(long nanos) {
    keepingNanos = nanos;
  }

  long keepingNanos() {
    return keepingNanos;
  }

  /** What replicas have kept, in order. */
  List<KeptDivergence> divergences() {
    return divergences;
  }

  void divergence(Effect.DivergenceFound found, ToyMachine machine) {
    divergences.add(KeptDivergence.of(found.divergence(), machine));
    if (!divergenceExpected) {
      checker.noDivergence(found);
    }
  }
}
