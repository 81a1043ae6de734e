package lockstep.tools.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import lockstep.ft.core.HaltReason;
import lockstep.tools.chaos.network.Wire;
import lockstep.tools.chaos.network.Wires;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.ReplicaView;
import lockstep.tools.cluster.ServerProcess;

/** Does each {@link StormFault} to a protected guest, and takes back what would stay for ever. */
final class Strikes {
  private static final Duration TAKEN_OVER_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration END_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration SPARE_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration ASKED_TIMEOUT = Duration.ofSeconds(20);
  private static final Duration POLL = Duration.ofMillis(20);
  private static final int HELD_MILLIS_MIN = 300;
  private static final int HELD_MILLIS_MAX = 6_000;
  private static final int PAUSED_MILLIS_MIN = 100;
  private static final int PAUSED_MILLIS_MAX = 1_000;

  private final StormGuest guest;
  private final RandomGenerator random;

  Strikes(StormGuest guest, RandomGenerator random) {
    this.guest = guest;
    this.random = random;
  }

  void strike(StormFault fault, Pair pair) throws IOException {
    excuse(fault.loser(), pair);
    ReplicaView primary = pair.primary();
    ReplicaView backup = pair.backup();
    Wires wires = guest.wires(primary);
    // The channel was dialled by whoever of the two was not live first.
    List<Wire> logs = List.of(wires.log(), guest.wires(backup).log());
    switch (fault) {
      case KILL_PRIMARY -> killed(primary.process());
      case KILL_BACKUP -> killed(backup.process());
      case KILL_SPARE -> killed(awaitSpare());
      case STOP_PRIMARY -> stopUntilTakenOver(primary, primary);
      case STOP_BACKUP -> stopUntilTakenOver(backup, primary);
      case STOP_SPARE -> stopAWhile(awaitSpare());
      case KILL_DISK_SERVER -> killed(guest.cluster().diskServer());
      case STOP_DISK_SERVER -> stopAWhile(guest.cluster().diskServer());
      case STOP_PROXY -> stopAWhile(guest.cluster().clientProxy());
      case CUT_LOG_CHANNEL -> {
        for (Wire log : logs) {
          log.cut();
        }
        awaitTakenOver(primary);
        mend(logs);
      }
      case HOLD_LOG_CHANNEL -> {
        for (Wire log : logs) {
          log.hold();
        }
        awaitTakenOver(primary);
        mend(logs);
      }
      case HALF_LOG_CHANNEL -> {
        Wire.Way way = anyWay();
        for (Wire log : logs) {
          log.hold(way);
        }
        awaitTakenOver(primary);
        mend(logs);
      }
      case HALF_ARBITER -> halveAWhile(wires.arbiter());
      case HALF_DISKS -> halveAWhile(wires.disks());
      case HALF_PROXY -> halveAWhile(wires.proxy());
      case HOLD_SPARE -> {
        Wires spare = guest.wires(awaitSpareView());
        List<Wire> held = List.of(spare.arbiter(), spare.disks(), spare.proxy());
        for (Wire wire : held) {
          wire.hold();
        }
        aWhile();
        mend(held);
      }
      case HOLD_ARBITER -> holdAWhile(wires.arbiter());
      case CUT_DISKS -> {
        wires.disks().cut();
        aWhile();
        wires.disks().mend();
      }
      case HOLD_PROXY -> holdAWhile(wires.proxy());
      case HOLD_BACKUP_ARBITER -> holdAWhile(guest.wires(backup).arbiter());
      case HOLD_BACKUP_PROXY -> holdAWhile(guest.wires(backup).proxy());
      case HOLD_PROXY_ARBITER -> {
        guest.proxyToArbiter().hold();
        switchRoles(pair);
        guest.proxyToArbiter().mend();
      }
      case ISOLATE_PRIMARY -> isolate(primary, pair);
      case ISOLATE_BACKUP -> isolate(backup, pair);
      case HOLD_PRIMARY_LOG_AND_ARBITER -> {
        List<Wire> held = new ArrayList<>(logs);
        held.add(wires.arbiter());
        part(
            primary,
            pair,
            () -> {
              for (Wire wire : held) {
                wire.hold();
              }
            },
            () -> mend(held));
      }
      case SWITCH -> switchRoles(pair);
      case PAUSE_RESUME -> {
        ask("/pause");
        Cluster.sleep(Duration.ofMillis(random.nextInt(PAUSED_MILLIS_MIN, PAUSED_MILLIS_MAX)));
        ask("/resume");
      }
      case KILL_PROXY -> killed(guest.cluster().clientProxy());
      case KILL_PAIR -> {
        ProcessHandle first = planned(primary.process());
        ProcessHandle second = planned(backup.process());
        // At once: neither may have time to do anything about the other.
        signal(primary.process(), "KILL");
        signal(backup.process(), "KILL");
        awaitEnd(primary.process(), first);
        awaitEnd(backup.process(), second);
      }
      case KILL_PRIMARY_THEN_NEXT -> {
        killed(primary.process());
        killed(awaitTakenOver(primary).process());
      }
    }
  }

