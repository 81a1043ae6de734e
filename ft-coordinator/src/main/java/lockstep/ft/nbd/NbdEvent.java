package lockstep.ft.nbd;

import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskStatus;

/**
 * What an {@link NbdClient} tells: {@link Attached} at most once and first, any number of {@link
 * Completed}, then exactly one of {@link Fenced}, {@link Refused} and {@link Lost}; after {@link
 * NbdClient#close} nothing.
 */
public sealed interface NbdEvent {

  /** The server has answered the attach; every older attach of this disk has ended before. */
  record Attached(ExportInfo export) implements NbdEvent {}

  /**
   * A request was answered.
   *
   * @param data what was read, for a READ with status OK; empty otherwise
   */
  record Completed(long token, DiskStatus status, Bytes data) implements NbdEvent {}

  /**
   * The epoch of this attach is over: somebody else may be live. Nothing that was still open has
   * been applied after the newer epoch was granted. The last event.
   *
   * <p>Every change of the arbiter's record raises the epoch, also one that this replica has asked
   * for itself (enlist, dismiss, going on alone), and this event may overtake the arbiter's answer.
   * So it halts a replica only if no newer epoch is its own.
   */
  record Fenced(String reason) implements NbdEvent {}

  /** The server has refused the attach for another reason: no such export, say. The last event. */
  record Refused(String reason) implements NbdEvent {}

  /**
   * There was no connection, or it was lost. Whether open requests were applied is unknown. The
   * last event.
   */
  record Lost(String reason) implements NbdEvent {}
}
