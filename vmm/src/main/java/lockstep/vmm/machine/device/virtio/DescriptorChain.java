package lockstep.vmm.machine.device.virtio;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import lockstep.vmm.machine.memory.GuestMemory;
import lockstep.vmm.machine.state.StateException;

/**
 * A checked view of one buffer of the driver (virtio 1.2, 2.7.4): first what the device may read,
 * then what it may write, each a run of segments that all lie in RAM. Lengths and offsets count
 * bytes across the segments.
 */
public final class DescriptorChain {
  static final int DESCRIPTOR_BYTES = 16; // le64 addr, le32 len, le16 flags, le16 next (2.7.5)

  private static final int F_NEXT = 1;
  private static final int F_WRITE = 2;
  private static final int F_INDIRECT = 4;

  private final GuestMemory memory;
  private final int head;
  private long[] addresses = new long[8];
  private int[] lengths = new int[8];
  private int readableCount;
  private int count;
  private long readableBytes;
  private long writableBytes;

  private DescriptorChain(GuestMemory memory, int head) {
    this.memory = memory;
    this.head = head;
  }

  /**
   * Follows the chain that starts at descriptor {@code head} of a table of {@code tableSize}. Empty
   * if it breaks a rule: an index out of range, a loop or more descriptors than the queue has, a
   * segment outside of RAM, a readable segment behind a writable one, a bad indirect table.
   */
  static Optional<DescriptorChain> walk(
      GuestMemory memory, long table, int tableSize, int head, boolean indirectAllowed) {
    DescriptorChain chain = new DescriptorChain(memory, head);
    return chain.follow(table, tableSize, head, tableSize, indirectAllowed)
        ? Optional.of(chain)
        : Optional.empty();
  }

  /** Follows descriptors of one table; {@code left} bounds how many, and thereby loops. */
  private boolean follow(long table, int tableSize, int first, int left, boolean indirectAllowed) {
    int index = first;
    for (int followed = 0; followed < left; followed++) {
      if (index >= tableSize) {
        return false;
      }
      long descriptor = table + (long) index * DESCRIPTOR_BYTES;
      long address = memory.load64(descriptor);
      int length = memory.load32(descriptor + 8);
      int flags = memory.load16(descriptor + 12);
      if ((flags & F_INDIRECT) != 0) {
        return indirectAllowed
            && (flags & F_NEXT) == 0
            && followIndirect(address, length, left - followed);
      }
      if (!append(address, length, (flags & F_WRITE) != 0)) {
        return false;
      }
      if ((flags & F_NEXT) == 0) {
        return true;
      }
      index = memory.load16(descriptor + 14) & 0xffff;
    }
    return false;
  }

  /** An indirect table (2.7.5.3) holds whole descriptors, no more than the queue could. */
  private boolean followIndirect(long table, int length, int left) {
    int tableSize = length / DESCRIPTOR_BYTES;
    return length > 0
        && length % DESCRIPTOR_BYTES == 0
        && memory.contains(table, length)
        && follow(table, tableSize, 0, left, false);
  }

  private boolean append(long address, int length, boolean writable) {
    if (length < 0 || !memory.contains(address, length) || (!writable && count > readableCount)) {
      return false;
    }
    if (count == addresses.length) {
      addresses = Arrays.copyOf(addresses, count * 2);
      lengths = Arrays.copyOf(lengths, count * 2);
    }
    addresses[count] = address;
    lengths[count] = length;
    count++;
    if (writable) {
      writableBytes += length;
    } else {
      readableCount++;
      readableBytes += length;
    }
    return true;
  }

  /** Index of the first descriptor: what identifies the chain when it is given back. */
  public int head() {
    return head;
  }

  public long readableBytes() {
    return readableBytes;
  }

  public long writableBytes() {
    return writableBytes;
  }

  /** Copies {@code length} bytes from {@code offset} of the readable part, which holds them. */
  public byte[] read(long offset, int length) {
    byte[] into = new byte[length];
    long skipped = 0;
    int copied = 0;
    for (int i = 0; i < readableCount && copied < length; i++) {
      long from = Math.max(0, offset - skipped);
      if (from < lengths[i]) {
        int part = (int) Math.min(lengths[i] - from, length - copied);
        memory.read(addresses[i] + from, into, copied, part);
        copied += part;
      }
      skipped += lengths[i];
    }
    checkCopied(copied, length);
    return into;
  }

  /** Copies {@code from} to {@code offset} of the writable part, which has room for it. */
  public void write(long offset, byte[] from) {
    write(offset, from, 0, from.length);
  }

  /**
   * Copies a part of {@code from} to {@code offset} of the writable part, which has room for it.
   */
  public void write(long offset, byte[] from, int fromOffset, int length) {
    long skipped = 0;
    int copied = 0;
    for (int i = readableCount; i < count && copied < length; i++) {
      long into = Math.max(0, offset - skipped);
      if (into < lengths[i]) {
        int part = (int) Math.min(lengths[i] - into, length - copied);
        memory.write(addresses[i] + into, from, fromOffset + copied, part);
        copied += part;
      }
      skipped += lengths[i];
    }
    checkCopied(copied, length);
  }

  private static void checkCopied(int copied, int length) {
    if (copied != length) {
      throw new IndexOutOfBoundsException(
          "chain ends after " + copied + " of " + length + " bytes");
    }
  }

  /** How many bytes {@link #save} puts. */
  public int savedBytes() {
    return 3 * Integer.BYTES + count * (Long.BYTES + Integer.BYTES);
  }

  /**
   * Puts the view into a saved state: a taken chain is the device's, whatever becomes of its table.
   */
  public void save(ByteBuffer into) {
    into.order(ByteOrder.LITTLE_ENDIAN).putInt(head).putInt(readableCount).putInt(count);
    for (int i = 0; i < count; i++) {
      into.putLong(addresses[i]).putInt(lengths[i]);
    }
  }

  /** Reads what {@link #save} put, and checks it as if the guest had written it. */
  public static DescriptorChain restore(GuestMemory memory, ByteBuffer from) {
    try {
      from.order(ByteOrder.LITTLE_ENDIAN);
      DescriptorChain chain = new DescriptorChain(memory, from.getInt());
      int readable = from.getInt();
      int all = from.getInt();
      for (int i = 0; i < all; i++) {
        if (!chain.append(from.getLong(), from.getInt(), i >= readable)) {
          throw new StateException("descriptor chain outside of RAM");
        }
      }
      return chain;
    } catch (BufferUnderflowException cut) {
      throw new StateException("descriptor chain cut short");
    }
  }
}
