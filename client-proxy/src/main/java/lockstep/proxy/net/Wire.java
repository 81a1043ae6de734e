package lockstep.proxy.net;

/** Writes numbers in network byte order. */
final class Wire {
  private Wire() {}

  static void put8(byte[] bytes, int at, int value) {
    bytes[at] = (byte) value;
  }

  static void put16(byte[] bytes, int at, int value) {
    bytes[at] = (byte) (value >>> 8);
    bytes[at + 1] = (byte) value;
  }

  static void put32(byte[] bytes, int at, int value) {
    put16(bytes, at, value >>> 16);
    put16(bytes, at + 2, value);
  }

  static void put48(byte[] bytes, int at, long value) {
    put16(bytes, at, (int) (value >>> 32));
    put32(bytes, at + 2, (int) value);
  }
}
