package lockstep.proxy.net;

import lockstep.proxy.net.Packet.Dropped;
import lockstep.proxy.net.Packet.Reason;

/**
 * Takes frames apart: virtio_net_hdr, Ethernet, then ARP or IPv4. A total function: any bytes give
 * a packet or the reason why not.
 */
public final class FrameReader {
  static final int ETHERNET_BYTES = 14;
  static final int ETHERTYPE_IPV4 = 0x0800;
  static final int ETHERTYPE_ARP = 0x0806;
  static final int UDP_HEADER_BYTES = 8;
  static final int ICMP_ECHO_REQUEST = 8;
  static final int ARP_BYTES = 28;

  /** An ICMP error quotes the IP header and 8 bytes of what follows (RFC 792). */
  private static final int QUOTE_PAYLOAD_BYTES = 8;

  private static final int ICMP_HEADER_BYTES = 8;
  private static final int ARP_ETHERNET = 1;
  private static final int ARP_REQUEST = 1;

  private FrameReader() {}

  /** What {@code frame}, beginning with its virtio_net_hdr, is. */
  public static Packet read(byte[] frame) {
    if (frame.length < VirtioNetHeader.BYTES + ETHERNET_BYTES) {
      return new Dropped(Reason.TOO_SHORT);
    }
    Slice whole = Slice.of(frame);
    VirtioNetHeader header = VirtioNetHeader.read(whole);
    Slice ethernet = whole.from(VirtioNetHeader.BYTES);
    Slice payload = ethernet.from(ETHERNET_BYTES);
    return switch (ethernet.u16(12)) {
      case ETHERTYPE_ARP -> readArp(payload);
      case ETHERTYPE_IPV4 -> readIpv4(header, payload);
      default -> new Dropped(Reason.OTHER_PROTOCOL);
    };
  }

  private static Packet readArp(Slice arp) {
    if (arp.length() < ARP_BYTES
        || arp.u16(0) != ARP_ETHERNET
        || arp.u16(2) != ETHERTYPE_IPV4
        || arp.u8(4) != MacAddress.BYTES
        || arp.u8(5) != Ipv4Address.BYTES) {
      return new Dropped(Reason.MALFORMED_ARP);
    }
    if (arp.u16(6) != ARP_REQUEST) {
      return new Dropped(Reason.OTHER_PROTOCOL); // replies and announcements teach us nothing
    }
    return new Packet.ArpRequest(
        MacAddress.read(arp, 8), new Ipv4Address(arp.i32(14)), new Ipv4Address(arp.i32(24)));
  }

  private static Packet readIpv4(VirtioNetHeader offload, Slice packet) {
    return Ipv4Header.parse(packet)
        .map(
            ip -> {
              int quotedBytes = Math.min(QUOTE_PAYLOAD_BYTES, ip.payload().length());
              Slice quote = packet.part(0, ip.header20().length() + quotedBytes);
              return switch (ip.header().protocol()) {
                case Ipv4Header.PROTOCOL_TCP -> readTcp(offload, ip, quote);
                case Ipv4Header.PROTOCOL_UDP -> readUdp(offload, ip, quote);
                case Ipv4Header.PROTOCOL_ICMP -> readIcmp(ip);
                default -> new Dropped(Reason.OTHER_PROTOCOL);
              };
            })
        .orElseGet(() -> new Dropped(Reason.MALFORMED_IP));
  }

  private static Packet readTcp(VirtioNetHeader offload, Ipv4Header.Parsed ip, Slice quote) {
    if (!checksumHolds(offload, ip)) {
      return new Dropped(Reason.BAD_CHECKSUM);
    }
    return TcpSegment.parse(ip.payload())
        .<Packet>map(
            segment ->
                new Packet.Tcp(ip.header().source(), ip.header().destination(), segment, quote))
        .orElseGet(() -> new Dropped(Reason.MALFORMED_TCP));
  }

  private static Packet readUdp(VirtioNetHeader offload, Ipv4Header.Parsed ip, Slice quote) {
    Slice udp = ip.payload();
    if (udp.length() < UDP_HEADER_BYTES
        || udp.u16(4) < UDP_HEADER_BYTES
        || udp.u16(4) > udp.length()) {
      return new Dropped(Reason.MALFORMED_UDP);
    }
    boolean unchecked = udp.u16(6) == 0; // RFC 768: the sender computed none
    if (!unchecked && !checksumHolds(offload, ip)) {
      return new Dropped(Reason.BAD_CHECKSUM);
    }
    return new Packet.Udp(
        ip.header().source(),
        udp.u16(0),
        ip.header().destination(),
        udp.u16(2),
        udp.part(UDP_HEADER_BYTES, udp.u16(4) - UDP_HEADER_BYTES),
        quote);
  }

  private static Packet readIcmp(Ipv4Header.Parsed ip) {
    Slice icmp = ip.payload();
    if (icmp.length() < ICMP_HEADER_BYTES) {
      return new Dropped(Reason.MALFORMED_ICMP);
    }
    if (!Checksum.holds(0, icmp)) {
      return new Dropped(Reason.BAD_CHECKSUM);
    }
    if (icmp.u8(0) != ICMP_ECHO_REQUEST || icmp.u8(1) != 0) {
      return new Dropped(Reason.OTHER_PROTOCOL);
    }
    return new Packet.EchoRequest(ip.header().source(), ip.header().destination(), icmp.from(4));
  }

  /** A frame that needs its checksum computed never left the guest's memory: nothing to check. */
  private static boolean checksumHolds(VirtioNetHeader offload, Ipv4Header.Parsed ip) {
    return (offload.flags() & VirtioNetHeader.NEEDS_CSUM) != 0
        || Checksum.holds(ip.header().pseudoHeader(ip.payload().length()), ip.payload());
  }
}
