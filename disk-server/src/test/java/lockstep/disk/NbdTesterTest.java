package lockstep.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import lockstep.disk.store.StoreKind;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The NBD project's own tester client, if {@code -Dlockstep.nbd-tester} names the folder that has
 * it and its recordings: {@code tests/run} in that project's source, built there.
 */
@Tag("slow")
final class NbdTesterTest {
  private static final String FOLDER = System.getProperty("lockstep.nbd-tester", "");
  private static final String HUGE = "integrityhuge-test.tr";

  /** The tester reads or writes it by kilobytes. */
  private static final long SMALL_BYTES = 8L << 20;

  /** The recordings were made on a disk of this size, which was empty. */
  private static final long RECORDED_BYTES = 50L << 20;

  @TempDir Path directory;

  /** Makes a disk, and lets the tester loose on it. */
  private void test(ServerFixture fixture, String disk, long sizeBytes, String... options)
      throws IOException, InterruptedException {
    String path = "/disks/test/" + disk + "?size=" + sizeBytes;
    assertEquals(201, TestVm.send(fixture.server.httpAddress(), "PUT", path).statusCode());
    run(fixture, "test/" + disk, options);
  }

  private void run(ServerFixture fixture, String export, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(FOLDER, "nbd-tester-client").toString());
    command.addAll(List.of(options));
    command.addAll(List.of("-N", export, "127.0.0.1"));
    command.add(Integer.toString(fixture.server.nbdAddress().getPort()));
    String out = HostTool.run(directory, command.toArray(String[]::new));
    String[] lines = out.split("[\\r\\n]+", -1);
    System.out.printf("%s %s: %s%n", export, String.join(" ", options), last(lines));
  }

  private static String last(String[] lines) {
    for (int i = lines.length - 1; i >= 0; i--) {
      if (!lines[i].isBlank()) {
        return lines[i].strip();
      }
    }
    return "(no text)";
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void theTesterOfTheNbdProjectIsContent(StoreKind store) throws IOException, InterruptedException {
    assumeTrue(!FOLDER.isEmpty(), "-Dlockstep.nbd-tester=FOLDER");
    DiskServerOptions options = DiskServerOptions.onLoopback(directory.resolve("data")).with(store);
    try (ServerFixture fixture = new ServerFixture(options, TestVm.DISK_BYTES)) {
      System.out.println(store + ":");
      test(fixture, "read", SMALL_BYTES);
      test(fixture, "write", SMALL_BYTES, "-w");
      test(fixture, "flush", SMALL_BYTES, "-w", "-f");
      test(fixture, "handshake", SMALL_BYTES, "-h");
      test(fixture, "oversize", SMALL_BYTES, "-o");
      run(fixture, "web/fixed", "-w", "-F"); // read-only: it expects an error
      Path small = Path.of(FOLDER, "integrity-test.tr");
      test(fixture, "integrity", RECORDED_BYTES, "-i", "-t", small.toString());
      Path huge = Path.of(FOLDER, HUGE);
      assertTrue(Files.exists(huge), HUGE);
      test(fixture, "huge", RECORDED_BYTES, "-i", "-t", huge.toString());
    }
  }
}
