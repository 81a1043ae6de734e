package lockstep.ft.core;

import java.util.Optional;

/**
 * The live replica is to exchange its role with its backup's, because the operator or the state of
 * its paths wants it.
 *
 * <pre>
 * NOT_WANTED --wanted--> WANTED --the backup lags little--> LOGGED
 *      ^                    |            (Payload.HandedOver is the last entry)
 *      +--- backup lost ----+
 * </pre>
 *
 * <p>WANTED: the guest runs on, slowed, until the backup is close behind, so that it stands still
 * only briefly; after a while regardless. LOGGED: the guest stands still, until the log says that
 * the backup has taken over, or this replica has won a claim to go on alone. The epoch after that
 * of the hand-over can only be the backup's doing: if it names this replica backup, its state at
 * the hand-over is all that it needs.
 */
final class HandOver {
  /** The guest's speed while the backup is waited for. */
  static final double SPEED = 0.5;

  /** The backup is close behind if its lag is at most this part of the bound on it. */
  private static final int LAG_PARTS = 16;

  private enum State {
    NOT_WANTED,
    WANTED,
    LOGGED
  }

  private final ReplicaConfig.Limits limits;
  private State state = State.NOT_WANTED;
  private String why = "";
  private long wantedAtNanos;
  private Optional<FailureDetector> untaken = Optional.empty();

  HandOver(ReplicaConfig.Limits limits) {
    this.limits = limits;
  }

  void want(String reason, long nowNanos) {
    state = State.WANTED;
    why = reason;
    wantedAtNanos = nowNanos;
  }

  /** There is no backup any more. */
  void forget() {
    if (state == State.WANTED) {
      state = State.NOT_WANTED;
    }
  }

  boolean isWanted() {
    return state == State.WANTED;
  }

  /** Whether the hand-over is this replica's last entry, or was before it gave its backup up. */
  boolean isLogged() {
    return state == State.LOGGED;
  }

  String why() {
    return why;
  }

  /** Whether the guest may be stopped now, at so much lag of the backup. */
  boolean isDue(long lagNanos, long nowNanos) {
    return isWanted()
        && (lagNanos <= limits.lagNanosMax() / LAG_PARTS
            || nowNanos - wantedAtNanos >= limits.silenceNanos());
  }

  void logged(long nowNanos) {
    state = State.LOGGED;
    untaken = Optional.of(FailureDetector.fixed(limits.silenceNanos(), nowNanos));
  }

  /** Whether the backup has had its time and more; called on each tick. */
  boolean isOverdue(long nowNanos) {
    return untaken.isPresent() && untaken.get().observe(nowNanos);
  }

  /** This replica goes on alone: what the hand-over said is over. */
  void undone() {
    state = State.NOT_WANTED;
    untaken = Optional.empty();
  }
}
