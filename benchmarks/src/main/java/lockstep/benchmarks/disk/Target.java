package lockstep.benchmarks.disk;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import lockstep.tools.cluster.FreePorts;

/** An NBD server in a process of its own, with one disk. */
final class Target implements AutoCloseable {
  private static final long START_MILLIS_MAX = 60_000;
  private static final long PAUSE_MILLIS = 100;
  private static final long STOP_SECONDS_MAX = 60;
  private static final int OK = 200;
  private static final String VM = "bench/";

  /** What is compared. */
  enum Kind {
    FILE("lockstep file"),
    ROCKSDB("lockstep rocksdb"),
    NBDKIT("nbdkit file"),
    QEMU_NBD("qemu-nbd");

    private final String title;

    Kind(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }
  }

  private final Process process;
  private final int port;
  private final String export;

  private Target(Process process, int port, String export) {
    this.process = process;
    this.port = port;
    this.export = export;
  }

  static Target start(Kind kind, Path directory, long sizeBytes)
      throws IOException, InterruptedException {
    return switch (kind) {
      case FILE, ROCKSDB -> lockstep(kind, directory, List.of("disk"), sizeBytes);
      case NBDKIT -> {
        int port = FreePorts.choose(1).getFirst();
        List<String> command =
            List.of("nbdkit", "-f", "-i", "127.0.0.1", "-p", Integer.toString(port), "file");
        yield plain(command, directory, sizeBytes, port);
      }
      case QEMU_NBD -> {
        int port = FreePorts.choose(1).getFirst();
        List<String> command =
            List.of(
                "qemu-nbd",
                "-t",
                "-b",
                "127.0.0.1",
                "-p",
                Integer.toString(port),
                "-f",
                "raw",
                "-x",
                "",
                "-e",
                "8",
                "--cache=writeback");
        yield plain(command, directory, sizeBytes, port);
      }
    };
  }

  private static Target plain(List<String> command, Path directory, long sizeBytes, int port)
      throws IOException, InterruptedException {
    Path image = directory.resolve("image.raw");
    // Preallocated, as the file store's disks are: nobody gains by what the other has to do first.
    List<String> allocate = List.of("fallocate", "-l", Long.toString(sizeBytes), image.toString());
    if (new ProcessBuilder(allocate).inheritIO().start().waitFor() != 0) {
      throw new IOException("fallocate has failed");
    }
    List<String> all = new ArrayList<>(command);
    all.add(image.toString());
    Target target = new Target(start(all, directory), port, "");
    target.awaitPort(port);
    return target;
  }

  /**
   * A disk server with several disks, of which this names the first.
   *
   * @param disks the names of those of the VM {@code bench}
   * @param sizeBytes of each
   */
  static Target lockstep(Kind kind, Path directory, List<String> disks, long sizeBytes)
      throws IOException, InterruptedException {
    String store = kind.name().toLowerCase(Locale.ROOT);
    List<Integer> ports = FreePorts.choose(2);
    int nbd = ports.get(0);
    int http = ports.get(1);
    Target target =
        new Target(
            start(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-Xmx160m",
                    "-XX:MaxDirectMemorySize=128m",
                    "-XX:ReservedCodeCacheSize=48m",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "lockstep.tools.Lockstep",
                    "disk-server",
                    "--data",
                    directory.resolve("data").toString(),
                    "--store",
                    store,
                    "--nbd-port",
                    Integer.toString(nbd),
                    "--arbiter-port",
                    "0",
                    "--http-port",
                    Integer.toString(http)),
                directory),
            nbd,
            VM + disks.getFirst());
    target.awaitPort(http);
    try (HttpClient client = HttpClient.newHttpClient()) {
      for (String disk : disks) {
        target.make(
            client,
            URI.create("http://127.0.0.1:" + http + "/disks/" + VM + disk + "?size=" + sizeBytes));
      }
    }
    return target;
  }

  private void make(HttpClient client, URI disk) throws IOException, InterruptedException {
    HttpResponse<String> made =
        client.send(
            HttpRequest.newBuilder(disk).PUT(HttpRequest.BodyPublishers.noBody()).build(),
            HttpResponse.BodyHandlers.ofString());
    if (made.statusCode() / 100 * 100 != OK) {
      close();
      throw new IOException("the disk server has refused the disk: " + made.body());
    }
  }

  private static Process start(List<String> command, Path directory) throws IOException {
    ProcessBuilder server =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("server.log").toFile());
    server.environment().put("MALLOC_ARENA_MAX", "2"); // as the launcher does
    return server.start();
  }

  private void awaitPort(int awaited) throws IOException, InterruptedException {
    for (long waited = 0; waited < START_MILLIS_MAX; waited += PAUSE_MILLIS) {
      try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), awaited)) {
        return;
      } catch (IOException _) {
        Thread.sleep(PAUSE_MILLIS); // not yet
      }
    }
    close();
    throw new IOException("the server did not start; see its server.log");
  }

  int port() {
    return port;
  }

  String export() {
    return export;
  }

  String uri() {
    return "nbd://127.0.0.1:" + port + "/" + export;
  }

  /** Of another of its disks. */
  String uri(String disk) {
    return "nbd://127.0.0.1:" + port + "/" + VM + disk;
  }

  /** Bytes that the server has given to the file system to write. */
  long writtenBytes() throws IOException {
    return number("io", "write_bytes:");
  }

  /** The most memory it has had, in bytes. */
  long peakBytes() throws IOException {
    return number("status", "VmHWM:") << 10;
  }

  private long number(String file, String name) throws IOException {
    for (String line :
        Files.readAllLines(
            Path.of("/proc", Long.toString(process.pid()), file), StandardCharsets.UTF_8)) {
      if (line.startsWith(name)) {
        return Long.parseLong(line.substring(name.length()).replace("kB", "").strip());
      }
    }
    throw new IOException("no " + name + " in /proc");
  }

  /** Lets it stand still, so that it does not disturb the measurement of another one. */
  void pause() throws IOException, InterruptedException {
    signal("STOP");
  }

  void resume() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    int result =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    if (result != 0) {
      throw new IOException("the server is gone; see its server.log");
    }
  }

  /** Also while it stands still. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
        throw new IllegalStateException("a killed server does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
