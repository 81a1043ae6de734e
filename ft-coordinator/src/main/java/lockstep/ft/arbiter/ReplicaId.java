package lockstep.ft.arbiter;

import java.util.HexFormat;

/** Identifies one start of a VMM process: 128 random bits, never used again. */
public record ReplicaId(long high, long low) implements Comparable<ReplicaId> {

  /**
   * Parses 32 hexadecimal digits.
   *
   * @throws IllegalArgumentException if {@code text} is anything else
   */
  public static ReplicaId parse(String text) {
    if (text.length() != 32) {
      throw new IllegalArgumentException("a replica id has 32 hexadecimal digits: " + text);
    }
    return new ReplicaId(
        HexFormat.fromHexDigitsToLong(text, 0, 16), HexFormat.fromHexDigitsToLong(text, 16, 32));
  }

  @Override
  public int compareTo(ReplicaId other) {
    int byHigh = Long.compareUnsigned(high, other.high);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
  }

  /** The first eight digits: enough for people. */
  public String brief() {
    return toString().substring(0, 8);
  }

  /** 32 hexadecimal digits. */
  @Override
  public String toString() {
    return String.format("%016x%016x", high, low);
  }
}
