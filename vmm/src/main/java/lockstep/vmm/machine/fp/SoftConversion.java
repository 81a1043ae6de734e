package lockstep.vmm.machine.fp;

/** stub */
final class SoftConversion {
  private SoftConversion() {}

  static long toInteger(
      Format format, long a, int width, boolean signed, int roundingMode, FpStatus status) {
    throw new UnsupportedOperationException();
  }

  static long fromInteger(
      Format format, boolean negative, long magnitude, int roundingMode, FpStatus status) {
    throw new UnsupportedOperationException();
  }

  static long convert(Format from, Format to, long a, int roundingMode, FpStatus status) {
    throw new UnsupportedOperationException();
  }
}
