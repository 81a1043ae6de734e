package lockstep.proxy.net;

import java.util.Optional;

/**
 * A TCP segment (RFC 9293, 3.1). The urgent pointer is not kept: urgent data arrives as ordinary
 * data, which is what RFC 6093 asks applications to expect.
 *
 * @param window as on the wire, not yet scaled
 */
public record TcpSegment(
    int sourcePort,
    int destinationPort,
    int sequence,
    int acknowledgment,
    int flags,
    int window,
    TcpOptions options,
    Slice payload) {

  static final int HEADER_BYTES = 20;
  static final int CHECKSUM_OFFSET = 16;

  public static final int FIN = 0x01;
  public static final int SYN = 0x02;
  public static final int RST = 0x04;
  public static final int PSH = 0x08;
  public static final int ACK = 0x10;
  private static final int FLAGS_KNOWN = FIN | SYN | RST | PSH | ACK;

  /** Empty if the bytes are no TCP segment. Its checksum is the caller's to look at. */
  static Optional<TcpSegment> parse(Slice bytes) {
    if (bytes.length() < HEADER_BYTES) {
      return Optional.empty();
    }
    int headerBytes = (bytes.u8(12) >>> 4) * 4;
    if (headerBytes < HEADER_BYTES || headerBytes > bytes.length()) {
      return Optional.empty();
    }
    return TcpOptions.parse(bytes.part(HEADER_BYTES, headerBytes - HEADER_BYTES))
        .map(
            options ->
                new TcpSegment(
                    bytes.u16(0),
                    bytes.u16(2),
                    bytes.i32(4),
                    bytes.i32(8),
                    bytes.u8(13) & FLAGS_KNOWN,
                    bytes.u16(14),
                    options,
                    bytes.from(headerBytes)));
  }

  /** Header bytes with options. */
  int headerBytes() {
    return HEADER_BYTES + options.bytes();
  }

  /** Writes the segment with a checksum field of 0. */
  void write(byte[] bytes, int at) {
    Wire.put16(bytes, at, sourcePort);
    Wire.put16(bytes, at + 2, destinationPort);
    Wire.put32(bytes, at + 4, sequence);
    Wire.put32(bytes, at + 8, acknowledgment);
    Wire.put8(bytes, at + 12, headerBytes() / 4 << 4);
    Wire.put8(bytes, at + 13, flags);
    Wire.put16(bytes, at + 14, window);
    options.write(bytes, at + HEADER_BYTES);
    payload.copyTo(bytes, at + headerBytes());
  }

  public boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** SEG.LEN: the sequence numbers that the segment occupies (RFC 9293, 3.4). */
  public int length() {
    return payload.length() + (has(SYN) ? 1 : 0) + (has(FIN) ? 1 : 0);
  }

  /** As a golden transcript shows it: {@code SYN|ACK seq=1 ack=2 win=3 len=0}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    String[] names = {"FIN", "SYN", "RST", "PSH", "ACK"};
    for (int bit = 0; bit < names.length; bit++) {
      if (has(1 << bit)) {
        text.append(text.isEmpty() ? "" : "|").append(names[bit]);
      }
    }
    text.append(" seq=").append(Integer.toUnsignedString(sequence));
    text.append(" ack=").append(Integer.toUnsignedString(acknowledgment));
    text.append(" win=").append(window).append(" len=").append(payload.length());
    options.maximumSegmentSize().ifPresent(mss -> text.append(" mss=").append(mss));
    options.windowScale().ifPresent(scale -> text.append(" ws=").append(scale));
    return text.toString();
  }
}
