package lockstep.ft.core;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.OptionalLong;
import lockstep.ft.log.Payload;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskOperation;
import lockstep.ft.machine.DiskStatus;
import lockstep.ft.machine.Input;
import lockstep.ft.machine.Output;

/**
 * The live replica's way to one disk. An attach on which a request stays unanswered for too long is
 * given up like one that is lost: half-open links say nothing by themselves.
 *
 * <pre>
 * DOWN --attach--> ATTACHING --attached--> CATCHING_UP --flushed--> READY
 *   ^                  |        (same incarnation: at once READY)      |
 *   +---- retry -------+------------------ lost ----------------------+
 * </pre>
 *
 * <p>CATCHING_UP: the disk server is another incarnation than the one that answered some kept
 * write; all that is kept is sent again in the order of its completion, and flushed, before
 * anything else. READY: every open request that has left the gate is issued, again if need be.
 *
 * <p>Answers of an attach that has ended are forgotten, also those not injected yet: their requests
 * are still open, and are issued again.
 */
final class DiskPath {
  /** Writes of a catch-up that are under way together; they never overlap. */
  private static final int CATCH_UP_WINDOW = 32;

  /** A disk that is slow rather than gone is given up to so much of the first patience. */
  private static final int PATIENCE_FACTOR_MAX = 32;

  private enum State {
    DOWN,
    ATTACHING,
    CATCHING_UP,
    READY
  }

  /** What a tag stands for. */
  private sealed interface Purpose {
    record ForGuest(Output.DiskRequested request) implements Purpose {}

    record CatchUp(Output.DiskRequested request) implements Purpose {}

    record OwnFlush(long flush) implements Purpose {}
  }

  private record UnderWay(Purpose purpose, long sentAtNanos) {}

  private final int disk;
  private final Core core;
  private final Live live;

  /** By tag, oldest first. */
  private final LinkedHashMap<Long, UnderWay> underWay = new LinkedHashMap<>();

  private final ArrayDeque<Output.DiskRequested> catchUp = new ArrayDeque<>();
  private State state = State.DOWN;
  private long epoch;
  private long attach;
  private long incarnation;
  private long sizeBytes;
  private long nextTag;
  private long retryAtNanos;
  private long attachAskedAtNanos;
  private long patienceNanos;
  private long ownFlushesEnded;

  DiskPath(int disk, Core core, Live live) {
    this.disk = disk;
    this.core = core;
    this.live = live;
    this.patienceNanos = core.limits.diskSilenceNanos();
  }

  /** Attaches anew, at {@code liveEpoch}. */
  void attach(long liveEpoch) {
    drop();
    epoch = liveEpoch;
    state = State.ATTACHING;
    attachAskedAtNanos = core.now();
    attach = core.newAttach();
    core.emit(new Effect.AttachDisk(disk, attach, epoch));
  }

  /** Ends the attach, and tries no other. */
  void detach() {
    if (attach > 0) {
      core.emit(new Effect.DetachDisk(disk, attach));
    }
    drop();
    attach = 0;
  }

  /** Forgets what is under way: it belongs to an attach that has ended. */
  private void drop() {
    state = State.DOWN;
    underWay.clear();
    catchUp.clear();
    live.inputs().forgetAnswersOf(disk);
  }

  boolean isCurrent(long candidate) {
    return candidate == attach && state != State.DOWN;
  }

  void attached(long newIncarnation, long newSizeBytes) {
    if (state != State.ATTACHING) {
      return;
    }
    incarnation = newIncarnation;
    if (newSizeBytes != sizeBytes) {
      sizeBytes = newSizeBytes; // the guest may know, from who was live before; then it is nothing
      live.inputs().add(new Input.DiskResized(disk, sizeBytes));
    }
    UnflushedWrites unflushed = core.guest.unflushed(disk);
    if (unflushed.mayBeLackingIn(incarnation)) {
      state = State.CATCHING_UP;
      unflushed.writes().forEach(write -> catchUp.addLast(write.request()));
      continueCatchUp();
    } else {
      ready();
    }
  }

  /** Sends kept writes in order; one that overlaps with one under way waits for it. */
  private void continueCatchUp() {
    while (!catchUp.isEmpty()
        && underWay.size() < CATCH_UP_WINDOW
        && !overlapsUnderWay(catchUp.getFirst())) {
      Output.DiskRequested request = catchUp.removeFirst();
      submit(new Purpose.CatchUp(request), request);
    }
    if (catchUp.isEmpty() && underWay.isEmpty()) {
      ownFlush();
    }
  }

  private boolean overlapsUnderWay(Output.DiskRequested request) {
    return underWay.values().stream()
        .anyMatch(
            asked ->
                asked.purpose instanceof Purpose.CatchUp(var other) && overlap(request, other));
  }

  private static boolean overlap(Output.DiskRequested a, Output.DiskRequested b) {
    return a.offset() < b.offset() + b.length() && b.offset() < a.offset() + a.length();
  }

  private void ready() {
    state = State.READY;
    for (OpenRequests.Open open : core.guest.open.ofDisk(disk)) {
      if (open.number() < live.gate().released()
          && open.request() instanceof Output.DiskRequested request) {
        submit(new Purpose.ForGuest(request), request);
      }
    }
    flushIfMuchIsKept();
  }

