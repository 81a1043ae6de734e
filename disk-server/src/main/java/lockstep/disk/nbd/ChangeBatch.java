package lockstep.disk.nbd;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import lockstep.disk.store.BlockStore;
import lockstep.disk.store.StalledException;
import lockstep.disk.vm.Attach;

/** Changes that have arrived together, to be applied in one step. */
final class ChangeBatch {
  private static final int BYTES_MAX = 1 << 20;
  private static final int CHANGES_MAX = 256;

  /** How long it waits when the store can't take more. */
  private static final long STALL_NANOS = 2_000_000;

  private final Session session;
  private final BlockStore store;
  private final NbdMetrics metrics;
  private final List<Change> changes = new ArrayList<>();
  private long bytes;

  ChangeBatch(Session session, BlockStore store, NbdMetrics metrics) {
    this.session = session;
    this.store = store;
    this.metrics = metrics;
  }

  void add(Change change) {
    changes.add(change);
    bytes += change.bytes().length();
  }

  boolean isEmpty() {
    return changes.isEmpty();
  }

  boolean isFull() {
    return bytes >= BYTES_MAX || changes.size() >= CHANGES_MAX;
  }

  /**
   * Applies them, unless the attach has ended; tells how it stands. Waits for a store that can't
   * take them now, but not while it would hold up the fence.
   */
  Attach.End apply() throws IOException {
    List<BlockStore.Change> wanted = changes.stream().map(Change::bytes).toList();
    long startNanos = System.nanoTime();
    while (true) {
      try {
        Attach.End end = session.perform(() -> store.apply(session.disk(), wanted));
        if (end == Attach.End.NONE) {
          count(System.nanoTime() - startNanos);
        }
        return end;
      } catch (StalledException _) {
        LockSupport.parkNanos(STALL_NANOS);
      }
    }
  }

  private void count(long nanos) {
    for (Change change : changes) {
      long length = change.bytes().length();
      metrics.change(change.kind()).update(nanos, TimeUnit.NANOSECONDS);
      metrics.writtenBytes.mark(length);
      switch (change.kind()) {
        case WRITE -> session.statistics().written(length);
        case TRIM, WRITE_ZEROES -> session.statistics().zeroed(length);
      }
    }
  }

  /** Takes all out, for their answers. */
  List<Change> take() {
    List<Change> taken = List.copyOf(changes);
    changes.clear();
    bytes = 0;
    return taken;
  }
}
