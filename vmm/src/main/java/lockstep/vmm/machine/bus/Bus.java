package lockstep.vmm.machine.bus;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import lockstep.vmm.machine.state.StateVisitor;
import lockstep.vmm.machine.state.Stateful;

/**
 * The devices in physical address space. RAM is not on it: a hart asks its memory first. An access
 * that is not naturally aligned, or that no single device covers, is an access fault.
 */
public final class Bus implements Stateful {
  private record Mapping(String name, long base, long size, MmioDevice device) {
    boolean covers(long address, int length) {
      long offset = address - base;
      return Long.compareUnsigned(offset, size) < 0 && offset + length <= size;
    }

    boolean overlaps(long otherBase, long otherSize) {
      return otherBase < base + size && base < otherBase + otherSize;
    }
  }

  private final List<Mapping> mappings = new ArrayList<>();
  private Mapping[] table = new Mapping[0];

  /**
   * Maps {@code device} at {@code [base, base + size)}; its state is visited under {@code name}.
   *
   * @throws IllegalArgumentException if the range overlaps another device or wraps around
   */
  public void map(String name, long base, long size, MmioDevice device) {
    if (base < 0 || size <= 0 || base + size < 0) {
      throw new IllegalArgumentException(name + ": range not in physical address space");
    }
    for (Mapping other : mappings) {
      if (other.overlaps(base, size)) {
        throw new IllegalArgumentException(name + " overlaps " + other.name);
      }
    }
    mappings.add(new Mapping(name, base, size, device));
    mappings.sort(Comparator.comparingLong(Mapping::base));
    table = mappings.toArray(Mapping[]::new);
  }

  /** Whether one device answers an aligned access of {@code 1 << log2Size} bytes. */
  public boolean covers(long address, int log2Size) {
    return find(address, log2Size) >= 0;
  }

  /** Loads from a device, zero-extended; {@link #covers} must hold. */
  public long load(long address, int log2Size) {
    Mapping mapping = table[find(address, log2Size)];
    return mapping.device.load(address - mapping.base, log2Size);
  }

  /** Stores to a device; {@link #covers} must hold. */
  public void store(long address, int log2Size, long value) {
    Mapping mapping = table[find(address, log2Size)];
    mapping.device.store(address - mapping.base, log2Size, value);
  }

  private int find(long address, int log2Size) {
    int length = 1 << log2Size;
    if ((address & (length - 1)) != 0) {
      return -1;
    }
    for (int i = 0; i < table.length; i++) {
      if (table[i].covers(address, length)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public void visit(StateVisitor state) {
    for (Mapping mapping : table) {
      state.enter(mapping.name);
      mapping.device.visit(state);
      state.leave();
    }
  }
}
