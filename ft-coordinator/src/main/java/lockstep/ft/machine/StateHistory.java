package lockstep.ft.machine;

import java.io.IOException;
import java.io.OutputStream;

/**
 * States in which a machine has been and that it can still tell, to explain how two machines came
 * to differ. A remembered state costs what has changed since; while nothing is remembered, nothing
 * is kept. What is remembered is no part of the state, and nothing that a guest could see.
 */
public interface StateHistory {

  /**
   * Remembers the present state; every output must have been drained before.
   *
   * @return the state's number; they count up
   */
  long remember();

  /** Forgets the states with numbers below {@code first}. */
  void forgetBefore(long first);

  /** Forgets all states; keeps nothing until the next is remembered. */
  void forgetAll();

  /** Whether {@code state} can still be told; the machine forgets all if too much changes. */
  boolean remembers(long state);

  /** About how much has been kept since the last state was remembered. */
  long keptBytes();

  /**
   * As {@link DeterministicMachine#save}, of a remembered state.
   *
   * @throws IllegalArgumentException if it is not remembered
   */
  void save(long state, OutputStream out) throws IOException;
}
