package lockstep.tools.chaos;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import lockstep.ft.nbd.ExportName;
import lockstep.ft.nbd.RawImages;
import lockstep.ft.net.Transport;
import lockstep.tools.cluster.VmSetup;
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
  private static final List<Path> ADMINISTRATION =
      List.of(Path.of("/usr/sbin/e2fsck"), Path.of("/sbin/e2fsck"));

  /**
   * What was found.
   *
   * @param values read twice
   * @param differing of these
   * @param fileSystem what e2fsck complains of; empty if of nothing
   * @param checked whether there was an e2fsck
   */
  record Found(int values, int differing, String fileSystem, boolean checked) {
    boolean good() {
      return differing == 0 && fileSystem.isEmpty();
    }

    String text() {
      return "%,d values read before and after a boot from it, %d differ; file system %s"
          .formatted(
              values,
              differing,
              !checked
                  ? "not checked, no e2fsck here"
                  : fileSystem.isEmpty() ? "clean" : fileSystem);
    }
  }

  private DiskAgreement() {}

  static Found check(StormGuest guest, List<String> keys, Progress progress)
      throws IOException, InterruptedException, RedisErrorException {
    List<String> before = values(guest, keys);
    try (Progress.Step _ = progress.step("shutting the guest down")) {
      guest.shutDown();
    }
    Path image = guest.directory().root().resolve("root.img");
    Optional<String> complaint = fileSystem(guest, image, progress);
    Files.deleteIfExists(image);
    guest.start(progress);
    List<String> after = values(guest, keys);
    int differing = 0;
    for (int i = 0; i < before.size(); i++) {
      differing += before.get(i).equals(after.get(i)) ? 0 : 1;
    }
    return new Found(before.size(), differing, complaint.orElse(""), complaint.isPresent());
  }

  private static List<String> values(StormGuest guest, List<String> keys)
      throws IOException, RedisErrorException {
    List<String> values = new ArrayList<>();
    try (RedisConnection connection =
        new RedisConnection("127.0.0.1", guest.clientPort(), ANSWER_TIMEOUT)) {
      for (String key : keys) {
        values.add(connection.command("GET", key));
      }
      values.add(connection.command("GET", "storm"));
    }
    return values;
  }

  /** What is wrong with the root file system, {@code ""} for nothing; empty without e2fsck. */
  private static Optional<String> fileSystem(StormGuest guest, Path image, Progress progress)
      throws IOException, InterruptedException {
    Optional<Path> e2fsck = ADMINISTRATION.stream().filter(Files::isExecutable).findFirst();
    if (e2fsck.isEmpty()) {
      return Optional.empty();
    }
    String export = ExportName.plain(StormGuest.VM, VmSetup.ROOT_DISK).toString();
    InetSocketAddress nbd =
        InetSocketAddress.createUnresolved("127.0.0.1", guest.cluster().settings().nbdPort());
    try (Transport transport = new Transport("export", 1);
        Progress.Step step = progress.step("exporting the root disk", 0)) {
      new RawImages(transport.eventLoops(), nbd, export)
          .exportTo(image, (done, total) -> step.advanceTo(done));
    }
    Process process =
        new ProcessBuilder(e2fsck.get().toString(), "-fn", image.toString())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() == 0) {
      return Optional.of("");
    }
    try (Stream<String> lines = said.lines()) {
      return Optional.of("BAD: " + String.join("; ", lines.limit(3).toList()));
    }
  }
}
