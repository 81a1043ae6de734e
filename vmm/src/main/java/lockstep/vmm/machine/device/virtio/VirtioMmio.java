package lockstep.vmm.machine.device.virtio;

import lockstep.vmm.machine.bus.MmioDevice;
import lockstep.vmm.machine.state.StateVisitor;

/**
 * The registers of virtio over MMIO, version 2 (virtio 1.2, 4.2.2). Registers are 32 bits wide and
 * aligned; any other access to them reads 0 and changes nothing. The configuration space may be
 * read in any width.
 */
public final class VirtioMmio implements MmioDevice {
  /** Bytes of physical address space that a device takes. */
  public static final long SIZE_BYTES = 0x1000;

  private static final int MAGIC_VALUE = 0x000; // R
  private static final int VERSION = 0x004; // R
  private static final int DEVICE_ID = 0x008; // R
  private static final int VENDOR_ID = 0x00c; // R
  private static final int DEVICE_FEATURES = 0x010; // R
  private static final int DEVICE_FEATURES_SEL = 0x014; // W
  private static final int DRIVER_FEATURES = 0x020; // W
  private static final int DRIVER_FEATURES_SEL = 0x024; // W
  private static final int QUEUE_SEL = 0x030; // W
  private static final int QUEUE_NUM_MAX = 0x034; // R
  private static final int QUEUE_NUM = 0x038; // W
  private static final int QUEUE_READY = 0x044; // RW
  private static final int QUEUE_NOTIFY = 0x050; // W
  private static final int INTERRUPT_STATUS = 0x060; // R
  private static final int INTERRUPT_ACK = 0x064; // W
  private static final int STATUS = 0x070; // RW
  private static final int QUEUE_DESC_LOW = 0x080; // W
  private static final int QUEUE_DESC_HIGH = 0x084; // W
  private static final int QUEUE_DRIVER_LOW = 0x090; // W
  private static final int QUEUE_DRIVER_HIGH = 0x094; // W
  private static final int QUEUE_DEVICE_LOW = 0x0a0; // W
  private static final int QUEUE_DEVICE_HIGH = 0x0a4; // W
  private static final int SHM_LEN_LOW = 0x0b0; // R
  private static final int SHM_BASE_HIGH = 0x0bc; // R
  private static final int CONFIG_GENERATION = 0x0fc; // R
  private static final int CONFIG = 0x100;

  private static final int MAGIC = 0x74726976;
  private static final int VERSION_MODERN = 2;
  private static final int VENDOR = 0x4c4f434b; // "LOCK"
  private static final int LOG2_REGISTER = 2;

  private final VirtioDevice device;

  private int deviceFeaturesSel;
  private int driverFeaturesSel;
  private int queueSel;

  public VirtioMmio(VirtioDevice device) {
    this.device = device;
  }

  @Override
  public long load(long offset, int log2Size) {
    if (offset >= CONFIG) {
      return loadConfig(offset - CONFIG, 1 << log2Size);
    }
    return log2Size == LOG2_REGISTER ? loadRegister((int) offset) & 0xffff_ffffL : 0;
  }

  private long loadConfig(long offset, int bytes) {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= (long) device.configByte(offset + i) << (8 * i);
    }
    return value;
  }

  private int loadRegister(int offset) {
    return switch (offset) {
      case MAGIC_VALUE -> MAGIC;
      case VERSION -> VERSION_MODERN;
      case DEVICE_ID -> device.deviceId();
      case VENDOR_ID -> VENDOR;
      case DEVICE_FEATURES -> (int) (device.deviceFeatures() >>> shift(deviceFeaturesSel));
      case QUEUE_NUM_MAX -> queueSelected() ? device.queue(queueSel).sizeMax() : 0;
      case QUEUE_READY -> queueSelected() && device.queue(queueSel).ready() ? 1 : 0;
      case INTERRUPT_STATUS -> device.interruptStatus();
      case STATUS -> device.status();
      case CONFIG_GENERATION -> device.configGeneration();
      default ->
          // No shared memory region exists: its length and base read as -1 (4.2.2).
          offset >= SHM_LEN_LOW && offset <= SHM_BASE_HIGH ? -1 : 0;
    };
  }

  @Override
  public void store(long offset, int log2Size, long value) {
    if (offset < CONFIG && log2Size == LOG2_REGISTER) {
      int register = (int) offset;
      if (register >= QUEUE_DESC_LOW && register <= QUEUE_DEVICE_HIGH) {
        storeQueueAddress(register, (int) value);
      } else {
        storeRegister(register, (int) value);
      }
    }
  }

  private void storeRegister(int offset, int value) {
    switch (offset) {
      case DEVICE_FEATURES_SEL -> deviceFeaturesSel = value;
      case DRIVER_FEATURES_SEL -> driverFeaturesSel = value;
      case DRIVER_FEATURES -> acceptFeatures(value);
      case QUEUE_SEL -> queueSel = value;
      case QUEUE_NUM -> {
        if (queueSelected()) {
          device.queue(queueSel).setSize(value);
        }
      }
      case QUEUE_READY -> setReady((value & 1) != 0);
      case QUEUE_NOTIFY -> device.notified(value);
      case INTERRUPT_ACK -> device.acknowledge(value);
      case STATUS -> device.setStatus(value);
      default -> {
        // Read-only and unknown registers ignore stores.
      }
    }
  }

  private void acceptFeatures(int bits) {
    int shift = shift(driverFeaturesSel);
    if (shift < Long.SIZE) {
      device.acceptFeatures(0xffff_ffffL << shift, (bits & 0xffff_ffffL) << shift);
    }
  }

  private void setReady(boolean ready) {
    if (queueSelected()) {
      Virtqueue queue = device.queue(queueSel);
      queue.setReady(ready);
      device.checkQueue(queue);
    }
  }

  private void storeQueueAddress(int offset, int value) {
    if (!queueSelected()) {
      return;
    }
    Virtqueue queue = device.queue(queueSel);
    switch (offset) {
      case QUEUE_DESC_LOW -> queue.setDescriptors(low(queue.descriptors(), value));
      case QUEUE_DESC_HIGH -> queue.setDescriptors(high(queue.descriptors(), value));
      case QUEUE_DRIVER_LOW -> queue.setAvailable(low(queue.available(), value));
      case QUEUE_DRIVER_HIGH -> queue.setAvailable(high(queue.available(), value));
      case QUEUE_DEVICE_LOW -> queue.setUsed(low(queue.used(), value));
      case QUEUE_DEVICE_HIGH -> queue.setUsed(high(queue.used(), value));
      default -> {
        // Nothing lies between the address registers.
      }
    }
  }

  private boolean queueSelected() {
    return queueSel >= 0 && queueSel < device.queueCount();
  }

  /** Feature words 0 and 1 exist; a shift by 64 or more stands for every other. */
  private static int shift(int select) {
    return select == 0 || select == 1 ? select * Integer.SIZE : Long.SIZE;
  }

  private static long low(long address, int value) {
    return (address & ~0xffff_ffffL) | (value & 0xffff_ffffL);
  }

  private static long high(long address, int value) {
    return (address & 0xffff_ffffL) | ((long) value << Integer.SIZE);
  }

  @Override
  public void visit(StateVisitor state) {
    deviceFeaturesSel = state.int32("deviceFeaturesSel", deviceFeaturesSel);
    driverFeaturesSel = state.int32("driverFeaturesSel", driverFeaturesSel);
    queueSel = state.int32("queueSel", queueSel);
    state.enter("device");
    device.visit(state);
    state.leave();
  }
}
