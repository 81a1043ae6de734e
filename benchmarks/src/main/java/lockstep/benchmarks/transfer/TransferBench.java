package lockstep.benchmarks.transfer;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import lockstep.benchmarks.cluster.BenchCluster;
import lockstep.benchmarks.cluster.GuestBenchOptions;
import lockstep.benchmarks.cluster.GuestShell;
import lockstep.benchmarks.cluster.RedisLoad;
import lockstep.benchmarks.cluster.RedisLoad.Command;
import lockstep.tools.Lockstep;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.ReplicaView;
import lockstep.tools.image.Guest;
import lockstep.tools.image.ImageException;
import lockstep.tools.image.Progress;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Gives running guests a new backup, and prints what that cost. */
@CommandLine.Command(
    name = "bench transfer",
    mixinStandardHelpOptions = true,
    description =
        "Boots guests of several sizes, fills three eighths of what they leave, and gives each a"
            + " new backup again and again, idle and under Redis load: rounds, bytes, seconds, and"
            + " for how long the guest stood still. Uses processes and ports of its own.")
public final class TransferBench implements Callable<Integer> {
  private static final Duration BEFORE = Duration.ofSeconds(2);
  private static final Duration LOAD_STRETCH = Duration.ofMillis(250);
  private static final int LOAD_CLIENTS = 10;

  /** Status is sampled in the VMM; it is complete a little after the cut. */
  private static final Duration STATUS_SETTLES = Duration.ofMillis(500);

  /** Redis itself and the kernel need the rest. */
  private static final int FILLED_EIGHTHS = 3;

  /** What the guest's system takes before Redis has any. */
  private static final int SYSTEM_MEBIBYTES = 64;

  private static final double NANOS_PER_MILLI = 1e6;

  @Mixin private GuestBenchOptions options = new GuestBenchOptions();

  @Option(
      names = "--memory",
      paramLabel = "MIB",
      split = ",",
      defaultValue = "128,256,512,1024,2048",
      description = "Sizes of guest RAM (default: ${DEFAULT-VALUE}).")
  private List<Long> sizes = List.of();

  @Option(
      names = "--times",
      paramLabel = "N",
      defaultValue = "3",
      description = "How often each is done (default: ${DEFAULT-VALUE}).")
  private int times;

  public static void main(String[] arguments) {
    System.exit(Lockstep.commandLine(new TransferBench()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, ImageException {
    Progress progress = Progress.onStandardError();
    Guest guest = options.ensureGuest(progress);
    List<Row> rows = new ArrayList<>();
    for (long mebibytes : sizes) {
      Path place = options.place("transfer");
      try (BenchCluster cluster = BenchCluster.start(place, guest, mebibytes << 20, progress)) {
        System.err.println("a guest of " + mebibytes + " MB");
        cluster.bootAlone(progress);
        long filled = (mebibytes - SYSTEM_MEBIBYTES) * FILLED_EIGHTHS / 8;
        fill(GuestShell.open(cluster), filled);
        for (Load load : Load.values()) {
          rows.add(measure(cluster, new Row(mebibytes, filled, load)));
        }
      }
    }
    print(rows);
    return 0;
  }

  private void print(List<Row> rows) {
    if (options.tsv()) {
      rows.forEach(row -> row.printTsv(System.out));
    } else {
      Row.printHead(System.out);
      rows.forEach(row -> row.print(System.out));
      Row.printFoot(System.out);
    }
  }

  /**
   * Memory that nobody has used is zero and would cost nothing. Files in memory: Redis keeps its
   * append-only file on, as it has it, so that its writes are on their way to the disk at the cut.
   */
  private static void fill(GuestShell shell, long mebibytes) throws IOException {
    System.err.println("filling " + mebibytes + " MB of it");
    var _ = shell.time("mkdir -p /filled && mount -t tmpfs -o size=90% none /filled");
    byte[] content = new byte[1 << 20];
    new Random(1).nextBytes(content);
    for (long i = 0; i < mebibytes; i++) {
      shell.put(content, "/filled/" + i);
    }
  }

  private Row measure(BenchCluster cluster, Row row) throws IOException {
    for (int i = 0; i < times; i++) {
      Row.Transfer transfer =
          switch (row.load()) {
            case IDLE -> transfer(cluster, () -> 0);
            case REDIS -> {
              try (Clients clients = Clients.start(cluster.redisPort())) {
                Cluster.sleep(BEFORE);
                clients.forgetLongestWait();
                yield transfer(cluster, clients::longestWaitNanos);
              }
            }
          };
      System.err.printf("%d MB, %s: %s%n", row.memoryMebibytes(), row.load().title(), transfer);
      row.transfers().add(transfer);
      cluster.goAlone();
    }
    return row;
  }

  private interface LongestWait {
    long nanos() throws IOException;
  }

  private static Row.Transfer transfer(BenchCluster cluster, LongestWait wait) throws IOException {
    cluster.protect();
    long waited = wait.nanos();
    Cluster.sleep(STATUS_SETTLES);
    ReplicaView live = cluster.live();
    Duration duration =
        TransferLog.lastDuration(Files.readAllLines(live.process().logFile()))
            .orElseThrow(() -> new IOException("no state transfer in the live VMM's log"));
    JsonNode told = live.status().orElseThrow().path("transfer");
    return new Row.Transfer(
        told.path("round").asInt(),
        told.path("bytesSent").asLong(),
        duration.toNanos(),
        Math.round(told.path("pauseMillis").asDouble() * NANOS_PER_MILLI),
        waited);
  }

  /** Redis clients that go on until they are closed. */
  private static final class Clients implements AutoCloseable {
    private final Thread thread;
    private boolean over;
    private long longestNanos;
    private long stretches;
    private Optional<IOException> failure = Optional.empty();

    private Clients(RedisLoad load) {
      thread = Thread.ofPlatform().daemon().name("redis-load").unstarted(() -> run(load));
    }

    static Clients start(int port) {
      Clients clients = new Clients(new RedisLoad(port, Command.SET, 1));
      clients.thread.start();
      return clients;
    }

    private void run(RedisLoad load) {
      try {
        while (!isOver()) {
          ended(load.run(LOAD_CLIENTS, LOAD_STRETCH).latencies().percentileNanos(100));
        }
      } catch (IOException e) {
        failed(e);
      }
    }

    private synchronized boolean isOver() {
      return over;
    }

    private synchronized void ended(long longest) {
      longestNanos = Math.max(longestNanos, longest);
      stretches++;
      notifyAll();
    }

    private synchronized void failed(IOException e) {
      failure = Optional.of(e);
      notifyAll();
    }

    synchronized void forgetLongestWait() {
      longestNanos = 0;
    }

    /**
     * With the stretch that is under way.
     *
     * @throws IOException if the load has ended: what was measured was idle
     */
    synchronized long longestWaitNanos() throws IOException {
      long underWay = stretches;
      try {
        while (stretches == underWay && failure.isEmpty()) {
          wait();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
      if (failure.isPresent()) {
        throw new IOException("the load has ended: " + failure.get().getMessage(), failure.get());
      }
      return longestNanos;
    }

    @Override
    public void close() {
      synchronized (this) {
        over = true;
      }
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
