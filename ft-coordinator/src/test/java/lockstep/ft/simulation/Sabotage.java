package lockstep.ft.simulation;

/** Rules to be broken on purpose, to see that the checker notices. */
final class Sabotage {
  /** The checker says nothing: whatever is wrong, the clients must notice. */
  boolean onlyClientsLook;

  /** What replicas say of themselves is not held against the arbiter's records. */
  boolean statusIsNotLookedAt;

  // The server's.
  boolean ignoresFence;
  boolean grantsEveryClaim;

  /** The same, and its record knows nothing of it. */
  boolean forgetsItsGrants;

  boolean forgetsFlushedWrites;
  boolean hidesIncarnation;

  /** The proxy takes frames of any epoch. */
  boolean proxyTakesStaleFrames;

  // The replica's, brought about by what it is told and how its effects are carried out.

  /** Claims do not reach the arbiter. */
  boolean losesClaims;

  /** The last message of a state transfer never reaches the candidate. */
  boolean losesCuts;

  /** Outputs are counted otherwise than the machine does. */
  boolean miscountsFrames;

  /** The proxy is sent frames that no guest has made. */
  boolean inventsFrames;

  /** The console gets something else than the guest has written. */
  boolean garblesConsole;

  /** A guest that is paused goes on by a step. */
  boolean runsWhilePaused;

  /** A backup's machine is no function of its inputs, and nobody compares it with the primary's. */
  boolean flipsBitsUnseen;

  /** Acknowledgements that no backup has sent, to a primary. */
  boolean forgesAcks;

  /** The same, to a replica alone that has made the cut of a state transfer. */
  boolean forgesAcksFromTheCut;

  /** A disk, as soon as it is attached, gets all that is open, acknowledged or not. */
  boolean submitsEarly;

  /** Entropy is drawn at once. */
  boolean drawsEarly;

  /** A sealed backup acknowledges what still comes. */
  boolean acksAfterSeal;

  /** Leases seem to last for ever. */
  boolean stretchesLeases;

  /** A lease is believed to the last moment, whoever's clock is the faster. */
  boolean forgetsLeaseMargin;

  /** A backup forgets outputs that have not left the primary. */
  boolean forgetsKeptOutputs;

  /** Requests are issued again to another incarnation before the kept writes. */
  boolean reissuesBeforeCatchUp;

  /** A disk seems to have the size that it had when the process was started. */
  boolean hidesDiskSizes;

  /** The bound on the backup's lag is never reached. */
  boolean hidesLag;

  /** The guest of who has handed over is given something more. */
  boolean injectsBehindTheHandOver;

  /** State transfer is not told of every page that has changed. */
  boolean missesChangedPages;
}
