package lockstep.tools.chaos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import lockstep.ft.nbd.ExportName;
import lockstep.ft.nbd.RawImages;
import lockstep.ft.net.Transport;
import lockstep.tools.cluster.VmSetup;
import lockstep.tools.image.HostLacksException;
import lockstep.tools.image.HostPrograms;
import lockstep.tools.image.Progress;
import lockstep.tools.redis.RedisConnection;
import lockstep.tools.redis.RedisErrorException;

/**
 * Whether a guest's disk agrees with its memory: every value is read, the guest is shut down, its
 * root file system checked by {@code e2fsck}, the guest booted anew from it, and every value read
 * again.
 */
final class DiskAgreement {
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
  private static final String RUN_ID = "run_id:";

  /**
   * What was found.
   *
   * @param values read twice
   * @param differing of these
   * @param fileSystem what e2fsck complains of; empty if of nothing
   * @param notFound why it could not be looked after to the end; empty if it was
   */
  record Found(int values, int differing, String fileSystem, String notFound) {
    Found(int values, int differing, String fileSystem) {
      this(values, differing, fileSystem, "");
    }

    /** Nothing: the guest can't be shut down and booted any more, for example. */
    static Found nothing(String why) {
      return new Found(0, 0, "", why);
    }

    /** What of it is not as it must be. */
    List<String> complaints() {
      List<String> complaints = new ArrayList<>();
      if (!notFound.isEmpty()) {
        complaints.add("disk and memory were not compared: " + notFound);
      }
      if (differing > 0) {
        complaints.add(differing + " values differ after a boot");
      }
      if (!fileSystem.isEmpty()) {
        complaints.add("e2fsck: " + fileSystem);
      }
      return complaints;
    }

    String text() {
      if (!notFound.isEmpty()) {
        return "NOT compared with memory: " + notFound;
      }
      return "%,d values read before and after a boot from it, %d differ; file system %s"
          .formatted(values, differing, fileSystem.isEmpty() ? "clean" : "BAD: " + fileSystem);
    }
  }

  private DiskAgreement() {}

  /**
   * Where e2fsck is.
   *
   * @throws HostLacksException if it is nowhere: hours of faults are not to end in half a check
   */
  static Path e2fsck() throws HostLacksException {
    return HostPrograms.find("e2fsck", "e2fsprogs");
  }

  static Found check(StormGuest guest, List<String> keys, Path e2fsck, Progress progress)
      throws IOException, InterruptedException, RedisErrorException {
    List<String> before = values(guest, keys);
    String runBefore = run(guest);
    guest.noteGeneration(0, "after the last fault");
    try (Progress.Step _ = progress.step("shutting the guest down")) {
      guest.shutDown();
    }
    Path image = guest.directory().root().resolve("root.img");
    String complaint = fileSystem(guest, image, e2fsck, progress);
    Files.deleteIfExists(image);
    guest.start(progress);
    guest.noteGeneration(1, "the boot from its disk in the end");
    String runAfter = run(guest);
    if (runAfter.equals(runBefore)) {
      return Found.nothing("Redis run " + runBefore + " has answered both before and after");
    }
    List<String> after = values(guest, keys);
    int differing = 0;
    for (int i = 0; i < before.size(); i++) {
      differing += before.get(i).equals(after.get(i)) ? 0 : 1;
    }
    return new Found(before.size(), differing, complaint);
  }

  /** The name that Redis has given itself when it started. */
  private static String run(StormGuest guest) throws IOException, RedisErrorException {
    try (RedisConnection connection = guest.connect(ANSWER_TIMEOUT)) {
      return runId(connection.command("INFO", "server"));
    }
  }

  /**
   * Of what Redis answers to {@code INFO server}.
   *
   * @throws IOException if it does not tell
   */
  static String runId(String info) throws IOException {
    return info.lines()
        .filter(line -> line.startsWith(RUN_ID))
        .map(line -> line.substring(RUN_ID.length()).strip())
        .filter(id -> !id.isEmpty())
        .findFirst()
        .orElseThrow(() -> new IOException("Redis does not tell its run_id"));
  }

  private static List<String> values(StormGuest guest, List<String> keys)
      throws IOException, RedisErrorException {
    List<String> values = new ArrayList<>();
    try (RedisConnection connection = guest.connect(ANSWER_TIMEOUT)) {
      for (String key : keys) {
        values.add(connection.command("GET", key));
      }
      values.add(connection.command("GET", "storm"));
    }
    return values;
  }

  /** What is wrong with the root file system; {@code ""} for nothing. */
  private static String fileSystem(StormGuest guest, Path image, Path e2fsck, Progress progress)
      throws IOException, InterruptedException {
    String export = ExportName.plain(StormGuest.VM, VmSetup.ROOT_DISK).toString();
    try (Transport transport = new Transport("export", 1);
        Progress.Step step = progress.step("exporting the root disk", 0)) {
      new RawImages(transport.eventLoops(), guest.cluster().nbd(), export)
          .exportTo(image, (done, total) -> step.advanceTo(done));
    }
    Process process =
        new ProcessBuilder(e2fsck.toString(), "-fn", image.toString())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    if (status == 0) {
      return "";
    }
    try (Stream<String> lines = said.lines()) {
      return "status " + status + ": " + String.join("; ", lines.limit(3).toList());
    }
  }
}
