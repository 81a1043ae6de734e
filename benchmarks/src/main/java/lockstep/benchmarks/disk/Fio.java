package lockstep.benchmarks.disk;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Loads an NBD server with fio, which must be installed with its nbd engine. */
final class Fio {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final double MILLIS_PER_SECOND = 1_000;
  private static final double MEGA = 1e6;

  /** Reads go on for so long before they are measured: a JVM is slow at what it has never done. */
  private static final int WARM_UP_SECONDS = 3;

  /**
   * What a load came to.
   *
   * @param value operations or megabytes (10^6) per second, the last flush counted in
   * @param bytes that were written or read
   */
  record Outcome(double value, long bytes) {}

  private Fio() {}

  static Outcome run(String uri, Workload workload, long sizeBytes, int seconds)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "fio",
                "--name=" + workload.name(),
                "--ioengine=nbd",
                "--uri=" + uri,
                "--rw=" + workload.fioMode(),
                "--bs=" + workload.blockSize(),
                "--iodepth=" + workload.depth(),
                "--size=" + sizeBytes,
                "--randrepeat=0",
                "--norandommap",
                "--output-format=json"));
    if (workload != Workload.WRITE_SEQUENTIAL) {
      command.addAll(List.of("--time_based", "--runtime=" + seconds));
    }
    command.add(workload.endsWithFlush() ? "--end_fsync=1" : "--ramp_time=" + WARM_UP_SECONDS);
    long startNanos = System.nanoTime();
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("fio has failed: " + String.join(" ", command));
    }
    double millis = (System.nanoTime() - startNanos) / MEGA;
    JsonNode job = MAPPER.readTree(out.substring(out.indexOf('{'))).path("jobs").path(0);
    JsonNode side = job.path(workload.fioMode().endsWith("read") ? "read" : "write");
    // fio's own runtime leaves the last flush out; the process's leaves nothing out but adds its
    // start, some tens of milliseconds.
    double seconds2 =
        (workload.endsWithFlush() ? millis : side.path("runtime").asDouble()) / MILLIS_PER_SECOND;
    long bytes = side.path("io_bytes").asLong();
    double amount = workload.isBandwidth() ? bytes / MEGA : side.path("total_ios").asDouble();
    return new Outcome(amount / seconds2, bytes);
  }
}
