package lockstep.tools.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import lockstep.ft.history.Operation;
import lockstep.tools.redis.RedisErrorException;

/**
 * What each register may hold, by what its clients were told: the value of the last write that was
 * acknowledged, or of one that no acknowledged write has followed. Thread-safe.
 *
 * <p>A write is certain once it is answered, or once somebody has read its value. It has happened
 * between its call and then; one that is not certain, by the time when the guest it was sent to is
 * gone, or never. Whatever has happened before a certain write was called is overwritten.
 *
 * <p>A history of operations alone does not show that: when the first thing that is done to a key
 * after a cold start is another write, nobody reads any more what was lost.
 */
final class LastWrites {

  /**
   * A write whose value may be there.
   *
   * @param happenedBy {@link Operation#NEVER} as long as that is not known
   */
  private record Write(long calledNanos, long happenedBy) {}

  private static final class Register {
    private final Map<Long, Write> possible = new HashMap<>();

    /** When the latest of all certain writes was called. */
    private long certainCalledNanos = Long.MIN_VALUE;

    /** That write is certain, and has happened by now. */
    private void certain(long value, long nowNanos) {
      Write write = possible.get(value);
      if (write == null) {
        return; // overwritten since: who reads it all the same is the history's concern
      }
      possible.put(value, new Write(write.calledNanos, Math.min(write.happenedBy, nowNanos)));
      certainCalledNanos = Math.max(certainCalledNanos, write.calledNanos);
      possible.values().removeIf(other -> other.happenedBy < certainCalledNanos);
    }

    private boolean mayHold(long value) {
      return value == Operation.NOTHING
          ? certainCalledNanos == Long.MIN_VALUE
          : possible.containsKey(value);
    }
  }

  /**
   * What comparing registers with this has shown.
   *
   * @param values how many were read
   * @param lost those that did not hold what they must, for people
   */
  record Compared(int values, List<String> lost) {
    static final Compared NONE = new Compared(0, List.of());

    Compared {
      lost = List.copyOf(lost);
    }

    Compared and(Compared other) {
      List<String> both = new ArrayList<>(lost);
      both.addAll(other.lost);
      return new Compared(values + other.values, both);
    }

    /** What of it is not as it must be. */
    List<String> complaints() {
      return lost.isEmpty()
          ? List.of()
          : List.of(
              "%d acknowledged values lost to double failures, the first: %s"
                  .formatted(lost.size(), lost.getFirst()));
    }
  }

  /** Reads a register. */
  interface Reader {
    /** Its value; {@link Operation#NOTHING} if it was never written. */
    long read(String key) throws IOException, RedisErrorException;
  }

  private final Map<String, Register> registers = new LinkedHashMap<>();

  /** A write is about to be sent. */
  synchronized void called(String key, long value, long nowNanos) {
    registers
        .computeIfAbsent(key, _ -> new Register())
        .possible
        .put(value, new Write(nowNanos, Operation.NEVER));
  }

  /** Its answer has come. */
  synchronized void answered(String key, long value, long nowNanos) {
    register(key).certain(value, nowNanos);
  }

  /** Somebody has read a value; the answer has come. */
  synchronized void wasRead(String key, long value, long nowNanos) {
    if (value != Operation.NOTHING) {
      registers.computeIfAbsent(key, _ -> new Register()).certain(value, nowNanos);
    }
  }

  private Register register(String key) {
    Register register = registers.get(key);
    if (register == null) {
      throw new IllegalStateException("nobody has written to " + key);
    }
    return register;
  }

  /**
   * Reads every register that was written to, of a guest that was started anew. No operation may be
   * under way. What is read is what they hold from then on.
   */
  synchronized Compared compare(Reader reader, long nowNanos)
      throws IOException, RedisErrorException {
    List<String> lost = new ArrayList<>();
    for (Map.Entry<String, Register> entry : registers.entrySet()) {
      Register register = entry.getValue();
      long value = reader.read(entry.getKey());
      if (!register.mayHold(value)) {
        lost.add(
            "%s holds %s instead of %s"
                .formatted(
                    entry.getKey(),
                    value == Operation.NOTHING ? "nothing" : value,
                    new TreeSet<>(register.possible.keySet())));
      }
      register.possible.clear();
      if (value != Operation.NOTHING) {
        register.possible.put(value, new Write(nowNanos, nowNanos));
        register.certainCalledNanos = nowNanos;
      }
    }
    return new Compared(registers.size(), lost);
  }
}
