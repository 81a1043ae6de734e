package lockstep.tools.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import lockstep.disk.DiskServer;
import lockstep.disk.DiskServerOptions;
import lockstep.tools.Lockstep;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands against a disk server in this process. */
final class DiskCommandTest {
  private static final int IMAGE_BYTES = (8 << 20) + 512;

  @TempDir Path directory;
  private DiskServer server;

  @BeforeEach
  void start() throws IOException {
    server =
        DiskServer.start(DiskServerOptions.onLoopback(directory.resolve("data")).withFreePorts());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private int run(String... arguments) {
    Stream<String> address =
        Stream.of(
            "--nbd-port=" + server.nbdAddress().getPort(),
            "--disk-http-port=" + server.httpAddress().getPort());
    return Lockstep.commandLine()
        .execute(
            Stream.concat(Stream.concat(Stream.of("disk"), Stream.of(arguments)), address)
                .toArray(String[]::new));
  }

  private DiskApi api() {
    return new DiskApi(server.httpAddress());
  }

  /** Data here and there, and a length that is no multiple of a block. */
  private Path image(int seed) throws IOException {
    Path image = directory.resolve("image" + seed);
    Random random = new Random(seed);
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(IMAGE_BYTES);
      for (int i = 0; i < 10; i++) {
        byte[] data = new byte[1 + random.nextInt(300_000)];
        random.nextBytes(data);
        file.seek(random.nextInt(IMAGE_BYTES - data.length));
        file.write(data);
      }
    }
    return image;
  }

  @Test
  void anImageGoesInAndComesOutAgain() throws IOException {
    Path image = image(1);
    Path back = directory.resolve("back");
    assertEquals(0, run("import", image.toString(), "b/one"));
    assertEquals(0, run("export", "b/one", back.toString()));
    assertEquals(-1, Files.mismatch(image, back));
    assertEquals(0, run("check", "b/one"));
    assertEquals(0, run("list"));
    assertEquals(0, run("info", "b/one"));
    assertEquals(1, run("export", "b/one", back.toString()), "the file is there");
    assertEquals(1, run("import", image.toString(), "b/one"), "the disk is there");
  }

  @Test
  void anotherImageTakesItsPlaceAndTheSnapshotStaysWhatItWas() throws IOException {
    Path first = image(1);
    Path second = image(2);
    Path back = directory.resolve("back");
    assertEquals(0, run("import", first.toString(), "b/one"));
    assertEquals(0, run("snapshot", "create", "b/one", "before"));
    assertEquals(0, run("import", "--overwrite", second.toString(), "b/one"));
    assertEquals(0, run("export", "b/one", back.toString()));
    assertEquals(-1, Files.mismatch(second, back));
    assertEquals(0, run("export", "--overwrite", "b/one@before", back.toString()));
    assertEquals(-1, Files.mismatch(first, back));
    assertEquals(0, run("clone", "b/one@before", "c/copy"));
    assertEquals(0, run("snapshot", "list", "b/one"));
    assertEquals(0, run("snapshot", "rollback", "b/one", "before"));
    assertEquals(0, run("export", "--overwrite", "b/one", back.toString()));
    assertEquals(-1, Files.mismatch(first, back));
    assertEquals(0, run("snapshot", "delete", "b/one", "before"));
    assertEquals(0, run("delete", "b/one"));
    assertEquals(0, run("export", "--overwrite", "c/copy", back.toString()));
    assertEquals(-1, Files.mismatch(first, back));
  }

  @Test
  void whatFailsLeavesNothingBehind() throws IOException {
    assertEquals(1, run("import", directory.resolve("none").toString(), "b/one"));
    assertEquals(1, run("import", "--size=1M", image(1).toString(), "b/one"));
    assertEquals(1, run("export", "b/one", directory.resolve("back").toString()));
    try (DiskApi api = api()) {
      assertEquals(0, api.list().size());
    }
    assertFalse(Files.exists(directory.resolve("back")));
    assertFalse(Files.exists(directory.resolve("back.partial")));
  }

  @Test
  void whatWasBegunIsTakenBackUnlessItIsDone() throws IOException {
    try (DiskApi api = api()) {
      api.create("b/half", 1 << 20);
      try (Undo undo = new Undo(() -> api.delete("b/half"))) {
        assertTrue(api.find("b/half").isPresent() && undo != null);
      }
      assertTrue(api.find("b/half").isEmpty());
      assertThrows(IOException.class, () -> api.get("b/half"));
    }
  }

