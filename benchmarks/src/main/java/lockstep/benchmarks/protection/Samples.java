package lockstep.benchmarks.protection;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import lockstep.benchmarks.cluster.Latencies;

/** What one workload did in all rounds of one {@link Setting}. */
final class Samples {
  private final List<Double> rates = new ArrayList<>();
  private final List<Double> logMegabits = new ArrayList<>();
  private final Map<String, List<Double>> cores = new LinkedHashMap<>();
  private final Latencies latencies = new Latencies();

  /**
   * One run of the workload.
   *
   * @param coresUsed by process
   */
  record Round(
      Workload.Outcome outcome, double logMegabitsPerSecond, Map<String, Double> coresUsed) {}

  void add(Round round) {
    rates.add(round.outcome().rate());
    latencies.addAll(round.outcome().latencies());
    logMegabits.add(round.logMegabitsPerSecond());
    round
        .coresUsed()
        .forEach((name, used) -> cores.computeIfAbsent(name, _ -> new ArrayList<>()).add(used));
  }

  /** In the workload's unit, the mean of all rounds. */
  double rate() {
    return mean(rates);
  }

  double logMegabitsPerSecond() {
    return mean(logMegabits);
  }

  /** Cores in use by process, the mean of all rounds. */
  Map<String, Double> cores() {
    Map<String, Double> means = new LinkedHashMap<>();
    cores.forEach((name, used) -> means.put(name, mean(used)));
    return means;
  }

  double coresInAll() {
    return cores().values().stream().mapToDouble(Double::doubleValue).sum();
  }

  /** Of the requests of all rounds; empty where there are none. */
  OptionalDouble latencyMillis(double percent) {
    return latencies.count() == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(latencies.percentileNanos(percent) / 1e6);
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElse(0);
  }
}
