package lockstep.ft.simulation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.TreeMap;
import lockstep.ft.machine.DeterministicMachine;
import lockstep.ft.machine.StateHistory;

/** The history of a machine so small that it is saved whole. */
final class SavedStates implements StateHistory {
  private final DeterministicMachine machine;
  private final TreeMap<Long, byte[]> states = new TreeMap<>();
  private long next;

  SavedStates(DeterministicMachine machine) {
    this.machine = machine;
  }

  @Override
  public long remember() {
    ByteArrayOutputStream saved = new ByteArrayOutputStream();
    try {
      machine.save(saved);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    states.put(next, saved.toByteArray());
    return next++;
  }

  @Override
  public void forgetBefore(long first) {
    states.headMap(first).clear();
  }

  @Override
  public void forgetAll() {
    states.clear();
  }

  @Override
  public boolean remembers(long state) {
    return states.containsKey(state);
  }

  @Override
  public long keptBytes() {
    return 0;
  }

  @Override
  public void save(long state, OutputStream out) throws IOException {
    byte[] saved = states.get(state);
    if (saved == null) {
      throw new IllegalArgumentException("state " + state + " is not remembered");
    }
    out.write(saved);
  }
}
