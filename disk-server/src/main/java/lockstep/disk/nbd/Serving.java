package lockstep.disk.nbd;

import java.io.IOException;
import java.util.OptionalLong;
import lockstep.disk.store.BlockStore;
import lockstep.disk.vm.Attach;

/**
 * What serves one client, on its event loop: everything that carries out requests has this.
 *
 * @param endings hears that the attach has ended
 */
record Serving(
    Session session,
    BlockStore store,
    NbdMetrics metrics,
    Replies replies,
    Beside beside,
    Endings endings) {

  /** Ends the connection as it has to end. */
  @FunctionalInterface
  interface Endings {
    /**
     * @param open the cookie of the request that found it out and waits for its answer
     */
    void attachEnded(Attach.End end, OptionalLong open);
  }

  /** Whether the attach has not ended; if it has, the request with this cookie is told. */
  boolean stillAttached(Attach.End end, long cookie) {
    if (end != Attach.End.NONE) {
      endings.attachEnded(end, OptionalLong.of(cookie));
    }
    return end == Attach.End.NONE;
  }

  /** Counts a failure of the storage; tells its number. */
  int errorOf(IOException failure) {
    metrics.errors.mark();
    session.statistics().failed();
    return StorageErrors.number(session.export(), failure);
  }

  /** A request has failed in the storage. */
  void failed(long cookie, IOException failure) {
    replies.error(cookie, errorOf(failure), StorageErrors.text(failure));
  }
}