  /** Tells beforehand which VMM may come to halt. */
  private void excuse(StormFault.Loser loser, Pair pair) throws IOException {
    switch (loser) {
      case NOBODY -> {}
      case PRIMARY -> mayLose(pair.primary(), ServerEnds.PRIMARY_LOSES);
      case BACKUP -> mayLose(pair.backup(), ServerEnds.BACKUP_LOSES);
      case ONE_OF_THE_PAIR -> {
        mayLose(pair.primary(), ServerEnds.PRIMARY_LOSES);
        mayLose(pair.backup(), ServerEnds.BACKUP_LOSES);
      }
      case CANDIDATE -> {
        for (ReplicaView view : guest.cluster().replicas()) {
          if (!pair.has(view)) {
            mayLose(view, ServerEnds.CANDIDATE_LOSES);
          }
        }
      }
    }
  }

  private void mayLose(ReplicaView view, Set<HaltReason> reasons) {
    view.running()
        .ifPresent(running -> guest.ends().mayLose(view.process().name(), running.pid(), reasons));
  }

  private void killed(ServerProcess process) throws IOException {
    var _ = planned(process);
    kill(process);
  }

  /** The process that is about to be killed. */
  private ProcessHandle planned(ServerProcess process) throws IOException {
    ProcessHandle running = running(process);
    guest.ends().kills(process.name(), running.pid());
    return running;
  }

  /** Cuts a VMM off; with or without the others' hearing of it. */
  private void isolate(ReplicaView who, Pair pair) throws IOException {
    Wire all = guest.allWires(who);
    boolean isHeardOf = random.nextBoolean();
    part(who, pair, isHeardOf ? all::cut : all::hold, all::mend);
  }

  private interface Step {
    void run() throws IOException;
  }

  /** Parts one of the pair from the other, who goes on alone; then it hears of that, and ends. */
  private void part(ReplicaView who, Pair pair, Step parting, Step mending) throws IOException {
    ProcessHandle before = running(who.process());
    ReplicaView other = who.equals(pair.primary()) ? pair.backup() : pair.primary();
    parting.run();
    try {
      var _ = awaitWithout(who, other);
      aWhile();
    } finally {
      mending.run();
    }
    awaitHalt(who.process(), before);
  }

  /** Waits until {@code other} runs the guest, and not with {@code who}. */
  private ReplicaView awaitWithout(ReplicaView who, ReplicaView other) throws IOException {
    return await(
        TAKEN_OVER_TIMEOUT,
        other.process().name() + " does not go on without " + who.process().name(),
        () ->
            guest.cluster().replicas().stream()
                .filter(view -> view.text("replica").equals(other.text("replica")))
                .filter(Strikes::runsGuest)
                .filter(view -> !view.text("peer").equals(who.text("replica")))
                .findFirst());
  }

  /** Mostly longer than what it takes until a way counts as lost, and the roles are switched. */
  private void aWhile() throws IOException {
    Cluster.sleep(Duration.ofMillis(random.nextInt(HELD_MILLIS_MIN, HELD_MILLIS_MAX)));
  }

  private void holdAWhile(Wire wire) throws IOException {
    wire.hold();
    aWhile();
    wire.mend();
  }

  private void halveAWhile(Wire wire) throws IOException {
    wire.hold(anyWay());
    aWhile();
    wire.mend();
  }

  private static void mend(List<Wire> wires) throws IOException {
    for (Wire wire : wires) {
      wire.mend();
    }
  }

  private Wire.Way anyWay() {
    return random.nextBoolean() ? Wire.Way.THERE : Wire.Way.BACK;
  }

