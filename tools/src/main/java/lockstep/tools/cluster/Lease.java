package lockstep.tools.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.time.Duration;
import lockstep.ft.arbiter.ArbiterRules;
import lockstep.tools.image.Progress;

/**
 * The lease of a cluster's guest: after its live VMM has died without a backup and without
 * resigning ({@code down --now}, a power cut), nobody can start it anew before that lease is over.
 */
public final class Lease {
  private static final Duration LENGTH = Duration.ofMillis(ArbiterRules.LEASE_MILLIS_DEFAULT);
  private static final Duration MARGIN = Duration.ofSeconds(5);
  private static final Duration POLL = Duration.ofMillis(100);

  private Lease() {}

  /**
   * Waits until the guest can be started or defined anew, saying so; returns at once if it can.
   *
   * @return false if a VMM that is not of this cluster renews the lease
   */
  public static boolean awaitEnd(Cluster cluster, Progress progress) throws IOException {
    if (!runsOut(cluster)) {
      return true;
    }
    long deadline = System.nanoTime() + LENGTH.plus(MARGIN).toNanos();
    try (Progress.Step _ = progress.step(waitingFor(LENGTH))) {
      while (System.nanoTime() < deadline) {
        if (!runsOut(cluster)) {
          return true;
        }
        Cluster.sleep(POLL);
      }
    }
    return false;
  }

  static String waitingFor(Duration length) {
    return "waiting for the lease of a VMM that did not resign (up to %d s)"
        .formatted(length.toSeconds());
  }

  /** Whether a lease runs that none of this cluster's VMMs holds. */
  private static boolean runsOut(Cluster cluster) throws IOException {
    return cluster
            .http()
            .status(cluster.settings().diskHttpPort())
            .map(status -> isLeased(status, cluster.settings().vm()))
            .orElse(false)
        && cluster.live().isEmpty();
  }

  /**
   * @param status the disk server's
   */
  static boolean isLeased(JsonNode status, String vm) {
    return known(status, vm).path("leased").asBoolean();
  }

  /** What the disk server tells of a VM; a missing node if it does not know it. */
  static JsonNode known(JsonNode status, String vm) {
    for (JsonNode known : status.path("vms")) {
      if (known.path("name").asText().equals(vm)) {
        return known;
      }
    }
    return MissingNode.getInstance();
  }
}
