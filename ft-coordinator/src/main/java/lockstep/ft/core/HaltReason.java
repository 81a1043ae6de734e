package lockstep.ft.core;

/** Why a replica has stopped for good. */
public enum HaltReason {
  /** The guest has switched itself off; the arbiter's record is vacant. */
  GUEST_OFF,
  /** The guest has asked for a reset; a new start is due. */
  GUEST_RESET,
  /** The guest was saved and stopped; the arbiter's record is vacant. */
  SUSPENDED,
  /** Somebody else was granted what this replica claimed, or is live at a higher epoch. */
  LOST,
  /** The disk server has refused this replica's epoch. */
  FENCED,
  /** The live replica has dismissed this backup or gone on without it. */
  DISMISSED,
  /** This backup's state differs from the primary's. */
  DIVERGED,
  /** A state transfer to this replica broke off, and its machine can't be what it was before. */
  TRANSFER_LOST,
  /** The live replica has refused this one for good: other version, other definition. */
  REFUSED;
}
