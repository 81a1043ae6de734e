package lockstep.vmm.machine.hart;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Guest code of one physical page, compiled to be entered at one slot. Its subclasses are made at
 * run time, see {@code lockstep.vmm.compiler}; the fields here belong to the table it is installed
 * in.
 */
public abstract class CompiledUnit {
  int id;
  int page;
  int entrySlot;

  /** The slots whose bytes the unit was made from. */
  BitSet covered = new BitSet();

  /** What the entry's slot held before. */
  long original;

  /** How often the hart has entered it, while that matters. */
  int entered;

  @Nullable CompiledUnit nextOfPage;

  /** For the compiler only; it extends this class. */
  protected CompiledUnit() {}

  /**
   * Executes guest code from the unit's entry on.
   *
   * @param virtualPage address under which the unit's page is mapped now
   * @param budget steps that may be executed
   * @return what is left of the budget, with {@link UnitContext#pc} where execution goes on; or its
   *     complement (a negative number), if the hart itself has to execute the instruction there
   */
  public abstract long runGuest(UnitContext context, long virtualPage, long budget);
}
