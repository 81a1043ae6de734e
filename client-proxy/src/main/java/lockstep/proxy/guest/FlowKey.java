package lockstep.proxy.guest;

import lockstep.proxy.net.Ipv4Address;
import lockstep.proxy.net.TcpSegment;

/** A connection as the guest sees it; the guest's own address is always the same. */
record FlowKey(Ipv4Address remote, int remotePort, int guestPort) {

  /** The connection to which a segment from the guest to {@code destination} belongs. */
  static FlowKey of(Ipv4Address destination, TcpSegment segment) {
    return new FlowKey(destination, segment.destinationPort(), segment.sourcePort());
  }

  @Override
  public String toString() {
    return remote + ":" + remotePort + "-guest:" + guestPort;
  }
}
