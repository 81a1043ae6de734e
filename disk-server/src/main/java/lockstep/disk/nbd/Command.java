package lockstep.disk.nbd;

import lockstep.disk.store.BlockStore;

/** A request, or a piece of one, that can be carried out: its header has passed the rules. */
sealed interface Command {

  /** What it holds of the lane's budget: payload and what keeps it. */
  default int heldBytes() {
    return BASE_BYTES;
  }

  int BASE_BYTES = 64;

  record Read(long cookie, long offset, int length) implements Command {}

  /**
   * A change of the disk.
   *
   * @param last whether it ends its request, so that an answer is due
   */
  record Modify(long cookie, BlockStore.Change change, Kind kind, boolean fua, boolean last)
      implements Command {
    @Override
    public int heldBytes() {
      return BASE_BYTES
          + switch (change) {
            case BlockStore.Write write -> write.data().capacity();
            case BlockStore.Zero _ -> 0;
          };
    }
  }

  /** Kinds of change, for the metrics. */
  enum Kind {
    WRITE,
    TRIM,
    WRITE_ZEROES
  }

  record Flush(long cookie) implements Command {}

  /** The request is answered with an error and does nothing. */
  record Reject(long cookie, int error) implements Command {}

  /** The client says goodbye. */
  record Disconnect() implements Command {}
}
