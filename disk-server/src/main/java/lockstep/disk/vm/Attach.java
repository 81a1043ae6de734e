package lockstep.disk.vm;

import java.util.function.Consumer;

/** One connection's right to one disk. Its {@link Fence} owns it. */
public final class Attach {

  /** Who attaches. */
  public enum Access {
    /** The VMM that is live at the epoch it has named. */
    VMM,
    /** A plain client, while no VMM holds the disk. */
    PLAIN_WRITER,
    /** A plain client that may only read. */
    READER
  }

  /** Why an attach is over. */
  public enum End {
    /** It is not over. */
    NONE,
    /** A newer epoch was granted. */
    FENCED,
    /** A newer attach of the same epoch has taken its place. */
    SUPERSEDED,
    /** The disk has changed, so that it has to be attached anew. */
    CHANGED,
    /** Its connection has ended. */
    DETACHED
  }

  private final String disk;
  private final Access access;
  private final long epoch;
  private final Consumer<End> ended;
  private volatile End end = End.NONE;

  Attach(String disk, Access access, long epoch, Consumer<End> ended) {
    this.disk = disk;
    this.access = access;
    this.epoch = epoch;
    this.ended = ended;
  }

  public String disk() {
    return disk;
  }

  public Access access() {
    return access;
  }

  /** The record's epoch when it attached. */
  public long epoch() {
    return epoch;
  }

  public End end() {
    return end;
  }

  /** Called by the fence, alone. */
  void end(End reason) {
    if (end == End.NONE) {
      end = reason;
      ended.accept(reason);
    }
  }
}
