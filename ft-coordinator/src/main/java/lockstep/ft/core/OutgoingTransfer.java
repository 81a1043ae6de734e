package lockstep.ft.core;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.function.Supplier;
import lockstep.ft.arbiter.Member;
import lockstep.ft.log.LogChannelMessage;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.PagedMemory;
import lockstep.ft.machine.StateHash;
import lockstep.ft.transfer.TransferProgress;
import lockstep.ft.transfer.TransferSource;

/**
 * The live replica makes a candidate's machine like its own: pages while the guest runs ({@link
 * TransferSource}), and at the cut everything else that the state of this position consists of.
 */
final class OutgoingTransfer {
  /** The state beside the pages goes in parts of this size. */
  private static final int STATE_PART_BYTES = 1 << 20;

  final long channel;
  final Member peer;

  private final Core core;
  private final TransferSource source;
  private final FailureDetector detector;
  private long sentAtNanos;
  private long heartbeats;

  /** Since when, or since the guest was last slowed for it, the cut has been held up. */
  private OptionalLong heldUpSinceNanos = OptionalLong.empty();

  private long ownFlushesSeen;

  OutgoingTransfer(long channel, Member peer, Core core) {
    this.channel = channel;
    this.peer = peer;
    this.core = core;
    this.source = new TransferSource(core.guest.machine, core.limits.transfer(), core.now());
    this.detector = FailureDetector.fixed(core.limits.silenceNanos(), core.now());
    PagedMemory memory = core.guest.machine.pages();
    send(new LogChannelMessage.TransferBegan(memory.pageCount(), memory.pageBytes()));
  }

  /** Whether only the cut is missing. */
  boolean awaitsCut() {
    return source.awaitsCut();
  }

  /**
   * Too much is open or kept for the cut. If it still is when a flush has been tried, the guest is
   * to make less of it; not more often than a guest can show what that has changed, nor while its
   * disks answer nothing.
   */
  void heldUp(LiveDisks disks) {
    long ownFlushesEnded = disks.ownFlushesEnded();
    boolean begins = heldUpSinceNanos.isEmpty();
    boolean slows =
        !begins
            && (ownFlushesEnded > ownFlushesSeen || !disks.areFlushing())
            && disks.wereHeardSince(heldUpSinceNanos.getAsLong())
            && core.now() - heldUpSinceNanos.getAsLong() >= core.limits.retryNanos();
    if (slows) {
      source.slowDown();
    }
    if (begins || slows) {
      heldUpSinceNanos = OptionalLong.of(core.now());
      ownFlushesSeen = ownFlushesEnded;
    }
  }

  void notHeldUp() {
    heldUpSinceNanos = OptionalLong.empty();
  }

  /** The candidate has taken so many bytes of pages; returns whether that can be. */
  boolean taken(long bytes) {
    detector.heard(core.now());
    return source.taken(bytes);
  }

  boolean suspects(long nowNanos) {
    return detector.observe(nowNanos);
  }

  /**
   * Sends what is next.
   *
   * @param mayCut whether this is a moment for the cut
   * @return whether the cut was made: everything has been sent that has {@code nextLsn} behind it
   */
  boolean flush(boolean mayCut, long nextLsn, Supplier<CoreState> state, long outputsReleased) {
    switch (source.next(core.now(), mayCut)) {
      case TransferSource.Step.Send(var pages) -> send(pages);
      case TransferSource.Step.Cut(var rest) -> {
        rest.forEach(this::send);
        sendState(state.get());
        StateHash hash = core.guest.machine.hash();
        long position = core.guest.machine.position();
        send(new LogChannelMessage.TransferCut(nextLsn, position, outputsReleased, hash));
        return true;
      }
      case TransferSource.Step.Wait _ -> {
        if (core.now() - sentAtNanos >= core.limits.heartbeatNanos()) {
          send(new LogChannelMessage.Heartbeat(++heartbeats, outputsReleased));
        }
      }
    }
    return false;
  }

  private void sendState(CoreState state) {
    byte[] bytes = stateBytes(state);
    for (int at = 0; at < bytes.length; at += STATE_PART_BYTES) {
      int end = Math.min(bytes.length, at + STATE_PART_BYTES);
      send(new LogChannelMessage.TransferState(Bytes.of(Arrays.copyOfRange(bytes, at, end))));
    }
  }

  /** Length of the protocol's state (32 bits), that, then the machine's. */
  private byte[] stateBytes(CoreState state) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      byte[] coreBytes = new CoreStateCodec().toBytes(state);
      out.writeInt(coreBytes.length);
      out.write(coreBytes);
      core.guest.machine.saveWithoutPages(out);
    } catch (IOException e) {
      throw new UncheckedIOException("memory can't be written", e);
    }
    return bytes.toByteArray();
  }

  private void send(LogChannelMessage message) {
    sentAtNanos = core.now();
    core.emit(new Effect.SendToPeer(channel, message));
  }

  double guestSpeed() {
    return source.speed();
  }

  /**
   * When {@link #flush} should be called, if nothing happens before. A cut that can't be made now
   * waits for what makes it possible, not for a time.
   */
  long deadlineNanos(boolean mayCut) {
    long heartbeatAt = sentAtNanos + core.limits.heartbeatNanos();
    return source.awaitsCut() && !mayCut
        ? heartbeatAt
        : Math.min(source.deadlineNanos(), heartbeatAt);
  }

  TransferProgress progress() {
    return source.progress();
  }

  /** Complete or given up: pages need not be looked after any more. */
  void end() {
    source.end();
  }
}
