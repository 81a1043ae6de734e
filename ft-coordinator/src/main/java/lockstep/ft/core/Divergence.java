package lockstep.ft.core;

import java.util.List;
import java.util.Optional;
import lockstep.ft.log.LogEntry;
import lockstep.ft.machine.StateHash;
import lockstep.ft.machine.StateHistory;

/**
 * Two machines that should be equal differ: what one of the replicas knows about it. Each keeps its
 * own side; replaying {@code entries} from the last equal state tells which of them is right.
 *
 * @param by whose side this is: {@link Role#PRIMARY} or {@link Role#BACKUP}
 * @param epoch at which it happened
 * @param lsn of the entry that showed the difference
 * @param position of the backup's machine at that entry, in steps
 * @param what the difference, for people
 * @param other hash of the other one's state at that entry, if the entry was a check
 * @param lastEqual the last check at which both were equal, if one is known
 * @param entries the log since then, as far as this replica has executed it, or only up to {@code
 *     lsn} if {@code own} is present; empty if there is no {@code lastEqual}
 * @param own this replica's state at that entry, if it was a check that this replica has run past;
 *     otherwise its present state counts
 */
public record Divergence(
    Role by,
    long epoch,
    long lsn,
    long position,
    String what,
    Optional<StateHash> other,
    Optional<Check> lastEqual,
    List<LogEntry> entries,
    Optional<Check> own) {

  /**
   * A check of the state, where the machine was remembered.
   *
   * @param nextLsn of the entry behind it
   * @param position in steps
   * @param hash of this replica's state there
   * @param core what a replay from there must know
   * @param state number of the state in the machine's {@link StateHistory}; valid while the effect
   *     is carried out
   */
  public record Check(long nextLsn, long position, StateHash hash, CoreState core, long state) {}

  public Divergence {
    entries = List.copyOf(entries);
  }
}
