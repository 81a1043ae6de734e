package lockstep.ft.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import lockstep.ft.arbiter.Member;
import lockstep.ft.log.LogChannelMessage;
import lockstep.ft.log.LogEntry;

/**
 * The live replica's end of a log channel: batches entries, counts what is not acknowledged, keeps
 * an idle channel alive, and knows how far the other machine is.
 */
final class LogSender {
  /** A batch is cut when it has grown so long. */
  private static final long BATCH_BYTES_MAX = 1 << 20;

  /** Released outputs and executed positions are told within this part of a heartbeat. */
  static final int PROMPT_PARTS = 4;

  private record Unacked(long lsn, int bytes) {}

  final long channel;
  final Member peer;

  private final LagBound lag = new LagBound();
  private final FailureDetector detector;
  private final ArrayDeque<Unacked> unacked = new ArrayDeque<>();
  private List<LogEntry> batch = new ArrayList<>();
  private long batchBytes;
  private long nextLsn;
  private long nextLsnAcked;
  private long unackedBytes;
  private long releasedTold;
  private long sentAtNanos;
  private long heartbeats;

  /**
   * @param nextLsn where the peer begins
   */
  LogSender(long channel, Member peer, long nextLsn, ReplicaConfig.Limits limits, long nowNanos) {
    this.channel = channel;
    this.peer = peer;
    this.nextLsn = nextLsn;
    this.detector = FailureDetector.adaptive(limits, nowNanos);
    this.sentAtNanos = nowNanos;
  }

  void append(LogEntry entry, long outputsReleased, Core core) {
    int bytes = entry.sizeBytes();
    nextLsn = entry.lsn() + 1;
    unacked.addLast(new Unacked(entry.lsn(), bytes));
    unackedBytes += bytes;
    lag.appended(entry.position(), bytes);
    batch.add(entry);
    batchBytes += bytes;
    if (batch.size() == LogChannelMessage.ENTRIES_MAX || batchBytes >= BATCH_BYTES_MAX) {
      sendBatch(outputsReleased, core);
    }
  }

  /** Sends what was gathered, or a heartbeat if nothing was sent for a while. */
  void flush(long outputsReleased, Core core) {
    if (!batch.isEmpty()) {
      sendBatch(outputsReleased, core);
    } else if (core.now() - sentAtNanos >= core.limits.heartbeatNanos()
        || (outputsReleased != releasedTold
            && core.now() - sentAtNanos >= core.limits.heartbeatNanos() / PROMPT_PARTS)) {
      sent(outputsReleased, core);
      core.emit(
          new Effect.SendToPeer(
              channel, new LogChannelMessage.Heartbeat(++heartbeats, outputsReleased)));
    }
  }

  private void sendBatch(long outputsReleased, Core core) {
    sent(outputsReleased, core);
    core.emit(
        new Effect.SendToPeer(channel, new LogChannelMessage.Entries(batch, outputsReleased)));
    batch = new ArrayList<>();
    batchBytes = 0;
  }

  private void sent(long outputsReleased, Core core) {
    sentAtNanos = core.now();
    releasedTold = outputsReleased;
  }

  void heard(long nowNanos) {
    detector.heard(nowNanos);
  }

  /** Takes an acknowledgement; whether it can be true. */
  boolean acked(LogChannelMessage.Ack ack) {
    if (ack.nextLsn() > nextLsn) {
      return false;
    }
    nextLsnAcked = Math.max(nextLsnAcked, ack.nextLsn());
    while (!unacked.isEmpty() && unacked.getFirst().lsn < nextLsnAcked) {
      unackedBytes -= unacked.removeFirst().bytes;
    }
    lag.executed(ack.positionExecuted());
    return true;
  }

  boolean suspects(long nowNanos) {
    return detector.observe(nowNanos);
  }

  long silenceLimitNanos() {
    return detector.limitNanos();
  }

  void reached(long position, long nowNanos) {
    lag.reached(position, nowNanos);
  }

  boolean allAcked() {
    return nextLsnAcked == nextLsn;
  }

  /** Every entry with a lower lsn has been acknowledged. */
  long nextLsnAcked() {
    return nextLsnAcked;
  }

  long unackedBytes() {
    return unackedBytes;
  }

  /** Of entries that the other machine has not executed, acknowledged or not. */
  long unexecutedBytes() {
    return lag.unexecutedBytes();
  }

  long lagNanos(long nowNanos) {
    return lag.lagNanos(nowNanos);
  }

  long heartbeatAtNanos(long heartbeatNanos) {
    return sentAtNanos + heartbeatNanos;
  }
}
