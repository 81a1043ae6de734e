package lockstep.ft.simulation;

import java.nio.ByteBuffer;
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
 * crash loses any part of what was not flushed, and the next start is another incarnation.
 */
final class ServerNode implements Net.Listener {
  static final String ARBITER = "arbiter";

  /** Asks for an attach of the disk. */
  record AttachAsked(ReplicaId replica, long epoch) {}

  record Attached(long incarnation) {}

  record Fenced() {}

  record DiskAsked(long tag, DiskOperation operation, long offset, int length, Bytes data) {}

  record DiskSaid(long tag, DiskStatus status, Bytes data) {}

  /** Breaks rules on purpose, to see that the checker notices. */
  static final class Sabotage {
    boolean ignoresFence;
    boolean grantsEveryClaim;
    boolean forgetsFlushedWrites;
    boolean hidesIncarnation;

    /** Not the server's, but the simulated wire's: acknowledgements that no backup has sent. */
    boolean forgesAcks;
  }

  private final World world;
  private final Checker checker;
  private final ArbiterRules rules;
  private final Sabotage sabotage;

  // Durable.
  private ArbiterState state = ArbiterState.vacant(Simulation.VM);
  private final Bytes[] durable = new Bytes[ToyMachine.BLOCKS];
  private long incarnation = 1;

  // Volatile.
  private final Bytes[] cached = new Bytes[ToyMachine.BLOCKS];
  private long leaseEnd;
  private boolean up = true;
  private long starts;
  private final List<Net.Connection> open = new ArrayList<>();
  private final List<Net.Connection> watchers = new ArrayList<>();
  private Optional<Session> attached = Optional.empty();
  private long slowNanos;

  ServerNode(World world, Checker checker, long leaseMillis, Sabotage sabotage) {
    this.world = world;
    this.checker = checker;
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

  boolean isUp() {
    return up;
  }

  void slow(long nanos) {
    slowNanos = nanos;
  }

  /** The process dies: connections break, the cache is lost but for what chance has written. */
  void crash() {
    world.tell("server crashes");
    up = false;
    starts++;
    List.copyOf(open).forEach(Net.Connection::closeFromFar);
    open.clear();
    watchers.clear();
    attached = Optional.empty();
    for (int i = 0; i < ToyMachine.BLOCKS; i++) {
      if (world.chance(0.5)) {
        durable[i] = cached[i];
      }
      cached[i] = durable[i];
    }
  }

  void start() {
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
    return Optional.of(
        purpose instanceof AttachAsked asked
            ? attach(connection, asked)
            : new ArbiterEnd(connection));
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
      ArbiterRequest request = (ArbiterRequest) message;
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
    if (sabotage.grantsEveryClaim && request instanceof ArbiterRequest.Claim claim) {
      connection.sendFromFar(grantAnyway(claim));
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
    long start = starts;
    world.after(
        world.between(10 * World.MICRO, 2 * World.MILLI),
        () -> {
          if (start == starts && up) {
            connection.sendFromFar(decision.reply());
            ArbiterReply told = new ArbiterReply.Current(state.record(), 0);
            watchers.forEach(watcher -> watcher.sendFromFar(told));
          }
        });
  }

  private ArbiterReply grantAnyway(ArbiterRequest.Claim claim) {
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
    attached.ifPresent(Session::end);
    attached = Optional.of(session);
    connection.sendFromFar(new Attached(incarnation));
    return session;
  }

  private void fenceOlder() {
    attached.ifPresent(
        session -> {
          if (session.asked.epoch < state.record().epoch() && !sabotage.ignoresFence) {
            session.fence();
          }
        });
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
          () -> {
            if (!ended && start == starts && up) {
              connection.sendFromFar(execute(request));
            }
          });
    }

    private DiskSaid execute(DiskAsked request) {
      checker.diskExecutes(asked.replica(), asked.epoch());
      Bytes data = Bytes.EMPTY;
      int block = (int) (request.offset / ToyMachine.BLOCK_BYTES);
      switch (request.operation) {
        case READ -> data = cached[block];
        case WRITE -> cached[block] = request.data;
        case TRIM, WRITE_ZEROES -> cached[block] = Bytes.of(new byte[ToyMachine.BLOCK_BYTES]);
        case FLUSH -> {
          if (!sabotage.forgetsFlushedWrites) {
            System.arraycopy(cached, 0, durable, 0, cached.length);
          }
        }
      }
      return new DiskSaid(request.tag, DiskStatus.OK, data);
    }
  }

  /** The counter as it is on the disk, flushed or not. */
  long counterOnDisk() {
    return ByteBuffer.wrap(cached[0].array()).getLong();
  }

  /** For people. */
  Map<String, Object> summary() {
    Map<String, Object> summary = new HashMap<>();
    summary.put("record", brief(state.record()));
    summary.put("incarnation", incarnation);
    return summary;
  }
}
