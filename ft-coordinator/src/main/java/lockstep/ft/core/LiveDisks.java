package lockstep.ft.core;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import lockstep.ft.machine.Output;

/** The live replica's ways to the guest's disks, all together. */
final class LiveDisks {
  private final Core core;
  private final List<DiskPath> paths = new ArrayList<>();
  private OptionalLong heardAtNanos = OptionalLong.empty();

  LiveDisks(Core core, Live live) {
    this.core = core;
    for (int disk = 0; disk < core.config.disks(); disk++) {
      paths.add(new DiskPath(disk, core, live));
    }
  }

  /** Attaches every disk anew, at {@code epoch}. */
  void attach(long epoch) {
    paths.forEach(path -> path.attach(epoch));
  }

  /** Ends every attach. */
  void detach() {
    paths.forEach(DiskPath::detach);
  }

  /** A request of the guest has passed the gate. */
  void issue(Output.DiskRequested request) {
    if (core.guest.open.isOpen(request.disk(), request.requestId())) {
      paths.get(request.disk()).issue(request);
    }
  }

  /** Flushes before the kept writes grow beyond their bound. */
  void flushIfMuchIsKept() {
    paths.forEach(DiskPath::flushIfMuchIsKept);
  }

  /** Flushes each disk of which more than so much is kept. */
  void flushIfKeptOver(long bytes) {
    paths.forEach(path -> path.flushIfKeptOver(bytes));
  }

  /** How many own flushes were answered, all in all. */
  long ownFlushesEnded() {
    return paths.stream().mapToLong(DiskPath::ownFlushesEnded).sum();
  }

  /** Whether every disk takes requests, as far as is known. */
  boolean areReady() {
    return paths.stream().allMatch(DiskPath::isReady);
  }

  boolean areFlushing() {
    return paths.stream().anyMatch(DiskPath::isFlushing);
  }

  /** Whether every disk has answered all that was issued. */
  boolean areQuiet() {
    return paths.stream().allMatch(DiskPath::isQuiet);
  }

  /** Whether the disk server has attached or answered anything so lately. */
  boolean wereHeardWithin(long nanos) {
    return wereHeardSince(core.now() - nanos);
  }

  /** Whether the disk server has attached or answered anything since then. */
  boolean wereHeardSince(long nanos) {
    return heardAtNanos.isPresent() && heardAtNanos.getAsLong() - nanos > 0;
  }

  /** Takes an attach or an answer; returns whether the replica is fenced for good. */
  boolean onEvent(ReplicaEvent event) {
    switch (event) {
      case ReplicaEvent.DiskAttached(int disk, long attach, long incarnation, long sizeBytes)
          when paths.get(disk).isCurrent(attach) -> {
        heardAtNanos = OptionalLong.of(core.now());
        paths.get(disk).attached(incarnation, sizeBytes);
      }
      case ReplicaEvent.DiskAnswered answered
          when paths.get(answered.disk()).isCurrent(answered.attach()) -> {
        heardAtNanos = OptionalLong.of(core.now());
        paths.get(answered.disk()).answered(answered.tag(), answered.status(), answered.data());
      }
      case ReplicaEvent.DiskLost(int disk, long attach) when paths.get(disk).isCurrent(attach) ->
          paths.get(disk).lost();
      case ReplicaEvent.DiskFenced(int disk, long attach)
          when paths.get(disk).isCurrent(attach) -> {
        // While a question is open the fence may be the work of its grant, whose answer is on
        // its way.
        paths.get(disk).lost();
        return !core.arbiter.isOpen();
      }
      default -> {} // of an attach that has ended
    }
    return false;
  }

  void onTick() {
    paths.forEach(DiskPath::onTick);
  }

  long deadlineNanos() {
    return paths.stream().mapToLong(DiskPath::deadlineNanos).min().orElse(Long.MAX_VALUE);
  }
}
