package lockstep.tools.chaos;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import lockstep.ft.history.History;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.redis.LongestWait;

/** Several {@link RegisterClient}s together. */
final class StormClients implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(20);

  private final List<RegisterClient> clients = new ArrayList<>();
  private final Gate gate;

  /**
   * Starts them.
   *
   * @param pace of each: time between an answer and the next operation
   * @param first a command that each sends first on a connection; empty for none
   */
  StormClients(
      int count,
      InetSocketAddress guest,
      Duration pace,
      History history,
      RegisterClient.Shared shared,
      List<String> first,
      Random random) {
    gate = shared.gate();
    for (int i = 0; i < count; i++) {
      clients.add(RegisterClient.start(guest, pace, history, shared, first, random.nextLong()));
    }
  }

  /** The longest waits of any for an answer since this was last asked. */
  LongestWait.Taken takeLongestWait() {
    return clients.stream()
        .map(RegisterClient::takeLongestWait)
        .reduce(LongestWait.Taken.NONE, LongestWait.Taken::or);
  }

  long connectionsLost() {
    return clients.stream().mapToLong(RegisterClient::connectionsLost).sum();
  }

  /**
   * Waits until each has had an answer to something it asked after this was called.
   *
   * @throws IOException if it takes longer than {@code timeout}
   */
  void awaitAnswers(Duration timeout) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    long[] before = clients.stream().mapToLong(RegisterClient::answers).toArray();
    // The first answer may be to what was asked before.
    while (LongStream.range(0, clients.size())
        .anyMatch(i -> clients.get((int) i).answers() < before[(int) i] + 2)) {
      if (System.nanoTime() > deadline) {
        throw new IOException("a client was not served within " + timeout.toSeconds() + " s");
      }
      Cluster.sleep(POLL);
    }
  }

  /** Lets what is under way be the last for a while. */
  void hold() {
    gate.close();
  }

  /**
   * Waits until nothing is under way any more, and each has a connection.
   *
   * @throws IOException if it takes longer than {@code timeout}
   */
  void awaitHeld(Duration timeout) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (gate.waiting() < clients.size()) {
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "a client's last operation has not ended within " + timeout.toSeconds() + " s");
      }
      Cluster.sleep(POLL);
    }
  }

  /** Lets them go on. */
  void goOn() {
    gate.open();
  }

  @Override
  public void close() throws IOException {
    goOn();
    for (RegisterClient client : clients) {
      client.stop();
    }
    try {
      for (RegisterClient client : clients) {
        client.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
