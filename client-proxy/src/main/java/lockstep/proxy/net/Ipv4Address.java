package lockstep.proxy.net;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** An IPv4 address. */
public record Ipv4Address(int bits) {
  static final int BYTES = 4;

  /**
   * Parses dotted decimal.
   *
   * @throws IllegalArgumentException if {@code text} is anything else
   */
  public static Ipv4Address parse(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != BYTES) {
      throw new IllegalArgumentException("not an IPv4 address: " + text);
    }
    int bits = 0;
    for (String part : parts) {
      if (!part.matches("[0-9]{1,3}") || Integer.parseInt(part) > 255) {
        throw new IllegalArgumentException("not an IPv4 address: " + text);
      }
      bits = bits << 8 | Integer.parseInt(part);
    }
    return new Ipv4Address(bits);
  }

  public static Ipv4Address of(Inet4Address address) {
    return new Ipv4Address(Slice.of(address.getAddress()).i32(0));
  }

  public InetAddress toInetAddress() {
    byte[] bytes = new byte[BYTES];
    Wire.put32(bytes, 0, bits);
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError("four bytes are an address", e);
    }
  }

  /** 127.0.0.0/8 (RFC 1122, 3.2.1.3). */
  public boolean isLoopback() {
    return bits >>> 24 == 127;
  }

  /** 0.0.0.0/8: this host on this network (RFC 1122, 3.2.1.3). */
  public boolean isThisNetwork() {
    return bits >>> 24 == 0;
  }

  /** 169.254.0.0/16 (RFC 3927); clouds serve their credentials there. */
  public boolean isLinkLocal() {
    return bits >>> 16 == 0xa9fe;
  }

  /** Multicast, reserved and broadcast: 224.0.0.0 and above. */
  public boolean isMulticastOrReserved() {
    return bits >>> 28 >= 0xe;
  }

  @Override
  public String toString() {
    return (bits >>> 24)
        + "."
        + (bits >>> 16 & 0xff)
        + "."
        + (bits >>> 8 & 0xff)
        + "."
        + (bits & 0xff);
  }
}
