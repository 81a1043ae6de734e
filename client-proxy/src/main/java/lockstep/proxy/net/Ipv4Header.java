package lockstep.proxy.net;

import java.util.Optional;

/**
 * An IPv4 header (RFC 791, 3.1). Options are skipped; fragments are not put together: the guest's
 * TCP announces a segment size that fits, and the only UDP here is DNS.
 */
record Ipv4Header(int protocol, Ipv4Address source, Ipv4Address destination) {
  static final int BYTES = 20;
  static final int PROTOCOL_ICMP = 1;
  static final int PROTOCOL_TCP = 6;
  static final int PROTOCOL_UDP = 17;

  private static final int TIME_TO_LIVE = 64;
  private static final int DONT_FRAGMENT = 0x4000;
  private static final int MORE_FRAGMENTS_OR_OFFSET = 0x3fff;

  /** A header and what it carries, without the padding of a short frame. */
  record Parsed(Ipv4Header header, Slice header20, Slice payload) {}

  /** Empty if the bytes are not one whole IPv4 packet with a right checksum. */
  static Optional<Parsed> parse(Slice packet) {
    if (packet.length() < BYTES || packet.u8(0) >>> 4 != 4) {
      return Optional.empty();
    }
    int headerBytes = (packet.u8(0) & 0xf) * 4;
    int totalBytes = packet.u16(2);
    if (headerBytes < BYTES || totalBytes < headerBytes || totalBytes > packet.length()) {
      return Optional.empty();
    }
    boolean fragment = (packet.u16(6) & MORE_FRAGMENTS_OR_OFFSET) != 0;
    if (fragment || !Checksum.holds(0, packet.part(0, headerBytes))) {
      return Optional.empty();
    }
    Ipv4Header header =
        new Ipv4Header(
            packet.u8(9), new Ipv4Address(packet.i32(12)), new Ipv4Address(packet.i32(16)));
    return Optional.of(
        new Parsed(
            header,
            packet.part(0, headerBytes),
            packet.part(headerBytes, totalBytes - headerBytes)));
  }

  void write(byte[] bytes, int at, int payloadBytes) {
    Wire.put8(bytes, at, 0x45);
    Wire.put8(bytes, at + 1, 0);
    Wire.put16(bytes, at + 2, BYTES + payloadBytes);
    Wire.put16(bytes, at + 4, 0);
    Wire.put16(bytes, at + 6, DONT_FRAGMENT);
    Wire.put8(bytes, at + 8, TIME_TO_LIVE);
    Wire.put8(bytes, at + 9, protocol);
    Wire.put16(bytes, at + 10, 0);
    Wire.put32(bytes, at + 12, source.bits());
    Wire.put32(bytes, at + 16, destination.bits());
    Wire.put16(bytes, at + 10, Checksum.complement(Checksum.sum(0, bytes, at, BYTES)));
  }

  /** The sum with which the checksum of TCP or UDP begins. */
  long pseudoHeader(int payloadBytes) {
    return Checksum.pseudoHeader(source, destination, protocol, payloadBytes);
  }
}
