package lockstep.tools.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.ReplicaView;

/**
 * Looks at the VMMs several times a second: which role each has had when, how often a pair has
 * switched its roles, and that never two are live at once.
 */
final class RoleWatch implements AutoCloseable {
  private static final Duration EVERY = Duration.ofMillis(200);

  /** A VMM had a role from one look to another. */
  record Span(String process, String role, long fromNanos, long toNanos) {}

  /** The replica that a VMM was when it last answered. */
  private record Seen(String replica, boolean live) {}

  private final Looks looks;
  private final Thread thread = Thread.ofPlatform().daemon().name("roles").unstarted(this::run);
  private final List<Span> spans = new ArrayList<>();
  private final Map<String, Span> current = new HashMap<>();
  private final Map<String, Seen> seen = new HashMap<>();
  private final TwoLive twoLive = new TwoLive();
  private final Predicate<ReplicaView> cutOff;
  private int switches;
  private Optional<String> blind = Optional.empty();

  /** Asks all VMMs. */
  interface Looks {
    List<ReplicaView> replicas() throws IOException;
  }

  /**
   * @param cutOff whether the arbiter cannot tell a VMM anything
   */
  RoleWatch(Looks looks, Predicate<ReplicaView> cutOff) {
    this.looks = looks;
    this.cutOff = cutOff;
  }

  static RoleWatch start(StormGuest guest) {
    RoleWatch watch = new RoleWatch(guest.cluster()::replicas, guest::isCutOffFromArbiter);
    watch.thread.start();
    return watch;
  }

  /** Until it is interrupted, or can't look any more. */
  void run() {
    try {
      while (true) {
        long beganNanos = System.nanoTime();
        List<ReplicaView> replicas = looks.replicas();
        look(replicas, beganNanos, System.nanoTime());
        Cluster.sleep(EVERY);
      }
    } catch (IOException e) {
      blinded(e);
    } catch (RuntimeException e) {
      blinded(e);
      throw e;
    }
  }

  synchronized void look(List<ReplicaView> replicas, long beganNanos, long endedNanos) {
    twoLive.look(replicas, cutOff, beganNanos, endedNanos);
    for (ReplicaView view : replicas) {
      countSwitch(view);
      extend(view.process().name(), view.role(), endedNanos);
    }
  }

  /** Who was live can only be a backup because it has switched roles. */
  private void countSwitch(ReplicaView view) {
    if (view.role().isEmpty()) {
      return;
    }
    Seen now = new Seen(view.text("replica"), view.isLive());
    Seen before = seen.put(view.process().name(), now);
    if (before != null
        && before.live
        && before.replica.equals(now.replica)
        && view.hasRole("BACKUP")) {
      switches++;
    }
  }

  private void extend(String process, String role, long nowNanos) {
    Span before = current.get(process);
    if (before != null && before.role.equals(role)) {
      current.put(process, new Span(process, role, before.fromNanos, nowNanos));
    } else {
      if (before != null) {
        spans.add(new Span(process, before.role, before.fromNanos, nowNanos));
      }
      current.put(process, new Span(process, role, nowNanos, nowNanos));
    }
  }

  private synchronized void blinded(Exception why) {
    blind = Optional.of("nobody saw to the end whether two are live: " + why.getMessage());
  }

  /** All spans so far. */
  synchronized List<Span> spans() {
    List<Span> all = new ArrayList<>(spans);
    all.addAll(current.values());
    return all;
  }

  /** Two that were live at once, if that was ever so, or why that is not known. */
  synchronized Optional<String> twoLive() {
    return twoLive.found().or(() -> blind);
  }

  /** How often a primary has become the backup of who was its own, as far as that was seen. */
  synchronized int switches() {
    return switches;
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
