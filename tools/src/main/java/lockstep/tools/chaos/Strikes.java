package lockstep.tools.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.ReplicaView;
import lockstep.tools.cluster.ServerProcess;

/** Does each {@link StormFault} to a protected guest, and takes back what would stay for ever. */
final class Strikes {
  private static final Duration TAKEN_OVER_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration END_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(20);
  private static final int HELD_MILLIS_MIN = 300;
  private static final int HELD_MILLIS_MAX = 2_500;

  private final StormGuest guest;
  private final RandomGenerator random;

  Strikes(StormGuest guest, RandomGenerator random) {
    this.guest = guest;
    this.random = random;
  }

  void strike(StormFault fault) throws IOException {
    Pair pair = guest.pair();
    ReplicaView primary = pair.primary();
    ReplicaView backup = pair.backup();
    Wires wires = guest.wires(primary);
    switch (fault) {
      case KILL_PRIMARY -> kill(primary.process());
      case KILL_BACKUP -> kill(backup.process());
      case KILL_SPARE -> {
        Optional<ReplicaView> spare = guest.replicaWith("WAITING");
        if (spare.isPresent()) {
          kill(spare.get().process());
        }
      }
      case STOP_PRIMARY -> stopUntilTakenOver(primary, primary);
      case STOP_BACKUP -> stopUntilTakenOver(backup, primary);
      case KILL_DISK_SERVER -> kill(guest.cluster().diskServer());
      case CUT_LOG_CHANNEL -> {
        wires.log().cut();
        awaitTakenOver(primary);
        wires.log().mend();
      }
      case HOLD_LOG_CHANNEL -> {
        wires.log().hold();
        awaitTakenOver(primary);
        wires.log().mend();
      }
      case HOLD_ARBITER -> {
        wires.arbiter().hold();
        aWhile();
        wires.arbiter().mend();
      }
      case CUT_DISKS -> {
        wires.disks().cut();
        aWhile();
        wires.disks().mend();
      }
      case HOLD_PROXY -> {
        wires.proxy().hold();
        aWhile();
        wires.proxy().mend();
      }
      case KILL_PROXY -> kill(guest.cluster().clientProxy());
      case KILL_PAIR -> {
        ProcessHandle first = running(primary.process());
        ProcessHandle second = running(backup.process());
        // At once: neither may have time to do anything about the other.
        signal(primary.process(), "KILL");
        signal(backup.process(), "KILL");
        awaitEnd(primary.process(), first);
        awaitEnd(backup.process(), second);
      }
      case KILL_PRIMARY_THEN_NEXT -> {
        kill(primary.process());
        kill(awaitTakenOver(primary).process());
      }
    }
  }

  private void aWhile() throws IOException {
    Cluster.sleep(Duration.ofMillis(random.nextInt(HELD_MILLIS_MIN, HELD_MILLIS_MAX)));
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
    if (!ServerProcess.awaitEnd(before, END_TIMEOUT)) {
      throw new IOException(
          "%s, continued after the guest had gone on without it, has not ended within %d s"
              .formatted(process.name(), END_TIMEOUT.toSeconds()));
    }
  }

  /**
   * Waits until {@code primary} no longer runs the guest together with the backup it had; returns
   * who runs it.
   */
  private ReplicaView awaitTakenOver(ReplicaView primary) throws IOException {
    long deadline = System.nanoTime() + TAKEN_OVER_TIMEOUT.toNanos();
    while (System.nanoTime() < deadline) {
      for (ReplicaView view : guest.cluster().replicas()) {
        boolean same =
            view.text("replica").equals(primary.text("replica"))
                && view.text("peer").equals(primary.text("peer"));
        if (view.isLive() && !same) {
          return view;
        }
      }
      Cluster.sleep(POLL);
    }
    throw new IOException("nobody has taken over from " + primary.process().name());
  }

  private static void kill(ServerProcess process) throws IOException {
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

  private static void signal(ServerProcess process, String signal) throws IOException {
    if (!process.signal(signal)) {
      throw new IOException(process.name() + " had ended before it was sent SIG" + signal);
    }
  }
}
