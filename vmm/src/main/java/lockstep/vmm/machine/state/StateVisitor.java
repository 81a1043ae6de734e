package lockstep.vmm.machine.state;

/**
 * One visit of a component's state, field by field. The same traversal serves every purpose: a
 * saving or hashing visitor takes the value it is given and returns it; a restoring one returns
 * what was saved. So a component declares its state once:
 *
 * <pre>{@code
 * void visit(StateVisitor state) {
 *   pc = state.int64("pc", pc);
 *   state.int64s("x", x);
 * }
 * }</pre>
 *
 * <p>After a restore the component derives again whatever is only a cache. A restored value that
 * the component can't hold is refused with {@link StateException}.
 */
public interface StateVisitor {

  /** Opens a named group; closed by {@link #leave}. */
  void enter(String name);

  void leave();

  long int64(String name, long value);

  int int32(String name, int value);

  boolean flag(String name, boolean value);

  /** A byte string whose length may change. */
  byte[] bytes(String name, byte[] value);

  /** An array of fixed length, visited in place. */
  void int64s(String name, long[] values);

  /** An array of fixed length, visited in place. */
  void int32s(String name, int[] values);

  /** Whether this visit replaces the state, so that caches must be derived anew behind it. */
  boolean restoring();
}
