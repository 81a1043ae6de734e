package lockstep.ft.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lockstep.ft.arbiter.ArbiterRecord;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.arbiter.ArbiterRules;
import lockstep.ft.arbiter.ArbiterState;
import lockstep.ft.arbiter.ReplicaId;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskOperation;
import lockstep.ft.machine.DiskStatus;

/**
 * The disk server with the arbiter: durable record and blocks, volatile lease and write cache. A
 * crash loses any part of what was not flushed, and the next start is another incarnation. A server
 * that is stopped answers nothing, and later everything.
 */
final class ServerNode implements Net.Listener {
  static final String ARBITER = "arbiter";

  private static final int ANSWERS_LOST_ONE_IN = 4;

  /** Asks only whether anybody is there. */
  static final String PROBE = "probe";

  /** Asks for an attach of a disk. */
  record AttachAsked(ReplicaId replica, int disk, long epoch) {}

  record Attached(long incarnation, long diskBytes) {}

  record Fenced() {}

  record DiskAsked(long tag, DiskOperation operation, long offset, int length, Bytes data) {}

  record DiskSaid(long tag, DiskStatus status, Bytes data) {}

  private final World world;
  private final Checker checker;
  private final Coverage coverage;
  private final ArbiterRules rules;
  private final Sabotage sabotage;

  // Durable.
  private ArbiterState state = ArbiterState.vacant(Simulation.VM);
  private final Bytes[] durable = new Bytes[ToyMachine.BLOCKS];
  private long incarnation = 1;
  private long diskBytes = 4096;

  // Volatile.
  private final Bytes[] cached = new Bytes[ToyMachine.BLOCKS];
  private long leaseEnd;
  private boolean up = true;
  private long starts;
  private final List<Net.Connection> open = new ArrayList<>();
  private final List<Net.Connection> watchers = new ArrayList<>();
  private final Map<Integer, Session> attached = new HashMap<>();
  private final ArrayDeque<Runnable> waitingWhileStopped = new ArrayDeque<>();
  private long slowNanos;
  private double errorChance;
  private boolean failsBehindTheWrite;
  private boolean stopped;
  private long stoppedAt;
  private boolean diesAfterNextGrant;

  ServerNode(World world, Checker checker, Coverage coverage, long leaseMillis, Sabotage sabotage) {
    this.world = world;
    this.checker = checker;
    this.coverage = coverage;
    this.rules = new ArbiterRules(leaseMillis);
    this.sabotage = sabotage;
    this.leaseEnd = rules.leaseAtStart(world.now());
    for (int i = 0; i < ToyMachine.BLOCKS; i++) {
      durable[i] = Bytes.of(new byte[ToyMachine.BLOCK_BYTES]);
      cached[i] = durable[i];
    }
  }

  ArbiterRecord record() {
    return state.record();
  }

  /** Puts another storage in place of this one; returns what was in it. */
  ArbiterState exchangeState(ArbiterState other) {
    ArbiterState before = state;
    state = other;
    return before;
  }

  boolean isUp() {
    return up;
  }

  void slow(long nanos) {
    slowNanos = nanos;
  }

  /**
   * A request fails so often.
   *
   * @param behindTheWrite whether what fails may have been done; or nothing be said of it at all
   */
  void fail(double chance, boolean behindTheWrite) {
    errorChance = chance;
    failsBehindTheWrite = behindTheWrite;
  }

  long diskBytes() {
    return diskBytes;
  }

  /** The disks become larger, which ends each attach. */
  void growDisks() {
    world.tell("the disks grow");
    diskBytes += 4096;
    List<Session> ending = List.copyOf(attached.values());
    attached.clear();
    ending.forEach(Session::end);
  }

  /** The server dies between its next grant and the answer to it. */
  void dieAfterNextGrant() {
    diesAfterNextGrant = true;
  }

  /** The process stands still. */
  void stop() {
    if (stopped) {
      return; // it has stood still since then
    }
    world.tell("server is stopped");
    stopped = true;
    stoppedAt = world.now();
  }

  void resume() {
    if (stopped) {
      world.tell("server continues");
      stopped = false;
      leaseEnd = rules.leaseOnLooking(leaseEnd, stoppedAt, world.now());
      while (!stopped && !waitingWhileStopped.isEmpty()) {
        waitingWhileStopped.removeFirst().run();
      }
    }
  }

  /** Now, or when the process continues. */
  private void whenRunning(Runnable action) {
    if (stopped) {
      waitingWhileStopped.addLast(action);
    } else {
      action.run();
    }
  }

