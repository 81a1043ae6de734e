package lockstep.proxy.net;

import java.util.HexFormat;

/** An Ethernet address, in the low 48 bits. */
public record MacAddress(long bits) {
  static final int BYTES = 6;

  /**
   * Parses {@code 52:54:00:12:34:56}.
   *
   * @throws IllegalArgumentException if {@code text} is anything else
   */
  public static MacAddress parse(String text) {
    if (!text.matches("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}")) {
      throw new IllegalArgumentException("not an Ethernet address: " + text);
    }
    return new MacAddress(HexFormat.fromHexDigitsToLong(text.replace(":", "")));
  }

  static MacAddress read(Slice bytes, int at) {
    return new MacAddress((long) bytes.u16(at) << 32 | bytes.i32(at + 2) & 0xffff_ffffL);
  }

  void write(byte[] bytes, int at) {
    Wire.put48(bytes, at, bits);
  }

  @Override
  public String toString() {
    return String.format("%012x", bits).replaceAll("(..)(?!$)", "$1:");
  }
}
