package lockstep.ft.core;

/** What a replica is, for the outside; the table in the package's documentation. */
public enum Role {
  /** Has no part in the arbiter's record: looks for a live replica to join, or to start itself. */
  WAITING,
  /** The live replica has answered its hello: takes the log or a state transfer; not enlisted. */
  CANDIDATE,
  /** Live, guest not running: waits for a backup to enlist. */
  LIVE_WAITING,
  /** Live, with a backup that must acknowledge what leaves. */
  PRIMARY,
  /** Live, its guest stopped for the backup to take over; becomes the backup then. */
  HANDING_OVER,
  /** Live, has given its backup up and claims to go on alone; outputs wait. */
  GOING_ALONE,
  /** Live without a backup. */
  ALONE,
  /** Enlisted: receives the log and executes it. */
  BACKUP,
  /** Has been handed the role, has executed the whole log, and asks to switch roles. */
  TAKING_OVER,
  /** Has sealed its log and claims. */
  SEALED,
  /** Has won its claim; replays its log to the end and attaches the disks. */
  GOING_LIVE,
  /** Has stopped for good. */
  HALTED;

  /** Whether the arbiter's record names this replica live. */
  public boolean isLive() {
    return switch (this) {
      case LIVE_WAITING, PRIMARY, HANDING_OVER, GOING_ALONE, ALONE, GOING_LIVE -> true;
      case WAITING, CANDIDATE, BACKUP, TAKING_OVER, SEALED, HALTED -> false;
    };
  }
}
