package lockstep.ft.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether operations on one register are linearizable: whether they can be put into an order in
 * which each takes effect between its call and its answer, and every read returns what was written
 * last.
 *
 * <p>No value is written twice, so it is known which write each read saw, and a write stands
 * together with its reads in the order, as a <em>cluster</em>. One cluster has to come before
 * another if some operation of it was answered before one of the other's was called. The order
 * exists if no read was answered before its write was called, and no two clusters have to come
 * before each other (Gibbons and Korach, "Testing shared memories", 1997, section 4). So it takes
 * no search, however many writes are without an answer.
 */
final class RegisterChecker {
  private final Map<Long, Cluster> clusters = new HashMap<>();

  /** A write and its reads; {@link Operation#NOTHING} was written before all else. */
  private static final class Cluster {
    private final long writeCalledNanos;
    private long firstAnsweredNanos;
    private long lastCalledNanos;
    private boolean happened;
    private boolean readTooSoon;

    Cluster(Operation write) {
      this(write.calledNanos(), write.answeredNanos());
    }

    Cluster(long calledNanos, long answeredNanos) {
      writeCalledNanos = calledNanos;
      lastCalledNanos = calledNanos;
      firstAnsweredNanos = answeredNanos;
      happened = answeredNanos != Operation.NEVER;
    }

    void add(Operation read) {
      happened = true;
      readTooSoon |= read.answeredNanos() < writeCalledNanos;
      firstAnsweredNanos = Math.min(firstAnsweredNanos, read.answeredNanos());
      lastCalledNanos = Math.max(lastCalledNanos, read.calledNanos());
    }

    boolean mustPrecede(Cluster other) {
      return firstAnsweredNanos < other.lastCalledNanos;
    }
  }

  private RegisterChecker() {}

  /**
   * Whether they are linearizable.
   *
   * @throws IllegalArgumentException if a value is written twice
   */
  static boolean isLinearizable(List<Operation> operations) {
    RegisterChecker checker = new RegisterChecker();
    return checker.addAll(operations) && checker.canBeOrdered();
  }

  /** Returns false if something was read that nobody wrote. */
  private boolean addAll(List<Operation> operations) {
    clusters.put(Operation.NOTHING, new Cluster(Long.MIN_VALUE, Long.MIN_VALUE));
    for (Operation operation : operations) {
      if (operation.write()
          && clusters.putIfAbsent(operation.value(), new Cluster(operation)) != null) {
        throw new IllegalArgumentException(
            operation.key() + ": " + operation.value() + " is written twice");
      }
    }
    for (Operation operation : operations) {
      if (!operation.write()) {
        Cluster cluster = clusters.get(operation.value());
        if (cluster == null) {
          return false;
        }
        cluster.add(operation);
      }
    }
    return true;
  }

  private boolean canBeOrdered() {
    List<Cluster> happened = new ArrayList<>();
    for (Cluster cluster : clusters.values()) {
      if (cluster.readTooSoon) {
        return false;
      }
      if (cluster.happened) {
        happened.add(cluster);
      }
    }
    for (int i = 0; i < happened.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (happened.get(i).mustPrecede(happened.get(j))
            && happened.get(j).mustPrecede(happened.get(i))) {
          return false;
        }
      }
    }
    return true;
  }
}
