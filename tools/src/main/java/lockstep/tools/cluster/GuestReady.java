package lockstep.tools.cluster;

import java.io.IOException;
import java.time.Duration;
import lockstep.tools.image.Progress;

/** Waits until a booting guest's service answers, as the guest's console says. */
public final class GuestReady {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final String READY_LINE = "lockstep: ready";
  private static final int LOG_LINES = 12;

  private GuestReady() {}

  /**
   * @throws IOException if every VMM has ended, or the guest is not ready in time
   */
  public static void await(Cluster cluster, Duration timeout, Progress progress)
      throws IOException {
    if (!Lease.awaitEnd(cluster, progress)) {
      throw new IOException("a VMM that was not started here runs this guest");
    }
    long deadline = System.nanoTime() + timeout.toNanos();
    try (Progress.Step step = progress.step("booting the guest", 0, Progress.Unit.STEPS)) {
      while (System.nanoTime() < deadline) {
        for (ReplicaView view : cluster.replicas()) {
          if (view.isLive() && saysReady(cluster, view)) {
            return;
          }
          step.advanceTo(view.number("position"));
        }
        failIfAllEnded(cluster);
        Cluster.sleep(POLL);
      }
    }
    throw new IOException("the guest is not ready; lockstep console --recent shows what it says");
  }

  private static boolean saysReady(Cluster cluster, ReplicaView live) {
    try {
      return cluster
          .http()
          .text(live.ports().httpPort(), "/console")
          .map(console -> console.contains(READY_LINE))
          .orElse(false);
    } catch (IOException _) {
      return false; // it has just ended; another may be live by the next look
    }
  }

  private static void failIfAllEnded(Cluster cluster) throws IOException {
    if (cluster.keeper().running().isPresent()) {
      return; // it starts again what has ended, and ends itself where that does not help
    }
    for (ReplicaView view : cluster.replicas()) {
      if (view.process().running().isPresent()) {
        return;
      }
    }
    throw new IOException(
        "the VMMs have ended; the log of the first says:\n"
            + cluster.replicaProcess(0).logTail(LOG_LINES));
  }
}
