package lockstep.ft.machine;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.Consumer;

/**
 * A machine that is a function of its inputs and their positions.
 *
 * <p>A <em>step</em> is an instruction retired or a trap taken; the <em>position</em> counts steps
 * since power-on, all harts together. Two machines of the same definition that were given the same
 * inputs at the same positions are equal, however their running was cut into calls of {@link #run}.
 *
 * <p>The first input of every machine is {@link Input.PoweredOn} at position 0. One thread owns a
 * machine; nothing here blocks.
 */
public interface DeterministicMachine {

  /** Why {@link #run} returned. */
  enum Pause {
    /** The position limit has been reached. */
    LIMIT,
    /**
     * The step just executed made an output (see {@link #drainOutputs}); the position is just
     * behind it. Says nothing about the limit, which may have been reached too.
     */
    OUTPUT,
    /**
     * Every hart waits for an interrupt and none is pending: the position can't move before an
     * input ends the wait. Running again without one returns IDLE again.
     */
    IDLE,
    /** The guest has switched itself off; nothing moves the position any more. */
    OFF
  }

  /** Steps since power-on. */
  long position();

  /**
   * Executes until the position is {@code positionLimit}, or something else pauses the machine
   * before.
   *
   * @throws IllegalArgumentException if the limit lies behind the position
   */
  Pause run(long positionLimit);

  /**
   * Injects {@code input} at the current position, between two steps. Several apply in call order.
   */
  void inject(Input input);

  /** Hands out every output made since the last call, in the order it was made, and forgets it. */
  void drainOutputs(Consumer<? super Output> sink);

  /**
   * Guest time in nanoseconds: guest state, advanced by a fixed ratio per step and by {@link
   * Input.ClockMoved}.
   */
  long timeNanos();

  /** Guest time at which the next armed timer fires, or {@link Long#MAX_VALUE} if none is armed. */
  long nextTimerNanos();

  /** Hash of the complete state; incremental, so that asking costs about as much as was changed. */
  StateHash hash();

  /**
   * Writes the complete state; {@link #restore} of a machine with the same definition reads it.
   *
   * <p>Every output must have been drained before.
   */
  void save(OutputStream out) throws IOException;

  /**
   * Replaces the complete state by a saved one, from which the machine continues exactly as the
   * saved one would have.
   *
   * @throws IOException if the bytes are no saved state of this definition and machine version, or
   *     are cut short; the machine must then not be used
   */
  void restore(InputStream in) throws IOException;

  // State transfer: the same state in two parts.

  /** The memory, page by page. */
  PagedMemory pages();

  /** As {@link #save}, without what the pages hold. */
  void saveWithoutPages(OutputStream out) throws IOException;

  /**
   * As {@link #restore}, of a state saved without the pages, which have all been written before.
   */
  void restoreWithoutPages(InputStream in) throws IOException;

  /** The states in which this machine has been and that are remembered. */
  StateHistory history();
}
