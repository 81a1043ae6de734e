package lockstep.vmm.machine.device.entropy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.Output;
import lockstep.vmm.machine.bus.InterruptLine;
import lockstep.vmm.machine.bus.OutputSink;
import lockstep.vmm.machine.device.virtio.DescriptorChain;
import lockstep.vmm.machine.device.virtio.VirtioDevice;
import lockstep.vmm.machine.device.virtio.Virtqueue;
import lockstep.vmm.machine.memory.GuestMemory;
import lockstep.vmm.machine.state.StateException;
import lockstep.vmm.machine.state.StateVisitor;

/**
 * The entropy device (virtio 1.2, 5.4). A buffer becomes a request for so many random bytes; they
 * arrive as an input, so that every replica sees the same ones.
 */
public final class VirtioEntropy extends VirtioDevice {
  /** The most bytes asked for at once; a larger buffer is filled in part. */
  public static final int REQUEST_BYTES_MAX = 256;

  private static final int DEVICE_ID = 4;
  private static final int QUEUE_SIZE = 8;

  private final GuestMemory memory;
  private final OutputSink outputs;
  private final TreeMap<Long, DescriptorChain> open = new TreeMap<>();
  private long nextRequestId;

  public VirtioEntropy(GuestMemory memory, InterruptLine line, OutputSink outputs) {
    super(DEVICE_ID, 0, new byte[0], new int[] {QUEUE_SIZE}, memory, line);
    this.memory = memory;
    this.outputs = outputs;
  }

  @Override
  protected void kicked(int index) {
    Virtqueue queue = queue(0);
    Optional<DescriptorChain> next = queue.take();
    while (next.isPresent()) {
      request(next.get());
      next = queue.take();
    }
    queue.expectKick();
    notifyDriver(queue);
  }

  private void request(DescriptorChain chain) {
    int length = (int) Math.min(chain.writableBytes(), REQUEST_BYTES_MAX);
    if (length == 0) {
      queue(0).give(chain.head(), 0);
      return;
    }
    long id = nextRequestId++;
    open.put(id, chain);
    outputs.emit(new Output.EntropyRequested(id, length));
  }

  /**
   * The answer to request {@code requestId}; one to a request of before a reset changes nothing.
   */
  public void arrived(long requestId, Bytes data) {
    Optional<DescriptorChain> request = Optional.ofNullable(open.remove(requestId));
    if (request.isEmpty() || !running()) {
      return;
    }
    DescriptorChain chain = request.get();
    int length = (int) Math.min(chain.writableBytes(), data.length());
    chain.write(0, data.array(), 0, length);
    queue(0).give(chain.head(), length);
    notifyDriver(queue(0));
  }

  @Override
  protected void resetType() {
    open.clear();
  }

  @Override
  protected void visitType(StateVisitor state) {
    nextRequestId = state.int64("nextRequestId", nextRequestId);
    ByteBuffer saved = ByteBuffer.wrap(state.bytes("open", saveOpen()));
    if (!state.restoring()) {
      return;
    }
    open.clear();
    saved.order(ByteOrder.LITTLE_ENDIAN);
    while (saved.hasRemaining()) {
      if (saved.remaining() < Long.BYTES) {
        throw new StateException("open entropy request cut short");
      }
      open.put(saved.getLong(), DescriptorChain.restore(memory, saved));
    }
  }

  private byte[] saveOpen() {
    int size = open.values().stream().mapToInt(chain -> Long.BYTES + chain.savedBytes()).sum();
    ByteBuffer into = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    for (Map.Entry<Long, DescriptorChain> entry : open.entrySet()) {
      into.putLong(entry.getKey());
      entry.getValue().save(into);
    }
    return into.array();
  }
}
