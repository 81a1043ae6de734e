package lockstep.ft.machine;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * Immutable bytes with value equality. The array is shared, not copied: whoever hands one over
 * never writes to it again.
 */
public final class Bytes {
  private static final int SHOWN_MAX = 16;

  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private final byte[] array;

  private Bytes(byte[] array) {
    this.array = array;
  }

  /** Wraps {@code array} without copying it; the caller gives it away. */
  public static Bytes of(byte[] array) {
    return array.length == 0 ? EMPTY : new Bytes(array);
  }

  /** The bytes themselves, to be read only. */
  public byte[] array() {
    return array;
  }

  public int length() {
    return array.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes bytes && Arrays.equals(array, bytes.array);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(array);
  }

  /** The length and the first bytes in hexadecimal. */
  @Override
  public String toString() {
    int shown = Math.min(array.length, SHOWN_MAX);
    String hex = HexFormat.of().formatHex(array, 0, shown);
    return array.length + " bytes " + hex + (shown < array.length ? "…" : "");
  }
}
