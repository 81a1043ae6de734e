package lockstep.proxy.net;

/** The Internet checksum: the one's complement sum of 16-bit words (RFC 1071). */
final class Checksum {
  private Checksum() {}

  /** Adds {@code length} bytes to a sum that was folded or is still small. */
  static long sum(long sum, byte[] bytes, int offset, int length) {
    int end = offset + (length & ~1);
    for (int i = offset; i < end; i += 2) {
      sum += (bytes[i] & 0xff) << 8 | (bytes[i + 1] & 0xff);
    }
    if ((length & 1) != 0) {
      sum += (bytes[end] & 0xff) << 8;
    }
    return sum;
  }

  /** Folds a sum into 16 bits, not complemented. */
  static int fold(long sum) {
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (int) sum;
  }

  /** The checksum field that makes the sum come out right. */
  static int complement(long sum) {
    return ~fold(sum) & 0xffff;
  }

  /** The pseudo header of TCP (RFC 9293, 3.1) and UDP (RFC 768), as a sum. */
  static long pseudoHeader(
      Ipv4Address source, Ipv4Address destination, int protocol, int lengthBytes) {
    return (source.bits() >>> 16)
        + (source.bits() & 0xffff)
        + (destination.bits() >>> 16)
        + (destination.bits() & 0xffff)
        + (long) protocol
        + lengthBytes;
  }

  /** Whether bytes that contain their own checksum add up. */
  static boolean holds(long initial, Slice bytes) {
    return fold(sum(initial, bytes.array(), bytes.offset(), bytes.length())) == 0xffff;
  }
}
