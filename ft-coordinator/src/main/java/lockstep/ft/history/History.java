package lockstep.ft.history;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The operations of several clients; any thread may add. */
public final class History {
  private final Map<String, List<Operation>> byKey = new LinkedHashMap<>();
  private long size;
  private int settledKeys;
  private Optional<String> violated = Optional.empty();

  public synchronized void add(Operation operation) {
    byKey.computeIfAbsent(operation.key(), _ -> new ArrayList<>()).add(operation);
    size++;
  }

  public synchronized long size() {
    return size;
  }

  public synchronized int keys() {
    return settledKeys + byKey.size();
  }

  /**
   * Checks the keys whose operations were all called before a time, and forgets them.
   *
   * @param calledBeforeNanos so long ago that none of their operations can still be under way
   * @param used keys that may still be used, and stay
   */
  public synchronized void settle(long calledBeforeNanos, Collection<String> used) {
    byKey
        .entrySet()
        .removeIf(
            entry -> {
              List<Operation> operations = entry.getValue();
              if (used.contains(entry.getKey())
                  || operations.stream().anyMatch(o -> o.calledNanos() - calledBeforeNanos >= 0)) {
                return false;
              }
              settledKeys++;
              if (violated.isEmpty() && !RegisterChecker.isLinearizable(operations)) {
                violated = Optional.of(entry.getKey());
              }
              return true;
            });
  }

  /** A key that {@link #settle} has found so, if it has; the others may not be complete yet. */
  public synchronized Optional<String> violatedSoFar() {
    return violated;
  }

  /** A key whose operations no register can have answered so, if there is one. */
  public synchronized Optional<String> notLinearizable() {
    if (violated.isPresent()) {
      return violated;
    }
    return byKey.entrySet().stream()
        .filter(entry -> !RegisterChecker.isLinearizable(entry.getValue()))
        .map(Map.Entry::getKey)
        .findFirst();
  }
}
