package lockstep.ft.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lockstep.ft.log.Payload;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskOperation;
import lockstep.ft.machine.DiskStatus;
import lockstep.ft.machine.Input;
import lockstep.ft.machine.Output;

/**
 * The live replica's way to one disk.
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

  private final int disk;
  private final Core core;
  private final Live live;
  private final Map<Long, Purpose> underWay = new HashMap<>();
  private final ArrayDeque<Output.DiskRequested> catchUp = new ArrayDeque<>();
  private State state = State.DOWN;
  private long epoch;
  private long attach;
  private long incarnation;
  private long nextTag;
  private long retryAtNanos;

  DiskPath(int disk, Core core, Live live) {
    this.disk = disk;
    this.core = core;
    this.live = live;
  }

  /** Attaches anew, at {@code liveEpoch}. */
  void attach(long liveEpoch) {
    drop();
    epoch = liveEpoch;
    state = State.ATTACHING;
    core.emit(new Effect.AttachDisk(disk, ++attach, epoch));
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

  void attached(long newIncarnation) {
    if (state != State.ATTACHING) {
      return;
    }
    incarnation = newIncarnation;
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
            purpose -> purpose instanceof Purpose.CatchUp(var other) && overlap(request, other));
  }

  private static boolean overlap(Output.DiskRequested a, Output.DiskRequested b) {
    return a.offset() < b.offset() + b.length() && b.offset() < a.offset() + a.length();
  }

  private void ready() {
    state = State.READY;
    for (OpenRequests.Open open : core.guest.open.ofDisk(disk)) {
      if (open.number() < live.outputsReleased()
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
    underWay.put(tag, purpose);
    core.emit(
        new Effect.SubmitDisk(
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
    if (state == State.READY
        && core.guest.unflushed(disk).bytes() > 0
        && core.guest.keptBytes() * 2 > core.limits.keptWritesBytesMax()
        && underWay.values().stream().noneMatch(Purpose.OwnFlush.class::isInstance)) {
      ownFlush();
    }
  }

  private void ownFlush() {
    UnflushedWrites unflushed = core.guest.unflushed(disk);
    long flush = unflushed.nextOwnFlush();
    live.append(new Payload.OwnFlushBegan(disk, flush));
    unflushed.ownFlushBegan(flush);
    long tag = nextTag++;
    underWay.put(tag, new Purpose.OwnFlush(flush));
    core.emit(new Effect.SubmitDisk(disk, attach, tag, DiskOperation.FLUSH, 0, 0, Bytes.EMPTY));
  }

  void answered(long tag, DiskStatus status, Bytes data) {
    Purpose purpose = underWay.remove(tag);
    switch (purpose) {
      case null -> {}
      case Purpose.ForGuest(Output.DiskRequested request) ->
          live.inputs()
              .add(new Input.DiskCompleted(disk, request.requestId(), status, data, incarnation));
      case Purpose.CatchUp _ -> {
        if (status == DiskStatus.OK) {
          continueCatchUp();
        } else {
          giveUpAttach();
        }
      }
      case Purpose.OwnFlush(long flush) -> ownFlushAnswered(flush, status);
    }
  }

  private void ownFlushAnswered(long flush, DiskStatus status) {
    live.append(new Payload.OwnFlushEnded(disk, flush, status));
    core.guest.unflushed(disk).ownFlushEnded(flush, status);
    if (state == State.CATCHING_UP) {
      if (status == DiskStatus.OK) {
        ready();
      } else {
        giveUpAttach();
      }
    }
  }

  private void giveUpAttach() {
    core.emit(new Effect.DetachDisk(disk, attach));
    lost();
  }

  /** The attach is lost; another is tried soon. */
  void lost() {
    drop();
    retryAtNanos = core.now() + core.limits.retryNanos();
  }

  void onTick() {
    flushIfMuchIsKept();
    if (state == State.DOWN && attach > 0 && retryAtNanos - core.now() <= 0) {
      attach(epoch);
    }
  }

  /** Whether the disk is ready, and has answered everything that was issued. */
  boolean isQuiet() {
    return state == State.READY && underWay.isEmpty();
  }

  long deadlineNanos() {
    return state == State.DOWN && attach > 0 ? retryAtNanos : Long.MAX_VALUE;
  }

  static List<DiskPath> all(Core core, Live live) {
    List<DiskPath> paths = new ArrayList<>();
    for (int disk = 0; disk < core.config.disks(); disk++) {
      paths.add(new DiskPath(disk, core, live));
    }
    return paths;
  }
}
