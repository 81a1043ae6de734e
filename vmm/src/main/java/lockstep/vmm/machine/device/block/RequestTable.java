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

/**
 * The requests of a disk that have not completed, by number. The driver knows the <em>open</em>
 * ones. A reset of the device makes them <em>orphans</em>: the host goes on with them and holds
 * their data, so they count until they complete, but nobody waits for them.
 */
final class RequestTable {
  /** What a request takes of the bound beside its data, for the host keeps each of them. */
  static final int OVERHEAD_BYTES = 4096;

  private static final int OPEN_FIXED_BYTES = Long.BYTES + 2 * Integer.BYTES;
  private static final int ORPHAN_BYTES = Long.BYTES + Integer.BYTES;

  private final TreeMap<Long, OpenRequest> open = new TreeMap<>();

  /** Bytes of data by number. */
  private final TreeMap<Long, Integer> orphans = new TreeMap<>();

  private long heldBytes;

  void add(OpenRequest request) {
    open.put(request.id(), request);
    heldBytes += OVERHEAD_BYTES + request.dataBytes();
  }

  /** A request has completed; empty unless it is open. */
  Optional<OpenRequest> remove(long id) {
    Optional<OpenRequest> request = Optional.ofNullable(open.remove(id));
    Integer orphan = orphans.remove(id);
    if (request.isPresent()) {
      heldBytes -= OVERHEAD_BYTES + request.get().dataBytes();
    } else if (orphan != null) {
      heldBytes -= OVERHEAD_BYTES + orphan;
    }
    return request;
  }

  /** Whom the open requests belonged to is gone. */
  void orphanAll() {
    for (OpenRequest request : open.values()) {
      orphans.put(request.id(), request.dataBytes());
    }
    open.clear();
  }

  /** Bytes that the host holds for the requests of either kind. */
  long heldBytes() {
    return heldBytes;
  }

  void visit(StateVisitor state, GuestMemory memory) {
    ByteBuffer savedOpen = littleEndian(state.bytes("open", saveOpen()));
    ByteBuffer savedOrphans = littleEndian(state.bytes("orphans", saveOrphans()));
    if (!state.restoring()) {
      return;
    }
    open.clear();
    orphans.clear();
    heldBytes = 0;
    while (savedOpen.hasRemaining()) {
      add(restoreOpen(savedOpen, memory));
    }
    while (savedOrphans.hasRemaining()) {
      restoreOrphan(savedOrphans);
    }
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static OpenRequest restoreOpen(ByteBuffer saved, GuestMemory memory) {
    requireLeft(saved, OPEN_FIXED_BYTES);
    long id = saved.getLong();
    int readBytes = saved.getInt();
    int data = saved.getInt();
    DescriptorChain chain = DescriptorChain.restore(memory, saved);
    if (readBytes < 0 || readBytes >= chain.writableBytes() || data < readBytes) {
      throw new StateException("open disk request " + id + " does not fit its descriptors");
    }
    return new OpenRequest(id, chain, readBytes, data);
  }

  private void restoreOrphan(ByteBuffer saved) {
    requireLeft(saved, ORPHAN_BYTES);
    long id = saved.getLong();
    int data = saved.getInt();
    if (data < 0 || open.containsKey(id) || orphans.put(id, data) != null) {
      throw new StateException("orphaned disk request " + id + " of " + data + " bytes");
    }
    heldBytes += OVERHEAD_BYTES + data;
  }

  private static void requireLeft(ByteBuffer saved, int bytes) {
    if (saved.remaining() < bytes) {
      throw new StateException("disk request cut short");
    }
  }

  private byte[] saveOpen() {
    int size =
        open.values().stream().mapToInt(r -> OPEN_FIXED_BYTES + r.chain().savedBytes()).sum();
    ByteBuffer into = littleEndian(new byte[size]);
    for (OpenRequest request : open.values()) {
      into.putLong(request.id()).putInt(request.readBytes()).putInt(request.dataBytes());
      request.chain().save(into);
    }
    return into.array();
  }

  private byte[] saveOrphans() {
    ByteBuffer into = littleEndian(new byte[orphans.size() * ORPHAN_BYTES]);
    for (Map.Entry<Long, Integer> orphan : orphans.entrySet()) {
      into.putLong(orphan.getKey()).putInt(orphan.getValue());
    }
    return into.array();
  }
}