  /**
   * The process dies: the cache is lost but for what chance has written.
   *
   * @param silently whether its host dies with it, so that nobody hears of it
   */
  void crash(boolean silently) {
    world.tell("server " + (silently ? "vanishes" : "crashes"));
    if (silently) {
      coverage.count(Coverage.Event.SERVER_VANISHED);
    }
    up = false;
    stopped = false;
    diesAfterNextGrant = false;
    waitingWhileStopped.clear();
    starts++;
    for (Net.Connection connection : List.copyOf(open)) {
      if (silently) {
        connection.vanish(Net.SERVER);
      } else {
        connection.closeFromFar();
      }
    }
    open.clear();
    watchers.clear();
    attached.clear();
    for (int i = 0; i < ToyMachine.BLOCKS; i++) {
      if (world.chance(0.5)) {
        durable[i] = cached[i];
      }
      cached[i] = durable[i];
    }
  }

  void start() {
    if (up) {
      return;
    }
    world.tell("server starts");
    up = true;
    if (!sabotage.hidesIncarnation) {
      incarnation++;
    }
    leaseEnd = rules.leaseAtStart(world.now());
  }

  @Override
  public Optional<Net.End> accept(Net.Connection connection, int fromHost, Object purpose) {
    if (!up) {
      return Optional.empty();
    }
    open.add(connection);
    if (purpose.equals(PROBE)) {
      return Optional.of(new ProbeEnd(connection));
    }
    if (purpose instanceof AttachAsked asked) {
      // Whoever dials a stopped process is connected, and served when it continues.
      DelayedEnd end = new DelayedEnd();
      world.after(0, () -> whenRunning(() -> end.become(attach(connection, asked))));
      return Optional.of(end);
    }
    return Optional.of(new ArbiterEnd(connection));
  }

  /** Keeps what comes until there is somebody to take it. */
  private static final class DelayedEnd implements Net.End {
    private final ArrayDeque<Object> early = new ArrayDeque<>();
    private Optional<Net.End> end = Optional.empty();
    private boolean closed;

    void become(Net.End actual) {
      end = Optional.of(actual);
      early.forEach(actual::onMessage);
      if (closed) {
        actual.onClosed();
      }
    }

    @Override
    public void onMessage(Object message) {
      end.ifPresentOrElse(actual -> actual.onMessage(message), () -> early.addLast(message));
    }

    @Override
    public void onClosed() {
      closed = true;
      end.ifPresent(Net.End::onClosed);
    }
  }

  /** Answers whatever comes with the same. */
  private final class ProbeEnd implements Net.End {
    private final Net.Connection connection;

    ProbeEnd(Net.Connection connection) {
      this.connection = connection;
    }

    @Override
    public void onMessage(Object message) {
      whenRunning(() -> connection.sendFromFar(message));
    }

    @Override
    public void onClosed() {
      open.remove(connection);
    }
  }

  // The arbiter.

  private final class ArbiterEnd implements Net.End {
    private final Net.Connection connection;
    private boolean greeted;

    ArbiterEnd(Net.Connection connection) {
      this.connection = connection;
    }

    @Override
    public void onMessage(Object message) {
      whenRunning(() -> onRequest((ArbiterRequest) message));
    }

    private void onRequest(ArbiterRequest request) {
      if (!greeted) {
        Checker.require(request.refusedAsFirst().isEmpty(), "no hello: " + request);
        greeted = true;
        connection.sendFromFar(new ArbiterReply.Hello(ArbiterRequest.PROTOCOL_VERSION));
      } else {
        decide(connection, request);
      }
    }

    @Override
    public void onClosed() {
      open.remove(connection);
      watchers.remove(connection);
    }
  }

  private void decide(Net.Connection connection, ArbiterRequest request) {
    if (!open.contains(connection)) {
      return;
    }
    if (request instanceof ArbiterRequest.Watch) {
      watchers.add(connection);
    }
    ArbiterRules.Decision decision = rules.decide(state, leaseEnd, request, world.now());
    boolean grantsAll = sabotage.grantsEveryClaim || sabotage.forgetsItsGrants;
    if (grantsAll && request instanceof ArbiterRequest.Claim claim) {
      ArbiterReply.Granted granted = grantAnyway(claim);
      if (!sabotage.forgetsItsGrants) {
        checker.grantedAsWell(granted.record());
      }
      connection.sendFromFar(granted);
      return;
    }
    leaseEnd = decision.leaseEndNanos();
    if (!decision.changed()) {
      connection.sendFromFar(decision.reply());
      return;
    }
    state = decision.state();
    checker.recordChanged(state.record());
    world.tell("arbiter: " + brief(state.record()) + " by " + request.getClass().getSimpleName());
    fenceOlder();
    if (request instanceof ArbiterRequest.Start) {
      // What those who are gone have written, and nobody would send again, is stable from here on.
      System.arraycopy(cached, 0, durable, 0, cached.length);
    }
    if (diesAfterNextGrant) {
      dieBeforeAnswering(request);
      return;
    }
    long start = starts;
    world.after(
        world.between(10 * World.MICRO, 2 * World.MILLI),
        () -> {
          if (start == starts && up) {
            if (!open.contains(connection) && request instanceof ArbiterRequest.Claim) {
              coverage.count(Coverage.Event.CLAIM_ANSWER_LOST);
            }
            connection.sendFromFar(decision.reply());
            ArbiterReply told = new ArbiterReply.Current(state.record(), 0);
            watchers.forEach(watcher -> watcher.sendFromFar(told));
          }
        });
  }

