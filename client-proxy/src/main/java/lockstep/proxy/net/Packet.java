package lockstep.proxy.net;

/** What a frame from the guest turned out to be. */
public sealed interface Packet {

  /** Who has {@code target}? (RFC 826) */
  record ArpRequest(MacAddress senderMac, Ipv4Address sender, Ipv4Address target)
      implements Packet {}

  /**
   * An ICMP echo request (RFC 792).
   *
   * @param rest identifier, sequence number and data, to be sent back as they are
   */
  record EchoRequest(Ipv4Address source, Ipv4Address destination, Slice rest) implements Packet {}

  /**
   * A UDP datagram.
   *
   * @param quote the IP header and the first bytes, for an ICMP error
   */
  record Udp(
      Ipv4Address source,
      int sourcePort,
      Ipv4Address destination,
      int destinationPort,
      Slice payload,
      Slice quote)
      implements Packet {}

  /** A TCP segment; {@code quote} as in {@link Udp}. */
  record Tcp(Ipv4Address source, Ipv4Address destination, TcpSegment segment, Slice quote)
      implements Packet {}

  /** Nothing for the proxy: malformed, or of a kind it does not speak. */
  record Dropped(Reason reason) implements Packet {}

  /** Why a frame was dropped. */
  enum Reason {
    TOO_SHORT,
    /** IPv6, VLANs, and whatever else an operating system tries. */
    OTHER_PROTOCOL,
    MALFORMED_ARP,
    MALFORMED_IP,
    MALFORMED_ICMP,
    MALFORMED_UDP,
    MALFORMED_TCP,
    BAD_CHECKSUM
  }
}
