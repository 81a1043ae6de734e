package lockstep.proxy.net;

/**
 * Makes the frames that go to the guest.
 *
 * <p>TCP segments larger than the guest's segment size become large frames (virtio 1.2, 5.1.6.4:
 * VIRTIO_NET_F_GUEST_TSO4): the guest's stack takes them whole. With offload, TCP checksums are
 * left partial (VIRTIO_NET_F_GUEST_CSUM): the bytes never cross a wire that could harm them.
 *
 * @param source Ethernet address of the proxy
 * @param destination Ethernet address of the guest
 * @param offload whether large frames and partial checksums may be used
 */
public record FrameWriter(MacAddress source, MacAddress destination, boolean offload) {
  private static final int ETHERNET_AT = VirtioNetHeader.BYTES;
  private static final int IP_AT = ETHERNET_AT + FrameReader.ETHERNET_BYTES;
  private static final int PAYLOAD_AT = IP_AT + Ipv4Header.BYTES;

  private static final int ICMP_ECHO_REPLY = 0;
  private static final int ICMP_UNREACHABLE = 3;

  /** TCP and IPv4 headers without options: what an MTU loses to them. */
  public static final int TCP_IP_HEADER_BYTES = TcpSegment.HEADER_BYTES + Ipv4Header.BYTES;

  /** Codes of "destination unreachable" (RFC 792; RFC 1122, 3.2.2.1). */
  public enum Unreachable {
    HOST(1),
    PORT(3),
    PROHIBITED(13);

    private final int code;

    Unreachable(int code) {
      this.code = code;
    }
  }

  /** Tells the asker that {@code target} is at the proxy. */
  public byte[] arpReply(Packet.ArpRequest request) {
    byte[] frame = frame(FrameReader.ETHERTYPE_ARP, FrameReader.ARP_BYTES);
    Wire.put16(frame, IP_AT, 1);
    Wire.put16(frame, IP_AT + 2, FrameReader.ETHERTYPE_IPV4);
    Wire.put8(frame, IP_AT + 4, MacAddress.BYTES);
    Wire.put8(frame, IP_AT + 5, Ipv4Address.BYTES);
    Wire.put16(frame, IP_AT + 6, 2);
    source.write(frame, IP_AT + 8);
    Wire.put32(frame, IP_AT + 14, request.target().bits());
    request.senderMac().write(frame, IP_AT + 18);
    Wire.put32(frame, IP_AT + 24, request.sender().bits());
    return frame;
  }

  public byte[] echoReply(Packet.EchoRequest request) {
    return icmp(
        request.destination(), request.source(), ICMP_ECHO_REPLY, 0, request.rest().toArray());
  }

  /** An ICMP error from {@code from} about the packet that {@code quote} begins. */
  public byte[] unreachable(Ipv4Address from, Ipv4Address to, Unreachable what, Slice quote) {
    byte[] rest = new byte[4 + quote.length()];
    quote.copyTo(rest, 4);
    return icmp(from, to, ICMP_UNREACHABLE, what.code, rest);
  }

  private byte[] icmp(Ipv4Address from, Ipv4Address to, int type, int code, byte[] rest) {
    int bytes = 4 + rest.length;
    byte[] frame = ipv4(new Ipv4Header(Ipv4Header.PROTOCOL_ICMP, from, to), bytes);
    Wire.put8(frame, PAYLOAD_AT, type);
    Wire.put8(frame, PAYLOAD_AT + 1, code);
    System.arraycopy(rest, 0, frame, PAYLOAD_AT + 4, rest.length);
    long sum = Checksum.sum(0, frame, PAYLOAD_AT, bytes);
    Wire.put16(frame, PAYLOAD_AT + 2, Checksum.complement(sum));
    return frame;
  }

  public byte[] udp(Ipv4Address from, int fromPort, Ipv4Address to, int toPort, Slice payload) {
    int bytes = FrameReader.UDP_HEADER_BYTES + payload.length();
    Ipv4Header ip = new Ipv4Header(Ipv4Header.PROTOCOL_UDP, from, to);
    byte[] frame = ipv4(ip, bytes);
    Wire.put16(frame, PAYLOAD_AT, fromPort);
    Wire.put16(frame, PAYLOAD_AT + 2, toPort);
    Wire.put16(frame, PAYLOAD_AT + 4, bytes);
    payload.copyTo(frame, PAYLOAD_AT + FrameReader.UDP_HEADER_BYTES);
    long sum = Checksum.sum(ip.pseudoHeader(bytes), frame, PAYLOAD_AT, bytes);
    int checksum = Checksum.complement(sum);
    Wire.put16(frame, PAYLOAD_AT + 6, checksum == 0 ? 0xffff : checksum); // RFC 768: 0 means none
    return frame;
  }

  /**
   * @param segmentSize payload bytes that the receiver takes in one segment; a longer payload makes
   *     a large frame
   * @throws IllegalArgumentException if the payload is longer and there is no offload
   */
  public byte[] tcp(Ipv4Address from, Ipv4Address to, TcpSegment segment, int segmentSize) {
    boolean large = segment.payload().length() > segmentSize;
    if (large && !offload) {
      throw new IllegalArgumentException("a large frame without offload");
    }
    int bytes = segment.headerBytes() + segment.payload().length();
    Ipv4Header ip = new Ipv4Header(Ipv4Header.PROTOCOL_TCP, from, to);
    byte[] frame = ipv4(ip, bytes);
    segment.write(frame, PAYLOAD_AT);
    int checksumAt = PAYLOAD_AT + TcpSegment.CHECKSUM_OFFSET;
    long pseudo = ip.pseudoHeader(bytes);
    if (!offload) {
      long sum = Checksum.sum(pseudo, frame, PAYLOAD_AT, bytes);
      Wire.put16(frame, checksumAt, Checksum.complement(sum));
      return frame;
    }
    Wire.put16(frame, checksumAt, Checksum.fold(pseudo));
    new VirtioNetHeader(
            VirtioNetHeader.NEEDS_CSUM,
            large ? VirtioNetHeader.GSO_TCPV4 : VirtioNetHeader.GSO_NONE,
            large ? PAYLOAD_AT - ETHERNET_AT + segment.headerBytes() : 0,
            large ? segmentSize : 0,
            PAYLOAD_AT - ETHERNET_AT,
            TcpSegment.CHECKSUM_OFFSET)
        .write(frame);
    return frame;
  }

  private byte[] ipv4(Ipv4Header header, int payloadBytes) {
    byte[] frame = frame(FrameReader.ETHERTYPE_IPV4, Ipv4Header.BYTES + payloadBytes);
    header.write(frame, IP_AT, payloadBytes);
    return frame;
  }

  private byte[] frame(int etherType, int payloadBytes) {
    byte[] frame = new byte[IP_AT + payloadBytes];
    VirtioNetHeader.PLAIN.write(frame);
    destination.write(frame, ETHERNET_AT);
    source.write(frame, ETHERNET_AT + MacAddress.BYTES);
    Wire.put16(frame, ETHERNET_AT + 12, etherType);
    return frame;
  }
}
