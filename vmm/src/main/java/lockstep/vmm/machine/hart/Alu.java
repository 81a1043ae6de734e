package lockstep.vmm.machine.hart;

/**
 * Integer operations that take more than an operator. Static and free of state, so that interpreter
 * and compiled code share them.
 */
public final class Alu {
  private static final long LOW_BITS_OF_BYTES = 0x0101_0101_0101_0101L;

  private Alu() {}

  public static long mulhsu(long a, long b) {
    return Math.multiplyHigh(a, b) + (b < 0 ? a : 0);
  }

  /** Division by zero gives -1, overflow the dividend (unprivileged spec, table 10). */
  public static long div(long a, long b) {
    return b == 0 ? -1 : a / b;
  }

  public static long divu(long a, long b) {
    return b == 0 ? -1 : Long.divideUnsigned(a, b);
  }

  public static long rem(long a, long b) {
    return b == 0 ? a : a % b;
  }

  public static long remu(long a, long b) {
    return b == 0 ? a : Long.remainderUnsigned(a, b);
  }

  public static long divw(long a, long b) {
    return (int) b == 0 ? -1 : (int) a / (int) b;
  }

  public static long divuw(long a, long b) {
    return (int) b == 0 ? -1 : Integer.divideUnsigned((int) a, (int) b);
  }

  public static long remw(long a, long b) {
    return (int) b == 0 ? (int) a : (int) a % (int) b;
  }

  public static long remuw(long a, long b) {
    return (int) b == 0 ? (int) a : Integer.remainderUnsigned((int) a, (int) b);
  }

  public static long maxu(long a, long b) {
    return Long.compareUnsigned(a, b) > 0 ? a : b;
  }

  public static long minu(long a, long b) {
    return Long.compareUnsigned(a, b) < 0 ? a : b;
  }

  /** Every byte that is not zero becomes 0xff. */
  public static long orcb(long a) {
    long bits = a | a >>> 4 & 0x0f0f_0f0f_0f0f_0f0fL;
    bits |= bits >>> 2 & 0x3f3f_3f3f_3f3f_3f3fL;
    bits |= bits >>> 1 & 0x7f7f_7f7f_7f7f_7f7fL;
    return (bits & LOW_BITS_OF_BYTES) * 0xff;
  }
}
