package lockstep.benchmarks.disk;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import lockstep.tools.Lockstep;
import lockstep.tools.image.Directories;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Compares the disk server's stores with nbdkit and qemu-nbd. */
@Command(
    name = "bench disk",
    mixinStandardHelpOptions = true,
    description =
        "Loads the disk server with each of its stores, `nbdkit file` and `qemu-nbd` over loopback"
            + " on the same disk, and prints what each does and its ratio to nbdkit. Writes count"
            + " the time of a last flush in. Needs fio with its nbd engine.")
public final class DiskBench implements Callable<Integer> {
  private static final int PROBES = 1_000;

  /** So many of them a turn. */
  private static final int PROBES_TOGETHER = 50;

  private static final double MEGA = 1e6;

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description = "On the disk to measure (default: ${DEFAULT-VALUE}).")
  private Path directory = Path.of(System.getProperty("user.dir"));

  @Option(
      names = "--size",
      paramLabel = "MIB",
      defaultValue = "4096",
      description = "Size of the disk (default: ${DEFAULT-VALUE}).")
  private long mebibytes;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "10",
      description = "How long each load lasts (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--sustained",
      paramLabel = "N",
      defaultValue = "60",
      description = "How long the sustained one lasts, in seconds (default: ${DEFAULT-VALUE}).")
  private int sustainedSeconds;

  @Option(
      names = "--server",
      paramLabel = "NAME",
      split = ",",
      description = "Only these: ${COMPLETION-CANDIDATES}.")
  private Set<Target.Kind> only = EnumSet.allOf(Target.Kind.class);

  @Option(
      names = "--memory",
      description = {
        "Only measure how much memory a disk server takes at most, with its default limits, while",
        "ten disks of 100 GB are read, written and trimmed by thirty clients, and ten more ask for",
        "much and take nothing."
      })
  private boolean memory;

  @Option(names = "--tsv", description = "Print tab-separated values, not a table.")
  private boolean tsv;

  private final Results results = new Results();

  public static void main(String[] arguments) {
    System.exit(Lockstep.commandLine(new DiskBench()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (!isInstalled("fio")) {
      System.err.println("fio is missing; install it (on Debian: apt-get install fio)");
      return 1;
    }
    if (memory) {
      return new MemoryBench(directory, seconds).run();
    }
    Set<Target.Kind> kinds = EnumSet.copyOf(only);
    if (!isInstalled("nbdkit")) {
      kinds.remove(Target.Kind.NBDKIT);
      System.err.println("nbdkit is not installed: no ratios");
    }
    if (!isInstalled("qemu-nbd")) {
      kinds.remove(Target.Kind.QEMU_NBD);
    }
    Path scratch = Files.createTempDirectory(directory, "disk-bench");
    try {
      measure(kinds, scratch);
    } finally {
      Directories.deleteTree(scratch);
    }
    if (tsv) {
      results.printTsv(System.out);
    } else {
      results.printTable(System.out);
    }
    return 0;
  }

  /**
   * One load after the other, and each on one server after the other, so that a disk which is
   * faster now than in a quarter of an hour favours none. Those whose turn it is not stand still;
   * but while latencies are probed they only have nothing to do, for what has just been stopped is
   * slow at more than its first request.
   */
  private void measure(Set<Target.Kind> kinds, Path scratch)
      throws IOException, InterruptedException {
    Map<Target.Kind, Target> targets = new EnumMap<>(Target.Kind.class);
    try {
      for (Target.Kind kind : kinds) {
        Path own = Files.createDirectory(scratch.resolve(kind.name()));
        Target target = Target.start(kind, own, mebibytes << 20);
        targets.put(kind, target);
        target.pause();
      }
      for (Workload workload : Workload.values()) {
        if (workload == Workload.WRITE_RANDOM_1) {
          probe(targets); // before what stores tidy up for a while
        }
        for (Map.Entry<Target.Kind, Target> entry : targets.entrySet()) {
          System.err.println(workload.title() + ": " + entry.getKey().title());
          syncAll();
          entry.getValue().resume();
          measure(entry.getKey(), entry.getValue(), workload);
          entry.getValue().pause();
        }
      }
      for (Map.Entry<Target.Kind, Target> entry : targets.entrySet()) {
        Path own = scratch.resolve(entry.getKey().name());
        results.add("space at the end", "MB", true, entry.getKey(), takenBytes(own) / MEGA);
        long peak = entry.getValue().peakBytes();
        results.add("peak memory", "MB", true, entry.getKey(), peak / MEGA);
      }
    } finally {
      for (Target target : targets.values()) {
        target.close();
      }
    }
  }

  private void measure(Target.Kind kind, Target target, Workload workload)
      throws IOException, InterruptedException {
    long sizeBytes = mebibytes << 20;
    boolean sustained = workload == Workload.WRITE_SUSTAINED;
    long before = target.writtenBytes();
    Fio.Outcome outcome =
        Fio.run(target.uri(), workload, sizeBytes, sustained ? sustainedSeconds : seconds);
    results.add(workload.title(), workload.unit(), false, kind, outcome.value());
    if (sustained) {
      double amplification =
          (target.writtenBytes() - before) / (double) Math.max(outcome.bytes(), 1);
      results.add("write amplification of that", "x", true, kind, amplification);
    }
  }

  /** What others have written does not wait to be written while the next is measured. */
  private static void syncAll() throws IOException, InterruptedException {
    new ProcessBuilder("sync").start().waitFor();
  }

  /** In short turns, so that a moment at which the disk is slow meets all of them. */
  private void probe(Map<Target.Kind, Target> targets) throws IOException, InterruptedException {
    for (LatencyProbe.Kind kind : LatencyProbe.Kind.values()) {
      probe(targets, kind);
    }
  }

  private void probe(Map<Target.Kind, Target> targets, LatencyProbe.Kind what)
      throws IOException, InterruptedException {
    System.err.println(what + ": all of them in turns");
    syncAll();
    Map<Target.Kind, LatencyProbe> probes = new EnumMap<>(Target.Kind.class);
    for (Target target : targets.values()) {
      target.resume();
    }
    try {
      for (int done = 0; done < PROBES; done += PROBES_TOGETHER) {
        for (Map.Entry<Target.Kind, Target> entry : targets.entrySet()) {
          Target target = entry.getValue();
          if (!probes.containsKey(entry.getKey())) {
            probes.put(
                entry.getKey(), new LatencyProbe(target.port(), target.export(), mebibytes << 20));
          }
          probes.get(entry.getKey()).measure(what, PROBES_TOGETHER);
        }
      }
      probes.forEach(
          (kind, probe) -> {
            LatencyProbe.Latency latency = probe.taken();
            results.add(what + " p50", "us", true, kind, latency.median());
            results.add(what + " p99", "us", true, kind, latency.tail());
          });
    } finally {
      for (LatencyProbe probe : probes.values()) {
        probe.close();
      }
      for (Target target : targets.values()) {
        target.pause();
      }
    }
  }

  private static long takenBytes(Path root) throws IOException, InterruptedException {
    Process du = new ProcessBuilder("du", "-s", "-B1", root.toString()).start();
    String out =
        new String(du.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    du.waitFor();
    return Long.parseLong(out.split("\\s")[0]);
  }

  private static boolean isInstalled(String tool) {
    String path = System.getenv("PATH");
    return path != null
        && Arrays.stream(path.split(File.pathSeparator))
            .anyMatch(entry -> Files.isExecutable(Path.of(entry, tool)));
  }
}
