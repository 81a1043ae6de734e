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

  /** So much is made zeroes in one step. */
  private static final long ZERO_STEP_BYTES = 64L << 20;

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
    long startNanos = System.nanoTime();
    for (List<BlockStore.Change> step : steps()) {
      Attach.End end = apply(step);
      if (end != Attach.End.NONE) {
        return end;
      }
    }
    count(System.nanoTime() - startNanos);
    return Attach.End.NONE;
  }

  private Attach.End apply(List<BlockStore.Change> step) throws IOException {
    while (true) {
      try {
        return session.perform(() -> store.apply(session.disk(), step));
      } catch (StalledException _) {
        LockSupport.parkNanos(STALL_NANOS);
      }
    }
  }

  /**
   * Usually one. But zeroes may be gigabytes, and the store may have to name each block of them:
   * between two steps, a claim may be granted.
   */
  private List<List<BlockStore.Change>> steps() {
    List<List<BlockStore.Change>> steps = new ArrayList<>();
    List<BlockStore.Change> together = new ArrayList<>(changes.size());
    for (Change change : changes) {
      if (change.bytes() instanceof BlockStore.Zero zero && zero.length() > ZERO_STEP_BYTES) {
        steps.add(together);
        together = new ArrayList<>();
        parts(zero).forEach(part -> steps.add(List.of(part)));
      } else {
        together.add(change.bytes());
      }
    }
    steps.add(together);
    steps.removeIf(List::isEmpty);
    return steps;
  }

  /** They end at multiples of their size. */
  private static List<BlockStore.Zero> parts(BlockStore.Zero zero) {
    List<BlockStore.Zero> parts = new ArrayList<>();
    long end = zero.offset() + zero.length();
    for (long at = zero.offset(); at < end; ) {
      long partEnd = Math.min(at / ZERO_STEP_BYTES * ZERO_STEP_BYTES + ZERO_STEP_BYTES, end);
      parts.add(new BlockStore.Zero(at, partEnd - at, zero.hole()));
      at = partEnd;
    }
    return parts;
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
