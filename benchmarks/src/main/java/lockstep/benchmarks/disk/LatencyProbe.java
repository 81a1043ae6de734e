package lockstep.benchmarks.disk;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import lockstep.ft.nbd.Nbd;

/** How long one write of 4 KiB with FUA takes, and one FLUSH after a write; one at a time. */
final class LatencyProbe implements AutoCloseable {
  private static final int BLOCK_BYTES = 4096;
  private static final int SILENCE_MILLIS_MAX = 60_000;
  private static final double NANOS_PER_MICRO = 1_000;
  private static final int MEDIAN = 50;
  private static final int TAIL = 99;
  private static final int PERCENTS = 100;

  /** Microseconds. */
  record Latency(double median, double tail) {}

  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;
  private final Random random = new Random(1);
  private final long blocks;
  private final List<Long> nanos = new ArrayList<>();

  LatencyProbe(int port, String export, long sizeBytes) throws IOException {
    blocks = sizeBytes / BLOCK_BYTES;
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(SILENCE_MILLIS_MAX);
    in = new DataInputStream(socket.getInputStream());
    out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
    // Newstyle, EXPORT_NAME: size and flags come back.
    in.skipNBytes(Long.BYTES + Long.BYTES + Short.BYTES);
    NbdWriter.chooseExport(out, export);
    out.flush();
    in.skipNBytes(Long.BYTES + Short.BYTES);
  }

  /** What is measured. */
  enum Kind {
    FUA,
    FLUSH
  }

  /** Measures so many, after one that finds the server asleep and does not count. */
  void measure(Kind kind, int count) throws IOException {
    var _ = nanos(kind);
    for (int i = 0; i < count; i++) {
      nanos.add(nanos(kind));
    }
  }

  private long nanos(Kind kind) throws IOException {
    if (kind == Kind.FLUSH) {
      write(0);
    }
    long start = System.nanoTime();
    switch (kind) {
      case FUA -> write(Nbd.CMD_FLAG_FUA);
      case FLUSH -> request(Nbd.CMD_FLUSH, 0, 0, 0, new byte[0]);
    }
    return System.nanoTime() - start;
  }

  /** Of all that was measured. */
  Latency taken() {
    Collections.sort(nanos);
    return new Latency(
        nanos.get(nanos.size() * MEDIAN / PERCENTS) / NANOS_PER_MICRO,
        nanos.get(nanos.size() * TAIL / PERCENTS) / NANOS_PER_MICRO);
  }

  private void write(int flags) throws IOException {
    byte[] block = new byte[BLOCK_BYTES];
    random.nextBytes(block);
    request(Nbd.CMD_WRITE, flags, random.nextLong(blocks) * BLOCK_BYTES, BLOCK_BYTES, block);
  }

  private void request(int type, int flags, long offset, int length, byte[] payload)
      throws IOException {
    NbdWriter.request(out, flags, type, 0, offset, length);
    out.write(payload);
    out.flush();
    if (in.readInt() != Nbd.SIMPLE_REPLY_MAGIC || in.readInt() != Nbd.OK) {
      throw new IOException("the server has refused a request");
    }
    in.skipNBytes(Long.BYTES);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
