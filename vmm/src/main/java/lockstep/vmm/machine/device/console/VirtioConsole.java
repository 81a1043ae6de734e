package lockstep.vmm.machine.device.console;

import java.util.Optional;
import lockstep.vmm.machine.bus.InterruptLine;
import lockstep.vmm.machine.device.virtio.DescriptorChain;
import lockstep.vmm.machine.device.virtio.VirtioDevice;
import lockstep.vmm.machine.device.virtio.Virtqueue;
import lockstep.vmm.machine.memory.GuestMemory;
import lockstep.vmm.machine.state.StateVisitor;

/** A console with one port (virtio 1.2, 5.3): {@code hvc0} to a Linux guest. */
public final class VirtioConsole extends VirtioDevice {
  /** Typed bytes that wait for the guest; what comes on top is dropped. */
  public static final int RECEIVE_BYTES_MAX = 16384;

  private static final int DEVICE_ID = 3;
  private static final int QUEUE_SIZE = 64;
  private static final int RECEIVE = 0;
  private static final int TRANSMIT = 1;
  private static final int TRANSMIT_BYTES_MAX = 65536; // of one buffer; the rest is dropped

  private final ConsoleStream console;
  private final ByteQueue waiting = new ByteQueue(RECEIVE_BYTES_MAX);

  public VirtioConsole(ConsoleStream console, GuestMemory memory, InterruptLine line) {
    super(DEVICE_ID, 0, new byte[0], new int[] {QUEUE_SIZE, QUEUE_SIZE}, memory, line);
    this.console = console;
  }

  @Override
  protected void kicked(int index) {
    if (index == RECEIVE) {
      deliver();
    } else {
      transmit();
    }
  }

  private void transmit() {
    Virtqueue queue = queue(TRANSMIT);
    Optional<DescriptorChain> next = queue.take();
    while (next.isPresent()) {
      DescriptorChain chain = next.get();
      int length = (int) Math.min(chain.readableBytes(), TRANSMIT_BYTES_MAX);
      console.write(chain.read(0, length));
      queue.give(chain.head(), 0);
      next = queue.take();
    }
    queue.expectKick();
    notifyDriver(queue);
  }

  /** Bytes are typed. */
  public void received(byte[] bytes) {
    waiting.offer(bytes);
    if (running()) {
      deliver();
    }
  }

  private void deliver() {
    Virtqueue queue = queue(RECEIVE);
    while (waiting.size() > 0) {
      Optional<DescriptorChain> buffer = queue.take();
      if (buffer.isEmpty()) {
        break;
      }
      int room = (int) Math.min(buffer.get().writableBytes(), RECEIVE_BYTES_MAX);
      byte[] bytes = waiting.poll(room);
      buffer.get().write(0, bytes);
      queue.give(buffer.get().head(), bytes.length);
    }
    queue.expectKick();
    notifyDriver(queue);
  }

  @Override
  protected void resetType() {
    waiting.clear();
  }

  @Override
  protected void visitType(StateVisitor state) {
    waiting.visit(state);
  }
}
