package lockstep.proxy.tcp;

/** Sequence numbers: arithmetic modulo 2^32 (RFC 9293, 3.4). */
final class Sequence {
  private Sequence() {}

  static boolean lessThan(int a, int b) {
    return a - b < 0;
  }

  static boolean atMost(int a, int b) {
    return a - b <= 0;
  }

  /** Whether {@code start <= value < start + size}. */
  static boolean within(int value, int start, int size) {
    return Integer.compareUnsigned(value - start, size) < 0;
  }
}
