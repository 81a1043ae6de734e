package lockstep.benchmarks.protection;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What was measured of every workload in every setting. */
final class Measurements {
  private final Map<Setting, Map<Workload, Samples>> samples = new EnumMap<>(Setting.class);

  void add(Setting setting, Workload workload, Samples.Round round) {
    samples
        .computeIfAbsent(setting, _ -> new EnumMap<>(Workload.class))
        .computeIfAbsent(workload, _ -> new Samples())
        .add(round);
  }

  /** What was measured in any setting, in the order of {@link Workload}. */
  Set<Workload> workloads() {
    Set<Workload> workloads = new TreeSet<>();
    samples.values().forEach(ofSetting -> workloads.addAll(ofSetting.keySet()));
    return workloads;
  }

  /**
   * @throws IllegalStateException if that was never measured
   */
  Samples of(Setting setting, Workload workload) {
    Samples found = samples.getOrDefault(setting, Map.of()).get(workload);
    if (found == null) {
      throw new IllegalStateException(workload + " was not measured " + setting.title());
    }
    return found;
  }
}
