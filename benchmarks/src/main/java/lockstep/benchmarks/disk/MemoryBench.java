package lockstep.benchmarks.disk;

import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import lockstep.ft.nbd.Nbd;
import lockstep.tools.image.Directories;

/** How much memory a disk server takes at most, however much is asked of it. */
final class MemoryBench {
  private static final int DISKS = 10;
  private static final long DISK_BYTES = 100L << 30;
  private static final int GREEDY_REQUESTS = 1_000;
  private static final long LIMIT_BYTES = 512L << 20;
  private static final int MEBIBYTE_BITS = 20;

  /** Those of one disk, side by side. */
  private static final List<List<String>> JOBS =
      List.of(
          List.of("--name=random", "--rw=randrw", "--bs=4k", "--iodepth=32"),
          List.of("--name=sequential", "--rw=rw", "--bs=1m", "--iodepth=8"),
          List.of("--name=trim", "--rw=randtrim", "--bs=256k", "--iodepth=8"));

  private final Path directory;
  private final int seconds;

  /**
   * @param seconds how long the load lasts
   */
  MemoryBench(Path directory, int seconds) {
    this.directory = directory;
    this.seconds = seconds;
  }

  /** 0 if it stays within its limit. */
  int run() throws IOException, InterruptedException {
    Path scratch = Files.createTempDirectory(directory, "disk-bench");
    List<String> names = IntStream.range(0, DISKS).mapToObj(i -> "disk" + i).toList();
    try (Target target = Target.lockstep(Target.Kind.ROCKSDB, scratch, names, DISK_BYTES)) {
      long idle = target.peakBytes();
      load(target, names, scratch);
      long peak = target.peakBytes();
      System.out.printf(
          "%d disks of %d GB, %d clients and %d that take nothing, %d s: %d MB at most, %d MB before;"
              + " the limit is %d MB%n",
          DISKS,
          DISK_BYTES >> 30,
          DISKS * JOBS.size(),
          DISKS,
          seconds,
          peak >> MEBIBYTE_BITS,
          idle >> MEBIBYTE_BITS,
          LIMIT_BYTES >> MEBIBYTE_BITS);
      return peak <= LIMIT_BYTES ? 0 : 1;
    } finally {
      Directories.deleteTree(scratch);
    }
  }

  private void load(Target target, List<String> names, Path scratch)
      throws IOException, InterruptedException {
    List<Socket> greedy = new ArrayList<>();
    List<Process> clients = new ArrayList<>();
    try {
      for (String name : names) {
        clients.add(client(target.uri(name), scratch.resolve(name + ".log")));
        greedy.add(greedy(target.port(), "bench/" + name));
      }
      for (Process client : clients) {
        if (client.waitFor() != 0) {
          throw new IOException("fio has failed; --memory needs its nbd engine");
        }
      }
    } finally {
      clients.forEach(Process::destroy);
      for (Socket socket : greedy) {
        socket.close();
      }
    }
  }

  private Process client(String uri, Path log) throws IOException {
    List<String> command = new ArrayList<>(List.of("fio"));
    for (List<String> job : JOBS) {
      command.addAll(job);
      command.addAll(
          List.of(
              "--ioengine=nbd",
              "--uri=" + uri,
              "--size=" + DISK_BYTES,
              "--norandommap",
              "--randrepeat=0",
              "--time_based",
              "--runtime=" + seconds));
    }
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  /** Asks for as much as one may, again and again, and takes none of it. */
  private static Socket greedy(int port, String export) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    DataOutputStream out = new DataOutputStream(socket.getOutputStream());
    NbdWriter.chooseExport(out, export);
    for (int i = 0; i < GREEDY_REQUESTS; i++) {
      NbdWriter.request(out, 0, Nbd.CMD_READ, i, (long) i << MEBIBYTE_BITS, Nbd.PAYLOAD_BYTES_MAX);
    }
    return socket;
  }
}