  private void dieBeforeAnswering(ArbiterRequest request) {
    coverage.count(Coverage.Event.SERVER_RESTART_AFTER_GRANT);
    if (request instanceof ArbiterRequest.Claim) {
      coverage.count(Coverage.Event.CLAIM_ANSWER_LOST);
    }
    crash(false);
    world.after(world.between(World.MILLI, 40 * World.MILLI), this::start);
  }

  private ArbiterReply.Granted grantAnyway(ArbiterRequest.Claim claim) {
    ArbiterRecord record = state.record();
    return new ArbiterReply.Granted(
        claim.nonce(),
        new ArbiterRecord(
            record.vm(),
            claim.epoch() + 1,
            Optional.of(claim.claimant()),
            Optional.empty(),
            record.guestGeneration()),
        1_000);
  }

  static String brief(ArbiterRecord record) {
    return "epoch "
        + record.epoch()
        + " live "
        + record.live().map(m -> m.id().brief()).orElse("-")
        + " backup "
        + record.backup().map(m -> m.id().brief()).orElse("-");
  }

  // The disk.

  private Net.End attach(Net.Connection connection, AttachAsked asked) {
    Session session = new Session(connection, asked);
    if (asked.epoch < state.record().epoch() && !sabotage.ignoresFence) {
      connection.sendFromFar(new Fenced());
      session.ended = true;
      return session;
    }
    Session older = attached.put(asked.disk, session);
    if (older != null) {
      older.end();
    }
    connection.sendFromFar(new Attached(incarnation, diskBytes));
    return session;
  }

  private void fenceOlder() {
    for (Session session : attached.values()) {
      if (session.asked.epoch < state.record().epoch() && !sabotage.ignoresFence) {
        session.fence();
      }
    }
  }

  private final class Session implements Net.End {
    private final Net.Connection connection;
    private final AttachAsked asked;
    private boolean ended;

    Session(Net.Connection connection, AttachAsked asked) {
      this.connection = connection;
      this.asked = asked;
    }

    void end() {
      ended = true;
      open.remove(connection);
      connection.closeFromFar();
    }

    void fence() {
      ended = true;
      connection.sendFromFar(new Fenced());
    }

    @Override
    public void onClosed() {
      ended = true;
      open.remove(connection);
    }

    @Override
    public void onMessage(Object message) {
      DiskAsked request = (DiskAsked) message;
      long delay = world.between(20 * World.MICRO, 400 * World.MICRO);
      long slow = slowNanos == 0 ? 0 : world.between(0, slowNanos);
      long start = starts;
      world.after(
          delay + slow,
          () ->
              whenRunning(
                  () -> {
                    if (!ended && start == starts && up) {
                      execute(request).ifPresent(connection::sendFromFar);
                    }
                  }));
    }

    /** The answer, if one is given. */
    private Optional<DiskSaid> execute(DiskAsked request) {
      checker.diskExecutes(asked.replica(), asked.epoch());
      if (!world.chance(errorChance)) {
        return Optional.of(new DiskSaid(request.tag, DiskStatus.OK, carryOut(request)));
      }
      coverage.count(Coverage.Event.DISK_ERROR);
      if (failsBehindTheWrite && world.later.nextBoolean()) {
        coverage.count(Coverage.Event.DISK_ERROR_BEHIND_THE_WRITE);
        carryOut(request);
      }
      if (failsBehindTheWrite && world.later.nextInt(ANSWERS_LOST_ONE_IN) == 0) {
        coverage.count(Coverage.Event.DISK_ANSWER_LOST);
        return Optional.empty();
      }
      return Optional.of(new DiskSaid(request.tag, DiskStatus.IO_ERROR, Bytes.EMPTY));
    }

    /** Returns what was read. */
    private Bytes carryOut(DiskAsked request) {
      Bytes data = Bytes.EMPTY;
      int block = (int) (request.offset / ToyMachine.BLOCK_BYTES);
      switch (request.operation) {
        case READ -> data = cached[block];
        case WRITE -> cached[block] = request.data;
        case TRIM, WRITE_ZEROES -> cached[block] = Bytes.of(new byte[ToyMachine.BLOCK_BYTES]);
        case FLUSH -> {
          if (!sabotage.forgetsFlushedWrites) {
            for (int i = asked.disk; i < cached.length; i += ToyMachine.DISKS) {
              durable[i] = cached[i];
            }
          }
        }
      }
      return data;
    }
  }

  /** For people. */
  Map<String, Object> summary() {
    Map<String, Object> summary = new HashMap<>();
    summary.put("record", brief(state.record()));
    summary.put("incarnation", incarnation);
    return summary;
  }
}
