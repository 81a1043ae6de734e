package lockstep.ft.core;

import java.util.Optional;

/**
 * The live replica's side of a switch: it is to be the backup of its backup, because the operator
 * or the state of its paths wants it.
 *
 * <pre>
 * NOT_WANTED --wanted--> WANTED --state hashed--> HASHED --the backup lags little--> LOGGED
 *      ^                    |                       |     (Payload.HandedOver is the last entry)
 *      +-- backup, or one of its ways, lost --------+
 * </pre>
 *
 * <p>WANTED, HASHED: the guest runs on, slowed, until both machines have hashed what had changed
 * since the last check, so that little is left to hash when it stands still, and the backup is
 * close behind; after a while regardless. LOGGED: the guest stands still, until the log says that
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
    HASHED,
    LOGGED
  }

  private final ReplicaConfig.Limits limits;
  private State state = State.NOT_WANTED;
  private String why = "";
  private long wantedAtNanos;
  private long hashedPosition;
  private long stoppedAtNanos;
  private Optional<FailureDetector> untaken = Optional.empty();

  HandOver(ReplicaConfig.Limits limits) {
    this.limits = limits;
  }

  void want(String reason, long nowNanos) {
    state = State.WANTED;
    why = reason;
    wantedAtNanos = nowNanos;
  }

  /** The state at {@code position} was hashed, and is in the log. */
  void hashed(long position) {
    if (state == State.WANTED) {
      state = State.HASHED;
      hashedPosition = position;
    }
  }

  /** There is no backup any more that could take over. */
  void forget() {
    if (isWanted()) {
      state = State.NOT_WANTED;
    }
  }

  boolean isWanted() {
    return state == State.WANTED || state == State.HASHED;
  }

  boolean isHashed() {
    return state == State.HASHED;
  }

  /** Where; the backup hashes when it comes there. */
  long hashedPosition() {
    return hashedPosition;
  }

  /** Whether the hand-over is this replica's last entry, or was before it gave its backup up. */
  boolean isLogged() {
    return state == State.LOGGED;
  }

  String why() {
    return why;
  }

  /**
   * Whether the guest may be stopped now.
   *
   * @param backupHashes whether the backup's machine has come to where the state was hashed
   * @param lagNanos of the backup
   */
  boolean isDue(boolean backupHashes, long lagNanos, long nowNanos) {
    return isWanted()
        && ((isHashed() && backupHashes && lagNanos <= limits.lagNanosMax() / LAG_PARTS)
            || nowNanos - wantedAtNanos >= limits.silenceNanos());
  }

  void logged(long nowNanos) {
    state = State.LOGGED;
    stoppedAtNanos = nowNanos;
    untaken = Optional.of(FailureDetector.fixed(limits.silenceNanos(), nowNanos));
  }

  /** For how long the guest has stood still, what was hashed and sent behind its stop included. */
  long stoodStillNanos(long nowNanos) {
    return nowNanos - stoppedAtNanos;
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