  /** As by Ctrl-C: the process goes on copying while it ends. */
  @Test
  void anImportThatIsInterruptedAmidItsCopyLeavesNothingBehind() throws Exception {
    Path image = directory.resolve("large");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(1L << 40); // of zeroes: it is read for minutes, and takes no space
    }
    Process importing =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Lockstep.class.getName(),
                "disk",
                "import",
                image.toString(),
                "b/one",
                "--nbd-port=" + server.nbdAddress().getPort(),
                "--disk-http-port=" + server.httpAddress().getPort())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("output").toFile())
            .start();
    try (DiskApi api = api()) {
      while (!isAttached(api, "b/one-importing")) {
        assertTrue(importing.isAlive(), Files.readString(directory.resolve("output")));
        Thread.sleep(20);
      }
      importing.destroy(); // SIGTERM
      importing.waitFor();
      assertEquals(0, api.list().size(), Files.readString(directory.resolve("output")));
    } finally {
      importing.destroyForcibly();
    }
  }

  private static boolean isAttached(DiskApi api, String disk) throws IOException {
    var found = api.find(disk);
    return found.isPresent() && !found.get().path("attaches").isEmpty();
  }

  @Test
  void anImportThatWasKilledDoesNotHinderTheNext() throws IOException {
    try (DiskApi api = api()) {
      api.create("b/one-importing", 1 << 20);
    }
    assertEquals(0, run("import", image(1).toString(), "b/one"));
  }

  @Test
  void theServerOfUpIsAskedUnlessAnotherIsNamed() throws IOException {
    Path state = Files.createDirectory(directory.resolve("state"));
    int nbd = server.nbdAddress().getPort();
    int http = server.httpAddress().getPort();
    Files.writeString(
        state.resolve("cluster.json"),
        """
        {"vm": "guest", "nbdPort": %d, "arbiterPort": 1, "diskHttpPort": %d, "linkPort": 1,
         "proxyHttpPort": 1, "replicas": []}
        """
            .formatted(nbd, http));
    CommandLine commands = Lockstep.commandLine();
    assertEquals(0, commands.execute("disk", "create", "b/one", "10M", "--state=" + state));
    assertEquals(0, commands.execute("disk", "check", "b/one", "--state=" + state));
    assertEquals(1, commands.execute("disk", "list", "--disk-http-port=1", "--state=" + state));
  }

  @Test
  void disksAreMadeResizedAndCopiedAsAWhole() throws IOException {
    assertEquals(0, run("create", "b/one", "10M"));
    assertEquals(2, run("create", "b/two", "much"));
    assertEquals(2, run("create", "nonsense", "1M"));
    assertEquals(0, run("resize", "b/one", "20MiB"));
    try (DiskApi api = api()) {
      assertEquals(20 << 20, api.get("b/one").path("sizeBytes").asLong());
    }
    assertEquals(0, run("checkpoint", "monday"));
    assertTrue(Files.isDirectory(directory.resolve("data/checkpoints/monday")));
    assertEquals(1, run("checkpoint", "monday"));
  }

  @Test
  void qcow2GoesInAndOutThroughQemuImg() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/qemu-img")), "qemu-img is not installed");
    Path image = image(3);
    String qcow2 = directory.resolve("image.qcow2").toString();
    assertEquals(
        0,
        new ProcessBuilder("qemu-img", "convert", "-O", "qcow2", image.toString(), qcow2)
            .start()
            .waitFor());
    assertEquals(0, run("import", qcow2, "b/one"));
    Path back = directory.resolve("back");
    assertEquals(0, run("export", "b/one", back.toString()));
    assertEquals(-1, Files.mismatch(image, back));
    assertEquals(
        0, run("export", "--format=qcow2", "b/one", directory.resolve("out.qcow2").toString()));
  }

  /** An image made by a stranger must not bring in what only this host's user can read. */
  @Test
  void anImageThatReadsFromAnotherFileIsRefused() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/qemu-img")), "qemu-img is not installed");
    Path secret = image(4);
    for (String option :
        List.of("backing_file=" + secret + ",backing_fmt=raw", "data_file=" + secret)) {
      Path qcow2 = directory.resolve("stranger.qcow2");
      assertEquals(
          0,
          new ProcessBuilder(
                  "qemu-img", "create", "-f", "qcow2", "-o", option, qcow2.toString(), "8M")
              .start()
              .waitFor());
      assertEquals(1, run("import", qcow2.toString(), "b/one"), option);
      try (DiskApi api = api()) {
        assertEquals(0, api.list().size());
      }
    }
  }
}
