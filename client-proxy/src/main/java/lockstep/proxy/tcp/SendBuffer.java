package lockstep.proxy.tcp;

import lockstep.proxy.net.Slice;

/**
 * The bytes from the first unacknowledged one to the last that the user has sent: a ring that grows
 * up to its limit. The limit itself doubles while the budget allows, and shrinks back once all is
 * acknowledged.
 */
final class SendBuffer {
  private static final int CAPACITY_MIN = 4096;

  private final BufferBudget budget;
  private final int limitInitial;
  private final int limitMax;
  private int limit;
  private byte[] ring = new byte[0];
  private int head;
  private int length;

  SendBuffer(BufferBudget budget, int limitInitial, int limitMax) {
    this.budget = budget;
    this.limitInitial = limitInitial;
    this.limitMax = limitMax;
    this.limit = limitInitial;
    budget.reserveInitial(limitInitial);
  }

  int length() {
    return length;
  }

  /** Bytes that {@link #append} takes now. */
  int space() {
    return limit - length;
  }

  /**
   * @throws IllegalArgumentException if there is not the space
   */
  void append(Slice data) {
    if (data.length() > space()) {
      throw new IllegalArgumentException(
          data.length() + " bytes into the space of " + space() + " in a send buffer");
    }
    ensureCapacity(length + data.length());
    int tail = (head + length) % ring.length;
    int first = Math.min(data.length(), ring.length - tail);
    System.arraycopy(data.array(), data.offset(), ring, tail, first);
    System.arraycopy(data.array(), data.offset() + first, ring, 0, data.length() - first);
    length += data.length();
    if (length > limit / 2 && limit < limitMax) {
      int more = Math.min(limit, limitMax - limit);
      if (budget.reserveMore(more)) {
        limit += more;
      }
    }
  }

  /**
   * A copy of {@code size} bytes from {@code offset}, counted from the first unacknowledged one.
   */
  Slice copy(int offset, int size) {
    if (size == 0) {
      return Slice.EMPTY;
    }
    if (offset < 0 || offset + size > length) {
      throw new IndexOutOfBoundsException(offset + "+" + size + " of " + length);
    }
    byte[] out = new byte[size];
    int from = (head + offset) % ring.length;
    int first = Math.min(size, ring.length - from);
    System.arraycopy(ring, from, out, 0, first);
    System.arraycopy(ring, 0, out, first, size - first);
    return Slice.of(out);
  }

  /** The first {@code size} bytes were acknowledged. */
  void discard(int size) {
    if (size > length) {
      throw new IllegalArgumentException("discards " + size + " of " + length + " bytes");
    }
    length -= size;
    if (length > 0) {
      head = (head + size) % ring.length;
      return;
    }
    head = 0;
    budget.release(limit - limitInitial);
    limit = limitInitial;
    if (ring.length > limitInitial) {
      ring = new byte[0];
    }
  }

  /** Gives everything back; the buffer takes nothing more. */
  void free() {
    budget.release(limit);
    limit = 0;
    length = 0;
    ring = new byte[0];
  }

  private void ensureCapacity(int needed) {
    if (needed <= ring.length) {
      return;
    }
    int capacity = Math.max(CAPACITY_MIN, Integer.highestOneBit(needed - 1) << 1);
    byte[] larger = new byte[capacity];
    copy(0, length).copyTo(larger, 0);
    ring = larger;
    head = 0;
  }
}
