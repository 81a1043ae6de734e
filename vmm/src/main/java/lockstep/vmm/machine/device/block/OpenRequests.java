package lockstep.vmm.machine.device.block;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import lockstep.vmm.machine.device.virtio.DescriptorChain;
import lockstep.vmm.machine.memory.GuestMemory;
import lockstep.vmm.machine.state.StateException;
import lockstep.vmm.machine.state.StateVisitor;

/** The open requests of a disk, by number. At most as many as the queue has descriptors. */
final class OpenRequests {
  private static final int FIXED_BYTES = Long.BYTES + 2 * Integer.BYTES;

  private final TreeMap<Long, OpenRequest> byId = new TreeMap<>();
  private int dataBytes;

  void add(OpenRequest request) {
    byId.put(request.id(), request);
    dataBytes += request.dataBytes();
  }

  Optional<OpenRequest> remove(long id) {
    Optional<OpenRequest> request = Optional.ofNullable(byId.remove(id));
    request.ifPresent(removed -> dataBytes -= removed.dataBytes());
    return request;
  }

  int dataBytes() {
    return dataBytes;
  }

  void clear() {
    byId.clear();
    dataBytes = 0;
  }

  void visit(StateVisitor state, GuestMemory memory) {
    ByteBuffer saved = ByteBuffer.wrap(state.bytes("open", save()));
    if (!state.restoring()) {
      return;
    }
    clear();
    saved.order(ByteOrder.LITTLE_ENDIAN);
    while (saved.hasRemaining()) {
      if (saved.remaining() < FIXED_BYTES) {
        throw new StateException("open disk request cut short");
      }
      add(restore(saved, memory));
    }
  }

  private static OpenRequest restore(ByteBuffer saved, GuestMemory memory) {
    long id = saved.getLong();
    int readBytes = saved.getInt();
    int data = saved.getInt();
    DescriptorChain chain = DescriptorChain.restore(memory, saved);
    if (readBytes < 0 || readBytes >= chain.writableBytes() || data < readBytes) {
      throw new StateException("open disk request " + id + " does not fit its descriptors");
    }
    return new OpenRequest(id, chain, readBytes, data);
  }

  private byte[] save() {
    int size = byId.values().stream().mapToInt(r -> FIXED_BYTES + r.chain().savedBytes()).sum();
    ByteBuffer into = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    for (Map.Entry<Long, OpenRequest> entry : byId.entrySet()) {
      OpenRequest request = entry.getValue();
      into.putLong(request.id()).putInt(request.readBytes()).putInt(request.dataBytes());
      request.chain().save(into);
    }
    return into.array();
  }
}
