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
        public boolean offer(Request request) {
          return false;
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
   */
  record Request(int page, int entrySlot, byte[] code) {}

  /**
   * What came of it.
   *
   * @param unit null if there is nothing to gain at that entry
   * @param covered the slots that the unit was made from
   */
  record Result(Request request, @Nullable CompiledUnit unit, BitSet covered) {}

  Mode mode();

  /** Takes a request, or returns false: there is no room, ask again later if it is still worth. */
  boolean offer(Request request);

  /** A result not polled yet, or null. */
  @Nullable Result poll();
}
