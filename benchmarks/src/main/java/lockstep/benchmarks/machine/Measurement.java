package lockstep.benchmarks.machine;

import java.util.List;
import java.util.Locale;

/**
 * What was measured of one kernel: seconds of CPU a round.
 *
 * @param steps of a round
 * @param interpreted the first round, interpreted
 * @param interpreterMips the interpreter's speed once the JVM is warm
 * @param first the first round of a machine that compiles everything anew
 * @param steady the best round when that is done
 * @param uncounted the same by code that does not count its steps
 * @param stopMicros what a stop at a certain step costs
 * @param qemu a round of QEMU's TCG, without its start; NaN without QEMU
 * @param icount the same with {@code -icount}
 */
record Measurement(
    Kernel kernel,
    long steps,
    double interpreted,
    double interpreterMips,
    double first,
    double steady,
    double uncounted,
    double stopMicros,
    double qemu,
    double icount) {

  private static final double STEPS_PER_MILLION = 1e6;
  private static final double PERCENT = 100;
  private static final double COUNTING_FACTOR_MIN = 0.95;

  static final String HEAD =
      "%-12s %7s %9s %9s %9s %9s %9s %9s %7s %8s %10s %8s"
          .formatted(
              "kernel",
              "Minsn",
              "interp s",
              "its MIPS",
              "first s",
              "steady s",
              "qemu s",
              "icount s",
              "ratio",
              "icount x",
              "counting %",
              "stop us");

  /** How many times as fast as QEMU. */
  double ratio() {
    return qemu / steady;
  }

  double ratioToIcount() {
    return icount / steady;
  }

  /**
   * How many times as long it takes with counting and polling; NaN if the JVM has made so much less
   * of the code without that it tells nothing: that never leaves its loop for what is compiled
   * better.
   */
  double countingFactor() {
    double factor = steady / uncounted;
    return factor < COUNTING_FACTOR_MIN ? Double.NaN : factor;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%-12s %7.1f %9.3f %9.0f %9.3f %9.3f %9.3f %9.3f %7.2f %8.2f %10.0f %8.2f",
        kernel.fileName(),
        steps / STEPS_PER_MILLION,
        interpreted,
        interpreterMips,
        first,
        steady,
        qemu,
        icount,
        ratio(),
        ratioToIcount(),
        (countingFactor() - 1) * PERCENT,
        stopMicros);
  }

  /** Of those that are numbers. */
  static double geometricMean(List<Double> values) {
    return Math.exp(
        values.stream()
            .filter(value -> !value.isNaN())
            .mapToDouble(Math::log)
            .average()
            .orElse(Double.NaN));
  }
}
