package lockstep.vmm.machine.device.virtio;

import java.util.Optional;
import lockstep.vmm.machine.memory.GuestMemory;
import lockstep.vmm.machine.state.StateException;
import lockstep.vmm.machine.state.StateVisitor;
import lockstep.vmm.machine.state.Stateful;

/**
 * A split virtqueue (virtio 1.2, 2.7) from the device's side.
 *
 * <p>The driver's rings are checked to lie in RAM when the queue becomes ready, each chain when it
 * is taken. Whatever breaks the rules makes the queue {@link #malformed}: it stops for good, until
 * it is reset.
 */
public final class Virtqueue implements Stateful {
  private static final int DESCRIPTOR_BYTES = DescriptorChain.DESCRIPTOR_BYTES;
  private static final int RING_INDEX = 2; // of both rings: le16 flags, le16 idx
  private static final int RING_ENTRIES = 4;
  private static final int AVAILABLE_BYTES = 2;
  private static final int USED_BYTES = 8;
  private static final int EVENT_BYTES = 2;
  private static final int AVAIL_F_NO_INTERRUPT = 1;
  private static final int INDEX_MASK = 0xffff;

  private final GuestMemory memory;
  private final int sizeMax;

  private int size;
  private boolean ready;
  private boolean malformed;
  private long descriptors;
  private long available;
  private long used;
  private int availableNext;
  private int usedNext;
  private int usedNotified;

  // Derived from the device's accepted features.
  private boolean eventIdx;
  private boolean indirect;

  Virtqueue(GuestMemory memory, int sizeMax) {
    this.memory = memory;
    this.sizeMax = sizeMax;
    this.size = sizeMax;
  }

  /**
   * Takes the next chain that the driver has made available. Empty if there is none, or if the
   * queue is not ready or malformed.
   */
  public Optional<DescriptorChain> take() {
    if (!ready || malformed) {
      return Optional.empty();
    }
    int waiting = (memory.load16(available + RING_INDEX) - availableNext) & INDEX_MASK;
    if (waiting == 0) {
      return Optional.empty();
    }
    int slot = availableNext & (size - 1);
    int head = memory.load16(available + RING_ENTRIES + (long) slot * AVAILABLE_BYTES) & INDEX_MASK;
    Optional<DescriptorChain> chain =
        waiting > size || inFlight() >= size
            ? Optional.empty()
            : DescriptorChain.walk(memory, descriptors, size, head, indirect);
    if (chain.isEmpty()) {
      malformed = true;
      return chain;
    }
    availableNext = (availableNext + 1) & INDEX_MASK;
    return chain;
  }

  /** Chains taken and not given back: a driver can't have more under way than descriptors. */
  private int inFlight() {
    return (availableNext - usedNext) & INDEX_MASK;
  }

  /**
   * Asks the driver to kick for the next chain that it makes available (2.7.10): the one behind all
   * that are there, also behind those that were {@linkplain #untake put back}.
   */
  public void expectKick() {
    if (ready && !malformed && eventIdx) {
      int next = memory.load16(available + RING_INDEX) & INDEX_MASK;
      memory.store16(used + RING_ENTRIES + (long) size * USED_BYTES, next);
    }
  }

  /** Puts the last {@code chains} taken back, as if they had never been taken. */
  public void untake(int chains) {
    availableNext = (availableNext - chains) & INDEX_MASK;
  }

  /** Gives a chain back to the driver, {@code written} bytes of it filled (2.7.8). */
  public void give(int head, int written) {
    if (!ready || malformed) {
      return;
    }
    long element = used + RING_ENTRIES + (long) (usedNext & (size - 1)) * USED_BYTES;
    memory.store32(element, head);
    memory.store32(element + 4, written);
    usedNext = (usedNext + 1) & INDEX_MASK;
    memory.store16(used + RING_INDEX, usedNext);
  }

  /** Whether the driver wants a notification for what was given back since the last call. */
  boolean takeNotification() {
    int given = (usedNext - usedNotified) & INDEX_MASK;
    if (!ready || malformed || given == 0) {
      return false;
    }
    usedNotified = usedNext;
    if (!eventIdx) {
      return (memory.load16(available) & AVAIL_F_NO_INTERRUPT) == 0;
    }
    // 2.7.7.2: notify if used_event lies among the entries just given back.
    int usedEvent = memory.load16(available + RING_ENTRIES + (long) size * AVAILABLE_BYTES);
    return ((usedNext - usedEvent - 1) & INDEX_MASK) < given;
  }

  /** Whether a driver's nonsense has stopped the queue. */
  public boolean malformed() {
    return malformed;
  }

  int sizeMax() {
    return sizeMax;
  }

  boolean ready() {
    return ready;
  }

  long descriptors() {
    return descriptors;
  }

  long available() {
    return available;
  }

  long used() {
    return used;
  }

  /** The driver's choice; a size that is no power of two up to the largest is not taken (2.7). */
  void setSize(int value) {
    if (!ready && value > 0 && value <= sizeMax && Integer.bitCount(value) == 1) {
      size = value;
    }
  }

  void setDescriptors(long address) {
    descriptors = ready ? descriptors : address;
  }

  void setAvailable(long address) {
    available = ready ? available : address;
  }

  void setUsed(long address) {
    used = ready ? used : address;
  }

  void negotiate(boolean acceptedEventIdx, boolean acceptedIndirect) {
    eventIdx = acceptedEventIdx;
    indirect = acceptedIndirect;
  }

  /** Starts the queue at index 0 if its rings lie in RAM, aligned; else it is malformed. */
  void setReady(boolean value) {
    if (value && !ready) {
      availableNext = 0;
      usedNext = 0;
      usedNotified = 0;
      malformed = !ringsValid();
      ready = !malformed;
    } else if (!value) {
      ready = false;
    }
  }

  private boolean ringsValid() {
    long availableLength = RING_ENTRIES + (long) size * AVAILABLE_BYTES + EVENT_BYTES;
    long usedLength = RING_ENTRIES + (long) size * USED_BYTES + EVENT_BYTES;
    return descriptors % DESCRIPTOR_BYTES == 0
        && available % AVAILABLE_BYTES == 0
        && used % 4 == 0
        && memory.contains(descriptors, (long) size * DESCRIPTOR_BYTES)
        && memory.contains(available, availableLength)
        && memory.contains(used, usedLength);
  }

  void reset() {
    size = sizeMax;
    ready = false;
    malformed = false;
    descriptors = 0;
    available = 0;
    used = 0;
    availableNext = 0;
    usedNext = 0;
    usedNotified = 0;
    eventIdx = false;
    indirect = false;
  }

  @Override
  public void visit(StateVisitor state) {
    size = state.int32("size", size);
    ready = state.flag("ready", ready);
    malformed = state.flag("malformed", malformed);
    descriptors = state.int64("descriptors", descriptors);
    available = state.int64("available", available);
    used = state.int64("used", used);
    availableNext = state.int32("availableNext", availableNext) & INDEX_MASK;
    usedNext = state.int32("usedNext", usedNext) & INDEX_MASK;
    usedNotified = state.int32("usedNotified", usedNotified) & INDEX_MASK;
    if (state.restoring()) {
      if (size <= 0 || size > sizeMax || Integer.bitCount(size) != 1) {
        throw new StateException("virtqueue of size " + size + ", at most " + sizeMax);
      }
      if (ready && !ringsValid()) {
        throw new StateException("virtqueue with rings outside of RAM");
      }
    }
  }
}
