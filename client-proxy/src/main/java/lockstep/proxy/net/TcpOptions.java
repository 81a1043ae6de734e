package lockstep.proxy.net;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * The TCP options that a SYN may carry and that are understood here (RFC 9293, 3.2; RFC 7323, 2).
 * Unknown ones are skipped by their length.
 *
 * @param maximumSegmentSize payload bytes that the sender of this takes in one segment
 * @param windowScale shift count, 0 to 14
 */
public record TcpOptions(OptionalInt maximumSegmentSize, OptionalInt windowScale) {
  public static final TcpOptions NONE = new TcpOptions(OptionalInt.empty(), OptionalInt.empty());

  private static final int KIND_END = 0;
  private static final int KIND_NOP = 1;
  private static final int KIND_MSS = 2;
  private static final int KIND_WINDOW_SCALE = 3;

  /** RFC 7323, 2.3: a larger shift is used as 14. */
  public static final int WINDOW_SCALE_MAX = 14;

  public static TcpOptions of(int maximumSegmentSize, OptionalInt windowScale) {
    return new TcpOptions(OptionalInt.of(maximumSegmentSize), windowScale);
  }

  /** Empty if a length leads out of the options. */
  static Optional<TcpOptions> parse(Slice bytes) {
    if (bytes.length() == 0) {
      return Optional.of(NONE);
    }
    OptionalInt mss = OptionalInt.empty();
    OptionalInt scale = OptionalInt.empty();
    int at = 0;
    while (at < bytes.length() && bytes.u8(at) != KIND_END) {
      if (bytes.u8(at) == KIND_NOP) {
        at++;
        continue;
      }
      int length = at + 1 < bytes.length() ? bytes.u8(at + 1) : 0;
      if (length < 2 || at + length > bytes.length()) {
        return Optional.empty();
      }
      if (bytes.u8(at) == KIND_MSS && length == 4) {
        mss = OptionalInt.of(bytes.u16(at + 2));
      } else if (bytes.u8(at) == KIND_WINDOW_SCALE && length == 3) {
        scale = OptionalInt.of(Math.min(bytes.u8(at + 2), WINDOW_SCALE_MAX));
      }
      at += length;
    }
    return Optional.of(new TcpOptions(mss, scale));
  }

  /** Size on the wire, a multiple of 4. */
  int bytes() {
    return (maximumSegmentSize.isPresent() ? 4 : 0) + (windowScale.isPresent() ? 4 : 0);
  }

  void write(byte[] bytes, int start) {
    int at = start;
    if (maximumSegmentSize.isPresent()) {
      Wire.put8(bytes, at, KIND_MSS);
      Wire.put8(bytes, at + 1, 4);
      Wire.put16(bytes, at + 2, maximumSegmentSize.getAsInt());
      at += 4;
    }
    if (windowScale.isPresent()) {
      Wire.put8(bytes, at, KIND_NOP);
      Wire.put8(bytes, at + 1, KIND_WINDOW_SCALE);
      Wire.put8(bytes, at + 2, 3);
      Wire.put8(bytes, at + 3, windowScale.getAsInt());
    }
  }
}
