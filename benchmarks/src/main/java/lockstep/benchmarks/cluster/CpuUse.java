package lockstep.benchmarks.cluster;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.ReplicaView;

/**
 * CPU time that the processes of a cluster have used, by what they are: {@code primary} (also where
 * it runs alone), {@code backup}, {@code disk}, {@code proxy}, and {@code client}, which is this
 * process.
 *
 * @param nanos by name
 * @param atNanos when, of the monotonic clock
 */
public record CpuUse(Map<String, Long> nanos, long atNanos) {
  private static final String CLIENT = "client";

  /** As it is now. */
  public static CpuUse of(Cluster cluster) throws IOException {
    Map<String, Long> nanos = new LinkedHashMap<>();
    Optional<ReplicaView> live = cluster.live();
    if (live.isPresent()) {
      nanos.put("primary", used(live.get().process().running()));
    }
    Optional<ReplicaView> backup = cluster.backup();
    if (backup.isPresent()) {
      nanos.put("backup", used(backup.get().process().running()));
    }
    nanos.put("disk", used(cluster.diskServer().running()));
    nanos.put("proxy", used(cluster.clientProxy().running()));
    nanos.put(CLIENT, used(Optional.of(ProcessHandle.current())));
    return new CpuUse(nanos, System.nanoTime());
  }

  private static long used(Optional<ProcessHandle> process) {
    return process
        .flatMap(handle -> handle.info().totalCpuDuration())
        .map(duration -> duration.toNanos())
        .orElse(0L);
  }

  /** Cores that all but this process have used since {@code before}. */
  public double coresOfServersSince(CpuUse before) {
    return coresSince(before).entrySet().stream()
        .filter(entry -> !entry.getKey().equals(CLIENT))
        .mapToDouble(Map.Entry::getValue)
        .sum();
  }

  /** Cores in use since {@code before}, by name: 1 is one core all the time. */
  public Map<String, Double> coresSince(CpuUse before) {
    Map<String, Double> cores = new LinkedHashMap<>();
    nanos.forEach(
        (name, used) ->
            cores.put(
                name,
                Math.max(0, used - before.nanos.getOrDefault(name, used))
                    / (double) (atNanos - before.atNanos)));
    return cores;
  }
}
