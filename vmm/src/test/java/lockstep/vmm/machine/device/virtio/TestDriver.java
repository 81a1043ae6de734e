package lockstep.vmm.machine.device.virtio;

import lockstep.vmm.machine.device.FakeRam;

/**
 * A driver for tests: brings a device up through its registers, lays rings out in RAM and puts
 * buffers into them.
 */
public final class TestDriver {
  /** Registers that tests look at (virtio 1.2, 4.2.2). */
  public static final int INTERRUPT_STATUS = 0x060;

  public static final int INTERRUPT_ACK = 0x064;
  public static final int STATUS = 0x070;

  /** Where buffers may be placed: behind the rings. */
  public static final long BUFFERS = FakeRam.BASE + 0x4_0000;

  private static final int RING_STRIDE = 0x1_0000;
  private static final int AVAILABLE = 0x8000;
  private static final int USED = 0xc000;
  private static final int F_NEXT = 1;
  private static final int F_WRITE = 2;

  /** A part of a buffer. */
  public record Part(long address, int length, boolean deviceWrites) {
    public static Part toRead(long address, int length) {
      return new Part(address, length, false);
    }

    public static Part toWrite(long address, int length) {
      return new Part(address, length, true);
    }
  }

  private final FakeRam ram;
  private final VirtioMmio mmio;
  private final int queueSize;
  private final int[] nextDescriptor = new int[4];
  private final int[] nextAvailable = new int[4];

  public TestDriver(FakeRam ram, VirtioMmio mmio, int queueSize) {
    this.ram = ram;
    this.mmio = mmio;
    this.queueSize = queueSize;
  }

  public int register(int offset) {
    return (int) mmio.load(offset, 2);
  }

  public void register(int offset, int value) {
    mmio.store(offset, 2, value & 0xffff_ffffL);
  }

  public long deviceFeatures() {
    register(0x014, 0);
    long low = register(0x010) & 0xffff_ffffL;
    register(0x014, 1);
    return low | (long) register(0x010) << 32;
  }

  /** Resets the device, accepts {@code features} of those offered, starts {@code queues} queues. */
  public void start(long features, int queues) {
    negotiate(features);
    for (int queue = 0; queue < queues; queue++) {
      startQueue(queue);
    }
    register(STATUS, 15);
  }

  public void negotiate(long features) {
    register(STATUS, 0);
    register(STATUS, 1);
    register(STATUS, 3);
    register(0x024, 0);
    register(0x020, (int) features);
    register(0x024, 1);
    register(0x020, (int) (features >>> 32));
    register(STATUS, 11);
  }

  public void startQueue(int queue) {
    nextDescriptor[queue] = 0;
    nextAvailable[queue] = 0;
    ram.write(ring(queue), new byte[RING_STRIDE]);
    register(0x030, queue);
    register(0x038, queueSize);
    address(0x080, ring(queue));
    address(0x090, ring(queue) + AVAILABLE);
    address(0x0a0, ring(queue) + USED);
    register(0x044, 1);
  }

  private void address(int register, long address) {
    register(register, (int) address);
    register(register + 4, (int) (address >>> 32));
  }

  public long ring(int queue) {
    return FakeRam.BASE + (long) queue * RING_STRIDE;
  }

  /** Makes a buffer available without a kick and returns its head. */
  public int add(int queue, Part... parts) {
    int head = nextDescriptor[queue];
    for (int i = 0; i < parts.length; i++) {
      int index = nextDescriptor[queue];
      nextDescriptor[queue] = (index + 1) % queueSize;
      int flags = (parts[i].deviceWrites() ? F_WRITE : 0) | (i < parts.length - 1 ? F_NEXT : 0);
      descriptor(
          queue, index, parts[i].address(), parts[i].length(), flags, (index + 1) % queueSize);
    }
    offer(queue, head);
    return head;
  }

  public void descriptor(int queue, int index, long address, int length, int flags, int next) {
    descriptor(ring(queue) + index * 16L, address, length, flags, next);
  }

  public void descriptor(long at, long address, int length, int flags, int next) {
    ram.store64(at, address);
    ram.store32(at + 8, length);
    ram.store16(at + 12, flags);
    ram.store16(at + 14, next);
  }

  public void offer(int queue, int head) {
    long available = ring(queue) + AVAILABLE;
    ram.store16(available + 4 + nextAvailable[queue] % queueSize * 2L, head);
    nextAvailable[queue]++;
    ram.store16(available + 2, nextAvailable[queue]);
  }

  public void kick(int queue) {
    register(0x050, queue);
  }

  public int usedIndex(int queue) {
    return ram.load16(ring(queue) + USED + 2);
  }

  public int usedHead(int queue, int entry) {
    return ram.load32(ring(queue) + USED + 4 + entry % queueSize * 8L);
  }

  public int usedLength(int queue, int entry) {
    return ram.load32(ring(queue) + USED + 8 + entry % queueSize * 8L);
  }

  /** Sets used_event: the driver wants to hear when the used index passes {@code index}. */
  public void usedEvent(int queue, int index) {
    ram.store16(ring(queue) + AVAILABLE + 4 + queueSize * 2L, index);
  }

  public int availEvent(int queue) {
    return ram.load16(ring(queue) + USED + 4 + queueSize * 8L);
  }

  public boolean needsReset() {
    return (register(STATUS) & 64) != 0;
  }
}
