package lockstep.ft.core;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lockstep.ft.machine.DiskOperation;
import lockstep.ft.machine.DiskStatus;
import lockstep.ft.machine.Output;

/**
 * The completed writes, trims and zeroes of one disk that no completed flush covers, in the order
 * of their completion. A crash of the disk server may lose them, though the guest has seen them
 * complete: whoever attaches to another incarnation sends them again. Both replicas keep them
 * alike, from the same log.
 *
 * <p>A flush covers what was completed before it was made.
 */
final class UnflushedWrites {
  private record Kept(long ordinal, KeptWrite write) {}

  private final ArrayDeque<Kept> kept = new ArrayDeque<>();

  /** For each open flush of the guest, by request id: how many completions came before it. */
  private final Map<Long, Long> guestFlushes = new HashMap<>();

  private long completions;
  private long bytes;
  private long ownFlush = -1;
  private long ownFlushCovers;

  /** Takes over what was kept elsewhere. */
  void keep(KeptWrite write) {
    kept.addLast(new Kept(completions++, write));
    bytes += write.sizeBytes();
  }

  /** The guest has made a request of this disk. */
  void made(Output.DiskRequested request) {
    if (request.operation() == DiskOperation.FLUSH) {
      guestFlushes.put(request.requestId(), completions);
    }
  }

  /** A request of this disk has ended. */
  void completed(Output.DiskRequested request, DiskStatus status, long incarnation) {
    if (request.operation() == DiskOperation.FLUSH) {
      Long covers = guestFlushes.remove(request.requestId());
      if (status == DiskStatus.OK && covers != null) {
        forget(covers);
      }
    } else if (request.operation().modifies() && status == DiskStatus.OK) {
      keep(new KeptWrite(request, incarnation));
    }
  }

  /** The replica's own flush number {@code flush} begins here. */
  void ownFlushBegan(long flush) {
    ownFlush = flush;
    ownFlushCovers = completions;
  }

  /** It ended; one that has been overtaken by a later one is ignored. */
  void ownFlushEnded(long flush, DiskStatus status) {
    if (flush == ownFlush && status == DiskStatus.OK) {
      forget(ownFlushCovers);
    }
  }

  /** The number that the replica's next own flush has. */
  long nextOwnFlush() {
    return ownFlush + 1;
  }

  long bytes() {
    return bytes;
  }

  List<KeptWrite> writes() {
    return kept.stream().map(Kept::write).toList();
  }

  /** Whether {@code incarnation} of the disk server may lack something that is kept. */
  boolean mayBeLackingIn(long incarnation) {
    return kept.stream().anyMatch(entry -> entry.write.incarnation() != incarnation);
  }

  private void forget(long below) {
    while (!kept.isEmpty() && kept.getFirst().ordinal < below) {
      bytes -= kept.removeFirst().write.sizeBytes();
    }
  }
}
