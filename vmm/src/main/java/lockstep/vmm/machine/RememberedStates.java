package lockstep.vmm.machine;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.TreeMap;
import lockstep.ft.machine.StateHistory;
import lockstep.vmm.machine.memory.PhysicalMemory;

/**
 * A machine's history: harts and devices are saved when a state is remembered, for they are small;
 * memory keeps what its pages held before they change.
 */
final class RememberedStates implements StateHistory {
  /** Writes the state of harts and devices, as a saved state begins. */
  @FunctionalInterface
  interface HartsAndDevices {
    void writeTo(DataOutputStream out) throws IOException;
  }

  private final PhysicalMemory memory;
  private final HartsAndDevices hartsAndDevices;

  /** By number, which is that of the memory's contents. */
  private final TreeMap<Integer, byte[]> states = new TreeMap<>();

  RememberedStates(PhysicalMemory memory, HartsAndDevices hartsAndDevices) {
    this.memory = memory;
    this.hartsAndDevices = hartsAndDevices;
  }

  @Override
  public long remember() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      hartsAndDevices.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException("memory can't be written", e);
    }
    int state = memory.remember();
    states.put(state, bytes.toByteArray());
    return state;
  }

  @Override
  public void forgetBefore(long first) {
    int number = Math.toIntExact(first);
    states.headMap(number).clear();
    memory.forgetBefore(number);
  }

  @Override
  public void forgetAll() {
    states.clear();
    memory.forgetAll();
  }

  @Override
  public boolean remembers(long state) {
    return memory.remembers(Math.toIntExact(state));
  }

  @Override
  public long keptBytes() {
    return memory.keptBytes();
  }

  @Override
  public void save(long state, OutputStream out) throws IOException {
    int number = Math.toIntExact(state);
    byte[] bytes = states.get(number);
    if (bytes == null) {
      throw new IllegalArgumentException("state " + state + " is not remembered");
    }
    DataOutputStream data = Machine.buffered(out);
    data.write(bytes);
    memory.saveRemembered(number, data);
    Machine.writeEnd(data);
  }
}
