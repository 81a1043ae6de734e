package lockstep.vmm.machine.state;

/** Hashes the values of all fields in the order of the visit; names don't count. */
public final class HashingVisitor implements StateVisitor {
  private static final long PRIME_1 = 0x9E3779B185EBCA87L;
  private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;

  private long hash = PRIME_1;

  public long hash() {
    long mixed = (hash ^ (hash >>> 33)) * PRIME_2;
    return mixed ^ (mixed >>> 29);
  }

  private void add(long value) {
    hash = Long.rotateLeft(hash ^ (value * PRIME_2), 31) * PRIME_1 + 1;
  }

  @Override
  public void enter(String name) {}

  @Override
  public void leave() {}

  @Override
  public long int64(String name, long value) {
    add(value);
    return value;
  }

  @Override
  public int int32(String name, int value) {
    add(value);
    return value;
  }

  @Override
  public boolean flag(String name, boolean value) {
    add(value ? 1 : 0);
    return value;
  }

  @Override
  public byte[] bytes(String name, byte[] value) {
    add(value.length);
    for (byte b : value) {
      add(b);
    }
    return value;
  }

  @Override
  public void int64s(String name, long[] values) {
    for (long value : values) {
      add(value);
    }
  }

  @Override
  public void int32s(String name, int[] values) {
    for (int value : values) {
      add(value);
    }
  }

  @Override
  public boolean restoring() {
    return false;
  }
}
