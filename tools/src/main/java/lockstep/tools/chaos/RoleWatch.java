package lockstep.tools.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.ReplicaView;

/**
 * Looks at the VMMs several times a second: which role each has had when, and that never two are
 * live at one epoch.
 */
final class RoleWatch implements AutoCloseable {
  private static final Duration EVERY = Duration.ofMillis(200);

  /** A VMM had a role from one look to another. */
  record Span(String process, String role, long fromNanos, long toNanos) {}

  private final Cluster cluster;
  private final Thread thread = Thread.ofPlatform().daemon().name("roles").unstarted(this::run);
  private final List<Span> spans = new ArrayList<>();
  private final Map<String, Span> current = new HashMap<>();
  private Optional<String> twoLive = Optional.empty();

  private RoleWatch(Cluster cluster) {
    this.cluster = cluster;
  }

  static RoleWatch start(Cluster cluster) {
    RoleWatch watch = new RoleWatch(cluster);
    watch.thread.start();
    return watch;
  }

  private void run() {
    try {
      while (true) {
        look(cluster.replicas(), System.nanoTime());
        Cluster.sleep(EVERY);
      }
    } catch (IOException _) {
      // closed: that interrupts
    }
  }

  synchronized void look(List<ReplicaView> replicas, long nowNanos) {
    Map<Long, String> liveAt = new HashMap<>();
    for (ReplicaView view : replicas) {
      String process = view.process().name();
      if (view.isLive()) {
        String other = liveAt.put(view.number("epoch"), process);
        if (other != null && twoLive.isEmpty()) {
          twoLive = Optional.of(other + " and " + process + " at epoch " + view.number("epoch"));
        }
      }
      extend(process, view.role(), nowNanos);
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

  /** All spans so far. */
  synchronized List<Span> spans() {
    List<Span> all = new ArrayList<>(spans);
    all.addAll(current.values());
    return all;
  }

  /** Two that said at one look that they are live at one epoch, if that was ever so. */
  synchronized Optional<String> twoLive() {
    return twoLive;
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
