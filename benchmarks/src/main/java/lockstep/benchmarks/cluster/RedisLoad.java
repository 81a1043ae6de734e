package lockstep.benchmarks.cluster;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Clients that each send a batch of commands to Redis, wait for all answers, and send again. */
public final class RedisLoad {
  private static final int KEYS = 10_000;
  private static final String VALUE = "x".repeat(64);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);

  /** What is asked. */
  public enum Command {
    SET {
      @Override
      String text(int key) {
        String name = "key:%012d".formatted(key);
        return "*3\r\n$3\r\nSET\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n"
            .formatted(name.length(), name, VALUE.length(), VALUE);
      }
    },
    GET {
      @Override
      String text(int key) {
        String name = "key:%012d".formatted(key);
        return "*2\r\n$3\r\nGET\r\n$%d\r\n%s\r\n".formatted(name.length(), name);
      }
    };

    /** As on the wire (RESP2). */
    abstract String text(int key);
  }

  /**
   * What came of it.
   *
   * @param latencies from sending a batch to its last answer
   */
  public record Result(long requests, long nanos, Latencies latencies) {
    public double perSecond() {
      return requests * 1e9 / nanos;
    }
  }

  private final int port;
  private final byte[][] commands = new byte[KEYS][]; // made before, not to cost time meanwhile
  private final int depth;

  /**
   * @param port of the Redis, on this host
   * @param depth commands in a batch
   */
  public RedisLoad(int port, Command command, int depth) {
    this.port = port;
    this.depth = depth;
    for (int key = 0; key < KEYS; key++) {
      commands[key] = command.text(key).getBytes(StandardCharsets.US_ASCII);
    }
  }

  /**
   * Runs {@code clients} of them for {@code duration}.
   *
   * @throws IOException if one connection fails
   */
  public Result run(int clients, Duration duration) throws IOException {
    long began = System.nanoTime();
    long end = began + duration.toNanos();
    List<Callable<Latencies>> tasks = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      int seed = i;
      tasks.add(() -> client(new SplittableRandom(seed), end));
    }
    Latencies all = new Latencies();
    try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
      for (Future<Latencies> client : threads.invokeAll(tasks)) {
        all.addAll(client.get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IOException("a Redis client failed: " + e.getMessage(), e);
    }
    return new Result((long) all.count() * depth, System.nanoTime() - began, all);
  }

  private Latencies client(SplittableRandom random, long end) throws IOException {
    Latencies latencies = new Latencies();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) ANSWER_TIMEOUT.toMillis());
      InputStream in = new BufferedInputStream(socket.getInputStream());
      for (long now = System.nanoTime(); now < end; now = System.nanoTime()) {
        socket.getOutputStream().write(batch(random));
        for (int i = 0; i < depth; i++) {
          skipAnswer(in);
        }
        latencies.add(System.nanoTime() - now);
      }
    }
    return latencies;
  }

  private byte[] batch(SplittableRandom random) {
    if (depth == 1) {
      return commands[random.nextInt(KEYS)];
    }
    ByteArrayOutputStream batch = new ByteArrayOutputStream();
    for (int i = 0; i < depth; i++) {
      batch.writeBytes(commands[random.nextInt(KEYS)]);
    }
    return batch.toByteArray();
  }

  /** Reads one answer: a status, or a bulk string that may be nil. */
  static void skipAnswer(InputStream in) throws IOException {
    String line = line(in);
    switch (line.isEmpty() ? ' ' : line.charAt(0)) {
      case '+' -> {}
      case '$' -> {
        int length = Integer.parseInt(line.substring(1));
        if (length >= 0) {
          in.skipNBytes(length + 2L);
        }
      }
      default -> throw new IOException("Redis answers " + line);
    }
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("Redis has closed the connection");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }
}
