package lockstep.tools.history;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The operations of several clients; any thread may add. */
public final class History {
  private final Map<String, List<Operation>> byKey = new LinkedHashMap<>();
  private long size;

  public synchronized void add(Operation operation) {
    byKey.computeIfAbsent(operation.key(), _ -> new ArrayList<>()).add(operation);
    size++;
  }

  public synchronized long size() {
    return size;
  }

  public synchronized int keys() {
    return byKey.size();
  }

  /** A key whose operations no register can have answered so, if there is one. */
  public synchronized Optional<String> notLinearizable() {
    return byKey.entrySet().stream()
        .filter(entry -> !RegisterChecker.isLinearizable(entry.getValue()))
        .map(Map.Entry::getKey)
        .findFirst();
  }
}
