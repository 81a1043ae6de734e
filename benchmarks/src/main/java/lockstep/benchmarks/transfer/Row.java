package lockstep.benchmarks.transfer;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import lockstep.benchmarks.cluster.Latencies;

/**
 * State transfers of one size and load.
 *
 * @param memoryMebibytes guest RAM
 * @param filledMebibytes of it that were made not zero before
 */
record Row(long memoryMebibytes, long filledMebibytes, Load load, List<Transfer> transfers) {
  /** The longest that the guest may stand still. */
  private static final double PAUSE_MILLIS_BAR = 50;

  /**
   * One transfer.
   *
   * @param nanos from its beginning to the cut
   * @param pauseNanos for which the guest stood still at the cut, or would have if it is idle
   * @param clientPauseNanos the longest that a client waited for an answer meanwhile; 0 without
   */
  record Transfer(int rounds, long bytes, long nanos, long pauseNanos, long clientPauseNanos) {}

  Row(long memoryMebibytes, long filledMebibytes, Load load) {
    this(memoryMebibytes, filledMebibytes, load, new ArrayList<>());
  }

  static void printHead(PrintStream out) {
    out.printf(
        "%7s %7s %-10s %5s %7s %9s %8s %12s %12s%n",
        "RAM MB",
        "filled",
        "load",
        "times",
        "rounds",
        "MB sent",
        "seconds",
        "pause ms",
        "client ms");
  }

  void print(PrintStream out) {
    out.printf(
        Locale.ROOT,
        "%7d %7d %-10s %5d %7.1f %9.1f %8.2f %5.1f/%6.1f %5.1f/%6.1f%n",
        memoryMebibytes,
        filledMebibytes,
        load.title(),
        transfers.size(),
        mean(Transfer::rounds),
        mean(Transfer::bytes) / (1 << 20),
        mean(Transfer::nanos) / 1e9,
        pauseMillis(50),
        pauseMillis(100),
        millis(Transfer::clientPauseNanos, 50),
        millis(Transfer::clientPauseNanos, 100));
  }

  static void printFoot(PrintStream out) {
    out.println(
        "rounds, MB, seconds: mean of all; pauses: median/longest; client: its longest wait");
  }

  /** A line for the pause: name, ours, peer, ratio, bar, met or missed; then the other figures. */
  void printTsv(PrintStream out) {
    String name = "transfer of %d MB, %s".formatted(memoryMebibytes, load.title());
    double pause = pauseMillis(100);
    out.printf(
        Locale.ROOT,
        "%s, longest pause in ms\t%.1f\t\t\t%.0f\t%s%n",
        name,
        pause,
        PAUSE_MILLIS_BAR,
        pause <= PAUSE_MILLIS_BAR ? "met" : "missed");
    out.printf(Locale.ROOT, "%s, rounds\t%.1f\t\t\t\t%n", name, mean(Transfer::rounds));
    out.printf(Locale.ROOT, "%s, MB sent\t%.1f\t\t\t\t%n", name, mean(Transfer::bytes) / (1 << 20));
    out.printf(Locale.ROOT, "%s, seconds\t%.2f\t\t\t\t%n", name, mean(Transfer::nanos) / 1e9);
  }

  double pauseMillis(double percent) {
    return millis(Transfer::pauseNanos, percent);
  }

  private double millis(ToDoubleFunction<Transfer> value, double percent) {
    Latencies all = new Latencies();
    transfers.forEach(transfer -> all.add((long) value.applyAsDouble(transfer)));
    return all.percentileNanos(percent) / 1e6;
  }

  private double mean(ToDoubleFunction<Transfer> value) {
    return transfers.stream().mapToDouble(value).average().orElse(0);
  }
}