  /** A request of the guest has passed the gate; if the disk is not ready, it is issued then. */
  void issue(Output.DiskRequested request) {
    if (state == State.READY) {
      submit(new Purpose.ForGuest(request), request);
    }
  }

  private void submit(Purpose purpose, Output.DiskRequested request) {
    long tag = nextTag++;
    underWay.put(tag, new UnderWay(purpose, core.now()));
    core.emit(
        new Effect.SubmitDisk(
            purpose instanceof Purpose.ForGuest
                ? core.guest.open.numberOf(disk, request.requestId())
                : OptionalLong.empty(),
            disk,
            attach,
            tag,
            request.operation(),
            request.offset(),
            request.length(),
            request.data()));
  }

  /** Flushes what is kept before it grows beyond its bound. */
  void flushIfMuchIsKept() {
    if (core.guest.keptBytes() * 2 > core.limits.keptWritesBytesMax()) {
      flushIfKeptOver(0);
    }
  }

  /** Flushes if more than so much is kept, and nobody flushes already. */
  void flushIfKeptOver(long bytes) {
    if (state == State.READY && core.guest.unflushed(disk).bytes() > bytes && !isFlushing()) {
      ownFlush();
    }
  }

  boolean isReady() {
    return state == State.READY;
  }

  /** Whether a flush of the replica's own is under way. */
  boolean isFlushing() {
    return underWay.values().stream().anyMatch(asked -> asked.purpose instanceof Purpose.OwnFlush);
  }

  private void ownFlush() {
    UnflushedWrites unflushed = core.guest.unflushed(disk);
    long flush = unflushed.nextOwnFlush();
    live.log().append(new Payload.OwnFlushBegan(disk, flush));
    unflushed.ownFlushBegan(flush);
    long tag = nextTag++;
    underWay.put(tag, new UnderWay(new Purpose.OwnFlush(flush), core.now()));
    core.emit(
        new Effect.SubmitDisk(
            OptionalLong.empty(), disk, attach, tag, DiskOperation.FLUSH, 0, 0, Bytes.EMPTY));
  }

  void answered(long tag, DiskStatus status, Bytes data) {
    UnderWay asked = underWay.remove(tag);
    if (asked == null) {
      return;
    }
    patienceNanos = core.limits.diskSilenceNanos();
    switch (asked.purpose) {
      case Purpose.ForGuest(Output.DiskRequested request) ->
          live.inputs()
              .add(new Input.DiskCompleted(disk, request.requestId(), status, data, incarnation));
      case Purpose.CatchUp _ -> {
        if (status == DiskStatus.OK) {
          continueCatchUp();
        } else {
          giveUpAttach("a kept write was answered " + status);
        }
      }
      case Purpose.OwnFlush(long flush) -> ownFlushAnswered(flush, status);
    }
  }

  /** How many of the replica's own flushes were answered. */
  long ownFlushesEnded() {
    return ownFlushesEnded;
  }

  private void ownFlushAnswered(long flush, DiskStatus status) {
    ownFlushesEnded++;
    live.log().append(new Payload.OwnFlushEnded(disk, flush, status));
    core.guest.unflushed(disk).ownFlushEnded(flush, status);
    if (state == State.CATCHING_UP) {
      if (status == DiskStatus.OK) {
        ready();
      } else {
        giveUpAttach("the flush of kept writes was answered " + status);
      }
    }
  }

  private void giveUpAttach(String why) {
    core.emit(new Effect.Noted("disk=%d attach=given-up why=\"%s\"".formatted(disk, why)));
    core.emit(new Effect.DetachDisk(disk, attach));
    lost();
  }

  /** The attach is lost; another is tried soon. */
  void lost() {
    drop();
    retryAtNanos = core.now() + core.limits.retryNanos();
  }

  /** When the attach, or the oldest request on it, has been unanswered for too long. */
  private long silentAtNanos() {
    if (state == State.ATTACHING) {
      return attachAskedAtNanos + patienceNanos;
    }
    return underWay.isEmpty()
        ? Long.MAX_VALUE
        : underWay.firstEntry().getValue().sentAtNanos + patienceNanos;
  }

  void onTick() {
    flushIfMuchIsKept();
    long silentAt = silentAtNanos();
    if (silentAt != Long.MAX_VALUE && silentAt - core.now() <= 0) {
      giveUpAttach("unanswered for %d ms".formatted(patienceNanos / 1_000_000));
      patienceNanos =
          Math.min(2 * patienceNanos, PATIENCE_FACTOR_MAX * core.limits.diskSilenceNanos());
    }
    if (state == State.DOWN && attach > 0 && retryAtNanos - core.now() <= 0) {
      attach(epoch);
    }
  }

  /** Whether the disk is ready, and has answered everything that was issued. */
  boolean isQuiet() {
    return state == State.READY && underWay.isEmpty();
  }

  long deadlineNanos() {
    return state == State.DOWN && attach > 0 ? retryAtNanos : silentAtNanos();
  }
}
