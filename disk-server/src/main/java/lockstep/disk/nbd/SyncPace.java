package lockstep.disk.nbd;

/**
 * Whether a client does nothing else while it waits for its syncs. Then its connection's thread may
 * as well wait for the storage itself, which saves being woken by another one. Belongs to the
 * connection's event loop.
 */
final class SyncPace {
  /** So many syncs in a row, without another request meanwhile, show it. */
  private static final int SHOWN_BY = 8;

  /** After so many that the connection's thread has waited for, it is looked at again. */
  private static final int TRUSTED_FOR = 32;

  private int alone;
  private int trusted;
  private long requests;
  private long requestsAtSync;

  void requestCame() {
    requests++;
  }

  /** Whether the connection's thread may wait for the next sync. */
  boolean mayWait() {
    if (alone < SHOWN_BY) {
      return false;
    }
    if (++trusted > TRUSTED_FOR) {
      trusted = 0;
      alone = SHOWN_BY - 1;
      return false;
    }
    return true;
  }

  /** A sync begins beside the connection. */
  void begins() {
    requestsAtSync = requests;
  }

  /** It has ended. */
  void ended() {
    alone = requests == requestsAtSync ? Math.min(alone + 1, SHOWN_BY) : 0;
  }
}
