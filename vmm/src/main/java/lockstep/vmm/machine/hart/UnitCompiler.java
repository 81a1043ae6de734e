package lockstep.vmm.machine.hart;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Makes {@link CompiledUnit}s. When it delivers one, and whether it ever does, changes nothing that
 * the guest can see. The methods are called on the guest's thread and don't wait.
 */
public interface UnitCompiler {
  /** Compiles nothing: all is interpreted. */
  UnitCompiler NONE =
      new UnitCompiler() {
        @Override
        public Mode mode() {
          return Mode.OFF;
        }

        @Override
        public boolean hasRoom() {
          return false;
        }

        @Override
        public void offer(Request request) {
          throw new IllegalStateException("nothing is compiled");
        }

        @Override
        public @Nullable Result poll() {
          return null;
        }
      };

  /** What is worth to be compiled. */
  enum Mode {
    /** Nothing. */
    OFF,
    /** What is hot. */
    HOT,
    /** Everything, at its first execution. */
    EAGER
  }

  /**
   * Something to compile.
   *
   * @param page index of the physical page
   * @param entrySlot where the unit is to be entered, in units of 2 bytes
   * @param code the page's bytes as they were
   * @param reached the slots that control has been at, as far as is known; what has never been
   *     executed is not worth its part of a unit
   */
  record Request(int page, int entrySlot, byte[] code, BitSet reached) {}

  /**
   * What came of it.
   *
   * @param unit null if there is nothing to gain at that entry
   * @param covered the slots that the unit was made from
   */
  record Result(Request request, @Nullable CompiledUnit unit, BitSet covered) {}

  Mode mode();

  /** Whether something may be offered now; else ask again later. */
  boolean hasRoom();

  /** Takes a request, for which there must be room. */
  void offer(Request request);

  /** A result not polled yet, or null. */
  @Nullable Result poll();
}
