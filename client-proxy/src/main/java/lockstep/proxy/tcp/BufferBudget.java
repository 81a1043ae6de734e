package lockstep.proxy.tcp;

/**
 * What all connections together may promise to hold. Each begins with a small share that it always
 * gets (so their number must be bounded too) and asks for more as it needs it.
 */
public final class BufferBudget {
  private final long bytesMax;
  private long bytesReserved;

  public BufferBudget(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** A connection's first share, which is never refused. */
  void reserveInitial(int bytes) {
    bytesReserved += bytes;
  }

  /** More for a connection that fills its share; false if there is none to give. */
  boolean reserveMore(int bytes) {
    if (bytesReserved + bytes > bytesMax) {
      return false;
    }
    bytesReserved += bytes;
    return true;
  }

  void release(int bytes) {
    if (bytes > bytesReserved) {
      throw new IllegalStateException("released more than was reserved");
    }
    bytesReserved -= bytes;
  }

  public long bytesReserved() {
    return bytesReserved;
  }
}
