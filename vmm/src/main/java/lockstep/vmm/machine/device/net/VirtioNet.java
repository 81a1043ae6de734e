package lockstep.vmm.machine.device.net;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.Output;
import lockstep.vmm.machine.bus.InterruptLine;
import lockstep.vmm.machine.bus.OutputSink;
import lockstep.vmm.machine.device.virtio.DescriptorChain;
import lockstep.vmm.machine.device.virtio.VirtioDevice;
import lockstep.vmm.machine.device.virtio.Virtqueue;
import lockstep.vmm.machine.memory.GuestMemory;
import lockstep.vmm.machine.state.StateVisitor;

/**
 * A NIC (virtio 1.2, 5.1) with checksum and TCPv4 segmentation offload both ways.
 *
 * <p>A frame to send leaves guest memory at the kick, and its buffer is given back at once. A frame
 * that arrives waits in the device while the driver offers no buffers; the wait is bounded, and
 * what does not fit is dropped and counted.
 */
public final class VirtioNet extends VirtioDevice {
  /** The header in front of every frame, both ways (5.1.6). */
  public static final int HEADER_BYTES = 12;

  private static final int ETHERNET_HEADER_BYTES = 14;

  /** The largest frame with its header: 64 KiB of IP behind an Ethernet header. */
  public static final int FRAME_BYTES_MAX = HEADER_BYTES + ETHERNET_HEADER_BYTES + 65536;

  private static final int DEVICE_ID = 1;
  private static final int QUEUE_SIZE = 256;
  private static final int RECEIVE = 0;
  private static final int TRANSMIT = 1;
  private static final int CONFIG_BYTES = 8; // mac[6], le16 status (5.1.4)
  private static final int MAC_BYTES = 6;

  private static final long F_CSUM = 1L << 0;
  private static final long F_GUEST_CSUM = 1L << 1;
  private static final long F_MAC = 1L << 5;
  private static final long F_GUEST_TSO4 = 1L << 7;
  private static final long F_HOST_TSO4 = 1L << 11;
  private static final long F_MRG_RXBUF = 1L << 15;
  private static final long F_STATUS = 1L << 16;
  private static final short S_LINK_UP = 1;

  private static final int HDR_FLAGS = 0;
  private static final int HDR_GSO_TYPE = 1;
  private static final int HDR_NUM_BUFFERS = 10; // le16
  private static final int HDR_F_NEEDS_CSUM = 1;
  private static final int GSO_NONE = 0;
  private static final int GSO_TCPV4 = 1;

  private final OutputSink outputs;
  private final FrameQueue waiting = new FrameQueue();
  private long receiveDropped;
  private long transmitDropped;

  /**
   * A NIC at power-on.
   *
   * @param mac six bytes
   */
  public VirtioNet(byte[] mac, GuestMemory memory, InterruptLine line, OutputSink outputs) {
    super(
        DEVICE_ID,
        F_CSUM | F_GUEST_CSUM | F_MAC | F_GUEST_TSO4 | F_HOST_TSO4 | F_MRG_RXBUF | F_STATUS,
        config(mac),
        new int[] {QUEUE_SIZE, QUEUE_SIZE},
        memory,
        line);
    this.outputs = outputs;
  }

  private static byte[] config(byte[] mac) {
    if (mac.length != MAC_BYTES) {
      throw new IllegalArgumentException("a MAC address has 6 bytes, not " + mac.length);
    }
    return ByteBuffer.allocate(CONFIG_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(mac)
        .putShort(S_LINK_UP)
        .array();
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
      long length = chain.readableBytes();
      if (length >= HEADER_BYTES + ETHERNET_HEADER_BYTES && length <= FRAME_BYTES_MAX) {
        outputs.emit(new Output.FrameSent(Bytes.of(chain.read(0, (int) length))));
      } else {
        transmitDropped++;
      }
      queue.give(chain.head(), 0);
      next = queue.take();
    }
    queue.expectKick();
    notifyDriver(queue);
  }

  /** A frame arrives: a header of 12 bytes, then Ethernet. */
  public void received(Bytes frame) {
    if (!running() || !acceptable(frame) || !waiting.offer(frame)) {
      receiveDropped++;
      return;
    }
    deliver();
  }

  /** Whether the driver has accepted the offloads that the frame's header asks for (5.1.6.4). */
  private boolean acceptable(Bytes frame) {
    if (frame.length() < HEADER_BYTES + ETHERNET_HEADER_BYTES || frame.length() > FRAME_BYTES_MAX) {
      return false;
    }
    byte[] header = frame.array();
    boolean checksumLeft = (header[HDR_FLAGS] & HDR_F_NEEDS_CSUM) != 0;
    int gso = header[HDR_GSO_TYPE] & 0xff;
    return (!checksumLeft || accepted(F_GUEST_CSUM))
        && (gso == GSO_NONE || (gso == GSO_TCPV4 && accepted(F_GUEST_TSO4)));
  }

  /** Moves waiting frames into the driver's buffers, as far as there are any. */
  private void deliver() {
    Virtqueue queue = queue(RECEIVE);
    while (!waiting.isEmpty()) {
      byte[] frame = waiting.first();
      List<DescriptorChain> buffers = takeRoom(queue, frame.length);
      if (buffers.isEmpty()) {
        queue.expectKick();
        break;
      }
      waiting.removeFirst();
      fill(queue, buffers, frame);
    }
    notifyDriver(queue);
  }

  /**
   * Takes buffers with room for {@code length} bytes: one, or several if the driver merges them
   * (5.1.6.3.1). None if there are not enough; without merging, one that may prove too small.
   */
  private List<DescriptorChain> takeRoom(Virtqueue queue, int length) {
    List<DescriptorChain> buffers = new ArrayList<>(1);
    long room = 0;
    while (room < length) {
      Optional<DescriptorChain> buffer = queue.take();
      if (buffer.isEmpty()) {
        queue.untake(buffers.size());
        return List.of();
      }
      buffers.add(buffer.get());
      room += buffer.get().writableBytes();
      if (!accepted(F_MRG_RXBUF)) {
        break;
      }
    }
    return buffers;
  }

  private void fill(Virtqueue queue, List<DescriptorChain> buffers, byte[] frame) {
    long room = buffers.stream().mapToLong(DescriptorChain::writableBytes).sum();
    if (room < frame.length) {
      receiveDropped++; // it would never fit: the buffers are too small for what was negotiated
      queue.untake(buffers.size());
      return;
    }
    byte[] filled = frame.clone();
    ByteBuffer.wrap(filled)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort(HDR_NUM_BUFFERS, (short) buffers.size());
    int offset = 0;
    for (DescriptorChain buffer : buffers) {
      int part = (int) Math.min(buffer.writableBytes(), filled.length - offset);
      buffer.write(0, filled, offset, part);
      queue.give(buffer.head(), part);
      offset += part;
    }
  }

  /** Frames that arrived and that the driver never got. */
  public long receiveDropped() {
    return receiveDropped;
  }

  /** Frames that were too short or too long to be sent. */
  public long transmitDropped() {
    return transmitDropped;
  }

  @Override
  protected void resetType() {
    waiting.clear();
  }

  @Override
  protected void visitType(StateVisitor state) {
    waiting.visit(state);
    receiveDropped = state.int64("receiveDropped", receiveDropped);
    transmitDropped = state.int64("transmitDropped", transmitDropped);
  }
}
