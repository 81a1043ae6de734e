package lockstep.ft.core;

import java.util.List;
import java.util.concurrent.TimeUnit;
import lockstep.ft.arbiter.Member;
import lockstep.ft.machine.Bytes;
import lockstep.ft.transfer.TransferLimits;

/**
 * What a replica is told when it is made.
 *
 * @param vm the VM's name
 * @param self this replica; its id is random and never used before
 * @param machineVersion changes with any behaviour that a guest can see
 * @param definitionDigest of the VM's definition
 * @param disksBytes the size of each of the disks, as the definition has it
 * @param startRule what to do while nobody is live
 * @param entropySeed for {@code PoweredOn}, 64 bytes; used if this replica powers the guest on
 * @param wallClockNanos for {@code PoweredOn}; used if this replica powers the guest on
 * @param limits bounds and times
 * @param logged whether to emit {@link Effect.Logged}
 */
public record ReplicaConfig(
    String vm,
    Member self,
    int machineVersion,
    String definitionDigest,
    List<Long> disksBytes,
    StartRule startRule,
    Bytes entropySeed,
    long wallClockNanos,
    Limits limits,
    boolean logged) {

  /** How many disks the guest has. */
  int disks() {
    return disksBytes.size();
  }

  /** What a replica does while nobody is live, or the live replica's lease is over. */
  public enum StartRule {
    /** Starts the guest, which runs once a backup is enlisted. */
    WITH_BACKUP,
    /** Starts the guest, which runs at once. */
    ALONE,
    /**
     * As {@link #WITH_BACKUP}, but only a guest that nobody runs: never over replicas that are
     * lost, though their lease is over.
     */
    NEVER_ANEW,
    /** Waits for somebody else to start. */
    NEVER
  }

  /**
   * Bounds and times; durations in nanoseconds.
   *
   * @param heartbeatNanos at most so long between two messages on the log channel
   * @param silenceNanosMin a peer in lockstep that was silent for less is never taken for dead; for
   *     how much it is, is learnt from how it is heard (see {@code FailureDetector})
   * @param silenceNanos a peer that was silent for so long is taken for dead in any case
   * @param retryNanos between two attempts at asking, dialling or attaching
   * @param leaseMarginNanos a lease counts as over so long before it is
   * @param lagNanosMax the backup may be behind by so much before the guest is held
   * @param clockStepNanos a running guest's clock is moved at least so often
   * @param diskSilenceNanos a disk request that is not answered for so long means that the attach
   *     is lost; doubled each time until a disk answers again
   * @param pathNanos a primary that has lacked a way for so long which its backup has hands over
   * @param hashEverySteps a state hash enters the log about so often; 0 for never
   * @param logUnackedBytesMax entries not acknowledged, before the guest is held
   * @param logUnexecutedBytesMax entries beyond what the backup has executed, before the guest is
   *     held
   * @param keptWritesBytesMax writes kept per replica that no completed flush covers; at half of it
   *     the replica flushes by itself, at all of it the guest is held
   * @param inputsPendingBytesMax frames and console bytes waiting for the guest; more are dropped
   * @param evidenceBytesMax log entries, and changes to the machine, that are kept for explaining a
   *     divergence; at half of it the state is checked, at all of it they are forgotten
   * @param transfer of a state transfer
   */
  public record Limits(
      long heartbeatNanos,
      long silenceNanosMin,
      long silenceNanos,
      long retryNanos,
      long leaseMarginNanos,
      long lagNanosMax,
      long clockStepNanos,
      long diskSilenceNanos,
      long pathNanos,
      long hashEverySteps,
      long logUnackedBytesMax,
      long logUnexecutedBytesMax,
      long keptWritesBytesMax,
      long inputsPendingBytesMax,
      long evidenceBytesMax,
      TransferLimits transfer) {

    /** What production uses. */
    public static final Limits DEFAULT =
        new Limits(
            TimeUnit.MILLISECONDS.toNanos(25),
            TimeUnit.MILLISECONDS.toNanos(150),
            TimeUnit.MILLISECONDS.toNanos(1000),
            TimeUnit.MILLISECONDS.toNanos(100),
            TimeUnit.MILLISECONDS.toNanos(500),
            TimeUnit.MILLISECONDS.toNanos(100),
            TimeUnit.MILLISECONDS.toNanos(1),
            TimeUnit.SECONDS.toNanos(10),
            TimeUnit.SECONDS.toNanos(1),
            50_000_000,
            16L << 20,
            32L << 20,
            64L << 20,
            8L << 20,
            32L << 20,
            TransferLimits.DEFAULT);

    /** The same with other bounds on silence (the upper one no lower), lag and a state transfer. */
    public Limits with(
        long otherSilenceNanosMin, long otherLagNanosMax, TransferLimits otherTransfer) {
      return new Limits(
          heartbeatNanos,
          otherSilenceNanosMin,
          Math.max(silenceNanos, otherSilenceNanosMin),
          retryNanos,
          leaseMarginNanos,
          otherLagNanosMax,
          clockStepNanos,
          diskSilenceNanos,
          pathNanos,
          hashEverySteps,
          logUnackedBytesMax,
          logUnexecutedBytesMax,
          keptWritesBytesMax,
          inputsPendingBytesMax,
          evidenceBytesMax,
          otherTransfer);
    }
  }
}
