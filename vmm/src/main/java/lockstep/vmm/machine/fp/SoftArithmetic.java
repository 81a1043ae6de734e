package lockstep.vmm.machine.fp;

/** stub */
final class SoftArithmetic {
  private SoftArithmetic() {}

  static long add(Format format, long a, long b, int roundingMode, FpStatus status) {
    throw new UnsupportedOperationException();
  }

  static long mul(Format format, long a, long b, int roundingMode, FpStatus status) {
    throw new UnsupportedOperationException();
  }

  static long div(Format format, long a, long b, int roundingMode, FpStatus status) {
    throw new UnsupportedOperationException();
  }

  static long sqrt(Format format, long a, int roundingMode, FpStatus status) {
    throw new UnsupportedOperationException();
  }

  static long fma(Format format, long a, long b, long c, int roundingMode, FpStatus status) {
    throw new UnsupportedOperationException();
  }
}
