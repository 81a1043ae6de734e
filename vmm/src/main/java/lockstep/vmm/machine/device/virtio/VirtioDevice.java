package lockstep.vmm.machine.device.virtio;

import java.util.Arrays;
import lockstep.vmm.machine.bus.InterruptLine;
import lockstep.vmm.machine.memory.GuestMemory;
import lockstep.vmm.machine.state.StateVisitor;
import lockstep.vmm.machine.state.Stateful;

/**
 * The facilities that every virtio device has (virtio 1.2, 2.1 to 2.4): status, feature
 * negotiation, notifications, configuration space and virtqueues. A subclass is one device type.
 *
 * <p>A device works only between DRIVER_OK and the next reset, and never after it has set
 * DEVICE_NEEDS_RESET.
 */
public abstract class VirtioDevice implements Stateful {
  /** Device status bits (2.1). */
  static final int STATUS_DRIVER_OK = 4;

  static final int STATUS_FEATURES_OK = 8;
  static final int STATUS_NEEDS_RESET = 64;

  /** Bits of InterruptStatus (4.2.2). */
  static final int INTERRUPT_USED_BUFFER = 1;

  static final int INTERRUPT_CONFIG_CHANGE = 2;

  /** Reserved feature bits (6). */
  public static final long F_INDIRECT_DESC = 1L << 28;

  public static final long F_EVENT_IDX = 1L << 29;
  public static final long F_VERSION_1 = 1L << 32;

  private final int deviceId;
  private final long deviceFeatures;
  private byte[] config;
  private final InterruptLine line;
  private final Virtqueue[] queues;

  private long driverFeatures;
  private int status;
  private int interruptStatus;

  /**
   * A device as it is at power-on.
   *
   * @param deviceId the device type (5)
   * @param features what the type offers; the bits of the ring and VERSION_1 come on top
   * @param config the configuration space, read-only to the driver; {@link #reconfigure} changes it
   * @param queueSizesMax the largest size of each queue, powers of two
   */
  protected VirtioDevice(
      int deviceId,
      long features,
      byte[] config,
      int[] queueSizesMax,
      GuestMemory memory,
      InterruptLine line) {
    this.deviceId = deviceId;
    this.deviceFeatures = features | F_INDIRECT_DESC | F_EVENT_IDX | F_VERSION_1;
    this.config = config.clone();
    this.line = line;
    this.queues =
        Arrays.stream(queueSizesMax)
            .mapToObj(sizeMax -> new Virtqueue(memory, sizeMax))
            .toArray(Virtqueue[]::new);
  }

  /** The driver has made buffers available in queue {@code index} and says so (2.3). */
  protected abstract void kicked(int index);

  /** Forgets everything that the type itself keeps for the driver: the device is reset (2.4). */
  protected abstract void resetType();

  /** Visits the state that the type itself keeps. */
  protected abstract void visitType(StateVisitor state);

  /** Whether the driver runs the device: buffers may be taken and given back. */
  protected final boolean running() {
    return (status & (STATUS_DRIVER_OK | STATUS_NEEDS_RESET)) == STATUS_DRIVER_OK;
  }

  /** Whether the driver has accepted the feature bit. */
  protected final boolean accepted(long feature) {
    return (driverFeatures & feature) != 0;
  }

  protected final Virtqueue queue(int index) {
    return queues[index];
  }

  /** Sends the used buffer notification for what was given back, if the driver wants it (2.3). */
  protected final void notifyDriver(Virtqueue queue) {
    if (queue.takeNotification()) {
      interrupt(INTERRUPT_USED_BUFFER);
    }
    checkQueue(queue);
  }

  /** Notices a queue that a driver's nonsense has stopped: the device needs a reset (2.1.2). */
  protected final void checkQueue(Virtqueue queue) {
    if (queue.malformed()) {
      needsReset();
    }
  }

  /** Puts another configuration space in place of this one; the driver is told apart. */
  protected final void reconfigure(byte[] other) {
    config = other.clone();
  }

  /** Sends the configuration change notification (2.3), if there is a driver for it. */
  protected final void notifyOfConfigChange() {
    if (running()) {
      interrupt(INTERRUPT_CONFIG_CHANGE);
    }
  }

  /**
   * Another number for another configuration (4.2.2): a driver that reads part of one and part of
   * the next notices.
   */
  protected int configGeneration() {
    return 0;
  }

  /** The driver broke the device type's own rules beyond what an error status could say. */
  protected final void needsReset() {
    if ((status & STATUS_NEEDS_RESET) == 0) {
      status |= STATUS_NEEDS_RESET;
      if ((status & STATUS_DRIVER_OK) != 0) {
        interrupt(INTERRUPT_CONFIG_CHANGE);
      }
    }
  }

  final int deviceId() {
    return deviceId;
  }

  final long deviceFeatures() {
    return deviceFeatures;
  }

  final int queueCount() {
    return queues.length;
  }

  final int status() {
    return status;
  }

  final int interruptStatus() {
    return interruptStatus;
  }

  /** One byte of the configuration space; 0 behind its end. */
  final int configByte(long offset) {
    return offset < config.length ? config[(int) offset] & 0xff : 0;
  }

  /** Features can be chosen only until FEATURES_OK (3.1.1). */
  final void acceptFeatures(long mask, long bits) {
    if ((status & STATUS_FEATURES_OK) == 0) {
      driverFeatures = (driverFeatures & ~mask) | (bits & mask);
    }
  }

  final void setStatus(int value) {
    if (value == 0) {
      reset();
      return;
    }
    int wanted = value & 0xff;
    if ((status & STATUS_FEATURES_OK) == 0 && !featuresValid()) {
      wanted &= ~STATUS_FEATURES_OK;
    }
    if (((status | wanted) & STATUS_FEATURES_OK) == 0) {
      wanted &= ~STATUS_DRIVER_OK; // there is no legacy driver to serve (3.1.1)
    }
    status |= wanted & ~STATUS_NEEDS_RESET;
    if ((status & STATUS_FEATURES_OK) != 0) {
      applyFeatures();
    }
  }

  /** The driver must take VERSION_1, and nothing that was not offered (2.2, 6.1). */
  private boolean featuresValid() {
    return (driverFeatures & ~deviceFeatures) == 0 && (driverFeatures & F_VERSION_1) != 0;
  }

  private void applyFeatures() {
    for (Virtqueue queue : queues) {
      queue.negotiate(accepted(F_EVENT_IDX), accepted(F_INDIRECT_DESC));
    }
  }

  final void acknowledge(int bits) {
    interruptStatus &= ~bits;
    line.set(interruptStatus != 0);
  }

  final void notified(int index) {
    if (index >= 0 && index < queues.length && running()) {
      kicked(index);
      checkQueue(queues[index]);
    }
  }

  private void interrupt(int bit) {
    interruptStatus |= bit;
    line.set(true);
  }

  private void reset() {
    status = 0;
    driverFeatures = 0;
    acknowledge(-1);
    for (Virtqueue queue : queues) {
      queue.reset();
    }
    resetType();
  }

  @Override
  public final void visit(StateVisitor state) {
    driverFeatures = state.int64("driverFeatures", driverFeatures);
    status = state.int32("status", status);
    interruptStatus = state.int32("interruptStatus", interruptStatus);
    for (Virtqueue queue : queues) {
      state.enter("queue");
      queue.visit(state);
      state.leave();
    }
    if (state.restoring()) {
      applyFeatures();
    }
    visitType(state);
  }
}