  private void stopAWhile(ServerProcess process) throws IOException {
    signal(process, "STOP");
    try {
      aWhile();
    } finally {
      signal(process, "CONT");
    }
  }

  private ServerProcess awaitSpare() throws IOException {
    return awaitSpareView().process();
  }

  private ReplicaView awaitSpareView() throws IOException {
    return await(SPARE_TIMEOUT, "there is no spare", () -> guest.replicaWith("WAITING"));
  }

  /** What the operator may ask of the live replica; asked again if that can't do it just now. */
  private void ask(String what) throws IOException {
    var _ =
        await(
            ASKED_TIMEOUT,
            "nobody does " + what,
            () -> {
              Optional<ReplicaView> live = guest.cluster().live();
              return live.isPresent() && isAccepted(live.get(), what)
                  ? live
                  : Optional.<ReplicaView>empty();
            });
  }

  private boolean isAccepted(ReplicaView live, String what) {
    try {
      var _ = guest.cluster().http().post(live.ports().httpPort(), what);
      return true;
    } catch (IOException _) {
      return false; // a backup that has not told of its ways yet, for example
    }
  }

  private void switchRoles(Pair before) throws IOException {
    ask("/switch");
    String next = before.backup().text("replica");
    var _ =
        await(
            ASKED_TIMEOUT,
            "the roles were not switched",
            () ->
                Pair.among(guest.cluster().replicas())
                    .filter(pair -> pair.primary().text("replica").equals(next)));
  }

  private interface Look<T> {
    Optional<T> look() throws IOException;
  }

  private static <T> T await(Duration timeout, String otherwise, Look<T> look) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (System.nanoTime() < deadline) {
      Optional<T> seen = look.look();
      if (seen.isPresent()) {
        return seen.get();
      }
      Cluster.sleep(POLL);
    }
    throw new IOException(otherwise + " within " + timeout.toSeconds() + " s");
  }

  /** Until the guest goes on without it; then the stopped one may go on, and has to end. */
  private void stopUntilTakenOver(ReplicaView stopped, ReplicaView primary) throws IOException {
    ServerProcess process = stopped.process();
    ProcessHandle before = running(process);
    signal(process, "STOP");
    try {
      awaitTakenOver(primary);
    } finally {
      signal(process, "CONT");
    }
    awaitHalt(process, before);
  }

  private static void awaitHalt(ServerProcess process, ProcessHandle before) throws IOException {
    if (!ServerProcess.awaitEnd(before, END_TIMEOUT)) {
      throw new IOException(
          "%s, without which the guest has gone on, may hear of it by now, but has not ended in %d s"
              .formatted(process.name(), END_TIMEOUT.toSeconds()));
    }
  }

  /**
   * Waits until {@code primary} no longer runs the guest together with the backup it had; returns
   * who runs it.
   */
  private ReplicaView awaitTakenOver(ReplicaView primary) throws IOException {
    return await(
        TAKEN_OVER_TIMEOUT,
        "nobody has taken over from " + primary.process().name(),
        () ->
            guest.cluster().replicas().stream()
                .filter(view -> runsGuest(view) && !isWithItsBackup(view, primary))
                .findFirst());
  }

  /** Who is still to win a claim for it does not. */
  private static boolean runsGuest(ReplicaView view) {
    return view.hasRole("ALONE") || view.hasRole("PRIMARY");
  }

  private static boolean isWithItsBackup(ReplicaView view, ReplicaView primary) {
    return view.text("replica").equals(primary.text("replica"))
        && view.text("peer").equals(primary.text("peer"));
  }

  static void kill(ServerProcess process) throws IOException {
    ProcessHandle before = running(process);
    signal(process, "KILL");
    awaitEnd(process, before);
  }

  /** Of this one: the keeper may have started another under its name meanwhile. */
  private static void awaitEnd(ServerProcess process, ProcessHandle before) throws IOException {
    if (!ServerProcess.awaitEnd(before, END_TIMEOUT)) {
      throw new IOException(process.name() + " has survived SIGKILL");
    }
  }

  private static ProcessHandle running(ServerProcess process) throws IOException {
    return process
        .running()
        .orElseThrow(() -> new IOException(process.name() + " had ended before its fault"));
  }

  static void signal(ServerProcess process, String signal) throws IOException {
    if (!process.signal(signal)) {
      throw new IOException(process.name() + " had ended before it was sent SIG" + signal);
    }
  }
}
