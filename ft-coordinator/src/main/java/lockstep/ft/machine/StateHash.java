package lockstep.ft.machine;

/**
 * Hash of a machine's complete state at one position.
 *
 * @param harts hash of the harts and devices, with everything hidden in them
 * @param memory hash of the guest's physical memory
 */
public record StateHash(long harts, long memory) {
  @Override
  public String toString() {
    return String.format("%016x-%016x", harts, memory);
  }
}
